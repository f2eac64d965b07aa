"""The state of the recorded program, kept alike by the packer and the unpacker. With a log, every change can be undone."""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memmove, memset

from mem cimport ENC, Buf, Map, buf_bytes, map_del, map_free, map_get, map_put, xcalloc, xrealloc
from tags cimport *

cdef enum:
    RECENT = 1024
    SPARE = 64
    SPARE_OBJECTS = 4096
    SPARE_ATTRS = 16
    RESULTS = 3

cdef struct Val:
    uint64_t tag
    uint64_t p

cdef struct Spec:
    uint32_t kind
    uint32_t slot

cdef struct Site:
    uint32_t flags
    uint32_t func           # global function number
    uint32_t first_spec
    uint16_t n_specs
    uint16_t n_vals
    uint8_t plain           # nothing but writes of own slots, and perhaps a step
    uint8_t ends            # the frame is left
    uint8_t loop            # 0, or 1 + number of the loop, + 8 when it begins
    uint8_t quick           # packer: which of the quick sorts it is, if any
    uint32_t n_recipes
    uint32_t first_recipe
    uint32_t pad            # to a power of two

cdef enum Quick:
    Q_PLAIN = 1
    Q_ENTER = 2
    Q_LEAVE = 4             # both: a function of one statement
    QUICK_VALUES = 16       # a site with more is none of them

cdef struct Func:
    uint32_t module
    uint32_t index
    uint32_t n_slots
    uint32_t name           # hash of the name that it is called by
    uint8_t is_module
    uint8_t is_init
    uint8_t in_class
    uint8_t pad

cdef struct Mod:
    uint32_t first_func
    uint32_t n_funcs
    uint32_t first_site
    uint32_t n_slots
    uint32_t n_listed       # slots of the module's own table; the others were added later

cdef struct Recipe:
    uint32_t kind
    uint32_t a
    uint32_t b
    uint32_t first          # operation

cdef struct RecipeStep:
    uint32_t code
    uint32_t x
    uint32_t y
    uint32_t what           # the operation that is done with x and y

cdef struct Tables:
    Recipe *recipes
    uint32_t n_recipes
    uint32_t n_ops
    RecipeStep *ops
    Val *consts
    uint32_t n_consts
    Site *sites
    uint32_t n_sites
    Spec *specs
    uint32_t n_specs
    Func *funcs
    uint32_t n_funcs
    Mod *mods
    uint32_t n_mods

cdef struct Frame:
    uint64_t id
    uint64_t parent
    Val *slots
    int64_t last_step
    int32_t last_site       # -1: none yet
    uint32_t n_res          # results of calls since the last site
    int32_t func            # -1: not known
    uint32_t n_slots
    uint32_t thread
    uint32_t depth
    uint32_t hist           # hash of the last sites, for prediction
    uint32_t born           # log position; 0: alive when the chunk began
    uint8_t state
    uint8_t own_slots       # the slots are a piece of memory of their own
    uint8_t is_module       # the slots are the module's
    uint8_t mapped          # packer: it stands in the map
    uint8_t spares          # packer: its memory is kept for another frame, so that `up` may point at it for ever
    uint8_t pad[7]
    Frame *up               # packer: the parent, or what once was it, or NULL
    uint32_t loops[4]       # times that the header of each loop was evaluated, less one
    uint32_t pad2
    Val last_res
    Val res[RESULTS]        # the first of them
    Frame *next

cdef struct Body:           # contents of an object
    uint32_t type_id
    uint8_t shape
    uint8_t flags
    uint8_t has_text
    uint8_t repeats         # packer: two attributes may have the same name (of a slot, and in __dict__)
    uint64_t size
    Val text
    Val *items
    Val *pairs              # key, value, key, value ...
    Val *attrs              # name, value ...
    uint32_t n_items, cap_items
    uint32_t n_pairs, cap_pairs     # in pairs
    uint32_t n_attrs, cap_attrs
    uint32_t n_gone         # entries with tag T_GONE
    uint32_t index_cap      # hash index over keys (pairs, or items of a set)
    uint32_t *index
    Body *next

cdef struct Obj:
    uint64_t oid
    Body *b                 # NULL: nothing known
    int64_t base_as_of      # step of the record behind the contents at the key frame or snapshot
    int64_t dead_at
    uint32_t stamp          # packer: chunk in which its contents stand
    uint32_t known_from     # unpacker: log position from which the contents are known
    uint32_t cur_rec        # unpacker: log index + 1 of the last change
    uint32_t last_seen      # packer: chunk that touched it last
    uint8_t uncertain
    uint8_t dead
    uint8_t chain           # packer: chunks on which its contents in this one lean
    uint8_t pad
    uint32_t remote         # how many chunks back its contents stand (packer: only whether); 0 here
    Obj *next

cdef struct Thread:
    uint32_t index
    uint32_t known
    uint64_t cur

cdef enum RecKind:
    R_SITE = 1
    R_SLOT = 2
    R_NS = 3
    R_ENTER = 4
    R_VALUE = 5             # value of a return, yield ... (a = 0) or exception (a = 1) of the site that follows
    R_CUR = 6               # a thread's current frame
    R_PARENT = 7
    R_STATE = 8             # a frame's state without a site (LOST)
    R_FUNC = 9
    R_ITEM = 20
    R_PUSH = 21
    R_REMOVE = 22           # list item removed, the rest moved down
    R_PAIR = 23
    R_PAIRPUSH = 24
    R_PAIRGONE = 25
    R_ATTR = 26
    R_ATTRPUSH = 27
    R_ATTRREMOVE = 28
    R_REPLACE = 29
    R_SIZE = 30
    R_UNCERTAIN = 31
    R_DEATH = 32
    R_ITEMGONE = 33
    R_DELTA = 34            # a change of an object whose contents stand in an earlier chunk: a = operation, old = key, new = value
    R_SWITCH = 40
    R_OUTPUT = 41
    R_GAP = 42
    R_TASK = 43
    R_EXIT = 44

cdef struct Rec:
    uint8_t kind
    uint8_t flag            # objects: uncertain before; sites and states: state before
    uint16_t sure            # objects: 1 when the change makes the contents certain
    uint32_t a
    uint32_t prev           # objects: cur_rec before
    uint32_t b
    void *ptr
    int64_t writer
    uint64_t size           # objects: size before
    Val old
    Val new

cdef struct Log:
    Rec *r
    uint32_t n
    uint32_t cap

cdef struct Machine:
    Tables *t
    Frame *recent[RECENT]   # packer: frames alive, at the place of their id; another of that place is in the map
    Frame *spare[SPARE]     # packer, light unpacker: frames to be used again, by the number of their slots
    Obj *near[RECENT]       # packer: objects found last, at the place of their id
    Obj *spare_objs         # packer: to be used again
    Body *spare_bodies      # the same, with room for attributes
    uint32_t n_spare_objs
    uint32_t n_spare_bodies
    uint8_t attr_at[64]     # packer: where among its object's attributes the last one of that name stood
    Map frames              # alive (packer: those that are not in `recent`)
    Map objs                # alive
    Map past_frames         # unpacker: those that ended in the chunk
    Map past_objs
    Frame *root
    Frame *cur
    Thread *threads
    uint32_t n_threads
    uint32_t thread
    Val **ns
    uint32_t n_ns
    uint64_t next_frame
    int64_t step            # last begun
    uint64_t time
    uint64_t pending
    uint8_t has_pending
    uint8_t enters
    uint8_t n_cells         # cells that the frame about to be entered binds
    uint32_t cell_slots[64]
    uint64_t cell_oids[64]
    uint8_t err
    uint8_t light           # unpacker: what is over is forgotten
    uint32_t chunk          # number of the chunk being written or read
    uint64_t work           # changes of objects in the chunk
    Buf *touched            # packer: objects (u64) that the chunk changes or snapshots
    Log *log                # NULL: changes are not kept (packer)
    Frame *all_frames       # unpacker: every frame of the chunk
    Obj *all_objs
    Body *all_bodies

cdef inline Val mk(uint64_t tag, uint64_t p) noexcept nogil:
    cdef Val v
    v.tag = tag
    v.p = p
    return v

cdef inline bint same(Val a, Val b) noexcept nogil:
    return a.tag == b.tag and a.p == b.p

cdef extern from *:
    """
    #include <stdlib.h>
    /* Room for more records; apart, so that what calls it stays small. */
    static __attribute__((noinline, cold, unused)) void *escope_grow(void *p, uint32_t *cap, size_t size) {
        *cap = *cap ? *cap * 2 : 4096;
        p = realloc(p, (size_t)*cap * size);
        if (p == NULL) abort();
        return p;
    }
    """
    void *escope_grow(void *p, uint32_t *cap, size_t size) noexcept nogil

cdef inline Rec *log_add(Machine *m, int kind, void *ptr) noexcept nogil:
    """Needs m.log."""
    cdef Log *g = m.log
    cdef Rec *r
    if g.n == g.cap:
        g.r = <Rec *> escope_grow(g.r, &g.cap, sizeof(Rec))
    r = &g.r[g.n]
    g.n += 1
    memset(r, 0, sizeof(Rec))
    r.kind = <uint8_t> kind
    r.ptr = ptr
    r.writer = m.cur.last_step
    return r

# ---- frames ---------------------------------------------------------------------------------

cdef inline Val *ns_slots(Machine *m, uint32_t module) noexcept nogil:
    cdef uint32_t old = m.n_ns
    if module >= old:
        m.n_ns = m.t.n_mods
        m.ns = <Val **> xrealloc(m.ns, m.n_ns * sizeof(Val *))
        memset(m.ns + old, 0, (m.n_ns - old) * sizeof(Val *))
    if m.ns[module] == NULL:
        m.ns[module] = <Val *> xcalloc(m.t.mods[module].n_slots, sizeof(Val))
    return m.ns[module]

cdef inline Frame *live_frame(Machine *m, uint32_t i) noexcept nogil:
    """Packer: the frame at place i of RECENT + m.frames.cap, or NULL."""
    if i < RECENT:
        return m.recent[i]
    return <Frame *> m.frames.vals[i - RECENT] if m.frames.keys[i - RECENT] else NULL

cdef inline void ns_grow(Machine *m, uint32_t module) noexcept nogil:
    """One more variable of a module."""
    cdef Mod *mod = &m.t.mods[module]
    cdef Func *fn = &m.t.funcs[mod.first_func]
    cdef uint32_t n = mod.n_slots
    cdef uint32_t i
    cdef Frame *f
    mod.n_slots = fn.n_slots = n + 1
    if module >= m.n_ns or m.ns[module] == NULL:
        return
    m.ns[module] = <Val *> xrealloc(m.ns[module], (n + 1) * sizeof(Val))
    memset(&m.ns[module][n], 0, sizeof(Val))
    for i in range(RECENT + m.frames.cap):
        f = live_frame(m, i)
        if f != NULL and f.func == <int32_t> mod.first_func:
            f.slots = m.ns[module]
            f.n_slots = n + 1
    if m.root.func == <int32_t> mod.first_func:
        m.root.slots = m.ns[module]
        m.root.n_slots = n + 1

cdef inline void frame_func(Machine *m, Frame *f, int32_t func) noexcept nogil:
    """Gives the frame the slots of its function."""
    cdef Func *fn = &m.t.funcs[func]
    f.func = func
    f.n_slots = fn.n_slots
    if fn.is_module:
        f.slots = ns_slots(m, fn.module)
        f.own_slots = 0
        f.is_module = 1
    else:
        f.slots = <Val *> xcalloc(fn.n_slots, sizeof(Val))
        f.own_slots = 1

cdef inline Frame *frame_new(Machine *m, uint64_t id, int32_t func) noexcept nogil:
    cdef Frame *f
    cdef Frame *old
    cdef uint32_t n
    if func >= 0 and not m.t.funcs[func].is_module:
        n = m.t.funcs[func].n_slots
        if (ENC or m.light) and n < SPARE and m.spare[n] != NULL:
            f = m.spare[n]
            m.spare[n] = f.next
        else:
            f = <Frame *> xrealloc(NULL, sizeof(Frame) + n * sizeof(Val))
        memset(f, 0, sizeof(Frame) + n * sizeof(Val))
        f.spares = n < SPARE
        f.slots = <Val *> (f + 1)
        f.n_slots = n
        f.func = func
    else:
        f = <Frame *> xcalloc(1, sizeof(Frame))
        f.func = -1
        if func >= 0:
            frame_func(m, f, func)
    f.id = id
    f.last_site = -1
    f.last_step = -1
    f.thread = m.thread
    if ENC and id:
        old = m.recent[id & (RECENT - 1)]
        if old != NULL:
            old.mapped = 1
            map_put(&m.frames, old.id, old)
        m.recent[id & (RECENT - 1)] = f
    elif id:
        map_put(&m.frames, id, f)
    if not ENC and not m.light:
        f.next = m.all_frames
        m.all_frames = f
    return f

cdef inline void set_up(Frame *f, Frame *p) noexcept nogil:
    f.up = p if p.spares else NULL

cdef inline void frame_free(Frame *f) noexcept nogil:
    if f.own_slots:
        free(f.slots)
    free(f)

cdef inline Frame *frame_find(Machine *m, uint64_t id) noexcept nogil:
    cdef Frame *f
    if id == 0:
        return m.root
    if ENC:
        f = m.recent[id & (RECENT - 1)]
        if f != NULL and f.id == id:
            return f
    return <Frame *> map_get(&m.frames, id)

cdef inline Frame *frame_up(Machine *m, Frame *f) noexcept nogil:
    """The frame's parent while it is alive, else the root."""
    cdef Frame *p
    if ENC and f.up != NULL and f.up.id == f.parent:        # a frame that is over has another id
        return f.up
    p = frame_find(m, f.parent)
    return p if p != NULL else m.root

cdef inline Frame *frame_need(Machine *m, uint64_t id) noexcept nogil:
    """The frame, or a placeholder for one whose beginning was not seen."""
    cdef Frame *f = frame_find(m, id)
    if f == NULL:
        f = frame_new(m, id, -1)
        if not ENC:
            f.born = m.log.n + 1
            log_add(m, R_ENTER, f)
    return f

cdef inline Thread *thread_need(Machine *m, uint32_t index) noexcept nogil:
    cdef uint32_t old = m.n_threads
    if index >= MAX_THREADS:
        m.err = 1
        index = 0
    if index >= old:
        m.n_threads = index + 8
        m.threads = <Thread *> xrealloc(m.threads, m.n_threads * sizeof(Thread))
        memset(m.threads + old, 0, (m.n_threads - old) * sizeof(Thread))
    return &m.threads[index]

cdef inline void set_cur(Machine *m, Frame *f) noexcept nogil:
    cdef Thread *t = thread_need(m, m.thread)
    cdef Rec *r
    if not ENC:
        r = log_add(m, R_CUR, NULL)
        r.a = m.thread
        r.b = t.known
        r.old.p = t.cur
        r.new.p = f.id
    t.known = 1
    t.cur = f.id
    m.cur = f

cdef inline void set_state(Machine *m, Frame *f, int state, int kind) noexcept nogil:
    cdef Rec *r
    if not ENC:
        r = log_add(m, kind, f)
        r.flag = f.state
        r.b = <uint32_t> state
    f.state = <uint8_t> state

cdef inline void frame_end(Machine *m, Frame *f) noexcept nogil:
    """The frame is over: forgotten by the packer, kept to the end of the chunk by the unpacker."""
    if f.id == 0:
        return
    if m.cur == f:
        set_cur(m, frame_up(m, f))
    if ENC or m.light:
        if f.mapped or not ENC:
            map_del(&m.frames, f.id)
        else:
            m.recent[f.id & (RECENT - 1)] = NULL
        if f.spares:
            f.id = 0xFFFFFFFFFFFFFFFFULL
            f.next = m.spare[f.n_slots]
            m.spare[f.n_slots] = f
        else:
            frame_free(f)
    else:
        map_del(&m.frames, f.id)
        map_put(&m.past_frames, f.id, f)
