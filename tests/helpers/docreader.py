"""Reads a recording by docs/format.md alone: container, columns, control stream. Slow and plain."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import zstandard

M64 = (1 << 64) - 1
M32 = (1 << 32) - 1
UNBOUND, NONE, FALSE, TRUE, ELLIPSIS, NOTIMPL, INT, FLOAT, STR, OBJ, POOL, DEPTH, CELL, UNKNOWN = (
    range(14)
)
Val = tuple[int, int]
"""Tag and 64 bits."""
NOTHING: Val = (UNBOUND, 0)
Recipe = Callable[[], Val | None]


class Bytes:
    """Bytes that are read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, n: int) -> bytes:
        assert self.at + n <= len(self.data)
        self.at += n
        return self.data[self.at - n : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value & M64

    def zigzag(self) -> int:
        n = self.varint()
        return (n >> 1) ^ -(n & 1)

    def numbers(self) -> list[int]:
        """A list of rising numbers."""
        found, last = [], 0
        for _ in range(self.varint()):
            last += self.varint()
            found.append(last)
        return found

    @property
    def more(self) -> bool:
        return self.at < len(self.data)


class File:
    """The blocks of a finished file."""

    def __init__(self, data: bytes) -> None:
        assert data[:8] == b"\x89ESR\r\n\x1a\n"
        assert zlib.crc32(data[:16]) == struct.unpack("<I", data[16:20])[0]
        self.data = data
        self.modules: list[dict[str, Any]] = []
        self.types: dict[int, tuple[str, str]] = {}
        self.chunks: list[list[bytes]] = []
        self.summaries: list[bytes] = []
        self.functions: list[tuple[int, int, list[Any]]] = []
        self.sites: list[tuple[int, list[Any]]] = []
        self.recipes: list[list[Any]] = []
        at = 20
        while True:
            kind, payload, at = self.block(at)
            if kind == 15:
                self.footer = json.loads(payload)
                break
            if kind == 2:
                self.add_module(json.loads(payload))
            elif kind == 3:
                self.add_tables(json.loads(payload))
            elif kind == 4:
                self.chunks.append(sections(payload))
            elif kind == 5:
                self.summaries.append(payload)

    def block(self, at: int) -> tuple[int, bytes, int]:
        """Kind and plain payload of a block, and where it ends."""
        magic, kind, codec, zero, length, crc, own = struct.unpack(
            "<4sBBHQII", self.data[at : at + 24]
        )
        assert magic == b"\xebBLK"
        assert zero == 0
        assert own == zlib.crc32(self.data[at : at + 20])
        payload = self.data[at + 24 : at + 24 + length]
        assert zlib.crc32(payload) == crc
        plain = zstandard.ZstdDecompressor().decompress(payload) if codec else payload
        return kind, plain, at + 24 + length

    def add_module(self, table: dict[str, Any]) -> None:
        number = len(self.modules)
        assert table["module"] == number
        first = len(self.functions)
        table["first_function"], table["listed"] = first, len(table["functions"][0][5])
        self.functions += [(number, i, row) for i, row in enumerate(table["functions"])]
        self.sites += [(first + site[1], site) for site in table["sites"]]
        made: list[list[Any]] = [[] for _ in table["sites"]]
        for row in table.get("recipes", []):
            made[row[0]].append(row)
        self.recipes += made
        self.modules.append(table)

    def add_tables(self, table: dict[str, Any]) -> None:
        for number, module, name, *_ in table["types"]:
            self.types[number] = (module, name)
        for module, slot, name in table.get("names", []):
            names = self.modules[module]["functions"][0][5]
            assert slot == len(names)
            names.append(name)


def sections(payload: bytes) -> list[bytes]:
    """The plain sections of a chunk: index, main, strings, output, times."""
    (count,) = struct.unpack_from("<I", payload)
    at = 4 + 8 * count
    found = []
    for number in range(count):
        packed, plain = struct.unpack_from("<II", payload, 4 + 8 * number)
        found.append(zstandard.ZstdDecompressor().decompress(payload[at : at + packed]))
        assert len(found[-1]) == plain
        at += packed
    assert at == len(payload)
    return found


def strings(data: bytes) -> dict[int, tuple[int, int, int, bytes]]:
    """The texts of a chunk by number: flags, true length, digest, bytes."""
    src = Bytes(data)
    rows, number = [], 0
    for _ in range(src.varint()):
        number += src.varint()
        flags, length, n = src.byte(), src.varint(), src.varint()
        digest = struct.unpack("<Q", src.take(8))[0] if flags & 2 else 0
        rows.append((number, flags, length, digest, n))
    return {number: (flags, length, d, src.take(n)) for number, flags, length, d, n in rows}


class Column:
    """One column of values."""

    def __init__(self, number: int, data: bytes) -> None:
        self.number = number
        self.src = Bytes(data)
        self.last = NOTHING
        self.stride = self.difference = 0
        self.slot = -1
        self.h = 0
        self.context = ((number * 0x9E3779B1) & M32) >> 20
        self.learnt = 0
        self.scores = [0, 0, 0, 0, 0]
        self.useless = 0
        self.favourite = 0
        self.code = 0
        self.run = -1
        self.next()

    def next(self) -> None:
        """How far the next surprise is; -1 when there is none."""
        self.run = -1
        if self.src.more:
            head = self.src.byte()
            self.code, self.run = head & 31, head >> 5
            if self.run == 7:
                self.run += self.src.varint()


class Columns:
    """All columns of a chunk, and what they share."""

    def __init__(self, directory: bytes, data: bytes) -> None:
        self.directory = Bytes(directory)
        self.data = Bytes(data)
        self.by_key: dict[Any, list[Column]] = {}
        self.count = 0
        self.table: dict[int, Val] = {}
        self.pool: list[Any] = []
        self.newest = self.newest_string = 0
        self.slots: list[Val] = []
        """Of the current frame."""

    def at(self, key: Any, n: int) -> list[Column]:
        """The columns of a key, made when they are new."""
        if key not in self.by_key:
            made = []
            for _ in range(n):
                size = self.directory.varint() if self.directory.more else 0
                made.append(Column(self.count, self.data.take(size)))
                self.count += 1
            self.by_key[key] = made
        return self.by_key[key]

    def candidate(self, column: Column, which: int, newest: Val, recipe: Recipe) -> Val:
        tag, bits = column.last
        if which == 0:
            return tag, (bits + column.stride) & M64
        if which == 1:
            return self.slots[column.slot] if 0 <= column.slot < len(self.slots) else NOTHING
        if which == 4:
            return (recipe() or NOTHING) if column.useless < 32 else NOTHING
        return self.table.get(column.context, NOTHING) if which == 2 else newest

    def read(self, column: Column, newest: Val, recipe: Recipe = lambda: None) -> Val:
        """The next value of a column."""
        if column.run:
            column.run -= column.run > 0
            value = self.candidate(column, column.favourite, newest, recipe)
        else:
            value = self.surprise(column, newest, recipe)
        self.learn(column, value)
        return value

    def surprise(self, column: Column, newest: Val, recipe: Recipe) -> Val:
        slot = column.slot
        if column.code < 5:
            value = self.candidate(column, column.code, newest, recipe)
        elif column.code == 7:
            slot = column.src.varint()
            value = self.slots[slot]
        else:
            code = column.src.byte() if column.code == 31 else column.code
            if code == 26:
                made = recipe()
                assert made is not None
                assert made[0] == FLOAT
                value = FLOAT, (made[1] + column.src.zigzag()) & M64
            else:
                value = self.full(column.src, code, column.last)
        for which in range(5):
            score = column.scores[which]
            score -= score >> 2
            if self.candidate(column, which, newest, recipe) == value:
                score = (score + 32) & 255
            column.scores[which] = score
        column.favourite = column.scores.index(max(column.scores))
        made = recipe() if column.useless < 32 else None
        useful = made is not None and (made == value or made[0] == value[0] == FLOAT)
        column.useless = 0 if useful else min(column.useless + 1, 32)
        column.slot = slot
        column.learnt = 0
        column.next()
        return value

    def learn(self, column: Column, value: Val) -> None:
        tag, bits = value
        if tag == column.last[0] and tag in (INT, OBJ, STR):
            difference = (bits - column.last[1]) & M64
            if difference == column.difference:
                column.stride = difference
            column.difference = difference
        elif tag != column.last[0]:
            column.stride = column.difference = 0
        column.last = value
        if tag == STR:
            self.newest_string = max(self.newest_string, bits)
        elif tag == OBJ:
            self.newest = max(self.newest, bits)
        if column.favourite != 2 and column.learnt >= 32:
            return
        column.learnt += 1
        self.table[column.context] = value
        d = tag if tag == POOL else (bits * 8 + tag) & M64
        column.h = ((column.h << 14) ^ (((d * 0x9E3779B97F4A7C15) & M64) >> 46)) & M32
        mixed = ((column.h & 0x0FFFFFFF) * 0x85EBCA6B) ^ (column.number * 0x9E3779B1)
        column.context = (mixed & M32) >> 20

    def full(self, src: Bytes, code: int, last: Val) -> Val:
        """A value in full."""
        if 8 <= code <= 13:
            return code - 8, 0
        if code == 14:
            return UNKNOWN, 0
        if code == 16:
            return INT, (src.zigzag() + (last[1] if last[0] == INT else 0)) & M64
        if code == 17:
            return FLOAT, struct.unpack("<Q", src.take(8))[0]
        if code == 18:
            number = self.newest_string - src.zigzag()
            self.newest_string = max(self.newest_string, number)
            return STR, number
        if code in (19, 20, 24):
            number = last[1] + src.zigzag() if code == 20 else self.newest - src.zigzag()
            self.newest = max(self.newest, number)
            return (CELL if code == 24 else OBJ), number
        if code == 21:
            return POOL, len(self.pool) - src.varint()
        if code == 23:
            return DEPTH, src.varint()
        assert code == 22, code
        return POOL, self.entry(src, last)

    def entry(self, src: Bytes, last: Val) -> int:
        """A new pool entry."""
        kind = src.byte()
        extra, kind = kind >> 7, kind & 127
        length = src.varint()
        made: Any
        if kind == 10:
            made = ("complex", *struct.unpack("<QQ", src.take(16)))
        elif kind == 8:
            made = ("big", extra, length, src.take(src.varint()))
        else:
            n = src.varint() if extra else length
            before = self.pool[last[1]] if last[0] == POOL else ("", 0, [])
            alike = before[0] == "tuple" and len(before[2]) == n
            items: list[Val] = []
            for place in range(n):
                code = src.byte()
                was = before[2][place] if alike else NOTHING
                items.append(was if code == 25 else self.full(src, code & 31, was))
            made = ("tuple", length, items)
        self.pool.append(made)
        return len(self.pool) - 1


class Control:
    """The stream of symbols."""

    def __init__(self, data: bytes) -> None:
        self.src = Bytes(data)
        self.t1: dict[int, tuple[int, int]] = {}
        self.t2: dict[int, tuple[int, int]] = {}
        self.before = 0
        self.hash = 0
        self.since_site = 0
        self.run = -1
        self.code = 0
        self.next()

    def next(self) -> None:
        self.run = -1
        if self.src.more:
            head = self.src.byte()
            self.code, self.run = head & 3, head >> 2
            if self.run == 63:
                self.run += self.src.varint()

    def read(self, site: int, h: int) -> int:
        """The next symbol, in a frame whose last site and hash these are."""
        m = self.hash
        one = (((site * 0x9E3779B1) ^ (m * 0x85EBCA6B)) & M32) >> 19
        x = ((h ^ m) * 0x85EBCA6B) & M32
        a, b = self.t1.get(one, (0, 0))
        symbol, check = self.t2.get(x >> 18, (0, 0))
        second = bool(symbol) and check == x
        if self.run:
            self.run -= self.run > 0
            found = symbol if second else a
        else:
            found = (
                a if self.code == 0 else b if self.code == 1 else self.before + self.src.zigzag()
            )
            self.next()
        if not (second and found == symbol):
            if a != found:
                self.t1[one] = (found, a)
            self.t2[x >> 18] = (found, x)
        self.before = found
        self.hash = ((m ^ found) * 0xC2B2AE35) & M32
        self.since_site += 1
        return found

    def after_site(self, symbol: int) -> None:
        """Begin anew behind a site."""
        self.hash = (symbol * 0x9E3779B1) & M32
        self.since_site = 0
