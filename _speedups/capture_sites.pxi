# Sites: the functions that rewritten code calls. Each is a builtin function object whose `self` holds what
# the call means, so that a call costs no look-up. Flags and specs: escope_tui/model/sites.py.

cdef enum:
    F_STEP = 1
    F_ENTER = 2
    F_RETURN = 4
    F_YIELD = 8
    F_RESUME = 16
    F_AWAIT = 32
    F_AWAITED = 64
    F_UNWIND = 128
    F_CAUGHT = 256
    F_PASS = 512
    F_TRUE = 1024
    F_COMP = 2048
    F_HEADER = 4096
    F_ITER = 8192
    F_GENEXP = 16384
    F_END = 32768
    F_LATE = 65536       # the result is noted; the frame ends at a later END
    F_QUIET = 131072     # called by the core alone
    F_DEFER = 262144     # told at the next site with FIRE
    F_FIRE = 524288
    F_CALLS = 1048576    # the statement calls something that may take long

cdef enum:
    S_WRITE = 1          # "w", "g"
    S_CLASS_WRITE = 2    # "w" in a class body: the value is read from the namespace
    S_VALUE = 3          # "r"
    S_PASSED = 4         # "n"
    S_UNBIND = 5         # "u", "ug"
    S_ATTR = 6
    S_ATTR_DEL = 7
    S_ITEM = 8
    S_ITEM_DEL = 9
    S_METHOD = 10
    S_CALL = 11
    S_TOUCH = 12
    S_CHANGED = 13
    S_RECV_ATTR = 14     # "ra"
    S_RECV_ITEM = 15     # "ri"
    S_RECV_METHOD = 16   # "rm"
    S_STAR = 17
    S_ITERATED = 18      # "x": an iterator moved
    S_LOADED = 19        # "l": an item was read, which may have made it
    S_STORE_KEYED = 20   # "rik": receiver and key of a store to come
    S_KEY_STORED = 21    # "rki": key and root of a store to come
    S_CALLED_BACK = 23   # "y": something unknown was called by a builtin
    S_EXPOSED = 22       # "e": may be changed by whoever holds its method or its __dict__
    S_READ_BY_NAME = 24  # "en": a name that is read from a root by getattr

cdef struct Path:
    int n
    PyObject **names
    Place *places

cdef struct Operand:
    PyObject *name               # of a variable of the frame or its module; NULL: a constant
    bint shared                  # the module's
    PyObject *constant
    int place                    # in localsplus; -1: not there
    bint cell

cdef struct Spec:
    unsigned char op
    unsigned char before         # note now, examine when the statement is over
    unsigned char effect         # cached for cached_type
    unsigned char in_place       # the value itself may have been changed too
    unsigned char stores         # the statement also stores an item
    unsigned char mutator        # what a builtin method of this name does, where the statement tells its argument
    int nargs                    # argument roots after the receiver
    PyObject *name
    Path path
    Path *argpaths
    PyTypeObject *cached_type
    unsigned int cached_version
    Place stored                 # of the attribute that is stored
    uint32_t strid               # of its name,
    uint32_t told_to             # in this recording

cdef struct Owed:
    Spec spec
    unsigned char late           # 0, L_CALL or L_STORE
    int nargs
    PyObject **names
    int *places                  # in localsplus; -1: a global
    void *code                   # the code object that the places belong to (compared only)

cdef enum:
    MAX_OWED = 64
    L_CALL = 1
    L_STORE = 2

cdef struct FunctionData:
    unsigned char mapped         # generator, coroutine, ...: may suspend
    unsigned char unguarded
    unsigned char is_class
    unsigned char is_module
    unsigned char is_coroutine
    int nderefs
    int *deref_slots
    int *deref_indexes           # in localsplus; -2: not looked up yet
    PyObject **deref_names
    int nquiet
    SiteData **quiet             # one for each variable that may be rebound

cdef enum:
    MAX_NEW_NAMES = 4096

cdef struct ModuleData:
    uint32_t index
    PyObject *globals            # compared only, never followed
    PyObject *names              # list of the module's variable names
    PyObject *slots              # dict of their places in the list
    int spare                    # how many may be added
    int listed                   # how many the module's own table has
    int nfunctions
    FunctionData *functions

cdef struct SiteData:            # it follows the head of its object: the first 48 bytes, in that cache line, are what a site with few values needs
    void *quick                  # the code object that `places` belong to where `direct` holds, else NULL (compared only)
    unsigned char head[5]        # the first bytes of the event: the operation and the site; what follows is copied with them, and overwritten
    unsigned char noperands
    unsigned char owes           # something of `owed` may be changed before the statement's last call
    unsigned char again          # the clock is looked at when a function has returned to its statement
    int *places                  # of the operands, where `direct` holds
    uint32_t room                # in the ring, at most
    int weight                   # what its event takes of the time until the clock is looked at
    uint32_t flags
    unsigned char leaves         # the frame ends here
    unsigned char gives          # or it returns a value here, and ends later
    unsigned char in_place       # one of the values may have been changed in place
    unsigned char silent         # has neither a value nor a flag that says something: no event is written
    int few_places[2]            # where `places` points when they are enough
    Spec *specs
    int nspecs
    int nargs                    # call arguments expected
    int nvalues                  # values in the event
    bint direct                  # all operands are variables, and none lies in a cell
    int *value_args              # the arguments that are the event's values
    FunctionData *function
    void *code                   # the code object that the places belong to (compared only)
    Owed *owed
    int nowed
    unsigned char handed         # what it binds may come from code that is not recorded, which keeps it
    unsigned char plain          # only values, in call order
    unsigned char touches        # tells of more than values
    unsigned char lasting        # it stays WAITS, unless recorded code is entered next
    unsigned char calm           # times in a row that it has been over soon
    unsigned char calm_again
    bint operator                # reads its arguments in the frame, but for a first one that passes through
    uint32_t id
    int line, end_line
    Operand *operands
    ModuleData *module

cdef enum:
    MAX_OPERANDS = 24

cdef uint32_t recordings = 0     # begun in this process
cdef SiteData no_site            # of frames whose first site is still to come
cdef uint32_t site_count = 0
cdef uint32_t module_total = 0
cdef ModuleData **modules = NULL
cdef int time_countdown = 0
cdef Buffer site_buffer
cdef bint unknown_ran = False     # a callee that is not recorded ran in the statement being flushed


@cython.internal
cdef class Site:
    """What stands in rewritten code: `~site` and `site[value]`. Of a call: the `self` of its builtin function.

    Its data follows the object in memory, so that both begin in one cache line.
    """

    def __reduce__(self):
        # Code shipped by value to a process that is not recorded must still run there.
        return (_unrecorded_site, (data_of(<PyObject *>self).flags,))


@cython.final
@cython.internal
cdef class StepSite(Site):
    """Without any values."""


@cython.final
@cython.internal
cdef class PlainSite(Site):
    """With values alone."""


@cython.final
@cython.internal
cdef class EntrySite(Site):
    """A plain one with which a frame begins."""


@cython.final
@cython.internal
cdef class EffectSite(Site):
    """With what a statement has changed."""


@cython.final
@cython.internal
cdef class ReceiverSite(Site):
    """Around the receiver of a method call."""


class _Unrecorded:
    """Stands for a site in a process that is not being recorded."""

    def __init__(self, flags: int) -> None:
        self.flags = flags

    def site(self, *args):
        if self.flags & F_TRUE:
            return True
        if self.flags & PASSES:
            return args[0]
        return None

    def __invert__(self):
        return True if self.flags & F_TRUE else None

    def __getitem__(self, value):
        return self.site(value)


def _unrecorded_site(flags):
    return _Unrecorded(flags)


cdef enum:
    PASSES = F_PASS | F_RETURN | F_YIELD | F_RESUME | F_AWAIT | F_AWAITED
    TIMED = F_CALLS | F_AWAIT | F_YIELD
    BEGINS = F_STEP | F_ENTER | F_CAUGHT | F_ITER
    QUICK = F_STEP | F_ENTER | F_RETURN | F_END | F_LATE | F_FIRE | F_HEADER
    MID_STATEMENT = F_RESUME | F_AWAIT | F_AWAITED | F_COMP | F_TRUE

cdef extern from *:
    """
    static PyMethodDef es_site_def[4];
    static void es_define_site(int i, void *fn) {
        es_site_def[i].ml_name = "site";
        es_site_def[i].ml_meth = (PyCFunction)fn;
        es_site_def[i].ml_flags = METH_FASTCALL;
        es_site_def[i].ml_doc = NULL;
    }
    static PyObject *es_new_site(int i, PyObject *self) { return PyCFunction_NewEx(&es_site_def[i], self, NULL); }
    static PyNumberMethods es_site_numbers[6];
    static PyMappingMethods es_site_mappings[6];
    static void es_define_operators(int i, PyTypeObject *tp, void *invert, void *subscript) {
        es_site_numbers[i].nb_invert = (unaryfunc)invert;
        es_site_mappings[i].mp_subscript = (binaryfunc)subscript;
        tp->tp_as_number = &es_site_numbers[i];
        tp->tp_as_mapping = &es_site_mappings[i];
        PyType_Modified(tp);
    }
    static inline int es_is_site(PyObject *o) {
        PyMappingMethods *m = Py_TYPE(o)->tp_as_mapping;
        if (!PyCFunction_CheckExact(o)) return m >= es_site_mappings && m < es_site_mappings + 6;
        PyMethodDef *d = ((PyCFunctionObject *)o)->m_ml;
        return d >= es_site_def && d < es_site_def + 4;
    }
    """
    void es_define_site(int i, void *fn) noexcept
    void es_define_operators(int i, PyTypeObject *tp, void *invert, void *subscript) noexcept
    PyObject *es_new_site(int i, PyObject *self) except NULL
    bint es_is_site(PyObject *o) noexcept


cdef inline bint in_statement(uint32_t flags) noexcept:
    """Whether a site stands in the middle of a statement; what begins one may wait as well (`async for`)."""
    return flags & MID_STATEMENT and not flags & F_STEP


cdef inline bint is_over(uint32_t flags) noexcept:
    """Whether the statement before a site is over."""
    return not flags & F_PASS and not in_statement(flags)


cdef inline bint is_site(PyObject *o) noexcept:
    return es_is_site(o)


cdef inline PyObject *answer(SiteData *d, PyObject **args, Py_ssize_t n) noexcept:
    """What the call returns to the program."""
    cdef PyObject *result = Py_None_ptr
    if d.flags & F_TRUE:
        result = Py_True_ptr
    elif d.flags & PASSES and n > 0:
        result = args[0]
    Py_INCREF(result)
    return result


cdef inline SiteData *data_of(PyObject *self) noexcept:
    return <SiteData *>(<char *>self + sizeof(PyObject))


cdef inline PyObject *none() noexcept:
    Py_INCREF(Py_None_ptr)
    return Py_None_ptr


cdef void tell_any(SiteData *d, PyObject **args, Py_ssize_t n) noexcept:
    """Any site."""
    global time_countdown, first_new
    cdef void *fp
    cdef PyObject *exception = NULL
    cdef uint32_t flags = d.flags
    if not recording:
        return
    if flags & F_COMP:
        if es_unlikely(find_thread()):
            tell_current(True)
        fp = comprehension_owner(es_current_frame())
        if fp != NULL and (current == NULL or current.fp != fp):
            resync(fp, False)
        if current == NULL or not recording:
            return
    else:
        fp = es_current_frame()
        if flags & F_ENTER:
            enter_site_frame(d, fp)
        elif flags & F_GENEXP and (current == NULL or current.fp != fp) and map_find_at(fp) == NULL:
            enter_frame(fp, True, True, False)
            if current != NULL:
                current.unguarded = 1
                if d.function.nderefs and recording:
                    prepare_cells(d.function, fp)
                    write_cells(d, fp)
        elif current == NULL or current.fp != fp:
            if not resync(fp, (flags & F_UNWIND) == 0):
                return
        elif flags & F_GENEXP:
            resumed(fp)
        if current == NULL or not recording:
            return
        current.state = RUNNING
        if d.function.is_coroutine and flags & (F_ENTER | F_AWAITED | F_RESUME):
            tell_task()
        if es_unlikely(current.deferred != NULL):
            if flags & F_FIRE:
                if es_unlikely(going_count):
                    look_at_gone(fp)
                fire(current)
        if flags & F_DEFER:
            defer(d)
            return
    if es_unlikely(current.untold):
        tell_parent()
    first_new = next_oid
    if flags & F_COMP:
        current.comprehends = 1
    if es_unlikely(loose_count):
        look_at_cells(d)
    if volatile_count:
        check_volatiles()
    if es_unlikely(importing_count):
        look_after_imports()
    if es_unlikely(going_count):
        look_at_gone(fp)
    if es_unlikely(death_calls):
        look_after_death()
    if current != NULL and current.wants and not in_statement(flags) and (not flags & F_PASS or flags & F_RETURN):
        if flags & F_YIELD and not flags & BEGINS:
            look_at_notes(current, False)
        else:
            take_notes(current)
    if flags & (F_CAUGHT | F_UNWIND):
        exception = handled_exception()
        if flags & F_CAUGHT:
            examine_locals(d)
        if exception != NULL:
            examine(exception)
            if flags & F_UNWIND:
                examine_arguments(<PyBaseExceptionObject *>exception)
            drain_pending()
        if es_unlikely(current.deferred != NULL):
            if raised_in_header(current, exception):
                fire(current)
            else:
                forget_deferred(current)
    effects(d, args)
    if es_unlikely(held_count) and is_over(flags):
        check_held()
    if es_unlikely(lent_count):
        check_lent((flags & F_ENTER) != 0)
    if flags & F_ENTER and d.function.nderefs:
        write_cells(d, fp)
    if not d.silent:
        write_event(d, args, n, exception)
    if current != NULL and (flags & BEGINS or not flags & (MID_STATEMENT | F_PASS | F_YIELD)) and not flags & F_COMP:
        current.site = <void *>d
        current.callbacks = 0
        current.doubted = False
        current.comprehends = 0
    if exception != NULL:
        Py_DECREF(exception)
    if flags & (F_RETURN | F_END | F_UNWIND):
        if current != NULL and flags & F_RETURN and n:
            keep_in_mind(args[0])
        if current != NULL and not flags & F_LATE:
            exit_frame()
    elif flags & F_YIELD:
        if n and is_container(args[0]):
            yielded_outside(current, args[0])
        suspend(SUSPENDED)
    elif flags & F_AWAIT:
        if current != NULL:
            current.state = AWAITING
    reopen()
    if d.silent:
        time_countdown -= 1
    else:
        counted(d)


cdef void *comprehension_owner(void *fp) noexcept:
    """The known frame that a comprehension runs in: its own (3.12 and newer), or the nearest caller of its frame."""
    cdef int steps = 0
    cdef Frame *f
    while fp != NULL and steps < 64:
        f = current
        while f != NULL:
            if is_at(f, fp):
                return fp
            f = caller_of(f)
        if map_find_at(fp) != NULL:
            return fp
        fp = es_previous_frame(fp)
        steps += 1
    return NULL


cdef void suspend(int state) noexcept:
    global believed
    cdef Frame *f = current
    if f == NULL:
        return
    f.state = state
    make_current(f.parent)
    believed = 0 if current == NULL else current.id


cdef void enter_site_frame(SiteData *d, void *fp) noexcept:
    cdef bint again
    enter_frame(fp, d.function.mapped, False, False)
    if current != NULL:
        current.unguarded = d.function.unguarded
    if d.function.is_module and d.module.globals == NULL:
        again = module_of(PyEval_GetGlobals_ptr()) != NULL
        d.module.globals = PyEval_GetGlobals_ptr()
        if again:                # it is loaded anew, and keeps what the last time has left
            examine_namespace(d.module.globals)
    if d.function.is_module:
        import_began()
    if d.function.nderefs and recording:
        prepare_cells(d.function, fp)


cdef PyObject *handled_exception() noexcept:
    """The exception being handled (a new reference), NULL if there is none."""
    return PyErr_GetHandledException()


cdef void examine_locals(SiteData *d) noexcept:
    """A statement was cut short by an exception: look at everything that it may have reached."""
    cdef void *fp = es_current_frame()
    cdef PyObject *code = es_frame_code(fp)
    cdef PyObject *v
    cdef PyObject *names
    cdef PyObject *namespace
    cdef Py_ssize_t i
    if code == NULL or d.function.is_class:
        return
    if d.function.is_module:
        namespace = PyEval_GetGlobals_ptr()
        names = d.module.names
        for i in range(PyList_Size(names)):
            v = dict_get_str(namespace, PyList_GET_ITEM(names, i))
            if v != NULL:
                examine_reached(v)
    else:
        for i in range(es_code_locals(code)):
            v = es_frame_local(fp, <int>i)
            if v != NULL:
                if Py_TYPE(v) == &PyCell_Type:
                    v = (<PyCellObject *>v).ob_ref
                    if v == NULL:
                        continue
                examine_reached(v)
    drain_pending()


cdef void examine_arguments(PyBaseExceptionObject *e) noexcept:
    """What an exception was made of, as of a list that code that is not recorded has filled: where it ends the
    program, no later statement looks at it."""
    cdef Py_ssize_t i, n
    if e.args == NULL or Py_TYPE(e.args) != &PyTuple_Type:
        return
    n = PyTuple_GET_SIZE(e.args)
    for i in range(n if n < 4 else 4):
        if is_container(PyTuple_GET_ITEM(e.args, i)):
            examine(PyTuple_GET_ITEM(e.args, i))


cdef inline void examine_reached(PyObject *v) noexcept:
    cdef Entry *e
    if not is_container(v) or Py_TYPE(v) == &PyModule_Type:
        return
    if Py_TYPE(v) != &PyTuple_Type:
        e = table_find(v)
        if e == NULL:
            return
    examine_deep(v)


cdef PyObject *namespace_get(PyObject *name) noexcept:
    """A name from the running class body's namespace, without its __getitem__; borrowed."""
    cdef PyObject *ns = es_frame_namespace(es_current_frame())
    if ns == NULL or not PyDict_Check(ns):
        return NULL
    return dict_get_str(ns, name)


cdef void write_event(SiteData *d, PyObject **args, Py_ssize_t n, PyObject *exception) noexcept:
    """The SITE event itself, whatever its values are."""
    global tuple_budget, transient_count
    cdef int i, a = 0
    cdef Spec *s
    cdef unsigned char *p
    if d.plain:
        for i in range(n):
            prepare(args[i], limit_depth)
    if exception != NULL:
        prepare(exception, limit_depth)
    drain_pending()
    tuple_budget = 4096
    site_buffer.size = 0
    p = grow(&site_buffer, 16)
    if p == NULL:
        return
    p[0] = OP_SITE
    put_u32(p + 1, d.id)
    site_buffer.size = 5
    if d.flags & (F_CAUGHT | F_UNWIND):
        put_value(&site_buffer, exception, limit_depth)
    for i in range(d.nspecs):
        s = &d.specs[i]
        if s.op == S_WRITE or s.op == S_VALUE:
            put_value(&site_buffer, args[a], limit_depth)
            a += 1
        elif s.op == S_CLASS_WRITE:
            put_value(&site_buffer, namespace_get(s.name), limit_depth)
        elif s.op == S_UNBIND or s.op == S_STAR or s.op == S_CALLED_BACK:
            pass
        elif s.op == S_ITEM or s.op == S_STORE_KEYED or s.op == S_KEY_STORED or s.op == S_READ_BY_NAME:
            a += 2
        elif s.op == S_METHOD or s.op == S_CALL or s.op == S_RECV_METHOD:
            a += 1 + s.nargs
        else:
            a += 1
    write_buffer(&site_buffer)
    drain_pending()
    transient_count = 0
    if d.handed:
        find_held(d, args, n)
