# What code that is not recorded can change although no statement names it: containers that it has handed out and keeps,
# and what a finalizer or the callback of a weak reference reaches.

cdef extern from *:
    """
    static inline Py_ssize_t es_references(PyObject *o) { return Py_REFCNT(o); }
    static inline Py_ssize_t es_exports(PyObject *o) { return ((PyByteArrayObject *)o)->ob_exports; }
    /* Whether something is called when o dies: a weak reference with a callback. */
    static inline int es_called_at_death(PyObject *o) {
        PyTypeObject *tp = Py_TYPE(o);
        PyWeakReference *r;
        if (tp->tp_weaklistoffset == 0 || (tp->tp_flags & Py_TPFLAGS_TYPE_SUBCLASS)) return 0;
        r = *(PyWeakReference **)((char *)o + tp->tp_weaklistoffset);
        for (int i = 0; r != NULL && i < 64; i++, r = r->wr_next)
            if (r->wr_callback != NULL) return 1;
        return 0;
    }
    """
    Py_ssize_t es_references(PyObject *o) noexcept
    Py_ssize_t es_exports(PyObject *o) noexcept
    bint es_called_at_death(PyObject *o) noexcept

cdef struct Held:
    PyObject *object
    void *block
    uint64_t oid
    int credit               # what may still be spent on looking at it without finding a change

cdef enum:
    MAX_HELD = 32
    MAX_DOUBTED = 64
    HELD_CREDIT = 300000     # objects and items looked at: some milliseconds

cdef Held held[32]
cdef int held_count = 0
cdef uint64_t doubted[64]    # objects that others hold and that are no longer looked at
cdef int doubted_count = 0, doubted_next = 0
cdef uint64_t first_new = 0  # objects with this id or a larger one came to be known in the statement that is told
cdef bint death_calls = False    # an object has died whose end called code that is not recorded


cdef bint is_doubted(uint64_t oid) noexcept:
    cdef int i
    for i in range(doubted_count):
        if doubted[i] == oid:
            return True
    return False


cdef void doubt_for_good(Entry *e) noexcept:
    """From now on the contents are always "as of" the step at which they were last seen."""
    global doubted_count, doubted_next
    if is_doubted(e.oid):
        return
    if doubted_count < MAX_DOUBTED:
        doubted[doubted_count] = e.oid
        doubted_count += 1
    else:
        doubted[doubted_next] = e.oid
        doubted_next = (doubted_next + 1) % MAX_DOUBTED
    doubt_entry(e)


cdef bint is_plain_container(PyObject *o) noexcept:
    """A container of a builtin type, which any code can change."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    return tp == &PyList_Type or tp == &PyDict_Type or tp == &PySet_Type or tp == &PyByteArray_Type \
        or (is_fixed_type(tp) and (tp.tp_flags & TPFLAGS_DICT_SUBCLASS or base_named(tp, b"collections.deque")))


cdef Py_ssize_t known_references(SiteData *d, PyObject **args, Py_ssize_t n, PyObject *o) noexcept:
    """How many references to an object the running frame's variables and the site's arguments account for."""
    cdef void *fp = es_current_frame()
    cdef PyObject *code = es_frame_code(fp)
    cdef PyObject *namespace
    cdef PyObject *key
    cdef PyObject *v
    cdef Py_ssize_t i, pos = 0, found = 0
    if code == NULL:
        return PY_SSIZE_T_MAX
    for i in range(es_code_locals(code)):
        v = es_frame_local(fp, <int>i)
        if v != NULL and Py_TYPE(v) == &PyCell_Type:
            v = (<PyCellObject *>v).ob_ref
        if v == o:
            found += 1
    namespace = es_frame_namespace(fp)
    if namespace != NULL and PyDict_Check(namespace):
        i = 0
        while i < 2000 and PyDict_Next(namespace, &pos, &key, &v):
            i += 1
            if v == o:
                found += 1
    if BORROWED_LOADS and found and namespace == NULL:
        return found             # arguments are borrowed from the variables
    for i in range(n - d.noperands):     # operands are borrowed from the variables
        if args[i] == o:
            found += 1
    return found


cdef void find_held(SiteData *d, PyObject **args, Py_ssize_t n) noexcept:
    """A statement got objects from elsewhere: watch the containers that someone else holds, too."""
    cdef int i, a = 0
    cdef Spec *s
    cdef Entry *e
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op == S_METHOD or s.op == S_CALL:
            if not unknown_ran:
                return
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op != S_WRITE:
            a += arguments_taken(s)
            continue
        if args[a] != NULL and is_plain_container(args[a]):
            e = table_find(args[a])
            if e != NULL and e.oid >= first_new and es_references(args[a]) > known_references(d, args, n, args[a]):
                hold(args[a], e)
        a += 1


cdef int arguments_taken(Spec *s) noexcept:
    """How many call arguments a spec stands for."""
    if s.op == S_ITEM or s.op == S_STORE_KEYED or s.op == S_KEY_STORED or s.op == S_READ_BY_NAME:
        return 2
    if s.op == S_METHOD or s.op == S_CALL or s.op == S_RECV_METHOD:
        return 1 + s.nargs
    if s.op == S_CLASS_WRITE or s.op == S_UNBIND or s.op == S_STAR or s.op == S_CALLED_BACK:
        return 0
    return 1


cdef void hold(PyObject *o, Entry *e) noexcept:
    """Look at a container before each statement from now on."""
    global held_count
    cdef int i
    for i in range(held_count):
        if held[i].oid == e.oid:
            return
    if held_count == MAX_HELD:
        check_held()
        e = table_find(o)        # what was looked at may have made the table grow
        if e == NULL:
            return
    if held_count == MAX_HELD or e.flags & E_CUT:
        doubt_for_good(e)
        return
    held[held_count].object = o
    held[held_count].block = e.block
    held[held_count].oid = e.oid
    held[held_count].credit = HELD_CREDIT
    held_count += 1
    attend(1)


cdef void check_held() noexcept:
    """Look at what others hold, and forget what has died or cost too much."""
    global held_count, attention
    cdef int i, kept = 0
    cdef size_t queued
    cdef Entry *e
    for i in range(held_count):
        e = table_find_block(held[i].block)
        if e == NULL or e.oid != held[i].oid:
            continue
        queued = pending_count
        examine_deep(held[i].object)
        if pending_count > queued:
            held[i].credit = HELD_CREDIT
        else:
            held[i].credit -= <int>deep_count * 16 + <int>(e.size if e.size < limit_items else limit_items)
        e = table_find_block(held[i].block)
        if held[i].credit < 0 or e.flags & E_CUT:
            doubt_for_good(e)
            continue
        held[kept] = held[i]
        kept += 1
    attention -= held_count - kept
    held_count = kept
    drain_pending()


# -- deaths that call something

cdef bint ends_unseen(PyTypeObject *tp) noexcept:
    """Whether instances have a finalizer of code that is not recorded."""
    cdef PyObject *found
    if is_fixed_type(tp):
        return False
    found = _PyType_Lookup(tp, <PyObject *>NAME_DEL)
    if found == NULL:
        return False
    return Py_TYPE(found) != &PyFunction_Type or not is_recorded_code((<PyFunctionObject *>found).func_code)


cdef inline void watch_death(PyObject *o, Entry *e) noexcept:
    """An object was given to unknown code, which may have asked to be called at its end."""
    if es_called_at_death(o) and not e.flags & E_GENERATOR:
        e.flags |= E_GENERATOR | E_VOLATILE


cdef inline void watch_given(PyObject *o) noexcept:
    """The same, where the object may be of any type or not known."""
    cdef Entry *e
    if is_heap(Py_TYPE(o)):
        e = table_find(o)
        if e != NULL:
            watch_death(o, e)
            dict_given(o)


cdef void death_called() noexcept:
    global death_calls
    if not death_calls:
        death_calls = True
        attend(1)


cdef void look_after_death() noexcept:
    """Something unknown was called by a death: look at all that the running frames reach."""
    global death_calls, attention, unknown_ran
    cdef Frame *f = current
    cdef ModuleData *m
    cdef void *seen[16]
    cdef void *fp = es_current_frame()
    cdef int i, modules_seen = 0, steps = 0
    cdef bint again
    death_calls = False
    attention -= 1
    while f != NULL and steps < 16:
        if is_running(f, fp):
            look_at_variables(f.fp)
            m = module_of(es_frame_globals(f.fp))
            again = m == NULL
            for i in range(modules_seen):
                again = again or seen[i] == <void *>m
            if not again:
                seen[modules_seen] = <void *>m
                modules_seen += 1
                examine_namespace(es_frame_globals(f.fp))
        f = caller_of(f)
        steps += 1
    if exposed_count:
        check_exposed(False)
    drain_pending()


cdef void look_at_variables(void *fp) noexcept:
    """Examine what the variables of a function's frame reach."""
    cdef PyObject *code = es_frame_code(fp)
    cdef PyObject *v
    cdef Py_ssize_t i
    if code == NULL or es_frame_namespace(fp) != NULL:
        return
    for i in range(es_code_locals(code)):
        v = es_frame_local(fp, <int>i)
        if v != NULL and Py_TYPE(v) == &PyCell_Type:
            v = (<PyCellObject *>v).ob_ref
        if v != NULL:
            examine_reached(v)
