# What is to be looked at later: notes of a statement that is not over, objects that others may change unseen.

cdef struct Note:
    PyObject *object
    void *block             # where it lived: a dead object must not be looked at
    uint64_t oid
    Frame *frame
    PyObject *name          # attribute stored, or NULL: examine
    Spec *spec              # which tells of that attribute, or NULL
    bint deep
    PyObject *key           # of an item stored, held: scalars, strings and tuples of them only
    bint in_place
    bint grows              # a list's append was called

cdef Note notes[256]
cdef int note_count = 0
cdef bint notes_taken = False

cdef inline void note(PyObject *o, PyObject *name, bint deep) noexcept:
    """Keep in mind (without a reference) an object to look at when this frame's statement is over."""
    note_depth(o, name, deep, 0)


cdef void note_depth(PyObject *o, PyObject *name, bint deep, int depth) noexcept:
    global note_count
    cdef Entry *e
    cdef int i
    cdef PyTypeObject *tp = Py_TYPE(o)
    if not is_container(o):
        return
    if tp == &PyTuple_Type:
        if deep and depth < 3:
            note_reached(o, depth)
        return
    prepare(o, limit_depth)
    e = table_find(o)
    if deep and depth < 3 and (looked_through(tp) if e == NULL else es_references(o) == 1 and dies_open(tp)):
        note_reached(o, depth)
        e = table_find(o)
    if e == NULL:
        return
    for i in range(note_count - 1, max(note_count - 9, -1), -1):
        if notes[i].oid == e.oid and notes[i].frame == current and notes[i].name == name and notes[i].key == NULL \
                and notes[i].deep == deep:
            notes[i].grows = False
            return
    if note_count == 256:
        event_u64(OP_ASOF, e.oid)
        return
    notes[note_count].object = o
    notes[note_count].block = es_block(o)
    notes[note_count].oid = e.oid
    notes[note_count].frame = current
    notes[note_count].name = name
    notes[note_count].spec = NULL
    notes[note_count].deep = deep
    notes[note_count].key = NULL
    notes[note_count].in_place = False
    notes[note_count].grows = False
    note_count += 1
    if current != NULL:
        want(current)


cdef inline bint dies_open(PyTypeObject *tp) noexcept:
    """Types whose instances are made only to be given away, and then hold what is to be looked at in their place."""
    return tp == &PyList_Type or tp == &PyDict_Type or tp == &PySet_Type or looked_through(tp)


cdef void note_reached(PyObject *o, int depth) noexcept:
    """Note what an object that is known by no id holds: bound methods, partial, iterators."""
    global visits_left
    if depth == 0:
        visits_left = limit_items
    look_through(o, reached_noted, <void *><size_t>depth)


cdef int reached_noted(PyObject *o, void *depth) noexcept:
    global visits_left
    visits_left -= 1
    if visits_left < 0:
        return 1
    if is_container(o) and not Py_TYPE(o).tp_flags & TPFLAGS_TYPE_SUBCLASS \
            and (Py_TYPE(o) != &PyModule_Type or module_of(PyModule_GetDict(o)) != NULL) \
            and Py_TYPE(o) != &PyFunction_Type:
        note_depth(o, NULL, True, <int><size_t>depth + 1)
    return 0


cdef void unknown_to_come() noexcept:
    """Code that is not recorded is about to run in the current statement."""
    if current != NULL and not current.unknown:
        current.unknown = True
        want(current)


cdef void function_to_come(PyObject *f) noexcept:
    """A function that is not recorded is about to be called: its closure, its attributes and its module's variables may change."""
    cdef PyFunctionObject *function = <PyFunctionObject *>f
    cdef Py_ssize_t i
    if function.func_dict != NULL:
        note(f, NULL, True)
    if function.func_closure != NULL:
        for i in range(PyTuple_GET_SIZE(function.func_closure)):
            note(PyTuple_GET_ITEM(function.func_closure, i), NULL, True)
    if table_find(function.func_globals) != NULL:
        note(function.func_globals, NULL, True)
    if current != NULL and module_of(function.func_globals) != NULL:
        current.changed_globals = <void *>function.func_globals


cdef void forget_unknown(Frame *f) noexcept:
    f.unknown = False
    f.changed_globals = NULL
    f.wants -= 1


# Exposed objects: someone may hold a bound method or the __dict__ of them, and change them unseen.

cdef struct Exposed:
    PyObject *object
    void *block
    uint64_t oid
    bint grows               # only its append is out
    bint by_dict             # only its __dict__ is out
    uint64_t frame           # whose statement reads that dict; 0 when it is over
    bint later               # it may be read only later
    int credit               # what may still be spent on looking at it without finding a change; -1: no end

cdef enum:
    MAX_EXPOSED = 32
    MAX_ITEMS_EXPOSED = 1000     # items that are visited; the first of them are exposed
    EXPOSED_CREDIT = 300000      # some milliseconds, at
    EXPOSED_LOOK = 24            # a look at an object

cdef Exposed exposed[32]
cdef int exposed_count = 0
cdef int exposed_next = 0    # which goes when there are too many


cdef inline bint is_dict_name(PyObject *name) noexcept:
    return Py_TYPE(name) == &PyUnicode_Type and (
        name == <PyObject *>NAME_DICT
        or PyUnicode_GET_LENGTH(name) == 8 and PyUnicode_Compare(name, <PyObject *>NAME_DICT) == 0)


cdef inline void expose(PyObject *o, PyObject *name) noexcept:
    """Look at an object after each statement that calls something, from now on."""
    expose_for(o, name, False, -1)


cdef inline void dict_given(PyObject *o) noexcept:
    """Unknown code was given an instance: it may have handed out, or have kept, its __dict__."""
    cdef es_attrs a
    if Py_TYPE(o).tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return
    es_instance_attrs(o, &a)
    if a.dict != NULL and a.dict != o and PyDict_Check(a.dict) and es_references(a.dict) > 1:
        expose_for(o, <PyObject *>NAME_DICT, False, EXPOSED_CREDIT)


cdef int items_left = 0          # to be visited


cdef void expose_items(PyObject *o) noexcept:
    """The __dict__ of each item of a container may be read when something takes them one by one."""
    global items_left
    if is_container(o) and Py_TYPE(o).tp_traverse != NULL:
        items_left = MAX_ITEMS_EXPOSED
        visit_items(o, NULL)


cdef int visit_items(PyObject *o, void *inner) noexcept:
    """The first items first, which the garbage collector of a list visits last."""
    cdef Py_ssize_t i
    if Py_TYPE(o) != &PyList_Type:
        return Py_TYPE(o).tp_traverse(o, item_exposed, inner)
    for i in range(Py_SIZE(o)):
        if item_exposed((<PyListObject *>o).ob_item[i], inner):
            return 1
    return 0


cdef int item_exposed(PyObject *o, void *inner) noexcept:
    """Expose an item; of more items than are looked at what is known is uncertain."""
    global items_left
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef Entry *e
    items_left -= 1
    if items_left < 0:
        return 1
    if is_heap(tp):
        if items_left >= MAX_ITEMS_EXPOSED - MAX_EXPOSED:
            expose_for(o, <PyObject *>NAME_DICT, True, EXPOSED_CREDIT)
            return 0
        e = table_find(o)
        if e != NULL and e.flags & E_SNAPPED:
            doubt_entry(e)
    elif inner == NULL and is_container(o) and tp.tp_traverse != NULL and not tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return visit_items(o, <void *>o)       # of a view, an iterator
    return 0


cdef void expose_for(PyObject *o, PyObject *name, bint later, int credit) noexcept:
    """Look at an object after each statement that calls something, until it has cost `credit` in vain."""
    global exposed_count, exposed_next
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef Entry *e
    cdef int i
    cdef bint grows, by_dict = name == <PyObject *>NAME_DICT
    cdef uint64_t frame = 0 if current == NULL else current.id
    cdef es_attrs a
    if by_dict:
        es_instance_attrs(o, &a)
        if (a.values == NULL and a.dict == NULL) or tp == &PyModule_Type or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
            return
    elif not is_container(o) or tp == &PyTuple_Type or tp == &PyModule_Type or tp.tp_flags & TPFLAGS_TYPE_SUBCLASS \
            or method_effect(tp, name) == EFFECT_NONE:
        return
    prepare(o, limit_depth)
    drain_pending()
    e = table_find(o)
    if e == NULL:
        return
    grows = tp == &PyList_Type and name == <PyObject *>NAME_APPEND
    for i in range(exposed_count):
        if exposed[i].oid == e.oid:
            exposed[i].grows = exposed[i].grows and grows
            exposed[i].by_dict = exposed[i].by_dict and by_dict
            exposed[i].frame = frame
            exposed[i].later = exposed[i].later or later
            if exposed[i].credit >= 0:
                exposed[i].credit = credit
            return
    i = exposed_count
    if i == MAX_EXPOSED:
        i = exposed_next
        exposed_next = (exposed_next + 1) % MAX_EXPOSED
        doubt(&exposed[i])
    else:
        exposed_count += 1
    exposed[i].object = o
    exposed[i].block = es_block(o)
    exposed[i].oid = e.oid
    exposed[i].grows = grows
    exposed[i].by_dict = by_dict
    exposed[i].frame = frame
    exposed[i].later = later
    exposed[i].credit = credit


cdef void doubt(Exposed *x) noexcept:
    """No longer looked at: what it holds is uncertain until something else tells."""
    cdef Entry *e = table_find_block(x.block)
    if e != NULL and e.oid == x.oid:
        doubt_entry(e)


cdef void exposing_over(uint64_t frame) noexcept:
    """A frame has ended, and with it the statement that reads a __dict__."""
    cdef int i
    for i in range(exposed_count):
        if exposed[i].frame == frame:
            exposed[i].frame = 0


cdef void check_exposed(bint over) noexcept:
    """Look at what is exposed, and forget what has died or is held by nobody else now.

    `over`: a statement of the current frame is.
    """
    global exposed_count, exposed_next
    cdef int i, kept = 0
    cdef size_t queued
    cdef Entry *e
    cdef PyObject *o
    cdef es_attrs a
    for i in range(exposed_count):
        e = table_find_block(exposed[i].block)
        if e == NULL or e.oid != exposed[i].oid:
            continue
        exposed[kept] = exposed[i]
        kept += 1
        o = exposed[i].object
        if exposed[i].grows:
            if <uint32_t>Py_SIZE(o) != e.size:
                appended(o)
            continue
        queued = pending_count
        examine(o)
        es_instance_attrs(o, &a)
        if a.dict != NULL and a.dict != o and PyDict_Check(a.dict) and table_find(a.dict) != NULL:
            examine(a.dict)
        if exposed[i].credit >= 0:
            if pending_count > queued:
                exposed[kept - 1].credit = EXPOSED_CREDIT
            elif exposed[i].credit < EXPOSED_LOOK:
                kept -= 1
                e = table_find(o)
                if e != NULL:
                    doubt_for_good(e)
                continue
            else:
                exposed[kept - 1].credit -= EXPOSED_LOOK
        if exposed[i].by_dict and not exposed[i].later and a.dict != NULL and es_references(a.dict) == 1 \
                and (exposed[i].frame == 0 or over and current != NULL and current.id == exposed[i].frame):
            kept -= 1            # nobody but the object itself has it any more
    if kept < exposed_count:
        exposed_count = kept
        exposed_next = 0


cdef void note_for(Frame *frame, PyObject *o, bint deep) noexcept:
    """Keep an object in mind for another frame than the running one."""
    cdef int before = note_count
    cdef Entry *e = table_find(o)
    cdef int i
    if frame == NULL:
        return
    for i in range(before - 1, max(before - 9, -1), -1):
        if e != NULL and notes[i].oid == e.oid and notes[i].frame == frame and notes[i].deep == deep \
                and notes[i].name == NULL and notes[i].key == NULL:
            notes[i].grows = False
            return
    note(o, NULL, deep)
    for i in range(before, note_count):
        if current != NULL:
            current.wants -= 1
        notes[i].frame = frame
        want(frame)


cdef void note_store(PyObject *o, PyObject *key, bint in_place) noexcept:
    """Like note, for a store to an item; under a key that cannot be looked up safely, the whole object."""
    cdef int before = note_count
    note(o, NULL, False)
    if note_count == before:
        return
    notes[before].in_place = in_place
    if safe_key(key, 0):
        Py_INCREF(key)
        notes[before].key = key
    else:
        notes[before].deep = in_place


cdef void take_notes(Frame *frame) noexcept:
    """Examine what was noted for this frame, if it is still alive."""
    global note_count, notes_taken
    notes_taken = True
    cdef int i, kept = 0
    cdef Note n
    cdef Entry *e
    for i in range(note_count):
        n = notes[i]
        if n.frame != frame and n.frame != NULL:
            notes[kept] = n
            kept += 1
            continue
        if n.frame == frame:
            frame.wants -= 1
        e = table_find_block(n.block)
        if e == NULL or e.oid != n.oid:
            if n.key != NULL:
                Py_DECREF(n.key)
            continue
        settle_note(&n)
        if n.key != NULL:
            Py_DECREF(n.key)
    note_count = kept


cdef inline bint take_only_note() noexcept:
    """Settle the one note of the current frame, if that is the last one made; False: nothing was done."""
    global note_count, notes_taken
    cdef Note n
    cdef Entry *e
    if current.wants != 1 or note_count == 0 or notes[note_count - 1].frame != current:
        return False
    note_count -= 1
    current.wants = 0
    notes_taken = True
    n = notes[note_count]
    e = table_find_block(n.block)
    if es_likely(e != NULL and e.oid == n.oid):
        settle_note(&n)
    if n.key != NULL:
        Py_DECREF(n.key)
    return True


cdef inline bint note_known(PyObject *o, Spec *spec, PyObject *key, bint in_place) noexcept:
    """Note a store to an object that is known, under an attribute's spec or a plain key; False: it takes more."""
    global note_count
    cdef Entry *e = table_find(o)
    cdef Note *n
    if es_unlikely(e == NULL or e.explored < limit_depth or note_count == 256 or current == NULL):
        return False
    n = &notes[note_count]
    n.object = o
    n.block = e.block
    n.oid = e.oid
    n.frame = current
    n.name = NULL if spec == NULL else spec.name
    n.spec = spec
    n.deep = False
    n.key = key
    if key != NULL:
        Py_INCREF(key)
    n.in_place = in_place
    n.grows = False
    note_count += 1
    want(current)
    return True


cdef void hand_notes_on(Frame *frame) noexcept:
    """A frame has ended unseen: what was noted for it is looked at when its caller's statement is over."""
    cdef Frame *caller = caller_of(frame)
    cdef int i
    for i in range(note_count):
        if notes[i].frame == frame:
            notes[i].frame = caller
            if caller != NULL:
                want(caller)


cdef void settle_note(Note *n) noexcept:
    """Examine the object of one note."""
    cdef PyObject *value
    cdef unsigned char *p
    cdef unsigned char *end
    if not n.in_place and (n.spec != NULL or n.key != NULL):
        p = reserve(64)
        if p == NULL:
            return
        if n.spec != NULL:
            end = attribute_told(n.spec, n.object, p)
        else:
            end = stored_item_told(n.object, n.key, False, p)
        if end != NULL:
            commit(p, end)
            return
    if n.name != NULL:
        attribute_stored(n.object, n.name)
        if n.in_place:
            value = raw_attr(n.object, n.name)
            if value != NULL:
                examine_operand(value)
            else:
                examine_returned()
    elif n.key != NULL:
        item_stored(n.object, n.key)
        if n.in_place:
            examine_item(n.object, n.key)
    elif n.deep:
        examine_deep(n.object)
        watch_given(n.object)
        keep_given(n.object)
    elif n.grows:
        appended(n.object)
    else:
        examine(n.object)


cdef void look_at_notes(Frame *frame, bint storing) noexcept:
    """Examine what was noted for a frame whose statement is not over; `storing`: it waits in a store.

    Behind a note of a store comes that store, unless the value is still to be computed (an augmented assignment).
    """
    cdef int i
    cdef Entry *e
    cdef bint stores
    for i in range(note_count):
        stores = notes[i].name != NULL or notes[i].key != NULL
        if notes[i].frame != frame or stores and notes[i].in_place and not storing:
            continue
        e = table_find_block(notes[i].block)
        if e != NULL and e.oid == notes[i].oid:
            settle_note(&notes[i])
            if stores and not storing:
                notes[i].oid = 0             # told


# Returned objects: where an attribute is read by code of the program, the object that it gives can be known only by
# what that code returned to the frame.

cdef struct Returned:
    PyObject *object
    void *block
    uint64_t oid
    Frame *frame
    uint64_t frame_id
    void *site              # of the statement that it was returned to

cdef enum:
    MAX_RETURNED = 16

cdef Returned returned[16]
cdef unsigned int returned_next = 0


cdef inline void keep_in_mind(PyObject *o) noexcept:
    """The frame that ends returns an object to its parent."""
    cdef Entry *e
    if not is_container(o):
        return
    if es_unlikely(current.outside):
        handed_out(o)
    e = table_find(o)
    if e != NULL and e.flags & E_SNAPPED:
        keep_known(o, e.oid)


cdef inline void keep_known(PyObject *o, uint64_t oid) noexcept:
    global returned_next
    cdef Returned *r = &returned[returned_next & (MAX_RETURNED - 1)]
    if current.parent == NULL:
        return
    r.object = o
    r.block = es_block(o)
    r.oid = oid
    r.frame = current.parent
    r.frame_id = current.parent.id
    r.site = current.parent.site
    returned_next += 1


cdef void given_back(Frame *f) noexcept:
    """Unknown code may have got what was returned to the statement of f that is being told of, or waits."""
    cdef unsigned int i
    cdef Entry *e
    for i in range(min(returned_next, MAX_RETURNED)):
        if returned[i].frame == f and f != NULL and returned[i].frame_id == f.id and returned[i].site == f.site and returned[i].oid:
            e = table_find_block(returned[i].block)
            if e != NULL and e.oid == returned[i].oid:
                examine_deep(returned[i].object)


cdef void examine_returned() noexcept:
    """Look at what was lately returned to the frame whose statement is being told of, and into what the statement got."""
    cdef Frame *f = waiting_frame if waiting_frame != NULL else current
    cdef uint64_t last = 0
    cdef int i
    cdef bint here
    cdef Entry *e
    for i in range(MAX_RETURNED):
        if returned[i].frame != f or f == NULL or returned[i].frame_id != f.id or not returned[i].oid:
            continue
        here = returned[i].site == f.site
        e = table_find_block(returned[i].block)
        if e == NULL or e.oid != returned[i].oid or here and e.oid == last:
            continue
        if here:
            last = e.oid
            examine_deep(returned[i].object)
        else:
            examine(returned[i].object)
