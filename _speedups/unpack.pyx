# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, infer_types=False
"""The unpacker: chunks in, the program's state at any step out. Each chunk is decoded once, as far as it is asked for, into a log that plays both ways."""
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from itertools import islice

cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, qsort
from libc.string cimport memcmp, memcpy, memmove, memset

from abi cimport CORE_ABI
from codec cimport *
from coder cimport *
from columns cimport *
from grammar cimport *
from mem cimport *
from recipes cimport *
from pool cimport *
from contents cimport *
from state cimport *
from symbols cimport *
from tables cimport add_module, tables_free
from tags cimport *

from escope_tui._speedups import check_build
from escope_tui.errors import FormatError

ABI = CORE_ABI
check_build(__name__, ABI)
RUNNING, SUSPENDED, AWAITING, ENDED = FS_RUNNING, FS_SUSPENDED, FS_AWAITING, FS_ENDED
EV_ENTER = 1
EV_RETURN = 2
EV_YIELD = 4
EV_RESUME = 8
EV_AWAIT = 16
EV_AWAITED = 32
EV_UNWIND = 64
EV_CAUGHT = 128
EV_END = 256
EV_LOST = 512
EV_OUTPUT = 1024
EV_GAP = 2048
EV_DEATH = 4096
EV_SWITCH = 8192
EV_TASK = 16384
EV_EXIT = 32768
EV_OBJECT = 65536

cdef enum:                  # the same without an object behind each
    EV_RETURN_ = 2
    EV_UNWIND_ = 64
    EV_CAUGHT_ = 128
    EV_END_ = 256
    EV_LOST_ = 512

cdef enum:
    EVENT_SITE_FLAGS = F_ENTER | F_RETURN | F_YIELD | F_RESUME | F_AWAIT | F_AWAITED | F_UNWIND | F_CAUGHT | F_END

cdef struct Row:            # one step
    uint32_t site
    uint32_t thread
    uint64_t frame
    uint32_t depth
    uint32_t rec_end        # log position at which the step's state is complete
    uint64_t time

cdef struct TimeAt:
    uint64_t place              # of a site among those of the chunk: it is come to
    uint64_t ns                 # at that time,
    uint64_t lasted             # so long after the one before it; 0: that is not known

include "unpack_raw.pxi"
include "unpack_chunk.pxi"
include "unpack_times.pxi"
include "unpack_index.pxi"
include "unpack_members.pxi"
include "unpack_cursor.pxi"
include "unpack_events.pxi"
include "unpack_changes.pxi"
include "unpack_scanner.pxi"
include "unpack_dump.pxi"
include "unpack_match.pxi"
include "unpack_survey.pxi"
include "unpack_sift.pxi"
include "unpack_gather.pxi"
