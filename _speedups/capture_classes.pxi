# Classes: where their instances keep what lies in slots, and what is done when a class changes under its instances.

cdef set kept_names = set()          # keeps slot names alive
cdef TypeInfo **slotted = NULL       # classes of which instances have, or had, slots
cdef int slotted_count = 0, slotted_capacity = 0

cdef struct Watched:
    PyTypeObject *tp
    unsigned int version         # when its attributes were last looked at

cdef Watched *watched = NULL     # classes whose attributes are in the recording
cdef int watched_count = 0, watched_capacity = 0
cdef bint classes_doubted = False    # since they were last looked at
cdef int joined_classes = 0      # so many of them are joined
cdef enum:
    MANY_CLASSES = 256           # that are always looked at


cdef void find_slots(TypeInfo *info) noexcept:
    """The slots of a class and its bases under the names that lead to them now.

    One whose descriptor was replaced, or lies behind an attribute of a class, has no name. Behind a property it keeps
    its own, as what lies in a `__dict__` does.
    """
    cdef PyTypeObject *base
    cdef PyObject *mro = info.tp.tp_mro
    cdef PyObject *key
    cdef PyObject *value
    cdef PyObject *found
    cdef Py_ssize_t i, pos
    cdef PyMemberDescrObject *d
    cdef int capacity = info.nslots
    info.nslots = 0
    if is_fixed_type(info.tp) or mro == NULL or not PyTuple_CheckExact(mro):
        return
    for i in range(PyTuple_GET_SIZE(mro)):
        base = <PyTypeObject *>PyTuple_GET_ITEM(mro, i)
        if not Py_TYPE(<PyObject *>base).tp_flags & TPFLAGS_TYPE_SUBCLASS or is_fixed_type(base) or base.tp_dict == NULL:
            continue
        pos = 0
        while PyDict_Next(base.tp_dict, &pos, &key, &value):
            if Py_TYPE(value) != &PyMemberDescr_Type or Py_TYPE(key) != &PyUnicode_Type:
                continue
            d = <PyMemberDescrObject *>value
            if d.d_member.type != T_OBJECT_EX and d.d_member.type != T_OBJECT \
                    or not PyType_IsSubtype(info.tp, d.d_common.d_type):
                continue
            found = _PyType_Lookup(info.tp, key)
            if found != value and (found == NULL or Py_TYPE(found) == &PyMemberDescr_Type
                                   or Py_TYPE(found).tp_descr_set == NULL):
                continue
            if info.nslots == capacity:
                capacity = capacity * 2 + 4
                info.slots = <Slot *>realloc(info.slots, capacity * sizeof(Slot))
                if info.slots == NULL:
                    info.nslots = 0
                    return
            kept_names.add(<object>key)
            info.slots[info.nslots].name = key
            info.slots[info.nslots].offset = d.d_member.offset
            info.nslots += 1
    info.version = info.tp.tp_version_tag


cdef bint has_foreign_base(PyTypeObject *tp) noexcept:
    cdef PyObject *mro = tp.tp_mro
    cdef PyTypeObject *base
    cdef PyObject *module
    cdef Py_ssize_t i
    if is_fixed_type(tp) or mro == NULL or not PyTuple_CheckExact(mro):
        return False
    for i in range(PyTuple_GET_SIZE(mro)):
        base = <PyTypeObject *>PyTuple_GET_ITEM(mro, i)
        if not Py_TYPE(<PyObject *>base).tp_flags & TPFLAGS_TYPE_SUBCLASS or is_fixed_type(base):
            continue
        module = dict_get_str(base.tp_dict, <PyObject *>NAME_MODULE)
        if module != NULL and Py_TYPE(module) == &PyUnicode_Type:
            module = dict_get_str(PyImport_GetModuleDict(), module)
        if module == NULL or Py_TYPE(module) != &PyModule_Type or module_of(PyModule_GetDict(module)) == NULL:
            return True
    return False


cdef void remember_slotted(TypeInfo *info) noexcept:
    global slotted, slotted_count, slotted_capacity
    if slotted_count == slotted_capacity:
        slotted_capacity = slotted_capacity * 2 + 32
        slotted = <TypeInfo **>realloc(slotted, slotted_capacity * sizeof(TypeInfo *))
        if slotted == NULL:
            slotted_count = slotted_capacity = 0
            return
    slotted[slotted_count] = info
    slotted_count += 1


cdef unsigned int class_version(PyTypeObject *tp) noexcept:
    """A number that changes with the class and its bases; 0 when the interpreter has none left."""
    if tp.tp_version_tag == 0:
        _PyType_Lookup(tp, <PyObject *>NAME_MODULE)      # gives it one
    return tp.tp_version_tag


cdef void watch_class(PyTypeObject *tp) noexcept:
    """Notice from now on what code that is not recorded stores in a class."""
    global watched, watched_count, watched_capacity
    cdef int i
    if not is_heap(tp) or type_info(tp) == NULL:         # which tells of its death
        return
    for i in range(watched_count):
        if watched[i].tp == tp:
            return
    if watched_count == watched_capacity:
        watched_capacity = watched_capacity * 2 + 32
        watched = <Watched *>realloc(watched, watched_capacity * sizeof(Watched))
        if watched == NULL:
            watched_count = watched_capacity = 0
            return
    watched[watched_count].tp = tp
    watched[watched_count].version = class_version(tp)
    watched_count += 1


cdef void look_at_classes() noexcept:
    """Code that is not recorded has run: look at the classes that are not what they were."""
    global allowance, classes_doubted
    cdef PyTypeObject *tp
    cdef int i
    if watched_count > MANY_CLASSES:
        if not affordable():
            doubt_classes()
            return
        allowance -= watched_count
    for i in range(watched_count):
        tp = watched[i].tp
        if es_unlikely(tp.tp_version_tag == 0 or tp.tp_version_tag != watched[i].version) or classes_doubted:
            watched[i].version = class_version(tp)
            examine(<PyObject *>tp)
            look_at_attributes(tp)
    classes_doubted = False


cdef void look_at_attributes(PyTypeObject *tp) noexcept:
    """Code that is not recorded has stored in a class: it may have changed what the class holds, too."""
    cdef Py_ssize_t pos = 0
    cdef PyObject *key
    cdef PyObject *value
    while tp.tp_dict != NULL and PyDict_Next(tp.tp_dict, &pos, &key, &value):
        if is_plain_container(value) and table_find(value) != NULL:
            examine(value)


cdef void doubt_classes() noexcept:
    """There are too many classes to look at each time: mark them as uncertain."""
    global classes_doubted, joined_classes
    cdef int i
    classes_doubted = True
    for i in range(joined_classes, watched_count):
        join(<PyObject *>watched[i].tp)
    joined_classes = watched_count
    doubt_joined()


cdef void forget_classes() noexcept:
    """For another recording in the same process."""
    global classes_doubted, joined_classes
    classes_doubted = False
    joined_classes = 0


cdef void class_died(TypeInfo *info) noexcept:
    global slotted_count, watched_count, joined_classes
    cdef int i
    memset(recent_types, 0, sizeof(recent_types))
    for i in range(watched_count):
        if watched[i].tp == info.tp:
            watched_count -= 1
            watched[i] = watched[watched_count]
            joined_classes = min(joined_classes, i)
            break
    for i in range(slotted_count):
        if slotted[i] == info:
            slotted_count -= 1
            slotted[i] = slotted[slotted_count]
            return


cdef uint64_t slots_print(TypeInfo *info) noexcept:
    cdef uint64_t found = 0
    cdef int i
    for i in range(info.nslots):
        found = mix(found + <uint64_t>info.slots[i].name) + <uint64_t>info.slots[i].offset
    return found


cdef bint is_slot_of(TypeInfo *info, PyObject *name) noexcept:
    cdef int i
    for i in range(info.nslots):
        if info.slots[i].name == name:
            return True
    return False


cdef void look_at_slots(PyObject *name) noexcept:
    """Find the slots anew of classes that have changed; `name`: what was given a plain value in some class, NULL: anything."""
    cdef TypeInfo *info
    cdef uint64_t before
    cdef int i
    for i in range(slotted_count):
        info = slotted[i]
        if info.version and info.version == info.tp.tp_version_tag or name != NULL and not is_slot_of(info, name):
            continue
        before = slots_print(info)
        find_slots(info)
        if slots_print(info) != before:
            record_instances(info.tp)


cdef void record_instances(PyTypeObject *tp) noexcept:
    """All known instances of a class show something else than before."""
    cdef size_t i
    cdef PyObject *o
    for i in range(table_mask + 1):
        if table[i].block != NULL and (table[i].flags & (E_SNAPPED | E_LONG)) == E_SNAPPED:
            o = <PyObject *>(<char *>table[i].block + 16 * table[i].place)
            if Py_TYPE(o) == tp:
                table[i].flags |= E_DIRTY
                queue_snapshot(o, table[i].oid, table[i].explored)


cdef void look_at_name(PyTypeObject *tp, Entry *e) noexcept:
    """Write a class, known as a type, anew if it has another name now."""
    cdef TypeInfo *info = type_infos[e.size]
    if info.qualname != (<PyHeapTypeObject *>tp).ht_qualname and is_heap(tp):
        write_type(info)
        record_instances(tp)


cdef void class_stored(PyTypeObject *tp, PyObject *name) noexcept:
    """An attribute of a class was stored or deleted."""
    cdef PyObject *value = dict_get_str(tp.tp_dict, name)
    cdef Entry *e = table_find(<PyObject *>tp)
    if slotted_count:
        look_at_slots(NULL if value == NULL or Py_TYPE(value).tp_descr_set != NULL else name)
    if e == NULL or not e.flags & E_SNAPPED:
        prepare(<PyObject *>tp, limit_depth)
    elif value != NULL and is_shown_of_class(name, value):
        e.flags |= E_DIRTY
        write_delta(<PyObject *>tp, e, OP_SETATTR, name, value)
    else:
        examine(<PyObject *>tp)
