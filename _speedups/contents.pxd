"""What the objects of the recorded program hold, and its variables: every change of them that can be undone."""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memmove, memset

from mem cimport ENC, Buf, Map, buf_bytes, map_del, map_free, map_get, map_put, seldom, xcalloc, xrealloc
from state cimport *
from tags cimport *

cdef inline Obj *obj_find(Machine *m, uint64_t oid) noexcept nogil:
    cdef Obj *o
    if not ENC:
        return <Obj *> map_get(&m.objs, oid)
    o = m.near[oid & (RECENT - 1)]
    if seldom(o == NULL or o.oid != oid, 0):
        o = <Obj *> map_get(&m.objs, oid)
        if o != NULL:
            m.near[oid & (RECENT - 1)] = o
    return o

cdef inline Body *body_new(Machine *m) noexcept nogil:
    cdef Body *b
    cdef Val *attrs
    cdef uint32_t cap
    if ENC and m.spare_bodies != NULL:
        b = m.spare_bodies
        m.spare_bodies = b.next
        m.n_spare_bodies -= 1
        attrs = b.attrs
        cap = b.cap_attrs
        memset(b, 0, sizeof(Body))
        b.attrs = attrs
        b.cap_attrs = cap
        return b
    b = <Body *> xcalloc(1, sizeof(Body))
    if not ENC:
        b.next = m.all_bodies
        m.all_bodies = b
    return b

cdef inline void body_free(Body *b) noexcept nogil:
    if b != NULL:
        free(b.items)
        free(b.pairs)
        free(b.attrs)
        free(b.index)
        free(b)

cdef inline void body_spare(Machine *m, Body *b) noexcept nogil:
    """Packer: the contents are of no use any more."""
    if b == NULL or m.n_spare_bodies >= SPARE_OBJECTS or b.cap_attrs > SPARE_ATTRS:
        body_free(b)
        return
    free(b.items)
    free(b.pairs)
    free(b.index)
    b.items = b.pairs = NULL
    b.index = NULL
    b.next = m.spare_bodies
    m.spare_bodies = b
    m.n_spare_bodies += 1

cdef inline Obj *obj_need(Machine *m, uint64_t oid) noexcept nogil:
    cdef Obj *o
    if oid == 0:
        m.err = 1
        oid = 1
    o = obj_find(m, oid)
    if o == NULL:
        if ENC and m.spare_objs != NULL:
            o = m.spare_objs
            m.spare_objs = o.next
            m.n_spare_objs -= 1
            memset(o, 0, sizeof(Obj))
        else:
            o = <Obj *> xcalloc(1, sizeof(Obj))
        o.oid = oid
        o.base_as_of = -1
        o.dead_at = -1
        o.stamp = m.chunk           # nothing older to tell
        o.last_seen = 0xFFFFFFFFU
        o.known_from = 0xFFFFFFFFU
        map_put(&m.objs, oid, o)
        if not ENC:
            o.next = m.all_objs
            m.all_objs = o
    return o

cdef inline void touch(Machine *m, Obj *o) noexcept nogil:
    """Packer: the chunk has something on the object."""
    if m.touched != NULL and o.last_seen != m.chunk:
        o.last_seen = m.chunk
        buf_bytes(m.touched, &o.oid, 8)

cdef inline void obj_free(Machine *m, Obj *o) noexcept nogil:
    """Packer only."""
    if m.near[o.oid & (RECENT - 1)] == o:
        m.near[o.oid & (RECENT - 1)] = NULL
    map_del(&m.objs, o.oid)
    body_spare(m, o.b)
    if m.n_spare_objs >= SPARE_OBJECTS:
        free(o)
        return
    o.next = m.spare_objs
    m.spare_objs = o
    m.n_spare_objs += 1

cdef inline Rec *obj_rec(Machine *m, Obj *o, int kind) noexcept nogil:
    """Notes a change of the object: before the change is made."""
    cdef Rec *r
    m.work += 1
    if ENC:
        o.base_as_of = m.step
        return NULL
    r = log_add(m, kind, o)
    r.flag = o.uncertain
    r.size = o.b.size if o.b != NULL else 0
    r.prev = o.cur_rec
    o.cur_rec = m.log.n
    return r

cdef inline Body *obj_body(Machine *m, Obj *o) noexcept nogil:
    """The contents to be changed by a delta; an object that was never captured gets unknown ones."""
    if o.b == NULL:
        o.b = body_new(m)
        o.b.type_id = 0xFFFFFFFFU
        o.b.flags = 3
        if not ENC:
            o.known_from = m.log.n + 1
    return o.b

cdef inline void made_sure(Obj *o, Rec *r) noexcept nogil:
    """The change behind the record was of the whole contents."""
    o.uncertain = 0
    if r != NULL:
        r.sure = 1

cdef inline bint far_away(Machine *m, Obj *o, int op, Val key, Val v) noexcept nogil:
    """Unpacker: whether the contents stand in an earlier chunk; the change is then only noted."""
    cdef Rec *r
    if o.remote == 0 or o.b != NULL:
        return False
    r = obj_rec(m, o, R_DELTA)
    if r != NULL:
        r.a = <uint32_t> op
        r.old = key
        r.new = v
    return True

cdef inline Val norm(Val v) noexcept nogil:
    """Keys that Python holds equal: True, 1 and 1.0."""
    cdef double d
    if v.tag == T_TRUE:
        return mk(T_INT, 1)
    if v.tag == T_FALSE:
        return mk(T_INT, 0)
    if v.tag == T_FLOAT:
        memcpy(&d, &v.p, 8)
        if -9e15 < d < 9e15 and <double> (<int64_t> d) == d:
            return mk(T_INT, <uint64_t> (<int64_t> d))
    return v

cdef inline uint32_t key_hash(Val v) noexcept nogil:
    return <uint32_t> (((v.p + v.tag * 0x51ED27) * 0x9E3779B97F4A7C15ULL) >> 32)

cdef inline void index_add(uint32_t *index, uint32_t cap, Val key, uint32_t pos) noexcept nogil:
    cdef uint32_t i = key_hash(norm(key)) & (cap - 1)
    while index[i]:
        i = (i + 1) & (cap - 1)
    index[i] = pos + 1

cdef inline int64_t find_key(Body *b, Val *v, uint32_t n, uint32_t stride, Val key) noexcept nogil:
    """Position of a key among pairs (stride 2) or set items (stride 1), -1 when absent."""
    cdef Val k = norm(key)
    cdef uint32_t i, j
    if n <= 12:
        for i in range(n):
            if v[i * stride].tag != T_GONE and same(norm(v[i * stride]), k):
                return i
        return -1
    if b.index_cap < n * 2:
        free(b.index)
        b.index_cap = 32
        while b.index_cap < n * 4:
            b.index_cap *= 2
        b.index = <uint32_t *> xcalloc(b.index_cap, 4)
        for i in range(n):
            if v[i * stride].tag != T_GONE:
                index_add(b.index, b.index_cap, v[i * stride], i)
    i = key_hash(k) & (b.index_cap - 1)
    while b.index[i]:
        j = b.index[i] - 1
        if j < n and v[j * stride].tag != T_GONE and same(norm(v[j * stride]), k):
            return j
        i = (i + 1) & (b.index_cap - 1)
    return -1

cdef inline void index_drop(Body *b) noexcept nogil:
    free(b.index)
    b.index = NULL
    b.index_cap = 0

cdef inline void vals_room(Val **p, uint32_t n, uint32_t *cap, uint32_t stride) noexcept nogil:
    if n >= cap[0]:
        cap[0] = n + (n >> 1) + 4
        p[0] = <Val *> xrealloc(p[0], <size_t> cap[0] * stride * sizeof(Val))

cdef inline void raw_push(Body *b, Val v) noexcept nogil:
    vals_room(&b.items, b.n_items, &b.cap_items, 1)
    b.items[b.n_items] = v
    b.n_items += 1

cdef inline void raw_pair(Body *b, Val k, Val v) noexcept nogil:
    vals_room(&b.pairs, b.n_pairs, &b.cap_pairs, 2)
    b.pairs[b.n_pairs * 2] = k
    b.pairs[b.n_pairs * 2 + 1] = v
    b.n_pairs += 1

cdef inline void raw_attr(Body *b, Val k, Val v) noexcept nogil:
    vals_room(&b.attrs, b.n_attrs, &b.cap_attrs, 2)
    b.attrs[b.n_attrs * 2] = k
    b.attrs[b.n_attrs * 2 + 1] = v
    b.n_attrs += 1

cdef inline bint is_set(Body *b) noexcept nogil:
    return b.shape == 3 or b.shape == 4

cdef inline bint is_map(Body *b) noexcept nogil:
    return b.shape == 2 or b.shape == 17

cdef inline void put_item(Machine *m, Obj *o, Body *b, uint64_t i, Val v) noexcept nogil:
    """items[i] = v where i <= n_items."""
    cdef Rec *r
    if i < b.n_items:
        r = obj_rec(m, o, R_ITEM)
        if r != NULL:
            r.a = <uint32_t> i
            r.old = b.items[i]
            r.new = v
        b.items[i] = v
        return
    r = obj_rec(m, o, R_PUSH)
    if r != NULL:
        r.new = v
    raw_push(b, v)
    if b.n_items > b.size:
        b.size = b.n_items
    if r != NULL:
        r.new = v
        r.old.p = b.size

cdef inline void put_pair(Machine *m, Obj *o, Body *b, Val k, Val v, bint grow) noexcept nogil:
    cdef int64_t i = find_key(b, b.pairs, b.n_pairs, 2, k)
    cdef Rec *r
    if i >= 0:
        r = obj_rec(m, o, R_PAIR)
        if r != NULL:
            r.a = <uint32_t> i
            r.old = b.pairs[i * 2 + 1]
            r.new = v
        b.pairs[i * 2 + 1] = v
        return
    r = obj_rec(m, o, R_PAIRPUSH)
    raw_pair(b, k, v)
    if b.n_pairs > 12 and b.index_cap >= b.n_pairs * 2:
        index_add(b.index, b.index_cap, k, b.n_pairs - 1)
    if grow:
        b.size += 1
    if r != NULL:
        r.a = <uint32_t> b.size
        r.b = <uint32_t> (b.size >> 32)
        r.old = k
        r.new = v

cdef inline void do_setitem(Machine *m, Obj *o, Val k, Val v) noexcept nogil:
    cdef Body *b
    cdef uint64_t i, size
    cdef Rec *r
    if far_away(m, o, OP_SETITEM, k, v):
        return
    b = obj_body(m, o)
    size = b.size
    if b.shape == 1 and k.tag == T_INT and k.p < b.n_items and k.p < size:
        put_item(m, o, b, k.p, v)
        return
    if is_map(b) or is_set(b) or k.tag != T_INT or <int64_t> k.p < 0:
        put_pair(m, o, b, k, v, is_map(b) and not b.flags & 1)
        return
    i = k.p
    if i > b.n_items and i - b.n_items <= MAX_GAP_FILL:
        while b.n_items < i:
            put_item(m, o, b, b.n_items, mk(T_UNKNOWN, 0))
    if i <= b.n_items:
        put_item(m, o, b, i, v)
    else:
        put_pair(m, o, b, k, v, 0)
    if i >= size and i >= b.size and i < <uint64_t> 1 << 62:
        r = obj_rec(m, o, R_SIZE)
        b.size = i + 1
        if r != NULL:
            r.new.p = b.size

cdef inline void do_append(Machine *m, Obj *o, Val v) noexcept nogil:
    cdef Body *b
    cdef Rec *r
    if far_away(m, o, OP_APPEND, mk(T_NONE, 0), v):
        return
    b = obj_body(m, o)
    if is_set(b):
        if find_key(b, b.items, b.n_items, 1, v) >= 0:
            return
        r = obj_rec(m, o, R_PUSH)
        raw_push(b, v)
        if b.n_items > 12 and b.index_cap >= b.n_items * 2:
            index_add(b.index, b.index_cap, v, b.n_items - 1)
        if not b.flags & 1:
            b.size += 1
        if r != NULL:
            r.new = v
            r.old.p = b.size
        return
    do_setitem(m, o, mk(T_INT, b.size), v)

cdef inline void do_delitem(Machine *m, Obj *o, Val k) noexcept nogil:
    cdef Body *b
    cdef int64_t i
    cdef Rec *r
    cdef uint32_t j
    if far_away(m, o, OP_DELITEM, k, mk(T_UNBOUND, 0)):
        return
    b = obj_body(m, o)
    if is_set(b):
        i = find_key(b, b.items, b.n_items, 1, k)
        if i < 0:
            return
        r = obj_rec(m, o, R_ITEMGONE)
        if r != NULL:
            r.a = <uint32_t> i
            r.old = b.items[i]
        b.items[i].tag = T_GONE
        b.n_gone += 1
        if b.size and not b.flags & 1:
            b.size -= 1
        if r != NULL:
            r.new.p = b.size
        return
    if is_map(b) or k.tag != T_INT or <int64_t> k.p < 0:
        i = find_key(b, b.pairs, b.n_pairs, 2, k)
        if i < 0:
            return
        r = obj_rec(m, o, R_PAIRGONE)
        if r != NULL:
            r.a = <uint32_t> i
            r.old = b.pairs[i * 2]
        b.pairs[i * 2].tag = T_GONE
        b.n_gone += 1
        if b.size and is_map(b) and not b.flags & 1:
            b.size -= 1
        if r != NULL:
            r.new.p = b.size
        return
    # A list: what is known far beyond the head loses its place.
    for j in range(b.n_pairs):
        if b.pairs[j * 2].tag == T_INT and b.pairs[j * 2].p >= k.p:
            r = obj_rec(m, o, R_PAIRGONE)
            if r != NULL:
                r.a = j
                r.old = b.pairs[j * 2]
                r.new.p = b.size
            b.pairs[j * 2].tag = T_GONE
            b.n_gone += 1
    r = obj_rec(m, o, R_REMOVE)
    if r != NULL:
        r.a = 0xFFFFFFFFU
    if k.p < b.n_items:
        if r != NULL:
            r.a = <uint32_t> k.p
            r.old = b.items[k.p]
        memmove(&b.items[k.p], &b.items[k.p + 1], (b.n_items - k.p - 1) * sizeof(Val))
        b.n_items -= 1
    if b.size:
        b.size -= 1
    if r != NULL:
        r.new.p = b.size

cdef inline int64_t find_attr(Body *b, uint64_t name) noexcept nogil:
    cdef uint32_t i
    for i in range(b.n_attrs):
        if b.attrs[i * 2].p == name:
            return i
    return -1

cdef inline int64_t attr_place(Machine *m, Body *b, uint64_t name) noexcept nogil:
    """`find_attr`, which looks first where the name stood in another object."""
    cdef uint32_t at
    cdef int64_t i
    if not ENC or b.repeats:
        return find_attr(b, name)
    at = m.attr_at[name & 63]
    if at < b.n_attrs and b.attrs[2 * at].p == name:
        return at
    i = find_attr(b, name)
    if 0 <= i < 256:
        m.attr_at[name & 63] = <uint8_t> i
    return i

cdef inline void do_setattr(Machine *m, Obj *o, Val name, Val v) noexcept nogil:
    cdef Body *b
    cdef int64_t i
    cdef Rec *r
    if far_away(m, o, OP_SETATTR, name, v):
        return
    b = obj_body(m, o)
    i = attr_place(m, b, name.p)
    if i >= 0:
        r = obj_rec(m, o, R_ATTR)
        if r != NULL:
            r.a = <uint32_t> i
            r.old = b.attrs[i * 2 + 1]
            r.new = v
        b.attrs[i * 2 + 1] = v
        return
    r = obj_rec(m, o, R_ATTRPUSH)
    if r != NULL:
        r.old = name
        r.new = v
    raw_attr(b, name, v)

cdef inline void do_delattr(Machine *m, Obj *o, Val name) noexcept nogil:
    cdef Body *b
    cdef int64_t i
    cdef Rec *r
    if far_away(m, o, OP_DELATTR, name, mk(T_UNBOUND, 0)):
        return
    b = obj_body(m, o)
    i = find_attr(b, name.p)
    if i < 0:
        return
    r = obj_rec(m, o, R_ATTRREMOVE)
    if r != NULL:
        r.a = <uint32_t> i
        r.old = b.attrs[i * 2]
        r.new = b.attrs[i * 2 + 1]
    memmove(&b.attrs[i * 2], &b.attrs[i * 2 + 2], (b.n_attrs - i - 1) * 2 * sizeof(Val))
    b.n_attrs -= 1

cdef inline void do_size(Machine *m, Obj *o, uint64_t size) noexcept nogil:
    cdef Body *b
    cdef Rec *r
    if far_away(m, o, OP_SIZE, mk(T_NONE, 0), mk(T_INT, size)):
        return
    b = obj_body(m, o)
    r = obj_rec(m, o, R_SIZE)
    b.size = size
    if r != NULL:
        r.new.p = size

cdef inline void do_replace(Machine *m, Obj *o, Body *b) noexcept nogil:
    cdef Rec *r = obj_rec(m, o, R_REPLACE)
    if r == NULL:
        body_spare(m, o.b)
    else:
        r.old.p = <uint64_t> o.b
        r.new.p = <uint64_t> b
        if o.b == NULL and o.remote == 0:
            o.known_from = m.log.n
    made_sure(o, r)
    o.b = b
    if ENC:
        o.remote = 0

cdef inline void do_asof(Machine *m, Obj *o) noexcept nogil:
    cdef Rec *r
    if not ENC:
        r = log_add(m, R_UNCERTAIN, o)
        r.flag = o.uncertain
    o.uncertain = 1

cdef inline void do_death(Machine *m, Obj *o) noexcept nogil:
    if ENC:
        obj_free(m, o)
        return
    log_add(m, R_DEATH, o)
    o.dead = 1
    o.dead_at = m.step
    map_del(&m.objs, o.oid)
    map_put(&m.past_objs, o.oid, o)

# ---- slots and sites ------------------------------------------------------------------------

cdef inline void set_cell(Machine *m, uint64_t oid, Val v) noexcept nogil:
    cdef Obj *o = obj_need(m, oid)
    cdef Body *b = obj_body(m, o)
    touch(m, o)
    if b.type_id == 0xFFFFFFFFU:
        b.shape = 12
        b.flags = 0
    if v.tag == T_UNBOUND:
        if b.n_items:
            do_delitem(m, o, mk(T_INT, 0))
        return
    if b.n_items and same(b.items[0], v) and not o.uncertain:
        return
    put_item(m, o, b, 0, v)
    made_sure(o, &m.log.r[m.log.n - 1] if not ENC else NULL)

cdef inline void set_ns(Machine *m, uint32_t module, uint32_t slot, Val v) noexcept nogil:
    cdef Val *s = ns_slots(m, module)
    cdef Rec *r
    if not ENC:
        r = log_add(m, R_NS, NULL)
        r.a = slot
        r.b = module
        r.old = s[slot]
        r.new = v
    s[slot] = v

cdef inline void set_slot(Machine *m, Frame *f, uint32_t slot, Val v) noexcept nogil:
    cdef Rec *r
    if slot >= f.n_slots:
        return
    if ENC and f.slots[slot].tag != T_CELL:
        f.slots[slot] = v
        return
    if f.slots[slot].tag == T_CELL and v.tag != T_CELL:
        set_cell(m, f.slots[slot].p, v)
        if not ENC:
            r = log_add(m, R_SLOT, f)       # the write is this frame's too; the slot itself goes on naming the cell
            r.a = slot
            r.b = 1
            r.old = f.slots[slot]
            r.new = v
        return
    if f.func >= 0 and m.t.funcs[f.func].is_module:
        set_ns(m, m.t.funcs[f.func].module, slot, v)
        return
    if not ENC:
        r = log_add(m, R_SLOT, f)
        r.a = slot
        r.old = f.slots[slot]
        r.new = v
    f.slots[slot] = v

cdef inline void set_parent(Machine *m, Frame *f, uint64_t parent) noexcept nogil:
    cdef Rec *r
    cdef Frame *p
    if f.id == 0 or parent == f.id:
        return
    if not ENC:
        r = log_add(m, R_PARENT, f)
        r.old.p = f.parent
        r.new.p = parent
    f.parent = parent
    p = frame_find(m, parent)
    f.depth = p.depth + 1 if p != NULL else 1
    f.up = NULL
    if p != NULL:
        set_up(f, p)

cdef inline void free_machine(Machine *m) noexcept nogil:
    """Unpacker: frees all that a chunk's state holds (not the tables)."""
    cdef Frame *f = m.all_frames
    cdef Frame *fn
    cdef Obj *o = m.spare_objs if ENC else m.all_objs
    cdef Obj *on
    cdef Body *b = m.spare_bodies if ENC else m.all_bodies
    cdef Body *bn
    cdef uint32_t i
    if m.light:
        for i in range(m.frames.cap):
            if m.frames.keys[i]:
                frame_free(<Frame *> m.frames.vals[i])
        for i in range(SPARE):
            while m.spare[i] != NULL:
                f = m.spare[i]
                m.spare[i] = f.next
                frame_free(f)
        if m.root != NULL:
            frame_free(m.root)
        f = NULL
    while f != NULL:
        fn = f.next
        frame_free(f)
        f = fn
    while o != NULL:
        on = o.next
        free(o)
        o = on
    while b != NULL:
        bn = b.next
        body_free(b)
        b = bn
    map_free(&m.frames)
    map_free(&m.objs)
    map_free(&m.past_frames)
    map_free(&m.past_objs)
    for i in range(m.n_ns):
        free(m.ns[i])
    free(m.ns)
    free(m.threads)
