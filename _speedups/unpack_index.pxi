# Where a question need not look: the index of a chunk, the summaries of 64 chunks each.

cdef enum:
    GROUP = 64              # chunks of one summary: a bit each
    TB_SITES = 0
    TB_OBJECTS = 1          # those older than the chunk
    TB_ATTRS = 2            # names, as hashes, of attributes written on many objects
    TB_PAIRS = 3            # attribute and object, as hashes
    TB_NAMES = 4            # module << 20 | slot
    TB_THREADS = 5
    N_TABLES = 6

cdef struct Keys:           # rising numbers, and with each, in a summary, the chunks that have it
    uint64_t *keys
    uint64_t *masks
    uint32_t n


cdef int keys_read(Src *s, Keys *k, bint masks) noexcept nogil:
    """Reads a table; 0 when it makes no sense."""
    cdef uint64_t n = src_varint(s)
    cdef uint64_t i, v = 0
    if s.err or n > <uint64_t> (s.end - s.p) or n >> 32:
        return 0
    k.keys = <uint64_t *> xcalloc(n, 8)
    for i in range(n):
        v += src_varint(s)
        k.keys[i] = v
    k.n = <uint32_t> n
    if masks:
        k.masks = <uint64_t *> xcalloc(n, 8)
        if n * 8 > <uint64_t> (s.end - s.p):
            return 0
        if n:
            memcpy(k.masks, s.p, n * 8)
        s.p += n * 8
    return not s.err


cdef void keys_free(Keys *k) noexcept nogil:
    free(k.keys)
    free(k.masks)


cdef int64_t keys_find(Keys *k, uint64_t key) noexcept nogil:
    """Place of the key, or -1."""
    cdef uint32_t lo = 0
    cdef uint32_t hi = k.n
    cdef uint32_t mid
    while lo < hi:
        mid = (lo + hi) >> 1
        if k.keys[mid] < key:
            lo = mid + 1
        else:
            hi = mid
    return lo if lo < k.n and k.keys[lo] == key else -1


cdef uint64_t keys_mask(Keys *k, uint64_t key) noexcept nogil:
    cdef int64_t at = keys_find(k, key)
    return k.masks[at] if at >= 0 else 0


cdef uint64_t name_hash(object name) except? 0:
    """FNV-1a of an attribute's name."""
    cdef bytes data = name.encode("utf-8", "surrogatepass")
    cdef uint32_t h = 0x811C9DC5U
    cdef uint8_t byte
    for byte in data:
        h = (h ^ byte) * 0x01000193U
    return h


@cython.final
cdef class Index:
    """A chunk's index: sites with their hits, objects touched, what was written. Decoded when first asked."""
    cdef readonly object number
    cdef Keys t[N_TABLES]
    cdef uint32_t *hits
    cdef uint64_t highest

    def __cinit__(self, number, bytes data):
        cdef Src s
        cdef uint64_t i, n, v = 0
        self.number = number
        s.p = <const uint8_t *> <char *> data
        s.end = s.p + len(data)
        s.err = 0
        for i in range(11):
            src_varint(&s)
        n = src_varint(&s)
        if s.err or n * 2 > <uint64_t> (s.end - s.p):
            raise bad_chunk(number)
        self.t[TB_SITES].keys = <uint64_t *> xcalloc(n, 8)
        self.hits = <uint32_t *> xcalloc(n, 4)
        for i in range(n):
            v += src_varint(&s)
            self.t[TB_SITES].keys[i] = v
            self.hits[i] = <uint32_t> src_varint(&s)
        self.t[TB_SITES].n = <uint32_t> n
        if s.err or not keys_read(&s, &self.t[TB_OBJECTS], False):
            raise bad_chunk(number)
        self.highest = src_varint(&s)
        for i in range(TB_ATTRS, N_TABLES):
            if s.err or not keys_read(&s, &self.t[i], False):
                raise bad_chunk(number)

    def __dealloc__(self):
        cdef int i
        for i in range(N_TABLES):
            keys_free(&self.t[i])
        free(self.hits)

    cdef bint has(self, int table, uint64_t key) noexcept nogil:
        return keys_find(&self.t[table], key) >= 0

    cdef bint has_any(self, const uint8_t *wanted, uint32_t n) noexcept nogil:
        cdef uint32_t i
        cdef Keys *k = &self.t[TB_SITES]
        for i in range(k.n):
            if k.keys[i] < n and wanted[k.keys[i]]:
                return True
        return False

    def highest_site(self):
        return self.t[TB_SITES].keys[self.t[TB_SITES].n - 1] if self.t[TB_SITES].n else -1

    def site_hits(self):
        return {self.t[TB_SITES].keys[i]: self.hits[i] for i in range(self.t[TB_SITES].n)}


@cython.final
cdef class Summary:
    """What up to 64 chunks in a row have."""
    cdef readonly int first
    cdef readonly int n
    cdef Keys t[N_TABLES]
    cdef uint64_t highest[GROUP + 1]

    def __cinit__(self, int first, bytes data):
        cdef Src s
        cdef uint64_t n, i
        self.first = first
        s.p = <const uint8_t *> <char *> data
        s.end = s.p + len(data)
        s.err = 0
        n = src_varint(&s)
        if n > GROUP:
            raise FormatError("a summary of the recording makes no sense", slug="bad-summary")
        self.n = <int> n
        for i in range(n + 1):
            self.highest[i] = src_varint(&s) + (self.highest[i - 1] if i else 0)
        for i in range(N_TABLES):
            if s.err or not keys_read(&s, &self.t[i], True):
                raise FormatError("a summary of the recording makes no sense", slug="bad-summary")

    def __dealloc__(self):
        cdef int i
        for i in range(N_TABLES):
            keys_free(&self.t[i])

    cdef uint64_t born(self, uint64_t oid) noexcept nogil:
        """The chunk in which an object of that number was named first."""
        cdef int i
        for i in range(self.n):
            if self.highest[i] < oid <= self.highest[i + 1]:
                return <uint64_t> 1 << i
        return 0

    cdef uint64_t any_site(self, const uint8_t *wanted, uint32_t n) noexcept nogil:
        cdef uint64_t found = 0
        cdef uint32_t i
        cdef Keys *k = &self.t[TB_SITES]
        for i in range(k.n):
            if k.keys[i] < n and wanted[k.keys[i]]:
                found |= k.masks[i]
        return found


cdef int by_key(const void *a, const void *b) noexcept nogil:
    cdef uint64_t x = (<uint64_t *> a)[0]
    cdef uint64_t y = (<uint64_t *> b)[0]
    return (x > y) - (x < y)


@cython.final
cdef class SummaryMaker:
    """Gathers the indexes of chunks, in their order, into summaries."""
    cdef Map t[N_TABLES]            # key + 1 -> mask
    cdef uint64_t highest[GROUP + 1]
    cdef readonly int n

    def __dealloc__(self):
        cdef int i
        for i in range(N_TABLES):
            map_free(&self.t[i])

    def add(self, bytes index):
        """Takes in the next chunk's index section; full when `n` is 64."""
        cdef Index found = Index(self.n, index)
        cdef uint64_t bit = <uint64_t> 1 << self.n
        cdef uint64_t key
        cdef uint32_t i
        cdef int k
        if self.n == GROUP:
            raise ValueError("a summary is full")
        for k in range(N_TABLES):
            for i in range(found.t[k].n):
                key = found.t[k].keys[i] + 1
                if k != TB_OBJECTS or key <= self.highest[self.n] + 1:
                    map_put(&self.t[k], key, <void *> (<uint64_t> map_get(&self.t[k], key) | bit))
        self.n += 1
        self.highest[self.n] = max(self.highest[self.n - 1], found.highest)

    def pack(self):
        """The summary of what was added since the last one."""
        cdef Buf b
        cdef Buf list
        cdef uint32_t i
        cdef uint64_t prev, mask
        cdef Map *m
        cdef int k
        memset(&b, 0, sizeof(Buf))
        memset(&list, 0, sizeof(Buf))
        buf_varint(&b, <uint64_t> self.n)
        for k in range(self.n + 1):
            buf_varint(&b, self.highest[k] - (self.highest[k - 1] if k else 0))
        for k in range(N_TABLES):
            m = &self.t[k]
            list.n = 0
            for i in range(m.cap):
                if m.keys[i]:
                    buf_bytes(&list, &m.keys[i], 8)
            qsort(list.p, list.n // 8, 8, by_key)
            buf_varint(&b, list.n // 8)
            prev = 1
            for i in range(<uint32_t> (list.n // 8)):
                buf_varint(&b, (<uint64_t *> list.p)[i] - prev)
                prev = (<uint64_t *> list.p)[i]
            for i in range(<uint32_t> (list.n // 8)):
                mask = <uint64_t> map_get(m, (<uint64_t *> list.p)[i])
                buf_bytes(&b, &mask, 8)
            map_free(m)
        data = (<char *> b.p)[:b.n]
        free(b.p)
        free(list.p)
        self.highest[0] = self.highest[self.n]
        self.n = 0
        return data


@cython.final
cdef class Filter:
    """The chunks that may have what is sought: an object or an attribute of it, one of some sites, a module variable, a thread."""
    cdef Chunks chunks
    cdef bytes sites
    cdef uint64_t oid
    cdef bint by_attr
    cdef uint64_t attr
    cdef bint by_name
    cdef uint64_t name
    cdef int64_t thread
    cdef dict masks                 # of groups already looked at

    def __cinit__(self, Chunks chunks, bytes sites=None, uint64_t oid=0, attr=None, name=None, int64_t thread=-1):
        self.chunks = chunks
        self.sites = sites
        self.oid = oid
        self.by_attr = attr is not None
        self.attr = name_hash(attr) if self.by_attr else 0
        self.by_name = name is not None
        self.name = name if self.by_name else 0
        self.thread = thread
        self.masks = {}

    cdef bint may(self, int number) except -1:
        cdef Summary group
        cdef int first
        cached = self.masks.get(number // GROUP)
        if cached is None:
            group = self.chunks.summary(number)
            if group is None:
                return self.by_index(self.chunks.index(number))
            cached = self.masks[number // GROUP] = self.mask(group)
        return (<uint64_t> cached >> (number % GROUP)) & 1

    cdef int next(self, int number, int direction) except? -2:
        """The first chunk at or behind (before) a number that may have it; out of range when there is none."""
        while 0 <= number < self.chunks.n:
            if self.may(number):
                return number
            if self.masks.get(number // GROUP) == 0:
                number = number - number % GROUP + (GROUP if direction > 0 else -1)
            else:
                number += direction
        return number

    cdef uint64_t mask(self, Summary group):
        cdef uint64_t found = 0
        cdef uint64_t pair, mask
        if self.sites is not None:
            found = group.any_site(<const uint8_t *> <char *> self.sites, <uint32_t> len(self.sites))
        if self.oid:
            mask = keys_mask(&group.t[TB_OBJECTS], self.oid)
            if self.by_attr:
                pair = ((self.attr * 0x9E3779B97F4A7C15ULL) ^ (self.oid * 0xC2B2AE3D27D4EB4FULL)) >> 32
                mask &= keys_mask(&group.t[TB_ATTRS], self.attr) | keys_mask(&group.t[TB_PAIRS], pair)
            found |= mask | group.born(self.oid)
        if self.by_name:
            found |= keys_mask(&group.t[TB_NAMES], self.name)
        if self.thread >= 0:
            found |= keys_mask(&group.t[TB_THREADS], <uint64_t> self.thread)
        return found

    cdef bint by_index(self, Index index) noexcept:
        if self.sites is not None and index.has_any(<const uint8_t *> <char *> self.sites, <uint32_t> len(self.sites)):
            return True
        if self.oid and index.has(TB_OBJECTS, self.oid):
            return True
        if self.by_name and index.has(TB_NAMES, self.name):
            return True
        return self.thread >= 0 and index.has(TB_THREADS, <uint64_t> self.thread)
