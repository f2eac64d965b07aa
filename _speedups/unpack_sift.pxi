# Quick looks: chunks decoded from one end to the other without keeping what happened, beside other threads. They tell what
# needs no more than that, and whether there is anything in a chunk that is worth keeping it whole for.

cdef enum Look:
    LOOK_VALUES = 1         # whether a value is written
    LOOK_TYPES = 2          # whether an object of some types is first shown
    LOOK_CHILDREN = 3       # how many calls a frame makes
    LOOK_HITS = 4           # whether a condition may hold at some sites
    LOOK_TIMES = 5          # what time passes in which function
    LOOK_ROWS = 6           # the steps at some sites
    LOOK_TURNS = 7          # where a condition, as a frame sees it, is not what it was
    LOOK_RETURNS = 8        # whether a value is returned at some sites
    LOOK_CALLS = 9          # the calls of some functions
    LOOK_RAISES = 10        # what exceptions ended or what caught them
    LOOK_SAMPLES = 11       # the steps at some sites, with what is read there
    LOOK_LEFT = 12          # when a frame ended
    LOOK_ALL = 13           # whether a value is written (bit 0 of the count), whether an object of some types is first shown (bit 1); what is raised

cdef enum:
    MAX_CODE = 512
    MAX_SHOWN = 1 << 20     # frames of a stack


cdef struct Read:           # what a condition reads at a site: a slot of the frame (0) or of a module (1), then attributes
    uint32_t role
    uint32_t slot
    uint32_t module
    uint32_t first_name
    uint32_t n_names

cdef struct Shown:          # a frame on the stack
    uint64_t id
    int32_t func

cdef struct Clock:          # how the time that passes is shared among functions
    double *own
    double *total
    double *since           # the clock when the function's time was last added up
    uint64_t *steps         # in the present interval: run,
    int64_t *on             # run while it was on the stack,
    uint32_t *stamp         # and the interval that these two are of
    uint32_t *active        # frames of it on the stack
    uint32_t *noted         # the functions of the interval
    uint32_t n_noted
    uint32_t n_funcs
    uint32_t interval
    Shown *stack
    uint32_t depth
    uint32_t cap
    Frame **chain           # frames to be put on it
    uint32_t cap_chain
    int64_t n               # steps of the interval
    double now
    uint64_t time           # of the last step
    bint begun


cdef struct Argument:
    uint32_t slot
    Val value

cdef struct Called:         # one call
    uint64_t frame
    uint32_t site
    uint32_t thread
    uint32_t depth
    uint64_t parent
    int64_t caller          # -1: none
    int64_t step
    uint64_t ns
    uint32_t first          # place of its arguments
    uint32_t n              # how many; NO_ARGUMENTS: they must be looked up
    int kind                # how it ended, an EV_; 0: not in this chunk
    int held                # the flags of a site that told a result too early, or 0
    int64_t end
    uint64_t end_ns
    bint valued
    Val value

cdef struct Raised:         # a frame that an exception ended or that caught it
    int64_t step
    int kind
    uint32_t thread
    uint64_t frame
    uint32_t site
    uint32_t newest_site
    int64_t newest          # -1: not in this chunk
    int64_t handler         # likewise
    uint32_t handler_site
    int type                # -1: that takes a closer look
    int n
    bint alone              # it has no attribute with a name of `behind`
    uint32_t first          # place of the sites,
    uint32_t n_sites        # each told once, at which the frames stood: its own and those that called it; NO_SITES: not told
    bint valued
    Val value
    Val argument

cdef struct Gather:         # rows as they come
    Buf rows
    Buf more                # Argument each, Val, or sites
    Map open                # frame -> 1 + place of its row
    uint32_t late           # rows from here on lack a time
    Buf lacking             # places of rows whose end lacks its time
    const uint8_t *funcs    # by global function number
    uint32_t behind[3]      # attributes that tell of other exceptions, as the chunk's string numbers; 0xFFFFFFFF: it has none

cdef enum:
    NO_ARGUMENTS = 0xFFFFFFFF
    NO_SITES = 0xFFFFFFFF
    MOST_SITES = 32


@cython.final
cdef class Condition:
    """An expression over numbers, text and truth values, computed without Python objects. Where that cannot tell, it says so."""
    cdef uint32_t *ops              # pairs: operation, operand
    cdef uint32_t n_ops
    cdef Val *consts
    cdef uint32_t n_consts
    cdef dict texts                 # constant -> its bytes
    cdef Read *reads                # n_reads for each site
    cdef uint32_t n_reads
    cdef uint32_t *places           # site -> 1 + place of its reads
    cdef uint32_t n_sites
    cdef list names                 # bytes of attributes' names
    cdef bytes sure                 # by type id: its instances do not change unseen

    def __cinit__(self, ops, constants, plans, uint32_t n_sites, sure):
        """`ops`: [(operation, operand)], those of recipes, LOCAL being a read; `plans`: {site: [(role, slot, module, names)]}."""
        cdef uint32_t i = 0
        cdef uint32_t j
        cdef double d
        cdef Read *r
        if len(ops) > MAX_CODE:
            raise ValueError("the expression is too long")
        self.ops = <uint32_t *> xcalloc(2 * len(ops), 4)
        for op, operand in ops:
            self.ops[2 * i] = op
            self.ops[2 * i + 1] = operand
            i += 1
        self.n_ops = i
        self.texts = {}
        self.n_consts = <uint32_t> len(constants)
        self.consts = <Val *> xcalloc(self.n_consts, sizeof(Val))
        for i, value in enumerate(constants):
            if value is None:
                self.consts[i] = mk(T_NONE, 0)
            elif type(value) is bool:
                self.consts[i] = mk(T_TRUE if value else T_FALSE, 0)
            elif type(value) is int:
                self.consts[i] = mk(T_INT, <uint64_t> <int64_t> value)
            elif type(value) is float:
                d = value
                self.consts[i].tag = T_FLOAT
                memcpy(&self.consts[i].p, &d, 8)
            else:
                self.texts[i] = value.encode("utf-8", "surrogatepass")
        self.names = []
        self.n_sites = n_sites
        self.places = <uint32_t *> xcalloc(n_sites, 4)
        self.n_reads = <uint32_t> len(next(iter(plans.values()))) if plans else 0
        self.reads = <Read *> xcalloc(len(plans) * self.n_reads, sizeof(Read))
        for i, (site, plan) in enumerate(plans.items()):
            if not 0 <= site < n_sites or len(plan) != self.n_reads:
                raise ValueError("a condition at a site that is not there")
            self.places[site] = 1 + i * self.n_reads
            for j, (role, slot, module, path) in enumerate(plan):
                r = &self.reads[i * self.n_reads + j]
                r.role = role
                r.slot = slot
                r.module = module
                r.first_name = <uint32_t> len(self.names)
                r.n_names = <uint32_t> len(path)
                self.names += [name.encode("utf-8", "surrogatepass") for name in path]
        flags = bytearray(max(sure, default=-1) + 1)
        for number in sure:
            flags[number] = 1
        self.sure = bytes(flags)

    def __dealloc__(self):
        free(self.ops)
        free(self.consts)
        free(self.reads)
        free(self.places)


cdef struct Probe:
    int what
    bint found
    int64_t count
    int before              # what the condition was
    bint last               # the last such step is wanted, not the first
    uint64_t parent
    int64_t start
    int64_t stop
    const uint8_t *types
    uint64_t n_types
    uint32_t *names         # of a condition, as the chunk's string numbers; 0xFFFFFFFF: it has none
    Val *consts
    bint cut                # text may be cut: it is not compared
    bint unbound            # a name that was read last is not bound
    const uint8_t *sure
    uint64_t n_sure
    Clock *clock
    const uint8_t *wanted   # by site
    uint64_t n_wanted
    Buf rows                # Row each; in the place of the log position the step's place in the chunk
    Gather *gather


cdef bint record_matches(Chunk chunk, Rec *r, Match match) noexcept nogil:
    """Whether a record of the log writes a value that is wanted."""
    cdef int kind = r.kind
    if kind == R_REPLACE:
        return r.new.p != 0 and body_matches(chunk, <Body *> r.new.p, match)
    if kind != R_SLOT and kind != R_NS and kind != R_VALUE and not (R_ITEM <= kind <= R_ATTRPUSH) and kind != R_DELTA:
        return False
    if kind == R_REMOVE or kind == R_PAIRGONE:
        return False
    if kind == R_DELTA and (r.a == OP_SIZE or r.a == OP_DELITEM or r.a == OP_DELATTR):
        return False
    if r.new.tag == T_CELL:
        return False
    return val_matches(chunk, r.new, match) or kind == R_PAIRPUSH and val_matches(chunk, r.old, match)


cdef bint read_plain(Chunk chunk, Frame *f, Condition x, Read *q, Probe *p, Val *v) noexcept nogil:
    """What a read gives: a number, text or truth value; False: that takes a closer look."""
    cdef Machine *m = &chunk.c.m
    cdef Obj *o
    cdef uint32_t i, k
    if q.role == 0:
        if f == NULL or q.slot >= f.n_slots:
            return False
        v[0] = f.slots[q.slot]
    else:
        if q.module >= m.n_ns or m.ns[q.module] == NULL or q.slot >= m.t.mods[q.module].n_slots:
            return False
        v[0] = m.ns[q.module][q.slot]
    if v.tag == T_CELL:
        o = obj_find(m, v.p)
        if o == NULL or o.b == NULL or o.uncertain or not o.b.n_items:
            return False
        v[0] = o.b.items[0]
    for k in range(q.n_names):
        if v.tag != T_OBJ:
            return False
        o = obj_find(m, v.p)
        if o == NULL or o.b == NULL or o.uncertain or o.dead or o.b.shape != 7:
            return False
        if o.b.type_id >= p.n_sure or not p.sure[o.b.type_id]:
            return False
        i = 0
        while i < o.b.n_attrs and o.b.attrs[2 * i].p != p.names[q.first_name + k]:
            i += 1
        if i == o.b.n_attrs:
            return False
        v[0] = o.b.attrs[2 * i + 1]
    if v.tag == T_STR:
        return not p.cut
    if v.tag == T_UNBOUND:
        p.unbound = True
        return False
    return T_NONE <= v.tag <= T_FALSE or v.tag == T_TRUE or v.tag == T_INT or v.tag == T_FLOAT


cdef int holds(Chunk chunk, Condition x, uint32_t site, Frame *f, Probe *p) noexcept nogil:
    """Whether a condition holds for a frame at the step that just began; -1: that takes a closer look."""
    cdef Machine *m = &chunk.c.m
    cdef Val st[STACK]
    cdef Val *v
    cdef uint32_t pc = 0
    cdef uint32_t sp = 0
    cdef uint32_t op, arg
    cdef int yes
    cdef Read *reads = x.reads + (x.places[site] - 1)
    while pc < x.n_ops:
        op = x.ops[2 * pc]
        arg = x.ops[2 * pc + 1]
        pc += 1
        if op == DO_LOCAL or op == DO_CONST:
            if sp == STACK:
                return -1
            v = &st[sp]
            sp += 1
            if op == DO_CONST:
                v[0] = p.consts[arg]
                if v.tag == T_STR and p.cut:
                    return -1
            elif not read_plain(chunk, f, x, &reads[arg], p, v):
                return -1
            continue
        if op == DO_JUMP:
            pc += arg
            continue
        if sp == 0:
            return -1
        v = &st[sp - 1]
        if op < DO_NEG:
            if sp < 2:
                return -1
            sp -= 1
            if not binary(op, &st[sp - 1], &st[sp], &st[sp - 1]):
                return -1
        elif op < DO_JUMPFALSE or op == DO_BOOL:
            if not unary(m, op, v):
                return -1
        else:
            yes = truth(m, v)
            if yes < 0:
                return -1
            if op == DO_JUMPFALSE:
                sp -= 1
                if not yes:
                    pc += arg
            elif yes == (op == DO_KEEPTRUE):
                pc += arg
            else:
                sp -= 1
    return truth(m, &st[0]) if sp == 1 else -1


cdef inline void look_at_turn(Chunk chunk, Condition x, Probe *p) noexcept nogil:
    """Whether the condition is another at the step that just began."""
    cdef Machine *m = &chunk.c.m
    cdef Frame *f = NULL
    cdef int now
    if p.parent:
        f = frame_find(m, p.parent)
        if f == NULL:
            return
    p.unbound = False
    now = holds(chunk, x, 0, f, p)
    if now < 0 and p.unbound:
        now = 0
    if now != p.before:
        p.count = m.step
        p.found = not p.last


# ---- times ----------------------------------------------------------------------------------


cdef void clock_note(Clock *k, uint32_t func) noexcept nogil:
    """The function has a part in the present interval."""
    if k.stamp[func] == k.interval:
        return
    k.stamp[func] = k.interval
    k.steps[func] = 0
    k.on[func] = 0
    if k.active[func]:
        k.total[func] += k.now - k.since[func]
    k.since[func] = k.now
    k.noted[k.n_noted] = func
    k.n_noted += 1


cdef void clock_push(Clock *k, Frame *f) noexcept nogil:
    if k.depth == k.cap:
        k.cap = k.cap * 2 + 64
        k.stack = <Shown *> xrealloc(k.stack, <size_t> k.cap * sizeof(Shown))
    k.stack[k.depth].id = f.id
    k.stack[k.depth].func = f.func
    k.depth += 1
    if f.func >= 0:
        clock_note(k, <uint32_t> f.func)
        if k.active[f.func] == 0:
            k.on[f.func] -= k.n
        k.active[f.func] += 1


cdef void clock_pop(Clock *k) noexcept nogil:
    cdef int32_t func
    k.depth -= 1
    func = k.stack[k.depth].func
    if func >= 0:
        clock_note(k, <uint32_t> func)
        k.active[func] -= 1
        if k.active[func] == 0:
            k.on[func] += k.n


cdef void clock_turn(Clock *k, Machine *m, Frame *f) noexcept nogil:
    """Makes the stack that of the frame."""
    cdef uint32_t n = 0
    cdef uint32_t keep_ = 0
    cdef Frame *g = f
    while g != NULL and g.id and n < MAX_SHOWN:
        if g.depth and g.depth <= k.depth and k.stack[g.depth - 1].id == g.id:
            keep_ = g.depth
            break
        if n == k.cap_chain:
            k.cap_chain = k.cap_chain * 2 + 64
            k.chain = <Frame **> xrealloc(k.chain, <size_t> k.cap_chain * sizeof(Frame *))
        k.chain[n] = g
        n += 1
        g = frame_find(m, g.parent)
    while k.depth > keep_:
        clock_pop(k)
    while n:
        n -= 1
        clock_push(k, k.chain[n])


cdef void clock_close(Clock *k, uint64_t ns) noexcept nogil:
    """Shares the time of an interval among its steps."""
    cdef uint32_t i, func
    cdef double each
    if k.n == 0:
        return
    each = <double> ns / <double> k.n
    for i in range(k.n_noted):
        func = k.noted[i]
        k.own[func] += each * <double> k.steps[func]
        k.total[func] += each * <double> (k.on[func] + (k.n if k.active[func] else 0))
        k.since[func] = k.now + <double> ns
    k.now += <double> ns
    k.n = 0
    k.n_noted = 0
    k.interval += 1


cdef void clock_step(Clock *k, Machine *m, uint32_t func, bint exact) noexcept nogil:
    """The function goes on now; `exact`: this is when, not only what the steps since then share."""
    if k.begun and (exact or m.time > k.time):
        clock_close(k, m.time - k.time)
    k.begun = True
    k.time = m.time
    if k.depth == 0 or k.stack[k.depth - 1].id != m.cur.id:
        if k.depth and k.stack[k.depth - 1].id == m.cur.parent:
            clock_push(k, m.cur)
        elif k.depth > 1 and k.stack[k.depth - 2].id == m.cur.id:
            clock_pop(k)
        else:
            clock_turn(k, m, m.cur)
    clock_note(k, func)
    k.steps[func] += 1
    k.n += 1


# ---- the walk -------------------------------------------------------------------------------


cdef void look_at_log(Chunk chunk, Probe *p, Match match) noexcept nogil:
    """What the last symbol of the chunk did."""
    cdef uint32_t j
    cdef Rec *r
    cdef Body *b
    for j in range(chunk.log.n):
        r = &chunk.log.r[j]
        if p.what == LOOK_VALUES:
            if record_matches(chunk, r, match):
                p.found = True
                return
        elif p.what == LOOK_ALL:
            if not p.count & 1 and record_matches(chunk, r, match):
                p.count |= 1
            if r.kind == R_REPLACE and not r.old.p and r.new.p:
                b = <Body *> r.new.p
                if b.type_id < p.n_types and p.types[b.type_id]:
                    p.count |= 2
        elif p.what == LOOK_TYPES:
            if r.kind == R_REPLACE and not r.old.p and r.new.p:
                b = <Body *> r.new.p
                if b.type_id < p.n_types and p.types[b.type_id]:
                    p.found = True
                    return
        elif r.kind == R_ENTER and r.new.p == p.parent and (<Frame *> r.ptr).func >= 0:
            p.count += 1


cdef void look_at_return(Chunk chunk, Probe *p, uint32_t site, Match match) noexcept nogil:
    """What the site that ends or may end a frame hands over."""
    cdef uint32_t j
    cdef Rec *r
    if not chunk.c.m.t.sites[site].flags & F_RETURN:
        p.found = p.wanted[site] == 2 or match.tags >> T_NONE & 1
        return
    for j in range(chunk.log.n):
        r = &chunk.log.r[j]
        if r.kind == R_VALUE and r.a == 0 and val_matches(chunk, r.new, match):
            p.found = True
            return


cdef void note_row(Chunk chunk, Probe *p, uint32_t site) noexcept nogil:
    cdef Machine *m = &chunk.c.m
    cdef Row r
    r.site = site
    r.thread = m.thread
    r.frame = m.cur.id
    r.depth = m.cur.depth
    r.rec_end = <uint32_t> (m.step - chunk.first_step)
    r.time = m.time
    buf_bytes(&p.rows, &r, sizeof(Row))


cdef inline bint ends_frame(uint32_t flags) noexcept nogil:
    return flags & (F_RETURN | F_END | F_UNWIND) != 0 and not flags & (F_LATE | F_QUIET)


cdef void sift(Chunk chunk, Probe *p, Match match, Condition x) noexcept nogil:
    """Decodes a light chunk to its end, or until what is looked for was found."""
    cdef Codec *c = &chunk.c
    cdef Machine *m = &c.m
    cdef uint32_t sym, site, nth
    cdef Event e
    cdef ObjHead h
    cdef int64_t before
    cdef bint logs = p.what == LOOK_VALUES or p.what == LOOK_TYPES or p.what == LOOK_CHILDREN or p.what == LOOK_ALL
    memset(&e, 0, sizeof(e))
    while chunk.left:
        chunk.left -= 1
        chunk.log.n = 0
        nth = c.nth
        sym = code_symbol(c, 0)
        if sym >= SYM_SITE0:
            site = sym - SYM_SITE0
            if site >= m.t.n_sites or c.err:
                c.err = 1
                break
            vals_need(&chunk.vals, m.t.sites[site].n_vals)
            code_site_values(c, site, chunk.vals.v)
            if c.err:
                break
            if m.cur.id == 0 and m.cur.state == FS_ENDED:
                m.cur.state = FS_RUNNING
            if chunk.timed:
                site_time(chunk)
            before = m.step
            apply_site(c, site, chunk.vals.v)
            if m.step != before:
                if p.what == LOOK_ROWS:
                    if site < p.n_wanted and p.wanted[site] and p.start <= m.step < p.stop:
                        note_row(chunk, p, site)
                elif p.what == LOOK_TIMES and not chunk.timed:
                    clock_step(p.clock, m, m.t.sites[site].func, False)
                elif p.what == LOOK_HITS and site < x.n_sites and x.places[site] and p.start <= m.step < p.stop and holds(chunk, x, site, m.cur, p) != 0:
                    p.found = True
                    return
                elif p.what == LOOK_TURNS and p.start <= m.step < p.stop:
                    look_at_turn(chunk, x, p)
                elif p.what == LOOK_SAMPLES and site < x.n_sites and x.places[site] and p.start <= m.step < p.stop:
                    gather_sample(chunk, x, p, site)
            if p.gather != NULL:
                if p.what == LOOK_CALLS:
                    gather_call(chunk, p, site, m.step != before)
                elif p.what == LOOK_RAISES or p.what == LOOK_ALL:
                    gather_raise(chunk, p.gather, site, m.step != before)
            if logs:
                look_at_log(chunk, p, match)
            elif p.what == LOOK_RETURNS and site < p.n_wanted and p.wanted[site]:
                look_at_return(chunk, p, site, match)
            elif p.what == LOOK_LEFT and m.cur.id == p.parent and ends_frame(m.t.sites[site].flags):
                p.count = <int64_t> m.time
                p.found = True
                return
            site_left(c, site, m.cur)
            if chunk.timed and p.what == LOOK_TIMES and m.cur.func >= 0:
                clock_step(p.clock, m, <uint32_t> m.cur.func, True)
        else:
            if sym == OP_OBJ:
                code_object(c, key_of(c, OP_OBJ, nth), &h, &chunk.vals, 0)
                if c.err:
                    break
                do_replace(m, obj_need(m, h.oid), make_body(m, &h, &chunk.vals))
            elif sym == OP_SNAP:
                snap_object(c, key_of(c, OP_SNAP, nth), NULL, &h, &chunk.vals)
            else:
                code_event(c, sym, nth, &e)
                if c.err:
                    break
                apply_event(c, sym, &e)
                if sym == OP_LOST and p.what == LOOK_CALLS:
                    gather_lost(chunk, p.gather, e.oid)
                elif sym == OP_LOST and p.what == LOOK_LEFT and e.oid == p.parent:
                    p.count = <int64_t> m.time
                    p.found = True
            if logs:
                look_at_log(chunk, p, match)
        if p.found:
            return
        if c.err or m.err or c.n_values > MAX_VALUES or m.work > MAX_WORK:
            c.err = 1
            break
    if m.err:
        c.err = 1


cdef Chunk sifted(Chunk chunk, Probe *p, Match match, Condition x):
    with nogil:
        sift(chunk, p, match, x)
    if chunk.c.err:
        raise bad_chunk(chunk.number)
    return chunk


cdef bint has_cut(Chunk chunk) except -1:
    """Whether the chunk has strings of which only the beginning is known."""
    cdef Src s, t
    cdef uint64_t i, count, size
    cdef uint8_t flags
    if not open_strings(chunk, &s, &t, &count):
        raise bad_chunk(chunk.number)
    for i in range(count):
        next_string(&s, &flags, &size)
        if flags & 2:
            return True
    return False


cdef uint32_t text_number(Chunk chunk, bytes text) except? 0:
    """The chunk's number of a string; 0xFFFFFFFF: it does not name it."""
    cdef Match match = Match(chunk, (0, None, None, None, (text, True), 0))
    return <uint32_t> match.texts[0] if match.n_texts else 0xFFFFFFFFU
