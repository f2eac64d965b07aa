# Containers that modules which are not recorded keep as variables of their own: calls of their functions may change
# them, whichever way the program has come to know them.

cdef enum:
    MAX_KEPT = 1 << 16       # containers, and modules, that are kept in mind
    FIRST_KEPT = 1 << 15     # so large that the tables do not lie among what the program allocates
    FIRST_SCANNED = 1 << 13

cdef struct Scanned:
    PyObject *namespace      # only ever compared
    Py_ssize_t size          # how many variables it had

cdef void **kept = NULL          # an open table of containers (compared only)
cdef uint64_t kept_mask = 0, kept_count = 0
cdef Scanned *scanned = NULL     # an open table of the modules that were looked through
cdef uint64_t scanned_mask = 0, scanned_count = 0
cdef Py_ssize_t modules_then = 0     # how many modules there were when they were last looked through


cdef inline uint64_t kept_home(void *p) noexcept:
    return (<uint64_t>p >> 4) * <uint64_t>0x9E3779B97F4A7C15 >> 24


cdef inline void **kept_place(void *p) noexcept:
    cdef uint64_t i = kept_home(p) & kept_mask
    while kept[i] != NULL and kept[i] != p:
        i = (i + 1) & kept_mask
    return &kept[i]


cdef bint kept_grow() noexcept:
    global kept, kept_mask
    cdef void **old = kept
    cdef uint64_t size = 0 if old == NULL else kept_mask + 1
    cdef void **grown
    cdef uint64_t i
    if size >= MAX_KEPT:
        return False
    grown = <void **>calloc(max(2 * size, FIRST_KEPT), sizeof(void *))
    if grown == NULL:
        return False
    kept = grown
    kept_mask = max(2 * size, FIRST_KEPT) - 1
    for i in range(size):
        if old[i] != NULL:
            kept_place(old[i])[0] = old[i]
    free(old)
    return True


cdef void keep_container(void *p) noexcept:
    global kept_count
    cdef void **place
    if (kept == NULL or kept_count * 2 > kept_mask) and not kept_grow():
        return
    place = kept_place(p)
    if place[0] == NULL:
        place[0] = p
        kept_count += 1


cdef Scanned *scan_of(PyObject *namespace) noexcept:
    """What is known of a module that is not recorded; NULL where there is no room."""
    global scanned, scanned_mask, scanned_count
    cdef Scanned *old = scanned
    cdef uint64_t size = 0 if old == NULL else scanned_mask + 1
    cdef uint64_t i
    if scanned_count * 2 >= size:
        if size >= MAX_KEPT:
            return NULL
        scanned = <Scanned *>calloc(max(2 * size, FIRST_SCANNED), sizeof(Scanned))
        if scanned == NULL:
            scanned = old
            return NULL
        scanned_mask = max(2 * size, FIRST_SCANNED) - 1
        for i in range(size):
            if old[i].namespace != NULL:
                scan_place(old[i].namespace)[0] = old[i]
        free(old)
    return scan_place(namespace)


cdef inline Scanned *scan_place(PyObject *namespace) noexcept:
    cdef uint64_t i = kept_home(namespace) & scanned_mask
    while scanned[i].namespace != NULL and scanned[i].namespace != namespace:
        i = (i + 1) & scanned_mask
    return &scanned[i]


cdef inline bint may_be_kept(PyTypeObject *tp) noexcept:
    return tp == &PyList_Type or tp == &PyDict_Type or tp == &PySet_Type \
        or (tp.tp_flags & TPFLAGS_DICT_SUBCLASS and is_fixed_type(tp))


cdef bint has_container(PyObject *namespace, PyObject *wanted) noexcept:
    """Keeps the containers of a module in mind; with `wanted`, whether it has that one."""
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    while PyDict_Next(namespace, &pos, &key, &value):
        if wanted != NULL:
            if value == wanted:
                return True
        elif may_be_kept(Py_TYPE(value)):
            keep_container(value)
    return False


cdef bint look_through_modules(PyObject *wanted) noexcept:
    """Looks at the modules that have come or grown; with `wanted`, whether one of all has that container."""
    global scanned_count
    cdef PyObject *modules = PyImport_GetModuleDict()
    cdef PyObject *key
    cdef PyObject *module
    cdef PyObject *namespace
    cdef Py_ssize_t pos = 0
    cdef Scanned *s
    while PyDict_Next(modules, &pos, &key, &module):
        if not PyModule_Check(module):
            continue
        namespace = PyModule_GetDict(module)
        if namespace == NULL or Py_TYPE(namespace) != &PyDict_Type:
            continue
        if wanted != NULL:
            if module_of(namespace) == NULL and has_container(namespace, wanted):
                return True
            continue
        s = scan_of(namespace)
        if s == NULL:
            return False
        if s.namespace == NULL:
            s.namespace = namespace
            s.size = -1
            scanned_count += 1
        if s.size != PyDict_Size(namespace):
            s.size = PyDict_Size(namespace)
            if module_of(namespace) == NULL:
                has_container(namespace, NULL)
    return False


cdef bint is_kept(PyObject *o) noexcept:
    """Whether a module that is not recorded has a container as its variable."""
    global modules_then
    cdef PyObject *modules = PyImport_GetModuleDict()
    if PyDict_Size(modules) != modules_then:
        modules_then = PyDict_Size(modules)
        look_through_modules(NULL)
    if kept == NULL:
        return False
    return kept_place(o)[0] != NULL and look_through_modules(o)


cdef void hold_if_kept(PyObject *o, uint64_t oid) noexcept:
    """A container has got into the recording: look at it before each statement if a library has it, too."""
    cdef Entry *e
    if not is_kept(o):
        return
    e = table_find(o)
    if e == NULL or e.oid != oid:
        return
    if held_count == MAX_HELD and not e.flags & E_CUT:
        doubt_for_good(e)
    else:
        hold(o, e)


cdef void forget_kept() noexcept:
    """For another recording in the same process."""
    global kept, kept_mask, kept_count, scanned, scanned_mask, scanned_count, modules_then
    free(kept)
    free(scanned)
    kept = NULL
    scanned = NULL
    kept_mask = kept_count = scanned_mask = scanned_count = 0
    modules_then = 0
