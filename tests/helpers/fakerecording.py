"""A recording without a recorder: runs a program under `sys.settrace`, keeps all in memory.

It answers what the app asks (`escope_tui.session.bridge.Engine`) by looking at all steps.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from escope_tui.errors import EvaluationError, NotFoundError
from escope_tui.model.events import ExceptionEvent, Frame, OutputChunk, Place, Step, Write
from escope_tui.model.values import Contents, Value, value_of
from escope_tui.session.bridge import LoopSteps
from escope_tui.session.stops import Reached, Stop

if TYPE_CHECKING:
    from escope_tui.query.recording import Recording

FILE = "/srv/shop/orders.py"

SHOP = '''\
"""Totals of the orders of one morning."""

RATES = {"A1": 10, "B2": 25, "C3": 0}


class Order:
    def __init__(self, number, rows):
        self.number = number
        self.rows = rows
        self.total = None

    def discount(self, amount):
        if amount > 100:
            return amount - 5
        return amount

    def close(self):
        subtotal = 0
        for sku, quantity in self.rows:
            price = RATES[sku]
            subtotal += price * quantity
        self.total = self.discount(subtotal)
        return self.total


def average(orders):
    worth = [order.total for order in orders if order.total]
    return sum(worth) / len(worth)


def never():
    return "no one calls this"


def main():
    orders = []
    print("loading 2 orders")
    orders.append(Order(7, [("A1", 2), ("B2", 4)]))
    orders.append(Order(8, [("C3", 1), ("A1", 1)]))
    for order in orders:
        total = order.close()
        print("order", order.number, "total", total)
    try:
        RATES["Z9"]
    except KeyError as error:
        print("no rate for", error, file=sys.stderr)
    orders.clear()
    print("average", average(orders))


import sys

main()
'''


@dataclass(slots=True)
class _Moment:
    step: Step
    frames: tuple[_Seen, ...]
    written: int


@dataclass(slots=True)
class _Seen:
    frame: Frame
    locals: dict[str, Value]
    globals: dict[str, Value]


@dataclass
class FakeRecording:
    """Every step of one run of a program."""

    text: str = SHOP
    file: str = FILE
    name: str = "orders.esr"
    sites: int = 0
    ending: str = "exit status 1"
    delay: float = 0.0
    """Seconds that each question about a step takes, for tests of slow recordings."""
    moments: list[_Moment] = field(default_factory=list)
    chunks: list[OutputChunk] = field(default_factory=list)
    errors: list[ExceptionEvent] = field(default_factory=list)
    _ids: dict[int, int] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)
    _frames: dict[int, int] = field(default_factory=dict)
    _kept_frames: list[FrameType] = field(default_factory=list)
    _lines: dict[int, int] = field(default_factory=dict)
    _last: dict[int, int] = field(default_factory=dict)
    closed: bool = False

    # -- making it

    @classmethod
    def of(cls, text: str = SHOP, **more: Any) -> FakeRecording:
        """Runs `text` and records it."""
        rec = cls(text=text, **more)
        rec._run()
        return rec

    def _run(self) -> None:
        code = compile(self.text, self.file, "exec")
        scope: dict[str, Any] = {"__name__": "__main__"}
        out, err = sys.stdout, sys.stderr
        tracer = sys.gettrace()
        sys.stdout, sys.stderr = _Tee(self, "stdout"), _Tee(self, "stderr")
        sys.settrace(self._trace)
        try:
            exec(code, scope)
        except BaseException as error:
            sys.settrace(None)
            trace = error.__traceback__.tb_next if error.__traceback__ else None
            shown = "".join(traceback.format_exception(type(error), error, trace))
            sys.stderr.write(shown)
        finally:
            sys.settrace(tracer)
            sys.stdout, sys.stderr = out, err
        self._kept_frames.clear()

    def _mine(self, code: CodeType) -> bool:
        return code.co_filename == self.file and code.co_name not in ("<listcomp>", "<genexpr>")

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not self._mine(frame.f_code):
            return None
        if event == "line":
            self._step(frame)
        elif event == "exception":
            self._raised(frame, arg)
        return self._trace

    def _frame_id(self, frame: FrameType) -> int:
        if id(frame) not in self._frames:
            self._frames[id(frame)] = len(self._frames) + 1
            self._kept_frames.append(frame)
        return self._frames[id(frame)]

    def _step(self, frame: FrameType) -> None:
        index = len(self.moments)
        entry = id(frame) not in self._frames
        frames: list[FrameType] = []
        at: FrameType | None = frame
        while at is not None:
            if self._mine(at.f_code):
                frames.append(at)
            at = at.f_back
        self._last[self._frame_id(frame)] = index
        seen = []
        for each in reversed(frames):
            module = each.f_code.co_name == "<module>"
            frozen = Frame(
                each.f_code.co_qualname,
                self.file,
                each.f_lineno,
                self._frame_id(each),
                "module" if module else "function",
                index,
                self._last[self._frame_id(each)],
                end_line=each.f_lineno,
            )
            scope = _names(each.f_globals)
            # Reading f_locals of a module changes what its comprehensions bind (Python 3.12).
            own = each.f_globals if module else each.f_locals
            values = {k: self.freeze(v) for k, v in _names(own).items()}
            outer = {k: self.freeze(v) for k, v in scope.items()}
            seen.append(_Seen(frozen, values, outer))
        line = frame.f_lineno
        self._lines[line] = self._lines.get(line, 0) + 1
        source = self.text.splitlines()[line - 1].strip()
        kind = "return" if source.startswith("return") else "line"
        if source.startswith(("for ", "while ")):
            kind = "loop"
        step = Step(
            index,
            kind,
            self.file,
            line,
            line,
            seen[-1].frame.function,
            0,
            0,
            None,
            len(frames),
            index * 1_000_000,
            self._frame_id(frame),
            is_entry=entry,
        )
        self.moments.append(_Moment(step, tuple(seen), len(self.chunks)))
        view = _FrameView(self)
        for each_seen in seen:
            object.__setattr__(each_seen.frame, "view", view)

    def _raised(self, frame: FrameType, arg: tuple[Any, Any, Any]) -> None:
        kind, error, _ = arg
        index = len(self.moments) - 1
        if self.errors and self.errors[-1].value == self.freeze(error):
            known = self.errors[-1]
            place = Place(index, frame.f_code.co_name, self.file, frame.f_lineno, 0)
            self.errors[-1] = replace(
                known,
                propagated=(*known.propagated, place),
                uncaught=frame.f_code.co_name == "<module>",
            )
            return
        place = Place(
            index, frame.f_code.co_qualname, self.file, frame.f_lineno, self._frame_id(frame)
        )
        self.errors.append(
            ExceptionEvent(kind.__name__, str(error), self.freeze(error), place, (), None, False, 0)
        )

    # -- values

    def freeze(self, plain: Any, depth: int = 5) -> Value:
        """A recorded value with an identity, as it is now."""
        if plain is None or isinstance(plain, (bool, int, float, complex, str, bytes)):
            return value_of(plain)
        if id(plain) not in self._ids:
            self._ids[id(plain)] = len(self._ids) + 1
            self._kept.append(plain)
        number = self._ids[id(plain)]
        name = type(plain).__qualname__
        if depth == 0:
            return Value("depth", name)
        if type(plain) is tuple:
            return Value("tuple", tuple(self.freeze(v, depth - 1) for v in plain), size=len(plain))
        contents = Contents("instance", name)
        if isinstance(plain, dict):
            pairs = tuple((value_of(k), self.freeze(v, depth - 1)) for k, v in plain.items())
            contents = Contents("dict", name, size=len(plain), pairs=pairs)
        elif isinstance(plain, list):
            items = tuple(self.freeze(v, depth - 1) for v in plain)
            contents = Contents("list", name, size=len(plain), items=items)
        elif isinstance(plain, BaseException):
            contents = Contents(
                "exception", name, items=tuple(self.freeze(v, depth - 1) for v in plain.args)
            )
        elif isinstance(plain, type):
            contents = Contents("class", "type", text=plain.__qualname__)
        elif hasattr(plain, "__code__"):
            contents = Contents("function", name, text=plain.__qualname__)
        elif isinstance(plain, type(sys)):
            contents = Contents("module", name, text=plain.__name__)
        elif hasattr(plain, "__dict__"):
            attrs = tuple((k, self.freeze(v, depth - 1)) for k, v in vars(plain).items())
            contents = Contents("instance", name, attrs=attrs)
        return Value("", object_id=number, contents=contents)

    # -- answering: escope_tui.session.bridge.Engine

    def __len__(self) -> int:
        return len(self.moments)

    def step(self, index: int) -> Step:
        if self.delay:
            import time

            time.sleep(self.delay)
        return self.moments[index].step

    def threads(self) -> Mapping[int, str]:
        return {0: "MainThread"}

    def tasks(self) -> Mapping[int, str]:
        return {}

    def stack(self, index: int) -> Sequence[Frame]:
        return tuple(seen.frame for seen in self.moments[index].frames)

    def source(self, file: str) -> str | None:
        return self.text if file == self.file else None

    def files(self, name: str) -> Sequence[str]:
        return [self.file] if self.file.endswith(name) else []

    def damage(self) -> Iterator[tuple[int, int] | None]:
        return iter(())

    def damaged(self, step: int, back: bool) -> tuple[int, int] | None:
        return None

    def all_files(self) -> Sequence[str]:
        return [self.file]

    def functions(self) -> Sequence[tuple[str, str, int]]:
        first: dict[str, int] = {}
        for moment in self.moments:
            first.setdefault(moment.step.function, moment.step.line)
        return [(name, self.file, line) for name, line in first.items() if name != "<module>"]

    def line_hits(self, file: str) -> Mapping[int, int]:
        return self._lines if file == self.file else {}

    def output(self) -> Sequence[OutputChunk]:
        return self.chunks

    def written(self, upto: int) -> int:
        return self.moments[upto].written if upto < len(self.moments) else len(self.chunks)

    def _scan(self, index: int, back: bool, wanted: Any) -> int | None:
        indexes = range(index - 1, -1, -1) if back else range(index + 1, len(self))
        return next((i for i in indexes if wanted(self.moments[i].step)), None)

    def into(self, index: int, back: bool) -> int | None:
        return self._scan(index, back, lambda step: True)

    def over(self, index: int, back: bool, frame: int) -> int | None:
        ids = [f.frame_id for f in self.stack(index)]
        wanted = set(ids[: ids.index(frame) + 1])
        return self._scan(index, back, lambda step: step.frame_id in wanted)

    def out(self, index: int, back: bool, frame: int) -> int | None:
        ids = [f.frame_id for f in self.stack(index)]
        wanted = set(ids[: ids.index(frame)])
        return self._scan(index, back, lambda step: step.frame_id in wanted)

    def hit(self, places: Collection[tuple[str, int]], index: int, back: bool) -> int | None:
        return self._scan(index, back, lambda step: (step.file, step.line) in places)

    def stop(self, stop: Stop, index: int, back: bool) -> Reached | None:
        step = self.hit([(stop.file, stop.line)], index, back)
        return None if step is None else Reached(step, stop, "breakpoint")

    def write(self, target: str, index: int, back: bool, frame: int) -> Write | None:
        steps = [
            m.step.index for m in self.moments if any(s.frame.frame_id == frame for s in m.frames)
        ]
        own = [i for i in steps if self.moments[i].step.frame_id == frame]
        found = None
        for now, then in pairwise(own):
            old, new = self._named(target, now, frame), self._named(target, then, frame)
            if (old is None) == (new is None) and (old is None or old == new):
                continue
            if now < index if back else now > index:
                step = self.moments[now].step
                found = Write(
                    target, now, then, self.file, step.line, step.function, 0, frame, new, old
                )
                if not back:
                    break
        return found

    def _named(self, target: str, index: int, frame: int) -> Value | None:
        name, *path = target.split(".")
        for seen in self.moments[index].frames:
            if seen.frame.frame_id == frame:
                value = seen.locals.get(name, seen.globals.get(name))
                for part in path:
                    value = value.attr(part) if value is not None else None
                return value
        return None

    def exception_at(self, index: int) -> ExceptionEvent | None:
        return next((e for e in self.errors if e.step == index), None)

    def exception(self, index: int, back: bool) -> ExceptionEvent | None:
        errors = [e for e in self.errors if (e.step < index if back else e.step > index)]
        return (errors[-1] if back else errors[0]) if errors else None

    def uncaught(self) -> ExceptionEvent | None:
        return next((e for e in self.errors if e.uncaught), None)

    def exception_steps(self, left: Callable[[], bool] = lambda: False) -> Sequence[int]:
        return [e.step for e in self.errors]

    def before_in_frame(self, index: int, frame: int) -> int | None:
        last = next(f.last_step for f in self.stack(index) if f.frame_id == frame)
        return self._scan(last, True, lambda step: step.frame_id == frame)

    def touched(self, before: int, now: int) -> None:
        return None

    def own_steps(
        self, frame: int, index: int, back: bool, limit: int
    ) -> Sequence[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        at = self._scan(index, back, lambda step: step.frame_id == frame)
        while at is not None and len(found) < limit:
            found.append((at, self.moments[at].step.line))
            at = self._scan(at, back, lambda step: step.frame_id == frame)
        return found

    def loop_steps(
        self, frame: int, header: int, end: int, index: int, back: bool, limit: int
    ) -> LoopSteps:
        found: list[int] = []
        own = self.own_steps(frame, index, back, len(self))
        for step, line in own:
            if not header <= line <= end:
                return LoopSteps(found, True)
            if line == header:
                if len(found) == limit:
                    return LoopSteps(found, False)
                found.append(step)
        return LoopSteps(found, True)

    def bound(self, index: int, frame: int) -> Mapping[str, Value | None]:
        before = self._scan(index, True, lambda step: step.frame_id == frame)
        now = self._seen_in(index, frame)
        old = self._seen_in(before, frame) if before is not None else {}
        return {name: value for name, value in now.items() if old.get(name) != value}

    def _seen_in(self, index: int, frame: int) -> dict[str, Value]:
        found = [s.locals for s in self.moments[index].frames if s.frame.frame_id == frame]
        return found[0] if found else {}

    def returned(self, index: int, frame: int) -> Value | None:
        return None

    def inner_results(self, index: int, moment: int, frame: int) -> Sequence[tuple[str, Value]]:
        return ()

    def function(self, name: str, index: int) -> int | None:
        def entered(step: Step) -> bool:
            return step.is_entry and name in (step.function, step.function.rpartition(".")[2])

        ahead = self._scan(index, False, entered)
        return ahead if ahead is not None else self._scan(index, True, entered)

    def at_time(self, nanoseconds: int) -> int:
        return min(len(self) - 1, nanoseconds // 1_000_000)

    def evaluate(self, expression: str, index: int, frame: int) -> Value:
        value = self._named(expression, index, frame)
        if value is None:
            raise EvaluationError("there is no such variable")
        return value

    def questions(self) -> Recording:
        raise NotFoundError("these moments come from no file")

    def close(self) -> None:
        self.closed = True


def _names(scope: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in scope.items() if not k.startswith("__")}


@dataclass(slots=True)
class _FrameView:
    """What `Frame.locals` and the like are read from."""

    rec: FakeRecording

    def _seen(self, step: int, frame: int) -> _Seen:
        return next(s for s in self.rec.moments[step].frames if s.frame.frame_id == frame)

    def frame_locals(self, step: int, frame: int) -> Mapping[str, Value]:
        return self._seen(step, frame).locals

    def frame_globals(self, step: int, frame: int) -> Mapping[str, Value]:
        return self._seen(step, frame).globals


@dataclass(slots=True)
class _Tee:
    """A standard stream of the program."""

    rec: FakeRecording
    stream: str

    def write(self, text: str) -> int:
        self.rec.chunks.append(OutputChunk(max(len(self.rec.moments) - 1, 0), self.stream, text))
        return len(text)

    def flush(self) -> None:
        pass
