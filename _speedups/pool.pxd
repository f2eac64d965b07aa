"""Values in full, and the pool of those that do not fit into 64 bits."""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcmp, memcpy, memset

from codec cimport *
from mem cimport *
from contents cimport *
from state cimport *
from tags cimport *

# ---- pool -----------------------------------------------------------------------------------

cdef inline PoolHead *pool_at(Codec *c, uint64_t i) noexcept nogil:
    return <PoolHead *> (c.pool.p + c.entries[i].off)

cdef inline uint32_t bytes_hash(const uint8_t *p, uint64_t n) noexcept nogil:
    cdef uint64_t h = n * 0x9E3779B97F4A7C15ULL
    cdef uint64_t w
    while n >= 8:
        memcpy(&w, p, 8)
        h = (h ^ w) * 0xFF51AFD7ED558CCDULL
        h ^= h >> 32
        p += 8
        n -= 8
    w = 0
    memcpy(&w, p, n)
    h = (h ^ w) * 0xC4CEB9FE1A85EC53ULL
    return <uint32_t> (h ^ (h >> 29) ^ (h >> 47))

cdef inline uint32_t pool_append(Codec *c, PoolHead *head, const void *data, uint64_t n_bytes) noexcept nogil:
    cdef PoolEntry *e
    cdef uint64_t zero = 0
    if c.n_entries == c.cap_entries:
        c.cap_entries = c.cap_entries * 2 + 64
        c.entries = <PoolEntry *> xrealloc(c.entries, <size_t> c.cap_entries * sizeof(PoolEntry))
    e = &c.entries[c.n_entries]
    memset(e, 0, sizeof(PoolEntry))
    e.off = c.pool.n
    e.len = sizeof(PoolHead) + n_bytes
    buf_bytes(&c.pool, head, sizeof(PoolHead))
    buf_bytes(&c.pool, data, n_bytes)
    buf_bytes(&c.pool, &zero, (8 - (n_bytes & 7)) & 7)
    c.n_entries += 1
    return c.n_entries - 1

cdef inline uint32_t pool_hash(PoolHead *head, const void *data, uint64_t n_bytes) noexcept nogil:
    return bytes_hash(<const uint8_t *> data, n_bytes) ^ <uint32_t> (head.kind * 77 + head.length * 31 + head.extra)

cdef inline uint32_t pool_intern(Codec *c, PoolHead *head, const void *data, uint64_t n_bytes) noexcept nogil:
    """Writing: the number of the entry with these contents."""
    cdef uint32_t h = pool_hash(head, data, n_bytes)
    cdef uint32_t i, j
    cdef PoolEntry *e
    if c.n_entries * 2 >= c.pool_cap:
        free(c.pool_index)
        c.pool_cap = c.pool_cap * 2 if c.pool_cap else 1024
        while c.pool_cap <= c.n_entries * 2:
            c.pool_cap *= 2
        c.pool_index = <uint32_t *> xcalloc(c.pool_cap, 4)
        for j in range(c.n_entries):
            i = c.entries[j].hash & (c.pool_cap - 1)
            while c.pool_index[i]:
                i = (i + 1) & (c.pool_cap - 1)
            c.pool_index[i] = j + 1
    i = h & (c.pool_cap - 1)
    while c.pool_index[i]:
        e = &c.entries[c.pool_index[i] - 1]
        if (e.hash == h and e.len == sizeof(PoolHead) + n_bytes and memcmp(c.pool.p + e.off, head, sizeof(PoolHead)) == 0
                and memcmp(c.pool.p + e.off + sizeof(PoolHead), data, n_bytes) == 0):
            return c.pool_index[i] - 1
        i = (i + 1) & (c.pool_cap - 1)
    j = pool_append(c, head, data, n_bytes)
    c.entries[j].hash = h
    c.pool_index[i] = j + 1
    return j

cdef inline void put_value(Codec *c, Buf *b, Val v, Val last, uint8_t run) noexcept nogil:
    """A value in full. `last`: what it may be written as a difference to."""
    cdef uint8_t r = run << 5
    cdef PoolHead *h
    cdef PoolHead *lh = NULL
    cdef Val *items
    cdef Val w
    cdef uint64_t i
    cdef uint64_t off
    if v.tag <= T_NOTIMPL:
        buf_u8(b, <uint8_t> (C_UNBOUND + v.tag) | r)
    elif v.tag == T_INT:
        buf_u8(b, C_INT | r)
        buf_varint(b, zigzag(<int64_t> (v.p - last.p if last.tag == T_INT else v.p)))
    elif v.tag == T_FLOAT:
        buf_u8(b, C_FLOAT | r)
        buf_bytes(b, &v.p, 8)
    elif v.tag == T_STR:
        buf_u8(b, C_STR | r)
        buf_varint(b, zigzag(<int64_t> (c.newest_str - v.p)))
        use_str(c, v.p)
    elif v.tag == T_OBJ:
        i = zigzag(<int64_t> (c.newest - v.p))
        off = zigzag(<int64_t> (v.p - last.p)) if last.tag == T_OBJ else 0xFFFFFFFFFFFFFFFFULL
        if off < i:
            buf_u8(b, C_OBJNEAR | r)
            buf_varint(b, off)
        else:
            buf_u8(b, C_OBJ | r)
            buf_varint(b, i)
        use_obj(c, v.p)
    elif v.tag == T_CELL:
        buf_u8(b, C_CELL | r)
        buf_varint(b, zigzag(<int64_t> (c.newest - v.p)))
        use_obj(c, v.p)
    elif v.tag == T_DEEP:
        buf_u8(b, C_DEEP | r)
        buf_varint(b, v.p)
    elif v.tag == T_POOL:
        if c.entries[v.p].stamp == c.chunk_no:
            buf_u8(b, C_POOL | r)
            buf_varint(b, c.n_local - c.entries[v.p].local)
            return
        buf_u8(b, C_POOLNEW | r)
        h = pool_at(c, v.p)
        buf_u8(b, <uint8_t> h.kind | (<uint8_t> h.extra << 7))
        buf_varint(b, h.length)
        if h.kind == P_TUPLE:
            if h.extra:
                buf_varint(b, h.n)
            if last.tag == T_POOL:
                lh = pool_at(c, last.p)
                if lh.kind != P_TUPLE or lh.n != h.n:
                    lh = NULL
            items = <Val *> (h + 1)
            for i in range(h.n):
                w = (<Val *> (lh + 1))[i] if lh != NULL else mk(0, 0)
                if lh != NULL and same(w, items[i]):
                    buf_u8(b, C_SAME)
                else:
                    put_value(c, b, items[i], w, 0)
        elif h.kind == P_COMPLEX:
            buf_bytes(b, h + 1, 16)
        else:
            buf_varint(b, h.n)
            buf_bytes(b, h + 1, h.n)
        c.entries[v.p].stamp = c.chunk_no
        c.entries[v.p].local = c.n_local
        c.n_local += 1
    else:
        buf_u8(b, C_UNKNOWN | r)

cdef inline Val get_value(Codec *c, Src *s, uint8_t code, Val last, int depth) noexcept nogil:
    """The mirror of put_value, after the code."""
    cdef Val v = mk(T_UNBOUND, 0)
    cdef PoolHead h
    cdef PoolHead *lh = NULL
    cdef uint64_t i
    cdef const uint8_t *p
    cdef uint8_t sub
    cdef Buf tmp
    cdef Val w
    if C_UNBOUND <= code <= C_NOTIMPL:
        v.tag = code - C_UNBOUND
    elif code == C_INT:
        v = mk(T_INT, <uint64_t> unzigzag(src_varint(s)) + (last.p if last.tag == T_INT else 0))
    elif code == C_FLOAT:
        v.tag = T_FLOAT
        p = src_take(s, 8)
        if p != NULL:
            memcpy(&v.p, p, 8)
    elif code == C_STR:
        v = mk(T_STR, c.newest_str - <uint64_t> unzigzag(src_varint(s)))
        if v.p >> 32:
            c.err = 1
            return mk(T_UNBOUND, 0)
        use_str(c, v.p)
    elif code == C_OBJ or code == C_CELL:
        v = mk(T_OBJ if code == C_OBJ else T_CELL, c.newest - <uint64_t> unzigzag(src_varint(s)))
        use_obj(c, v.p)
    elif code == C_OBJNEAR:
        v = mk(T_OBJ, (last.p if last.tag == T_OBJ else 0) + <uint64_t> unzigzag(src_varint(s)))
        use_obj(c, v.p)
    elif code == C_DEEP:
        v = mk(T_DEEP, src_varint(s) & 0xFFFFFFFFU)
    elif code == C_UNKNOWN:
        v.tag = T_UNKNOWN
    elif code == C_POOL:
        i = src_varint(s)
        if i == 0 or i > c.n_entries:
            c.err = 1
        else:
            v = mk(T_POOL, c.n_entries - i)
    elif code == C_POOLNEW and depth < MAX_DEPTH:
        sub = src_u8(s)
        memset(&h, 0, sizeof(h))
        h.kind = sub & 127
        h.extra = sub >> 7
        h.length = src_varint(s)
        if h.kind == P_TUPLE:
            h.n = src_varint(s) if h.extra else h.length
            if h.n > <uint64_t> (s.end - s.p) or last.tag == T_POOL and last.p >= c.n_entries:
                c.err = 1
                return v
            c.n_values += h.n
            memset(&tmp, 0, sizeof(tmp))
            for i in range(h.n):
                w = mk(0, 0)
                if last.tag == T_POOL:
                    lh = pool_at(c, last.p)
                    if lh.kind != P_TUPLE or lh.n != h.n:
                        lh = NULL
                    else:
                        w = (<Val *> (lh + 1))[i]
                sub = src_u8(s)
                if sub != C_SAME:
                    w = get_value(c, s, sub & 31, w, depth + 1)
                elif lh == NULL:
                    c.err = 1
                buf_bytes(&tmp, &w, sizeof(Val))
                if s.err or c.err:
                    break
            if s.err or c.err:
                free(tmp.p)
                c.err = 1
                return v
            v = mk(T_POOL, pool_append(c, &h, tmp.p, tmp.n))
            free(tmp.p)
        else:
            if h.kind == P_COMPLEX:
                h.n = 16
            elif h.kind == P_BIGINT:
                h.n = src_varint(s)
            else:
                c.err = 1
                return v
            p = src_take(s, h.n)
            if p == NULL:
                c.err = 1
                return v
            v = mk(T_POOL, pool_append(c, &h, p, h.n))
    else:
        c.err = 1
    if s.err:
        c.err = 1
    return v
