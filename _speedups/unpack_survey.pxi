# Whole chunks read in one go: calls, hits with values, writes by value, times. For questions that look at many steps.

ELSEWHERE = object()        # a value that only a full look at the moment can tell


cdef inline bint is_step(Chunk chunk, Rec *r) noexcept nogil:
    return chunk.c.m.t.sites[r.a].flags & (F_STEP | F_ITER) != 0


cdef inline int64_t row_time(Chunk chunk, int64_t step, object last_ns):
    """The time of a step; of what lies behind the chunk, the chunk's last time."""
    if step - chunk.first_step < chunk.n_rows:
        return chunk.rows[max(step - chunk.first_step, 0)].time if chunk.n_rows else last_ns
    return last_ns


cdef inline object value_before(Chunk chunk, uint32_t j, bint exception):
    """The value that goes with the site at a log position."""
    cdef Rec *r = &chunk.log.r[j]
    cdef Rec *q
    cdef uint32_t i = j
    while i > 0 and chunk.log.r[i - 1].kind != R_SITE:
        i -= 1
        q = &chunk.log.r[i]
        if q.kind == R_VALUE and q.ptr == r.ptr and (q.a == 1) == exception:
            return chunk.raw(q.new)
    return None


@cython.final
cdef class Survey:
    """Reads chunks from one end to the other, each alone; decoded chunks are shared with the file's cursors."""
    cdef object file
    cdef Chunks chunks

    def __init__(self, file):
        self.file = file
        self.chunks = chunks_of(file)

    @property
    def count(self):
        return self.chunks.n

    @property
    def n_functions(self):
        return self.chunks.tables.t.n_funcs

    def prepare(self, int number):
        """Decodes a chunk for `take`: to be called on a thread of its own, the decoding runs beside other threads."""
        cdef Chunk chunk = self.chunks.load(number)
        chunk.need_all()
        return chunk

    def take(self, Chunk chunk):
        """Makes a prepared chunk the newest of those that are kept."""
        cdef int number = chunk.number
        if number not in self.chunks.kept:
            while len(self.chunks.kept) >= self.chunks.limit:
                self.chunks.kept.popitem(last=False)
            self.chunks.kept[number] = chunk

    def has(self, int number):
        """Whether a chunk is decoded already."""
        return number in self.chunks.kept

    cdef Chunk whole(self, int number):
        cdef Chunk chunk = self.chunks.get(number)
        chunk.need_all()
        return chunk

    def site_hits(self, int number):
        """How often each site was hit in a chunk, from its index."""
        return self.chunks.index(number).site_hits()

    def highest(self, int number):
        """The highest identity of an object that a chunk names or touches."""
        cdef Index index = self.chunks.index(number)
        return index.highest

    # ---- calls ----------------------------------------------------------------------------------

    def entered(self, int number, parent=None, int64_t after=0):
        """The frames that a chunk enters, [(frame, parent, module, function, first step, site, thread, caller's step)]; only the
        children of one frame, only those with higher ids."""
        cdef Chunk chunk = self.whole(number)
        cdef uint64_t wanted = parent if parent is not None else 0
        cdef bint all_ = parent is None
        cdef uint32_t j
        cdef Rec *r
        cdef Frame *f
        cdef Func *fn
        cdef list found = []
        for j in range(chunk.log.n):
            r = &chunk.log.r[j]
            if r.kind != R_ENTER:
                continue
            f = <Frame *> r.ptr
            if (not all_ and r.new.p != wanted) or <int64_t> f.id <= after or f.func < 0:
                continue
            fn = &chunk.c.m.t.funcs[f.func]
            found.append((f.id, r.new.p, fn.module, fn.index, chunk.visible(j), r.a, r.size, r.old.p if r.old.tag else -1))
        return found

    def calls(self, int number, bytes functions, int64_t start, int64_t stop):
        """The calls of some functions that a chunk enters: [(frame, site, thread, caller's step, first step, first ns, arguments,
        end, end step, end ns, value, parent, depth)]. `functions`: a byte each, by global function number. Arguments are pairs of slot and raw
        value, or None when they must be looked up; end: an EV_ kind, or 0 when it is not in this chunk."""
        cdef Gather g
        cdef Probe p
        cdef Chunk chunk
        cdef object info = self.file.chunks[number]
        if info.first_step > stop:
            return []
        memset(&g, 0, sizeof(Gather))
        memset(&p, 0, sizeof(Probe))
        if len(functions) < self.chunks.tables.t.n_funcs:
            raise ValueError("a byte for each function")
        chunk = self.chunks.load(number, True)
        p.what = LOOK_CALLS
        p.start = start
        p.stop = stop
        p.gather = &g
        g.funcs = <const uint8_t *> <char *> functions
        try:
            sifted(chunk, &p, None, None)
            stamp(&g, info.last_ns)
            return called_rows(chunk, &g)
        finally:
            gather_free(&g)

    def left_at(self, int number, uint64_t frame):
        """When a frame ended, in ns; None when that is not in this chunk, or times are not told."""
        cdef Chunk chunk = self.chunks.load(number, True)
        cdef Probe p
        if not chunk.timed:
            return None
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_LEFT
        p.parent = frame
        sifted(chunk, &p, None, None)
        return p.count if p.found else None

    def raises(self, int number):
        """The frames that exceptions ended or that caught them in a chunk, [(step, EV_ kind, thread, frame, site, value, newest step
        of the frame, its site, first step of the handler, its site, type, arguments, the first of them, whether its attributes tell of no other, the
        sites of the newest steps of the frame and of those that called it, each once)]; -1 for what is not in this chunk, and as the type of what
        takes a closer look: a dead object, an argument that is an object itself. No sites (None) where they are many, where the chunk does not
        tell them, and of an exception that goes on its way."""
        cdef Gather g
        cdef Probe p
        cdef Chunk chunk = self.chunks.load(number, True)
        memset(&g, 0, sizeof(Gather))
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_RAISES
        p.gather = &g
        g.behind = [text_number(chunk, b"__cause__"), text_number(chunk, b"__context__"), text_number(chunk, b"__suppress_context__")]
        try:
            sifted(chunk, &p, None, None)
            return raised_rows(chunk, &g)
        finally:
            gather_free(&g)

    def returns(self, int number, bytes sites, int64_t start, int64_t stop, wanted):
        """The values that some sites return and that are wanted (see `Match`): [(step, frame, site, value)]. A frame that ends without
        a `return` returns None; a result that a `finally` held back is returned where the frame ends. `sites`: a byte each; 2 is the end of
        a frame that may hold one back, which is ELSEWHERE when the chunk does not tell it."""
        cdef Chunk chunk = self.whole(number)
        cdef const uint8_t *w = <const uint8_t *> <char *> sites
        cdef uint32_t n = <uint32_t> len(sites)
        cdef uint32_t j, i, flags
        cdef Rec *r
        cdef int64_t step
        cdef Match match = Match(chunk, wanted)
        cdef dict held = {}
        cdef list found = []
        cdef bint hit
        for j in range(chunk.log.n):
            r = &chunk.log.r[j]
            if r.kind != R_SITE or r.a >= n or not w[r.a]:
                continue
            flags = chunk.c.m.t.sites[r.a].flags
            frame = (<Frame *> r.ptr).id
            hit = match.tags >> T_NONE & 1
            if flags & F_RETURN:
                hit = False
                i = j
                while i > 0 and chunk.log.r[i - 1].kind != R_SITE and not hit:
                    i -= 1
                    hit = chunk.log.r[i].kind == R_VALUE and chunk.log.r[i].a == 0 and chunk.log.r[i].ptr == r.ptr and val_matches(chunk, chunk.log.r[i].new, match)
            if flags & F_LATE:
                held[frame] = (hit, value_before(chunk, j, False))
                continue
            value = None
            if flags & F_RETURN:
                held.pop(frame, None)
                value = value_before(chunk, j, False)
            elif frame in held:
                hit, value = held.pop(frame)
            elif w[r.a] == 2:
                hit, value = True, ELSEWHERE
            step = chunk.visible(j) - 1 + is_step(chunk, r)
            if hit and start <= step < stop:
                found.append((step, frame, r.a, value))
        return found

    # ---- hits -----------------------------------------------------------------------------------

    def hits(self, int number, bytes wanted, int64_t start, int64_t stop):
        """The steps of a chunk at wanted sites: [(step, site, thread, frame, ns)]."""
        cdef Chunk chunk = self.whole(number)
        cdef const uint8_t *w = <const uint8_t *> <char *> wanted
        cdef uint32_t n = <uint32_t> len(wanted)
        cdef int64_t lo = max(start - chunk.first_step, 0)
        cdef int64_t hi = min(stop - chunk.first_step, <int64_t> chunk.n_rows)
        cdef int64_t j
        cdef Row *r
        cdef list found = []
        for j in range(lo, hi):
            r = &chunk.rows[j]
            if r.site < n and w[r.site]:
                found.append((chunk.first_step + j, r.site, r.thread, r.frame, r.time))
        return found

    def samples(self, int number, Condition reads, int64_t start, int64_t stop):
        """Hits with what the reads of a condition give: [[step, site, thread, frame, ns, value ...]]. A value that takes a closer
        look is ELSEWHERE, one that is not bound UNBOUND."""
        cdef Gather g
        cdef Probe p
        memset(&g, 0, sizeof(Gather))
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_SAMPLES
        p.start = start
        p.stop = stop
        p.gather = &g
        try:
            chunk = self.compute(number, reads, &p)
            return sample_rows(chunk, &p, reads.n_reads, self.file.chunks[number].first_step)
        finally:
            free(p.rows.p)
            gather_free(&g)

    # ---- writes by value ------------------------------------------------------------------------

    def writes(self, int number, int64_t start, int64_t stop, wanted=None):
        """What a chunk's log writes: [(first step that shows it, writing step, what, owner, key, value)], what being "slot" (owner a
        frame), "global" (a module), "value" (handed over by a frame), "exception", "item", "attr", "cell" (an object), each in the
        order of the log. `wanted`: what values are to match, see `Match`."""
        cdef Chunk chunk = self.whole(number)
        cdef uint32_t j, i
        cdef Rec *r
        cdef int64_t shown
        cdef int kind
        cdef list found = []
        cdef Match match = Match(chunk, wanted)
        for j in range(chunk.log.n):
            r = &chunk.log.r[j]
            kind = r.kind
            if kind == R_REPLACE and not match.all:
                chunk.move(j + 1)           # what later records changed in it is not its own
            if not record_matches(chunk, r, match):
                continue
            shown = chunk.visible(j)
            if not start <= shown < stop:
                continue
            if kind == R_REPLACE:
                self.body_writes(chunk, r, j, shown, match, found)
                continue
            if kind == R_SLOT:
                found.append((shown, r.writer, "slot", (<Frame *> r.ptr).id, r.a, chunk.raw(r.new)))
            elif kind == R_NS:
                found.append((shown, r.writer, "global", r.b, r.a, chunk.raw(r.new)))
            elif kind == R_VALUE:
                i = j + 1
                while i < chunk.log.n and not (chunk.log.r[i].kind == R_SITE and chunk.log.r[i].ptr == r.ptr):
                    i += 1
                if i < chunk.log.n:
                    shown = chunk.visible(i)
                    found.append((shown, shown - 1 + is_step(chunk, &chunk.log.r[i]), "exception" if r.a else "value",
                                  (<Frame *> r.ptr).id, chunk.log.r[i].a, chunk.raw(r.new)))
            else:
                found.append((shown, r.writer, *self.part_written(chunk, r, j), chunk.raw(r.new)))
        return found

    def births(self, int number, types, int64_t start, int64_t stop):
        """Objects of some types that a chunk shows for the first time in it: [(first step that shows it, writing step, object, type)]."""
        cdef Chunk chunk = self.whole(number)
        cdef uint32_t j
        cdef Rec *r
        cdef Body *b
        cdef int64_t shown
        cdef list found = []
        for j in range(chunk.log.n):
            r = &chunk.log.r[j]
            if r.kind != R_REPLACE or r.old.p or not r.new.p:
                continue
            b = <Body *> r.new.p
            if b.type_id not in types:
                continue
            shown = chunk.visible(j)
            if start <= shown < stop:
                found.append((shown, r.writer, (<Obj *> r.ptr).oid, b.type_id))
        return found

    cdef tuple part_written(self, Chunk chunk, Rec *r, uint32_t j):
        cdef Obj *o = <Obj *> r.ptr
        cdef int kind = r.kind
        if kind == R_DELTA:
            if r.a == OP_SETATTR:
                return ("attr", o.oid, chunk.name(r.old.p))
            return ("item", o.oid, chunk.raw(r.old) if r.a == OP_SETITEM else None)
        if kind == R_ATTRPUSH:
            return ("attr", o.oid, chunk.name(r.old.p))
        if kind == R_PAIRPUSH:
            return ("item", o.oid, chunk.raw(r.old))
        chunk.move(j)
        if kind == R_ATTR:
            return ("attr", o.oid, chunk.name(o.b.attrs[2 * r.a].p) if o.b != NULL and r.a < o.b.n_attrs else None)
        if kind == R_PAIR:
            return ("item", o.oid, chunk.raw(o.b.pairs[2 * r.a]) if o.b != NULL and r.a < o.b.n_pairs else None)
        if o.b != NULL and o.b.shape == 12:
            return ("cell", o.oid, 0)
        if kind == R_PUSH:
            return ("item", o.oid, o.b.n_items if o.b != NULL else None)
        return ("item", o.oid, r.a)

    cdef object body_writes(self, Chunk chunk, Rec *r, uint32_t j, int64_t shown, Match match, list found):
        """The members of a new snapshot that the one before did not have at that place."""
        cdef Body *b = <Body *> r.new.p
        cdef Body *a
        cdef Obj *o = <Obj *> r.ptr
        cdef uint32_t i
        cdef bint same_
        chunk.move(j + 1)
        a = <Body *> r.old.p
        what = "cell" if b.shape == 12 else "item"
        for i in range(b.n_items):
            if val_matches(chunk, b.items[i], match):
                if a != NULL and i < a.n_items and same(a.items[i], b.items[i]):
                    continue
                found.append((shown, r.writer, what, o.oid, i, chunk.raw(b.items[i])))
        for i in range(b.n_pairs):
            if b.pairs[2 * i].tag == T_GONE:
                continue
            if val_matches(chunk, b.pairs[2 * i + 1], match) or val_matches(chunk, b.pairs[2 * i], match):
                if a != NULL and i < a.n_pairs and same(a.pairs[2 * i], b.pairs[2 * i]) and same(a.pairs[2 * i + 1], b.pairs[2 * i + 1]):
                    continue
                found.append((shown, r.writer, "item", o.oid, chunk.raw(b.pairs[2 * i]), chunk.raw(b.pairs[2 * i + 1])))
        for i in range(b.n_attrs):
            if val_matches(chunk, b.attrs[2 * i + 1], match):
                if a != NULL and i < a.n_attrs and same(a.attrs[2 * i], b.attrs[2 * i]) and same(a.attrs[2 * i + 1], b.attrs[2 * i + 1]):
                    continue
                found.append((shown, r.writer, "attr", o.oid, chunk.name(b.attrs[2 * i].p), chunk.raw(b.attrs[2 * i + 1])))

    # ---- quick looks: to be called on threads of their own ---------------------------------------

    def may_write(self, int number, wanted):
        """Whether a chunk writes a value that is wanted (see `writes`)."""
        cdef Chunk chunk = self.chunks.load(number, True)
        cdef Match match = Match(chunk, wanted)
        cdef Probe p
        memset(&p, 0, sizeof(Probe))
        if match.nothing():
            return False
        p.what = LOOK_VALUES
        sifted(chunk, &p, match, None)
        return p.found

    def may_show(self, int number, bytes types):
        """Whether a chunk shows an object of some types (a byte each) for the first time in it."""
        cdef Probe p
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_TYPES
        p.types = <const uint8_t *> <char *> types
        p.n_types = <uint64_t> len(types)
        sifted(self.chunks.load(number, True), &p, None, None)
        return p.found

    def look_for(self, int number, wanted, bytes types, bytes text, bytes raising, bint only_text):
        """What a search for a text wants to know of a chunk: (whether it writes a value that is wanted, whether it shows an object of some
        types first, types of exceptions, what they say, whether that takes a closer look, at how many steps of the sites `raising` something
        was raised), see `raised_briefly`. `only_text`: exceptions can say it only if a string has it, so that a chunk without such a string is not
        decoded; it raises nothing then."""
        cdef Chunk chunk = self.chunks.load(number, True)
        cdef Match match = Match(chunk, wanted)
        cdef Match inside = Match(chunk, (0, None, None, None, (text, False, True), 0))
        cdef Gather g
        cdef Probe p
        if only_text and not inside.n_texts and match.nothing() and not len(types):
            return None
        memset(&g, 0, sizeof(Gather))
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_ALL
        p.count = match.nothing()           # there is nothing to look for
        p.types = <const uint8_t *> <char *> types
        p.n_types = <uint64_t> len(types)
        p.gather = &g
        try:
            sifted(chunk, &p, match, None)
            told = raised_briefly(chunk, &g, inside, <const uint8_t *> <char *> raising, <uint64_t> len(raising))
            return p.count & 1 and not match.nothing(), p.count & 2 != 0, *told
        finally:
            gather_free(&g)

    def may_return(self, int number, bytes sites, wanted):
        """Whether a chunk returns a value that is wanted (see `returns`); also True where only a closer look can tell."""
        cdef Chunk chunk = self.chunks.load(number, True)
        cdef Match match = Match(chunk, wanted)
        cdef Probe p
        memset(&p, 0, sizeof(Probe))
        if match.nothing():
            return False
        p.what = LOOK_RETURNS
        p.wanted = <const uint8_t *> <char *> sites
        p.n_wanted = <uint64_t> len(sites)
        sifted(chunk, &p, match, None)
        return p.found

    def may_hold(self, int number, Condition condition, int64_t start, int64_t stop):
        """Whether a condition may hold at one of its sites in a chunk; also True where only a closer look can tell."""
        cdef Probe p
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_HITS
        p.start = start
        p.stop = stop
        self.compute(number, condition, &p)
        return p.found

    def turn(self, int number, Condition condition, uint64_t frame, bint before, int64_t start, int64_t stop, bint last):
        """The first (or last) step of a chunk at which a condition, of plans for site 0, is for a frame (0: for a module) not what it was
        before; also one where only a closer look can tell. -1: there is none. What reads an unbound name is false."""
        cdef Probe p
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_TURNS
        p.start = start
        p.stop = stop
        p.parent = frame
        p.before = before
        p.last = last
        p.count = -1
        self.compute(number, condition, &p)
        return p.count

    cdef Chunk compute(self, int number, Condition condition, Probe *p):
        cdef Chunk chunk = self.chunks.load(number, True)
        cdef uint32_t i
        p.sure = <const uint8_t *> <char *> condition.sure
        p.n_sure = <uint64_t> len(condition.sure)
        p.names = <uint32_t *> xcalloc(len(condition.names), 4)
        p.consts = <Val *> xcalloc(condition.n_consts, sizeof(Val))
        try:
            p.cut = p.what != LOOK_SAMPLES and has_cut(chunk)   # a sample tells itself
            for i in range(<uint32_t> len(condition.names)):
                p.names[i] = text_number(chunk, condition.names[i])
            for i in range(condition.n_consts):
                p.consts[i] = condition.consts[i]
                if i in condition.texts:
                    p.consts[i] = mk(T_STR, text_number(chunk, condition.texts[i]))
            sifted(chunk, p, None, condition)
        finally:
            free(p.names)
            free(p.consts)
        return chunk

    def steps_at(self, int number, bytes wanted, int64_t start, int64_t stop):
        """As `hits`, for those who ask nothing else about the chunk."""
        cdef Probe p
        cdef uint64_t i, n
        cdef Row *r
        cdef int64_t first = self.file.chunks[number].first_step
        cdef list found
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_ROWS
        p.wanted = <const uint8_t *> <char *> wanted
        p.n_wanted = <uint64_t> len(wanted)
        p.start = start
        p.stop = stop
        try:
            sifted(self.chunks.load(number, True), &p, None, None)
            n = p.rows.n // sizeof(Row)
            r = <Row *> p.rows.p
            found = [None] * n
            for i in range(n):
                found[i] = (first + <int64_t> r[i].rec_end, r[i].site, r[i].thread, r[i].frame, r[i].time)
        finally:
            free(p.rows.p)
        return found

    def count_entered(self, int number, uint64_t parent):
        """How many children of a frame a chunk enters."""
        cdef Probe p
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_CHILDREN
        p.parent = parent
        sifted(self.chunks.load(number, True), &p, None, None)
        return p.count

    def times(self, int number, next_ns):
        """Times of the functions in a chunk: {function: (own ns, total ns)}, by global function number. Time is told every few
        events: what passes from one such place to the next is shared by the steps between them. `next_ns`: when the next chunk
        begins. Total: while the function was on the stack."""
        cdef Chunk chunk = self.chunks.load(number, True)
        cdef uint32_t n = chunk.c.m.t.n_funcs
        cdef uint64_t last = next_ns
        cdef Clock k
        cdef Probe p
        cdef dict found = {}
        cdef uint32_t i
        memset(&k, 0, sizeof(Clock))
        memset(&p, 0, sizeof(Probe))
        p.what = LOOK_TIMES
        p.clock = &k
        k.n_funcs = n
        k.interval = 1
        k.own = <double *> xcalloc(n + 1, 8)
        k.total = <double *> xcalloc(n + 1, 8)
        k.since = <double *> xcalloc(n + 1, 8)
        k.steps = <uint64_t *> xcalloc(n + 1, 8)
        k.on = <int64_t *> xcalloc(n + 1, 8)
        k.stamp = <uint32_t *> xcalloc(n + 1, 4)
        k.active = <uint32_t *> xcalloc(n + 1, 4)
        k.noted = <uint32_t *> xcalloc(n + 1, 4)
        try:
            if chunk.timed and chunk.c.m.cur.func >= 0:     # the frame that the chunk begins in goes on
                clock_step(&k, &chunk.c.m, <uint32_t> chunk.c.m.cur.func, True)
            sifted(chunk, &p, None, None)
            clock_close(&k, last - k.time if last > k.time else 0)
            for i in range(n):
                if k.active[i]:
                    k.total[i] += k.now - k.since[i]
                if k.own[i] or k.total[i]:
                    found[i] = (k.own[i], k.total[i])
        finally:
            free(k.own)
            free(k.total)
            free(k.since)
            free(k.steps)
            free(k.on)
            free(k.stamp)
            free(k.active)
            free(k.noted)
            free(k.stack)
            free(k.chain)
        return found

    def function_number(self, uint32_t module, uint32_t place):
        """The global number of a function."""
        if module >= self.chunks.tables.t.n_mods or place >= self.chunks.tables.t.mods[module].n_funcs:
            raise KeyError((module, place))
        return self.chunks.tables.t.mods[module].first_func + place
