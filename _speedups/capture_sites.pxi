# Sites: the functions that rewritten code calls. Each is a builtin function object whose `self` holds what
# the call means, so that a call costs no look-up. Flags and specs: escope_tui/model/sites.py.

cdef enum:
    F_STEP = 1
    F_ENTER = 2
    F_RETURN = 4
    F_YIELD = 8
    F_RESUME = 16
    F_AWAIT = 32
    F_AWAITED = 64
    F_UNWIND = 128
    F_CAUGHT = 256
    F_PASS = 512
    F_TRUE = 1024
    F_COMP = 2048
    F_ITER = 8192
    F_GENEXP = 16384
    F_END = 32768
    F_LATE = 65536       # the result is noted; the frame ends at a later END

cdef enum:
    S_WRITE = 1          # "w", "g"
    S_CLASS_WRITE = 2    # "w" in a class body: the value is read from the namespace
    S_VALUE = 3          # "r"
    S_PASSED = 4         # "n"
    S_UNBIND = 5         # "u", "ug"
    S_ATTR = 6
    S_ATTR_DEL = 7
    S_ITEM = 8
    S_ITEM_DEL = 9
    S_METHOD = 10
    S_CALL = 11
    S_TOUCH = 12
    S_CHANGED = 13
    S_RECV_ATTR = 14     # "ra"
    S_RECV_ITEM = 15     # "ri"
    S_RECV_METHOD = 16   # "rm"
    S_STAR = 17
    S_ITERATED = 18      # "x": an iterator moved
    S_LOADED = 19        # "l": an item was read, which may have made it
    S_STORE_KEYED = 20   # "rik": receiver and key of a store to come
    S_KEY_STORED = 21    # "rki": key and root of a store to come

cdef struct Path:
    int n
    PyObject **names

cdef struct Spec:
    unsigned char op
    unsigned char before         # note now, examine when the statement is over
    unsigned char effect         # cached for cached_type
    unsigned char in_place       # the value itself may have been changed too
    int nargs                    # argument roots after the receiver
    PyObject *name
    Path path
    Path *argpaths
    PyTypeObject *cached_type
    unsigned int cached_version

cdef struct FunctionData:
    unsigned char mapped         # generator, coroutine, ...: may suspend
    unsigned char unguarded
    unsigned char is_class
    unsigned char is_module
    unsigned char is_coroutine
    int nderefs
    int *deref_slots
    int *deref_indexes           # in localsplus; -2: not looked up yet
    PyObject **deref_names

cdef enum:
    MAX_NEW_NAMES = 4096

cdef struct ModuleData:
    uint32_t index
    PyObject *globals            # compared only, never followed
    PyObject *names              # list of the module's variable names
    PyObject *slots              # dict of their places in the list
    int spare                    # how many may be added
    int listed                   # how many the module's own table has
    int nfunctions
    FunctionData *functions

cdef struct SiteData:
    uint32_t id
    uint32_t flags
    int nspecs
    int nargs                    # call arguments expected
    int nvalues                  # values in the event
    bint plain                   # only values, in call order
    bint in_place                # one of them may have been changed in place
    Spec *specs
    FunctionData *function
    ModuleData *module

cdef uint32_t site_count = 0
cdef uint32_t module_total = 0
cdef ModuleData **modules = NULL
cdef uint64_t step_count = 0
cdef int time_countdown = 0
cdef Buffer site_buffer
cdef bint unknown_ran = False     # a callee that is not recorded ran in the statement being flushed


@cython.final
@cython.internal
cdef class Site:
    """What one injected call means; the `self` of its builtin function object."""
    cdef SiteData *data

    def __reduce__(self):
        # Code shipped by value to a process that is not recorded must still run there.
        return (_unrecorded_site, (self.data.flags,))


class _Unrecorded:
    """Stands for a site in a process that is not being recorded."""

    def __init__(self, flags: int) -> None:
        self.flags = flags

    def site(self, *args):
        if self.flags & F_TRUE:
            return True
        if self.flags & PASSES:
            return args[0]
        return None


def _unrecorded_site(flags):
    return _Unrecorded(flags)


cdef enum:
    PASSES = F_PASS | F_RETURN | F_YIELD | F_RESUME | F_AWAIT | F_AWAITED
    MID_STATEMENT = F_RESUME | F_AWAIT | F_AWAITED | F_COMP | F_TRUE

cdef extern from *:
    """
    static PyMethodDef es_site_def[4];
    static void es_define_site(int i, void *fn) {
        es_site_def[i].ml_name = "site";
        es_site_def[i].ml_meth = (PyCFunction)fn;
        es_site_def[i].ml_flags = METH_FASTCALL;
        es_site_def[i].ml_doc = NULL;
    }
    static PyObject *es_new_site(int i, PyObject *self) { return PyCFunction_NewEx(&es_site_def[i], self, NULL); }
    static inline int es_is_site(PyObject *o) {
        if (!PyCFunction_CheckExact(o)) return 0;
        PyMethodDef *d = ((PyCFunctionObject *)o)->m_ml;
        return d >= es_site_def && d < es_site_def + 4;
    }
    """
    void es_define_site(int i, void *fn) noexcept
    PyObject *es_new_site(int i, PyObject *self) except NULL
    bint es_is_site(PyObject *o) noexcept


cdef inline bint is_site(PyObject *o) noexcept:
    return es_is_site(o)


cdef inline PyObject *answer(SiteData *d, PyObject **args, Py_ssize_t n) noexcept:
    """What the call returns to the program."""
    cdef PyObject *result = Py_None_ptr
    if d.flags & F_TRUE:
        result = Py_True_ptr
    elif d.flags & PASSES and n > 0:
        result = args[0]
    Py_INCREF(result)
    return result


cdef void write_time() noexcept:
    global time_countdown
    time_countdown = 64
    event_u64(OP_TIME, es_now() - time_zero)


cdef inline SiteData *data_of(PyObject *self) noexcept:
    return (<Site>self).data


cdef PyObject *site_values(PyObject *self, PyObject **args, Py_ssize_t n) noexcept:
    """A site whose event holds its arguments as they are: a step, an entry, a flush of written names."""
    global time_countdown
    cdef SiteData *d = data_of(self)
    cdef void *fp
    cdef unsigned char *p
    cdef unsigned char *start
    cdef unsigned char *end
    cdef Py_ssize_t i
    if es_unlikely(not recording):
        return answer(d, args, n)
    fp = es_current_frame()
    if d.flags & F_ENTER:
        if es_unlikely(d.function.nderefs != 0 or d.function.mapped or d.function.is_module or attention):
            return site_general(self, args, n)
        enter_frame(fp, False, False, False)
        if es_unlikely(current == NULL):
            return answer(d, args, n)
        current.unguarded = d.function.unguarded
    elif es_unlikely(current == NULL or current.fp != fp or attention):
        return site_general(self, args, n)
    start = reserve(5 + 9 * <uint64_t>n)
    if es_unlikely(start == NULL):
        return answer(d, args, n)
    start[0] = OP_SITE
    p = put_u32(start + 1, d.id)
    for i in range(n):
        end = put_fast(p, args[i])
        if es_unlikely(end == NULL):
            if d.in_place:
                return site_general(self, args, n)
            write_event(d, args, n, NULL)
            break
        if es_unlikely(p[0] == V_REF and d.specs[i].in_place):
            return site_general(self, args, n)
        p = end
    else:
        commit(start, p)
    if d.flags & (F_RETURN | F_END) and not d.flags & F_LATE:
        exit_frame()
    time_countdown -= 1
    if es_unlikely(time_countdown < 0):
        write_time()
    return answer(d, args, n)


cdef PyObject *site_general(PyObject *self, PyObject **args, Py_ssize_t n) noexcept:
    """Any site."""
    global time_countdown
    cdef SiteData *d = data_of(self)
    cdef void *fp
    cdef PyObject *exception = NULL
    cdef uint32_t flags = d.flags
    if not recording or n != d.nargs:
        return answer(d, args, n)
    if flags & F_COMP:
        fp = comprehension_owner(es_current_frame())
        if fp != NULL and (current == NULL or current.fp != fp):
            resync(fp, False, False)
    else:
        fp = es_current_frame()
        if flags & F_ENTER:
            enter_site_frame(d, fp)
        elif flags & F_GENEXP and (current == NULL or current.fp != fp) and map_find(fp) == NULL:
            enter_frame(fp, True, True, False)
            if current != NULL:
                current.unguarded = 1
                if d.function.nderefs and recording:
                    prepare_cells(d.function, fp)
                    write_cells(d, fp)
        elif current == NULL or current.fp != fp:
            if not resync(fp, (flags & (F_RESUME | F_AWAITED)) != 0, (flags & F_UNWIND) == 0):
                return answer(d, args, n)
        if current == NULL or not recording:
            return answer(d, args, n)
        current.state = RUNNING
        if d.function.is_coroutine and flags & (F_ENTER | F_AWAITED | F_RESUME):
            tell_task()
    if volatile_count:
        check_volatiles()
    if note_count and not flags & MID_STATEMENT and (not flags & F_PASS or flags & F_RETURN):
        take_notes(current)
    if flags & (F_CAUGHT | F_UNWIND):
        exception = handled_exception()
        if flags & F_CAUGHT:
            examine_locals(d)
        if exception != NULL:
            examine(exception)
            drain_pending()
    effects(d, args)
    if flags & F_ENTER and d.function.nderefs:
        write_cells(d, fp)
    write_event(d, args, n, exception)
    if exception != NULL:
        Py_DECREF(exception)
    if flags & (F_RETURN | F_END | F_UNWIND):
        if current != NULL and not flags & F_LATE:
            exit_frame()
    elif flags & F_YIELD:
        suspend(SUSPENDED)
    elif flags & F_AWAIT:
        if current != NULL:
            current.state = AWAITING
    time_countdown -= 1
    if time_countdown < 0:
        write_time()
    return answer(d, args, n)


cdef void *comprehension_owner(void *fp) noexcept:
    """The known frame that a comprehension runs in: its own (3.12 and newer), or the nearest caller of its frame."""
    cdef int steps = 0
    cdef Frame *f
    while fp != NULL and steps < 64:
        f = current
        while f != NULL:
            if f.fp == fp:
                return fp
            f = f.parent
        if map_find(fp) != NULL:
            return fp
        fp = es_previous_frame(fp)
        steps += 1
    return NULL


cdef void suspend(int state) noexcept:
    global current, believed
    cdef Frame *f = current
    if f == NULL:
        return
    f.state = state
    current = f.parent
    believed = 0 if current == NULL else current.id


cdef void enter_site_frame(SiteData *d, void *fp) noexcept:
    enter_frame(fp, d.function.mapped, False, False)
    if current != NULL:
        current.unguarded = d.function.unguarded
    if d.function.is_module and d.module.globals == NULL:
        d.module.globals = PyEval_GetGlobals_ptr()
    if d.function.nderefs and recording:
        prepare_cells(d.function, fp)


cdef PyObject *handled_exception() noexcept:
    """The exception being handled (a new reference), NULL if there is none."""
    return PyErr_GetHandledException()


cdef void examine_locals(SiteData *d) noexcept:
    """A statement was cut short by an exception: look at everything that it may have reached."""
    cdef void *fp = es_current_frame()
    cdef PyObject *code = es_frame_code(fp)
    cdef PyObject *v
    cdef PyObject *names
    cdef PyObject *namespace
    cdef Py_ssize_t i
    if code == NULL or d.function.is_class:
        return
    if d.function.is_module:
        namespace = PyEval_GetGlobals_ptr()
        names = d.module.names
        for i in range(PyList_Size(names)):
            v = dict_get_str(namespace, PyList_GET_ITEM(names, i))
            if v != NULL:
                examine_reached(v)
    else:
        for i in range(es_code_locals(code)):
            v = es_frame_local(fp, <int>i)
            if v != NULL:
                if Py_TYPE(v) == &PyCell_Type:
                    v = (<PyCellObject *>v).ob_ref
                    if v == NULL:
                        continue
                examine_reached(v)
    drain_pending()


cdef inline void examine_reached(PyObject *v) noexcept:
    cdef Entry *e
    if not is_container(v) or Py_TYPE(v) == &PyModule_Type:
        return
    if Py_TYPE(v) != &PyTuple_Type:
        e = table_find(v)
        if e == NULL:
            return
    examine_deep(v)


cdef PyObject *namespace_get(PyObject *name) noexcept:
    """A name from the running class body's namespace, without its __getitem__; borrowed."""
    cdef PyObject *ns = es_frame_namespace(es_current_frame())
    if ns == NULL or not PyDict_Check(ns):
        return NULL
    return dict_get_str(ns, name)


cdef void effects(SiteData *d, PyObject **args) noexcept:
    """Record what the specs without a value in the event say has changed, and make values known."""
    cdef int i, a = 0
    cdef Spec *s
    cdef PyObject *o
    cdef PyObject *v
    global unknown_ran
    unknown_ran = False
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op == S_WRITE or s.op == S_VALUE:
            prepare(args[a], limit_depth)
            if s.in_place:
                examine(args[a])
            a += 1
        elif s.op == S_CLASS_WRITE:
            v = namespace_get(s.name)
            if v != NULL:
                prepare(v, limit_depth)
                if s.in_place:
                    examine(v)
        elif s.op == S_PASSED:
            a += 1
        elif s.op == S_UNBIND:
            pass
        elif s.op == S_STAR:
            resync_namespace(d.module)
        elif s.op == S_RECV_ATTR:
            note(args[a], s.name, False)
            a += 1
        elif s.op == S_RECV_ITEM:
            if is_heap(Py_TYPE(args[a])) and not Py_TYPE(args[a]).tp_flags & TPFLAGS_DICT_SUBCLASS:
                if method_effect(Py_TYPE(args[a]), <PyObject *>NAME_SETITEM) == EFFECT_DEEP:
                    note(args[a], NULL, True)
            else:
                note(args[a], NULL, False)
            a += 1
        elif s.op == S_RECV_METHOD:
            receiver_noted(s, args[a])
            a += 1
        elif s.op == S_ITEM:
            o = follow(args[a], s.path.names, s.path.n)
            if s.before:
                note(o if o != NULL else args[a], NULL, o == NULL)
            elif o == NULL:
                examine_deep(args[a])
            else:
                item_stored(o, args[a + 1])
                if s.in_place:
                    examine_item(o, args[a + 1])
            a += 2
        elif s.op == S_STORE_KEYED:
            note_item(args[a], args[a + 1], s.in_place)
            a += 2
        elif s.op == S_KEY_STORED:
            o = follow(args[a + 1], s.path.names, s.path.n)
            if o == NULL:
                note(args[a + 1], NULL, True)
            else:
                note_item(o, args[a], s.in_place)
            a += 2
        elif s.op == S_METHOD:
            method_called(s, args + a)
            a += 1 + s.nargs
        elif s.op == S_CALL:
            call_made(d, s, args + a)
            a += 1 + s.nargs
        else:
            o = follow(args[a], s.path.names, s.path.n)
            if s.before:
                if s.op == S_ATTR:
                    note(o if o != NULL else args[a], s.name if o != NULL else NULL, o == NULL)
                else:
                    note(o if o != NULL else args[a], NULL, s.op == S_TOUCH or o == NULL)
            elif o == NULL:
                examine_deep(args[a])
            elif s.op == S_ATTR:
                attribute_stored(o, s.name)
                if s.in_place:
                    o = raw_attr(o, s.name)
                    if o != NULL:
                        examine(o)
            elif s.op == S_ATTR_DEL:
                attribute_deleted(o, s.name)
            elif s.op == S_TOUCH:
                examine_deep(o)
            elif s.op == S_ITERATED:
                if Py_TYPE(o).tp_iternext != NULL:
                    examine(o)
                    if strcmp(Py_TYPE(o).tp_name, b"map") == 0 or strcmp(Py_TYPE(o).tp_name, b"filter") == 0:
                        examine_deep(o)
            elif s.op == S_LOADED:
                if is_heap(Py_TYPE(o)) and Py_TYPE(o).tp_flags & TPFLAGS_DICT_SUBCLASS:
                    examine(o)
            elif is_heap(Py_TYPE(o)) and s.op == S_ITEM_DEL:
                examine_deep(o)
            else:
                examine(o)
            a += 1
    if unknown_ran:
        examine_values(d, args)
    if d.function.is_class and d.flags & F_END:
        o = es_frame_namespace(es_current_frame())
        if o != NULL and PyDict_Check(o) and table_find(o) != NULL:
            examine(o)
    drain_pending()


cdef void examine_values(SiteData *d, PyObject **args) noexcept:
    """Unknown code had a hand in what this site binds or returns: known objects may have changed on the way."""
    cdef int i, a = 0
    cdef Spec *s
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op == S_WRITE or s.op == S_VALUE:
            examine(args[a])
            a += 1
        elif s.op == S_ITEM or s.op == S_STORE_KEYED or s.op == S_KEY_STORED:
            a += 2
        elif s.op == S_METHOD or s.op == S_CALL:
            a += 1 + s.nargs
        elif s.op != S_CLASS_WRITE and s.op != S_UNBIND and s.op != S_STAR:
            a += 1


cdef void examine_item(PyObject *o, PyObject *key) noexcept:
    """Examine what o[key] holds, where that can be read safely."""
    cdef int64_t i
    cdef Entry *e
    cdef PyObject *value = NULL
    if Py_TYPE(o) == &PyList_Type and Py_TYPE(key) == &PyLong_Type and es_int_small(key, &i):
        if i < 0:
            i += Py_SIZE(o)
        if 0 <= i < Py_SIZE(o):
            value = (<PyListObject *>o).ob_item[i]
    elif Py_TYPE(o).tp_flags & TPFLAGS_DICT_SUBCLASS and safe_key(key, 0):
        e = table_find(o)
        if e != NULL and e.flags & E_SAFE_KEYS:
            value = PyDict_GetItemWithError(o, key)
    if value != NULL:
        examine(value)
    else:
        examine_deep(o)


cdef void note_item(PyObject *o, PyObject *key, bint in_place) noexcept:
    """An item of o is about to be stored."""
    if is_heap(Py_TYPE(o)) and not Py_TYPE(o).tp_flags & TPFLAGS_DICT_SUBCLASS:
        if method_effect(Py_TYPE(o), <PyObject *>NAME_SETITEM) == EFFECT_DEEP:
            note(o, NULL, True)
    else:
        note_store(o, key, in_place)


cdef inline int cached_effect(Spec *s, PyTypeObject *tp) noexcept:
    cdef int effect
    if s.cached_type == tp and s.cached_version == tp.tp_version_tag and tp.tp_version_tag != 0:
        return s.effect
    effect = method_effect(tp, s.name)
    s.cached_type = tp
    s.cached_version = tp.tp_version_tag
    s.effect = <unsigned char>effect
    return effect


cdef void method_called(Spec *s, PyObject **args) noexcept:
    global unknown_ran
    cdef PyObject *o = follow(args[0], s.path.names, s.path.n)
    cdef PyTypeObject *tp
    cdef PyObject *f
    cdef int effect
    if o == NULL:
        touch(s, args[0])
        arguments_given(s, args + 1, True)
        return
    tp = Py_TYPE(o)
    if tp == &PyUnicode_Type or tp == &PyLong_Type or tp == &PyFloat_Type or tp == &PyBytes_Type \
            or tp == &PyTuple_Type or o == Py_None_ptr:
        return
    if tp == &PyModule_Type or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        f = raw_attr(o, s.name)
        effect = EFFECT_DEEP if f == NULL else callee_effect(f)
        if effect == EFFECT_EXEC:
            effect = EFFECT_DEEP
        if effect == EFFECT_DEEP:
            unknown_ran = True
    else:
        effect = cached_effect(s, tp)
        if effect == EFFECT_NONE:
            return
        if effect == EFFECT_DEEP:
            unknown_ran = True
        if s.before and effect != EFFECT_NONE:
            note(o, NULL, effect == EFFECT_DEEP)
        else:
            apply_effect(effect, o)
    if effect == EFFECT_DEEP or effect == EFFECT_ARGS:
        arguments_given(s, args + 1, effect == EFFECT_DEEP)


cdef inline void touch(Spec *s, PyObject *o) noexcept:
    if s.before:
        note(o, NULL, True)
    else:
        examine_deep(o)


cdef void arguments_given(Spec *s, PyObject **args, bint deep) noexcept:
    cdef int i
    cdef PyObject *o
    for i in range(s.nargs):
        o = args[i]
        if s.argpaths != NULL:
            o = follow(o, s.argpaths[i].names, s.argpaths[i].n)
            if o == NULL:
                o = args[i]
        if s.before:
            note(o, NULL, deep)
        elif deep:
            examine_deep(o)
        else:
            examine(o)


cdef void receiver_noted(Spec *s, PyObject *o) noexcept:
    """The receiver of a method call, on its way there."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef int effect
    if es_is_super(o):
        effect = super_effect(o, s.name)
        if effect != EFFECT_NONE and es_super_object(o) != NULL:
            note(es_super_object(o), NULL, effect == EFFECT_DEEP)
        return
    if not is_container(o) or tp == &PyTuple_Type or tp == &PyModule_Type or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return
    effect = cached_effect(s, tp)
    if effect != EFFECT_NONE:
        note(o, NULL, effect == EFFECT_DEEP)


cdef void call_made(SiteData *d, Spec *s, PyObject **args) noexcept:
    global unknown_ran
    cdef int effect = callee_effect(args[0])
    if effect == EFFECT_NONE:
        return
    if effect == EFFECT_DEEP or effect == EFFECT_EXEC:
        unknown_ran = True
    if effect == EFFECT_RECEIVER:
        if Py_TYPE(args[0]) == &PyCFunction_Type and (<PyCFunctionObject *>args[0]).m_self != NULL:
            if s.before:
                note((<PyCFunctionObject *>args[0]).m_self, NULL, False)
            else:
                examine((<PyCFunctionObject *>args[0]).m_self)
        return
    if effect == EFFECT_EXEC:
        resync_namespace(d.module)
    if Py_TYPE(args[0]) == &PyFunction_Type:
        if not s.before:
            function_ran(args[0])
    elif effect == EFFECT_DEEP and Py_TYPE(args[0]) != &PyCFunction_Type:
        touch(s, args[0])
    arguments_given(s, args + 1, effect != EFFECT_ARGS)


cdef void write_event(SiteData *d, PyObject **args, Py_ssize_t n, PyObject *exception) noexcept:
    """The SITE event itself, whatever its values are."""
    global tuple_budget, transient_count
    cdef int i, a = 0
    cdef Spec *s
    cdef unsigned char *p
    if d.plain:
        for i in range(n):
            prepare(args[i], limit_depth)
    if exception != NULL:
        prepare(exception, limit_depth)
    drain_pending()
    tuple_budget = 4096
    site_buffer.size = 0
    p = grow(&site_buffer, 16)
    if p == NULL:
        return
    p[0] = OP_SITE
    put_u32(p + 1, d.id)
    site_buffer.size = 5
    if d.flags & (F_CAUGHT | F_UNWIND):
        put_value(&site_buffer, exception, limit_depth)
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op == S_WRITE or s.op == S_VALUE:
            put_value(&site_buffer, args[a], limit_depth)
            a += 1
        elif s.op == S_CLASS_WRITE:
            put_value(&site_buffer, namespace_get(s.name), limit_depth)
        elif s.op == S_UNBIND or s.op == S_STAR:
            pass
        elif s.op == S_ITEM or s.op == S_STORE_KEYED or s.op == S_KEY_STORED:
            a += 2
        elif s.op == S_METHOD or s.op == S_CALL:
            a += 1 + s.nargs
        else:
            a += 1
    write_buffer(&site_buffer)
    drain_pending()
    transient_count = 0
