# Examination: known objects are looked at again, alone or with all that they reach.

cdef bint keys_are_safe(PyObject *d, bint known) noexcept:
    """Whether a look-up in this dict can run only C code: all keys are exact scalars or strings.

    `known`: they were before; then the newest are looked at, up to the limit of items.
    """
    global allowance
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    if es_dict_unicode(d):
        return True
    if known:
        pos = max(0, es_dict_places(d) - limit_items)
    elif PyDict_Size(d) > 100000:
        if not affordable():
            return False
        allowance -= PyDict_Size(d) >> 2
    while PyDict_Next(d, &pos, &key, &value):
        if not safe_key(key, 0):
            return False
    return True


cdef bint safe_key(PyObject *k, int depth) noexcept:
    cdef PyTypeObject *tp = Py_TYPE(k)
    cdef Py_ssize_t i
    if tp == &PyUnicode_Type or tp == &PyLong_Type or tp == &PyFloat_Type or tp == &PyBool_Type \
            or tp == &PyBytes_Type or k == Py_None_ptr:
        return True
    if tp == &PyTuple_Type and depth < 3 and PyTuple_GET_SIZE(k) <= 32:
        for i in range(PyTuple_GET_SIZE(k)):
            if not safe_key(PyTuple_GET_ITEM(k, i), depth + 1):
                return False
        return True
    return False


cdef void snapshot(PyObject *o, uint64_t oid, int depth) noexcept:
    """Write an OBJ event with the object's contents unless the recording has them already; queue its children."""
    global tuple_budget, allowance
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef TypeInfo *info = type_info(tp)
    cdef Walk w
    cdef Entry *e
    cdef unsigned char *p
    cdef size_t counts
    cdef bint comes = False
    if info == NULL:
        return
    tuple_budget = 4096
    memset(&w, 0, sizeof(Walk))
    w.emit = True
    w.depth = depth - 1
    object_buffer.size = 0
    p = grow(&object_buffer, 64)
    if p == NULL:
        return
    p[0] = OP_OBJ
    put_u64(p + 1, oid)
    put_u32(p + 9, info.type_id)
    p[13] = info.shape
    object_buffer.size = 35
    counts = 14
    walk_contents(&w, o, info)
    if not recording:
        return
    if w.text:
        p = grow(&object_buffer, 5)
        if p == NULL:
            return
        p[0] = V_STR
        put_u32(p + 1, w.text)
        object_buffer.size += 5
    e = NULL if info.transient else table_find(o)
    if e != NULL:
        if e.flags & E_SNAPPED:
            pay(&w)
            allowance -= PACKING * <int64_t>(w.items + w.pairs + w.attrs)
            if not e.flags & E_DIRTY and e.print == w.print \
                    and (e.size == <uint32_t>w.size or e.flags & E_TYPE):
                return
        e.print = w.print
        if es_unlikely(e.doubted):
            keep_undoubted(e)
        e.doubted = 0
        if not e.flags & E_TYPE:
            e.size = <uint32_t>w.size
        if info.shape == SHAPE_DICT and not e.flags & E_SNAPPED:
            namespace_shown(o, oid)
        comes = not e.flags & E_SNAPPED and es_references(o) > 1 and may_be_kept(tp)
        e.flags = (e.flags | E_SNAPPED) & ~(E_DIRTY | E_CUT)
        if w.cut and info.shape != SHAPE_ARRAY:      # of an array nothing but its head is ever shown
            e.flags |= E_CUT
        if info.shape == SHAPE_DICT:
            if keys_are_safe(o, e.flags & E_SAFE_KEYS):
                e.flags |= E_SAFE_KEYS
            else:
                e.flags &= ~E_SAFE_KEYS
    p = object_buffer.data + counts
    p[0] = (1 if w.cut else 0) | (2 if w.attrs >= limit_items or w.attrs_cut else 0) | (4 if w.text else 0)
    put_u64(p + 1, w.size)
    put_u32(p + 9, w.items)
    put_u32(p + 13, w.pairs)
    put_u32(p + 17, w.attrs)
    write_buffer(&object_buffer)
    if es_unlikely(doubted_count) and e != NULL and is_doubted(oid):
        doubt_entry(e)
    if e != NULL and e.joined:
        joined_again(o, e)
    if es_unlikely(comes):
        hold_if_kept(o, oid)


cdef inline void drain_pending() noexcept:
    """Capture what was queued, if anything was."""
    if es_unlikely(pending_count != 0):
        drain_queue()


cdef void drain_queue() noexcept:
    """Capture what was queued, breadth first, within the budget for one step."""
    global pending_count, pending_next
    cdef size_t done = 0
    cdef Pending *q
    cdef Entry *e
    while pending_next < pending_count and recording:
        q = &pending[pending_next]
        pending_next += 1
        if q.object == NULL:     # it has died
            continue
        if done >= <size_t>limit_budget:
            e = table_find(q.object)
            if e != NULL:
                e.explored = 0
                if e.flags & E_SNAPPED:
                    doubt_entry(e)
            continue
        done += 1
        snapshot(q.object, q.oid, q.depth)
    pending_count = 0
    pending_next = 0


cdef bint doubting = False       # what would be examined is marked as uncertain instead


cdef bint changed(PyObject *o, Entry *e, bint *deep) noexcept:
    """Whether the contents differ from what the recording has (bounded; cut containers are judged by size and head).

    With `deep`, what the object holds is queued for examination where that is possible on the way; `deep` is then
    set to False.
    """
    global slots_mark
    cdef TypeInfo *info
    cdef Walk w
    if not e.flags & E_SNAPPED:
        return False
    if doubting or (e.size > SMALL and not e.flags & E_TYPE) and not affordable():
        doubt_entry(e)
        return False
    if e.flags & E_DIRTY:
        return True
    info = type_info(Py_TYPE(o))
    if info == NULL or info.fixed:
        return False
    if info.shape == SHAPE_CLASS:
        if slots_mark != visit_mark:
            slots_mark = visit_mark
            look_at_slots(NULL)
        if e.flags & E_TYPE:
            look_at_name(<PyTypeObject *>o, e)
    if Py_TYPE(o) == &PyByteArray_Type and es_exports(o) and not view_count and held_count < MAX_HELD:
        hold(o, e)      # by something that is not known, such as an object of ctypes
    memset(&w, 0, sizeof(Walk))
    if deep != NULL and (
            info.shape == SHAPE_LIST or info.shape == SHAPE_DICT or info.shape == SHAPE_CLASS
            or info.shape == SHAPE_INSTANCE and not info.nfields):
        w.deep = True
        deep[0] = False
    walk_contents(&w, o, info)
    pay(&w)
    return w.print != e.print or (<uint32_t>w.size != e.size and not e.flags & E_TYPE)


cdef inline bint is_container(PyObject *o) noexcept:
    """Whether an object can change under the program's hands (NULL: a tuple's item that is not there yet)."""
    cdef PyTypeObject *tp
    if o == NULL:
        return False
    tp = Py_TYPE(o)
    return not (tp == &PyLong_Type or tp == &PyUnicode_Type or tp == &PyFloat_Type or o == Py_None_ptr
                or tp == &PyBool_Type or tp == &PyBytes_Type or tp == &PyComplex_Type)


cdef void examine(PyObject *o) noexcept:
    """Shallow examination: record the object's contents again if they changed."""
    cdef Entry *e
    if not is_container(o):
        return
    if Py_TYPE(o) == &PyMemoryView_Type and es_memory_base(o) != NULL:
        examine(es_memory_base(o))
    if es_unlikely(es_is_proxy(o)):
        examine(es_weak_referent(o))
    if es_unlikely(shown_count):
        namespace_changed(o)
    e = table_find(o)
    if e == NULL or not e.flags & E_SNAPPED:
        prepare(o, limit_depth)
        return
    if pending_count > pending_next and pending[pending_count - 1].object == o and not doubting:
        return                   # it will be recorded as it is when all is told
    if changed(o, e, NULL):
        queue_snapshot(o, e.oid, e.explored)
    if e.flags & E_CUT:
        event_u64(OP_ASOF, e.oid)
    if view_count or owner_count:
        memory_touched(o)


# Deep examination: everything reachable within the limits.
cdef PyObject **deep = NULL
cdef size_t deep_count = 0, deep_capacity = 0
cdef uint16_t visit_mark = 0
cdef uint16_t slots_mark = 0     # the walk that has looked at the slots of classes


cdef inline void deep_push(PyObject *o, int depth) noexcept:
    if is_container(o):
        container_pushed(o, depth)


cdef void container_pushed(PyObject *o, int depth) noexcept:
    """Queue a known object for examination, once; what is not known itself is looked through."""
    global deep, deep_capacity, deep_count, namespace_met
    cdef Entry *e
    cdef Py_ssize_t i, n
    cdef PyTypeObject *tp = Py_TYPE(o)
    if tp == &PyTuple_Type:
        if depth < 4:
            n = PyTuple_GET_SIZE(o)
            for i in range(n if n < <Py_ssize_t>limit_items else <Py_ssize_t>limit_items):
                deep_push(PyTuple_GET_ITEM(o, i), depth + 1)
        return
    if es_unlikely(join_children):
        join_push(o, tp, depth)
        return
    if tp == &PyModule_Type and depth and not looking_at_names and not doubting and module_of(PyModule_GetDict(o)) != NULL:
        namespace_met = PyModule_GetDict(o)      # by a bound method of it, by partial(setattr, module)
    e = table_find(o)
    if e == NULL or not e.flags & E_SNAPPED:
        if depth < 3 and looked_through(tp):
            traverse(o, depth + 1)
        return
    if e.visit == visit_mark:
        return
    e.visit = visit_mark
    if deep_count == deep_capacity:
        deep_capacity = deep_capacity * 2 + 256
        deep = <PyObject **>realloc(deep, deep_capacity * sizeof(PyObject *))
        if deep == NULL:
            deep_capacity = 0
            turn_off(STATE_NO_MEMORY)
            return
    deep[deep_count] = o
    deep_count += 1


cdef bint looked_through(PyTypeObject *tp) noexcept:
    """C types that hold other objects: bound methods, iterators, partial, map, ... but no modules or classes."""
    if tp.tp_traverse == NULL or tp == &PyModule_Type or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return False
    if tp.tp_flags & TPFLAGS_HEAPTYPE and not tp.tp_flags & TPFLAGS_IMMUTABLETYPE:
        return False
    return tp != &PyFunction_Type and tp != &PyGen_Type and tp != &PyCoro_Type and tp != &PyFrame_Type


cdef int visits_left = 0
cdef PyObject *namespace_met = NULL      # of a recorded module that a C object holds, to be looked at last


cdef int traversed(PyObject *o, void *depth) noexcept:
    global visits_left
    visits_left -= 1
    if visits_left < 0:
        return 1
    deep_push(o, <int><size_t>depth)
    return 0


cdef PyTypeObject *cache_type = NULL     # of functools.lru_cache


cdef inline bint is_cache(PyTypeObject *tp) noexcept:
    global cache_type
    if tp == cache_type:
        return True
    if cache_type == NULL and strcmp(tp.tp_name, b"functools._lru_cache_wrapper") == 0:
        cache_type = tp
        return True
    return False


cdef void look_through(PyObject *o, int (*visit)(PyObject *, void *) noexcept, void *argument) noexcept:
    """Visit what a C object refers to, as the garbage collector would find it.

    Of a cache of results its function and its attributes come first, which the collector finds behind all results.
    """
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    cdef es_attrs a
    if is_cache(Py_TYPE(o)):
        es_instance_attrs(o, &a)
        if a.dict != NULL and PyDict_Check(a.dict):
            while PyDict_Next(a.dict, &pos, &key, &value):
                if visit(value, argument):
                    return
    Py_TYPE(o).tp_traverse(o, visit, argument)


cdef void traverse(PyObject *o, int depth) noexcept:
    """Push what a C object refers to, up to the limit of items for it and for those that it is looked through for."""
    global visits_left
    if depth <= 1:
        visits_left = limit_items
    look_through(o, traversed, <void *><size_t>depth)


cdef void deep_children(PyObject *o) noexcept:
    cdef TypeInfo *info = type_info(Py_TYPE(o))
    cdef Py_ssize_t i, n, pos = 0
    cdef PyObject *key
    cdef PyObject *value
    cdef PySetObject *s
    cdef es_attrs a
    cdef PyTypeObject *base
    cdef Walk w
    if info == NULL or info.shape == SHAPE_MODULE:
        return
    if info.shape == SHAPE_CLASS:
        memset(&w, 0, sizeof(Walk))
        w.deep = True
        walk_class(&w, <PyTypeObject *>o)
        return
    if info.shape == SHAPE_OPAQUE or info.shape == SHAPE_ITERATOR or info.shape == SHAPE_VALUE:
        if looked_through(info.tp):
            traverse(o, 1)
            if info.nfields:                 # not all types tell the collector of all that they hold
                deep_computed(o, info)
            return
    if info.shape == SHAPE_LIST:
        n = Py_SIZE(o)
        for i in range(n if n < <Py_ssize_t>limit_items else <Py_ssize_t>limit_items):
            deep_push((<PyListObject *>o).ob_item[i], 0)
    elif info.shape == SHAPE_NAMEDTUPLE:
        for i in range(Py_SIZE(o)):
            deep_push((<PyTupleObject *>o).ob_item[i], 0)
    elif info.shape == SHAPE_DICT:
        n = 0
        while PyDict_Next(o, &pos, &key, &value):
            deep_push(value, 0)
            deep_push(key, 0)
            n += 1
            if n >= <Py_ssize_t>limit_items:
                break
    elif info.shape == SHAPE_SET:
        s = <PySetObject *>o
        for i in range(s.mask + 1):
            if s.table[i].key != NULL and s.table[i].hash != -1:
                deep_push(s.table[i].key, 0)
    elif info.shape == SHAPE_DEQUE:
        base = base_type(Py_TYPE(o), b"collections.deque")
        n = Py_SIZE(o)
        for i in range(n if n < <Py_ssize_t>limit_items else <Py_ssize_t>limit_items):
            value = base.tp_as_sequence.sq_item(o, i)
            if value == NULL:
                PyErr_Clear()
                break
            deep_push(value, 0)
            Py_DECREF(value)
    elif info.shape == SHAPE_FUNCTION:
        value = (<PyFunctionObject *>o).func_closure
        if value != NULL:
            deep_push(value, 0)
        if (<PyFunctionObject *>o).func_dict != NULL:
            while PyDict_Next((<PyFunctionObject *>o).func_dict, &pos, &key, &value):
                deep_push(value, 0)
        return
    elif info.shape == SHAPE_CELL:
        if (<PyCellObject *>o).ob_ref != NULL:
            deep_push((<PyCellObject *>o).ob_ref, 0)
        return
    elif info.shape == SHAPE_METHOD:
        deep_push((<PyMethodObject *>o).im_self, 0)
        deep_push((<PyMethodObject *>o).im_func, 0)
        return
    if info.nfields:
        deep_computed(o, info)
    if info.tp.tp_flags & TPFLAGS_HEAPTYPE or info.shape == SHAPE_EXCEPTION:
        if info.foreign:
            deep_push(<PyObject *>info.tp, 0)
        for i in range(info.nslots):
            value = (<PyObject **>(<char *>o + info.slots[i].offset))[0]
            if value != NULL:
                deep_push(value, 0)
        es_instance_attrs(o, &a)
        if a.values != NULL:
            for i in range(es_values_count(&a)):
                value = es_values_item(&a, i)
                if value != NULL:
                    deep_push(value, 0)
        elif a.dict != NULL and PyDict_Check(a.dict):
            pos = 0
            while PyDict_Next(a.dict, &pos, &key, &value):
                deep_push(value, 0)


cdef void examine_deep(PyObject *o) noexcept:
    """Record again whatever changed in the graph of an object that unknown code was given."""
    global visit_mark, deep_count, allowance, namespace_met, looking_at_names
    cdef size_t i, budget = limit_budget
    cdef Entry *e = NULL
    cdef PyObject *namespace
    cdef bint children
    if not is_container(o):
        return
    if Py_TYPE(o) == &PyModule_Type:
        examine_namespace(PyModule_GetDict(o))
        return
    if es_unlikely(es_is_proxy(o)):
        examine_deep(es_weak_referent(o))
    if es_unlikely(shown_count):
        namespace_changed(o)
    if Py_TYPE(o) != &PyTuple_Type:
        e = table_find(o)
        if (e == NULL or not e.flags & E_SNAPPED) and not looked_through(Py_TYPE(o)):
            prepare(o, limit_depth)
            return
    if e != NULL and es_unlikely(e.joined) and not doubting and not affordable():
        doubt_joined()
        return
    visit_mark = (visit_mark + 1) & 0x3FFF
    if visit_mark == 0:
        for i in range(table_mask + 1):
            table[i].visit = 0
        visit_mark = 1
    deep_count = 0
    deep_push(o, 0)
    i = 0
    while i < deep_count:
        e = table_find(deep[i])
        if e == NULL:
            i += 1
            continue
        if i >= budget or (i >= FEW or e.size > SMALL or e.joined) and not doubting and not affordable():
            while i < deep_count:
                join(deep[i])
                i += 1
            doubt_joined()
            break
        if i >= MANY:
            allowance -= FAR
        children = True
        if changed(deep[i], e, &children):
            e = table_find(deep[i])
            queue_snapshot(deep[i], e.oid, e.explored)
        elif e.flags & E_CUT:
            event_u64(OP_ASOF, e.oid)
        if view_count or owner_count:
            memory_touched(deep[i])
        if children:
            deep_children(deep[i])
        i += 1
    if es_unlikely(namespace_met != NULL):
        namespace = namespace_met
        namespace_met = NULL
        looking_at_names = True
        examine_namespace(namespace)
        looking_at_names = False
