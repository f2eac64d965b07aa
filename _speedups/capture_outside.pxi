# What recorded code gives to its caller where that is Python code that is not recorded: the caller may change it before
# recorded code runs again, and no statement says so.

cdef extern from *:
    """
    /* The innermost frame of a thread; NULL when there is no such thread any more. */
    static inline void *es_thread_frame(uint64_t id) {
        PyThreadState *t = PyInterpreterState_ThreadHead(PyThreadState_GetInterpreter(PyThreadState_GET()));
        while (t != NULL && PyThreadState_GetID(t) != id) t = PyThreadState_Next(t);
        if (t == NULL) return NULL;
    #if PY_VERSION_HEX < 0x030D0000
        return t->cframe == NULL ? NULL : (void *)t->cframe->current_frame;
    #else
        return (void *)t->current_frame;
    #endif
    }
    static inline int es_frame_suspends(void *fp) {
        PyObject *code = es_frame_code(fp);
        return code != NULL && (((PyCodeObject *)code)->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) != 0;
    }
    """
    void *es_thread_frame(uint64_t id) noexcept
    bint es_frame_suspends(void *fp) noexcept

cdef struct Lent:
    PyObject *object
    void *block
    uint64_t oid
    uint64_t thread          # which runs
    void *fp                 # the frame, not recorded, that has it,
    void *runs               # and what that runs (compared only)
    bint suspends            # it may leave the stack and come back
    int credit               # as of what others hold

cdef enum:
    MAX_LENT = 8
    LENT_CREDIT = 4000
    KEPT_FREE = 64           # notes that are left for stores

cdef Lent lent[8]
cdef int lent_count = 0


cdef inline void *python_caller(void *fp) noexcept:
    """The frame of Python code that fp was called by, through C or not; NULL if there is none."""
    fp = es_previous_frame(fp)
    while fp != NULL and es_frame_code(fp) == NULL:
        fp = es_previous_frame(fp)
    return fp


cdef bint called_outside(void *fp, Frame *parent) noexcept:
    """Whether Python code that is not recorded called the frame at fp, whose nearest recorded caller is `parent`."""
    cdef void *caller = python_caller(fp)
    while parent != NULL and caller != NULL and caller != parent.fp and is_comprehension(caller, parent.fp):
        caller = python_caller(caller)
    return caller != NULL and (parent == NULL or parent.fp != caller)


cdef bint is_comprehension(void *fp, void *below) noexcept:
    """Whether a comprehension of the module that runs in the frame below has the frame at fp (before 3.12)."""
    cdef const char *name = PyUnicode_AsUTF8((<PyCodeObject *>es_frame_code(fp)).co_name)
    if name == NULL:
        PyErr_Clear()
        return False
    return es_frame_globals(fp) == es_frame_globals(below) and (
        strcmp(name, b"<listcomp>") == 0 or strcmp(name, b"<dictcomp>") == 0 or strcmp(name, b"<setcomp>") == 0)


cdef void handed_out(PyObject *o) noexcept:
    """The current frame returns or yields an object to code that is not recorded."""
    cdef Frame *parent = caller_of(current)
    cdef bint noted = False
    if not is_container(o):
        return
    if parent == NULL:
        lend(current, o, True)
        return
    if note_count < 256 - KEPT_FREE:
        note_for(parent, o, True)
        noted = not parent.doubted
    if not noted:
        doubt_deep(o)
    drain_pending()              # before anything of it dies


cdef inline void leave(SiteData *d, unsigned char *event, PyObject *value) noexcept:
    """The current frame ends by this site, whose event has just been written, or returns a value that has just been told."""
    cdef uint64_t oid
    if d.flags & F_RETURN and event[5] == V_REF:
        memcpy(&oid, event + 6, 8)
        if es_unlikely(current.outside):
            handed_out(value)
        keep_known(value, oid)
    if d.leaves:
        exit_frame()


cdef inline void give(SiteData *d, PyObject *value) noexcept:
    """The same, of a value that took more than a look."""
    if d.flags & F_RETURN:
        keep_in_mind(value)
    if d.leaves:
        exit_frame()


cdef void doubt_deep(PyObject *o) noexcept:
    """Mark all that an object reaches as uncertain."""
    global doubting, allowance
    if not affordable():
        join(o)
        doubt_joined()
        return
    doubting = True
    examine_deep(o)
    doubting = False
    allowance -= OBJECT * <int64_t>deep_count


cdef void yielded_outside(Frame *f, PyObject *o) noexcept:
    """A generator yields an object, or a coroutine what it waits for: to its caller, or through generators that delegate to it."""
    cdef Frame *kept = current
    cdef int steps = 0
    while f != NULL and f.mapped and steps < 100:
        if f.outside:
            make_current(f)
            handed_out(o)
            make_current(kept)
            return
        f = caller_of(f)
        steps += 1


cdef void gave_unseen(Frame *f) noexcept:
    """A generator expression has given a value without a site: what its calls returned may be that."""
    cdef Frame *parent = caller_of(f)
    cdef int i
    cdef Entry *e
    for i in range(MAX_RETURNED):
        if returned[i].frame == f and returned[i].frame_id == f.id and returned[i].oid:
            e = table_find_block(returned[i].block)
            if e != NULL and e.oid == returned[i].oid:
                note_in_death(parent, returned[i].object, e)
            returned[i].oid = 0


cdef void note_in_death(Frame *frame, PyObject *o, Entry *e) noexcept:
    """Keep a known object in mind, to be looked at deeply; nothing is written or looked at now, where something dies."""
    global note_count
    cdef Note *n
    if frame == NULL:
        return
    if note_count == 256:
        event_u64(OP_ASOF, e.oid)
        return
    n = &notes[note_count]
    memset(n, 0, sizeof(Note))
    n.object = o
    n.block = e.block
    n.oid = e.oid
    n.frame = frame
    n.deep = True
    note_count += 1
    want(frame)


cdef void delegates_resumed(Frame *f) noexcept:
    """Generators that may delegate to the one that goes on have been resumed with it."""
    cdef Frame *parent
    cdef int steps = 0
    while f != NULL and f.mapped and steps < 100:
        parent = caller_of(f)
        if f.outside and parent != NULL:
            catch_up(parent, f.fp)
        f = parent
        steps += 1


cdef void returned_outside(Frame *f) noexcept:
    """A function's caller, which is not recorded, may go on to change the arguments before recorded code runs again."""
    cdef PyObject *code = es_frame_code(f.fp)
    cdef PyObject *o
    cdef Py_ssize_t i, j
    if code == NULL:
        return
    for i in range(min(es_code_arguments(code), 6)):
        o = es_frame_local(f.fp, <int>i)
        if o != NULL and es_local_is_cell(code, <int>i) and Py_TYPE(o) == &PyCell_Type:
            o = (<PyCellObject *>o).ob_ref
        if o == NULL:
            continue
        if Py_TYPE(o) == &PyTuple_Type:
            for j in range(min(PyTuple_GET_SIZE(o), 6)):
                keep_for_caller(f, PyTuple_GET_ITEM(o, j))
        else:
            keep_for_caller(f, o)
    drain_pending()


cdef void keep_for_caller(Frame *f, PyObject *o) noexcept:
    cdef Frame *caller
    if o == NULL or not is_heap(Py_TYPE(o)) and not is_plain_container(o):
        return
    caller = caller_of(f)
    if caller != NULL:
        note_for(caller, o, is_plain_container(o))
    else:
        lend(f, o, False)


# A frame that is not recorded and stands below all recorded ones of its thread has no statement to be looked at after.

cdef void lend(Frame *f, PyObject *o, bint given) noexcept:
    """Look at an object that f gave to its caller before each statement of any thread while the caller lasts.

    `given`: it was returned or yielded. A caller that suspends may come back to it at any time, unseen.
    """
    global lent_count
    cdef void *fp = python_caller(f.fp)
    cdef Entry *e
    cdef Py_ssize_t i
    if fp == NULL:
        return
    if Py_TYPE(o) == &PyTuple_Type:
        for i in range(min(PyTuple_GET_SIZE(o), 6)):
            if is_container(PyTuple_GET_ITEM(o, i)) and Py_TYPE(PyTuple_GET_ITEM(o, i)) != &PyTuple_Type:
                lend(f, PyTuple_GET_ITEM(o, i), given)
        return
    e = table_find(o)
    if e == NULL or not e.flags & E_SNAPPED:
        return
    for i in range(lent_count):
        if lent[i].oid == e.oid and lent[i].fp == fp:
            return
    if lent_count == MAX_LENT:
        check_lent(False)
    if lent_count == MAX_LENT:
        doubt_deep(o)
        return
    lent[lent_count].object = o
    lent[lent_count].block = e.block
    lent[lent_count].oid = e.oid
    lent[lent_count].thread = es_thread_id()
    lent[lent_count].fp = fp
    lent[lent_count].runs = es_frame_runs(fp)
    lent[lent_count].suspends = given and es_frame_suspends(fp)
    lent[lent_count].credit = LENT_CREDIT
    lent_count += 1
    attend(1)


cdef bint still_has(Lent *x) noexcept:
    """Whether the frame that was given an object is not over."""
    cdef void *fp = es_thread_frame(x.thread)
    cdef int steps = 0
    while fp != NULL and steps < 1000:
        if fp == x.fp and es_frame_runs(fp) == x.runs:
            return True
        fp = es_previous_frame(fp)
        steps += 1
    return fp != NULL


cdef void check_lent(bint entering) noexcept:
    """Look at what was given away, for the last time where the frame that has it is over."""
    global lent_count, attention
    cdef int i, kept = 0
    cdef size_t queued
    cdef bint lasts
    cdef Entry *e
    cdef uint64_t thread = es_thread_id()
    for i in range(lent_count):
        e = table_find_block(lent[i].block)
        if e == NULL or e.oid != lent[i].oid:
            continue
        lasts = still_has(&lent[i])
        if not lasts or entering or lent[i].thread != thread:    # in its own thread it waits for what runs
            queued = pending_count
            examine_deep(lent[i].object)
            lent[i].credit -= 16 + <int>deep_count * 16 + <int>min(e.size, limit_items)
            if pending_count > queued and lent[i].credit < LENT_CREDIT // 2:
                lent[i].credit = LENT_CREDIT // 2
        if lasts and lent[i].credit < 0 or not lasts and lent[i].suspends:
            doubt_deep(lent[i].object)
            e = table_find_block(lent[i].block)
            if e != NULL:
                doubt_for_good(e)
        elif lasts:
            lent[kept] = lent[i]
            kept += 1
    attention -= lent_count - kept
    lent_count = kept
    drain_pending()
