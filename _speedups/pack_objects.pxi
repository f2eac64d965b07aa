# Snapshots of objects: what changed is written, not the whole.


cdef inline Obj *present(Packer self, uint64_t oid) noexcept nogil:
    """The object, its contents standing in the chunk from here on."""
    cdef Obj *o = obj_need(&self.c.m, oid)
    cdef ObjHead h
    cdef Event e
    cdef uint64_t key, weight
    cdef uint32_t seen = o.last_seen
    touch(&self.c.m, o)
    if o.stamp != self.c.chunk_no:
        weight = 0
        if o.b != NULL:
            weight = <uint64_t> o.b.n_items + 2 * <uint64_t> o.b.n_pairs + 2 * <uint64_t> o.b.n_attrs
        if weight > self.big_object and weight > self.big_left and o.chain < MAX_CHAIN and seen < self.c.chunk_no:
            memset(&e, 0, sizeof(e))
            e.oid = oid
            e.n = self.c.chunk_no - seen
            e.a = o.uncertain
            self.emit(OP_BASE, &e)
            o.chain += 1
            o.remote = 1
        elif o.b != NULL:
            if weight > self.big_object:
                self.big_left -= weight if weight < self.big_left else self.big_left
            o.chain = 0
            key = key_of(&self.c, OP_SNAP, self.c.nth)
            code_symbol(&self.c, OP_SNAP)
            snap_object(&self.c, key, o, &h, &self.scratch)
            o.remote = 0
        o.stamp = self.c.chunk_no
    return o


cdef inline void write_change(Packer self, Obj *o, uint8_t op, uint64_t ktag, uint64_t kp, uint64_t tag, uint64_t p) noexcept nogil:
    """Writes and does a SETITEM, APPEND or SETATTR of an object that is present."""
    cdef Codec *c = &self.c
    cdef Machine *m = &c.m
    cdef uint32_t nth = c.nth
    cdef uint32_t col
    code_symbol(c, op)
    col = op_cols(c, key_of(c, op, nth))
    c.n_values += 3
    put_often(c, m.cur, &c.cols[col], T_OBJ, o.oid, wants(K_OBJECT, 0))
    if op == OP_SETATTR:
        put_often(c, m.cur, &c.cols[col + 1], T_STR, kp, 0)
        put_often(c, m.cur, &c.cols[col + 2], tag, p, wants(K_ATTR, kp))
        if o.oid <= self.highest:
            mark_attr(self, o.oid, kp)
        do_setattr(m, o, mk(T_STR, kp), mk(tag, p))
    elif op == OP_SETITEM:
        put_often(c, m.cur, &c.cols[col + 1], ktag, kp, wants(K_KEY, 0))
        put_often(c, m.cur, &c.cols[col + 2], tag, p, wants(K_ITEM, 0))
        do_setitem(m, o, mk(ktag, kp), mk(tag, p))
    else:
        put_often(c, m.cur, &c.cols[col + 2], tag, p, wants(K_APPENDED, 0))
        do_append(m, o, mk(tag, p))


cdef int change_event(Packer self, Src *s) noexcept nogil:
    """SETITEM, APPEND, SETATTR: the changes that are many."""
    cdef Codec *c = &self.c
    cdef const uint8_t *q = s.p + 9
    cdef uint8_t op = s.p[0]
    cdef uint64_t oid, ktag = 0, kp = 0, tag = 0, p = 0
    cdef uint32_t strid
    cdef Obj *o
    cdef Src rest
    if s.end - s.p < (13 if op == OP_SETATTR else 9):
        return SHORT
    oid = le64(s.p + 1)
    if op == OP_SETATTR:
        strid = ours(self, le32(q))
        if strid == 0:
            return BAD
        q += 4
        ktag = T_STR
        kp = strid - 1
    elif op == OP_SETITEM:
        q = value_at(self, s, q, &ktag, &kp)
    if q != NULL:
        q = value_at(self, s, q, &tag, &p)
    if q == NULL:                   # not all there, or no sense in it
        rest.p = s.p + (13 if op == OP_SETATTR else 9)
        rest.end = s.end
        return values_fault(self, &rest, 2 if op == OP_SETITEM else 1)
    if oid == 0:
        return BAD
    s.p = q
    self.begin()
    o = present(self, oid)
    if op == OP_SETATTR:
        str_at(c, kp).kept = 1
    write_change(self, o, op, ktag, kp, tag, p)
    return DONE


cdef int death_event(Packer self, Src *s) noexcept nogil:
    """DEATH: of an object that is known, else nothing."""
    cdef Codec *c = &self.c
    cdef uint64_t oid
    cdef uint32_t nth, col
    cdef Obj *o
    if s.end - s.p < 9:
        return SHORT
    oid = le64(s.p + 1)
    if oid == 0:
        return BAD
    s.p += 9
    self.begin()
    o = obj_find(&c.m, oid)
    if o == NULL:
        return DONE
    touch(&c.m, o)
    self.chunk_flags |= CF_DEATH
    nth = c.nth
    code_symbol(c, OP_DEATH)
    col = op_cols(c, key_of(c, OP_DEATH, nth))
    c.n_values += 3
    put(c, &c.cols[col], T_OBJ, oid, 0)
    do_death(&c.m, o)
    return DONE


cdef void tidy(Packer self, Obj *o) noexcept nogil:
    """Drops deleted entries when they are many."""
    cdef Body *b = o.b
    cdef uint32_t i, n
    if b == NULL or b.n_gone < 64 or b.n_gone * 2 < b.n_pairs + b.n_items:
        return
    n = 0
    for i in range(b.n_pairs):
        if b.pairs[2 * i].tag != T_GONE:
            b.pairs[2 * n] = b.pairs[2 * i]
            b.pairs[2 * n + 1] = b.pairs[2 * i + 1]
            n += 1
    b.n_pairs = n
    n = 0
    for i in range(b.n_items):
        if b.items[i].tag != T_GONE:
            b.items[n] = b.items[i]
            n += 1
    b.n_items = n
    b.n_gone = 0
    index_drop(b)


cdef int object_event(Packer self, Src *s) noexcept nogil:
    """OBJ: a snapshot. Known contents are compared: nothing, a few deltas, or all of it."""
    cdef ObjHead h
    cdef Val v
    cdef Val *to
    cdef uint64_t i, n, strid
    cdef int r
    cdef Obj *o
    cdef uint64_t key
    cdef uint32_t nth
    if s.end - s.p < 1 + 8 + 4 + 2 + 8 + 12:
        return SHORT
    memset(&h, 0, sizeof(h))
    h.oid = le64(s.p + 1)
    h.type_id = le32(s.p + 9)
    h.shape = s.p[13]
    h.flags = s.p[14]
    h.size = le64(s.p + 15)
    h.n_items = le32(s.p + 23)
    h.n_pairs = le32(s.p + 27)
    h.n_attrs = le32(s.p + 31)
    h.has_text = (h.flags & 4) != 0
    h.flags &= 3
    s.p += 35
    if h.oid == 0:
        return BAD
    self.vals.n = 0
    n = <uint64_t> h.n_items + 2 * <uint64_t> h.n_pairs
    if n > <uint64_t> (s.end - s.p):            # each takes a byte at least
        return SHORT
    vals_need(&self.vals, <uint32_t> n)
    to = self.vals.v
    for i in range(n):
        if not raw_quick(self, s, &to[i]):
            r = raw_value(self, s, &to[i], 0)
            if r != DONE:
                return r
    self.vals.n = <uint32_t> n
    for i in range(h.n_attrs):
        if s.end - s.p < 4:
            return SHORT
        strid = ours(self, le32(s.p))
        if strid == 0:
            return BAD
        s.p += 4
        str_at(&self.c, strid - 1).kept = 1
        vals_push(&self.vals, mk(T_STR, strid - 1))
        if not raw_quick(self, s, &v):
            r = raw_value(self, s, &v, 0)
            if r != DONE:
                return r
        vals_push(&self.vals, v)
    if h.has_text:
        r = raw_value(self, s, &v, 0)
        if r != DONE:
            return r
        vals_push(&self.vals, v)
    if self.vals.n > MAX_VALUES // 8:
        return BAD
    self.begin()
    o = obj_need(&self.c.m, h.oid)
    if o.b != NULL and write_diff(self, o, &h):
        tidy(self, o)
        return DONE
    touch(&self.c.m, o)
    nth = self.c.nth
    key = key_of(&self.c, OP_OBJ, nth)
    code_symbol(&self.c, OP_OBJ)
    code_object(&self.c, key, &h, &self.vals, 0)
    if h.oid <= self.highest:
        mark_body(self, h.oid, o.b)
    do_replace(&self.c.m, o, make_body(&self.c.m, &h, &self.vals))
    if h.oid <= self.highest:
        mark_body(self, h.oid, o.b)
    o.chain = 0
    o.stamp = self.c.chunk_no
    return DONE


cdef bint write_diff(Packer self, Obj *o, ObjHead *h) noexcept nogil:
    """Writes deltas that make the known contents those of the snapshot; False: the snapshot itself is better."""
    cdef Body *b = o.b
    cdef Val *v = self.vals.v
    cdef Val *p = v + h.n_items
    cdef Val *a = p + 2 * h.n_pairs
    cdef Val *have
    cdef uint32_t i, shared, first, last
    cdef uint32_t n = 0
    cdef uint32_t budget = 2 + (h.n_items + h.n_pairs + h.n_attrs) // 4
    cdef Event e
    cdef bint cut = h.flags & 1
    if b.type_id != h.type_id or b.shape != h.shape or b.flags != h.flags or b.n_gone or b.has_text != h.has_text:
        return False
    if h.has_text and not same(b.text, a[2 * h.n_attrs]):
        return False
    if h.n_attrs < b.n_attrs or h.n_pairs < b.n_pairs:
        return False
    if h.n_items < b.n_items and (cut or is_set(b) or h.n_items + 4 < b.n_items or is_map(b)):
        return False
    if cut and (h.n_items != b.n_items or h.n_pairs != b.n_pairs):
        return False
    have = b.items
    shared = min(b.n_items, h.n_items)
    first = shared
    last = 0
    for i in range(shared):
        if have[i].p != v[i].p or have[i].tag != v[i].tag:
            if n == 0:
                first = i
            last = i
            n += 1
    if n and is_set(b):
        return False
    for i in range(b.n_pairs):
        if not same(b.pairs[2 * i], p[2 * i]):
            return False
        n += not same(b.pairs[2 * i + 1], p[2 * i + 1])
    for i in range(b.n_attrs):
        if not same(b.attrs[2 * i], a[2 * i]):
            return False
        n += not same(b.attrs[2 * i + 1], a[2 * i + 1])
    n += h.n_pairs - b.n_pairs + h.n_attrs - b.n_attrs
    n += h.n_items - b.n_items if h.n_items > b.n_items else b.n_items - h.n_items
    if n > budget or o.uncertain:
        return False
    if n == 0 and b.size == h.size:
        return True
    # Nothing but a plain list, dict, set or attributes is changed piecemeal.
    if (b.n_items != h.n_items or n) and not (b.shape <= 5 or b.shape == 7 or b.shape == 12 or b.shape == 17):
        return False
    if b.n_pairs != h.n_pairs and not is_map(b):
        return False
    present(self, h.oid)
    memset(&e, 0, sizeof(e))
    e.oid = h.oid
    while b.n_items > h.n_items:
        e.key = mk(T_INT, b.n_items - 1)
        self.emit(OP_DELITEM, &e)
    for i in range(first, h.n_items if first == shared or h.n_items > shared else last + 1):
        if i < b.n_items and same(b.items[i], v[i]):
            continue
        write_change(self, o, OP_APPEND if i >= b.n_items and is_set(b) else OP_SETITEM, T_INT, i, v[i].tag, v[i].p)
    for i in range(h.n_pairs):
        if i >= b.n_pairs or not same(b.pairs[2 * i + 1], p[2 * i + 1]):
            write_change(self, o, OP_SETITEM, p[2 * i].tag, p[2 * i].p, p[2 * i + 1].tag, p[2 * i + 1].p)
    for i in range(h.n_attrs):
        if i >= b.n_attrs or not same(b.attrs[2 * i + 1], a[2 * i + 1]):
            write_change(self, o, OP_SETATTR, T_STR, a[2 * i].p, a[2 * i + 1].tag, a[2 * i + 1].p)
    if b.size != h.size:
        e.n = h.size
        self.emit(OP_SIZE, &e)
    return True
