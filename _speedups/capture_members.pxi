# Attributes of builtin and extension types that lie in plain fields of the object: named by member descriptors, by
# layouts.pxd, or computed by a getter or method in C that is known to look at nothing of the program's.

cdef extern from *:
    """
    /* The first fields of BytesIO; those of StringIO are the same but for the first. */
    typedef struct { PyObject_HEAD PyObject *buffer; Py_ssize_t position; Py_ssize_t size; } es_bytes_io;
    """
    ctypedef struct es_bytes_io:
        PyObject *buffer
        Py_ssize_t position
        Py_ssize_t size

cdef struct Field:
    PyObject *name
    Py_ssize_t offset
    int kind             # of structmember.h, or one of FIELD_...

cdef enum:
    FIELD_CHECKED = 100      # an object of a layout
    FIELD_SOURCE = 101       # the same; not being there means exhausted
    FIELD_NUMBER = 102
    FIELD_UNLESS_MAX = 103
    FIELD_FLAG = 104
    FIELD_REFERENT = 105
    FIELD_GETTER = 106       # offset: index in tp_getset of the type that has it
    FIELD_METHOD = 107
    FIELD_BYTES = 108        # what a BytesIO holds
    FIELD_TEXT = 109         # what a StringIO holds; offset: its getvalue in tp_methods
    MOST_ASKED_FOR = 4096    # characters of a StringIO, which have to be copied

cdef struct Computed:
    const char *type
    const char *names        # of getters; of methods without arguments: with () behind

cdef Computed[24] COMPUTED = [
    Computed(b"collections.deque", b"maxlen"),
    Computed(b"_io.FileIO", b"mode closed"),
    Computed(b"_io.TextIOWrapper", b"buffer"),
    Computed(b"_io.BufferedReader", b"raw"),
    Computed(b"_io.BufferedWriter", b"raw"),
    Computed(b"_io.BufferedRandom", b"raw"),
    Computed(b"_io.BytesIO", b"closed"),
    Computed(b"_io.StringIO", b"closed getvalue()"),
    Computed(b"_socket.socket", b"timeout fileno()"),
    Computed(b"_queue.SimpleQueue", b"qsize()"),
    Computed(b"re.Match", b"regs lastgroup"),
    Computed(b"_asyncio.Future", b"_state _result _exception"),
    Computed(b"_asyncio.Task", b"_state _result _exception"),
    Computed(b"memoryview", b"obj format readonly"),
    Computed(b"array.array", b"typecode"),
    Computed(b"xml.etree.ElementTree.Element", b"tag text tail"),
    Computed(b"_contextvars.Token", b"var old_value"),
    Computed(b"pandas._libs.internals.BlockManager", b"blocks axes"),
    Computed(b"pandas._libs.internals.Block", b"values _mgr_locs"),
    Computed(b"pandas._libs.internals.BlockPlacement", b"indexer"),
    Computed(b"pandas._libs.arrays.NDArrayBacked", b"_ndarray _dtype"),
    Computed(b"builtins.PyDataFrame", b"shape() columns() as_str()"),
    Computed(b"builtins.PySeries", b"name() len() as_str()"),
    Computed(NULL, NULL),
]
# Members with two underscores that say something; the others are the interpreter's own.
cdef const char *SHOWN_DUNDERS = (b"  __func__ __self__ __callback__ __thisclass__ __self_class__ __objclass__ __name__ "
                                  b"__origin__ __args__ __suppress_context__ ")
cdef const char *UNREAD_TYPES = b"  code frame traceback module type function cell "
cdef const char *UNREAD_MEMBERS = b"  tb_frame tb_lasti _finalizing _blksize "
cdef tuple STATES = ("created", "suspended", "running", "closed")
cdef tuple STATE_NAMES = ("gi_state", "cr_state", "ag_state")
cdef tuple LINE_NAMES = ("gi_line", "cr_line", "ag_line")
cdef tuple AWAIT_NAMES = ("gi_yieldfrom", "cr_await", "ag_await")
cdef str NAME_POSITION = "position"
cdef str NAME_LENGTH = "length"
cdef str NAME_EXHAUSTED = "exhausted"
cdef PyObject *visited[64]
cdef int visited_count = 0


cdef PyObject *kept_text(const char *text) noexcept:
    """An interned str that lives as long as the process; NULL when there is no memory."""
    cdef PyObject *made = PyUnicode_InternFromString(text)
    if made == NULL:
        PyErr_Clear()
    return made


cdef void add_field(TypeInfo *info, const char *name, Py_ssize_t offset, int kind) noexcept:
    cdef Field *fields
    cdef PyObject *kept
    if info.nfields % 8 == 0:
        fields = <Field *>realloc(info.fields, (info.nfields + 8) * sizeof(Field))
        if fields == NULL:
            return
        info.fields = fields
    kept = kept_text(name)
    if kept == NULL:
        return
    info.fields[info.nfields].name = kept
    info.fields[info.nfields].offset = offset
    info.fields[info.nfields].kind = kind
    info.nfields += 1


cdef void find_fields(TypeInfo *info) noexcept:
    """The fields of the builtin and extension types among the bases."""
    cdef PyTypeObject *base = info.tp
    cdef PyMemberDef *m
    cdef const es_field *f
    cdef Py_ssize_t at
    while base != NULL:
        if in_list(base.tp_name, UNREAD_TYPES):
            base = base.tp_base
            continue
        m = base.tp_members
        while m != NULL and m.name != NULL and info.nfields < 64:
            if (m.type == T_OBJECT or m.type == T_OBJECT_EX) and not is_fixed_type(base):
                pass             # find_slots has it
            elif not m.flags & 8 and (m.name[0] != c'_' or m.name[1] != c'_' or in_list(m.name, SHOWN_DUNDERS)) \
                    and not in_list(m.name, UNREAD_MEMBERS):
                add_field(info, m.name, m.offset, m.type)
            m += 1
        if not is_fixed_type(base):
            find_computed(info, base)        # a class made in Python has neither getters nor methods in C
            base = base.tp_base
            continue
        f = es_layout_of(base.tp_name)
        at = 2 * sizeof(void *)
        while f != NULL and f.name != NULL and at + <Py_ssize_t>sizeof(void *) <= base.tp_basicsize:
            if f.kind == c'O':
                add_field(info, f.name, at, FIELD_CHECKED)
            elif f.kind == c'S':
                add_field(info, f.name, at, FIELD_SOURCE)
            elif f.kind == c'n':
                add_field(info, f.name, at, FIELD_NUMBER)
            elif f.kind == c'm':
                add_field(info, f.name, at, FIELD_UNLESS_MAX)
            elif f.kind == c'b':
                add_field(info, f.name, at, FIELD_FLAG)
            elif f.kind == c'i':
                add_field(info, f.name, at, T_INT)
            elif f.kind == c'w':
                add_field(info, f.name, at, FIELD_REFERENT)
            at += sizeof(void *)
            f += 1
        find_computed(info, base)
        base = base.tp_base


cdef void find_computed(TypeInfo *info, PyTypeObject *base) noexcept:
    cdef Computed *c = &COMPUTED[0]
    cdef PyGetSetDef *g = base.tp_getset
    cdef PyMethodDef *m = base.tp_methods
    cdef char padded[64]
    if strcmp(base.tp_name, b"_io.BytesIO") == 0:
        add_field(info, b"value", 0, FIELD_BYTES)
    while c.type != NULL and strcmp(c.type, base.tp_name) != 0:
        c += 1
    if c.type == NULL:
        return
    snprintf(padded, 64, b"  %s ", c.names)
    while g != NULL and g.name != NULL:
        if in_list(g.name, padded):
            add_field(info, g.name, <Py_ssize_t>g, FIELD_GETTER)
        g += 1
    while m != NULL and m.ml_name != NULL:
        if named_call(m.ml_name, padded) and m.ml_flags == METH_NOARGS:
            if strcmp(m.ml_name, b"getvalue") == 0:
                add_field(info, b"value", <Py_ssize_t>m, FIELD_TEXT)
            else:
                add_field(info, m.ml_name, <Py_ssize_t>m, FIELD_METHOD)
        m += 1


cdef void deep_computed(PyObject *o, TypeInfo *info) noexcept:
    """Push what members hold, and what the getters give where that is held by the object."""
    cdef int i
    cdef PyObject *v
    cdef bint collecting = PyGC_Disable()        # what getters give may be made for the look
    for i in range(info.nfields):
        if info.fields[i].kind == T_OBJECT or info.fields[i].kind == T_OBJECT_EX:
            v = (<PyObject **>(<char *>o + info.fields[i].offset))[0]
            if v != NULL:
                deep_push(v, 0)
        if info.fields[i].kind != FIELD_GETTER or info.shape != SHAPE_INSTANCE:
            continue
        v = (<PyGetSetDef *>info.fields[i].offset).get(o, (<PyGetSetDef *>info.fields[i].offset).closure)
        if v == NULL:
            PyErr_Clear()
            continue
        if es_references(v) > 1:
            deep_push(v, 0)
        Py_DECREF(v)
    if collecting:
        PyGC_Enable()


cdef bint named_call(const char *name, const char *names) noexcept:
    """Whether ' name() ' occurs in a space separated list."""
    cdef char call[64]
    if strlen(name) > 60:
        return False
    snprintf(call, 64, b"%s()", name)
    return in_list(call, names)


cdef int visit(PyObject *o, void *unused) noexcept:
    global visited_count
    if visited_count < 64:
        visited[visited_count] = o
        visited_count += 1
    return 0


cdef bint is_visited(PyObject *o) noexcept:
    cdef int i
    for i in range(visited_count):
        if visited[i] == o:
            return True
    return False


cdef void walk_number(Walk *w, PyObject *name, int64_t x, bint flag) noexcept:
    """An attribute that is a C number, or a flag."""
    cdef unsigned char *p
    if w.attrs >= limit_items:
        return
    w.print += mix(mix(<uint64_t>name) + mix(<uint64_t>x * 2 + 1))
    w.attrs += 1
    if not w.emit:
        return
    p = grow(&object_buffer, 16)
    if p == NULL:
        return
    p = put_u32(p, text_id(name, False))
    if flag:
        p[0] = V_TRUE if x else V_FALSE
        object_buffer.size += 5
        return
    p[0] = V_INT64
    memcpy(p + 1, &x, 8)
    object_buffer.size += 13


cdef void walk_members(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    """What the fields hold, in the order of the types from the object's own to its bases."""
    global visited_count
    cdef int i
    cdef Field *f
    cdef const char *at
    cdef PyObject *v
    visited_count = -1
    for i in range(info.nfields):
        f = &info.fields[i]
        at = <const char *>o + f.offset
        if f.kind == T_OBJECT or f.kind == T_OBJECT_EX:
            v = (<PyObject **>at)[0]
            if v != NULL or f.kind == T_OBJECT:      # which Python reads as None
                walk_attr(w, f.name, v if v != NULL else Py_None_ptr)
        elif f.kind == FIELD_CHECKED or f.kind == FIELD_SOURCE:
            v = (<PyObject **>at)[0]
            if v == NULL:
                if f.kind == FIELD_SOURCE:
                    walk_number(w, <PyObject *>NAME_EXHAUSTED, 1, True)
                continue
            if info.tp.tp_traverse != NULL:
                if visited_count < 0:
                    visited_count = 0
                    info.tp.tp_traverse(o, visit, NULL)
                if not is_visited(v):
                    continue
            walk_attr(w, f.name, v)
        elif f.kind == FIELD_REFERENT:
            v = es_weak_referent(o)
            walk_attr(w, f.name, v if v != NULL else Py_None_ptr)
        elif f.kind == FIELD_GETTER:
            v = (<PyGetSetDef *>f.offset).get(o, (<PyGetSetDef *>f.offset).closure)
            walk_made(w, f.name, v)
        elif f.kind == FIELD_METHOD:
            v = (<PyMethodDef *>f.offset).ml_meth(o, NULL)
            walk_made(w, f.name, v)
        elif f.kind == FIELD_BYTES:
            walk_bytes_io(w, f.name, <es_bytes_io *>o)
        elif f.kind == FIELD_TEXT:
            walk_number(w, <PyObject *>NAME_POSITION, (<es_bytes_io *>o).position, False)
            if (<es_bytes_io *>o).size <= MOST_ASKED_FOR:
                walk_made(w, f.name, (<PyMethodDef *>f.offset).ml_meth(o, NULL))
            else:
                walk_number(w, <PyObject *>NAME_LENGTH, (<es_bytes_io *>o).size, False)
        elif f.kind == FIELD_NUMBER:
            walk_number(w, f.name, (<Py_ssize_t *>at)[0], False)
        elif f.kind == FIELD_UNLESS_MAX:
            if (<Py_ssize_t *>at)[0] != PY_SSIZE_T_MAX:
                walk_number(w, f.name, (<Py_ssize_t *>at)[0], False)
        elif f.kind == FIELD_FLAG:
            walk_number(w, f.name, (<int *>at)[0] != 0, True)
        elif f.kind == T_BOOL:
            if (<unsigned char *>at)[0] or strcmp(PyUnicode_AsUTF8(f.name), b"__suppress_context__") != 0:
                walk_number(w, f.name, (<unsigned char *>at)[0] != 0, True)
        elif f.kind == T_INT:
            walk_number(w, f.name, (<int *>at)[0], False)
        elif f.kind == T_UINT:
            walk_number(w, f.name, (<unsigned int *>at)[0], False)
        elif f.kind == T_SHORT:
            walk_number(w, f.name, (<short *>at)[0], False)
        elif f.kind == T_BYTE:
            walk_number(w, f.name, (<signed char *>at)[0], False)
        elif f.kind == T_UBYTE:
            walk_number(w, f.name, (<unsigned char *>at)[0], False)
        elif f.kind == T_LONG or f.kind == T_LONGLONG or f.kind == T_PYSSIZET:
            walk_number(w, f.name, (<int64_t *>at)[0], False)


cdef void walk_bytes_io(Walk *w, PyObject *name, es_bytes_io *o) noexcept:
    """The position, the true length if that is more than is kept, and the first bytes."""
    cdef Py_ssize_t kept = o.size if o.size < limit_string else limit_string
    if o.buffer == NULL or Py_TYPE(o.buffer) != &PyBytes_Type or PyBytes_GET_SIZE(o.buffer) < o.size:
        return
    walk_number(w, <PyObject *>NAME_POSITION, o.position, False)
    if kept < o.size:
        walk_number(w, <PyObject *>NAME_LENGTH, o.size, False)
    walk_made(w, name, PyBytes_FromStringAndSize(PyBytes_AS_STRING(o.buffer), kept))


cdef void walk_made(Walk *w, PyObject *name, PyObject *v) noexcept:
    """An attribute whose value (a new reference, or NULL with an error) is let go afterwards.

    What nobody else holds is shown only if it is written in place: a scalar, a tuple, or a list as a tuple.
    """
    cdef PyObject *items
    if v == NULL:
        PyErr_Clear()
        return
    if Py_TYPE(v) == &PyList_Type and es_references(v) == 1:
        items = PyList_AsTuple(v)
        Py_DECREF(v)
        v = items
        if v == NULL:
            PyErr_Clear()
            return
    if not is_container(v) or Py_TYPE(v) == &PyTuple_Type or es_references(v) > 1:
        walk_attr(w, name, v)
    Py_DECREF(v)


cdef void walk_generator(Walk *w, PyObject *o) noexcept:
    """Where a generator, coroutine or asynchronous generator stands, and the variables of one that is not running."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef void *fp = es_generator_frame(o)
    cdef int state = es_generator_state(o)
    cdef int kind = 0 if tp == &PyGen_Type else 1 if tp == &PyCoro_Type else 2
    cdef PyObject *code
    cdef PyObject *name
    cdef PyObject *v
    cdef PyGetSetDef *g = tp.tp_getset
    cdef Py_ssize_t i
    cdef int depth
    if w.emit:
        name = es_generator_qualname(o)
        if name != NULL and Py_TYPE(name) == &PyUnicode_Type:
            w.text = text_id(name, False)
    walk_attr(w, PyTuple_GET_ITEM(<PyObject *>STATE_NAMES, kind), PyTuple_GET_ITEM(<PyObject *>STATES, state))
    if state > 1:
        return
    code = es_frame_code(fp)
    if code == NULL:
        return
    walk_number(w, PyTuple_GET_ITEM(<PyObject *>LINE_NAMES, kind), es_frame_line(fp), False)
    while state == 1 and g != NULL and g.name != NULL:
        if strcmp(g.name, b"gi_yieldfrom") == 0 or strcmp(g.name, b"cr_await") == 0 or strcmp(g.name, b"ag_await") == 0:
            v = g.get(o, g.closure)
            if v == Py_None_ptr:
                Py_DECREF(v)
            else:
                walk_made(w, PyTuple_GET_ITEM(<PyObject *>AWAIT_NAMES, kind), v)
        g += 1
    if not is_recorded_code(code):       # a library's variables lead to all that it has
        return
    depth = w.depth
    w.depth = depth if depth < 1 else 1      # its frame has them in full
    for i in range(es_code_locals(code)):
        v = es_frame_local(fp, <int>i)
        name = es_local_name(code, i)
        if v != NULL and name != NULL and PyUnicode_GET_LENGTH(name) and PyUnicode_READ_CHAR(name, 0) != c'.':
            walk_attr(w, name, v)
    w.depth = depth


cdef int visit_source(PyObject *o, void *depth) noexcept:
    cdef Py_ssize_t i
    cdef int level = <int><size_t>depth
    if o == NULL or level > 4:
        return 0
    if Py_TYPE(o) == &PyTuple_Type:
        for i in range(PyTuple_GET_SIZE(o)):
            visit_source(PyTuple_GET_ITEM(o, i), <void *><size_t>(level + 1))
    elif Py_TYPE(o).tp_iternext != NULL and is_fixed_type(Py_TYPE(o)):
        if table_find(o) != NULL:
            examine(o)
        examine_sources(o, level + 1)
    return 0


cdef int visit_held(PyObject *o, void *depth) noexcept:
    """What an iterator of itertools holds, which it may change itself."""
    if is_container(o) and Py_TYPE(o).tp_iternext == NULL and Py_TYPE(o) != &PyTuple_Type and table_find(o) != NULL:
        examine(o)
    return visit_source(o, depth)


cdef void examine_sources(PyObject *o, int level) noexcept:
    """An iterator moved, and with it those that it takes its items from."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    if is_fixed_type(tp) and tp.tp_traverse != NULL and tp != &PyGen_Type and tp != &PyCoro_Type \
            and tp != &PyAsyncGen_Type and tp != &PyTuple_Type:
        if strncmp(tp.tp_name, b"itertools.", 10) == 0:
            tp.tp_traverse(o, visit_held, <void *><size_t>(level + 1))
        else:
            tp.tp_traverse(o, visit_source, <void *><size_t>(level + 1))
