# What happened on the way from step to step: the log of a chunk as events.


cdef int kind_of_event(Chunk chunk, Rec *r) noexcept nogil:
    """Bits of the events that a log record stands for."""
    cdef uint32_t flags
    cdef int kinds = 0
    cdef int kind = r.kind
    if kind == R_SITE:
        flags = chunk.c.m.t.sites[r.a].flags
        if not flags & EVENT_SITE_FLAGS:
            return 0
        if flags & F_ENTER:
            kinds |= 1
        if flags & F_RETURN:
            kinds |= 2
        if flags & F_YIELD:
            kinds |= 4
        if flags & F_RESUME:
            kinds |= 8
        if flags & F_AWAIT:
            kinds |= 16
        if flags & F_AWAITED:
            kinds |= 32
        if flags & F_UNWIND:
            kinds |= 64
        if flags & F_CAUGHT:
            kinds |= 128
        if flags & F_END:
            kinds |= 256
        return kinds
    if R_ITEM <= kind <= R_DELTA:
        if kind == R_DEATH:
            return 4096
        return 65536 if kind != R_UNCERTAIN else 0
    if kind == R_STATE:
        return 512
    if kind == R_OUTPUT:
        return 1024
    if kind == R_GAP:
        return 2048
    if kind == R_SWITCH:
        return 8192
    if kind == R_TASK:
        return 16384
    if kind == R_EXIT:
        return 32768
    return 0


cdef object make_event(Chunk chunk, uint32_t j, int kind, object thread):
    cdef Rec *r = &chunk.log.r[j]
    cdef Rec *q
    cdef Frame *f
    cdef uint32_t i, n
    cdef int64_t step
    value = None
    if r.kind == R_SITE:
        f = <Frame *> r.ptr
        step = chunk.visible(j) - 1
        if chunk.c.m.t.sites[r.a].flags & (F_STEP | F_ITER):
            step += 1
        i = j
        while i > 0 and chunk.log.r[i - 1].kind != R_SITE and kind & (2 | 4 | 8 | 64 | 128):
            i -= 1
            q = &chunk.log.r[i]
            if q.kind == R_VALUE and q.ptr == r.ptr and (q.a == 1) == (kind & (64 | 128) != 0):
                value = chunk.raw(q.new)
                break
        return (step, kind, r.old.p, f.id, r.a, value)
    step = chunk.visible(j) - 1
    frame = 0
    site = -1
    if r.kind == R_OUTPUT:
        n = output_number(chunk, j)
        outputs = chunk.load_outputs()
        if n < <uint32_t> len(outputs):
            value = (*outputs[n][1:], r.writer)
    elif r.kind == R_GAP:
        value = r.new.p
    elif r.kind == R_TASK:
        frame = r.old.p
        value = (r.size, chunk.name(r.new.p))
    elif r.kind == R_EXIT:
        value = <int32_t> r.a
    elif r.kind == R_SWITCH:
        value = r.a
    elif r.kind == R_STATE:
        frame = (<Frame *> r.ptr).id
        site = (<Frame *> r.ptr).last_site
    else:
        value = (<Obj *> r.ptr).oid
    return (step, kind, thread, frame, site, value)


cdef uint32_t output_number(Chunk chunk, uint32_t at):
    """How many outputs the chunk has before a place of its log."""
    while chunk.output_upto < chunk.log.n:
        if chunk.log.r[chunk.output_upto].kind == R_OUTPUT:
            chunk.output_places.append(chunk.output_upto)
        chunk.output_upto += 1
    return bisect_left(chunk.output_places, at)


cdef list range_events(Chunks chunks, Chunk chunk, int64_t start, int64_t stop, int kinds):
    """The events of the kinds with start <= step < stop that the chunk has, in order."""
    cdef uint32_t j, begin, end
    cdef int bits, bit
    cdef list found = []
    cdef object thread = chunk.start_thread
    cdef int64_t last = chunk.first_step + chunk.n_steps
    if stop >= last:
        chunk.need_all()
        end = chunk.log.n
    else:
        chunk.need(stop)
        end = chunk.position(stop)
    begin = chunk.position(min(start, last) - 1)
    if start > chunk.first_step and chunk.n_steps:
        thread = chunk.rows[min(start, last) - 1 - chunk.first_step].thread
    chunks.looked += end - begin
    for j in range(begin, end):
        bits = kind_of_event(chunk, &chunk.log.r[j]) & kinds
        if chunk.log.r[j].kind == R_SWITCH:
            thread = chunk.log.r[j].a
        if bits:
            bit = 1
            while bit <= bits:
                if bits & bit:
                    event = make_event(chunk, j, bit, thread)
                    if start <= event[0] < stop:
                        found.append(event)
                bit <<= 1
    return found
