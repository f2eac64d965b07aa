# The program's strings: its numbers and ours, and which of them can be forgotten.


cdef inline uint32_t ours(Packer self, uint32_t strid) noexcept nogil:
    """Our number of a string of the target, + 1; 0: it told of none."""
    if strid - self.first_alias < self.cap_alias:
        return self.alias[strid - self.first_alias]
    return <uint32_t> <uint64_t> map_get(&self.old_alias, strid) if strid and strid < self.first_alias else 0


cdef void index_strings(Packer self, uint32_t cap) noexcept nogil:
    """Makes the index of the texts anew."""
    cdef uint32_t *index = <uint32_t *> xcalloc(cap, 4)
    cdef uint32_t i, j
    cdef Str *t
    for j in range(self.c.n_strs):
        if self.c.strs[j // PAGE] == NULL:
            continue
        t = str_at(&self.c, j)
        if t.p == NULL:
            continue
        i = t.hash & (cap - 1)
        while index[i]:
            i = (i + 1) & (cap - 1)
        index[i] = j + 1
    free(self.str_index.p)
    self.str_index.p = <uint8_t *> index
    self.str_cap = cap


cdef uint32_t intern_text(Packer self, uint8_t flags, uint64_t length, uint64_t digest, const uint8_t *p, uint32_t n) noexcept nogil:
    """Our number of a text."""
    cdef uint32_t h = bytes_hash(p, n) ^ <uint32_t> (flags * 977 + length * 31 + digest)
    cdef uint32_t *index
    cdef uint32_t i, j
    cdef Str *t
    if self.live_strs * 2 >= self.str_cap:
        index_strings(self, self.str_cap * 2 if self.str_cap else 1024)
    index = <uint32_t *> self.str_index.p
    i = h & (self.str_cap - 1)
    while index[i]:
        t = str_at(&self.c, index[i] - 1)
        if (t.hash == h and t.n == n and t.flags == flags and t.length == length and t.digest == digest
                and memcmp(t.p, p, n) == 0):
            return index[i] - 1
        i = (i + 1) & (self.str_cap - 1)
    j = self.c.n_strs
    index[i] = j + 1
    if j // PAGE == self.c.n_pages:
        if self.c.n_pages & (self.c.n_pages - 1) == 0:
            self.c.strs = <Str **> xrealloc(self.c.strs, <size_t> (self.c.n_pages * 2 + 1) * sizeof(Str *))
        self.c.strs[self.c.n_pages] = <Str *> xcalloc(PAGE, sizeof(Str))
        self.c.n_pages += 1
    t = str_at(&self.c, j)
    t.p = <uint8_t *> xrealloc(NULL, n)
    memcpy(t.p, p, n)
    t.n = n
    t.flags = flags
    t.length = length
    t.digest = digest
    t.hash = h
    self.c.n_strs += 1
    self.live_strs += 1
    return j


cdef int string_event(Packer self, Src *s) noexcept nogil:
    cdef size_t left = s.end - s.p
    cdef uint32_t strid, n, old
    cdef uint64_t length, digest = 0
    cdef uint8_t flags
    cdef size_t size
    if left < 18:
        return SHORT
    strid = le32(s.p + 1)
    flags = s.p[5]
    length = le64(s.p + 6)
    n = le32(s.p + 14)
    size = 18 + <size_t> n + (8 if flags & 2 else 0)
    if left < size:
        return SHORT
    if strid >= 0x40000000U or strid < self.first_alias:
        return BAD
    if flags & 2:
        digest = le64(s.p + 18 + n)
    strid -= self.first_alias
    if strid >= self.cap_alias:
        old = self.cap_alias
        self.cap_alias = strid * 2 + 1024
        self.alias = <uint32_t *> xrealloc(self.alias, <size_t> self.cap_alias * 4)
        memset(self.alias + old, 0, <size_t> (self.cap_alias - old) * 4)
    self.alias[strid] = intern_text(self, flags & 3, length, digest, s.p + 18, n) + 1
    s.p += size
    return DONE


cdef void drop_strings(Packer self, uint64_t floor) noexcept nogil:
    """The target begins its numbers anew: those below `floor` come no more, but in events that it was about to write. So what it
    said of that sort the time before is done. Names of attributes may come at any time."""
    cdef uint32_t first = self.first_alias
    cdef uint32_t done = self.floor
    cdef uint32_t i, n
    if floor >> 32 or <uint32_t> floor < done:
        return
    self.floor = <uint32_t> floor
    if done <= first or done - first > self.cap_alias:
        return
    n = done - first
    for i in range(n):
        if self.alias[i] and str_at(&self.c, self.alias[i] - 1).kept:
            map_put(&self.old_alias, first + i, <void *> <uint64_t> self.alias[i])
    self.cap_alias -= n
    memmove(self.alias, self.alias + n, <size_t> self.cap_alias * 4)
    self.alias = <uint32_t *> xrealloc(self.alias, <size_t> self.cap_alias * 4)
    self.first_alias = done
    self.dropping = True


cdef inline void mark_strings(Codec *c, Val *v, uint64_t n) noexcept nogil:
    cdef uint64_t i
    for i in range(n):
        if v[i].tag == T_STR:
            str_at(c, v[i].p).marked = 1


cdef void strings_collect(Packer self) noexcept nogil:
    """Between chunks: forgets the texts that neither the state nor the target names any more."""
    cdef Codec *c = &self.c
    cdef Machine *m = &c.m
    cdef Frame *f
    cdef Body *b
    cdef PoolHead *h
    cdef Str *t
    cdef uint32_t i, j, left, cap
    self.dropping = False
    for i in range(RECENT + m.frames.cap):
        f = live_frame(m, i)
        if f != NULL and not f.is_module:
            mark_strings(c, f.slots, f.n_slots)
    for i in range(m.n_ns):
        if m.ns[i] != NULL:
            mark_strings(c, m.ns[i], m.t.mods[i].n_slots)
    for i in range(m.objs.cap):
        if m.objs.keys[i]:
            b = (<Obj *> m.objs.vals[i]).b
            if b != NULL:
                mark_strings(c, b.items, b.n_items)
                mark_strings(c, b.pairs, <uint64_t> b.n_pairs * 2)
                mark_strings(c, b.attrs, <uint64_t> b.n_attrs * 2)
                if b.has_text:
                    mark_strings(c, &b.text, 1)
    for i in range(c.n_entries):
        h = pool_at(c, i)
        if h.kind == P_TUPLE:
            mark_strings(c, <Val *> (h + 1), h.n)
    for i in range(self.cap_alias):
        if self.alias[i]:
            str_at(c, self.alias[i] - 1).marked = 1
    self.live_strs = 0
    for i in range(c.n_pages):
        if c.strs[i] == NULL:
            continue
        left = 0
        for j in range(PAGE):
            t = &c.strs[i][j]
            if t.p == NULL:
                continue
            if t.marked or t.kept:
                t.marked = 0
                left += 1
            else:
                free(t.p)
                t.p = NULL
        self.live_strs += left
        if left == 0 and i + 1 < c.n_pages:
            free(c.strs[i])
            c.strs[i] = NULL
    cap = 1024
    while cap <= self.live_strs * 2:
        cap *= 2
    index_strings(self, cap)
