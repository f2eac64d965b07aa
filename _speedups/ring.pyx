# cython: language_level=3, boundscheck=False, wraparound=False
"""The launcher's end of the shared-memory ring: maps it, sees what the target wrote, gives the space back.

Layout of the memory (all numbers are little-endian u64):

    0 magic   8 data size   64 head (target)   128 tail (launcher)   192 target state
    200 launcher pid   208 nanoseconds that the target waited   216 events dropped   224 mode   232 last jump
    4096 the data area

Head and tail are positions in all that was ever written; a position's place in the data area is what is left of it by the
size. The target may leave the rest of the data area unused and go on at its beginning: it writes the position
from which on nothing is written as the last jump, then the head. It does so only when the launcher is past the jump before.

The data area is mapped twice, back to back, so what is pending up to a jump is always one piece of memory.
"""

cimport cython
from abi cimport CORE_ABI
from libc.stdint cimport uint64_t, uintptr_t
from posix.mman cimport (
    MAP_FAILED,
    MAP_FIXED,
    MAP_SHARED,
    PROT_NONE,
    PROT_READ,
    PROT_WRITE,
    mmap,
    munmap,
)
from cpython.buffer cimport PyBUF_READ
from cpython.memoryview cimport PyMemoryView_FromMemory

from escope_tui._speedups import check_build

cdef extern from *:
    """
    #include <sys/mman.h>
    #ifndef MAP_ANONYMOUS
    #define MAP_ANONYMOUS MAP_ANON
    #endif
    #define escope_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
    #define escope_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
    """
    const int MAP_ANONYMOUS
    const int MAP_PRIVATE
    uint64_t escope_load_acquire(uint64_t *p) noexcept nogil
    void escope_store_release(uint64_t *p, uint64_t v) noexcept nogil

ABI = CORE_ABI
check_build(__name__, ABI)

cdef enum:
    HEADER = 4096
    AT_MAGIC = 0
    AT_SIZE = 8
    AT_HEAD = 64
    AT_TAIL = 128
    AT_STATE = 192
    AT_LAUNCHER = 200
    AT_WAITED = 208
    AT_DROPPED = 216
    AT_MODE = 224
    AT_JUMP = 232

cdef uint64_t MAGIC = 0x31474E5245504353ULL

HEADER_SIZE = HEADER


@cython.final
cdef class Ring:
    """A ring of `size` bytes in the file `fd`; a new one is formatted, so make it before the target starts."""

    cdef char *base
    cdef uint64_t size_
    cdef uint64_t tail_

    def __cinit__(self, int fd, uint64_t size):
        cdef char *base
        cdef void *got
        self.base = NULL
        if size < 4096 or size & (size - 1):
            raise ValueError("the size of a ring is a power of two of at least 4096")
        base = <char *> mmap(NULL, HEADER + 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if base == <char *> MAP_FAILED:
            raise MemoryError("no address space for the ring")
        got = mmap(base, HEADER + size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0)
        if got != MAP_FAILED:
            got = mmap(
                base + HEADER + size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, HEADER
            )
        if got == MAP_FAILED:
            munmap(base, HEADER + 2 * size)
            raise OSError("the ring cannot be mapped")
        self.base = base
        self.size_ = size
        self.tail_ = 0
        (<uint64_t *> (base + AT_SIZE))[0] = size
        escope_store_release(<uint64_t *> (base + AT_MAGIC), MAGIC)

    def __dealloc__(self):
        self._unmap()

    cdef void _unmap(self) noexcept:
        if self.base != NULL:
            munmap(self.base, HEADER + 2 * self.size_)
            self.base = NULL

    cdef int _check(self) except -1:
        if self.base == NULL:
            raise ValueError("the ring is closed")
        return 0

    cdef uint64_t _get(self, int at) except? 0:
        self._check()
        return escope_load_acquire(<uint64_t *> (self.base + at))

    cdef int _put(self, int at, uint64_t value) except -1:
        self._check()
        escope_store_release(<uint64_t *> (self.base + at), value)
        return 0

    def close(self):
        """Gives the memory back; views of pending bytes must not be used afterwards."""
        self._unmap()

    @property
    def size(self):
        return self.size_

    def pending(self):
        """How many bytes that the target has written can be viewed: those up to where it has jumped, if it has."""
        cdef uint64_t head = self._get(AT_HEAD)
        cdef uint64_t jump = self._get(AT_JUMP)
        if head - self.tail_ > self.size_:
            raise ValueError("the ring's header is damaged")
        if jump and self.tail_ <= jump < head:
            if self.tail_ < jump:
                return jump - self.tail_
            self.tail_ = (jump | (self.size_ - 1)) + 1
            if self.tail_ > head:
                raise ValueError("the ring's header is damaged")
            self._put(AT_TAIL, self.tail_)
        return head - self.tail_

    def view(self, uint64_t limit):
        """The oldest pending bytes, at most `limit`, as one read-only view; valid until they are consumed."""
        cdef uint64_t n = self.pending()
        if n > limit:
            n = limit
        return PyMemoryView_FromMemory(
            self.base + HEADER + (self.tail_ & (self.size_ - 1)), <Py_ssize_t> n, PyBUF_READ
        )

    def consume(self, uint64_t count):
        """Gives the oldest `count` pending bytes back to the target."""
        if count > <uint64_t> self.pending():
            raise ValueError("more was consumed than was pending")
        self.tail_ += count
        self._put(AT_TAIL, self.tail_)

    @property
    def head(self):
        return self._get(AT_HEAD)

    @property
    def tail(self):
        return self.tail_

    @property
    def state(self):
        """0 starting, 1 recording, 2 finished; turned off by 3 a fault, 4 want of memory, 5 an event too large."""
        return self._get(AT_STATE)

    @property
    def waited_ns(self):
        """How long the target has waited for room."""
        return self._get(AT_WAITED)

    @property
    def dropped(self):
        """How many events the target has dropped for want of room."""
        return self._get(AT_DROPPED)

    @property
    def launcher_pid(self):
        return self._get(AT_LAUNCHER)

    @launcher_pid.setter
    def launcher_pid(self, uint64_t pid):
        self._put(AT_LAUNCHER, pid)

    @property
    def mode(self):
        """0: the target waits when the ring is full; 1: it drops what is new."""
        return self._get(AT_MODE)

    @mode.setter
    def mode(self, uint64_t value):
        self._put(AT_MODE, value)

    @property
    def address(self):
        """Where the data area begins (for readers written in C)."""
        self._check()
        return <uintptr_t> (self.base + HEADER)
