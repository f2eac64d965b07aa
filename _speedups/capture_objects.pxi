# Contents of objects: walked once to fingerprint them or to write a snapshot.

cdef inline void walk_value(Walk *w, uint64_t position, PyObject *v) noexcept:
    cdef int64_t x
    cdef int32_t small
    cdef unsigned char *p
    if w.emit:
        if Py_TYPE(v) == &PyLong_Type and es_int_small(v, &x) and -2147483648 <= x <= 2147483647:
            p = grow(&object_buffer, 5)
            if p == NULL:
                return
            small = <int32_t>x
            p[0] = V_INT32
            memcpy(p + 1, &small, 4)
            object_buffer.size += 5
        else:
            prepare(v, w.depth)
            put_value(&object_buffer, v, w.depth)
    w.print += mix(position + ident(v, 0))
    if w.deep and is_container(v):
        deep_push(v, 0)


cdef inline void walk_item(Walk *w, PyObject *v) noexcept:
    walk_value(w, <uint64_t>w.items * <uint64_t>0x9E3779B97F4A7C15 + 1, v)
    w.items += 1


cdef inline void walk_pair(Walk *w, PyObject *k, PyObject *v) noexcept:
    cdef uint64_t h = ident(k, 0)
    if w.emit:
        prepare(k, w.depth)
        put_value(&object_buffer, k, w.depth)
    if w.deep and is_container(k):
        deep_push(k, 0)
    walk_value(w, h * 3 + <uint64_t>w.pairs, v)
    w.pairs += 1


cdef inline void walk_attr(Walk *w, PyObject *name, PyObject *v) noexcept:
    cdef unsigned char *p
    if w.attrs >= limit_items:
        return
    if w.emit:
        p = grow(&object_buffer, 4)
        if p == NULL:
            return
        put_u32(p, text_id(name, False))
        object_buffer.size += 4
    walk_value(w, mix(<uint64_t>name), v)
    w.attrs += 1


cdef void walk_array(Walk *w, PyObject **items, Py_ssize_t n) noexcept:
    cdef Py_ssize_t i, kept = n if n < <Py_ssize_t>limit_items else <Py_ssize_t>limit_items
    w.size = n
    w.cut = kept < n
    for i in range(kept):
        if items[i] != NULL:
            walk_item(w, items[i])


cdef bint walk_ordered(Walk *w, PyObject *d) noexcept:
    """An OrderedDict in its own order; False if its keys cannot be looked up without the program's code."""
    cdef PyObject *iterator
    cdef PyObject *key
    cdef PyObject *value
    cdef bint collecting
    if not keys_are_safe(d, False):
        return False
    collecting = PyGC_Disable()
    iterator = PyODict_Type.tp_iter(d)
    while iterator != NULL:
        key = Py_TYPE(iterator).tp_iternext(iterator)
        if key == NULL:
            break
        if w.pairs >= limit_items:
            w.cut = True
            Py_DECREF(key)
            break
        value = PyDict_GetItemWithError(d, key)
        if value != NULL:
            walk_pair(w, key, value)
        Py_DECREF(key)
    if iterator != NULL:
        Py_DECREF(iterator)
    PyErr_Clear()
    if collecting:
        PyGC_Enable()
    return True


cdef void walk_dict(Walk *w, PyObject *d) noexcept:
    cdef Py_ssize_t pos = 0, n = PyDict_Size(d)
    cdef PyObject *key
    cdef PyObject *value
    w.size = n
    if Py_TYPE(d) != &PyDict_Type and PyType_IsSubtype(Py_TYPE(d), &PyODict_Type) and walk_ordered(w, d):
        return
    while PyDict_Next(d, &pos, &key, &value):
        if w.pairs >= limit_items:
            w.cut = True
            break
        walk_pair(w, key, value)


cdef void walk_set(Walk *w, PyObject *o) noexcept:
    cdef PySetObject *s = <PySetObject *>o
    cdef Py_ssize_t i
    w.size = s.used
    for i in range(s.mask + 1):
        if s.table[i].key != NULL and s.table[i].hash != -1:
            if w.items >= limit_items:
                w.cut = True
                break
            walk_item(w, s.table[i].key)


cdef void walk_deque(Walk *w, PyObject *o) noexcept:
    cdef Py_ssize_t i, n = Py_SIZE(o)
    cdef PyTypeObject *base = base_type(Py_TYPE(o), b"collections.deque")
    cdef PyObject *v
    w.size = n
    for i in range(n):
        if w.items >= limit_items:
            w.cut = True
            break
        v = base.tp_as_sequence.sq_item(o, i)
        if v == NULL:
            PyErr_Clear()
            break
        walk_item(w, v)
        Py_DECREF(v)


cdef void walk_instance(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    """Attributes in __slots__ and in the instance's own dictionary, in that order."""
    cdef int i
    cdef PyObject *v
    cdef PyObject *key
    cdef es_attrs a
    cdef Py_ssize_t j, pos = 0
    w.print += <uint64_t>info.type_id * <uint64_t>0x9E3779B97F4A7C15      # it may be of another class now
    if w.deep and info.foreign:
        deep_push(<PyObject *>info.tp, 0)
    if info.nfields:
        walk_members(w, o, info)
    for i in range(info.nslots):
        v = (<PyObject **>(<char *>o + info.slots[i].offset))[0]
        if v != NULL:
            walk_attr(w, info.slots[i].name, v)
    es_instance_attrs(o, &a)
    if a.values != NULL:
        for j in range(es_values_count(&a)):
            v = es_values_item(&a, j)
            key = es_values_key(&a, j)
            if v != NULL and key != NULL:
                if w.emit:
                    may_shadow(info.tp, key, v)
                walk_attr(w, key, v)
    elif a.dict != NULL and PyDict_Check(a.dict):
        while PyDict_Next(a.dict, &pos, &key, &v):
            if Py_TYPE(key) == &PyUnicode_Type:
                if w.emit:
                    may_shadow(info.tp, key, v)
                walk_attr(w, key, v)
            elif Py_TYPE(key).tp_flags & TPFLAGS_UNICODE_SUBCLASS:
                walk_odd_attr(w, key, v)
            elif a.dict != o:
                walk_unnamed(w, key, v)


cdef void walk_unnamed(Walk *w, PyObject *key, PyObject *v) noexcept:
    """An attribute whose key is no text, which only a store into __dict__ can make: under the key's repr in brackets."""
    cdef PyObject *shown
    cdef PyObject *name = NULL
    cdef bint collecting
    if w.attrs >= limit_items or not safe_key(key, 0):
        w.attrs_cut = True
        return
    collecting = PyGC_Disable()
    shown = PyObject_Repr_ptr(key)
    if collecting:
        PyGC_Enable()
    if shown != NULL:
        name = PyUnicode_FromFormat(b"[%U]", shown)
        Py_DECREF(shown)
    if name == NULL:
        PyErr_Clear()
        w.attrs_cut = True
        return
    walk_text_attr(w, name, v)
    Py_DECREF(name)


cdef void walk_odd_attr(Walk *w, PyObject *name, PyObject *v) noexcept:
    """An attribute whose name is of a subclass of str, with a __hash__ of its own perhaps: under a plain copy."""
    cdef PyObject *copy = PyUnicode_FromKindAndData(PyUnicode_KIND(name), PyUnicode_DATA(name), PyUnicode_GET_LENGTH(name))
    if copy == NULL:
        PyErr_Clear()
        return
    walk_text_attr(w, copy, v)
    Py_DECREF(copy)


cdef void walk_text_attr(Walk *w, PyObject *name, PyObject *v) noexcept:
    """An attribute whose name was made for it: told apart by its text."""
    cdef unsigned char *p
    if w.attrs >= limit_items:
        return
    if w.emit:
        p = grow(&object_buffer, 4)
        if p == NULL:
            return
        put_u32(p, text_id(name, False))
        object_buffer.size += 4
    walk_value(w, mix(text_hash(name, False)), v)
    w.attrs += 1


cdef uint32_t repr_text(PyObject *o, PyTypeObject *base) noexcept:
    """repr() by a type for which text_by_repr holds, without the address.

    The collector stays off meanwhile, so that nothing of the program runs.
    """
    cdef bint collecting = PyGC_Disable()
    cdef PyObject *s = base.tp_repr(o)
    cdef PyObject *shorter
    cdef uint32_t strid = 0
    cdef Py_ssize_t at
    if s != NULL:
        at = PyUnicode_Find(s, <PyObject *>TEXT_AT, 0, PyUnicode_GET_LENGTH(s), 1)
        if at > 0:
            shorter = PyUnicode_Substring(s, 0, at)
            if shorter != NULL:
                Py_DECREF(s)
                s = PyUnicode_Concat(shorter, <PyObject *>TEXT_END)
                Py_DECREF(shorter)
    if s != NULL:
        if Py_TYPE(s) == &PyUnicode_Type:
            strid = text_id(s, False)
        Py_DECREF(s)
    else:
        PyErr_Clear()
    if collecting:
        PyGC_Enable()
    return strid


cdef PyTypeObject *repr_base(PyTypeObject *tp) noexcept:
    """The type among the bases whose own repr tells the value; NULL if there is none."""
    while tp != NULL and not text_by_repr(tp):
        tp = tp.tp_base
    return tp


cdef bint plain_zone(PyObject *zone) noexcept:
    """A tzinfo whose repr is C code that runs nothing of the program's."""
    if zone == Py_None_ptr or strcmp(Py_TYPE(zone).tp_name, b"datetime.timezone") == 0:
        return True
    return strcmp(Py_TYPE(zone).tp_name, b"zoneinfo.ZoneInfo") == 0


cdef void walk_known(Walk *w, PyObject *o, PyTypeObject *base) noexcept:
    """The text of an instance of `base` (for which text_by_repr holds) or of a subclass."""
    cdef bint has_date = strcmp(base.tp_name, b"datetime.datetime") == 0
    cdef PyObject *part
    cdef char text[96]
    if strncmp(base.tp_name, b"_thread.", 8) == 0:
        w.text = repr_text(o, base)
        w.print += mix(w.text)
        return
    if has_date or strcmp(base.tp_name, b"datetime.time") == 0:
        part = es_datetime_zone(o, has_date)
        if not plain_zone(part):
            es_datetime_text(o, base.tp_name, has_date, text)
            if w.emit:
                w.text = plain_text(text)
            walk_attr(w, <PyObject *>NAME_TZINFO, part)
            return
    elif strcmp(base.tp_name, b"re.Match") == 0:
        part = (<PyObject **>(<char *>o + member_of(base, b"string").offset))[0]
        if part == NULL or not (Py_TYPE(part) == &PyUnicode_Type or Py_TYPE(part) == &PyBytes_Type):
            return
    elif base == &PyCFunction_Type:
        part = (<PyCFunctionObject *>o).m_self
        if part != NULL and Py_TYPE(part) != &PyModule_Type:
            walk_attr(w, <PyObject *>NAME_SELF, part)
    if w.emit:
        w.text = repr_text(o, base)


cdef void walk_scalar(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    """An enum member, or an instance of a type with a value: of the standard library, or a subclass of a number or text."""
    cdef PyTypeObject *base = repr_base(info.tp)
    if base != NULL:
        walk_known(w, o, base)
    elif info.tp.tp_flags & (TPFLAGS_LONG_SUBCLASS | TPFLAGS_UNICODE_SUBCLASS | TPFLAGS_BYTES_SUBCLASS) \
            or PyType_IsSubtype(info.tp, &PyFloat_Type) or PyType_IsSubtype(info.tp, &PyComplex_Type):
        walk_base_value(w, o, info.tp)
    elif numpy_code(info.tp) != 0:
        walk_raw(w, <const char *>o + 2 * sizeof(void *), numpy_code(info.tp), numpy_size(info.tp), False)
    walk_instance(w, o, info)


cdef void walk_function(Walk *w, PyObject *o) noexcept:
    """Its own attributes before the variables that it captured, which may have the same names."""
    cdef PyFunctionObject *f = <PyFunctionObject *>o
    cdef PyObject *names
    cdef Py_ssize_t i
    w.text = text_id(f.func_qualname, False) if Py_TYPE(f.func_qualname) == &PyUnicode_Type else 0
    w.print += mix(w.text)
    if f.func_defaults != NULL:
        walk_attr(w, <PyObject *>NAME_DEFAULTS, f.func_defaults)
    if f.func_kwdefaults != NULL:
        walk_attr(w, <PyObject *>NAME_KWDEFAULTS, f.func_kwdefaults)
    if f.func_dict != NULL:
        walk_function_dict(w, f.func_dict)
    if f.func_closure != NULL and PyTuple_CheckExact(f.func_closure):
        names = PyCode_FreeNames(f.func_code)
        if names != NULL:
            for i in range(PyTuple_GET_SIZE(f.func_closure)):
                if i < PyTuple_GET_SIZE(names):
                    walk_attr(w, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(f.func_closure, i))
            Py_DECREF(names)


cdef void walk_function_dict(Walk *w, PyObject *d) noexcept:
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    while PyDict_Next(d, &pos, &key, &value):
        if Py_TYPE(key) == &PyUnicode_Type:
            walk_attr(w, key, value)


cdef void walk_code(Walk *w, PyObject *code) noexcept:
    """Which code it is."""
    cdef PyCodeObject *c = <PyCodeObject *>code
    walk_attr(w, <PyObject *>NAME_CO_NAME, c.co_name)
    walk_attr(w, <PyObject *>NAME_CO_FILENAME, c.co_filename)
    walk_number(w, <PyObject *>NAME_CO_LINE, c.co_firstlineno, False)


cdef void walk_traceback(Walk *w, PyObject *tb, str name) noexcept:
    """An attribute for a traceback: a tuple of (file, line, function), outermost first."""
    cdef PyTracebackObject *t = <PyTracebackObject *>tb
    cdef uint32_t n = 0
    cdef PyObject *code
    cdef PyCodeObject *c
    cdef unsigned char *p
    cdef int32_t line
    while t != NULL and <PyObject *>t != Py_None_ptr and n < limit_items:
        n += 1
        t = t.tb_next
    if n == 0:
        return
    w.print += mix(n)
    if not w.emit:
        w.attrs += 1
        return
    p = grow(&object_buffer, 32)
    if p == NULL:
        return
    put_u32(p, text_id(<PyObject *>name, False))
    p[4] = V_TUPLE
    put_u32(put_u64(p + 5, n), n)
    object_buffer.size += 17
    t = <PyTracebackObject *>tb
    while n:
        code = es_code_of_frame(<PyObject *>t.tb_frame)
        c = <PyCodeObject *>code
        line = t.tb_lineno
        if line < 0:
            line = es_line_at(code, t.tb_lasti)
        p = grow(&object_buffer, 64)
        if p == NULL:
            return
        p[0] = V_TUPLE
        p = put_u32(put_u64(p + 1, 3), 3)
        p[0] = V_STR
        p = put_u32(p + 1, text_id(c.co_filename, False))
        p[0] = V_INT32
        memcpy(p + 1, &line, 4)
        p += 5
        p[0] = V_STR
        p = put_u32(p + 1, text_id(c.co_name, False))
        object_buffer.size = <size_t>(p - object_buffer.data)
        Py_DECREF(code)
        t = t.tb_next
        n -= 1
    w.attrs += 1


cdef void walk_exception(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    cdef PyBaseExceptionObject *e = <PyBaseExceptionObject *>o
    if e.args != NULL and PyTuple_Check(e.args):
        walk_array(w, &(<PyTupleObject *>e.args).ob_item[0], PyTuple_GET_SIZE(e.args))
    walk_traceback(w, e.traceback, NAME_TRACEBACK)
    if e.cause != NULL:
        walk_attr(w, <PyObject *>NAME_CAUSE, e.cause)
    if e.context != NULL:
        walk_attr(w, <PyObject *>NAME_CONTEXT, e.context)
    walk_instance(w, o, info)


cdef void walk_base_value(Walk *w, PyObject *o, PyTypeObject *tp) noexcept:
    """The number or string that an instance of a subclass of int, float, str or bytes is."""
    cdef unsigned char *p
    cdef double f
    if tp.tp_flags & TPFLAGS_LONG_SUBCLASS:
        if w.emit:
            put_int(&object_buffer, o)
        w.items += 1
    elif PyType_IsSubtype(tp, &PyFloat_Type):
        if w.emit:
            p = grow(&object_buffer, 9)
            if p == NULL:
                return
            f = PyFloat_AS_DOUBLE(o)
            p[0] = V_FLOAT
            memcpy(p + 1, &f, 8)
            object_buffer.size += 9
        w.items += 1
    elif PyType_IsSubtype(tp, &PyComplex_Type):
        if w.emit:
            p = grow(&object_buffer, 17)
            if p == NULL:
                return
            p[0] = V_COMPLEX
            memcpy(p + 1, &(<PyComplexObject *>o).cval.real, 8)
            memcpy(p + 9, &(<PyComplexObject *>o).cval.imag, 8)
            object_buffer.size += 17
        w.items += 1
    elif tp.tp_flags & (TPFLAGS_UNICODE_SUBCLASS | TPFLAGS_BYTES_SUBCLASS):
        if w.emit:
            p = grow(&object_buffer, 5)
            if p == NULL:
                return
            p[0] = V_STR
            put_u32(p + 1, unshared_text(o, (tp.tp_flags & TPFLAGS_BYTES_SUBCLASS) != 0))
            object_buffer.size += 5
        w.items += 1


cdef uint32_t unshared_text(PyObject *o, bint is_bytes) noexcept:
    """A string id for an instance of a str or bytes subclass (its __hash__ may be the program's)."""
    global next_strid
    cdef uint32_t strid = next_strid
    next_strid += 1
    emit_text(o, is_bytes, strid)
    return strid


cdef void walk_class(Walk *w, PyTypeObject *tp) noexcept:
    """Data attributes of a class that the program made."""
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    if not tp.tp_flags & TPFLAGS_HEAPTYPE or tp.tp_flags & TPFLAGS_IMMUTABLETYPE or tp.tp_dict == NULL:
        return
    while PyDict_Next(tp.tp_dict, &pos, &key, &value):
        if Py_TYPE(key) == &PyUnicode_Type and is_shown_of_class(key, value):
            walk_attr(w, key, value)


cdef bint is_shown_of_class(PyObject *name, PyObject *value) noexcept:
    """No functions, descriptors and dunder names; nor an enumeration's table by value, which operators on its members fill."""
    return name != <PyObject *>NAME_BY_VALUE and Py_TYPE(value).tp_descr_get == NULL and (
        PyUnicode_GET_LENGTH(name) < 3 or PyUnicode_READ_CHAR(name, 0) != c'_' or PyUnicode_READ_CHAR(name, 1) != c'_')


cdef void walk_fields(Walk *w, PyObject *o) noexcept:
    """Items of a named tuple under their names."""
    cdef PyObject *names = _PyType_Lookup(Py_TYPE(o), <PyObject *>NAME_FIELDS)
    cdef Py_ssize_t i
    if names == NULL or not PyTuple_CheckExact(names) or PyTuple_GET_SIZE(names) > Py_SIZE(o):
        return
    for i in range(PyTuple_GET_SIZE(names)):
        if Py_TYPE(PyTuple_GET_ITEM(names, i)) == &PyUnicode_Type:
            walk_attr(w, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(o, i))


cdef inline void walk_contents(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    """What an object holds; nothing of the program runs meanwhile."""
    cdef bint collecting
    if not COLLECTS_ANYWHERE or info.nfields == 0 and (info.shape <= SHAPE_DICT or info.shape == SHAPE_INSTANCE):
        walk_any(w, o, info)
        return
    collecting = PyGC_Disable()      # some of it is made for the look, which may be the collector's occasion
    walk_any(w, o, info)
    if collecting:
        PyGC_Enable()


cdef void walk_any(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    """Items, then pairs, then attributes: the order in which a snapshot lists them."""
    cdef int shape = info.shape
    cdef PyObject *s
    cdef uint64_t h
    if shape == SHAPE_INSTANCE:
        walk_instance(w, o, info)
        return
    if shape == SHAPE_LIST:
        walk_array(w, (<PyListObject *>o).ob_item, Py_SIZE(o))
        if info.tp != &PyList_Type:
            walk_instance(w, o, info)
    elif shape == SHAPE_DICT:
        walk_dict(w, o)
        if info.tp != &PyDict_Type:
            walk_instance(w, o, info)
    elif shape == SHAPE_SET or shape == SHAPE_FROZENSET:
        walk_set(w, o)
        walk_instance(w, o, info)
    elif shape == SHAPE_NAMEDTUPLE:
        walk_array(w, &(<PyTupleObject *>o).ob_item[0], Py_SIZE(o))
        walk_fields(w, o)
        walk_instance(w, o, info)
    elif shape == SHAPE_DEQUE:
        walk_deque(w, o)
        walk_instance(w, o, info)
    elif shape == SHAPE_CELL:
        if (<PyCellObject *>o).ob_ref != NULL:
            walk_item(w, (<PyCellObject *>o).ob_ref)
    elif shape == SHAPE_EXCEPTION:
        walk_exception(w, o, info)
    elif shape == SHAPE_FUNCTION:
        walk_function(w, o)
    elif shape == SHAPE_METHOD:
        walk_attr(w, <PyObject *>NAME_SELF, (<PyMethodObject *>o).im_self)
        walk_attr(w, <PyObject *>NAME_FUNC, (<PyMethodObject *>o).im_func)
    elif shape == SHAPE_ITERATOR:
        if info.tp == &PyGen_Type or info.tp == &PyCoro_Type or info.tp == &PyAsyncGen_Type:
            walk_generator(w, o)
        else:
            walk_instance(w, o, info)
    elif shape == SHAPE_CLASS:
        walk_class(w, <PyTypeObject *>o)
        if (<PyTypeObject *>o).tp_flags & TPFLAGS_HEAPTYPE:
            w.print += mix(<uint64_t>(<PyHeapTypeObject *>o).ht_qualname)
        if w.emit and (<PyTypeObject *>o).tp_flags & TPFLAGS_HEAPTYPE:
            w.text = text_id((<PyHeapTypeObject *>o).ht_qualname, False)
        elif w.emit:
            w.text = plain_text((<PyTypeObject *>o).tp_name)
    elif shape == SHAPE_MODULE:
        s = dict_get_str(PyModule_GetDict(o), <PyObject *>NAME_NAME)
        if s != NULL and Py_TYPE(s) == &PyUnicode_Type:
            w.print += ident(s, 0)
            w.text = text_id(s, False)
    elif shape == SHAPE_BYTEARRAY:
        w.size = Py_SIZE(o)
        h = es_xxh64(PyByteArray_AS_STRING(o), <size_t>(Py_SIZE(o) if Py_SIZE(o) < 4096 else 4096), <uint64_t>Py_SIZE(o))
        w.print += mix(h)
        if w.emit:
            w.text = raw_bytes_id(PyByteArray_AS_STRING(o), Py_SIZE(o))
        if info.tp != &PyByteArray_Type:
            walk_instance(w, o, info)
    elif shape == SHAPE_ENUM or shape == SHAPE_VALUE:
        walk_scalar(w, o, info)
    elif shape == SHAPE_RANGE:
        walk_instance(w, o, info)
    elif shape == SHAPE_ARRAY:
        walk_array_object(w, o, info)
    elif info.tp == &PyTraceBack_Type:
        walk_traceback(w, o, NAME_LINES)
    elif info.tp == &PyCode_Type:
        walk_code(w, o)
    elif info.tp == &PyFrame_Type:
        s = es_code_of_frame(o)
        walk_code(w, s)
        Py_DECREF(s)
    else:
        walk_instance(w, o, info)


cdef uint32_t plain_text(const char *s) noexcept:
    cdef PyObject *o = PyUnicode_FromString_ptr(s)
    cdef uint32_t strid = 0
    if o == NULL:
        PyErr_Clear()
        return 0
    strid = text_id(o, False)
    Py_DECREF(o)
    return strid
