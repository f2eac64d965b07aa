"""Control: which conditions made a statement run, and why a line did not run.

From the syntax tree (what a statement depends on) and the recorded steps (which way each decision
went), as in the control dependence of Ferrante, Ottenstein and Warren (1987).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..errors import EscopeError, NotFoundError
from ..model.causes import Condition, WhyNot
from ..model.sites import STEP
from ..model.text import one_line
from ..model.values import Value
from ..replay.state import guarded
from ..replay.syntax import reads
from .calls import caller_step
from .exceptions import iter_exceptions
from .moments import place_of
from .sources import DEFINITIONS, header
from .writes import statement_step

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Site

MAX_CONDITIONS = 60
Tried = ast.Try | ast.TryStar
JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)


def conditions(rec: Replay, step: int, callers: int = 3) -> list[Condition]:
    """The decisions that made a step's statement run, the nearest first, and those of the
    statements that called its function, `callers` up.
    """
    found: list[Condition] = []
    at: int | None = statement_step(rec, step)
    for depth in range(callers + 1):
        if at is None or len(found) > MAX_CONDITIONS:
            break
        found += _of_frame(rec, at, depth)
        info = rec.step_info(at)
        with rec.state.lock:
            first = rec.scanner.frame_range(info.frame)[0]
        called = caller_step(rec, info.frame, first)
        if called is None:
            found.append(_condition(rec, "start", first, depth, None, None))
            break
        at = statement_step(rec, called)
        found.append(_condition(rec, "call", at, depth, None, None))
    return found[:MAX_CONDITIONS]


def _of_frame(rec: Replay, step: int, depth: int) -> list[Condition]:
    """The decisions within the step's own frame."""
    info = rec.step_info(step)
    site = rec.program.site(info.site)
    node: ast.AST | None = rec.syntax.statement(site)
    parents = rec.syntax.parents(site.module)
    found: list[Condition] = []
    child: ast.AST | None = None
    at = step
    while node is not None:
        if isinstance(node, (*DEFINITIONS, ast.Lambda)) and child is not None:
            break
        decided: int | None = None
        if child is not None and isinstance(node, ast.If | ast.While | ast.For | ast.AsyncFor):
            decided = newest_of(rec, at, node, site)
            if decided is not None:
                taken = child in node.body
                kind = {ast.If: "if", ast.While: "while"}.get(type(node), "for")
                found.append(_condition(rec, kind, decided, depth, header(node), taken))
        elif isinstance(node, ast.Match):
            decided = newest_of(rec, at, node, site)
            if decided is not None and child is not None:
                found.append(_condition(rec, "match", decided, depth, node.subject, None))
        elif isinstance(node, ast.ExceptHandler):
            raised = rec.next_frame_step(at - 1, -1, info.frame)
            if raised >= 0:
                found.append(_condition(rec, "except", raised, depth, None, None))
        if child is not None or node is not None:
            found += _guards(rec, at, node, parents, site, depth)
        if decided is not None:
            at = decided
        node, child = parents.get(node), node
    return found


def _guards(
    rec: Replay,
    step: int,
    node: ast.AST,
    parents: dict[ast.AST, ast.AST],
    site: Site,
    depth: int,
) -> list[Condition]:
    """Earlier statements of the same block that would have left it, and did not."""
    block = _block(node, parents)
    found = []
    for earlier in reversed(block[: block.index(node)] if node in block else []):
        if isinstance(earlier, ast.If) and any(_leaves(part) for part in _ways(earlier)):
            decided = newest_of(rec, step, earlier, site)
            if decided is None:
                continue
            outcome = not _leaves(earlier.body)
            found.append(_condition(rec, "guard", decided, depth, earlier.test, outcome))
        elif isinstance(earlier, ast.Assert):
            decided = newest_of(rec, step, earlier, site)
            if decided is not None:
                found.append(_condition(rec, "guard", decided, depth, earlier.test, True))
    return found


def _ways(node: ast.If) -> list[list[ast.stmt]]:
    return [node.body, node.orelse]


def _leaves(block: list[ast.stmt]) -> bool:
    return bool(block) and isinstance(block[-1], JUMPS)


def _block(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> list[ast.stmt]:
    parent = parents.get(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and node in block:
            return block
    return []


def _sites(rec: Replay, node: ast.AST, near: Site) -> frozenset[int]:
    line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    return frozenset(
        number
        for number, each in rec.program.module_sites(near.module, STEP, near.function)
        if (each.line, each.column) == (line, column)
    )


def newest_of(rec: Replay, step: int, node: ast.AST, near: Site) -> int | None:
    """The newest step of the frame, before a step, at which a statement's header ran."""
    frame = rec.step_info(step).frame
    sites = _sites(rec, node, near)
    at = rec.next_site(step - 1, -1, sites) if sites else -1
    with rec.state.lock:
        first = rec.scanner.frame_range(frame)[0]
    while at >= first and rec.step_info(at).frame != frame:
        at = rec.next_site(at - 1, -1, sites)
    return at if at >= first else None


def values_read(
    rec: Replay, tree: ast.AST | None, step: int, frame: int
) -> tuple[tuple[str, Value], ...]:
    """What an expression read, with the values."""
    found = []
    for text in reads(tree):
        try:
            value = rec.evaluate(text, at=step, frame=frame)
        except EscopeError:
            continue
        if value.kind not in ("module", "function", "class"):
            found.append((text, value))
    return tuple(found)


def _condition(
    rec: Replay, kind: str, step: int, depth: int, test: ast.AST | None, outcome: bool | None
) -> Condition:
    info = rec.step_info(step)
    site = rec.program.site(info.site)
    return Condition(
        kind,
        step,
        rec.program.paths[site.module],
        site.line,
        rec.program.function_of(site).qualname,
        info.frame,
        rec.program.statement(site),
        outcome,
        values_read(rec, test, step, info.frame),
        depth,
    )


# -- why a line did not run


def why_not(rec: Replay, file: str, line: int, at: int | None = None) -> WhyNot:
    """Why a line did not run (before a step): the branch that was last taken away from it, with
    the values that decided; or that its function was never called.
    """
    end = len(rec) if at is None else at
    module = rec.program.modules_of(file)[-1]
    path = rec.program.paths[module]
    sites = [n for n in rec.program.sites_at(file, line) if rec.program.site(n).module == module]
    if not sites:
        raise NotFoundError(
            f"no recorded statement is on line {line} of {one_line(path)}",
            hint="comments, blank lines and code that is not recorded have none",
        )
    near = rec.program.site(min(sites))
    function = rec.program.function_of(near)
    ran = rec.next_site(end - 1, -1, frozenset(sites)) if end else -1
    if ran >= 0:
        text = f"it ran: the last time at step {ran:,}"
        return WhyNot(path, line, function.qualname, "ran", text, ran, line)
    entered = _last_entry(rec, near, end)
    if entered is None:
        return _never_called(rec, path, line, near, at)
    frame = rec.step_info(entered).frame
    return _decided(rec, path, line, near, frame, end)


def _last_entry(rec: Replay, near: Site, end: int) -> int | None:
    """The newest step in the line's function before a step."""
    sites = frozenset(
        number for number, _ in rec.program.module_sites(near.module, STEP, near.function)
    )
    step = rec.next_site(end - 1, -1, sites) if end else -1
    return step if step >= 0 else None


def _never_called(rec: Replay, path: str, line: int, near: Site, at: int | None) -> WhyNot:
    function = rec.program.function_of(near)
    users = []
    for module in range(len(rec.program.paths)):
        tree = rec.syntax.tree(module)
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else None
                name = called.id if isinstance(called, ast.Name) else name
                if name == function.name:
                    users.append(f"{rec.program.paths[module].rpartition('/')[2]}:{node.lineno}")
    so_far = "never called" if at is None else f"not called before step {at:,}"
    text = f"{function.qualname} was {so_far}"
    if users:
        text += f"; calls of it stand on {', '.join(users[:3])}"
    elif function.kind == "module":
        text = "the module did not run"
    return WhyNot(path, line, function.qualname, "never called", text)


def _decided(rec: Replay, path: str, line: int, near: Site, frame: int, end: int) -> WhyNot:
    function = rec.program.function_of(near)
    node = rec.syntax.statement(near)
    parents = rec.syntax.parents(near.module)
    chain: list[tuple[ast.AST, ast.AST]] = []
    child: ast.AST | None = node
    while child is not None:
        parent = parents.get(child)
        if parent is None or isinstance(parent, DEFINITIONS):
            break
        if isinstance(parent, ast.If | ast.While | ast.For | ast.AsyncFor | ast.Match | Tried):
            chain.append((parent, child))
        child = parent
    for parent, inner in reversed(chain):  # the outermost first
        if isinstance(parent, Tried):
            tried = _tried(rec, (path, line, function.qualname), parent, inner, frame, end)
            if tried is not None:
                return tried
            continue
        decided = _latest(rec, parent, near, frame, end)
        if decided is None:
            break
        inside = getattr(parent, "orelse", [])
        wanted = inner not in inside
        if isinstance(parent, ast.Match) or not _entered(rec, parent, inner, decided, frame):
            test = header(parent)
            info = rec.program.site(rec.site_of(decided))
            loop = isinstance(parent, ast.While | ast.For | ast.AsyncFor)
            source = rec.program.statement(info)
            what = "ran no iteration" if loop and wanted else f"was {'false' if wanted else 'true'}"
            if loop and not wanted:
                broken = _broken(rec, (path, line, function.qualname), parent, decided, frame)
                if broken is not None:
                    return broken
            if isinstance(parent, ast.Match):
                what = "took another case"
            what = f"the loop {what}" if loop and wanted else f"the condition {what}"
            text = f"line {info.line} decided against it at step {decided:,}: {what}"
            return WhyNot(
                path,
                line,
                function.qualname,
                "loop" if loop else "branch",
                text,
                decided,
                info.line,
                source,
                None if isinstance(parent, ast.Match) else not wanted,
                values_read(rec, test, decided, frame),
            )
    return _left(rec, path, line, near, frame, end)


def _broken(
    rec: Replay, where: tuple[str, int, str], loop: ast.AST, decided: int, frame: int
) -> WhyNot | None:
    """A loop's `else` does not run after the `break` that left the loop."""
    step = decided
    while True:
        later = rec.next_frame_step(step + 1, 1, frame)
        site = rec.program.site(rec.site_of(step))
        node = rec.syntax.statement(site)
        if isinstance(node, ast.Break):
            text = f"the loop was left by the break on line {site.line}, step {step:,}"
            reads = next((each.reads for each in conditions(rec, step, 0)), ())
            source = rec.program.statement(site)
            return WhyNot(*where, "loop", text, step, site.line, source, None, reads)
        if later < 0 or not _is_inside(rec, later, loop):
            return None
        step = later


def _is_inside(rec: Replay, step: int, node: ast.AST) -> bool:
    line = rec.program.site(rec.site_of(step)).line
    body = getattr(node, "body", [])
    return bool(body) and body[0].lineno <= line <= (body[-1].end_lineno or body[-1].lineno)


def _tried(
    rec: Replay,
    where: tuple[str, int, str],
    tried: Tried,
    inner: ast.AST,
    frame: int,
    end: int,
) -> WhyNot | None:
    """A handler that nothing came to; a statement that an exception left out."""
    if inner in tried.finalbody:
        return None
    first, last = tried.body[0].lineno, tried.body[-1].end_lineno or tried.body[-1].lineno
    found = None
    with rec.state.lock:
        began = guarded(lambda: rec.scanner.frame_range(frame)[0])
    for each in iter_exceptions(rec, end + 1, -1):
        if found is not None or each.step < began:
            break
        places = [each.raised, *each.propagated]
        if each.caught is not None and each.caught.frame_id == frame:
            before = rec.next_frame_step(each.caught.step - 1, -1, frame)
            places += [place_of(rec, before)] if before >= 0 else []
        for place in places:
            inside = place.frame_id == frame and first <= place.line <= last
            if found is None and inside and place.step < end:
                found = (each, place)
    handler = isinstance(inner, ast.ExceptHandler)
    if found is None:
        if not handler:
            return None
        step = rec.next_frame_step(end - 1, -1, frame)
        while step >= 0 and not _is_inside(rec, step, tried):
            step = rec.next_frame_step(step - 1, -1, frame)
        if step < 0:
            return None
        site = rec.program.site(rec.site_of(step))
        text = f"nothing was raised in the try on line {tried.lineno}, last at step {step:,}"
        return WhyNot(*where, "branch", text, step, site.line, rec.program.statement(site))
    error, place = found
    later = inner in tried.body and getattr(inner, "lineno", 0) > place.line
    if not handler and inner not in tried.orelse and not later:
        return None
    said = one_line(error.type_name, 60)
    text = f"{said} was raised on line {place.line}, step {place.step:,}"
    if handler and error.caught is not None and error.caught.frame_id == frame:
        text += f", which the handler of line {error.caught.line} caught"
    elif handler:
        text += ", which this handler does not catch"
    site = rec.program.site(rec.site_of(place.step))
    return WhyNot(*where, "raised", text, place.step, place.line, rec.program.statement(site))


def _latest(rec: Replay, node: ast.AST, near: Site, frame: int, end: int) -> int | None:
    sites = _sites(rec, node, near)
    step = rec.next_site(end - 1, -1, sites) if sites and end else -1
    while step >= 0 and rec.step_info(step).frame != frame:
        step = rec.next_site(step - 1, -1, sites)
    return step if step >= 0 else None


def _entered(rec: Replay, node: ast.AST, inner: ast.AST, decided: int, frame: int) -> bool:
    """Whether the block with `inner` was entered after a header's step."""
    after = rec.next_frame_step(decided + 1, 1, frame)
    if after < 0:
        return False
    line = rec.program.site(rec.site_of(after)).line
    for name in ("body", "orelse"):
        block = getattr(node, name, [])
        if inner in block:
            return bool(block[0].lineno <= line <= (block[-1].end_lineno or block[-1].lineno))
    return True


def _left(rec: Replay, path: str, line: int, near: Site, frame: int, end: int) -> WhyNot:
    """The block was left before the line: by a return, an exception, or it is still to come."""
    function = rec.program.function_of(near)
    last = rec.next_frame_step(end - 1, -1, frame)
    info = rec.program.site(rec.site_of(last))
    source = rec.program.statement(info)
    node = rec.syntax.statement(info)
    kind = rec.program.step_kind(rec.site_of(last))
    raised = any(raw[3] == frame for raw in rec.raw_events(last, min(last + 2, end), 64))
    reason = "raised" if raised or (kind == "raise" and last + 1 < end) else "left"
    words = "ended by an exception" if reason == "raised" else "was left"
    if reason == "left" and kind != "return" and end < len(rec):
        words = "had not come so far"
    text = f"{function.qualname} {words} at line {info.line}, step {last:,}"
    tree = header(node) if node is not None else None
    return WhyNot(
        path,
        line,
        function.qualname,
        reason,
        text,
        last,
        info.line,
        source,
        None,
        values_read(rec, tree, last, frame),
    )
