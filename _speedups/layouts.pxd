# Fields of builtin types that no member descriptor names: iterators of the interpreter and of itertools, views, proxies.
# An object in one of them is believed only if the type's own traverse function visits it, so a layout that has
# moved shows less, never something else. tests/unit/test_layouts.py reads each of them on every version.
from cpython.object cimport PyObject

cdef extern from *:
    """
    #ifndef ESCOPE_LAYOUTS_H
    #define ESCOPE_LAYOUTS_H
    #include <string.h>
    #include <datetime.h>
    /* kind: O an object; S the source, whose absence means exhausted; n Py_ssize_t; m the same unless it is
       the largest one, which says that another field has the number; i int; b a flag, an int; x a field
       that is not shown; w the referent of a weak reference. The fields of a type follow each other in memory; i and b
       are the first bytes of a word. */
    typedef struct { const char *name; char kind; } es_field;
    typedef struct { const char *type; es_field fields[7]; } es_layout;
    static const es_layout es_layouts[] = {
        {"list_iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"list_reverseiterator", {{"position", 'n'}, {"source", 'S'}}},
        {"tuple_iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"reversed", {{"position", 'n'}, {"source", 'S'}}},
        {"str_iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"str_ascii_iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"bytes_iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"bytearray_iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"memory_iterator", {{"position", 'n'}, {"source", 'S'}}},
        {"callable_iterator", {{"function", 'S'}, {"sentinel", 'O'}}},
    #if PY_VERSION_HEX >= 0x030C0000
        {"range_iterator", {{"next", 'n'}, {"step", 'n'}, {"remaining", 'n'}}},
        {"longrange_iterator", {{"next", 'O'}, {"step", 'O'}, {"remaining", 'O'}}},
    #else
        {"range_iterator", {{"position", 'n'}, {"start", 'n'}, {"step", 'n'}, {"length", 'n'}}},
        {"longrange_iterator", {{"position", 'O'}, {"start", 'O'}, {"step", 'O'}, {"length", 'O'}}},
    #endif
        {"enumerate", {{"count", 'm'}, {"source", 'O'}, {"", 'x'}, {"big_count", 'O'}}},
        {"zip", {{"", 'x'}, {"sources", 'O'}, {"", 'x'}, {"strict", 'b'}}},
        {"map", {{"sources", 'O'}, {"function", 'O'}}},
        {"filter", {{"function", 'O'}, {"source", 'O'}}},
        {"dict_keyiterator", {{"source", 'S'}, {"", 'x'}, {"position", 'n'}, {"", 'x'}, {"remaining", 'n'}}},
        {"dict_valueiterator", {{"source", 'S'}, {"", 'x'}, {"position", 'n'}, {"", 'x'}, {"remaining", 'n'}}},
        {"dict_itemiterator", {{"source", 'S'}, {"", 'x'}, {"position", 'n'}, {"", 'x'}, {"remaining", 'n'}}},
        {"dict_reversekeyiterator", {{"source", 'S'}, {"", 'x'}, {"position", 'n'}, {"", 'x'}, {"remaining", 'n'}}},
        {"dict_reversevalueiterator", {{"source", 'S'}, {"", 'x'}, {"position", 'n'}, {"", 'x'}, {"remaining", 'n'}}},
        {"dict_reverseitemiterator", {{"source", 'S'}, {"", 'x'}, {"position", 'n'}, {"", 'x'}, {"remaining", 'n'}}},
        {"set_iterator", {{"source", 'S'}, {"", 'x'}, {"position", 'n'}, {"remaining", 'n'}}},
        {"_collections._deque_iterator", {{"", 'x'}, {"", 'x'}, {"source", 'O'}, {"", 'x'}, {"remaining", 'n'}}},
        {"collections._deque_iterator", {{"", 'x'}, {"", 'x'}, {"source", 'O'}, {"", 'x'}, {"remaining", 'n'}}},
        {"_collections._deque_reverse_iterator", {{"", 'x'}, {"", 'x'}, {"source", 'O'}, {"", 'x'}, {"remaining", 'n'}}},
        {"collections._deque_reverse_iterator", {{"", 'x'}, {"", 'x'}, {"source", 'O'}, {"", 'x'}, {"remaining", 'n'}}},
        {"dict_keys", {{"mapping", 'O'}}},
        {"dict_values", {{"mapping", 'O'}}},
        {"dict_items", {{"mapping", 'O'}}},
        {"mappingproxy", {{"mapping", 'O'}}},
        {"itertools.count", {{"count", 'm'}, {"big_count", 'O'}, {"step", 'O'}}},
        {"itertools.cycle", {{"source", 'O'}, {"saved", 'O'}, {"position", 'n'}}},
        {"itertools.repeat", {{"element", 'O'}, {"remaining", 'n'}}},
        {"itertools.chain", {{"source", 'S'}, {"active", 'O'}}},
        {"itertools.islice", {{"source", 'S'}, {"next", 'n'}, {"stop", 'n'}, {"step", 'n'}, {"count", 'n'}}},
        {"itertools.takewhile", {{"function", 'O'}, {"source", 'O'}, {"stopped", 'b'}}},
        {"itertools.dropwhile", {{"function", 'O'}, {"source", 'O'}, {"started", 'b'}}},
        {"itertools.filterfalse", {{"function", 'O'}, {"source", 'O'}}},
        {"itertools.starmap", {{"function", 'O'}, {"source", 'O'}}},
        {"itertools.accumulate", {{"total", 'O'}, {"source", 'O'}, {"function", 'O'}, {"initial", 'O'}}},
        {"itertools.compress", {{"source", 'O'}, {"selectors", 'O'}}},
        {"itertools.pairwise", {{"source", 'S'}, {"old", 'O'}}},
        {"itertools.product", {{"pools", 'O'}, {"", 'x'}, {"last", 'O'}, {"stopped", 'b'}}},
        {"itertools.permutations", {{"pool", 'O'}, {"", 'x'}, {"", 'x'}, {"last", 'O'}, {"length", 'n'}, {"stopped", 'b'}}},
        {"itertools.combinations", {{"pool", 'O'}, {"", 'x'}, {"last", 'O'}, {"length", 'n'}, {"stopped", 'b'}}},
        {"itertools.combinations_with_replacement",
         {{"pool", 'O'}, {"", 'x'}, {"last", 'O'}, {"length", 'n'}, {"stopped", 'b'}}},
        {"itertools.zip_longest", {{"", 'x'}, {"active", 'n'}, {"sources", 'O'}, {"", 'x'}, {"fillvalue", 'O'}}},
        {"itertools.groupby", {{"source", 'O'}, {"function", 'O'}, {"", 'x'}, {"key", 'O'}, {"value", 'O'}}},
        {"itertools._grouper", {{"source", 'O'}, {"key", 'O'}}},
        {"itertools._tee", {{"data", 'O'}, {"position", 'i'}}},
        {"itertools._tee_dataobject", {{"source", 'O'}, {"read", 'i'}, {"next", 'O'}}},
        {"itertools.batched", {{"source", 'S'}, {"size", 'n'}}},
        {"operator.attrgetter", {{"", 'x'}, {"attributes", 'O'}}},
        {"operator.itemgetter", {{"", 'x'}, {"item", 'O'}}},
        {"operator.methodcaller", {{"name", 'O'}, {"args", 'O'}, {"keywords", 'O'}}},
        {"weakref.ReferenceType", {{"referent", 'w'}}},
        {"weakref.ProxyType", {{"referent", 'w'}}},
        {"weakref.CallableProxyType", {{"referent", 'w'}}},
    #if PY_VERSION_HEX < 0x030D0000
        {"weakref", {{"referent", 'w'}}},
        {"weakproxy", {{"referent", 'w'}}},
    #endif
        {NULL, {{NULL, 0}}}
    };
    static const es_field *es_layout_of(const char *type) {
        const es_layout *l;
        for (l = es_layouts; l->type != NULL; l++) if (strcmp(l->type, type) == 0) return l->fields;
        return NULL;
    }
    /* What a weak reference refers to (borrowed), NULL when that is gone or going. */
    static inline PyObject *es_weak_referent(PyObject *o) {
        PyObject *r = ((PyWeakReference *)o)->wr_object;
        return (r == NULL || r == Py_None || Py_REFCNT(r) <= 0) ? NULL : r;
    }
    static inline int es_is_proxy(PyObject *o) { return PyWeakref_CheckProxy(o); }
    static inline PyObject *es_datetime_zone(PyObject *o, int has_date) {
        if (has_date) return PyDateTime_DATE_GET_TZINFO(o);
        return PyDateTime_TIME_GET_TZINFO(o);
    }
    /* Like repr(), without the zone: into a buffer of 96 bytes. */
    static void es_datetime_text(PyObject *o, const char *name, int has_date, char *out) {
        int n = 0, us, s;
        if (has_date) {
            n = snprintf(out, 96, "%s(%d, %d, %d, %d, %d", name, PyDateTime_GET_YEAR(o), PyDateTime_GET_MONTH(o),
                         PyDateTime_GET_DAY(o), PyDateTime_DATE_GET_HOUR(o), PyDateTime_DATE_GET_MINUTE(o));
            s = PyDateTime_DATE_GET_SECOND(o); us = PyDateTime_DATE_GET_MICROSECOND(o);
        } else {
            n = snprintf(out, 96, "%s(%d, %d", name, PyDateTime_TIME_GET_HOUR(o), PyDateTime_TIME_GET_MINUTE(o));
            s = PyDateTime_TIME_GET_SECOND(o); us = PyDateTime_TIME_GET_MICROSECOND(o);
        }
        if (us) n += snprintf(out + n, 96 - n, ", %d, %d", s, us);
        else if (s) n += snprintf(out + n, 96 - n, ", %d", s);
        snprintf(out + n, 96 - n, ")");
    }
    #endif
    """
    ctypedef struct es_field:
        const char *name
        char kind
    const es_field *es_layout_of(const char *type) noexcept
    PyObject *es_weak_referent(PyObject *o) noexcept
    bint es_is_proxy(PyObject *o) noexcept
    PyObject *es_datetime_zone(PyObject *o, int has_date) noexcept
    void es_datetime_text(PyObject *o, const char *name, int has_date, char *out) noexcept
