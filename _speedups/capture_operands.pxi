# Operands: the variables that a site reads itself in the frame that it stands in.

cdef inline bint gather(SiteData *d, void *fp, PyObject **args) noexcept:
    """Read the site's arguments in its frame; False if one is unbound."""
    cdef int i
    cdef PyObject *v
    if es_unlikely(d.code != es_frame_runs(fp)):
        find_operands(d, fp)
    if es_unlikely(not d.direct):
        return gather_any(d, fp, args)
    for i in range(d.noperands):
        v = es_frame_local(fp, d.places[i])
        if es_unlikely(v == NULL):
            return gather_any(d, fp, args)
        args[i] = v
    return True


cdef void find_operands(SiteData *d, void *fp) noexcept:
    """Find out where the code that runs has the variables that the site reads."""
    cdef PyObject *code = es_frame_code(fp)
    cdef Operand *o
    cdef int i
    d.direct = True
    for i in range(d.noperands):
        o = &d.operands[i]
        o.place = -1 if o.name == NULL or o.shared or code == NULL else es_local_index(code, o.name)
        o.cell = o.place >= 0 and es_local_is_cell(code, o.place)
        d.places[i] = o.place
        if o.place < 0 or o.cell:
            d.direct = False
    d.code = es_frame_runs(fp)
    d.quick = d.code if d.direct else NULL


cdef inline PyObject *namespace_variable(void *fp, PyObject *name) noexcept:
    """A global variable of the frame; borrowed, NULL when it is unbound."""
    cdef PyObject *namespace = es_frame_globals(fp)
    return NULL if namespace == NULL else dict_get_str(namespace, name)


cdef inline PyObject *frame_variable(void *fp, int place, bint cell, PyObject *name) noexcept:
    """What a variable of the frame at fp holds, a global one where it has no place; borrowed, NULL when it is unbound."""
    cdef PyObject *v
    if place < 0:
        return namespace_variable(fp, name)
    v = es_frame_local(fp, place)
    return (<PyCellObject *>v).ob_ref if cell and v != NULL and Py_TYPE(v) == &PyCell_Type else v


cdef bint gather_any(SiteData *d, void *fp, PyObject **args) noexcept:
    cdef int i
    cdef Operand *o
    cdef PyObject *v
    cdef bint whole = True
    for i in range(d.noperands):
        o = &d.operands[i]
        v = o.constant
        if o.shared or o.place >= 0:
            v = frame_variable(fp, o.place, o.cell, o.name)
        args[i] = v
        whole = whole and v != NULL
    return whole
