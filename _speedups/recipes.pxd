"""Recipes: values that follow from others, worked out alike by the packer and the unpacker. docs/format.md has the operations.

Nothing here changes the state, and everything that is not certain fails: then there is no candidate.
"""
cimport cython
from libc.math cimport copysign, fabs, floor, fmod, sqrt
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from contents cimport *
from mem cimport *
from state cimport *
from tags cimport *

cdef extern from *:
    """
    #define ESCOPE_LEAST INT64_MIN
    """
    const int64_t LEAST "ESCOPE_LEAST"
    bint add_overflow "__builtin_add_overflow" (int64_t a, int64_t b, int64_t *r) nogil
    bint sub_overflow "__builtin_sub_overflow" (int64_t a, int64_t b, int64_t *r) nogil
    bint mul_overflow "__builtin_mul_overflow" (int64_t a, int64_t b, int64_t *r) nogil

cdef enum RecipeKind:
    K_SLOT = 1              # a slot's new value; a: the slot
    K_RESULT = 2            # what is returned or yielded
    K_ATTR = 3              # an attribute's new value; a: string number of its name
    K_ITEM = 4              # an item's new value
    K_KEY = 5               # the key of an item
    K_OBJECT = 6            # the object that is changed
    K_ARGUMENT = 7          # what a new frame gets; a: place | ordinal << 8; b: hash of the name that is called
    K_APPENDED = 8
    K_LOOP = 9              # a loop's header; a: its number; b: 1 when the loop begins

cdef enum RecipeOp:
    DO_LOCAL = 1
    DO_GLOBAL = 2
    DO_CONST = 3
    DO_GETATTR = 4
    DO_GETITEM = 5
    DO_LEN = 6
    DO_RESULT = 7
    DO_ITER = 8
    DO_COUNT = 9
    DO_SKIP = 10
    DO_LAST = 11
    DO_ADD = 16
    DO_SUB = 17
    DO_MUL = 18
    DO_DIV = 19
    DO_FLOORDIV = 20
    DO_MOD = 21
    DO_AND = 22
    DO_OR = 23
    DO_XOR = 24
    DO_LSHIFT = 25
    DO_RSHIFT = 26
    DO_POW = 27
    DO_MIN = 28
    DO_MAX = 29
    DO_LT = 32
    DO_LE = 33
    DO_GT = 34
    DO_GE = 35
    DO_EQ = 36
    DO_NE = 37
    DO_IS = 38
    DO_ISNOT = 39
    DO_NEG = 40
    DO_POS = 41
    DO_INVERT = 42
    DO_NOT = 43
    DO_ABS = 44
    DO_SQRT = 45
    DO_FLOAT = 46
    DO_INT = 47
    DO_JUMPFALSE = 48
    DO_JUMP = 49
    DO_KEEPFALSE = 50
    DO_KEEPTRUE = 51
    DO_BOOL = 52
    # In memory only: what often follows one another, as one operation.
    DO_LOCALS = 64          # push slot x, push slot y, what
    DO_LOCALCONST = 65      # push slot x, push constant y, what
    DO_WITHLOCAL = 66       # push slot y, what
    DO_WITHCONST = 67       # push constant y, what
    DO_LOCALATTR = 68       # push slot x, its attribute y
    DO_LOCALITER = 69       # push slot x, its item at the counter of loop y
    DO_CONSTITEM = 70       # push constant y, the item with that key
    DO_ONLYLOCAL = 71       # push slot x: all of the recipe
    DO_END = 72
    DO_FAIL = 73

cdef enum RecipeLimit:
    STACK = 16
    RECEIVER = 255
    NAMED_CONST = 1 << 30   # + 0 None, 1 False, 2 True

cdef inline double as_double(uint64_t p) noexcept nogil:
    cdef double d
    memcpy(&d, &p, 8)
    return d

cdef inline uint64_t as_bits(double d) noexcept nogil:
    cdef uint64_t p
    memcpy(&p, &d, 8)
    return p

cdef inline bint put_double(Val *v, double d) noexcept nogil:
    if d != d:              # its bits are the machine's own
        return False
    v.tag = T_FLOAT
    memcpy(&v.p, &d, 8)
    return True

cdef inline bint put_int(Val *v, int64_t i) noexcept nogil:
    v.tag = T_INT
    v.p = <uint64_t> i
    return True

cdef inline bint put_bool(Val *v, bint yes) noexcept nogil:
    v.tag = T_TRUE if yes else T_FALSE
    v.p = 0
    return True

cdef inline Body *known_body(Machine *m, uint64_t oid) noexcept nogil:
    """The object's contents if both sides have them: they stand in the chunk."""
    cdef Obj *o = obj_find(m, oid)
    if o == NULL or o.b == NULL or ENC and (o.stamp != m.chunk or o.remote):
        return NULL
    return o.b

cdef inline bint is_number(const Val *v) noexcept nogil:
    return v.tag == T_INT or v.tag == T_FLOAT or v.tag == T_TRUE or v.tag == T_FALSE

cdef inline int64_t int_of(const Val *v) noexcept nogil:
    return <int64_t> v.p if v.tag == T_INT else v.tag == T_TRUE

cdef inline double double_of(const Val *v) noexcept nogil:
    return as_double(v.p) if v.tag == T_FLOAT else <double> int_of(v)

cdef inline bint exact(const Val *v) noexcept nogil:
    """Whether a number is the same as a double."""
    return v.tag == T_FLOAT or -(<int64_t> 1 << 53) <= int_of(v) <= <int64_t> 1 << 53

cdef inline int truth(Machine *m, Val *v) noexcept nogil:
    """1, 0, or -1: not known."""
    cdef Body *b
    if v.tag == T_NONE or v.tag == T_FALSE:
        return 0
    if v.tag == T_TRUE:
        return 1
    if v.tag == T_INT:
        return v.p != 0
    if v.tag == T_FLOAT:
        return as_double(v.p) != 0
    if v.tag == T_OBJ:
        b = known_body(m, v.p)
        if b != NULL and (b.shape == 1 or b.shape == 2 or b.shape == 3):
            return b.size != 0
    return -1

cdef inline int order(const Val *a, const Val *b) noexcept nogil:
    """-1, 0, 1; 2: not known."""
    cdef double x, y
    cdef int64_t i, j
    if not is_number(a) or not is_number(b):
        return 2
    if a.tag != T_FLOAT and b.tag != T_FLOAT:
        i = int_of(a)
        j = int_of(b)
        return (i > j) - (i < j)
    if not exact(a) or not exact(b):
        return 2
    x = double_of(a)
    y = double_of(b)
    if x != x or y != y:
        return 2
    return (x > y) - (x < y)

cdef inline bint compare(uint32_t op, const Val *a, const Val *b, Val *r) noexcept nogil:
    cdef int way
    if op == DO_IS or op == DO_ISNOT:
        if not same(a[0], b[0]) and a.tag > T_NOTIMPL and b.tag > T_NOTIMPL and (a.tag != T_OBJ or b.tag != T_OBJ):
            return False
        return put_bool(r, same(a[0], b[0]) == (op == DO_IS))
    way = order(a, b)
    if way == 2:
        if op != DO_EQ and op != DO_NE or a.tag == T_FLOAT or b.tag == T_FLOAT:
            return False
        if same(a[0], b[0]):
            way = 0
        elif a.tag == T_OBJ or b.tag == T_OBJ or a.tag == T_POOL or b.tag == T_POOL:
            return False
        else:
            way = 1
    if op == DO_LT:
        return put_bool(r, way < 0)
    if op == DO_LE:
        return put_bool(r, way <= 0)
    if op == DO_GT:
        return put_bool(r, way > 0)
    if op == DO_GE:
        return put_bool(r, way >= 0)
    return put_bool(r, (way == 0) == (op == DO_EQ))

@cython.cdivision(True)
cdef inline bint int_arithmetic(uint32_t op, int64_t x, int64_t y, Val *r) noexcept nogil:
    cdef int64_t z = 0
    cdef int64_t q
    if op == DO_ADD:
        return not add_overflow(x, y, &z) and put_int(r, z)
    if op == DO_SUB:
        return not sub_overflow(x, y, &z) and put_int(r, z)
    if op == DO_MUL:
        return not mul_overflow(x, y, &z) and put_int(r, z)
    if op == DO_AND:
        return put_int(r, x & y)
    if op == DO_OR:
        return put_int(r, x | y)
    if op == DO_XOR:
        return put_int(r, x ^ y)
    if op == DO_LSHIFT:
        if not 0 <= y < 63 or mul_overflow(x, <int64_t> 1 << y, &z):
            return False
        return put_int(r, z)
    if op == DO_RSHIFT:
        return y >= 0 and put_int(r, x >> (y if y < 63 else 63))
    if op == DO_POW:
        if not 0 <= y <= 64:
            return False
        z = 1
        while y:
            if mul_overflow(z, x, &z):
                return False
            y -= 1
        return put_int(r, z)
    if y == 0 or y == -1 and x == LEAST:
        return False
    if op == DO_DIV:
        if fabs(<double> x) > 9007199254740992.0 or fabs(<double> y) > 9007199254740992.0:
            return False
        return put_double(r, <double> x / <double> y)
    q = x / y
    z = x - q * y
    if z != 0 and (z < 0) != (y < 0):
        q -= 1
        z += y
    return put_int(r, q if op == DO_FLOORDIV else z)

@cython.cdivision(True)
cdef inline bint float_arithmetic(uint32_t op, double x, double y, Val *r) noexcept nogil:
    cdef double z, q
    cdef int n, i
    if op == DO_ADD:
        return put_double(r, x + y)
    if op == DO_SUB:
        return put_double(r, x - y)
    if op == DO_MUL:
        return put_double(r, x * y)
    if op == DO_POW:
        if not fabs(y) <= 16 or y + y != floor(y + y):
            return False
        n = <int> (y + y)
        i = n if n > 0 else -n
        if i & 1 and not x >= 0 or n < 0 and x == 0:
            return False
        z = 1.0
        while i >= 2:
            z = z * x
            i -= 2
        if i:
            z = z * sqrt(x)
        return put_double(r, 1.0 / z if n < 0 else z)
    if y == 0:
        return False
    if op == DO_DIV:
        return put_double(r, x / y)
    if op != DO_FLOORDIV and op != DO_MOD:
        return False
    z = fmod(x, y)
    q = (x - z) / y
    if z != 0:
        if (y < 0) != (z < 0):
            z = z + y
            q = q - 1.0
    else:
        z = copysign(0.0, y)
    if op == DO_MOD:
        return put_double(r, z)
    if q == 0:
        return put_double(r, copysign(0.0, x / y))
    z = floor(q)
    return put_double(r, z + 1.0 if q - z > 0.5 else z)

cdef inline bint binary(uint32_t op, const Val *a, const Val *b, Val *r) noexcept nogil:
    cdef int way
    if op == DO_MIN or op == DO_MAX:
        way = order(a, b)
        if way == 2:
            return False
        r[0] = b[0] if way == (1 if op == DO_MIN else -1) else a[0]
        return True
    if op >= DO_LT:
        return compare(op, a, b, r)
    if not is_number(a) or not is_number(b):
        return False
    if a.tag == T_FLOAT or b.tag == T_FLOAT:
        return float_arithmetic(op, double_of(a), double_of(b), r)
    if a.tag != T_INT and b.tag != T_INT and DO_AND <= op <= DO_XOR:     # of two truth values: a truth value
        way = int_of(a) & int_of(b) if op == DO_AND else int_of(a) | int_of(b) if op == DO_OR else int_of(a) ^ int_of(b)
        return put_bool(r, way)
    return int_arithmetic(op, int_of(a), int_of(b), r)

cdef inline bint unary(Machine *m, uint32_t op, Val *v) noexcept nogil:
    cdef int yes
    cdef double d
    if op == DO_NOT or op == DO_BOOL:
        yes = truth(m, v)
        return yes >= 0 and put_bool(v, yes == (op == DO_BOOL))
    if not is_number(v):
        return False
    if v.tag == T_FLOAT:
        d = as_double(v.p)
        if op == DO_NEG:
            return put_double(v, -d)
        if op == DO_ABS:
            return put_double(v, fabs(d))
        if op == DO_SQRT:
            return d >= 0 and put_double(v, sqrt(d))
        if op == DO_INT:
            return fabs(d) < 4611686018427387904.0 and put_int(v, <int64_t> d)
        return op == DO_POS or op == DO_FLOAT
    if op == DO_FLOAT:
        return put_double(v, <double> int_of(v))
    if op == DO_SQRT:
        return int_of(v) >= 0 and put_double(v, sqrt(<double> int_of(v)))
    if op == DO_INVERT:
        return put_int(v, ~int_of(v))
    if op == DO_POS or op == DO_INT or op == DO_ABS and int_of(v) >= 0:
        return put_int(v, int_of(v))
    return int_of(v) != LEAST and put_int(v, -int_of(v))

cdef inline bint hold(Val *at, Val *v) noexcept nogil:
    """Takes a value that is known."""
    cdef uint64_t tag = v.tag
    at.tag = tag
    at.p = v.p
    return tag - 1 < T_CELL - 1         # neither unbound nor a cell nor unknown

cdef inline bint of_cell(Machine *m, Val *v) noexcept nogil:
    cdef Body *b
    if v.tag != T_CELL:
        return v.tag != T_UNBOUND
    b = known_body(m, v.p)
    return b != NULL and b.n_items != 0 and hold(v, &b.items[0])

cdef inline bint get_attr(Machine *m, Val *v, uint32_t name) noexcept nogil:
    cdef Body *b
    cdef int64_t i
    if v.tag != T_OBJ:
        return False
    b = known_body(m, v.p)
    if b == NULL:
        return False
    i = attr_place(m, b, name)
    return i >= 0 and hold(v, &b.attrs[2 * i + 1])
