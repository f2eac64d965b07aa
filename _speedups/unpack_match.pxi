# Values that are sought: compared without Python objects.


@cython.final
cdef class Match:
    """Values that are sought in one chunk: any of these."""
    cdef uint64_t tags
    cdef bint has_int
    cdef bint has_float
    cdef bint has_big
    cdef bint all
    cdef uint64_t oid
    cdef uint64_t number
    cdef uint64_t bits
    cdef bytes data             # magnitude of a number of more than 64 bits
    cdef const uint8_t *big
    cdef uint64_t n_big
    cdef bint negative
    cdef uint64_t *texts        # string numbers, rising
    cdef uint32_t n_texts

    def __cinit__(self, Chunk chunk, wanted):
        """`wanted`: (tags as bits, int, float, big int, (text in UTF-8, whether it is all of the string; a third member: bytes may have it too), object);
        None: all."""
        cdef double d
        cdef int64_t n
        self.all = wanted is None
        if self.all:
            return
        self.tags, number, real, big, text, self.oid = wanted
        if number is not None:
            n = number
            self.has_int = 1
            self.number = <uint64_t> n
        if real is not None:
            d = real
            self.has_float = 1
            memcpy(&self.bits, &d, 8)
        if big is not None:
            self.has_big = 1
            self.negative = big < 0
            self.data = abs(big).to_bytes((big.bit_length() + 7) // 8, "little")
            self.big = <const uint8_t *> <char *> self.data
            self.n_big = <uint64_t> len(self.data)
        if text is not None:
            self.find(chunk, text[0], text[1], 0 if len(text) > 2 else 1)

    def __dealloc__(self):
        free(self.texts)

    cdef object find(self, Chunk chunk, bytes needle, bint whole, uint8_t skipped):
        """The chunk's strings that are the text, or have it in them; those with a flag that is skipped are none."""
        cdef Src s, t
        cdef uint64_t n = <uint64_t> len(needle)
        cdef uint64_t number, i, count, size
        cdef uint8_t flags
        cdef const uint8_t *p
        cdef const uint8_t *wanted = <const uint8_t *> <char *> needle
        if not open_strings(chunk, &s, &t, &count):
            raise bad_chunk(chunk.number)
        self.texts = <uint64_t *> xcalloc(count, 8)
        number = 0
        for i in range(count):
            number += next_string(&s, &flags, &size)
            p = src_take(&t, size)
            if p == NULL:
                raise bad_chunk(chunk.number)
            if flags & skipped or size < n:
                continue
            if memcmp(p, wanted, n) == 0 if whole else memmem(p, size, wanted, n) != NULL:
                if not whole or size == n:
                    self.texts[self.n_texts] = number
                    self.n_texts += 1

    cdef bint nothing(self) noexcept nogil:
        """There is nothing that a value could be."""
        return not (self.all or self.tags or self.has_int or self.has_float or self.has_big or self.oid or self.n_texts)

    cdef bint has_text(self, uint64_t number) noexcept nogil:
        cdef uint32_t lo = 0
        cdef uint32_t hi = self.n_texts
        cdef uint32_t mid
        while lo < hi:
            mid = (lo + hi) >> 1
            if self.texts[mid] < number:
                lo = mid + 1
            else:
                hi = mid
        return lo < self.n_texts and self.texts[lo] == number


cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    void *memmem(const void *, size_t, const void *, size_t);
    #endif
    """
    void *memmem(const void *haystack, size_t n, const void *needle, size_t k) noexcept nogil


cdef bint open_strings(Chunk chunk, Src *heads, Src *texts, uint64_t *count) noexcept:
    """Two readers of the string section: the heads, the texts."""
    cdef uint64_t i, size
    cdef uint8_t flags
    heads.p = <const uint8_t *> <char *> chunk.str_data
    heads.end = heads.p + len(chunk.str_data)
    heads.err = 0
    count[0] = src_varint(heads)
    if heads.err or count[0] > <uint64_t> (heads.end - heads.p):
        return False
    texts[0] = heads[0]
    for i in range(count[0]):
        next_string(texts, &flags, &size)
    return not texts.err


cdef inline uint64_t next_string(Src *s, uint8_t *flags, uint64_t *size) noexcept nogil:
    """Reads a head; returns by how much the number rises."""
    cdef uint64_t more = src_varint(s)
    flags[0] = src_u8(s)
    src_varint(s)
    size[0] = src_varint(s)
    if flags[0] & 2:
        src_take(s, 8)
    return more


cdef bint pool_matches(Chunk chunk, Val v, Match m) noexcept nogil:
    """A tuple with a matching member, at any depth; a big number."""
    cdef PoolHead *h
    cdef uint64_t i, n
    if v.p >= chunk.c.n_entries:
        return False
    h = pool_at(&chunk.c, v.p)
    if h.kind == P_BIGINT:
        n = h.n
        while n and (<const uint8_t *> (h + 1))[n - 1] == 0:
            n -= 1
        return m.has_big and h.n * 8 >= h.length and (h.extra != 0) == m.negative and n == m.n_big and memcmp(h + 1, m.big, n) == 0
    if h.kind != P_TUPLE:
        return False
    for i in range(h.n):
        if val_matches(chunk, (<Val *> (<uint8_t *> pool_at(&chunk.c, v.p) + sizeof(PoolHead)))[i], m):
            return True
    return False


cdef bint val_matches(Chunk chunk, Val v, Match m) noexcept nogil:
    if m.all:
        return True
    if m.tags >> v.tag & 1:
        return True
    if v.tag == T_INT:
        return m.has_int and v.p == m.number
    if v.tag == T_FLOAT:
        return m.has_float and v.p == m.bits
    if v.tag == T_OBJ:
        return m.oid and v.p == m.oid
    if v.tag == T_POOL:
        return pool_matches(chunk, v, m)
    return v.tag == T_STR and m.n_texts and m.has_text(v.p)


cdef bint body_matches(Chunk chunk, Body *b, Match m) noexcept nogil:
    cdef uint32_t i
    for i in range(b.n_items):
        if val_matches(chunk, b.items[i], m):
            return True
    for i in range(2 * b.n_pairs):
        if b.pairs[i].tag != T_GONE and val_matches(chunk, b.pairs[i], m):
            return True
    for i in range(b.n_attrs):
        if val_matches(chunk, b.attrs[2 * i + 1], m):
            return True
    return False
