# The producer's side of the ring: one writer (the thread that holds the GIL), one reader (the launcher).
# Layout of the shared memory: ring.pyx.

cdef extern from *:
    """
    #include <sys/mman.h>
    #include <unistd.h>
    #include <pthread.h>
    #include <time.h>
    #include <sys/wait.h>
    #define es_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
    #define es_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
    #define es_likely(x) __builtin_expect(!!(x), 1)
    #define es_unlikely(x) __builtin_expect(!!(x), 0)
    static inline uint64_t es_now(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
    }
    /* A counter that runs evenly on all processors; 0 where there is none that the system itself goes by. */
    static int es_counts_evenly(void) {
    #if defined(__x86_64__)
        char name[8] = "";
        FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "r");
        if (f == NULL) return 0;
        size_t n = fread(name, 1, 4, f);
        fclose(f);
        return n >= 3 && memcmp(name, "tsc", 3) == 0;
    #elif defined(__aarch64__)
        return 1;
    #else
        return 0;
    #endif
    }
    static inline uint64_t es_ticks(void) {
    #if defined(__x86_64__)
        return __builtin_ia32_rdtsc();
    #elif defined(__aarch64__)
        uint64_t t;
        __asm__ volatile("mrs %0, cntvct_el0" : "=r"(t));
        return t;
    #else
        return 0;
    #endif
    }
    /* Whether the process that empties the ring is gone: our parent, or, for a recorded block, our child. */
    static int es_reader_gone(uint64_t pid) {
        siginfo_t info;
        if ((uint64_t)getppid() == pid) return 0;
        info.si_pid = 0;
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) return info.si_pid != 0;
        return 1;
    }
    static inline void es_sleep_us(long us) {
        struct timespec t = {0, us * 1000};
        nanosleep(&t, NULL);
    }
    static unsigned char *es_map_ring(int fd, uint64_t size, uint64_t **header) {
        size_t page = 4096;
        char *base = mmap(NULL, page + 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (base == MAP_FAILED) return NULL;
        int rw = PROT_READ | PROT_WRITE;
        if (mmap(base, page + size, rw, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED) return NULL;
        if (mmap(base + page + size, size, rw, MAP_SHARED | MAP_FIXED, fd, page) == MAP_FAILED) return NULL;
        *header = (uint64_t *)base;
        return (unsigned char *)base + page;
    }
    """
    void es_store_release(uint64_t *p, uint64_t v) noexcept nogil
    uint64_t es_load_acquire(uint64_t *p) noexcept nogil
    bint es_likely(bint x) noexcept nogil
    bint es_unlikely(bint x) noexcept nogil
    uint64_t es_now() noexcept nogil
    bint es_counts_evenly() noexcept nogil
    uint64_t es_ticks() noexcept nogil
    void es_sleep_us(long us) noexcept nogil
    unsigned char *es_map_ring(int fd, uint64_t size, uint64_t **header) noexcept nogil
    int pthread_atfork(void (*prepare)() noexcept, void (*parent)() noexcept, void (*child)() noexcept) nogil
    int es_reader_gone(uint64_t pid) noexcept nogil

cdef uint64_t RING_MAGIC = 0x31474E5245504353
cdef enum:
    H_HEAD = 8        # indexes of u64 words in the header page
    H_TAIL = 16
    H_STATE = 24
    H_LAUNCHER = 25
    H_WAITS = 26
    H_DROPPED = 27
    H_MODE = 28
    H_JUMP = 29
    STATE_RECORDING = 1
    STATE_FINISHED = 2
    STATE_FAULT = 3
    STATE_NO_MEMORY = 4
    STATE_TOO_LARGE = 5

cdef unsigned char *ring_data = NULL
cdef uint64_t *ring_header = NULL
cdef uint64_t ring_size = 0
cdef uint64_t ring_mask = 0
cdef uint64_t ring_head = 0
cdef uint64_t ring_tail = 0      # the reader's position when last looked at
cdef uint64_t ring_limit = 0     # events that end at or before this position need no look at it
cdef bint recording = False
cdef uint64_t time_zero = 0


cdef void turn_off(uint64_t state) noexcept:
    """Stop recording for good; the program goes on."""
    global recording
    if recording:
        attend(NOT_RECORDING)
    recording = False
    if ring_header != NULL:
        es_store_release(&ring_header[H_STATE], state)


# While the reader keeps up, only the first part of the ring is used: its pages are few, stay in the processor's cache and
# are in the page tables. The writer jumps back to the ring's beginning where that part ends and the reader is close behind. Where it is not,
# all of the ring is room for what it has not taken yet.

cdef enum:
    NEAR_PART = 4            # of the ring's size
    CLOSE_PART = 16          # the reader may be so far behind for a jump
    STRIDE_PART = 64         # beyond the first part that is seen to so often


cdef void jump_back(uint64_t n) noexcept:
    """Go on at the ring's beginning, where that is worth while and n bytes are free there."""
    global ring_head
    cdef uint64_t place = ring_head & ring_mask
    cdef uint64_t head = ring_head - place + ring_size
    if place + n <= ring_size // NEAR_PART or place == 0:
        return
    if ring_head - ring_tail > ring_size // CLOSE_PART or head + n - ring_tail > ring_size:
        return
    es_store_release(&ring_header[H_JUMP], ring_head)
    ring_head = head
    es_store_release(&ring_header[H_HEAD], ring_head)


cdef void set_limit(uint64_t n) noexcept:
    """Decide how far events may go on behind one of n bytes, which are free."""
    global ring_limit
    cdef uint64_t place = ring_head & ring_mask
    cdef uint64_t near = ring_size // NEAR_PART
    if place + n > near:
        near = place + n + ring_size // STRIDE_PART
    ring_limit = min(ring_tail + ring_size, ring_head - place + near)


cdef bint find_space(uint64_t n) noexcept:
    """Wait until n bytes are free; False when the reader is gone (recording is then off)."""
    global ring_tail
    cdef uint64_t began
    cdef int spins = 0
    ring_tail = es_load_acquire(&ring_header[H_TAIL])
    jump_back(n)
    if ring_head + n - ring_tail <= ring_size:
        set_limit(n)
        return True
    began = es_now()
    while True:
        ring_tail = es_load_acquire(&ring_header[H_TAIL])
        if ring_head + n - ring_tail <= ring_size:
            break
        spins += 1
        if spins > 64:
            es_sleep_us(100)
            if (spins & 127) == 0 and es_reader_gone(ring_header[H_LAUNCHER]):
                turn_off(STATE_FAULT)
                return False
    ring_header[H_WAITS] += es_now() - began
    set_limit(n)
    return True


cdef inline unsigned char *reserve(uint64_t n) noexcept:
    """Room for an event of at most n bytes, or NULL when recording is off."""
    if es_unlikely(ring_head + n > ring_limit):
        if not find_space(n):
            return NULL
    return ring_data + (ring_head & ring_mask)


cdef inline void commit(unsigned char *start, unsigned char *end) noexcept:
    """Publish the event written in [start, end): from now on it survives the death of this process."""
    global ring_head
    ring_head += <uint64_t>(end - start)
    es_store_release(&ring_header[H_HEAD], ring_head)


cdef inline unsigned char *put_u8(unsigned char *p, unsigned int v) noexcept:
    p[0] = <unsigned char>v
    return p + 1


cdef inline unsigned char *put_u32(unsigned char *p, uint32_t v) noexcept:
    memcpy(p, &v, 4)
    return p + 4


cdef inline unsigned char *put_u64(unsigned char *p, uint64_t v) noexcept:
    memcpy(p, &v, 8)
    return p + 8


cdef struct Buffer:
    unsigned char *data
    size_t size
    size_t capacity


cdef inline unsigned char *grow(Buffer *b, size_t n) noexcept:
    """Room for n more bytes at the buffer's end; NULL turns recording off (out of memory)."""
    cdef size_t wanted
    cdef unsigned char *data
    if b.size + n > b.capacity:
        wanted = (b.size + n) * 2 + 256
        data = <unsigned char *>realloc(b.data, wanted)
        if data == NULL:
            turn_off(STATE_NO_MEMORY)
            return NULL
        b.data = data
        b.capacity = wanted
    return b.data + b.size


cdef void write_buffer(Buffer *b) noexcept:
    """Publish a whole event that was built in a buffer."""
    cdef unsigned char *p
    if not recording or b.size == 0:
        return
    if b.size > ring_size // 2:
        turn_off(STATE_TOO_LARGE)
        return
    p = reserve(b.size)
    if p == NULL:
        return
    memcpy(p, b.data, b.size)
    commit(p, p + b.size)


cdef void event_u64(unsigned int op, uint64_t value) noexcept:
    cdef unsigned char *p = reserve(9)
    if p == NULL:
        return
    p[0] = <unsigned char>op
    commit(p, put_u64(p + 1, value))


cdef void forked_child() noexcept:
    """A forked child shares the parent's ring and must not write to it."""
    global recording, ring_header
    if recording:
        attend(NOT_RECORDING)
    recording = False
    ring_header = NULL
