"""Growable byte buffers, variable-length integers, a pointer map. No Python objects."""
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport abort, calloc, free, malloc, realloc
from libc.string cimport memcpy, memset

cdef extern from *:
    """
    #ifndef ESCOPE_ENC
    #error "pack is compiled with -DESCOPE_ENC=1, unpack with -DESCOPE_ENC=0"
    #endif
    """
    const bint ENC "ESCOPE_ENC"     # 1: this module writes chunks and keeps no log; 0: it reads them
    bint seldom "__builtin_expect" (bint what, bint usual) nogil    # seldom(what, 0): the compiler may put it aside

cdef struct Buf:
    uint8_t *p
    size_t n
    size_t cap

cdef inline void *xrealloc(void *p, size_t n) noexcept nogil:
    cdef void *r = realloc(p, n if n else 1)
    if r == NULL:
        abort()
    return r

cdef inline void *xcalloc(size_t n, size_t size) noexcept nogil:
    cdef void *r
    if n * size <= 1024:                # glibc's calloc has no fast path for small pieces
        r = malloc(n * size if n else 1)
        if r != NULL:
            memset(r, 0, n * size)
    else:
        r = calloc(n, size)
    if r == NULL:
        abort()
    return r

cdef extern from *:
    """
    #include <stdlib.h>
    /* Room in a buffer; apart, so that what calls it stays small. */
    static __attribute__((noinline, cold, unused)) void *escope_more(void *p, size_t *cap, size_t need) {
        *cap = need * 2 + 32;
        p = realloc(p, *cap);
        if (p == NULL) abort();
        return p;
    }
    """
    void *escope_more(void *p, size_t *cap, size_t need) noexcept nogil

cdef inline void buf_room(Buf *b, size_t more) noexcept nogil:
    if b.n + more > b.cap:
        b.p = <uint8_t *> escope_more(b.p, &b.cap, b.n + more)

cdef inline void buf_u8(Buf *b, uint8_t v) noexcept nogil:
    buf_room(b, 1)
    b.p[b.n] = v
    b.n += 1

cdef inline void buf_bytes(Buf *b, const void *src, size_t n) noexcept nogil:
    buf_room(b, n)
    if n:
        memcpy(b.p + b.n, src, n)
    b.n += n

cdef inline void buf_varint(Buf *b, uint64_t v) noexcept nogil:
    buf_room(b, 10)
    while v >= 0x80:
        b.p[b.n] = <uint8_t> (v | 0x80)
        b.n += 1
        v >>= 7
    b.p[b.n] = <uint8_t> v
    b.n += 1

cdef inline uint64_t zigzag(int64_t v) noexcept nogil:
    return (<uint64_t> v << 1) ^ <uint64_t> (v >> 63)

cdef inline int64_t unzigzag(uint64_t v) noexcept nogil:
    return <int64_t> (v >> 1) ^ -(<int64_t> (v & 1))

cdef struct Src:
    const uint8_t *p
    const uint8_t *end
    int err

cdef inline uint8_t src_u8(Src *s) noexcept nogil:
    if s.p >= s.end:
        s.err = 1
        return 0
    s.p += 1
    return s.p[-1]

cdef inline uint64_t src_varint(Src *s) noexcept nogil:
    cdef uint64_t v = 0
    cdef int shift = 0
    cdef uint8_t b
    while s.p < s.end and shift < 64:
        b = s.p[0]
        s.p += 1
        v |= (<uint64_t> (b & 0x7F)) << shift
        if b < 0x80:
            return v
        shift += 7
    s.err = 1
    return 0

cdef inline const uint8_t *src_take(Src *s, uint64_t n) noexcept nogil:
    cdef const uint8_t *r = s.p
    if n > <uint64_t> (s.end - s.p):
        s.err = 1
        return NULL
    s.p += n
    return r

# A map of u64 -> pointer: open addressing, linear probing, backward-shift deletion. Key 0 is not allowed.
cdef struct Map:
    uint64_t *keys
    void **vals
    uint32_t cap        # a power of two, or 0
    uint32_t n
    int shift

cdef inline uint32_t map_home(Map *m, uint64_t key) noexcept nogil:
    return <uint32_t> ((key * 0x9E3779B97F4A7C15ULL) >> m.shift)

cdef inline void *map_get(Map *m, uint64_t key) noexcept nogil:
    cdef uint32_t i
    if m.cap == 0:
        return NULL
    i = map_home(m, key)
    while m.keys[i]:
        if m.keys[i] == key:
            return m.vals[i]
        i = (i + 1) & (m.cap - 1)
    return NULL

cdef inline void map_put(Map *m, uint64_t key, void *val) noexcept nogil:
    cdef uint32_t i, old = m.cap
    cdef uint64_t *keys
    cdef void **vals
    if (m.n + 1) * 3 > m.cap * 2:
        keys = m.keys
        vals = m.vals
        m.cap = old * 2 if old else 64
        m.shift = 64
        while (<uint32_t> 1 << (64 - m.shift)) < m.cap:
            m.shift -= 1
        m.keys = <uint64_t *> xcalloc(m.cap, 8)
        m.vals = <void **> xcalloc(m.cap, sizeof(void *))
        m.n = 0
        for i in range(old):
            if keys[i]:
                map_put(m, keys[i], vals[i])
        free(keys)
        free(vals)
    i = map_home(m, key)
    while m.keys[i]:
        if m.keys[i] == key:
            m.vals[i] = val
            return
        i = (i + 1) & (m.cap - 1)
    m.keys[i] = key
    m.vals[i] = val
    m.n += 1

cdef inline void map_del(Map *m, uint64_t key) noexcept nogil:
    cdef uint32_t i, j, home, mask
    if m.cap == 0:
        return
    mask = m.cap - 1
    i = map_home(m, key)
    while m.keys[i] != key:
        if m.keys[i] == 0:
            return
        i = (i + 1) & mask
    j = i
    while True:
        j = (j + 1) & mask
        if m.keys[j] == 0:
            break
        home = map_home(m, m.keys[j])
        if ((j - home) & mask) >= ((j - i) & mask):
            m.keys[i] = m.keys[j]
            m.vals[i] = m.vals[j]
            i = j
    m.keys[i] = 0
    m.n -= 1

cdef inline void map_clear(Map *m) noexcept nogil:
    if m.cap:
        memset(m.keys, 0, <size_t> m.cap * 8)
    m.n = 0

cdef inline void map_free(Map *m) noexcept nogil:
    free(m.keys)
    free(m.vals)
    m.keys = NULL
    m.vals = NULL
    m.cap = m.n = 0
