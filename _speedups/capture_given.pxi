# Containers that code which is not recorded was given, and that another thread may change after the call: a pool's
# worker, a timer. They are looked at whenever such code has run, as long as there are several threads.

cdef extern from *:
    """
    /* Whether there is more than one thread. */
    static inline int es_several_threads(void) {
        PyThreadState *t = PyInterpreterState_ThreadHead(PyThreadState_GetInterpreter(PyThreadState_GET()));
        return t != NULL && PyThreadState_Next(t) != NULL;
    }
    """
    bint es_several_threads() noexcept

cdef struct Given:
    PyObject *object
    void *block
    uint64_t oid
    int credit               # what may still be spent on looking at it without finding a change

cdef enum:
    MAX_GIVEN = 16
    GIVEN_CREDIT = 20000

cdef Given given_away[16]
cdef int given_count = 0
cdef int given_next = 0              # which goes when there are too many
cdef bint several_then = False       # there were several threads when this was last asked


cdef void keep_given(PyObject *o) noexcept:
    """Unknown code has been given an object."""
    global given_count, given_next
    cdef Entry *e
    cdef Given *x
    cdef int i
    if not is_plain_container(o):
        return
    e = table_find(o)
    if e == NULL:
        return
    for i in range(given_count):
        if given_away[i].oid == e.oid:
            given_away[i].credit = GIVEN_CREDIT
            return
    if given_count < MAX_GIVEN:
        x = &given_away[given_count]
        given_count += 1
    else:
        x = &given_away[given_next]
        given_next = (given_next + 1) % MAX_GIVEN
    x.object = o
    x.block = e.block
    x.oid = e.oid
    x.credit = GIVEN_CREDIT


cdef void check_given() noexcept:
    """Unknown code has run: look at what other threads may have changed meanwhile, and forget what has died or cost too much."""
    global given_count, given_next, several_then
    cdef bint several = es_several_threads()
    cdef bint asked = several or several_then
    cdef int i, kept = 0
    cdef size_t queued
    cdef Entry *e
    several_then = several
    if not asked:
        return
    for i in range(given_count):
        e = table_find_block(given_away[i].block)
        if e == NULL or e.oid != given_away[i].oid:
            continue
        if given_away[i].credit < 0:
            doubt_entry(e)
            continue
        queued = pending_count
        examine_deep(given_away[i].object)
        if pending_count > queued:
            given_away[i].credit = GIVEN_CREDIT
        else:
            given_away[i].credit -= 16 * (1 + <int>deep_count) + <int>min(e.size, limit_items)
        given_away[kept] = given_away[i]
        kept += 1
    if kept < given_count:
        given_count = kept
        given_next = 0


cdef void arrived(void *fp) noexcept:
    """Code that is not recorded begins a thread's first recorded frame: it may have changed what it gives to that."""
    cdef PyObject *code = es_frame_code(fp)
    cdef PyObject *o
    cdef Py_ssize_t i
    if code == NULL:
        return
    for i in range(min(es_code_arguments(code), 6)):
        o = es_frame_local(fp, <int>i)
        if o != NULL and is_container(o) and table_find(o) != NULL:
            examine_deep(o)
    drain_pending()
