"""What chose a value that is written in the source: the condition under which its statement ran,
the exception whose handler it stands in, the search that found nothing, what did not write.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..model.causes import Read
from ..replay.recording import EV_CAUGHT
from .control import conditions, newest_of
from .sources import header, omissions

if TYPE_CHECKING:
    from ..model.events import Write
    from .why import Search

MOST = 2


def chosen_by(search: Search, step: int, frame: int, depth: int) -> list[Read]:
    """The decisions right before a statement that gave a literal, the nearest first."""
    rec = search.rec
    if depth <= 0 or search.left <= 0:
        return []
    site = rec.program.site(rec.site_of(step))
    node = rec.syntax.statement(site)
    found: list[Read] = []
    if isinstance(node, ast.Return):
        searched = next(_searches(search, step, node), None)
        if searched is not None:
            found.append(_decided(search, *searched, frame, depth))
    for each in conditions(rec, step, 0):
        if len(found) >= MOST:
            break
        if each.kind == "except":
            caught = _caught(search, step, frame, depth)
            found += [caught] if caught is not None else []
            break
        if each.kind in ("if", "match") or (each.kind == "guard" and isinstance(node, ast.Return)):
            decider = rec.syntax.statement(rec.program.site(rec.site_of(each.step)))
            test: ast.expr | None = None
            if isinstance(decider, ast.Match):
                test = decider.subject
            elif isinstance(decider, ast.If | ast.Assert):
                test = decider.test
            if test is not None:
                found.append(_decided(search, test, each.step, frame, depth))
        elif each.kind not in ("for", "while"):
            break
    return found


def not_written(search: Search, text: str, write: Write, depth: int) -> list[Read]:
    """For a value that nothing changed after it was set: loops without an iteration and
    branches not taken that would have.
    """
    found = []
    if depth <= 0:
        return []
    for node, step in omissions(search.rec, text, write)[:3]:
        test = node.iter if isinstance(node, ast.For | ast.AsyncFor) else node.test
        if search.left <= 0:
            break
        operands = search.flow.operands(test, step, write.frame_id)
        reads, _ = search.read_all(operands, step, write.frame_id, depth - 1)
        loop = isinstance(node, ast.For | ast.AsyncFor | ast.While)
        words = "it ran no iteration" if loop else "its branch was not taken"
        shown = ast.unparse(test)
        value = search.flow.value(shown, step, write.frame_id)
        cause = search.place(
            shown,
            "computed",
            value,
            step,
            tuple(reads),
            f"{words}, and so {text} kept its value",
        )
        found.append(Read(shown, value, step, cause, "not written"))
    return found


def _decided(search: Search, test: ast.expr, step: int, frame: int, depth: int) -> Read:
    operands = search.flow.operands(test, step, frame)
    reads, note = search.read_all(operands, step, frame, depth - 1)
    search.left -= 1
    shown = ast.unparse(test)
    value = search.flow.value(shown, step, frame)
    note = note or "this decided it"
    cause = search.place(shown, "computed", value, step, tuple(reads), note)
    return Read(shown, value, step, cause, "condition")


def _searches(search: Search, step: int, node: ast.Return) -> Iterator[tuple[ast.expr, int]]:
    """The test of a loop before a `return` that would have returned something else, when it was
    made last.
    """
    rec = search.rec
    site = rec.program.site(rec.site_of(step))
    parent = rec.syntax.parents(site.module).get(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None) or []
        for earlier in reversed(block[: block.index(node)] if node in block else []):
            if not isinstance(earlier, ast.For | ast.AsyncFor | ast.While):
                continue
            for each in ast.walk(earlier):
                if not isinstance(each, ast.If):
                    continue
                if any(isinstance(inner, ast.Return) for inner in each.body):
                    at = newest_of(rec, step, each, site)
                    if at is not None:
                        yield each.test, at


def _caught(search: Search, step: int, frame: int, depth: int) -> Read | None:
    """The exception that came to the handler which a step's statement is in."""
    rec = search.rec
    at = step
    for _ in range(20):
        before = rec.next_frame_step(at - 1, -1, frame)
        if before < 0:
            return None
        found = [
            raw
            for raw in rec.raw_events(before, min(at + 1, len(rec)), EV_CAUGHT)
            if raw[3] == frame
        ]
        if found:
            value = rec.state.passed_value(found[-1][5], found[-1][0])
            node = rec.syntax.statement(rec.program.site(rec.site_of(before)))
            operands = search.flow.operands(header(node), before, frame) if depth > 1 else []
            reads, note = search.read_all(operands, before, frame, depth - 1)
            search.left -= 1
            name = f"except {value.type_name}"
            cause = search.place(
                name, "exception", value, before, tuple(reads), note or "its handler gave the value"
            )
            return Read(name, value, before, cause, "condition")
        at = before
    return None
