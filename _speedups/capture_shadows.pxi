# Methods that some instance has hidden behind an attribute of its own: what their calls do is not known by the class.

cdef struct Shadowed:
    PyTypeObject *tp
    PyObject *name           # held

cdef enum:
    MAX_SHADOWED = 512

cdef Shadowed shadowed[512]
cdef int shadowed_count = 0


cdef inline void may_shadow(PyTypeObject *tp, PyObject *name, PyObject *value) noexcept:
    """An instance of tp has an attribute."""
    if es_unlikely(Py_TYPE(value).tp_call != NULL):
        look_for_shadow(tp, name)


cdef void look_for_shadow(PyTypeObject *tp, PyObject *name) noexcept:
    """An instance of tp has something that can be called under this name."""
    global shadowed_count
    cdef PyObject *found
    if not is_heap(tp):
        return
    if shadowed_count > MAX_SHADOWED:
        PyType_Modified(tp)
        return
    if is_shadowed(tp, name):
        return
    found = _PyType_Lookup(tp, name)
    if found == NULL or Py_TYPE(found).tp_descr_set != NULL:
        return
    if shadowed_count < MAX_SHADOWED:
        shadowed[shadowed_count].tp = tp
        shadowed[shadowed_count].name = name
        Py_INCREF(name)
    shadowed_count += 1
    PyType_Modified(tp)      # what sites know of the class holds no longer


cdef bint is_shadowed(PyTypeObject *tp, PyObject *name) noexcept:
    cdef int i
    if shadowed_count > MAX_SHADOWED:
        return True
    for i in range(shadowed_count):
        if shadowed[i].tp == tp and (
                shadowed[i].name == name or PyUnicode_Compare(shadowed[i].name, name) == 0):
            return True
    return False
