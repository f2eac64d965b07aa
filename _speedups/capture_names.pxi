# Names: cells of captured variables, and variables of modules that unrecorded code set.

cdef bint preparing = False      # cells are met as those of a frame, whose events tell of their variables


# Cells of the variables of a comprehension belong to no frame that is known: they are looked at until its statement is over.

cdef struct Loose:
    PyObject *cell
    void *block
    uint64_t oid
    Frame *frame             # whose statement runs the comprehension
    uint64_t id

cdef enum:
    MAX_LOOSE = 64

cdef Loose loose[64]
cdef int loose_count = 0


cdef void cell_met(PyObject *cell, Entry *e) noexcept:
    """A cell was met in the hands of a function."""
    global loose_count
    cdef Frame *f = current
    cdef int steps = 0
    if preparing:
        return
    while f != NULL and not f.comprehends and steps < 64:
        f = caller_of(f)
        steps += 1
    if f == NULL or not f.comprehends:
        return
    if loose_count == MAX_LOOSE:
        event_u64(OP_ASOF, e.oid)
        return
    loose[loose_count].cell = cell
    loose[loose_count].block = e.block
    loose[loose_count].oid = e.oid
    loose[loose_count].frame = f
    loose[loose_count].id = f.id
    loose_count += 1
    attend(1)


cdef void look_at_cells(SiteData *d) noexcept:
    """Look at the cells of comprehensions, for the last time at those whose statement is over."""
    global loose_count, attention
    cdef bint over = is_over(d.flags)
    cdef int i, kept = 0
    cdef Loose x
    cdef Entry *e
    for i in range(loose_count):
        x = loose[i]
        e = table_find_block(x.block)
        if e != NULL and e.oid == x.oid:
            examine(x.cell)
            if x.frame.id == x.id and not (over and x.frame == current):
                loose[kept] = x
                kept += 1
    attention -= loose_count - kept
    loose_count = kept
    drain_pending()

cdef void prepare_cells(FunctionData *f, void *fp) noexcept:
    """Make the cells of captured variables known before the event that binds them.

    Of a comprehension's variables no event tells: what those cells hold is looked at again.
    """
    cdef PyObject *code = es_frame_code(fp)
    cdef PyObject *cell
    cdef Frame *caller
    cdef bint comprehends
    cdef int i
    global preparing
    if code == NULL:
        return
    caller = NULL if current == NULL else caller_of(current)
    comprehends = caller != NULL and caller.comprehends
    preparing = True
    for i in range(f.nderefs):
        if f.deref_indexes[i] == -2:
            f.deref_indexes[i] = es_cell_index(code, f.deref_names[i])
        if f.deref_indexes[i] < 0:
            continue
        cell = es_frame_local(fp, f.deref_indexes[i])
        if cell != NULL and Py_TYPE(cell) == &PyCell_Type:
            if es_unlikely(comprehends):
                examine(cell)
            else:
                ensure(cell, limit_depth)
    preparing = False
    drain_pending()


cdef void write_cells(SiteData *d, void *fp) noexcept:
    """The cells that the frame about to be entered binds: ENTERS, then one CELL for each."""
    cdef FunctionData *f = d.function
    cdef PyObject *cell
    cdef unsigned char *p
    cdef Entry *e
    cdef int i
    p = reserve(1)
    if p == NULL:
        return
    p[0] = OP_ENTERS
    commit(p, p + 1)
    for i in range(f.nderefs):
        if f.deref_indexes[i] < 0:
            continue
        cell = es_frame_local(fp, f.deref_indexes[i])
        if cell == NULL or Py_TYPE(cell) != &PyCell_Type:
            continue
        e = table_find(cell)
        if e == NULL:
            continue
        p = reserve(16)
        if p == NULL:
            return
        p[0] = OP_CELL
        commit(p, put_u64(put_u32(p + 1, f.deref_slots[i]), e.oid))


cdef void namespace_event(ModuleData *m, int slot, PyObject *value) noexcept:
    global tuple_budget
    cdef unsigned char *p
    tuple_budget = 4096
    if value != NULL:
        prepare(value, limit_depth)
    delta_buffer.size = 0
    p = grow(&delta_buffer, 16)
    if p == NULL:
        return
    p[0] = OP_NAMESPACE
    put_u32(put_u32(p + 1, m.index), slot)
    delta_buffer.size = 9
    put_value(&delta_buffer, value, limit_depth)
    write_buffer(&delta_buffer)


cdef void resync_namespace(ModuleData *m) noexcept:
    """Read all known variables of the running module again."""
    cdef PyObject *namespace = waiting_globals if waiting_globals != NULL else PyEval_GetGlobals_ptr()
    if namespace != NULL:
        examine_namespace(namespace)


# The dictionaries of recorded modules that the program has in its hands as well, and may store into.

cdef enum:
    MAX_SHOWN = 16

cdef struct Shown:
    PyObject *namespace      # only ever compared
    uint64_t oid

cdef Shown shown[16]
cdef unsigned int shown_count = 0
cdef bint looking_at_names = False


cdef void namespace_shown(PyObject *o, uint64_t oid) noexcept:
    """A dict gets into the recording: it may be that of a recorded module."""
    global shown_count
    if Py_TYPE(o) != &PyDict_Type or dict_get_str(o, <PyObject *>NAME_NAME) == NULL or module_of(o) == NULL:
        return
    shown[shown_count % MAX_SHOWN].namespace = o
    shown[shown_count % MAX_SHOWN].oid = oid
    shown_count += 1


cdef ModuleData *shown_module(PyObject *o) noexcept:
    """The module whose variables an object that the program may have changed holds, else NULL."""
    cdef unsigned int i
    cdef Entry *e
    if Py_TYPE(o) != &PyDict_Type or looking_at_names:
        return NULL
    for i in range(min(shown_count, <unsigned int>MAX_SHOWN)):
        if shown[i].namespace == o:
            e = table_find(o)
            if e != NULL and e.oid == shown[i].oid:      # not another dict at the address of one that died
                return module_of(o)
    return NULL


cdef void namespace_changed(PyObject *o) noexcept:
    """An object may have been changed: if it is the dictionary of a recorded module, so are its variables."""
    global looking_at_names
    if shown_module(o) != NULL:
        looking_at_names = True
        examine_namespace(o)
        looking_at_names = False


cdef ModuleData *module_of(PyObject *namespace) noexcept:
    """The recorded module whose globals these are, else NULL."""
    cdef uint32_t i = module_total
    while i:
        i -= 1
        if modules[i].globals == namespace:
            return modules[i]
    return NULL


cdef bint add_name(ModuleData *m, PyObject *name) noexcept:
    """Make a variable known that the module's table does not list: False when it is none to be shown."""
    cdef Py_ssize_t n = PyUnicode_GET_LENGTH(name)
    cdef Py_ssize_t slot = PyList_Size(m.names)
    cdef object place = slot
    cdef unsigned char *p
    if m.spare == 0 or n > 1000 or (n > 4 and PyUnicode_READ_CHAR(name, 0) == c'_' and PyUnicode_READ_CHAR(name, 1) == c'_'
                                    and PyUnicode_READ_CHAR(name, n - 1) == c'_' and PyUnicode_READ_CHAR(name, n - 2) == c'_'):
        return False
    if PyDict_SetItem(m.slots, name, <PyObject *>place) or PyList_Append(m.names, name):
        PyErr_Clear()
        m.spare = 0
        return False
    m.spare -= 1
    delta_buffer.size = 0
    p = grow(&delta_buffer, 16)
    if p == NULL:
        return False
    p[0] = OP_NAME
    put_u32(p + 1, m.index)
    delta_buffer.size = 5
    put_str_name(&delta_buffer, name)
    write_buffer(&delta_buffer)
    return True


cdef void add_names(ModuleData *m, PyObject *namespace) noexcept:
    """Make every variable known that unrecorded code put into the namespace."""
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    while m.spare and PyDict_Next(namespace, &pos, &key, &value):
        if Py_TYPE(key) == &PyUnicode_Type and PyDict_GetItemWithError(m.slots, key) == NULL:
            add_name(m, key)


cdef void examine_namespace(PyObject *namespace) noexcept:
    """All variables of a recorded module may have been rebound, and what they hold changed."""
    cdef ModuleData *m = module_of(namespace)
    cdef Py_ssize_t i
    cdef PyObject *v
    if m == NULL or doubting:
        return
    add_names(m, namespace)
    for i in range(PyList_Size(m.names)):
        v = dict_get_str(namespace, PyList_GET_ITEM(m.names, i))
        namespace_event(m, <int>i, v)
        if v != NULL:
            examine_reached(v)


cdef void module_attribute(PyObject *module, PyObject *name) noexcept:
    """An attribute of a module object was stored: a variable of that module, if it is a recorded one."""
    cdef PyObject *namespace = PyModule_GetDict(module)
    cdef ModuleData *m = module_of(namespace)
    if m != NULL:
        variable_stored(m, namespace, name)


cdef void variable_stored(ModuleData *m, PyObject *namespace, PyObject *name) noexcept:
    """One variable of a recorded module was stored or deleted by other means than its name."""
    cdef PyObject *place
    cdef PyObject *value
    place = PyDict_GetItemWithError(m.slots, name)
    value = dict_get_str(namespace, name)
    if place == NULL:
        if value == NULL or not add_name(m, name):
            return
        place = PyDict_GetItemWithError(m.slots, name)
    namespace_event(m, <int><object>place, value)


# Importing a module leaves its name in the package that holds it, unseen where the import stands elsewhere.

cdef struct Importing:
    Frame *frame             # of the module's body
    uint64_t id
    PyObject *package        # the dictionary of the recorded package

cdef enum:
    MAX_IMPORTING = 64

cdef Importing importing[64]
cdef int importing_count = 0


cdef void import_began() noexcept:
    """The body of a module begins: if a recorded package holds the module, look at that when the body is over."""
    global importing_count
    cdef PyObject *name = dict_get_str(PyEval_GetGlobals_ptr(), <PyObject *>NAME_NAME)
    cdef PyObject *parent
    cdef PyObject *package
    cdef Py_ssize_t dot
    if current == NULL or name == NULL or Py_TYPE(name) != &PyUnicode_Type or importing_count == MAX_IMPORTING:
        return
    dot = PyUnicode_Find(name, <PyObject *>TEXT_DOT, 0, PyUnicode_GET_LENGTH(name), -1)
    if dot <= 0:
        return
    parent = PyUnicode_Substring(name, 0, dot)
    if parent == NULL:
        PyErr_Clear()
        return
    package = dict_get_str(PyImport_GetModuleDict(), parent)
    Py_DECREF(parent)
    if package == NULL or Py_TYPE(package) != &PyModule_Type or module_of(PyModule_GetDict(package)) == NULL:
        return
    importing[importing_count].frame = current
    importing[importing_count].id = current.id
    importing[importing_count].package = PyModule_GetDict(package)
    importing_count += 1
    attend(1)


cdef void look_after_imports() noexcept:
    """Look at the packages of the modules whose bodies are over."""
    global importing_count, attention
    cdef int i, kept = 0
    cdef Importing x
    for i in range(importing_count):
        x = importing[i]
        if x.frame.id == x.id:
            importing[kept] = x
            kept += 1
            continue
        attention -= 1
        if module_of(x.package) != NULL:
            examine_namespace(x.package)
    importing_count = kept
