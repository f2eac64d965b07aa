"""What is known of names without looking: builtins without effects, and compiled functions."""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BUILTINS: Final = frozenset(vars(builtins))

CONSUMERS: Final = _words(
    "all any bytearray bytes dict enumerate filter frozenset iter list map max min next reversed"
    " set sorted sum tuple zip"
)
"""Pure builtins that may advance an iterator given to them."""

LAZY: Final = _words("enumerate filter iter map reversed zip")
"""Those of them that advance it only when their result is advanced."""

MAPPERS: Final = _words("filter iter map")
"""Builtins that call their first argument."""

KEYED: Final = _words("max min sorted")
"""Builtins that call their argument `key`."""

SOON_OVER: Final = _words("math cmath operator")
"""Modules whose functions take no longer than an operator does."""

SHORT_METHODS: Final = _words("append appendleft add discard popleft keys values items")
"""Methods that take no longer than an operator does, in nearly all classes that have them."""

PURE_MAKERS: Final = _words("operator.attrgetter operator.itemgetter functools.cmp_to_key")
"""Calls that make functions which change nothing, or call recorded code alone."""

CHANGING_MODULES: Final = _words("heapq bisect heapq.heapify heapq.heappop _heapq _bisect")
"""Compiled functions that change what their arguments hold."""

SCALARS: Final = _words(
    "abs ascii bin bool callable chr complex divmod float format hasattr hash hex id int"
    " isinstance issubclass len oct ord pow print range repr round str slice input"
)
"""Pure builtins whose result holds none of their arguments."""

PURE: Final = (
    CONSUMERS
    | SCALARS
    | _words("type getattr object super vars dir locals globals memoryview open aiter")
    | _words("classmethod staticmethod property")
    | frozenset(
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    )
)
"""Builtins that change neither their arguments nor anything that they can reach."""

NAMESPACE_CHANGERS: Final = frozenset(("exec", "eval", "globals"))
"""Calls after which module variables may have changed that no statement names."""

ATTRIBUTE_CHANGERS: Final = frozenset(("setattr", "delattr"))
"""Builtins that change what an object has by a name that they are given."""

ATTRIBUTE_METHODS: Final = frozenset(("__setattr__", "__delattr__"))
"""Methods of every object that do what those builtins do."""

LOCALS_CHANGERS: Final = frozenset(("exec", "eval", "locals", "vars"))
"""Names by which the body of a class can change its variables without a statement."""

PURE_MODULES: Final = _words("math cmath time os os.path re posixpath ntpath")

MUTATORS: Final = {
    "add": (1, 1),
    "discard": (1, 1),
    "pop": (0, 2),
    "popleft": (0, 0),
    "remove": (1, 1),
    "setdefault": (1, 2),
}
"""Methods of the builtin containers that change one item: least and most arguments."""

HARMLESS_METHODS: Final = _words(
    "add append appendleft clear copy count discard get index insert items keys pop popitem"
    " popleft remove reverse rotate setdefault sort values startswith endswith strip lstrip rstrip"
    " split rsplit splitlines partition rpartition lower upper title format encode decode replace"
    " find rfind isdigit isalpha isspace"
)
"""Methods of the builtin types that leave their arguments as they are."""

CHANGERS: Final = _words(
    "add append appendleft clear difference_update discard extend extendleft insert"
    " intersection_update move_to_end pop popitem popleft remove reverse rotate setdefault sort"
    " subtract symmetric_difference_update update __setitem__ __delitem__ __iadd__ __ior__"
    " __setattr__ __delattr__"
)
"""Methods of the builtin types that change their object."""

ITERATING_METHODS: Final = _words(
    "extend extendleft update union intersection difference symmetric_difference join"
    " intersection_update difference_update symmetric_difference_update fromkeys"
)
"""Methods of the builtin types that only iterate over their arguments."""

COMPILERS: Final = (
    "numba",
    "taichi",
    "triton",
    "torch.jit",
    "torch.compile",
    "jax.jit",
    "cython",
    "pythran",
    "transonic",
)
"""Dotted names of what compiles the functions that it decorates: those stay plain."""

COMPILER_NAMES: Final = frozenset(("njit", "guvectorize", "generated_jit"))


def is_compiler(dotted: str) -> bool:
    """Whether a decorator of this dotted name reads the bytecode of the function."""
    if dotted in COMPILER_NAMES:
        return True
    return any(dotted == name or dotted.startswith(name + ".") for name in COMPILERS)


def mangle(name: str, class_name: str | None) -> str:
    """The name that the compiler uses for `name` inside the class `class_name`."""
    if class_name is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = class_name.lstrip("_")
    return f"_{stripped}{name}" if stripped else name
