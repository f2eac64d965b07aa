# cython: language_level=3, binding=False
"""What the bootstrap in the target needs from C: callables and constants that leave no trace in tracebacks.

Functions that Cython makes add an entry to the traceback of an exception that passes through them, so
the callables here are plain C functions with a method table of their own.
"""

import sys

cimport cython
from abi cimport CORE_ABI
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF

cdef extern from "Python.h":
    ctypedef struct PyMethodDef:
        const char *ml_name
        void *ml_meth
        int ml_flags
        const char *ml_doc
    int METH_O
    int METH_NOARGS
    object PyCFunction_NewEx(PyMethodDef *ml, object self, object module)
    PyObject *PyObject_CallOneArg(PyObject *f, PyObject *arg) noexcept
    PyObject *PyObject_CallNoArgs(PyObject *f) noexcept
    PyObject *PyObject_Vectorcall(
        PyObject *f, PyObject *const *args, size_t nargs, PyObject *names
    ) noexcept
    void PyErr_Clear() noexcept
    bint PyUnicode_Check(PyObject *o) noexcept
    bint PyObject_CheckBuffer(PyObject *o) noexcept
    PyObject *PyUnicode_FromObject(PyObject *o) noexcept
    PyObject *PyBytes_FromObject(PyObject *o) noexcept
    Py_ssize_t PyTuple_GET_SIZE(object t) noexcept
    PyObject *PyTuple_GET_ITEM(object t, Py_ssize_t i) noexcept
    unsigned long PyType_GetFlags(type t) noexcept
    ctypedef struct PyThreadState:
        pass
    PyThreadState *PyThreadState_Get() noexcept
    int PyErr_CheckSignals() except -1
    void PyThreadState_EnterTracing(PyThreadState *tstate) noexcept
    void PyThreadState_LeaveTracing(PyThreadState *tstate) noexcept
    unsigned long Py_TPFLAGS_HEAPTYPE
    void PyTuple_SET_ITEM(PyObject *t, Py_ssize_t i, PyObject *o) noexcept

cdef extern from "<signal.h>" nogil:
    ctypedef struct sigset_t:
        pass
    int SIG_BLOCK
    int SIG_SETMASK
    int SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS
    int sigfillset(sigset_t *set)
    int sigdelset(sigset_t *set, int number)
    int pthread_sigmask(int how, const sigset_t *set, sigset_t *before)

ABI = CORE_ABI

cdef int FACTS_BLOB = 2  # the kind of a blob that is a JSON object of facts about the recording
cdef int LONGEST_MESSAGE = 1000
cdef frozenset _PLAIN = frozenset({str, int, float, bytes, bool, type(None)})
cdef object _qualname = type.__dict__["__qualname__"].__get__
cdef object _args = BaseException.args.__get__


include "boot_streams.pxi"


@cython.final
cdef class Quietly:
    """A callable of a type of its own: profilers list functions that are built in."""

    def __call__(self, function, *args):
        """Calls a function of ours of which the program's tracers, profilers and monitors see nothing.

        Signals wait until it is done, as far as this thread gets them: what a handler raises must not end in
        one of our own. An exception that came from the program all the same goes on; any other is the function's
        own business, and gives None.
        """
        cdef PyThreadState *here = PyThreadState_Get()
        cdef sigset_t waiting
        cdef sigset_t before
        cdef int number
        sigfillset(&waiting)
        for number in (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS):
            sigdelset(&waiting, number)
        PyErr_CheckSignals()  # those that came already, with the tracers of the program still on
        pthread_sigmask(SIG_BLOCK, &waiting, &before)
        PyThreadState_EnterTracing(here)
        try:
            return function(*args)
        except BaseException as error:
            if not isinstance(error, Exception) or _from_elsewhere(error.__traceback__):
                raise
            return None
        finally:
            PyThreadState_LeaveTracing(here)
            pthread_sigmask(SIG_SETMASK, &before, NULL)


quietly = Quietly()


def cut_out(error):
    """Takes our frames out of a traceback: all from the second entry to the last that is ours."""
    cdef object first = error.__traceback__
    cdef object entry = first
    cdef object last = None
    while entry is not None:
        if _is_ours(entry.tb_frame):
            last = entry
        entry = entry.tb_next
    if last is not None and last is not first:
        first.tb_next = last.tb_next


cdef bint _is_ours(frame):
    cdef object name = dict.get(frame.f_globals, "__name__")
    return type(name) is str and (<str> name).startswith("escope_tui.")


cdef bint _from_elsewhere(trace):
    """Whether an exception was raised in a frame that is neither ours nor the import system's."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return not _is_ours(trace.tb_frame) and not trace.tb_frame.f_code.co_filename.startswith("<frozen ")


def overwrite(tuple old not None, tuple new not None):
    """Puts the entries of `new` into `old` itself, a code object's constants; both have the same length.

    The code object of `__main__` is already running when its constants can be bound, so it cannot be
    replaced by a copy. No one else holds the tuple, and each entry is swapped whole.
    """
    cdef Py_ssize_t i, n = PyTuple_GET_SIZE(old)
    cdef PyObject *before
    cdef PyObject *after
    if PyTuple_GET_SIZE(new) != n:
        raise ValueError("the constants differ in number")
    for i in range(n):
        before = PyTuple_GET_ITEM(old, i)
        after = PyTuple_GET_ITEM(new, i)
        if before != after:
            Py_INCREF(<object> after)
            PyTuple_SET_ITEM(<PyObject *> old, i, after)
            Py_XDECREF(before)


def tell_ending(emit_blob, main):
    """Tells the recording which exception ended the program; `main` is the code of `__main__`.

    The last of all exit handlers. It is here so that a debugger that still steps sees no frame of it.
    """
    cdef object error = getattr(sys, "last_value", None)
    cdef object trace = getattr(sys, "last_traceback", None)
    if isinstance(error, BaseException) and trace is not None and trace.tb_frame.f_code is main:
        try:
            emit_blob(FACTS_BLOB, exception_json(error, trace).encode())
        except Exception:
            pass  # the program ends as it would have


def exception_json(error, trace):
    """The exception as a JSON object, made without running any code of the program."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return (
        f'{{"exception": {{"type": {quoted(_qualname(type(error)))}, "message": {quoted(message(error))}, '
        f'"file": {quoted(trace.tb_frame.f_code.co_filename)}, "line": {int(trace.tb_lineno or 0)}, "thread": 0}}}}'
    )


cdef str message(error):
    """What `str` would say, as far as builtin types alone decide it."""
    cdef tuple args = _args(error)
    cdef bint plain = not PyType_GetFlags(type(error)) & Py_TPFLAGS_HEAPTYPE
    for arg in args:
        plain = plain and type(arg) in _PLAIN
    if plain:
        return str(error)[:LONGEST_MESSAGE]
    if len(args) == 1 and type(args[0]) is str:
        return args[0][:LONGEST_MESSAGE]
    return ""


cdef str quoted(str text):
    """The text as a JSON string in ASCII, with lone surrogates where there are some."""
    cdef list parts = ['"']
    cdef Py_UCS4 char
    cdef unsigned int code
    for char in text:
        code = char
        if char == 34 or char == 92:
            parts.append(f"\\{char}")
        elif 32 <= code < 127:
            parts.append(f"{char}")
        elif code < 0x10000:
            parts.append(f"\\u{code:04x}")
        else:
            code -= 0x10000
            parts.append(f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}")
    parts.append('"')
    return "".join(parts)
