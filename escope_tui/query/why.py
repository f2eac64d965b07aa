"""Causes: who wrote this value, from what, and who wrote that.

Each cause is one write that is in the recording: its statement, the kind of hop, and the values
that the statement read. Where the chain ends, `note` says why; nothing is guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EscopeError, EvaluationError, NotFoundError
from ..model.events import Write
from ..model.text import one_line
from ..model.values import Value
from ..replay import syntax
from ..replay.names import Target, find_targets
from ..replay.recording import EV_RETURN
from ..replay.state import guarded
from .writes import object_change, same_value, step_to

if TYPE_CHECKING:
    from ..replay.recording import Replay

MAX_CAUSES = 60
MAX_READS = 8
KINDS = (
    "literal",
    "copy",
    "attribute",
    "item",
    "computed",
    "call",
    "call result",
    "return",
    "parameter",
    "iteration",
    "change",
    "import",
    "definition",
    "with",
    "exception",
    "delete",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Read:
    """Something that a statement read."""

    name: str
    value: Value | None
    step: int
    """The moment at which it was read."""
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Cause:
    """One link of a chain of causes."""

    target: str
    kind: str
    """One of `KINDS`."""
    value: Value | None
    step: int | None
    """The statement that wrote; None where the chain ends."""
    file: str = ""
    line: int = 0
    function: str = ""
    source: str = ""
    """The statement's first line."""
    reads: tuple[Read, ...] = ()
    note: str = ""
    """Why the chain ends here."""

    def walk(self) -> Iterator[tuple[int, Cause]]:
        """This cause and those behind it, with their depth."""
        waiting: list[tuple[int, Cause]] = [(0, self)]
        while waiting:
            depth, cause = waiting.pop()
            yield depth, cause
            behind = [read.cause for read in cause.reads if read.cause is not None]
            waiting.extend((depth + 1, each) for each in reversed(behind))

    def __iter__(self) -> Iterator[Cause]:
        return (cause for _, cause in self.walk())

    def lines(self) -> list[str]:
        """The chain as indented safe lines of text."""
        found = []
        for depth, cause in self.walk():
            shown = cause.value.summary(60) if cause.value is not None else "?"
            where = "" if cause.step is None else f"  @{cause.step:,} {cause.function}:{cause.line}"
            source = f"  {one_line(cause.source, 80)}" if cause.source else ""
            note = f"  ({cause.note})" if cause.note else ""
            found.append(
                f"{'  ' * depth}{one_line(cause.target, 60)} = {shown}  [{cause.kind}]"
                f"{where}{source}{note}"
            )
        return found


def explain(rec: Replay, text: str, at: int, depth: int = 8) -> Cause:
    """The chain of causes of what a text means at a step."""
    find_targets(rec, text, at)
    return _Search(rec).cause(text, at, rec.state.current_frame(at), depth)


class _Search:
    def __init__(self, rec: Replay) -> None:
        self.rec = rec
        self.left = MAX_CAUSES
        self.seen: set[tuple[str, int, int]] = set()

    def cause(self, text: str, at: int, frame: int, depth: int) -> Cause:
        """Who wrote `text` as seen from a frame at a step."""
        value = self._value(text, at, frame)
        self.left -= 1
        try:
            write, changed = self._newest(text, at, frame, value)
        except (NotFoundError, EvaluationError) as error:
            return Cause(text, "unknown", value, None, note=error.message)
        if write is None:
            return Cause(text, "unknown", value, None, note="no write of it is in the recording")
        key = (text, write.step, write.visible)
        if key in self.seen:
            return self._finish(text, write, value, "unknown", (), "shown above")
        self.seen.add(key)
        return self._follow(text, write, value, changed, depth)

    def _value(self, text: str, at: int, frame: int) -> Value | None:
        try:
            return self.rec.evaluate(text, at=at, frame=frame)
        except EscopeError:
            return None

    def _newest(
        self, text: str, at: int, frame: int, value: Value | None
    ) -> tuple[Write | None, bool]:
        """The newest write, or the newest change in place of the object if that came later."""
        targets: list[Target] = find_targets(self.rec, text, at, frame)
        found = [write for each in targets if (write := step_to(self.rec, each, at, -1))]
        write = max(found, key=lambda each: each.visible, default=None)
        if value is not None and value.object_id is not None:
            change = object_change(self.rec, text, value.object_id, at, -1)
            known = change is not None and change.old is not None and change.old.kind != "unknown"
            if change is not None and known and (not write or change.visible > write.visible):
                return change, True
        return write, False

    def _follow(
        self, text: str, write: Write, value: Value | None, changed: bool, depth: int
    ) -> Cause:
        rec = self.rec
        site = rec.program.site(rec.site_of(max(min(write.step, len(rec) - 1), 0)))
        node = rec.syntax.statement(site)
        kind, expressions = ("change", [node]) if changed else _hop(text, write, node)
        reads: list[Read] = []
        if kind == "parameter":
            names = self._argument(text, write, node)
        else:
            names = [name for each in expressions for name in syntax.reads(_header(each))]
        if kind == "call":
            result = self._result(write, depth)
            if result is not None:
                kind = "call result"
                reads.append(result)
        note = ""
        if depth <= 0 or self.left <= 0:
            note = "deeper causes are not followed" if names else ""
            names = []
        for name in names[:MAX_READS]:
            read = self._read(name, write.step, write.frame_id, depth)
            if read is not None:
                reads.append(read)
        return self._finish(text, write, value, kind, tuple(reads), note)

    def _finish(
        self,
        text: str,
        write: Write,
        value: Value | None,
        kind: str,
        reads: tuple[Read, ...],
        note: str,
    ) -> Cause:
        program = self.rec.program
        site = program.site(self.rec.site_of(max(min(write.step, len(self.rec) - 1), 0)))
        return Cause(
            text,
            kind,
            value if value is not None else write.value,
            write.step,
            write.file,
            write.line,
            write.function,
            program.statement(site),
            reads,
            note,
        )

    def _read(self, name: str, step: int, frame: int, depth: int) -> Read | None:
        value = self._value(name, step, frame)
        if value is None or value.kind in ("module", "function", "class"):
            return None
        cause = self.cause(name, step, frame, depth - 1) if self.left > 0 else None
        return Read(name, value, step, cause)

    def _argument(self, text: str, write: Write, node: ast.stmt | None) -> list[str]:
        """What the caller's statement read to pass this parameter."""
        rec = self.rec
        entry = rec.step_info(min(write.visible, len(rec) - 1))
        function = rec.program.function_of(rec.program.site(entry.site))
        if node is None or function.name == "<lambda>":
            return syntax.reads(_header(node))
        calls = [
            each
            for each in ast.walk(_header(node) or ast.Pass())
            if isinstance(each, ast.Call) and _called(each) in (function.name, _class(function))
        ]
        if len(calls) != 1:
            return syntax.reads(_header(node))
        call = calls[0]
        for keyword in call.keywords:
            if keyword.arg == text:
                return syntax.reads(keyword.value)
        place = function.variables.index(text) if text in function.variables else -1
        if place > 0 and function.variables[0] in ("self", "cls"):
            place -= 1
        plain = not any(isinstance(each, ast.Starred) for each in call.args)
        if plain and 0 <= place < len(call.args):
            return syntax.reads(call.args[place])
        return syntax.reads(call)

    def _result(self, write: Write, depth: int) -> Read | None:
        """The recorded call whose return value was written."""
        rec = self.rec
        best = None
        for raw in rec.raw_events(write.step, min(write.visible + 1, len(rec)), EV_RETURN):
            step, _, _, frame, number, value = raw
            with rec.state.lock:
                parent = guarded(lambda f=frame: rec.scanner.frame_info(f)[2])  # type: ignore[misc]
            passed = rec.state.passed_value(value, step)
            if parent == write.frame_id and same_value(passed, write.value):
                best = (step, frame, number, passed)
        if best is None:
            return None
        step, frame, number, passed = best
        site = rec.program.site(number)
        function = rec.program.function_of(site)
        own = rec.next_frame_step(step, -1, frame)
        at = own if own >= 0 else step
        node = rec.syntax.statement(rec.program.site(rec.site_of(at)))
        names = syntax.reads(node.value) if isinstance(node, ast.Return) else []
        self.left -= 1
        behind: list[Read] = []
        if depth > 0:
            for name in names[:MAX_READS]:
                read = self._read(name, at, frame, depth - 1)
                if read is not None:
                    behind.append(read)
        cause = Cause(
            f"{function.qualname}()",
            "return",
            passed,
            at,
            rec.program.paths[site.module],
            site.line,
            function.qualname,
            rec.program.statement(site),
            tuple(behind),
        )
        return Read(f"{function.qualname}()", passed, at, cause)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _class(function: object) -> str:
    """The class whose construction calls this `__init__`."""
    qualname = str(getattr(function, "qualname", ""))
    owner, _, name = qualname.rpartition(".")
    return owner.rpartition(".")[2] if name in ("__init__", "__new__") else "\0"


def _header(node: ast.AST | None) -> ast.AST | None:
    """What of a statement runs in its own step: of a compound statement, its header."""
    if isinstance(node, ast.For | ast.AsyncFor):
        return node.iter
    if isinstance(node, ast.While | ast.If):
        return node.test
    if isinstance(node, ast.With | ast.AsyncWith):
        return ast.Tuple([item.context_expr for item in node.items], ast.Load())
    if isinstance(node, ast.Match):
        return node.subject
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Try):
        return None
    return node


def _hop(text: str, write: Write, node: ast.stmt | None) -> tuple[str, list[ast.AST | None]]:
    """The kind of a write's statement, and the expressions that it was made from."""
    if write.kind == "parameter":
        return "parameter", []
    if write.kind == "delete":
        return "delete", []
    inside = _bound_inside(text, node)
    if inside is not None:
        return inside
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _assigned(text, node)
    if isinstance(node, ast.AugAssign):
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        return "computed", [target, node.value]
    if isinstance(node, ast.For | ast.AsyncFor):
        return "iteration", [node.iter]
    if isinstance(node, ast.With | ast.AsyncWith):
        return "with", [node]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return "import", []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return "definition", []
    if isinstance(node, ast.Try):
        return "exception", []
    return ("computed", [node]) if node is not None else ("unknown", [])


def _bound_inside(text: str, node: ast.AST | None) -> tuple[str, list[ast.AST | None]] | None:
    """A name that an expression of the statement binds: a comprehension's variable, a walrus."""
    header = _header(node)
    for each in ast.walk(header) if header is not None else ():
        if isinstance(each, ast.comprehension):
            names = [leaf.id for leaf in ast.walk(each.target) if isinstance(leaf, ast.Name)]
            if text in names:
                return "iteration", [each.iter]
        elif isinstance(each, ast.NamedExpr) and each.target.id == text:
            kind = "literal" if isinstance(each.value, ast.Constant) else "computed"
            return kind, [each.value]
    return None


def _assigned(text: str, node: ast.Assign | ast.AnnAssign) -> tuple[str, list[ast.AST | None]]:
    value = node.value
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            names = [ast.unparse(each) for each in target.elts]
            if len(names) == len(value.elts) and names.count(text) == 1:
                value = value.elts[names.index(text)]
                break
    if value is None:
        return "unknown", []
    if isinstance(value, ast.Constant):
        return "literal", []
    kind = {
        ast.Name: "copy",
        ast.Attribute: "attribute",
        ast.Subscript: "item",
        ast.Call: "call",
        ast.Await: "call",
    }.get(type(value), "computed")
    return kind, [value]
