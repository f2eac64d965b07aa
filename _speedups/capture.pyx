# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The capture core: runs inside the recorded program and writes what it does into the ring.

Nothing here raises into the program, runs its code, or keeps a reference to its objects past a call.
A fault turns recording off and leaves the program alone.
"""
cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport int32_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.stdio cimport snprintf
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memset, strchr, strcmp, strlen, strncmp, strrchr, strstr

from abi cimport CORE_ABI
from interp cimport *
from layouts cimport *

from sys import intern as sys_intern
from sys import stdlib_module_names

cdef extern from "stdlib.h" nogil:
    void *aligned_alloc(size_t alignment, size_t size)

cdef extern from *:
    """
    #define Py_None_ptr Py_None
    #define Py_True_ptr Py_True
    #define Py_False_ptr Py_False
    #define Py_Ellipsis_ptr Py_Ellipsis
    #define Py_NotImplemented_ptr Py_NotImplemented
    #define PyObject_Repr_ptr PyObject_Repr
    #define PyObject_GetAttr_ptr PyObject_GetAttr
    #define PyUnicode_FromString_ptr PyUnicode_FromString
    #define PyEval_GetGlobals_ptr PyEval_GetGlobals
    #define PyObject_GenericGetAttr_ptr PyObject_GenericGetAttr
    #include "structmember.h"
    #define BORROWED_LOADS (PY_VERSION_HEX >= 0x030E0000)
    #define COLLECTS_ANYWHERE (PY_VERSION_HEX < 0x030C0000)  /* where an object is made, not between instructions */
    static inline PyObject *PyCode_FreeNames(PyObject *code) { return PyCode_GetFreevars((PyCodeObject *)code); }
    static inline PyObject *es_code_of_frame(PyObject *f) { return (PyObject *)PyFrame_GetCode((PyFrameObject *)f); }
    static inline PyObject *es_memory_base(PyObject *o) { return PyMemoryView_GET_BASE(o); }
    static inline int es_line_at(PyObject *code, int at) { return PyCode_Addr2Line((PyCodeObject *)code, at); }
    static inline Py_ssize_t es_code_locals(PyObject *code) { return ((PyCodeObject *)code)->co_nlocalsplus; }
    static inline int es_code_arguments(PyObject *code) {
        PyCodeObject *c = (PyCodeObject *)code;
        return c->co_argcount + c->co_kwonlyargcount + ((c->co_flags & CO_VARARGS) != 0);
    }
    """
    bint BORROWED_LOADS
    bint COLLECTS_ANYWHERE
    PyObject *Py_None_ptr
    PyObject *Py_True_ptr
    PyObject *Py_False_ptr
    PyObject *Py_Ellipsis_ptr
    PyObject *Py_NotImplemented_ptr
    PyObject *PyObject_Repr_ptr(PyObject *o) noexcept
    PyObject *PyObject_GetAttr_ptr(PyObject *o, PyObject *name) noexcept
    PyObject *PyUnicode_FromString_ptr(const char *s) noexcept
    PyObject *PyEval_GetGlobals_ptr() noexcept
    void *PyObject_GenericGetAttr_ptr
    PyObject *PyCode_FreeNames(PyObject *code) noexcept
    Py_ssize_t es_code_locals(PyObject *code) noexcept
    int es_code_arguments(PyObject *code) noexcept
    PyObject *es_code_of_frame(PyObject *f) noexcept
    int es_line_at(PyObject *code, int at) noexcept
    PyObject *es_memory_base(PyObject *o) noexcept

cdef extern from "Python.h":
    ctypedef struct PySequenceMethods:
        PyObject *(*sq_item)(PyObject *, Py_ssize_t) noexcept
    ctypedef struct Py_buffer:
        void *buf
        Py_ssize_t itemsize
        int ndim
        char *format
        Py_ssize_t *shape
        Py_ssize_t *strides
        Py_ssize_t *suboffsets
    ctypedef struct PyBufferProcs:
        int (*bf_getbuffer)(PyObject *, Py_buffer *, int) noexcept
    ctypedef struct PyMemberDef:
        const char *name
        int type
        Py_ssize_t offset
        int flags
    ctypedef struct PyGetSetDef:
        const char *name
        PyObject *(*get)(PyObject *, void *) noexcept
        void *closure
    ctypedef struct PyMethodDef:
        const char *ml_name
        PyObject *(*ml_meth)(PyObject *, PyObject *) noexcept
        int ml_flags
    ctypedef struct PyTypeObject:
        const char *tp_name
        Py_ssize_t tp_basicsize
        PyMemberDef *tp_members
        PyGetSetDef *tp_getset
        PyMethodDef *tp_methods
        PyBufferProcs *tp_as_buffer
        PyObject *(*tp_repr)(PyObject *) noexcept
        unsigned long tp_flags
        PyTypeObject *tp_base
        PyObject *tp_dict
        unsigned int tp_version_tag
        PyObject *(*tp_iter)(PyObject *) noexcept
        PyObject *(*tp_iternext)(PyObject *) noexcept
        void *tp_descr_get
        void *tp_descr_set
        void *tp_getattro
        void *tp_call
        PySequenceMethods *tp_as_sequence
        PyObject *tp_mro
        int (*tp_traverse)(PyObject *, int (*)(PyObject *, void *) noexcept, void *) noexcept
    ctypedef struct PyHeapTypeObject:
        PyObject *ht_qualname
    ctypedef struct PyDescrObject:
        PyTypeObject *d_type
    ctypedef struct PyMemberDescrObject:
        PyDescrObject d_common
        PyMemberDef *d_member
    ctypedef struct PyListObject:
        PyObject **ob_item
    ctypedef struct PyTupleObject:
        PyObject *ob_item[1]
    ctypedef struct setentry:
        PyObject *key
        Py_hash_t hash
    ctypedef struct PySetObject:
        Py_ssize_t used
        Py_ssize_t mask
        setentry *table
    ctypedef struct PyCellObject:
        PyObject *ob_ref
    ctypedef struct PyMethodObject:
        PyObject *im_func
        PyObject *im_self
    ctypedef struct PyCFunctionObject:
        PyMethodDef *m_ml
        PyObject *m_self
        PyObject *m_module
    ctypedef struct PyFunctionObject:
        PyObject *func_code
        PyObject *func_defaults
        PyObject *func_kwdefaults
        PyObject *func_closure
        PyObject *func_qualname
        PyObject *func_dict
        PyObject *func_globals
    ctypedef struct PyCodeObject:
        PyObject *co_consts
        PyObject *co_filename
        PyObject *co_name
        int co_firstlineno
    ctypedef struct PyBaseExceptionObject:
        PyObject *args
        PyObject *cause
        PyObject *context
        PyObject *traceback
    ctypedef struct PyTracebackObject:
        PyTracebackObject *tb_next
        PyObject *tb_frame "tb_frame"
        int tb_lasti
        int tb_lineno
    int PyBUF_FULL_RO
    int PyObject_GetBuffer(PyObject *o, Py_buffer *view, int flags) noexcept
    void PyBuffer_Release(Py_buffer *view) noexcept
    PyObject *PyObject_CallNoArgs(PyObject *f) noexcept
    PyObject *PyObject_CallMethodNoArgs(PyObject *o, PyObject *name) noexcept
    PyObject *PyObject_CallOneArg(PyObject *f, PyObject *a) noexcept
    Py_ssize_t PyUnicode_Find(PyObject *s, PyObject *part, Py_ssize_t start, Py_ssize_t end, int direction) noexcept
    PyObject *PyUnicode_Substring(PyObject *s, Py_ssize_t start, Py_ssize_t end) noexcept
    PyObject *PyUnicode_Concat(PyObject *a, PyObject *b) noexcept
    ctypedef struct PySliceObject:
        PyObject *start
        PyObject *stop
        PyObject *step
    ctypedef struct Py_complex:
        double real
        double imag
    ctypedef struct PyComplexObject:
        Py_complex cval
    unsigned long TPFLAGS_LIST_SUBCLASS "Py_TPFLAGS_LIST_SUBCLASS"
    unsigned long TPFLAGS_DICT_SUBCLASS "Py_TPFLAGS_DICT_SUBCLASS"
    unsigned long TPFLAGS_TUPLE_SUBCLASS "Py_TPFLAGS_TUPLE_SUBCLASS"
    unsigned long TPFLAGS_TYPE_SUBCLASS "Py_TPFLAGS_TYPE_SUBCLASS"
    unsigned long TPFLAGS_LONG_SUBCLASS "Py_TPFLAGS_LONG_SUBCLASS"
    unsigned long TPFLAGS_UNICODE_SUBCLASS "Py_TPFLAGS_UNICODE_SUBCLASS"
    unsigned long TPFLAGS_BYTES_SUBCLASS "Py_TPFLAGS_BYTES_SUBCLASS"
    unsigned long TPFLAGS_BASE_EXC_SUBCLASS "Py_TPFLAGS_BASE_EXC_SUBCLASS"
    unsigned long TPFLAGS_HEAPTYPE "Py_TPFLAGS_HEAPTYPE"
    unsigned long TPFLAGS_HAVE_GC "Py_TPFLAGS_HAVE_GC"
    unsigned long TPFLAGS_IMMUTABLETYPE "Py_TPFLAGS_IMMUTABLETYPE"
    int T_OBJECT_EX, T_OBJECT, T_BOOL, T_INT, T_UINT, T_SHORT, T_BYTE, T_UBYTE, T_LONG, T_LONGLONG, T_PYSSIZET
    int METH_NOARGS, METH_VARARGS, METH_KEYWORDS
    ctypedef PyObject *(*PyCFunctionWithKeywords)(PyObject *, PyObject *, PyObject *) noexcept
    Py_ssize_t PY_SSIZE_T_MAX
    PyObject *PyUnicode_FromKindAndData(int kind, const void *data, Py_ssize_t n) noexcept
    PyObject *PyBytes_FromStringAndSize(const char *data, Py_ssize_t n) noexcept
    double PyFloat_Unpack2(const char *p, int little) noexcept
    PyObject *PyUnicode_InternFromString(const char *text) noexcept
    PyObject *PyUnicode_FromFormat(const char *format, ...) noexcept
    PyTypeObject PyODict_Type, PyMemoryView_Type, PyBaseObject_Type, PyFrame_Type, PyTraceBack_Type, PyCode_Type
    PyTypeObject *es_super_after(PyObject *o) noexcept
    PyTypeObject *es_super_of(PyObject *o) noexcept
    PyTypeObject PyType_Type, PyList_Type, PyDict_Type, PySet_Type, PyFrozenSet_Type, PyTuple_Type
    PyTypeObject PyLong_Type, PyUnicode_Type, PyFloat_Type, PyBool_Type, PyBytes_Type, PyComplex_Type
    PyTypeObject PyByteArray_Type, PyFunction_Type, PyMethod_Type, PyCell_Type, PyModule_Type, PyGen_Type
    PyTypeObject PyCoro_Type, PyAsyncGen_Type, PyRange_Type, PySlice_Type, PyProperty_Type, PyMemberDescr_Type
    PyTypeObject PyStaticMethod_Type, PyClassMethod_Type, PyMethodDescr_Type, PyCFunction_Type
    PyTypeObject *Py_TYPE(PyObject *o) noexcept
    PyObject *PyObject_Init(PyObject *o, PyTypeObject *tp) noexcept
    Py_ssize_t Py_SIZE(PyObject *o) noexcept
    void Py_INCREF(PyObject *o) noexcept
    void Py_DECREF(PyObject *o) noexcept
    Py_hash_t PyObject_Hash(PyObject *o) noexcept
    bint PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b) noexcept
    PyObject *_PyType_Lookup(PyTypeObject *tp, PyObject *name) noexcept
    void PyType_Modified(PyTypeObject *tp) noexcept
    int PyDict_Next(PyObject *d, Py_ssize_t *pos, PyObject **key, PyObject **value) noexcept
    PyObject *PyDict_GetItemWithError(PyObject *d, PyObject *key) noexcept
    Py_ssize_t PyDict_Size(PyObject *d) noexcept
    int PyDict_SetItem(PyObject *d, PyObject *key, PyObject *value) noexcept
    bint PyDict_Check(PyObject *o) noexcept
    bint PyTuple_Check(PyObject *o) noexcept
    bint PyTuple_CheckExact(PyObject *o) noexcept
    bint PyModule_Check(PyObject *o) noexcept
    PyObject *PyModule_GetDict(PyObject *m) noexcept
    Py_ssize_t PyTuple_GET_SIZE(PyObject *o) noexcept
    PyObject *PyTuple_GET_ITEM(PyObject *o, Py_ssize_t i) noexcept
    PyObject *PyList_GET_ITEM(PyObject *o, Py_ssize_t i) noexcept
    Py_ssize_t PyList_Size(PyObject *o) noexcept
    PyObject *PyList_AsTuple(PyObject *o) noexcept
    int PyList_Append(PyObject *o, PyObject *item) noexcept
    Py_ssize_t PyBytes_GET_SIZE(PyObject *o) noexcept
    char *PyBytes_AS_STRING(PyObject *o) noexcept
    char *PyByteArray_AS_STRING(PyObject *o) noexcept
    Py_ssize_t PyUnicode_GET_LENGTH(PyObject *o) noexcept
    int PyUnicode_KIND(PyObject *o) noexcept
    void *PyUnicode_DATA(PyObject *o) noexcept
    uint32_t PyUnicode_READ(int kind, const void *data, Py_ssize_t i) noexcept
    uint32_t PyUnicode_READ_CHAR(PyObject *o, Py_ssize_t i) noexcept
    int PyUnicode_Compare(PyObject *a, PyObject *b) noexcept
    const char *PyUnicode_AsUTF8(PyObject *o) noexcept
    double PyFloat_AS_DOUBLE(PyObject *o) noexcept
    void PyErr_Clear() noexcept
    PyObject *PyErr_GetHandledException() noexcept
    PyObject *PyExc_MemoryError
    int PyGC_Disable() noexcept
    int PyGC_Enable() noexcept
    PyObject *PyImport_GetModuleDict() noexcept
    unsigned long PyThread_get_thread_ident() noexcept

cdef enum:
    OP_SITE = 1
    OP_SWITCH = 2
    OP_PARENT = 3
    OP_CELL = 4
    OP_OBJ = 5
    OP_SETITEM = 6
    OP_DELITEM = 7
    OP_APPEND = 8
    OP_SETATTR = 9
    OP_DELATTR = 10
    OP_DEATH = 11
    OP_ASOF = 12
    OP_TIME = 13
    OP_OUTPUT = 14
    OP_LOST = 15
    OP_THREAD = 16
    OP_TYPE = 17
    OP_BLOB = 18
    OP_STR = 19
    OP_STRDROP = 26
    OP_GAP = 20
    OP_TASK = 21
    OP_SWITCHF = 22
    OP_NAMESPACE = 23
    OP_END = 25
    OP_SIZE = 27
    OP_ENTERS = 29
    OP_NAME = 31
    OP_AT = 32
    OP_LASTED = 33

cdef enum:
    V_UNBOUND = 0
    V_NONE = 1
    V_FALSE = 2
    V_TRUE = 3
    V_ELLIPSIS = 4
    V_NOTIMPLEMENTED = 5
    V_INT32 = 6
    V_INT64 = 7
    V_BIGINT = 8
    V_FLOAT = 9
    V_COMPLEX = 10
    V_STR = 11
    V_REF = 12
    V_TUPLE = 13
    V_DEPTH = 14
    V_TUPLE_CUT = 15

ABI = CORE_ABI

cdef str NAME_MODULE = "__module__"
cdef str NAME_TRACEBACK = "__traceback__"
cdef str NAME_LINES = "lines"
cdef str NAME_CO_NAME = "co_name"
cdef str NAME_CO_FILENAME = "co_filename"
cdef str NAME_CO_LINE = "co_firstlineno"
cdef str NAME_FIELDS = "_fields"
cdef str NAME_BY_VALUE = "_value2member_map_"
cdef str NAME_SHAPE = "shape"
cdef str NAME_RELEASED = "released"
cdef str NAME_ASYNCIO = "_asyncio"
cdef str NAME_CURRENT_TASKS = "_current_tasks"
cdef str NAME_CURRENT_TASK = "current_task"
cdef str NAME_GET_NAME = "get_name"
cdef str TEXT_AT = " at 0x"
cdef str TEXT_END = ">"
cdef str TEXT_DOT = "."
cdef str NAME_NAME = "__name__"
cdef str CLASS_CELL = "__class__"
cdef str NAME_TZINFO = "tzinfo"
cdef str NAME_DEFAULTS = "__defaults__"
cdef str NAME_KWDEFAULTS = "__kwdefaults__"
cdef str NAME_CAUSE = "__cause__"
cdef str NAME_CONTEXT = "__context__"
cdef str NAME_SELF = "__self__"
cdef str NAME_FUNC = "__func__"
cdef str NAME_INIT = "__init__"
cdef str NAME_NEW = "__new__"
cdef str NAME_DEL = "__del__"
cdef str NAME_CALL = "__call__"
cdef str NAME_SETITEM = "__setitem__"
cdef str NAME_GETATTRIBUTE = "__getattribute__"
cdef str NAME_DICT = "__dict__"
cdef str NAME_APPEND = "append"
cdef str NAME_THREADING = "threading"
cdef str NAME_ACTIVE = "_active"
cdef str NAME_THREAD_NAME = "_name"
cdef object _object_getattribute = object.__dict__["__getattribute__"]
cdef PyObject *OBJECT_GETATTRIBUTE = <PyObject *>_object_getattribute
cdef object _object_class = object.__dict__["__class__"]
cdef PyObject *OBJECT_CLASS = <PyObject *>_object_class

include "capture_ring.pxi"
include "capture_table.pxi"
include "capture_text.pxi"
include "capture_values.pxi"
include "capture_classes.pxi"
include "capture_members.pxi"
include "capture_objects.pxi"
include "capture_memory.pxi"
include "capture_budget.pxi"
include "capture_tensor.pxi"
include "capture_examine.pxi"
include "capture_frames.pxi"
include "capture_shadows.pxi"
include "capture_effects.pxi"
include "capture_mutators.pxi"
include "capture_notes.pxi"
include "capture_held.pxi"
include "capture_kept.pxi"
include "capture_outside.pxi"
include "capture_given.pxi"
include "capture_deaths.pxi"
include "capture_sites.pxi"
include "capture_clock.pxi"
include "capture_specs.pxi"
include "capture_operands.pxi"
include "capture_quick.pxi"
include "capture_waiting.pxi"
include "capture_names.pxi"
include "capture_api.pxi"
include "capture_again.pxi"
