# Values: scalars in place, everything else by object id with bounded snapshots.
# Nothing here runs code of the program: only exact builtin layouts and raw attribute storage are read.

cdef enum:
    SHAPE_LIST = 1
    SHAPE_DICT = 2
    SHAPE_SET = 3
    SHAPE_FROZENSET = 4
    SHAPE_DEQUE = 5
    SHAPE_BYTEARRAY = 6
    SHAPE_INSTANCE = 7
    SHAPE_EXCEPTION = 8
    SHAPE_FUNCTION = 9
    SHAPE_CLASS = 10
    SHAPE_MODULE = 11
    SHAPE_CELL = 12
    SHAPE_ITERATOR = 13
    SHAPE_NAMEDTUPLE = 14
    SHAPE_ARRAY = 15
    SHAPE_OPAQUE = 16
    SHAPE_MAPPING = 17
    SHAPE_RANGE = 18
    SHAPE_ENUM = 19
    SHAPE_VALUE = 20
    SHAPE_METHOD = 21

cdef struct Slot:
    PyObject *name
    Py_ssize_t offset

cdef struct TypeInfo:
    PyTypeObject *tp
    uint32_t type_id
    unsigned char shape
    unsigned char transient   # instances die unseen: a fresh id at each sight
    unsigned char fixed       # contents never change
    unsigned char volatile    # changes when read
    unsigned char ends_unseen  # its finalizer is not recorded
    unsigned char memory      # may show another object's memory
    unsigned char foreign     # a base is made in Python and not recorded: its code may keep things in the class
    int nslots
    Slot *slots
    unsigned int version      # of the class when its slots were found
    PyObject *qualname        # as it was written; only to be compared
    int nfields
    Field *fields

cdef struct Pending:
    PyObject *object
    uint64_t oid
    int depth

cdef struct Transient:
    PyObject *object
    uint64_t oid

cdef struct Walk:
    bint emit                # write values to object_buffer, and see to it that they are known
    bint deep                # queue what is met for examination
    int depth                # levels left below the object
    uint64_t print
    uint32_t items
    uint32_t pairs
    uint32_t attrs
    uint64_t size            # true number of items or pairs
    bint cut
    bint attrs_cut           # some attributes cannot be shown
    uint32_t text            # string id, 0: none

cdef enum:
    RECENT = 64

cdef TypeInfo *recent_types[64]      # by address; emptied when a class dies
cdef TypeInfo **type_infos = NULL
cdef uint32_t type_count = 0
cdef uint32_t type_capacity = 0
cdef uint32_t next_type_id = 0
cdef Pending *pending = NULL
cdef size_t pending_count = 0, pending_next = 0, pending_capacity = 0
cdef Transient transients[64]
cdef int transient_count = 0
cdef Buffer object_buffer, type_buffer
cdef int limit_depth = 6
cdef uint32_t limit_items = 256
cdef int limit_budget = 2000         # objects captured at first sight for one step
cdef int tuple_budget = 0
cdef PyTypeObject *deque_type = NULL
cdef PyTypeObject *ordered_dict_type = NULL


cdef inline bint is_fixed_type(PyTypeObject *tp) noexcept:
    """A type made in C: its name cannot be another's, nor its slots be set by the program."""
    return not tp.tp_flags & TPFLAGS_HEAPTYPE or (tp.tp_flags & TPFLAGS_IMMUTABLETYPE) != 0


cdef inline bint base_named(PyTypeObject *tp, const char *name) noexcept:
    return base_type(tp, name) != NULL


cdef inline PyTypeObject *base_type(PyTypeObject *tp, const char *name) noexcept:
    """The type of that name among a type and its bases; NULL if there is none."""
    while tp != NULL:
        if is_fixed_type(tp) and strcmp(tp.tp_name, name) == 0:
            return tp
        tp = tp.tp_base
    return NULL


cdef int shape_of(PyTypeObject *tp) noexcept:
    cdef unsigned long f = tp.tp_flags
    cdef PyTypeObject *meta = Py_TYPE(<PyObject *>tp)
    if f & TPFLAGS_LIST_SUBCLASS:
        return SHAPE_LIST
    if f & TPFLAGS_DICT_SUBCLASS:
        return SHAPE_DICT
    if f & TPFLAGS_TYPE_SUBCLASS:
        return SHAPE_CLASS
    if f & TPFLAGS_BASE_EXC_SUBCLASS:
        return SHAPE_EXCEPTION
    if f & TPFLAGS_TUPLE_SUBCLASS:
        return SHAPE_NAMEDTUPLE
    if meta != &PyType_Type and (strcmp(meta.tp_name, b"EnumType") == 0 or strcmp(meta.tp_name, b"EnumMeta") == 0):
        return SHAPE_ENUM
    if f & (TPFLAGS_LONG_SUBCLASS | TPFLAGS_UNICODE_SUBCLASS | TPFLAGS_BYTES_SUBCLASS):
        return SHAPE_VALUE
    if PyType_IsSubtype(tp, &PyFloat_Type) or PyType_IsSubtype(tp, &PyComplex_Type):
        return SHAPE_VALUE
    if PyType_IsSubtype(tp, &PySet_Type):
        return SHAPE_SET
    if PyType_IsSubtype(tp, &PyFrozenSet_Type):
        return SHAPE_FROZENSET
    if tp == &PyFunction_Type:
        return SHAPE_FUNCTION
    if tp == &PyMethod_Type:
        return SHAPE_METHOD
    if tp == &PyCell_Type:
        return SHAPE_CELL
    if PyType_IsSubtype(tp, &PyModule_Type):
        return SHAPE_MODULE
    if PyType_IsSubtype(tp, &PyByteArray_Type):
        return SHAPE_BYTEARRAY
    if base_named(tp, b"collections.deque"):
        return SHAPE_DEQUE
    if tp == &PyRange_Type or tp == &PySlice_Type:
        return SHAPE_RANGE
    if base_named(tp, b"array.array") or base_named(tp, b"_ctypes._SimpleCData") or base_named(tp, b"_ctypes.Array"):
        return SHAPE_ARRAY
    if tp == &PyMemoryView_Type or base_named(tp, b"numpy.ndarray"):
        return SHAPE_ARRAY
    if is_tensor_type(tp):
        return SHAPE_ARRAY
    if repr_base(tp) != NULL or numpy_code(tp) != 0:
        return SHAPE_VALUE
    if f & TPFLAGS_HEAPTYPE and not f & TPFLAGS_IMMUTABLETYPE:
        return SHAPE_INSTANCE
    if base_named(tp, b"_io._IOBase") or strstr(tp.tp_name, b"ProxyType") != NULL:
        return SHAPE_OPAQUE
    if tp.tp_iternext != NULL or tp == &PyCoro_Type or tp == &PyAsyncGen_Type:
        return SHAPE_ITERATOR
    return SHAPE_OPAQUE


cdef bint text_by_repr(PyTypeObject *tp) noexcept:
    """Exact types of the standard library whose repr is C code that looks at nothing of the program's."""
    cdef const char *n = tp.tp_name
    if not is_fixed_type(tp):
        return False
    return (strcmp(n, b"datetime.date") == 0 or strcmp(n, b"datetime.datetime") == 0
            or strcmp(n, b"datetime.time") == 0 or strcmp(n, b"datetime.timedelta") == 0
            or strcmp(n, b"datetime.timezone") == 0 or strcmp(n, b"decimal.Decimal") == 0
            or strcmp(n, b"re.Pattern") == 0 or strcmp(n, b"re.Match") == 0 or strcmp(n, b"_thread.lock") == 0
            or strcmp(n, b"_thread.RLock") == 0 or strcmp(n, b"builtin_function_or_method") == 0)


cdef bint dies_seen(PyTypeObject *tp) noexcept:
    """Whether the death of each instance reaches the object table; not where a free list keeps the memory."""
    cdef const char *n = tp.tp_name
    if tp.tp_flags & TPFLAGS_HEAPTYPE and not tp.tp_flags & TPFLAGS_IMMUTABLETYPE:
        return True
    return tp != <PyTypeObject *>PyExc_MemoryError and strcmp(n, b"_asyncio.FutureIter") != 0 \
        and strncmp(n, b"async_generator_", 16) != 0


cdef void put_name(Buffer *b, const char *text, size_t n) noexcept:
    cdef uint16_t length = <uint16_t>(n if n < 4000 else 4000)
    cdef unsigned char *p = grow(b, 2 + length)
    if p == NULL:
        return
    memcpy(p, &length, 2)
    memcpy(p + 2, text, length)
    b.size += 2 + length


cdef void put_str_name(Buffer *b, PyObject *s) noexcept:
    """A str as u16 length and UTF-8 (at most 1000 characters)."""
    cdef unsigned char *p
    cdef unsigned char *end
    cdef Py_ssize_t n
    cdef uint16_t length
    if s == NULL or Py_TYPE(s) != &PyUnicode_Type:
        put_name(b, b"?", 1)
        return
    n = PyUnicode_GET_LENGTH(s)
    if n > 1000:
        n = 1000
    p = grow(b, 2 + <size_t>n * 4)
    if p == NULL:
        return
    end = put_utf8(p + 2, s, 0, n)
    length = <uint16_t>(end - p - 2)
    memcpy(p, &length, 2)
    b.size += 2 + length


cdef inline TypeInfo *type_info(PyTypeObject *tp) noexcept:
    cdef TypeInfo *info = recent_types[(<size_t>tp >> 4) & (RECENT - 1)]
    if es_likely(info != NULL and info.tp == tp):
        return info
    info = type_info_found(tp)
    recent_types[(<size_t>tp >> 4) & (RECENT - 1)] = info
    return info


cdef TypeInfo *type_info_found(PyTypeObject *tp) noexcept:
    global type_count, type_capacity, type_infos, next_oid
    cdef Entry *e = table_find(<PyObject *>tp)
    cdef TypeInfo *info
    if e != NULL and e.flags & E_TYPE:
        return type_infos[e.size]
    if e == NULL:
        e = table_insert(<PyObject *>tp, next_oid)
        if e == NULL:
            return NULL
        next_oid += 1
    if type_count == type_capacity:
        type_capacity = type_capacity * 2 + 64
        type_infos = <TypeInfo **>realloc(type_infos, type_capacity * sizeof(TypeInfo *))
    info = <TypeInfo *>calloc(1, sizeof(TypeInfo))
    if info == NULL or type_infos == NULL:
        turn_off(STATE_NO_MEMORY)
        return NULL
    e.flags |= E_TYPE
    e.size = type_count
    type_infos[type_count] = info
    info.tp = tp
    type_count += 1
    info.shape = shape_of(tp)
    info.transient = not dies_seen(tp)
    info.fixed = tp == &PyFrozenSet_Type
    info.volatile = base_named(tp, b"collections.defaultdict")
    info.memory = info.shape == SHAPE_ARRAY and not is_tensor_type(tp)
    info.ends_unseen = ends_unseen(tp)
    info.foreign = has_foreign_base(tp)
    watch_extension(tp)
    find_slots(info)
    if info.nslots:
        remember_slotted(info)
    find_fields(info)
    write_type(info)
    return info


cdef void write_type(TypeInfo *info) noexcept:
    """The name of a class, under a number that is not another's nor its own under another name."""
    global next_type_id
    cdef PyTypeObject *tp = info.tp
    cdef const char *dot
    cdef unsigned char *p
    info.type_id = next_type_id
    next_type_id += 1
    type_buffer.size = 0
    p = grow(&type_buffer, 5)
    if p == NULL:
        return
    p[0] = OP_TYPE
    put_u32(p + 1, info.type_id)
    type_buffer.size = 5
    if tp.tp_flags & TPFLAGS_HEAPTYPE:
        put_str_name(&type_buffer, dict_get_str(tp.tp_dict, <PyObject *>NAME_MODULE))
        put_str_name(&type_buffer, (<PyHeapTypeObject *>tp).ht_qualname)
        info.qualname = (<PyHeapTypeObject *>tp).ht_qualname
    else:
        dot = strrchr(tp.tp_name, c'.')
        if dot == NULL:
            put_name(&type_buffer, b"builtins", 8)
            put_name(&type_buffer, tp.tp_name, strlen(tp.tp_name))
        else:
            put_name(&type_buffer, tp.tp_name, dot - tp.tp_name)
            put_name(&type_buffer, dot + 1, strlen(dot + 1))
    put_bases(tp)
    write_buffer(&type_buffer)


cdef void put_bases(PyTypeObject *tp) noexcept:
    """The classes made in Python behind tp in its order of resolution: u8 how many, then module and name of each."""
    cdef PyObject *mro = tp.tp_mro
    cdef size_t counted = type_buffer.size
    cdef PyTypeObject *base
    cdef Py_ssize_t i
    cdef unsigned char *p = grow(&type_buffer, 1)
    if p == NULL:
        return
    p[0] = 0
    type_buffer.size += 1
    if is_fixed_type(tp) or mro == NULL or Py_TYPE(mro) != &PyTuple_Type:
        return
    for i in range(1, PyTuple_GET_SIZE(mro)):
        base = <PyTypeObject *>PyTuple_GET_ITEM(mro, i)
        if Py_TYPE(<PyObject *>base).tp_flags & TPFLAGS_TYPE_SUBCLASS and not is_fixed_type(base) \
                and type_buffer.data[counted] < 32:
            put_str_name(&type_buffer, dict_get_str(base.tp_dict, <PyObject *>NAME_MODULE))
            put_str_name(&type_buffer, (<PyHeapTypeObject *>base).ht_qualname)
            type_buffer.data[counted] += 1


cdef PyObject *dict_get_str(PyObject *d, PyObject *name) noexcept:
    """Raw look-up of an interned str in a dict, by identity first and then by comparing exact strings."""
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    if d == NULL:
        return NULL
    value = PyDict_GetItemWithError(d, name) if plain_keys(d) else NULL
    if value != NULL:
        return value
    if plain_keys(d):
        return NULL
    while PyDict_Next(d, &pos, &key, &value):
        if key == name or (Py_TYPE(key) == &PyUnicode_Type and PyUnicode_Compare(key, name) == 0):
            return value
    return NULL


cdef bint plain_keys(PyObject *d) noexcept:
    """Whether all keys of a dict are str (looking up a str then runs no code of the program)."""
    return es_dict_unicode(d)


cdef inline uint64_t mix(uint64_t x) noexcept:
    x = (x ^ (x >> 31)) * <uint64_t>0x7FB5D329728EA185
    return x ^ (x >> 29)


cdef inline uint64_t ident(PyObject *v, int depth) noexcept:
    """A number that tells apart what a container's item may become (fingerprints only)."""
    cdef int64_t x
    if v == NULL:                # an item of a tuple that C code is still filling
        return 1
    if Py_TYPE(v) == &PyLong_Type and es_int_small(v, &x):
        return mix(<uint64_t>x * 2 + 1)
    if Py_TYPE(v) == &PyUnicode_Type and PyUnicode_GET_LENGTH(v) <= hashed_length:
        return mix(text_hash(v, False) + 3)
    return other_ident(v, depth)


cdef uint64_t other_ident(PyObject *v, int depth) noexcept:
    cdef PyTypeObject *tp
    cdef double f
    cdef uint64_t u
    cdef Entry *e
    cdef Py_ssize_t i, n
    tp = Py_TYPE(v)
    if tp == &PyLong_Type:
        return mix(<uint64_t>PyObject_Hash(v) * 2 + 0x1111)
    if tp == &PyFloat_Type:
        f = PyFloat_AS_DOUBLE(v)
        memcpy(&u, &f, 8)
        return mix(u + 5)
    elif v == Py_None_ptr or v == Py_True_ptr or v == Py_False_ptr:
        return mix(<uint64_t>v)
    elif tp == &PyTuple_Type:
        n = PyTuple_GET_SIZE(v)
        u = <uint64_t>n + 0x7777
        if depth > 4:
            return mix(u)
        for i in range(n if n < 64 else 64):
            u = mix(u + ident(PyTuple_GET_ITEM(v, i), depth + 1))
        return u
    elif tp == &PyBytes_Type:
        if PyBytes_GET_SIZE(v) <= hashed_length:
            return mix(text_hash(v, True) + 9)
    elif tp == &PyMethod_Type:
        return mix(ident((<PyMethodObject *>v).im_self, depth + 1) + mix(ident((<PyMethodObject *>v).im_func, depth + 1)))
    e = table_find(v)
    if e != NULL:
        return mix(e.oid * 2 + 0x9999)
    return mix(<uint64_t>v)


cdef bint queue_snapshot(PyObject *o, uint64_t oid, int depth) noexcept:
    global pending, pending_capacity, pending_count
    if pending_count == pending_capacity:
        pending_capacity = pending_capacity * 2 + 256
        pending = <Pending *>realloc(pending, pending_capacity * sizeof(Pending))
        if pending == NULL:
            turn_off(STATE_NO_MEMORY)
            pending_capacity = 0
            return False
    pending[pending_count].object = o
    pending[pending_count].oid = oid
    pending[pending_count].depth = depth
    pending_count += 1
    return True


cdef uint64_t ensure(PyObject *o, int depth) noexcept:
    """The id of an object that is not a scalar, string or tuple; queues it for capture to `depth` levels."""
    global next_oid, transient_count
    cdef Entry *e
    cdef TypeInfo *info
    cdef int i
    cdef uint64_t oid
    e = table_find(o)
    if e != NULL:
        oid = e.oid
        if e.explored < depth:
            e.explored = depth
            queue_snapshot(o, oid, depth)
            if e.flags & E_TYPE:
                watch_class(<PyTypeObject *>o)
        return oid
    info = type_info(Py_TYPE(o))
    if info == NULL:
        return 0
    if info.transient:
        for i in range(transient_count):
            if transients[i].object == o:
                return transients[i].oid
        oid = next_oid
        next_oid += 1
        if transient_count < 64:
            transients[transient_count].object = o
            transients[transient_count].oid = oid
            transient_count += 1
        if depth > 0:
            queue_snapshot(o, oid, depth)
        return oid
    if info.shape == SHAPE_CLASS and depth > 0:
        watch_class(<PyTypeObject *>o)
    e = table_find(o)      # a class enters the table as a type
    if e == NULL:
        e = table_insert(o, next_oid)
        if e == NULL:
            return 0
        next_oid += 1
    oid = e.oid
    if info.volatile:
        e.flags |= E_VOLATILE
        volatile_add(o, oid)
    if info.memory:
        view_add(o, e)
    if info.ends_unseen:
        e.flags |= E_GENERATOR | E_VOLATILE
    if info.shape == SHAPE_CELL:
        cell_met(o, e)
    if depth > 0:
        e.explored = depth
        queue_snapshot(o, oid, depth)
    return oid


cdef void prepare(PyObject *v, int depth) noexcept:
    """See to it that put_value can write v: strings and objects in it are known."""
    cdef PyTypeObject *tp
    cdef Py_ssize_t i, n
    if v == NULL:
        return
    tp = Py_TYPE(v)
    if tp == &PyLong_Type or tp == &PyFloat_Type or v == Py_None_ptr or tp == &PyBool_Type:
        return
    if tp == &PyUnicode_Type:
        text_id(v, False)
    elif tp == &PyTuple_Type:
        if depth <= 0:
            type_info(tp)
            return
        n = PyTuple_GET_SIZE(v)
        for i in range(n if n < <Py_ssize_t>limit_items else <Py_ssize_t>limit_items):
            prepare(PyTuple_GET_ITEM(v, i), depth - 1)
    elif tp == &PyBytes_Type:
        text_id(v, True)
    elif tp == &PyComplex_Type or v == Py_Ellipsis_ptr or v == Py_NotImplemented_ptr:
        return
    else:
        ensure(v, depth)


cdef void put_int(Buffer *b, PyObject *v) noexcept:
    """Any int, exact or of a subclass."""
    cdef int64_t x
    cdef int32_t small
    cdef unsigned char *p
    cdef const digit *digits
    cdef int negative
    cdef Py_ssize_t n, i, kept
    cdef uint64_t acc = 0, bits
    cdef int have = 0
    cdef digit top
    if es_int_small(v, &x):
        p = grow(b, 9)
        if p == NULL:
            return
        if -2147483648 <= x <= 2147483647:
            small = <int32_t>x
            p[0] = V_INT32
            memcpy(p + 1, &small, 4)
            b.size += 5
        else:
            p[0] = V_INT64
            memcpy(p + 1, &x, 8)
            b.size += 9
        return
    n = es_int_digits(v, &digits, &negative)
    top = digits[n - 1]
    bits = <uint64_t>(n - 1) * 30
    while top:
        bits += 1
        top >>= 1
    kept = n if n <= 1100 else 1100          # 4 KiB of magnitude
    p = grow(b, 16 + <size_t>kept * 4)
    if p == NULL:
        return
    p[0] = V_BIGINT
    p[1] = 1 if negative else 0
    put_u64(p + 2, bits)
    b.size += 14
    p += 14
    for i in range(kept):
        acc |= <uint64_t>digits[i] << have
        have += 30
        while have >= 8:
            p[0] = <unsigned char>(acc & 0xFF)
            p += 1
            acc >>= 8
            have -= 8
    if kept == n and have > 0:
        p[0] = <unsigned char>(acc & 0xFF)
        p += 1
    n = p - (b.data + b.size)
    put_u32(b.data + b.size - 4, <uint32_t>n)
    b.size += n


cdef void put_value(Buffer *b, PyObject *v, int depth) noexcept:
    """Write a value that was prepared with the same depth."""
    global tuple_budget
    cdef PyTypeObject *tp
    cdef unsigned char *p
    cdef Py_ssize_t i, n, kept
    cdef int64_t x
    cdef int32_t small
    cdef double f
    cdef Py_complex z
    cdef TypeInfo *info
    cdef uint64_t oid
    p = grow(b, 32)
    if p == NULL:
        return
    if v == NULL:
        p[0] = V_UNBOUND
        b.size += 1
        return
    tp = Py_TYPE(v)
    if tp == &PyLong_Type:
        if es_int_small(v, &x) and -2147483648 <= x <= 2147483647:
            small = <int32_t>x
            p[0] = V_INT32
            memcpy(p + 1, &small, 4)
            b.size += 5
        else:
            put_int(b, v)
    elif tp == &PyUnicode_Type or tp == &PyBytes_Type:
        p[0] = V_STR
        put_u32(p + 1, text_id(v, tp == &PyBytes_Type))
        b.size += 5
    elif tp == &PyFloat_Type:
        f = PyFloat_AS_DOUBLE(v)
        p[0] = V_FLOAT
        memcpy(p + 1, &f, 8)
        b.size += 9
    elif v == Py_None_ptr:
        p[0] = V_NONE
        b.size += 1
    elif tp == &PyBool_Type:
        p[0] = V_TRUE if v == Py_True_ptr else V_FALSE
        b.size += 1
    elif tp == &PyTuple_Type:
        n = PyTuple_GET_SIZE(v)
        kept = n if n < <Py_ssize_t>limit_items else <Py_ssize_t>limit_items
        if depth <= 0 or tuple_budget < kept:
            info = type_info(tp)
            p[0] = V_DEPTH
            put_u32(p + 1, info.type_id if info != NULL else 0)
            b.size += 5
            return
        tuple_budget -= <int>kept
        p[0] = V_TUPLE if kept == n else V_TUPLE_CUT
        put_u64(p + 1, n)
        put_u32(p + 9, <uint32_t>kept)
        b.size += 13
        for i in range(kept):
            put_value(b, PyTuple_GET_ITEM(v, i), depth - 1)
    elif tp == &PyComplex_Type:
        z = (<PyComplexObject *>v).cval
        p[0] = V_COMPLEX
        memcpy(p + 1, &z.real, 8)
        memcpy(p + 9, &z.imag, 8)
        b.size += 17
    elif v == Py_Ellipsis_ptr:
        p[0] = V_ELLIPSIS
        b.size += 1
    elif v == Py_NotImplemented_ptr:
        p[0] = V_NOTIMPLEMENTED
        b.size += 1
    else:
        oid = ensure(v, 0)
        p = grow(b, 9)
        if p == NULL:
            return
        p[0] = V_REF
        put_u64(p + 1, oid)
        b.size += 9


cdef inline unsigned char *put_fast(unsigned char *p, PyObject *v, int depth) noexcept:
    """Write a value that needs nothing else in the recording first, captured to `depth` levels; NULL if it does."""
    cdef PyTypeObject *tp = Py_TYPE(v)
    cdef int64_t x
    cdef int32_t small
    cdef uint32_t strid
    cdef Entry *e
    cdef double f
    if tp == &PyLong_Type:
        if es_unlikely(not es_int_small(v, &x)):
            return NULL
        small = <int32_t>x
        if es_likely(small == x):
            p[0] = V_INT32
            memcpy(p + 1, &small, 4)
            return p + 5
        p[0] = V_INT64
        memcpy(p + 1, &x, 8)
        return p + 9
    if tp.tp_flags & TPFLAGS_HAVE_GC and tp != &PyTuple_Type:
        e = table_find(v)
        if es_unlikely(e == NULL or e.explored < depth):
            return NULL
        p[0] = V_REF
        memcpy(p + 1, &e.oid, 8)
        return p + 9
    if tp == &PyUnicode_Type:
        strid = cached_text(v)
        if strid == 0:
            return NULL
        p[0] = V_STR
        memcpy(p + 1, &strid, 4)
        return p + 5
    if tp == &PyFloat_Type:
        f = PyFloat_AS_DOUBLE(v)
        p[0] = V_FLOAT
        memcpy(p + 1, &f, 8)
        return p + 9
    if v == Py_None_ptr:
        p[0] = V_NONE
        return p + 1
    if tp == &PyBool_Type:
        p[0] = V_TRUE if v == Py_True_ptr else V_FALSE
        return p + 1
    if tp == &PyTuple_Type or tp == &PyBytes_Type:
        return NULL
    e = table_find(v)
    if e == NULL or e.explored < depth:
        return NULL
    p[0] = V_REF
    memcpy(p + 1, &e.oid, 8)
    return p + 9
