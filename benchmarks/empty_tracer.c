/* The cheapest tracers that CPython allows: callbacks in C that do nothing.
 *
 * settrace() turns on PyEval_SetTrace; monitoring() turns on sys.monitoring (3.12 and newer) with the
 * events LINE, PY_START and PY_RETURN. Both for the thread that calls.
 */
#include <Python.h>

static int nothing(PyObject *self, PyFrameObject *frame, int what, PyObject *arg) { return 0; }

static PyObject *settrace(PyObject *self, PyObject *ignored)
{
    PyEval_SetTrace(nothing, NULL);
    Py_RETURN_NONE;
}

static PyObject *callback(PyObject *self, PyObject *const *args, Py_ssize_t count) { Py_RETURN_NONE; }

static PyMethodDef callback_method = {"callback", (PyCFunction)(void (*)(void))callback, METH_FASTCALL, NULL};

static PyObject *monitoring(PyObject *self, PyObject *ignored)
{
    static const char *const names[] = {"LINE", "PY_START", "PY_RETURN"};
    PyObject *api = PySys_GetObject("monitoring"), *events, *function, *result;
    long mask = 0;
    if (api == NULL)
        return PyErr_Format(PyExc_RuntimeError, "sys.monitoring needs Python 3.12");
    if ((result = PyObject_CallMethod(api, "use_tool_id", "is", 3, "empty")) == NULL)
        return NULL;
    Py_DECREF(result);
    events = PyObject_GetAttrString(api, "events");
    function = PyCFunction_New(&callback_method, NULL);
    if (events == NULL || function == NULL)
        return NULL;
    for (int i = 0; i < 3; i++) {
        PyObject *event = PyObject_GetAttrString(events, names[i]);
        if (event == NULL)
            return NULL;
        mask |= PyLong_AsLong(event);
        result = PyObject_CallMethod(api, "register_callback", "iOO", 3, event, function);
        Py_DECREF(event);
        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    Py_DECREF(events);
    Py_DECREF(function);
    return PyObject_CallMethod(api, "set_events", "il", 3, mask);
}

static PyMethodDef methods[] = {
    {"settrace", settrace, METH_NOARGS, "Trace with a callback that does nothing."},
    {"monitoring", monitoring, METH_NOARGS, "Monitor with a callback that does nothing."},
    {NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "empty_tracer", NULL, -1, methods};

PyMODINIT_FUNC PyInit_empty_tracer(void) { return PyModule_Create(&module); }
