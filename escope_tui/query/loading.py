"""How a test loads the module of a recorded call, in the state that the call found it in."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EscopeError
from ..model.events import Call
from ..model.sites import STEP
from ..model.text import one_line
from ..model.values import Value
from .rebuild import Builder, is_dotted, is_name, refusal

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Function

MAX_STEPS = 20_000
"""Steps of a call that are looked through one by one for the functions that ran in it."""
_FIXED = ("function", "class", "module", "method", "iterator")
"""Kinds of variables that a test leaves as the module makes them."""

LOADER = '''\
def load(path, name, stop, nth=0):
    """The program's module, up to the statement that led to the recorded call: it starts in the
    line `stop`, as `nth` of those that do.
    """
    module = sys.modules[name] = types.ModuleType(name)
    module.__file__ = path
    with tokenize.open(path) as file:
        lines = file.readlines()
    tree = ast.parse("".join(lines))
    starts = [lines[node.lineno - 1].strip() for node in tree.body]
    found = [index for index, line in enumerate(starts) if line == stop]
    tree.body = tree.body[: found[min(nth, len(found) - 1)]] if found else tree.body
    exec(compile(tree, path, "exec"), vars(module))
    return module
'''


@dataclass
class Setting:
    """A module's variable that the call found changed."""

    owner: str
    """The module or the class, as an expression."""
    name: str
    value: Value | None
    """What it was; None: it cannot be rebuilt."""
    reason: str = ""

    def line(self, builder: Builder) -> str:
        """The statement that sets it, or a comment that says why there is none."""
        if self.value is None:
            name, reason = one_line(f"{self.owner}.{self.name}"), one_line(self.reason, 400)
            return f"# {name} is left as the module makes it: {reason}"
        text = builder.source(self.value, self.name)
        return f"monkeypatch.setattr({self.owner}, {self.name!r}, {text}, raising=False)"


def named(rec: Replay, call: Call, name: str) -> Value | None:
    """A variable of the module of a call, as the call found it."""
    return rec.globals(call.enter, call.frame_id).get(name)


def _span(node: ast.stmt) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where a statement begins, with its decorators, and where it ends: line and column."""
    marks = getattr(node, "decorator_list", ())
    first = min((each.lineno, 0) for each in marks) if marks else (node.lineno, node.col_offset)
    return first, (node.end_lineno or node.lineno, (node.end_col_offset or 0) + 1)


class Loading:
    """The module that a recorded function is in."""

    def __init__(self, rec: Replay, call: Call, function: Function) -> None:
        self.rec = rec
        self.call = call
        self.function = function
        table = rec.file.modules[function.module]
        self.modname = str(table.get("modname", ""))
        self.path = str(table.get("path", ""))
        if not self.path.endswith((".py", ".pyw")) and self.modname in ("", "__main__"):
            raise refusal(
                f"{one_line(function.qualname)} is in {one_line(self.path) or 'no file'}",
                "a test needs a file to load; record a script or a module",
            )
        self.tree = rec.syntax.tree(function.module)
        self._running = self._module_frame()

    # -- the source

    def source(self, needed: set[str]) -> list[str]:
        """The head of a test file: what it imports, and the module as `module`."""
        folder, name = self._place()
        stop = self._stop()
        needed = {*needed, "sys"}
        if stop is not None:
            needed |= {"ast", "tokenize", "types"}
        elif self.modname in ("", "__main__") and "." not in name:
            needed |= {"importlib.util"}
        arguments = self._arguments()
        if arguments:
            needed |= {"unittest.mock"}
        standard = sorted(n for n in needed if n.partition(".")[0] in sys.stdlib_module_names)
        lines = [f"import {each}" for each in standard]
        if "pytest" in needed:
            lines += ["", "import pytest"]
        lines += ["", f"sys.path.insert(0, {folder!r})"]
        others = sorted(needed - set(standard) - {"pytest"})
        lines += [f"import {each}  # noqa: E402" for each in others]
        if stop is not None:
            lines += ["", "", *LOADER.rstrip().split("\n"), "", ""]
            line, nth = stop
            given = f"{self.path!r}, {name!r}, {line!r}{f', {nth}' if nth else ''}"
            lines += self._with(arguments, f"module = load({given})")
        elif self.modname in ("", "__main__") and "." not in name:
            lines += [
                f"_spec = importlib.util.spec_from_file_location({name!r}, {self.path!r})",
                f"module = sys.modules[{name!r}] = importlib.util.module_from_spec(_spec)",
                *self._with(arguments, "_spec.loader.exec_module(module)"),
            ]
        elif "." in name:
            lines.append(f"import {name} as module  # noqa: E402")
        else:
            lines += [f"import {name}  # noqa: E402", f"module = {name}"]
        return lines

    def _arguments(self) -> list[str]:
        """The program's `sys.argv`, if it had arguments and loading may look at them."""
        command = self.rec.meta.get("command")
        if self.modname not in ("", "__main__") or not isinstance(command, list):
            return []
        return [str(each) for each in command] if len(command) > 1 else []

    @staticmethod
    def _with(arguments: list[str], line: str) -> list[str]:
        if not arguments:
            return [line]
        return [f'with unittest.mock.patch.object(sys, "argv", {arguments!r}):', f"    {line}"]

    def _place(self) -> tuple[str, str]:
        """The folder to import from, and the module's name there."""
        folder, _, file = self.path.replace("\\", "/").rpartition("/")
        stem = file.removesuffix(".py")
        if self.modname in ("", "__main__"):
            top, name = folder, stem
            while top and os.path.exists(f"{top}/__init__.py"):
                top, _, package = top.rpartition("/")
                name = f"{package}.{name}"
            if top != folder and is_dotted(name):
                return top or "/", name.removesuffix(".__main__")
            name = stem if is_name(stem) else "program"
            return folder, f"{name}_" if name in sys.stdlib_module_names else name
        if not is_dotted(self.modname):
            raise refusal(f"{one_line(self.modname)} is no name of a module to import")
        parts = self.modname.split(".")
        above = len(parts) - (file != "__init__.py")
        for _ in range(above):
            folder = folder.rpartition("/")[0]
        return folder or "/", self.modname

    # -- how far the module had come

    def _module_frame(self) -> tuple[int, int] | None:
        """Line and column that the module's own code is at during the call; None if it is not
        running.
        """
        for frame in self.rec.stack(self.call.enter):
            same = frame.file == self.rec.program.paths[self.function.module]
            if frame.kind == "module" and same:
                if frame.last_step < 0:
                    return frame.line, 0
                site = self.rec.program.site(self.rec.site_of(frame.last_step))
                return site.line, site.column
        return None

    def _statement(self) -> ast.stmt | None:
        """The module's statement that led to the call."""
        if self._running is None or self.tree is None:
            return None
        for node in self.tree.body:
            if _span(node)[0] <= self._running < _span(node)[1]:
                return node
        return None

    def _stop(self) -> tuple[str, int] | None:
        """Where loading has to end: before the statement that led to the call, if the module's code
        would run it. The line that it starts in, and how many statements before it start alike.
        """
        node = self._statement()
        if node is None or self.tree is None or self._is_guard(node):
            return None
        if self.modname not in ("", "__main__"):
            return None
        lines = self.rec.program.lines(self.function.module)
        starts = [lines[each.lineno - 1].strip() for each in self.tree.body]
        number = self.tree.body.index(node)
        return starts[number], starts[:number].count(starts[number])

    def _is_guard(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.If) and "__name__" in {
            each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)
        }

    def _base(self) -> int | None:
        """The step at which the module was as a test finds it after loading."""
        node = self._statement()
        if node is not None:
            return self._first_of(node)
        from .calls import iter_calls

        for call in iter_calls(self.rec, "<module>", self._file()):
            end = call.exit
            return None if end is None else min(end + 1, len(self.rec) - 1)
        return None

    def _first_of(self, node: ast.stmt) -> int | None:
        """The step at which a statement of the module began: of a loop, before its first turn."""
        first, last = _span(node)
        sites = frozenset(
            number
            for number, site in self.rec.program.module_sites(self.function.module)
            if site.function == 0 and site.flags & STEP and first <= (site.line, site.column) < last
        )
        step = self.rec.next_site(0, 1, sites)
        return step if 0 <= step <= self.call.enter else None

    def _file(self) -> str:
        return self.rec.program.paths[self.function.module]

    # -- what the call found changed

    def changed(self) -> list[Setting]:
        """The variables of the module, and attributes of its classes, that functions of the call
        read or write, and that were not as loading leaves them.
        """
        base = self._base()
        if base is None:
            return []
        before = self.rec.globals(base, self._frame_of_module(base))
        now = self.rec.globals(self.call.enter, self.call.frame_id)
        found: list[Setting] = []
        for name in self._names():
            value, earlier = now.get(name), before.get(name)
            if value is not None and value.kind == "class" and earlier is not None:
                known = {str(k): e for role, k, e in earlier.entries() if role == "attr"}
                for role, key, member in value.entries():
                    if role == "attr":
                        found += self._setting(f"module.{name}", str(key), member, known.get(key))
            elif value is not None:
                found += self._setting("module", name, value, earlier)
        return found

    def _setting(
        self, owner: str, name: str, value: Value, earlier: Value | None
    ) -> Iterator[Setting]:
        if value.kind in _FIXED or (earlier is not None and earlier.python() == value.python()):
            return
        trial = Builder(self.rec, self.function.module)
        trial.count([value])
        try:
            trial.source(value, name)
        except EscopeError as error:
            yield Setting(owner, name, None, error.message)
        else:
            yield Setting(owner, name, value)

    def _frame_of_module(self, step: int) -> int | None:
        for frame in self.rec.stack(step):
            if frame.file == self._file():
                return frame.frame_id
        return None

    def _names(self) -> list[str]:
        """Module variables that the functions of the call name."""
        program = self.rec.program
        known = set(program.function(self.function.module, 0).variables)
        lines = {each.line for each in self._ran()}
        names = {each.qualname.partition(".")[0] for each in self._ran()}
        for node in ast.walk(self.tree) if self.tree is not None else ():
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if node.lineno in lines or first in lines:
                names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        return sorted(names & known)

    def _ran(self) -> Iterator[Function]:
        """The functions of the module that ran in the call."""
        yield self.function
        program, end = self.rec.program, self.call.exit
        stop = len(self.rec) if end is None else end + 1
        if stop - self.call.enter > MAX_STEPS:
            yield from self._ran_near(stop)
            return
        seen = set()
        for step in range(self.call.enter, stop):
            site = program.site(self.rec.site_of(step))
            if site.module == self.function.module and site.function not in seen:
                seen.add(site.function)
                yield program.function_of(site)

    def _ran_near(self, stop: int) -> Iterator[Function]:
        """The functions of the module that ran in the chunks of a long call, before `stop`: a few
        that ran only before or after it may be among them, which does no harm.
        """
        file, program = self.rec.file, self.rec.program
        seen = set()
        for number in range(file.chunk_of(self.call.enter), file.chunk_of(stop - 1) + 1):
            for each in self.rec.surveyor.site_hits(number):
                site = program.site(each)
                if site.module == self.function.module and site.function not in seen:
                    seen.add(site.function)
                    yield program.function_of(site)
