# What the program writes to its output streams: the streams stay what they are, and each write is told first.
#
# Streams of C types are followed where the type keeps its method: the function behind `write` in the type's own
# method table is one of ours, which calls the one that was there. Nothing shows it: the streams' attributes, the
# methods' names and owners, signatures and errors are what they were.

cdef extern from *:
    """
    #define ES_METHODS 8
    #define ES_STREAMS 4
    typedef struct { PyMethodDef *def; PyCFunction original; PyCFunction mine; int flushes; } es_method;
    typedef struct { PyObject *stream; PyObject *alive; PyObject *tee; int number; int text; } es_stream;
    typedef PyObject *(*es_with_class)(PyObject *, PyTypeObject *, PyObject *const *, size_t, PyObject *);

    static es_method es_methods[ES_METHODS];
    static int es_method_count = 0;
    static es_stream es_streams[ES_STREAMS];
    static int es_stream_count = 0;
    static _Thread_local int es_inside[3];   /* by stream number: whether this thread is inside the text layer */
    static void (*es_tell)(PyObject *tee, PyObject *data) = NULL;

    /* The entry of a stream that is followed and alive; NULL for all others. */
    static es_stream *es_followed(PyObject *stream) {
        for (int i = 0; i < es_stream_count; i++) {
            if (es_streams[i].stream == stream) {
                PyObject *found = PyObject_CallNoArgs(es_streams[i].alive);
                Py_XDECREF(found);
                return found == stream ? &es_streams[i] : NULL;
            }
        }
        return NULL;
    }

    /* Tells what is about to be written; gives the number of the text stream that is entered, else 0. */
    static int es_before(es_stream *s, int method, PyObject *data) {
        if (!s->text) {
            if (!es_inside[s->number]) es_tell(s->tee, data);
            return 0;
        }
        if (!es_methods[method].flushes && PyUnicode_Check(data)) es_tell(s->tee, data);
        return s->number;
    }

    static PyObject *es_one(int method, PyObject *self, PyObject *data) {
        PyCFunction original = es_methods[method].original;
        es_stream *s = es_followed(self);
        int number = s == NULL ? 0 : es_before(s, method, data);
        if (!number) return original(self, data);
        int before = es_inside[number];
        es_inside[number] = 1;
        PyObject *got = original(self, data);
        es_inside[number] = before;
        return got;
    }

    static PyObject *es_many(int method, PyObject *self, PyTypeObject *cls, PyObject *const *args, size_t n, PyObject *names) {
        es_stream *s = n == 1 && names == NULL ? es_followed(self) : NULL;
        if (s != NULL && !s->text) es_before(s, method, args[0]);
        return ((es_with_class)(void (*)(void))es_methods[method].original)(self, cls, args, n, names);
    }

    #define ES_BOTH(i) \
        static PyObject *es_one_##i(PyObject *self, PyObject *data) { return es_one(i, self, data); } \
        static PyObject *es_many_##i(PyObject *self, PyTypeObject *c, PyObject *const *a, size_t n, PyObject *k) { \
            return es_many(i, self, c, a, n, k); }
    ES_BOTH(0) ES_BOTH(1) ES_BOTH(2) ES_BOTH(3) ES_BOTH(4) ES_BOTH(5) ES_BOTH(6) ES_BOTH(7)
    #define ES_MANY(i) (PyCFunction)(void (*)(void))es_many_##i
    static const PyCFunction es_ones[ES_METHODS] = {
        es_one_0, es_one_1, es_one_2, es_one_3, es_one_4, es_one_5, es_one_6, es_one_7};
    static const PyCFunction es_manys[ES_METHODS] = {
        ES_MANY(0), ES_MANY(1), ES_MANY(2), ES_MANY(3), ES_MANY(4), ES_MANY(5), ES_MANY(6), ES_MANY(7)};

    /* Puts ours behind a method of a C type; 0 where its calling convention is not known. */
    static int es_follow_method(PyObject *descriptor, int flushes, int text) {
        PyMethodDef *def = ((PyMethodDescrObject *)descriptor)->d_method;
        int one = def->ml_flags == METH_O || def->ml_flags == METH_NOARGS;
        int many = !text && def->ml_flags == (METH_METHOD | METH_FASTCALL | METH_KEYWORDS);
        int i = es_method_count;
        for (int k = 0; k < i; k++)
            if (es_methods[k].def == def) return 1;
        if ((!one && !many) || i == ES_METHODS) return 0;
        es_methods[i].def = def;
        es_methods[i].original = def->ml_meth;
        es_methods[i].mine = one ? es_ones[i] : es_manys[i];
        es_methods[i].flushes = flushes;
        es_method_count++;
        def->ml_meth = es_methods[i].mine;
        return 1;
    }

    static int es_follow_stream(PyObject *stream, PyObject *tee, int number, int text) {
        if (es_stream_count == ES_STREAMS) return 0;
        PyObject *alive = PyWeakref_NewRef(stream, NULL);
        if (alive == NULL) { PyErr_Clear(); return 0; }
        Py_INCREF(tee);
        es_stream s = {stream, alive, tee, number, text};
        es_streams[es_stream_count++] = s;
        return 1;
    }

    static void es_leave_streams(void) {
        while (es_stream_count) {
            es_stream *s = &es_streams[--es_stream_count];
            Py_DECREF(s->alive);
            Py_DECREF(s->tee);
        }
        while (es_method_count) {
            es_method *m = &es_methods[es_method_count - 1];
            if (m->def->ml_meth != m->mine) break;      /* someone else came behind us */
            m->def->ml_meth = m->original;
            es_method_count--;
        }
    }
    """
    int es_inside[3]
    void (*es_tell)(PyObject *tee, PyObject *data) noexcept
    bint es_follow_method(PyObject *descriptor, bint flushes, bint text) noexcept
    bint es_follow_stream(PyObject *stream, PyObject *tee, int number, bint text) noexcept
    void es_leave_streams() noexcept

cdef object _MethodDescriptor = type(str.upper)


@cython.final
cdef class Tee:
    """One output stream: what is written through it is told to `sink(stream, text)` first.

    Where the stream's type is not one of C, `write` and `flush` stand in for the text layer's methods, `raw` for the
    write of the buffer below.
    What the text layer hands down to its buffer was told already, so the buffer's writes count only
    while this thread is not inside the text layer.
    """

    cdef object sink
    cdef int number
    cdef object key
    cdef object write_
    cdef object flush_
    cdef object raw_
    cdef readonly object write
    cdef readonly object flush
    cdef readonly object raw

    def __cinit__(self, sink, int number, write=None, flush=None, raw=None):
        self.sink = sink
        self.number = number
        self.key = number
        self.write_ = write
        self.flush_ = flush
        self.raw_ = raw
        self.write = PyCFunction_NewEx(&write_def, self, None)
        self.flush = PyCFunction_NewEx(&flush_def, self, None)
        self.raw = PyCFunction_NewEx(&raw_def, self, None)

    def follow(self, stream, bint text):
        """Tells of each write to a stream from now on, if its type keeps its methods in C; False: it does not.

        `text`: it is the text layer, not the buffer below.
        """
        cdef object write = method_in_c(stream, "write")
        cdef object flush = method_in_c(stream, "flush") if text else None
        global es_tell
        es_tell = tell
        return (
            write is not None
            and not (text and flush is None)
            and es_follow_method(<PyObject *> write, False, text)
            and not (text and not es_follow_method(<PyObject *> flush, True, True))
            and es_follow_stream(<PyObject *> stream, <PyObject *> self, self.number, text)
        )


cdef object method_in_c(stream, str name):
    """The method of a stream's type, where that is one of C and the stream has none of its own; else None."""
    cdef object own = getattr(stream, "__dict__", None)
    cdef object base
    if own is not None and name in own:
        return None
    for base in type(stream).__mro__:
        if name in base.__dict__:
            return base.__dict__[name] if type(base.__dict__[name]) is _MethodDescriptor else None
    return None


def leave_streams():
    """Tells of no stream any more, and gives the types their methods back."""
    es_leave_streams()


cdef void tell(PyObject *tee, PyObject *data) noexcept:
    """Gives the sink an exact str or bytes; no code of the program runs for it."""
    cdef PyObject *args[2]
    cdef PyObject *got
    cdef PyObject *exact
    if PyUnicode_Check(data):
        exact = PyUnicode_FromObject(data)
    elif PyObject_CheckBuffer(data):
        exact = PyBytes_FromObject(data)
    else:
        return
    if exact != NULL:
        args[0] = <PyObject *> (<Tee> tee).key
        args[1] = exact
        got = PyObject_Vectorcall(<PyObject *> (<Tee> tee).sink, args, 2, NULL)
        Py_XDECREF(got)
        Py_XDECREF(exact)
    PyErr_Clear()


cdef PyObject *tee_write(PyObject *self, PyObject *text) noexcept:
    cdef Tee tee = <Tee> self
    cdef int before = es_inside[tee.number]
    cdef PyObject *got
    if PyUnicode_Check(text):
        tell(self, text)
    es_inside[tee.number] = 1
    got = PyObject_CallOneArg(<PyObject *> tee.write_, text)
    es_inside[tee.number] = before
    return got


cdef PyObject *tee_flush(PyObject *self, PyObject *unused) noexcept:
    cdef Tee tee = <Tee> self
    cdef int before = es_inside[tee.number]
    cdef PyObject *got
    es_inside[tee.number] = 1
    got = PyObject_CallNoArgs(<PyObject *> tee.flush_)
    es_inside[tee.number] = before
    return got


cdef PyObject *tee_raw(PyObject *self, PyObject *data) noexcept:
    cdef Tee tee = <Tee> self
    if not es_inside[tee.number]:
        tell(self, data)
    return PyObject_CallOneArg(<PyObject *> tee.raw_, data)


cdef PyMethodDef write_def
cdef PyMethodDef flush_def
cdef PyMethodDef raw_def
write_def.ml_name = b"write"
write_def.ml_meth = <void *> tee_write
write_def.ml_flags = METH_O
write_def.ml_doc = NULL
flush_def.ml_name = b"flush"
flush_def.ml_meth = <void *> tee_flush
flush_def.ml_flags = METH_NOARGS
flush_def.ml_doc = NULL
raw_def.ml_name = b"write"
raw_def.ml_meth = <void *> tee_raw
raw_def.ml_flags = METH_O
raw_def.ml_doc = NULL
