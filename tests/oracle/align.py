"""Finds, for each line event of the reference, the step of the recording that it belongs to.

Definition. Both sides are cut into frame activations; the k-th activation of a function (same
thread, file, def) on one side belongs to the k-th on the other. Inside an activation each line
event and each step is replaced by the first line of the statement that owns it. An event that
follows another event of the same statement on one of its later lines (or returns to its first
line from there) is a continuation and is dropped, so one element stands for one execution of a
statement, taken at its first line event. The two sequences are then aligned at least cost:
an event without a step costs 1 and is reported as missing; a step without an event costs 1 and
is reported as surplus. Free of cost are: events at the `with` line when its body is left, a
return, break or continue that is visited again after a finally block or a with exit, steps of
statements that have no bytecode of their own (`while True:`, `global`, docstrings ...), the
events of docstrings and `from __future__`, and further turns of a loop that stands on one line.

Finalizers are left out where the numbers of their runs differ: before Python 3.13 a local may
end inside the trace machinery, which traces nothing then.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import statements

WINDOW = 120
"""How many elements of each side one least-cost table spans."""


@dataclass
class Element:
    """One execution of a statement on one side."""

    line: int
    index: int
    """Event number or step number."""
    free: bool
    """Whether it may stay without a partner."""


@dataclass
class Activation:
    """The run of one frame on one side."""

    thread: str
    file: str
    name: str
    kind: str = "function"
    raw: list[tuple[int, int]] = field(default_factory=list)
    """(line, index) in order."""
    columns: dict[int, int] = field(default_factory=dict)
    """Step to the column where its statement begins."""
    forward: set[int] = field(default_factory=set)
    """Events whose code lies behind that of the event before: no second run of a statement."""


@dataclass
class Alignment:
    """What found what."""

    step_of: dict[int, int] = field(default_factory=dict)
    """Event number to step number."""
    missing: list[tuple[str, int, str, int]] = field(default_factory=list)
    """(file, line, function, event) without a step."""
    surplus: list[tuple[str, int, str, int]] = field(default_factory=list)
    """(file, line, function, step) without an event."""
    lost_activations: list[tuple[str, str, int]] = field(default_factory=list)
    """(file, function, how many) reference activations without a frame in the recording."""
    elements: int = 0
    """Executions of statements that the reference saw."""


def _scope(
    table: statements.Statements, activation: Activation
) -> tuple[statements.Scope | None, statements.Lines]:
    """Return the def or class whose body an activation runs, and the statements there."""
    scope = None
    if activation.name != "<module>" and activation.raw:
        scope = table.scope(activation.name, activation.raw[0][0])
    return scope, table.of(scope)


def events(table: statements.Statements, activation: Activation) -> list[Element]:
    """Reduce the line events of one activation to one element per executed statement."""
    out: list[Element] = []
    if activation.name == "<lambda>":
        if activation.raw:
            out.append(Element(activation.raw[0][0], activation.raw[0][1], False))
        return out
    scope, lines = _scope(table, activation)
    previous = before_exit = -1
    continued = False
    for line, index in activation.raw:
        canon = lines.canon.get(line)
        if canon is None or (scope is not None and not scope.body <= line <= scope.last):
            continue
        if canon in lines.clauses:
            previous = -1
            continue
        if canon == previous and (line != canon or continued):
            continued = True
            continue
        if canon == previous and index in activation.forward and canon not in lines.loops:
            continue
        body = lines.with_bodies.get(canon)
        leaves = body is not None and body[0] <= previous <= body[1] and previous != canon
        again = canon in lines.jumps and (
            canon == before_exit or lines.in_final(previous) or previous in lines.with_bodies
        )
        if leaves:
            before_exit = previous
        out.append(Element(canon, index, leaves or again or canon in lines.leading))
        continued = line != canon
        previous = canon
    return out


def steps(table: statements.Statements, activation: Activation) -> list[Element]:
    """Turn the steps of one activation into elements.

    Of the statements on one line that run in a row, the first stands for all: the others have no
    line event. A loop's header stands for each of its turns.
    """
    out: list[Element] = []
    if activation.name == "<lambda>":
        return [Element(line, index, False) for line, index in activation.raw]
    _, lines = _scope(table, activation)
    previous = column = -1
    for line, index in activation.raw:
        canon = lines.canon.get(line, line)
        if canon in lines.clauses:
            previous = -1
            continue
        begins = activation.columns.get(index, 0)
        row = canon in lines.crowded and canon == previous
        if row and begins > column:
            continue
        out.append(Element(canon, index, canon in lines.silent or row))
        previous, column = canon, begins
    return out


def align(left: list[Element], right: list[Element]) -> list[tuple[Element | None, Element | None]]:
    """Align two sequences at least cost, window by window."""
    pairs: list[tuple[Element | None, Element | None]] = []
    i = j = 0
    while i < len(left) or j < len(right):
        same = i < len(left) and j < len(right) and left[i].line == right[j].line
        if same and not left[i].free and not right[j].free:
            pairs.append((left[i], right[j]))
            i += 1
            j += 1
            continue
        part = _window(left[i : i + WINDOW], right[j : j + WINDOW])
        last = i + WINDOW >= len(left) and j + WINDOW >= len(right)
        for one, other in part if last else part[: WINDOW // 2]:
            pairs.append((one, other))
            i += one is not None
            j += other is not None
    return pairs


def _window(
    left: list[Element], right: list[Element]
) -> list[tuple[Element | None, Element | None]]:
    rows, columns = len(left), len(right)
    small = 0.01
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        cost[i][columns] = cost[i + 1][columns] + (small if left[i].free else 1)
    for j in range(columns - 1, -1, -1):
        cost[rows][j] = cost[rows][j + 1] + (small if right[j].free else 1)
    for i in range(rows - 1, -1, -1):
        row, below = cost[i], cost[i + 1]
        skip_left = small if left[i].free else 1.0
        line = left[i].line
        for j in range(columns - 1, -1, -1):
            other = right[j]
            best = below[j] + skip_left
            option = row[j + 1] + (small if other.free else 1.0)
            best = min(best, option)
            if other.line == line and below[j + 1] < best:
                best = below[j + 1]
            row[j] = best
    pairs: list[tuple[Element | None, Element | None]] = []
    i = j = 0
    while i < rows or j < columns:
        same = i < rows and j < columns and left[i].line == right[j].line
        if same and cost[i][j] == cost[i + 1][j + 1]:
            pairs.append((left[i], right[j]))
            i += 1
            j += 1
            continue
        if i < rows and cost[i][j] == cost[i + 1][j] + (small if left[i].free else 1.0):
            pairs.append((left[i], None))
            i += 1
        else:
            pairs.append((None, right[j]))
            j += 1
    return pairs


def match(
    tables: dict[str, statements.Statements],
    reference: Iterable[Activation],
    recorded: Iterable[Activation],
) -> Alignment:
    """Align all activations of both sides."""
    result = Alignment()
    found: dict[tuple[str, str, str, int], list[Activation]] = {}
    for activation in recorded:
        found.setdefault(_key(tables, activation), []).append(activation)
    taken: dict[tuple[str, str, str, int], int] = {}
    lost: dict[tuple[str, str], int] = {}
    reference = list(reference)
    counts = collections.Counter(_key(tables, a) for a in reference if a.name == "__del__")
    for activation in reference:
        if activation.name == "__del__":
            key = _key(tables, activation)
            if counts[key] != len(found.get(key, ())):
                continue
        table = tables.get(activation.file)
        if table is None:
            lost[activation.file, "*"] = lost.get((activation.file, "*"), 0) + 1
            continue
        if not _has_statements(table, activation):
            continue
        wanted = events(table, activation)
        if not wanted:
            continue
        key = _key(tables, activation)
        position = taken.get(key, 0)
        taken[key] = position + 1
        others = found.get(key, [])
        result.elements += len(wanted)
        if position >= len(others):
            lost[activation.file, activation.name] = lost.get(key[1:3], 0) + 1
            result.missing.extend(
                (activation.file, e.line, activation.name, e.index) for e in wanted if not e.free
            )
            continue
        for event, step in align(wanted, steps(table, others[position])):
            if event is not None and step is not None:
                result.step_of[event.index] = step.index
            elif event is not None and not event.free:
                spot = (activation.file, event.line, activation.name, event.index)
                result.missing.append(spot)
            elif step is not None and not step.free:
                spot = (activation.file, step.line, activation.name, step.index)
                result.surplus.append(spot)
    result.lost_activations = [(file, name, n) for (file, name), n in lost.items()]
    return result


def _has_statements(table: statements.Statements, activation: Activation) -> bool:
    """Tell a def, class, lambda or module from code that the compiler makes of annotations.

    Annotations (`__annotate__`), type parameters and their bounds, and the values of `type`
    statements are evaluated in frames of their own, but no statement runs there.
    """
    if activation.name in ("<module>", "<lambda>") or not activation.raw:
        return True
    return table.scope(activation.name, activation.raw[0][0]) is not None


def _key(
    tables: dict[str, statements.Statements], activation: Activation
) -> tuple[str, str, str, int]:
    line = activation.raw[0][0] if activation.raw else 0
    table = tables.get(activation.file)
    first = 0
    if activation.name == "<lambda>":
        first = line
    elif table is not None and activation.name != "<module>":
        scope = table.scope(activation.name, line)
        first = scope.first if scope is not None else line
    return activation.thread, activation.file, activation.name, first
