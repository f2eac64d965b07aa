# What a chunk says beside its events, so that questions about all of it need not decode it: what time passed in which function, and which
# statement wrote each piece of output.

cdef enum:
    MOST_TURNS = 1 << 18        # of a chunk's stack: with more of them it has no times
    MOST_SHOWN = 1 << 20        # frames of a stack
    TURN_PUSH = 0
    TURN_POP = 1
    TURN_CLEAR = 2

cdef struct Timed:              # of a function
    uint64_t own
    uint64_t total
    uint64_t since
    uint64_t active             # how often it is on the stack

cdef struct Told:               # where a chunk's times have been read to
    Src s
    uint64_t first, start       # the newest time that was told, and at which site,
    uint64_t last, stop         # the next one, less what its site lasted
    uint64_t place, ns
    bint more


# The stack is that of the newest frame that had a site, as a list of what happened to it. A frame of the same function as its
# parent has no part in it: it changes no time.


cdef void more_turns(Packer self) noexcept nogil:
    if self.turns.n >= 8 * MOST_TURNS:
        self.many_turns = True
        self.turns.n = 0
    buf_room(&self.turns, 8 * 1024)


cdef inline void turn(Packer self, uint64_t place, uint64_t kind, int32_t func) noexcept nogil:
    if seldom(self.turns.n + 8 > self.turns.cap, 0):
        more_turns(self)
    (<uint64_t *> (self.turns.p + self.turns.n))[0] = place << 34 | <uint64_t> (<uint32_t> func) << 2 | kind
    self.turns.n += 8


cdef inline void entered(Packer self, uint64_t place, Frame *parent, Frame *f) noexcept nogil:
    """A site began a frame."""
    if seldom(self.top != parent.id, 0):
        go_on(self, place)
        return
    self.top = f.id
    if f.func != parent.func:
        turn(self, place, TURN_PUSH, f.func)


cdef inline void left(Packer self, uint64_t place, uint64_t id, uint64_t parent, int32_t func) noexcept nogil:
    """A site left a frame of a function."""
    cdef Frame *f = self.c.m.cur
    if seldom(self.top != id or f.id != parent or f.func < 0, 0):
        go_on(self, place)
        return
    self.top = parent
    if f.func != func:
        turn(self, place, TURN_POP, 0)


cdef inline void runs(Packer self, uint64_t place) noexcept nogil:
    """From the site of that number on the current frame is what runs."""
    if seldom(self.top != self.c.m.cur.id, 0):
        go_on(self, place)


cdef void go_on(Packer self, uint64_t place) noexcept nogil:
    """As `runs`, where that is another frame than before."""
    cdef Machine *m = &self.c.m
    cdef Frame *f = m.cur
    cdef Frame *g
    cdef Buf chain
    cdef uint64_t n
    cdef int32_t func = -1
    if f.func < 0 or f.id == self.top:
        return
    if self.many_turns:                 # a deep stack is not gone through in vain
        self.top = f.id
        return
    g = frame_find(m, f.parent)
    if g != NULL and g.id and g.id == self.top and g.func >= 0:
        self.top = f.id
        if f.func != g.func:
            turn(self, place, TURN_PUSH, f.func)
        return
    self.top = f.id
    memset(&chain, 0, sizeof(Buf))
    g = f
    while g != NULL and g.id and chain.n < 8 * MOST_SHOWN:
        buf_bytes(&chain, &g, 8)
        g = frame_find(m, g.parent)
    if g == NULL:                       # its parent is over
        self.many_turns = True
    turn(self, place, TURN_CLEAR, 0)
    n = chain.n // 8
    while n:
        n -= 1
        g = (<Frame **> chain.p)[n]
        if g.func < 0:                  # its beginning was not seen
            self.many_turns = True
        elif g.func != func:
            turn(self, place, TURN_PUSH, g.func)
        func = g.func
    free(chain.p)


cdef void open_sums(Packer self) noexcept nogil:
    """A chunk begins, in the current frame."""
    self.top = 0
    self.turns.n = self.writers.n = 0
    self.many_turns = False
    go_on(self, 0)
    self.n_first = self.turns.n // 8


cdef void note_writer(Packer self) noexcept nogil:
    """The current frame writes output."""
    cdef Machine *m = &self.c.m
    cdef Frame *f = m.cur
    cdef bint known = f.last_site >= 0 and m.t.sites[f.last_site].flags & (F_STEP | F_ITER) != 0
    if f.last_step < 0 or not known:
        buf_varint(&self.writers, 0)
        return
    buf_varint(&self.writers, <uint64_t> (m.step - f.last_step) + 1)
    buf_varint(&self.writers, <uint64_t> f.last_site)
    buf_varint(&self.writers, f.thread)
    buf_varint(&self.writers, f.id)


cdef void next_told(Told *t) noexcept nogil:
    """Reads the next time that the chunk tells."""
    cdef uint64_t lasted = 0
    cdef uint64_t rise
    t.first = t.place
    t.start = t.ns
    t.more = t.s.p < t.s.end
    if t.more:
        t.place += src_varint(&t.s)
        rise = src_varint(&t.s)
        t.ns += rise >> 1
        if rise & 1:
            lasted = src_varint(&t.s)
        t.stop = t.ns - lasted
        t.last = t.place - (lasted != 0)
    else:
        t.place = 0xFFFFFFFFFFFFFFFFULL


cdef inline uint64_t told_at(Told *t, uint64_t place) noexcept nogil:
    """When the site of a number is come to, from the chunk's first time on: numbers rise."""
    while seldom(t.place <= place, 0):
        next_told(t)
    if not t.more or place == t.first:
        return t.start
    if place >= t.last:
        return t.stop
    if t.stop - t.start < <uint64_t> 1 << 40:
        return t.start + (t.stop - t.start) * (place - t.first) // (t.last - t.first)
    return t.start


cdef void write_times(Packer self, Buf *b) noexcept nogil:
    """Which function had how much of the time that passed."""
    cdef uint32_t n_funcs = self.tables.n_funcs
    cdef Timed *times = <Timed *> xcalloc(n_funcs + 1, sizeof(Timed))      # from 1 on: 0 is none
    cdef uint32_t *stack = <uint32_t *> xcalloc(self.turns.n // 8 + 2, 4)
    cdef uint64_t *each = <uint64_t *> self.turns.p
    cdef uint64_t *end = <uint64_t *> (self.turns.p + self.turns.n)
    cdef uint64_t *first = each + self.n_first
    cdef uint64_t now = 0
    cdef uint64_t at = 0
    cdef uint64_t n = 0
    cdef uint64_t place, kind, prev
    cdef uint32_t i, func
    cdef Timed *run = times
    cdef Timed *of
    cdef Told t
    memset(&t, 0, sizeof(Told))
    t.s.p = self.times.p
    t.s.end = self.times.p + self.times.n
    next_told(&t)
    while each < end:
        kind = each[0] & 3
        if each >= first:
            place = each[0] >> 34
            at = told_at(&t, place)
        run.own += at - now
        now = at
        if kind == TURN_PUSH:
            func = <uint32_t> (each[0] >> 2) + 1
            n += 1
            stack[n] = func
            run = &times[func]
            if run.active == 0:
                run.since = now
            run.active += 1
        elif kind == TURN_POP:
            if n:
                run = &times[stack[n]]
                run.active -= 1
                if run.active == 0:
                    run.total += now - run.since
                n -= 1
            run = &times[stack[n]]
        else:
            while n:
                of = &times[stack[n]]
                of.active -= 1
                if of.active == 0:
                    of.total += now - of.since
                n -= 1
            run = times
        each += 1
    at = self.c.m.time - self.first_ns
    run.own += at - now
    buf_varint(b, <uint64_t> (run - times))
    n = 0
    for i in range(1, n_funcs + 1):
        of = &times[i]
        if of.active:
            of.total += at - of.since
        n += of.own != 0 or of.total != 0 or of.active != 0
    buf_varint(b, n)
    prev = 0
    for i in range(1, n_funcs + 1):
        of = &times[i]
        if of.own != 0 or of.total != 0 or of.active != 0:
            buf_varint(b, i - 1 - prev)
            buf_varint(b, of.own)
            buf_varint(b, of.total << 1 | (of.active != 0))
            prev = i - 1
    free(times)
    free(stack)


cdef void write_sums(Packer self, Buf *b) noexcept nogil:
    """The section of sums."""
    buf_u8(b, not self.many_turns)
    if not self.many_turns:
        write_times(self, b)
    buf_bytes(b, self.writers.p, self.writers.n)
