"""What the fields of each operation are, in which columns they stand, and what they do to the state. The same code writes and reads."""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset

from codec cimport *
from coder cimport *
from columns cimport *
from mem cimport *
from recipes cimport *
from pool cimport *
from contents cimport *
from state cimport *
from symbols cimport *
from tags cimport *

cdef struct Event:
    uint32_t a
    uint32_t b
    uint64_t oid            # object, frame, number
    uint64_t n
    Val key
    Val val

cdef struct ObjHead:
    uint64_t oid
    uint64_t size
    int64_t as_of
    uint32_t type_id
    uint32_t n_items
    uint32_t n_pairs
    uint32_t n_attrs
    uint8_t shape
    uint8_t flags
    uint8_t has_text
    uint8_t uncertain

cdef struct Vals:
    Val *v
    uint32_t n
    uint32_t cap

cdef inline void vals_push(Vals *b, Val v) noexcept nogil:
    vals_room(&b.v, b.n, &b.cap, 1)
    b.v[b.n] = v
    b.n += 1

cdef inline void vals_need(Vals *b, uint32_t n) noexcept nogil:
    """Room for n values."""
    if b.cap < n:
        b.cap = n * 2 + 16
        b.v = <Val *> xrealloc(b.v, <size_t> b.cap * sizeof(Val))

cdef inline uint64_t key_of(Codec *c, uint32_t op, uint32_t nth) noexcept nogil:
    """Columns of an operation: those of its place after the frame's last site."""
    return (<uint64_t> op << 48) | (<uint64_t> (nth if nth < 15 else 15) << 40) | <uint32_t> (c.m.cur.last_site + 1)

cdef inline uint64_t key_type(uint32_t kind, uint64_t type_id, uint64_t x) noexcept nogil:
    return (<uint64_t> kind << 56) | ((type_id & 0xFFFFF) << 32) | (x & 0xFFFFFFFFU)

# ---- objects --------------------------------------------------------------------------------

cdef inline void code_object(Codec *c, uint64_t key, ObjHead *h, Vals *v, bint snap) noexcept nogil:
    """Head and contents (items, pairs, attributes, text in v)."""
    cdef uint32_t base = near_cols(c, key, 2)
    cdef uint32_t t, i, _i, k
    cdef uint64_t site = key & 0xFFFFFFFFU
    cdef Val got, name
    cdef uint64_t packed, total
    h.oid = code_oid(c, base, h.oid, 1)
    h.type_id = <uint32_t> code_int(c, base + 1, h.type_id)
    t = near_cols(c, key_type(0x81, h.type_id, 0), 8)
    packed = code_int(c, t, h.shape | <uint64_t> h.flags << 8 | <uint64_t> h.has_text << 16 | <uint64_t> h.uncertain << 17)
    h.shape = <uint8_t> packed
    h.flags = <uint8_t> (packed >> 8)
    h.has_text = (packed >> 16) & 1
    h.uncertain = (packed >> 17) & 1
    h.n_items = <uint32_t> code_int(c, t + 1, h.n_items)
    h.n_pairs = <uint32_t> code_int(c, t + 2, h.n_pairs)
    h.n_attrs = <uint32_t> code_int(c, t + 3, h.n_attrs)
    h.size = code_int(c, t + 4, h.size - h.n_items - h.n_pairs) + h.n_items + h.n_pairs
    if snap:
        h.as_of = c.m.step - <int64_t> code_int(c, t + 5, <uint64_t> (c.m.step - h.as_of))
    total = <uint64_t> h.n_items + 2 * <uint64_t> h.n_pairs + 2 * <uint64_t> h.n_attrs + h.has_text
    c.n_values += total + 8
    if not ENC:
        v.n = 0
        if c.err or total > MAX_VALUES or c.n_values > MAX_VALUES:
            c.err = 1
            return
    k = 0
    if h.n_items:
        t = near_cols(c, key_type(0x82, h.type_id, site), 1)
        for _i in range(h.n_items):
            got = code(c, t, v.v[k] if ENC else mk(0, 0), 0)
            if not ENC:
                vals_push(v, got)
            k += 1
    if h.n_pairs:
        t = near_cols(c, key_type(0x83, h.type_id, site), 2)
        for i in range(2 * h.n_pairs):
            got = code(c, t + (i & 1), v.v[k] if ENC else mk(0, 0), 0)
            if not ENC:
                vals_push(v, got)
            k += 1
    for i in range(h.n_attrs):
        t = near_cols(c, key_type(0x84, h.type_id, i), 1)
        name = mk(T_STR, code_str(c, t, v.v[k].p if ENC else 0))
        t = near_cols(c, key_type(0x85, h.type_id, name.p), 1)
        got = code(c, t, v.v[k + 1] if ENC else mk(0, 0), 0)
        if not ENC:
            vals_push(v, name)
            vals_push(v, got)
        k += 2
    if h.has_text:
        t = near_cols(c, key_type(0x86, h.type_id, 0), 1)
        got = code(c, t, v.v[k] if ENC else mk(0, 0), 0)
        if not ENC:
            vals_push(v, got)

cdef inline bint names_repeat(Body *b) noexcept nogil:
    """Whether two attributes may have the same name."""
    cdef uint32_t i, j
    if b.n_attrs > SPARE_ATTRS:
        return True
    for i in range(1, b.n_attrs):
        for j in range(i):
            if b.attrs[2 * i].p == b.attrs[2 * j].p:
                return True
    return False

cdef inline Body *make_body(Machine *m, ObjHead *h, Vals *v) noexcept nogil:
    cdef Body *b = body_new(m)
    cdef Val *s = v.v
    b.type_id = h.type_id
    b.shape = h.shape
    b.flags = h.flags
    b.size = h.size
    b.has_text = h.has_text
    if h.n_items:
        b.items = <Val *> xrealloc(NULL, <size_t> h.n_items * sizeof(Val))
        memcpy(b.items, s, <size_t> h.n_items * sizeof(Val))
        b.n_items = b.cap_items = h.n_items
        s += h.n_items
    if h.n_pairs:
        b.pairs = <Val *> xrealloc(NULL, <size_t> h.n_pairs * 2 * sizeof(Val))
        memcpy(b.pairs, s, <size_t> h.n_pairs * 2 * sizeof(Val))
        b.n_pairs = b.cap_pairs = h.n_pairs
        s += 2 * h.n_pairs
    if h.n_attrs:
        if h.n_attrs > b.cap_attrs:
            b.attrs = <Val *> xrealloc(b.attrs, <size_t> h.n_attrs * 2 * sizeof(Val))
            b.cap_attrs = h.n_attrs
        memcpy(b.attrs, s, <size_t> h.n_attrs * 2 * sizeof(Val))
        b.n_attrs = h.n_attrs
        b.repeats = ENC and names_repeat(b)
        s += 2 * h.n_attrs
    if h.has_text:
        b.text = s[0]
    return b

cdef inline void snap_object(Codec *c, uint64_t key, Obj *o, ObjHead *h, Vals *v) noexcept nogil:
    """Writes (o given) or reads the contents of an object as they stand: no change."""
    cdef Body *b
    cdef uint32_t i
    if ENC:
        b = o.b
        memset(h, 0, sizeof(ObjHead))
        v.n = 0
        h.oid = o.oid
        h.type_id = b.type_id
        h.shape = b.shape
        h.flags = b.flags
        h.size = b.size
        h.as_of = o.base_as_of
        h.uncertain = o.uncertain
        h.has_text = b.has_text
        for i in range(b.n_items):
            if b.items[i].tag != T_GONE:
                vals_push(v, b.items[i])
                h.n_items += 1
        for i in range(b.n_pairs):
            if b.pairs[2 * i].tag != T_GONE:
                vals_push(v, b.pairs[2 * i])
                vals_push(v, b.pairs[2 * i + 1])
                h.n_pairs += 1
        for i in range(2 * b.n_attrs):
            vals_push(v, b.attrs[i])
        h.n_attrs = b.n_attrs
        if h.has_text:
            vals_push(v, b.text)
        code_object(c, key, h, v, 1)
        o.stamp = c.chunk_no
        return
    code_object(c, key, h, v, 1)
    if c.err:
        return
    o = obj_need(&c.m, h.oid)
    if o.b != NULL:
        c.err = 1
        return
    o.b = make_body(&c.m, h, v)
    o.base_as_of = h.as_of
    o.uncertain = h.uncertain
    o.known_from = 0

cdef inline void bind_cell(Machine *m, Frame *f, uint32_t slot, uint64_t oid) noexcept nogil:
    """The frame's slot is that cell from here on."""
    cdef Obj *o
    if slot >= f.n_slots or (f.func >= 0 and m.t.funcs[f.func].is_module):
        return
    o = obj_need(m, oid)
    if o.b == NULL:
        obj_body(m, o)
        o.b.shape = 12
        o.b.flags = 0
    if f.slots[slot].tag != T_UNBOUND and f.slots[slot].tag != T_CELL and o.b.n_items == 0:
        set_cell(m, oid, f.slots[slot])
    set_slot(m, f, slot, mk(T_CELL, oid))

# ---- sites ----------------------------------------------------------------------------------

cdef inline void count_loop(Frame *f, Site *s) noexcept nogil:
    if s.loop:
        if s.loop & 8:
            f.loops[(s.loop - 1) & 3] = 0
        else:
            f.loops[(s.loop - 1) & 3] += 1

cdef inline void give(Frame *p, uint64_t tag, uint64_t v) noexcept nogil:
    """A call that the frame made has a result."""
    if p.n_res < RESULTS:
        keep(&p.res[p.n_res], tag, v)
    p.n_res += 1
    keep(&p.last_res, tag, v)

cdef inline void apply_site(Codec *c, uint32_t site, Val *vals) noexcept nogil:
    """Everything that a site event does, once its values are known."""
    cdef Machine *m = &c.m
    cdef Site *s = &m.t.sites[site]
    cdef Frame *f = m.cur
    cdef Frame *p
    cdef Rec *r
    cdef Spec *spec
    cdef uint32_t flags = s.flags
    cdef uint32_t i, _i
    cdef uint64_t parent
    cdef bint step = flags & (F_STEP | F_ITER) != 0
    c.mid = (site + SYM_SITE0) * 0x9E3779B1U
    if ENC and s.plain and not m.enters and not m.has_pending and f.func >= 0 and m.n_cells == 0:
        spec = m.t.specs + s.first_spec
        for i in range(s.n_specs):
            set_slot(m, f, spec[i].slot, vals[i])
        count_loop(f, s)
        f.n_res = 0
        f.last_site = <int32_t> site
        f.hist = (f.hist << 9) * 3 + site * 0x9E3779B1U
        if step:
            m.step += 1
            f.last_step = m.step
        f.thread = m.thread
        f.state = FS_RUNNING
        c.nth = 0
        return
    if flags & F_ENTER or m.enters:
        parent = m.pending if m.has_pending else f.id
        m.has_pending = m.enters = 0
        if frame_find(m, m.next_frame) != NULL:
            c.err = 1
            return
        p = f if parent == f.id else frame_need(m, parent)
        f = frame_new(m, m.next_frame, <int32_t> s.func)
        m.next_frame += 1
        c.n_values += f.n_slots
        f.parent = parent
        set_up(f, p)
        f.depth = p.depth + 1
        f.hist = <uint32_t> m.cur.last_site * 0x9E3779B1U
        f.last_step = m.step + step
        if not ENC:
            f.born = m.log.n + 1
            r = log_add(m, R_ENTER, f)
            r.a = site
            r.old.tag = p.last_step >= 0
            r.old.p = <uint64_t> p.last_step
            r.new.p = parent
            r.size = m.thread
        set_cur(m, f)
    elif m.has_pending and not flags & F_QUIET:
        set_parent(m, f, m.pending)
        m.has_pending = 0
    if f.func < 0 and f.id:
        if f.own_slots:
            free(f.slots)
        frame_func(m, f, <int32_t> s.func)
        if not ENC:
            log_add(m, R_FUNC, f)
    for i in range(m.n_cells):
        bind_cell(m, f, m.cell_slots[i], m.cell_oids[i])
    m.n_cells = 0
    if flags & (F_CAUGHT | F_UNWIND):
        if not ENC:
            r = log_add(m, R_VALUE, f)
            r.a = 1
            r.new = vals[0]
        vals += 1
    spec = m.t.specs + s.first_spec
    for _i in range(s.n_specs):
        if spec.kind == S_W:
            set_slot(m, f, spec.slot, vals[0])
            vals += 1
        elif spec.kind == S_G:
            set_ns(m, m.t.funcs[s.func].module, spec.slot, vals[0])
            vals += 1
        elif spec.kind == S_U:
            set_slot(m, f, spec.slot, mk(T_UNBOUND, 0))
        elif spec.kind == S_UG:
            set_ns(m, m.t.funcs[s.func].module, spec.slot, mk(T_UNBOUND, 0))
        else:
            if not ENC:
                r = log_add(m, R_VALUE, f)
                r.new = vals[0]
            keep(&c.ret, vals[0].tag, vals[0].p)
            vals += 1
        spec += 1
    c.nth = 0
    if flags & F_QUIET:
        return
    if not ENC:
        r = log_add(m, R_SITE, f)
        r.flag = f.state
        r.a = site
        r.b = <uint32_t> f.last_site
        r.old.tag = <uint64_t> f.last_step
        r.old.p = m.thread
    count_loop(f, s)
    f.n_res = 0
    f.last_site = <int32_t> site
    f.hist = (f.hist << 9) * 3 + site * 0x9E3779B1U
    if step:
        m.step += 1
        f.last_step = m.step
    f.thread = m.thread
    if flags & (F_RETURN | F_END | F_UNWIND) and not flags & F_LATE:
        f.state = FS_ENDED
    elif flags & F_YIELD:
        f.state = FS_SUSPENDED
    elif flags & F_AWAIT:
        f.state = FS_AWAITING
    else:
        f.state = FS_RUNNING
    if not ENC:
        r = &m.log.r[m.log.n - 1]
        r.new.tag = <uint64_t> f.last_step
        r.new.p = f.state

cdef inline void site_left(Codec *c, uint32_t site, Frame *f) noexcept nogil:
    """After the step's state: who runs next."""
    cdef uint32_t flags = c.m.t.sites[site].flags
    cdef uint64_t id = f.id
    if flags & (F_RETURN | F_END) and f.n_slots and f.func >= 0 and c.m.t.funcs[f.func].is_init:
        keep(&c.ret, f.slots[0].tag, f.slots[0].p)
    elif flags & F_END:
        keep(&c.ret, T_NONE, 0)
    if flags & (F_RETURN | F_END | F_UNWIND) and not flags & F_LATE:
        frame_end(&c.m, f)
        if id and not flags & F_UNWIND:
            give(c.m.cur, c.ret.tag, c.ret.p)
    elif flags & F_YIELD and f.id:
        set_cur(&c.m, frame_up(&c.m, f))
        give(c.m.cur, c.ret.tag, c.ret.p)

cdef inline void code_site_values(Codec *c, uint32_t site, Val *vals) noexcept nogil:
    cdef uint32_t n = c.m.t.sites[site].n_vals
    cdef uint32_t base, i, j, kind
    cdef uint64_t want
    cdef Site *s
    cdef Spec *spec
    if n == 0:
        return
    base = site_cols(c, site, n)
    c.n_values += n
    s = &c.m.t.sites[site]
    i = 0
    if s.flags & (F_CAUGHT | F_UNWIND):
        vals[0] = code(c, base, vals[0], 0)
        i = 1
    c.callee = s.func
    kind = K_ARGUMENT if s.flags & F_ENTER or c.m.enters else K_SLOT
    for j in range(s.n_specs):
        spec = &c.m.t.specs[s.first_spec + j]
        if spec.kind == S_U or spec.kind == S_UG:
            continue
        want = wants(kind, spec.slot) if spec.kind == S_W else wants(K_RESULT, 0) if spec.kind == S_R else 0
        vals[i] = code(c, base + i, vals[i], want)
        i += 1

# ---- the other operations -------------------------------------------------------------------

cdef inline void code_event(Codec *c, uint32_t op, uint32_t nth, Event *e) noexcept nogil:
    """Writes or reads the fields of an operation other than a site or an object."""
    cdef uint32_t k = op_cols(c, key_of(c, op, nth))
    c.n_values += 3
    if op == OP_SETITEM or op == OP_DELITEM or op == OP_APPEND:
        e.oid = code_oid(c, k, e.oid, wants(K_OBJECT, 0))
        if op != OP_APPEND:
            e.key = code(c, k + 1, e.key, wants(K_KEY, 0))
        if op != OP_DELITEM:
            e.val = code(c, k + 2, e.val, wants(K_APPENDED if op == OP_APPEND else K_ITEM, 0))
    elif op == OP_SETATTR or op == OP_DELATTR:
        e.oid = code_oid(c, k, e.oid, wants(K_OBJECT, 0))
        e.key = mk(T_STR, code_str(c, k + 1, e.key.p))
        if op == OP_SETATTR:
            e.val = code(c, k + 2, e.val, wants(K_ATTR, e.key.p))
    elif op == OP_BASE:
        e.oid = code_oid(c, k, e.oid, 0)
        e.n = code_int(c, k + 1, e.n)
        e.a = <uint32_t> code_int(c, k + 2, e.a)
    elif op == OP_DEATH or op == OP_ASOF:
        e.oid = code_oid(c, k, e.oid, 0)
    elif op == OP_SIZE:
        e.oid = code_oid(c, k, e.oid, 0)
        e.n = code_int(c, k + 1, e.n)
    elif op == OP_SWITCH:
        e.a = <uint32_t> code_int(c, k, e.a)
        e.oid = code_int(c, k + 1, e.oid)
    elif op == OP_SWITCHF or op == OP_PARENT or op == OP_LOST or op == OP_GAP or op == OP_TIME or op == OP_NEXTFRAME:
        e.oid = code_int(c, k, e.oid)
    elif op == OP_CELL:
        e.a = <uint32_t> code_int(c, k, e.a)
        e.oid = code_oid(c, k + 1, e.oid, 0)
    elif op == OP_NAMESPACE:
        e.a = <uint32_t> code_int(c, k, e.a)
        e.b = <uint32_t> code_int(c, k + 1, e.b)
        e.val = code(c, k + 2, e.val, 0)
    elif op == OP_TASK:
        e.oid = code_int(c, k, e.oid)
        e.n = code_int(c, k + 1, e.n)
        e.key = mk(T_STR, code_str(c, k + 2, e.key.p))
    elif op == OP_END:
        e.a = <uint32_t> code_int(c, k, e.a)
    elif op != OP_ENTERS and op != OP_OUTPUT:
        c.err = 1

cdef inline void apply_event(Codec *c, uint32_t op, Event *e) noexcept nogil:
    cdef Machine *m = &c.m
    cdef Frame *f
    cdef Obj *o
    cdef Rec *r
    if op == OP_SETITEM:
        do_setitem(m, obj_need(m, e.oid), e.key, e.val)
    elif op == OP_DELITEM:
        do_delitem(m, obj_need(m, e.oid), e.key)
    elif op == OP_APPEND:
        do_append(m, obj_need(m, e.oid), e.val)
    elif op == OP_SETATTR:
        do_setattr(m, obj_need(m, e.oid), e.key, e.val)
    elif op == OP_DELATTR:
        do_delattr(m, obj_need(m, e.oid), e.key)
    elif op == OP_SIZE:
        do_size(m, obj_need(m, e.oid), e.n)
    elif op == OP_DEATH:
        do_death(m, obj_need(m, e.oid))
    elif op == OP_ASOF:
        do_asof(m, obj_need(m, e.oid))
    elif op == OP_SWITCH or op == OP_SWITCHF:
        if op == OP_SWITCH and e.a != m.thread:
            thread_need(m, e.a)
            if m.err:
                c.err = 1
                return
            m.thread = e.a
            if not ENC:
                r = log_add(m, R_SWITCH, NULL)
                r.a = e.a
        set_cur(m, frame_need(m, e.oid))
    elif op == OP_BASE:
        o = obj_need(m, e.oid)
        if not ENC:
            if o.b != NULL or o.remote or e.n == 0 or e.n >> 32:
                c.err = 1
                return
            o.remote = <uint32_t> e.n
            o.uncertain = e.a & 1
            o.known_from = 0
    elif op == OP_PARENT:
        m.pending = e.oid
        m.has_pending = 1
    elif op == OP_ENTERS:
        m.enters = 1
    elif op == OP_CELL:
        if m.enters:
            if m.n_cells < 64:
                m.cell_slots[m.n_cells] = e.a
                m.cell_oids[m.n_cells] = e.oid
                m.n_cells += 1
            return
        bind_cell(m, m.cur, e.a, e.oid)
    elif op == OP_TIME:
        m.time = e.oid
    elif op == OP_LOST:
        f = frame_find(m, e.oid)
        if f != NULL and f.id:
            set_state(m, f, FS_ENDED, R_STATE)
            frame_end(m, f)
    elif op == OP_NAMESPACE:
        if e.a < m.t.n_mods and e.b < m.t.mods[e.a].n_slots:
            set_ns(m, e.a, e.b, e.val)
    elif op == OP_NEXTFRAME:
        m.next_frame = e.oid
        if e.oid == 0:
            c.err = 1
    elif not ENC:
        if op == OP_GAP:
            log_add(m, R_GAP, NULL).new.p = e.oid
        elif op == OP_TASK:
            r = log_add(m, R_TASK, NULL)
            r.old.p = e.oid
            r.new = e.key
            r.size = e.n
        elif op == OP_END:
            log_add(m, R_EXIT, NULL).a = e.a
        elif op == OP_OUTPUT:
            log_add(m, R_OUTPUT, NULL)
