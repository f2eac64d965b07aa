# Names under which some instance has something to call: hidden from then on is what the class has under them, or may
# get, so what a call of such a method does is not known by the class.

cdef enum:
    MAX_HIDDEN = 1 << 15
    RELEARNED = 512

cdef uint64_t *hidden = NULL     # an open table of classes with names; 0: free
cdef uint64_t hidden_mask = 0
cdef uint64_t hidden_count = 0
cdef bint hidden_lost = False    # there were more than are kept: any class may have some
cdef PyTypeObject *relearned[512]    # classes of which sites know that, by a hash (compared only)


cdef inline uint64_t hidden_key(PyTypeObject *tp, PyObject *name) noexcept:
    return mix(<uint64_t>PyObject_Hash(name) + mix(<uint64_t>tp)) | 1


cdef inline uint64_t *hidden_place(uint64_t key) noexcept:
    cdef uint64_t i = key >> 1 & hidden_mask
    while hidden[i] != 0 and hidden[i] != key:
        i = (i + 1) & hidden_mask
    return &hidden[i]


cdef bint hide(PyTypeObject *tp, PyObject *name) noexcept:
    """Keep a name in mind; False if it was known, or there is no room."""
    global hidden, hidden_mask, hidden_count, hidden_lost
    cdef uint64_t *old = hidden
    cdef uint64_t size = hidden_mask + 1 if old != NULL else 0
    cdef uint64_t *grown
    cdef uint64_t *place
    cdef uint64_t key = hidden_key(tp, name)
    cdef uint64_t i
    if hidden_count * 2 >= size:
        grown = NULL if size == MAX_HIDDEN else <uint64_t *>calloc(max(2 * size, 64), 8)
        if grown == NULL:
            hidden_lost = True
            return False
        hidden = grown
        hidden_mask = max(2 * size, 64) - 1
        for i in range(size):
            if old[i] != 0:
                hidden_place(old[i])[0] = old[i]
        free(old)
    place = hidden_place(key)
    if place[0] != 0:
        return False
    place[0] = key
    hidden_count += 1
    return True


cdef inline bint is_hidden(PyTypeObject *tp, PyObject *name) noexcept:
    """Whether an instance of the class has, or had, something to call under this name."""
    return hidden_lost or hidden != NULL and hidden_place(hidden_key(tp, name))[0] != 0


cdef void forget_hidden() noexcept:
    global hidden, hidden_mask, hidden_count, hidden_lost
    free(hidden)
    hidden = NULL
    hidden_mask = hidden_count = 0
    hidden_lost = False
    memset(relearned, 0, sizeof(relearned))


cdef inline void may_shadow(PyTypeObject *tp, PyObject *name, PyObject *value) noexcept:
    """An instance of tp has an attribute."""
    if es_unlikely(Py_TYPE(value).tp_call != NULL):
        look_for_shadow(tp, name)


cdef void look_for_shadow(PyTypeObject *tp, PyObject *name) noexcept:
    """An instance of tp has something that can be called under this name."""
    cdef PyObject *found
    if not is_heap(tp):
        return
    if not hidden_lost and hide(tp, name):
        found = _PyType_Lookup(tp, name)
        if found != NULL and Py_TYPE(found).tp_descr_set == NULL:
            PyType_Modified(tp)      # what sites know of the class holds no longer
    if es_unlikely(hidden_lost) and relearned[<size_t>tp >> 4 & (RELEARNED - 1)] != tp:
        relearned[<size_t>tp >> 4 & (RELEARNED - 1)] = tp
        PyType_Modified(tp)
