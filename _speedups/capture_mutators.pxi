# Methods of the builtin containers that change one item: that item is told, not the whole container. What the method
# did shows in the number of items since the object was last recorded; where that says something else, the object is
# examined as after any other method.

cdef enum:
    M_POP = 1            # list, deque: the last item or the one at the index; dict: the key
    M_POPLEFT = 2
    M_APPEND = 3
    M_ADD = 4
    M_DISCARD = 5        # remove, too
    M_SETDEFAULT = 6

cdef dict MUTATORS = {
    "pop": M_POP, "popleft": M_POPLEFT, "append": M_APPEND, "add": M_ADD, "discard": M_DISCARD, "remove": M_DISCARD,
    "setdefault": M_SETDEFAULT,
}

cdef void mutated(PyObject *o, int mutator, PyObject *key, bint stores) noexcept:
    """A builtin method changed o; `key`: what its first argument is, NULL where it has none.

    With `stores`, the statement has stored or deleted items as well, so the same number of items says nothing.
    """
    cdef Entry *e
    cdef TypeInfo *info
    cdef bint told = False
    if es_unlikely(shown_count):
        namespace_changed(o)
    e = table_find(o)
    if e == NULL or not e.flags & E_SNAPPED:
        prepare(o, limit_depth)
        return
    info = type_info(Py_TYPE(o))
    if info == NULL:
        return
    if e.doubted or e.flags & E_VOLATILE:
        pass
    elif info.shape == SHAPE_LIST or info.shape == SHAPE_DEQUE:
        told = sequence_mutated(o, e, info.shape, mutator, key)
    elif info.shape == SHAPE_SET:
        told = set_mutated(o, e, mutator, key)
    elif info.shape == SHAPE_DICT and not is_own_dict(o):
        told = dict_mutated(o, e, mutator, key, stores)
    if not told:
        examine(o)


cdef bint sequence_mutated(PyObject *o, Entry *e, int shape, int mutator, PyObject *key) noexcept:
    cdef Py_ssize_t n = Py_SIZE(o)
    cdef int64_t i = n
    if mutator == M_APPEND:
        if shape == SHAPE_LIST:
            appended(o)
            return True
        return <uint32_t>n == e.size + 1 and grown(o, e, n)
    if <uint32_t>n + 1 != e.size:
        return False
    if mutator == M_POPLEFT:
        i = 0
    elif mutator != M_POP:
        return False
    elif key != NULL:
        if Py_TYPE(key) != &PyLong_Type or not es_int_small(key, &i):
            return False
        if i < 0:
            i += n + 1
        if not 0 <= i <= n:
            return False
    if e.flags & E_CUT and n <= <Py_ssize_t>limit_items:     # all that is left can be told
        return False
    e.size = <uint32_t>n
    e.flags |= E_DIRTY
    shrunk(e.oid, i)
    if i < <int64_t>limit_items and n >= <Py_ssize_t>limit_items:
        return moved_up(o, e, shape)
    return True


cdef PyObject *item_at(PyObject *o, int shape, Py_ssize_t i) noexcept:
    """An item of a list or deque; a new reference."""
    cdef PyObject *value
    if shape == SHAPE_LIST:
        value = (<PyListObject *>o).ob_item[i]
        if value != NULL:
            Py_INCREF(value)
        return value
    value = base_type(Py_TYPE(o), b"collections.deque").tp_as_sequence.sq_item(o, i)
    if value == NULL:
        PyErr_Clear()
    return value


cdef bint grown(PyObject *o, Entry *e, Py_ssize_t n) noexcept:
    """A deque has one more item at its end."""
    cdef PyObject *value = item_at(o, SHAPE_DEQUE, n - 1)
    if value == NULL:
        return False
    e.size = <uint32_t>n
    e.flags |= E_DIRTY
    if n > <Py_ssize_t>limit_items:
        e.flags |= E_CUT
    write_delta(o, e, OP_APPEND, NULL, value)
    Py_DECREF(value)
    return True


cdef void shrunk(uint64_t oid, int64_t i) noexcept:
    """The item at this index is gone, and those behind it moved down."""
    cdef unsigned char *p = reserve(18)
    if p == NULL:
        return
    p[0] = OP_DELITEM
    put_u64(p + 1, oid)
    p[9] = V_INT64
    memcpy(p + 10, &i, 8)
    commit(p, p + 18)


cdef bint moved_up(PyObject *o, Entry *e, int shape) noexcept:
    """An item moved into the part of a long sequence that is told."""
    cdef object index = limit_items - 1
    cdef PyObject *value = item_at(o, shape, limit_items - 1)
    if value == NULL:
        return False
    write_delta(o, e, OP_SETITEM, <PyObject *>index, value)
    Py_DECREF(value)
    return True


cdef bint set_mutated(PyObject *o, Entry *e, int mutator, PyObject *key) noexcept:
    cdef Py_ssize_t n = (<PySetObject *>o).used
    if mutator != M_ADD and mutator != M_DISCARD or key == NULL or not safe_key(key, 0):
        return False
    if <uint32_t>n == e.size:
        return True
    if mutator == M_ADD:
        if <uint32_t>n != e.size + 1:
            return False
    elif <uint32_t>n + 1 != e.size or not exact_key(key):
        return False
    e.size = <uint32_t>n
    e.flags |= E_DIRTY
    if e.flags & E_CUT:
        send_size(e, n)
    write_delta(o, e, OP_APPEND if mutator == M_ADD else OP_DELITEM,
                NULL if mutator == M_ADD else key, key if mutator == M_ADD else NULL)
    return True


cdef bint exact_key(PyObject *k) noexcept:
    """A key that is written as the member that it takes away: no float and no bool, which equal an int."""
    cdef PyTypeObject *tp = Py_TYPE(k)
    cdef Py_ssize_t i
    if tp == &PyTuple_Type:
        for i in range(PyTuple_GET_SIZE(k)):
            if not exact_key(PyTuple_GET_ITEM(k, i)):
                return False
        return safe_key(k, 0)
    return tp == &PyUnicode_Type or tp == &PyLong_Type or tp == &PyBytes_Type or k == Py_None_ptr


cdef bint dict_mutated(PyObject *o, Entry *e, int mutator, PyObject *key, bint stores) noexcept:
    cdef Py_ssize_t n = PyDict_Size(o)
    if key == NULL or not safe_key(key, 0):
        return False
    if <uint32_t>n == e.size:
        return not stores and (mutator == M_POP or mutator == M_SETDEFAULT)
    if mutator == M_SETDEFAULT and <uint32_t>n == e.size + 1:
        item_stored(o, key)
        return True
    if mutator != M_POP or <uint32_t>n + 1 != e.size or not exact_key(key):
        return False
    e.size = <uint32_t>n
    e.flags |= E_DIRTY
    if e.flags & E_CUT:
        send_size(e, n)
    write_delta(o, e, OP_DELITEM, key, NULL)
    return True
