"""A capture core in plain Python: site functions that obey their flags and log what they get."""

from __future__ import annotations

from collections.abc import Callable
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
    ) -> list[Callable[..., Any]]:
        number = len(self.modules)
        self.modules.append((path, modname, functions, sites))
        return [
            self._site(number, index, row, functions[row[1]][2]) for index, row in enumerate(sites)
        ]

    def _site(self, module: int, index: int, row: Any, kind: str) -> Callable[..., Any]:
        flags, function, line, _, _, _, specs = row
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
