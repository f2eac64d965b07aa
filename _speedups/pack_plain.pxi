# The fast side: what most of a stream is made of.


cdef inline uint8_t *value_at(Packer self, Src *s, const uint8_t *q, uint64_t *tag, uint64_t *p) noexcept nogil:
    """Reads the raw value at q; returns what follows it, or NULL: it is not all there, or makes no sense."""
    cdef Val v
    cdef Src rest
    cdef uint32_t strid
    if s.end - q >= 9:
        if q[0] == RAW_INT32:
            tag[0] = T_INT
            p[0] = <uint64_t> (<int64_t> (<int32_t> le32(q + 1)))
            return <uint8_t *> q + 5
        if q[0] == RAW_OBJREF or q[0] == RAW_FLOAT:
            tag[0] = T_FLOAT if q[0] == RAW_FLOAT else T_OBJ
            p[0] = le64(q + 1)
            return <uint8_t *> q + 9
        if q[0] <= T_NOTIMPL:
            tag[0] = q[0]
            p[0] = 0
            return <uint8_t *> q + 1
        if q[0] == RAW_STRREF:
            strid = ours(self, le32(q + 1))
            tag[0] = T_STR
            p[0] = strid - 1
            return <uint8_t *> q + 5 if strid else NULL
    rest.p = q
    rest.end = s.end
    rest.err = 0
    if raw_value(self, &rest, &v, 0) != DONE:
        return NULL
    tag[0] = v.tag
    p[0] = v.p
    return <uint8_t *> rest.p


cdef void note_time(Packer self, uint64_t place, uint64_t ns, uint64_t lasted) noexcept nogil:
    """The site of that number in the chunk is come to at that time, so long after the one before; 0: that is not known."""
    cdef Machine *m = &self.c.m
    if ns < m.time:
        ns = m.time
    m.time = ns
    if not self.open:
        return
    lasted = min(lasted, ns - self.time_told)
    buf_varint(&self.times, place - self.timed)
    buf_varint(&self.times, (ns - self.time_told) << 1 | (lasted != 0))
    if lasted:
        buf_varint(&self.times, lasted)
    self.timed = place
    self.time_told = ns


cdef int time_event(Packer self, Src *s) noexcept nogil:
    cdef bint with_lasted = s.p[0] == OP_LASTED
    if s.end - s.p < (17 if with_lasted else 9):
        return SHORT
    note_time(self, self.n_hits - 1 if self.n_hits > self.timed else self.timed, le64(s.p + 1), le64(s.p + 9) if with_lasted else 0)
    s.p += 17 if with_lasted else 9
    return DONE


cdef Frame *put_quick(Packer self, Site *st, uint32_t site, uint64_t *tags, uint64_t *vals) noexcept nogil:
    """Writes and takes in the values of a site that begins or ends a frame, or has several; returns the frame that it is of."""
    cdef Codec *c = &self.c
    cdef Machine *m = &c.m
    cdef Frame *f = m.cur
    cdef Frame *g
    cdef Spec *spec = self.tables.specs + st.first_spec
    cdef Col *k
    cdef Val *v
    cdef uint64_t kind = K_SLOT
    cdef uint32_t n = st.n_vals
    cdef uint32_t i
    if st.quick & Q_ENTER:
        kind = K_ARGUMENT
        c.callee = st.func
    if n:
        c.n_values += n
        i = site_cols(c, site, n)
        k = &c.cols[i]
        for i in range(n):
            put_often(c, f, k + i, tags[i], vals[i], wants(kind, spec[i].slot) if spec[i].kind == S_W else wants(K_RESULT, 0))
    if st.quick & Q_ENTER:
        g = frame_new(m, m.next_frame, <int32_t> st.func)
        m.next_frame += 1
        c.n_values += g.n_slots
        g.parent = f.id
        set_up(g, f)
        g.depth = f.depth + 1
        g.hist = <uint32_t> f.last_site * 0x9E3779B1U
        g.last_step = m.step            # of those before the site
        set_cur(m, g)
        f = g
    for i in range(n):
        if spec[i].kind == S_R:
            keep(&c.ret, tags[i], vals[i])
            continue
        if spec[i].slot < f.n_slots:
            v = &f.slots[spec[i].slot]
            if v.tag == T_CELL:
                set_slot(m, f, spec[i].slot, mk(tags[i], vals[i]))
            else:
                keep(v, tags[i], vals[i])
    return f


cdef void run_quick(Packer self, Src *s) noexcept nogil:
    """Sites that do nothing out of the common, and changes of objects. Stops before anything else."""
    cdef Codec *c = &self.c
    cdef Machine *m = &c.m
    cdef Frame *f = m.cur
    cdef const uint8_t *p = s.p
    cdef const uint8_t *q
    cdef const uint8_t *end = s.end
    cdef Site *sites = self.tables.sites
    cdef uint32_t n_sites = self.tables.n_sites
    cdef Site *st
    cdef SiteCols *cols
    cdef T2Entry *e2
    cdef Val *v
    cdef uint64_t tags[QUICK_VALUES]
    cdef uint64_t vals[QUICK_VALUES]
    cdef uint64_t tag = 0
    cdef uint64_t val = 0
    cdef uint32_t site, slot, sym, n, i, full
    cdef const uint8_t *told = p                # what stands before it is in self.raw
    cdef const uint8_t *sure = s.end - 14       # up to here an event with one value is all there
    cdef uint64_t hits = 0
    cdef bint other = self.top != f.id          # this frame did not run before
    cdef Frame *g
    cdef uint64_t id
    cdef int32_t func
    cdef int64_t before = m.step
    cdef int64_t stop = self.first_step + <int64_t> self.limit_steps - 1    # the step that fills the chunk
    if self.limit_raw - self.raw < <uint64_t> (end - p):
        end = p + (self.limit_raw - self.raw)
    if not self.open or m.enters or m.has_pending or m.n_cells or f.func < 0 or f.id == 0:
        return
    while p < end and m.step < stop:
        if p[0] != OP_SITE:
            self.n_hits += hits
            hits = 0
            s.p = p
            if p[0] == OP_SETITEM or p[0] == OP_SETATTR or p[0] == OP_APPEND:
                n = change_event(self, s)
            elif p[0] == OP_OBJ:
                n = object_event(self, s)
            elif p[0] == OP_DEATH:
                n = death_event(self, s)
            elif p[0] == OP_AT or p[0] == OP_LASTED:
                n = time_event(self, s)
            else:
                break
            if n != DONE or m.err or c.err:         # the usual way finds out
                s.p = p
                break
            p = s.p
            if c.n_values > MAX_VALUES // 4 or m.work > MAX_WORK // 4:
                break
            continue
        if p > sure and s.end - p < 5:
            break
        site = le32(p + 1)
        if site >= n_sites:
            break
        st = &sites[site]
        if not st.quick:
            break
        n = st.n_vals
        q = p + 5
        if n == 1 and p <= sure:
            q = value_at(self, s, q, &tag, &val)
        else:
            for i in range(n):
                q = value_at(self, s, q, &tags[i], &vals[i])
                if q == NULL:
                    break
            tag = tags[0]
            val = vals[0]
        if q == NULL:
            break
        if st.quick & Q_ENTER and (frame_find(m, m.next_frame) != NULL or c.n_values > MAX_VALUES // 4):
            break
        p = q
        hits += 1
        cols = &c.sites[site]
        if seldom(cols.hits == 0, 0):
            buf_bytes(&self.hit_sites, &site, 4)
        cols.hits += 1
        sym = site + SYM_SITE0
        full = (f.hist ^ c.mid) * 0x85EBCA6BU
        e2 = &c.t2[full >> (32 - T2_BITS)]
        c.n_syms += 1
        if seldom(e2.check == full and e2.sym == sym, 1):
            c.ctl_run += 1
        else:
            symbol_missed(c, sym, full)
        if n:
            if st.quick == Q_PLAIN and n == 1:
                c.n_values += 1
                slot = self.tables.specs[st.first_spec].slot
                if seldom(cols.stamp != c.chunk_no, 0):
                    site_cols(c, site, 1)
                put_often(c, f, &c.cols[cols.col], tag, val, wants(K_SLOT, slot))
                if slot < f.n_slots:
                    v = &f.slots[slot]
                    if seldom(v.tag == T_CELL, 0):
                        set_slot(m, f, slot, mk(tag, val))
                    else:
                        keep(v, tag, val)
            else:
                if n == 1:
                    tags[0] = tag
                    vals[0] = val
                g = f
                f = put_quick(self, st, site, tags, vals)
                if f != g:
                    entered(self, self.n_hits + hits - 1, g, f)
        elif st.quick & Q_ENTER:
            g = f
            f = put_quick(self, st, site, tags, vals)
            entered(self, self.n_hits + hits - 1, g, f)
        count_loop(f, st)
        f.n_res = 0
        c.prev_sym = sym
        c.mid = sym * 0x9E3779B1U
        c.nth = 0
        f.hist = (f.hist << 9) * 3 + site * 0x9E3779B1U
        f.last_site = <int32_t> site
        f.thread = m.thread
        if st.flags & (F_STEP | F_ITER):
            m.step += 1
            f.last_step = m.step
        f.state = FS_RUNNING
        if st.quick & Q_LEAVE:
            f.state = FS_ENDED
            id = f.id
            func = f.func
            site_left(c, site, f)
            f = m.cur
            left(self, self.n_hits + hits - 1, id, f.id, func)
            if f.func < 0 or f.id == 0:
                break
        elif seldom(other, 0):
            other = False
            runs(self, self.n_hits + hits - 1)
    self.n_hits += hits
    self.raw += p - told
    s.p = p
    if m.step != before:
        mark_thread(self)
