# Objects over plain memory: bytearray, array.array, memoryview, numpy.ndarray. Shape, element type and the first
# elements are read in place; nothing is copied, and no method of the object is called. Several of them may show
# the same memory: a write through one is looked for in all.

cdef extern from *:
    """
    typedef struct {
        PyObject_HEAD
        char *data;
        int nd;
        Py_ssize_t *dimensions;
        Py_ssize_t *strides;
        PyObject *base;
        PyObject *descr;
        int flags;
    } es_ndarray;
    typedef struct { PyObject_VAR_HEAD char *items; Py_ssize_t allocated; const char *descr; } es_array;
    """
    ctypedef struct es_ndarray:
        char *data
        int nd
        Py_ssize_t *dimensions
        Py_ssize_t *strides
        PyObject *base
        PyObject *descr
        int flags
    ctypedef struct es_array:
        char *items
        const char *descr

cdef struct Grid:
    char *data
    int nd
    Py_ssize_t *dimensions
    Py_ssize_t *strides
    Py_ssize_t itemsize
    char code            # of walk_raw; 0: elements that are not read
    bint swapped         # the other byte order

cdef struct View:
    PyObject *object
    uint64_t oid

cdef enum:
    MAX_VIEWS = 1 << 14
    MAX_DIMENSIONS = 64

cdef View *views = NULL          # those that show another object's memory
cdef int view_count = 0
cdef View *owners = NULL         # the others
cdef int owner_count = 0
cdef bint looking = False

cdef struct Scalar:
    const char *type
    char code            # of walk_raw
    char size

cdef Scalar[16] NUMPY_SCALARS = [
    Scalar(b"numpy.int8", c"q", 1), Scalar(b"numpy.int16", c"q", 2), Scalar(b"numpy.int32", c"q", 4),
    Scalar(b"numpy.int64", c"q", 8), Scalar(b"numpy.longlong", c"q", 8), Scalar(b"numpy.uint8", c"Q", 1),
    Scalar(b"numpy.uint16", c"Q", 2), Scalar(b"numpy.uint32", c"Q", 4), Scalar(b"numpy.uint64", c"Q", 8),
    Scalar(b"numpy.ulonglong", c"Q", 8), Scalar(b"numpy.float16", c"e", 2), Scalar(b"numpy.float32", c"f", 4),
    Scalar(b"numpy.complex64", c"Z", 8), Scalar(b"numpy.bool", c"?", 1), Scalar(b"numpy.bool_", c"?", 1),
    Scalar(NULL, 0, 0),
]


cdef Scalar *numpy_scalar(PyTypeObject *tp) noexcept:
    cdef Scalar *s = &NUMPY_SCALARS[0]
    if not is_fixed_type(tp) or strncmp(tp.tp_name, b"numpy.", 6) != 0:
        return NULL
    while s.type != NULL:
        if strcmp(s.type, tp.tp_name) == 0:
            return s
        s += 1
    return NULL


cdef char numpy_code(PyTypeObject *tp) noexcept:
    """The element code of a scalar type of numpy that is no Python number; 0 for other types."""
    cdef Scalar *s = numpy_scalar(tp)
    return 0 if s == NULL else s.code


cdef Py_ssize_t numpy_size(PyTypeObject *tp) noexcept:
    cdef Scalar *s = numpy_scalar(tp)
    return 0 if s == NULL else s.size


cdef PyMemberDef *member_of(PyTypeObject *tp, const char *name) noexcept:
    cdef PyMemberDef *m
    while tp != NULL:
        m = tp.tp_members
        while m != NULL and m.name != NULL:
            if strcmp(m.name, name) == 0:
                return m
            m += 1
        tp = tp.tp_base
    return NULL


cdef PyObject *computed_by(PyTypeObject *tp, const char *name, PyObject *o) noexcept:
    """What the getter `name` of a builtin or extension type gives (a new reference); NULL if there is none."""
    cdef PyGetSetDef *g = tp.tp_getset
    cdef PyObject *made
    while g != NULL and g.name != NULL:
        if strcmp(g.name, name) == 0:
            made = g.get(o, g.closure)
            if made == NULL:
                PyErr_Clear()
            return made
        g += 1
    return NULL


cdef bint ndarray_grid(PyObject *o, Grid *g, PyObject **kind_text) noexcept:
    """Where the elements of an ndarray are; kind_text: the dtype's own description (a new reference) or NULL."""
    cdef es_ndarray *a = <es_ndarray *>o
    cdef PyObject *descr = a.descr
    cdef PyTypeObject *dtype
    cdef PyMemberDef *kind
    cdef PyMemberDef *order
    cdef PyMemberDef *size
    cdef char c
    if descr == NULL or a.nd < 0 or a.nd > MAX_DIMENSIONS:
        return False
    dtype = base_type(Py_TYPE(descr), b"numpy.dtype")
    if dtype == NULL:
        return False
    kind = member_of(dtype, b"kind")
    order = member_of(dtype, b"byteorder")
    size = member_of(dtype, b"itemsize")
    if kind == NULL or order == NULL or size == NULL:
        return False
    c = (<char *>descr + kind.offset)[0]
    g.swapped = (<char *>descr + order.offset)[0] == c'>'
    if size.type == T_INT:
        g.itemsize = (<int *>(<char *>descr + size.offset))[0]
    else:
        g.itemsize = (<Py_ssize_t *>(<char *>descr + size.offset))[0]
    g.data = a.data
    g.nd = a.nd
    g.dimensions = a.dimensions
    g.strides = a.strides
    g.code = code_of_kind(c, g.itemsize)
    kind_text[0] = NULL
    if strchr(b"biufcO", c) == NULL or g.swapped:
        kind_text[0] = computed_by(dtype, b"str", descr)
    return True


cdef char code_of_kind(char kind, Py_ssize_t size) noexcept:
    if kind == c'b':
        return c'?'
    if kind == c'i':
        return c'q'
    if kind == c'u':
        return c'Q'
    if kind == c'f':
        return c'd' if size == 8 else c'f' if size == 4 else c'e' if size == 2 else 0
    if kind == c'c':
        return c'Z' if size == 16 or size == 8 else 0
    if kind == c'O' or kind == c'U' or kind == c'S':
        return kind
    return 0


cdef void walk_grid(Walk *w, Grid *g) noexcept:
    """The first elements, in the order of the indexes."""
    cdef Py_ssize_t index[MAX_DIMENSIONS]
    cdef Py_ssize_t total = 1, k = 0, at
    cdef int i
    for i in range(g.nd):
        total *= g.dimensions[i]
        index[i] = 0
    w.size = total
    w.print += mix(<uint64_t>total + 77)
    if g.code == 0 and total > 0:
        w.cut = True
    while k < total and g.code != 0:
        if w.items >= limit_items:
            w.cut = True
            break
        at = 0
        for i in range(g.nd):
            at += index[i] * g.strides[i]
        if not walk_raw(w, g.data + at, g.code, g.itemsize, g.swapped):
            w.cut = True
            break
        k += 1
        i = g.nd - 1
        while i >= 0:
            index[i] += 1
            if index[i] < g.dimensions[i]:
                break
            index[i] = 0
            i -= 1


cdef void walk_shape(Walk *w, int nd, Py_ssize_t *dimensions) noexcept:
    """Attribute "shape": a tuple of extents."""
    cdef unsigned char *p
    cdef int64_t x
    cdef int i
    for i in range(nd):
        w.print += mix(<uint64_t>dimensions[i] * 31 + <uint64_t>i)
    w.attrs += 1
    if not w.emit:
        return
    p = grow(&object_buffer, 32 + 9 * <size_t>nd)
    if p == NULL:
        return
    p = put_u32(p, text_id(<PyObject *>NAME_SHAPE, False))
    p[0] = V_TUPLE
    p = put_u32(put_u64(p + 1, nd), nd)
    for i in range(nd):
        x = dimensions[i]
        p[0] = V_INT64
        memcpy(p + 1, &x, 8)
        p += 9
    object_buffer.size = <size_t>(p - object_buffer.data)


cdef PyTypeObject *buffer_base(PyTypeObject *tp) noexcept:
    """The type in C whose buffer an object shows: memoryview, or one of ctypes."""
    cdef PyTypeObject *base = base_type(tp, b"_ctypes._SimpleCData")
    if tp == &PyMemoryView_Type:
        return tp
    return base if base != NULL else base_type(tp, b"_ctypes.Array")


cdef void walk_array_object(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    """array.array, memoryview or numpy.ndarray, or an instance of a subclass."""
    cdef Grid g
    cdef PyObject *text = NULL
    cdef PyTypeObject *base
    cdef Py_buffer view
    cdef Py_ssize_t one_dimension[1]
    cdef Py_ssize_t one_stride[1]
    cdef Py_ssize_t all_strides[MAX_DIMENSIONS]
    cdef Py_ssize_t length
    cdef const char *format
    cdef int i
    memset(&g, 0, sizeof(Grid))
    if base_named(info.tp, b"numpy.ndarray"):
        if not ndarray_grid(o, &g, &text):
            return
        walk_grid(w, &g)
        walk_shape(w, g.nd, g.dimensions)
        if w.emit and text != NULL and Py_TYPE(text) == &PyUnicode_Type:
            w.text = text_id(text, False)
        elif w.emit:
            w.text = dtype_text(g.code, g.itemsize)
        if text != NULL:
            Py_DECREF(text)
    elif is_tensor_type(info.tp):
        walk_tensor(w, o, info)
        return
    elif not base_named(info.tp, b"array.array"):
        base = buffer_base(info.tp)
        if base.tp_as_buffer.bf_getbuffer(o, &view, PyBUF_FULL_RO) != 0:
            PyErr_Clear()
            walk_number(w, <PyObject *>NAME_RELEASED, 1, True)
            return
        format = view.format
        if format == NULL:
            format = b"B"
        if view.ndim <= MAX_DIMENSIONS and view.suboffsets == NULL:
            g.data = <char *>view.buf
            g.nd = view.ndim
            g.dimensions = view.shape
            g.strides = view.strides
            g.itemsize = view.itemsize
            if g.strides == NULL:            # as in C
                length = g.itemsize
                for i in range(g.nd - 1, -1, -1):
                    all_strides[i] = length
                    length *= g.dimensions[i]
                g.strides = all_strides
            g.swapped = format[0] == c'>' or format[0] == c'!'
            if strchr(b"@=<>!", format[0]) != NULL:
                format += 1
            g.code = format[0] if format[0] != 0 and format[1] == 0 else 0
            walk_grid(w, &g)
            if g.nd > 1 or (g.nd == 0 and info.tp == &PyMemoryView_Type):
                walk_shape(w, g.nd, g.dimensions)
        PyBuffer_Release(&view)
        if info.tp == &PyMemoryView_Type:
            walk_members(w, o, info)
        return
    else:
        one_dimension[0] = Py_SIZE(o)
        g.data = (<es_array *>o).items
        g.nd = 1
        g.dimensions = one_dimension
        g.strides = one_stride
        g.code = (<es_array *>o).descr[0]
        g.itemsize = typecode_size(g.code)
        one_stride[0] = g.itemsize
        if g.itemsize == 0:
            g.code = 0
        walk_grid(w, &g)
    walk_instance(w, o, info)


cdef uint32_t dtype_text(char code, Py_ssize_t size) noexcept:
    """numpy's name of a plain element type, as a string id."""
    cdef char name[32]
    if code == c'?':
        return plain_text(b"bool")
    if code == c'O':
        return plain_text(b"object")
    if code == c'q':
        snprintf(name, 32, b"int%d", <int>(size * 8))
    elif code == c'Q':
        snprintf(name, 32, b"uint%d", <int>(size * 8))
    elif code == c'Z':
        snprintf(name, 32, b"complex%d", <int>(size * 8))
    else:
        snprintf(name, 32, b"float%d", <int>(size * 8))
    return plain_text(name)


cdef Py_ssize_t typecode_size(char code) noexcept:
    """Bytes of an element of array.array."""
    if code == c'b' or code == c'B':
        return 1
    if code == c'h' or code == c'H':
        return 2
    if code == c'i' or code == c'I' or code == c'f' or code == c'u' or code == c'w':
        return 4
    if code == c'l' or code == c'L' or code == c'q' or code == c'Q' or code == c'd':
        return 8
    return 0


cdef void walk_text_made(Walk *w, PyObject *made, bint is_bytes) noexcept:
    """An item that is a str or bytes made for this call (NULL: an error, shown as None)."""
    if made == NULL:
        PyErr_Clear()
        walk_item(w, Py_None_ptr)
        return
    walk_item(w, made)
    Py_DECREF(made)


cdef bint walk_raw(Walk *w, const char *data, char code, Py_ssize_t size, bint swapped) noexcept:
    """One element in memory, as an item; False if elements of that sort are not read."""
    cdef unsigned char bytes[16]
    cdef unsigned char[4] halves = [0, 0, 0, 0]
    cdef int64_t x = 0
    cdef double f = 0, imaginary = 0
    cdef float single
    cdef bint real = False
    cdef unsigned char *p
    cdef Py_ssize_t i, n
    if code == c'O':
        walk_item(w, (<PyObject **>data)[0] if (<PyObject **>data)[0] != NULL else Py_None_ptr)
        return True
    if code == c'u' or code == c'w' or code == c'U':
        if swapped or size % 4:
            return False
        n = size // 4
        while code == c'U' and n and (<uint32_t *>data)[n - 1] == 0:
            n -= 1
        walk_text_made(w, PyUnicode_FromKindAndData(4, data, n if n < limit_string else limit_string), False)
        return True
    if code == c'S' or code == c'c':
        n = size
        while code == c'S' and n and data[n - 1] == 0:
            n -= 1
        walk_text_made(w, PyBytes_FromStringAndSize(data, n if n < limit_string else limit_string), True)
        return True
    if size > 16 or size < 1:
        return False
    for i in range(size):
        bytes[i] = <unsigned char>(data[size - 1 - i] if swapped and code != c'Z' else data[i])
    if code == c'd' and size == 8:
        memcpy(&f, bytes, 8)
        real = True
    elif code == c'f' and size == 4:
        memcpy(&single, bytes, 4)
        f = single
        real = True
    elif code == c'y' and size == 2:         # the upper half of a float
        memcpy(halves + 2, bytes, 2)
        memcpy(&single, halves, 4)
        f = single
        real = True
    elif code == c'e' and size == 2:
        f = PyFloat_Unpack2(<const char *>bytes, 1)
        real = True
    elif code == c'Z' and not swapped:
        if size == 16:
            memcpy(&f, bytes, 8)
            memcpy(&imaginary, bytes + 8, 8)
        else:
            memcpy(&single, bytes, 4)
            f = single
            memcpy(&single, bytes + 4, 4)
            imaginary = single
        real = True
    elif code == c'?' and size == 1:
        x = bytes[0] != 0
    elif strchr(b"bhilqn", code) != NULL and size <= 8:
        memcpy(&x, bytes, size)
        if size < 8 and bytes[size - 1] & 0x80:
            x -= <int64_t>1 << (8 * size)
    elif strchr(b"BHILQN", code) != NULL and size <= 8:
        memcpy(&x, bytes, size)
    else:
        return False
    if real:
        memcpy(&x, &f, 8)
        w.print += mix(<uint64_t>x + <uint64_t>w.items * 7919 + 13)
        memcpy(&x, &imaginary, 8)
    w.print += mix(<uint64_t>x + <uint64_t>w.items * 104729 + 17)
    w.items += 1
    if not w.emit:
        return True
    if not real and x < 0 and strchr(b"BHILQN", code) != NULL:
        put_unsigned(<uint64_t>x)
        return True
    p = grow(&object_buffer, 20)
    if p == NULL:
        return True
    if code == c'Z':
        p[0] = V_COMPLEX
        memcpy(p + 1, &f, 8)
        memcpy(p + 9, &imaginary, 8)
        object_buffer.size += 17
    elif code == c'?':
        p[0] = V_TRUE if x else V_FALSE
        object_buffer.size += 1
    elif real:
        p[0] = V_FLOAT
        memcpy(p + 1, &f, 8)
        object_buffer.size += 9
    else:
        p[0] = V_INT64
        memcpy(p + 1, &x, 8)
        object_buffer.size += 9
    return True


cdef void put_unsigned(uint64_t x) noexcept:
    """A number above the largest int64."""
    cdef unsigned char *p = grow(&object_buffer, 32)
    if p == NULL:
        return
    p[0] = V_BIGINT
    p[1] = 0
    p = put_u32(put_u64(p + 2, 64), 8)
    put_u64(p, x)
    object_buffer.size += 22


# -- memory that several objects show

cdef bint memory_of(PyObject *o, const char **start, const char **stop) noexcept:
    """The addresses that an object's elements lie between; False for other objects and empty memory."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef es_ndarray *a
    cdef PyObject *text = NULL
    cdef Grid g
    cdef Py_buffer view
    if PyType_IsSubtype(tp, &PyByteArray_Type):
        start[0] = PyByteArray_AS_STRING(o)
        stop[0] = start[0] + Py_SIZE(o)
        return Py_SIZE(o) > 0
    if base_named(tp, b"array.array"):
        start[0] = (<es_array *>o).items
        stop[0] = start[0] + Py_SIZE(o) * typecode_size((<es_array *>o).descr[0])
        return Py_SIZE(o) > 0
    memset(&g, 0, sizeof(Grid))
    if tp == &PyMemoryView_Type:
        if tp.tp_as_buffer.bf_getbuffer(o, &view, PyBUF_FULL_RO) != 0:
            PyErr_Clear()
            return False
        g.data = <char *>view.buf
        g.nd = view.ndim if view.suboffsets == NULL else 0
        g.dimensions = view.shape
        g.strides = view.strides
        g.itemsize = view.itemsize
        stretch(&g, start, stop)
        PyBuffer_Release(&view)
        return start[0] < stop[0]
    if base_named(tp, b"numpy.ndarray"):
        if not ndarray_grid(o, &g, &text):
            return False
        if text != NULL:
            Py_DECREF(text)
        stretch(&g, start, stop)
        return start[0] < stop[0]
    return False


cdef void stretch(Grid *g, const char **start, const char **stop) noexcept:
    cdef int i
    start[0] = g.data
    stop[0] = g.data + g.itemsize
    for i in range(g.nd):
        if g.dimensions[i] <= 0:
            stop[0] = start[0]
            return
        if g.strides[i] < 0:
            start[0] += g.strides[i] * (g.dimensions[i] - 1)
        else:
            stop[0] += g.strides[i] * (g.dimensions[i] - 1)


cdef PyObject *memory_owner(PyObject *o) noexcept:
    """The object whose memory this one shows; borrowed, NULL if it is its own."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef PyObject *owner
    if tp == &PyMemoryView_Type:
        owner = computed_by(tp, b"obj", o)
        if owner == NULL:
            return NULL
        Py_DECREF(owner)
        return NULL if owner == Py_None_ptr else owner
    if base_named(tp, b"numpy.ndarray"):
        return (<es_ndarray *>o).base
    return NULL


cdef void view_add(PyObject *o, Entry *e) noexcept:
    """An object over memory came to be known."""
    global views, view_count, owners, owner_count
    if memory_owner(o) != NULL or not memory_is_own(o):
        views = listed(views, view_count, o, e)
        view_count += views != NULL and view_count < MAX_VIEWS
    else:
        owners = listed(owners, owner_count, o, e)
        owner_count += owners != NULL and owner_count < MAX_VIEWS


cdef View *listed(View *table_of, int count, PyObject *o, Entry *e) noexcept:
    cdef View *more = table_of
    if count == MAX_VIEWS:
        event_u64(OP_ASOF, e.oid)
        return table_of
    if (count & 63) == 0:
        more = <View *>realloc(table_of, (count + 64) * sizeof(View))
        if more == NULL:
            turn_off(STATE_NO_MEMORY)
            return NULL
    more[count].object = o
    more[count].oid = e.oid
    e.flags |= E_VOLATILE
    return more


cdef void view_forget(uint64_t oid) noexcept:
    global view_count, owner_count
    view_count = unlisted(views, view_count, oid)
    owner_count = unlisted(owners, owner_count, oid)


cdef int unlisted(View *table_of, int count, uint64_t oid) noexcept:
    """How many are left; the newest are the likeliest to go."""
    cdef int i = count
    while i:
        i -= 1
        if table_of[i].oid == oid:
            table_of[i] = table_of[count - 1]
            return count - 1
    return count


cdef void look_again(PyObject *o) noexcept:
    cdef Entry *e = table_find(o)
    if e != NULL and e.flags & E_SNAPPED and changed(o, e, NULL):
        e = table_find(o)
        queue_snapshot(o, e.oid, e.explored)


cdef void look_among(View *table_of, int count, PyObject *o, const char *start, const char *stop) noexcept:
    """Look again at those whose memory overlaps with o's."""
    cdef const char *other_start = NULL
    cdef const char *other_stop = NULL
    cdef int i
    for i in range(count):
        if table_of[i].object != o and memory_of(table_of[i].object, &other_start, &other_stop) \
                and other_start < stop and start < other_stop:
            look_again(table_of[i].object)


cdef void memory_touched(PyObject *o) noexcept:
    """The elements of o may have been written: whatever else shows this memory is looked at again."""
    global looking
    cdef const char *start = NULL
    cdef const char *stop = NULL
    cdef const char *all_start = NULL
    cdef const char *all_stop = NULL
    cdef PyObject *owner = o
    cdef PyObject *next_owner
    cdef int depth = 0
    cdef PyBufferProcs *procs = Py_TYPE(o).tp_as_buffer
    if looking or procs == NULL or procs.bf_getbuffer == NULL or not memory_of(o, &start, &stop):
        return
    looking = True
    look_among(views, view_count, o, start, stop)
    while depth < 8:
        next_owner = memory_owner(owner)
        if next_owner == NULL:
            break
        owner = next_owner
        look_again(owner)
        depth += 1
    if owner != o and memory_of(owner, &all_start, &all_stop) and all_start <= start and stop <= all_stop:
        pass
    elif owner != o or not memory_is_own(o):
        look_among(owners, owner_count, o, start, stop)
    looking = False


cdef bint memory_is_own(PyObject *o) noexcept:
    """An ndarray that does not own its data may have no base that says so."""
    if base_named(Py_TYPE(o), b"numpy.ndarray"):
        return (<es_ndarray *>o).flags & 4 != 0
    return True
