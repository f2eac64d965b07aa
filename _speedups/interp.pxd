# The one place that knows private interpreter structures (frames, inline instance values, digits of ints).
# Every function here has a test per supported version: tests/unit/test_interp.py.
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint32_t, uint64_t

cdef extern from *:
    """
    #ifndef ESCOPE_INTERP_H
    #define ESCOPE_INTERP_H
    #if PY_VERSION_HEX < 0x030B0000
    #error "escope needs CPython 3.11 or newer"
    #endif
    #ifdef Py_GIL_DISABLED
    #error "escope does not support free-threaded builds of CPython"
    #endif
    #ifndef Py_BUILD_CORE
    #define Py_BUILD_CORE 1
    #define ESCOPE_UNDEF_CORE 1
    #endif
    #undef _PyGC_FINALIZED
    #if PY_VERSION_HEX >= 0x030E0000
    #include "internal/pycore_frame.h"
    #include "internal/pycore_interpframe.h"
    #include "internal/pycore_genobject.h"
    #else
    #include "internal/pycore_frame.h"
    #endif
    #if PY_VERSION_HEX < 0x030C0000
    #include "internal/pycore_pystate.h"
    #endif
    #include "internal/pycore_dict.h"
    #include "opcode.h"
    #include "internal/pycore_gc.h"
    #if PY_VERSION_HEX >= 0x030C0000
    #include "internal/pycore_long.h"
    #endif
    #if PY_VERSION_HEX >= 0x030D0000
    #include "internal/pycore_object.h"
    #endif
    #ifdef ESCOPE_UNDEF_CORE
    #undef Py_BUILD_CORE
    #endif

    typedef struct _PyInterpreterFrame es_frame;

    /* The frame of the Python code that called the C function now running. */
    static inline void *es_current_frame(void) {
    #if PY_VERSION_HEX < 0x030C0000
        return (void *)_PyThreadState_GET()->cframe->current_frame;
    #elif PY_VERSION_HEX < 0x030D0000
        return (void *)PyThreadState_GET()->cframe->current_frame;
    #else
        return (void *)PyThreadState_GET()->current_frame;
    #endif
    }
    static inline void *es_previous_frame(void *f) { return (void *)((es_frame *)f)->previous; }
    static inline uint64_t es_thread_id(void) { return PyThreadState_GetID(PyThreadState_GET()); }

    /* Whether C code called this frame although the frame before it is a Python frame (3.11: later versions
       put a shim between the two). */
    static inline int es_frame_by_c(void *fp) {
    #if PY_VERSION_HEX < 0x030C0000
        return ((es_frame *)fp)->is_entry;
    #else
        (void)fp;
        return 0;
    #endif
    }
    /* The globals that a frame of Python code runs with; borrowed. */
    static inline PyObject *es_frame_globals(void *fp) { return ((es_frame *)fp)->f_globals; }

    /* Borrowed; NULL for frames that run no Python code (entry shims). */
    static inline PyObject *es_frame_code(void *fp) {
        es_frame *f = (es_frame *)fp;
        PyObject *o;
    #if PY_VERSION_HEX < 0x030C0000
        o = (PyObject *)f->f_code;
    #elif PY_VERSION_HEX < 0x030D0000
        o = f->owner == FRAME_OWNED_BY_CSTACK ? NULL : (PyObject *)f->f_code;
    #elif PY_VERSION_HEX < 0x030E0000
        o = f->f_executable;
    #else
        o = PyStackRef_AsPyObjectBorrow(f->f_executable);
    #endif
        return (o != NULL && PyCode_Check(o)) ? o : NULL;
    }
    /* What a frame runs, compared only: unlike the frame's address, which other frames take over, and together with
       it, this tells frames apart. */
    static inline void *es_frame_runs(void *fp) {
        es_frame *f = (es_frame *)fp;
    #if PY_VERSION_HEX < 0x030D0000
        return (void *)f->f_code;
    #elif PY_VERSION_HEX < 0x030E0000
        return (void *)f->f_executable;
    #else
        return (void *)PyStackRef_AsPyObjectBorrow(f->f_executable);
    #endif
    }
    /* Whether a frame lies on the running thread's stack of frames, where those of generators and of code that a
       greenlet has suspended do not lie: each greenlet brings a stack of its own. */
    static inline int es_frame_on_stack(void *fp) {
        _PyStackChunk *c = PyThreadState_GET()->datastack_chunk;
        for (; c != NULL; c = c->previous)
            if ((char *)fp >= (char *)c && (char *)fp < (char *)c + c->size) return 1;
        return 0;
    }
    /* The instruction that a frame waits in. In a frame that waits for a Python function that it called itself
       it may be one of the call's cache entries. */
    static inline _Py_CODEUNIT *es_frame_at(void *fp) {
    #if PY_VERSION_HEX < 0x030D0000
        return (_Py_CODEUNIT *)((es_frame *)fp)->prev_instr;
    #else
        return (_Py_CODEUNIT *)((es_frame *)fp)->instr_ptr;
    #endif
    }
    #if PY_VERSION_HEX < 0x030C0000
    #define ES_OPCODE(at) _Py_OPCODE(*(at))
    #define ES_OPARG(at) _Py_OPARG(*(at))
    #else
    #define ES_OPCODE(at) ((at)->op.code)
    #define ES_OPARG(at) ((at)->op.arg)
    #endif
    /* Source line of the instruction that a frame waits in; 0 when there is none. */
    static inline int es_frame_line(void *fp) {
        PyObject *code = es_frame_code(fp);
        if (code == NULL) return 0;
        char *first = (char *)_PyCode_CODE((PyCodeObject *)code);
    #if PY_VERSION_HEX >= 0x030F0000 || defined(Py_GIL_DISABLED)
        first = (char *)_PyFrame_GetBytecode((es_frame *)fp);
    #endif
        return PyCode_Addr2Line((PyCodeObject *)code, (int)((char *)es_frame_at(fp) - first));
    }
    /* Whether a frame that waits for C code waits in a store or a deletion (what that replaced is being finalized).
       Instructions that a debugger has replaced count as such. */
    static inline int es_frame_stores(void *fp) {
        switch (ES_OPCODE(es_frame_at(fp))) {
        case STORE_FAST: case STORE_NAME: case STORE_GLOBAL: case STORE_DEREF: case STORE_ATTR: case STORE_SUBSCR:
        case DELETE_FAST: case DELETE_NAME: case DELETE_GLOBAL: case DELETE_DEREF: case DELETE_ATTR: case DELETE_SUBSCR:
    #ifdef STORE_FAST__LOAD_FAST
        case STORE_FAST__LOAD_FAST: case STORE_FAST__STORE_FAST:
    #endif
    #if PY_VERSION_HEX >= 0x030D0000
        case STORE_FAST_LOAD_FAST: case STORE_FAST_STORE_FAST:
    #endif
    #ifdef STORE_ATTR_ADAPTIVE
        case STORE_ATTR_ADAPTIVE: case STORE_SUBSCR_ADAPTIVE:
    #endif
        case STORE_ATTR_INSTANCE_VALUE: case STORE_ATTR_SLOT: case STORE_ATTR_WITH_HINT:
        case STORE_SUBSCR_DICT: case STORE_SUBSCR_LIST_INT:
    #ifdef STORE_SLICE
        case STORE_SLICE:
    #endif
    #ifdef INSTRUMENTED_LINE
        case INSTRUMENTED_LINE: case INSTRUMENTED_INSTRUCTION:
    #endif
            return 1;
        default:
            return 0;
        }
    }
    /* The name that such a frame stores in, or deletes from, its namespace or its globals; borrowed, else NULL. */
    static inline PyObject *es_frame_stored_name(void *fp) {
        _Py_CODEUNIT *at = es_frame_at(fp);
        PyObject *code = es_frame_code(fp);
        int op = ES_OPCODE(at), arg = ES_OPARG(at);
        if (code == NULL || (op != STORE_NAME && op != STORE_GLOBAL && op != DELETE_NAME && op != DELETE_GLOBAL)) return NULL;
        if (ES_OPCODE(at - 1) == EXTENDED_ARG) arg |= ES_OPARG(at - 1) << 8;
        PyObject *names = ((PyCodeObject *)code)->co_names;
        return arg < PyTuple_GET_SIZE(names) ? PyTuple_GET_ITEM(names, arg) : NULL;
    }
    /* Whether a frame that stores in a variable deletes it next: that of an `except` clause is set to None first. `place` is
       the variable's index in localsplus, -1 for one that es_frame_stored_name names. */
    static inline int es_frame_unbinds(void *fp, int place) {
        _Py_CODEUNIT *at = es_frame_at(fp), *next = at + 1;
        int op = ES_OPCODE(at), wanted;
        switch (op) {
        case STORE_NAME: wanted = DELETE_NAME; break;
        case STORE_GLOBAL: wanted = DELETE_GLOBAL; break;
        case STORE_FAST: wanted = DELETE_FAST; break;
        case STORE_DEREF: wanted = DELETE_DEREF; break;
        default: return 0;
        }
        if (ES_OPCODE(next) == EXTENDED_ARG) next++;
        if (ES_OPCODE(next) != wanted || ES_OPARG(next) != ES_OPARG(at)) return 0;
        if (op == STORE_NAME || op == STORE_GLOBAL) return place < 0;
        return place >= 0 && (place & 0xff) == ES_OPARG(at);
    }
    /* Index in localsplus of a variable; -1 when the code has none of that name. */
    static inline int es_local_index(PyObject *code, PyObject *name) {
        PyCodeObject *co = (PyCodeObject *)code;
        Py_ssize_t n = PyTuple_GET_SIZE(co->co_localsplusnames);
        for (Py_ssize_t i = 0; i < n; i++) {
            PyObject *k = PyTuple_GET_ITEM(co->co_localsplusnames, i);
            if (k == name || PyUnicode_Compare(k, name) == 0) return (int)i;
        }
        return -1;
    }
    /* Whether localsplus[i] holds a cell instead of the value. */
    static inline int es_local_is_cell(PyObject *code, int i) {
        return (PyBytes_AS_STRING(((PyCodeObject *)code)->co_localspluskinds)[i] & (0x40 | 0x80)) != 0;
    }
    /* Borrowed content of localsplus[i] (a local, or the cell of a captured variable), NULL when unbound. */
    static inline PyObject *es_frame_local(void *fp, int i) {
        es_frame *f = (es_frame *)fp;
    #if PY_VERSION_HEX < 0x030E0000
        return f->localsplus[i];
    #else
        _PyStackRef r = f->localsplus[i];
        if (PyStackRef_IsNull(r)) return NULL;
        return PyStackRef_AsPyObjectBorrow(r);
    #endif
    }
    /* The namespace of a class body or module frame; borrowed, NULL for functions. Nothing is merged into it. */
    static inline PyObject *es_frame_namespace(void *fp) { return ((es_frame *)fp)->f_locals; }
    /* The generator, coroutine or async generator object that a frame lives in (NULL: none). */
    static inline PyObject *es_frame_generator(void *fp) {
        es_frame *f = (es_frame *)fp;
        if (f->owner != FRAME_OWNED_BY_GENERATOR) return NULL;
    #if PY_VERSION_HEX < 0x030E0000
        return (PyObject *)_PyFrame_GetGenerator(f);
    #else
        return (PyObject *)_PyGen_GetGeneratorFromFrame(f);
    #endif
    }
    /* Index in localsplus of a cell or free variable, -1 when the code has none of that name. */
    static inline int es_cell_index(PyObject *code, PyObject *name) {
        PyCodeObject *co = (PyCodeObject *)code;
        Py_ssize_t n = PyTuple_GET_SIZE(co->co_localsplusnames);
        const char *kinds = PyBytes_AS_STRING(co->co_localspluskinds);
        for (Py_ssize_t i = 0; i < n; i++) {
            if (!(kinds[i] & (0x40 | 0x80))) continue;
            PyObject *k = PyTuple_GET_ITEM(co->co_localsplusnames, i);
            if (k == name || PyUnicode_Compare(k, name) == 0) return (int)i;
        }
        return -1;
    }

    /* Where the attributes of an instance are. values: inline values and their shared keys; dict: an ordinary dict. */
    typedef struct { PyDictValues *values; PyDictKeysObject *keys; PyObject *dict; } es_attrs;
    static inline void es_instance_attrs(PyObject *o, es_attrs *out) {
        PyTypeObject *tp = Py_TYPE(o);
        out->values = NULL; out->keys = NULL; out->dict = NULL;
    #if PY_VERSION_HEX < 0x030C0000
        if (tp->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
            PyDictValues *v = ((PyDictValues **)o)[-4];
            if (v) { out->values = v; out->keys = ((PyHeapTypeObject *)tp)->ht_cached_keys; return; }
            out->dict = ((PyObject **)o)[-3];
            return;
        }
    #elif PY_VERSION_HEX < 0x030D0000
        if (tp->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
            char *v = ((char **)o)[-3];
            if ((uintptr_t)v & 1) {
                out->values = (PyDictValues *)(v + 1);
                out->keys = ((PyHeapTypeObject *)tp)->ht_cached_keys;
            } else out->dict = (PyObject *)v;
            return;
        }
    #else
        if (tp->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
            PyObject *d = (PyObject *)_PyObject_GetManagedDict(o);
            if (d != NULL) { out->dict = d; return; }
            if (tp->tp_flags & Py_TPFLAGS_INLINE_VALUES) {
                PyDictValues *v = _PyObject_InlineValues(o);
                if (v->valid) { out->values = v; out->keys = ((PyHeapTypeObject *)tp)->ht_cached_keys; }
            }
            return;
        }
    #endif
        if (tp->tp_dictoffset != 0) {
            Py_ssize_t off = tp->tp_dictoffset;
            if (off < 0) {
                Py_ssize_t n = Py_SIZE(o);
    #if PY_VERSION_HEX >= 0x030C0000
                if (PyLong_Check(o)) n = _PyLong_DigitCount((PyLongObject *)o);
    #endif
                if (n < 0) n = -n;
                off += (Py_ssize_t)_PyObject_VAR_SIZE(tp, n);
            }
            out->dict = *(PyObject **)((char *)o + off);
        }
    }
    /* One of the inline values of an instance whose type is known to have them; NULL when there is none. */
    static inline PyObject *es_value_at(PyObject *o, Py_ssize_t i) {
    #if PY_VERSION_HEX < 0x030C0000
        PyDictValues *v = ((PyDictValues **)o)[-4];
        return v == NULL ? NULL : v->values[i];
    #else
        es_attrs a;
        es_instance_attrs(o, &a);
        return a.values == NULL ? NULL : a.values->values[i];
    #endif
    }
    /* The same of an instance whose attributes are in an ordinary dict, where the key of index i is that name. */
    static inline PyObject *es_attr_at(PyObject *o, Py_ssize_t i, PyObject *name) {
        es_attrs a;
        es_instance_attrs(o, &a);
        if (a.dict == NULL || !PyDict_CheckExact(a.dict)) return NULL;
        PyDictObject *d = (PyDictObject *)a.dict;
        if (!DK_IS_UNICODE(d->ma_keys) || i >= d->ma_keys->dk_nentries) return NULL;
        PyDictUnicodeEntry *e = &DK_UNICODE_ENTRIES(d->ma_keys)[i];
        if (e->me_key != name) return NULL;
        return d->ma_values != NULL ? d->ma_values->values[i] : e->me_value;
    }
    /* The index of a name among the keys of a dict; -1 when it is not among the first 256. */
    static inline Py_ssize_t es_key_index(PyObject *d, PyObject *name) {
        PyDictKeysObject *k = ((PyDictObject *)d)->ma_keys;
        if (!DK_IS_UNICODE(k)) return -1;
        for (Py_ssize_t i = 0; i < k->dk_nentries && i < 256; i++)
            if (DK_UNICODE_ENTRIES(k)[i].me_key == name) return i;
        return -1;
    }
    static inline Py_ssize_t es_values_count(es_attrs *a) { return a->keys->dk_nentries; }
    static inline PyObject *es_values_key(es_attrs *a, Py_ssize_t i) {
        if (!DK_IS_UNICODE(a->keys)) return NULL;
        return DK_UNICODE_ENTRIES(a->keys)[i].me_key;
    }
    static inline PyObject *es_values_item(es_attrs *a, Py_ssize_t i) { return a->values->values[i]; }

    /* The start of the memory block that an object lives in: what the allocator's free() will be given. */
    static inline void *es_block(PyObject *o) {
        PyTypeObject *tp = Py_TYPE(o);
        char *p = (char *)o;
        if (tp->tp_flags & Py_TPFLAGS_HAVE_GC) p -= sizeof(PyGC_Head);
    #if PY_VERSION_HEX < 0x030C0000
        if (tp->tp_flags & Py_TPFLAGS_MANAGED_DICT) p -= 2 * sizeof(PyObject *);
    #else
        if (tp->tp_flags & (Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)) p -= 2 * sizeof(PyObject *);
    #endif
        return (void *)p;
    }

    /* Generators, coroutines and asynchronous generators: 0 not started, 1 suspended, 2 running, 3 ended. */
    static inline int es_generator_state(PyObject *o) {
        int s = ((PyGenObject *)o)->gi_frame_state;
        if (s == FRAME_CREATED) return 0;
    #if PY_VERSION_HEX >= 0x030D0000
        if (FRAME_STATE_FINISHED(s)) return 3;
        return FRAME_STATE_SUSPENDED(s) ? 1 : 2;
    #else
        if (s >= FRAME_COMPLETED) return 3;
        return s == FRAME_SUSPENDED ? 1 : 2;
    #endif
    }
    static inline void *es_generator_frame(PyObject *o) { return (void *)&((PyGenObject *)o)->gi_iframe; }
    static inline PyObject *es_generator_qualname(PyObject *o) { return ((PyGenObject *)o)->gi_qualname; }
    /* The name of localsplus[i]; borrowed. */
    static inline PyObject *es_local_name(PyObject *code, Py_ssize_t i) {
        return PyTuple_GET_ITEM(((PyCodeObject *)code)->co_localsplusnames, i);
    }

    /* Ints: 1 and *out when the value fits 60 bits; else 0 (use the digits). */
    static inline int es_int_small(PyObject *o, int64_t *out) {
        PyLongObject *v = (PyLongObject *)o;
    #if PY_VERSION_HEX < 0x030C0000
        Py_ssize_t n = Py_SIZE(v);
        if (n == 1) { *out = v->ob_digit[0]; return 1; }
        if (n == 0) { *out = 0; return 1; }
        if (n == -1) { *out = -(int64_t)v->ob_digit[0]; return 1; }
        if (n == 2) { *out = (int64_t)v->ob_digit[0] | ((int64_t)v->ob_digit[1] << PyLong_SHIFT); return 1; }
        if (n == -2) { *out = -((int64_t)v->ob_digit[0] | ((int64_t)v->ob_digit[1] << PyLong_SHIFT)); return 1; }
        return 0;
    #else
        if (_PyLong_IsCompact(v)) { *out = _PyLong_CompactValue(v); return 1; }
        if (_PyLong_DigitCount(v) == 2) {
            int64_t m = (int64_t)v->long_value.ob_digit[0] | ((int64_t)v->long_value.ob_digit[1] << PyLong_SHIFT);
            *out = _PyLong_IsNegative(v) ? -m : m;
            return 1;
        }
        return 0;
    #endif
    }
    static inline Py_ssize_t es_int_digits(PyObject *o, const digit **out, int *negative) {
        PyLongObject *v = (PyLongObject *)o;
    #if PY_VERSION_HEX < 0x030C0000
        Py_ssize_t n = Py_SIZE(v);
        *out = v->ob_digit; *negative = n < 0;
        return n < 0 ? -n : n;
    #else
        *out = v->long_value.ob_digit; *negative = _PyLong_IsNegative(v);
        return _PyLong_DigitCount(v);
    #endif
    }
    /* The three fields of a super object. */
    typedef struct { PyObject_HEAD PyTypeObject *type; PyObject *obj; PyTypeObject *obj_type; } es_super;
    static inline PyTypeObject *es_super_after(PyObject *o) { return ((es_super *)o)->type; }
    static inline PyObject *es_super_object(PyObject *o) { return ((es_super *)o)->obj; }
    static inline PyTypeObject *es_super_of(PyObject *o) { return ((es_super *)o)->obj_type; }
    static inline int es_is_super(PyObject *o) { return Py_TYPE(o) == &PySuper_Type; }
    /* All keys are str: looking up a str compares nothing but strings. */
    static inline int es_dict_unicode(PyObject *d) {
        return DK_IS_UNICODE(((PyDictObject *)d)->ma_keys);
    }
    /* Places of its table that have been used: a key comes to the next one. */
    static inline Py_ssize_t es_dict_places(PyObject *d) { return ((PyDictObject *)d)->ma_keys->dk_nentries; }
    static inline Py_hash_t es_str_hash(PyObject *o) { return ((PyASCIIObject *)o)->hash; }

    /* Deallocation slots of builtin types with a free list. Before 3.14 the trashcan takes a slot that it does not know for
       a subclass's and leaves it alone, so those of list and dict go through it themselves. */
    typedef void (*es_death_fn)(PyObject *);
    static es_death_fn es_on_death = NULL;
    #if PY_VERSION_HEX < 0x030E0000
    #define ES_DEALLOC_DEEP(type) \
        static destructor es_plain_##type = NULL; \
        static void es_dealloc_##type(PyObject *o) { \
            es_on_death(o); \
            PyObject_GC_UnTrack(o); \
            Py_TRASHCAN_BEGIN(o, es_dealloc_##type) \
            es_plain_##type(o); \
            Py_TRASHCAN_END \
        }
    #else
    #define ES_DEALLOC_DEEP ES_DEALLOC_FLAT
    #endif
    #define ES_DEALLOC_FLAT(type) \
        static destructor es_plain_##type = NULL; \
        static void es_dealloc_##type(PyObject *o) { es_on_death(o); es_plain_##type(o); }
    #define ES_HOOK(type) \
        if (type.tp_dealloc != es_dealloc_##type) { \
            es_plain_##type = type.tp_dealloc; \
            type.tp_dealloc = es_dealloc_##type; \
        }
    ES_DEALLOC_DEEP(PyList_Type)
    ES_DEALLOC_DEEP(PyDict_Type)
    ES_DEALLOC_FLAT(PySlice_Type)
    ES_DEALLOC_FLAT(PyContext_Type)
    #if PY_VERSION_HEX >= 0x030E0000
    ES_DEALLOC_FLAT(PyMethod_Type)
    ES_DEALLOC_FLAT(PyCFunction_Type)
    ES_DEALLOC_FLAT(PyCMethod_Type)
    ES_DEALLOC_FLAT(PyRange_Type)
    ES_DEALLOC_FLAT(PyRangeIter_Type)
    ES_DEALLOC_FLAT(PyListIter_Type)
    ES_DEALLOC_FLAT(PyTupleIter_Type)
    #endif
    static void es_hook_deallocs(es_death_fn fn) {
        es_on_death = fn;
        ES_HOOK(PyList_Type)
        ES_HOOK(PyDict_Type)
        ES_HOOK(PySlice_Type)
        ES_HOOK(PyContext_Type)
    #if PY_VERSION_HEX >= 0x030E0000
        ES_HOOK(PyMethod_Type)
        ES_HOOK(PyCFunction_Type)
        ES_HOOK(PyCMethod_Type)
        ES_HOOK(PyRange_Type)
        ES_HOOK(PyRangeIter_Type)
        ES_HOOK(PyListIter_Type)
        ES_HOOK(PyTupleIter_Type)
    #endif
    }
    #endif
    """
    ctypedef struct es_attrs:
        void *values
        void *keys
        PyObject *dict
    ctypedef uint32_t digit
    ctypedef void (*es_death_fn)(PyObject *) noexcept
    void *es_current_frame() noexcept nogil
    void *es_previous_frame(void *f) noexcept nogil
    uint64_t es_thread_id() noexcept nogil
    PyObject *es_frame_code(void *f) noexcept
    void *es_frame_runs(void *f) noexcept
    bint es_frame_on_stack(void *f) noexcept
    bint es_frame_by_c(void *f) noexcept
    PyObject *es_frame_globals(void *f) noexcept
    int es_frame_line(void *f) noexcept
    bint es_frame_stores(void *f) noexcept
    PyObject *es_frame_stored_name(void *f) noexcept
    bint es_frame_unbinds(void *f, int place) noexcept
    int es_local_index(PyObject *code, PyObject *name) noexcept
    bint es_local_is_cell(PyObject *code, int i) noexcept
    PyObject *es_frame_local(void *f, int i) noexcept
    PyObject *es_frame_namespace(void *f) noexcept
    PyObject *es_frame_generator(void *f) noexcept
    int es_cell_index(PyObject *code, PyObject *name) noexcept
    void es_instance_attrs(PyObject *o, es_attrs *out) noexcept
    PyObject *es_value_at(PyObject *o, Py_ssize_t i) noexcept
    PyObject *es_attr_at(PyObject *o, Py_ssize_t i, PyObject *name) noexcept
    Py_ssize_t es_key_index(PyObject *d, PyObject *name) noexcept
    Py_ssize_t es_values_count(es_attrs *a) noexcept
    PyObject *es_values_key(es_attrs *a, Py_ssize_t i) noexcept
    PyObject *es_values_item(es_attrs *a, Py_ssize_t i) noexcept
    void *es_block(PyObject *o) noexcept
    int es_generator_state(PyObject *o) noexcept
    void *es_generator_frame(PyObject *o) noexcept
    PyObject *es_generator_qualname(PyObject *o) noexcept
    PyObject *es_local_name(PyObject *code, Py_ssize_t i) noexcept
    int es_int_small(PyObject *o, int64_t *out) noexcept
    Py_ssize_t es_int_digits(PyObject *o, const digit **out, int *negative) noexcept
    PyObject *es_super_object(PyObject *o) noexcept
    bint es_is_super(PyObject *o) noexcept
    bint es_dict_unicode(PyObject *d) noexcept
    Py_ssize_t es_dict_places(PyObject *d) noexcept
    Py_hash_t es_str_hash(PyObject *o) noexcept
    void es_hook_deallocs(es_death_fn fn) noexcept
