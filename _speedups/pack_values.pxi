# Raw values.


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
        strid = ours(self, le32(s.p + 1))
        if strid == 0:
            return False
        v.tag = T_STR
        v.p = strid - 1
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
        strid = ours(self, le32(s.p + 1))
        if strid == 0:
            return BAD
        v[0] = mk(T_STR, strid - 1)
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


cdef int values_fault(Packer self, Src *s, int n) noexcept nogil:
    """Why n values cannot be read: SHORT or BAD."""
    cdef Val v
    cdef int r = DONE
    while n and r == DONE:
        r = raw_value(self, s, &v, 0)
        n -= 1
    return r
