# Strings and bytes. Short ones are identified by content (length and the 64-bit hash that CPython caches in
# them anyway), long ones by address, entered in the object table.

cdef struct TextEntry:
    uint64_t hash
    uint32_t length
    uint32_t strid

cdef struct TextCache:
    PyObject *pointer
    uint64_t hash
    uint32_t length
    uint32_t strid

cdef enum:
    CACHE_SLOTS = 1 << 12
    MOST_TEXTS = 1 << 19    # entries of the table
    MOST_BYTES = 32 << 20   # of texts, and 64 for each of them
    TEXT_BYTES = 1       # STR flags
    TEXT_CUT = 2

cdef TextEntry *texts = NULL
cdef size_t texts_mask = 0
cdef size_t texts_count = 0
cdef uint32_t next_strid = 1
cdef uint32_t texts_floor = 1           # texts with smaller ids are told anew
cdef size_t texts_bytes = 0             # told since
cdef TextCache *text_cache = NULL
cdef Buffer text_buffer
cdef Py_ssize_t limit_string = 1000     # characters or bytes kept of a long string
cdef Py_ssize_t hashed_length = 1000    # up to this length strings are identified by content
cdef Py_ssize_t digest_span = 8192      # the digest of a longer string covers this much of both ends


cdef bint texts_start() noexcept:
    global texts, texts_mask, text_cache
    if texts != NULL:
        return True
    texts = <TextEntry *>calloc(1 << 12, sizeof(TextEntry))
    texts_mask = (1 << 12) - 1
    text_cache = <TextCache *>calloc(CACHE_SLOTS, sizeof(TextCache))
    return texts != NULL and text_cache != NULL


cdef extern from *:
    """
    #define ES_P1 0x9E3779B185EBCA87ull
    #define ES_P2 0xC2B2AE3D27D4EB4Full
    #define ES_P3 0x165667B19E3779F9ull
    #define ES_P4 0x85EBCA77C2B2AE63ull
    #define ES_P5 0x27D4EB2F165667C5ull
    static inline uint64_t es_rotl(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }
    static inline uint64_t es_round(uint64_t a, uint64_t word) { return es_rotl(a + word * ES_P2, 31) * ES_P1; }
    static inline uint64_t es_merge(uint64_t h, uint64_t a) { return (h ^ es_round(0, a)) * ES_P1 + ES_P4; }
    /* XXH64 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md): four words at a time. */
    static uint64_t es_xxh64(const unsigned char *p, size_t n, uint64_t seed) {
        const unsigned char *end = p + n;
        uint64_t a[4] = {seed + ES_P1 + ES_P2, seed + ES_P2, seed, seed - ES_P1}, h, w[4];
        uint32_t half;
        int i;
        if (n >= 32) {
            for (; end - p >= 32; p += 32) {
                memcpy(w, p, 32);
                for (i = 0; i < 4; i++) a[i] = es_round(a[i], w[i]);
            }
            h = es_rotl(a[0], 1) + es_rotl(a[1], 7) + es_rotl(a[2], 12) + es_rotl(a[3], 18);
            for (i = 0; i < 4; i++) h = es_merge(h, a[i]);
        } else h = seed + ES_P5;
        h += n;
        for (; end - p >= 8; p += 8) {
            memcpy(w, p, 8);
            h = es_rotl(h ^ es_round(0, w[0]), 27) * ES_P1 + ES_P4;
        }
        if (end - p >= 4) {
            memcpy(&half, p, 4);
            h = es_rotl(h ^ half * ES_P1, 23) * ES_P2 + ES_P3;
            p += 4;
        }
        for (; p < end; p++) h = es_rotl(h ^ *p * ES_P5, 11) * ES_P1;
        h = (h ^ (h >> 33)) * ES_P2;
        h = (h ^ (h >> 29)) * ES_P3;
        return h ^ (h >> 32);
    }
    """
    uint64_t es_xxh64(const void *data, size_t n, uint64_t seed) noexcept


cdef inline Py_ssize_t text_length(PyObject *o, bint is_bytes) noexcept:
    return PyBytes_GET_SIZE(o) if is_bytes else PyUnicode_GET_LENGTH(o)


cdef unsigned char *put_utf8(unsigned char *p, PyObject *o, Py_ssize_t start, Py_ssize_t stop) noexcept:
    """UTF-8 with lone surrogates kept, of characters start to stop; needs 4 bytes a character."""
    cdef int kind = PyUnicode_KIND(o)
    cdef const void *data = PyUnicode_DATA(o)
    cdef Py_ssize_t i
    cdef uint32_t c
    for i in range(start, stop):
        c = PyUnicode_READ(kind, data, i)
        if c < 0x80:
            p[0] = c
            p += 1
        elif c < 0x800:
            p[0] = 0xC0 | (c >> 6)
            p[1] = 0x80 | (c & 0x3F)
            p += 2
        elif c < 0x10000:
            p[0] = 0xE0 | (c >> 12)
            p[1] = 0x80 | ((c >> 6) & 0x3F)
            p[2] = 0x80 | (c & 0x3F)
            p += 3
        else:
            p[0] = 0xF0 | (c >> 18)
            p[1] = 0x80 | ((c >> 12) & 0x3F)
            p[2] = 0x80 | ((c >> 6) & 0x3F)
            p[3] = 0x80 | (c & 0x3F)
            p += 4
    return p


cdef uint64_t digest_of(PyObject *o, bint is_bytes) noexcept:
    """XXH64 over the first and last digest_span bytes of the string's memory, seeded with its length."""
    cdef const unsigned char *data
    cdef size_t n
    if is_bytes:
        data = <const unsigned char *>PyBytes_AS_STRING(o)
        n = PyBytes_GET_SIZE(o)
    else:
        data = <const unsigned char *>PyUnicode_DATA(o)
        n = PyUnicode_GET_LENGTH(o) * PyUnicode_KIND(o)
    if n <= 2 * <size_t>digest_span:
        return es_xxh64(data, n, n)
    return es_xxh64(data + n - digest_span, digest_span, es_xxh64(data, digest_span, n))


cdef void emit_text(PyObject *o, bint is_bytes, uint32_t strid) noexcept:
    cdef Py_ssize_t length = text_length(o, is_bytes)
    cdef Py_ssize_t kept = length if length <= limit_string else limit_string
    cdef unsigned char *p
    cdef unsigned char *counted
    cdef unsigned char *body
    text_buffer.size = 0
    p = grow(&text_buffer, <size_t>kept * 4 + 64)
    if p == NULL:
        return
    p = put_u8(p, OP_STR)
    p = put_u32(p, strid)
    p = put_u8(p, (TEXT_BYTES if is_bytes else 0) | (TEXT_CUT if kept < length else 0))
    p = put_u64(p, length)
    counted = p
    body = p + 4
    if is_bytes:
        memcpy(body, PyBytes_AS_STRING(o), kept)
        p = body + kept
    else:
        p = put_utf8(body, o, 0, kept)
    put_u32(counted, <uint32_t>(p - body))
    if kept < length:
        p = put_u64(p, digest_of(o, is_bytes))
    text_buffer.size = <size_t>(p - text_buffer.data)
    write_buffer(&text_buffer)
    texts_told(strid, kept)


cdef void texts_told(uint32_t strid, Py_ssize_t kept) noexcept:
    global texts_bytes
    texts_bytes += <size_t>kept + 64
    if texts_bytes > MOST_BYTES:
        texts_forget(strid)


cdef uint32_t raw_bytes_id(const void *data, Py_ssize_t length) noexcept:
    """A string id for bytes that no bytes object holds (bytearray, memoryview): new at each call."""
    global next_strid
    cdef Py_ssize_t kept = length if length <= limit_string else limit_string
    cdef unsigned char *p
    cdef uint32_t strid = next_strid
    next_strid += 1
    text_buffer.size = 0
    p = grow(&text_buffer, <size_t>kept + 64)
    if p == NULL:
        return 0
    p = put_u8(p, OP_STR)
    p = put_u32(p, strid)
    p = put_u8(p, TEXT_BYTES | (TEXT_CUT if kept < length else 0))
    p = put_u64(p, length)
    p = put_u32(p, <uint32_t>kept)
    memcpy(p, data, kept)
    p += kept
    if kept < length:
        p = put_u64(p, es_xxh64(data, kept, length))
    text_buffer.size = <size_t>(p - text_buffer.data)
    write_buffer(&text_buffer)
    texts_told(strid, kept)
    return strid


cdef void texts_forget(uint32_t floor) noexcept:
    """No id below `floor` is used any more (none is used twice), so that the packer need not keep their texts."""
    global texts_count, texts_floor, texts_bytes
    cdef unsigned char *p
    memset(texts, 0, (texts_mask + 1) * sizeof(TextEntry))
    memset(text_cache, 0, CACHE_SLOTS * sizeof(TextCache))
    texts_count = 0
    texts_bytes = 0
    texts_floor = floor
    text_buffer.size = 0
    p = grow(&text_buffer, 16)
    if p == NULL:
        return
    p = put_u64(put_u8(p, OP_STRDROP), floor)
    text_buffer.size = <size_t>(p - text_buffer.data)
    write_buffer(&text_buffer)


cdef bint texts_grow() noexcept:
    """Double the content table; when it is full start it anew."""
    global texts, texts_mask
    cdef size_t old_size = texts_mask + 1, size = old_size * 2, i, j
    cdef TextEntry *old = texts
    cdef TextEntry *fresh
    if old_size >= MOST_TEXTS:
        texts_forget(next_strid - 1)
        return True
    fresh = <TextEntry *>calloc(size, sizeof(TextEntry))
    if fresh == NULL:
        turn_off(STATE_NO_MEMORY)
        return False
    for i in range(old_size):
        if old[i].strid != 0:
            j = old[i].hash & (size - 1)
            while fresh[j].strid != 0:
                j = (j + 1) & (size - 1)
            fresh[j] = old[i]
    texts = fresh
    texts_mask = size - 1
    free(old)
    return True


cdef inline uint64_t text_hash(PyObject *o, bint is_bytes) noexcept:
    """The object's own cached hash, told apart for bytes; computing it runs no code of the program."""
    cdef uint64_t h
    if is_bytes:
        return ~<uint64_t>PyObject_Hash(o)
    h = <uint64_t>es_str_hash(o)
    return h if h != <uint64_t>-1 else <uint64_t>PyObject_Hash(o)


cdef inline uint32_t cached_text(PyObject *o) noexcept:
    """The id of a str seen at this address before, 0 if it has to be looked up."""
    cdef TextCache *c = &text_cache[(<size_t>o >> 4) & (CACHE_SLOTS - 1)]
    if c.pointer == o and c.hash == <uint64_t>es_str_hash(o) and c.length == <uint32_t>PyUnicode_GET_LENGTH(o):
        return c.strid
    return 0


cdef uint32_t text_id(PyObject *o, bint is_bytes) noexcept:
    """The id of an exact str or bytes object; puts its text into the recording at first sight."""
    global next_strid, texts_count
    cdef Py_ssize_t length = text_length(o, is_bytes)
    cdef Entry *e
    cdef uint64_t h
    cdef size_t i
    cdef TextCache *c
    cdef uint32_t strid = 0 if is_bytes else cached_text(o)
    if strid != 0:
        return strid
    if length > hashed_length:
        e = table_find(o)
        if e != NULL and <uint32_t>e.oid >= texts_floor:
            return <uint32_t>e.oid
        strid = next_strid
        next_strid += 1
        if e == NULL:
            e = table_insert(o, strid)
            if e == NULL:
                return 0
            e.flags = E_LONG
        e.oid = strid
        emit_text(o, is_bytes, strid)
        return strid
    h = text_hash(o, is_bytes)
    i = h & texts_mask
    while texts[i].strid != 0:
        if texts[i].hash == h and texts[i].length == <uint32_t>length:
            strid = texts[i].strid
            break
        i = (i + 1) & texts_mask
    else:
        strid = next_strid
        next_strid += 1
        emit_text(o, is_bytes, strid)
        if (texts_count + 1) * 3 > (texts_mask + 1) * 2:
            if not texts_grow():
                return 0
        i = h & texts_mask
        while texts[i].strid != 0:
            i = (i + 1) & texts_mask
        texts[i].hash = h
        texts[i].length = <uint32_t>length
        texts[i].strid = strid
        texts_count += 1
    if not is_bytes:
        c = &text_cache[(<size_t>o >> 4) & (CACHE_SLOTS - 1)]
        c.pointer = o
        c.hash = h
        c.length = <uint32_t>length
        c.strid = strid
    return strid
