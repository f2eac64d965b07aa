# The quick ways: what most sites say, written without a detour. What does not fit goes through `tell_any`.


cdef inline bint tell_step(SiteData *d, void *fp) noexcept:
    """Write the event of a site without values; False: nothing was done, and it takes the general way."""
    global time_countdown
    cdef Frame *f = current
    cdef unsigned char *p
    if es_unlikely(attention != 0 or f == NULL or f.fp != fp):
        return False
    f.site = <void *>d
    p = reserve(8)
    if es_unlikely(p == NULL):
        return True
    p[0] = OP_SITE
    commit(p, put_u32(p + 1, d.id))
    if es_unlikely(d.leaves):
        exit_frame()
    time_countdown -= 1
    if es_unlikely(time_countdown < 0):
        write_time()
    return True


cdef inline bint tell_values(SiteData *d, void *fp, PyObject **args, Py_ssize_t n, bint enters) noexcept:
    """Write the event of a site whose values are its arguments; False: nothing was done."""
    global time_countdown, first_new
    cdef unsigned char *start
    cdef unsigned char *p
    cdef unsigned char *end
    cdef Py_ssize_t i
    if es_unlikely(attention != 0):
        return False
    if enters:
        enter_frame(fp, False, False, False)
        if es_unlikely(current == NULL):
            return True
        current.unguarded = d.function.unguarded
    elif es_unlikely(current == NULL or current.fp != fp):
        return False
    current.site = <void *>d
    start = reserve(5 + 9 * <uint64_t>n)
    if es_unlikely(start == NULL):
        return True
    start[0] = OP_SITE
    p = put_u32(start + 1, d.id)
    for i in range(n):
        end = put_fast(p, args[i], limit_depth)
        if es_unlikely(end == NULL):
            first_new = next_oid
            write_event(d, args, n, NULL)
            break
        p = end
    else:
        commit(start, p)
    if d.leaves:
        leave(d, args, n)
    time_countdown -= 1
    if es_unlikely(time_countdown < 0):
        write_time()
    return True


cdef inline void leave(SiteData *d, PyObject **args, Py_ssize_t n) noexcept:
    """The current frame ends by this site."""
    if n and d.flags & F_RETURN:
        keep_in_mind(args[0])
    exit_frame()


cdef bint tell_effects(SiteData *d, void *fp, PyObject **args, Py_ssize_t n) noexcept:
    """What `tell_any` does for a site of a running frame that says what a statement has changed; False: nothing was done."""
    global time_countdown, first_new, unknown_ran, notes_taken
    cdef unsigned char *start
    cdef unsigned char *p
    cdef int i, a = 0
    cdef Spec *s
    if es_unlikely(attention != 0 or current == NULL or current.fp != fp):
        return False
    first_new = next_oid
    unknown_ran = False
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op == S_WRITE or s.op == S_VALUE:
            if s.in_place and is_container(args[a]):
                examine_operand(args[a])
            a += 1
        elif s.op == S_METHOD:
            if not method_known(s, args + a):
                method_called(s, args + a)
            a += 1 + s.nargs
        elif s.op == S_ATTR:
            if s.in_place or not attribute_told(s, args[a]):
                store_effect(d, s, args + a)
            a += 1
        else:
            a += effect(d, s, args + a)
    if es_unlikely(unknown_ran):
        examine_values(d, args)
    if es_unlikely(exposed_count) and (d.touches or unknown_ran or notes_taken):
        check_exposed()
    notes_taken = False
    if pending_count:
        drain_pending()
    start = reserve(5 + 9 * <uint64_t>d.nvalues)
    if es_unlikely(start == NULL):
        return True
    start[0] = OP_SITE
    p = put_u32(start + 1, d.id)
    for i in range(d.nvalues):
        p = put_fast(p, args[d.value_args[i]], limit_depth)
        if es_unlikely(p == NULL):
            break
    if es_likely(p != NULL):
        commit(start, p)
        if es_unlikely(d.handed):
            find_held(d, args, n)
    else:
        for i in range(d.nvalues):
            prepare(args[d.value_args[i]], limit_depth)
        write_event(d, args, n, NULL)
    if es_unlikely(current == NULL):
        return True
    current.site = <void *>d
    current.callbacks = 0
    current.doubted = False
    if d.leaves:
        leave(d, args, n)
    time_countdown -= 1
    if es_unlikely(time_countdown < 0):
        write_time()
    return True


cdef inline unsigned char *put_head(unsigned char *p, unsigned int op, uint64_t oid) noexcept:
    p[0] = <unsigned char>op
    return put_u64(p + 1, oid)


cdef inline void change_told(Entry *e, uint64_t oid, PyObject *value) noexcept:
    """An exact change of an object has been written, which now holds `value`."""
    cdef bint joined = e.joined
    if es_unlikely(doubted_count) and is_doubted(oid):
        event_u64(OP_ASOF, oid)
    if es_unlikely(joined):
        join(value)


cdef inline bint method_known(Spec *s, PyObject **args) noexcept:
    """Do what a method call asks for where that is nothing, or to tell an item that was appended; False if not."""
    cdef PyObject *o = follow(args[0], &s.path)
    cdef PyTypeObject *tp
    cdef Entry *e
    cdef Py_ssize_t n
    cdef unsigned char *p
    cdef unsigned char *end
    cdef PyObject *value
    if es_unlikely(o == NULL):
        return False
    tp = Py_TYPE(o)
    if s.cached_type != tp or s.cached_version != tp.tp_version_tag or s.cached_version == 0:
        return False
    if s.effect == EFFECT_NONE:
        return True
    if s.effect != EFFECT_APPEND or tp != &PyList_Type or s.before:
        return False
    e = table_find(o)
    n = Py_SIZE(o)
    if es_unlikely(e == NULL or not e.flags & E_SNAPPED or <uint32_t>n != e.size + 1 or e.doubted):
        return False
    value = (<PyListObject *>o).ob_item[n - 1]
    p = reserve(20)
    if es_unlikely(p == NULL):
        return True
    end = put_fast(put_head(p, OP_APPEND, e.oid), value, limit_depth - 1)
    if es_unlikely(end == NULL):
        return False
    e.size = <uint32_t>n
    e.flags |= E_DIRTY
    if n > <Py_ssize_t>limit_items:
        e.flags |= E_CUT
    commit(p, end)
    change_told(e, e.oid, value)
    return True


cdef inline bint attribute_told(Spec *s, PyObject *root) noexcept:
    """Tell an attribute of an instance that was stored; False where that takes more than a look."""
    cdef PyObject *o = follow(root, &s.path)
    cdef PyObject *value
    cdef Entry *e
    cdef unsigned char *p
    cdef unsigned char *end
    if es_unlikely(o == NULL):
        return False
    value = value_placed(o, &s.stored)
    if es_unlikely(value == NULL):
        if s.stored.tp != Py_TYPE(o) or s.stored.version != s.stored.tp.tp_version_tag:
            find_place(o, s.name, &s.stored)
        return False
    e = table_find(o)
    if es_unlikely(e == NULL or not e.flags & E_SNAPPED):
        return False
    if es_unlikely(s.told_to != recordings):
        s.strid = text_id(s.name, False)
        s.told_to = recordings
    p = reserve(24)
    if es_unlikely(p == NULL):
        return True
    end = put_fast(put_u32(put_head(p, OP_SETATTR, e.oid), s.strid), value, limit_depth - 1)
    if es_unlikely(end == NULL):
        return False
    e.flags |= E_DIRTY
    commit(p, end)
    change_told(e, e.oid, value)
    return True


# -- calls

cdef PyObject *call_plain(PyObject *self, PyObject **args, Py_ssize_t n) noexcept:
    cdef SiteData *d = data_of(self)
    if es_likely(n == d.nargs) and not tell_values(d, es_current_frame(), args, n, False):
        tell_any(d, args, n)
    return answer(d, args, n)


cdef PyObject *call_entry(PyObject *self, PyObject **args, Py_ssize_t n) noexcept:
    cdef SiteData *d = data_of(self)
    if es_likely(n == d.nargs) and not tell_values(d, es_current_frame(), args, n, True):
        tell_any(d, args, n)
    return answer(d, args, n)


cdef PyObject *call_effects(PyObject *self, PyObject **args, Py_ssize_t n) noexcept:
    cdef SiteData *d = data_of(self)
    if es_likely(n == d.nargs) and not tell_effects(d, es_current_frame(), args, n):
        tell_any(d, args, n)
    return answer(d, args, n)


cdef PyObject *call_any(PyObject *self, PyObject **args, Py_ssize_t n) noexcept:
    cdef SiteData *d = data_of(self)
    if n == d.nargs:
        tell_any(d, args, n)
    return answer(d, args, n)


# -- operators

cdef bint some_unbound = False       # of the arguments of the site that is told

cdef inline bint gather(SiteData *d, void *fp, PyObject **args) noexcept:
    """Read the site's arguments in its frame; False if one is unbound."""
    cdef int i
    cdef PyObject *v
    if es_unlikely(d.code != es_frame_runs(fp)):
        find_operands(d, fp)
    if es_unlikely(not d.direct):
        return gather_any(d, fp, args)
    for i in range(d.noperands):
        v = es_frame_local(fp, d.places[i])
        if es_unlikely(v == NULL):
            return gather_any(d, fp, args)
        args[i] = v
    return True


cdef void find_operands(SiteData *d, void *fp) noexcept:
    """Find out where the code that runs has the variables that the site reads."""
    cdef PyObject *code = es_frame_code(fp)
    cdef Operand *o
    cdef int i
    d.direct = True
    for i in range(d.noperands):
        o = &d.operands[i]
        o.place = -1 if o.name == NULL or o.shared or code == NULL else es_local_index(code, o.name)
        o.cell = o.place >= 0 and es_local_is_cell(code, o.place)
        d.places[i] = o.place
        if o.place < 0 or o.cell:
            d.direct = False
    d.code = es_frame_runs(fp)


cdef inline PyObject *namespace_variable(void *fp, PyObject *name) noexcept:
    """A global variable of the frame; borrowed, NULL when it is unbound."""
    cdef PyObject *namespace = es_frame_globals(fp)
    return NULL if namespace == NULL else dict_get_str(namespace, name)


cdef bint gather_any(SiteData *d, void *fp, PyObject **args) noexcept:
    cdef int i
    cdef Operand *o
    cdef PyObject *v
    cdef bint whole = True
    for i in range(d.noperands):
        o = &d.operands[i]
        v = o.constant
        if o.shared:
            v = namespace_variable(fp, o.name)
        elif o.place >= 0:
            v = es_frame_local(fp, o.place)
            if o.cell and v != NULL and Py_TYPE(v) == &PyCell_Type:
                v = (<PyCellObject *>v).ob_ref
        args[i] = v
        whole = whole and v != NULL
    return whole


cdef void tell_gathered(SiteData *d, PyObject **args, Py_ssize_t n) noexcept:
    """`tell_any` with arguments that may be unbound."""
    global some_unbound
    cdef Py_ssize_t i
    some_unbound = False
    for i in range(n):
        some_unbound = some_unbound or args[i] == NULL
    tell_any(d, args, n)
    some_unbound = False


cdef inline PyObject *result(SiteData *d, PyObject *given) noexcept:
    cdef PyObject *value = Py_None_ptr
    if d.flags & F_TRUE:
        value = Py_True_ptr
    elif given != NULL and d.flags & PASSES:
        value = given
    Py_INCREF(value)
    return value


cdef PyObject *invert_step(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    if es_unlikely(not tell_step(d, es_current_frame())):
        tell_any(d, NULL, 0)
    Py_INCREF(Py_None_ptr)
    return Py_None_ptr


cdef PyObject *invert_plain(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef PyObject *args[MAX_OPERANDS]
    if es_unlikely(not gather(d, fp, args) or not tell_values(d, fp, args, d.noperands, False)):
        tell_gathered(d, args, d.noperands)
    Py_INCREF(Py_None_ptr)
    return Py_None_ptr


cdef PyObject *invert_entry(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef PyObject *args[MAX_OPERANDS]
    if es_unlikely(not gather(d, fp, args) or not tell_values(d, fp, args, d.noperands, True)):
        tell_gathered(d, args, d.noperands)
    Py_INCREF(Py_None_ptr)
    return Py_None_ptr


cdef PyObject *invert_effects(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef PyObject *args[MAX_OPERANDS]
    if es_unlikely(not gather(d, fp, args) or not tell_effects(d, fp, args, d.noperands)):
        tell_gathered(d, args, d.noperands)
    Py_INCREF(Py_None_ptr)
    return Py_None_ptr


cdef PyObject *invert_any(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    cdef PyObject *args[MAX_OPERANDS]
    gather(d, es_current_frame(), args)
    tell_gathered(d, args, d.noperands)
    return result(d, NULL)


cdef PyObject *pass_plain(PyObject *self, PyObject *given) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef PyObject *args[MAX_OPERANDS + 1]
    args[0] = given
    if es_unlikely(not gather(d, fp, &args[1]) or not tell_values(d, fp, args, d.noperands + 1, False)):
        tell_gathered(d, args, d.noperands + 1)
    return result(d, given)


cdef PyObject *pass_entry(PyObject *self, PyObject *given) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef PyObject *args[MAX_OPERANDS + 1]
    args[0] = given
    if es_unlikely(not gather(d, fp, &args[1]) or not tell_values(d, fp, args, d.noperands + 1, True)):
        tell_gathered(d, args, d.noperands + 1)
    return result(d, given)


cdef PyObject *pass_effects(PyObject *self, PyObject *given) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef PyObject *args[MAX_OPERANDS + 1]
    args[0] = given
    if es_unlikely(not gather(d, fp, &args[1]) or not tell_effects(d, fp, args, d.noperands + 1)):
        tell_gathered(d, args, d.noperands + 1)
    return result(d, given)


cdef PyObject *pass_any(PyObject *self, PyObject *given) noexcept:
    cdef SiteData *d = data_of(self)
    cdef PyObject *args[MAX_OPERANDS + 1]
    args[0] = given
    gather(d, es_current_frame(), &args[1])
    tell_gathered(d, args, d.noperands + 1)
    return result(d, given)


es_define_site(0, <void *>call_plain)
es_define_site(1, <void *>call_entry)
es_define_site(2, <void *>call_effects)
es_define_site(3, <void *>call_any)
es_define_operators(0, <PyTypeObject *>StepSite, <void *>invert_step, <void *>pass_any)
es_define_operators(1, <PyTypeObject *>PlainSite, <void *>invert_plain, <void *>pass_plain)
es_define_operators(2, <PyTypeObject *>EntrySite, <void *>invert_entry, <void *>pass_entry)
es_define_operators(3, <PyTypeObject *>EffectSite, <void *>invert_effects, <void *>pass_effects)
es_define_operators(4, <PyTypeObject *>Site, <void *>invert_any, <void *>pass_any)
