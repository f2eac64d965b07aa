# Questions over the whole recording: the index first, then decoded chunks. A direction is +1 or -1.


cdef inline Val body_value(uint64_t body) noexcept nogil:
    cdef Body *b = <Body *> body
    return b.items[0] if b != NULL and b.n_items else mk(T_UNBOUND, 0)


cdef inline Val cell_value(Rec *r) noexcept nogil:
    """What a cell holds after a change of it."""
    if r.kind == R_REPLACE:
        return body_value(r.new.p)
    return mk(T_UNBOUND, 0) if r.kind == R_REMOVE else r.new


cdef inline bint cell_write(Rec *r) noexcept nogil:
    """Whether a change of a cell binds or unbinds its variable."""
    if r.kind == R_REPLACE:
        return not same(body_value(r.old.p), body_value(r.new.p))
    return r.kind == R_ITEM or r.kind == R_PUSH or r.kind == R_REMOVE


cdef enum:
    LOOK_AHEAD = 4096           # steps that are decoded before the first of them is looked at
    KEPT_RANGES = 65536


@cython.final
cdef class Scanner:
    """Questions over the packed file."""
    cdef object file
    cdef Chunks chunks
    cdef int64_t steps_
    cdef bint whole             # no events are missing: a frame is alive from its beginning to its end
    cdef dict ranges
    UNBOUND = UNBOUND

    def __init__(self, file):
        self.file = file
        self.chunks = chunks_of(file)
        self.steps_ = file.steps
        self.ranges = {}
        self.whole = not any(info.flags & CF_GAP or info.ordinal != info.number + 1 for info in file.chunks)

    @property
    def work(self):
        """What was done since the file was opened: (records looked through for events, members of objects made)."""
        return (self.chunks.looked, self.chunks.entries)

    # ---- steps ----------------------------------------------------------------------------------

    cdef int64_t find_row(self, int64_t start, int direction, int what, const uint8_t *wanted, uint64_t x, uint64_t y, Filter filter):
        """Next step by a test on its row. what: 0 site in wanted[x], 1 frame x, 2 thread x and depth <= y, 3 thread x."""
        cdef int i
        cdef Chunk chunk
        cdef int64_t j, lo, hi, sure
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
            if info.n_steps and (filter is None or filter.may(i)):
                if what == 1 and info.first_frame > x and direction < 0 and start < info.first_step:
                    return -1
                chunk = self.chunks.get(i)
                lo = 0
                hi = chunk.n_steps
                if direction > 0 and start > chunk.first_step:
                    lo = start - chunk.first_step
                if direction < 0 and start < chunk.first_step + hi - 1:
                    hi = start - chunk.first_step + 1
                j = lo if direction > 0 else hi - 1
                sure = chunk.first_step + hi - 1
                if direction > 0 and sure > chunk.first_step + j + LOOK_AHEAD:
                    sure = chunk.first_step + j + LOOK_AHEAD
                chunk.need(sure)
                while lo <= j < hi:
                    if chunk.first_step + j > sure:
                        sure = min(chunk.first_step + hi - 1, 2 * sure - chunk.first_step + LOOK_AHEAD)
                        chunk.need(sure)
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
            if what == 1:
                i = self.frame_chunk(x, i, direction)
            elif what == 2:
                i = self.depth_chunk(x, y, i, direction)
            else:
                i = filter.next(i + direction, direction)
        return -1

    # ---- over chunks in which a frame only waits ------------------------------------------------

    cdef int frame_chunk(self, uint64_t frame, int i, int direction) except? -2:
        """The next chunk behind (before) chunk i in which the frame did anything; out of range when there is none."""
        cdef int first, last, lo, hi, mid
        if frame == 0 or not self.whole:
            return i + direction
        first = self.birth_chunk(frame)
        if direction < 0:
            if i <= first:
                return -1
            if frame not in self.chunks.start(i)[0]:
                last = self.last_chunk(frame)
                return last if last < i else first
            now = self.chunks.start(i)[0][frame]
            # The first chunk that begins with the frame as it is now: what came before that begin is the newest.
            lo = first + 1
            hi = i
            while lo < hi:
                mid = (lo + hi) >> 1
                if self.chunks.start(mid)[0].get(frame) == now:
                    hi = mid
                else:
                    lo = mid + 1
            return lo - 1
        if i < first:
            return first
        if i + 1 >= self.chunks.n:
            return self.chunks.n
        now = self.chunks.start(i + 1)[0].get(frame)
        if now is None:
            return self.chunks.n
        lo = i + 1
        hi = self.chunks.n - 1
        while lo < hi:
            mid = (lo + hi + 1) >> 1
            if self.chunks.start(mid)[0].get(frame) == now:
                lo = mid
            else:
                hi = mid - 1
        return lo

    def next_chunk_of(self, uint64_t frame, int i):
        """The next chunk behind chunk i in which a frame did anything; None when there is none."""
        cdef int found = self.frame_chunk(frame, i, 1)
        return found if 0 <= found < self.chunks.n else None

    def birth(self, uint64_t frame):
        """The chunk in which a frame was entered."""
        return self.birth_chunk(frame)

    def roots_chunk(self, int i):
        """The next chunk behind chunk i that may enter a frame without a parent; None when there is none."""
        cdef int edge = i + 1
        cdef int last
        cdef uint64_t bottom
        if edge >= self.chunks.n:
            return None
        if not self.whole:
            return edge
        frames, threads = self.chunks.start(edge)
        chunk = self.chunks.load(edge)
        bottom = threads.get((<Chunk> chunk).start_thread, 0)
        while bottom and bottom in frames and frames[bottom][3]:
            bottom = frames[bottom][3]
        if bottom == 0 or bottom not in frames:
            return edge
        last = self.last_chunk(bottom)
        while edge < last and not self.file.chunks[edge].flags & (CF_SWITCH | CF_GAP):
            edge += 1
        return edge

    cdef int depth_chunk(self, uint64_t thread, uint64_t depth, int i, int direction) except? -2:
        """The next chunk behind (before) chunk i in which the thread may have a step with at most `depth` frames.

        Between two chunks the thread's frame of that depth may be waiting for a call. All that the thread does meanwhile is
        deeper, as long as nothing on its stack waits in another way (a generator or coroutine that others take turns with).
        """
        cdef int edge = i + 1 if direction > 0 else i
        cdef uint64_t frame
        if edge <= 0 or edge >= self.chunks.n or not self.whole:
            return i + direction
        frames, threads = self.chunks.start(edge)
        frame = threads.get(thread, 0)
        while frame:
            found = frames.get(frame)
            if found is None:
                break
            last_step, last_site, _, parent, deep, state = found
            if state != FS_RUNNING or deep < depth or last_site < 0:
                break
            if deep == depth:
                if self.chunks.tables.t.sites[<uint32_t> last_site].flags & (F_STEP | F_ITER):
                    return self.frame_chunk(frame, i, direction)
                break
            frame = parent
        return i + direction

    cdef bytes site_set(self, sites):
        cdef bytearray found = bytearray(self.file.n_sites + 1)
        for site in sites:
            if 0 <= site < self.file.n_sites:
                found[site] = 1
        return bytes(found)

    def next_site(self, int64_t start, int direction, sites):
        cdef bytes wanted = self.site_set(sites)
        return self.find_row(start, direction, 0, <const uint8_t *> <char *> wanted, len(wanted), 0, Filter(self.chunks, wanted))

    def next_frame_step(self, int64_t start, int direction, uint64_t frame):
        return self.find_row(start, direction, 1, NULL, frame, 0, None)

    def next_depth(self, int64_t start, int direction, uint32_t thread, uint32_t depth):
        return self.find_row(start, direction, 2, NULL, thread, depth, None)

    def next_thread_step(self, int64_t start, int direction, uint32_t thread):
        return self.find_row(start, direction, 3, NULL, thread, 0, Filter(self.chunks, None, 0, None, None, thread))

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

    cdef object scan_log(self, int64_t start, int direction, int what, uint64_t x, uint32_t slot, uint64_t oid, key, Filter filter):
        """The next log record that is a write. what: 1 slot of frame x, 2 slot of function x, 3 module variable of x, 4 object oid."""
        cdef int i
        cdef Chunk chunk
        cdef int64_t j, n
        cdef Rec *r
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
            if filter.may(i):
                chunk = self.chunks.get(i)
                if direction > 0 or start >= chunk.first_step + chunk.n_steps:
                    chunk.need_all()
                else:
                    chunk.need(start)
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
                        if oid and R_ITEM <= r.kind <= R_REPLACE and (<Obj *> r.ptr).oid == oid:
                            chunk.move(<uint32_t> j + 1)
                            if cell_write(r):
                                return (r.writer, chunk.visible(<uint32_t> j), x, chunk.raw(cell_value(r)))
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
            if what == 1 and not oid:
                i = self.written_chunk(x, i, direction, filter)
            else:
                i = filter.next(i + direction, direction)
        return None

    cdef int written_chunk(self, uint64_t frame, int i, int direction, Filter filter) except? -2:
        """The next chunk behind (before) chunk i that may write a variable of a frame; out of range when there is none."""
        cdef int near = filter.next(i + direction, direction)
        cdef int first
        if not 0 <= near < self.chunks.n or frame == 0 or not self.whole:
            return near
        if near == i + direction:
            return self.frame_chunk(frame, i, direction)
        first = self.birth_chunk(frame)
        if direction < 0:
            return near if near >= first else -1
        if near <= first:
            return first
        return near if frame in self.chunks.start(near)[0] else self.chunks.n

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
        chunk.move(<uint32_t> (r - chunk.log.r) + 1)        # contents are changed in place
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
        if chunk.c.m.next_frame <= frame:
            chunk.need_all()
        f = frame_find(&chunk.c.m, frame)
        if f == NULL:
            f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
        if f == NULL or frame == 0:
            raise KeyError(frame)
        parent = f.parent  # who resumed a generator last, as of wherever the chunk stands
        if f.born and chunk.log.r[f.born - 1].kind == R_ENTER:
            r = &chunk.log.r[f.born - 1]
            site = r.a
            if r.new.p or r.a:
                parent = r.new.p
        if f.func < 0:
            return (-1, -1, parent, f.thread, site)
        fn = &chunk.c.m.t.funcs[f.func]
        return (fn.module, fn.index, parent, f.thread, site)

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

    cdef int last_chunk(self, uint64_t frame) except? -2:
        """The last chunk in which the frame was alive (it is alive in all between)."""
        cdef int lo = self.birth_chunk(frame)
        cdef int hi = self.chunks.n - 1
        cdef int mid
        while lo < hi:
            mid = (lo + hi + 1) >> 1
            if frame in self.chunks.start(mid)[0]:
                lo = mid
            else:
                hi = mid - 1
        return lo

    def frame_range(self, uint64_t frame):
        cdef int i = self.birth_chunk(frame)
        cdef Chunk chunk = self.chunks.get(i)
        cdef Frame *f
        cdef uint32_t j
        cdef Rec *r
        found = self.ranges.get(frame)
        if found is not None:
            return found
        if chunk.c.m.next_frame <= frame:
            chunk.need_all()
        f = frame_find(&chunk.c.m, frame)
        if f == NULL:
            f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
        if f == NULL:
            raise KeyError(frame)
        first = chunk.visible(f.born - 1) if f.born else chunk.first_step
        last = self.steps_ - 1
        if frame_find(&chunk.c.m, frame) != NULL:
            chunk = self.chunks.get(self.last_chunk(frame))
            chunk.need_all()
        f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
        if f != NULL:
            last = chunk.first_step + chunk.n_steps - 1
            j = chunk.log.n
            while j > 0:
                j -= 1
                r = &chunk.log.r[j]
                if (r.kind == R_SITE or r.kind == R_STATE) and r.ptr == f:
                    last = chunk.visible(j)
                    if r.kind == R_STATE or not chunk.c.m.t.sites[r.a].flags & (F_STEP | F_ITER):
                        last -= 1
                    break
        if len(self.ranges) > KEPT_RANGES:
            self.ranges.clear()
        self.ranges[frame] = (first, last)
        return (first, last)

    cdef uint64_t cell_of(self, uint64_t frame, uint32_t slot) except? 0:
        """The cell behind a frame's slot: told right after the frame's beginning, perhaps in the next chunk; 0: there is none."""
        cdef Chunk chunk
        cdef Frame *f
        cdef int i
        cdef int number = self.birth_chunk(frame)
        for i in range(number, min(number + 2, self.chunks.n)):
            chunk = self.chunks.get(i)
            if chunk.c.m.next_frame <= frame:
                chunk.need_all()
            f = frame_find(&chunk.c.m, frame)
            if f == NULL:
                f = <Frame *> map_get(&chunk.c.m.past_frames, frame)
            if f == NULL or slot >= f.n_slots:
                return 0
            if f.slots[slot].tag != T_CELL:     # not yet, or not at this place of the chunk
                chunk.need_all()
                chunk.move(chunk.log.n)
            if f.slots[slot].tag == T_CELL:
                return f.slots[slot].p
        return 0

    def next_write(self, int64_t start, int direction, uint64_t frame, uint32_t slot):
        cdef uint64_t oid = 0
        cdef Tables *t = &self.chunks.tables.t
        module, function, _, _, _ = self.frame_info(frame)
        if module < 0:
            return None
        if function == 0:
            return self.next_function_write(start, direction, module, 0, slot)
        if self.may_be_cell(module, function, slot):
            oid = self.cell_of(frame, slot)
        wanted = self.writer_sites(module, function, slot)
        return self.scan_log(start, direction, 1, frame, slot, oid, None, Filter(self.chunks, wanted, oid))

    def next_function_write(self, int64_t start, int direction, uint32_t module, uint32_t function, uint32_t slot):
        cdef Tables *t = &self.chunks.tables.t
        cdef uint32_t func
        if module >= t.n_mods or function >= t.mods[module].n_funcs:
            raise KeyError((module, function))
        func = t.mods[module].first_func + function
        wanted = self.writer_sites(module, function, slot)
        if t.funcs[func].is_module:
            name = <uint64_t> module << 20 | slot
            return self.scan_log(start, direction, 3, module, slot, 0, None, Filter(self.chunks, wanted, 0, None, name))
        return self.scan_log(start, direction, 2, func, slot, 0, None, Filter(self.chunks, wanted))

    def next_object_write(self, int64_t start, int direction, uint64_t oid, key=None):
        attr = key[1] if key is not None and key[0] == "attr" else None
        return self.scan_log(start, direction, 4, 0, 0, oid, key, Filter(self.chunks, None, oid, attr))

    cdef bint may_be_cell(self, uint32_t module, uint32_t function, uint32_t slot) except -1:
        """Whether functions inside (or outside) share the variable."""
        row = self.file.modules[module]["functions"][function]
        return len(row) > 7 and slot in row[7]

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
        return range_events(self.chunks, chunk, chunk.first_step - 1, chunk.first_step + chunk.n_steps, kinds)

    def events(self, int64_t start, int64_t stop, int kinds):
        cdef int i
        if self.chunks.n == 0:
            return
        i = self.chunks.at(max(start, 0))
        while i < self.chunks.n and self.file.chunks[i].first_step - 1 < stop:
            if self.chunk_has(self.file.chunks[i], kinds):
                yield from range_events(self.chunks, self.chunks.get(i), start, stop, kinds)
            i += 1

    def next_event(self, int64_t start, int direction, int kinds):
        cdef int i
        cdef int64_t lo, hi, first, end, width
        cdef Chunk chunk
        if self.chunks.n == 0:
            return None
        i = self.chunks.at(min(max(start, 0), max(self.steps_ - 1, 0)))
        if direction < 0:
            while i + 1 < self.chunks.n and self.file.chunks[i + 1].first_step - 1 <= start:
                i += 1
        while 0 <= i < self.chunks.n:
            if self.chunk_has(self.file.chunks[i], kinds):
                chunk = self.chunks.get(i)
                first = chunk.first_step - 1
                end = chunk.first_step + chunk.n_steps
                width = LOOK_AHEAD
                # Outward from the start, in stretches that double.
                lo = max(start, first) if direction > 0 else min(start + 1, end)
                while first <= lo < end if direction > 0 else first < lo <= end:
                    hi = min(lo + width, end) if direction > 0 else max(lo - width, first)
                    found = range_events(self.chunks, chunk, min(lo, hi), max(lo, hi), kinds)
                    if found:
                        return found[0 if direction > 0 else len(found) - 1]
                    lo = hi
                    width *= 2
            i += direction
        return None

    def changed(self, int64_t step):
        """Which objects differ from the step before: {id: whether it does, None to be found out by comparing}; None where two
        chunks are involved.
        """
        return changed_objects(self.chunks, self.steps_, step)
