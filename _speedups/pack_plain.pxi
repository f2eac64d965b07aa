# The fast side: what most of a stream is made of.


cdef void run_plain(Packer self, Src *s) noexcept nogil:
    """Sites of one frame that write slots, and nothing else: most of a stream. Stops before anything else."""
    cdef Codec *c = &self.c
    cdef Machine *m = &c.m
    cdef Frame *f = m.cur
    cdef const uint8_t *p = s.p
    cdef const uint8_t *q
    cdef const uint8_t *end = s.end
    cdef Site *sites = self.tables.sites
    cdef uint32_t n_sites = self.tables.n_sites
    cdef Site *st
    cdef Spec *spec
    cdef T2Entry *e2
    cdef Col *k
    cdef uint64_t tags[PLAIN_VALUES]
    cdef uint64_t vals[PLAIN_VALUES]
    cdef uint32_t site, sym, n, i, full, tag, strid, col, slot
    cdef int64_t before = m.step
    cdef int64_t stop = self.first_step + <int64_t> self.limit_steps - 1    # the step that fills the chunk
    if self.limit_raw - self.raw < <uint64_t> (end - p):
        end = p + (self.limit_raw - self.raw)
    if not self.open or m.enters or m.has_pending or m.n_cells or f.func < 0 or f.id == 0:
        return
    while end - p >= 5 + 9 * PLAIN_VALUES and p[0] == OP_SITE and m.step < stop:
        site = le32(p + 1)
        if site >= n_sites:
            break
        st = &sites[site]
        n = st.n_vals
        if not st.plain or n > PLAIN_VALUES:
            break
        q = p + 5
        for i in range(n):
            tag = q[0]
            if tag == RAW_INT32:
                tags[i] = T_INT
                vals[i] = <uint64_t> (<int64_t> (<int32_t> le32(q + 1)))
                q += 5
            elif tag == RAW_OBJREF or tag == RAW_FLOAT:
                tags[i] = T_FLOAT if tag == RAW_FLOAT else T_OBJ
                vals[i] = le64(q + 1)
                q += 9
            elif tag <= T_NOTIMPL:
                tags[i] = tag
                vals[i] = 0
                q += 1
            elif tag == RAW_STRREF:
                strid = ours(self, le32(q + 1))
                if strid == 0:
                    q = NULL
                    break
                tags[i] = T_STR
                vals[i] = strid - 1
                q += 5
            else:
                q = NULL
                break
        if q == NULL:
            break
        p = q
        self.hit(site)
        sym = site + SYM_SITE0
        full = (f.hist ^ c.mid) * 0x85EBCA6BU
        e2 = &c.t2[full >> (32 - T2_BITS)]
        c.n_syms += 1
        if e2.check == full and e2.sym == sym:
            c.ctl_run += 1
        else:
            symbol_missed(c, sym, full)
        if n:
            c.n_values += n
            col = site_cols(c, site, n)
            k = &c.cols[col]
            spec = self.tables.specs + st.first_spec
            for i in range(n):
                put(c, k + i, tags[i], vals[i], wants(K_SLOT, spec[i].slot))
            for i in range(n):
                slot = spec[i].slot
                if slot >= f.n_slots:
                    continue
                if f.slots[slot].tag == T_CELL:
                    set_slot(m, f, slot, mk(tags[i], vals[i]))
                else:
                    keep(&f.slots[slot], tags[i], vals[i])
        count_loop(f, st)
        f.n_res = 0
        c.prev_sym = sym
        c.mid = sym * 0x9E3779B1U
        c.nth = 0
        f.hist = (f.hist << 9) * 3 + site * 0x9E3779B1U
        f.last_site = <int32_t> site
        if st.flags & (F_STEP | F_ITER):
            m.step += 1
            f.last_step = m.step
    if p != s.p:
        f.thread = m.thread
        f.state = FS_RUNNING
        if m.step != before:
            mark_thread(self)
        self.raw += p - s.p
        s.p = p
