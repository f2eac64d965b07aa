# One chunk, decoded as far as it was asked for.

cdef object bad_chunk(object number):
    return FormatError(f"chunk {number} of the recording makes no sense", slug="bad-chunk", hint="The file is damaged.")


cdef Log spare              # the memory of a log that is not used any more: fresh pages cost as much as decoding


cdef void take_spare(Log *log) noexcept:
    log[0] = spare
    log.n = 0
    spare.r = NULL
    spare.cap = 0


cdef void keep_spare(Log *log) noexcept:
    global spare
    if log.cap > spare.cap:
        free(spare.r)
        spare = log[0]
    else:
        free(log.r)


@cython.final
cdef class TableSet:
    """The C tables of all modules of a file; shared by its chunks."""
    cdef Tables t

    def __cinit__(self, modules):
        for table in modules:
            try:
                add_module(&self.t, table)
            except (ValueError, KeyError, TypeError, IndexError, OverflowError, AttributeError) as error:
                raise FormatError(f"a module table of the recording makes no sense: {error}", slug="bad-table") from error

    def __dealloc__(self):
        tables_free(&self.t)


@cython.final
cdef class Chunk:
    """Decoded steps of one chunk and the state at one place in it."""
    cdef Codec c
    cdef Log log
    cdef TableSet tables
    cdef bytes main
    cdef bytes str_data
    cdef bytes out_data
    cdef readonly object number
    cdef readonly int64_t first_step
    cdef readonly int64_t n_steps
    cdef Row *rows
    cdef uint32_t n_rows, cap_rows
    cdef uint32_t pos               # log position of the state as it stands
    cdef bint ended                 # nothing more to decode
    cdef uint64_t left              # symbols not decoded yet
    cdef Vals vals
    cdef uint32_t start_thread
    cdef uint64_t start_time
    cdef bint timed                 # it has a section of times
    cdef TimeAt *times
    cdef uint32_t n_times
    cdef uint32_t next_time         # the first whose site is still to come
    cdef uint64_t n_seen            # sites decoded
    cdef dict texts
    cdef list outputs
    cdef list output_places         # log positions of output, as far as they were looked for
    cdef uint32_t output_upto
    cdef dict strings
    cdef dict bases                 # contents of big objects at the end of earlier chunks
    cdef readonly object ordinal

    def __cinit__(self, TableSet tables, number, ordinal, first_step, n_steps, bytes main, bytes strs, bytes out,
                  bytes times=None, bint light=False):
        cdef Machine *m = &self.c.m
        self.tables = tables
        self.main = main
        self.str_data = strs
        self.out_data = out
        self.number = number
        self.first_step = first_step
        self.n_steps = n_steps
        self.texts = {}
        self.bases = {}
        self.output_places = []
        if not light:
            take_spare(&self.log)
        self.ordinal = ordinal
        m.t = &tables.t
        m.log = &self.log
        m.light = light
        if times is not None:
            read_times(self, times)
        self.begin()

    def __dealloc__(self):
        if self.c.m.light:
            free(self.log.r)
        else:
            keep_spare(&self.log)
        free_machine(&self.c.m)
        codec_free(&self.c)
        free(self.rows)
        free(self.times)
        free(self.vals.v)

    # ---- key frame ------------------------------------------------------------------------------

    cdef object begin(self):
        cdef Src s, key
        cdef uint64_t n_key, n_ctl, n_dir
        s.p = <const uint8_t *> <char *> self.main
        s.end = s.p + len(self.main)
        s.err = 0
        self.left = src_varint(&s)
        n_key = src_varint(&s)
        n_ctl = src_varint(&s)
        n_dir = src_varint(&s)
        codec_reset(&self.c)
        if self.left > MAX_WORK or self.left < <uint64_t> self.n_steps:  # each step takes an event
            raise bad_chunk(self.number)
        key.p = src_take(&s, n_key)
        self.c.ctl_src.p = src_take(&s, n_ctl)
        self.c.dir.p = src_take(&s, n_dir)
        if s.err:
            raise bad_chunk(self.number)
        key.end = key.p + n_key
        key.err = 0
        self.c.ctl_src.end = self.c.ctl_src.p + n_ctl
        self.c.ctl_src.err = 0
        self.c.dir.end = self.c.dir.p + n_dir
        self.c.dir.err = 0
        self.c.data = s
        with nogil:
            self.key_frame(&key)
            ctl_next(&self.c)
        if self.c.err or self.c.m.err or key.err:
            self.c.err = 1
            raise bad_chunk(self.number)
        self.log.n = 0
        self.pos = 0

    cdef void key_frame(self, Src *k) noexcept nogil:
        cdef Codec *c = &self.c
        cdef Machine *m = &c.m
        cdef uint64_t n, i, id, cur, flags, j, step, parent, func
        cdef uint32_t base, t
        cdef Frame *f
        cdef Val *slots
        cdef ObjHead h
        cdef const uint8_t *hist
        m.next_frame = 1
        m.root = frame_new(m, 0, -1)
        m.cur = m.root
        step = src_varint(k)
        m.step = <int64_t> step - 1
        m.time = src_varint(k)
        self.start_time = m.time
        m.next_frame = src_varint(k)
        m.thread = <uint32_t> src_varint(k)
        self.start_thread = m.thread
        cur = src_varint(k)
        flags = src_varint(k)
        m.has_pending = flags & 1
        m.enters = (flags >> 1) & 1
        m.pending = src_varint(k)
        if step != <uint64_t> self.first_step or m.next_frame == 0:
            c.err = 1
            return
        thread_need(m, m.thread)
        n = src_varint(k)
        for i in range(n):
            if k.err or m.err:
                return
            t = <uint32_t> src_varint(k)
            thread_need(m, t).known = 1
            thread_need(m, t).cur = src_varint(k)
        n = src_varint(k)
        id = 0
        for i in range(n):
            if k.err or c.err:
                return
            id += src_varint(k)
            parent = id - <uint64_t> unzigzag(src_varint(k))
            func = src_varint(k)
            if func > m.t.n_funcs or (id == 0) != (i == 0) or map_get(&m.frames, id) != NULL:
                c.err = 1
                return
            f = m.root if id == 0 else frame_new(m, id, <int32_t> func - 1)
            f.parent = parent
            f.thread = <uint32_t> src_varint(k)
            f.state = <uint8_t> src_varint(k)
            f.last_site = <int32_t> (src_varint(k) - 1)
            f.last_step = m.step - <int64_t> src_varint(k)
            f.depth = <uint32_t> src_varint(k)
            if f.last_site < -1 or f.last_site >= <int64_t> m.t.n_sites:
                c.err = 1
                return
            hist = src_take(k, 4)
            if hist != NULL:
                memcpy(&f.hist, hist, 4)
            for j in range(4):
                f.loops[j] = <uint32_t> src_varint(k)
            if id and f.func >= 0 and not m.t.funcs[f.func].is_module and f.n_slots:
                c.n_values += f.n_slots
                if c.n_values > MAX_VALUES:
                    c.err = 1
                    return
                base = colbase(c, key_type(0x90, <uint64_t> f.func, 0), f.n_slots)
                for j in range(f.n_slots):
                    f.slots[j] = code(c, base + <uint32_t> j, f.slots[j], 0)
        n = src_varint(k)
        for i in range(n):
            t = <uint32_t> src_varint(k)
            if k.err or c.err or t >= m.t.n_mods:
                c.err = 1
                return
            if m.t.mods[t].n_listed:
                slots = ns_slots(m, t)
                base = colbase(c, key_type(0x91, t, 0), m.t.mods[t].n_listed)
                for j in range(m.t.mods[t].n_listed):
                    slots[j] = code(c, base + <uint32_t> j, slots[j], 0)
        n = src_varint(k)
        for i in range(n):
            if k.err or c.err:
                return
            snap_object(c, <uint64_t> OP_SNAP << 48, NULL, &h, &self.vals)
        if k.p < k.end:
            self.key_names(k)
        m.cur = frame_find(m, cur)
        if m.cur == NULL:
            m.cur = m.root
            c.err = 1

    cdef void key_names(self, Src *k) noexcept nogil:
        """Module variables that the modules' own tables do not list."""
        cdef Codec *c = &self.c
        cdef Machine *m = &c.m
        cdef uint64_t module, count, j
        cdef uint64_t n = src_varint(k)
        cdef uint64_t least = 0
        cdef uint32_t base
        cdef Mod *mod
        cdef Val *slots
        while n and not k.err and not c.err:
            n -= 1
            module = src_varint(k)
            count = src_varint(k)
            if k.err or module < least or module >= m.t.n_mods:
                c.err = 1
                return
            least = module + 1
            mod = &m.t.mods[module]
            if count > mod.n_slots - mod.n_listed:      # the table with their names is lost
                c.err = 1
                return
            slots = ns_slots(m, <uint32_t> module) + mod.n_listed
            base = colbase(c, key_type(0x92, module, 0), <uint32_t> count)
            for j in range(count):
                slots[j] = code(c, base + <uint32_t> j, slots[j], 0)

    # ---- decoding -------------------------------------------------------------------------------

    cdef void decode(self, int64_t upto) noexcept nogil:
        """Decodes until the state of step `upto` is complete (or all). The state must stand at the end of the log."""
        cdef Codec *c = &self.c
        cdef Machine *m = &c.m
        cdef uint32_t sym, site, nth
        cdef Event e
        cdef ObjHead h
        cdef Frame *f
        cdef Row *r
        cdef int64_t before
        memset(&e, 0, sizeof(e))
        while self.left and self.first_step + <int64_t> self.n_rows <= upto:
            self.left -= 1
            nth = c.nth
            sym = code_symbol(c, 0)
            if sym >= SYM_SITE0:
                site = sym - SYM_SITE0
                if site >= m.t.n_sites or c.err:
                    c.err = 1
                    break
                vals_need(&self.vals, m.t.sites[site].n_vals)
                code_site_values(c, site, self.vals.v)
                if c.err:
                    break
                if m.cur.id == 0 and m.cur.state == FS_ENDED:
                    m.cur.state = FS_RUNNING
                if self.timed:
                    site_time(self)
                before = m.step
                apply_site(c, site, self.vals.v)
                if m.step != before:
                    if self.n_rows == self.cap_rows:
                        self.cap_rows = self.cap_rows * 2 + 1024
                        self.rows = <Row *> xrealloc(self.rows, <size_t> self.cap_rows * sizeof(Row))
                    r = &self.rows[self.n_rows]
                    r.site = site
                    r.thread = m.thread
                    r.frame = m.cur.id
                    r.depth = m.cur.depth
                    r.rec_end = self.log.n
                    r.time = m.time
                    self.n_rows += 1
                site_left(c, site, m.cur)
            elif sym == OP_OBJ:
                code_object(c, key_of(c, OP_OBJ, nth), &h, &self.vals, 0)
                if c.err:
                    break
                do_replace(m, obj_need(m, h.oid), make_body(m, &h, &self.vals))
            elif sym == OP_SNAP:
                snap_object(c, key_of(c, OP_SNAP, nth), NULL, &h, &self.vals)
            else:
                code_event(c, sym, nth, &e)
                if c.err:
                    break
                apply_event(c, sym, &e)
            if c.err or m.err or c.n_values > MAX_VALUES or m.work > MAX_WORK:
                c.err = 1
                break
        if c.err or m.err:
            c.err = 1
            self.left = 0
        self.pos = self.log.n
        if self.left == 0 and self.next_time < self.n_times:
            m.time = self.start_time + self.times[self.n_times - 1].ns
        if self.left == 0 and not c.err and self.n_rows != self.n_steps:
            c.err = 1
        if self.left == 0:
            predictors_free(c)

    cdef object need(self, int64_t step):
        """Makes the rows and the log reach the step; leaves the state wherever it then is."""
        if self.c.err:
            raise bad_chunk(self.number)
        if self.first_step + <int64_t> self.n_rows > step or self.left == 0:
            return
        self.move(self.log.n)
        with nogil:
            self.decode(step)
        if self.c.err:
            raise bad_chunk(self.number)

    cdef object need_all(self):
        self.need(<int64_t> 1 << 62)

    # ---- both ways ------------------------------------------------------------------------------

    cdef void move(self, uint32_t pos) noexcept nogil:
        while self.pos < pos:
            self.redo(&self.log.r[self.pos])
            self.pos += 1
        while self.pos > pos:
            self.pos -= 1
            self.undo(&self.log.r[self.pos])

    cdef inline void redo(self, Rec *r) noexcept nogil:
        cdef Frame *f
        cdef Obj *o
        cdef Body *b
        cdef int kind = r.kind
        if kind < R_ITEM:
            f = <Frame *> r.ptr
            if kind == R_SLOT:
                if not r.b:
                    f.slots[r.a] = r.new
            elif kind == R_SITE:
                f.last_site = <int32_t> r.a
                f.last_step = <int64_t> r.new.tag
                f.state = <uint8_t> r.new.p
            elif kind == R_NS:
                self.c.m.ns[r.b][r.a] = r.new
            elif kind == R_CUR:
                self.c.m.threads[r.a].cur = r.new.p
                self.c.m.threads[r.a].known = 1
            elif kind == R_PARENT:
                f.parent = r.new.p
            elif kind == R_STATE:
                f.state = <uint8_t> r.b
            return
        if kind >= R_SWITCH:
            return
        o = <Obj *> r.ptr
        if kind == R_UNCERTAIN:
            o.uncertain = 1
            return
        if kind == R_DEATH:
            o.dead = 1
            return
        if r.sure:
            o.uncertain = 0
        o.cur_rec = self.pos + 1
        if kind == R_DELTA:
            return
        if kind == R_REPLACE:
            o.b = <Body *> r.new.p
            return
        b = o.b
        if kind == R_ITEM:
            b.items[r.a] = r.new
        elif kind == R_PUSH:
            b.items[b.n_items] = r.new
            b.n_items += 1
            b.size = r.old.p
        elif kind == R_REMOVE:
            if r.a != 0xFFFFFFFFU:
                memmove(&b.items[r.a], &b.items[r.a + 1], (b.n_items - r.a - 1) * sizeof(Val))
                b.n_items -= 1
            b.size = r.new.p
        elif kind == R_PAIR:
            b.pairs[r.a * 2 + 1] = r.new
        elif kind == R_PAIRPUSH:
            b.pairs[b.n_pairs * 2] = r.old
            b.pairs[b.n_pairs * 2 + 1] = r.new
            b.n_pairs += 1
            b.size = (<uint64_t> r.b << 32) | r.a
        elif kind == R_PAIRGONE:
            b.pairs[r.a * 2].tag = T_GONE
            b.n_gone += 1
            b.size = r.new.p
        elif kind == R_ITEMGONE:
            b.items[r.a].tag = T_GONE
            b.n_gone += 1
            b.size = r.new.p
        elif kind == R_ATTR:
            b.attrs[r.a * 2 + 1] = r.new
        elif kind == R_ATTRPUSH:
            b.attrs[b.n_attrs * 2] = r.old
            b.attrs[b.n_attrs * 2 + 1] = r.new
            b.n_attrs += 1
        elif kind == R_ATTRREMOVE:
            memmove(&b.attrs[r.a * 2], &b.attrs[r.a * 2 + 2], (b.n_attrs - r.a - 1) * 2 * sizeof(Val))
            b.n_attrs -= 1
        elif kind == R_SIZE:
            b.size = r.new.p

    cdef inline void undo(self, Rec *r) noexcept nogil:
        cdef Frame *f
        cdef Obj *o
        cdef Body *b
        cdef int kind = r.kind
        if kind < R_ITEM:
            f = <Frame *> r.ptr
            if kind == R_SLOT:
                if not r.b:
                    f.slots[r.a] = r.old
            elif kind == R_SITE:
                f.last_site = <int32_t> r.b
                f.last_step = <int64_t> r.old.tag
                f.state = r.flag
            elif kind == R_NS:
                self.c.m.ns[r.b][r.a] = r.old
            elif kind == R_CUR:
                self.c.m.threads[r.a].cur = r.old.p
                self.c.m.threads[r.a].known = r.b
            elif kind == R_PARENT:
                f.parent = r.old.p
            elif kind == R_STATE:
                f.state = r.flag
            return
        if kind >= R_SWITCH:
            return
        o = <Obj *> r.ptr
        if kind == R_DEATH:
            o.dead = 0
            return
        o.uncertain = r.flag
        if kind == R_UNCERTAIN:
            return
        o.cur_rec = r.prev
        if kind == R_DELTA:
            return
        if kind == R_REPLACE:
            o.b = <Body *> r.old.p
            return
        b = o.b
        if kind == R_ITEM:
            b.items[r.a] = r.old
        elif kind == R_PUSH:
            b.n_items -= 1
        elif kind == R_REMOVE:
            if r.a != 0xFFFFFFFFU:
                memmove(&b.items[r.a + 1], &b.items[r.a], (b.n_items - r.a) * sizeof(Val))
                b.items[r.a] = r.old
                b.n_items += 1
        elif kind == R_PAIR:
            b.pairs[r.a * 2 + 1] = r.old
        elif kind == R_PAIRPUSH:
            b.n_pairs -= 1
        elif kind == R_PAIRGONE:
            b.pairs[r.a * 2] = r.old
            b.n_gone -= 1
        elif kind == R_ITEMGONE:
            b.items[r.a] = r.old
            b.n_gone -= 1
        elif kind == R_ATTR:
            b.attrs[r.a * 2 + 1] = r.old
        elif kind == R_ATTRPUSH:
            b.n_attrs -= 1
        elif kind == R_ATTRREMOVE:
            memmove(&b.attrs[r.a * 2 + 2], &b.attrs[r.a * 2], (b.n_attrs - r.a) * 2 * sizeof(Val))
            b.attrs[r.a * 2] = r.old
            b.attrs[r.a * 2 + 1] = r.new
            b.n_attrs += 1
        b.size = r.size

    cdef uint32_t position(self, int64_t step) noexcept nogil:
        """Log position of a step's state."""
        if step < self.first_step:
            return 0
        return self.rows[step - self.first_step].rec_end

    cdef object goto(self, int64_t step):
        """State of a step; first_step + n_steps stands for the end of the chunk."""
        if step >= self.first_step + self.n_steps:
            self.need_all()
            self.move(self.log.n)
            return
        self.need(step)
        self.move(self.position(step))

    cdef int64_t visible(self, uint32_t rec) noexcept nogil:
        """The first step whose state has the record behind it."""
        cdef uint32_t lo = 0
        cdef uint32_t hi = self.n_rows
        cdef uint32_t mid
        while lo < hi:
            mid = (lo + hi) >> 1
            if self.rows[mid].rec_end > rec:
                hi = mid
            else:
                lo = mid + 1
        return self.first_step + lo

    # ---- to Python ------------------------------------------------------------------------------

    cdef object load_strings(self):
        """The chunk's strings: number -> (flags, true length, digest, offset, n)."""
        cdef Src s
        cdef uint64_t n, i, number, length, size, off, digest
        cdef uint8_t flags
        cdef const uint8_t *p
        cdef dict found = {}
        cdef list order = []
        s.p = <const uint8_t *> <char *> self.str_data
        s.end = s.p + len(self.str_data)
        s.err = 0
        n = src_varint(&s)
        number = 0
        off = 0
        for i in range(n):
            number += src_varint(&s)
            flags = src_u8(&s)
            length = src_varint(&s)
            size = src_varint(&s)
            digest = 0
            if flags & 2:
                p = src_take(&s, 8)
                if p != NULL:
                    memcpy(&digest, p, 8)
            if s.err or size > <uint64_t> len(self.str_data):
                raise bad_chunk(self.number)
            order.append((number, flags, length, digest, off, size))
            off += size
        if off != <uint64_t> (s.end - s.p):
            raise bad_chunk(self.number)
        base = len(self.str_data) - off
        for number_, flags_, length_, digest_, off_, size_ in order:
            found[number_] = (flags_, length_, digest_, base + off_, size_)
        self.strings = found

    cdef object text(self, uint64_t number):
        cdef object got = self.texts.get(number)
        if got is not None:
            return got
        if self.strings is None:
            self.load_strings()
        entry = self.strings.get(number)
        if entry is None:
            raise bad_chunk(self.number)
        flags, length, digest, off, size = entry
        data = self.str_data[off:off + size]
        if flags & 1:
            got = Blob(data, length, flags & 2, digest)
        else:
            try:
                value = data.decode("utf-8", "surrogatepass" if not flags & 2 else "replace")
            except UnicodeDecodeError:
                raise bad_chunk(self.number) from None
            got = Text(value, length, flags & 2, digest)
        self.texts[number] = got
        return got

    cdef object raw(self, Val v):
        cdef double d
        cdef double z[2]
        cdef PoolHead *h
        cdef uint64_t i
        cdef list items
        if v.tag == T_INT:
            return <int64_t> v.p
        if v.tag == T_OBJ or v.tag == T_CELL:
            return Ref(v.p)
        if v.tag == T_STR:
            try:
                return self.text(v.p)
            except UnicodeDecodeError:
                raise bad_chunk(self.number) from None
        if v.tag == T_FLOAT:
            memcpy(&d, &v.p, 8)
            return d
        if v.tag == T_NONE:
            return None
        if v.tag == T_TRUE:
            return True
        if v.tag == T_FALSE:
            return False
        if v.tag == T_ELLIPSIS:
            return Ellipsis
        if v.tag == T_NOTIMPL:
            return NotImplemented
        if v.tag == T_DEEP:
            return Deep(v.p)
        if v.tag == T_UNBOUND:
            return UNBOUND
        if v.tag == T_POOL and v.p < self.c.n_entries:
            h = pool_at(&self.c, v.p)
            if h.kind == P_COMPLEX:
                memcpy(z, h + 1, 16)
                return complex(z[0], z[1])
            if h.kind == P_BIGINT:
                data = (<char *> (h + 1))[:h.n]
                if h.n * 8 < h.length:
                    return BigInt(h.extra, h.length, data)
                number = int.from_bytes(data, "little")
                return -number if h.extra else number
            items = []
            for i in range(h.n):
                items.append(self.raw((<Val *> (<uint8_t *> pool_at(&self.c, v.p) + sizeof(PoolHead)))[i]))
            return RawTuple(items, h.length)
        return UNKNOWN

    cdef object name(self, uint64_t number):
        got = self.text(number)
        return got.value if isinstance(got, Text) else repr(got.value)

    cdef object load_outputs(self):
        """The output events of the chunk, in order: (step, stream, bytes)."""
        if self.outputs is None:
            self.outputs = list(parse_output(self.out_data, self.first_step, self.number))
        return self.outputs

    cdef Frame *frame_at(self, uint64_t id) noexcept nogil:
        """The frame if it was alive in this chunk up to the present position."""
        cdef Frame *f = frame_find(&self.c.m, id)
        if f == NULL or f.born > self.pos:
            f = <Frame *> map_get(&self.c.m.past_frames, id)
            if f != NULL and f.born > self.pos:
                return NULL
        return f

    cdef Obj *obj_at(self, uint64_t oid) noexcept nogil:
        cdef Obj *o = obj_find(&self.c.m, oid)
        if o == NULL or (o.known_from > self.pos):
            if map_get(&self.c.m.past_objs, oid) != NULL:
                o = <Obj *> map_get(&self.c.m.past_objs, oid)
        return o


def parse_output(bytes data, first_step, number):
    """(step, stream, bytes) of an output section."""
    cdef Src s
    cdef uint64_t step, size
    cdef uint8_t stream
    cdef const uint8_t *p
    cdef const uint8_t *start = <const uint8_t *> <char *> data
    cdef list found = []
    s.p = start
    s.end = s.p + len(data)
    s.err = 0
    while s.p < s.end:
        step = src_varint(&s)
        stream = src_u8(&s)
        size = src_varint(&s)
        p = src_take(&s, size)
        if s.err or step >> 62:
            raise bad_chunk(number)
        found.append((<int64_t> step + <int64_t> first_step - 1, stream, data[p - start:p - start + size]))
    return found
