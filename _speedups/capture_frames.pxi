# Frames and threads: which frame of the program is running, by the address of its interpreter frame.
# Entering and leaving keep the chain; anything else that moved (threads, generators resumed by unrecorded
# code, coroutines, greenlets) is noticed at the next site because the address is another one.

cdef enum:
    RUNNING = 0
    SUSPENDED = 1
    AWAITING = 2

cdef struct Frame:
    void *fp
    void *runs                  # its code object (compared only): other frames come to lie at fp when it has ended
    uint64_t id
    Frame *parent
    uint64_t parent_id          # parent's id: the parent's memory may serve another frame by now
    void *site                  # SiteData of the statement that it runs
    Frame *chained              # next in the map's bucket, or in the free list
    void *task                  # address of the asyncio task last seen running it (compared only)
    void *deferred              # SiteData of a loop header whose evaluation is to be told when it happens
    void *changed_globals       # globals of a function among it, which may be rebound (compared only)
    uint32_t thread
    uint32_t callbacks          # how often its statement was interrupted by calls from code that is not recorded
    uint32_t wants              # non-zero: its sites must not take the quick ways (notes, `deferred`, `untold`, `unknown`)
    unsigned char state
    unsigned char untold        # its parent is another one than the recording has
    unsigned char unguarded     # lambda or genexp: its end by an exception is not seen
    unsigned char mapped        # found through frame_map
    unsigned char stray         # a greenlet has suspended it
    unsigned char unknown       # its statement calls code that is not recorded and that nothing else tells of
    unsigned char doubted       # what the statement may change is marked as uncertain
    unsigned char comprehends   # its statement runs, or has run, a comprehension
    unsigned char outside       # called by Python code that is not recorded

cdef struct Thread:
    uint64_t native
    uint32_t index
    Frame *current

cdef Frame *current = NULL
cdef void *open_fp = NULL           # of the current frame, while its sites may take the quick ways; else NULL
cdef Frame *free_frames = NULL
cdef uint64_t frame_count = 0
cdef uint64_t believed = 0          # the frame that the reader takes for the current one
cdef Thread *threads = NULL
cdef uint32_t thread_count = 0
cdef uint32_t thread_now = 0        # index into threads
cdef Frame **frame_map = NULL
cdef uint32_t stray_count = 0
cdef enum:
    FRAME_BUCKETS = 1 << 14


cdef enum:
    NOT_RECORDING = 1 << 28

cdef int attention = NOT_RECORDING      # non-zero: no frame's sites may take the quick ways


cdef inline void attend(int n) noexcept:
    """No site may take the quick ways before something is done."""
    global attention, open_fp
    attention += n
    open_fp = NULL


cdef inline void want(Frame *f) noexcept:
    """The frame's next site must not take a quick way."""
    global open_fp
    f.wants += 1
    open_fp = NULL


cdef inline void make_current(Frame *f) noexcept:
    """Go over to another frame, whose next site takes the general way."""
    global current, open_fp
    current = f
    open_fp = NULL


cdef inline void reopen() noexcept:
    """Let the current frame's sites take the quick ways where nothing speaks against it."""
    global open_fp
    open_fp = NULL if attention or current == NULL or current.wants else current.fp


cdef inline size_t frame_bucket(void *fp) noexcept:
    return ((<size_t>fp >> 4) * <size_t>0x9E3779B97F4A7C15 >> 40) & (FRAME_BUCKETS - 1)


cdef Frame *map_find(void *fp) noexcept:
    """The frame that was last known at this address; it may have ended unseen."""
    cdef Frame *f = frame_map[frame_bucket(fp)]
    while f != NULL and f.fp != fp:
        f = f.chained
    return f


cdef inline bint is_at(Frame *f, void *fp) noexcept:
    """Whether the interpreter's frame at fp, which is alive, is f."""
    return f.fp == fp and f.runs == es_frame_runs(fp)


cdef inline Frame *map_find_at(void *fp) noexcept:
    """The mapped frame that the interpreter's frame at fp, which is alive, is."""
    cdef Frame *f = map_find(fp)
    return f if f != NULL and f.runs == es_frame_runs(fp) else NULL


cdef bint is_running(Frame *f, void *fp) noexcept:
    """Whether f is the interpreter's frame at fp or one of its callers."""
    cdef int steps = 0
    while fp != NULL and steps < 20000:
        if is_at(f, fp):
            return True
        fp = es_previous_frame(fp)
        steps += 1
    return False


cdef inline Frame *caller_of(Frame *f) noexcept:
    """The frame's parent, NULL when its memory serves another frame by now."""
    if f.parent == NULL or f.parent.id != f.parent_id:
        return NULL
    return f.parent


cdef void map_insert(Frame *f) noexcept:
    cdef size_t i = frame_bucket(f.fp)
    if f.mapped:
        return
    f.mapped = 1
    f.chained = frame_map[i]
    frame_map[i] = f


cdef void map_remove(Frame *f) noexcept:
    cdef Frame **link = &frame_map[frame_bucket(f.fp)]
    if not f.mapped:
        return
    f.mapped = 0
    while link[0] != NULL:
        if link[0] == f:
            link[0] = f.chained
            return
        link = &link[0].chained


cdef Py_ssize_t generator_offset = 0     # of the frame in the memory block of a generator


cdef void watch_generator(void *fp) noexcept:
    """Learn of the death of the generator that this frame lives in: its address may be used again."""
    global generator_offset
    cdef PyObject *generator = es_frame_generator(fp)
    cdef Entry *e
    if generator == NULL:
        return
    ensure(generator, 0)
    e = table_find(generator)
    if e != NULL:
        e.flags |= E_GENERATOR
        generator_offset = <char *>fp - <char *>es_block(generator)


cdef void generator_died(void *block) noexcept:
    cdef Frame *f = map_find(<char *>block + generator_offset)
    if f == NULL:
        return
    if recording and f.unguarded:
        gave_unseen(f)
    if f == current:
        make_current(f.parent)
        if recording:
            tell_current(False)
    if recording:
        event_u64(OP_LOST, f.id)
    drop_frame(f)


cdef inline Frame *new_frame(void *fp, Frame *parent) noexcept:
    global free_frames, frame_count
    cdef Frame *f = free_frames
    if f != NULL:
        free_frames = f.chained
    else:
        f = <Frame *>malloc(sizeof(Frame))
        if f == NULL:
            turn_off(STATE_NO_MEMORY)
            return NULL
    frame_count += 1
    f.fp = fp
    f.runs = es_frame_runs(fp)
    f.id = frame_count
    f.parent = parent
    f.parent_id = 0 if parent == NULL else parent.id
    f.site = <void *>&no_site
    f.chained = NULL
    f.task = NULL
    f.deferred = NULL
    f.changed_globals = NULL
    f.thread = thread_now
    f.callbacks = 0
    f.wants = 0
    memset(&f.state, 0, 9)
    return f


cdef void forget_frame(Frame *f) noexcept:
    """Take back what else knows of a frame that has ended."""
    global stray_count
    if f.wants:
        hand_notes_on(f)
    if f.mapped:
        map_remove(f)
    if f.stray:
        stray_count -= 1


cdef inline void drop_frame(Frame *f) noexcept:
    global free_frames
    if es_unlikely(f.wants or f.mapped | f.stray):
        forget_frame(f)
    if es_unlikely(exposed_count):
        exposing_over(f.id)
    f.fp = NULL
    f.id = 0
    f.chained = free_frames
    free_frames = f


cdef void announce_thread(uint32_t index, uint64_t native) noexcept:
    cdef unsigned char *p
    cdef PyObject *name = NULL
    delta_buffer.size = 0
    p = grow(&delta_buffer, 64)
    if p == NULL:
        return
    p[0] = OP_THREAD
    put_u64(put_u32(p + 1, index), native)
    delta_buffer.size = 13
    name = thread_name()
    if name != NULL and Py_TYPE(name) == &PyUnicode_Type:
        put_str_name(&delta_buffer, name)
    elif index == 0:
        put_name(&delta_buffer, b"MainThread", 10)
    else:
        put_name(&delta_buffer, b"Thread", 6)
    write_buffer(&delta_buffer)


cdef PyObject *thread_name() noexcept:
    """The _name of this thread's threading.Thread, read raw; borrowed, NULL if threading does not know it yet."""
    cdef PyObject *modules = PyImport_GetModuleDict()
    cdef PyObject *threading = dict_get_str(modules, <PyObject *>NAME_THREADING)
    cdef PyObject *active
    cdef PyObject *key
    cdef PyObject *value
    cdef Py_ssize_t pos = 0
    cdef unsigned long ident = PyThread_get_thread_ident()
    cdef int64_t x
    if threading == NULL or not PyModule_Check(threading):
        return NULL
    active = dict_get_str(<PyObject *>PyModule_GetDict(threading), <PyObject *>NAME_ACTIVE)
    if active == NULL or Py_TYPE(active) != &PyDict_Type:
        return NULL
    while PyDict_Next(active, &pos, &key, &value):
        if Py_TYPE(key) == &PyLong_Type and es_int_small(key, &x) and <unsigned long>x == ident:
            return attrs_get(value, <PyObject *>NAME_THREAD_NAME)
    return NULL


cdef PyObject *running_task() noexcept:
    """The asyncio task that runs in this thread (a new reference), NULL if there is none."""
    cdef PyObject *module = dict_get_str(PyImport_GetModuleDict(), <PyObject *>NAME_ASYNCIO)
    cdef PyObject *found
    cdef PyObject *key
    cdef PyObject *task
    cdef Py_ssize_t pos = 0
    if module == NULL or Py_TYPE(module) != &PyModule_Type:
        return NULL
    found = dict_get_str(PyModule_GetDict(module), <PyObject *>NAME_CURRENT_TASKS)
    if found != NULL and Py_TYPE(found) == &PyDict_Type:
        if PyDict_Size(found) == 1 and PyDict_Next(found, &pos, &key, &task):
            Py_INCREF(task)
            return task
        return NULL
    found = dict_get_str(PyModule_GetDict(module), <PyObject *>NAME_CURRENT_TASK)
    if found == NULL or Py_TYPE(found) != &PyCFunction_Type:
        return NULL
    task = PyObject_CallNoArgs(found)
    if task == NULL:
        PyErr_Clear()
    elif task == Py_None_ptr:
        Py_DECREF(task)
        return NULL
    return task


cdef void tell_task() noexcept:
    """Name the asyncio task that runs the current coroutine frame, when it is another than before."""
    cdef PyObject *task = running_task()
    cdef PyObject *name = NULL
    cdef unsigned char *p
    if task == NULL:
        return
    if current.task != <void *>task:
        current.task = <void *>task
        if strcmp(Py_TYPE(task).tp_name, b"_asyncio.Task") == 0:
            name = PyObject_CallMethodNoArgs(task, <PyObject *>NAME_GET_NAME)
            if name == NULL:
                PyErr_Clear()
        delta_buffer.size = 0
        p = grow(&delta_buffer, 17)
        if p != NULL:
            p[0] = OP_TASK
            put_u64(put_u64(p + 1, current.id), ensure(task, 0))
            delta_buffer.size = 17
            put_str_name(&delta_buffer, name)
            write_buffer(&delta_buffer)
        if name != NULL:
            Py_DECREF(name)
    Py_DECREF(task)


cdef bint find_thread() noexcept:
    """Make the calling thread the current one; True if it was another before."""
    global thread_now, thread_count, threads
    cdef uint64_t native = es_thread_id()
    cdef uint32_t i
    if thread_count and threads[thread_now].native == native:
        return False
    if thread_count:
        threads[thread_now].current = current
    for i in range(thread_count):
        if threads[i].native == native:
            thread_now = i
            make_current(threads[i].current)
            return True
    if (thread_count & 63) == 0:
        threads = <Thread *>realloc(threads, (thread_count + 64) * sizeof(Thread))
        if threads == NULL:
            turn_off(STATE_NO_MEMORY)
            return True
    threads[thread_count].native = native
    threads[thread_count].index = thread_count
    threads[thread_count].current = NULL
    thread_now = thread_count
    thread_count += 1
    make_current(NULL)
    announce_thread(thread_now, native)
    return True


cdef void tell_current(bint thread_changed) noexcept:
    """Tell the reader which frame the next events belong to, if it believes otherwise."""
    global believed
    cdef uint64_t id = 0 if current == NULL else current.id
    cdef unsigned char *p
    if not thread_changed and believed == id:
        return
    p = reserve(16)
    if p == NULL:
        return
    if thread_changed:
        p[0] = OP_SWITCH
        commit(p, put_u64(put_u32(p + 1, thread_now), id))
    else:
        p[0] = OP_SWITCHF
        commit(p, put_u64(p + 1, id))
    believed = id


cdef bint is_ancestor(Frame *f, Frame *of) noexcept:
    while of != NULL:
        if of == f:
            return True
        of = caller_of(of)
    return False


cdef void leave_to(Frame *target) noexcept:
    """The running chain is left for `target` (an ancestor, or NULL) without having been seen to end.

    What still lies on this thread's stack without being a caller of what runs has ended unseen.
    """
    global stray_count
    cdef Frame *f = current
    cdef Frame *parent
    while f != NULL and f != target:
        parent = caller_of(f)
        if f.state == RUNNING:
            if f.unguarded and f.mapped and not f.stray:     # a generator expression that gave a value, or ended
                f.state = SUSPENDED
                if es_unlikely(f.wants):
                    take_notes(f)
                    drain_pending()
                gave_unseen(f)
            elif f.mapped and not f.stray:
                pass
            elif es_frame_on_stack(f.fp):                    # it has ended
                event_u64(OP_LOST, f.id)
                drop_frame(f)
            elif not f.stray:
                map_insert(f)
                f.stray = 1
                stray_count += 1
        f = parent


cdef Frame *nearer(void *fp, void *p, Frame *f) noexcept:
    """The caller of fp among the running chain that stands nearer to it than f, which is at p; f if there is none."""
    cdef void *q = es_previous_frame(fp)
    cdef Frame *c
    while q != p and current != NULL:
        c = caller_of(current)
        while c != NULL and c != f:
            if is_at(c, q):
                return c
            c = caller_of(c)
        q = es_previous_frame(q)
    return f


cdef Frame *real_parent(void *fp) noexcept:
    """The nearest caller of fp that is a known frame, by walking the interpreter's own frames."""
    cdef void *p = es_previous_frame(fp)
    cdef Frame *f
    cdef int steps = 0
    cdef Frame *c
    while p != NULL and steps < 20000:
        if current != NULL and is_at(current, p):
            return current
        f = map_find_at(p)
        if f != NULL:
            return nearer(fp, p, f)
        p = es_previous_frame(p)
        steps += 1
    if current == NULL:
        return NULL
    p = es_previous_frame(fp)
    steps = 0
    while p != NULL and steps < 20000:
        c = caller_of(current)
        while c != NULL:
            if is_at(c, p):
                return c
            c = caller_of(c)
        p = es_previous_frame(p)
        steps += 1
    return NULL


cdef void set_parent(Frame *f, Frame *parent, bint tell) noexcept:
    """Give a frame another parent; told now, where f is the current frame, or with its next site."""
    cdef uint64_t id = 0 if parent == NULL else parent.id
    if parent == f:
        return
    f.parent = parent
    if f.parent_id == id:
        return
    f.parent_id = id
    if tell:
        event_u64(OP_PARENT, id)
    if f.untold != (not tell):
        f.untold = not tell
        if tell:
            f.wants -= 1
        else:
            want(f)


cdef void tell_parent() noexcept:
    """The next site is the current frame's, whose parent was found anew while it waited."""
    event_u64(OP_PARENT, current.parent_id)
    current.untold = 0
    current.wants -= 1


cdef void leave_for(Frame *parent, bint other_thread) noexcept:
    """Control is now below `parent`: make its chain of callers true, and leave what is not on it.

    A frame that was suspended keeps the parent that it had then, which may be gone: the callers of each frame
    up to one of the running chain are found anew.
    """
    cdef Frame *f = parent
    cdef Frame *above
    cdef Frame *below = NULL
    cdef int steps = 0
    while f != NULL and not is_ancestor(f, current) and steps < 100000:
        above = real_parent(f.fp)
        set_parent(f, above, False)
        f.thread = thread_now
        below = f
        f = above
        steps += 1
    leave_to(f)
    if f != NULL and below != NULL and not other_thread:     # generators that delegate to what runs have been resumed
        catch_up(f, below.fp)


cdef bint resync(void *fp, bint create) noexcept:
    """A site ran in a frame that is not the current one: find out which frame it is and make it current.

    An unknown frame is entered if `create` holds; False if there is none to make current.
    """
    cdef bint other = find_thread()
    cdef Frame *f
    cdef Frame *parent
    if not recording:
        return False
    if current != NULL and is_at(current, fp):
        tell_current(other)
        return True
    f = caller_of(current) if current != NULL else NULL
    if f != NULL and es_frame_generator(fp) != NULL and is_at(current, es_previous_frame(fp)):
        f = NULL                 # a generator that is resumed, so none of those that wait
    while f != NULL and not is_at(f, fp):
        f = caller_of(f)
    if f != NULL:
        leave_to(f)
        make_current(f)
        tell_current(other)
        return True
    f = map_find_at(fp)
    if f != NULL:
        parent = real_parent(fp)
        if parent != current:
            leave_for(parent, other)
        elif parent != NULL:
            delegates_resumed(parent)
        if parent != NULL and not other:
            catch_up(parent, fp)
        make_current(f)
        f.state = RUNNING
        f.thread = thread_now
        f.outside = called_outside(fp, parent)
        tell_current(other)
        set_parent(f, parent, True)
        return True
    if not create:
        tell_current(other)
        return False
    enter_frame(fp, False, True, other)
    return True


cdef void resumed(void *fp) noexcept:
    """The current frame, a generator expression's at fp, has given a value without a site and goes on."""
    cdef Frame *parent = caller_of(current)
    if parent == NULL or not is_running(parent, es_previous_frame(fp)):
        parent = real_parent(fp)
        set_parent(current, parent, True)
    gave_unseen(current)
    if parent != NULL:
        catch_up(parent, fp)


cdef void enter_frame(void *fp, bint mapped, bint implied, bint other_thread) noexcept:
    """A new frame begins at fp and becomes current."""
    global believed
    cdef Frame *parent
    cdef Frame *stale
    cdef Frame *f
    cdef unsigned char *p
    cdef bint outside = False
    if es_likely(current != NULL and is_at(current, es_previous_frame(fp))):
        parent = current
        if es_unlikely((<SiteData *>parent.site).owes or parent.wants or es_frame_by_c(fp)):
            catch_up(parent, fp)
    else:
        if find_thread():
            other_thread = True
        if not recording:
            return
        parent = real_parent(fp)
        if parent != current:
            leave_for(parent, other_thread)
        outside = called_outside(fp, parent)
        if parent != NULL and not other_thread:
            catch_up(parent, fp)
        elif parent == NULL and outside:
            arrived(fp)
    if other_thread:
        make_current(parent)
        tell_current(True)
    elif parent != current or (current != NULL and believed != current.id):
        event_u64(OP_PARENT, 0 if parent == NULL else parent.id)
    if mapped or implied or es_unlikely(stray_count):
        stale = map_find(fp)
        if stale != NULL:
            event_u64(OP_LOST, stale.id)
            drop_frame(stale)
    f = new_frame(fp, parent)
    if f == NULL:
        return
    f.outside = outside
    if mapped or implied:
        map_insert(f)
        watch_generator(fp)
    if implied:
        p = reserve(1)
        if p == NULL:
            return
        p[0] = OP_ENTERS
        commit(p, p + 1)
    make_current(f)
    believed = f.id
    reopen()


cdef inline void exit_frame() noexcept:
    global current, believed
    cdef Frame *f = current
    current = f.parent
    believed = 0 if current == NULL else current.id
    if es_unlikely(f.wants):
        take_notes(f)
        drain_pending()
    if es_unlikely(f.outside):
        returned_outside(f)
    drop_frame(f)
    back_in_caller()
    reopen()
