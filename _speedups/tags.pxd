"""Numbers shared by the packer and the unpacker: operations, value tags, site flags, limits. docs/format.md explains them."""

cdef enum Op:
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
    OP_GAP = 20
    OP_TASK = 21
    OP_SWITCHF = 22
    OP_NAMESPACE = 23
    OP_END = 25
    OP_STRDROP = 26
    OP_SIZE = 27
    OP_NEXTFRAME = 28
    OP_ENTERS = 29
    OP_SNAP = 30        # packed only: an object's contents as they were when the chunk began
    OP_BASE = 31        # packed only: the same, as they stood at the end of an earlier chunk
    OP_NAME = 31        # raw only: a name that a module's table does not list
    OP_AT = 32          # raw only: when the last site was come to
    OP_LASTED = 33      # raw only: the same, and how long that was after the site before
    SYM_SITE0 = 32      # symbol of site s = SYM_SITE0 + s

cdef enum Tag:
    T_UNBOUND = 0
    T_NONE = 1
    T_FALSE = 2
    T_TRUE = 3
    T_ELLIPSIS = 4
    T_NOTIMPL = 5
    T_INT = 6           # p = the int64
    T_FLOAT = 7         # p = the bits of the double
    T_STR = 8           # p = string number
    T_OBJ = 9           # p = oid
    T_POOL = 10         # p = index of a big int, complex or tuple in the pool
    T_DEEP = 11         # p = type id
    T_CELL = 12         # p = oid of the cell that a slot stands for
    T_UNKNOWN = 13      # an item that was never seen
    T_GONE = 14         # a deleted entry kept in place; never in the file

cdef enum RawTag:
    RAW_INT32 = 6
    RAW_INT64 = 7
    RAW_BIGINT = 8
    RAW_FLOAT = 9
    RAW_COMPLEX = 10
    RAW_STRREF = 11
    RAW_OBJREF = 12
    RAW_TUPLE = 13
    RAW_DEPTH = 14
    RAW_TUPLECUT = 15

cdef enum PoolKind:
    P_BIGINT = 8
    P_COMPLEX = 10
    P_TUPLE = 13

cdef enum SiteFlag:
    F_STEP = 1
    F_ENTER = 2
    F_RETURN = 4
    F_YIELD = 8
    F_RESUME = 16
    F_AWAIT = 32
    F_AWAITED = 64
    F_UNWIND = 128
    F_CAUGHT = 256
    F_ITER = 8192
    F_END = 32768
    F_LATE = 65536      # the result is noted; the frame ends at a later END
    F_QUIET = 131072    # writes its slot and is no place that the frame came to

cdef enum SpecKind:
    S_W = 1
    S_G = 2
    S_U = 3
    S_UG = 4
    S_R = 5
    S_X = 6

cdef enum FrameState:
    FS_RUNNING = 0
    FS_SUSPENDED = 1
    FS_AWAITING = 2
    FS_ENDED = 3

cdef enum ChunkFlag:
    CF_EXCEPTION = 1
    CF_OUTPUT = 2
    CF_GAP = 4
    CF_SWITCH = 8
    CF_YIELD = 16
    CF_TASK = 32
    CF_EXIT = 64
    CF_DEATH = 128

cdef enum Limit:
    MAX_VALUES = 1 << 25        # values in one chunk
    MAX_WORK = 1 << 23          # symbols, and changes of objects, in one chunk
    MAX_NAMES = 1 << 20         # in one scope
    MAX_DEPTH = 64              # nesting of tuples
    MAX_GAP_FILL = 4096         # unknown items put between the known head and a far index
    BIG_OBJECT = 256            # values: bigger ones are not snapshot in every chunk that touches them
    BIG_BUDGET = 8192           # values of big objects that one chunk snapshots all the same
    MAX_CHAIN = 16              # earlier chunks that one object may lean on
    MAX_COLUMNS = 1 << 22
    MAX_THREADS = 1 << 16
