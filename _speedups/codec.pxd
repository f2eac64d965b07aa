"""What a chunk is coded with: columns, tables, pool, strings. Fresh for each chunk."""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcmp, memcpy, memset

from mem cimport *
from contents cimport *
from recipes cimport *
from state cimport *
from tags cimport *

cdef enum Code:
    C_LINEAR = 0        # last + stride (ints), else last
    C_SLOT = 1          # what the column's slot of the current frame holds
    C_CONTEXT = 2       # what followed the last two values of the column
    C_NEWEST = 3        # the newest object of the chunk, or the one after it
    C_RECIPE = 4        # what the statement's recipe gives
    N_CANDIDATES = 5
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
    C_NEAR = 26         # zigzag varint: difference of the bits to those of the recipe's float

cdef enum Sizes:
    FCM_BITS = 12
    USELESS = 32        # surprises after which a column's recipe is given up
    QUIET = 32          # values without a surprise after which a column's context rests
    T1_BITS = 13
    T2_BITS = 14
    OPS_BITS = 11
    PAGE = 128          # strings of a piece of memory

cdef struct Col:            # the first cache line is what a value that was predicted needs
    Val last
    uint64_t stride         # 0 unless the last value is an int, object or string
    uint64_t stride2
    uint64_t run
    uint32_t slot
    uint32_t h
    uint32_t ctx
    uint8_t quiet           # values since the last surprise, up to QUIET
    uint8_t best
    uint8_t code            # reading: code of the next surprise; 255 none
    uint8_t wrong           # surprises in a row for which the recipe was of no use, up to USELESS
    uint8_t score[8]
    uint32_t r_site         # the recipe that was looked up last: its site,
    uint32_t r_res          # results (both as they stand in a frame),
    uint32_t r_a            # `a`,
    uint32_t r_first        # and 1 + the place of its first operation, or 0
    Buf out                 # writing
    Src src                 # reading

cdef struct SiteCols:
    uint32_t col            # first column of the site
    uint32_t stamp          # the chunk that it belongs to
    uint32_t hits           # packer: in the chunk
    uint32_t pad

cdef struct OpCols:
    uint64_t key
    uint32_t col
    uint32_t stamp

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
    uint8_t kept        # the program may name it at any time: it is an attribute's name, or a recipe's
    uint8_t marked

cdef struct T1Entry:
    uint32_t a
    uint32_t b

cdef struct T2Entry:
    uint32_t sym
    uint32_t check

cdef struct Codec:
    Machine m
    Val made                # what the recipe of the value at hand gave
    uint32_t is_made        # 0 not worked out yet, 1 it gave something, 2 it did not
    uint32_t callee         # the function whose frame is about to begin
    Val iter                # packer: the item that DO_LOCALITER gave last,
    uint64_t iter_of        # of which slot and loop,
    uint64_t iter_at        # and n_syms then
    Val ret                 # what is being returned or yielded
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
    SiteCols *sites
    uint32_t n_sites
    OpCols *ops             # a cache before colmap
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
    uint32_t mid            # hash of the symbols since the last site
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
    Str **strs              # pages of PAGE; NULL: forgotten
    uint32_t n_strs         # numbers given; none is given twice
    uint32_t n_pages
    Buf used                # u32 numbers of the strings that the chunk names

cdef inline void sites_room(Codec *c) noexcept nogil:
    """Room for the columns of all sites that are known by now."""
    cdef uint32_t old = c.n_sites
    if c.m.t.n_sites > old:
        c.n_sites = c.m.t.n_sites
        c.sites = <SiteCols *> xrealloc(c.sites, <size_t> c.n_sites * sizeof(SiteCols))
        memset(c.sites + old, 0, <size_t> (c.n_sites - old) * sizeof(SiteCols))

cdef inline void codec_reset(Codec *c) noexcept nogil:
    """Begins a chunk: predictors start from nothing."""
    if c.fcm == NULL:
        c.fcm = <Val *> xcalloc(1 << FCM_BITS, sizeof(Val))
        c.t1 = <T1Entry *> xcalloc(1 << T1_BITS, sizeof(T1Entry))
        c.t2 = <T2Entry *> xcalloc(1 << T2_BITS, sizeof(T2Entry))
        c.ops = <OpCols *> xcalloc(1 << OPS_BITS, sizeof(OpCols))
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
    c.iter_at = 0xFFFFFFFFFFFFFFFFULL       # of no symbol
    c.prev_sym = c.nth = c.mid = 0
    c.ret.tag = T_NONE
    c.ret.p = 0
    sites_room(c)
    c.n_local = 0
    c.used.n = 0

cdef inline Str *str_at(Codec *c, uint64_t s) noexcept nogil:
    """A string that was not forgotten."""
    return &c.strs[s // PAGE][s % PAGE]

cdef inline void predictors_free(Codec *c) noexcept nogil:
    """What values and symbols are predicted from: of no use any more once a chunk is decoded."""
    cdef uint32_t i
    for i in range(c.cap_cols):
        free(c.cols[i].out.p)
    free(c.cols)
    c.cols = NULL
    c.n_cols = c.cap_cols = 0
    map_free(&c.colmap)
    free(c.sites)
    c.sites = NULL
    c.n_sites = 0
    free(c.ops)
    free(c.fcm)
    free(c.t1)
    free(c.t2)
    c.ops = NULL
    c.fcm = NULL
    c.t1 = NULL
    c.t2 = NULL

cdef inline void codec_free(Codec *c) noexcept nogil:
    cdef uint32_t i
    predictors_free(c)
    free(c.ctl.p)
    free(c.pool.p)
    free(c.entries)
    free(c.pool_index)
    for i in range(c.n_strs):
        if c.strs[i // PAGE] != NULL:
            free(str_at(c, i).p)
    for i in range(c.n_pages):
        free(c.strs[i])
    free(c.strs)
    free(c.used.p)

cdef inline void use_str(Codec *c, uint64_t s) noexcept nogil:
    """The chunk names the string: its text goes into the chunk."""
    if s > c.newest_str:
        c.newest_str = s
    if ENC and str_at(c, s).stamp != c.chunk_no:
        str_at(c, s).stamp = c.chunk_no
        buf_bytes(&c.used, &s, 4)

cdef inline void use_obj(Codec *c, uint64_t oid) noexcept nogil:
    if oid > c.newest:
        c.newest = oid
