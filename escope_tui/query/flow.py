"""What a statement's expressions read while a step ran: names, parts, and what recorded calls
returned. The syntax tells what may have been read, the recording which of it was.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from ..model.sites import ITER
from ..model.values import Value
from ..replay.recording import EV_ENTER
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Function

GENERATORS = ("generator", "asyncgen", "genexp")
NEAR = 5000
"""Steps between two of one frame up to which its calls are looked up one by one."""
MAX_CALLS = 200


@dataclass(frozen=True, slots=True)
class Child:
    """A recorded call that a step made."""

    frame: int
    enter: int
    function: Function


@dataclass(frozen=True, slots=True)
class Operand:
    """Something that an expression read."""

    text: str
    role: str = "operand"
    child: Child | None = None
    """The recorded call that gave the value."""
    source: str = ""
    """The outside world that it came from: "file", "clock" ..."""


SOURCES = {
    "input": "standard input",
    "open": "a file",
    "sys.stdin": "standard input",
    "sys.argv": "the command line",
    "os.environ": "the environment",
    "os.getenv": "the environment",
    "os.listdir": "a file",
    "os.scandir": "a file",
    "os.stat": "a file",
    "os.urandom": "random numbers",
    "json.load": "a file",
    "pickle.load": "a file",
    "pathlib.Path.cwd": "the environment",
    "datetime.now": "the clock",
    "datetime.utcnow": "the clock",
    "datetime.today": "the clock",
    "date.today": "the clock",
    "uuid.uuid4": "random numbers",
    "uuid.uuid1": "random numbers",
    "urlopen": "the network",
    "id": "the machine's memory",
}
MODULES = {
    "random": "random numbers",
    "secrets": "random numbers",
    "time": "the clock",
    "socket": "the network",
    "urllib": "the network",
    "requests": "the network",
    "httpx": "the network",
    "http": "the network",
    "platform": "the environment",
    "getpass": "standard input",
    "subprocess": "another program",
}
READERS = {
    "read_text": "a file",
    "read_bytes": "a file",
    "readline": "a file",
    "readlines": "a file",
    "read": "a file",
    "recv": "the network",
    "iterdir": "a file",
    "glob": "a file",
}
NOT_CLOCKS = frozenset({"time.sleep", "random.seed"})


def external(call: ast.Call) -> str:
    """Where the result of a call into code that is not recorded comes from; empty: not known."""
    return outside(ast.unparse(call.func))


def outside(dotted: str) -> str:
    """The outside world behind a dotted name; empty: none that is known."""
    if dotted in NOT_CLOCKS:
        return ""
    for name, source in SOURCES.items():
        if dotted == name or dotted.startswith(name + ".") or dotted.endswith("." + name):
            return source
    head, _, rest = dotted.partition(".")
    if rest and head in MODULES:
        return MODULES[head]
    last = dotted.rpartition(".")[2]
    return READERS.get(last, "") if rest else ""


class Flow:
    """Operands of expressions at steps of a recording."""

    def __init__(self, rec: Replay) -> None:
        self.rec = rec
        self.horizon: int | None = None
        """The moment that is asked about: what ended later gave nothing to it."""
        self._children: dict[tuple[int, int], list[Child]] = {}

    # -- calls

    def children(self, step: int, frame: int) -> list[Child]:
        """The recorded calls that a frame's statement made while it ran, in order."""
        key = (step, frame)
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = list(self._find_children(step, frame))
        return found

    def end_of(self, step: int, frame: int) -> int:
        """The first step of the frame's next statement; the recording's end where there is none."""
        rec = self.rec
        at = step
        while True:
            at = rec.next_frame_step(at + 1, 1, frame)
            if at < 0:
                break
            site = rec.program.site(rec.site_of(at))
            if not site.flags & ITER:
                return at
        with rec.state.lock:
            last = guarded(lambda: rec.scanner.frame_range(frame)[1])
        return max(last + 1, step + 1)

    def _find_children(self, step: int, frame: int) -> Iterator[Child]:
        rec = self.rec
        end = self.end_of(step, frame)
        if end - step <= NEAR:
            for raw in rec.raw_events(step, min(end + 1, len(rec)), EV_ENTER):
                enter, _, _, child, site, _ = raw
                if site < 0 or not step < enter <= end:
                    continue
                with rec.state.lock:
                    info = guarded(lambda c=child: rec.scanner.frame_info(c))  # type: ignore[misc]
                if info[2] == frame and info[0] >= 0:
                    yield Child(child, enter, rec.program.function(info[0], info[1]))
            return
        count = 0
        chunks = rec.file.chunks
        number: int | None = next(
            c.number for c in chunks if c.first_step <= step < c.first_step + c.n_steps
        )
        while number is not None and chunks[number].first_step <= end and count < MAX_CALLS:
            at = number
            with rec.state.lock:
                rows = guarded(lambda at=at: rec.surveyor.survey.entered(at, frame))  # type: ignore[misc]
                number = guarded(
                    lambda at=at: rec.scanner.next_chunk_of(frame, at)  # type: ignore[misc]
                )
            for child, _, module, place, enter, *_ in rows:
                if step < enter <= end:
                    count += 1
                    yield Child(child, enter, rec.program.function(module, place))

    def matched(
        self, tree: ast.AST | None, step: int, frame: int, generators: bool = False
    ) -> tuple[dict[ast.AST, list[Child]], list[Child]]:
        """Which call of an expression each recorded call belongs to, and those that no call in it
        names (operators, properties).
        """
        nodes = list(_evaluated(tree))
        callees = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        calls = [
            node
            for node in nodes
            if isinstance(node, ast.Call | ast.Attribute | ast.Subscript)
            and id(node) not in callees
        ]
        found: dict[ast.AST, list[Child]] = {}
        others: list[Child] = []
        at = 0
        for child in self.children(step, frame):
            if child.function.kind in GENERATORS and not generators:
                continue
            places = [*range(at, len(calls)), *range(at)]
            place = next((k for k in places if _names(calls[k], child.function)), None)
            if place is None:
                others.append(child)
                continue
            found.setdefault(calls[place], []).append(child)
            at = place
        return found, others

    # -- operands

    def value(self, text: str, step: int, frame: int) -> Value | None:
        """What a text evaluates to; None where it cannot be known."""
        try:
            return self.rec.evaluate(text, at=step, frame=frame)
        except (EscopeError, IndexError):
            return None

    def operands(
        self, tree: ast.AST | None, step: int, frame: int, shown: int | None = None
    ) -> list[Operand]:
        """What gave an expression its value. `shown`: a step that shows the value already; calls
        that ended later gave nothing to it.
        """
        if tree is None:
            return []
        matched, others = self.matched(tree, step, frame)
        limit = self.horizon if shown is None else shown
        if limit is not None:
            shown = limit
            others = [each for each in others if self._ended(each) < shown]
            matched = {
                node: kept
                for node, found in matched.items()
                if (kept := [each for each in found if self._ended(each) < shown])
            }
        found = list(self._reads(tree, step, frame, matched, frozenset()))
        found += [
            Operand(f"{child.function.name}()", "operand", child)
            for child in others
            if child.function.name.startswith("__") and child.function.name != "__init__"
        ]
        unique: dict[tuple[str, int], Operand] = {}
        for each in found:
            unique.setdefault((each.text, each.child.frame if each.child else 0), each)
        return list(unique.values())

    def _ended(self, child: Child) -> int:
        with self.rec.state.lock:
            return int(guarded(lambda: self.rec.scanner.frame_range(child.frame)[1]))

    def _reads(
        self,
        node: ast.AST,
        step: int,
        frame: int,
        matched: dict[ast.AST, list[Child]],
        bound: frozenset[str],
    ) -> Iterator[Operand]:
        def inside(each: ast.AST) -> Iterator[Operand]:
            return self._reads(each, step, frame, matched, bound)

        children = matched.get(node, [])
        if children:
            for child in children[:20]:
                yield Operand(f"{ast.unparse(_callee(node))}()", "operand", child)
            return
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and node.id not in bound:
                yield Operand(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript):
            yield from self._part(node, step, frame, matched, bound)
        elif isinstance(node, ast.Call):
            yield from self._call(node, step, frame, matched, bound)
        elif isinstance(node, ast.IfExp):
            for each in inside(node.test):
                yield Operand(each.text, "condition", each.child, each.source)
            test = self._truth(node.test, step, frame)
            for branch, taken in ((node.body, True), (node.orelse, False)):
                if test is None or test is taken:
                    yield from inside(branch)
        elif isinstance(node, ast.BoolOp):
            for part in node.values:
                yield from inside(part)
                if self._truth(part, step, frame) is isinstance(node.op, ast.Or):
                    break
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            names = {
                leaf.id
                for clause in node.generators
                for leaf in ast.walk(clause.target)
                if isinstance(leaf, ast.Name)
            }
            for piece in ast.iter_child_nodes(node):
                yield from self._reads(piece, step, frame, matched, bound | names)
        elif isinstance(node, ast.Lambda):
            return
        else:
            for piece in ast.iter_child_nodes(node):
                yield from inside(piece)

    def _truth(self, node: ast.expr, step: int, frame: int) -> bool | None:
        value = self.value(ast.unparse(node), step, frame)
        if value is None:
            return None
        try:
            return bool(value)
        except (EscopeError, TypeError, ValueError):
            return None

    def _part(
        self,
        node: ast.Attribute | ast.Subscript,
        step: int,
        frame: int,
        matched: dict[ast.AST, list[Child]],
        bound: frozenset[str],
    ) -> Iterator[Operand]:
        text = ast.unparse(node)
        source = outside(text)
        if source and not bound & _names_in(node):
            yield Operand(text, "operand", None, source)
            return
        known = not bound & _names_in(node) and not any(each in matched for each in ast.walk(node))
        plain = known and not isinstance(getattr(node, "slice", None), ast.Slice)
        if plain and self.value(text, step, frame) is not None:
            owner = self.value(ast.unparse(node.value), step, frame)
            if owner is not None and owner.object_id is not None:
                yield Operand(text)
            else:
                yield from self._reads(node.value, step, frame, matched, bound)
        else:
            yield from self._reads(node.value, step, frame, matched, bound)
        if isinstance(node, ast.Subscript):
            for each in self._reads(node.slice, step, frame, matched, bound):
                yield Operand(each.text, "index", each.child, each.source)

    def _call(
        self,
        node: ast.Call,
        step: int,
        frame: int,
        matched: dict[ast.AST, list[Child]],
        bound: frozenset[str],
    ) -> Iterator[Operand]:
        source = external(node)
        if source:
            yield Operand(ast.unparse(node.func) + "()", "operand", None, source)
            for argument in node.args:
                yield from self._reads(argument, step, frame, matched, bound)
            return
        item = self._get(node, step, frame) if not bound & _names_in(node) else None
        if item is not None:
            if item:
                yield Operand(item)
            else:
                for default in node.args[1:2]:
                    yield from self._reads(default, step, frame, matched, bound)
            for each in self._reads(node.args[0], step, frame, matched, bound):
                yield Operand(each.text, "index", each.child, each.source)
            return
        if isinstance(node.func, ast.Attribute):
            yield from self._reads(node.func.value, step, frame, matched, bound)
        elif not isinstance(node.func, ast.Name):
            yield from self._reads(node.func, step, frame, matched, bound)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from self._reads(argument, step, frame, matched, bound)

    def _get(self, node: ast.Call, step: int, frame: int) -> str | None:
        """`d.get(k)` reads `d[k]`; empty where that is not there and the default is read."""
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr not in ("get", "pop", "setdefault"):
            return None
        if not node.args or isinstance(node.args[0], ast.Starred):
            return None
        owner = self.value(ast.unparse(func.value), step, frame)
        if owner is None or owner.kind != "dict":
            return None
        text = ast.unparse(ast.Subscript(func.value, node.args[0], ast.Load()))
        if self.value(text, step, frame) is not None:
            return text
        inside = ast.unparse(ast.Compare(node.args[0], [ast.In()], [func.value]))
        found = self.value(inside, step, frame)
        return "" if found is not None and found.data is False else None


def _callee(node: ast.AST) -> ast.AST:
    return node.func if isinstance(node, ast.Call) else node


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _evaluated(node: ast.AST | None) -> Iterator[ast.AST]:
    """The nodes of an expression, operands first."""
    if node is None or isinstance(node, ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        yield from _evaluated(child)
    yield node


def _names(node: ast.AST, function: Function) -> bool:
    """Whether a call, or the reading of a property or item, may have run a function."""
    owner, _, name = function.qualname.rpartition(".")
    if isinstance(node, ast.Subscript):
        return name == "__getitem__"
    called: Any = _callee(node)
    if isinstance(called, ast.Attribute):
        text = called.attr
    elif isinstance(called, ast.Name):
        text = called.id
    else:
        return function.name == "<lambda>" and isinstance(node, ast.Call)
    if text == function.name:
        return isinstance(node, ast.Call) or function.parameters == 1
    if not isinstance(node, ast.Call):
        return False
    if name in ("__init__", "__new__", "__post_init__"):
        return text == owner.rpartition(".")[2] or text == "cls"
    return False
