"""Predicting coders: values in columns, symbols in the control stream. One function both writes and reads (Codec.enc).

A column is: (head byte = code | run << 5) [varint run - 7 when the run is 7 or more] [payload] ..., where `run` values before this one were
exactly as predicted. What comes after the last byte was predicted too, so a column that never surprises is empty.
"""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcmp, memcpy, memset

from mem cimport *
from contents cimport *
from state cimport *
from tags cimport *

cdef enum Code:
    C_LINEAR = 0        # last + stride (ints), else last
    C_SLOT = 1          # what the column's slot of the current frame holds
    C_CONTEXT = 2       # what followed the last two values of the column
    C_HINT = 3          # what the field itself suggests: the newest object
    N_CANDIDATES = 4
    C_NEWSLOT = 7       # varint: another slot of the current frame
    C_UNBOUND = 8
    C_NONE = 9
    C_FALSE = 10
    C_TRUE = 11
    C_ELLIPSIS = 12
    C_NOTIMPL = 13
    C_UNKNOWN = 14
    C_INT = 16          # zigzag varint: difference to the last value if that is an int
    C_FLOAT = 17        # 8 bytes
    C_STR = 18          # zigzag varint: newest string of the chunk - this
    C_OBJ = 19          # zigzag varint: newest object - this
    C_OBJNEAR = 20      # zigzag varint: this - last value's
    C_POOL = 21         # varint: entries in the pool - index
    C_POOLNEW = 22      # contents
    C_DEEP = 23         # varint: type id
    C_CELL = 24         # zigzag varint: newest object - this
    C_SAME = 25         # inside a tuple: as in the last tuple at this place

cdef enum Sizes:
    FCM_BITS = 12
    T1_BITS = 13
    T2_BITS = 14

cdef struct Col:
    Val last
    uint64_t stride
    uint64_t stride2
    Buf out             # writing
    Src src             # reading
    uint64_t run
    uint32_t slot
    uint32_t h
    uint32_t ctx
    uint8_t score[4]
    uint8_t best
    uint8_t code        # reading: code of the next surprise; 255 none

cdef struct PoolEntry:
    uint64_t off
    uint64_t len
    uint32_t hash
    uint32_t stamp
    uint32_t local
    uint32_t pad

cdef struct PoolHead:   # before an entry's data in the pool
    uint64_t kind
    uint64_t length     # tuple: true length; big int: bits
    uint64_t n          # values, or bytes
    uint64_t extra      # big int: 1 negative; tuple: 1 cut

cdef struct Str:
    uint8_t *p
    uint64_t length
    uint64_t digest
    uint32_t n
    uint32_t stamp
    uint32_t hash
    uint32_t noted      # chunk in which it is known as the name of an attribute that was written,
    uint32_t list       # on which objects: place of the list,
    uint8_t listed      # and their number
    uint8_t flags
    uint8_t pad[2]

cdef struct T1Entry:
    uint32_t a
    uint32_t b

cdef struct T2Entry:
    uint32_t sym
    uint32_t check

cdef struct Codec:
    Machine m
    bint enc
    uint32_t chunk_no
    int err
    uint64_t n_values
    uint64_t newest         # highest object id named so far in the chunk
    uint64_t newest_str
    # columns
    Col *cols
    uint32_t n_cols
    uint32_t cap_cols
    Map colmap
    uint32_t *site_col      # first column of a site + 1
    uint32_t *site_stamp
    uint32_t cap_site
    Src dir                 # reading: lengths of the columns in order of creation
    Src data
    Val *fcm
    # control stream
    T1Entry *t1
    T2Entry *t2
    Buf ctl
    Src ctl_src
    uint64_t ctl_run
    uint32_t ctl_code
    uint64_t n_syms
    uint32_t prev_sym
    uint32_t nth
    # pool
    Buf pool
    PoolEntry *entries
    uint32_t n_entries
    uint32_t cap_entries
    uint32_t *pool_index    # writing: hash index
    uint32_t pool_cap
    uint32_t n_local
    # strings (writing)
    Str *strs
    uint32_t n_strs
    uint32_t cap_strs
    Buf used                # u32 numbers of the strings that the chunk names

cdef inline void codec_reset(Codec *c) noexcept nogil:
    """Begins a chunk: predictors start from nothing."""
    if c.fcm == NULL:
        c.fcm = <Val *> xcalloc(1 << FCM_BITS, sizeof(Val))
        c.t1 = <T1Entry *> xcalloc(1 << T1_BITS, sizeof(T1Entry))
        c.t2 = <T2Entry *> xcalloc(1 << T2_BITS, sizeof(T2Entry))
    else:
        memset(c.fcm, 0, sizeof(Val) << FCM_BITS)
        memset(c.t1, 0, sizeof(T1Entry) << T1_BITS)
        memset(c.t2, 0, sizeof(T2Entry) << T2_BITS)
    map_clear(&c.colmap)
    c.n_cols = 0
    c.chunk_no += 1
    c.m.chunk = c.chunk_no
    c.m.work = 0
    c.n_values = c.newest = c.newest_str = 0
    c.ctl.n = 0
    c.ctl_run = c.n_syms = 0
    c.prev_sym = c.nth = 0
    c.n_local = 0
    c.used.n = 0

cdef inline void codec_free(Codec *c) noexcept nogil:
    cdef uint32_t i
    for i in range(c.cap_cols):
        free(c.cols[i].out.p)
    free(c.cols)
    map_free(&c.colmap)
    free(c.site_col)
    free(c.site_stamp)
    free(c.fcm)
    free(c.t1)
    free(c.t2)
    free(c.ctl.p)
    free(c.pool.p)
    free(c.entries)
    free(c.pool_index)
    for i in range(c.n_strs):
        free(c.strs[i].p)
    free(c.strs)
    free(c.used.p)

cdef inline void use_str(Codec *c, uint64_t s) noexcept nogil:
    """The chunk names the string: its text goes into the chunk."""
    if s > c.newest_str:
        c.newest_str = s
    if c.enc and c.strs[s].stamp != c.chunk_no:
        c.strs[s].stamp = c.chunk_no
        buf_bytes(&c.used, &s, 4)

cdef inline void use_obj(Codec *c, uint64_t oid) noexcept nogil:
    if oid > c.newest:
        c.newest = oid

# ---- columns --------------------------------------------------------------------------------

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
        k.h = 0
        k.ctx = (i * 0x9E3779B1U) >> (32 - FCM_BITS)
        if not c.enc:
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

cdef inline uint32_t site_cols(Codec *c, uint32_t site, uint32_t n) noexcept nogil:
    cdef uint32_t old = c.cap_site
    if site >= old:
        c.cap_site = site * 2 + 64
        c.site_col = <uint32_t *> xrealloc(c.site_col, <size_t> c.cap_site * 4)
        c.site_stamp = <uint32_t *> xrealloc(c.site_stamp, <size_t> c.cap_site * 4)
        memset(c.site_stamp + old, 0xFF, <size_t> (c.cap_site - old) * 4)
    if c.site_stamp[site] != c.chunk_no:
        c.site_stamp[site] = c.chunk_no
        c.site_col[site] = cols_new(c, n)
    return c.site_col[site]

cdef inline Val candidate(Codec *c, Col *k, int which, Val hint) noexcept nogil:
    cdef Frame *f
    if which == C_LINEAR:
        if k.last.tag == T_INT or k.last.tag == T_OBJ:
            return mk(k.last.tag, k.last.p + k.stride)
        if k.last.tag == T_STR:
            return mk(T_STR, (k.last.p + k.stride) & 0xFFFFFFFFU)
        return k.last
    if which == C_SLOT:
        f = c.m.cur
        if k.slot < f.n_slots:
            return f.slots[k.slot]
        return mk(T_UNBOUND, 0)
    if which == C_CONTEXT:
        return c.fcm[k.ctx]
    return hint

cdef inline void col_learn(Codec *c, Col *k, Val v) noexcept nogil:
    cdef uint64_t d
    if v.tag == k.last.tag and (v.tag == T_INT or v.tag == T_OBJ or v.tag == T_STR):
        d = v.p - k.last.p
        if d == k.stride2:
            k.stride = d
        k.stride2 = d
    if v.tag == T_STR:
        use_str(c, v.p)
    elif v.tag == T_OBJ:
        use_obj(c, v.p)
    c.fcm[k.ctx] = v
    k.last = v
    d = v.tag if v.tag == T_POOL else v.p * 8 + v.tag
    k.h = (k.h << 14) ^ <uint32_t> ((d * 0x9E3779B97F4A7C15ULL) >> 46)
    k.ctx = ((k.h & 0x0FFFFFFFU) * 0x85EBCA6BU ^ <uint32_t> (k - c.cols) * 0x9E3779B1U) >> (32 - FCM_BITS)

cdef inline int col_score(Codec *c, Col *k, Val v, Val hint) noexcept nogil:
    """After a surprise: rates the candidates and picks the next favourite. Returns the first that was right, or -1."""
    cdef int i
    cdef int right = -1
    cdef int best = 0
    for i in range(N_CANDIDATES):
        k.score[i] -= k.score[i] >> 2
        if same(candidate(c, k, i, hint), v):
            k.score[i] += 32
            if right < 0:
                right = i
        if k.score[i] > k.score[best]:
            best = i
    k.best = <uint8_t> best
    return right

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

cdef inline Val code(Codec *c, uint32_t col, Val v, Val hint) noexcept nogil:
    """Writes v to the column, or reads it."""
    cdef Col *k = &c.cols[col]
    cdef Frame *f
    cdef int right
    cdef uint32_t i
    c.n_values += 1
    if c.enc:
        if same(candidate(c, k, k.best, hint), v):
            k.run += 1
            col_learn(c, k, v)
            return v
        f = c.m.cur
        right = col_score(c, k, v, hint)
        i = f.n_slots
        if right < 0 and v.tag >= T_INT and (v.tag != T_INT or v.p > 255):
            i = 0
            while i < f.n_slots and not same(f.slots[i], v):
                i += 1
        if k.run >= 7:
            buf_u8(&k.out, 7 << 5 | <uint8_t> (right if right >= 0 else C_NEWSLOT if i < f.n_slots else 31))
            buf_varint(&k.out, k.run - 7)
        if right >= 0:
            if k.run < 7:
                buf_u8(&k.out, <uint8_t> right | <uint8_t> (k.run << 5))
        elif i < f.n_slots:
            if k.run < 7:
                buf_u8(&k.out, C_NEWSLOT | <uint8_t> (k.run << 5))
            buf_varint(&k.out, i)
            k.slot = i
        elif k.run >= 7:
            put_value(c, &k.out, v, k.last, 0)
        else:
            put_value(c, &k.out, v, k.last, <uint8_t> k.run)
        k.run = 0
        col_learn(c, k, v)
        return v
    if c.err or c.n_values > MAX_VALUES:
        c.err = 1
        return mk(T_UNBOUND, 0)
    if k.run:
        k.run -= 1
        v = candidate(c, k, k.best, hint)
        col_learn(c, k, v)
        return v
    i = 0xFFFFFFFFU
    if k.code < N_CANDIDATES:
        v = candidate(c, k, k.code, hint)
    elif k.code == C_NEWSLOT:
        i = <uint32_t> src_varint(&k.src)
        if i >= c.m.cur.n_slots:
            c.err = 1
            return mk(T_UNBOUND, 0)
        v = c.m.cur.slots[i]
    elif k.code == 31:
        v = get_value(c, &k.src, src_u8(&k.src) & 31, k.last, 0)
    else:
        v = get_value(c, &k.src, k.code, k.last, 0)
    if k.src.err:
        c.err = 1
    k = &c.cols[col]
    col_score(c, k, v, hint)
    if i != 0xFFFFFFFFU:
        k.slot = i
    col_learn(c, k, v)
    col_next(c, k)
    return v

cdef inline uint64_t code_int(Codec *c, uint32_t col, uint64_t v) noexcept nogil:
    """A number that is not a value of the program. (Read from a bad file it may come as anything: only its bits count.)"""
    return code(c, col, mk(T_INT, v), mk(T_INT, 0)).p

cdef inline uint64_t code_oid(Codec *c, uint32_t col, uint64_t oid, uint64_t hint) noexcept nogil:
    cdef uint64_t r = code(c, col, mk(T_OBJ, oid), mk(T_OBJ, hint)).p
    use_obj(c, r)
    if r == 0:
        c.err = 1
        r = 1
    return r

cdef inline uint64_t code_str(Codec *c, uint32_t col, uint64_t s) noexcept nogil:
    return code(c, col, mk(T_STR, s), mk(T_NONE, 0)).p & 0xFFFFFFFFU

# ---- control --------------------------------------------------------------------------------

cdef inline uint32_t code_symbol(Codec *c, uint32_t sym) noexcept nogil:
    """Writes or reads what comes next: an operation, or SYM_SITE0 + a site."""
    cdef Frame *f = c.m.cur
    cdef uint32_t s = <uint32_t> f.last_site
    cdef uint32_t h1 = ((s * 0x9E3779B1U) ^ (c.prev_sym * 0x85EBCA6BU)) >> (32 - T1_BITS)
    cdef uint32_t full = (f.hist ^ (c.prev_sym * 0xC2B2AE35U) ^ (c.nth * 0x27D4EB2FU)) * 0x85EBCA6BU
    cdef T1Entry *e1 = &c.t1[h1]
    cdef T2Entry *e2 = &c.t2[full >> (32 - T2_BITS)]
    cdef uint32_t pred = e2.sym if e2.check == full and e2.sym else e1.a
    cdef uint32_t code
    cdef uint8_t b
    c.n_syms += 1
    if c.enc:
        if sym == pred:
            c.ctl_run += 1
        else:
            code = 0 if sym == e1.a else 1 if sym == e1.b else 2
            b = <uint8_t> (code | (c.ctl_run if c.ctl_run < 63 else 63) << 2)
            buf_u8(&c.ctl, b)
            if c.ctl_run >= 63:
                buf_varint(&c.ctl, c.ctl_run - 63)
            if code == 2:
                buf_varint(&c.ctl, zigzag(<int64_t> sym - <int64_t> c.prev_sym))
            c.ctl_run = 0
    elif c.ctl_run:
        c.ctl_run -= 1
        sym = pred
    else:
        if c.ctl_code == 0:
            sym = e1.a
        elif c.ctl_code == 1:
            sym = e1.b
        else:
            sym = <uint32_t> (<int64_t> c.prev_sym + unzigzag(src_varint(&c.ctl_src)))
        ctl_next(c)
    if e1.a != sym:
        e1.b = e1.a
        e1.a = sym
    e2.sym = sym
    e2.check = full
    c.prev_sym = sym
    c.nth += 1
    return sym

cdef inline void ctl_next(Codec *c) noexcept nogil:
    cdef uint8_t b
    if c.ctl_src.p >= c.ctl_src.end:
        c.ctl_run = 0xFFFFFFFFFFFFFFFFULL
        return
    b = src_u8(&c.ctl_src)
    c.ctl_code = b & 3
    c.ctl_run = b >> 2
    if c.ctl_run == 63:
        c.ctl_run += src_varint(&c.ctl_src)
    if c.ctl_src.err:
        c.err = 1
