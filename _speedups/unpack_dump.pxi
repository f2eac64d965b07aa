# Every record of a chunk as plain Python data, for the dump and for tests.

RECORD_NAMES = {
    R_SITE: "site", R_SLOT: "slot", R_NS: "global", R_ENTER: "enter", R_VALUE: "value", R_CUR: "current", R_PARENT: "parent", R_STATE: "lost",
    R_FUNC: "function", R_ITEM: "item", R_PUSH: "push", R_REMOVE: "remove", R_PAIR: "pair", R_PAIRPUSH: "newpair", R_PAIRGONE: "delpair",
    R_ATTR: "attr", R_ATTRPUSH: "newattr", R_ATTRREMOVE: "delattr", R_REPLACE: "object", R_SIZE: "size", R_UNCERTAIN: "asof",
    R_DEATH: "death", R_ITEMGONE: "discard", R_DELTA: "delta", R_SWITCH: "thread", R_OUTPUT: "output", R_GAP: "gap", R_TASK: "task", R_EXIT: "exit",
}


cdef object body_record(Chunk chunk, Body *b):
    """Type, shape, flags, size, then items, pairs, attributes, text."""
    cdef uint32_t i
    cdef list found = [-1 if b.type_id == 0xFFFFFFFFU else b.type_id, b.shape, b.flags, b.size]
    found.append([chunk.raw(b.items[i]) for i in range(b.n_items) if b.items[i].tag != T_GONE])
    found.append([(chunk.raw(b.pairs[2 * i]), chunk.raw(b.pairs[2 * i + 1])) for i in range(b.n_pairs) if b.pairs[2 * i].tag != T_GONE])
    found.append([(chunk.name(b.attrs[2 * i].p), chunk.raw(b.attrs[2 * i + 1])) for i in range(b.n_attrs)])
    found.append(chunk.raw(b.text) if b.has_text else None)
    return found


def key_frame(file, int number):
    """(name, fields) of what the key frame and the snapshots of a chunk hold."""
    cdef Chunks chunks = chunks_of(file)
    cdef Chunk chunk = chunks.get(number)
    cdef Machine *m = &chunk.c.m
    cdef Frame *f
    cdef Obj *o
    cdef uint32_t i
    cdef list found = []
    chunk.need_all()
    chunk.move(0)
    for i in range(m.n_threads):
        if m.threads[i].known:
            found.append(("thread", [i, m.threads[i].cur]))
    frames = {}
    f = m.all_frames
    while f != NULL:
        if f.id and f.born == 0:
            slots = [(i, chunk.raw(f.slots[i])) for i in range(f.n_slots)
                     if f.slots[i].tag != T_UNBOUND and not m.t.funcs[f.func].is_module]
            frames[f.id] = ("frame", [f.id, f.parent, f.func, f.thread, f.state, f.last_site, f.last_step, f.depth, slots])
        f = f.next
    found.extend(frames[key] for key in sorted(frames))
    for i in range(m.n_ns):
        if m.ns[i] != NULL:
            slots = [(j, chunk.raw(m.ns[i][j])) for j in range(m.t.mods[i].n_slots) if m.ns[i][j].tag != T_UNBOUND]
            if slots:
                found.append(("namespace", [i, slots]))
    objects = {}
    o = m.all_objs
    while o != NULL:
        if o.known_from == 0 and o.b != NULL:
            objects[o.oid] = ("snapshot", [o.oid, *body_record(chunk, o.b), o.base_as_of, bool(o.uncertain)])
        elif o.remote:
            objects[o.oid] = ("base", [o.oid, o.remote])
        o = o.next
    found.extend(objects[key] for key in sorted(objects))
    return found


def records(file, int number):
    """(first step that shows it, name, fields) of every record of a chunk, in order."""
    cdef Chunks chunks = chunks_of(file)
    cdef Chunk chunk = chunks.get(number)
    cdef Rec *r
    cdef uint32_t j
    cdef int kind
    cdef list fields
    cdef int output = 0
    chunk.need_all()
    for j in range(chunk.log.n):
        r = &chunk.log.r[j]
        kind = r.kind
        if kind == R_SITE:
            fields = [(<Frame *> r.ptr).id, r.a]
        elif kind == R_SLOT:
            fields = [(<Frame *> r.ptr).id, r.a, chunk.raw(r.new)]
        elif kind == R_NS:
            fields = [r.b, r.a, chunk.raw(r.new)]
        elif kind == R_ENTER:
            fields = [(<Frame *> r.ptr).id, r.a]
        elif kind == R_VALUE:
            fields = [(<Frame *> r.ptr).id, "exception" if r.a else "value", chunk.raw(r.new)]
        elif kind == R_CUR:
            fields = [r.a, r.new.p]
        elif kind == R_PARENT:
            fields = [(<Frame *> r.ptr).id, r.new.p]
        elif kind == R_STATE or kind == R_FUNC:
            fields = [(<Frame *> r.ptr).id]
        elif kind == R_REPLACE:
            fields = [(<Obj *> r.ptr).oid, *body_record(chunk, <Body *> r.new.p)]
        elif kind == R_ITEM:
            fields = [(<Obj *> r.ptr).oid, r.a, chunk.raw(r.new)]
        elif kind == R_PUSH:
            fields = [(<Obj *> r.ptr).oid, chunk.raw(r.new)]
        elif kind == R_REMOVE:
            fields = [(<Obj *> r.ptr).oid, -1 if r.a == 0xFFFFFFFFU else r.a]
        elif kind == R_PAIR:
            fields = [(<Obj *> r.ptr).oid, r.a, chunk.raw(r.new)]
        elif kind == R_PAIRPUSH or kind == R_ATTRPUSH:
            fields = [(<Obj *> r.ptr).oid, chunk.raw(r.old), chunk.raw(r.new)]
        elif kind == R_PAIRGONE or kind == R_ITEMGONE or kind == R_ATTRREMOVE:
            fields = [(<Obj *> r.ptr).oid, chunk.raw(r.old)]
        elif kind == R_DELTA:
            fields = [(<Obj *> r.ptr).oid, r.a, chunk.raw(r.old), chunk.raw(r.new)]
        elif kind == R_ATTR:
            fields = [(<Obj *> r.ptr).oid, r.a, chunk.raw(r.new)]
        elif kind == R_SIZE:
            fields = [(<Obj *> r.ptr).oid, r.new.p]
        elif kind == R_UNCERTAIN or kind == R_DEATH:
            fields = [(<Obj *> r.ptr).oid]
        elif kind == R_OUTPUT:
            outputs = chunk.load_outputs()
            fields = list(outputs[output][1:]) if output < <int> len(outputs) else []
            output += 1
        elif kind == R_GAP:
            fields = [r.new.p]
        elif kind == R_TASK:
            fields = [r.old.p, r.size, chunk.name(r.new.p)]
        elif kind == R_EXIT:
            fields = [<int32_t> r.a]
        else:
            fields = [r.a]
        yield (chunk.visible(j), RECORD_NAMES[kind], fields)
