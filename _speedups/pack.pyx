# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, infer_types=False
"""The packer: raw ring events in, chunks out. It keeps the program's state, so that a chunk can begin with a key frame."""
import json

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, qsort
from libc.string cimport memcmp, memcpy, memmove, memset

from abi cimport CORE_ABI
from codec cimport *
from coder cimport *
from columns cimport *
from contents cimport *
from grammar cimport *
from mem cimport *
from recipes cimport *
from pool cimport *
from state cimport *
from symbols cimport *
from tables cimport add_module, tables_free
from tags cimport *

from escope_tui._speedups import check_build
from escope_tui.errors import FormatError

ABI = CORE_ABI
check_build(__name__, ABI)

cdef enum Outcome:
    DONE = 0
    SHORT = 1           # the event is not complete yet
    BAD = 2
    PYTHON = 3          # an event for the slow side


cdef int by_id(const void *a, const void *b) noexcept nogil:
    cdef uint64_t x = (<Frame **> a)[0].id
    cdef uint64_t y = (<Frame **> b)[0].id
    return (x > y) - (x < y)


cdef int by_u64(const void *a, const void *b) noexcept nogil:
    cdef uint64_t x = (<uint64_t *> a)[0]
    cdef uint64_t y = (<uint64_t *> b)[0]
    return (x > y) - (x < y)


cdef inline uint32_t le32(const uint8_t *p) noexcept nogil:
    cdef uint32_t v
    memcpy(&v, p, 4)
    return v


cdef inline uint64_t le64(const uint8_t *p) noexcept nogil:
    cdef uint64_t v
    memcpy(&v, p, 8)
    return v


cdef inline void pool_values(Val *v, uint64_t n, uint32_t *to, bint mark) noexcept nogil:
    cdef uint64_t i
    for i in range(n):
        if v[i].tag == T_POOL:
            if mark:
                to[v[i].p] = 1
            else:
                v[i].p = to[v[i].p] - 1


@cython.final
cdef class Packer:
    """Raw events to chunks. feed() consumes whole events; take() hands over what is ready to be written."""

    cdef Codec c
    cdef Tables tables
    cdef Vals vals              # values of the event at hand
    cdef Vals stack             # tuples being read
    cdef Vals scratch           # of snapshots
    cdef Buf key
    cdef Buf out                # output section
    cdef Buf times              # times section
    cdef uint64_t n_hits        # sites in the chunk,
    cdef uint64_t timed         # and before the newest time in it
    cdef uint64_t time_told
    cdef uint64_t top           # the frame that ran last
    cdef Buf turns              # of its stack, u64 each: the place, a function, what happened
    cdef uint64_t n_first       # as the chunk begins
    cdef bint many_turns        # too many to be told, or not known
    cdef Buf writers            # of the output
    cdef Buf touched            # u64 oids
    cdef Buf attr_names         # what the index tells of the chunk, all u64
    cdef Buf attr_lists
    cdef Buf names
    cdef Buf step_threads
    cdef uint64_t marked_thread
    cdef uint64_t highest       # object id of the chunks before
    cdef Buf str_index          # hash index of the texts
    cdef uint32_t *alias        # target's string number, less first_alias -> ours + 1
    cdef uint32_t cap_alias
    cdef uint32_t first_alias
    cdef uint32_t floor         # the target's newest word on which numbers it does not use any more
    cdef bint dropping          # some of them can be forgotten
    cdef Map old_alias          # of names, which may come at any time: before first_alias
    cdef uint32_t live_strs
    cdef uint32_t str_cap
    cdef uint64_t *total_hits
    cdef uint32_t cap_hits
    cdef Buf hit_sites
    cdef Obj **queue
    cdef uint32_t n_queue, cap_queue
    cdef uint64_t pool_live, pool_slack
    cdef bint open
    cdef uint64_t big_left, big_budget
    cdef uint32_t big_object
    cdef int64_t first_step
    cdef uint64_t first_ns, first_frame, raw, n_out, chunk_flags, chunk_exceptions
    cdef uint32_t limit_steps, limit_objects
    cdef uint64_t limit_raw, limit_values
    cdef readonly uint64_t exceptions
    cdef readonly uint64_t outputs
    cdef readonly uint64_t gaps
    cdef readonly object exit_status
    cdef public list blobs
    cdef object recipes
    cdef list ready
    cdef list new_types
    cdef list new_threads
    cdef list new_names
    cdef dict partial
    cdef readonly int threads
    cdef str fault

    def __cinit__(self, uint32_t chunk_steps=65536, uint64_t chunk_raw=4 << 20, uint32_t key_objects=2000, uint64_t key_values=8000,
                  uint32_t big_object=BIG_OBJECT, uint64_t big_budget=BIG_BUDGET,
                  uint64_t pool_slack=8 << 20, recipes=None):
        cdef Machine *m = &self.c.m
        m.t = &self.tables
        m.step = -1
        m.next_frame = 1
        m.root = frame_new(m, 0, -1)
        m.cur = m.root
        m.touched = &self.touched
        self.limit_steps = chunk_steps
        self.limit_raw = chunk_raw
        self.limit_objects = key_objects
        self.limit_values = key_values
        self.big_object = big_object
        self.big_budget = big_budget
        self.pool_slack = pool_slack
        self.blobs = []
        self.recipes = recipes
        self.ready = []
        self.new_types = []
        self.new_threads = []
        self.new_names = []
        self.partial = {}

    def __dealloc__(self):
        cdef Machine *m = &self.c.m
        cdef Frame *f
        cdef uint32_t i
        for i in range(RECENT + m.frames.cap):
            if live_frame(m, i) != NULL:
                frame_free(live_frame(m, i))
        for i in range(SPARE):
            while m.spare[i] != NULL:
                f = m.spare[i]
                m.spare[i] = f.next
                free(f)
        for i in range(m.objs.cap):
            if m.objs.keys[i]:
                body_free((<Obj *> m.objs.vals[i]).b)
                free(m.objs.vals[i])
        if m.root != NULL:
            frame_free(m.root)
        free_machine(m)
        codec_free(&self.c)
        tables_free(&self.tables)
        free(self.vals.v)
        free(self.stack.v)
        free(self.scratch.v)
        free(self.key.p)
        free(self.out.p)
        free(self.times.p)
        free(self.turns.p)
        free(self.writers.p)
        free(self.touched.p)
        free(self.attr_names.p)
        free(self.attr_lists.p)
        free(self.names.p)
        free(self.step_threads.p)
        free(self.str_index.p)
        free(self.alias)
        map_free(&self.old_alias)
        free(self.total_hits)
        free(self.hit_sites.p)
        free(self.queue)

    # ---- what the launcher calls ----------------------------------------------------------------

    @property
    def steps(self):
        return self.c.m.step + 1

    @property
    def next_frame(self):
        return self.c.m.next_frame

    def feed(self, data):
        """Takes in raw events; returns how many bytes were consumed: whole events only."""
        cdef Py_buffer view
        cdef Src s
        cdef const uint8_t *start
        cdef const uint8_t *at
        cdef int outcome
        if self.fault is not None:
            raise FormatError(self.fault, slug="bad-stream")
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            start = <const uint8_t *> view.buf
            s.p = start
            s.end = start + view.len
            s.err = 0
            while True:
                with nogil:
                    outcome = self.run(&s)
                if outcome == PYTHON:
                    at = s.p
                    outcome = self.slow_event(&s)
                    self.raw += s.p - at
                    if outcome == DONE:
                        continue
                if outcome == DONE:             # a chunk is full
                    close_chunk(self)
                    continue
                if outcome == BAD:
                    self.fault = f"the raw stream makes no sense at operation {s.p[0] if s.p < s.end else -1}"
                    raise FormatError(self.fault, slug="bad-stream")
                break
            return s.p - start
        finally:
            PyBuffer_Release(&view)

    def flush(self):
        """Closes the chunk that is open, if anything is in it."""
        if self.c.m.enters:         # between a frame's cells and its site: they belong in one chunk
            return
        if self.open:
            close_chunk(self)
        close_tables(self)

    def take(self):
        """What is ready, in file order: ("module", bytes), ("tables", bytes), ("chunk", index, main, strings, output, times, sums)."""
        ready = self.ready
        self.ready = []
        return ready

    def site_hits(self):
        """Total hits of each site that was hit."""
        cdef uint32_t i
        return {i: self.total_hits[i] for i in range(self.cap_hits) if self.total_hits[i]}

    # ---- the fast side --------------------------------------------------------------------------

    cdef int run(self, Src *s) noexcept nogil:
        """Events until the data ends (SHORT), a chunk is full (DONE), or the slow side is needed."""
        cdef const uint8_t *at
        cdef int outcome
        while True:
            run_quick(self, s)
            if s.p < s.end and (s.p[0] == OP_AT or s.p[0] == OP_LASTED):    # it belongs to the site before
                at = s.p
                if time_event(self, s) != DONE:
                    return SHORT
                self.raw += s.p - at
                continue
            if s.p >= s.end:
                return SHORT
            if (self.c.m.step + 1 - self.first_step >= self.limit_steps or self.raw >= self.limit_raw
                    or self.c.n_values > MAX_VALUES // 4
                    or self.c.m.work > MAX_WORK // 4):
                return DONE
            at = s.p
            outcome = self.event(s)
            if outcome != DONE:
                s.p = at
                return outcome
            if self.c.m.err or self.c.err:
                s.p = at
                return BAD
            self.raw += s.p - at

    cdef inline void begin(self) noexcept nogil:
        if not self.open:
            open_chunk(self)

    cdef inline void hit(self, uint32_t site) noexcept nogil:
        cdef SiteCols *s = &self.c.sites[site]
        self.n_hits += 1
        if s.hits == 0:
            buf_bytes(&self.hit_sites, &site, 4)
        s.hits += 1

    cdef int site_event(self, Src *s) noexcept nogil:
        cdef uint32_t site, i, n
        cdef int r
        cdef uint64_t id, parent
        cdef int32_t func
        cdef Frame *f
        cdef Site *st
        cdef Val *v
        if s.end - s.p < 5:
            return SHORT
        site = le32(s.p + 1)
        if site >= self.tables.n_sites:
            return BAD
        s.p += 5
        st = &self.tables.sites[site]
        n = st.n_vals
        vals_need(&self.vals, n)
        v = self.vals.v
        for i in range(n):
            if not raw_quick(self, s, &v[i]):
                r = raw_value(self, s, &v[i], 0)
                if r != DONE:
                    return r
        self.begin()
        self.hit(site)
        code_symbol(&self.c, SYM_SITE0 + site)
        if n:
            code_site_values(&self.c, site, v)
        if self.c.m.cur.id == 0 and self.c.m.cur.state == FS_ENDED:
            self.c.m.cur.state = FS_RUNNING
        apply_site(&self.c, site, v)
        if st.flags & (F_STEP | F_ITER):
            mark_thread(self)
        if st.plain:
            runs(self, self.n_hits - 1)
            return DONE
        if st.flags & (F_CAUGHT | F_UNWIND):
            self.exceptions += 1
            self.chunk_exceptions += 1
            self.chunk_flags |= CF_EXCEPTION
        if st.flags & (F_YIELD | F_RESUME | F_AWAIT | F_AWAITED):
            self.chunk_flags |= CF_YIELD
        if st.ends:
            f = self.c.m.cur
            id = f.id
            parent = f.parent
            func = f.func
            site_left(&self.c, site, f)
            if self.c.m.cur.id != id:
                left(self, self.n_hits - 1, id, parent, func)
                return DONE
        runs(self, self.n_hits - 1)
        return DONE

    cdef inline void emit(self, uint32_t op, Event *e) noexcept nogil:
        """Writes an operation and does it."""
        cdef uint32_t nth = self.c.nth
        code_symbol(&self.c, op)
        code_event(&self.c, op, nth, e)
        if op == OP_NAMESPACE:
            mark_name(self, e.a, e.b)
        elif (op == OP_SETATTR or op == OP_DELATTR) and e.oid <= self.highest:
            mark_attr(self, e.oid, e.key.p)
        apply_event(&self.c, op, e)

    cdef int event(self, Src *s) noexcept nogil:
        """One raw event."""
        cdef uint8_t op = s.p[0]
        cdef Event e
        cdef int r
        cdef size_t left = s.end - s.p
        cdef uint64_t strid, n
        cdef Obj *o
        if op == OP_SITE:
            return self.site_event(s)
        if op == OP_OBJ:
            return object_event(self, s)
        if op == OP_SETITEM or op == OP_SETATTR or op == OP_APPEND:
            return change_event(self, s)
        if op == OP_DEATH:
            return death_event(self, s)
        memset(&e, 0, sizeof(e))
        if (op == OP_PARENT or op == OP_ASOF or op == OP_TIME or op == OP_LOST or op == OP_GAP
                or op == OP_SWITCHF or op == OP_NEXTFRAME):
            if left < 9:
                return SHORT
            e.oid = le64(s.p + 1)
            s.p += 9
            if op == OP_TIME:
                note_time(self, self.n_hits, e.oid, 0)
                return DONE
            if op == OP_GAP:
                self.chunk_flags |= CF_GAP
                self.gaps += 1
            elif op == OP_ASOF:
                if e.oid == 0:
                    return BAD
                self.begin()
                o = obj_find(&self.c.m, e.oid)
                if o == NULL or o.uncertain:
                    return DONE
                present(self, e.oid)
            self.begin()
            self.emit(op, &e)
            return DONE
        if op == OP_DELITEM:
            if left < 9:
                return SHORT
            e.oid = le64(s.p + 1)
            s.p += 9
            r = raw_value(self, s, &e.key, 0)
            if r != DONE:
                return r
        elif op == OP_DELATTR:
            if left < 13:
                return SHORT
            e.oid = le64(s.p + 1)
            strid = ours(self, le32(s.p + 9))
            s.p += 13
            if strid == 0:
                return BAD
            e.key = mk(T_STR, strid - 1)
            str_at(&self.c, strid - 1).kept = 1
        elif op == OP_SIZE:
            if left < 17:
                return SHORT
            e.oid = le64(s.p + 1)
            e.n = le64(s.p + 9)
            s.p += 17
        elif op == OP_SWITCH or op == OP_CELL:
            if left < 13:
                return SHORT
            e.a = le32(s.p + 1)
            e.oid = le64(s.p + 5)
            s.p += 13
            self.begin()
            if op == OP_CELL:
                if e.oid == 0:
                    return BAD
                present(self, e.oid)
                o = obj_find(&self.c.m, e.oid)
            elif e.a != self.c.m.thread:
                self.chunk_flags |= CF_SWITCH
            self.emit(op, &e)
            return DONE
        elif op == OP_NAMESPACE:
            if left < 9:
                return SHORT
            e.a = le32(s.p + 1)
            e.b = le32(s.p + 5)
            s.p += 9
            r = raw_value(self, s, &e.val, 0)
            if r != DONE:
                return r
            if (e.a < self.c.m.n_ns and self.c.m.ns[e.a] != NULL and e.b < self.tables.mods[e.a].n_slots
                    and same(self.c.m.ns[e.a][e.b], e.val)):
                return DONE             # a look at all names: this one is as it was
            self.begin()
            self.emit(op, &e)
            return DONE
        elif op == OP_ENTERS:
            s.p += 1
            self.begin()
            self.emit(op, &e)
            return DONE
        elif op == OP_OUTPUT:
            if left < 6:
                return SHORT
            n = le32(s.p + 2)
            if left < 6 + n:
                return SHORT
            self.begin()
            buf_varint(&self.out, <uint64_t> (self.c.m.step + 1 - self.first_step))
            buf_u8(&self.out, s.p[1])
            buf_varint(&self.out, n)
            buf_bytes(&self.out, s.p + 6, n)
            note_writer(self)
            s.p += 6 + n
            self.n_out += 1
            self.outputs += 1
            self.chunk_flags |= CF_OUTPUT
            self.emit(op, &e)
            return DONE
        elif op == OP_STR:
            return string_event(self, s)
        elif op == OP_STRDROP:
            if left < 9:
                return SHORT
            drop_strings(self, le64(s.p + 1))
            s.p += 9
            return DONE
        else:
            return PYTHON
        if e.oid == 0:
            return BAD
        self.begin()
        o = present(self, e.oid)
        self.emit(op, &e)
        if op == OP_DELITEM:
            tidy(self, o)
        return DONE

    # ---- the slow side --------------------------------------------------------------------------

    cdef int slow_event(self, Src *s) except -1:
        """Threads, types, blobs, tasks, the end: few, and they make Python objects."""
        cdef size_t left = s.end - s.p
        cdef uint8_t op = s.p[0]
        cdef size_t n, n2
        cdef int count
        cdef uint32_t module
        cdef Event e
        memset(&e, 0, sizeof(e))
        if op == OP_THREAD:
            if left < 15:
                return SHORT
            n = s.p[13] | <size_t> s.p[14] << 8
            if left < 15 + n:
                return SHORT
            name = s.p[15:15 + n].decode("utf-8", "replace")
            self.new_threads.append([le32(s.p + 1), le64(s.p + 5), name])
            self.threads += 1
            s.p += 15 + n
        elif op == OP_TYPE:
            names = []
            n = 5
            count = 2
            while <int> len(names) < count:
                if left < n + 2:
                    return SHORT
                n2 = s.p[n] | <size_t> s.p[n + 1] << 8
                n += 2 + n2
                if left < n + (count == 2):
                    return SHORT
                names.append(s.p[n - n2:n].decode("utf-8", "replace"))
                if len(names) == 2:
                    count += s.p[n] * 2
                    n += 1
            bases = list(zip(names[2::2], names[3::2], strict=True))
            self.new_types.append([le32(s.p + 1), *names[:2], *([bases] if bases else [])])
            s.p += n
        elif op == OP_BLOB:
            if left < 17:
                return SHORT
            n = le32(s.p + 13)
            if left < 17 + n:
                return SHORT
            try:
                self.blob_piece(le32(s.p + 1), le32(s.p + 5), le32(s.p + 9), s.p[17:17 + n])
            except (ValueError, KeyError, TypeError, IndexError, OverflowError, AttributeError) as error:
                self.fault = f"a module table makes no sense: {error}"
                raise FormatError(self.fault, slug="bad-stream") from error
            s.p += 17 + n
        elif op == OP_NAME:
            if left < 7:
                return SHORT
            n = s.p[5] | <size_t> s.p[6] << 8
            if left < 7 + n:
                return SHORT
            module = le32(s.p + 1)
            if module >= self.tables.n_mods or self.tables.mods[module].n_slots >= MAX_NAMES:
                return BAD
            self.new_names.append([module, self.tables.mods[module].n_slots, s.p[7:7 + n].decode("utf-8", "replace")])
            ns_grow(&self.c.m, module)
            s.p += 7 + n
        elif op == OP_TASK:
            if left < 19:
                return SHORT
            n = s.p[17] | <size_t> s.p[18] << 8
            if left < 19 + n:
                return SHORT
            self.begin()
            e.oid = le64(s.p + 1)
            e.n = le64(s.p + 9)
            e.key = mk(T_STR, intern_text(self, 0, n, 0, s.p + 19, <uint32_t> n))
            self.chunk_flags |= CF_TASK
            self.emit(op, &e)
            s.p += 19 + n
        elif op == OP_END:
            if left < 5:
                return SHORT
            self.begin()
            e.a = le32(s.p + 1)
            self.exit_status = <int32_t> e.a
            self.chunk_flags |= CF_EXIT
            self.emit(op, &e)
            s.p += 5
        else:
            return BAD
        return DONE

    def number(self, str text):
        """The number of a string."""
        data = text.encode("utf-8", "surrogatepass")
        n = intern_text(self, 0, len(text), 0, <const uint8_t *> <char *> data, <uint32_t> len(data))
        str_at(&self.c, n).kept = 1
        return n

    cdef object blob_piece(self, uint32_t kind, uint32_t total, uint32_t offset, bytes piece):
        have = self.partial.setdefault(kind, bytearray())
        if offset == 0:
            have.clear()
        if offset != len(have):
            raise ValueError("a piece is missing")
        have += piece
        if len(have) < total:
            return
        data = bytes(have)
        del self.partial[kind]
        if kind == 1:
            table = json.loads(data)
            if self.recipes is not None:
                rows, constants = self.recipes(table, self.number)
                table["recipes"], table["constants"] = rows, constants
                more = json.dumps({"recipes": rows, "constants": constants}, separators=(",", ":")).encode()
                data = data[:data.rindex(b"}")] + b", " + more[1:]
            add_module(&self.tables, table)
            sites_room(&self.c)
            self.total_hits = <uint64_t *> xrealloc(self.total_hits, <size_t> self.tables.n_sites * 8)
            memset(self.total_hits + self.cap_hits, 0, <size_t> (self.tables.n_sites - self.cap_hits) * 8)
            self.cap_hits = self.tables.n_sites
            self.ready.append(("module", data))
        else:
            self.blobs.append((kind, data))


include "pack_sums.pxi"
include "pack_index.pxi"
include "pack_plain.pxi"
include "pack_strings.pxi"
include "pack_values.pxi"
include "pack_objects.pxi"
include "pack_chunk.pxi"
