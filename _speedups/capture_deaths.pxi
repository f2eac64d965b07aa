# Deaths of instances of extension types: some keep freed memory for their next instance, unseen by the allocator (Cython's
# freelist). Their deallocators are gone through, each by a function of its own.

cdef extern from *:
    """
    #define ES_DEALLOCS 64
    static destructor es_ext_plain[ES_DEALLOCS];
    static int es_ext_count = 0;
    static void (*es_ext_death)(PyObject *) = NULL;
    #define ES_DEALLOC(i) static void es_ext_dealloc_##i(PyObject *o) { es_ext_death(o); es_ext_plain[i](o); }
    #define ES_DEALLOC_8(a, b, c, d, e, f, g, h) ES_DEALLOC(a) ES_DEALLOC(b) ES_DEALLOC(c) ES_DEALLOC(d) \
        ES_DEALLOC(e) ES_DEALLOC(f) ES_DEALLOC(g) ES_DEALLOC(h)
    ES_DEALLOC_8(0, 1, 2, 3, 4, 5, 6, 7)
    ES_DEALLOC_8(8, 9, 10, 11, 12, 13, 14, 15)
    ES_DEALLOC_8(16, 17, 18, 19, 20, 21, 22, 23)
    ES_DEALLOC_8(24, 25, 26, 27, 28, 29, 30, 31)
    ES_DEALLOC_8(32, 33, 34, 35, 36, 37, 38, 39)
    ES_DEALLOC_8(40, 41, 42, 43, 44, 45, 46, 47)
    ES_DEALLOC_8(48, 49, 50, 51, 52, 53, 54, 55)
    ES_DEALLOC_8(56, 57, 58, 59, 60, 61, 62, 63)
    #define ES_NAMES_8(a, b, c, d, e, f, g, h) es_ext_dealloc_##a, es_ext_dealloc_##b, es_ext_dealloc_##c, \
        es_ext_dealloc_##d, es_ext_dealloc_##e, es_ext_dealloc_##f, es_ext_dealloc_##g, es_ext_dealloc_##h
    static const destructor es_ext_deallocs[ES_DEALLOCS] = {
        ES_NAMES_8(0, 1, 2, 3, 4, 5, 6, 7),
        ES_NAMES_8(8, 9, 10, 11, 12, 13, 14, 15),
        ES_NAMES_8(16, 17, 18, 19, 20, 21, 22, 23),
        ES_NAMES_8(24, 25, 26, 27, 28, 29, 30, 31),
        ES_NAMES_8(32, 33, 34, 35, 36, 37, 38, 39),
        ES_NAMES_8(40, 41, 42, 43, 44, 45, 46, 47),
        ES_NAMES_8(48, 49, 50, 51, 52, 53, 54, 55),
        ES_NAMES_8(56, 57, 58, 59, 60, 61, 62, 63),
    };
    /* Once per type. A deallocator that asks whether it is the type's own would not run a finalizer any more: such are left. */
    static void es_see_deaths(PyTypeObject *tp, void (*fn)(PyObject *)) {
        if (es_ext_count == ES_DEALLOCS || tp->tp_dealloc == NULL || tp->tp_finalize != NULL || tp->tp_del != NULL) return;
        for (int i = 0; i < es_ext_count; i++)
            if (tp->tp_dealloc == es_ext_deallocs[i]) return;
        es_ext_death = fn;
        es_ext_plain[es_ext_count] = tp->tp_dealloc;
        tp->tp_dealloc = es_ext_deallocs[es_ext_count++];
    }
    static inline int es_same_dealloc(PyTypeObject *a, PyTypeObject *b) { return a->tp_dealloc == b->tp_dealloc; }
    """
    void es_see_deaths(PyTypeObject *tp, void (*fn)(PyObject *) noexcept) noexcept
    bint es_same_dealloc(PyTypeObject *a, PyTypeObject *b) noexcept

cdef const char *SETTLED_PACKAGES = b"  builtins numpy torch escope_tui "     # whose types keep no freed memory
cdef frozenset STDLIB = stdlib_module_names


cdef bint is_stdlib(PyTypeObject *tp) noexcept:
    """Whether a type in C belongs to the interpreter, its library, or a package that is known to keep no freed memory."""
    cdef const char *dot = strchr(tp.tp_name, c'.')
    cdef char package[64]
    cdef PyObject *name
    cdef bint found
    if dot == NULL or dot - tp.tp_name > 60:
        return True
    memcpy(package, tp.tp_name, dot - tp.tp_name)
    package[dot - tp.tp_name] = 0
    if in_list(package, SETTLED_PACKAGES):
        return True
    name = PyUnicode_FromString_ptr(package)
    if name == NULL:
        PyErr_Clear()
        return True
    found = <object>name in STDLIB
    Py_DECREF(name)
    return found


cdef void watch_extension(PyTypeObject *tp) noexcept:
    """See the deaths of instances of a type, if it is one in C of a third party, or is built on one."""
    while tp != NULL and es_same_dealloc(tp, <PyTypeObject *>_Unrecorded):
        tp = tp.tp_base
    if tp != NULL and not tp.tp_flags & TPFLAGS_TYPE_SUBCLASS and not is_stdlib(tp):
        es_see_deaths(tp, on_dealloc)
