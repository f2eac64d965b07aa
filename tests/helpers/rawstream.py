"""Builds raw streams as the capture core does, and keeps a model of the state beside them."""

from __future__ import annotations

import copy
import json
import struct
from dataclasses import dataclass, field
from typing import Any

from escope_tui.model import sites as flag

LIST, DICT, SET, INSTANCE, CELL, OPAQUE = 1, 2, 3, 7, 12, 16


@dataclass(frozen=True)
class Oid:
    """A reference to an object."""

    oid: int


@dataclass(frozen=True)
class Depth:
    """A value that was not captured: too deep."""

    type_id: int


@dataclass(frozen=True)
class CutInt:
    """A big int of which only low bytes were kept."""

    negative: bool
    bits: int
    data: bytes


@dataclass(frozen=True)
class CutText:
    """A string that was cut."""

    value: str
    length: int
    digest: int


class Missing:
    """An item never seen."""

    def __repr__(self) -> str:
        return "MISSING"

    def __deepcopy__(self, memo: object) -> Missing:
        return self


MISSING = Missing()


@dataclass
class Thing:
    """An object in the model."""

    type_id: int = -1
    shape: int = 0
    flags: int = 3
    size: int = 0
    items: list[Any] = field(default_factory=list)
    pairs: list[list[Any]] = field(default_factory=list)
    attrs: list[list[Any]] = field(default_factory=list)
    text: Any = None
    uncertain: bool = False


@dataclass
class Act:
    """A frame in the model."""

    function: int
    parent: int
    slots: dict[int, Any] = field(default_factory=dict)
    cells: dict[int, int] = field(default_factory=dict)


@dataclass
class State:
    """Everything that can be asked at one step."""

    frames: dict[int, Act] = field(default_factory=dict)
    names: dict[int, Any] = field(default_factory=dict)
    things: dict[int, Thing] = field(default_factory=dict)
    current: tuple[int, int, int] = (0, 0, -1)


def same_key(a: Any, b: Any) -> bool:
    """Whether Python holds two keys equal (identity for objects)."""
    numbers = (int, float)
    if isinstance(a, numbers) and isinstance(b, numbers):
        return a == b
    return type(a) is type(b) and a == b


MODULE_NAMES = ["alpha", "beta", "gamma"]
LOCAL_NAMES = ["a", "b", "c", "d"]
FUNCTIONS = [
    ["<module>", "<module>", "module", 1, 90, MODULE_NAMES, 0, []],
    ["work", "work", "function", 10, 20, LOCAL_NAMES, 2, [3]],
    ["gen", "gen", "generator", 30, 40, LOCAL_NAMES, 2, [3]],
]
SITES: list[list[Any]] = []


def _site(flags: int, function: int, specs: list[Any]) -> int:
    SITES.append([flags, function, len(SITES) + 1, len(SITES) + 1, 0, 10, specs])
    return len(SITES) - 1


MODULE_ENTER = _site(flag.STEP | flag.ENTER, 0, [])
MODULE_STEP = _site(flag.STEP, 0, [["w", 0]])
MODULE_STEP2 = _site(flag.STEP, 0, [["w", 1], ["w", 2]])
MODULE_DEL = _site(flag.STEP, 0, [["u", 1], ["c", 1, [[]]]])
ENTER = [_site(flag.STEP | flag.ENTER, f, [["w", 0], ["w", 1]]) for f in (1, 2)]
STEP = [_site(flag.STEP, f, []) for f in (1, 2)]
WRITE = [
    [_site(flag.STEP, f, [["w", s], ["m", "append", [], 1]]) for s in range(4)] for f in (1, 2)
]
FLUSH = [_site(0, f, [["w", 2]]) for f in (1, 2)]
UNBIND = [_site(flag.STEP, f, [["u", 2]]) for f in (1, 2)]
GLOBAL = [_site(flag.STEP, f, [["g", 0]]) for f in (1, 2)]
RETURN = [_site(flag.STEP | flag.RETURN, f, [["r"], ["w", 1]]) for f in (1, 2)]
UNWIND = [_site(flag.UNWIND, f, []) for f in (1, 2)]
CAUGHT = [_site(flag.STEP | flag.CAUGHT, f, [["w", 2]]) for f in (1, 2)]
YIELD = _site(flag.YIELD, 2, [["r"]])
RESUME = _site(flag.RESUME, 2, [["r"]])
END = _site(flag.END, 0, [])
ITERATE = [_site(flag.ITER, f, [["w", 2]]) for f in (1, 2)]


class RawStream:
    """The bytes of a stream and, at each step, what the state must be."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.marks: list[int] = []
        """Offset behind each event."""
        self.state = State()
        self.at_step: list[State] = []
        self.outputs: list[tuple[int, int, bytes]] = []
        self.events: list[tuple[int, str, Any]] = []
        """(step, kind, value) of returns, yields and exceptions."""
        self.frame_ids = 1
        self.thread = 0
        self.pending: int | None = None
        self.current: dict[int, int] = {0: 0}
        self.strings: dict[Any, int] = {}
        self.names = list(MODULE_NAMES)

    # ---- bytes ----------------------------------------------------------------------------------

    def raw(self, *parts: bytes) -> None:
        """Appends one event."""
        for part in parts:
            self.data += part
        self.marks.append(len(self.data))

    def string(self, value: Any) -> int:
        """Number of a string; its STR event comes first."""
        key = (type(value), value)
        if key not in self.strings:
            number = self.strings[key] = len(self.strings)
            digest = b""
            if isinstance(value, CutText):
                data = value.value.encode("utf-8", "surrogatepass")
                flags, length = 2, value.length
                digest = struct.pack("<Q", value.digest)
            elif isinstance(value, bytes):
                data, flags, length = value, 1, len(value)
            else:
                data = value.encode("utf-8", "surrogatepass")
                flags, length = 0, len(value)
            self.raw(struct.pack("<BIBQI", 19, number, flags, length, len(data)), data, digest)
        return self.strings[key]

    def value(self, value: Any) -> bytes:
        """A value as the stream has it."""
        simple = {None: 1, Ellipsis: 4, NotImplemented: 5}
        if value is False or value is True:
            return bytes([3 if value else 2])
        if isinstance(value, int):
            if -(2**31) <= value < 2**31:
                return struct.pack("<Bi", 6, value)
            if -(2**63) <= value < 2**63:
                return struct.pack("<Bq", 7, value)
            size = abs(value)
            data = size.to_bytes((size.bit_length() + 7) // 8, "little")
            return struct.pack("<BBQI", 8, value < 0, size.bit_length(), len(data)) + data
        if isinstance(value, CutInt):
            return struct.pack("<BBQI", 8, value.negative, value.bits, len(value.data)) + value.data
        if isinstance(value, float):
            return struct.pack("<Bd", 9, value)
        if isinstance(value, complex):
            return struct.pack("<Bdd", 10, value.real, value.imag)
        if isinstance(value, str | bytes | CutText):
            return struct.pack("<BI", 11, self.string(value))
        if isinstance(value, Oid):
            return struct.pack("<BQ", 12, value.oid)
        if isinstance(value, Depth):
            return struct.pack("<BI", 14, value.type_id)
        if isinstance(value, tuple):
            parts = b"".join(self.value(item) for item in value)
            return struct.pack("<BQI", 13, len(value), len(value)) + parts
        return bytes([simple[value]])

    # ---- tables ---------------------------------------------------------------------------------

    def module(self) -> None:
        """The module table, in two pieces."""
        table = {
            "module": 0,
            "path": "/tmp/work.py",
            "modname": "work",
            "source": "# source\n" * 5,
            "functions": FUNCTIONS,
            "sites": SITES,
        }
        data = json.dumps(table).encode()
        half = len(data) // 2
        for start, piece in ((0, data[:half]), (half, data[half:])):
            self.raw(struct.pack("<BIIII", 18, 1, len(data), start, len(piece)), piece)

    def new_type(
        self, number: int, module: str, name: str, bases: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """A TYPE event."""
        a, b = module.encode(), name.encode()
        self.raw(struct.pack("<BIH", 17, number, len(a)), a, struct.pack("<H", len(b)), b)
        texts = [each.encode() for base in bases for each in base]
        behind = b"".join(struct.pack("<H", len(each)) + each for each in texts)
        self.raw(struct.pack("<B", len(bases)), behind)

    def new_thread(self, index: int, name: str) -> None:
        """A THREAD event."""
        data = name.encode()
        self.raw(struct.pack("<BIQH", 16, index, 1000 + index, len(data)), data)

    # ---- sites ----------------------------------------------------------------------------------

    @property
    def frame(self) -> int:
        """The current frame."""
        return self.current[self.thread]

    def bind(self, act: Act, slot: int, value: Any) -> None:
        """A write of a slot in the model."""
        if act.function == 0:
            self.state.names[slot] = value
        elif slot in act.cells:
            oid = act.cells[slot]
            thing = self.state.things.setdefault(oid, Thing(-1, CELL, 0))
            thing.items[:1] = [value]
            thing.size = 1
            thing.uncertain = False
        else:
            act.slots[slot] = value

    def site(self, number: int, *values: Any) -> None:
        """A SITE event, and what it does to the model."""
        flags, function, *_, specs = SITES[number]
        data = b"".join(self.value(v) for v in values)
        self.raw(struct.pack("<BI", 1, number), data)
        left = list(values)
        if flags & flag.ENTER:
            self.state.frames[self.frame_ids] = Act(function, self.take_parent(self.frame))
            self.current[self.thread] = self.frame_ids
            self.frame_ids += 1
        frame = self.frame
        act = self.state.frames[frame]
        if flags & flag.RESUME:
            act.parent = self.take_parent(act.parent)
        step = len(self.at_step) - 1 + bool(flags & (flag.STEP | flag.ITER))
        if flags & (flag.CAUGHT | flag.UNWIND):
            self.events.append((step, "exception", left.pop(0)))
        for spec in specs:
            if spec[0] == "w":
                self.bind(act, spec[1], left.pop(0))
            elif spec[0] == "g":
                self.state.names[spec[1]] = left.pop(0)
            elif spec[0] == "u":
                (self.state.names if act.function == 0 else act.slots).pop(spec[1], None)
            elif spec[0] == "r":
                kind = (
                    "return" if flags & flag.RETURN else "yield" if flags & flag.YIELD else "sent"
                )
                self.events.append((step, kind, left.pop(0)))
        if flags & (flag.STEP | flag.ITER):
            self.state.current = (self.thread, frame, number)
            self.at_step.append(copy.deepcopy(self.state))
        if flags & (flag.RETURN | flag.END | flag.UNWIND):
            del self.state.frames[frame]
            self.current[self.thread] = act.parent if act.parent in self.state.frames else 0
        elif flags & flag.YIELD:
            self.current[self.thread] = act.parent if act.parent in self.state.frames else 0

    def take_parent(self, usual: int) -> int:
        """What PARENT said, else the usual parent."""
        parent, self.pending = usual if self.pending is None else self.pending, None
        return parent

    def cell(self, slot: int, oid: int) -> None:
        """The current frame's slot is a cell."""
        self.raw(struct.pack("<BIQ", 4, slot, oid))
        act = self.state.frames[self.frame]
        thing = self.state.things.setdefault(oid, Thing(-1, CELL, 0))
        if slot in act.slots and not thing.items:
            thing.items[:] = [act.slots.pop(slot)]
            thing.size = 1
        act.slots.pop(slot, None)
        act.cells[slot] = oid

    def switch(self, thread: int, frame: int) -> None:
        """Another thread and frame run on."""
        if thread == self.thread:
            self.raw(struct.pack("<BQ", 22, frame))
        else:
            self.raw(struct.pack("<BIQ", 2, thread, frame))
        self.thread = thread
        self.current[thread] = frame

    def parent(self, frame: int) -> None:
        """The next frame that enters or resumes has this parent."""
        self.raw(struct.pack("<BQ", 3, frame))
        self.pending = frame

    # ---- objects --------------------------------------------------------------------------------

    def thing(self, oid: int) -> Thing:
        """The model's object, made when it is new."""
        return self.state.things.setdefault(oid, Thing())

    def snapshot(
        self,
        oid: int,
        type_id: int,
        shape: int,
        *,
        items: tuple[Any, ...] = (),
        pairs: tuple[tuple[Any, Any], ...] = (),
        attrs: tuple[tuple[str, Any], ...] = (),
        text: Any = None,
        more: int = 0,
    ) -> None:
        """An OBJ event; `more` items were cut."""
        flags = (1 if more else 0) | (4 if text is not None else 0)
        size = len(items) + len(pairs) + more
        data = b"".join(self.value(v) for v in items)
        data += b"".join(self.value(k) + self.value(v) for k, v in pairs)
        for name, v in attrs:
            data += struct.pack("<I", self.string(name)) + self.value(v)
        if text is not None:
            data += self.value(text)
        head = struct.pack(
            "<BQIBBQIII", 5, oid, type_id, shape, flags, size, len(items), len(pairs), len(attrs)
        )
        self.raw(head, data)
        self.state.things[oid] = Thing(
            type_id,
            shape,
            flags & 3,
            size,
            list(items),
            [list(pair) for pair in pairs],
            [list(pair) for pair in attrs],
            text,
        )

    def set_item(self, oid: int, key: Any, value: Any) -> None:
        """A SETITEM event on a list or dict."""
        self.raw(struct.pack("<BQ", 6, oid), self.value(key) + self.value(value))
        thing = self.thing(oid)
        if thing.shape == LIST and type(key) is int:
            while len(thing.items) < key:
                thing.items.append(MISSING)
            thing.items[key : key + 1] = [value]
            thing.size = max(thing.size, key + 1)
            return
        for pair in thing.pairs:
            if same_key(pair[0], key):
                pair[1] = value
                return
        thing.pairs.append([key, value])
        if not thing.flags & 1:
            thing.size += 1

    def append(self, oid: int, value: Any) -> None:
        """An APPEND event on a list or set."""
        thing = self.thing(oid)
        if thing.shape == SET:
            self.raw(struct.pack("<BQ", 8, oid), self.value(value))
            if not any(same_key(value, item) for item in thing.items):
                thing.items.append(value)
                thing.size += not thing.flags & 1
            return
        self.raw(struct.pack("<BQ", 8, oid), self.value(value))
        while len(thing.items) < thing.size:
            thing.items.append(MISSING)
        thing.items.append(value)
        thing.size += 1

    def del_item(self, oid: int, key: Any) -> None:
        """A DELITEM event; the key must be there."""
        self.raw(struct.pack("<BQ", 7, oid), self.value(key))
        thing = self.thing(oid)
        if thing.shape == LIST:
            del thing.items[key : key + 1]
        elif thing.shape == SET:
            thing.items = [item for item in thing.items if not same_key(item, key)]
        else:
            thing.pairs = [pair for pair in thing.pairs if not same_key(pair[0], key)]
        if thing.shape == LIST or not thing.flags & 1:
            thing.size -= 1

    def set_attr(self, oid: int, name: str, value: Any) -> None:
        """A SETATTR event."""
        self.raw(struct.pack("<BQI", 9, oid, self.string(name)), self.value(value))
        thing = self.thing(oid)
        for pair in thing.attrs:
            if pair[0] == name:
                pair[1] = value
                return
        thing.attrs.append([name, value])

    def del_attr(self, oid: int, name: str) -> None:
        """A DELATTR event; the attribute must be there."""
        self.raw(struct.pack("<BQI", 10, oid, self.string(name)))
        thing = self.thing(oid)
        thing.attrs = [pair for pair in thing.attrs if pair[0] != name]

    def as_of(self, oid: int) -> None:
        """The contents may have changed unseen."""
        self.raw(struct.pack("<BQ", 12, oid))
        if oid in self.state.things:
            self.state.things[oid].uncertain = True

    def death(self, oid: int) -> None:
        """The object is gone."""
        self.raw(struct.pack("<BQ", 11, oid))
        self.state.things.pop(oid, None)

    # ---- the rest -------------------------------------------------------------------------------

    def time(self, ns: int) -> None:
        """A TIME event."""
        self.raw(struct.pack("<BQ", 13, ns))

    def at(self, ns: int, lasted: int = 0) -> None:
        """An AT event, or LASTED: when the last site was come to."""
        self.raw(struct.pack("<BQQ", 33, ns, lasted) if lasted else struct.pack("<BQ", 32, ns))

    def output(self, stream: int, data: bytes) -> None:
        """An OUTPUT event."""
        self.raw(struct.pack("<BBI", 14, stream, len(data)), data)
        self.outputs.append((len(self.at_step) - 1, stream, data))

    def namespace(self, slot: int, value: Any) -> None:
        """A module variable was set by code that is not recorded."""
        self.raw(struct.pack("<BII", 23, 0, slot), self.value(value))
        self.state.names[slot] = value

    def name(self, name: str) -> int:
        """A module variable that the table does not list; its slot is the next free one."""
        data = name.encode()
        self.raw(struct.pack("<BIH", 31, 0, len(data)), data)
        self.names.append(name)
        return len(self.names) - 1

    def gap(self, dropped: int) -> None:
        """A GAP event."""
        self.raw(struct.pack("<BQ", 20, dropped))

    def end(self, status: int) -> None:
        """The END event."""
        self.raw(struct.pack("<Bi", 25, status))
