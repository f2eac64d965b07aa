# Raw values and strings.


cdef inline bint raw_quick(Packer self, Src *s, Val *v) noexcept nogil:
    """Reads a raw value of the usual sorts; False: raw_value must look at it."""
    cdef uint8_t tag
    cdef uint32_t strid
    if s.end - s.p < 9:
        return False
    tag = s.p[0]
    if tag == RAW_INT32:
        v.tag = T_INT
        v.p = <uint64_t> (<int64_t> (<int32_t> le32(s.p + 1)))
        s.p += 5
    elif tag == RAW_OBJREF or tag == RAW_FLOAT:
        v.tag = T_FLOAT if tag == RAW_FLOAT else T_OBJ
        v.p = le64(s.p + 1)
        s.p += 9
    elif tag <= T_NOTIMPL:
        v.tag = tag
        v.p = 0
        s.p += 1
    elif tag == RAW_STRREF:
        strid = le32(s.p + 1)
        if strid >= self.cap_alias or self.alias[strid] == 0:
            return False
        v.tag = T_STR
        v.p = self.alias[strid] - 1
        s.p += 5
    else:
        return False
    return True


cdef int raw_value(Packer self, Src *s, Val *v, int depth) noexcept nogil:
    """Reads a raw value. DONE, SHORT or BAD."""
    cdef uint8_t tag
    cdef uint64_t n, i, strid
    cdef uint32_t base
    cdef PoolHead h
    cdef Val w
    cdef int r
    cdef size_t left = s.end - s.p
    if left < 1:
        return SHORT
    tag = s.p[0]
    left -= 1
    if tag <= T_NOTIMPL:
        v[0] = mk(tag, 0)
        s.p += 1
    elif tag == RAW_INT32:
        if left < 4:
            return SHORT
        v[0] = mk(T_INT, <uint64_t> (<int64_t> (<int32_t> le32(s.p + 1))))
        s.p += 5
    elif tag == RAW_INT64 or tag == RAW_FLOAT or tag == RAW_OBJREF:
        if left < 8:
            return SHORT
        v[0] = mk(T_INT if tag == RAW_INT64 else T_FLOAT if tag == RAW_FLOAT else T_OBJ, le64(s.p + 1))
        s.p += 9
    elif tag == RAW_STRREF:
        if left < 4:
            return SHORT
        strid = le32(s.p + 1)
        if strid >= self.cap_alias or self.alias[strid] == 0:
            return BAD
        v[0] = mk(T_STR, self.alias[strid] - 1)
        s.p += 5
    elif tag == RAW_DEPTH:
        if left < 4:
            return SHORT
        v[0] = mk(T_DEEP, le32(s.p + 1))
        s.p += 5
    elif tag == RAW_COMPLEX:
        if left < 16:
            return SHORT
        memset(&h, 0, sizeof(h))
        h.kind = P_COMPLEX
        h.n = 16
        v[0] = mk(T_POOL, pool_intern(&self.c, &h, s.p + 1, 16))
        s.p += 17
    elif tag == RAW_BIGINT:
        if left < 13:
            return SHORT
        memset(&h, 0, sizeof(h))
        h.kind = P_BIGINT
        h.extra = s.p[1] & 1
        h.length = le64(s.p + 2)
        h.n = le32(s.p + 10)
        if left < 13 + h.n:
            return SHORT
        v[0] = mk(T_POOL, pool_intern(&self.c, &h, s.p + 14, h.n))
        s.p += 14 + h.n
    elif tag == RAW_TUPLE or tag == RAW_TUPLECUT:
        if left < 12:
            return SHORT
        if depth >= MAX_DEPTH - 1:
            return BAD
        memset(&h, 0, sizeof(h))
        h.kind = P_TUPLE
        h.length = le64(s.p + 1)
        h.n = le32(s.p + 9)
        h.extra = h.n != h.length
        s.p += 13
        base = self.stack.n
        for i in range(h.n):
            r = raw_value(self, s, &w, depth + 1)
            if r != DONE:
                self.stack.n = base
                return r
            vals_push(&self.stack, w)
        v[0] = mk(T_POOL, pool_intern(&self.c, &h, self.stack.v + base, h.n * sizeof(Val)))
        self.stack.n = base
    else:
        return BAD
    return DONE


cdef uint32_t intern_text(Packer self, uint8_t flags, uint64_t length, uint64_t digest, const uint8_t *p, uint32_t n) noexcept nogil:
    """Our number of a text."""
    cdef uint32_t h = bytes_hash(p, n) ^ <uint32_t> (flags * 977 + length * 31 + digest)
    cdef uint32_t *index = <uint32_t *> self.str_index.p
    cdef uint32_t i, j, old
    cdef Str *t
    if self.c.n_strs * 2 >= self.str_cap:
        free(self.str_index.p)
        self.str_cap = self.str_cap * 2 if self.str_cap else 1024
        index = <uint32_t *> xcalloc(self.str_cap, 4)
        self.str_index.p = <uint8_t *> index
        for j in range(self.c.n_strs):
            i = self.c.strs[j].hash & (self.str_cap - 1)
            while index[i]:
                i = (i + 1) & (self.str_cap - 1)
            index[i] = j + 1
    i = h & (self.str_cap - 1)
    while index[i]:
        t = &self.c.strs[index[i] - 1]
        if (t.hash == h and t.n == n and t.flags == flags and t.length == length and t.digest == digest
                and memcmp(t.p, p, n) == 0):
            return index[i] - 1
        i = (i + 1) & (self.str_cap - 1)
    j = self.c.n_strs
    index[i] = j + 1
    if j == self.c.cap_strs:
        self.c.cap_strs = j * 2 + 256
        self.c.strs = <Str *> xrealloc(self.c.strs, <size_t> self.c.cap_strs * sizeof(Str))
    t = &self.c.strs[j]
    memset(t, 0, sizeof(Str))
    t.p = <uint8_t *> xrealloc(NULL, n)
    memcpy(t.p, p, n)
    t.n = n
    t.flags = flags
    t.length = length
    t.digest = digest
    t.hash = h
    self.c.n_strs += 1
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
    if strid >= 0x40000000U:
        return BAD
    if flags & 2:
        digest = le64(s.p + 18 + n)
    if strid >= self.cap_alias:
        old = self.cap_alias
        self.cap_alias = strid * 2 + 1024
        self.alias = <uint32_t *> xrealloc(self.alias, <size_t> self.cap_alias * 4)
        memset(self.alias + old, 0, <size_t> (self.cap_alias - old) * 4)
    self.alias[strid] = intern_text(self, flags & 3, length, digest, s.p + 18, n) + 1
    s.p += size
    return DONE
