"""Where the columns of values are: found by what they stand for, made when they are first met."""
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memset

from codec cimport *
from mem cimport *
from state cimport *

cdef inline void col_next(Codec *c, Col *k) noexcept nogil:
    """Reading: the run and code of the next surprise."""
    cdef uint8_t b
    if k.src.p >= k.src.end:
        k.run = 0xFFFFFFFFFFFFFFFFULL
        k.code = 255
        return
    b = src_u8(&k.src)
    k.code = b & 31
    k.run = b >> 5
    if k.run == 7:
        k.run += src_varint(&k.src)

cdef inline uint32_t cols_new(Codec *c, uint32_t n) noexcept nogil:
    cdef uint32_t base = c.n_cols
    cdef uint32_t i, old
    cdef Col *k
    cdef Buf keep
    cdef uint64_t size
    if base + n > c.cap_cols:
        old = c.cap_cols
        c.cap_cols = (base + n) * 2 + 64
        c.cols = <Col *> xrealloc(c.cols, <size_t> c.cap_cols * sizeof(Col))
        memset(c.cols + old, 0, <size_t> (c.cap_cols - old) * sizeof(Col))
    if base > MAX_COLUMNS:
        c.err = 1
        return 0
    for i in range(base, base + n):
        k = &c.cols[i]
        keep = k.out
        memset(k, 0, sizeof(Col))
        keep.n = 0
        k.out = keep
        k.slot = 0xFFFFFFFFU
        k.r_site = 0xFFFFFFFFU
        k.h = 0
        k.ctx = (i * 0x9E3779B1U) >> (32 - FCM_BITS)
        if not ENC:
            size = 0
            if c.dir.p < c.dir.end:
                size = src_varint(&c.dir)
            k.src.p = src_take(&c.data, size)
            k.src.end = k.src.p + size if k.src.p != NULL else NULL
            if c.data.err or c.dir.err:
                c.err = 1
                k.src.end = k.src.p
            col_next(c, k)
    c.n_cols = base + n
    return base

cdef inline uint32_t colbase(Codec *c, uint64_t key, uint32_t n) noexcept nogil:
    """First of the n columns that belong to the key."""
    cdef uint64_t v = <uint64_t> map_get(&c.colmap, key)
    if v == 0:
        v = cols_new(c, n) + 1
        map_put(&c.colmap, key, <void *> v)
    return <uint32_t> (v - 1)

cdef inline uint32_t near_cols(Codec *c, uint64_t key, uint32_t n) noexcept nogil:
    """`colbase` by way of a cache: for keys that come often."""
    cdef OpCols *o = &c.ops[<uint32_t> ((key * 0x9E3779B97F4A7C15ULL) >> (64 - OPS_BITS))]
    if o.key != key or o.stamp != c.chunk_no:
        o.key = key
        o.stamp = c.chunk_no
        o.col = colbase(c, key, n)
    return o.col

cdef inline uint32_t op_cols(Codec *c, uint64_t key) noexcept nogil:
    """First of the three columns of an operation."""
    return near_cols(c, key, 3)

cdef inline uint32_t site_cols(Codec *c, uint32_t site, uint32_t n) noexcept nogil:
    cdef SiteCols *s = &c.sites[site]
    if s.stamp != c.chunk_no:
        s.stamp = c.chunk_no
        s.col = cols_new(c, n)
    return s.col
