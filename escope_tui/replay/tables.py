"""The program's side of a recording: its modules, functions, injected sites and source text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import FormatError, NotFoundError
from ..model import events
from ..model.sites import BEGINS_STEP, ENTER, GENEXP, HEADER, ITER, STEP, YIELD
from ..model.text import safe_text

if TYPE_CHECKING:
    from .state import Source

IS_STEP = BEGINS_STEP
WRITES = ("w", "wk", "v", "g", "gk")
"""Specs that carry the new value of a slot."""


_UNCALLED = ("module", "genexp")
"""Scopes that run without being called by name."""


AFTER = (b";", b",", b")", b"]", b"}")
"""What ends a statement or a lambda before its line ends."""


class Site(NamedTuple):
    """One injected call: what it serves and where."""

    flags: int
    module: int
    function: int
    line: int
    end_line: int
    column: int
    end_column: int
    args: list[Any]


class Function(NamedTuple):
    """One code scope: a module, a class body, a function, a lambda."""

    module: int
    place: int
    name: str
    qualname: str
    kind: str
    line: int
    end_line: int
    variables: tuple[str, ...]
    parameters: int


class Program:
    """The tables of a recording, checked as they are read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sites: dict[int, Site] = {}
        self._functions: dict[tuple[int, int], Function] = {}
        self._indexes: dict[int, tuple[dict[int, list[int]], dict[int, list[int]]]] = {}
        self._kinds: dict[int, str] = {}
        self._hidden: dict[tuple[int, int], dict[int, tuple[int, int, int, int]]] = {}

    @cached_property
    def paths(self) -> list[str]:
        """The file of each module."""
        return [safe_text(str(module.get("path", "?"))) for module in self._source.modules]

    @cached_property
    def module_names(self) -> frozenset[str]:
        """The names of the recorded modules, as `__module__` gives them."""
        return frozenset(str(module.get("modname", "")) for module in self._source.modules)

    def site(self, number: int) -> Site:
        """One site by its number."""
        found = self._sites.get(number)
        if found is None:
            found = self._sites[number] = self._read_site(number)
        return found

    def _read_site(self, number: int) -> Site:
        try:
            module, row = self._source.site(number)
            flags, function, line, end_line, column, end_column, args = row
            numbers = (flags, function, line, end_line, column, end_column)
            if not all(isinstance(n, int) for n in numbers) or not isinstance(args, list):
                raise ValueError(row)
        except (ValueError, TypeError, IndexError, KeyError) as error:
            raise FormatError(
                f"the recording's table has no sound entry for site {number}"
            ) from error
        return Site(flags, module, function, line, end_line, column, end_column, args)

    def function(self, module: int, index: int) -> Function:
        """One code scope by its place in its module."""
        found = self._functions.get((module, index))
        if found is None:
            found = self._functions[module, index] = self._read_function(module, index)
        return found

    def _read_function(self, module: int, index: int) -> Function:
        try:
            if module < 0 or index < 0:
                raise IndexError(index)
            row = self._source.modules[module]["functions"][index]
            name, qualname, kind, line, end_line, variables, parameters = row[:7]
            return Function(
                module,
                index,
                safe_text(str(name)),
                safe_text(str(qualname)),
                str(kind),
                int(line),
                int(end_line),
                tuple(str(variable) for variable in variables),
                int(parameters),
            )
        except (ValueError, TypeError, IndexError, KeyError) as error:
            raise FormatError(
                f"the recording's table has no sound entry for function {index} of module {module}"
            ) from error

    def functions(self) -> list[Function]:
        """All code scopes of all modules."""
        return [
            self.function(number, index)
            for number, module in enumerate(self._source.modules)
            for index in range(len(_rows(module, "functions")))
        ]

    def function_of(self, site: Site) -> Function:
        """The code scope that a site lies in."""
        return self.function(site.module, site.function)

    def module_sites(
        self, module: int, flags: int = 0, function: int | None = None
    ) -> list[tuple[int, Site]]:
        """The sites of a module with their numbers: all of them, those that have one of some flags,
        or those of a function.
        """
        first, rows = self._rows_of(module)
        wanted: Iterable[int] = range(len(rows))
        if function is not None:
            wanted = self._index(module)[1].get(function, ())
        return [(first + k, self.site(first + k)) for k in wanted if _has(rows[k], flags)]

    def step_sites(self, module: int) -> Iterator[tuple[int, int, int]]:
        """Number, flags and line of each site of a module at which a step begins."""
        first, rows = self._rows_of(module)
        for line, places in self._index(module)[0].items():
            for place in places:
                yield first + place, rows[place][0], line

    def _rows_of(self, module: int) -> tuple[int, list[Any]]:
        table = self._source.modules[module]
        first, rows = table.get("first_site"), table.get("sites")
        if not isinstance(first, int) or not isinstance(rows, list):
            raise FormatError(f"the recording has no sound table of sites for module {module}")
        return first, rows

    def _index(self, module: int) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """The places of a module's step sites by the line that they begin on, and of all its sites
        by function.
        """
        found = self._indexes.get(module)
        if found is None:
            first, rows = self._rows_of(module)
            lines: dict[int, list[int]] = {}
            functions: dict[int, list[int]] = {}
            for place, row in enumerate(rows):
                try:
                    flags, function, line = row[:3]
                    functions.setdefault(function, []).append(place)
                    if flags & IS_STEP:
                        lines.setdefault(line, []).append(place)
                except (ValueError, TypeError):
                    self.site(first + place)  # says what is wrong with it
                    raise
            found = self._indexes[module] = (lines, functions)
        return found

    def statement_sites(self, near: Site) -> frozenset[int]:
        """The step sites of a function that stand for statements, not for iterations inside one."""
        found = self.module_sites(near.module, STEP, near.function)
        return frozenset(number for number, _ in found)

    # -- step kinds

    def step_kind(self, number: int) -> str:
        """What `Step.kind` is for the steps of a site."""
        kind = self._kinds.get(number)
        if kind is None:
            kind = self._kinds[number] = self._find_kind(number)
        return kind

    def _find_kind(self, number: int) -> str:
        site = self.site(number)
        if site.flags & ITER:
            return events.ITERATION
        if site.flags & HEADER:
            return events.LOOP
        text = self.statement(site)
        for word, kind in (("return", events.RETURN), ("raise", events.RAISE)):
            if text.startswith(word) and not text[len(word) : len(word) + 1].isidentifier():
                return kind
        if (site.module, site.function, site.line, site.column) in self._yields:
            return events.YIELD
        return events.LINE

    @cached_property
    def _yields(self) -> frozenset[tuple[int, int, int, int]]:
        found = set()
        for module in range(len(self._source.modules)):
            for _, site in self.module_sites(module, YIELD):
                found.add((module, site.function, site.line, site.column))
        return frozenset(found)

    # -- source text

    def source(self, module: int) -> str:
        """The source text of a module; empty where it is not in the recording."""
        text = self._source.modules[module].get("source", "")
        return text if isinstance(text, str) else ""

    def lines(self, module: int) -> list[str]:
        """The source lines of a module, as Python counts them."""
        cached = self._lines.get(module)
        if cached is None:
            text = self.source(module).replace("\r\n", "\n").replace("\r", "\n")
            cached = self._lines[module] = text.split("\n")
        return cached

    @cached_property
    def _lines(self) -> dict[int, list[str]]:
        return {}

    def statement(self, site: Site) -> str:
        """The first source line of what a site serves, from where that begins."""
        lines = self.lines(site.module)
        if not 0 < site.line <= len(lines):
            return ""
        raw = lines[site.line - 1].encode("utf-8", "surrogatepass")
        start, end = max(site.column, 0), site.end_column
        # A header goes on behind its test (`if x:`); what else follows is another statement's.
        if site.end_line == site.line and end > start and raw[end:].lstrip()[:1] in AFTER:
            raw = raw[:end]
        return raw[start:].decode("utf-8", "replace").strip()

    # -- finding things

    def modules_of(self, file: str) -> list[int]:
        """The modules whose path is `file` or ends with it."""
        wanted = file.replace("\\", "/")
        whole = os.path.abspath(file).replace("\\", "/")
        exact: list[int] = []
        partial: list[int] = []
        for number, path in enumerate(self.paths):
            plain = path.replace("\\", "/")
            if plain in (wanted, whole):
                exact.append(number)
            elif plain.endswith("/" + wanted.removeprefix("./")):
                partial.append(number)
        found = exact or partial
        if not found:
            raise NotFoundError(
                f"no recorded file is called {safe_text(file)}",
                hint="`escope info` lists the files of a recording",
            )
        return found

    def sites_at(self, file: str, line: int) -> list[int]:
        """Step sites whose statement begins on a line, else the innermost ones that cover it."""
        exact: list[int] = []
        cover: list[tuple[int, int]] = []
        modules = self.modules_of(file)
        for module in modules:
            first, _ = self._rows_of(module)
            exact += [first + place for place in self._index(module)[0].get(line, ())]
        if exact:
            return exact
        for module in modules:
            for number, site in self.module_sites(module, IS_STEP):
                if site.line < line <= site.end_line:
                    cover.append((site.line, number))
        if not cover:
            return []
        innermost = max(start for start, _ in cover)
        return [number for start, number in cover if start == innermost]

    def find_functions(self, name: str | None, file: str | None = None) -> list[Function]:
        """Code scopes by name, qualified name or the end of one; modules only by "<module>"."""
        modules = None if file is None else set(self.modules_of(file))
        found = []
        for function in self.functions():
            if modules is not None and function.module not in modules:
                continue
            if function.kind == "class" or (name is None and function.kind in _UNCALLED):
                continue
            if (
                name is None
                or name in (function.name, function.qualname)
                or function.qualname.endswith("." + name)
            ):
                found.append(function)
        return found

    def enter_sites(self, functions: list[Function]) -> list[int]:
        """The sites at which frames of these functions begin."""
        wanted = {(f.module, f.place) for f in functions}
        return [
            number
            for module in sorted({f.module for f in functions})
            for number, site in self.module_sites(module, ENTER | GENEXP)
            if (module, site.function) in wanted
        ]

    # -- variables

    def comprehension_slots(self, function: Function) -> dict[int, tuple[int, int, int, int]]:
        """Slots that only comprehension iterations write, with the place of the comprehension."""
        key = (function.module, function.place)
        found = self._hidden.get(key)
        if found is None:
            found = self._hidden[key] = self._find_hidden(function)
        return found

    def _find_hidden(self, function: Function) -> dict[int, tuple[int, int, int, int]]:
        inside: dict[int, tuple[int, int, int, int]] = {}
        elsewhere = set(range(function.parameters))
        if function.kind == "genexp":
            return {}
        # Only a module's own variables are written by the sites of other scopes too.
        first, rows = self._rows_of(function.module)
        places: Iterable[int] = range(len(rows))
        if function.place:
            places = self._index(function.module)[1].get(function.place, ())
        for place in places:
            if _plain(rows[place]):
                continue
            site = self._read_site(first + place)
            for spec in site.args:
                if not isinstance(spec, list) or len(spec) < 2 or spec[0] not in WRITES:
                    continue
                owner = 0 if spec[0] in ("g", "gk") else site.function
                if owner != function.place or not isinstance(spec[1], int):
                    continue
                if site.flags & ITER and site.function == function.place:
                    span = (site.line, site.column, site.end_line, site.end_column)
                    inside.setdefault(spec[1], span)
                else:
                    elsewhere.add(spec[1])
        return {slot: span for slot, span in inside.items() if slot not in elsewhere}

    def hidden_slots(self, function: Function, site: Site | None) -> frozenset[int]:
        """Slots that are not seen while `site` is the frame's newest: those of comprehensions that
        are not running, and those that a running comprehension's variable of the same name shadows.
        """
        slots = self.comprehension_slots(function)
        if not slots:
            return frozenset()
        if site is None or not site.flags & ITER:
            return frozenset(slots)
        at = (site.line, site.column)
        seen: dict[str, int] = {}
        for slot, (line, column, end_line, end_column) in slots.items():
            if (line, column) <= at <= (end_line, end_column) and slot < len(function.variables):
                name = function.variables[slot]
                if name not in seen or slots[seen[name]][:2] <= (line, column):
                    seen[name] = slot
        return frozenset(
            slot
            for slot, name in enumerate(function.variables)
            if seen.get(name, slot if slot not in slots else -1) != slot
        )


def _plain(row: Any) -> bool:
    """Whether a site writes nothing; one that is not sound is for `site` to refuse."""
    return isinstance(row, list) and len(row) == 7 and row[6] == []


def _has(row: Any, flags: int) -> bool:
    """Whether a site may have one of some flags; one that is not sound is for `site` to refuse."""
    if not flags or not isinstance(row, list) or not row or not isinstance(row[0], int):
        return True
    return bool(row[0] & flags)


def _rows(module: dict[str, Any], name: str) -> list[Any]:
    rows = module.get(name)
    return rows if isinstance(rows, list) else []
