# The times of a chunk's sites: docs/format.md, Times.

cdef object read_times(Chunk self, bytes data):
    """Takes in the section of times."""
    cdef Src s
    cdef TimeAt *t
    cdef uint64_t n = 0
    cdef uint64_t place = 0
    cdef uint64_t ns = 0
    cdef uint64_t more
    s.p = <const uint8_t *> <char *> data
    s.end = s.p + len(data)
    s.err = 0
    self.timed = True
    self.times = <TimeAt *> xcalloc(len(data) // 2 + 1, sizeof(TimeAt))
    while s.p < s.end:
        t = &self.times[n]
        place += src_varint(&s)
        more = src_varint(&s)
        ns += more >> 1
        if more & 1:
            t.lasted = src_varint(&s)
        if s.err or place > MAX_WORK or ns >> 62 or t.lasted > more >> 1:
            raise bad_chunk(self.number)
        t.place = place
        t.ns = ns                   # since the chunk's beginning, for now
        n += 1
    self.n_times = <uint32_t> n


cdef inline void site_time(Chunk self) noexcept nogil:
    """Sets the time to that at which the site is come to that was just decoded: told, or in proportion between two that were."""
    cdef Machine *m = &self.c.m
    cdef uint64_t place = self.n_seen
    cdef uint64_t first = 0
    cdef uint64_t last, start, stop
    cdef TimeAt *t
    self.n_seen += 1
    while self.next_time < self.n_times and self.times[self.next_time].place <= place:
        m.time = self.start_time + self.times[self.next_time].ns
        self.next_time += 1
    if self.next_time == self.n_times:
        return
    start = 0
    if self.next_time:
        t = &self.times[self.next_time - 1]
        first = t.place
        start = t.ns
    if place == first:
        return
    t = &self.times[self.next_time]
    stop = t.ns - t.lasted
    last = t.place - (t.lasted != 0)
    if place >= last:
        m.time = self.start_time + stop
    elif stop - start < <uint64_t> 1 << 40:
        m.time = self.start_time + start + (stop - start) * (place - first) // (last - first)
