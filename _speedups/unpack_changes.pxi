# Which objects differ from one step to the next.


cdef bint same_bodies(Body *a, Body *b) noexcept nogil:
    """Whether two states of an object hold the same."""
    if a == NULL or b == NULL or a.type_id != b.type_id or a.shape != b.shape or a.size != b.size or a.flags != b.flags:
        return False
    if a.n_gone or b.n_gone or a.n_items != b.n_items or a.n_pairs != b.n_pairs or a.n_attrs != b.n_attrs or a.has_text != b.has_text:
        return False
    return (memcmp(a.items, b.items, a.n_items * sizeof(Val)) == 0 and memcmp(a.pairs, b.pairs, 2 * a.n_pairs * sizeof(Val)) == 0
            and memcmp(a.attrs, b.attrs, 2 * a.n_attrs * sizeof(Val)) == 0 and (not a.has_text or same(a.text, b.text)))


cdef inline bint growth(Rec *r) noexcept nogil:
    """A change that no other of the kind takes back."""
    if r.kind == R_SIZE:
        return r.size < r.new.p
    return r.kind == R_PUSH or r.kind == R_PAIRPUSH or r.kind == R_ATTRPUSH


cdef dict changed_objects(Chunks chunks, int64_t steps, int64_t step):
    """The objects that have a record on the way from the step before to this one; see `Scanner.changed`."""
    cdef Chunk chunk
    cdef uint32_t j, begin
    cdef Rec *r
    cdef Obj *o
    cdef dict found = {}
    cdef set others = set()         # objects of which more was done than to add to them
    if not 0 < step < steps:
        return None
    chunk = chunks.get(chunks.at(step))
    if not chunk.first_step < step < chunk.first_step + chunk.n_steps:
        return None
    chunk.need(step)
    begin = chunk.position(step - 1)
    for j in range(begin, chunk.position(step)):
        r = &chunk.log.r[j]
        if not R_ITEM <= r.kind <= R_DELTA or r.kind == R_UNCERTAIN:
            continue
        o = <Obj *> r.ptr
        if r.kind == R_DEATH:
            found.setdefault(o.oid, False)
        elif o.known_from > begin:
            found[o.oid] = None
        elif o.oid not in found:
            found[o.oid] = record_changes(chunks, chunk, r)
            if not growth(r):
                others.add(o.oid)
        elif o.oid in others or not growth(r):
            found[o.oid] = None
    return found


cdef object record_changes(Chunks chunks, Chunk chunk, Rec *r):
    """Whether the object differs before and after a record; None: not to be said."""
    cdef int kind = r.kind
    cdef Remote base
    cdef Body *a
    cdef Body *b
    if kind == R_ITEM or kind == R_PAIR or kind == R_ATTR:
        return not same(r.old, r.new)
    if kind == R_PUSH or kind == R_PAIRPUSH or kind == R_PAIRGONE or kind == R_ITEMGONE or kind == R_ATTRPUSH or kind == R_ATTRREMOVE:
        return True
    if kind == R_SIZE:
        return r.size != r.new.p
    if kind == R_REMOVE:
        return r.a != 0xFFFFFFFFU or r.size != r.new.p
    if kind == R_REPLACE:
        chunk.move(<uint32_t> (r - chunk.log.r) + 1)        # contents are changed in place
        a = <Body *> r.old.p
        b = <Body *> r.new.p
        return False if same_bodies(a, b) else None
    if kind != R_DELTA or r.a == OP_SIZE:
        return None
    base = chunks.remote(chunk, <Obj *> r.ptr)
    if base is None:
        return None
    base.bring(chunk, r.prev)
    if r.a == OP_APPEND and not base.unordered:
        return True
    key = chunk.name(r.old.p) if r.a == OP_SETATTR or r.a == OP_DELATTR else chunk.raw(r.new if r.a == OP_APPEND else r.old)
    before = base.entry(r.a, key)
    base.bring(chunk, <uint32_t> (r - chunk.log.r) + 1)
    after = base.entry(r.a, key)
    if r.a == OP_DELITEM and not (base.unordered or base.mapping):
        return None
    return type(before) is not type(after) or (before != after and (before == before or after == after))
