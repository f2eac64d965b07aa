"""Plays chunks by docs/format.md alone: frames, variables and objects at each step."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.helpers.docreader import (
    CELL,
    FALSE,
    FLOAT,
    INT,
    NONE,
    NOTHING,
    OBJ,
    STR,
    TRUE,
    UNBOUND,
    UNKNOWN,
    Bytes,
    Columns,
    Control,
    File,
    Val,
    strings,
)
from tests.helpers.docrecipes import Kitchen

STEP, ENTER, RETURN, YIELD, AWAIT = 1, 2, 4, 8, 32
UNWIND, CAUGHT, ITER, END, LATE, QUIET = 128, 256, 8192, 32768, 65536, 131072
NUMBER: Val = (INT, 0)
WRITES, GLOBALS = ("w", "wk", "v"), ("g", "gk")


@dataclass
class Frame:
    """A frame of the program."""

    id: int
    function: int = -1
    parent: int = 0
    thread: int = 0
    state: int = 0
    last_site: int = -1
    last_step: int = -1
    depth: int = 0
    h: int = 0
    slots: list[Val] = field(default_factory=list)
    loops: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    results: list[Val] = field(default_factory=list)


@dataclass
class Object:
    """An object's contents."""

    type_id: int
    shape: int
    flags: int
    size: int
    items: list[Val]
    pairs: list[list[Val]]
    attrs: list[list[Any]]
    text: Val | None
    uncertain: bool

    @property
    def mapping(self) -> bool:
        return self.shape in (2, 17)

    def lookup(self, key: Val) -> Val:
        """The value of a key, unbound when there is none."""
        found = [pair[1] for pair in self.pairs if same_key(pair[0], key)]
        return found[0] if found else NOTHING

    @property
    def unordered(self) -> bool:
        return self.shape in (3, 4)


def same_key(left: Val, right: Val) -> bool:
    """Whether Python holds two keys equal: True, 1 and 1.0 are."""
    return plain_key(left) == plain_key(right)


def plain_key(value: Val) -> Val:
    tag, bits = value
    if tag in (TRUE, FALSE):
        return INT, int(tag == TRUE)
    if tag == FLOAT:
        number = struct.unpack("<d", struct.pack("<Q", bits))[0]
        if -9e15 < number < 9e15 and int(number) == number:
            return INT, int(number) & ((1 << 64) - 1)
    return value


def times(data: bytes) -> list[tuple[int, int, int]]:
    """(number of a site in the chunk, ns, how long after the site before or 0)."""
    src, found = Bytes(data), []
    place = ns = 0
    while src.more:
        place += src.varint()
        more = src.varint()
        ns += more >> 1
        found.append((place, ns, src.varint() if more & 1 else 0))
    return found


def time_of(rows: list[tuple[int, int, int]], place: int, now: int) -> int:
    """When a site is come to; `now`: when the one before it was."""
    first, start = next(((p, ns) for p, ns, _ in reversed(rows) if p <= place), (0, 0))
    after = next(((p - bool(d), ns - d) for p, ns, d in rows if p > place), None)
    if place == first and (rows and rows[0][0] <= place):
        return start
    if after is None:
        return start
    last, stop = after
    if place >= last and place != first:
        return stop
    if place == first:
        return start
    return (
        start + (stop - start) * (place - first) // (last - first)
        if stop - start < 1 << 40
        else now
    )


class Chunk:
    """One chunk that is played from its key frame on."""

    def __init__(self, file: File, parts: list[bytes]) -> None:
        self.file = file
        head = Bytes(parts[0])
        self.index = [head.varint() for _ in range(11)]
        self.texts = strings(parts[2])
        main = Bytes(parts[1])
        self.symbols = main.varint()
        sizes = [main.varint() for _ in range(3)]
        key, control, directory = (main.take(n) for n in sizes)
        self.columns = Columns(directory, main.take(len(main.data) - main.at))
        self.control = Control(control)
        self.frames: dict[int, Frame] = {}
        self.threads: dict[int, int] = {}
        self.namespaces: dict[int, list[Val]] = {}
        self.objects: dict[int, Object] = {}
        self.elsewhere: set[int] = set()
        """Objects whose contents stand in an earlier chunk."""
        self.dead: set[int] = set()
        self.returned: Val = (NONE, 0)
        self.times = times(parts[4]) if len(parts) > 4 else None
        self.seen = 0
        """Sites come to."""
        self.kitchen = Kitchen(self)
        self.current = Frame(0)
        self.cells: list[tuple[int, int]] = []
        self.key_frame(Bytes(key))

    # -- columns

    def values(self, key: Any, n: int) -> list[Val]:
        """One value of each of a key's columns."""
        found = []
        for column in self.columns.at(key, n):
            found.append(self.columns.read(column, (OBJ, self.columns.newest)))
        return found

    def value(
        self, key: Any, n: int, place: int, more: int = 0, recipe: tuple[int, ...] = ()
    ) -> Val:
        self.columns.slots = self.current.slots
        column = self.columns.at(key, n)[place]
        newest = (OBJ, self.columns.newest + more)
        if not recipe:
            return self.columns.read(column, newest)
        return self.columns.read(column, newest, lambda: self.kitchen.give(*recipe))

    def object_id(
        self, key: Any, n: int, place: int, more: int = 0, recipe: tuple[int, ...] = ()
    ) -> int:
        number = self.value(key, n, place, more, recipe)[1]
        self.columns.newest = max(self.columns.newest, number)
        return number

    # -- the key frame

    def key_frame(self, src: Bytes) -> None:
        self.step = src.varint() - 1
        self.time = src.varint()
        self.next_frame = src.varint()
        self.thread = src.varint()
        current, flags = src.varint(), src.varint()
        pending = src.varint()
        self.pending = pending if flags & 1 else None
        self.enters = bool(flags & 2)
        for _ in range(src.varint()):
            index = src.varint()
            self.threads[index] = src.varint()
        number = 0
        for _ in range(src.varint()):
            number += src.varint()
            frame = Frame(number, parent=number - src.zigzag(), function=src.varint() - 1)
            frame.thread, frame.state = src.varint(), src.varint()
            frame.last_site = src.varint() - 1
            frame.last_step = self.step - src.varint()
            frame.depth = src.varint()
            frame.h = struct.unpack("<I", src.take(4))[0]
            frame.loops = [src.varint() for _ in range(4)]
            self.frames[number] = frame
            self.give_slots(frame)
            if frame.function >= 0 and self.file.functions[frame.function][1]:
                key = (0x90, frame.function)
                frame.slots[:] = self.values(key, len(frame.slots)) if frame.slots else []
        for _ in range(src.varint()):
            module = src.varint()
            table = self.file.modules[module]
            slots = self.namespace(module)
            if table["listed"]:
                slots[: table["listed"]] = self.values((0x91, module), table["listed"])
        for _ in range(src.varint()):
            self.snap((30, 0, -1))
        if src.more:
            for _ in range(src.varint()):
                module, count = src.varint(), src.varint()
                first = self.file.modules[module]["listed"]
                self.namespace(module)[first : first + count] = self.values((0x92, module), count)
        self.current = self.frames[current]

    def namespace(self, module: int) -> list[Val]:
        if module not in self.namespaces:
            names = self.file.modules[module]["functions"][0][5]
            self.namespaces[module] = [NOTHING] * len(names)
        return self.namespaces[module]

    def give_slots(self, frame: Frame) -> None:
        if frame.function < 0:
            return
        module, index, row = self.file.functions[frame.function]
        frame.slots = [NOTHING] * len(row[5]) if index else self.namespace(module)

    # -- objects

    def contents(self, key: Any) -> tuple[int, Object]:
        """The head and contents of an OBJ or SNAP."""
        op, _, site = key
        number = self.object_id(key, 2, 0, 1)
        type_id = self.value(key, 2, 1)[1]
        by_type = (0x81, type_id)
        packed = self.value(by_type, 8, 0)[1]
        items, pairs, attrs, rest = (self.value(by_type, 8, n)[1] for n in (1, 2, 3, 4))
        if op == 30:
            self.value(by_type, 8, 5)
        found = Object(
            type_id,
            packed & 255,
            packed >> 8 & 255,
            rest + items + pairs & (1 << 64) - 1,
            [self.value((0x82, type_id, site), 1, 0) for _ in range(items)],
            [
                [self.value((0x83, type_id, site), 2, 0), self.value((0x83, type_id, site), 2, 1)]
                for _ in range(pairs)
            ],
            [],
            None,
            bool(packed >> 17 & 1),
        )
        for place in range(attrs):
            name = self.value((0x84, type_id, place), 1, 0)[1]
            found.attrs.append([name, self.value((0x85, type_id, name), 1, 0)])
        if packed >> 16 & 1:
            found.text = self.value((0x86, type_id), 1, 0)
        return number, found

    def snap(self, key: Any) -> None:
        number, found = self.contents(key)
        self.objects[number] = found

    def known(self, number: int) -> Object | None:
        """The object to be changed; None where its contents stand elsewhere."""
        if number in self.elsewhere and number not in self.objects:
            return None
        if number not in self.objects:
            self.objects[number] = Object(-1, 0, 3, 0, [], [], [], None, False)
        return self.objects[number]

    def set_item(self, found: Object, key: Val, value: Val) -> None:
        index = key[1]
        by_place = not (found.mapping or found.unordered) and key[0] == INT and index < 1 << 63
        if by_place and index <= len(found.items) + 4096:
            while len(found.items) < index:
                found.items.append((UNKNOWN, 0))
            found.items[index : index + 1] = [value]
            found.size = max(found.size, index + 1)
            return
        for pair in found.pairs:
            if same_key(pair[0], key):
                pair[1] = value
                return
        found.pairs.append([key, value])
        if found.mapping and not found.flags & 1:
            found.size += 1
        if by_place:
            found.size = max(found.size, index + 1)

    def delete_item(self, found: Object, key: Val) -> None:
        exact = not found.flags & 1
        if found.unordered:
            kept = [item for item in found.items if not same_key(item, key)]
            found.size -= exact and len(kept) < len(found.items)
            found.items = kept
        elif found.mapping or key[0] != INT or key[1] >= 1 << 63:
            left = [pair for pair in found.pairs if not same_key(pair[0], key)]
            found.size -= found.mapping and exact and len(left) < len(found.pairs)
            found.pairs = left
        else:
            found.pairs = [p for p in found.pairs if p[0][0] != INT or p[0][1] < key[1]]
            del found.items[key[1] : key[1] + 1]
            found.size -= found.size > 0

    def append(self, found: Object, value: Val) -> None:
        if not found.unordered:
            self.set_item(found, (INT, found.size), value)
        elif not any(same_key(item, value) for item in found.items):
            found.items.append(value)
            found.size += not found.flags & 1

    def write(self, frame: Frame, slot: int, value: Val) -> None:
        """A variable of a frame, or the cell behind it."""
        if slot >= len(frame.slots):
            return
        tag, number = frame.slots[slot]
        if tag != CELL or value[0] == CELL:
            frame.slots[slot] = value
            return
        self.write_cell(number, value)

    def write_cell(self, number: int, value: Val) -> None:
        cell = self.objects.setdefault(number, Object(-1, 12, 0, 0, [], [], [], None, False))
        if value == NOTHING:
            if cell.items:
                self.delete_item(cell, NUMBER)
            return
        if cell.items:
            cell.items[0] = value
        else:
            self.set_item(cell, NUMBER, value)
        cell.uncertain = False

    def bind_cell(self, frame: Frame, slot: int, number: int) -> None:
        if slot >= len(frame.slots):
            return
        if number not in self.objects:
            self.objects[number] = Object(-1, 12, 0, 0, [], [], [], None, False)
        old = frame.slots[slot]
        if old[0] not in (UNBOUND, CELL) and not self.objects[number].items:
            self.write_cell(number, old)
        frame.slots[slot] = (CELL, number)

    # -- playing

    def play(self) -> Iterator[tuple[int, int]]:
        """Step and site, each time a step begins."""
        for _ in range(self.symbols):
            since = self.control.since_site
            site = self.current.last_site
            symbol = self.control.read(site, self.current.h)
            if symbol >= 32:
                before = self.step
                if self.times is not None:
                    self.time = self.index[3] + time_of(
                        self.times, self.seen, self.time - self.index[3]
                    )
                    self.seen += 1
                self.site(symbol - 32)
                if self.step != before:
                    yield self.step, symbol - 32
                self.leave(symbol - 32)
            else:
                self.operation(symbol, (symbol, min(since, 15), site))

    def site(self, number: int) -> None:
        function, row = self.file.sites[number]
        flags, specs = row[0], row[6]
        frame = self.current
        self.columns.slots = frame.slots
        takes = [s for s in specs if s[0] in (*WRITES, *GLOBALS, "r")]
        wanted: list[tuple[int, ...]] = [()] if flags & (UNWIND | CAUGHT) else []
        for spec in takes:
            if spec[0] == "r":
                wanted.append((2, 0))
            elif spec[0] in GLOBALS:
                wanted.append(())
            elif flags & ENTER or self.enters:
                wanted.append((7, spec[1], function))
            else:
                wanted.append((1, spec[1]))
        count = len(wanted)
        values = [
            self.value(("site", number), count, place, 0, recipe)
            for place, recipe in enumerate(wanted)
        ]
        if frame.id == 0 and frame.state == 3:
            frame.state = 0
        if flags & ENTER or self.enters:
            creator = frame
            parent = frame.id if self.pending is None else self.pending
            self.pending, self.enters = None, False
            frame = Frame(self.next_frame, function, parent, self.thread)
            self.next_frame += 1
            frame.depth = self.frames[parent].depth + 1
            self.give_slots(frame)
            self.frames[frame.id] = frame
            frame.h = (creator.last_site * 0x9E3779B1) & 0xFFFFFFFF
            self.become(frame)
        elif self.pending is not None and not flags & QUIET:
            frame.parent = self.pending
            frame.depth = self.frames[self.pending].depth + 1
            self.pending = None
        if frame.function < 0 and frame.id:
            frame.function = function
            self.give_slots(frame)
        for slot, cell in self.cells:
            self.bind_cell(frame, slot, cell)
        self.cells = []
        if flags & (UNWIND | CAUGHT):
            values.pop(0)
        module = self.file.functions[function][0]
        for spec in specs:
            if spec[0] in WRITES:
                self.write(frame, spec[1], values.pop(0))
            elif spec[0] in GLOBALS:
                self.namespace(module)[spec[1]] = values.pop(0)
            elif spec[0] == "u":
                self.write(frame, spec[1], NOTHING)
            elif spec[0] == "ug":
                self.namespace(module)[spec[1]] = NOTHING
            elif spec[0] == "r":
                self.returned = values.pop(0)
        if flags & QUIET:
            self.control.after_site(number + 32)
            return
        for recipe in self.file.recipes[number]:
            if recipe[1] == 9:
                frame.loops[recipe[2] % 4] = 0 if recipe[3] else frame.loops[recipe[2] % 4] + 1
        frame.results = []
        frame.last_site = number
        frame.h = ((((frame.h << 9) & 0xFFFFFFFF) * 3) + number * 0x9E3779B1) & 0xFFFFFFFF
        if flags & (STEP | ITER):
            self.step += 1
            frame.last_step = self.step
        frame.thread = self.thread
        ends = flags & (RETURN | END | UNWIND) and not flags & LATE
        frame.state = 3 if ends else 1 if flags & YIELD else 2 if flags & AWAIT else 0
        self.control.after_site(number + 32)

    def leave(self, number: int) -> None:
        """Who runs after a site."""
        flags = self.file.sites[number][1][0]
        frame = self.current
        row = self.file.functions[frame.function][2] if frame.function >= 0 else [""]
        if flags & (RETURN | END) and row[0] == "__init__" and frame.slots:
            self.returned = frame.slots[0]
        elif flags & END:
            self.returned = (NONE, 0)
        if flags & (RETURN | END | UNWIND) and not flags & LATE:
            self.end(frame)
            if frame.id and not flags & UNWIND:
                self.current.results.append(self.returned)
        elif flags & YIELD and frame.id:
            self.become(self.frames.get(frame.parent, self.frames[0]))
            self.current.results.append(self.returned)

    def end(self, frame: Frame) -> None:
        if not frame.id:
            return
        if frame is self.current:
            self.become(self.frames.get(frame.parent, self.frames[0]))
        del self.frames[frame.id]

    def become(self, frame: Frame) -> None:
        self.threads[self.thread] = frame.id
        self.current = frame

    def frame(self, number: int) -> Frame:
        return self.frames.setdefault(number, Frame(number, thread=self.thread))

    def operation(self, op: int, key: Any) -> None:
        if op == 5:
            number, found = self.contents(key)
            self.objects[number] = found
            found.uncertain = False
        elif op == 30:
            self.snap(key)
        elif op in (6, 7, 8, 9, 10, 11, 12, 27, 31):
            self.change(op, key)
        else:
            self.columns.at(key, 3)
            self.other(op, key)

    def change(self, op: int, key: Any) -> None:
        """An operation on an object."""
        number = self.object_id(key, 3, 0, 0, (6, 0) if op in (6, 7, 8, 9, 10) else ())
        name = value = NOTHING
        if op in (6, 7, 9, 10, 27, 31):
            name = self.value(key, 3, 1, 0, (5, 0) if op in (6, 7) else ())
        if op in (6, 8, 9):
            recipe = {6: (4, 0), 8: (8, 0), 9: (3, name[1])}[op]
            value = self.value(key, 3, 2, 0, recipe)
        elif op == 31:
            value = self.value(key, 3, 2)
            self.elsewhere.add(number)
            return
        found = self.known(number) if op not in (11, 12) else self.objects.get(number)
        if found is None:
            return
        if op == 6:
            self.set_item(found, name, value)
        elif op == 7:
            self.delete_item(found, name)
        elif op == 8:
            self.append(found, value)
        elif op in (9, 10):
            self.attribute(found, name[1], value if op == 9 else None)
        elif op == 11:
            self.dead.add(number)
        elif op == 12:
            found.uncertain = True
        elif op == 27:
            found.size = name[1]

    def attribute(self, found: Object, name: int, value: Val | None) -> None:
        for place, pair in enumerate(found.attrs):
            if pair[0] == name:
                if value is None:
                    del found.attrs[place]
                else:
                    pair[1] = value
                return
        if value is not None:
            found.attrs.append([name, value])

    def other(self, op: int, key: Any) -> None:
        if op == 2:
            self.thread = self.value(key, 3, 0)[1]
            self.become(self.frame(self.value(key, 3, 1)[1]))
        elif op == 22:
            self.become(self.frame(self.value(key, 3, 0)[1]))
        elif op == 3:
            self.pending = self.value(key, 3, 0)[1]
        elif op == 4:
            slot = self.value(key, 3, 0)[1]
            number = self.object_id(key, 3, 1)
            if self.enters:
                self.cells.append((slot, number))
            else:
                self.bind_cell(self.current, slot, number)
        elif op == 13:
            self.time = self.value(key, 3, 0)[1]
        elif op == 15:
            frame = self.frames.get(self.value(key, 3, 0)[1])
            if frame is not None:
                self.end(frame)
        elif op == 21:
            for place in range(3):
                self.value(key, 3, place)
        elif op == 23:
            module, slot = (self.value(key, 3, n)[1] for n in (0, 1))
            self.namespace(module)[slot] = self.value(key, 3, 2)
        elif op == 28:
            self.next_frame = self.value(key, 3, 0)[1]
        elif op == 29:
            self.enters = True
        elif op in (20, 25):
            self.value(key, 3, 0)
        else:
            assert op == 14, op

    # -- what a value stands for

    def text(self, number: int) -> Any:
        flags, length, _, data = self.texts[number]
        shown: Any = data if flags & 1 else data.decode("utf-8", "surrogatepass")
        return ("cut", length, shown) if flags & 2 else shown


__all__ = ["STR", "Chunk", "File", "Frame", "Object"]
