"""Turns a list of numbers into a raw stream that makes sense, for property tests."""

from __future__ import annotations

from typing import Any

from tests.helpers import rawstream as rs
from tests.helpers.rawstream import RawStream

NAMES = ["x", "y", "z", "name", "päth"]


class Player:
    """Plays choices as events, keeping to what a program could do."""

    def __init__(self) -> None:
        self.stream = RawStream()
        self.stream.new_thread(0, "MainThread")
        self.stream.new_type(1, "builtins", "list")
        self.stream.module()
        self.stream.site(rs.MODULE_ENTER)
        self.suspended: list[int] = []
        self.next_oid = 1
        self.ns = 0
        self.threads = 1

    def function(self) -> int:
        """Function of the current frame (0: the module, or nothing)."""
        act = self.stream.state.frames.get(self.stream.frame)
        return act.function if act else -1

    def some_oid(self, choice: int) -> int:
        """An object that is alive, or a new number."""
        alive = sorted(self.stream.state.things)
        if not alive:
            return self.fresh()
        return alive[choice % len(alive)]

    def fresh(self) -> int:
        """A new object id."""
        self.next_oid += 1
        return self.next_oid - 1

    def play(self, op: int, a: int, value: Any) -> None:
        """One choice."""
        s = self.stream
        kind = self.function()
        if isinstance(value, rs.Oid):
            value = rs.Oid(self.some_oid(value.oid))
        if op < 14:
            self.play_code(op, a, value, kind)
        elif op < 28:
            self.play_object(op, a, value)
        elif op == 28:
            self.ns += a * 10
            if a % 3:
                s.at(self.ns, a * 7 if a % 3 == 2 else 0)
            else:
                s.time(self.ns)
        elif op == 29:
            s.output(1 + a % 2, b"out %d\n" % a)
        elif op == 30:
            s.namespace(a % 3 if a % 5 else s.name(f"late{len(s.names)}"), value)
        elif op == 31 and kind >= 0:
            self.play_thread(a)

    def play_thread(self, a: int) -> None:
        """Another thread goes on, or begins."""
        s = self.stream
        index = a % 3
        if index == self.threads:
            s.new_thread(index, f"Thread-{index}")
            self.threads += 1
            s.current[index] = 0
            s.switch(index, 0)
            s.site(rs.ENTER[0], a, "new thread")
        elif index < self.threads and s.current[index] in s.state.frames:
            s.switch(index, s.current[index])

    def play_code(self, op: int, a: int, value: Any, kind: int) -> None:
        """Sites."""
        s = self.stream
        if kind <= 0:
            if kind < 0:
                if 1 in s.state.frames and s.thread == 0:
                    s.switch(0, 1)
                else:
                    s.parent(1)
                    s.site(rs.ENTER[0], a, value)
            elif op < 4:
                s.site(rs.MODULE_STEP, value)
            elif op < 5:
                s.site(rs.MODULE_STEP2, value, a)
            elif op < 6:
                s.site(rs.MODULE_DEL)
            elif op < 9 and self.suspended:
                self.resume(a)
            else:
                s.site(rs.ENTER[a % 2], value, a)
            return
        f = kind - 1
        if op == 0:
            s.site(rs.ENTER[a % 2], value, a)
        elif op == 1:
            s.site(rs.STEP[f])
        elif op in (2, 3):
            s.site(rs.WRITE[f][a % 4], value)
        elif op == 4:
            s.site(rs.FLUSH[f], value)
        elif op == 5:
            s.site(rs.UNBIND[f])
        elif op == 6:
            s.site(rs.GLOBAL[f], value)
        elif op == 7:
            s.site(rs.RETURN[f], value, a)
        elif op == 8:
            s.site(rs.UNWIND[f], value)
        elif op == 9:
            s.site(rs.CAUGHT[f], value, a)
        elif op == 10 and f == 1:
            self.suspended.append(s.frame)
            s.site(rs.YIELD, value)
        elif op == 11 and self.suspended:
            self.resume(a)
        elif op == 12 and 3 not in s.state.frames[s.frame].cells:
            s.cell(3, self.fresh() if a % 2 else self.cell_oid())
        elif op == 13:
            s.site(rs.ITERATE[f], a)

    def cell_oid(self) -> int:
        """A cell that another frame has, or a new one."""
        for act in self.stream.state.frames.values():
            if act.cells:
                return act.cells[3]
        return self.fresh()

    def resume(self, a: int) -> None:
        """A generator goes on, called from here."""
        s = self.stream
        frame = self.suspended.pop(a % len(self.suspended))
        here = s.frame
        s.switch(s.thread, frame)
        s.parent(here)
        s.site(rs.RESUME, a)

    def play_object(self, op: int, a: int, value: Any) -> None:
        """Objects."""
        s = self.stream
        if op == 14:
            s.snapshot(self.fresh(), 1, rs.LIST, items=(*range(a % 5), value))
        elif op == 15:
            pairs = tuple((i, value) for i in range(a % 20))
            s.snapshot(self.fresh(), 2, rs.DICT, pairs=pairs, more=(a % 3) * 5)
        elif op == 16:
            attrs = tuple((name, value) for name in NAMES[: a % 4])
            s.snapshot(self.fresh(), 3, rs.INSTANCE, attrs=attrs, text="<inst>")
        elif op == 17:
            s.snapshot(self.fresh(), 4, rs.SET, items=tuple(range(a % 20)))
        else:
            oid = self.some_oid(a)
            thing = s.state.things.get(oid)
            if thing is None or thing.shape not in (rs.LIST, rs.DICT, rs.SET, rs.INSTANCE):
                return
            self.change(op, a, value, oid, thing)

    def change(self, op: int, a: int, value: Any, oid: int, thing: rs.Thing) -> None:
        """A change of a known object."""
        s = self.stream
        if op == 18:
            s.as_of(oid)
        elif op == 19:
            s.death(oid)
        elif op == 20:
            items = tuple(x for x in thing.items if x is not rs.MISSING)
            if thing.shape == rs.LIST and a % 3:
                items = (*items, value)
            pairs = tuple((k, a if i == a % 7 else v) for i, (k, v) in enumerate(thing.pairs))
            attrs = tuple((k, v) for k, v in thing.attrs)
            s.snapshot(oid, thing.type_id, thing.shape, items=items, pairs=pairs, attrs=attrs)
        elif op in (21, 22) and thing.shape == rs.INSTANCE:
            s.set_attr(oid, NAMES[a % 5], value)
        elif op == 23 and thing.shape == rs.INSTANCE and thing.attrs:
            s.del_attr(oid, thing.attrs[a % len(thing.attrs)][0])
        elif op in (21, 22, 24) and thing.shape == rs.LIST:
            s.append(oid, value)
        elif op == 25 and thing.shape == rs.LIST:
            s.set_item(oid, a % (thing.size + 3), value)
        elif op in (23, 26) and thing.shape == rs.LIST and thing.items:
            s.del_item(oid, a % len(thing.items))
        elif op in (21, 22, 25) and thing.shape == rs.DICT:
            s.set_item(oid, a % 30 if a % 2 else f"k{a % 30}", value)
        elif op in (23, 26) and thing.shape == rs.DICT and thing.pairs:
            s.del_item(oid, thing.pairs[a % len(thing.pairs)][0])
        elif op in (21, 22, 25) and thing.shape == rs.SET:
            s.append(oid, a % 40)
        elif op in (23, 26) and thing.shape == rs.SET and thing.items:
            s.del_item(oid, thing.items[a % len(thing.items)])
