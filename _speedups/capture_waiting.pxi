# Statements that wait: what a statement has changed by the time at which it calls recorded code. The frame's own
# next site comes only after the call, so the core reads the waiting frame's variables itself.

cdef PyObject *waiting_globals = NULL    # of the frame looked at, instead of those of the running one
cdef Frame *waiting_frame = NULL

cdef enum:
    OFTEN = 8        # interruptions of one statement after which only some are looked at, the others marked
    EXPOSED_SEEN = 4096     # the same, of what is exposed: a shallow look at a few objects


cdef PyObject *waiting_variable(Owed *o, int i, PyObject *code, void *fp) noexcept:
    """What the variable of a waiting frame holds now; borrowed, NULL when it is unbound."""
    return frame_variable(fp, o.places[i], o.places[i] >= 0 and es_local_is_cell(code, o.places[i]), o.names[i])


cdef bint waiting_values(Owed *o, void *fp, PyObject **values) noexcept:
    """Read all variables that a change is told by; False when one is unbound."""
    cdef PyObject *code = es_frame_code(fp)
    cdef int i
    if code == NULL:
        return False
    if o.code != <void *>code:
        for i in range(o.nargs):
            o.places[i] = es_local_index(code, o.names[i])
        o.code = <void *>code
    for i in range(o.nargs):
        values[i] = waiting_variable(o, i, code, fp)
        if values[i] == NULL:
            return False
    return True


cdef bint owes_nothing(SiteData *d, void *fp, bint direct) noexcept:
    """Whether a statement that stores nothing yet has changed nothing by calls before recorded code runs.

    `direct`: it has called that code itself. Else code in C that it called runs it.
    """
    cdef PyObject *code = es_frame_code(fp)
    cdef PyObject *o
    cdef Owed *owed
    cdef int i
    for i in range(d.nowed):
        owed = &d.owed[i]
        if owed.late and (direct or owed.late == L_STORE):
            continue
        if owed.spec.op != S_METHOD and owed.spec.op != S_CALL or owed.code != <void *>code or code == NULL:
            return False
        o = waiting_variable(owed, 0, code, fp)
        if o == NULL:
            return False
        if owed.spec.op == S_CALL:
            if not callee_known(&owed.spec, o):
                return False
            continue
        o = follow(o, &owed.spec.path)
        if o == NULL or not method_harmless(&owed.spec, o, Py_TYPE(o)):
            return False
    return True


cdef bint worth_a_look(Frame *f) noexcept:
    """Whether an interruption is looked at: each of the first ones, then ever fewer.

    Before one that is not, all that the statement may change is marked as uncertain.
    """
    f.callbacks += 1
    return f.callbacks <= OFTEN or f.callbacks & (f.callbacks - 1) == 0


# What was marked as uncertain and then recorded again by what the statement calls is uncertain once more when it goes on.

cdef enum:
    MAX_UNDOUBTED = 64

cdef Joined undoubted[64]
cdef int undoubted_count = 0
cdef bint undoubted_lost = False     # there were more


cdef void keep_undoubted(Entry *e) noexcept:
    """An object that was marked as uncertain is recorded."""
    global undoubted_count, undoubted_lost
    if undoubted_count == MAX_UNDOUBTED:
        undoubted_count = 0
        undoubted_lost = True
    undoubted[undoubted_count].block = e.block
    undoubted[undoubted_count].oid = e.oid
    undoubted_count += 1


cdef void doubt_again() noexcept:
    global undoubted_count
    cdef int i
    cdef Entry *e
    for i in range(undoubted_count):
        e = table_find_block(undoubted[i].block)
        if e != NULL and e.oid == undoubted[i].oid:
            doubt_entry(e)
    undoubted_count = 0


cdef void catch_up(Frame *f, void *fp) noexcept:
    """The statement of frame f waits for the frame at fp, which is about to run: tell what it has changed so far."""
    global unknown_ran, doubting, waiting_globals, waiting_frame, undoubted_lost
    cdef SiteData *d = <SiteData *>f.site
    cdef bint direct = es_previous_frame(fp) == f.fp and not es_frame_by_c(fp)
    cdef bint stores = False
    cdef bint seen = False
    cdef bint kept = unknown_ran
    cdef int i
    cdef PyObject *values[64]
    if f.deferred != NULL and in_header(f):
        tell_frame(f)
        fire(f)
    if not direct:
        stores = es_frame_stores(f.fp)
        if stores:
            tell_bindings(f)
        elif d.nowed or f.wants or exposed_count:
            doubting = not worth_a_look(f)
            if doubting and exposed_count and f.callbacks < EXPOSED_SEEN:
                doubting = False
                check_exposed(False)
                doubting = True
                seen = True
            if doubting and f.doubted and not undoubted_lost:
                doubting = False
                doubt_again()
                drain_pending()
                return
            f.doubted = doubting
            undoubted_lost = False
        else:
            f.callbacks += 1
    if f.wants:
        look_at_notes(f, stores)
    if f.unknown and not direct:
        given_back(f)
    if exposed_count and not direct and not seen:
        check_exposed(False)
    if held_count and not direct:
        check_held()
    waiting_globals = es_frame_globals(f.fp)
    waiting_frame = f
    for i in range(d.nowed):
        if d.owed[i].late and (direct or d.owed[i].late == L_STORE and not stores):
            continue
        if waiting_values(&d.owed[i], f.fp, values):
            effect(d, &d.owed[i].spec, values)
    waiting_globals = NULL
    waiting_frame = NULL
    doubting = False
    unknown_ran = kept
    drain_pending()


cdef void tell_frame(Frame *f) noexcept:
    """The next events belong to a frame that waits."""
    make_current(f)
    tell_current(False)


# Bindings: a finalizer runs while the statement that rebinds or deletes a name waits in that very store.

cdef void tell_bindings(Frame *f) noexcept:
    """Tell what the variables hold that the statement of a waiting frame stores or deletes."""
    cdef SiteData *d = <SiteData *>f.site
    cdef PyObject *name = es_frame_stored_name(f.fp)
    cdef PyObject *globals = es_frame_globals(f.fp)
    cdef PyObject *code = es_frame_code(f.fp)
    cdef PyObject *place
    cdef ModuleData *m
    cdef int i
    if name != NULL:
        if es_frame_namespace(f.fp) != NULL and es_frame_namespace(f.fp) != globals:
            return
        m = module_of(globals)
        if m != NULL:
            place = PyDict_GetItemWithError(m.slots, name)
            if place != NULL:
                namespace_event(m, <int><object>place, dict_get_str(globals, name))
                if es_frame_unbinds(f.fp, -1):
                    goes_next(f, m, <int><object>place, NULL)
        return
    if d.function == NULL or d.function.nquiet == 0 or code == NULL:
        return
    tell_frame(f)
    for i in range(d.function.nquiet):
        tell_quietly(d.function.quiet[i], code, f.fp)
        if es_frame_unbinds(f.fp, d.function.quiet[i].owed.places[0]):
            goes_next(f, NULL, 0, d.function.quiet[i])


# The variable of an `except` clause is None, not yet unbound, while what the exception held is finalized.

cdef struct Going:
    Frame *frame             # which deletes the variable next
    uint64_t id
    ModuleData *module       # whose variable it is, and which of its names,
    int slot
    SiteData *quiet          # or what tells of it where it is the frame's own

cdef enum:
    MAX_GOING = 16

cdef Going going[16]
cdef int going_count = 0


cdef void goes_next(Frame *f, ModuleData *m, int slot, SiteData *quiet) noexcept:
    """A variable is deleted as soon as frame f goes on: to be told then."""
    global going_count
    cdef Going *x = &going[going_count]
    cdef int i
    for i in range(going_count):
        if going[i].frame == f and going[i].id == f.id and going[i].module == m and going[i].slot == slot \
                and going[i].quiet == quiet:
            return
    if going_count == MAX_GOING:
        return
    x.frame = f
    x.id = f.id
    x.module = m
    x.slot = slot
    x.quiet = quiet
    going_count += 1
    attend(1)


cdef void look_at_gone(void *fp) noexcept:
    """Tell of the variables whose frames have gone on, as the current one, at fp, or have ended."""
    global going_count, attention
    cdef int i, kept = 0
    cdef Going x
    for i in range(going_count):
        x = going[i]
        if x.frame.id == x.id and x.frame != current:
            going[kept] = x
            kept += 1
            continue
        attention -= 1
        if x.module != NULL:
            namespace_event(x.module, x.slot, NULL)
        elif x.frame.id == x.id:
            tell_quietly(x.quiet, es_frame_code(fp), fp)
    going_count = kept


cdef void tell_quietly(SiteData *q, PyObject *code, void *fp) noexcept:
    """Write the site that tells of one variable of a waiting frame."""
    global tuple_budget, transient_count
    cdef Owed *o = q.owed
    cdef PyObject *value
    cdef unsigned char *p
    if o.code != <void *>code:
        o.places[0] = es_local_index(code, o.names[0])
        o.code = <void *>code
    if o.places[0] < 0:
        return
    value = waiting_variable(o, 0, code, fp)
    if value != NULL:
        prepare(value, limit_depth)
    drain_pending()
    tuple_budget = 4096
    site_buffer.size = 0
    p = grow(&site_buffer, 16)
    if p == NULL:
        return
    p[0] = OP_SITE
    put_u32(p + 1, q.id)
    site_buffer.size = 5
    put_value(&site_buffer, value, limit_depth)
    write_buffer(&site_buffer)
    drain_pending()
    transient_count = 0


# Deferred loop headers: `continue` inside `with` or `try ... finally` runs other code before the next evaluation.

cdef void defer(SiteData *d) noexcept:
    """Control leaves for the loop header that `d` stands for."""
    if current.deferred == NULL:
        want(current)
    current.deferred = <void *>d


cdef void forget_deferred(Frame *f) noexcept:
    f.deferred = NULL
    f.wants -= 1


cdef void fire(Frame *f) noexcept:
    """The loop header is evaluated, or has just been."""
    cdef SiteData *d = <SiteData *>f.deferred
    forget_deferred(f)
    write_event(d, NULL, 0, NULL)
    f.site = <void *>d


cdef bint in_header(Frame *f) noexcept:
    """Whether a waiting frame evaluates the loop header that it left for."""
    cdef SiteData *d = <SiteData *>f.deferred
    cdef int line = es_frame_line(f.fp)
    return d.line <= line <= d.end_line


cdef bint raised_in_header(Frame *f, PyObject *exception) noexcept:
    """Whether it was the evaluation of the loop header that raised."""
    cdef SiteData *d = <SiteData *>f.deferred
    cdef PyObject *code = es_frame_code(f.fp)
    cdef PyObject *tb
    cdef int line
    if exception == NULL or code == NULL:
        return False
    tb = (<PyBaseExceptionObject *>exception).traceback
    if tb == NULL:
        return False
    line = es_line_at(code, (<PyTracebackObject *>tb).tb_lasti)
    return d.line <= line <= d.end_line
