"""The predicting coder of values, which stand in columns. One function both writes (ENC) and reads.

A column is: (head byte = code | run << 5) [varint run - 7 when the run is 7 or more] [payload] ..., where `run` values before this one were
exactly as predicted. What comes after the last byte was predicted too, so a column that never surprises is empty.
"""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcmp, memcpy, memset

from codec cimport *
from columns cimport *
from mem cimport *
from pool cimport *
from contents cimport *
from make cimport *
from state cimport *
from tags cimport *

cdef inline bint is_candidate(Codec *c, Col *k, int which, uint64_t tag, uint64_t p, uint64_t hint, uint64_t want) noexcept nogil:
    """Whether the candidate is this value."""
    cdef Val *v
    if which == C_LINEAR:
        return k.last.tag == tag and k.last.p + k.stride == p
    if which == C_SLOT:
        if k.slot >= c.m.cur.n_slots:
            return tag == T_UNBOUND
        v = &c.m.cur.slots[k.slot]
    elif which == C_CONTEXT:
        v = &c.fcm[k.ctx]
    elif which == C_NEWEST:
        return tag == T_OBJ and p == hint
    else:
        if not made(c, k, want):
            return tag == T_UNBOUND
        v = &c.made
    return v.tag == tag and v.p == p

cdef inline Val candidate(Codec *c, Col *k, int which, uint64_t hint, uint64_t want) noexcept nogil:
    if which == C_LINEAR:
        return mk(k.last.tag, k.last.p + k.stride)
    if which == C_SLOT:
        return c.m.cur.slots[k.slot] if k.slot < c.m.cur.n_slots else mk(T_UNBOUND, 0)
    if which == C_CONTEXT:
        return c.fcm[k.ctx]
    if which == C_NEWEST:
        return mk(T_OBJ, hint)
    return c.made if made(c, k, want) else mk(T_UNBOUND, 0)

cdef inline void use_val(Codec *c, uint64_t tag, uint64_t p) noexcept nogil:
    if tag == T_STR:
        use_str(c, p)
    elif tag == T_OBJ:
        use_obj(c, p)

cdef inline void ctx_learn(Codec *c, Col *k, uint64_t tag, uint64_t p) noexcept nogil:
    cdef uint64_t d = tag if tag == T_POOL else p * 8 + tag
    keep(&c.fcm[k.ctx], tag, p)
    k.h = (k.h << 14) ^ <uint32_t> ((d * 0x9E3779B97F4A7C15ULL) >> 46)
    k.ctx = ((k.h & 0x0FFFFFFFU) * 0x85EBCA6BU ^ <uint32_t> (k - c.cols) * 0x9E3779B1U) >> (32 - FCM_BITS)

cdef inline void col_learn(Codec *c, Col *k, uint64_t tag, uint64_t p) noexcept nogil:
    cdef uint64_t d
    if tag != k.last.tag:
        k.stride = k.stride2 = 0
        use_val(c, tag, p)
    elif tag == T_INT or tag == T_OBJ or tag == T_STR:
        d = p - k.last.p
        if d == k.stride2:
            k.stride = d
        k.stride2 = d
        if tag != T_INT and d != 0:
            use_val(c, tag, p)
    keep(&k.last, tag, p)
    if k.quiet < QUIET or k.best == C_CONTEXT:
        k.quiet += k.quiet < QUIET
        ctx_learn(c, k, tag, p)

cdef inline void linear(Codec *c, Col *k) noexcept nogil:
    """Takes the linear candidate, which was right."""
    k.stride2 = k.stride
    if k.stride:
        k.last.p += k.stride
        if not ENC and k.last.tag == T_STR and k.last.p >> 32:
            c.err = 1
        use_val(c, k.last.tag, k.last.p)
    if k.quiet < QUIET:
        k.quiet += 1
        ctx_learn(c, k, k.last.tag, k.last.p)

cdef inline int col_score(Codec *c, Col *k, uint64_t tag, uint64_t p, uint64_t hint, uint64_t want) noexcept nogil:
    """After a surprise: rates the candidates and picks the next favourite. Returns the first that was right, or -1."""
    cdef uint64_t scores
    cdef uint64_t gains = 0
    cdef uint32_t top, i
    cdef int best = 0
    cdef int right = -1
    if is_candidate(c, k, C_RECIPE, tag, p, hint, want):
        gains = <uint64_t> 32 << 8 * C_RECIPE
        right = C_RECIPE
    if tag == T_OBJ and p == hint:
        gains |= <uint64_t> 32 << 8 * C_NEWEST
        right = C_NEWEST
    if is_candidate(c, k, C_CONTEXT, tag, p, hint, want):
        gains |= <uint64_t> 32 << 8 * C_CONTEXT
        right = C_CONTEXT
    if is_candidate(c, k, C_SLOT, tag, p, hint, want):
        gains |= <uint64_t> 32 << 8 * C_SLOT
        right = C_SLOT
    if is_candidate(c, k, C_LINEAR, tag, p, hint, want):
        gains |= 32
        right = C_LINEAR
    memcpy(&scores, k.score, 8)         # each a byte, all at once: none of them borrows or carries
    scores = scores - (scores >> 2 & 0x3F3F3F3F3F3F3F3FULL) + gains
    memcpy(k.score, &scores, 8)
    top = k.score[0]
    for i in range(1, N_CANDIDATES):
        if k.score[i] > top:
            top = k.score[i]
            best = <int> i
    k.best = <uint8_t> best
    k.quiet = 0
    if c.is_made == 1 and (same(c.made, mk(tag, p)) or c.made.tag == T_FLOAT and tag == T_FLOAT):
        k.wrong = 0
    elif k.wrong < USELESS:
        k.wrong += 1
    return right

cdef inline void surprise(Codec *c, Col *k, uint64_t tag, uint64_t p, uint64_t hint, uint64_t want) noexcept nogil:
    """Writes a value that is not the favourite."""
    cdef Frame *f = c.m.cur
    cdef int right
    cdef uint32_t i = f.n_slots
    cdef Buf *b = &k.out
    cdef uint8_t r = <uint8_t> (k.run << 5)
    cdef uint64_t off
    right = col_score(c, k, tag, p, hint, want)
    if right < 0 and tag >= T_INT and (tag != T_INT or p > 255):
        i = 0
        while i < f.n_slots and (f.slots[i].p != p or f.slots[i].tag != tag):
            i += 1
    if k.run >= 7:
        buf_u8(b, 7 << 5 | <uint8_t> (right if right >= 0 else C_NEWSLOT if i < f.n_slots else 31))
        buf_varint(b, k.run - 7)
        r = 0
    if right >= 0:
        if k.run < 7:
            buf_u8(b, <uint8_t> right | r)
    elif i < f.n_slots:
        if k.run < 7:
            buf_u8(b, C_NEWSLOT | r)
        buf_varint(b, i)
        k.slot = i
    elif tag == T_FLOAT:
        off = zigzag(<int64_t> (p - c.made.p))
        if c.is_made == 1 and c.made.tag == T_FLOAT and off >> 35 == 0:
            buf_u8(b, C_NEAR | r)
            buf_varint(b, off)
        else:
            buf_u8(b, C_FLOAT | r)
            buf_bytes(b, &p, 8)
    elif tag == T_INT:
        buf_u8(b, C_INT | r)
        buf_varint(b, zigzag(<int64_t> (p - k.last.p if k.last.tag == T_INT else p)))
    else:
        put_value(c, b, mk(tag, p), k.last, r >> 5)
    k.run = 0
    col_learn(c, k, tag, p)

cdef inline Val surprised(Codec *c, uint32_t col, uint64_t want) noexcept nogil:
    """Reads such a value."""
    cdef Col *k = &c.cols[col]
    cdef uint32_t i = 0xFFFFFFFFU
    cdef uint64_t hint = c.newest + (want & 1)
    cdef uint8_t what = k.code
    cdef Val v
    if what == 31:
        what = src_u8(&k.src) & 31
        if what < C_UNBOUND:
            c.err = 1
            return mk(T_UNBOUND, 0)
    if what < N_CANDIDATES:
        v = candidate(c, k, what, hint, want)
    elif what == C_NEWSLOT:
        i = <uint32_t> src_varint(&k.src)
        if i >= c.m.cur.n_slots:
            c.err = 1
            return mk(T_UNBOUND, 0)
        v = c.m.cur.slots[i]
    elif what == C_NEAR:
        if not made(c, k, want) or c.made.tag != T_FLOAT:
            c.err = 1
            return mk(T_UNBOUND, 0)
        v = mk(T_FLOAT, c.made.p + <uint64_t> unzigzag(src_varint(&k.src)))
    else:
        v = get_value(c, &k.src, what, k.last, 0)
    if k.src.err or v.tag == T_STR and v.p >> 32:
        c.err = 1
        return mk(T_UNBOUND, 0)
    col_score(c, k, v.tag, v.p, hint, want)
    if i != 0xFFFFFFFFU:
        k.slot = i
    col_learn(c, k, v.tag, v.p)
    col_next(c, k)
    return v

cdef inline void put_other(Codec *c, Col *k, uint64_t tag, uint64_t p, uint64_t want) noexcept nogil:
    """Writes a value that is neither the linear candidate nor what follows from the recipe, or not as the favourite."""
    if (k.best == C_SLOT or k.best == C_CONTEXT or k.best == C_NEWEST) and is_candidate(c, k, k.best, tag, p, c.newest + (want & 1), want):
        k.run += 1
        col_learn(c, k, tag, p)
    else:
        surprise(c, k, tag, p, c.newest + (want & 1), want)

cdef inline void put(Codec *c, Col *k, uint64_t tag, uint64_t p, uint64_t want) noexcept nogil:
    """Writes a value to a column."""
    c.is_made = 0
    if k.best == C_LINEAR:
        if tag == k.last.tag and p == k.last.p + k.stride:
            k.run += 1
            linear(c, k)
            return
    elif k.best == C_RECIPE:
        if made(c, k, want) and c.made.tag == tag and c.made.p == p:
            k.run += 1
            col_learn(c, k, tag, p)
            return
        if c.is_made == 2 and tag == T_UNBOUND:
            k.run += 1
            col_learn(c, k, tag, p)
            return
    put_other(c, k, tag, p, want)

cdef inline bint worked_out(Codec *c, Frame *f, const RecipeStep *r, uint64_t tag, uint64_t p) noexcept nogil:
    """Whether the recipe, of the current frame, gives this value; its commonest sorts without a stack."""
    cdef const Val *a
    cdef const Val *b
    cdef Val v
    cdef double d = 0
    if r.code == DO_ONLYLOCAL:
        if r.x >= f.n_slots:
            return False
        a = &f.slots[r.x]
        return a.tag == tag and a.p == p and tag != T_UNBOUND and tag != T_CELL
    if r[1].code == DO_END:
        if r.code == DO_CONST:
            a = &c.m.t.consts[r.x]
            return a.tag == tag and a.p == p
        if (r.code == DO_LOCALS or r.code == DO_LOCALCONST) and r.x < f.n_slots:
            a = &f.slots[r.x]
            b = &c.m.t.consts[r.y]
            if r.code == DO_LOCALS:
                if r.y >= f.n_slots:
                    return False
                b = &f.slots[r.y]
            if a.tag == b.tag and (a.tag == T_INT or a.tag == T_FLOAT):
                if a.tag == T_FLOAT and float_quick(r.what, a.p, b.p, &d):
                    return tag == T_FLOAT and as_bits(d) == p
                return operate(r.what, a, b, &v) == 1 and v.tag == tag and v.p == p
    return make(c, r) and c.made.tag == tag and c.made.p == p

cdef inline bint put_known(Codec *c, Frame *f, Col *k, uint64_t tag, uint64_t p, uint64_t want) noexcept nogil:
    """What `put` does for a favourite of the commonest sorts in a column that has been calm for long; False: nothing was done.

    `f`: the current frame.
    """
    cdef uint64_t d = p - k.last.p
    cdef Val *v
    if k.quiet < QUIET or tag != k.last.tag or d and tag == T_STR:
        return False
    if k.best == C_LINEAR:
        if d != k.stride:
            return False
        k.stride2 = d
    else:
        if k.best == C_RECIPE:
            if not looked_up(k, f) or k.r_a != <uint32_t> (want >> 32) or k.r_first == 0:
                return False
            if k.wrong >= USELESS or not worked_out(c, f, &c.m.t.ops[k.r_first - 1], tag, p):
                return False
        elif k.best == C_SLOT:
            if k.slot >= f.n_slots:
                return False
            v = &f.slots[k.slot]
            if v.tag != tag or v.p != p:
                return False
        else:
            return False
        if tag == T_INT or tag == T_OBJ or tag == T_STR:
            if d == k.stride2:
                k.stride = d
            k.stride2 = d
    if tag == T_OBJ and p > c.newest:
        c.newest = p
    k.run += 1
    k.last.p = p
    return True

cdef inline void put_often(Codec *c, Frame *f, Col *k, uint64_t tag, uint64_t p, uint64_t want) noexcept nogil:
    """`put` where values are many. `f`: the current frame."""
    if not put_known(c, f, k, tag, p, want):
        put(c, k, tag, p, want)

cdef inline Val get(Codec *c, uint32_t col, uint64_t want) noexcept nogil:
    """Reads a value of a column."""
    cdef Col *k = &c.cols[col]
    cdef Val v
    if c.err:
        return mk(T_UNBOUND, 0)
    c.is_made = 0
    if not k.run:
        return surprised(c, col, want)
    k.run -= 1
    if k.best == C_LINEAR:
        linear(c, k)
        return k.last
    v = candidate(c, k, k.best, c.newest + (want & 1), want)
    col_learn(c, k, v.tag, v.p)
    return v

cdef inline Val code(Codec *c, uint32_t col, Val v, uint64_t want) noexcept nogil:
    """Writes v to the column, or reads it. `want`: what it may follow from."""
    if ENC:
        put(c, &c.cols[col], v.tag, v.p, want)
        return v
    return get(c, col, want)

cdef inline uint64_t code_int(Codec *c, uint32_t col, uint64_t v) noexcept nogil:
    """A number that is not a value of the program. (Read from a bad file it may come as anything: only its bits count.)"""
    if ENC:
        put(c, &c.cols[col], T_INT, v, 0)
        return v
    return get(c, col, 0).p

cdef inline uint64_t code_oid(Codec *c, uint32_t col, uint64_t oid, uint64_t want) noexcept nogil:
    if ENC:
        put(c, &c.cols[col], T_OBJ, oid, want)
        return oid
    oid = get(c, col, want).p
    use_obj(c, oid)
    if oid == 0:
        c.err = 1
        oid = 1
    return oid

cdef inline uint64_t code_str(Codec *c, uint32_t col, uint64_t s) noexcept nogil:
    if ENC:
        put(c, &c.cols[col], T_STR, s, 0)
        return s
    return get(c, col, 0).p & 0xFFFFFFFFU
