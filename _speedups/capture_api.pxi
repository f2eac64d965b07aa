# What the recorder's Python code calls.

cdef dict SPEC_OPS = {
    "w": S_WRITE, "g": S_WRITE, "wk": S_WRITE, "gk": S_WRITE, "v": S_WRITE, "r": S_VALUE, "n": S_PASSED,
    "u": S_UNBIND, "ug": S_UNBIND, "a": S_ATTR, "da": S_ATTR_DEL, "i": S_ITEM, "di": S_ITEM_DEL,
    "m": S_METHOD, "mk": S_METHOD, "ms": S_METHOD, "c": S_CALL, "t": S_TOUCH, "k": S_CHANGED, "ra": S_RECV_ATTR, "ri": S_RECV_ITEM,
    "rm": S_RECV_METHOD, "star": S_STAR, "x": S_ITERATED, "l": S_LOADED, "rik": S_STORE_KEYED,
    "rki": S_KEY_STORED, "e": S_EXPOSED, "en": S_READ_BY_NAME,
    "y": S_CALLED_BACK,
}
cdef list _kept = []          # module tables and names live as long as the process


cdef PyObject *kept_name(object name):
    """An interned str that is never freed."""
    cdef str interned = sys_intern(name)
    _kept.append(interned)
    return <PyObject *>interned


cdef Path make_path(object names) except *:
    cdef Path path
    cdef int i = 0
    path.n = len(names)
    path.names = NULL
    path.places = NULL
    if path.n:
        path.places = <Place *>calloc(path.n, sizeof(Place))
        path.names = <PyObject **>calloc(path.n, sizeof(PyObject *))
        for name in names:
            path.names[i] = kept_name(name)
            i += 1
    return path


cdef int fill_spec(Spec *s, object row, FunctionData *f, object variables, bint in_class) except -1:
    """Fill one spec; the number of call arguments that it takes."""
    cdef str kind = row[0]
    cdef object paths = None
    cdef int i
    if kind not in SPEC_OPS and kind[0] == "b" and kind[1:] in SPEC_OPS:
        s.before = 1
        kind = kind[1:]
    s.op = SPEC_OPS[kind]
    if kind in ("wk", "gk"):
        s.in_place = 1
    if kind in ("w", "wk") and in_class:
        s.op = S_CLASS_WRITE
        s.name = kept_name(variables[row[1]])
        return 0
    if s.op == S_UNBIND or s.op == S_STAR or s.op == S_CALLED_BACK:
        return 0
    if kind in ("a", "da"):
        s.name = kept_name(row[1])
        s.path = make_path(row[2])
        s.in_place = len(row) > 3 and row[3]
    elif kind in ("i", "rki", "en"):
        s.path = make_path(row[1])
        s.in_place = len(row) > 2 and row[2]
        return 2
    elif kind == "rik":
        s.in_place = len(row) > 1 and row[1]
        return 2
    elif kind in ("di", "t", "k", "x", "l"):
        s.path = make_path(row[1])
    elif kind == "rm":
        s.name = kept_name(row[1])
        s.nargs = row[2] if len(row) > 2 else 0
        paths = row[3] if len(row) > 2 else None
    elif kind in ("ra", "e"):
        s.name = kept_name(row[1])
        s.in_place = len(row) > 2 and row[2]
    elif kind in ("m", "mk", "ms"):
        s.name = kept_name(row[1])
        s.mutator = 0 if kind == "m" else MUTATORS.get(row[1], 0)
        s.stores = kind == "ms"
        s.path = make_path(row[2])
        s.nargs = row[3]
        paths = row[4] if len(row) > 4 else None
    elif kind == "c":
        s.nargs = row[1]
        paths = row[2] if len(row) > 2 else None
    if paths is not None and s.nargs:
        s.argpaths = <Path *>calloc(s.nargs, sizeof(Path))
        for i in range(s.nargs):
            s.argpaths[i] = make_path(paths[i])
    return 1 + s.nargs


cdef int fill_owed(SiteData *d, object rows, object variables) except -1:
    """What the site's statement may have changed when it calls something."""
    cdef int i = 0, j
    cdef Owed *o
    d.nowed = len(rows)
    d.owed = <Owed *>calloc(d.nowed, sizeof(Owed))
    for row in rows:
        o = &d.owed[i]
        i += 1
        o.late = row[1]
        o.nargs = len(row) - 3
        if fill_spec(&o.spec, row[2], d.function, variables, False) != o.nargs or o.nargs > MAX_OWED:
            raise ValueError("a site owes something that its names do not tell")
        o.names = <PyObject **>calloc(o.nargs + 1, sizeof(PyObject *))
        o.places = <int *>calloc(o.nargs + 1, sizeof(int))
        for j in range(o.nargs):
            o.names[j] = kept_name(row[3 + j])
        if not o.late:
            d.owes = True
    return 0


cdef int quiet_site(SiteData *d, object name) except -1:
    """A site by which the core tells of one variable of a waiting frame."""
    cdef FunctionData *f = d.function
    d.owed = <Owed *>calloc(1, sizeof(Owed))
    d.owed.nargs = 1
    d.owed.names = <PyObject **>calloc(1, sizeof(PyObject *))
    d.owed.places = <int *>calloc(1, sizeof(int))
    d.owed.names[0] = kept_name(name)
    f.quiet = <SiteData **>realloc(f.quiet, (f.nquiet + 1) * sizeof(SiteData *))
    f.quiet[f.nquiet] = d
    f.nquiet += 1
    return 0


cdef SiteData *new_site() except NULL:
    """A site's data, all zeros, behind room for its object at the beginning of a cache line."""
    cdef size_t size = (sizeof(PyObject) + sizeof(SiteData) + 63) & ~<size_t>63
    cdef char *o = <char *>aligned_alloc(64, size)
    if o == NULL:
        raise MemoryError
    memset(o, 0, size)
    return <SiteData *>(o + sizeof(PyObject))


cdef object make_site(ModuleData *m, object row, object functions):
    cdef SiteData *d = new_site()
    cdef int i, taken
    cdef object function = functions[row[1]]
    cdef bint in_class = function[2] == "class"
    global site_count
    d.id = site_count
    site_count += 1
    d.flags = row[0] & ~F_CALLS
    d.module = m
    d.function = &m.functions[row[1]]
    specs = [spec for spec in row[6] if spec[0] not in ("o", "h")]
    d.handed = ("h",) in row[6]
    if len(specs) < len(row[6]):
        fill_owed(d, [spec for spec in row[6] if spec[0] == "o"], function[5])
    d.line = row[2]
    d.end_line = row[3]
    d.nspecs = len(specs)
    d.specs = <Spec *>calloc(d.nspecs + 1, sizeof(Spec))
    d.plain = True
    for i in range(d.nspecs):
        taken = fill_spec(&d.specs[i], specs[i], d.function, function[5], in_class)
        d.nargs += taken
        if d.specs[i].op not in (S_WRITE, S_VALUE):
            d.plain = False
            d.touches = d.touches or d.specs[i].op not in (S_CLASS_WRITE, S_UNBIND, S_PASSED)
        if d.specs[i].in_place:
            d.in_place = True
    if d.nspecs == 0 and d.flags & (F_AWAIT | F_AWAITED | F_RESUME | F_YIELD):
        d.plain = False
    if d.flags & ~QUICK:
        d.plain = False
    if d.flags & F_QUIET:
        quiet_site(d, function[5][specs[0][1]])
    d.gives = d.flags & (F_RETURN | F_END) != 0
    d.leaves = d.gives and not d.flags & F_LATE
    fill_values(d)
    d.silent = tells_nothing(d)
    d.lasting = row[0] & TIMED != 0
    d.weight = 1 if d.leaves else WAITS
    d.again = 1
    d.room = 16 + 9 * d.nvalues + 40 * d.nspecs
    d.head[0] = OP_SITE
    put_u32(&d.head[1], d.id)
    if row[7] is not None:
        fill_operands(d, row[7])
    return site_object(d)


cdef int fill_values(SiteData *d) except -1:
    """Which arguments are the values of the event."""
    cdef int i, a = 0
    d.value_args = <int *>calloc(d.nspecs + 1, sizeof(int))
    for i in range(d.nspecs):
        if d.specs[i].op == S_WRITE or d.specs[i].op == S_VALUE:
            d.value_args[d.nvalues] = a
            d.nvalues += 1
        a += arguments_taken(&d.specs[i])
    return 0


cdef bint tells_nothing(SiteData *d) noexcept:
    """Whether the site stands only for what it makes the core look at."""
    cdef int i
    for i in range(d.nspecs):
        if d.specs[i].op == S_CLASS_WRITE or d.specs[i].op == S_UNBIND:
            return False
    return d.nvalues == 0 and not d.flags & ~(F_PASS | F_COMP)


cdef int fill_operands(SiteData *d, object row) except -1:
    """The arguments that the site reads in the frame."""
    cdef int i
    if len(row) > MAX_OPERANDS:
        raise ValueError("a site has too many operands")
    d.operator = True
    d.noperands = len(row)
    d.operands = <Operand *>calloc(d.noperands + 1, sizeof(Operand))
    d.places = &d.few_places[0]
    if d.noperands > 2:
        d.places = <int *>calloc(d.noperands, sizeof(int))
    for i in range(d.noperands):
        d.operands[i].place = -1
        if isinstance(row[i], str):
            d.operands[i].name = kept_name(row[i])
        elif len(row[i]) == 2:
            d.operands[i].name = kept_name(row[i][1])
            d.operands[i].shared = True
        else:
            _kept.append(row[i])
            d.operands[i].constant = PyTuple_GET_ITEM(<PyObject *>row[i], 0)
    return 0


cdef object site_object(SiteData *d):
    """What takes the site's place in the rewritten code."""
    cdef PyObject *site = <PyObject *>(<char *>d - sizeof(PyObject))
    cdef PyObject *made
    cdef type kind = Site
    cdef int way = 3
    if d.flags & ~QUICK == 0 and not d.function.is_class:
        if d.flags & F_ENTER:
            if d.plain and not (d.function.nderefs or d.function.mapped or d.function.is_module):
                kind, way = EntrySite, 1
        elif d.plain:
            kind, way = PlainSite if d.nargs else StepSite, 0
        else:
            kind, way = EffectSite, 2
    if d.flags == F_PASS and d.nspecs == 1 and d.specs[0].op in (S_RECV_METHOD, S_RECV_ATTR, S_KEY_STORED, S_READ_BY_NAME):
        kind = ReceiverSite
    if not d.operator:
        kind = Site
    PyObject_Init(site, <PyTypeObject *>kind)
    Py_INCREF(site)     # frames and notes point to the data for as long as the process lives
    if d.operator:
        result = <object>site
        Py_DECREF(site)
        return result
    made = es_new_site(way, site)
    result = <object>made
    Py_DECREF(made)
    return result


def register_module(path, modname, functions, sites):
    """Make the sites of one module; the list of callables, in the table's order."""
    global module_total, modules
    cdef ModuleData *m = <ModuleData *>calloc(1, sizeof(ModuleData))
    cdef FunctionData *f
    cdef int i, j
    m.index = module_total
    m.nfunctions = len(functions)
    m.functions = <FunctionData *>calloc(m.nfunctions + 1, sizeof(FunctionData))
    names = [sys_intern(name) for name in functions[0][5]] if functions else []
    _kept.append(names)
    m.names = <PyObject *>names
    slots = {name: i for i, name in enumerate(names)}
    _kept.append(slots)
    m.slots = <PyObject *>slots
    m.spare = MAX_NEW_NAMES
    m.listed = len(names)
    for i in range(m.nfunctions):
        row = functions[i]
        f = &m.functions[i]
        kind = row[2]
        f.mapped = kind in ("generator", "coroutine", "asyncgen", "genexp")
        f.unguarded = kind in ("lambda", "genexp", "class", "module")
        f.is_class = kind == "class"
        f.is_module = kind == "module"
        f.is_coroutine = kind == "coroutine" or kind == "asyncgen"
        f.nderefs = len(row[7])
        if f.nderefs:
            f.deref_slots = <int *>calloc(f.nderefs, sizeof(int))
            f.deref_indexes = <int *>calloc(f.nderefs, sizeof(int))
            f.deref_names = <PyObject **>calloc(f.nderefs, sizeof(PyObject *))
            for j in range(f.nderefs):
                f.deref_slots[j] = row[7][j]
                f.deref_indexes[j] = -2
                f.deref_names[j] = kept_name(row[5][row[7][j]])
    if (module_total & 63) == 0:
        modules = <ModuleData **>realloc(modules, (module_total + 64) * sizeof(ModuleData *))
    modules[module_total] = m
    module_total += 1
    return [make_site(m, row, functions) for row in sites]


def module_count():
    """Modules registered so far."""
    return module_total


def emit_blob(unsigned int kind, bytes data):
    """Send a table to the recording in pieces that fit the ring."""
    cdef size_t total = len(data), offset = 0, n
    cdef size_t piece = ring_size // 8
    cdef unsigned char *p
    cdef const char *source = data
    while recording:
        n = total - offset
        if n > piece:
            n = piece
        p = reserve(n + 17)
        if p == NULL:
            return
        p[0] = OP_BLOB
        put_u32(put_u32(put_u32(put_u32(p + 1, kind), <uint32_t>total), <uint32_t>offset), <uint32_t>n)
        memcpy(p + 17, source + offset, n)
        commit(p, p + 17 + n)
        offset += n
        if offset >= total:
            return


def output(unsigned int stream, text):
    """Record what the program wrote: a str or bytes, kept whole."""
    cdef bytes data = text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogatepass")
    cdef size_t total = len(data), offset = 0, n
    cdef size_t piece = ring_size // 8 if ring_size else 0
    cdef unsigned char *p
    cdef const char *source = data
    if not recording or total == 0:
        return
    if find_thread() or (current != NULL and believed != current.id):
        tell_current(True)
    while offset < total and recording:
        n = total - offset
        if n > piece:
            n = piece
        p = reserve(n + 6)
        if p == NULL:
            return
        p[0] = OP_OUTPUT
        p[1] = <unsigned char>stream
        put_u32(p + 2, <uint32_t>n)
        memcpy(p + 6, source + offset, n)
        commit(p, p + 6 + n)
        offset += n


def attach(int fd, unsigned long long size):
    """Map the launcher's ring (its data area is `size` bytes, a power of two)."""
    global ring_data, ring_header, ring_size, ring_mask, ring_head, ring_tail, ring_limit
    ring_data = es_map_ring(fd, size, &ring_header)
    if ring_data == NULL:
        raise OSError("escope cannot map the ring between the program and the launcher")
    if ring_header[0] != RING_MAGIC or ring_header[1] != size:
        raise OSError("the ring between the program and the launcher is not escope's")
    ring_size = size
    ring_mask = size - 1
    ring_head = ring_header[H_HEAD]
    ring_tail = ring_limit = ring_header[H_TAIL]


def start():
    """Begin to record."""
    global recording, frame_map, attention, recordings
    if ring_header == NULL:
        raise RuntimeError("attach() comes before start()")
    if not table_start() or not texts_start():
        raise MemoryError("escope has no memory for its object table")
    if frame_map == NULL:
        frame_map = <Frame **>calloc(FRAME_BUCKETS, sizeof(Frame *))
    pthread_atfork(NULL, NULL, forked_child)
    begin_time()
    if not recording:
        attention -= NOT_RECORDING
    recordings += 1
    memset(known_effects, 0, sizeof(known_effects))
    recording = True
    es_store_release(&ring_header[H_STATE], STATE_RECORDING)
    find_thread()
    tell_current(True)


def stop(int status=0):
    """End the recording; the program may go on unrecorded."""
    global recording
    cdef unsigned char *p
    if not recording:
        return
    event_u64(OP_TIME, time_now())
    p = reserve(5)
    if p != NULL:
        p[0] = OP_END
        memcpy(p + 1, &status, 4)
        commit(p, p + 5)
    turn_off(STATE_FINISHED)


def is_recording():
    """Whether what the program does is being written."""
    return recording


def disable(reason=""):
    """Turn recording off after a fault."""
    if recording:
        turn_off(STATE_FAULT)


def set_limits(items=None, string=None, depth=None, budget=None, grace=None):
    """Bounds of what is captured: items of a container, characters of a string, levels, objects per step.

    `grace`: units of examination, about an item each, that a run has before it has earned any.
    """
    global limit_grace, allowance, limit_items, limit_string, limit_depth, limit_budget, hashed_length
    if items is not None:
        limit_items = max(1, min(int(items), 65536))
    if string is not None:
        limit_string = max(16, min(int(string), 1 << 20))
        hashed_length = limit_string
    if depth is not None:
        limit_depth = max(1, min(int(depth), 60))
    if budget is not None:
        limit_budget = max(16, int(budget))
    if grace is not None:
        limit_grace = allowance = max(0, min(int(grace), 1 << 40))


def object_count():
    """Entries in the object table (for tests of the memory bound)."""
    return table_count


def object_id(o):
    """The id under which a live object is known, or None."""
    cdef Entry *e = table_find(<PyObject *>o) if table != NULL else NULL
    return None if e == NULL else e.oid


def probe_frames():
    """Code objects of the calling Python frame and of its callers, outermost last, as the core sees them."""
    cdef void *fp = es_current_frame()
    cdef PyObject *code
    found = []
    while fp != NULL and len(found) < 50:
        code = es_frame_code(fp)
        if code != NULL:
            found.append(<object>code)
        fp = es_previous_frame(fp)
    return found


def probe_cell(name):
    """Whether the calling frame has a captured variable `name`, and the cell that holds it."""
    cdef void *fp = es_current_frame()
    cdef PyObject *code = es_frame_code(fp)
    cdef int i = es_cell_index(code, <PyObject *>name) if code != NULL else -1
    cdef PyObject *cell
    if i < 0:
        return None
    cell = es_frame_local(fp, i)
    return <object>cell if cell != NULL else None


def probe_attributes(o):
    """The attributes of an instance as the core reads them."""
    cdef es_attrs a
    cdef Py_ssize_t i
    cdef dict found = {}
    es_instance_attrs(<PyObject *>o, &a)
    if a.values != NULL:
        for i in range(es_values_count(&a)):
            if es_values_item(&a, i) != NULL:
                found[<object>es_values_key(&a, i)] = <object>es_values_item(&a, i)
    elif a.dict != NULL:
        found = dict(<object>a.dict)
    return found


def probe_attribute(o, str name, Py_ssize_t place=-1):
    """An attribute in an instance's dict, read at the place of its key or at `place`, and that place (-1: none)."""
    cdef es_attrs a
    cdef PyObject *value
    es_instance_attrs(<PyObject *>o, &a)
    if place < 0 and a.values == NULL and a.dict != NULL:
        place = es_key_index(a.dict, <PyObject *>name)
    value = es_attr_at(<PyObject *>o, place, <PyObject *>name) if place >= 0 else NULL
    return None if value == NULL else <object>value, place


def probe_int(o):
    """An int's value as the core reads it from its digits."""
    cdef int64_t x
    cdef const digit *digits
    cdef int negative
    cdef Py_ssize_t n, i
    if es_int_small(<PyObject *>o, &x):
        return x
    n = es_int_digits(<PyObject *>o, &digits, &negative)
    value = 0
    for i in range(n):
        value |= int(digits[i]) << (30 * i)
    return -value if negative else value
