# The budget of examinations. Looking again at what unknown code was given costs as much as the objects are large, and
# a loop around such a call would do little else. So an examination is paid for out of an allowance that grows with
# the run; where it is used up, what would have been looked at is marked as uncertain instead. Both sides are counted,
# never timed: two recordings of a program that does the same twice mark the same values, on any machine.
#
# Marking must cost less than looking. A graph that was too large is joined once: each object reachable from it, and
# later each object that is stored into it, carries a flag. Of the joined objects those whose contents are certain
# are kept in a list; to doubt the graph is to mark these and to empty the list. An object comes back to the list when
# it is recorded again, so marking never costs more than the recording of the objects did.

cdef enum:
    OBJECT = 6               # units that an object takes besides its items, a unit each
    FAR = 12                 # the same, of an object in a graph that is too large for the processor's caches
    EARNED = 2               # units that each recorded event earns, and
    CALLED = 32              # each call of code that is not recorded
    PACKING = 3              # how much longer the writer takes over an object than the program
    SMALL = 8                # items that are always looked at,
    FEW = 4                  # and objects: that costs no more than marking them
    MANY = 24                # objects from which on they are far

cdef struct Joined:
    void *block
    uint64_t oid

cdef int64_t limit_grace = 8000000   # units that may be saved up, and that a run has at its beginning
cdef int64_t allowance = limit_grace
cdef int64_t earned = 0              # units that are not granted yet
cdef Joined *certain = NULL          # joined objects that are not marked
cdef size_t certain_count = 0, certain_capacity = 0
cdef PyObject **joining = NULL       # joined objects whose children are still to be joined
cdef size_t joining_count = 0, joining_capacity = 0
cdef bint join_children = False      # deep_push joins what it is given


cdef inline bint affordable() noexcept:
    """Whether there is something left to look at objects for."""
    return es_likely(allowance > 0) or granted()


cdef bint granted() noexcept:
    """Grant what the run has earned since the last time; whether that is enough."""
    global allowance, earned
    if allowance + earned <= limit_grace >> 6:       # in pieces: looking at one object of a graph is of no use
        return False
    allowance += earned
    earned = 0
    if allowance > limit_grace:
        allowance = limit_grace
    return allowance > 0


cdef inline void pay(Walk *w) noexcept:
    global allowance
    allowance -= OBJECT + w.items + 2 * w.pairs + 2 * w.attrs


cdef inline void doubt_entry(Entry *e) noexcept:
    """What the recording has of this object is uncertain from here on."""
    e.flags |= E_DIRTY
    if not e.doubted:
        e.doubted = 1
        event_u64(OP_ASOF, e.oid)


cdef void keep_certain(Entry *e) noexcept:
    """A joined object has been recorded just now."""
    global certain, certain_count, certain_capacity
    if certain_count == certain_capacity:
        certain_capacity = certain_capacity * 2 + 256
        certain = <Joined *>realloc(certain, certain_capacity * sizeof(Joined))
        if certain == NULL:
            certain_capacity = certain_count = 0
            turn_off(STATE_FAULT)
            return
    certain[certain_count].block = e.block
    certain[certain_count].oid = e.oid
    certain_count += 1


cdef void doubt_joined() noexcept:
    """Mark all joined objects as uncertain."""
    global certain_count
    cdef size_t i
    cdef Entry *e
    for i in range(certain_count):
        e = table_find_block(certain[i].block)
        if e != NULL and e.oid == certain[i].oid:
            doubt_entry(e)
    certain_count = 0


cdef void join_push(PyObject *o, PyTypeObject *tp, int depth) noexcept:
    """Join an object that is neither a scalar nor a tuple; its children follow."""
    global joining, joining_count, joining_capacity
    cdef Entry *e = table_find(o)
    if e == NULL:
        if depth < 3 and looked_through(tp):
            traverse(o, depth + 1)
        return
    if e.joined:
        return
    e.joined = 1
    if not e.flags & E_SNAPPED:              # its children follow when it is recorded
        if depth < 3 and looked_through(tp):
            traverse(o, depth + 1)
        return
    if not e.doubted:
        keep_certain(e)
    if joining_count == joining_capacity:
        joining_capacity = joining_capacity * 2 + 256
        joining = <PyObject **>realloc(joining, joining_capacity * sizeof(PyObject *))
        if joining == NULL:
            joining_capacity = joining_count = 0
            turn_off(STATE_FAULT)
            return
    joining[joining_count] = o
    joining_count += 1


cdef void join(PyObject *o) noexcept:
    """Join an object and all that is reachable from it."""
    global join_children
    join_children = True
    deep_push(o, 0)
    join_rest()


cdef void join_rest() noexcept:
    global join_children, joining_count
    join_children = True
    while joining_count:
        joining_count -= 1
        deep_children(joining[joining_count])
    join_children = False


cdef void joined_again(PyObject *o, Entry *e) noexcept:
    """A joined object was recorded: what it holds now belongs to the graph."""
    global join_children
    keep_certain(e)
    join_children = True
    deep_children(o)
    join_rest()


cdef void forget_joined() noexcept:
    """For another recording in the same process."""
    global certain_count, joining_count, allowance, earned
    certain_count = joining_count = 0
    allowance = limit_grace
    earned = 0
