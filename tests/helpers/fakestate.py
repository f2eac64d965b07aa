"""A recording made of a Python list of events: the codec's interface without a file.

story = Story(SOURCE, functions=[Scope("<module>", ["x"]), Scope("f", ["a"], parameters=1)])
story.enter(0, line=1)
story.write("x", 1)
story.line(2)
rec = story.open()
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from escope_tui._speedups.unpack import RawTuple, Ref, Text
from escope_tui.model import sites as flags
from escope_tui.query.recording import Recording
from escope_tui.replay import recording as kinds


@dataclass
class Scope:
    """One code scope of the program."""

    name: str
    variables: list[str] = field(default_factory=list)
    parameters: int = 0
    kind: str = "function"


@dataclass
class FakeFrame:
    """One activation."""

    number: int
    function: int
    parent: int
    thread: int
    site: int = -1
    step: int = -1
    slots: dict[int, Any] = field(default_factory=dict)


@dataclass
class FakeObject:
    """An object as the codec decodes it."""

    oid: int
    shape: int = 1
    items: list[Any] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)
    attrs: list[tuple[str, Any]] = field(default_factory=list)
    type_id: int = 1
    flags: int = 0
    text: Any = None
    as_of: int = 0
    uncertain: bool = False
    dead_at: int = -1
    true_size: int | None = None

    @property
    def n_items(self) -> int:
        """How many items are recorded."""
        return len(self.items)

    @property
    def n_pairs(self) -> int:
        """How many pairs are recorded."""
        return len(self.pairs)

    @property
    def n_attrs(self) -> int:
        """How many attributes are recorded."""
        return len(self.attrs)

    @property
    def size(self) -> int:
        """The true length."""
        return len(self.items) + len(self.pairs) if self.true_size is None else self.true_size


@dataclass
class Moment:
    """Everything at one step."""

    thread: int
    frame: int
    site: int
    frames: dict[int, FakeFrame]
    objects: dict[int, FakeObject]


@dataclass
class FakeThread:
    """A thread's facts."""

    index: int
    native_id: int
    name: str


def raw(value: Any) -> Any:
    """What the codec would decode for a plain scalar or tuple."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, tuple):
        return RawTuple(tuple(raw(each) for each in value), len(value))
    return value


class Story:
    """Builds the events; then it is the file, the cursor and the scanner."""

    def __init__(self, source: str, functions: list[Scope]) -> None:
        self.path = "story.esr"
        self.complete, self.problem, self.size = True, "", 0
        self.meta: dict[str, Any] = {}
        self.exit_status: int | None = 0
        self.types = {1: ("builtins", "list"), 2: ("builtins", "dict"), 3: ("__main__", "Thing")}
        self.bases: dict[int, tuple[tuple[str, str], ...]] = {}
        self.threads = {0: FakeThread(0, 1, "MainThread")}
        self.chunks: list[Any] = []
        self.steps = 0
        self.functions = functions
        self.rows: list[list[Any]] = []
        self.modules = [
            {
                "path": "/app/story.py",
                "modname": "__main__",
                "source": source,
                "first_site": 0,
                "sites": self.rows,
                "functions": [
                    [f.name, f.name, f.kind, 1, 1, f.variables, f.parameters, []] for f in functions
                ],
            }
        ]
        self.moments: list[Moment] = []
        self.log: list[tuple[int, int, int, int, int, Any]] = []
        self.frames: dict[int, FakeFrame] = {}
        self.objects: dict[int, FakeObject] = {}
        self.current: dict[int, int] = {0: 0}
        self.thread = 0
        self.ranges: dict[int, tuple[int, int]] = {}
        self.infos: dict[int, tuple[int, int, int, int, int]] = {}
        self.written: list[tuple[int, int, int, int, Any]] = []

    # -- telling the story

    def _site(self, line: int, function: int, bits: int, column: int = 0) -> int:
        row = [bits, function, line, line, column, column + 1, []]
        if row not in self.rows:
            self.rows.append(row)
        return self.rows.index(row)

    @property
    def frame(self) -> FakeFrame:
        """The running frame."""
        return self.frames[self.current[self.thread]]

    def _step(self, line: int, bits: int) -> int:
        frame = self.frame
        frame.site = self._site(line, frame.function, bits)
        frame.step = len(self.moments)
        for each in self._stack_of(frame.number):
            self.ranges[each] = (self.ranges.get(each, (frame.step, 0))[0], frame.step)
        self.moments.append(
            Moment(
                self.thread,
                frame.number,
                frame.site,
                deepcopy(self.frames),
                deepcopy(self.objects),
            )
        )
        return frame.step

    def enter(self, function: int, line: int, **arguments: Any) -> int:
        """A call: its first step."""
        parent = self.current.get(self.thread, 0)
        number = len(self.infos) + 1
        frame = FakeFrame(number, function, parent, self.thread)
        self.frames[number] = frame
        self.current[self.thread] = number
        self.ranges[number] = (len(self.moments), len(self.moments))
        names = self.functions[function].variables
        for name, value in arguments.items():
            frame.slots[names.index(name)] = raw(value)
            slot = names.index(name)
            at = len(self.moments)
            self.written.append((at, at, number, slot, raw(value)))
        step = self._step(line, flags.ENTER | flags.STEP)
        self.infos[number] = (0, function, parent, self.thread, frame.site)
        return step

    def line(self, line: int, bits: int = flags.STEP) -> int:
        """The next statement of the running frame."""
        return self._step(line, bits)

    def write(self, name: str, value: Any) -> None:
        """The running statement binds a name; it shows at the next step."""
        frame = self.frame
        slot = self.functions[frame.function].variables.index(name)
        frame.slots[slot] = raw(value)
        self.written.append((frame.step, len(self.moments), frame.number, slot, raw(value)))

    def make(self, oid: int, **contents: Any) -> Ref:
        """The running statement makes an object, or changes one."""
        at = len(self.moments)
        self.objects[oid] = FakeObject(oid, as_of=at, **contents)
        self._happen(kinds.EV_OBJECT, oid)
        return Ref(oid)

    def _happen(self, kind: int, value: Any = None) -> None:
        frame = self.frame
        self.log.append((len(self.moments) - 1, kind, self.thread, frame.number, frame.site, value))

    def leave(self, value: Any = None, kind: int = kinds.EV_RETURN) -> None:
        """The running frame ends."""
        self._happen(kind, raw(value))
        frame = self.frame
        self.ranges[frame.number] = (self.ranges[frame.number][0], len(self.moments) - 1)
        self.current[self.thread] = frame.parent

    def suspend(self, value: Any = None) -> int:
        """The running generator yields; gives its frame, for `resume`."""
        self._happen(kinds.EV_YIELD, raw(value))
        number = self.frame.number
        self.current[self.thread] = self.frame.parent
        return number

    def resume(self, frame: int) -> None:
        """The running frame asks a generator for more."""
        self.frames[frame].parent = self.current[self.thread]
        self.current[self.thread] = frame

    def switch(self, thread: int) -> None:
        """Another thread runs."""
        self.threads.setdefault(thread, FakeThread(thread, thread + 1, f"Thread-{thread}"))
        self.current.setdefault(thread, 0)
        self.thread = thread

    def open(self) -> Recording:
        """The finished recording."""
        self.steps = len(self.moments)
        return Recording(self, [Playhead(self), Playhead(self)], Scan(self))

    def close(self) -> None:
        """Nothing to close."""

    # -- the file

    @property
    def exceptions(self) -> int:
        """Events of exceptions."""
        return sum(1 for each in self.log if each[1] & (kinds.EV_UNWIND | kinds.EV_CAUGHT))

    def site(self, site: int) -> tuple[int, list[Any]]:
        """A site's module and row."""
        return 0, self.rows[site]

    def site_hits(self) -> dict[int, int]:
        """How often each site ran."""
        return {n: sum(m.site == n for m in self.moments) for n in range(len(self.rows))}

    def output(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int, bytes]]:
        """No output."""
        return iter(())

    def pieces(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, int, bytes, int, int]]:
        """No output."""
        return iter(())

    def load_sums(self, number: int) -> None:
        """None: all is decoded."""

    # -- the scanner

    def _depth(self, step: int) -> int:
        moment = self.moments[step]
        return len(_stack(moment.frames, moment.frame))

    def _stack_of(self, frame: int) -> list[int]:
        return _stack(self.frames, frame)

    def step_info(self, step: int) -> tuple[int, int, int, int, int, int]:
        """A step's facts."""
        moment = self.moments[step]
        depth = self._depth(step)
        return step, moment.site, moment.thread, moment.frame, depth, step * 1000

    def _find(self, start: int, direction: int, wanted: Any) -> int:
        stop = len(self.moments) if direction > 0 else -1
        return next((k for k in range(start, stop, direction) if wanted(self.moments[k], k)), -1)

    def next_site(self, start: int, direction: int, sites: Collection[int]) -> int:
        """The nearest step at one of the sites."""
        return self._find(start, direction, lambda moment, _: moment.site in sites)

    def next_frame_step(self, start: int, direction: int, frame: int) -> int:
        """The nearest step of a frame."""
        return self._find(start, direction, lambda moment, _: moment.frame == frame)

    def next_thread_step(self, start: int, direction: int, thread: int) -> int:
        """The nearest step of a thread."""
        return self._find(start, direction, lambda moment, _: moment.thread == thread)

    def next_depth(self, start: int, direction: int, thread: int, depth: int) -> int:
        """The nearest step of a thread with at most so many frames."""
        return self._find(
            start, direction, lambda moment, k: moment.thread == thread and self._depth(k) <= depth
        )

    def next_write(self, start: int, direction: int, frame: int, slot: int) -> Any:
        """The nearest write of a frame's slot."""
        return self._write(start, direction, lambda each: each[2:4] == (frame, slot))

    def next_function_write(
        self, start: int, direction: int, module: int, function: int, slot: int
    ) -> Any:
        """The nearest write of a slot in any frame of a function."""
        return self._write(
            start,
            direction,
            lambda each: self.infos[each[2]][1] == function and each[3] == slot,
        )

    def _write(self, start: int, direction: int, wanted: Any) -> Any:
        found = [each for each in self.written if wanted(each)]
        if direction < 0:
            found = [each for each in found if each[1] <= start][-1:]
        else:
            found = [each for each in found if each[1] > start][:1]
        return (found[0][0], found[0][1], found[0][2], found[0][4]) if found else None

    def next_object_write(self, start: int, direction: int, oid: int, key: Any = None) -> Any:
        """The nearest record of an object."""
        found = [
            (step, step + 1, oid, None)
            for step, kind, *_, value in self.log
            if kind == kinds.EV_OBJECT and value == oid
        ]
        if direction < 0:
            found = [each for each in found if each[1] <= start][-1:]
        else:
            found = [each for each in found if each[1] > start][:1]
        return found[0] if found else None

    def changed(self, step: int) -> None:
        """Not known: compare."""

    def writes_at(self, step: int) -> list[tuple[int, int, Any, Any]]:
        """The bindings that became visible."""
        return [(f, slot, None, new) for _, seen, f, slot, new in self.written if seen == step]

    def events(self, start: int, stop: int, wanted: int) -> Iterator[Any]:
        """Events of a stretch."""
        return (each for each in self.log if start <= each[0] < stop and each[1] & wanted)

    def next_event(self, start: int, direction: int, wanted: int) -> Any:
        """The nearest event."""
        return None

    def frame_range(self, frame: int) -> tuple[int, int]:
        """First step and last step of a frame's life."""
        return self.ranges[frame]

    def frame_info(self, frame: int) -> tuple[int, int, int, int, int]:
        """Module, function, parent, thread and site of a frame's beginning."""
        return self.infos[frame]

    def iter_steps(self, start: int, stop: int) -> Iterator[Any]:
        """The facts of a stretch of steps."""
        return (self.step_info(k) for k in range(start, min(stop, len(self.moments))))


def _stack(frames: dict[int, FakeFrame], frame: int) -> list[int]:
    found: list[int] = []
    while frame and frame not in found:
        found.append(frame)
        frame = frames[frame].parent
    return found[::-1]


class Scan:
    """The scanner."""

    def __init__(self, story: Story) -> None:
        self.story = story

    def __getattr__(self, name: str) -> Any:
        return getattr(self.story, "iter_steps" if name == "steps" else name)


class Playhead:
    """The cursor."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.step = 0

    def seek(self, step: int) -> None:
        """Go to a step."""
        self.story.moments[step]
        self.step = step

    def seek_end(self) -> None:
        """Go behind the last step."""
        self.step = len(self.story.moments)

    @property
    def _moment(self) -> Moment:
        story = self.story
        if self.step < len(story.moments):
            return story.moments[self.step]
        last = story.moments[-1]
        return Moment(last.thread, story.current[0], last.site, story.frames, story.objects)

    def current(self) -> tuple[int, int, int]:
        """Thread, frame and site."""
        return self._moment.thread, self._moment.frame, self._moment.site

    def stack(self, frame: int) -> list[int]:
        """Frames, outermost first."""
        return _stack(self._moment.frames, frame)

    def frame(self, frame: int) -> tuple[int, int, int, int, int, int]:
        """A frame's facts."""
        found = self._moment.frames[frame]
        return 0, found.function, found.parent, found.site, 0, found.thread

    def frame_step(self, frame: int) -> int:
        """The newest step in a frame."""
        return self._moment.frames[frame].step

    def bindings(self, frame: int) -> list[tuple[int, Any]]:
        """A frame's bound slots."""
        return sorted(self._moment.frames[frame].slots.items())

    def namespace(self, module: int) -> list[tuple[int, Any]]:
        """A module's bound slots."""
        roots = [each for each in self._moment.frames.values() if each.function == 0]
        return sorted(roots[0].slots.items()) if roots else []

    def object(self, oid: int, limit: int = 1 << 40) -> Any:
        """An object."""
        return self._moment.objects.get(oid)

    def members(self, oid: int, role: int, start: int, stop: int) -> list[Any]:
        """A stretch of an object's items, pairs or attributes."""
        found = self._moment.objects[oid]
        return [found.items, found.pairs, found.attrs][role][start:stop]

    def time_ns(self) -> int:
        """A made-up clock."""
        return self.step * 1000
