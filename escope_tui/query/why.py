"""Causes: who wrote this value, from what, and who wrote that.

Each cause is one write that is in the recording: its statement, the kind of hop, and what the
statement read to make the value; what recorded calls returned is followed into them. Pure copies
are folded. Where the chain ends, `note` says why; nothing is guessed.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from ..model.causes import KINDS, Cause, Read
from ..model.events import Write
from ..model.values import Value
from ..replay.names import Part, Target, find_targets
from ..replay.recording import EV_YIELD
from ..replay.state import guarded
from .calls import CallView
from .chosen import chosen_by, not_written
from .flow import Child, Flow, Operand
from .generators import spent_by
from .loops import find_loop
from .parameters import NO_DATA, of_task, parameter
from .sources import (
    assigned,
    container_part,
    field_default,
    header,
    is_literal,
    kind_of,
    loop_member,
    member_operands,
    moved_member,
    mutation,
)
from .writes import object_change, statement_step, step_to

if TYPE_CHECKING:
    from ..replay.recording import Replay

__all__ = ["KINDS", "Cause", "Read", "explain"]

MAX_CAUSES = 60
MAX_READS = 12

STILL = (*NO_DATA, "iterator")
"""Kinds of which a change in place tells nothing about where they came from."""


def explain(rec: Replay, text: str, at: int, depth: int = 8, frame: int | None = None) -> Cause:
    """The chain of causes of what a text means at a step."""
    find_targets(rec, text, at, frame)
    number = rec.state.current_frame(at) if frame is None else frame
    search = Search(rec)
    search.flow.horizon = at
    return search.cause(text, at, number, depth)


class Search:
    """One walk back, with its budget."""

    def __init__(self, rec: Replay, budget: int = MAX_CAUSES) -> None:
        self.rec = rec
        self.left = budget
        self.seen: dict[tuple[str, int, int], str] = {}
        """What was shown already, with the kind of its hop."""
        self.bound: set[int] = set()
        self.flow = Flow(rec)
        self.calls = CallView(rec)

    # -- one target

    def cause(self, text: str, at: int, frame: int, depth: int, before: bool = False) -> Cause:
        """Who wrote `text` as seen from a frame at a step; `before`: only who bound it."""
        value = self.flow.value(text, at, frame)
        self.left -= 1
        try:
            target, write, changed = self._newest(text, at, frame, None if before else value)
        except EscopeError as error:
            return Cause(text, "unknown", value, None, note=error.message)
        if value is not None and value.kind == "iterator" and not before:
            spent = spent_by(self, value, at, frame)
            if spent is not None and (text, spent.step, at) not in self.seen:
                self.seen[text, spent.step, at] = "change"
                bound = self._bound(text, at, frame, depth)
                reads = (bound,) if bound is not None else ()
                return self.place(text, "change", value, spent.step, reads, spent.note)
        if write is None:
            note = "it is not bound here" if value is None else "no write of it is in the recording"
            return Cause(text, "unknown", value, None, note=note)
        if write.kind == "parameter":
            write = of_task(self, write)
        key = (text, write.step, write.visible)
        if key in self.seen:
            return self.finish(text, write, value, self.seen[key], (), "shown above")
        if depth > 0:
            self.seen[key] = "change" if changed else "computed"
        if changed:
            found = self._change(text, write, value, depth, frame, at)
        else:
            found = self._follow(text, target, write, value, depth)
        if key in self.seen:
            self.seen[key] = found.kind
        return found

    def _newest(
        self, text: str, at: int, frame: int, value: Value | None
    ) -> tuple[Target | None, Write | None, bool]:
        """The newest write, or the newest change in place of the object if that came later."""
        targets: list[Target] = find_targets(self.rec, text, at, frame)
        found = [(w, each) for each in targets if (w := step_to(self.rec, each, at, -1))]
        write, target = max(found, key=lambda pair: pair[0].visible, default=(None, None))
        if value is not None and value.object_id is not None and value.kind not in STILL:
            change = object_change(self.rec, text, value.object_id, at, -1)
            known = change is not None and change.old is not None and change.old.kind != "unknown"
            if change is not None and known and (not write or change.visible > write.visible):
                return target, change, True
        return target, write, False

    # -- writes

    def _follow(
        self, text: str, target: Target | None, write: Write, value: Value | None, depth: int
    ) -> Cause:
        rec = self.rec
        step = max(min(write.step, len(rec) - 1), 0)
        node = rec.syntax.statement(rec.program.site(rec.site_of(step)))
        if write.kind == "parameter":
            return parameter(self, text, write, value, depth, node)
        if write.kind == "delete":
            return self.finish(text, write, value, "delete", (), "")
        inside = self._inside(text, node)
        if inside is not None:
            return self._from(text, write, value, inside[1], inside[0], depth)
        if isinstance(node, ast.For | ast.AsyncFor) and not _in_body(rec, step, node):
            return self._iteration(text, write, value, node, depth)
        if isinstance(node, ast.Import | ast.ImportFrom):
            return self.finish(text, write, value, "import", (), "")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return self.finish(text, write, value, "definition", (), "")
        if isinstance(node, ast.Try) or (value is not None and value.kind == "exception"):
            caught = self._caught(text, write, value, depth)
            if caught is not None:
                return caught
        if isinstance(node, ast.With | ast.AsyncWith):
            items = ast.Tuple([item.context_expr for item in node.items], ast.Load())
            return self._from(text, write, value, items, "with", depth)
        if isinstance(node, ast.AugAssign):
            old = ast.parse(ast.unparse(node.target), mode="eval").body
            both = ast.BinOp(old, node.op, node.value)
            return self._from(text, write, value, both, "computed", depth)
        tree = assigned(text, node) if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(target, Part) and tree is None:
            tree = mutation(node)
        if tree is None:
            tree = header(node)
            if isinstance(tree, ast.Return | ast.Expr):
                tree = tree.value
        if isinstance(target, Part) and tree is not None:
            default = field_default(rec, target, tree)
            if default:
                return self.finish(text, write, value, "default", (), default)
            place = moved_member(rec, target, write, node)
            if place is not None:
                return self._shifted(text, target, write, value, place, depth)
            tree = container_part(rec, target, tree, node)
        part = target if isinstance(target, Part) else None
        return self._from(text, write, value, tree, None, depth, part)

    def _shifted(
        self, text: str, part: Part, write: Write, value: Value | None, place: int, depth: int
    ) -> Cause:
        """A member of a list that a statement moved: who wrote it where it was before."""
        owner = ast.unparse(ast.parse(part.name, mode="eval").body.value)  # type: ignore[attr-defined]
        name = f"{owner}[{place}]"
        before = Part(name, part.owner, "item", place)
        made = step_to(self.rec, before, write.visible - 1, -1)
        if made is None or depth <= 0 or self.left <= 0:
            return self.finish(text, write, value, "change", (), f"it was at [{place}] before")
        self.left -= 1
        cause = self._follow(name, before, made, value, depth - 1)
        read = Read(name, value, write.step, cause, "before")
        return self.finish(text, write, value, "change", (read,), f"it was at [{place}] before")

    def _inside(self, text: str, node: ast.AST | None) -> tuple[str, ast.AST] | None:
        """A name that an expression of the statement binds: in a comprehension, by a walrus."""
        tree = header(node)
        for each in ast.walk(tree) if tree is not None else ():
            if isinstance(each, ast.comprehension):
                names = [leaf.id for leaf in ast.walk(each.target) if isinstance(leaf, ast.Name)]
                if text in names:
                    return "iteration", each.iter
            elif isinstance(each, ast.NamedExpr) and each.target.id == text:
                return kind_of(each.value), each.value
        return None

    def _from(
        self,
        text: str,
        write: Write,
        value: Value | None,
        tree: ast.AST | None,
        kind: str | None,
        depth: int,
        part: Part | None = None,
    ) -> Cause:
        """The cause whose value an expression of the writing statement gave; `part`: one member of
        that value.
        """
        step, frame = write.step, write.frame_id
        if isinstance(tree, ast.Name) and kind is None and depth > 0 and self.left > 0:
            copied = self.flow.value(tree.id, step, frame)
            if copied is not None and copied.kind not in NO_DATA:
                return self.folded(text, write, value, self.cause(tree.id, step, frame, depth))
        name = kind or kind_of(tree)
        operands = self.flow.operands(tree, step, frame, write.visible)
        if part is not None:
            operands = member_operands(part, tree, operands)
        if name == "call" and any(each.child is not None for each in operands):
            name = "call result"
        if name == "call" and operands and operands[0].source:
            name = "input"
        if not operands and kind is None and is_literal(tree):
            name = "literal"
        reads, note = self.read_all(operands, step, frame, depth)
        if name == "input":
            note = f"from {operands[0].source}"
            reads = reads[1:]
        handed = self._handed(text, write, value, depth) if name == "call" else None
        if handed is not None:
            reads.append(handed)
        if name == "literal":
            reads += not_written(self, text, write, depth)
            reads += chosen_by(self, write.step, write.frame_id, depth)
        return self.finish(text, write, value, name, tuple(reads), note)

    def _handed(self, text: str, write: Write, value: Value | None, depth: int) -> Read | None:
        """The last change of an object that was there before code which is not recorded handed it
        on, as a copy of a dictionary hands on the lists that lie in it.
        """
        if value is None or value.kind in STILL or write.step < 0:
            return None
        return self._changed(text, write.step, value, depth)

    def folded(self, text: str, write: Write, value: Value | None, inner: Cause) -> Cause:
        if inner.step is None:
            read = Read(inner.target, inner.value, write.step, inner)
            return self.finish(text, write, value, "copy", (read,), "")
        place = f"{text} @{write.step:,} {write.function}:{write.line}"
        return replace(
            inner,
            target=text,
            value=value if value is not None else inner.value,
            through=(place, *inner.through),
        )

    def read_all(
        self, operands: list[Operand], step: int, frame: int, depth: int
    ) -> tuple[list[Read], str]:
        if not operands:
            return [], ""
        if depth <= 0 or self.left <= 0:
            return [], "deeper causes are not followed"
        reads = []
        for each in operands[:MAX_READS]:
            read = self.operand(each, step, frame, depth)
            if read is not None:
                reads.append(read)
        cut = len(operands) - MAX_READS
        return reads, f"{cut} more were read" if cut > 0 else ""

    def operand(self, each: Operand, step: int, frame: int, depth: int) -> Read | None:
        if each.child is not None and each.given is not None:
            return self._gave(each, each.child.frame, each.given, depth)
        if each.child is not None:
            return self._returned(each, step, depth)
        if each.source:
            value = self.flow.value(each.text, step, frame)
            cause = self.place(each.text, "input", value, step, (), f"from {each.source}")
            return Read(each.text, value, step, cause, each.role)
        value = self.flow.value(each.text, step, frame)
        if value is None or value.kind in NO_DATA:
            return None
        behind = self.cause(each.text, step, frame, depth - 1) if self.left > 0 else None
        return Read(each.text, value, step, behind, each.role)

    def _returned(self, each: Operand, step: int, depth: int) -> Read | None:
        """What a recorded call returned, and from what."""
        rec, child = self.rec, each.child
        assert child is not None
        call = self.calls.call(child.enter)
        end = self.calls.call_end(call)
        last = end.step if end.step is not None else len(rec) - 1
        own = rec.next_frame_step(last, -1, child.frame)
        at = statement_step(rec, own) if own >= 0 else last
        self.left -= 1
        name = each.text
        if child.function.name == "__init__":
            reads: list[Read] = []
            made = self._constructed(child, depth)
            reads += made
            first = child.function.variables[0]
            thing = self.flow.value(first, at, child.frame)
            cause = self.place(name, "call result", thing, child.enter, tuple(reads), "")
            return Read(name, thing, step, cause, each.role)
        node = rec.syntax.statement(rec.program.site(rec.site_of(at)))
        tree: ast.AST | None = node.value if isinstance(node, ast.Return) else None
        if child.function.name == "<lambda>" and node is not None:
            tree = _lambda_body(rec, child, node)
        note = ""
        if end.outcome == "raise":
            note = "it raised an exception"
        elif tree is None:
            note = "it ended without a return: None"
        operands = self.flow.operands(tree, at, child.frame) if depth > 0 else []
        kind = "return"
        followed, cut = self.read_all(operands, at, child.frame, depth - 1)
        if not operands and tree is not None and is_literal(tree):
            note = "written in the source"
            followed += chosen_by(self, at, child.frame, depth - 1)
        cause = self.place(name, kind, end.returned, at, tuple(followed), note or cut)
        return Read(name, end.returned, at, cause, each.role)

    def _constructed(self, child: Child, depth: int) -> list[Read]:
        """The arguments of a recorded `__init__`."""
        function = child.function
        names = function.variables[1 : function.parameters]
        found = []
        for name in names[:4]:
            value = self.flow.value(name, child.enter, child.frame)
            if value is None or value.kind in NO_DATA or depth <= 0 or self.left <= 0:
                continue
            cause = self.cause(name, child.enter, child.frame, depth - 1)
            found.append(Read(name, value, child.enter, cause))
        return found

    # -- loops

    def _iteration(
        self, text: str, write: Write, value: Value | None, node: ast.For | ast.AsyncFor, depth: int
    ) -> Cause:
        rec = self.rec
        step, frame = write.step, write.frame_id
        yielded = self._yielded(write, value, depth)
        if yielded is not None:
            return self.finish(text, write, value, "iteration", (yielded,), "")
        loop = find_loop(rec, step)
        began = loop.first if loop is not None else step
        made = self._made_member(text, write, node, began, depth)
        if made is not None:
            return self.finish(text, write, value, "iteration", (made,), "")
        member = loop_member(rec, self.flow, text, node, step, frame, write.visible)
        if member is not None and depth > 0 and self.left > 0:
            found = self.flow.value(member, step, frame)
            cause = self.cause(member, step, frame, depth - 1)
            read = Read(member, found, step, cause)
            return self.finish(text, write, value, "iteration", (read,), "")
        operands = self.flow.operands(node.iter, began, frame)
        reads, note = self.read_all(operands, began, frame, depth)
        return self.finish(text, write, value, "iteration", tuple(reads), note)

    def _made_member(
        self, text: str, write: Write, node: ast.For | ast.AsyncFor, began: int, depth: int
    ) -> Read | None:
        """The item of a dictionary that a call in the loop's header made."""
        source, target = node.iter, node.target
        if depth <= 0 or not isinstance(source, ast.Call) or not isinstance(target, ast.Tuple):
            return None
        owner = source.func.value if isinstance(source.func, ast.Attribute) else None
        names = [ast.unparse(each) for each in target.elts]
        if not isinstance(owner, ast.Call) or len(names) != 2 or names[1] != text:
            return None
        found, _ = self.flow.matched(owner, began, write.frame_id)
        children = found.get(owner, [])
        key = self.flow.value(names[0], write.visible, write.frame_id)
        if len(children) != 1 or key is None or not key.is_scalar or key.truncated:
            return None
        returned = self.calls.call_end(self.calls.call(children[0].enter)).returned
        if returned is None or returned.kind != "dict" or returned.object_id is None:
            return None
        name = f"{ast.unparse(owner)}[{key.data!r}]"
        part = Part(name, returned, "item", key.data)
        made = step_to(self.rec, part, write.step, -1)
        member = part.read(self.rec.state.value_of_object(returned.object_id, write.step))
        if made is None or member is None:
            return None
        self.left -= 1
        cause = self._follow(name, part, made, member, depth - 1)
        return Read(name, member, began, cause)

    def _yielded(self, write: Write, value: Value | None, depth: int) -> Read | None:
        rec = self.rec
        best = None
        stop = min(write.visible, len(rec))
        if stop - write.step > 100_000:
            return None
        for raw in rec.raw_events(write.step, stop, EV_YIELD):
            best = raw
        if best is None:
            return None
        frame, number = best[3], best[4]
        with rec.state.lock:
            parent = guarded(lambda: rec.scanner.frame_info(frame)[2])
        if parent != write.frame_id:
            return None
        name = f"{rec.program.function_of(rec.program.site(number)).name}()"
        return self._gave(Operand(name), frame, best, depth)

    def _gave(self, each: Operand, frame: int, event: tuple[Any, ...], depth: int) -> Read:
        """What a generator yielded, and from what."""
        rec, raw_value = self.rec, event[5]
        self.left -= 1
        own = rec.next_frame_step(event[0], -1, frame)
        at, name = own if own >= 0 else event[0], each.text
        node = rec.syntax.statement(rec.program.site(rec.site_of(at)))
        tree = next((e for e in ast.walk(node) if isinstance(e, ast.Yield)), None) if node else None
        given = tree.value if tree is not None else None
        operands = self.flow.operands(given, at, frame) if depth > 0 else []
        reads, note = self.read_all(operands, at, frame, depth - 1)
        passed = rec.state.passed_value(raw_value, event[0])
        if not operands and given is not None and is_literal(given):
            note = "written in the source"
            reads += chosen_by(self, at, frame, depth - 1)
        cause = self.place(name, "yield", passed, at, tuple(reads), note)
        return Read(name, passed, at, cause, each.role)

    # -- objects that were changed

    def _change(
        self, text: str, write: Write, value: Value | None, depth: int, frame: int, at: int
    ) -> Cause:
        rec = self.rec
        step = max(min(write.step, len(rec) - 1), 0)
        node = rec.syntax.statement(rec.program.site(rec.site_of(step)))
        tree: ast.AST | None
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            tree = node.value
        else:
            tree = mutation(node) or header(node)
        operands = self.flow.operands(tree, step, write.frame_id, write.visible)
        reads, note = self.read_all(operands, step, write.frame_id, depth)
        if depth > 0 and self.left > 0:
            bound = self._bound_of(value, node, step, write.frame_id, depth)
            if bound is None and frame:
                bound = self._bound(text, at, frame, depth)
            if bound is not None:
                reads.append(bound)
        earlier = self._earlier(text, write, value, depth)
        if earlier is not None:
            reads.append(earlier)
        return self.finish(text, write, value, "change", tuple(reads), note)

    def _bound(self, text: str, at: int, frame: int, depth: int) -> Read | None:
        """Who made the name mean the object."""
        if depth <= 0 or self.left <= 0:
            return None
        value = self.flow.value(text, at, frame)
        identity = value.object_id if value is not None else None
        if identity is not None:
            if identity in self.bound:
                return None
            self.bound.add(identity)
        cause = self.cause(text, min(at, len(self.rec)), frame, depth - 1, before=True)
        if cause.note == "shown above":
            return None
        cause = self._as_bound(cause)
        return Read(text, cause.value, at, cause, "before")

    def _as_bound(self, cause: Cause) -> Cause:
        """The cause with the object as it was when the name came to mean it."""
        value = cause.value
        if value is None or value.object_id is None or cause.step is None or cause.step < 0:
            return cause
        if cause.kind == "parameter":
            return cause
        frame = self.rec.step_info(cause.step).frame
        later = self.rec.next_frame_step(cause.step + 1, 1, frame)
        if later < 0 or self.rec.state.contents(value.object_id, later) is None:
            return cause
        return replace(cause, value=value.at(later))

    def _bound_of(
        self, value: Value | None, node: ast.stmt | None, step: int, frame: int, depth: int
    ) -> Read | None:
        """Who bound the name by which the changing statement reached the object."""
        if value is None or value.object_id is None or node is None:
            return None
        for each in ast.walk(header(node) or ast.Pass()):
            if not isinstance(each, ast.Name | ast.Attribute):
                continue
            text = ast.unparse(each)
            found = self.flow.value(text, step, frame)
            if found is not None and found.object_id == value.object_id:
                return self._bound(text, step, frame, depth)
        return None

    def _earlier(self, text: str, write: Write, value: Value | None, depth: int) -> Read | None:
        """The change of the object before this one."""
        return self._changed(text, write.visible - 1, value, depth)

    def _changed(self, text: str, at: int, value: Value | None, depth: int) -> Read | None:
        """The newest change of an object that shows at a step, if it was not shown above."""
        if value is None or value.object_id is None or depth <= 0 or self.left <= 0:
            return None
        change = object_change(self.rec, text, value.object_id, at, -1)
        known = change is not None and change.old is not None and change.old.kind != "unknown"
        if change is None or not known:
            return None
        key = (text, change.step, change.visible)
        if key in self.seen:
            return None
        self.seen[key] = "change"
        self.left -= 1
        cause = self._change(text, change, change.value, depth - 1, 0, -1)
        return Read(text, change.value, change.step, cause, "before")

    def _caught(self, text: str, write: Write, value: Value | None, depth: int) -> Cause | None:
        from .exceptions import iter_exceptions

        if value is None or value.object_id is None:
            return None
        for each in iter_exceptions(self.rec, write.visible + 1, -1):
            if each.handler_frame is None or each.object_id != value.object_id:
                continue
            step, frame = each.raised.step, each.raised.frame_id
            node = self.rec.syntax.statement(self.rec.program.site(self.rec.site_of(step)))
            tree = node.exc if isinstance(node, ast.Raise) else header(node)
            operands = self.flow.operands(tree, step, frame) if depth > 0 else []
            reads, note = self.read_all(operands, step, frame, depth - 1)
            raised = self.place(
                f"raise {each.type_name}", "exception", value, step, tuple(reads), note
            )
            read = Read(f"raise {each.type_name}", value, step, raised)
            return self.finish(text, write, value, "exception", (read,), "")
        return None

    # -- results

    def finish(
        self,
        text: str,
        write: Write,
        value: Value | None,
        kind: str,
        reads: tuple[Read, ...],
        note: str,
    ) -> Cause:
        shown = value if value is not None else write.value
        return self.place(text, kind, shown, write.step, reads, note)

    def place(
        self,
        text: str,
        kind: str,
        value: Value | None,
        step: int,
        reads: tuple[Read, ...],
        note: str,
    ) -> Cause:
        program = self.rec.program
        at = max(min(step, len(self.rec) - 1), 0)
        site = program.site(self.rec.site_of(at))
        return Cause(
            text,
            kind,
            value,
            at,
            program.paths[site.module],
            site.line,
            program.function_of(site).qualname,
            program.statement(site),
            reads,
            note,
        )


def _in_body(rec: Replay, step: int, node: ast.stmt) -> bool:
    return rec.program.site(rec.site_of(step)).line != node.lineno


def _lambda_body(rec: Replay, child: Child, node: ast.stmt) -> ast.AST | None:
    found = [each for each in ast.walk(node) if isinstance(each, ast.Lambda)]
    mine = [each for each in found if each.lineno == child.function.line]
    return mine[0].body if len(mine) == 1 else None
