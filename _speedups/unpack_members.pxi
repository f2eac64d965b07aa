# What objects hold, as Python values: whole or by the stretch, from the chunk itself or from an earlier one.


cdef RawObject part_of(Chunk chunk, Obj *o, uint64_t limit):
    """An object's contents at the chunk's present position, at most `limit` of each sort; None: not known here."""
    cdef Body *b = o.b
    cdef RawObject r
    if b == NULL or o.known_from > chunk.pos:
        return None
    r = RawObject.__new__(RawObject)
    r.oid = o.oid
    r.type_id = -1 if b.type_id == 0xFFFFFFFFU else b.type_id
    r.shape = b.shape
    r.flags = b.flags
    r.size = b.size
    r.n_items = b.n_items - (b.n_gone if is_set(b) else 0)
    r.n_pairs = b.n_pairs - (0 if is_set(b) else b.n_gone)
    r.n_attrs = b.n_attrs
    r.items = stretch(chunk, b, 0, 0, limit)
    r.pairs = stretch(chunk, b, 1, 0, limit)
    r.attrs = stretch(chunk, b, 2, 0, limit)
    r.text = chunk.raw(b.text) if b.has_text else None
    r.uncertain = o.uncertain
    r.as_of = chunk.visible(o.cur_rec - 1) - 1 if o.cur_rec else o.base_as_of
    r.dead_at = o.dead_at if o.dead else -1
    return r


cdef list stretch(Chunk chunk, Body *b, int role, uint64_t start, uint64_t stop):
    """A stretch of the items (0), pairs (1) or attributes (2); deleted ones do not count."""
    cdef uint64_t i, n
    cdef uint64_t seen = 0
    cdef uint32_t width = 1 if role == 0 else 2
    cdef Val *v = b.items if role == 0 else b.pairs if role == 1 else b.attrs
    cdef list found = []
    n = b.n_items if role == 0 else b.n_pairs if role == 1 else b.n_attrs
    i = 0
    if b.n_gone == 0 or role == 2:
        i = seen = min(start, n)
    while i < n and seen < stop:
        if v[i * width].tag != T_GONE:
            if seen >= start:
                if role == 0:
                    found.append(chunk.raw(v[i]))
                elif role == 1:
                    found.append((chunk.raw(v[2 * i]), chunk.raw(v[2 * i + 1])))
                else:
                    found.append((chunk.name(v[2 * i].p), chunk.raw(v[2 * i + 1])))
            seen += 1
        i += 1
    return found


cdef RawObject copy_head(RawObject o):
    """The object without its members."""
    cdef RawObject c = RawObject.__new__(RawObject)
    c.oid, c.type_id, c.shape, c.flags, c.size = o.oid, o.type_id, o.shape, o.flags, o.size
    c.n_items, c.n_pairs, c.n_attrs = o.n_items, o.n_pairs, o.n_attrs
    c.text, c.as_of, c.uncertain, c.dead_at = o.text, o.as_of, o.uncertain, o.dead_at
    return c


cdef RawObject cut_object(RawObject o, uint64_t limit):
    """The same with at most `limit` members of each sort."""
    cdef RawObject c
    if o.n_items <= limit and o.n_pairs <= limit and o.n_attrs <= limit:
        return o
    c = copy_head(o)
    c.items, c.pairs, c.attrs = o.items[:limit], o.pairs[:limit], o.attrs[:limit]
    return c


@cython.final
cdef class Remote:
    """An object whose contents stand in an earlier chunk, brought to any place of this one change by change."""
    cdef RawObject base
    cdef RawObject head         # size
    cdef list items
    cdef dict members           # of a set
    cdef dict pairs
    cdef dict attrs
    cdef list done              # log positions + 1 of the changes that are in it, and how to undo each (None: start again)
    cdef bint mapping
    cdef bint unordered

    def __cinit__(self, RawObject base):
        self.base = base
        self.mapping = base.shape == 2 or base.shape == 17
        self.unordered = base.shape == 3 or base.shape == 4
        self.reset()

    cdef void reset(self):
        self.head = copy_head(self.base)
        self.items = [] if self.unordered else list(self.base.items)
        self.members = dict.fromkeys(self.base.items) if self.unordered else {}
        self.pairs = dict(self.base.pairs)
        self.attrs = dict(self.base.attrs)
        self.done = []

    cdef object bring(self, Chunk chunk, uint32_t upto):
        """Does or undoes changes until the newest is the one at log position `upto` - 1 (0: none)."""
        cdef Rec *r
        cdef list ahead = []
        cdef uint32_t at = upto
        cdef uint32_t last = 0
        cdef object how
        while self.done:
            last, how = self.done[len(self.done) - 1]
            if last <= upto:
                break
            if how is None:
                self.reset()
            else:
                self.done.pop()
                self.undo(how)
            last = 0
        while at > last:
            r = &chunk.log.r[at - 1]
            if r.kind != R_DELTA:
                break                       # a whole snapshot that was undone: cannot be
            ahead.append(at)
            at = r.prev
        while ahead:
            at = ahead.pop()
            r = &chunk.log.r[at - 1]
            key = chunk.name(r.old.p) if r.a == OP_SETATTR or r.a == OP_DELATTR else chunk.raw(r.old)
            self.done.append((at, self.change(r.a, key, chunk.raw(r.new))))

    cdef object change(self, int op, object key, object value):
        """What contents.pxd does to a body, on Python's containers; returns how to undo it."""
        cdef bint cut = self.head.flags & 1
        cdef list items = self.items
        size = self.head.size
        if op == OP_SIZE:
            self.head.size = value
            return (size, None, None, None)
        if op == OP_SETATTR or op == OP_DELATTR:
            old = self.attrs.get(key, UNBOUND)
            if op == OP_SETATTR:
                self.attrs[key] = value
            elif old is not UNBOUND:
                del self.attrs[key]
                return None
            return (size, self.attrs, key, old)
        if self.unordered and (op == OP_APPEND or op == OP_DELITEM):
            known = (value if op == OP_APPEND else key) in self.members
            if op == OP_APPEND:
                self.head.size += not cut and not known
                self.members[value] = None
                return (size, self.members, value, None if known else UNBOUND)
            self.head.size -= not cut and size > 0 and known
            if known:
                del self.members[key]
                return None
            return (size, None, None, None)
        if op == OP_DELITEM and (self.mapping or type(key) is not int or key < 0):
            if key in self.pairs:
                self.head.size -= self.mapping and not cut and size > 0
                del self.pairs[key]
                return None
            return (size, None, None, None)
        if op == OP_DELITEM:
            self.head.size -= size > 0
            if self.pairs:
                self.pairs = {k: v for k, v in self.pairs.items() if type(k) is not int or k < key}
                if key < len(items):
                    del items[key]
                return None
            if key >= len(items):
                return (size, None, None, None)
            return (size, items, key, items.pop(key), "insert")
        if op == OP_APPEND:
            key = size
        if not (self.mapping or self.unordered or type(key) is not int or key < 0):
            self.head.size = max(size, key + 1)
            if key < len(items):
                old = items[key]
                items[key] = value
                return (size, items, key, old)
            if key <= len(items) + MAX_GAP_FILL:
                old = len(items)
                items.extend([UNKNOWN] * (key - old))
                items.append(value)
                return (size, items, old, UNBOUND)
        else:
            self.head.size += self.mapping and not cut and key not in self.pairs
        old = self.pairs.get(key, UNBOUND)
        self.pairs[key] = value
        return (size, self.pairs, key, old)

    cdef object undo(self, tuple how):
        self.head.size = how[0]
        where, key, old = how[1], how[2], how[3]
        if where is None:
            return
        if len(how) == 5:
            where.insert(key, old)
        elif old is not UNBOUND:
            where[key] = old
        elif type(where) is list:
            del where[key:]
        else:
            del where[key]

    cdef object table(self, int role):
        if role == 0:
            return self.members if self.unordered else self.items
        return self.pairs if role == 1 else self.attrs

    cdef list stretch(self, int role, uint64_t start, uint64_t stop):
        table = self.table(role)
        if type(table) is list:
            return table[start:min(stop, len(table))]
        members = table if role == 0 else table.items()
        return list(islice(members, min(start, len(table)), min(stop, len(table))))

    cdef RawObject part(self, uint64_t limit):
        cdef RawObject found = copy_head(self.head)
        found.n_items, found.n_pairs, found.n_attrs = len(self.table(0)), len(self.pairs), len(self.attrs)
        found.items, found.pairs, found.attrs = self.stretch(0, 0, limit), self.stretch(1, 0, limit), self.stretch(2, 0, limit)
        return found

    cdef object entry(self, int op, object key):
        """What one change of that sort is about: None where it is the whole."""
        if op == OP_SETATTR or op == OP_DELATTR:
            return self.attrs.get(key, UNBOUND)
        if self.unordered:
            return key in self.members
        if self.mapping or type(key) is not int or key < 0 or key >= len(self.items):
            return self.pairs.get(key, UNBOUND)
        return self.items[key]
