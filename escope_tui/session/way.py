"""What a frame has done up to a moment: the lines that it ran, and the values that they gave."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import EscopeError
from ..model.events import Frame
from ..model.text import one_line
from ..model.values import Value
from .loops import Iteration
from .sourcetext import Loop, SourceText

if TYPE_CHECKING:
    from .bridge import Engine

LOOK_BACK = 2000
"""Statements of the frame that are followed back."""
AROUND = 80
"""Values are put beside lines that are not further from the current one."""
MAX_READS = 6
DULL = frozenset({"function", "class", "module", "method"})


@dataclass(frozen=True, slots=True)
class Remark:
    """Text at the end of a source line."""

    text: str
    kind: str
    """"read" (values that the line is about to read), "gave" (what it has set in this iteration),
    "wrote" (what the last statement changed) or "error"."""


@dataclass(frozen=True, slots=True)
class Way:
    """A frame's way to its current statement."""

    lines: frozenset[int] = frozenset()
    """Those it ran, as far as it is followed back."""
    gave: dict[int, str] = field(default_factory=dict)
    """Values that lines have set, of the current iteration where they are in a loop."""
    iterations: tuple[Iteration, ...] = ()
    """Of the loops around the statement, innermost first."""


def follow(engine: Engine, frame: Frame, source: SourceText) -> Way:
    """Looks back along a frame's own statements."""
    steps = engine.own_steps(frame.frame_id, frame.last_step, True, LOOK_BACK)
    lines = {line for _, line in steps}
    gave: dict[int, str] = {}
    shown = frame.last_step
    passed: list[Loop] = []
    loop = source.loop(frame.line)
    header = loop.line if loop is not None else 0
    done = {line for line in lines if abs(line - frame.line) > AROUND}
    """Lines of which nothing more is wanted."""
    for step, line in steps:
        if line not in done:
            done.add(line)
            if not any(each.line <= line <= each.end for each in passed):
                gave[line] = "  ".join(_given(engine, frame, source, line, shown))
        if line == header and loop is not None:
            passed.append(loop)
            loop = _outer(source, loop)
            header = loop.line if loop is not None else 0
        shown = step
    if len(steps) < LOOK_BACK:
        _entry(engine, frame, source, shown, gave)
    return Way(frozenset(lines), {line: text for line, text in gave.items() if text})


def _outer(source: SourceText, loop: Loop) -> Loop | None:
    around = source.loops(loop.line)
    return around[-2] if len(around) > 1 else None


def _given(
    engine: Engine, frame: Frame, source: SourceText, line: int, shown: int
) -> Iterator[str]:
    """What a line has set: names, attributes, items."""
    for name, value in engine.bound(shown, frame.frame_id).items():
        if value is None:
            yield f"{one_line(name, 30)} deleted"
        elif value.kind not in DULL:
            yield f"{one_line(name, 30)} = {value.summary(40)}"
    for target in _stores(source.node(line)):
        value = _evaluated(engine, target, shown, frame.frame_id)
        if value is not None:
            yield f"{one_line(target, 40)} = {value.summary(40)}"


def _entry(
    engine: Engine, frame: Frame, source: SourceText, first: int, gave: dict[int, str]
) -> None:
    """The arguments, beside the line that defines the function."""
    line = source.definition(frame.line)
    if line is None or line in gave or frame.kind in ("module", "class"):
        return
    shown = [
        f"{one_line(name, 30)} = {value.summary(40)}"
        for name, value in engine.bound(first, frame.frame_id).items()
        if value is not None and value.kind not in DULL
    ]
    gave[line] = "  ".join(shown)


def _stores(node: ast.stmt | None) -> Iterator[str]:
    targets: Sequence[ast.expr] = ()
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = (node.target,)
    for target in targets:
        if isinstance(target, ast.Attribute | ast.Subscript):
            yield ast.unparse(target)


def read_values(
    engine: Engine, frame: Frame, step: int, source: SourceText, names: Container[str]
) -> list[tuple[str, Value]]:
    """What the current statement is about to read of the variables that are named, with its
    values, left to right.
    """
    found: dict[str, Value] = {}

    def visit(node: ast.AST) -> None:
        if len(found) == MAX_READS or isinstance(node, ast.Lambda):
            return
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and _root(node) in names:
            text = ast.unparse(node)
            value = found.get(text)
            if value is None:
                value = _evaluated(engine, text, step, frame.frame_id)
            if value is not None and value.kind not in DULL:
                found.setdefault(text, value)
                while not isinstance(node, ast.Name):
                    if isinstance(node, ast.Subscript):
                        visit(node.slice)
                    node = node.value  # type: ignore[attr-defined]
                return
        for child in ast.iter_child_nodes(node):
            if not isinstance(getattr(child, "ctx", None), ast.Store | ast.Del):
                visit(child)

    node = source.node(frame.line)
    for part in _read_parts(node):
        visit(part)
    return [(one_line(text, 40), value) for text, value in found.items()]


def read_texts(node: ast.stmt | None) -> list[str]:
    """The chains of names, attributes and items that a statement reads, left to right."""
    found: dict[str, None] = {}
    parts = _read_parts(node)
    own = {
        each.id
        for part in parts
        for comprehension in ast.walk(part)
        if isinstance(comprehension, ast.comprehension)
        for each in ast.walk(comprehension.target)
        if isinstance(each, ast.Name)
    }
    """What only comprehensions know."""

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and _root(node):
            if _root(node) in own:
                return
            found.setdefault(ast.unparse(node))
            return
        for child in ast.iter_child_nodes(node):
            called = isinstance(node, ast.Call) and child is node.func
            if called and isinstance(child, ast.Attribute):
                visit(child.value)
            elif not called and not isinstance(getattr(child, "ctx", None), ast.Store | ast.Del):
                visit(child)

    for part in parts:
        visit(part)
    return list(found)


def _root(node: ast.AST) -> str:
    """The variable that a chain of names, attributes and items begins with; empty if a call or a
    slice is in it.
    """
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Subscript) and any(
            isinstance(each, ast.Call | ast.Slice) for each in ast.walk(node.slice)
        ):
            return ""
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _read_parts(node: ast.stmt | None) -> list[ast.AST]:
    """What a compound statement's header evaluates; other statements whole."""
    match node:
        case None | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Try():
            return []
        case ast.For() | ast.AsyncFor():
            return [node.iter]
        case ast.While() | ast.If():
            return [node.test]
        case ast.Match():
            return [node.subject]
        case ast.With() | ast.AsyncWith():
            return [item.context_expr for item in node.items]
        case ast.AugAssign():
            return [ast.parse(ast.unparse(node.target), mode="eval").body, node.value]
    return [node]


def _evaluated(engine: Engine, text: str, step: int, frame: int) -> Value | None:
    try:
        return engine.evaluate(text, step, frame)
    except EscopeError:
        return None
