"""Causes of parameters: which argument of which call gave the value, or the default."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.causes import Cause
from ..model.events import Write
from ..model.values import Value
from ..replay.state import guarded
from .sources import argument_of, has_default, header, is_bound, is_literal, rest_arguments
from .writes import same_value, statement_step

if TYPE_CHECKING:
    from .why import Search

NO_DATA = ("module", "function", "class", "method")
"""Kinds of values that are no data: where they come from is not followed."""


def parameter(
    search: Search, text: str, write: Write, value: Value | None, depth: int, node: ast.stmt | None
) -> Cause:
    rec = search.rec
    if value is not None and value.object_id is not None and write.visible <= len(rec):
        value = value.at(write.visible)  # as it was passed
    entry = rec.step_info(min(write.visible, len(rec) - 1))
    function = rec.program.function_of(rec.program.site(entry.site))
    began = statement_step(rec, write.step)
    if began != write.step:
        node = rec.syntax.statement(rec.program.site(rec.site_of(began)))
    tree = header(node)
    found, _ = search.flow.matched(tree, began, write.frame_id, generators=True)
    places = [
        call
        for call, children in found.items()
        if any(child.frame == entry.frame for child in children)
    ]
    if not places and function.kind == "coroutine":
        note = "an event loop ran it as a task; which statement made that is not known"
        return search.finish(text, write, value, "parameter", (), note)
    if write.step == entry.step:
        note = "its caller is not recorded"
        return search.finish(text, write, value, "parameter", (), note)
    if not places:
        operands = search.flow.operands(tree, write.step, write.frame_id)
        reads, note = search.read_all(
            [each for each in operands if each.child is None], write.step, write.frame_id, depth
        )
        return search.finish(text, write, value, "parameter", tuple(reads), note)
    if places and began != write.step and not _in_comprehension(tree, places[0]):
        write = replace(write, step=began, line=rec.program.site(rec.site_of(began)).line)
    bound = is_bound(search.flow, places[0], function, write.step, write.frame_id)
    rest = rest_arguments(rec, function, text, places[0], bound)
    given = argument_of(text, places[0], function, bound) if rest is None else None
    passed_on = False
    if isinstance(given, ast.AST) and _is_other(search, given, value, write):
        given, passed_on = None, True  # what is called passes on other arguments
    if given == "default" and not has_default(rec, function, text):
        given, passed_on = None, True
    if given == "default":
        return _default(search, text, value, entry.frame, function.line, depth)
    if isinstance(given, str) or given is None:
        arguments = rest or _arguments(places[0], whole=passed_on)
        operands = search.flow.operands(arguments, write.step, write.frame_id)
        reads, note = search.read_all(operands, write.step, write.frame_id, depth)
        if not operands and is_literal(arguments):
            note = "written in the source"
        return search.finish(text, write, value, "parameter", tuple(reads), note)
    if isinstance(given, ast.Name) and depth > 0 and search.left > 0:
        copied = search.flow.value(given.id, write.step, write.frame_id)
        if copied is not None and copied.kind not in NO_DATA:
            inner = search.cause(given.id, write.step, write.frame_id, depth)
            return search.folded(text, write, value, inner)
    operands = search.flow.operands(given, write.step, write.frame_id)
    reads, note = search.read_all(operands, write.step, write.frame_id, depth)
    if not operands and is_literal(given):
        note = "written in the source"
    return search.finish(text, write, value, "parameter", tuple(reads), note)


def of_task(search: Search, write: Write) -> Write:
    """The passing of an argument to a coroutine that an event loop ran as a task, where the
    statement that made it is known: by that statement, not by the one that ran the loop.
    """
    rec = search.rec
    entry = rec.step_info(min(write.visible, len(rec) - 1))
    function = rec.program.function_of(rec.program.site(entry.site))
    if function.kind != "coroutine" or write.step == entry.step:
        return write
    began = statement_step(rec, write.step)
    tree = header(rec.syntax.statement(rec.program.site(rec.site_of(began))))
    found, _ = search.flow.matched(tree, began, write.frame_id)
    if any(child.frame == entry.frame for each in found.values() for child in each):
        return write
    maker = search.flow.task_maker(entry.frame, function, write.visible)
    if maker is None:
        return write
    site = rec.program.site(rec.site_of(maker[0]))
    name = rec.program.function_of(site).qualname
    step, frame = maker
    return replace(write, step=step, frame_id=frame, line=site.line, function=name)


def _is_other(search: Search, given: ast.AST, value: Value | None, write: Write) -> bool:
    """Whether an argument is known to have been another value."""
    passed = search.flow.value(ast.unparse(given), write.step, write.frame_id)
    if passed is None or value is None or passed.kind in NO_DATA:
        return False
    if value.object_id is None and passed.object_id is None:
        return value.is_scalar and passed.is_scalar and not same_value(value, passed)
    return value.object_id is not None and value.object_id != passed.object_id is not None


def _default(
    search: Search, text: str, value: Value | None, frame: int, line: int, depth: int
) -> Cause:
    """A parameter's default: made once, by the statement that defined the function."""
    rec = search.rec
    with rec.state.lock:
        module, place, *_ = guarded(lambda: rec.scanner.frame_info(frame))
        first = guarded(lambda: rec.scanner.frame_range(frame)[0])
    sites = [
        number
        for number, site in rec.program.module_sites(module)
        if site.flags & 1 and site.function != place and site.line <= line <= site.end_line
    ]
    newest = max((rec.program.site(n).line for n in sites), default=0)
    wanted = frozenset(n for n in sites if rec.program.site(n).line == newest)
    step = rec.next_site(first - 1, -1, wanted) if first > 0 else -1
    note = "no argument was passed: this is the default, made when the function was defined"
    if step < 0:
        return Cause(text, "default", value, None, note=note)
    if value is not None and value.object_id is not None:
        note += "; every call that passes none shares this one object"
    return search.place(text, "default", value, step, (), note)


def _in_comprehension(tree: ast.AST | None, call: ast.AST) -> bool:
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return tree is not None and any(
        isinstance(each, kinds) and any(inner is call for inner in ast.walk(each))
        for each in ast.walk(tree)
    )


def _arguments(node: ast.AST, *, whole: bool = False) -> ast.AST:
    """The arguments of a call, without what is called (`whole`: with it)."""
    if isinstance(node, ast.Call):
        called = [node.func] if whole else []
        return ast.Tuple([*called, *node.args, *(k.value for k in node.keywords)], ast.Load())
    return node
