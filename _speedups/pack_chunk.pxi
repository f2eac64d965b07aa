# Chunks: the key frame at the beginning, the sections at the end.


cdef void queue_object(Packer self, Val v, int depth) noexcept nogil:
    """Puts an object on the key frame's list, once."""
    cdef Obj *o
    cdef PoolHead *h
    cdef uint64_t i
    if v.tag == T_OBJ or v.tag == T_CELL:
        o = obj_find(&self.c.m, v.p)
        if o == NULL or o.b == NULL or o.stamp == self.c.chunk_no:
            return
        if v.tag == T_OBJ and self.n_queue >= self.limit_objects:
            return
        o.stamp = self.c.chunk_no
        if self.n_queue == self.cap_queue:
            self.cap_queue = self.cap_queue * 2 + 256
            self.queue = <Obj **> xrealloc(self.queue, <size_t> self.cap_queue * sizeof(Obj *))
        self.queue[self.n_queue] = o
        self.n_queue += 1
    elif v.tag == T_POOL and depth < 4:
        h = pool_at(&self.c, v.p)
        if h.kind == P_TUPLE:
            for i in range(min(h.n, 64)):
                queue_object(self, (<Val *> (h + 1))[i], depth + 1)


cdef void pool_walk(Packer self, uint32_t *to, bint mark) noexcept nogil:
    """Marks the pool entries that the state names, or gives them their new numbers."""
    cdef Machine *m = &self.c.m
    cdef Frame *f
    cdef Body *b
    cdef uint32_t i
    for i in range(RECENT + m.frames.cap):
        f = live_frame(m, i)
        if f != NULL and not f.is_module:
            pool_values(f.slots, f.n_slots, to, mark)
    for i in range(m.n_ns):
        if m.ns[i] != NULL:
            pool_values(m.ns[i], m.t.mods[i].n_slots, to, mark)
    for i in range(m.objs.cap):
        if m.objs.keys[i]:
            b = (<Obj *> m.objs.vals[i]).b
            if b != NULL:
                pool_values(b.items, b.n_items, to, mark)
                pool_values(b.pairs, <uint64_t> b.n_pairs * 2, to, mark)
                pool_values(b.attrs, <uint64_t> b.n_attrs * 2, to, mark)
                if b.has_text:
                    pool_values(&b.text, 1, to, mark)


cdef void pool_collect(Packer self) noexcept nogil:
    """Between chunks: forgets the tuples and big numbers that nothing names any more."""
    cdef Codec *c = &self.c
    cdef uint32_t *to = <uint32_t *> xcalloc(c.n_entries, 4)
    cdef uint32_t i, kept = 0
    cdef uint64_t off = 0
    cdef PoolHead *h
    pool_walk(self, to, True)
    for i in range(c.n_entries):                            # tuples come after what they hold
        h = pool_at(c, c.n_entries - 1 - i)
        if to[c.n_entries - 1 - i] and h.kind == P_TUPLE:
            pool_values(<Val *> (h + 1), h.n, to, True)
    for i in range(c.n_entries):
        if not to[i]:
            continue
        h = pool_at(c, i)
        if h.kind == P_TUPLE:
            pool_values(<Val *> (h + 1), h.n, to, False)
        memmove(c.pool.p + off, h, c.entries[i].len)
        c.entries[kept] = c.entries[i]
        c.entries[kept].off = off
        h = <PoolHead *> (c.pool.p + off)
        c.entries[kept].hash = pool_hash(h, h + 1, c.entries[kept].len - sizeof(PoolHead))
        off += (c.entries[kept].len + 7) & ~<uint64_t> 7
        to[i] = kept + 1
        kept += 1
    pool_walk(self, to, False)
    c.n_entries = kept
    c.pool.n = off
    free(c.pool_index)
    c.pool_index = NULL
    c.pool_cap = 0
    free(to)
    self.pool_live = off


cdef void open_chunk(Packer self) noexcept nogil:
    """Starts a chunk: the key frame."""
    cdef Machine *m = &self.c.m
    cdef Frame *cur = m.cur
    cdef Frame *f
    cdef Frame **list
    cdef Body *b
    cdef Obj *o
    cdef ObjHead h
    cdef uint32_t i, j, n, base, kept, seen, pass_
    cdef uint64_t budget, weight, prev, depth
    cdef Buf *k = &self.key
    self.open = True
    codec_reset(&self.c)
    self.first_step = m.step + 1
    self.first_ns = m.time
    self.first_frame = m.next_frame
    self.raw = self.n_out = self.chunk_flags = self.chunk_exceptions = 0
    self.out.n = self.touched.n = k.n = self.times.n = 0
    self.n_hits = self.timed = 0
    self.time_told = m.time
    self.big_left = self.big_budget
    m.cur = m.root                      # no slots to predict from
    buf_varint(k, m.step + 1)
    buf_varint(k, m.time)
    buf_varint(k, m.next_frame)
    buf_varint(k, m.thread)
    buf_varint(k, cur.id)
    buf_varint(k, m.has_pending | m.enters << 1)
    buf_varint(k, m.pending)
    n = 0
    for i in range(m.n_threads):
        n += m.threads[i].known
    buf_varint(k, n)
    for i in range(m.n_threads):
        if m.threads[i].known:
            buf_varint(k, i)
            buf_varint(k, m.threads[i].cur)
    # Frames.
    list = <Frame **> xrealloc(NULL, (m.frames.n + RECENT + 1) * sizeof(Frame *))
    list[0] = m.root
    n = 1
    for i in range(RECENT + m.frames.cap):
        f = live_frame(m, i)
        if f != NULL:
            list[n] = f
            n += 1
    qsort(list, n, sizeof(Frame *), by_id)
    buf_varint(k, n)
    prev = 0
    for i in range(n):
        f = list[i]
        buf_varint(k, f.id - prev)
        prev = f.id
        buf_varint(k, zigzag(<int64_t> (f.id - f.parent)))
        buf_varint(k, <uint64_t> (f.func + 1))
        buf_varint(k, f.thread)
        buf_varint(k, f.state)
        buf_varint(k, <uint64_t> (f.last_site + 1))
        buf_varint(k, <uint64_t> (m.step - f.last_step))
        buf_varint(k, f.depth)
        buf_bytes(k, &f.hist, 4)
        for j in range(4):
            buf_varint(k, f.loops[j])
        f.n_res = 0
        if f.func >= 0 and not m.t.funcs[f.func].is_module and f.n_slots:
            self.c.n_values += f.n_slots
            base = colbase(&self.c, key_type(0x90, <uint64_t> f.func, 0), f.n_slots)
            for j in range(f.n_slots):
                code(&self.c, base + j, f.slots[j], 0)
    # Module variables.
    kept = 0
    for pass_ in range(2):
        if pass_:
            buf_varint(k, kept)
        for i in range(m.n_ns):
            if m.ns[i] == NULL:
                continue
            if pass_ == 0:
                kept += 1
                continue
            buf_varint(k, i)
            if m.t.mods[i].n_listed:
                base = colbase(&self.c, key_type(0x91, i, 0), m.t.mods[i].n_listed)
                for j in range(m.t.mods[i].n_listed):
                    code(&self.c, base + j, m.ns[i][j], 0)
    # Objects, breadth first: from the running frames outward, then the others, then module variables.
    self.n_queue = 0
    for i in range(n):
        for j in range(list[i].n_slots):
            if list[i].slots[j].tag == T_CELL:
                queue_object(self, list[i].slots[j], 0)
    for i in range(m.n_threads):
        if m.threads[i].known:
            f = frame_find(m, m.threads[i].cur)
            depth = 0
            while f != NULL and f.id and depth < 64:
                for j in range(f.n_slots):
                    queue_object(self, f.slots[j], 0)
                f = frame_up(m, f)
                depth += 1
    for i in range(n):
        f = list[n - 1 - i]
        for j in range(f.n_slots):
            queue_object(self, f.slots[j], 0)
    for i in range(m.n_ns):
        if m.ns[i] != NULL:
            for j in range(m.t.mods[i].n_slots):
                queue_object(self, m.ns[i][j], 0)
    free(list)
    seen = kept = 0
    budget = self.limit_values
    while seen < self.n_queue:
        o = self.queue[seen]
        b = o.b
        weight = b.n_items + 2 * b.n_pairs + 2 * b.n_attrs + 2
        seen += 1
        if (weight > budget or weight > self.big_object) and b.shape != 12:
            o.stamp = self.c.chunk_no - 1
            continue
        budget -= weight if weight < budget else budget
        self.queue[kept] = o
        kept += 1
        for j in range(b.n_items):
            queue_object(self, b.items[j], 0)
        for j in range(2 * b.n_pairs):
            queue_object(self, b.pairs[j], 0)
        for j in range(b.n_attrs):
            queue_object(self, b.attrs[2 * j + 1], 0)
    buf_varint(k, kept)
    for i in range(kept):
        self.queue[i].remote = 0
        snap_object(&self.c, <uint64_t> OP_SNAP << 48, self.queue[i], &h, &self.scratch)
    write_key_names(self, k)
    m.cur = cur
    open_sums(self)


cdef void write_key_names(Packer self, Buf *k) noexcept nogil:
    """Module variables that the modules' own tables do not list."""
    cdef Machine *m = &self.c.m
    cdef Mod *mod
    cdef uint32_t i, j, n, base
    n = 0
    for i in range(m.n_ns):
        n += m.ns[i] != NULL and m.t.mods[i].n_slots > m.t.mods[i].n_listed
    if n == 0:
        return
    buf_varint(k, n)
    for i in range(m.n_ns):
        mod = &m.t.mods[i]
        if m.ns[i] == NULL or mod.n_slots == mod.n_listed:
            continue
        n = mod.n_slots - mod.n_listed
        buf_varint(k, i)
        buf_varint(k, n)
        base = colbase(&self.c, key_type(0x92, i, 0), n)
        for j in range(n):
            code(&self.c, base + j, m.ns[i][mod.n_listed + j], 0)


cdef void write_sections(Packer self, Buf *index, Buf *main, Buf *strs) noexcept nogil:
    cdef Machine *m = &self.c.m
    cdef uint32_t i, n, s
    cdef uint64_t prev
    cdef uint32_t *sites = <uint32_t *> self.hit_sites.p
    cdef uint64_t *oids = <uint64_t *> self.touched.p
    cdef Str *t
    cdef Buf dirs
    cdef uint64_t total
    cdef Buf wide
    memset(&dirs, 0, sizeof(Buf))
    memset(&wide, 0, sizeof(Buf))
    # index
    buf_varint(index, 0)                                    # process
    buf_varint(index, <uint64_t> self.first_step)
    buf_varint(index, <uint64_t> (m.step + 1 - self.first_step))
    buf_varint(index, self.first_ns)
    buf_varint(index, m.time)
    buf_varint(index, self.first_frame)
    buf_varint(index, m.next_frame)
    buf_varint(index, self.chunk_flags)
    buf_varint(index, self.chunk_exceptions)
    buf_varint(index, self.n_out)
    buf_varint(index, self.c.chunk_no)
    n = <uint32_t> (self.hit_sites.n // 4)
    for i in range(n):
        prev = sites[i]
        buf_bytes(&wide, &prev, 8)
    qsort(wide.p, n, 8, by_u64)
    buf_varint(index, n)
    prev = 0
    for i in range(n):
        s = <uint32_t> (<uint64_t *> wide.p)[i]
        buf_varint(index, s - prev)
        prev = s
        buf_varint(index, self.c.sites[s].hits)
        self.total_hits[s] += self.c.sites[s].hits
        self.c.sites[s].hits = 0
    self.hit_sites.n = 0
    n = <uint32_t> (self.touched.n // 8)
    qsort(oids, n, 8, by_u64)
    buf_varint(index, n)
    prev = 0
    for i in range(n):
        buf_varint(index, oids[i] - prev)
        prev = oids[i]
    write_marks(self, index, prev)
    # main
    total = 0
    for i in range(self.c.n_cols):
        buf_varint(&dirs, self.c.cols[i].out.n)
        total += self.c.cols[i].out.n
    while dirs.n and dirs.p[dirs.n - 1] == 0:               # columns without a surprise at the end
        dirs.n -= 1
    buf_varint(main, self.c.n_syms)
    buf_varint(main, self.key.n)
    buf_varint(main, self.c.ctl.n)
    buf_varint(main, dirs.n)
    buf_bytes(main, self.key.p, self.key.n)
    buf_bytes(main, self.c.ctl.p, self.c.ctl.n)
    buf_bytes(main, dirs.p, dirs.n)
    buf_room(main, total)
    for i in range(self.c.n_cols):
        buf_bytes(main, self.c.cols[i].out.p, self.c.cols[i].out.n)
        if self.c.cols[i].out.cap > 65536:
            free(self.c.cols[i].out.p)
            memset(&self.c.cols[i].out, 0, sizeof(Buf))
    # strings
    n = <uint32_t> (self.c.used.n // 4)
    wide.n = 0
    for i in range(n):
        prev = (<uint32_t *> self.c.used.p)[i]
        buf_bytes(&wide, &prev, 8)
    qsort(wide.p, n, 8, by_u64)
    buf_varint(strs, n)
    prev = 0
    for i in range(n):
        s = <uint32_t> (<uint64_t *> wide.p)[i]
        t = str_at(&self.c, s)
        buf_varint(strs, s - prev)
        prev = s
        buf_u8(strs, t.flags)
        buf_varint(strs, t.length)
        buf_varint(strs, t.n)
        if t.flags & 2:
            buf_bytes(strs, &t.digest, 8)
    for i in range(n):
        t = str_at(&self.c, (<uint64_t *> wide.p)[i])
        buf_bytes(strs, t.p, t.n)
    free(dirs.p)
    free(wide.p)


cdef object close_tables(Packer self):
    if self.new_types or self.new_threads or self.new_names:
        table = {"types": self.new_types, "threads": self.new_threads}
        if self.new_names:
            table["names"] = self.new_names
        self.ready.append(("tables", json.dumps(table).encode()))
        self.new_types = []
        self.new_threads = []
        self.new_names = []


cdef object close_chunk(Packer self):
    """Ends the chunk and puts it among what is ready."""
    cdef Buf index, main, strs, sums
    memset(&index, 0, sizeof(Buf))
    memset(&sums, 0, sizeof(Buf))
    memset(&main, 0, sizeof(Buf))
    memset(&strs, 0, sizeof(Buf))
    close_tables(self)
    with nogil:
        write_sections(self, &index, &main, &strs)
        write_sums(self, &sums)
    self.ready.append((
        "chunk",
        PyBytes_FromStringAndSize(<char *> index.p, index.n),
        PyBytes_FromStringAndSize(<char *> main.p, main.n),
        PyBytes_FromStringAndSize(<char *> strs.p, strs.n),
        PyBytes_FromStringAndSize(<char *> self.out.p, self.out.n),
        PyBytes_FromStringAndSize(<char *> self.times.p, self.times.n),
        PyBytes_FromStringAndSize(<char *> sums.p, sums.n),
    ))
    free(index.p)
    free(sums.p)
    free(main.p)
    free(strs.p)
    if self.c.pool.n > 2 * self.pool_live + self.pool_slack:
        pool_collect(self)
    if self.dropping:
        strings_collect(self)
    self.open = False
    self.first_step = self.c.m.step + 1
    self.raw = 0
    self.c.n_values = 0
    self.c.m.work = 0
