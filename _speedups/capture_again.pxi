# Recording more than once in one process: forgetting what an earlier recording was told, and meeting modules that run already.

cdef extern from *:
    """
    static void es_unmap_ring(uint64_t *header, uint64_t size) {
        if (header != NULL) munmap(header, 4096 + 2 * size);
    }
    """
    void es_unmap_ring(uint64_t *header, uint64_t size) noexcept nogil


def detach():
    """After stop(): gives the ring back and forgets all objects, texts, types, frames and threads, so that attach() and
    start() can begin another recording. Modules stay registered, under the numbers that they have.
    """
    global ring_header, ring_data, ring_size, ring_head, ring_tail, ring_limit, table_count, texts_count, next_strid, texts_floor, texts_bytes, next_oid
    global frame_count, believed, thread_count, thread_now, note_count, attention, volatile_count, deep_count
    global held_count, lent_count, doubted_count, exposed_count, death_calls, importing_count, loose_count, going_count
    global given_count, given_next, several_then, undoubted_count
    global time_countdown, unknown_ran, pending_count, pending_next, transient_count, type_count, visit_mark, next_type_id
    global slotted_count, watched_count, shown_count
    cdef uint32_t i
    cdef Frame *f
    if recording:
        raise RuntimeError("stop() comes before detach()")
    es_unmap_ring(ring_header, ring_size)
    ring_header = NULL
    ring_data = NULL
    ring_size = ring_head = ring_tail = ring_limit = 0
    if table != NULL:
        memset(table, 0, (table_mask + 1) * sizeof(Entry))
        memset(death_filter, 0, FILTER_MASK + 1)
    table_count = 0
    next_oid = 1
    if texts != NULL:
        memset(texts, 0, (texts_mask + 1) * sizeof(TextEntry))
        memset(text_cache, 0, CACHE_SLOTS * sizeof(TextCache))
    texts_count = 0
    next_strid = 1
    texts_floor = 1
    texts_bytes = 0
    for i in range(type_count):
        free(type_infos[i].slots)
        free(type_infos[i])
    type_count = next_type_id = slotted_count = watched_count = 0
    forget_hidden()
    forget_kept()
    forget_classes()
    memset(recent_types, 0, sizeof(recent_types))
    for i in range(FRAME_BUCKETS if frame_map != NULL else 0):
        while frame_map[i] != NULL:
            f = frame_map[i]
            frame_map[i] = f.chained
            free(f)
    make_current(NULL)
    frame_count = believed = 0
    thread_count = thread_now = 0
    note_count = volatile_count = transient_count = 0
    attention = NOT_RECORDING
    deep_count = pending_count = pending_next = 0
    held_count = lent_count = doubted_count = exposed_count = importing_count = loose_count = shown_count = going_count = 0
    given_count = given_next = 0
    death_calls = several_then = False
    visit_mark = 0
    forget_joined()
    undoubted_count = 0
    time_countdown = 0
    unknown_ran = False
    for i in range(module_total):
        del (<list> modules[i].names)[modules[i].listed:]
        for name, place in list((<dict> modules[i].slots).items()):
            if place >= modules[i].listed:
                del (<dict> modules[i].slots)[name]
        modules[i].spare = MAX_NEW_NAMES


def meet(uint32_t number, dict namespace not None):
    """Tells the recording the variables of a registered module that ran before: `namespace` is its dictionary."""
    if not recording or number >= module_total:
        return
    modules[number].globals = <PyObject *> namespace
    if find_thread() or (current != NULL and believed != current.id):
        tell_current(True)
    examine_namespace(<PyObject *> namespace)
    drain_pending()
