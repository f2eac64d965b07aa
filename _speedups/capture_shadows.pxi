# Methods that some instance has hidden behind an attribute of its own: what their calls do is not known by the class.

cdef struct Shadowed:
    PyTypeObject *tp
    PyObject *name           # held

cdef enum:
    MAX_SHADOWED = 512

cdef Shadowed shadowed[512]
cdef int shadowed_count = 0

# What an instance has under a name for which its class has no method, yet.

cdef enum:
    MAX_EARLY = 1 << 15

cdef uint64_t *early = NULL  # an open table of classes with names; 0: free
cdef uint64_t early_mask = 0
cdef uint64_t early_count = 0
cdef bint early_lost = False  # there were more than are kept: any class may have some


cdef inline uint64_t early_key(PyTypeObject *tp, PyObject *name) noexcept:
    return mix(<uint64_t>PyObject_Hash(name) + mix(<uint64_t>tp)) | 1


cdef inline uint64_t *early_place(uint64_t key) noexcept:
    cdef uint64_t i = key >> 1 & early_mask
    while early[i] != 0 and early[i] != key:
        i = (i + 1) & early_mask
    return &early[i]


cdef void shadows_early(PyTypeObject *tp, PyObject *name) noexcept:
    """The class may get a method of that name."""
    global early, early_mask, early_count, early_lost
    cdef uint64_t *old = early
    cdef uint64_t size = early_mask + 1 if old != NULL else 0
    cdef uint64_t *grown
    cdef uint64_t *place
    cdef uint64_t key = early_key(tp, name)
    cdef uint64_t i
    if early_count * 2 >= size:
        grown = NULL if size == MAX_EARLY else <uint64_t *>calloc(max(2 * size, 64), 8)
        if grown == NULL:
            early_lost = True
            return
        early = grown
        early_mask = max(2 * size, 64) - 1
        for i in range(size):
            if old[i] != 0:
                early_place(old[i])[0] = old[i]
        free(old)
    place = early_place(key)
    if place[0] == 0:
        place[0] = key
        early_count += 1


cdef inline bint has_shadowed_early(PyTypeObject *tp, PyObject *name) noexcept:
    """Whether an instance of the class has, or had, something to call under this name before the class had."""
    return early_lost or early != NULL and early_place(early_key(tp, name))[0] != 0


cdef void forget_early() noexcept:
    global early, early_mask, early_count, early_lost
    free(early)
    early = NULL
    early_mask = early_count = 0
    early_lost = False


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
        shadows_early(tp, name)
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
