# The object table: which object lives at which address, under which id.
#
# CPython reuses addresses, so an entry must go when its object dies. Two places see every death: the
# allocator's free() (objects of all types whose memory is given back) and the deallocators of the builtin types
# whose memory may go to a free list instead. The few others with free lists are never entered by address: they
# have another id at each sight.

cdef extern from *:
    """
    typedef struct {
        void *block;
        uint64_t oid;
        uint64_t print;
        uint32_t size;
        unsigned char flags;
        unsigned char explored : 6;
        unsigned char doubted : 1;
        unsigned char joined : 1;
        unsigned short visit : 14;
        unsigned short place : 2;
    } es_entry;
    """
    ctypedef struct Entry "es_entry":
        void *block              # start of the object's memory block; NULL: free
        uint64_t oid
        uint64_t print           # fingerprint of the contents last recorded
        uint32_t size            # number of items last recorded
        unsigned char flags
        unsigned char explored   # levels below this object that were captured; 0: seen, not captured
        unsigned char doubted    # marked as uncertain since it was last recorded
        unsigned char joined     # of a graph that is too large to be looked at each time
        uint16_t visit           # the last walk that came by
        unsigned char place      # where in the block the object begins, in units of 16 bytes

cdef enum:
    E_SNAPPED = 1        # contents are in the recording
    E_DIRTY = 2          # fingerprint unknown after an exact change
    E_SAFE_KEYS = 4      # dict whose keys can be looked up without running the program's code
    E_TYPE = 8           # a class whose instances were seen: size is the index of its TypeInfo
    E_LONG = 16          # a long str or bytes: oid is a string id
    E_CUT = 32           # more items than are examined
    E_VOLATILE = 64      # changes when read (defaultdict), or shows another object's memory
    E_GENERATOR = 128    # its frame is known; with E_VOLATILE: its end calls code that is not recorded

cdef Entry *table = NULL
cdef size_t table_mask = 0
cdef size_t table_count = 0
cdef uint64_t next_oid = 1
cdef unsigned char *death_filter = NULL     # counts of entries by a hash of the block: most frees end here
cdef enum:
    FILTER_MASK = (1 << 19) - 1


cdef inline size_t block_hash(void *block) noexcept:
    cdef uint64_t h = (<uint64_t>block >> 4) * <uint64_t>0x9E3779B97F4A7C15
    return <size_t>(h >> 20)


cdef inline Entry *table_find_block(void *block) noexcept:
    cdef size_t i = block_hash(block) & table_mask
    while table[i].block != NULL:
        if table[i].block == block:
            return &table[i]
        i = (i + 1) & table_mask
    return NULL


cdef inline Entry *table_find(PyObject *o) noexcept:
    return table_find_block(es_block(o))


cdef bint table_grow() noexcept:
    global table, table_mask
    cdef Entry *old = table
    cdef size_t old_size = table_mask + 1, i, j
    cdef size_t size = old_size * 2
    cdef Entry *fresh = <Entry *>calloc(size, sizeof(Entry))
    if fresh == NULL:
        turn_off(STATE_NO_MEMORY)
        return False
    for i in range(old_size):
        if old[i].block != NULL:
            j = block_hash(old[i].block) & (size - 1)
            while fresh[j].block != NULL:
                j = (j + 1) & (size - 1)
            fresh[j] = old[i]
    table = fresh
    table_mask = size - 1
    free(old)
    return True


cdef Entry *table_insert(PyObject *o, uint64_t oid) noexcept:
    """Enter a new object. Pointers to entries are valid only until the next insert."""
    global table_count
    cdef void *block = es_block(o)
    cdef size_t i
    cdef unsigned char *count
    if (table_count + 1) * 3 > (table_mask + 1) * 2:
        if not table_grow():
            return NULL
    i = block_hash(block) & table_mask
    while table[i].block != NULL:
        i = (i + 1) & table_mask
    memset(&table[i], 0, sizeof(Entry))
    table[i].block = block
    table[i].oid = oid
    table[i].place = <unsigned char>((<char *>o - <char *>block) >> 4)
    table_count += 1
    count = &death_filter[block_hash(block) & FILTER_MASK]
    if count[0] != 255:
        count[0] += 1
    return &table[i]


cdef void table_remove(size_t i) noexcept:
    """Remove slot i, moving later entries of the probe run back."""
    global table_count
    cdef size_t j = i, home
    cdef unsigned char *count = &death_filter[block_hash(table[i].block) & FILTER_MASK]
    if count[0] != 255:
        count[0] -= 1
    table_count -= 1
    while True:
        j = (j + 1) & table_mask
        if table[j].block == NULL:
            break
        home = block_hash(table[j].block) & table_mask
        if ((j - home) & table_mask) >= ((j - i) & table_mask):
            table[i] = table[j]
            i = j
    table[i].block = NULL


cdef void pending_died(Entry *e) noexcept:
    """An object whose contents were still to be captured has died."""
    cdef size_t i
    for i in range(pending_next, pending_count):
        if pending[i].oid == e.oid:
            pending[i].object = NULL
            if recording and e.flags & E_SNAPPED:
                doubt_entry(e)


cdef void on_free_block(void *block) noexcept:
    cdef size_t i = block_hash(block) & table_mask
    cdef uint64_t oid
    cdef unsigned char flags
    while table[i].block != NULL:
        if table[i].block == block:
            oid = table[i].oid
            flags = table[i].flags
            if es_unlikely(pending_count != pending_next):
                pending_died(&table[i])
            if flags & E_TYPE:
                class_died(type_infos[table[i].size])
            table_remove(i)
            if flags & E_VOLATILE:
                volatile_forget(oid)
                view_forget(oid)
            if flags & E_GENERATOR:
                if flags & E_VOLATILE:
                    death_called()
                else:
                    generator_died(block)
            if recording and not flags & E_LONG:
                event_u64(OP_DEATH, oid)
            return
        i = (i + 1) & table_mask


cdef void on_dealloc(PyObject *o) noexcept:
    """A list or dict is about to be deallocated."""
    cdef void *block
    if table == NULL:
        return
    block = es_block(o)
    if death_filter[block_hash(block) & FILTER_MASK] != 0:
        on_free_block(block)


cdef extern from *:
    """
    static PyMemAllocatorEx es_plain_allocator;
    static unsigned char *es_filter = NULL;
    static void (*es_on_free)(void *) = NULL;
    static inline size_t es_filter_slot(void *block) {
        return (size_t)((((uint64_t)block >> 4) * 0x9E3779B97F4A7C15ull) >> 20) & ((1 << 19) - 1);
    }
    /* Apart, so that the hook itself saves no registers. */
    static __attribute__((noinline)) void es_free_filtered(void *ctx, void *block) {
        if (block != NULL) es_on_free(block);
        es_plain_allocator.free(ctx, block);
    }
    static void es_hooked_free(void *ctx, void *block) {
        if (es_filter[es_filter_slot(block)]) es_free_filtered(ctx, block);
        else es_plain_allocator.free(ctx, block);
    }
    static void *es_hooked_realloc(void *ctx, void *block, size_t n) {
        if (block != NULL && es_filter[es_filter_slot(block)]) es_on_free(block);
        return es_plain_allocator.realloc(ctx, block, n);
    }
    static void es_hook_allocator(unsigned char *filter, void (*fn)(void *)) {
        PyMemAllocatorEx mine;
        if (es_on_free != NULL) return;
        es_filter = filter;
        es_on_free = fn;
        PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &es_plain_allocator);
        mine = es_plain_allocator;
        mine.free = es_hooked_free;
        mine.realloc = es_hooked_realloc;
        PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &mine);
    }
    """
    void es_hook_allocator(unsigned char *filter, void (*fn)(void *) noexcept) noexcept


cdef bint table_start() noexcept:
    global table, table_mask, death_filter
    if table != NULL:
        return True
    table = <Entry *>calloc(1 << 12, sizeof(Entry))
    death_filter = <unsigned char *>calloc(FILTER_MASK + 1, 1)
    if table == NULL or death_filter == NULL:
        return False
    table_mask = (1 << 12) - 1
    es_hook_allocator(death_filter, on_free_block)
    es_hook_deallocs(on_dealloc)
    return True
