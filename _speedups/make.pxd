"""What a recipe makes of the values that a statement read: the prediction of the one that it wrote."""
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy

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
