# Raw values: what the recording holds, as small Python objects.


@cython.final
@cython.freelist(64)
cdef class Text:
    """A string; `length` is the true one, also when `value` was cut."""
    cdef readonly str value
    cdef readonly object length
    cdef readonly bint truncated
    cdef readonly object digest

    def __init__(self, str value, length=None, bint truncated=False, digest=0):
        self.value = value
        self.length = len(value) if length is None else length
        self.truncated = truncated
        self.digest = digest

    def __eq__(self, other):
        return (isinstance(other, Text) and self.value == (<Text> other).value and self.length == (<Text> other).length
                and self.digest == (<Text> other).digest)

    def __hash__(self):
        return hash((self.value, self.length))

    def __repr__(self):
        return f"Text({self.value!r}, {self.length}{', truncated' if self.truncated else ''})"


@cython.final
cdef class Blob:
    """A bytes value; `length` is the true one."""
    cdef readonly bytes value
    cdef readonly object length
    cdef readonly bint truncated
    cdef readonly object digest

    def __init__(self, bytes value, length=None, bint truncated=False, digest=0):
        self.value = value
        self.length = len(value) if length is None else length
        self.truncated = truncated
        self.digest = digest

    def __eq__(self, other):
        return (isinstance(other, Blob) and self.value == (<Blob> other).value and self.length == (<Blob> other).length
                and self.digest == (<Blob> other).digest)

    def __hash__(self):
        return hash((self.value, self.length, 1))

    def __repr__(self):
        return f"Blob({self.value!r}, {self.length}{', truncated' if self.truncated else ''})"


@cython.final
@cython.freelist(256)
cdef class Ref:
    """A reference to an object."""
    cdef readonly object oid

    def __init__(self, oid):
        self.oid = oid

    def __eq__(self, other):
        return isinstance(other, Ref) and self.oid == (<Ref> other).oid

    def __hash__(self):
        return hash(("ref", self.oid))

    def __repr__(self):
        return f"Ref({self.oid})"


@cython.final
cdef class RawTuple:
    """A tuple; cut when `length` is more than the items."""
    cdef readonly tuple items
    cdef readonly object length

    def __init__(self, items, length=None):
        self.items = tuple(items)
        self.length = len(self.items) if length is None else length

    def __eq__(self, other):
        return isinstance(other, RawTuple) and self.items == (<RawTuple> other).items and self.length == (<RawTuple> other).length

    def __hash__(self):
        return hash(("tuple", self.items, self.length))

    def __repr__(self):
        return f"RawTuple({self.items!r}, {self.length})"


@cython.final
cdef class Deep:
    """A value that was not captured: too deep."""
    cdef readonly object type_id

    def __init__(self, type_id):
        self.type_id = type_id

    def __eq__(self, other):
        return isinstance(other, Deep) and self.type_id == (<Deep> other).type_id

    def __hash__(self):
        return hash(("deep", self.type_id))

    def __repr__(self):
        return f"Deep({self.type_id})"


@cython.final
cdef class BigInt:
    """An int too big to be kept whole: its low bytes."""
    cdef readonly bint negative
    cdef readonly object bits
    cdef readonly bytes data

    def __init__(self, bint negative, bits, bytes data):
        self.negative = negative
        self.bits = bits
        self.data = data

    def __eq__(self, other):
        return (isinstance(other, BigInt) and self.negative == (<BigInt> other).negative and self.bits == (<BigInt> other).bits
                and self.data == (<BigInt> other).data)

    def __hash__(self):
        return hash(("big", self.negative, self.bits, self.data))

    def __repr__(self):
        return f"BigInt({'-' if self.negative else '+'}, {self.bits} bits)"


@cython.final
cdef class Unknown:
    """An item that exists but was never seen."""

    def __repr__(self):
        return "UNKNOWN"


@cython.final
cdef class Unbound:
    """No value: a name that is not bound."""

    def __repr__(self):
        return "UNBOUND"


UNKNOWN = Unknown()
UNBOUND = Unbound()


@cython.final
cdef class RawObject:
    """An object's contents at one step; the lists may hold the first members only."""
    cdef readonly object oid
    cdef readonly object type_id
    cdef readonly int shape
    cdef readonly int flags
    cdef readonly object size
    cdef readonly list items
    cdef readonly list pairs
    cdef readonly list attrs
    cdef readonly uint64_t n_items      # how many of each are recorded
    cdef readonly uint64_t n_pairs
    cdef readonly uint64_t n_attrs
    cdef readonly object text
    cdef readonly object as_of
    cdef readonly bint uncertain
    cdef readonly object dead_at

    def __repr__(self):
        return (f"RawObject({self.oid}, type={self.type_id}, shape={self.shape}, flags={self.flags}, size={self.size}, items={self.items},"
                f" pairs={self.pairs}, attrs={self.attrs}, text={self.text})")
