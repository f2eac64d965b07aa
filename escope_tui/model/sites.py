"""Flags of instrumentation sites: what one injected call stands for.

A site is a row `(flags, function, line, end_line, col, end_col, args)` of its module's table;
the compiled core, the packer, the replay engine and the rewriter all read the same bits.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

STEP: Final = 1
"""A statement is about to run."""
ENTER: Final = 2
"""A frame begins."""
RETURN: Final = 4
"""The frame ends by `return`; the first argument is the value."""
YIELD: Final = 8
"""The frame suspends; the first argument is the value yielded."""
RESUME: Final = 16
"""The frame runs again; the first argument is the value sent."""
AWAIT: Final = 32
"""From here on the frame may be suspended."""
AWAITED: Final = 64
"""The frame runs again for good."""
UNWIND: Final = 128
"""The frame ends by the exception that is being handled."""
CAUGHT: Final = 256
"""The exception being handled was caught here."""
PASS: Final = 512
"""The call returns its first argument."""
TRUE: Final = 1024
"""The call returns True."""
COMP: Final = 2048
"""Runs inside a list, set or dict comprehension of the current frame."""
HEADER: Final = 4096
"""The step is one evaluation of a loop header."""
ITER: Final = 8192
"""One iteration of a comprehension or generator expression."""
GENEXP: Final = 16384
"""Runs inside a generator expression, whose first site stands for its ENTER."""
END: Final = 32768
"""The frame ends without a value."""
LATE: Final = 65536
"""On RETURN and UNWIND: the result is noted, and the frame ends at a later END."""
QUIET: Final = 131072
"""Called by no code: the core tells by it what a variable of a waiting frame holds by now."""
DEFER: Final = 262144
"""Tells nothing yet: control leaves through `finally` or `__exit__` to the loop header that the
site stands for."""
FIRE: Final = 524288
"""The first site after a loop header; a deferred one is told before it."""
CALLS: Final = 1048576
"""The statement calls something that may take long: its time is always told."""

BEGINS_STEP: Final = STEP | ITER
"""A site with one of these begins a step of the recording."""
RETURNS_FIRST: Final = PASS | RETURN | YIELD | RESUME | AWAIT | AWAITED
"""A site with one of these returns its first argument (None when it has none)."""

NAMES: Final = {
    STEP: "STEP",
    ENTER: "ENTER",
    RETURN: "RETURN",
    YIELD: "YIELD",
    RESUME: "RESUME",
    AWAIT: "AWAIT",
    AWAITED: "AWAITED",
    UNWIND: "UNWIND",
    CAUGHT: "CAUGHT",
    PASS: "PASS",
    TRUE: "TRUE",
    COMP: "COMP",
    HEADER: "HEADER",
    ITER: "ITER",
    GENEXP: "GENEXP",
    END: "END",
    LATE: "LATE",
    QUIET: "QUIET",
    DEFER: "DEFER",
    FIRE: "FIRE",
    CALLS: "CALLS",
}

SITE_REAL: Final = float.fromhex("0x1.e5c09e5c09e5cp+983")
"""Real part of the complex constants that stand for sites until they are bound; the imaginary
part is the site's index. No program is expected to contain it."""


def describe(flags: int) -> str:
    """The names of the bits in `flags`, joined by `|`."""
    return "|".join(name for bit, name in NAMES.items() if flags & bit) or "FLUSH"


Spec = tuple[object, ...]
"""One entry of a site's argument list: a kind and its parameters."""
Operand = str | tuple[object] | tuple[str, str]
"""A variable of the frame by the compiler's name for it, a constant in a tuple, or a variable of
the module: ("global", name)."""
SiteRow = tuple[int, int, int, int, int, int, tuple[Spec, ...]]
FunctionRow = tuple[str, str, str, int, int, tuple[str, ...], int, tuple[int, ...]]

ARGUMENTS: Final = {
    "w": 1, "wk": 1, "g": 1, "gk": 1, "v": 1, "u": 0, "ug": 0, "r": 1, "n": 1,
    "a": 1, "da": 1, "i": 2, "di": 1, "t": 1, "k": 1, "x": 1, "l": 1, "star": 0,
    "ra": 1, "ri": 1, "rm": 1, "rik": 2, "rki": 2, "bt": 1, "bk": 1, "o": 0, "e": 1, "en": 2,
    "y": 0, "h": 0,
}  # fmt: skip
"""Call arguments that a spec consumes; "m", "mk", "ms", "c", "bm", "bc", "rm" add one for each
argument root. "mk" is a method that may change one item of a builtin container; its first root is
the item's key or index itself; "ms" is one in a statement that also stores or deletes an item.

`("o", late, spec, *names)` is what the statement itself may change: read through the names while
the frame waits for code that the statement calls. `late`: 0 unless it is the statement's last
operation, 1 for a call, 2 for a store. `("e", name)` is an object of which a way to change it, its
bound method `name` or its `__dict__`, goes where no statement shows when it is used;
`("e", name, 1)` a container of such objects, and `("en", path)` a name that `getattr` reads of what
the path leads to: it may be `__dict__`; `("y",)` says
that a builtin called something unknown; `("h",)` that what the site binds may be an object that
code which is not recorded has handed out and keeps.
"""


def arguments_of(spec: Spec, function_kind: str) -> int:
    """How many call arguments `spec` consumes in a function of `function_kind`."""
    kind = str(spec[0])
    if kind in ("m", "mk", "ms", "bm"):
        count = spec[3]
    elif kind == "rm":
        count = spec[2] if len(spec) > 2 else 0
    elif kind in ("c", "bc"):
        count = spec[1]
    elif kind in ("w", "wk") and function_kind == "class":
        return 0
    else:
        return ARGUMENTS[kind]
    assert isinstance(count, int)
    return 1 + count
