"""Extension types that keep freed memory for their next instance: two objects never share an id."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.helpers.heap import record_program

SOURCE = """
#include <Python.h>
typedef struct { PyObject_HEAD } Thing;
static PyObject *kept = NULL;
static PyObject *thing_new(PyTypeObject *tp, PyObject *args, PyObject *kw) {
    PyObject *o = kept;
    if (o == NULL) return tp->tp_alloc(tp, 0);
    kept = NULL;
    return PyObject_Init(o, tp);
}
static void thing_dealloc(PyObject *o) {
    if (kept == NULL) kept = o; else Py_TYPE(o)->tp_free(o);
}
static PyTypeObject Thing_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "keeping.Thing", .tp_basicsize = sizeof(Thing), .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = thing_new, .tp_dealloc = thing_dealloc,
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "keeping", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_keeping(void) {
    PyObject *m = PyModule_Create(&module);
    if (m == NULL || PyType_Ready(&Thing_Type) < 0) return NULL;
    Py_INCREF(&Thing_Type);
    PyModule_AddObject(m, "Thing", (PyObject *)&Thing_Type);
    return m;
}
"""
PROGRAM = """
import keeping

def main():
    first = keeping.Thing()
    place = id(first)
    first = None
    second = keeping.Thing()
    same = id(second) == place
    return same

main()
"""


def test_memory_that_an_extension_type_keeps_makes_another_object(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    source = tmp_path / "keeping.c"
    source.write_text(SOURCE)
    made = tmp_path / f"keeping{sysconfig.get_config_var('EXT_SUFFIX')}"
    include = sysconfig.get_path("include")
    command = [compiler, "-shared", "-fPIC", f"-I{include}", str(source), "-o", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)

    with record_program(script, tmp_path) as rec:
        steps = [i for i in range(len(rec)) if rec[i].function == "main"]
        first = rec.locals(steps[1])["first"].object_id
        last = rec.locals(steps[-1])

    assert last["same"].data is True
    assert first is not None
    assert last["second"].object_id != first
