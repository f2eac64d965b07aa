# Tensors of torch: shape, element type, device and the first elements, asked of torch's own getters in C and read in place.
# Only exact Tensor and Parameter are read, and only while no mode of the program takes part in what torch does.

cdef struct Element:
    const char *name         # as torch.dtype shows itself
    char code                # of walk_raw
    char size

cdef Element[13] TENSOR_ELEMENTS = [
    Element(b"torch.float32", c"f", 4), Element(b"torch.float64", c"d", 8), Element(b"torch.float16", c"e", 2),
    Element(b"torch.bfloat16", c"y", 2), Element(b"torch.int64", c"q", 8), Element(b"torch.int32", c"q", 4),
    Element(b"torch.int16", c"q", 2), Element(b"torch.int8", c"q", 1), Element(b"torch.uint8", c"Q", 1),
    Element(b"torch.bool", c"?", 1), Element(b"torch.complex64", c"Z", 8), Element(b"torch.complex128", c"Z", 16),
    Element(NULL, 0, 0),
]
cdef str NAME_TORCH = "torch._C"
cdef str NAME_TORCH_MODES = "_len_torch_function_stack"
cdef str NAME_DEVICE = "device"
cdef str NAME_REQUIRES_GRAD = "requires_grad"
cdef tuple NO_ARGUMENTS = ()


cdef bint is_tensor_type(PyTypeObject *tp) noexcept:
    """Whether instances are plain tensors of torch, as opposed to those of a class of the program."""
    cdef PyTypeObject *base = tp.tp_base
    if base == NULL or not is_heap(tp):
        return False
    if strcmp(tp.tp_name, b"Parameter") == 0:
        return strcmp(base.tp_name, b"Tensor") == 0 and named_in(tp, b"torch.nn.parameter") and is_tensor_type(base)
    return strcmp(tp.tp_name, b"Tensor") == 0 and named_in(tp, b"torch") and is_fixed_type(base) \
        and strcmp(base.tp_name, b"torch._C.TensorBase") == 0


cdef bint named_in(PyTypeObject *tp, const char *module) noexcept:
    """Whether a class says that it belongs to a module."""
    cdef PyObject *name = dict_get_str(tp.tp_dict, <PyObject *>NAME_MODULE)
    cdef const char *text
    if name == NULL or Py_TYPE(name) != &PyUnicode_Type:
        return False
    text = PyUnicode_AsUTF8(name)
    if text == NULL:
        PyErr_Clear()
        return False
    return strcmp(text, module) == 0


cdef bint torch_is_plain() noexcept:
    """Whether no `with TorchFunctionMode()` of the program would be asked by torch's getters."""
    cdef PyObject *module = dict_get_str(PyImport_GetModuleDict(), <PyObject *>NAME_TORCH)
    cdef PyObject *count
    cdef PyObject *modes
    cdef int64_t x = 1
    if module == NULL or Py_TYPE(module) != &PyModule_Type:
        return False
    count = dict_get_str(PyModule_GetDict(module), <PyObject *>NAME_TORCH_MODES)
    if count == NULL or Py_TYPE(count) != &PyCFunction_Type:
        return False
    modes = PyObject_CallNoArgs(count)
    if modes == NULL:
        PyErr_Clear()
        return False
    if Py_TYPE(modes) != &PyLong_Type or not es_int_small(modes, &x):
        x = 1
    Py_DECREF(modes)
    return x == 0


cdef PyObject *asked(PyTypeObject *base, const char *name, PyObject *o) noexcept:
    """What a method in C without arguments gives (a new reference); NULL if it fails or there is none."""
    cdef PyMethodDef *m = base.tp_methods
    cdef PyObject *made = NULL
    while m != NULL and m.ml_name != NULL:
        if strcmp(m.ml_name, name) == 0:
            if m.ml_flags == METH_NOARGS:
                made = m.ml_meth(o, NULL)
            elif m.ml_flags == (METH_VARARGS | METH_KEYWORDS):
                made = (<PyCFunctionWithKeywords><void *>m.ml_meth)(o, <PyObject *>NO_ARGUMENTS, NULL)
            if made == NULL:
                PyErr_Clear()
            return made
        m += 1
    return NULL


cdef int read_extents(PyObject *tuple, Py_ssize_t *extents) noexcept:
    """The numbers in a tuple, or in an instance of a subclass; -1 if they are not plain or too many."""
    cdef Py_ssize_t i, n
    cdef int64_t x
    if tuple == NULL or not PyTuple_Check(tuple):
        return -1
    n = PyTuple_GET_SIZE(tuple)
    if n > MAX_DIMENSIONS:
        return -1
    for i in range(n):
        if Py_TYPE(PyTuple_GET_ITEM(tuple, i)) != &PyLong_Type or not es_int_small(PyTuple_GET_ITEM(tuple, i), &x):
            return -1
        extents[i] = x
    return <int>n


cdef void walk_tensor(Walk *w, PyObject *o, TypeInfo *info) noexcept:
    """Elements in memory, then shape, device and whether gradients are kept."""
    cdef PyTypeObject *base = base_type(info.tp, b"torch._C.TensorBase")
    cdef PyObject *shape
    cdef PyObject *made
    cdef Grid g
    cdef Py_ssize_t extents[MAX_DIMENSIONS]
    cdef Py_ssize_t strides[MAX_DIMENSIONS]
    cdef bint on_cpu = False
    cdef int i
    if base == NULL or not torch_is_plain():
        w.cut = True
        return
    memset(&g, 0, sizeof(Grid))
    shape = computed_by(base, b"shape", o)
    g.nd = read_extents(shape, extents)
    if shape != NULL:
        Py_DECREF(shape)
    if g.nd < 0:
        w.cut = True
        return
    g.dimensions = extents
    g.strides = strides
    made = computed_by(base, b"dtype", o)
    if made != NULL:
        tensor_element(made, &g)
        if w.emit:
            w.text = repr_text(made, Py_TYPE(made))
        Py_DECREF(made)
    made = computed_by(base, b"is_cpu", o)
    on_cpu = made == Py_True_ptr
    if made != NULL:
        Py_DECREF(made)
    if not on_cpu or g.code == 0 or not tensor_memory(base, o, &g):
        g.code = 0
    for i in range(g.nd):
        strides[i] *= g.itemsize
    walk_grid(w, &g)
    walk_shape(w, g.nd, extents)
    made = computed_by(base, b"device", o)
    if made != NULL:
        walk_repr(w, <PyObject *>NAME_DEVICE, made)
        Py_DECREF(made)
    made = computed_by(base, b"requires_grad", o)
    if made == Py_True_ptr:
        walk_number(w, <PyObject *>NAME_REQUIRES_GRAD, 1, True)
    if made != NULL:
        Py_DECREF(made)
    walk_instance(w, o, info)


cdef void tensor_element(PyObject *dtype, Grid *g) noexcept:
    """How the elements of a dtype are read, from its own name for itself."""
    cdef PyObject *shown = NULL
    cdef const char *name
    cdef Element *e = &TENSOR_ELEMENTS[0]
    if strcmp(Py_TYPE(dtype).tp_name, b"torch.dtype") == 0 and is_fixed_type(Py_TYPE(dtype)):
        shown = Py_TYPE(dtype).tp_repr(dtype)
    if shown == NULL:
        PyErr_Clear()
        return
    name = PyUnicode_AsUTF8(shown) if Py_TYPE(shown) == &PyUnicode_Type else NULL
    while name != NULL and e.name != NULL:
        if strcmp(e.name, name) == 0:
            g.code = e.code
            g.itemsize = e.size
        e += 1
    Py_DECREF(shown)


cdef bint tensor_memory(PyTypeObject *base, PyObject *o, Grid *g) noexcept:
    """Where the elements are; False for sparse tensors and others without memory of their own."""
    cdef PyObject *made = asked(base, b"stride", o)
    cdef int n = read_extents(made, g.strides)
    cdef int64_t address = 0
    if made != NULL:
        Py_DECREF(made)
    if n != g.nd:
        return False
    made = asked(base, b"is_conj", o)
    if made != Py_False_ptr and made != NULL:
        Py_DECREF(made)
        return False
    if made != NULL:
        Py_DECREF(made)
    made = asked(base, b"is_neg", o)
    if made != Py_False_ptr and made != NULL:
        Py_DECREF(made)
        return False
    if made != NULL:
        Py_DECREF(made)
    made = asked(base, b"data_ptr", o)
    if made == NULL:
        return False
    if Py_TYPE(made) == &PyLong_Type:
        es_int_small(made, &address)
    Py_DECREF(made)
    g.data = <char *><size_t>address
    return g.data != NULL


cdef void walk_repr(Walk *w, PyObject *name, PyObject *o) noexcept:
    """An attribute that is an object of torch's, as the text that its repr in C gives."""
    cdef PyObject *shown = Py_TYPE(o).tp_repr(o) if is_fixed_type(Py_TYPE(o)) else NULL
    if shown == NULL:
        PyErr_Clear()
        return
    walk_attr(w, name, shown)
    Py_DECREF(shown)
