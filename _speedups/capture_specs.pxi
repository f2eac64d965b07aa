# What the specs of a site say has changed: escope_tui/model/sites.py lists them.

cdef tuple IN_PLACE = tuple([sys_intern(f"__i{name}__") for name in (
    "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor")])


cdef void effects(SiteData *d, PyObject **args) noexcept:
    """Record what the specs without a value in the event say has changed, and make values known."""
    cdef int i, a = 0
    cdef bint over
    cdef PyObject *o
    global unknown_ran, notes_taken
    unknown_ran = False
    for i in range(d.nspecs):
        if es_unlikely(some_unbound) and lacking(&d.specs[i], args + a):
            a += arguments_taken(&d.specs[i])
        else:
            a += effect(d, &d.specs[i], args + a)
    over = current != NULL and current.unknown and is_over(d.flags)
    if unknown_ran or over:
        examine_values(d, args)
        if over:
            if current.changed_globals == <void *>PyEval_GetGlobals_ptr():
                examine_namespace(PyEval_GetGlobals_ptr())
            forget_unknown(current)
    if exposed_count and (d.touches or d.in_place or unknown_ran or notes_taken):
        check_exposed(is_over(d.flags))
    notes_taken = False
    if d.function.is_class:
        o = es_frame_namespace(es_current_frame())
        if o != NULL and PyDict_Check(o) and table_find(o) != NULL:
            examine_deep(o)
            if d.flags & F_END:
                note_for(current.parent, o, False)
    drain_pending()
    if d.function.is_class and d.flags & F_END:
        class_cell_to_come(es_current_frame())


cdef void class_cell_to_come(void *fp) noexcept:
    """A class body ends: where its functions were shown, their `__class__` is empty until the class is made."""
    cdef int i = es_cell_index(es_frame_code(fp), <PyObject *>CLASS_CELL)
    cdef PyObject *cell = es_frame_local(fp, i) if i >= 0 else NULL
    if cell != NULL and Py_TYPE(cell) == &PyCell_Type and table_find(cell) != NULL:
        note_for(current.parent, cell, False)


cdef bint lacking(Spec *s, PyObject **args) noexcept:
    """Whether a variable that a spec is about is unbound."""
    cdef int i
    for i in range(arguments_taken(s)):
        if args[i] == NULL:
            return True
    return False


cdef inline int effect(SiteData *d, Spec *s, PyObject **args) noexcept:
    """Record what one spec says; the number of arguments that it takes."""
    cdef PyObject *o
    if s.op == S_WRITE or s.op == S_VALUE:
        prepare(args[0], limit_depth)
        if s.in_place:
            examine_operand(args[0])
        return 1
    if s.op == S_CLASS_WRITE:
        o = namespace_get(s.name)
        if o != NULL:
            prepare(o, limit_depth)
            if s.in_place:
                examine_operand(o)
        return 0
    if s.op == S_UNBIND or s.op == S_CALLED_BACK:
        return 0
    if s.op == S_METHOD:
        method_called(s, args)
        return 1 + s.nargs
    if s.op == S_CALL:
        call_made(d, s, args)
        return 1 + s.nargs
    return store_effect(d, s, args)


cdef int store_effect(SiteData *d, Spec *s, PyObject **args) noexcept:
    """What `effect` does for specs of stores, deletions, loads and receivers."""
    cdef PyObject *o
    if s.op == S_PASSED:
        return 1
    if s.op == S_STAR:
        resync_namespace(d.module)
        return 0
    if s.op == S_RECV_ATTR:
        note_attribute(s, args[0])
        return 1
    if s.op == S_RECV_ITEM:
        if is_heap(Py_TYPE(args[0])) and not Py_TYPE(args[0]).tp_flags & TPFLAGS_DICT_SUBCLASS:
            if method_effect(Py_TYPE(args[0]), <PyObject *>NAME_SETITEM) == EFFECT_DEEP:
                note(args[0], NULL, True)
        else:
            note(args[0], NULL, False)
        return 1
    if s.op == S_RECV_METHOD:
        if receiver_noted(s, args[0]):
            arguments_noted(s, args + 1)
        return 1 + s.nargs
    if s.op == S_EXPOSED:
        if s.in_place:
            expose_items(args[0])
        else:
            expose(args[0], s.name)
        return 1
    if s.op == S_READ_BY_NAME:
        if is_dict_name(args[0]):
            o = follow(args[1], &s.path)
            if o != NULL:
                expose(o, <PyObject *>NAME_DICT)
        return 2
    if s.op == S_ITEM:
        o = follow(args[0], &s.path)
        if s.before:
            note(o if o != NULL else args[0], NULL, o == NULL)
        elif o == NULL:
            examine_deep(args[0])
            examine_returned()
        else:
            item_stored(o, args[1])
            if s.in_place:
                examine_item(o, args[1])
        return 2
    if s.op == S_STORE_KEYED:
        note_item(args[0], args[1], s.in_place)
        return 2
    if s.op == S_KEY_STORED:
        o = follow(args[1], &s.path)
        if o == NULL:
            note(args[1], NULL, True)
        else:
            note_item(o, args[0], s.in_place)
        return 2
    path_effect(s, args[0], follow(args[0], &s.path))
    return 1


cdef void note_attribute(Spec *s, PyObject *o) noexcept:
    """An attribute of o is about to be stored."""
    cdef int before = note_count
    note(o, s.name, False)
    if note_count > before:
        notes[before].spec = s
    if s.in_place and note_count:
        notes[note_count - 1].in_place = True


cdef void *no_iternext = <void *>(<PyTypeObject *>_Unrecorded).tp_iternext


cdef inline bint is_iterator(PyTypeObject *tp) noexcept:
    """Whether instances are advanced; classes made in Python have a stand-in where they have no __next__."""
    return tp.tp_iternext != NULL and <void *>tp.tp_iternext != no_iternext


cdef void path_effect(Spec *s, PyObject *root, PyObject *o) noexcept:
    """What a spec of one root says, where its path leads to `o`, or nowhere that can be told."""
    if s.before:
        if s.op == S_ATTR:
            note(o if o != NULL else root, s.name if o != NULL else NULL, o == NULL)
        else:
            note(o if o != NULL else root, NULL, s.op == S_TOUCH or o == NULL)
    elif o == NULL:
        examine_deep(root)
        examine_returned()
    elif s.op == S_ATTR:
        attribute_stored(o, s.name)
        if s.in_place:
            o = raw_attr(o, s.name)
            if o != NULL:
                examine_operand(o)
            else:
                examine_returned()
    elif s.op == S_ATTR_DEL:
        attribute_deleted(o, s.name)
    elif s.op == S_TOUCH:
        examine_deep(o)
        watch_given(o)
        keep_given(o)
    elif s.op == S_ITERATED:
        if is_iterator(Py_TYPE(o)):
            examine(o)
            examine_sources(o, 0)
            if strcmp(Py_TYPE(o).tp_name, b"map") == 0 or strcmp(Py_TYPE(o).tp_name, b"filter") == 0:
                examine_deep(o)
    elif s.op == S_LOADED:
        if is_heap(Py_TYPE(o)) and Py_TYPE(o).tp_flags & TPFLAGS_DICT_SUBCLASS:
            examine(o)
    elif is_heap(Py_TYPE(o)) and s.op == S_ITEM_DEL:
        examine_deep(o)
    else:
        if s.op == S_ITEM_DEL:
            will_differ(o)
        examine(o)


cdef void will_differ(PyObject *o) noexcept:
    """An object has surely been changed: spare the comparison with what was recorded."""
    cdef Entry *e = table_find(o)
    if e != NULL and e.flags & E_SNAPPED:
        e.flags |= E_DIRTY


cdef void examine_values(SiteData *d, PyObject **args) noexcept:
    """Unknown code had a hand in what this site binds, stores or returns: known objects may have changed on the way."""
    cdef int i, a = 0
    cdef Spec *s
    cdef PyObject *o
    look_at_classes()
    given_back(current)
    if given_count:
        check_given()
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op == S_WRITE or s.op == S_VALUE:
            examine_result(args[a])
            a += 1
        elif s.op == S_ATTR and not s.before:
            o = follow(args[a], &s.path)
            o = raw_attr(o, s.name) if o != NULL else NULL
            if o != NULL:
                examine_result(o)
            a += 1
        elif s.op == S_ITEM and not s.before:
            o = follow(args[a], &s.path)
            o = item_value(o, args[a + 1]) if o != NULL and args[a + 1] != NULL else NULL
            if o != NULL:
                examine_result(o)
            a += 2
        elif s.op == S_ITEM or s.op == S_STORE_KEYED or s.op == S_KEY_STORED or s.op == S_READ_BY_NAME:
            a += 2
        elif s.op == S_METHOD or s.op == S_CALL or s.op == S_RECV_METHOD:
            a += 1 + s.nargs
        elif s.op != S_CLASS_WRITE and s.op != S_UNBIND and s.op != S_STAR and s.op != S_CALLED_BACK:
            a += 1


cdef void examine_result(PyObject *o) noexcept:
    """What unknown code may have given: where it has called recorded code, parts of that were known, unfinished, by then."""
    examine(o)
    if es_unlikely(current != NULL and current.callbacks != 0):
        drain_pending()
        examine_deep(o)


cdef PyObject *item_value(PyObject *o, PyObject *key) noexcept:
    """What o[key] holds; NULL where that cannot be read safely."""
    cdef int64_t i
    cdef Entry *e
    if Py_TYPE(o) == &PyList_Type and Py_TYPE(key) == &PyLong_Type and es_int_small(key, &i):
        if i < 0:
            i += Py_SIZE(o)
        if 0 <= i < Py_SIZE(o):
            return (<PyListObject *>o).ob_item[i]
    elif Py_TYPE(o).tp_flags & TPFLAGS_DICT_SUBCLASS and safe_key(key, 0):
        e = table_find(o)
        if e != NULL and e.flags & E_SAFE_KEYS:
            return PyDict_GetItemWithError(o, key)
    return NULL


cdef void examine_item(PyObject *o, PyObject *key) noexcept:
    """Examine what o[key] holds, where that can be read safely."""
    cdef PyObject *value = item_value(o, key)
    if value != NULL:
        examine_operand(value)
    else:
        examine_deep(o)


cdef void examine_operand(PyObject *o) noexcept:
    """The left side of an augmented assignment: its class may have changed more than itself."""
    if changes_in_place_unseen(Py_TYPE(o)):
        examine_deep(o)
    else:
        examine(o)


cdef bint changes_in_place_unseen(PyTypeObject *tp) noexcept:
    """Whether a class has a method for augmented assignments that is not recorded."""
    cdef PyObject *found
    if not is_heap(tp) or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return False
    for name in IN_PLACE:
        found = _PyType_Lookup(tp, <PyObject *>name)
        if found != NULL and (Py_TYPE(found) != &PyFunction_Type
                              or not is_recorded_code((<PyFunctionObject *>found).func_code)):
            return True
    return False


cdef void note_item(PyObject *o, PyObject *key, bint in_place) noexcept:
    """An item of o is about to be stored."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    if is_heap(tp) and not tp.tp_flags & TPFLAGS_DICT_SUBCLASS and not is_array(tp):
        if method_effect(tp, <PyObject *>NAME_SETITEM) == EFFECT_DEEP:
            note(o, NULL, True)
    else:
        note_store(o, key, in_place)


cdef inline bint is_array(PyTypeObject *tp) noexcept:
    """Whether instances hold items of a fixed size, of which the first are shown."""
    return is_fixed_type(tp) and type_info(tp).shape == SHAPE_ARRAY


cdef struct KnownEffect:
    PyTypeObject *tp
    PyObject *name
    unsigned int version
    int effect

cdef KnownEffect known_effects[256]


cdef inline int cached_effect(Spec *s, PyTypeObject *tp) noexcept:
    cdef KnownEffect *k
    if s.cached_type == tp and s.cached_version == tp.tp_version_tag and tp.tp_version_tag != 0:
        return s.effect
    k = &known_effects[(<size_t>tp >> 4 ^ <size_t>s.name >> 3) & 255]
    if k.tp != tp or k.name != s.name or k.version != tp.tp_version_tag or k.version == 0:
        k.effect = method_effect(tp, s.name)
        k.tp = tp
        k.name = s.name
        k.version = tp.tp_version_tag
    s.cached_type = tp
    s.cached_version = tp.tp_version_tag
    s.effect = <unsigned char>k.effect
    return k.effect


cdef inline bint is_module_method(Spec *s, PyObject *o) noexcept:
    """Whether what is called is a method of modules themselves: `__setattr__`, `__delattr__`."""
    return Py_TYPE(o) == &PyModule_Type and _PyType_Lookup(Py_TYPE(o), s.name) != NULL and raw_attr(o, s.name) == NULL


cdef void method_called(Spec *s, PyObject **args) noexcept:
    global unknown_ran, earned
    cdef PyObject *o = follow(args[0], &s.path)
    cdef PyTypeObject *tp
    cdef PyObject *key
    cdef int effect
    if o == NULL:
        touch(s, args[0])
        examine_returned()
        arguments_given(s, args + 1, True)
        return
    tp = Py_TYPE(o)
    if tp == &PyUnicode_Type or tp == &PyLong_Type or tp == &PyFloat_Type or tp == &PyBytes_Type \
            or tp == &PyTuple_Type or o == Py_None_ptr:
        return
    if tp == &PyModule_Type or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        effect = attribute_effect(s, o)
        if effect == EFFECT_DEEP:
            unknown_ran = True
            earned += CALLED
            if is_module_method(s, o):
                touch(s, o)
    else:
        effect = cached_effect(s, tp)
        if effect == EFFECT_NONE:
            return
        if effect == EFFECT_DEEP:
            unknown_ran = True
            earned += CALLED
            if s.before:
                unknown_to_come()
        if s.mutator and (effect == EFFECT_RECEIVER or effect == EFFECT_APPEND):
            key = args[1] if s.nargs else NULL
            if key != NULL and s.argpaths != NULL and s.argpaths[0].n:
                key = follow(key, &s.argpaths[0])
                if key == NULL:
                    examine(o)
                    return
            mutated(o, s.mutator, key, s.stores)
            return
        if s.before and effect != EFFECT_NONE:
            note(o, NULL, effect == EFFECT_DEEP)
        else:
            apply_effect(effect, o)
    if effect == EFFECT_DEEP or effect == EFFECT_ARGS:
        arguments_given(s, args + 1, effect == EFFECT_DEEP)


cdef inline void touch(Spec *s, PyObject *o) noexcept:
    if s.before:
        note(o, NULL, True)
    else:
        examine_deep(o)


cdef void touch_cache(Spec *s, PyObject *o) noexcept:
    """A cache of results is called: its function may run, and nothing else is in reach of that but its attributes."""
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    cdef es_attrs a
    if s.before:
        note(o, NULL, False)
    else:
        examine(o)
    es_instance_attrs(o, &a)
    if a.dict != NULL and PyDict_Check(a.dict):
        while PyDict_Next(a.dict, &pos, &key, &value):
            touch(s, value)


cdef void arguments_given(Spec *s, PyObject **args, bint deep) noexcept:
    cdef int i
    cdef PyObject *o
    for i in range(s.nargs):
        o = args[i]
        if s.argpaths != NULL:
            o = follow(o, &s.argpaths[i])
            if o == NULL:
                o = args[i]
        if s.before:
            note(o, NULL, deep)
        elif deep:
            examine_deep(o)
        else:
            examine(o)
        if deep:
            watch_given(o)
            keep_given(o)


cdef bint receiver_noted(Spec *s, PyObject *o) noexcept:
    """The receiver of a method call, on its way there; whether the method may change its arguments."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef int effect, kept
    if es_is_super(o):
        effect = super_effect(o, s.name)
        if effect != EFFECT_NONE and es_super_object(o) != NULL:
            note(es_super_object(o), NULL, effect == EFFECT_DEEP)
        return effect == EFFECT_DEEP or effect == EFFECT_ARGS
    if tp == &PyModule_Type or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        effect = attribute_effect(s, o)
        if is_module_method(s, o):
            note(o, NULL, True)
        return effect == EFFECT_DEEP
    if not is_container(o) or tp == &PyTuple_Type:
        return False
    effect = cached_effect(s, tp)
    if effect != EFFECT_NONE:
        kept = note_count
        note(o, NULL, effect == EFFECT_DEEP)
        if note_count > kept:
            notes[kept].grows = effect == EFFECT_APPEND
        if o == PyEval_GetGlobals_ptr() and current != NULL and module_of(o) != NULL:
            unknown_to_come()
            current.changed_globals = <void *>o
        if effect == EFFECT_DEEP:
            unknown_to_come()
    return effect == EFFECT_DEEP or effect == EFFECT_ARGS


cdef void arguments_noted(Spec *s, PyObject **args) noexcept:
    """Code that is not recorded is about to get these."""
    cdef int i
    cdef PyObject *o
    for i in range(s.nargs):
        o = follow(args[i], &s.argpaths[i])
        note(o if o != NULL else args[i], NULL, True)


cdef int attribute_effect(Spec *s, PyObject *o) noexcept:
    """What calling an attribute of a module or a class does."""
    cdef PyTypeObject *tp = <PyTypeObject *>o
    cdef bint of_type = (Py_TYPE(o).tp_flags & TPFLAGS_TYPE_SUBCLASS) != 0
    cdef PyObject *f
    cdef int effect
    if of_type and s.cached_type == marked(o) and s.cached_version == tp.tp_version_tag and tp.tp_version_tag != 0:
        return s.effect
    f = raw_attr(o, s.name)
    effect = EFFECT_DEEP
    if f != NULL:
        effect = callee_effect(f)
    elif of_type:
        f = _PyType_Lookup(tp, s.name)
        if f != NULL and (Py_TYPE(f) == &PyStaticMethod_Type or Py_TYPE(f) == &PyClassMethod_Type):
            f = wrapped_function(f)
            effect = callee_effect(f) if f != NULL else EFFECT_DEEP
    if effect == EFFECT_EXEC:
        effect = EFFECT_DEEP
    if of_type:
        s.cached_type = marked(o)
        s.cached_version = tp.tp_version_tag
        s.effect = <unsigned char>effect
    return effect


cdef inline PyTypeObject *marked(PyObject *o) noexcept:
    """A class as the receiver itself, told from its instances."""
    return <PyTypeObject *>(<size_t>o | 1)


cdef void call_made(SiteData *d, Spec *s, PyObject **args) noexcept:
    global unknown_ran, earned
    cdef int effect = callee_effect(args[0])
    cdef PyObject *o
    if effect == EFFECT_NONE:
        return
    if effect == EFFECT_DEEP or effect == EFFECT_EXEC:
        unknown_ran = True
        earned += CALLED
        if s.before:
            unknown_to_come()
    if effect == EFFECT_RECEIVER:
        if Py_TYPE(args[0]) == &PyCFunction_Type and (<PyCFunctionObject *>args[0]).m_self != NULL:
            o = (<PyCFunctionObject *>args[0]).m_self
            if s.before:
                note(o, NULL, False)
            elif Py_TYPE(o) == &PyList_Type and strcmp((<PyCFunctionObject *>args[0]).m_ml.ml_name, b"append") == 0:
                appended(o)
            else:
                examine(o)
        return
    if effect == EFFECT_EXEC:
        resync_namespace(d.module)
    if Py_TYPE(args[0]) == &PyFunction_Type:
        if s.before:
            function_to_come(args[0])
        else:
            function_ran(args[0])
    elif effect == EFFECT_DEEP and Py_TYPE(args[0]) != &PyCFunction_Type:
        if is_cache(Py_TYPE(args[0])):
            touch_cache(s, args[0])
        else:
            touch(s, args[0])
    arguments_given(s, args + 1, effect != EFFECT_ARGS)
