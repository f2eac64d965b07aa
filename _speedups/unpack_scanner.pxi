# Questions over the whole recording: the index first, then decoded chunks. A direction is +1 or -1.


cdef int kind_of_event(Chunk chunk, Rec *r) noexcept nogil:
    """Bits of the events that a log record stands for."""
    cdef uint32_t flags
    cdef int kinds = 0
    cdef int kind = r.kind
    if kind == R_SITE:
        flags = chunk.c.m.t.sites[r.a].flags
        if not flags & EVENT_SITE_FLAGS:
            return 0
        if flags & F_ENTER:
            kinds |= 1
        if flags & F_RETURN:
            kinds |= 2
        if flags & F_YIELD:
            kinds |= 4
        if flags & F_RESUME:
            kinds |= 8
        if flags & F_AWAIT:
            kinds |= 16
        if flags & F_AWAITED:
            kinds |= 32
        if flags & F_UNWIND:
            kinds |= 64
        if flags & F_CAUGHT:
            kinds |= 128
        if flags & F_END:
            kinds |= 256
        return kinds
    if R_ITEM <= kind <= R_DELTA:
        if kind == R_DEATH:
            return 4096
        return 65536 if kind != R_UNCERTAIN else 0
    if kind == R_STATE:
        return 512
    if kind == R_OUTPUT:
        return 1024
    if kind == R_GAP:
        return 2048
    if kind == R_SWITCH:
        return 8192
    if kind == R_TASK:
        return 16384
    if kind == R_EXIT:
        return 32768
    return 0


@cython.final
cdef class Scanner:
    """Questions over the packed file."""
    cdef object file
    cdef Chunks chunks
    cdef int64_t steps_
    UNBOUND = UNBOUND

    def __init__(self, file):
        self.file = file
        self.chunks = chunks_of(file)
        self.steps_ = file.steps

    # ---- steps ----------------------------------------------------------------------------------

    cdef int64_t find_row(self, int64_t start, int direction, int what, const uint8_t *wanted, uint64_t x, uint64_t y):
        """Next step by a test on its row. what: 0 site in wanted[x], 1 frame x, 2 thread x and depth <= y, 3 thread x."""
        cdef int i
        cdef Chunk chunk
        cdef int64_t j, lo, hi
        cdef Row *r
        cdef bint yes
        if self.steps_ == 0:
            return -1
        if direction > 0:
            if start >= self.steps_:
                return -1
            start = max(start, 0)
        else:
            if start < 0:
                return -1
            start = min(start, self.steps_ - 1)
        i = self.chunks.at(start)
        while 0 <= i < self.chunks.n:
            info = self.file.chunks[i]
            if info.n_steps and (what != 0 or self.chunks.index(i).has_any(wanted, <uint32_t> x)):
                if what == 1 and info.first_frame > x and direction < 0 and start < info.first_step:
                    return -1
                chunk = self.chunks.get(i)
                lo = 0
                hi = chunk.n_steps
                if direction > 0 and start > chunk.first_step:
                    lo = start - chunk.first_step
                if direction < 0 and start < chunk.first_step + hi - 1:
                    hi = start - chunk.first_step + 1
                chunk.need(chunk.first_step + hi - 1)
                j = lo if direction > 0 else hi - 1
                while lo <= j < hi:
                    r = &chunk.rows[j]
                    if what == 0:
                        yes = r.site < x and wanted[r.site]
                    elif what == 1:
                        yes = r.frame == x
                    elif what == 2:
                        yes = r.thread == x and r.depth <= y
                    else:
                        yes = r.thread == x
                    if yes:
                        return chunk.first_step + j
                    j += direction
            if what == 1 and direction < 0 and info.first_frame <= x:
                return -1
            i += direction
        return -1

    cdef bytes site_set(self, sites):
        cdef bytearray found = bytearray(self.file.n_sites + 1)
        for site in sites:
            if 0 <= site < self.file.n_sites:
                found[site] = 1
        return bytes(found)

    def next_site(self, int64_t start, int direction, sites):
        cdef bytes wanted = self.site_set(sites)
        return self.find_row(start, direction, 0, <const uint8_t *> <char *> wanted, len(wanted), 0)

    def next_frame_step(self, int64_t start, int direction, uint64_t frame):
        return self.find_row(start, direction, 1, NULL, frame, 0)

    def next_depth(self, int64_t start, int direction, uint32_t thread, uint32_t depth):
        return self.find_row(start, direction, 2, NULL, thread, depth)

    def next_thread_step(self, int64_t start, int direction, uint32_t thread):
        return self.find_row(start, direction, 3, NULL, thread, 0)

    def step_info(self, int64_t step):
        cdef Chunk chunk
        cdef Row *r
        if not 0 <= step < self.steps_:
            raise IndexError(f"step {step} is outside 0..{self.steps_ - 1}")
        chunk = self.chunks.get(self.chunks.at(step))
        if not chunk.first_step <= step < chunk.first_step + chunk.n_steps:
            raise lost_steps(step)
        chunk.need(step)
        r = &chunk.rows[step - chunk.first_step]
        return (step, r.site, r.thread, r.frame, r.depth, r.time)

    def steps(self, int64_t start, int64_t stop):
        cdef int64_t i = max(start, 0)
        cdef int64_t end
        cdef Chunk chunk
        cdef Row *r
        stop = min(stop, self.steps_)
        while i < stop:
            chunk = self.chunks.get(self.chunks.at(i))
            end = min(stop, chunk.first_step + chunk.n_steps)
            if end <= i:                # lost
                i = self.file.chunks[chunk.number + 1].first_step
                continue
            chunk.need(end - 1)
            while i < end:
                r = &chunk.rows[i - chunk.first_step]
                yield (i, r.site, r.thread, r.frame, r.depth, r.time)
                i += 1

    # ---- writes ---------------------------------------------------------------------------------

    cdef object found_write(self, Chunk chunk, Rec *r, uint32_t at, owner):
        cdef Val v = r.new
        if r.kind == R_REPLACE or r.kind == R_SIZE or r.kind == R_PAIRGONE or r.kind == R_REMOVE or r.kind == R_ITEMGONE or r.kind == R_ATTRREMOVE or r.kind == R_DEATH:
            return (r.writer, chunk.visible(at), owner, UNBOUND if r.kind != R_REPLACE and r.kind != R_SIZE else UNKNOWN)
        if r.kind == R_DELTA and r.a == OP_SIZE:
            return (r.writer, chunk.visible(at), owner, UNKNOWN)
        return (r.writer, chunk.visible(at), owner, chunk.raw(v))

    cdef object scan_log(self, int64_t start, int direction, int what, uint64_t x, uint32_t slot, uint64_t oid, key, const uint8_t *wanted):
        """The next log record that is a write. what: 1 slot of frame x, 2 slot of function x, 3 module variable of x, 4 object oid."""
        cdef int i
        cdef Chunk chunk
        cdef int64_t j, n, begin
        cdef Rec *r
        cdef Frame *f
        cdef bint yes
        if self.chunks.n == 0:
            return None
        i = self.chunks.at(max(min(start, self.steps_ - 1), 0))
        # A change after the last step of a chunk shows first in the next chunk's first step.
        if direction < 0:
            while i + 1 < self.chunks.n and self.file.chunks[i].first_step + self.file.chunks[i].n_steps <= start:
                i += 1
        else:
            while i > 0 and self.file.chunks[i].first_step > start:
                i -= 1
        while 0 <= i < self.chunks.n:
            if what == 4:
                yes = self.chunks.index(i).has_oid(oid)
            else:
                yes = self.chunks.index(i).has_any(wanted, <uint32_t> self.file.n_sites) or what == 3
            if what == 1 and not yes and oid:
                yes = self.chunks.index(i).has_oid(oid)
            if yes:
                chunk = self.chunks.get(i)
                chunk.need_all()
                n = chunk.log.n
                if direction > 0:
                    j = chunk.position(start) if start < chunk.first_step + chunk.n_steps else n
                else:
                    j = (chunk.position(start) if start < chunk.first_step + chunk.n_steps else n) - 1
                while 0 <= j < n:
                    r = &chunk.log.r[j]
                    if what == 1:
                        if r.kind == R_SLOT and r.a == slot and r.ptr != NULL and (<Frame *> r.ptr).id == x and r.new.tag != T_CELL:
                            return self.found_write(chunk, r, <uint32_t> j, x)
                        if oid and R_ITEM <= r.kind <= R_PUSH and (<Obj *> r.ptr).oid == oid:
                            return self.found_write(chunk, r, <uint32_t> j, x)
                    elif what == 2:
                        if r.kind == R_SLOT and r.a == slot and <uint64_t> (<Frame *> r.ptr).func == x and r.new.tag != T_CELL:
                            return self.found_write(chunk, r, <uint32_t> j, (<Frame *> r.ptr).id)
                    elif what == 3:
                        if r.kind == R_NS and r.a == slot and r.b == x:
                            return self.found_write(chunk, r, <uint32_t> j, 0)
                    elif R_ITEM <= r.kind <= R_DELTA and r.kind != R_UNCERTAIN and (<Obj *> r.ptr).oid == oid:
                        if key is None or self.key_matches(chunk, r, key):
                            return self.found_write(chunk, r, <uint32_t> j, oid)
                    j += direction
            if what == 1 and not oid and direction < 0 and self.file.chunks[i].first_frame <= x:
                return None
            i += direction
        return None

    cdef bint key_matches(self, Chunk chunk, Rec *r, key) except -1:
        """Whether the change is one of that attribute or item."""
        cdef int kind = r.kind
        what, name = key
        if kind == R_REPLACE:
            return self.replaced(chunk, r, what, name)
        if kind == R_DELTA:
            if r.a == OP_SETATTR or r.a == OP_DELATTR:
                return what == "attr" and chunk.name(r.old.p) == name
            return what == "item" and (r.a == OP_SETITEM or r.a == OP_DELITEM) and chunk.raw(r.old) == name
        if what == "attr":
            if kind == R_ATTRPUSH or kind == R_ATTRREMOVE:
                return chunk.name(r.old.p) == name
            if kind == R_ATTR:
                return self.attr_name(chunk, r) == name
            return False
        if kind == R_ITEM or kind == R_PUSH or kind == R_REMOVE:
            if type(name) is not int:
                return False
            if kind == R_PUSH:
                return r.old.p == <uint64_t> name + 1
            if kind == R_REMOVE:
                return r.a <= <uint64_t> name
            return r.a == name
        if kind == R_PAIRPUSH or kind == R_PAIRGONE or kind == R_ITEMGONE:
            return chunk.raw(r.old) == name
        if kind == R_PAIR:
            return self.pair_key(chunk, r) == name
        return False

    cdef object attr_name(self, Chunk chunk, Rec *r):
        """Name of the attribute that a record changed: read in the state as it was."""
        cdef Obj *o = <Obj *> r.ptr
        chunk.move(<uint32_t> (r - chunk.log.r))
        return chunk.name(o.b.attrs[2 * r.a].p) if o.b != NULL and r.a < o.b.n_attrs else None

    cdef object pair_key(self, Chunk chunk, Rec *r):
        cdef Obj *o = <Obj *> r.ptr
        chunk.move(<uint32_t> (r - chunk.log.r))
        return chunk.raw(o.b.pairs[2 * r.a]) if o.b != NULL and r.a < o.b.n_pairs else UNBOUND

    cdef bint replaced(self, Chunk chunk, Rec *r, what, name) except -1:
        """Whether a new snapshot changed that attribute or item."""
        return self.look(chunk, <Body *> r.old.p, what, name) != self.look(chunk, <Body *> r.new.p, what, name)

    cdef object look(self, Chunk chunk, Body *b, what, name):
        cdef uint32_t i
        if b == NULL:
            return UNBOUND
        if what == "attr":
            for i in range(b.n_attrs):
                if chunk.name(b.attrs[2 * i].p) == name:
                    return chunk.raw(b.attrs[2 * i + 1])
            return UNBOUND
        if type(name) is int and not is_map(b) and 0 <= name < b.n_items:
            return chunk.raw(b.items[<uint32_t> name])
        for i in range(b.n_pairs):
            if b.pairs[2 * i].tag != T_GONE and chunk.raw(b.pairs[2 * i]) == name:
                return chunk.raw(b.pairs[2 * i + 1])
        return UNBOUND

    cdef bytes writer_sites(self, uint32_t module, uint32_t function, uint32_t slot):
        """Sites of the function (or of the module, for its variables) that write the slot."""
        cdef Tables *t = &self.chunks.tables.t
        cdef bytearray found = bytearray(t.n_sites + 1)
        cdef uint32_t i, j
        cdef Site *s
        cdef Spec *p
        cdef bint of_module = t.funcs[t.mods[module].first_func + function].is_module
        for i in range(t.n_sites):
            s = &t.sites[i]
            if t.funcs[s.func].module != module:
                continue
            for j in range(s.n_specs):
                p = &t.specs[s.first_spec + j]
                if p.slot == slot and (p.kind == S_W or p.kind == S_U) and t.funcs[s.func].index == function:
                    found[i] = 1
                if of_module and p.slot == slot and (p.kind == S_G or p.kind == S_UG):
                    found[i] = 1
        return bytes(found)

    def frame_info(self, uint64_t frame):
        cdef Chunk chunk
        cdef Frame *f
        cdef Func *fn
        cdef uint32_t j
        cdef Rec *r
        cdef int number = self.birth_chunk(frame)
        site = -1
        chunk = self.chunks.get(number)
        chunk.need_all()
        f = frame_find(&chunk.c.m, frame)
        if f == NULL:
            f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
        if f == NULL or frame == 0:
            raise KeyError(frame)
        if f.born and chunk.log.r[f.born - 1].kind == R_ENTER:
            site = chunk.log.r[f.born - 1].a
        if f.func < 0:
            return (-1, -1, f.parent, f.thread, site)
        fn = &chunk.c.m.t.funcs[f.func]
        return (fn.module, fn.index, f.parent, f.thread, site)

    cdef int birth_chunk(self, uint64_t frame) except -1:
        """The chunk in which the frame was entered."""
        cdef int lo = 0
        cdef int hi = self.chunks.n
        cdef int mid
        if self.chunks.n == 0 or frame == 0:
            raise KeyError(frame)
        while lo < hi:
            mid = (lo + hi) >> 1
            if self.file.chunks[mid].first_frame <= frame:
                lo = mid + 1
            else:
                hi = mid
        return max(lo - 1, 0)

    def frame_range(self, uint64_t frame):
        cdef int i = self.birth_chunk(frame)
        cdef Chunk chunk = self.chunks.get(i)
        cdef Frame *f
        cdef uint32_t j
        cdef Rec *r
        cdef int lo, hi, mid
        chunk.need_all()
        f = frame_find(&chunk.c.m, frame)
        if f == NULL:
            f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
        if f == NULL:
            raise KeyError(frame)
        first = chunk.visible(f.born - 1) if f.born else chunk.first_step
        # The last chunk whose key frame has the frame alive (it is alive in all between).
        if frame_find(&chunk.c.m, frame) != NULL:
            lo = i
            hi = self.chunks.n - 1
            while lo < hi:
                mid = (lo + hi + 1) >> 1
                chunk = self.chunks.get(mid)
                if frame_find(&chunk.c.m, frame) != NULL or map_get(&chunk.c.m.past_frames, frame) != NULL:
                    lo = mid
                else:
                    hi = mid - 1
            chunk = self.chunks.get(lo)
            chunk.need_all()
        if frame_find(&chunk.c.m, frame) != NULL:
            return (first, self.steps_ - 1)
        f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
        j = chunk.log.n
        while j > 0:
            j -= 1
            r = &chunk.log.r[j]
            if (r.kind == R_SITE or r.kind == R_STATE) and r.ptr == f:
                if r.kind == R_SITE and chunk.c.m.t.sites[r.a].flags & (F_STEP | F_ITER):
                    return (first, chunk.visible(j))
                return (first, chunk.visible(j) - 1)
        return (first, chunk.first_step + chunk.n_steps - 1)

    def next_write(self, int64_t start, int direction, uint64_t frame, uint32_t slot):
        cdef Chunk chunk
        cdef uint64_t oid = 0
        cdef Frame *f
        module, function, _, _, _ = self.frame_info(frame)
        if module < 0:
            return None
        if function == 0:
            return self.next_function_write(start, direction, module, 0, slot)
        first, last = self.frame_range(frame)
        # The cell behind the slot, if there is one: told right after the frame's beginning, perhaps in the next chunk.
        number = self.birth_chunk(frame)
        for i in range(number, min(number + 2, self.chunks.n)):
            chunk = self.chunks.get(i)
            chunk.need_all()
            chunk.move(chunk.log.n)
            f = frame_find(&chunk.c.m, frame)
            if f == NULL:
                f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
            if f != NULL and slot < f.n_slots and f.slots[slot].tag == T_CELL:
                oid = f.slots[slot].p
                break
        wanted = self.writer_sites(module, function, slot)
        if direction < 0 and not oid:
            start = min(start, last + 1)
        if direction > 0 and not oid and start < first - 1:
            start = first - 1
        return self.scan_log(start, direction, 1, frame, slot, oid, None, <const uint8_t *> <char *> wanted)

    def next_function_write(self, int64_t start, int direction, uint32_t module, uint32_t function, uint32_t slot):
        cdef Tables *t = &self.chunks.tables.t
        cdef uint32_t func
        if module >= t.n_mods or function >= t.mods[module].n_funcs:
            raise KeyError((module, function))
        func = t.mods[module].first_func + function
        wanted = self.writer_sites(module, function, slot)
        if t.funcs[func].is_module:
            return self.scan_log(start, direction, 3, module, slot, 0, None, <const uint8_t *> <char *> wanted)
        return self.scan_log(start, direction, 2, func, slot, 0, None, <const uint8_t *> <char *> wanted)

    def next_object_write(self, int64_t start, int direction, uint64_t oid, key=None):
        return self.scan_log(start, direction, 4, 0, 0, oid, key, NULL)

    def writes_at(self, int64_t step):
        """Bindings that changed and show first at the step."""
        cdef Chunk chunk
        cdef uint32_t j, begin, end
        cdef Rec *r
        cdef list found = []
        cdef int part
        if not 0 <= step < self.steps_:
            return found
        i = self.chunks.at(step)
        for part in range(2):
            if part == 0:
                if step != self.file.chunks[i].first_step or i == 0:
                    continue
                chunk = self.chunks.get(i - 1)
                chunk.need_all()
                begin = chunk.rows[chunk.n_rows - 1].rec_end if chunk.n_rows else 0
                end = chunk.log.n
            else:
                chunk = self.chunks.get(i)
                if step >= chunk.first_step + chunk.n_steps:
                    raise lost_steps(step)
                chunk.need(step)
                begin = chunk.position(step - 1)
                end = chunk.position(step)
            for j in range(begin, end):
                r = &chunk.log.r[j]
                if r.kind == R_SLOT and r.new.tag != T_CELL:
                    found.append(((<Frame *> r.ptr).id, r.a, UNKNOWN if r.b else chunk.raw(r.old), chunk.raw(r.new)))
                elif r.kind == R_NS:
                    found.append((-1 - <int64_t> r.b, r.a, chunk.raw(r.old), chunk.raw(r.new)))
        return found

    # ---- events ---------------------------------------------------------------------------------

    cdef object make_event(self, Chunk chunk, uint32_t j, int kind, object thread):
        cdef Rec *r = &chunk.log.r[j]
        cdef Rec *q
        cdef Frame *f
        cdef uint32_t i, n
        cdef int64_t step
        value = None
        if r.kind == R_SITE:
            f = <Frame *> r.ptr
            step = chunk.visible(j) - 1
            if chunk.c.m.t.sites[r.a].flags & (F_STEP | F_ITER):
                step += 1
            i = j
            while i > 0 and chunk.log.r[i - 1].kind != R_SITE and kind & (2 | 4 | 8 | 64 | 128):
                i -= 1
                q = &chunk.log.r[i]
                if q.kind == R_VALUE and q.ptr == r.ptr and (q.a == 1) == (kind & (64 | 128) != 0):
                    value = chunk.raw(q.new)
                    break
            return (step, kind, r.old.p, f.id, r.a, value)
        step = chunk.visible(j) - 1
        frame = 0
        site = -1
        if r.kind == R_OUTPUT:
            n = 0
            for i in range(j):
                n += chunk.log.r[i].kind == R_OUTPUT
            outputs = chunk.load_outputs()
            if n < <uint32_t> len(outputs):
                value = outputs[n][1:]
        elif r.kind == R_GAP:
            value = r.new.p
        elif r.kind == R_TASK:
            frame = r.old.p
            value = (r.size, chunk.name(r.new.p))
        elif r.kind == R_EXIT:
            value = <int32_t> r.a
        elif r.kind == R_SWITCH:
            value = r.a
        elif r.kind == R_STATE:
            frame = (<Frame *> r.ptr).id
            site = (<Frame *> r.ptr).last_site
        else:
            value = (<Obj *> r.ptr).oid
        return (step, kind, thread, frame, site, value)

    cdef bint chunk_has(self, info, int kinds):
        """Whether events of the kinds can be in the chunk, by its flags."""
        cdef int flags = info.flags
        if kinds & ~(4 | 8 | 16 | 32 | 64 | 128 | 1024 | 2048 | 4096 | 8192 | 16384 | 32768):
            return True
        return bool(kinds & (64 | 128) and flags & CF_EXCEPTION or kinds & 1024 and flags & CF_OUTPUT or kinds & 2048 and flags & CF_GAP
                    or kinds & 8192 and flags & CF_SWITCH or kinds & (4 | 8 | 16 | 32) and flags & CF_YIELD or kinds & 16384 and flags & CF_TASK
                    or kinds & 32768 and flags & CF_EXIT or kinds & 4096 and flags & CF_DEATH)

    def chunk_events(self, int number, int kinds):
        """All events of the kinds in one chunk, in order."""
        cdef Chunk chunk = self.chunks.get(number)
        cdef uint32_t j
        cdef int bits, bit
        cdef list found = []
        cdef object thread
        chunk.need_all()
        thread = chunk.start_thread
        for j in range(chunk.log.n):
            bits = kind_of_event(chunk, &chunk.log.r[j]) & kinds
            if chunk.log.r[j].kind == R_SWITCH:
                thread = chunk.log.r[j].a
            if bits:
                bit = 1
                while bit <= bits:
                    if bits & bit:
                        found.append(self.make_event(chunk, j, bit, thread))
                    bit <<= 1
        return found

    def events(self, int64_t start, int64_t stop, int kinds):
        cdef int i
        if self.chunks.n == 0:
            return
        i = self.chunks.at(max(start, 0))
        while i < self.chunks.n and self.file.chunks[i].first_step - 1 < stop:
            if self.chunk_has(self.file.chunks[i], kinds):
                for event in self.chunk_events(i, kinds):
                    if start <= event[0] < stop:
                        yield event
            i += 1

    def next_event(self, int64_t start, int direction, int kinds):
        cdef int i
        if self.chunks.n == 0:
            return None
        i = self.chunks.at(min(max(start, 0), max(self.steps_ - 1, 0)))
        if direction < 0:
            while i + 1 < self.chunks.n and self.file.chunks[i + 1].first_step - 1 <= start:
                i += 1
        while 0 <= i < self.chunks.n:
            if self.chunk_has(self.file.chunks[i], kinds):
                found = self.chunk_events(i, kinds)
                if direction < 0:
                    found.reverse()
                for event in found:
                    if event[0] >= start if direction > 0 else event[0] <= start:
                        return event
            i += direction
        return None
