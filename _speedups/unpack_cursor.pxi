# The chunks of a file, and the state at one step.


@cython.final
cdef class Index:
    """A chunk's index: sites with their hits, objects touched. Decoded when first asked."""
    cdef readonly object number
    cdef uint32_t *sites
    cdef uint32_t *hits
    cdef uint32_t n_sites
    cdef uint64_t *oids
    cdef uint32_t n_oids

    def __cinit__(self, number, bytes data):
        cdef Src s
        cdef uint64_t i, n, v = 0
        self.number = number
        s.p = <const uint8_t *> <char *> data
        s.end = s.p + len(data)
        s.err = 0
        for i in range(11):
            src_varint(&s)
        n = src_varint(&s)
        if s.err or n * 2 > <uint64_t> (s.end - s.p):
            raise bad_chunk(number)
        self.sites = <uint32_t *> xcalloc(n, 4)
        self.hits = <uint32_t *> xcalloc(n, 4)
        for i in range(n):
            v += src_varint(&s)
            self.sites[i] = <uint32_t> v
            self.hits[i] = <uint32_t> src_varint(&s)
        self.n_sites = <uint32_t> n
        n = src_varint(&s)
        if s.err or n > <uint64_t> (s.end - s.p):
            raise bad_chunk(number)
        self.oids = <uint64_t *> xcalloc(n, 8)
        v = 0
        for i in range(n):
            v += src_varint(&s)
            self.oids[i] = v
        self.n_oids = <uint32_t> n
        if s.err:
            raise bad_chunk(number)

    def __dealloc__(self):
        free(self.sites)
        free(self.hits)
        free(self.oids)

    cdef bint has_oid(self, uint64_t oid) noexcept nogil:
        cdef uint32_t lo = 0
        cdef uint32_t hi = self.n_oids
        cdef uint32_t mid
        while lo < hi:
            mid = (lo + hi) >> 1
            if self.oids[mid] < oid:
                lo = mid + 1
            else:
                hi = mid
        return lo < self.n_oids and self.oids[lo] == oid

    cdef bint has_site(self, uint32_t site) noexcept nogil:
        cdef uint32_t lo = 0
        cdef uint32_t hi = self.n_sites
        cdef uint32_t mid
        while lo < hi:
            mid = (lo + hi) >> 1
            if self.sites[mid] < site:
                lo = mid + 1
            else:
                hi = mid
        return lo < self.n_sites and self.sites[lo] == site

    cdef bint has_any(self, const uint8_t *wanted, uint32_t n) noexcept nogil:
        cdef uint32_t i
        for i in range(self.n_sites):
            if self.sites[i] < n and wanted[self.sites[i]]:
                return True
        return False

    def highest_site(self):
        return self.sites[self.n_sites - 1] if self.n_sites else -1

    def site_hits(self):
        return {self.sites[i]: self.hits[i] for i in range(self.n_sites)}


@cython.final
cdef class Chunks:
    """Decoded chunks of a file, the last few kept."""
    cdef object file
    cdef TableSet tables
    cdef object kept
    cdef int limit
    cdef list indexes
    cdef list firsts
    cdef dict ordinals
    cdef readonly int n

    def __init__(self, file, int limit=3):
        self.file = file
        self.tables = TableSet(file.modules)
        self.kept = OrderedDict()
        self.limit = limit
        self.n = len(file.chunks)
        self.indexes = [None] * self.n
        self.ordinals = {info.ordinal: info.number for info in file.chunks}
        self.firsts = [info.first_step for info in file.chunks]

    cdef Chunk get(self, int number):
        cdef Chunk chunk = self.kept.get(number)
        if chunk is not None:
            self.kept.move_to_end(number)
            return chunk
        info = self.file.chunks[number]
        main, strs, out = self.file.load_chunk(number)
        chunk = Chunk(self.tables, number, info.ordinal, info.first_step, info.n_steps, main, strs, out)
        self.kept[number] = chunk
        while len(self.kept) > self.limit:
            self.kept.popitem(last=False)
        return chunk

    cdef Index index(self, int number):
        cdef Index found = self.indexes[number]
        if found is None:
            found = Index(number, self.file.load_index(number))
            self.indexes[number] = found
        return found

    cdef object at_end(self, int number, uint64_t oid):
        """An object's contents at the end of a chunk that touched it."""
        cdef Chunk chunk = self.get(number)
        cdef Obj *o
        chunk.need_all()
        chunk.move(chunk.log.n)
        o = chunk.obj_at(oid)
        return self.contents(chunk, o) if o != NULL else None

    cdef object contents(self, Chunk chunk, Obj *o):
        """An object's contents at the chunk's present position; None: not known."""
        cdef RawObject base
        cdef Rec *r
        cdef uint32_t at
        cdef list changes = []
        if o.b != NULL or o.remote == 0:
            return chunk.make_object(o)
        oid = o.oid
        at = o.cur_rec
        uncertain = o.uncertain
        dead = o.dead_at if o.dead else -1
        as_of = chunk.visible(at - 1) - 1 if at else None
        while at:
            r = &chunk.log.r[at - 1]
            if r.kind != R_DELTA:
                break                       # a whole snapshot that was undone: cannot be
            changes.append((r.a, chunk.name(r.old.p) if r.a == OP_SETATTR or r.a == OP_DELATTR else chunk.raw(r.old), chunk.raw(r.new)))
            at = r.prev
        if oid not in chunk.bases:
            number = self.ordinals.get(chunk.ordinal - o.remote, -1)
            chunk.bases[oid] = self.at_end(number, oid) if 0 <= number < chunk.number else None
        if chunk.bases[oid] is None:
            return None
        base = copy_object(chunk.bases[oid])
        changes.reverse()
        change_object(base, changes)
        base.uncertain = uncertain
        base.dead_at = dead
        if as_of is not None:
            base.as_of = as_of
        return base

    cdef int at(self, int64_t step):
        """The chunk that holds the step; of chunks without steps, none."""
        cdef int i = bisect_right(self.firsts, step) - 1
        while i > 0 and self.file.chunks[i].n_steps == 0:
            i -= 1
        return i if i >= 0 else 0


cdef object lost_steps(step):
    return FormatError(f"step {step} is lost: its chunk is damaged", slug="lost-steps")


cdef RawObject copy_object(RawObject o):
    cdef RawObject c = RawObject.__new__(RawObject)
    c.oid, c.type_id, c.shape, c.flags, c.size = o.oid, o.type_id, o.shape, o.flags, o.size
    c.items, c.pairs, c.attrs, c.text = list(o.items), list(o.pairs), list(o.attrs), o.text
    c.as_of, c.uncertain, c.dead_at = o.as_of, o.uncertain, o.dead_at
    return c


cdef object change_object(RawObject o, list changes):
    """What state.pxd does to a body, on Python lists: (operation, key, value) in order."""
    cdef bint mapping = o.shape == 2 or o.shape == 17
    cdef bint unordered = o.shape == 3 or o.shape == 4
    cdef bint cut = o.flags & 1
    cdef int op
    cdef dict pairs = dict(o.pairs)
    cdef dict attrs = dict(o.attrs)
    cdef dict members = dict.fromkeys(o.items) if unordered else {}
    cdef list items = o.items
    size = o.size
    for op, key, value in changes:
        if op == OP_SIZE:
            size = value
        elif op == OP_SETATTR:
            attrs[key] = value
        elif op == OP_DELATTR:
            attrs.pop(key, None)
        elif op == OP_APPEND and unordered:
            size += not cut and value not in members
            members[value] = None
        elif op == OP_DELITEM and unordered:
            size -= not cut and size > 0 and key in members
            members.pop(key, None)
        elif op == OP_DELITEM and (mapping or type(key) is not int or key < 0):
            size -= mapping and not cut and size > 0 and key in pairs
            pairs.pop(key, None)
        elif op == OP_DELITEM:
            if pairs:
                pairs = {k: v for k, v in pairs.items() if type(k) is not int or k < key}
            if key < len(items):
                del items[key]
            size -= size > 0
        else:
            if op == OP_APPEND:
                key = size
            if mapping or unordered or type(key) is not int or key < 0:
                size += mapping and not cut and key not in pairs
                pairs[key] = value
                continue
            if len(items) < key <= len(items) + MAX_GAP_FILL:
                items.extend([UNKNOWN] * (key - len(items)))
            size = max(size, key + 1)
            if key < len(items):
                items[key] = value
            elif key == len(items):
                items.append(value)
            else:
                pairs[key] = value
    o.pairs = list(pairs.items())
    o.attrs = list(attrs.items())
    if unordered:
        o.items = list(members)
    o.size = size


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
        if self.steps:
            self.seek(0)
        else:
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

    def object(self, uint64_t oid):
        cdef Obj *o
        cdef int i
        self.here()
        if self.chunk is None:
            return None
        o = self.chunk.obj_at(oid)
        if o != NULL:
            found = self.chunks.contents(self.chunk, o)
            if found is not None:
                return found
        i = self.number - 1
        while i >= 0:
            if self.chunks.index(i).has_oid(oid):
                found = self.chunks.at_end(i, oid)
                if found is not None:
                    return found
            i -= 1
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
