"""Other ways to show one recorded value than its repr: each gives safe lines of text."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from ..model.text import clip, one_line, safe_text
from ..model.values import (
    CONTAINER_KINDS,
    MAPPING_KINDS,
    SEQUENCE_KINDS,
    CutBytes,
    CutText,
    Instance,
    Truncated,
    Value,
)

REPR = "repr"
MAX_LINES = 500
MAX_LINE = 2000
TABLE_ROWS = 200
TABLE_COLUMNS = 12
CELL = 24
POINTS = 5000
PLOT_HEIGHT = 8
BLOCKS = "▁▂▃▄▅▆▇█"
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

Lines = Callable[[Value, int], list[str]]


def formats_of(value: Value) -> list[str]:
    """The formats that say something of this value; "repr" is always the first."""
    found = [REPR]
    kind = value.kind
    if kind == "int" and not isinstance(value.data, bool):
        found.append("hex")
    if kind in ("str", "bytes", "bytearray"):
        found += ["text", "hex"]
    if kind in ("float",):
        found.append("hex")
    if kind in SEQUENCE_KINDS or kind == "array":
        if _records(value):
            found.append("table")
        if _numeric(value):
            found.append("plot")
    if kind in CONTAINER_KINDS or kind in ("instance", "namedtuple"):
        found.append("json")
    return found


def lines_of(value: Value, name: str, width: int) -> list[str]:
    """A value in one of its formats, as lines of about `width` cells."""
    return _FORMATS[name](value, max(width, 8)) if name in _FORMATS else []


def sparkline(numbers: Sequence[float], width: int) -> str:
    """Numbers as one row of blocks, the newest at the right."""
    if not numbers or width <= 0:
        return ""
    shown = _resampled(list(numbers), width)
    low, high = min(shown), max(shown)
    span = (high - low) or 1.0
    return "".join(BLOCKS[min(7, int((each - low) / span * 7.999))] for each in shown)


def plot(numbers: Sequence[float], width: int, height: int = PLOT_HEIGHT) -> list[str]:
    """Numbers as a curve of Braille dots, with the extremes at the left."""
    if not numbers:
        return ["no numbers"]
    low, high = min(numbers), max(numbers)
    labels = [_number(high), *[""] * (height - 2), _number(low)] if height > 1 else [_number(high)]
    margin = max(map(len, labels))
    columns = max(4, min(width - margin - 2, max(8, len(numbers))))
    shown = _resampled(list(numbers), columns * 2)
    span = (high - low) or 1.0
    cells = [[0] * columns for _ in range(height)]
    dots = height * 4
    past = -1
    for at, number in enumerate(shown):
        y = dots - 1 - min(dots - 1, int((number - low) / span * (dots - 0.001)))
        # A line down or up from the dot before, so that the eye has a curve to follow.
        way = 1 if y < past else -1
        for each in range(y, past if past >= 0 and y != past else y + way, way):
            cells[each // 4][at // 2] |= _BRAILLE[each % 4][at % 2]
        past = y
    rows = ["".join(chr(0x2800 + dot) for dot in row) for row in cells]
    return [f"{label:>{margin}} ┤{row}" for label, row in zip(labels, rows, strict=True)]


def numbers_in(value: Value) -> list[float]:
    """The finite numbers of a sequence, as far as they are recorded."""
    found: list[float] = []
    for role, _, member in islice(value.entries(), POINTS):
        number = as_number(member)
        if role == "item" and number is not None:
            found.append(number)
    return found


def as_number(value: Value) -> float | None:
    """A finite number, or None."""
    data = value.data
    if not isinstance(data, int | float) or isinstance(data, bool):
        return None
    try:
        number = float(data)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


# -- the formats


def _hex(value: Value, width: int) -> list[str]:
    data = value.raw_text if value.kind == "bytearray" else value.data
    if isinstance(data, bool) or data is None:
        return []
    if isinstance(data, int):
        if data.bit_length() > 8 * MAX_LINE:
            return [f"a number of {data.bit_length():,} bits"]
        return [f"{data:#x}", f"{data:#b}" if data.bit_length() <= width - 4 else f"{data:#o}"]
    if isinstance(data, float):
        return [data.hex()]
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else bytes(data)
    per = 16 if width >= 74 else 8
    lines = []
    for at in range(0, min(len(raw), per * MAX_LINES), per):
        part = raw[at : at + per]
        shown = "".join(chr(b) if 32 <= b < 127 else "·" for b in part)
        lines.append(f"{at:08x}  {part.hex(' '):<{per * 3}} {shown}")
    return _cut(lines, (value.size or len(raw)) - min(len(raw), per * MAX_LINES), "bytes")


def _text(value: Value, width: int) -> list[str]:
    data = value.raw_text if value.kind == "bytearray" else value.data
    if isinstance(data, bytes | bytearray):
        data = bytes(data).decode("utf-8", "backslashreplace")
    if not isinstance(data, str):
        return []
    lines: list[str] = []
    for line in data.split("\n"):
        safe = clip(safe_text(line.expandtabs(4)), MAX_LINE)
        lines += [safe[at : at + width] for at in range(0, len(safe), width)] or [""]
        if len(lines) > MAX_LINES:
            return [*lines[:MAX_LINES], "…"]
    return _cut(lines, (value.size or 0) - len(data), "characters")


def _json(value: Value, width: int) -> list[str]:
    text = json.dumps(_plain(value.python(6)), indent=2, ensure_ascii=False, default=repr)
    lines = [clip(safe_text(line), MAX_LINE) for line in text.split("\n")]
    return lines if len(lines) <= MAX_LINES else [*lines[:MAX_LINES], "…"]


def _plain(data: Any) -> Any:
    """What JSON can say; a number that it has no word for, and what is cut, become text."""
    if isinstance(data, Instance):
        return {"<type>": data.type_name, **{str(k): _plain(v) for k, v in data.attrs.items()}}
    if isinstance(data, Mapping):
        return {k if isinstance(k, str) else repr(k): _plain(v) for k, v in data.items()}
    if isinstance(data, list | tuple | set | frozenset):
        return [_plain(each) for each in data]
    if isinstance(data, Truncated | CutText | CutBytes | bytes | bytearray | complex):
        return repr(data)
    if isinstance(data, float) and not math.isfinite(data):
        return repr(data)
    return data


def _table(value: Value, width: int) -> list[str]:
    rows = [member for _, _, member in islice(value.entries(), TABLE_ROWS)]
    fields: dict[str, None] = {}
    cells: list[dict[str, str]] = []
    for row in rows:
        found = {name: one_line(text, CELL) for name, text in _fields(row)}
        cells.append(found)
        fields.update(dict.fromkeys(found))
    names = list(fields)[:TABLE_COLUMNS]
    widths = [max([len(n), *(len(row.get(n, "")) for row in cells)]) for n in names]
    digits = len(str(max(0, len(rows) - 1)))
    lines = ["  ".join([" " * digits, *(f"{n:<{w}}" for n, w in zip(names, widths, strict=True))])]
    for at, cell in enumerate(cells):
        shown = [f"{cell.get(n, ''):<{w}}" for n, w in zip(names, widths, strict=True)]
        lines.append("  ".join([f"{at:>{digits}}", *shown]).rstrip())
    if len(fields) > TABLE_COLUMNS:
        lines[0] += f"  … {len(fields) - TABLE_COLUMNS} more"
    return _cut(lines, (value.size or len(rows)) - len(rows), "rows")


def _fields(row: Value) -> Iterator[tuple[str, str]]:
    for role, key, member in islice(row.entries(), 40):
        if role == "attr":
            yield one_line(str(key), CELL), member.summary(CELL)
        elif role == "pair":
            name = key.data if isinstance(key.data, str) else key.summary(CELL)
            yield one_line(name, CELL), member.summary(CELL)


def _plot(value: Value, width: int) -> list[str]:
    return plot(numbers_in(value), width)


_FORMATS: dict[str, Lines] = {
    "hex": _hex,
    "text": _text,
    "json": _json,
    "table": _table,
    "plot": _plot,
}


# -- helpers


def _records(value: Value) -> bool:
    first = [member for role, _, member in islice(value.entries(), 3) if role == "item"]
    return bool(first) and all(
        each.kind in MAPPING_KINDS or each.kind in ("instance", "namedtuple") for each in first
    )


def _numeric(value: Value) -> bool:
    first = [member for role, _, member in islice(value.entries(), 8) if role == "item"]
    return len(first) > 1 and all(as_number(each) is not None for each in first)


def _resampled(numbers: list[float], count: int) -> list[float]:
    """At most `count` numbers: of each stretch the one furthest from the one before."""
    if len(numbers) <= count:
        return numbers
    found: list[float] = []
    for at in range(count):
        part = numbers[at * len(numbers) // count : (at + 1) * len(numbers) // count]
        past = found[-1] if found else part[0]
        found.append(max(part, key=lambda each: abs(each - past)))
    return found


def _number(number: float) -> str:
    return f"{number:.6g}"


def _cut(lines: list[str], missing: int, what: str) -> list[str]:
    return [*lines, f"… {missing:,} more {what}"] if missing > 0 else lines
