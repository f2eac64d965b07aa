# The quick ways: what most sites say, written without a detour. What does not fit goes through `tell_any`.


cdef bint settled(void *fp) noexcept:
    """Look at what was noted for the frame at fp, if nothing else keeps its sites from the quick ways; whether that is so."""
    if attention or current == NULL or current.fp != fp or current.untold | current.unknown or current.deferred != NULL:
        return False
    if es_unlikely(not take_only_note()):
        take_notes(current)
    drain_pending()
    reopen()
    return open_fp == fp


cdef inline unsigned char *put_site(unsigned char *p, SiteData *d) noexcept:
    """The operation and the site; three bytes more may be overwritten."""
    memcpy(p, &d.head[0], 8)
    return p + 5


cdef inline unsigned char *put_plain(unsigned char *p, SiteData *d, PyObject *v) noexcept:
    """A value of a site that has nothing but values; NULL: it takes more than a look."""
    cdef unsigned char *end = put_fast(p, v, limit_depth)
    return NULL if es_unlikely(d.in_place) and p[0] == V_REF else end


cdef bint tell_values(SiteData *d, void *fp, PyObject **args, Py_ssize_t n, bint enters) noexcept:
    """Write the event of a site whose values are its arguments; False: nothing was done."""
    global first_new
    cdef unsigned char *start
    cdef unsigned char *p
    cdef unsigned char *end
    cdef Py_ssize_t i
    if es_unlikely(d.in_place):
        for i in range(n):
            if is_container(args[i]):
                return False
    if enters:
        if es_unlikely(attention != 0):
            return False
        enter_frame(fp, False, False, False)
        if es_unlikely(current == NULL):
            return True
        current.unguarded = d.function.unguarded
    elif es_unlikely(open_fp != fp) and (exposed_count or not settled(fp)):
        return False
    current.site = <void *>d
    start = reserve(d.room)
    if es_unlikely(start == NULL):
        return True
    p = put_site(start, d)
    for i in range(n):
        end = put_fast(p, args[i], limit_depth)
        if es_unlikely(end == NULL):
            first_new = next_oid
            write_event(d, args, n, NULL)
            if d.gives:
                give(d, args[0] if n else NULL)
            counted(d)
            return True
        p = end
    commit(start, p)
    if d.gives:
        leave(d, start, args[0] if n else NULL)
    counted(d)
    return True


cdef bint tell_effects(SiteData *d, void *fp, PyObject **args, Py_ssize_t n) noexcept:
    """What `tell_any` does for a site of a running frame that says what a statement has changed; False: nothing was done."""
    global first_new, unknown_ran, notes_taken
    cdef unsigned char *start
    cdef unsigned char *p
    cdef unsigned char *end
    cdef int i, op, a = 0
    cdef Spec *s
    first_new = next_oid
    if es_unlikely(open_fp != fp) and not settled(fp):
        return False
    p = start = reserve(d.room)
    if es_unlikely(start == NULL):
        return True
    unknown_ran = False
    for i in range(d.nspecs):
        s = &d.specs[i]
        op = s.op
        if op == S_WRITE or op == S_VALUE:
            if es_likely(not s.in_place or not is_container(args[a])):
                a += 1
                continue
            end = NULL
        elif op == S_ATTR:
            end = attribute_told(s, args[a], p)
            a += 1
        elif op == S_METHOD:
            end = method_told(s, args[a], p)
            a += 1 + s.nargs
        elif op == S_ITEM:
            end = item_told(s, args + a, p)
            a += 2
        elif op == S_ITERATED:
            end = p if iterated_known(s, args[a]) else NULL
            a += 1
        elif op == S_CALL:
            end = p if callee_known(s, args[a]) else NULL
            a += 1 + s.nargs
        else:
            end = NULL
        if es_unlikely(end == NULL):             # a change that takes more
            if p != start:
                commit(start, p)
            if op == S_WRITE or op == S_VALUE:
                examine_operand(args[a])
                a += 1
            elif op == S_ATTR:
                store_effect(d, s, args + a - 1)
            elif op == S_METHOD:
                method_called(s, args + a - 1 - s.nargs)
            elif op == S_CALL:
                call_made(d, s, args + a - 1 - s.nargs)
            elif op == S_ITEM:
                store_effect(d, s, args + a - 2)
            elif op == S_ITERATED:
                store_effect(d, s, args + a - 1)
            else:
                a += effect(d, s, args + a)
            end = start = reserve(d.room)
            if es_unlikely(start == NULL):
                return True
        p = end
    if es_unlikely(unknown_ran or exposed_count or pending_count):
        if p != start:
            commit(start, p)
        if unknown_ran:
            examine_values(d, args)
        if exposed_count and (d.touches or unknown_ran or notes_taken):
            check_exposed(is_over(d.flags))
        drain_pending()
        p = start = reserve(d.room)
        if es_unlikely(start == NULL):
            return True
    notes_taken = False
    if not d.silent:
        p = values_told(d, args, start, p)
        if es_unlikely(p == NULL):
            for i in range(d.nvalues):
                prepare(args[d.value_args[i]], limit_depth)
            write_event(d, args, n, NULL)
        else:
            commit(start, p)
            if es_unlikely(d.handed):
                find_held(d, args, n)
    elif p != start:
        commit(start, p)
    if es_unlikely(current == NULL):
        return True
    current.site = <void *>d
    current.callbacks = 0
    current.doubted = False
    if d.gives:
        give(d, args[0])
    counted(d)
    return True


cdef inline unsigned char *values_told(SiteData *d, PyObject **args, unsigned char *start, unsigned char *at) noexcept:
    """Write the event itself behind the changes in [start, at); NULL, with these published, where a value takes more."""
    cdef unsigned char *p = at
    cdef int i
    p = put_site(p, d)
    for i in range(d.nvalues):
        p = put_fast(p, args[d.value_args[i]], limit_depth)
        if es_unlikely(p == NULL):
            if at != start:
                commit(start, at)
            return NULL
    return p


cdef inline unsigned char *put_head(unsigned char *p, unsigned int op, uint64_t oid) noexcept:
    p[0] = <unsigned char>op
    return put_u64(p + 1, oid)


cdef inline bint is_simple(Entry *e) noexcept:
    """Whether nothing follows from an exact change of a known object but its event."""
    return e != NULL and e.flags & E_SNAPPED and not e.joined and es_likely(doubted_count == 0)


cdef inline bint iterated_known(Spec *s, PyObject *root) noexcept:
    """Whether what was iterated over is no iterator."""
    cdef PyObject *o = follow(root, &s.path)
    return o != NULL and not is_iterator(Py_TYPE(o))


cdef inline bint callee_known(Spec *s, PyObject *callee) noexcept:
    """Whether a call has no effect that is not recorded."""
    cdef PyTypeObject *tp = Py_TYPE(callee)
    if tp == &PyFunction_Type:
        return is_recorded_code((<PyFunctionObject *>callee).func_code)
    if not tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return False
    tp = <PyTypeObject *>callee
    if s.cached_type != marked(callee) or s.cached_version != tp.tp_version_tag or s.cached_version == 0:
        s.effect = <unsigned char>class_effect(tp)
        s.cached_type = marked(callee)
        s.cached_version = tp.tp_version_tag
    return s.effect == EFFECT_NONE


cdef bint method_known(Spec *s, PyObject *o, PyTypeObject *tp) noexcept:
    """Whether a method that the spec has not met lately has no effect."""
    if tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return attribute_effect(s, o) == EFFECT_NONE
    return is_heap(tp) and cached_effect(s, tp) == EFFECT_NONE


cdef inline bint method_harmless(Spec *s, PyObject *o, PyTypeObject *tp) noexcept:
    """Whether a method of o has no effect."""
    if es_likely(s.cached_type == tp and s.cached_version == tp.tp_version_tag and s.cached_version != 0):
        return s.effect == EFFECT_NONE
    return method_known(s, o, tp)


cdef inline unsigned char *method_told(Spec *s, PyObject *root, unsigned char *p) noexcept:
    """Do what a method call asks for where that is nothing, or to tell an item that was appended; NULL if not."""
    cdef PyObject *o = follow(root, &s.path)
    cdef PyTypeObject *tp
    cdef Entry *e
    cdef Py_ssize_t n
    cdef unsigned char *end
    if es_unlikely(o == NULL):
        return NULL
    tp = Py_TYPE(o)
    if es_unlikely(s.cached_type != tp or s.cached_version != tp.tp_version_tag or s.cached_version == 0):
        return p if method_known(s, o, tp) else NULL
    if s.effect == EFFECT_NONE:
        return p
    if s.effect != EFFECT_APPEND or tp != &PyList_Type or s.before:
        return NULL
    e = table_find(o)
    n = Py_SIZE(o)
    if es_unlikely(not is_simple(e) or <uint32_t>n != e.size + 1 or e.doubted):
        return NULL
    end = put_fast(put_head(p, OP_APPEND, e.oid), (<PyListObject *>o).ob_item[n - 1], limit_depth - 1)
    if es_likely(end != NULL):
        e.size = <uint32_t>n
        e.flags |= E_DIRTY | (E_CUT if n > <Py_ssize_t>limit_items else 0)
    return end


cdef inline unsigned char *attribute_told(Spec *s, PyObject *root, unsigned char *p) noexcept:
    """Tell an attribute of an instance that was stored; NULL where that takes more than a look."""
    cdef PyObject *o = follow(root, &s.path)
    cdef PyObject *value
    cdef Entry *e
    cdef unsigned char *end
    if es_unlikely(o == NULL):
        return NULL
    value = value_placed(o, &s.stored)
    if es_unlikely(value == NULL):
        value = known_place(o, s.name, &s.stored)
    if es_unlikely(value == NULL):
        if may_be_placed(o, &s.stored):
            find_place(o, s.name, &s.stored)
            value = value_placed(o, &s.stored)
        if value == NULL:
            return NULL
    if es_unlikely(s.in_place) and is_container(value):
        return NULL
    may_shadow(Py_TYPE(o), s.name, value)
    e = table_find(o)
    if es_unlikely(not is_simple(e)):
        return NULL
    if es_unlikely(s.told_to != recordings):
        s.strid = cached_text(s.name)
        if s.strid == 0:
            return NULL
        s.told_to = recordings
    end = put_fast(put_u32(put_head(p, OP_SETATTR, e.oid), s.strid), value, limit_depth - 1)
    if es_likely(end != NULL):
        e.flags |= E_DIRTY
    return end


cdef inline unsigned char *item_told(Spec *s, PyObject **args, unsigned char *p) noexcept:
    """Tell an item that was stored; NULL where that takes more than a look."""
    cdef PyObject *o = follow(args[0], &s.path)
    if es_unlikely(o == NULL or s.before):
        return NULL
    return stored_item_told(o, args[1], s.in_place, p)


cdef unsigned char *stored_item_told(PyObject *o, PyObject *key, bint in_place, unsigned char *p) noexcept:
    """Tell an item of a list or a dict that was stored; NULL where that takes more than a look."""
    cdef PyObject *value
    cdef PyTypeObject *tp
    cdef Entry *e
    cdef unsigned char *end
    cdef int64_t i
    cdef Py_ssize_t n
    tp = Py_TYPE(o)
    if tp == &PyList_Type:
        n = Py_SIZE(o)
        if Py_TYPE(key) != &PyLong_Type or not es_int_small(key, &i):
            return NULL
        if i < 0:
            i += n
        if not 0 <= i < n:
            return NULL
        e = table_find(o)
        if es_unlikely(not is_simple(e) or <uint32_t>n != e.size):
            return NULL
        value = (<PyListObject *>o).ob_item[i]
        end = put_head(p, OP_SETITEM, e.oid)
        end[0] = V_INT64
        memcpy(end + 1, &i, 8)
        end += 9
    elif tp == &PyDict_Type:
        if Py_TYPE(key) != &PyUnicode_Type and Py_TYPE(key) != &PyLong_Type:
            return NULL
        e = table_find(o)
        if es_unlikely(not is_simple(e) or not e.flags & E_SAFE_KEYS or e.flags & E_CUT):
            return NULL
        n = PyDict_Size(o)
        value = PyDict_GetItemWithError(o, key)
        if es_unlikely(value == NULL or <uint32_t>n != e.size and <uint32_t>n != e.size + 1):
            return NULL
        end = put_fast(put_head(p, OP_SETITEM, e.oid), key, limit_depth - 1)
    else:
        return NULL
    if es_unlikely(end == NULL or in_place and is_container(value)):
        return NULL
    end = put_fast(end, value, limit_depth - 1)
    if es_likely(end != NULL):
        e.size = <uint32_t>n
        e.flags |= E_DIRTY
    return end


cdef inline bint tell_receiver(SiteData *d, void *fp, PyObject *given) noexcept:
    """What `tell_any` does for the receiver of a store, or of a method that has no effect; False: it takes more."""
    cdef Spec *s
    cdef PyObject *o
    cdef PyTypeObject *tp = Py_TYPE(given)
    if es_unlikely(open_fp != fp):
        return False
    s = d.specs
    if s.op == S_READ_BY_NAME:
        return not is_dict_name(given)
    if s.op == S_RECV_ATTR:
        if not is_heap(tp) or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS or not note_known(given, s, NULL, s.in_place):
            note_attribute(s, given)
            drain_pending()
        return True
    if s.op == S_KEY_STORED:
        o = es_frame_local(fp, d.places[0]) if d.quick == es_frame_runs(fp) else NULL
        o = follow(o, &s.path)
        if es_unlikely(o == NULL):
            return False
        if Py_TYPE(o) != &PyList_Type and Py_TYPE(o) != &PyDict_Type or tp != &PyLong_Type and tp != &PyUnicode_Type \
                or not note_known(o, NULL, given, s.in_place):
            note_item(o, given, s.in_place)
            drain_pending()
        return True
    return method_harmless(s, given, tp)


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


cdef inline unsigned char *operands_told(SiteData *d, void *fp, unsigned char *p) noexcept:
    """Write what the site reads in its frame, where it has the places; NULL: it takes more than a look."""
    cdef int i
    cdef PyObject *v
    for i in range(d.noperands):
        v = es_frame_local(fp, d.places[i])
        if es_unlikely(v == NULL):
            return NULL
        p = put_plain(p, d, v)
        if es_unlikely(p == NULL):
            return NULL
    return p


cdef inline bint entered(SiteData *d, void *fp) noexcept:
    """Begin the frame at fp where the current frame calls it and has nothing to tell first; False: nothing was done."""
    global current, open_fp, believed
    cdef Frame *f = current
    cdef void *caller = es_previous_frame(fp)
    cdef bint by_c = es_frame_by_c(fp)
    cdef SiteData *site
    if caller != open_fp and caller != NULL and es_frame_code(caller) == NULL:
        caller = es_previous_frame(caller)
        by_c = True
    if es_unlikely(caller != open_fp or caller == NULL or f.runs != es_frame_runs(caller)):
        return False
    if es_unlikely(believed != f.id or stray_count):
        return False
    site = <SiteData *>f.site
    if es_unlikely(by_c):
        if exposed_count or es_frame_stores(caller) or site.nowed and not owes_nothing(site, caller, False):
            return False
    elif es_unlikely(site.owes) and not owes_nothing(site, caller, True):
        return False
    f = new_frame(fp, f)
    if es_unlikely(f == NULL):
        return False
    f.unguarded = d.function.unguarded
    current = f
    open_fp = fp
    believed = f.id
    return True


cdef PyObject *tell_gathering(SiteData *d, void *fp, PyObject *given, bint enters) noexcept:
    """A plain site by a longer way; `given` may be NULL."""
    cdef PyObject *args[MAX_OPERANDS + 1]
    cdef int first = given != NULL
    cdef int n = first + d.noperands
    args[0] = given
    if es_unlikely(not gather(d, fp, &args[first]) or not tell_values(d, fp, args, n, enters)):
        tell_gathered(d, args, n)
    return result(d, given)


cdef PyObject *invert_step(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef unsigned char *p
    if es_unlikely(fp != open_fp) and (exposed_count or not settled(fp)):
        return invert_any(self)
    p = reserve(8)
    if es_likely(p != NULL):
        commit(p, put_site(p, d))
        current.site = <void *>d
        if es_unlikely(d.leaves):
            exit_frame()
        counted(d)
    return none()


cdef PyObject *invert_plain(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef unsigned char *p
    cdef unsigned char *end
    if es_likely(fp == open_fp and d.quick == es_frame_runs(fp)):
        p = reserve(d.room)
        if es_likely(p != NULL):
            end = operands_told(d, fp, put_site(p, d))
            if es_likely(end != NULL):
                commit(p, end)
                current.site = <void *>d
                if es_unlikely(d.leaves):
                    exit_frame()
                counted(d)
                return none()
    return tell_gathering(d, fp, NULL, False)


cdef PyObject *invert_entry(PyObject *self) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef unsigned char *p
    cdef unsigned char *end
    if es_unlikely(d.quick != es_frame_runs(fp) or not entered(d, fp)):
        return tell_gathering(d, fp, NULL, True)
    p = reserve(d.room)
    if es_likely(p != NULL):
        end = operands_told(d, fp, put_site(p, d))
        if es_likely(end != NULL):
            commit(p, end)
            current.site = <void *>d
            if es_unlikely(d.leaves):
                exit_frame()
            counted(d)
            return none()
    return tell_gathering(d, fp, NULL, False)


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
    if es_likely(fp == open_fp and d.quick == es_frame_runs(fp)):
        return passed(d, fp, given)
    return tell_gathering(d, fp, given, False)


cdef PyObject *pass_entry(PyObject *self, PyObject *given) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    if es_likely(d.quick == es_frame_runs(fp) and entered(d, fp)):
        return passed(d, fp, given)
    return tell_gathering(d, fp, given, True)


cdef inline PyObject *passed(SiteData *d, void *fp, PyObject *given) noexcept:
    """Tell a value that is returned, and what the site reads in its frame, which is open."""
    cdef unsigned char *p = reserve(d.room)
    cdef unsigned char *end
    if es_likely(p != NULL):
        end = put_plain(put_site(p, d), d, given)
        if es_likely(end != NULL):
            end = operands_told(d, fp, end)
        if es_likely(end != NULL):
            commit(p, end)
            current.site = <void *>d
            if d.gives:
                leave(d, p, given)
            counted(d)
            Py_INCREF(given)
            return given
    return tell_gathering(d, fp, given, False)


cdef PyObject *pass_effects(PyObject *self, PyObject *given) noexcept:
    cdef SiteData *d = data_of(self)
    cdef void *fp = es_current_frame()
    cdef PyObject *args[MAX_OPERANDS + 1]
    args[0] = given
    if es_unlikely(not gather(d, fp, &args[1]) or not tell_effects(d, fp, args, d.noperands + 1)):
        tell_gathered(d, args, d.noperands + 1)
    return result(d, given)


cdef PyObject *pass_receiver(PyObject *self, PyObject *given) noexcept:
    if es_unlikely(not tell_receiver(data_of(self), es_current_frame(), given)):
        return pass_any(self, given)
    Py_INCREF(given)
    return given


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
es_define_operators(5, <PyTypeObject *>ReceiverSite, <void *>invert_any, <void *>pass_receiver)
es_define_operators(4, <PyTypeObject *>Site, <void *>invert_any, <void *>pass_any)
