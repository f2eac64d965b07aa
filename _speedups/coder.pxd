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
from state cimport *
from tags cimport *

# Values are handed on as two numbers where it matters: a struct of two words that was just written word by word
# is read back as one vector, and waits for the stores.

cdef inline void keep(Val *at, uint64_t tag, uint64_t p) noexcept nogil:
    at.tag = tag
    at.p = p

# What a field asks for: bit 0: its object is expected to be the one after the newest; bits 8-15: the kind of its recipe; from bit 32: `a` of the recipe.

cdef inline uint64_t wants(uint64_t kind, uint64_t a) noexcept nogil:
    return kind << 8 | a << 32

cdef inline Recipe *recipe_for(Codec *c, Site *s, uint64_t want) noexcept nogil:
    cdef Recipe *r = c.m.t.recipes + s.first_recipe
    cdef Recipe *found = NULL
    cdef Func *callee
    cdef uint32_t kind = (want >> 8) & 255
    cdef uint32_t a = <uint32_t> (want >> 32)
    cdef uint32_t i
    if kind != K_ARGUMENT:
        for i in range(s.n_recipes):
            if r[i].kind == kind and r[i].a == a:
                return &r[i]
        return NULL
    callee = &c.m.t.funcs[c.callee]
    if callee.is_init:
        if a == 0:
            return NULL
        a -= 1
    elif callee.in_class:
        a = a - 1 if a else RECEIVER
    for i in range(s.n_recipes):
        if r[i].kind == K_ARGUMENT and r[i].b == callee.name and (r[i].a & 255) == a:
            if r[i].a >> 8 == c.m.cur.n_res:
                return &r[i]
            if found == NULL:
                found = &r[i]
    return found

cdef inline bint entry_of(Codec *c, Val *v, uint64_t at) noexcept nogil:
    """Puts an item in the place of the tuple."""
    cdef PoolHead *h = <PoolHead *> (c.pool.p + c.entries[v.p].off)
    cdef int64_t i = <int64_t> at
    if i < 0 and h.n == h.length:
        i += <int64_t> h.n
    return h.kind == P_TUPLE and <uint64_t> i < h.n and hold(v, &(<Val *> (h + 1))[i])

cdef inline bint item_of(Codec *c, Val *v, const Val *key) noexcept nogil:
    """Puts the item with the key in the place of the object or tuple."""
    cdef Machine *m = &c.m
    cdef Body *b
    cdef int64_t i = <int64_t> key.p
    if v.tag == T_OBJ:
        b = known_body(m, v.p)
        if b == NULL:
            return False
        if b.shape == 1 and key.tag == T_INT and 0 <= i < b.n_items:
            return hold(v, &b.items[i])
        if is_set(b):
            return False
        if is_map(b):
            i = find_key(b, b.pairs, b.n_pairs, 2, key[0])
            return i >= 0 and hold(v, &b.pairs[2 * i + 1])
        if key.tag != T_INT:
            return False
        if i < 0 and b.size == b.n_items:
            i += b.n_items
        return 0 <= i < b.n_items and hold(v, &b.items[i])
    return v.tag == T_POOL and key.tag == T_INT and entry_of(c, v, key.p)

cdef inline bint item_at(Codec *c, Val *v, uint64_t i) noexcept nogil:
    """Puts the item that a loop has come to in the place of the object or tuple."""
    cdef PoolHead *h
    cdef Body *b
    if v.tag == T_POOL:
        h = <PoolHead *> (c.pool.p + c.entries[v.p].off)
        return h.kind == P_TUPLE and i < h.n and hold(v, &(<Val *> (h + 1))[i])
    if v.tag != T_OBJ:
        return False
    b = known_body(&c.m, v.p)
    return b != NULL and not is_set(b) and not is_map(b) and i < b.n_items and hold(v, &b.items[i])

cdef inline bint length_of(Codec *c, Val *v) noexcept nogil:
    cdef PoolHead *h
    cdef Body *b
    if v.tag == T_POOL:
        h = <PoolHead *> (c.pool.p + c.entries[v.p].off)
        return h.kind == P_TUPLE and put_int(v, <int64_t> h.length)
    if v.tag != T_OBJ:
        return False
    b = known_body(&c.m, v.p)
    return b != NULL and 1 <= b.shape <= 5 and put_int(v, <int64_t> b.size)

cdef inline bint looked_up(const Col *k, const Frame *f) noexcept nogil:
    """Whether the column's recipe is of the frame's last site and its results: two numbers side by side in both."""
    cdef uint64_t mine, current
    memcpy(&mine, &k.r_site, 8)
    memcpy(&current, &f.last_site, 8)
    return mine == current

cdef inline const RecipeStep *recipe_at(Codec *c, Col *k, uint64_t want) noexcept nogil:
    """The recipe of a field of the column, looked up when the site or the results are others than last time."""
    cdef Frame *f = c.m.cur
    cdef Site *s
    cdef Recipe *r
    if not looked_up(k, f) or k.r_a != <uint32_t> (want >> 32):
        if f.last_site < 0:
            return NULL
        s = &c.m.t.sites[f.last_site]
        k.r_site = <uint32_t> f.last_site
        k.r_a = <uint32_t> (want >> 32)
        k.r_res = f.n_res
        r = recipe_for(c, s, want) if s.n_recipes else NULL
        k.r_first = r.first + 1 if r != NULL else 0
    return &c.m.t.ops[k.r_first - 1] if k.r_first else NULL

cdef inline const Val *local(Codec *c, uint32_t slot, Val *room) noexcept nogil:
    """What a slot of the current frame holds, or NULL."""
    cdef Frame *f = c.m.cur
    cdef Val *v
    if slot >= f.n_slots:
        return NULL
    v = &f.slots[slot]
    if seldom(v.tag == T_CELL, 0):
        keep(room, v.tag, v.p)
        return room if of_cell(&c.m, room) else NULL
    return v if v.tag != T_UNBOUND else NULL

cdef inline bint float_quick(uint32_t op, uint64_t a, uint64_t b, double *d) noexcept nogil:
    """The operations that are most, of two floats; False: it is another, or gives no number."""
    if op == DO_MUL:
        d[0] = as_double(a) * as_double(b)
    elif op == DO_ADD:
        d[0] = as_double(a) + as_double(b)
    elif op == DO_SUB:
        d[0] = as_double(a) - as_double(b)
    else:
        return False
    return d[0] == d[0]

cdef inline int operate(uint32_t op, const Val *a, const Val *b, Val *r) noexcept nogil:
    """r = a op b. 0: not known; 2: an object's class has a method for it, so the next result is it."""
    cdef double d
    cdef int64_t i = 0
    cdef int over
    if a.tag == T_FLOAT and b.tag == T_FLOAT:
        if op == DO_MUL:
            d = as_double(a.p) * as_double(b.p)
        elif op == DO_ADD:
            d = as_double(a.p) + as_double(b.p)
        elif op == DO_SUB:
            d = as_double(a.p) - as_double(b.p)
        else:
            return binary(op, a, b, r)
        return put_double(r, d)
    if a.tag == T_INT and b.tag == T_INT:
        if op == DO_ADD:
            over = add_overflow(<int64_t> a.p, <int64_t> b.p, &i)
        elif op == DO_SUB:
            over = sub_overflow(<int64_t> a.p, <int64_t> b.p, &i)
        elif op == DO_MUL:
            over = mul_overflow(<int64_t> a.p, <int64_t> b.p, &i)
        else:
            return binary(op, a, b, r)
        keep(r, T_INT, <uint64_t> i)
        return not over
    if (a.tag == T_OBJ or b.tag == T_OBJ) and op != DO_IS and op != DO_ISNOT:
        return 2
    return binary(op, a, b, r)

cdef inline bint make(Codec *c, const RecipeStep *pc) noexcept nogil:
    """Puts what a recipe gives into c.made; False: it gives nothing."""
    cdef Machine *m = &c.m
    cdef Frame *f = m.cur
    cdef Val st[STACK + 1]          # the first is below all
    cdef Val room[2]
    cdef Val *v = st                # the top
    cdef Val *full = st + STACK
    cdef const Val *a
    cdef const Val *b
    cdef uint32_t op, module
    cdef uint32_t at = 0            # results taken
    cdef double d = 0
    cdef int yes
    while True:
        op = pc.code
        if op == DO_LOCAL:
            if v == full:
                return False
            a = local(c, pc.x, room)
            if a == NULL:
                return False
            v += 1
            keep(v, a.tag, a.p)
        elif op == DO_LOCALS or op == DO_LOCALCONST:
            a = local(c, pc.x, room)
            b = local(c, pc.y, room + 1) if op == DO_LOCALS else &m.t.consts[pc.y]
            if v >= full - 1 or a == NULL or b == NULL:
                return False
            v += 1
            if a.tag == T_FLOAT and b.tag == T_FLOAT and float_quick(pc.what, a.p, b.p, &d):
                put_double(v, d)
                pc += 1
                continue
            yes = operate(pc.what, a, b, v)
            if yes != 1:
                if yes == 0 or at >= f.n_res or at >= RESULTS or not hold(v, &f.res[at]):
                    return False
                at += 1
        elif op == DO_WITHLOCAL or op == DO_WITHCONST:
            b = local(c, pc.y, room) if op == DO_WITHLOCAL else &m.t.consts[pc.y]
            if v == st or v == full or b == NULL:
                return False
            if v.tag == T_FLOAT and b.tag == T_FLOAT and float_quick(pc.what, v.p, b.p, &d):
                put_double(v, d)
                pc += 1
                continue
            yes = operate(pc.what, v, b, v)
            if yes != 1:
                if yes == 0 or at >= f.n_res or at >= RESULTS or not hold(v, &f.res[at]):
                    return False
                at += 1
        elif op == DO_LOCALATTR:
            a = local(c, pc.x, room)
            if v == full or a == NULL:
                return False
            v += 1
            keep(v, a.tag, a.p)
            if not get_attr(m, v, pc.y):
                return False
        elif op == DO_LOCALITER:
            if v == full:
                return False
            v += 1
            if ENC and c.iter_at == c.n_syms and c.iter_of == (pc.x | <uint64_t> pc.y << 32):
                keep(v, c.iter.tag, c.iter.p)       # what a header takes apart: the values of one site
            else:
                a = local(c, pc.x, room)
                if a == NULL:
                    return False
                keep(v, a.tag, a.p)
                if not item_at(c, v, f.loops[pc.y & 3]):
                    return False
                if ENC:
                    c.iter_at = c.n_syms
                    c.iter_of = pc.x | <uint64_t> pc.y << 32
                    keep(&c.iter, v.tag, v.p)
        elif op == DO_CONSTITEM:
            if v == st or v == full:
                return False
            b = &m.t.consts[pc.y]
            if v.tag == T_POOL and b.tag == T_INT:
                if not entry_of(c, v, b.p):
                    return False
            elif not item_of(c, v, b):
                return False
        elif op == DO_CONST:
            if v == full:
                return False
            v += 1
            keep(v, m.t.consts[pc.x].tag, m.t.consts[pc.x].p)
        elif op == DO_END:
            if v != st + 1:
                return False
            keep(&c.made, v.tag, v.p)
            return True
        elif op == DO_GLOBAL:
            module = m.t.funcs[m.t.sites[f.last_site].func].module
            if v == full or module >= m.n_ns or m.ns[module] == NULL or pc.x >= m.t.mods[module].n_slots:
                return False
            v += 1
            if not hold(v, &m.ns[module][pc.x]):
                return False
        elif op == DO_GETATTR:
            if v == st or not get_attr(m, v, pc.x):
                return False
        elif op == DO_GETITEM:
            if v < st + 2:
                return False
            v -= 1
            if not item_of(c, v, v + 1):
                return False
        elif op == DO_RESULT:
            if v == full or at >= f.n_res or at >= RESULTS:
                return False
            v += 1
            if not hold(v, &f.res[at]):
                return False
            at += 1
        elif op == DO_LAST:
            if v == full or f.n_res == 0:
                return False
            v += 1
            if not hold(v, &f.last_res):
                return False
        elif op == DO_COUNT:
            if v == full:
                return False
            v += 1
            put_int(v, f.loops[pc.x & 3])
        elif op == DO_ITER:
            if v == st or not item_at(c, v, f.loops[pc.x & 3]):
                return False
        elif op == DO_SKIP:
            at += pc.x
        elif op == DO_JUMP:
            pc = &m.t.ops[pc.x]
            continue
        elif op == DO_LEN:
            if v == st or not length_of(c, v):
                return False
        elif op == DO_JUMPFALSE or op == DO_KEEPFALSE or op == DO_KEEPTRUE:
            if v == st:
                return False
            yes = truth(m, v)
            if yes < 0:
                return False
            if op == DO_JUMPFALSE:
                v -= 1
                if not yes:
                    pc = &m.t.ops[pc.x]
                    continue
            elif yes == (op == DO_KEEPTRUE):
                pc = &m.t.ops[pc.x]
                continue
            else:
                v -= 1
        elif op == DO_FAIL:
            return False
        else:
            if op > DO_ISNOT:
                if v == st or not unary(m, op, v):
                    return False
            else:
                if v < st + 2:
                    return False
                v -= 1
                if v.tag == T_FLOAT and v[1].tag == T_FLOAT and float_quick(op, v.p, v[1].p, &d):
                    put_double(v, d)
                    pc += 1
                    continue
                yes = operate(op, v, v + 1, v)
                if yes != 1:
                    if yes == 0 or at >= f.n_res or at >= RESULTS or not hold(v, &f.res[at]):
                        return False
                    at += 1
        pc += 1

cdef inline bint made(Codec *c, Col *k, uint64_t want) noexcept nogil:
    """Whether the recipe of the value at hand gives something: c.made."""
    cdef const RecipeStep *r
    cdef const Val *v
    if c.is_made == 0:
        c.is_made = 2
        if want >> 8 and k.wrong < USELESS:
            r = recipe_at(c, k, want)
            if r == NULL:
                return False
            if r.code != DO_ONLYLOCAL:
                c.is_made = 1 if make(c, r) else 2
            else:                       # most of them
                v = local(c, r.x, &c.made)
                if v != NULL:
                    keep(&c.made, v.tag, v.p)
                    c.is_made = 1
    return c.is_made == 1

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
