# What the chunk's index tells beside its sites and objects: where later questions need not look.


cdef enum:
    MANY = 16           # objects: where a chunk writes an attribute of more, its index has the name alone


cdef inline uint64_t text_hash(Str *t) noexcept nogil:
    cdef uint32_t h = 0x811C9DC5U
    cdef uint32_t i
    for i in range(t.n):
        h = (h ^ t.p[i]) * 0x01000193U
    return h


cdef inline uint64_t pair_hash(uint64_t name, uint64_t oid) noexcept nogil:
    return ((name * 0x9E3779B97F4A7C15ULL) ^ (oid * 0xC2B2AE3D27D4EB4FULL)) >> 32


cdef inline void mark_attr(Packer self, uint64_t oid, uint64_t s) noexcept nogil:
    """Notes that an attribute was set or deleted on an object that is older than the chunk."""
    cdef Str *t = str_at(&self.c, s)
    cdef uint64_t *oids
    cdef uint32_t i
    if t.noted != self.c.chunk_no:
        t.noted = self.c.chunk_no
        t.list = <uint32_t> (self.attr_lists.n // 8)
        t.listed = 0
        buf_room(&self.attr_lists, 8 * MANY)
        self.attr_lists.n += 8 * MANY
        buf_bytes(&self.attr_names, &s, 8)
    if t.listed > MANY:
        return
    oids = <uint64_t *> self.attr_lists.p + t.list
    for i in range(t.listed):
        if oids[i] == oid:
            return
    if t.listed < MANY:
        oids[t.listed] = oid
    t.listed += 1


cdef void write_attrs(Packer self, Buf *index) noexcept nogil:
    """Names of attributes written on many objects; the others with their objects."""
    cdef Buf many, pairs
    cdef Str *t
    cdef uint64_t key
    cdef uint64_t i
    cdef uint32_t j
    memset(&many, 0, sizeof(Buf))
    memset(&pairs, 0, sizeof(Buf))
    for i in range(self.attr_names.n // 8):
        t = str_at(&self.c, (<uint64_t *> self.attr_names.p)[i])
        if t.listed > MANY:
            key = text_hash(t)
            buf_bytes(&many, &key, 8)
            continue
        for j in range(t.listed):
            key = pair_hash(text_hash(t), (<uint64_t *> self.attr_lists.p)[t.list + j])
            buf_bytes(&pairs, &key, 8)
    write_numbers(index, &many)
    write_numbers(index, &pairs)
    free(many.p)
    free(pairs.p)
    self.attr_names.n = self.attr_lists.n = 0


cdef inline void mark_body(Packer self, uint64_t oid, Body *b) noexcept nogil:
    cdef uint32_t i
    if b != NULL:
        for i in range(b.n_attrs):
            mark_attr(self, oid, b.attrs[2 * i].p)


cdef inline void mark_name(Packer self, uint32_t module, uint32_t slot) noexcept nogil:
    """Notes a module variable that was written without a site."""
    cdef uint64_t key = <uint64_t> module << 20 | slot
    buf_bytes(&self.names, &key, 8)
    if self.names.n >= 8 << 16:
        sort_numbers(&self.names)


cdef inline void mark_thread(Packer self) noexcept nogil:
    """Notes the thread that runs a step."""
    cdef uint64_t key = self.c.m.thread
    if self.marked_thread != key + 1:
        self.marked_thread = key + 1
        buf_bytes(&self.step_threads, &key, 8)
        if self.step_threads.n >= 8 << 16:
            sort_numbers(&self.step_threads)


cdef uint64_t sort_numbers(Buf *b) noexcept nogil:
    """Sorts numbers (u64) and drops the second of each two alike; returns how many are left."""
    cdef uint64_t *v = <uint64_t *> b.p
    cdef uint64_t n = b.n // 8
    cdef uint64_t i
    cdef uint64_t kept = 0
    qsort(v, n, 8, by_u64)
    for i in range(n):
        if kept == 0 or v[kept - 1] != v[i]:
            v[kept] = v[i]
            kept += 1
    b.n = kept * 8
    return kept


cdef void write_numbers(Buf *index, Buf *b) noexcept nogil:
    cdef uint64_t n = sort_numbers(b)
    cdef uint64_t i
    cdef uint64_t prev = 0
    buf_varint(index, n)
    for i in range(n):
        buf_varint(index, (<uint64_t *> b.p)[i] - prev)
        prev = (<uint64_t *> b.p)[i]
    b.n = 0


cdef void write_marks(Packer self, Buf *index, uint64_t last_touched) noexcept nogil:
    """The end of the index; begins the next chunk's marks."""
    cdef uint64_t highest = max(self.c.newest, last_touched)
    buf_varint(index, highest)
    write_attrs(self, index)
    write_numbers(index, &self.names)
    write_numbers(index, &self.step_threads)
    self.marked_thread = 0
    self.highest = max(self.highest, highest)
