"""A capture core in plain Python: sites that obey their flags and log what they get."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from escope_tui.model.sites import RETURNS_FIRST, TRUE, arguments_of


class Call(NamedTuple):
    """One call of a site."""

    module: int
    site: int
    flags: int
    function: int
    line: int
    specs: tuple[Any, ...]
    """Pairs of a spec and the arguments that it consumed."""


class FakeSite:
    """What stands in rewritten code: a call, or an operator that reads the frame's variables."""

    def __init__(
        self, called: Callable[..., Any], operands: tuple[Any, ...] | None, log: bool
    ) -> None:
        self.called = called
        self.operands = operands
        self.log = log

    def _read(self) -> list[Any]:
        assert self.operands is not None
        if not self.operands or not self.log:
            return []
        frame = sys._getframe(2)
        return [self._value(frame, operand) for operand in self.operands]

    def _value(self, frame: FrameType, operand: Any) -> Any:
        if isinstance(operand, str):
            return frame.f_locals[operand]
        return operand[0] if len(operand) == 1 else frame.f_globals.get(operand[1])

    def __call__(self, *args: Any) -> Any:
        assert self.operands is None
        return self.called(*args)

    def __invert__(self) -> Any:
        return self.called(*self._read())

    def __getitem__(self, first: Any) -> Any:
        return self.called(first, *self._read())


class FakeCore:
    """Stands in for `escope_tui._speedups.capture`."""

    def __init__(self, *, log: bool = True, check: Callable[[Call], None] | None = None) -> None:
        self.modules: list[tuple[str, str, tuple[Any, ...], tuple[Any, ...]]] = []
        self.blobs: list[tuple[int, bytes]] = []
        self.calls: list[Call] = []
        self.log = log
        self.check = check

    def module_count(self) -> int:
        return len(self.modules)

    def emit_blob(self, kind: int, data: bytes) -> None:
        self.blobs.append((kind, data))

    def register_module(
        self, path: str, modname: str, functions: tuple[Any, ...], sites: tuple[Any, ...]
    ) -> list[FakeSite]:
        number = len(self.modules)
        self.modules.append((path, modname, functions, sites))
        return [
            FakeSite(self._site(number, index, row, functions[row[1]][2]), row[7], self.log)
            for index, row in enumerate(sites)
        ]

    def _site(self, module: int, index: int, row: Any, kind: str) -> Callable[..., Any]:
        flags, function, line, _, _, _, specs, _ = row
        counts = [(spec, arguments_of(spec, kind)) for spec in specs]
        total = sum(count for _, count in counts)
        if flags & TRUE:

            def answer(args: tuple[Any, ...]) -> Any:
                return True
        elif flags & RETURNS_FIRST:

            def answer(args: tuple[Any, ...]) -> Any:
                return args[0] if args else None
        else:

            def answer(args: tuple[Any, ...]) -> Any:
                return None

        if not self.log:
            return lambda *args: answer(args)

        def site(*args: Any) -> Any:
            assert len(args) == total, (module, index, row, args)
            told = []
            start = 0
            for spec, count in counts:
                told.append((spec, args[start : start + count]))
                start += count
            call = Call(module, index, flags, function, line, tuple(told))
            self.calls.append(call)
            if self.check is not None:
                self.check(call)
            return answer(args)

        return site
