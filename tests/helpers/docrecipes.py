"""Works recipes out by docs/format.md alone."""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable
from typing import Any

from tests.helpers.docreader import (
    CELL,
    FALSE,
    FLOAT,
    INT,
    M32,
    M64,
    NONE,
    NOTIMPL,
    OBJ,
    POOL,
    STR,
    TRUE,
    UNBOUND,
    Val,
)

ORDER: dict[int, Callable[[Any, Any], bool]] = {
    32: operator.lt,
    33: operator.le,
    34: operator.gt,
    35: operator.ge,
    36: operator.eq,
    37: operator.ne,
}
INTEGER: dict[int, Callable[[int, int], int]] = {
    16: operator.add,
    17: operator.sub,
    18: operator.mul,
    20: operator.floordiv,
    21: operator.mod,
    22: operator.and_,
    23: operator.or_,
    24: operator.xor,
    27: operator.pow,
}
NUMBERS = (INT, FLOAT, TRUE, FALSE)


class Nothing(Exception):
    """The recipe gives nothing."""


def name_hash(name: str) -> int:
    made = 0x811C9DC5
    for byte in name.encode("utf-8", "replace"):
        made = ((made ^ byte) * 0x01000193) & M32
    return made


def need(held: object) -> None:
    if not held:
        raise Nothing


def number(value: Val) -> int | float:
    tag, bits = value
    need(tag in NUMBERS)
    if tag == FLOAT:
        found: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
        return found
    return int(tag == TRUE) if tag != INT else bits - (bits >> 63 << 64)


def integer(value: int) -> Val:
    need(-(1 << 63) <= value < 1 << 63)
    return INT, value & M64


def double(value: float) -> Val:
    need(value == value)
    return FLOAT, struct.unpack("<Q", struct.pack("<d", value))[0]


def truth_value(value: object) -> Val:
    return (TRUE if value else FALSE), 0


def known(value: Val) -> Val:
    need(value[0] != UNBOUND and value[0] < CELL)
    return value


class Kitchen:
    """The recipes of a chunk."""

    def __init__(self, chunk: Any) -> None:
        self.chunk = chunk
        self.taken = 0

    def give(self, kind: int, a: int, callee: int | None = None) -> Val | None:
        """What the recipe of a field gives, or None."""
        frame = self.chunk.current
        if frame.last_site < 0:
            return None
        rows = [row for row in self.chunk.file.recipes[frame.last_site] if row[1] == kind]
        if callee is not None:
            rows = self.of_call(rows, a, callee)
        else:
            rows = [row for row in rows if row[2] == a]
        if not rows:
            return None
        try:
            return self.work_out(frame, rows[0][4])
        except Nothing:
            return None

    def of_call(self, rows: list[Any], slot: int, callee: int) -> list[Any]:
        row = self.chunk.file.functions[callee][2]
        parts = row[1].split(".")
        outer = parts[-2] if len(parts) > 1 else ""
        if row[0] == "__init__":
            if slot == 0:
                return []
            place = slot - 1
        elif outer and outer != "<locals>":
            place = slot - 1 if slot else 255
        else:
            place = slot
        name = name_hash(outer if row[0] == "__init__" and outer else row[0])
        rows = [row for row in rows if row[3] == name and row[2] & 255 == place]
        count = len(self.chunk.current.results)
        return [row for row in rows if row[2] >> 8 == count] or rows

    def result(self, frame: Any) -> Val:
        need(self.taken < min(len(frame.results), 3))
        self.taken += 1
        return known(frame.results[self.taken - 1])

    def work_out(self, frame: Any, code: list[int]) -> Val:
        stack: list[Val] = []
        self.taken = at = 0
        while at < len(code):
            op, x = code[at : at + 2]
            at += 2
            if op in (1, 2, 3, 7, 9, 11):
                need(len(stack) < 16)
                stack.append(self.push(frame, op, x))
            elif op == 10:
                self.taken = (self.taken + x) & M32
            elif op == 49:
                at += 2 * x
            elif op in (48, 50, 51):
                need(stack)
                yes = self.truth(stack[-1])
                if op == 48:
                    stack.pop()
                    at += 0 if yes else 2 * x
                elif yes == (op == 51):
                    at += 2 * x
                else:
                    stack.pop()
            elif op == 5 or 16 <= op < 40:
                need(len(stack) >= 2)
                right, left = stack.pop(), stack.pop()
                if op == 5:
                    stack.append(self.item(left, right))
                elif OBJ in (left[0], right[0]) and op < 38:
                    stack.append(self.result(frame))
                else:
                    stack.append(self.binary(op, left, right))
            else:
                need(stack)
                stack.append(self.single(frame, op, x, stack.pop()))
        need(len(stack) == 1 and at == len(code))
        return stack[0]

    def push(self, frame: Any, op: int, x: int) -> Val:
        chunk = self.chunk
        module = chunk.file.modules[chunk.file.functions[chunk.file.sites[frame.last_site][0]][0]]
        if op == 1:
            need(x < len(frame.slots))
            value: Val = frame.slots[x]
            if value[0] != CELL:
                need(value[0] != UNBOUND)
                return value
            items = self.body(value[1]).items
            need(items)
            return known(items[0])
        if op == 2:
            slots = chunk.namespaces.get(module["module"], [])
            need(x < len(slots))
            return known(slots[x])
        if op == 3:
            if x >> 31:
                return STR, x & 0x7FFFFFFF
            if x >= 1 << 30:
                need(x - (1 << 30) < 3)
                return NONE + x - (1 << 30), 0
            constant = module["constants"][x]
            return double(constant) if isinstance(constant, float) else integer(constant)
        if op == 9:
            return integer(frame.loops[x % 4])
        if op == 11:
            need(frame.results)
            return known(frame.results[-1])
        return self.result(frame)

    def body(self, oid: int) -> Any:
        found = self.chunk.objects.get(oid)
        need(found is not None and oid not in self.chunk.dead)
        return found

    def truth(self, value: Val) -> bool:
        if value[0] in NUMBERS:
            return number(value) != 0
        if value[0] == NONE:
            return False
        need(value[0] == OBJ)
        body = self.body(value[1])
        need(body.shape in (1, 2, 3))
        return bool(body.size)

    def item(self, whole: Val, key: Val) -> Val:
        if whole[0] == POOL:
            kind, *rest = self.chunk.columns.pool[whole[1]]
            need(kind == "tuple")
            return self.place(rest[1], rest[0], key)
        need(whole[0] == OBJ)
        body = self.body(whole[1])
        need(not body.unordered)
        if body.mapping:
            return known(body.lookup(key))
        return self.place(body.items, body.size, key)

    def place(self, items: list[Val], size: int, key: Val) -> Val:
        need(key[0] == INT)
        place = int(number(key))
        if place < 0 and len(items) == size:
            place += size
        need(0 <= place < len(items))
        return known(items[place])

    def single(self, frame: Any, op: int, x: int, value: Val) -> Val:
        if op == 4:
            need(value[0] == OBJ)
            found = [pair[1] for pair in self.body(value[1]).attrs if pair[0] == x]
            need(found)
            return known(found[0])
        if op == 8:
            need(value[0] != OBJ or not self.body(value[1]).mapping)
            return self.item(value, (INT, frame.loops[x % 4]))
        if op == 6:
            if value[0] == POOL:
                need(self.chunk.columns.pool[value[1]][0] == "tuple")
                return integer(self.chunk.columns.pool[value[1]][1])
            need(value[0] == OBJ)
            body = self.body(value[1])
            need(1 <= body.shape <= 5)
            return integer(body.size)
        if op in (43, 52):
            return truth_value(self.truth(value) == (op == 52))
        plain = number(value)
        if isinstance(plain, float):
            if op == 45:
                need(plain >= 0)
                return double(math.sqrt(plain))
            if op == 47:
                need(abs(plain) < 2.0**62)
                return integer(int(plain))
            need(op in (40, 41, 44, 46))
            need(plain == plain or op in (41, 46))
            if op == 40:
                return FLOAT, value[1] ^ 1 << 63
            return (FLOAT, value[1] & ~(1 << 63)) if op == 44 else value
        need(op in (40, 41, 42, 44, 45, 46, 47))
        if op == 45:
            need(plain >= 0)
            return double(math.sqrt(plain))
        if op == 46:
            return double(float(plain))
        return integer({40: -plain, 42: ~plain, 44: abs(plain)}.get(op, plain))

    def binary(self, op: int, left: Val, right: Val) -> Val:
        if op in (38, 39):
            alike = left == right
            easy = min(left[0], right[0]) <= NOTIMPL or (left[0], right[0]) == (OBJ, OBJ)
            need(alike or easy)
            return truth_value(alike == (op == 38))
        if op >= 28:
            return self.compare(op, left, right)
        u, v = number(left), number(right)
        if isinstance(u, float) or isinstance(v, float):
            return double(real(op, float(u), float(v)))
        if left[0] != INT and right[0] != INT and op in (22, 23, 24):
            return truth_value(INTEGER[op](u, v))
        if op == 19:
            need(v and max(abs(u), abs(v)) <= 1 << 53)
            return double(u / v)
        if op == 25:
            need(0 <= v < 63)
            return integer(u << v)
        if op == 26:
            need(v >= 0)
            return integer(u >> min(v, 63))
        need(op in INTEGER)
        need(op not in (20, 21) or (v and not (v == -1 and u == -(1 << 63))))
        if op == 27:
            need(0 <= v <= 64)
            for step in range(v):
                integer(u ** (step + 1))
        return integer(INTEGER[op](u, v))

    def compare(self, op: int, left: Val, right: Val) -> Val:
        if left[0] in NUMBERS and right[0] in NUMBERS:
            u, v = number(left), number(right)
            if FLOAT in (left[0], right[0]):
                need(u == u and v == v)
                need(all(isinstance(n, float) or abs(n) <= 1 << 53 for n in (u, v)))
            if op == 28:
                return right if v < u else left
            if op == 29:
                return right if v > u else left
            return truth_value(ORDER[op](u, v))
        need(op in (36, 37))
        need(FLOAT not in (left[0], right[0]))
        need(left == right or not {OBJ, POOL} & {left[0], right[0]})
        return truth_value((left == right) == (op == 36))


def real(op: int, u: float, v: float) -> float:
    """Arithmetic of two doubles."""
    if op in (16, 17, 18):
        try:
            return float(INTEGER[op](u, v))  # type: ignore[arg-type]
        except OverflowError:
            raise Nothing from None
    if op == 27:
        need(abs(v) <= 16 and v + v == math.floor(v + v))
        halves = int(abs(v + v))
        need(not halves & 1 or u >= 0)
        need(v >= 0 or u != 0)
        made = 1.0
        for _ in range(halves // 2):
            made = made * u
        if halves & 1:
            made = made * math.sqrt(u)
        if v >= 0:
            return made
        return 1.0 / made if made else math.copysign(math.inf, made)
    need(v != 0)
    need(op in (19, 20, 21))
    if math.isinf(u) and op != 19:
        return math.nan
    return u / v if op == 19 else u // v if op == 20 else u % v


__all__ = ["Kitchen"]
