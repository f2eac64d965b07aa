# Methods that some instance has hidden behind an attribute of its own: what their calls do is not known by the class.

cdef struct Shadowed:
    PyTypeObject *tp
    PyObject *name           # held

cdef enum:
    MAX_SHADOWED = 512

cdef Shadowed shadowed[512]
cdef int shadowed_count = 0
cdef uint64_t early[16]      # bits by the hash of a name under which an instance has something that its class had no method for
cdef bint any_early = False


cdef inline uint64_t *early_word(PyObject *name, uint64_t *bit) noexcept:
    cdef uint64_t h = mix(<uint64_t>PyObject_Hash(name))
    bit[0] = <uint64_t>1 << (h & 63)
    return &early[h >> 6 & 15]


cdef inline void may_shadow(PyTypeObject *tp, PyObject *name, PyObject *value) noexcept:
    """An instance of tp has an attribute."""
    if es_unlikely(Py_TYPE(value).tp_call != NULL):
        look_for_shadow(tp, name)


cdef void look_for_shadow(PyTypeObject *tp, PyObject *name) noexcept:
    """An instance of tp has something that can be called under this name."""
    global shadowed_count, any_early
    cdef PyObject *found
    cdef uint64_t bit
    if not is_heap(tp):
        return
    if shadowed_count > MAX_SHADOWED:
        PyType_Modified(tp)
        return
    if is_shadowed(tp, name):
        return
    found = _PyType_Lookup(tp, name)
    if found == NULL or Py_TYPE(found).tp_descr_set != NULL:
        early_word(name, &bit)[0] |= bit
        any_early = True
        return
    shadow(tp, name)
    PyType_Modified(tp)      # what sites know of the class holds no longer


cdef void shadow(PyTypeObject *tp, PyObject *name) noexcept:
    global shadowed_count
    if shadowed_count < MAX_SHADOWED:
        shadowed[shadowed_count].tp = tp
        shadowed[shadowed_count].name = name
        Py_INCREF(name)
    shadowed_count += 1


cdef bint is_shadowed(PyTypeObject *tp, PyObject *name) noexcept:
    cdef int i
    cdef uint64_t bit
    if shadowed_count > MAX_SHADOWED:
        return True
    for i in range(shadowed_count):
        if shadowed[i].tp == tp and (
                shadowed[i].name == name or PyUnicode_Compare(shadowed[i].name, name) == 0):
            return True
    if any_early and early_word(name, &bit)[0] & bit and shadowed_early(tp, name):
        shadow(tp, name)
        return True
    return False


cdef bint shadowed_early(PyTypeObject *tp, PyObject *name) noexcept:
    """Whether a known instance has something to call under this name; looked for once in a version of its class."""
    cdef size_t i
    cdef PyObject *o
    cdef PyObject *value
    for i in range(table_mask + 1):
        if table[i].block != NULL and (table[i].flags & (E_SNAPPED | E_LONG)) == E_SNAPPED:
            o = <PyObject *>(<char *>table[i].block + 16 * table[i].place)
            if Py_TYPE(o) == tp:
                value = attrs_get(o, name)
                if value != NULL and Py_TYPE(value).tp_call != NULL:
                    return True
    return False
