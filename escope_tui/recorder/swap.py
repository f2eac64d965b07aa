"""Functions that exist already are recorded by giving them rewritten code for a while.

The source of each wanted module is compiled twice, as it is and rewritten. A live function is given
the rewritten code of the function whose plain code equals its own, byte for byte. A source that
was changed since its import, or that another tool rewrote, matches nothing and stays as it is.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings

from escope_tui.instrument import compile as compiler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FunctionType, ModuleType
    from typing import Any

    from escope_tui.instrument.plan import Plan

_FUNCTION: Any = type(lambda: None)
_CODE: Any = type((lambda: None).__code__)
_SAME_FLAGS = 0x4 | 0x8 | 0x20 | 0x80 | 0x100 | 0x200
"""*args, **kwargs, generator, coroutine, iterable coroutine, asynchronous generator."""


class Twin:
    """A module's functions, plain and rewritten."""

    __slots__ = ("number", "pairs")

    def __init__(self, number: int, pairs: dict[CodeType, CodeType]) -> None:
        self.number = number
        """The module's number in the recording."""
        self.pairs = pairs


_twins: dict[tuple[str, str], tuple[bytes, Twin | None]] = {}
"""By path and module name: the source, and what was made of it."""


def wanted_modules(plan: Plan) -> list[tuple[ModuleType, str, str]]:
    """The imported modules that the plan wants: module, path, name."""
    found = []
    for name, module in list(sys.modules.items()):
        if not isinstance(module, type(sys)):
            continue
        namespace = vars(module)
        path = namespace.get("__file__")
        if not isinstance(path, str) or not path.endswith(".py"):
            continue
        path = os.path.abspath(path)
        if plan.wants(path, name):
            found.append((module, path, name))
    return found


def twin(path: str, name: str, core: Any, folder: str | None) -> Twin | None:
    """The module's functions; None where its source cannot be had or rewritten."""
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError:
        return None
    known = _twins.get((path, name))
    if known is not None and known[0] == source:
        return known[1]
    if known is None and (path, name) in compiler.numbers:
        return Twin(compiler.numbers[path, name], {})  # an earlier block imported it, rewritten
    made = _make(source, path, name, core, folder)
    _twins[path, name] = (source, made)
    return made


def _make(source: bytes, path: str, name: str, core: Any, folder: str | None) -> Twin | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = compile(source, path, "exec", dont_inherit=True)
            with compiler.lock:
                count = core.module_count()
                rewritten = compiler.compile_source(source, path, name, core=core, cache_dir=folder)
                if core.module_count() == count:
                    return None
    except (SyntaxError, ValueError, RecursionError, OverflowError, MemoryError):
        return None
    left, right = _functions(plain), _functions(rewritten)
    pairs: dict[CodeType, CodeType] = {}
    for key, codes in left.items():
        others = right.get(key, [])
        if len(codes) == len(others):
            for one, other in zip(codes, others, strict=True):
                if _fits(one, other):
                    pairs[one] = other
    return Twin(count, pairs)


def _functions(code: CodeType) -> dict[tuple[str, int], list[CodeType]]:
    """All code below a module's, by qualified name and line, in order."""
    found: dict[tuple[str, int], list[CodeType]] = {}
    queue = [code]
    for each in queue:
        for constant in each.co_consts:
            if isinstance(constant, _CODE):
                found.setdefault((constant.co_qualname, constant.co_firstlineno), []).append(
                    constant
                )
                queue.append(constant)
    return found


def _fits(plain: CodeType, other: CodeType) -> bool:
    """Whether a function can run the other code: same parameters, same captured variables."""
    count = plain.co_argcount + plain.co_kwonlyargcount
    count += bool(plain.co_flags & 0x4) + bool(plain.co_flags & 0x8)
    return (
        plain.co_freevars == other.co_freevars
        and plain.co_argcount == other.co_argcount
        and plain.co_posonlyargcount == other.co_posonlyargcount
        and plain.co_kwonlyargcount == other.co_kwonlyargcount
        and plain.co_varnames[:count] == other.co_varnames[:count]
        and plain.co_flags & _SAME_FLAGS == other.co_flags & _SAME_FLAGS
    )


class Swap:
    """Rewritten code in live functions, until `undo`."""

    def __init__(self) -> None:
        self._done: list[tuple[FunctionType, CodeType, CodeType]] = []

    def do(self, plan: Plan, core: Any, folder: str | None) -> None:
        """Gives rewritten code to the functions of all imported modules that the plan wants."""
        pairs: dict[str, dict[CodeType, CodeType]] = {}
        met = []
        for module, path, name in wanted_modules(plan):
            made = twin(path, name, core, folder)
            if made is None:
                continue
            pairs.setdefault(path, {}).update(made.pairs)
            met.append((made.number, vars(module)))
        for number, namespace in met:
            core.meet(number, namespace)
        for each in gc.get_objects():
            if type(each) is not _FUNCTION:
                continue
            code = each.__code__
            place = pairs.get(os.path.abspath(code.co_filename))
            if place is None:
                continue
            other = place.get(code)
            if other is not None:
                other = other.replace(co_filename=code.co_filename)
                self._done.append((each, code, other))
                each.__code__ = other

    def undo(self) -> None:
        """Gives the functions their own code back."""
        for function, code, other in self._done:
            if function.__code__ is other:
                function.__code__ = code
        self._done.clear()

    def __len__(self) -> int:
        return len(self._done)
