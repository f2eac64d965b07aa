"""Answers worked out from the lines of `escope steps --json` alone, and where escope's differ."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from escope_tui.errors import EscopeError, EvaluationError
from escope_tui.model.text import safe_text
from escope_tui.query.recording import Recording

Row = dict[str, Any]
WIDTH = 200
"""How wide `escope steps --json` writes a value."""
MANY = 60
"""As many names, lines or values of a program are asked about, the first ones."""


def steps_of(trace: Path | str) -> list[Row]:
    """What `escope steps --json` prints."""
    from escope_tui.cli import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["steps", str(trace), "--json"]) == 0
    return [json.loads(line) for line in printed.getvalue().splitlines()]


def shown(value: Any) -> str | None:
    """A value as `escope steps --json` writes it."""
    return None if value is None else value.summary(WIDTH)


class Rows:
    """The steps of a program, and what follows from them."""

    def __init__(self, rows: list[Row], sources: dict[str, str]) -> None:
        self.rows = rows
        self.sources = sources
        self.frames: dict[int, list[int]] = defaultdict(list)
        self.lines: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.threads: dict[int, list[int]] = defaultdict(list)
        self.shows: dict[str, list[int]] = defaultdict(list)
        for n, row in enumerate(rows):
            self.frames[row["frame_id"]].append(n)
            self.lines[row["file"], row["line"]].append(n)
            self.threads[row["thread"]].append(n)
            for name in row["changed"]:
                self.shows[name].append(n)

    @cached_property
    def calls(self) -> list[tuple[int, int]]:
        """First step and frame of each call."""
        return sorted((steps[0], frame) for frame, steps in self.frames.items())

    def caller(self, enter: int) -> int | None:
        """The newest step before a call in the frame one level out."""
        row = self.rows[enter]
        mine = self.threads[row["thread"]]
        outer = (n for n in mine[: bisect_left(mine, enter)][::-1])
        return next((n for n in outer if self.rows[n]["depth"] == row["depth"] - 1), None)

    def is_first(self, n: int) -> bool:
        """Whether a step is the first of its frame."""
        return self.frames[self.rows[n]["frame_id"]][0] == n

    @cached_property
    def holders(self) -> dict[str, set[int]]:
        """The frames that ever show a name."""
        return {name: {self.rows[n]["frame_id"] for n in at} for name, at in self.shows.items()}

    @cached_property
    def files_of(self) -> dict[str, set[str]]:
        """The files in which a name is ever shown."""
        return {name: {self.rows[n]["file"] for n in at} for name, at in self.shows.items()}

    def is_shadow(self, n: int, name: str) -> bool:
        """Whether a name may only come in sight or go out of it: a comprehension's variable, and
        what it hides.
        """
        frame = self.frames[self.rows[n]["frame_id"]]
        place = bisect_left(frame, n)
        value = self.rows[n]["changed"][name]
        near = [self.rows[k]["kind"] for k in frame[max(place - 1, 0) : place + 1]]
        if "iteration" not in near:
            return False
        seen = [c[name] for k in frame[:place] if name in (c := self.rows[k]["changed"])]
        return value is None or value in seen

    def is_shared(self, name: str) -> bool:
        """Whether more than one frame shows a name: then one may change what another shows."""
        return len(self.holders[name]) > 1 or any(self.is_shadow(n, name) for n in self.shows[name])

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """The syntax of each file."""
        found = {}
        for file, text in self.sources.items():
            with contextlib.suppress(SyntaxError, ValueError):
                found[file] = ast.parse(text)
        return found


def disagreements(trace: Path | str, rec: Recording) -> Iterator[str]:
    """Where an answer differs from what the steps say."""
    rows = Rows(steps_of(trace), {file: rec.source(file) for file in rec.files()})
    for check in CHECKS:
        for each in check(rows, rec):
            yield f"{check.__name__}: {each}"


def hits(rows: Rows, rec: Recording) -> Iterator[str]:
    """A line's executions are the steps on it, and so are its counts."""
    for (file, line), steps in rows.lines.items():
        found = [hit.step for hit in rec.hits(file, line)]
        if found != steps:
            yield f"{file}:{line} {found[:5]} for {steps[:5]}"
        ran = [each.step for each in rec.executions(file, line)]
        if ran != steps:
            yield f"executions of {file}:{line} {ran[:5]} for {steps[:5]}"
        back = [each.step for each in rec.executions(file, line, direction=-1)]
        if back != steps[::-1]:
            yield f"executions of {file}:{line} backward {back[:5]}"


def coverage(rows: Rows, rec: Recording) -> Iterator[str]:
    """Lines are counted as often as a step is on them."""
    for each in rec.coverage():
        ran = {line: len(s) for (file, line), s in rows.lines.items() if file == each.file}
        counts = {line: count for line, count in each.counts.items() if count}
        for line in sorted(ran.keys() | counts.keys()):
            if ran.get(line) != counts.get(line):
                yield f"{each.file}:{line} {counts.get(line)} for {ran.get(line)}"


def calls(rows: Rows, rec: Recording) -> Iterator[str]:
    """Each frame is a call that begins with its first step."""
    kinds = ("<module>", "<genexpr>")
    found = {call.frame_id: call for call in rec.calls()}
    for enter, frame in rows.calls:
        row = rows.rows[enter]
        call = found.pop(frame, None)
        if call is None:
            if row["function"] in kinds or row["function"].endswith("<genexpr>"):
                call = rec.call_at(enter)
            elif not _is_class(rows, row):
                yield f"no call at {enter} of {row['function']}"
            if call is None:
                continue
        if (call.enter, call.function, call.thread) != (enter, row["function"], row["thread"]):
            yield f"call {call} for {row}"
        caller = rows.caller(enter)
        if call.caller != caller:
            yield f"caller of {enter} {row['function']}: {call.caller} for {caller}"
        rec.stack(enter)  # whatever was looked at before
        if call.caller != caller:
            yield f"caller of {enter} {row['function']} has become {call.caller}"
        parent = call.parent
        outer = None if caller is None else rows.rows[caller]["frame_id"]
        if (None if parent is None else parent.frame_id) != outer:
            yield f"parent of {enter} {row['function']}: {parent} for {outer}"
        for name, value in call.args.items():
            if row["changed"].get(safe_text(name)) != shown(value):
                yield f"argument {name} of {enter}: {shown(value)} for {row['changed'].get(name)}"
        last = rows.frames[frame][-1]
        if call.exit is not None and call.exit < last:
            yield f"call {enter} ended in {call.exit}, but ran at {last}"
    for call in found.values():
        yield f"a call that no step shows: {call}"


def tree(rows: Rows, rec: Recording) -> Iterator[str]:
    """The calls of a call are those whose caller is one of its steps."""
    inside: dict[int | None, list[int]] = defaultdict(list)
    for enter, _ in rows.calls:
        caller = rows.caller(enter)
        inside[None if caller is None else rows.rows[caller]["frame_id"]].append(enter)
    roots = [call.enter for call in rec.call_tree()]
    if sorted(roots) != inside[None]:
        yield f"roots {roots} for {inside[None]}"
    for frame, expected in list(inside.items())[:MANY]:
        call = None if frame is None else rec.call_at(rows.frames[frame][0])
        found = (
            [] if call is None else [e.enter for e in call.children() if e.frame_id in rows.frames]
        )
        if call is not None and found != expected:
            yield f"calls of {call.function} {call.enter}: not {expected}"


def executions(rows: Rows, rec: Recording) -> Iterator[str]:
    """At each execution of a line a variable is what its frame last showed."""
    known: dict[tuple[int, str], str | None] = {}
    expected: dict[tuple[str, int, str], dict[int, str]] = defaultdict(dict)
    for n, row in enumerate(rows.rows):
        for name, text in row["changed"].items():
            known[row["frame_id"], name] = None if row["kind"] == "iteration" else text
        for name in list(row["changed"])[:2] + [k[1] for k in list(known)[-3:]]:
            value = known.get((row["frame_id"], name))
            if value is not None and re.fullmatch(r"-?\d+|'[ -~]{0,40}'", value):
                expected[row["file"], row["line"], name][n] = value
    for (file, line, name), values in list(expected.items())[:MANY]:
        if rows.is_shared(name):
            continue
        found = {e.step: e.values[0] for e in rec.executions(file, line, expressions=[name])}
        for n, value in values.items():
            now = found.get(n)
            if isinstance(now, EscopeError) or shown(now) != value:
                yield f"{name} at {n} ({file}:{line}): {now} for {value}"


def _is_class(rows: Rows, row: Row) -> bool:
    tree = rows.trees.get(row["file"])
    name = row["function"].rpartition(".")[2]
    return tree is None or any(
        isinstance(node, ast.ClassDef) and node.name == name for node in ast.walk(tree)
    )


def functions(rows: Rows, rec: Recording) -> Iterator[str]:
    """Functions are counted as the steps count them."""
    steps = Counter((row["function"], row["file"]) for row in rows.rows)
    frames = Counter(
        (rows.rows[s[0]]["function"], rows.rows[s[0]]["file"]) for s in rows.frames.values()
    )
    found: Counter[tuple[str, str]] = Counter()
    entered: Counter[tuple[str, str]] = Counter()
    for each in rec.functions():
        found[each.function, each.file] += each.steps
        entered[each.function, each.file] += each.calls
    for key in steps.keys() | {key for key, count in found.items() if count}:
        if steps[key] != found[key] or frames[key] != entered[key]:
            yield f"{key} {found[key]} steps, {entered[key]} calls for {steps[key]}, {frames[key]}"


def writes(rows: Rows, rec: Recording) -> Iterator[str]:
    """What a step shows anew was written, and what was written shows."""
    names = [name for name in list(rows.shows) if name.isidentifier()][:MANY]
    for name in names:
        try:
            points = list(rec.history(name))
        except EscopeError as error:
            yield f"history of {name}: {error}"
            continue
        by_step = defaultdict(list)
        for point in points:
            by_step[point.visible].append(point)
        for n in rows.shows[name]:
            call = rec.call_at(n) if rows.is_first(n) else None
            if call is not None and name not in call.args:
                continue  # seen from here for the first time, written before
            value = rows.rows[n]["changed"][name]
            here = by_step.get(n, [])
            if not any(shown(p.value) == value for p in here) and not rows.is_shadow(n, name):
                yield f"{name} = {value} at {n}: history {[shown(p.value) for p in here]}"
        for point in points:
            if point.visible >= len(rows.rows):
                continue
            row = rows.rows[point.visible]
            seen = row["frame_id"] == point.frame_id and row["frame_id"] in rows.holders[name]
            seen = seen and row["kind"] != "iteration" and len(rows.files_of[name]) == 1
            if point.kind == "change":
                seen = rows.holders[name] == {row["frame_id"]}
            if seen and name not in row["changed"] and shown(point.value) != shown(point.old):
                yield (
                    f"history of {name}: {point.kind} {shown(point.old)} -> {shown(point.value)} "
                    f"@{point.step}, {point.visible}"
                )
        yield from _last_and_next(rec, name)


def _last_and_next(rec: Recording, name: str) -> Iterator[str]:
    """Going from write to write meets each of them, from both sides."""
    from escope_tui.query.writes import iter_writes

    shows = [write.visible for write in iter_writes(rec, name)]
    if shows != sorted(shows):
        yield f"writes of {name} are not in order"
    for n in sorted({write.step for write in iter_writes(rec, name)})[:12]:
        last, next_ = rec.last_write(name, before=n), rec.next_write(name, after=n)
        found = list(iter_writes(rec, name, at=n))
        before = [w.visible for w in found if w.step < n and w.visible <= n]
        after = [w.visible for w in found if w.step > n]
        if (None if last is None else last.visible) != max(before, default=None):
            yield f"last write of {name} before {n}: {last}"
        if (None if next_ is None else next_.visible) != min(after, default=None):
            yield f"next write of {name} after {n}: {next_}"


PARTS = re.compile(r"(\w+)=(-?\d+)(?=[,)])")


def parts(rows: Rows, rec: Recording) -> Iterator[str]:
    """Items and attributes that a step shows were written, and last by what `last_write` names."""
    asked = 0
    for n, row in enumerate(rows.rows):
        for name, text in row["changed"].items():
            if asked > MANY * 3 or text is None or "as of step" in text:
                continue
            for part, value in _parts_of(text):
                asked += 1
                target = f"{name}{part}"
                try:
                    now, write = rec.evaluate(target, at=n), rec.last_write(target, before=n)
                except EvaluationError as error:
                    if "would run" not in error.message and "property" not in error.message:
                        yield f"{target} at {n}: {error}"
                    continue
                if shown(now) != value:
                    yield f"{target} at {n}: {shown(now)} for {value}"
                if write is not None and (shown(write.value) != value or write.visible > n):
                    yield f"last write of {target} before {n}: {write} for {value}"


def _parts_of(text: str) -> list[tuple[str, str]]:
    try:
        plain = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        flat = text.endswith(")") and text.count("(") == 1 and "…" not in text
        return [(f".{k}", v) for k, v in PARTS.findall(text)] if flat else []
    if isinstance(plain, list):
        return [(f"[{k}]", repr(v)) for k, v in enumerate(plain[:4]) if type(v) in (int, str)]
    if isinstance(plain, dict):
        keys = [k for k in list(plain)[:4] if type(k) in (int, str)]
        return [(f"[{k!r}]", repr(plain[k])) for k in keys if type(plain[k]) in (int, str)]
    return []


def returns(rows: Rows, rec: Recording) -> Iterator[str]:
    """`return x` returns what `x` was, and the caller's `y = f()` gets it."""
    for enter, frame in rows.calls[: MANY * 5]:
        call = rec.call_at(enter)
        last = rows.rows[rows.frames[frame][-1]]
        if call is None or last["kind"] != "return" or call.outcome != "return":
            continue
        text = rows.sources[last["file"]].splitlines()[last["line"] - 1].strip()
        name = text.removeprefix("return").strip()
        seen = [n for n in rows.frames[frame] if name in rows.rows[n]["changed"]]
        if not name.isidentifier() or not seen or seen[-1] != last["index"]:
            continue
        value = last["changed"][name]
        if shown(call.returned) != value:
            yield f"call {enter} {call.function} returned {shown(call.returned)} for {value}"


def search(rows: Rows, rec: Recording) -> Iterator[str]:
    """A number or a text is found wherever a step shows it anew."""
    values: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for n, row in enumerate(rows.rows):
        call = rec.call_at(n) if rows.is_first(n) else None
        for name, text in row["changed"].items():
            if text is None or rows.is_shadow(n, name):
                continue
            if call is not None and name not in call.args:
                continue
            if re.fullmatch(r"-?\d+|'[ -~]*'", text) and "\\" not in text:
                values[text].add((n, name))
    for text in list(values)[:MANY]:
        found = rec.search(text, kinds=("value", "argument"))
        there = {(each.step, each.text.partition(" = ")[0]) for each in found}
        for n, name in sorted(values[text] - there):
            yield f"{text} is not found in {name} at {n}"
        for n, name in there - values[text]:
            row = rows.rows[n]
            now = row["changed"].get(name)
            if (
                n < len(rows.rows) - 1
                and now is not None
                and re.fullmatch(r"-?\d+", now)
                and now != text
            ):
                yield f"{text} is found in {name} at {n}, which is {row['changed'][name]}"
        back = rec.search(text, kinds=("value", "argument"), direction=-1)
        if sorted((e.step, e.text) for e in back) != sorted((e.step, e.text) for e in found):
            odd = {(e.step, e.text) for e in back} ^ {(e.step, e.text) for e in found}
            yield f"{text} backward: {len(back)} for {len(found)} {sorted(odd)[:2]}"
        if [e.step for e in back] != sorted((e.step for e in back), reverse=True):
            yield f"{text} backward is not in order"


def loops(rows: Rows, rec: Recording) -> Iterator[str]:
    """An iteration begins with a header's evaluation, counted from where the loop began."""
    bodies: dict[tuple[str, int], tuple[int, int]] = {}
    for file, tree in rows.trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.For | ast.While | ast.AsyncFor):
                last = node.body[-1].end_lineno or 0
                if node.body[0].lineno > node.lineno:
                    bodies[file, node.lineno] = (node.body[0].lineno, last)
    for steps in list(rows.frames.values())[:MANY]:
        runs: dict[int, list[int]] = {}
        for n in steps[:400]:
            row = rows.rows[n]
            for line in list(runs):
                first, last = bodies[row["file"], line]
                if row["line"] != line and not first <= row["line"] <= last:
                    yield from _run(rows, rec, runs.pop(line), over=True)
            if row["kind"] == "loop" and (row["file"], row["line"]) in bodies:
                runs.setdefault(row["line"], []).append(n)


def _run(rows: Rows, rec: Recording, headers: list[int], *, over: bool) -> Iterator[str]:
    # The same loop may have begun again: an inner one whose outer loop has no other statement.
    loop = rec.loop(headers[0])
    if loop is None:
        yield f"no loop at {headers[0]}"
        return
    if loop.first != headers[0] or not set(loop.headers) <= set(headers):
        yield f"loop at {headers[0]}: {loop} for {headers}"
    if loop.iteration != 1 and loop.count:
        yield f"loop at {headers[0]} begins with iteration {loop.iteration}"


def exceptions(rows: Rows, rec: Recording) -> Iterator[str]:
    """A `raise` raises, and who enters a handler caught something."""
    found = rec.exceptions()
    raised = {each.raised.step for each in found}
    caught = {each.caught.step for each in found if each.caught is not None}
    handlers: set[tuple[str, int]] = set()
    alone: set[tuple[str, int]] = set()
    for file, syntax in rows.trees.items():
        for node in ast.walk(syntax):
            if isinstance(node, ast.ExceptHandler):
                handlers.add((file, node.body[0].lineno))
                lines = [node.lineno, *(each.lineno for each in node.body)]
                if lines.count(node.body[0].lineno) == 1:
                    alone.add((file, node.body[0].lineno))
    for n, row in enumerate(rows.rows):
        if row["kind"] == "raise" and n not in raised:
            later = [k for k in rows.frames[row["frame_id"]] if k > n]
            yield f"nothing is raised at {n} {row['function']}:{row['line']} {later[:1]}"
        if (
            (row["file"], row["line"]) in alone
            and row["kind"] not in ("loop", "iteration")
            and n not in caught
        ):
            yield f"nothing is caught at {n} {row['function']}:{row['line']}"
    for step in caught:
        row = rows.rows[step]
        near = any(
            (row["file"], line) in handlers for line in range(row["line"], row["end_line"] + 1)
        )
        if not near and row["file"] in rows.trees:
            yield f"caught at {step}, which is no handler: {row['function']}:{row['line']}"
    for each in found:
        depths = [rows.rows[place.step]["depth"] for place in each.propagated]
        if depths != sorted(depths, reverse=True):
            yield f"exception at {each.raised.step} goes through {depths}"


def stops(rows: Rows, rec: Recording) -> Iterator[str]:
    """A run stops where a line, a function or a variable says so, both ways."""
    from escope_tui.replay.breakpoints import Breakpoint

    for (file, line), steps in list(rows.lines.items())[:8]:
        for condition, keep in (("", None), ("1 < 2", None)):
            stop = Breakpoint(file, line, condition=condition)
            if _walk(rec, [stop], 1, len(steps) + 2)[:20] != [n for n in steps if n > 0][:20]:
                yield f"stops at {file}:{line} {keep}"
            if _walk(rec, [stop], -1, len(steps) + 2)[:20] != steps[::-1][:20]:
                yield f"stops at {file}:{line} backward"
    for name, at in list(rows.shows.items())[:20]:
        frames = {rows.rows[n]["frame_id"] for n in at}
        frame = min(frames)
        values = [n for n in at if rows.rows[n]["frame_id"] == frame]
        simple = all(not rows.is_shadow(n, name) for n in values)
        plain = [rows.rows[n]["changed"][name] or "" for n in values]
        if len(frames) > 1 or not simple or not all(re.fullmatch(r"-?\d+", v) for v in plain):
            continue
        stop = Breakpoint(target=name, at=values[0])
        found = _walk(rec, [stop], 1, 20, values[0])
        missing = [n for n in values[1:] if n not in found][: max(20 - len(found), 0)]
        same = {p.visible for p in rec.history(name) if shown(p.value) == shown(p.old)}
        odd = [n for n in found if n not in values and n not in same]
        odd = [n for n in odd if rows.rows[n]["frame_id"] == frame]
        if missing or odd:
            yield f"stops of {name} from {values[0]}: {found} for {values[1:]}"


def _walk(
    rec: Recording, stops: list[Any], direction: int, limit: int, start: int = -1
) -> list[int]:
    at = start if start >= 0 else (0 if direction > 0 else len(rec))
    found: list[int] = []
    while len(found) < min(limit, 22):
        stop = rec.timeline.resume(at, direction, stops)
        if stop is None or stop.breakpoint is None:
            break
        found.append(stop.step)
        at = stop.step
    return found


CHECKS = (
    hits,
    coverage,
    calls,
    tree,
    executions,
    functions,
    writes,
    parts,
    returns,
    search,
    loops,
    exceptions,
    stops,
)
