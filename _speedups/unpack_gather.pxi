# Rows gathered by a quick look: calls, exceptions, samples. Kept as plain structures while the chunk is decoded, beside other
# threads, and made into Python objects at its end.


cdef inline Val value_in_log(Chunk chunk, Frame *f, bint exception, bint *there) noexcept nogil:
    """The value that the last site handed over."""
    cdef uint32_t j = chunk.log.n
    cdef Rec *r
    there[0] = False
    while j > 0:
        j -= 1
        r = &chunk.log.r[j]
        if r.kind == R_VALUE and r.ptr == f and (r.a == 1) == exception:
            there[0] = True
            return r.new
    return mk(T_NONE, 0)


# ---- calls ----------------------------------------------------------------------------------


cdef void stamp(Gather *g, uint64_t ns) noexcept nogil:
    """Gives its time to what the next step was waited for."""
    cdef Called *rows = <Called *> g.rows.p
    cdef uint32_t *places = <uint32_t *> g.lacking.p
    cdef uint32_t i
    while g.late < g.rows.n // sizeof(Called):
        rows[g.late].ns = ns
        g.late += 1
    for i in range(g.lacking.n // 4):
        rows[places[i]].end_ns = ns
    g.lacking.n = 0


cdef void gather_enter(Chunk chunk, Probe *p, Rec *entered, bint stepped) noexcept nogil:
    cdef Machine *m = &chunk.c.m
    cdef Gather *g = p.gather
    cdef Frame *f = <Frame *> entered.ptr
    cdef Called row
    cdef Argument given
    cdef uint32_t j
    cdef Rec *r
    memset(&row, 0, sizeof(row))
    row.step = m.step + (not stepped)
    if f.func < 0 or not g.funcs[f.func] or not p.start <= row.step < p.stop:
        return
    row.frame = f.id
    row.site = entered.a
    row.thread = <uint32_t> entered.size
    row.depth = f.depth
    row.parent = entered.new.p
    row.caller = <int64_t> entered.old.p if entered.old.tag else -1
    row.ns = m.time
    row.first = <uint32_t> (g.more.n // sizeof(Argument))
    row.end = -1
    for j in range(chunk.log.n):
        r = &chunk.log.r[j]
        if r.kind != R_SLOT or r.ptr != f:
            continue
        if r.new.tag == T_CELL:
            row.n = NO_ARGUMENTS
            break
        memset(&given, 0, sizeof(given))
        given.slot = r.a
        given.value = r.new
        buf_bytes(&g.more, &given, sizeof(given))
        row.n += 1
    buf_bytes(&g.rows, &row, sizeof(row))
    if stepped:
        g.late += 1
    map_put(&g.open, f.id, <void *> <size_t> (g.rows.n // sizeof(Called)))


cdef void gather_end(Chunk chunk, Gather *g, Frame *f, uint32_t flags) noexcept nogil:
    cdef size_t place = <size_t> map_get(&g.open, f.id)
    cdef Called *row
    cdef uint32_t at
    cdef bint there
    cdef Val v
    if place == 0:
        return
    row = &(<Called *> g.rows.p)[place - 1]
    if flags & F_LATE:
        row.held = <int> flags
        row.value = value_in_log(chunk, f, flags & F_UNWIND != 0, &there)
        row.valued = there
        return
    row.kind = EV_RETURN_ if flags & F_RETURN else EV_UNWIND_ if flags & F_UNWIND else EV_END_
    if row.kind == EV_END_ and row.held:
        row.kind = EV_RETURN_ if row.held & F_RETURN else EV_UNWIND_
    else:
        v = value_in_log(chunk, f, row.kind == EV_UNWIND_, &there)
        row.value = v
        row.valued = there
    row.end = chunk.c.m.step
    at = <uint32_t> (place - 1)
    if chunk.timed:
        row.end_ns = chunk.c.m.time
    else:
        buf_bytes(&g.lacking, &at, 4)
    map_del(&g.open, f.id)


cdef void gather_call(Chunk chunk, Probe *p, uint32_t site, bint stepped) noexcept nogil:
    """What the last site has to do with calls."""
    cdef Machine *m = &chunk.c.m
    cdef Gather *g = p.gather
    cdef uint32_t flags = m.t.sites[site].flags
    cdef uint32_t j
    if stepped:
        stamp(g, m.time)
    for j in range(chunk.log.n):
        if chunk.log.r[j].kind == R_ENTER:
            gather_enter(chunk, p, &chunk.log.r[j], stepped)
    if flags & (F_RETURN | F_END | F_UNWIND) and g.open.n and not flags & F_QUIET:
        gather_end(chunk, g, m.cur, flags)


cdef void gather_lost(Chunk chunk, Gather *g, uint64_t frame) noexcept nogil:
    """A frame that ended unseen."""
    cdef size_t place = <size_t> map_get(&g.open, frame) if frame else 0
    cdef uint32_t at
    cdef Called *row
    if place == 0:
        return
    row = &(<Called *> g.rows.p)[place - 1]
    row.kind = EV_LOST_
    row.valued = False
    row.end = chunk.c.m.step
    at = <uint32_t> (place - 1)
    if chunk.timed:
        row.end_ns = chunk.c.m.time
    else:
        buf_bytes(&g.lacking, &at, 4)
    map_del(&g.open, frame)


cdef list called_rows(Chunk chunk, Gather *g):
    """As `Survey.calls` gives them."""
    cdef uint64_t n = g.rows.n // sizeof(Called)
    cdef Called *row
    cdef Argument *given
    cdef uint64_t i
    cdef uint32_t k
    cdef list found = [None] * n
    cdef list arguments
    for i in range(n):
        row = &(<Called *> g.rows.p)[i]
        passed = None
        if row.n != NO_ARGUMENTS:
            given = &(<Argument *> g.more.p)[row.first]
            arguments = [None] * row.n
            for k in range(row.n):
                arguments[k] = (given[k].slot, chunk.raw(given[k].value))
            passed = tuple(arguments)
        found[i] = (
            row.frame, row.site, row.thread, row.caller, row.step, row.ns, passed, row.kind, row.end, row.end_ns,
            chunk.raw(row.value) if row.kind and row.valued else None, row.parent, row.depth,
        )
    return found


# ---- exceptions -----------------------------------------------------------------------------


cdef void gather_raise(Chunk chunk, Gather *g, uint32_t site, bint stepped) noexcept nogil:
    """What the last site has to do with exceptions. `pad2` of a frame: 1 + the site of its newest step in the chunk."""
    cdef Machine *m = &chunk.c.m
    cdef Frame *f = m.cur
    cdef uint32_t flags = m.t.sites[site].flags
    cdef Raised row
    cdef Raised *waiting
    cdef size_t place
    cdef bint there
    if flags & (F_UNWIND | F_CAUGHT) and not flags & F_QUIET:
        memset(&row, 0, sizeof(row))
        row.step = m.step
        row.kind = EV_CAUGHT_ if flags & F_CAUGHT else EV_UNWIND_
        row.thread = m.thread
        row.frame = f.id
        row.site = site
        row.value = value_in_log(chunk, f, True, &there)
        row.valued = there
        row.newest = row.handler = -1
        if f.pad2:
            row.newest = <int64_t> chunk.log.r[chunk.log.n - 1].old.tag
            row.newest_site = f.pad2 - 1
        gather_told(chunk, g, &row)
        gather_sites(chunk, g, &row, f)
        buf_bytes(&g.rows, &row, sizeof(row))
        if flags & F_CAUGHT:
            map_put(&g.open, f.id, <void *> <size_t> (g.rows.n // sizeof(Raised)))
    if not stepped:
        return
    f.pad2 = site + 1
    if g.open.n:
        place = <size_t> map_get(&g.open, f.id)
        if place:
            waiting = &(<Raised *> g.rows.p)[place - 1]
            waiting.handler = m.step
            waiting.handler_site = site
            map_del(&g.open, f.id)


cdef void gather_told(Chunk chunk, Gather *g, Raised *row) noexcept nogil:
    """Type, number of arguments and the first of them of the exception, and whether its attributes tell of another."""
    cdef uint32_t i
    cdef uint64_t name
    cdef Obj *o
    cdef Body *b
    cdef Val v
    row.type = -1
    if not row.valued or row.value.tag != T_OBJ:
        return
    o = obj_find(&chunk.c.m, row.value.p)
    if o == NULL or o.b == NULL or o.uncertain or o.dead or o.b.shape != 8:
        return
    b = o.b
    if b.n_items != b.size or b.n_items > 1:
        return
    if b.n_items:
        v = b.items[0]
        if v.tag != T_STR and v.tag != T_INT and v.tag != T_NONE and v.tag != T_FLOAT:
            return
        row.argument = v
    row.n = <int> b.n_items
    row.alone = True
    for i in range(b.n_attrs):
        name = b.attrs[2 * i].p
        if name == g.behind[0] or name == g.behind[1] or name == g.behind[2]:
            row.alone = False
    row.type = <int> b.type_id


cdef void gather_sites(Chunk chunk, Gather *g, Raised *row, Frame *f) noexcept nogil:
    """Where the frames stood, as far as the chunk tells; not again for an exception that goes on its way."""
    cdef Machine *m = &chunk.c.m
    cdef uint64_t n = g.rows.n // sizeof(Raised)
    cdef Raised *last = &(<Raised *> g.rows.p)[n - 1] if n else NULL
    cdef uint32_t *known
    cdef uint32_t site, i
    cdef uint32_t depth = 0
    row.first = <uint32_t> (g.more.n // 4)
    row.n_sites = NO_SITES
    if last != NULL and last.thread == row.thread and last.valued and row.valued and last.value.tag == row.value.tag and last.value.p == row.value.p:
        return
    row.n_sites = 0
    while f != NULL and f.id and depth < MAX_SHOWN:
        depth += 1
        if f.pad2:
            site = f.pad2 - 1
        elif f.last_site >= 0 and m.t.sites[f.last_site].flags & (F_STEP | F_ITER) and depth > 1:
            site = <uint32_t> f.last_site
        else:
            row.n_sites = NO_SITES
            return
        known = <uint32_t *> g.more.p + row.first
        i = 0
        while i < row.n_sites and known[i] != site:
            i += 1
        if i == row.n_sites:
            if i == MOST_SITES:
                row.n_sites = NO_SITES
                return
            buf_bytes(&g.more, &site, 4)
            row.n_sites += 1
        f = frame_find(m, f.parent)
    if depth == MAX_SHOWN:
        row.n_sites = NO_SITES


cdef object sites_told(Gather *g, Raised *row):
    cdef uint32_t i
    cdef uint32_t *sites = <uint32_t *> g.more.p + row.first
    return None if row.n_sites == NO_SITES else tuple([sites[i] for i in range(row.n_sites)])


cdef list raised_rows(Chunk chunk, Gather *g):
    """As `Survey.raises` gives them."""
    cdef uint64_t n = g.rows.n // sizeof(Raised)
    cdef Raised *row
    cdef uint64_t i
    cdef list found = [None] * n
    for i in range(n):
        row = &(<Raised *> g.rows.p)[i]
        found[i] = (
            row.step, row.kind, row.thread, row.frame, row.site, chunk.raw(row.value) if row.valued else None,
            row.newest, <object> row.newest_site if row.newest >= 0 else -1,
            row.handler, <object> row.handler_site if row.handler >= 0 else -1,
            row.type, row.n, chunk.raw(row.argument) if row.type >= 0 and row.n else None, row.alone, sites_told(g, row),
        )
    return found


cdef tuple raised_briefly(Chunk chunk, Gather *g, Match text, const uint8_t *marked, uint64_t n_marked):
    """What the exceptions of a chunk say: ({type}, {(type, argument)} where the argument is a number or None, whether the text of
    another has it or what it says takes a closer look, how many steps at marked sites they were raised at)."""
    cdef uint64_t n = g.rows.n // sizeof(Raised)
    cdef Raised *row
    cdef uint64_t i
    cdef set types = set()
    cdef set said = set()
    cdef set steps = set()
    cdef bint closer = False
    for i in range(n):
        row = &(<Raised *> g.rows.p)[i]
        if row.newest >= 0 and row.newest_site < n_marked and marked[row.newest_site]:
            steps.add(row.newest)
        if row.type < 0:
            closer = True
            continue
        types.add(row.type)
        if not row.n:
            continue
        if row.argument.tag == T_STR:
            closer = closer or text.has_text(row.argument.p)
        elif row.argument.tag == T_FLOAT:
            closer = True
        else:
            said.add((row.type, chunk.raw(row.argument)))
    return types, said, closer, len(steps)


# ---- samples --------------------------------------------------------------------------------


cdef void gather_sample(Chunk chunk, Condition x, Probe *p, uint32_t site) noexcept nogil:
    """What is read at the step that just began; T_UNKNOWN: that takes a closer look."""
    cdef Machine *m = &chunk.c.m
    cdef Read *reads = x.reads + (x.places[site] - 1)
    cdef uint32_t k
    cdef Val v
    note_row(chunk, p, site)
    for k in range(x.n_reads):
        p.unbound = False
        if not read_plain(chunk, m.cur, x, &reads[k], p, &v):
            v = mk(T_UNBOUND if p.unbound else T_UNKNOWN, 0)
        buf_bytes(&p.gather.more, &v, sizeof(Val))


cdef list sample_rows(Chunk chunk, Probe *p, uint32_t n_reads, int64_t first):
    """[[step, site, thread, frame, ns, value ...]]"""
    cdef uint64_t n = p.rows.n // sizeof(Row)
    cdef Row *r
    cdef Val *v = <Val *> p.gather.more.p
    cdef uint64_t i
    cdef uint32_t k
    cdef list found = [None] * n
    cdef list row
    for i in range(n):
        r = &(<Row *> p.rows.p)[i]
        row = [first + <int64_t> r.rec_end, r.site, r.thread, r.frame, r.time]
        for k in range(n_reads):
            row.append(ELSEWHERE if v.tag == T_UNKNOWN else chunk.raw(v[0]))
            v += 1
        found[i] = row
    return found


cdef void gather_free(Gather *g) noexcept nogil:
    free(g.rows.p)
    free(g.more.p)
    free(g.lacking.p)
    map_free(&g.open)
