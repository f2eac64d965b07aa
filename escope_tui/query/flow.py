"""What a statement's expressions read while a step ran: names, parts, and what recorded calls
returned. The syntax tells what may have been read, the recording which of it was.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from ..model.sites import ITER
from ..model.values import Value
from ..replay.recording import EV_ENTER
from ..replay.state import guarded
from ..replay.syntax import COMPREHENSIONS, reads
from .generators import given_by
from .sources import header
from .waiting import logical_stacks

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Function

NEAR = 5000
"""Steps between two of one frame up to which its calls are looked up one by one."""
MAX_CALLS = 200
MAX_GIVEN = 20
MEMBERS = 6
"""Of so many members at most it is told what an expression over all of them read of each."""


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
    given: tuple[Any, ...] | None = None
    """Of a generator's call: the event by which it yielded the value."""


BUILTINS = {"input": "standard input", "open": "a file", "id": "the machine's memory"}
SOURCES = {
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
    "open": "a file",
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
    dotted = ast.unparse(call.func)
    owner, _, last = dotted.rpartition(".")
    return outside(dotted) or (READERS.get(last, "") if owner else "")


def outside(dotted: str) -> str:
    """The outside world behind a dotted name; empty: none that is known."""
    if dotted in NOT_CLOCKS:
        return ""
    if dotted.removeprefix("builtins.") in BUILTINS:
        return BUILTINS[dotted.removeprefix("builtins.")]
    for name, source in SOURCES.items():
        if dotted == name or dotted.startswith(name + ".") or dotted.endswith("." + name):
            return source
    head, _, rest = dotted.partition(".")
    return MODULES.get(head, "") if rest else ""


PROTOCOLS = ("__enter__", "__aenter__", "__iter__", "__next__", "__aiter__", "__anext__")
"""Methods that a statement calls although no operator is written in it."""


class Flow:
    """Operands of expressions at steps of a recording."""

    def __init__(self, rec: Replay) -> None:
        self.rec = rec
        self.horizon: int | None = None
        """The moment that is asked about: what ended later gave nothing to it."""
        self._children: dict[tuple[int, int], list[Child]] = {}
        self._decorated: set[str] | None = None

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
        tasks, home = self._tasks(step, frame)
        every = list(self._entered(step, frame, home, frozenset(tasks)))
        for name, calls in tasks.items():
            mine = [c for c, parent in every if parent == home != frame and c.function.name == name]
            if len(mine) != calls:  # others of that name, from earlier statements, are among them
                every = [each for each in every if each[0] not in mine]
        yield from (child for child, _ in every)

    def _entered(
        self, step: int, frame: int, home: int, tasks: frozenset[str]
    ) -> Iterator[tuple[Child, int]]:
        """The calls that a statement may have made, each with the frame that it was made under."""
        rec = self.rec
        end = self.end_of(step, frame)
        if end - step <= NEAR:
            for raw in rec.raw_events(step, min(end + 1, len(rec)), EV_ENTER):
                enter, _, _, child, site, _ = raw
                if site < 0 or not step < enter <= end:
                    continue
                with rec.state.lock:
                    info = guarded(lambda c=child: rec.scanner.frame_info(c))  # type: ignore[misc]
                if info[0] < 0:
                    continue
                function = rec.program.function(info[0], info[1])
                own = info[2] == frame or self._outside(info[2]) == frame
                if own or (info[2] == home and _is_task(function, tasks)):
                    yield Child(child, enter, function), info[2]
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
                if tasks:
                    others = guarded(lambda at=at: rec.surveyor.survey.entered(at, home))  # type: ignore[misc]
                    rows += [r for r in others if _is_task(rec.program.function(r[2], r[3]), tasks)]
                number = guarded(
                    lambda at=at: rec.scanner.next_chunk_of(frame, at)  # type: ignore[misc]
                )
            for child, parent, module, place, enter, *_ in rows:
                if step < enter <= end:
                    count += 1
                    yield Child(child, enter, rec.program.function(module, place)), parent

    def _tasks(self, step: int, frame: int) -> tuple[dict[str, int], int]:
        """The coroutines that a statement calls inside an `await`, which an event loop may run as
        tasks (`await asyncio.gather(work(1), work(2))`), with how often, and the frame that the
        loop runs under.
        """
        rec = self.rec
        node = header(rec.syntax.statement(rec.program.site(rec.site_of(step))))
        names: dict[str, int] = {}
        for waits in ast.walk(node) if node is not None else ():
            if isinstance(waits, ast.Await) and isinstance(waits.value, ast.Call):
                for name, times in self._inner_calls(waits.value, step, frame):
                    names[name] = names.get(name, 0) + times
        home = frame
        for _ in range(MAX_CALLS if names else 0):
            with rec.state.lock:
                info = guarded(lambda at=home: rec.scanner.frame_info(at))  # type: ignore[misc]
            if info[0] < 0 or rec.program.function(info[0], info[1]).kind != "coroutine":
                break
            home = info[2]
        return names, home

    def _inner_calls(self, node: ast.Call, step: int, frame: int) -> Iterator[tuple[str, int]]:
        """The names of the calls inside the arguments of a call, with how often each is made."""
        rec = self.rec
        for each in ast.walk(node):
            if isinstance(each, ast.Call) and each is not node:
                name = ast.unparse(each.func).rpartition(".")[2]
                around = [
                    one
                    for one in ast.walk(node)
                    if isinstance(one, COMPREHENSIONS) and any(x is each for x in ast.walk(one))
                ]
                times = 1
                if around:
                    end = self.end_of(step, frame)
                    at, times = rec.next_frame_step(step + 1, 1, frame), 0
                    while 0 <= at < end:
                        times += bool(rec.program.site(rec.site_of(at)).flags & ITER)
                        at = rec.next_frame_step(at + 1, 1, frame)
                yield name, times

    def task_maker(self, child: int, function: Function, step: int) -> tuple[int, int] | None:
        """Step and frame of the statement that waits at a step for a coroutine that an event loop
        runs as a task; None where the task was made by an earlier one.
        """
        for stack in logical_stacks(self.rec, min(step, len(self.rec))):
            for waiting in stack:
                if function.name not in self._tasks(waiting.step, waiting.frame)[0]:
                    continue
                if any(each.frame == child for each in self.children(waiting.step, waiting.frame)):
                    return waiting.step, waiting.frame
        return None

    def _outside(self, frame: int) -> int:
        """The frame in whose statement a generator expression runs; 0 where none called it."""
        rec = self.rec
        for _ in range(5):
            if frame <= 0:
                break
            with rec.state.lock:
                info = guarded(lambda: rec.scanner.frame_info(frame))  # noqa: B023
            if info[0] < 0 or rec.program.function(info[0], info[1]).kind != "genexp":
                break
            frame = info[2]
        return frame

    def matched(
        self, tree: ast.AST | None, step: int, frame: int, generators: bool = False
    ) -> tuple[dict[ast.AST, list[Child]], list[Child]]:
        """Which call of an expression each recorded call belongs to, and those that no call in it
        names (operators, properties).
        """
        nodes = list(self._evaluated(tree, step, frame))
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
            if child.function.kind in ("asyncgen", "genexp") and not generators:
                continue
            places = self._places(calls, child, step, frame)
            if not places:
                others.append(child)
                continue
            # Each call in its turn; a comprehension's come again.
            order = [*(k for k in places if k >= at), *(k for k in places if k < at)]
            place = min(order, key=lambda k: len(found.get(calls[k], ())))
            found.setdefault(calls[place], []).append(child)
            at = place
        return found, others

    def _places(self, calls: Sequence[ast.AST], child: Child, step: int, frame: int) -> list[int]:
        """The calls of an expression that may have run a function."""
        every = range(len(calls))
        return (
            [k for k in every if _names(calls[k], child.function)]
            or [k for k in every if self._runs(calls[k], child, step, frame)]
            or [k for k in every if self._may_run(calls[k], step, frame)]
        )

    def _evaluated(self, node: ast.AST | None, step: int, frame: int) -> Iterator[ast.AST]:
        """The nodes of an expression, operands first, without the branches that were not taken."""
        if node is None or isinstance(node, ast.Lambda):
            return
        parts = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.IfExp):
            truth = self._truth(node.test, step, frame)
            branches = {True: [node.body], False: [node.orelse], None: [node.body, node.orelse]}
            parts = [node.test, *branches[truth]]
        for child in parts:
            yield from self._evaluated(child, step, frame)
        yield node

    def _runs(self, node: ast.AST, child: Child, step: int, frame: int) -> bool:
        """Whether what is called is the function, under another name."""
        if not isinstance(node, ast.Call):
            return False
        value = self.value(ast.unparse(node.func), step, frame)
        if value is None or value.kind not in ("function", "method") or not child.function.name:
            return False
        if child.function.name == "<lambda>":
            return value.summary(200).startswith("<function <lambda>")
        name = (value.text or "").rpartition(".")[2]
        return bool(name) and name == child.function.name

    def _may_run(self, node: ast.AST, step: int, frame: int) -> bool:
        """Whether what is called is not known, but no library's function: a comprehension's
        variable, an item, an instance.
        """
        if not isinstance(node, ast.Call):
            return False
        called = node.func
        if self._is_decorated(ast.unparse(called).rpartition(".")[2]):
            return True
        value = self.value(ast.unparse(called), step, frame)
        if value is not None:
            return (
                value.kind in ("instance", "opaque", "value") and "builtin" not in value.type_name
            )
        root: ast.expr = called
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(called, ast.Attribute) or not isinstance(root, ast.Name):
            return False
        return self.value(root.id, step, frame) is not None or not hasattr(builtins, root.id)

    def _is_decorated(self, name: str) -> bool:
        """Whether a function of that name is one that another may stand for."""
        if self._decorated is None:
            trees = (self.rec.syntax.tree(n) for n in range(len(self.rec.program.paths)))
            self._decorated = {
                node.name
                for tree in trees
                for node in (ast.walk(tree) if tree is not None else ())
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list
            }
        return name in self._decorated

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
            if child.function.name.startswith("__")
            and child.function.name != "__init__"
            and (child.function.name in PROTOCOLS or _operates(tree))
        ]
        found += self._called_back(tree, others)
        unique: dict[tuple[str, int, int], Operand] = {}
        for each in found:
            child = each.child.frame if each.child else 0
            unique.setdefault((each.text, child, each.given[0] if each.given else 0), each)
        return list(unique.values())

    def _called_back(self, tree: ast.AST, others: list[Child]) -> Iterator[Operand]:
        """The functions that were passed to code that is not recorded, and that it called:
        `sorted(rows, key=size)`.
        """
        passed: set[str] = set()
        for each in ast.walk(tree):
            if isinstance(each, ast.Call):
                for given in (*each.args, *(keyword.value for keyword in each.keywords)):
                    if isinstance(given, ast.Lambda):
                        passed.add("<lambda>")
                    elif isinstance(given, ast.Name | ast.Attribute):
                        passed.add(ast.unparse(given).rpartition(".")[2])
        shown = [each for each in others if each.function.name in passed]
        for child in shown[:MEMBERS]:
            yield Operand(f"{child.function.name}()", "operand", child)

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
            name = f"{ast.unparse(_callee(node))}()"
            for child in children[:20]:
                if child.function.kind == "generator":
                    yield from self._given(name, child, step, frame)
                else:
                    yield Operand(name, "operand", child)
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
            yield from self._members(node, step, frame, bound)
            for piece in ast.iter_child_nodes(node):
                yield from self._reads(piece, step, frame, matched, bound | names)
        elif isinstance(node, ast.Lambda):
            return
        else:
            for piece in ast.iter_child_nodes(node):
                yield from inside(piece)

    def _members(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        step: int,
        frame: int,
        bound: frozenset[str],
    ) -> Iterator[Operand]:
        """What a comprehension over few objects read of each of them: `rows[1].price`."""
        clause = node.generators[0]
        if not isinstance(clause.target, ast.Name) or bound & _names_in(clause.iter):
            return
        source = self.value(ast.unparse(clause.iter), step, frame)
        if source is None or source.kind not in ("list", "tuple") or source.object_id is None:
            return
        read = [
            part
            for part in reads(_element(node))
            + [text for each in clause.ifs for text in reads(each)]
            if part.startswith((f"{clause.target.id}.", f"{clause.target.id}["))
        ]
        for place in range(min(source.size or 0, MEMBERS)):
            for text in dict.fromkeys(read):
                member = f"{ast.unparse(clause.iter)}[{place}]{text[len(clause.target.id) :]}"
                if self.value(member, step, frame) is not None:
                    yield Operand(member)

    def _given(self, name: str, child: Child, step: int, frame: int) -> Iterator[Operand]:
        """What a generator gave to the statement that went through it."""
        for event in given_by(self.rec, child, self.end_of(step, frame))[:MAX_GIVEN]:
            yield Operand(name, "operand", child, given=event)

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
                made = owner.kind == "exception" and owner.attr(getattr(node, "attr", "")) is None
                yield Operand(ast.unparse(node.value) if made else text)
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
                for part in (node.func.value, *node.args[1:2]):  # type: ignore[attr-defined]
                    yield from self._reads(part, step, frame, matched, bound)
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


def _is_task(function: Function, names: frozenset[str]) -> bool:
    return function.kind == "coroutine" and function.name in names


def _element(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> ast.expr:
    if isinstance(node, ast.DictComp):
        return ast.Tuple([node.key, node.value], ast.Load())
    return node.elt


def _operates(tree: ast.AST) -> bool:
    """Whether there is anything in an expression that can run a special method."""
    kinds = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Subscript, ast.Call)
    return any(isinstance(each, (*kinds, ast.JoinedStr, ast.IfExp)) for each in ast.walk(tree))


def _callee(node: ast.AST) -> ast.AST:
    return node.func if isinstance(node, ast.Call) else node


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


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
