# The chunks of a file, and the state at one step.

cdef enum:
    KEPT_STARTS = 256
    KEPT_ENDS = 128

cdef uint64_t ALL = 0xFFFFFFFFFFFFFFFFULL


@cython.final
cdef class Chunks:
    """Decoded chunks of a file, the last few kept."""
    cdef object file
    cdef TableSet tables
    cdef object kept
    cdef int limit
    cdef list indexes
    cdef list summaries
    cdef list firsts
    cdef dict ordinals
    cdef object starts              # frames and threads of key frames lately asked for
    cdef object ends                # contents of objects at the end of chunks
    cdef readonly int n
    cdef readonly uint64_t entries  # members of objects that were turned into Python's
    cdef readonly uint64_t looked   # records that were looked through for events

    def __init__(self, file, int limit=4):
        self.file = file
        self.tables = file.tables or TableSet(file.modules)
        file.tables = self.tables
        self.kept = OrderedDict()
        self.starts = OrderedDict()
        self.ends = OrderedDict()
        self.limit = limit
        self.n = len(file.chunks)
        self.indexes = [None] * self.n
        self.summaries = [None] * len(file.summaries)
        self.ordinals = {info.ordinal: info.number for info in file.chunks}
        self.firsts = [info.first_step for info in file.chunks]

    cdef Chunk load(self, int number, bint light=False):
        info = self.file.chunks[number]
        main, strs, out, times = self.file.load_chunk(number)
        return Chunk(self.tables, number, info.ordinal, info.first_step, info.n_steps, main, strs, out, times, light)

    cdef Chunk get(self, int number):
        cdef Chunk chunk = self.kept.get(number)
        if chunk is not None:
            self.kept.move_to_end(number)
            return chunk
        while len(self.kept) >= self.limit:     # first: the next one can use its memory
            self.kept.popitem(last=False)
        chunk = self.load(number)
        self.kept[number] = chunk
        return chunk

    cdef Index index(self, int number):
        cdef Index found = self.indexes[number]
        if found is None:
            found = Index(number, self.file.load_index(number))
            self.indexes[number] = found
        return found

    cdef Summary summary(self, int number):
        """The summary that the chunk is in; None where the file has none."""
        cdef int group = number // GROUP
        if group >= len(self.summaries):
            return None
        if self.summaries[group] is None:
            self.summaries[group] = Summary(group * GROUP, self.file.load_summary(group))
        return self.summaries[group]

    cdef tuple start(self, int number):
        """The key frame's live frames, {id: (last step, last site, hash, parent, depth, state)}, and threads, {index: frame}."""
        cdef Chunk chunk
        cdef Machine *m
        cdef Frame *f
        cdef uint32_t i
        cdef dict frames = {}
        cdef dict threads = {}
        found = self.starts.get(number)
        if found is not None:
            self.starts.move_to_end(number)
            return found
        chunk = self.load(number)
        m = &chunk.c.m
        for i in range(m.frames.cap):
            if m.frames.keys[i]:
                f = <Frame *> m.frames.vals[i]
                frames[f.id] = (f.last_step, f.last_site, f.hist, f.parent, f.depth, f.state)
        for i in range(m.n_threads):
            if m.threads[i].known:
                threads[i] = m.threads[i].cur
        found = self.starts[number] = (frames, threads)
        if len(self.starts) > KEPT_STARTS:
            self.starts.popitem(last=False)
        return found

    cdef object at_end(self, int number, uint64_t oid):
        """An object's contents at the end of a chunk that touched it. Not to be changed."""
        cdef Chunk chunk
        cdef Obj *o
        key = (number, oid)
        if key in self.ends:
            self.ends.move_to_end(key)
            return self.ends[key]
        chunk = self.get(number)
        chunk.need_all()
        chunk.move(chunk.log.n)
        o = chunk.obj_at(oid)
        found = self.contents(chunk, o, ALL) if o != NULL else None
        self.ends[key] = found
        if len(self.ends) > KEPT_ENDS:
            self.ends.popitem(last=False)
        return found

    cdef Remote remote(self, Chunk chunk, Obj *o):
        """The object as it stands at the chunk's position, from an earlier chunk's contents; None: not known."""
        cdef Remote found
        oid = o.oid
        if oid not in chunk.bases:
            number = self.ordinals.get(chunk.ordinal - o.remote, -1)
            try:
                base = self.at_end(number, oid) if 0 <= number < chunk.number else None
            except FormatError:     # that chunk is damaged: the moment shows without the object's contents
                base = None
            chunk.bases[oid] = None if base is None else Remote(base)
        found = chunk.bases[oid]
        if found is not None:
            found.bring(chunk, o.cur_rec)
        return found

    cdef object contents(self, Chunk chunk, Obj *o, uint64_t limit):
        """An object's contents at the chunk's present position, of each sort of members `limit`; None: not known."""
        cdef RawObject found
        cdef Remote base
        if o.b != NULL or o.remote == 0:
            found = part_of(chunk, o, limit)
        else:
            base = self.remote(chunk, o)
            if base is None:
                return None
            found = base.part(limit)
            found.uncertain = o.uncertain
            found.dead_at = o.dead_at if o.dead else -1
            if o.cur_rec:
                found.as_of = chunk.visible(o.cur_rec - 1) - 1
        if found is not None:
            self.entries += len(found.items) + len(found.pairs) + len(found.attrs)
        return found

    cdef list members(self, Chunk chunk, Obj *o, int role, uint64_t start, uint64_t stop):
        """A stretch of an object's items (0), pairs (1) or attributes (2) at the chunk's present position; None: not known."""
        cdef Remote base
        cdef list found
        if o.b != NULL or o.remote == 0:
            if o.b == NULL or o.known_from > chunk.pos:
                return None
            found = stretch(chunk, o.b, role, start, stop)
        else:
            base = self.remote(chunk, o)
            if base is None:
                return None
            found = base.stretch(role, start, stop)
        self.entries += len(found)
        return found

    cdef int at(self, int64_t step):
        """The chunk that holds the step; of chunks without steps, none."""
        cdef int i = bisect_right(self.firsts, step) - 1
        while i > 0 and self.file.chunks[i].n_steps == 0:
            i -= 1
        return i if i >= 0 else 0


cdef object lost_steps(step):
    return FormatError(f"step {step} is lost: its chunk is damaged", slug="lost-steps")


def chunks_of(file):
    """The shared cache of a file's decoded chunks."""
    found = file.cache
    if found is None:
        found = file.cache = Chunks(file)
    return found


@cython.final
cdef class Cursor:
    """The state of the program at one step; both ways."""
    cdef object file
    cdef Chunks chunks
    cdef Chunk chunk
    cdef int number
    cdef readonly int64_t step
    cdef int64_t steps
    cdef bint at_end

    def __init__(self, file):
        self.file = file
        self.chunks = chunks_of(file)
        self.steps = file.steps
        self.step = 0
        if not self.steps:
            self.seek_end()

    cdef object load(self, int number):
        self.chunk = self.chunks.get(number)
        self.number = number

    cdef object here(self):
        """Brings the chunk's state (others move it too) to this step."""
        if self.chunk is not None:
            self.chunk.goto(self.chunk.first_step + self.chunk.n_steps if self.at_end else self.step)

    def seek(self, int64_t step):
        cdef int number
        if not 0 <= step < self.steps:
            raise IndexError(f"step {step} is outside 0..{self.steps - 1}")
        if self.chunk is None or not self.chunk.first_step <= step < self.chunk.first_step + self.chunk.n_steps:
            number = self.chunks.at(step)
            self.load(number)
        if not self.chunk.first_step <= step < self.chunk.first_step + self.chunk.n_steps:
            raise lost_steps(step)
        self.chunk.goto(step)
        self.step = step
        self.at_end = False

    def seek_end(self):
        self.chunk = None
        self.at_end = True
        self.step = self.steps
        if self.chunks.n:
            self.load(self.chunks.n - 1)
            self.here()

    def current(self):
        cdef Row *r
        cdef Frame *f
        cdef Machine *m
        self.here()
        if self.chunk is None:
            return (0, 0, -1)
        if self.at_end:
            m = &self.chunk.c.m
            return (m.thread, m.cur.id, m.cur.last_site)
        r = &self.chunk.rows[self.step - self.chunk.first_step]
        return (r.thread, r.frame, r.site)

    cdef Frame *find(self, uint64_t frame) except NULL:
        cdef Frame *f = NULL
        self.here()
        if self.chunk is not None:
            f = self.chunk.frame_at(frame)
        if f == NULL:
            raise KeyError(frame)
        return f

    def stack(self, uint64_t frame):
        cdef Frame *f = self.find(frame)
        cdef list found = []
        cdef set seen = set()
        while f != NULL and f.id and f.id not in seen:
            found.append(f.id)
            seen.add(f.id)
            f = self.chunk.frame_at(f.parent)
        found.reverse()
        return found

    def frame(self, uint64_t frame):
        cdef Frame *f = self.find(frame)
        cdef Func *fn
        if f.func < 0:
            return (-1, -1, f.parent, f.last_site, f.state, f.thread)
        fn = &self.chunk.c.m.t.funcs[f.func]
        return (fn.module, fn.index, f.parent, f.last_site, f.state, f.thread)

    def frame_step(self, uint64_t frame):
        return self.find(frame).last_step

    def bindings(self, uint64_t frame):
        cdef Frame *f = self.find(frame)
        cdef uint32_t i
        cdef Val v
        cdef list found = []
        for i in range(f.n_slots):
            v = f.slots[i]
            if v.tag == T_CELL:
                cell = self.object(v.p)
                if cell is not None and (<RawObject> cell).items:
                    found.append((i, (<RawObject> cell).items[0]))
            elif v.tag != T_UNBOUND:
                found.append((i, self.chunk.raw(v)))
        return found

    def cell(self, uint64_t frame, uint32_t slot):
        cdef Frame *f = self.find(frame)
        return f.slots[slot].p if slot < f.n_slots and f.slots[slot].tag == T_CELL else 0

    def namespace(self, uint32_t module):
        cdef Machine *m
        cdef uint32_t i
        cdef list found = []
        self.here()
        if self.chunk is None:
            return found
        m = &self.chunk.c.m
        if module < m.n_ns and m.ns[module] != NULL:
            for i in range(m.t.mods[module].n_slots):
                if m.ns[module][i].tag != T_UNBOUND:
                    found.append((i, self.chunk.raw(m.ns[module][i])))
        return found

    def object(self, uint64_t oid, uint64_t limit=ALL):
        """What is known of an object, of its items, pairs and attributes at most `limit` each."""
        cdef Obj *o
        cdef int i
        cdef RawObject whole
        self.here()
        if self.chunk is None:
            return None
        o = self.chunk.obj_at(oid)
        if o != NULL:
            found = self.chunks.contents(self.chunk, o, limit)
            if found is not None:
                return found
        whole = self.earlier(oid)
        return None if whole is None else cut_object(whole, limit)

    def members(self, uint64_t oid, int role, uint64_t start, uint64_t stop):
        """A stretch of an object's items (role 0), pairs (1) or attributes (2)."""
        cdef Obj *o
        cdef RawObject whole
        self.here()
        if self.chunk is None or start >= stop:
            return []
        o = self.chunk.obj_at(oid)
        if o != NULL:
            found = self.chunks.members(self.chunk, o, role, start, stop)
            if found is not None:
                return found
        whole = self.earlier(oid)
        if whole is None:
            return []
        return (whole.items if role == 0 else whole.pairs if role == 1 else whole.attrs)[start:stop]

    cdef object earlier(self, uint64_t oid):
        """The object's contents at the end of the newest earlier chunk that has them; None if that may be one that
        is damaged, as older ones may be others."""
        cdef Filter filter
        cdef int i
        try:
            filter = Filter(self.chunks, None, oid)
            i = filter.next(self.number - 1, -1)
            while i >= 0:
                found = self.chunks.at_end(i, oid)
                if found is not None:
                    return found
                i = filter.next(i - 1, -1)
        except FormatError:
            pass
        return None

    def time_ns(self):
        self.here()
        if self.chunk is None:
            return 0
        if self.at_end:
            return self.chunk.c.m.time
        return self.chunk.rows[self.step - self.chunk.first_step].time

    def live_threads(self):
        cdef uint32_t i
        cdef list found = []
        self.here()
        if self.chunk is None:
            return found
        for i in range(self.chunk.c.m.n_threads):
            if self.chunk.c.m.threads[i].known:
                found.append((i, self.chunk.c.m.threads[i].cur))
        return found

    def live_frames(self):
        cdef uint32_t i
        cdef Frame *f
        cdef list found = []
        cdef Map *m
        self.here()
        if self.chunk is None:
            return found
        for which in range(2):
            m = &self.chunk.c.m.past_frames if which else &self.chunk.c.m.frames
            for i in range(m.cap):
                if m.keys[i]:
                    f = <Frame *> m.vals[i]
                    if f.born <= self.chunk.pos and f.state != FS_ENDED:
                        found.append(f.id)
        return sorted(set(found))

    def task(self, uint64_t frame):
        """The asyncio task that the frame runs in: looked up backward."""
        cdef Chunk chunk
        cdef Rec *r
        cdef int64_t j
        cdef int i = self.number
        if self.chunk is None:
            return None
        self.here()
        j = self.chunk.pos
        while i >= 0:
            if i == self.number or self.file.chunks[i].flags & CF_TASK:
                chunk = self.chunks.get(i)
                if i != self.number:
                    chunk.need_all()
                    j = chunk.log.n
                while j > 0:
                    j -= 1
                    r = &chunk.log.r[j]
                    if r.kind == R_TASK and r.old.p == frame:
                        return (r.size, chunk.name(r.new.p))
            if self.file.chunks[i].first_frame > frame:
                pass
            elif i < self.number:
                break
            i -= 1
        return None
