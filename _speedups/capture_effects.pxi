# What a statement may have changed: stores are recorded exactly, receivers and arguments of calls are
# examined according to what the callee is known to do.

cdef enum:
    EFFECT_NONE = 1        # changes nothing that is not recorded elsewhere
    EFFECT_RECEIVER = 2    # a builtin method that changes its receiver
    EFFECT_APPEND = 3      # list.append
    EFFECT_DEEP = 4        # unknown code: receiver and arguments, deeply
    EFFECT_ARGS = 5        # changes its arguments, not what they hold
    EFFECT_EXEC = 6        # may also rebind names of the namespace

cdef Buffer delta_buffer

cdef struct Volatile:
    PyObject *object
    uint64_t oid
    Py_ssize_t size

cdef Volatile volatiles[256]
cdef int volatile_count = 0


cdef void volatile_add(PyObject *o, uint64_t oid) noexcept:
    global volatile_count
    cdef int i
    for i in range(volatile_count):
        if volatiles[i].oid == oid:
            return
    if volatile_count == 256:
        event_u64(OP_ASOF, oid)
        return
    volatiles[volatile_count].object = o
    volatiles[volatile_count].oid = oid
    volatiles[volatile_count].size = PyDict_Size(o)
    volatile_count += 1
    attend(1)


cdef void volatile_forget(uint64_t oid) noexcept:
    global volatile_count, attention
    cdef int i
    for i in range(volatile_count):
        if volatiles[i].oid == oid:
            volatile_count -= 1
            attention -= 1
            volatiles[i] = volatiles[volatile_count]
            return


cdef void check_volatiles() noexcept:
    cdef int i
    cdef Entry *e
    for i in range(volatile_count):
        if PyDict_Size(volatiles[i].object) != volatiles[i].size:
            volatiles[i].size = PyDict_Size(volatiles[i].object)
            e = table_find(volatiles[i].object)
            if e != NULL and e.flags & E_SNAPPED and volatiles[i].size != <Py_ssize_t>e.size:
                queue_snapshot(volatiles[i].object, e.oid, e.explored)


cdef PyObject *attrs_get(PyObject *o, PyObject *name) noexcept:
    """An attribute from the instance's own dictionary or inline values; borrowed, NULL if absent."""
    cdef es_attrs a
    cdef Py_ssize_t i
    es_instance_attrs(o, &a)
    if a.values != NULL:
        for i in range(es_values_count(&a)):
            if es_values_key(&a, i) == name:
                return es_values_item(&a, i)
        return NULL
    if a.dict != NULL and PyDict_Check(a.dict):
        return dict_get_str(a.dict, name)
    return NULL


cdef bint default_getattribute(PyTypeObject *tp) noexcept:
    if tp.tp_getattro == PyObject_GenericGetAttr_ptr:
        return True
    return _PyType_Lookup(tp, <PyObject *>NAME_GETATTRIBUTE) == OBJECT_GETATTRIBUTE


cdef PyObject *raw_attr(PyObject *o, PyObject *name) noexcept:
    """What o.name gives, if that can be told without running code; borrowed, else NULL."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef PyObject *found
    cdef PyObject *value
    if tp == &PyModule_Type:
        return dict_get_str(<PyObject *>PyModule_GetDict(o), name)
    if tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        found = _PyType_Lookup(<PyTypeObject *>o, name)
        if found == NULL and tp != &PyType_Type and tp.tp_getattro == PyType_Type.tp_getattro:
            found = _PyType_Lookup(tp, name)     # an attribute of the metaclass
            if found != NULL and Py_TYPE(found) == &PyFunction_Type:
                return NULL
        if found == NULL:
            return NULL
        if Py_TYPE(found).tp_descr_get != NULL and Py_TYPE(found) != &PyFunction_Type:
            return NULL
        return found
    if not default_getattribute(tp):
        return NULL
    found = _PyType_Lookup(tp, name)
    if found != NULL:
        if Py_TYPE(found) == &PyMemberDescr_Type:
            return read_slot(o, found)
        if Py_TYPE(found).tp_descr_set != NULL:
            return <PyObject *>tp if found == OBJECT_CLASS else NULL
    value = attrs_get(o, name)
    if value != NULL:
        return value
    if found != NULL and Py_TYPE(found).tp_descr_get == NULL:
        return found
    return NULL


# Where an attribute of an instance was found, for the next instance of the same type in the same version.

cdef enum:
    A_ELSEWHERE = 0
    A_VALUE = 1          # among the inline values, at that index
    A_SLOT = 2           # in a slot, at that offset
    A_DICT = 3           # in the instance's dict, whose key of that index has the name

cdef struct Place:
    PyTypeObject *tp
    unsigned int version
    int kind
    Py_ssize_t at
    PyObject *name


cdef inline PyObject *placed_attr(PyObject *o, PyObject *name, Place *p) noexcept:
    """What raw_attr gives."""
    cdef PyObject *value = value_placed(o, p)
    return value if es_likely(value != NULL) else found_attr(o, name, p)


cdef inline PyObject *value_placed(PyObject *o, Place *p) noexcept:
    """An attribute of an instance, if its place is known; borrowed, else NULL."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    if es_likely(p.tp == tp and p.version == tp.tp_version_tag):
        if es_likely(p.kind == A_VALUE):
            return es_value_at(o, p.at)
        if p.kind == A_SLOT:
            return (<PyObject **>(<char *>o + p.at))[0]
        if p.kind == A_DICT:
            return es_attr_at(o, p.at, p.name)
    return NULL


cdef PyObject *found_attr(PyObject *o, PyObject *name, Place *p) noexcept:
    """What raw_attr gives, and where it was."""
    cdef PyObject *value = known_place(o, name, p)
    if value != NULL:
        return value
    if may_be_placed(o, p):
        find_place(o, name, p)
        value = value_placed(o, p)
    return value if value != NULL else raw_attr(o, name)


cdef inline bint may_be_placed(PyObject *o, Place *p) noexcept:
    """Whether to look for an attribute that was not where it was last found."""
    return p.tp != Py_TYPE(o) or p.version != p.tp.tp_version_tag or p.kind != A_ELSEWHERE


cdef struct KnownPlace:
    PyObject *name
    Place place

cdef KnownPlace known_places[256]


cdef inline KnownPlace *place_of(PyTypeObject *tp, PyObject *name) noexcept:
    return &known_places[(<size_t>tp >> 4 ^ <size_t>name >> 3) & 255]


cdef PyObject *known_place(PyObject *o, PyObject *name, Place *p) noexcept:
    """An attribute whose place in instances of this type another site knows; borrowed, else NULL."""
    cdef KnownPlace *k = place_of(Py_TYPE(o), name)
    cdef PyObject *value
    if k.name != name:
        return NULL
    value = value_placed(o, &k.place)
    if value != NULL:
        p[0] = k.place
    return value


cdef void find_place(PyObject *o, PyObject *name, Place *p) noexcept:
    """Keep where an attribute of an instance is stored, if it is stored in the instance itself."""
    cdef PyTypeObject *tp = Py_TYPE(o)
    cdef PyObject *found
    cdef PyMemberDescrObject *d
    cdef es_attrs a
    cdef Py_ssize_t i
    p.tp = NULL
    found = _PyType_Lookup(tp, name)
    if tp.tp_version_tag == 0:
        return
    p.tp = tp
    p.version = tp.tp_version_tag
    p.kind = A_ELSEWHERE
    if not is_heap(tp) or tp.tp_flags & (TPFLAGS_TYPE_SUBCLASS | TPFLAGS_DICT_SUBCLASS) or tp == &PyModule_Type \
            or not default_getattribute(tp):
        return
    if found != NULL and Py_TYPE(found) == &PyMemberDescr_Type:
        d = <PyMemberDescrObject *>found
        if d.d_member.type != T_OBJECT_EX or not PyType_IsSubtype(tp, d.d_common.d_type):
            return
        p.kind = A_SLOT
        p.at = d.d_member.offset
    elif found != NULL and Py_TYPE(found).tp_descr_set != NULL:
        return
    else:
        es_instance_attrs(o, &a)
        i = 0
        if a.values != NULL:
            p.kind = A_VALUE
            while i < es_values_count(&a) and es_values_key(&a, i) != name:
                i += 1
            if i == es_values_count(&a):
                i = -1
        else:
            p.kind = A_DICT
            i = es_key_index(a.dict, name) if a.dict != NULL and PyDict_Check(a.dict) else -1
        if i < 0:
            p.tp = NULL      # another instance may have it there
            return
        p.at = i
        p.name = name
    place_of(tp, name).name = name
    place_of(tp, name).place = p[0]


cdef inline PyObject *follow(PyObject *root, Path *path) noexcept:
    """The object at root.path; NULL when it cannot be told without running code."""
    cdef int i
    for i in range(path.n):
        if root == NULL:
            return NULL
        root = placed_attr(root, path.names[i], &path.places[i])
    return root


cdef PyObject *read_slot(PyObject *o, PyObject *member) noexcept:
    cdef PyMemberDescrObject *d = <PyMemberDescrObject *>member
    if d.d_member.type != T_OBJECT_EX or not PyType_IsSubtype(Py_TYPE(o), d.d_common.d_type):
        return NULL
    return (<PyObject **>(<char *>o + d.d_member.offset))[0]


cdef bint is_recorded_code(PyObject *code) noexcept:
    """Whether a code object was rewritten: then one of its constants is a site."""
    cdef PyObject *consts = (<PyCodeObject *>code).co_consts
    cdef Py_ssize_t i
    for i in range(PyTuple_GET_SIZE(consts)):
        if is_site(PyTuple_GET_ITEM(consts, i)):
            return True
    return False


cdef bint in_list(const char *name, const char *names) noexcept:
    """Whether ' name ' occurs in a space separated list."""
    cdef size_t n = strlen(name)
    cdef const char *p = names
    while True:
        p = strstr(p, name)
        if p == NULL:
            return False
        if (p - 1)[0] == c' ' and p[n] == c' ':
            return True
        p += 1


cdef const char *PURE_LIST = b"  index count copy __len__ __getitem__ __contains__ __iter__ __eq__ "
cdef const char *PURE_DICT = b"  get keys values items copy __len__ __getitem__ __contains__ __iter__ most_common elements total "
cdef const char *PURE_SET = (b"  copy union intersection difference symmetric_difference issubset issuperset "
                             b"isdisjoint __contains__ ")
cdef const char *PURE_MODULES = (b"  math cmath time zlib binascii posix sys _random _locale _codecs unicodedata "
                                 b"_hashlib _md5 _sha1 _sha2 _sha256 _sha512 _blake2 marshal _json errno _string "
                                 b"_stat _datetime itertools _statistics ")
cdef const char *IMPURE_BUILTINS = b"  setattr delattr next exec eval __import__ vars "


cdef int method_effect(PyTypeObject *tp, PyObject *name) noexcept:
    """What calling the method `name` of an instance of tp does."""
    cdef const char *n = PyUnicode_AsUTF8(name)
    cdef PyObject *found
    cdef PyTypeObject *owner
    if n == NULL:
        PyErr_Clear()
        return EFFECT_DEEP
    if tp == &PyList_Type:
        if strcmp(n, b"append") == 0:
            return EFFECT_APPEND
        return EFFECT_NONE if in_list(n, PURE_LIST) else EFFECT_RECEIVER
    if tp == &PyDict_Type:
        return EFFECT_NONE if in_list(n, PURE_DICT) else EFFECT_RECEIVER
    if tp == &PySet_Type or tp == &PyFrozenSet_Type:
        return EFFECT_NONE if in_list(n, PURE_SET) else EFFECT_RECEIVER
    if not is_heap(tp) and (tp.tp_flags & TPFLAGS_DICT_SUBCLASS or base_named(tp, b"collections.deque")):
        if strcmp(n, b"append") == 0:
            return EFFECT_APPEND
        return EFFECT_NONE if in_list(n, PURE_DICT) or in_list(n, PURE_LIST) else EFFECT_RECEIVER
    if tp == &PyGen_Type or tp == &PyCoro_Type:
        return EFFECT_RECEIVER
    if base_named(tp, b"_io._IOBase") and is_fixed_type(tp):
        if strcmp(n, b"close") == 0 or strcmp(n, b"__exit__") == 0 or strcmp(n, b"detach") == 0:
            return EFFECT_DEEP
        return EFFECT_ARGS if strncmp(n, b"readinto", 8) == 0 else EFFECT_RECEIVER
    found = _PyType_Lookup(tp, name)
    if found == NULL or es_unlikely(hidden_count) and is_hidden(tp, name):
        return EFFECT_DEEP
    if Py_TYPE(found) == &PyFunction_Type:
        return EFFECT_NONE if is_recorded_code((<PyFunctionObject *>found).func_code) else EFFECT_DEEP
    if Py_TYPE(found) == &PyStaticMethod_Type or Py_TYPE(found) == &PyClassMethod_Type:
        found = wrapped_function(found)
        if found != NULL and Py_TYPE(found) == &PyFunction_Type \
                and is_recorded_code((<PyFunctionObject *>found).func_code):
            return EFFECT_NONE
        return EFFECT_DEEP
    if Py_TYPE(found) == &PyMethodDescr_Type:
        owner = (<PyDescrObject *>found).d_type
        if strcmp(n, b"append") == 0 and (owner == &PyList_Type or strcmp(owner.tp_name, b"collections.deque") == 0):
            return EFFECT_APPEND
        if owner != tp and owner != NULL and (owner == &PyList_Type or owner == &PyDict_Type or owner == &PySet_Type
                                              or strcmp(owner.tp_name, b"collections.deque") == 0):
            return method_effect_of_base(owner, n)
    return EFFECT_DEEP


cdef int method_effect_of_base(PyTypeObject *owner, const char *n) noexcept:
    if in_list(n, PURE_LIST) or in_list(n, PURE_DICT) or in_list(n, PURE_SET):
        return EFFECT_NONE
    return EFFECT_RECEIVER


cdef bint is_heap(PyTypeObject *tp) noexcept:
    return (tp.tp_flags & TPFLAGS_HEAPTYPE) != 0


cdef PyObject *wrapped_function(PyObject *o) noexcept:
    """__func__ of a staticmethod or classmethod; borrowed."""
    cdef PyObject *f = PyObject_GetAttr_ptr(o, <PyObject *>NAME_FUNC)
    if f == NULL:
        PyErr_Clear()
        return NULL
    Py_DECREF(f)
    return f


cdef int class_effect(PyTypeObject *tp) noexcept:
    """What calling a class does to its arguments."""
    cdef PyObject *init
    cdef PyObject *new
    if Py_TYPE(<PyObject *>tp) != &PyType_Type and Py_TYPE(<PyObject *>tp).tp_call != PyType_Type.tp_call:
        return EFFECT_DEEP
    if not is_heap(tp):
        return EFFECT_NONE if tp.tp_flags & TPFLAGS_BASE_EXC_SUBCLASS or tp_is_builtin(tp) and tp != &PyType_Type \
            else EFFECT_DEEP
    init = _PyType_Lookup(tp, <PyObject *>NAME_INIT)
    new = _PyType_Lookup(tp, <PyObject *>NAME_NEW)
    if init != NULL and Py_TYPE(init) == &PyFunction_Type and not is_recorded_code((<PyFunctionObject *>init).func_code):
        return EFFECT_DEEP
    if new != NULL and Py_TYPE(new) == &PyStaticMethod_Type:
        new = wrapped_function(new)
        if new == NULL or Py_TYPE(new) != &PyFunction_Type or not is_recorded_code((<PyFunctionObject *>new).func_code):
            return EFFECT_DEEP
    return EFFECT_NONE


cdef bint tp_is_builtin(PyTypeObject *tp) noexcept:
    """Builtin types copy or read what they are given (iterators among the arguments are advanced)."""
    return strchr(tp.tp_name, c'.') == NULL or base_named(tp, b"collections.deque")


cdef int callee_effect(PyObject *f) noexcept:
    """What calling this value does to its arguments."""
    cdef PyTypeObject *tp = Py_TYPE(f)
    cdef PyObject *self
    cdef const char *module
    cdef PyCFunctionObject *c
    if tp == &PyFunction_Type:
        return EFFECT_NONE if is_recorded_code((<PyFunctionObject *>f).func_code) else EFFECT_DEEP
    if tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        return class_effect(<PyTypeObject *>f)
    if tp == &PyMethod_Type:
        self = (<PyMethodObject *>f).im_func
        if Py_TYPE(self) == &PyFunction_Type and is_recorded_code((<PyFunctionObject *>self).func_code):
            return EFFECT_NONE
        return EFFECT_DEEP
    if tp == &PyCFunction_Type:
        c = <PyCFunctionObject *>f
        self = c.m_module
        if self == NULL or Py_TYPE(self) != &PyUnicode_Type:
            return EFFECT_RECEIVER if c.m_self != NULL else EFFECT_DEEP
        module = PyUnicode_AsUTF8(self)
        if module == NULL:
            PyErr_Clear()
            return EFFECT_DEEP
        if strcmp(module, b"builtins") == 0:
            if strcmp(c.m_ml.ml_name, b"exec") == 0 or strcmp(c.m_ml.ml_name, b"eval") == 0:
                return EFFECT_EXEC
            return EFFECT_DEEP if in_list(c.m_ml.ml_name, IMPURE_BUILTINS) else EFFECT_NONE
        if strcmp(module, b"_heapq") == 0 or strcmp(module, b"_bisect") == 0:
            return EFFECT_ARGS
        return EFFECT_NONE if in_list(module, PURE_MODULES) else EFFECT_DEEP
    if is_heap(tp):
        return method_effect(tp, <PyObject *>NAME_CALL)
    return EFFECT_DEEP


cdef int super_effect(PyObject *proxy, PyObject *name) noexcept:
    """What super().name() does: the method found behind the given class in the order of resolution."""
    cdef PyTypeObject *of = es_super_of(proxy)
    cdef PyObject *mro
    cdef PyTypeObject *base
    cdef PyObject *found = NULL
    cdef Py_ssize_t i, n
    cdef bint behind = False
    if of == NULL or of.tp_mro == NULL:
        return EFFECT_DEEP
    mro = of.tp_mro
    n = PyTuple_GET_SIZE(mro)
    for i in range(n):
        base = <PyTypeObject *>PyTuple_GET_ITEM(mro, i)
        if behind:
            if not is_heap(base):
                if base == &PyBaseObject_Type:
                    return EFFECT_NONE
                return EFFECT_DEEP if base == &PyType_Type else EFFECT_RECEIVER
            found = dict_get_str(base.tp_dict, name)
            if found != NULL:
                break
        elif base == es_super_after(proxy):
            behind = True
    if found == NULL:
        return EFFECT_DEEP
    if Py_TYPE(found) == &PyStaticMethod_Type or Py_TYPE(found) == &PyClassMethod_Type:
        found = wrapped_function(found)
    if found != NULL and Py_TYPE(found) == &PyFunction_Type \
            and is_recorded_code((<PyFunctionObject *>found).func_code):
        return EFFECT_NONE
    return EFFECT_DEEP


cdef void function_ran(PyObject *f) noexcept:
    """A function that is not recorded was called: its closure, its attributes and its module's variables may be changed."""
    cdef PyFunctionObject *function = <PyFunctionObject *>f
    cdef Py_ssize_t i
    if function.func_dict != NULL:
        examine_deep(f)
    if function.func_closure != NULL:
        for i in range(PyTuple_GET_SIZE(function.func_closure)):
            examine_deep(PyTuple_GET_ITEM(function.func_closure, i))
    if table_find(function.func_globals) != NULL:
        examine_deep(function.func_globals)
    examine_namespace(function.func_globals)


cdef inline void write_delta(PyObject *owner, Entry *e, unsigned int op, PyObject *key, PyObject *value) noexcept:
    """One exact change: op oid [key] value. Strings and objects named in it are made known first."""
    cdef unsigned char *p
    cdef uint64_t oid = e.oid
    cdef bint joined = e.joined
    global tuple_budget
    tuple_budget = 4096
    if key != NULL and op != OP_SETATTR and op != OP_DELATTR:
        prepare(key, limit_depth - 1)
    if value != NULL:
        prepare(value, limit_depth - 1)
    delta_buffer.size = 0
    p = grow(&delta_buffer, 16)
    if p == NULL:
        return
    p[0] = <unsigned char>op
    put_u64(p + 1, oid)
    delta_buffer.size = 9
    if op == OP_SETATTR or op == OP_DELATTR:
        put_u32(p + 9, text_id(key, False))
        delta_buffer.size = 13
    elif key != NULL:
        put_value(&delta_buffer, key, limit_depth - 1)
    if value != NULL:
        put_value(&delta_buffer, value, limit_depth - 1)
    write_buffer(&delta_buffer)
    if es_unlikely(doubted_count) and is_doubted(oid):
        event_u64(OP_ASOF, oid)
    if es_unlikely(joined) and value != NULL:
        join(value)
        if op == OP_SETITEM:
            join(key)


cdef void attribute_stored(PyObject *o, PyObject *name) noexcept:
    cdef PyTypeObject *tp
    cdef PyObject *found
    cdef PyObject *value = NULL
    cdef Entry *e
    if o == NULL:
        return
    tp = Py_TYPE(o)
    if tp == &PyModule_Type:
        module_attribute(o, name)
        return
    if tp.tp_flags & TPFLAGS_TYPE_SUBCLASS:
        class_stored(<PyTypeObject *>o, name)
        return
    if es_unlikely(es_is_proxy(o)):
        attribute_stored(es_weak_referent(o), name)
        return
    e = table_find(o)
    if e == NULL or not e.flags & E_SNAPPED:
        prepare(o, limit_depth)
        return
    found = _PyType_Lookup(tp, name)
    if found != NULL and Py_TYPE(found) == &PyMemberDescr_Type:
        value = read_slot(o, found)
    elif found != NULL and Py_TYPE(found).tp_descr_set != NULL:
        examine_deep(o)
        if name == <PyObject *>NAME_DICT:
            expose(o, name)      # others may have the same
        return
    else:
        value = attrs_get(o, name)
        if value != NULL:
            may_shadow(tp, name, value)
    if value == NULL or is_own_dict(o) or tp == &PyFunction_Type and (<PyFunctionObject *>o).func_closure != NULL:
        examine(o)
        return
    e.flags |= E_DIRTY
    write_delta(o, e, OP_SETATTR, name, value)


cdef inline bint is_own_dict(PyObject *o) noexcept:
    """Whether a dict's items are its attributes (`self.__dict__ = self`)."""
    cdef es_attrs a
    if not Py_TYPE(o).tp_flags & TPFLAGS_DICT_SUBCLASS:
        return False
    es_instance_attrs(o, &a)
    return a.dict == o


cdef void attribute_deleted(PyObject *o, PyObject *name) noexcept:
    cdef Entry *e
    if o == NULL:
        return
    if Py_TYPE(o) == &PyModule_Type:
        module_attribute(o, name)
        return
    if Py_TYPE(o).tp_flags & TPFLAGS_TYPE_SUBCLASS:
        class_stored(<PyTypeObject *>o, name)
        return
    if es_is_proxy(o):
        attribute_deleted(es_weak_referent(o), name)
        return
    e = table_find(o)
    if e == NULL or not e.flags & E_SNAPPED:
        prepare(o, limit_depth)
        return
    examine(o)


cdef void send_size(Entry *e, uint64_t n) noexcept:
    cdef unsigned char *p = reserve(17)
    if p == NULL:
        return
    p[0] = OP_SIZE
    commit(p, put_u64(put_u64(p + 1, e.oid), n))


cdef void item_stored(PyObject *o, PyObject *key) noexcept:
    """o[key] was stored: record that item, or the whole object where the item cannot be read safely."""
    cdef PyTypeObject *tp
    cdef Entry *e
    cdef int64_t i
    cdef Py_ssize_t n
    cdef PyObject *value
    cdef PyObject *index
    cdef ModuleData *module
    if o == NULL:
        return
    tp = Py_TYPE(o)
    if es_unlikely(es_is_proxy(o)):
        item_stored(es_weak_referent(o), key)
        return
    if es_unlikely(shown_count):
        module = shown_module(o)
        if module != NULL and Py_TYPE(key) == &PyUnicode_Type:
            variable_stored(module, o, key)
    e = table_find(o)
    if e == NULL or not e.flags & E_SNAPPED:
        prepare(o, limit_depth)
        return
    if tp == &PyList_Type and Py_TYPE(key) == &PyLong_Type and es_int_small(key, &i):
        n = Py_SIZE(o)
        if <uint32_t>n == e.size:
            if i < 0:
                i += n
            if 0 <= i < n:
                list_item(o, e, i)
                return
    elif tp.tp_flags & TPFLAGS_DICT_SUBCLASS and e.flags & E_SAFE_KEYS and safe_key(key, 0) \
            and (not is_heap(tp) or method_effect(tp, <PyObject *>NAME_SETITEM) != EFFECT_DEEP and not is_own_dict(o)):
        value = PyDict_GetItemWithError(o, key)
        n = PyDict_Size(o)
        if value != NULL and (<uint32_t>n == e.size or <uint32_t>n == e.size + 1):
            e.flags |= E_DIRTY
            e.size = <uint32_t>n
            if e.flags & E_CUT:
                send_size(e, n)
            write_delta(o, e, OP_SETITEM, key, value)
            return
    elif Py_TYPE(key) == &PyLong_Type and es_int_small(key, &i) and i >= <int64_t>limit_items and is_array(tp):
        if view_count or owner_count:
            memory_touched(o)
        return                   # only the head of an array is ever shown
    elif is_heap(tp) and method_effect(tp, <PyObject *>NAME_SETITEM) != EFFECT_NONE:
        examine_deep(o)
        return
    examine(o)


cdef void list_item(PyObject *o, Entry *e, int64_t i) noexcept:
    global tuple_budget
    cdef PyObject *value = (<PyListObject *>o).ob_item[i]
    cdef uint64_t oid = e.oid
    cdef unsigned char *p
    cdef unsigned char *end
    cdef bint joined = e.joined
    e.flags |= E_DIRTY
    p = reserve(40)
    if p == NULL:
        return
    p[0] = OP_SETITEM
    put_u64(p + 1, oid)
    p[9] = V_INT64
    memcpy(p + 10, &i, 8)
    end = put_fast(p + 18, value, limit_depth - 1)
    if es_likely(end != NULL):
        commit(p, end)
        if es_unlikely(doubted_count) and is_doubted(oid):
            event_u64(OP_ASOF, oid)
        if es_unlikely(joined):
            join(value)
        return
    prepare(value, limit_depth - 1)
    tuple_budget = 4096
    delta_buffer.size = 0
    p = grow(&delta_buffer, 32)
    if p == NULL:
        return
    p[0] = OP_SETITEM
    put_u64(p + 1, oid)
    p[9] = V_INT64
    memcpy(p + 10, &i, 8)
    delta_buffer.size = 18
    put_value(&delta_buffer, value, limit_depth - 1)
    write_buffer(&delta_buffer)
    if es_unlikely(doubted_count) and is_doubted(oid):
        event_u64(OP_ASOF, oid)
    if es_unlikely(joined):
        join(value)


cdef void appended(PyObject *o) noexcept:
    cdef Entry *e = table_find(o)
    cdef Py_ssize_t n = Py_SIZE(o)
    if not Py_TYPE(o).tp_flags & TPFLAGS_LIST_SUBCLASS:
        mutated(o, M_APPEND, NULL, False)
        return
    if e == NULL or not e.flags & E_SNAPPED:
        prepare(o, limit_depth)
        return
    if <uint32_t>n == e.size + 1:
        e.size = <uint32_t>n
        e.flags |= E_DIRTY
        if n > <Py_ssize_t>limit_items:
            e.flags |= E_CUT
        write_delta(o, e, OP_APPEND, NULL, (<PyListObject *>o).ob_item[n - 1])
        return
    examine(o)


cdef void apply_effect(int effect, PyObject *receiver) noexcept:
    if receiver == NULL:
        return
    if effect == EFFECT_RECEIVER or effect == EFFECT_ARGS:
        examine(receiver)
    elif effect == EFFECT_APPEND:
        appended(receiver)
    elif effect == EFFECT_DEEP:
        examine_deep(receiver)
