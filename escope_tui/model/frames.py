"""One line for data frames and series of pandas and polars, told from their recorded insides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .text import safe_text

if TYPE_CHECKING:
    from .values import Value

MOST_COLUMNS = 12
"""Columns that are named."""
MOST_BLOCKS = 256


def frame_summary(value: Value) -> str | None:
    """Like `DataFrame(3 × 2: a int64, b str)`; None for other types and where it is not known."""
    package, name = value.module.partition(".")[0], value.type_name
    if package == "pandas":
        made = _PANDAS.get(name)
        return None if made is None else made(value)
    if package == "polars" and name in ("DataFrame", "Series"):
        return _polars(value, name)
    return None


def _pandas_frame(value: Value) -> str | None:
    manager = value.attr("_mgr")
    axes = _items(manager.attr("axes") if manager is not None else None)
    blocks = _items(manager.attr("blocks") if manager is not None else None)
    if len(axes) != 2:
        return None
    (width, labels), (height, _) = _axis(axes[0]), _axis(axes[1])
    if width is None or height is None:
        return None
    dtypes: dict[int, str] = {}
    for block in blocks[:MOST_BLOCKS]:
        values, places = block.attr("values"), block.attr("_mgr_locs")
        where = places.attr("indexer") if places is not None else None
        if values is not None and where is not None:
            dtypes.update(dict.fromkeys(_places(where, width), _dtype(values)))
    shown = [
        " ".join(filter(None, (label, dtypes.get(place, ""))))
        for place, label in enumerate(labels[:MOST_COLUMNS])
    ]
    return _line("DataFrame", f"{height:,} × {width:,}", shown, width)


def _pandas_series(value: Value) -> str | None:
    manager = value.attr("_mgr")
    blocks = _items(manager.attr("blocks") if manager is not None else None)
    if len(blocks) != 1:
        return None
    values = blocks[0].attr("values")
    if values is None:
        return None
    name = value.attr("_name")
    title = f"{name.summary(24)} " if name is not None and name.kind != "None" else ""
    return f"Series({title}{_dtype(values)}, {_content(values)})"


def _pandas_index(value: Value) -> str | None:
    size, labels = _axis(value)
    return None if size is None else _line(value.type_name, f"{size:,}", labels, size)


def _not_a_time(value: Value) -> str:
    return "NaT"


def _not_available(value: Value) -> str:
    return "<NA>"


_PANDAS = {
    "DataFrame": _pandas_frame,
    "Series": _pandas_series,
    "Index": _pandas_index,
    "RangeIndex": _pandas_index,
    "DatetimeIndex": _pandas_index,
    "NaTType": _not_a_time,
    "NAType": _not_available,
}


def _polars(value: Value, name: str) -> str | None:
    inner = value.attr("_df" if name == "DataFrame" else "_s")
    text = inner.attr("as_str") if inner is not None else None
    if inner is None or text is None or not isinstance(text.data, str):
        return None
    lines = text.data.split("\n")
    if name == "Series":
        shown = ", ".join(line.strip() for line in lines[3:] if line.strip() not in ("", "]"))
        head = lines[1].partition(": ")[2] if len(lines) > 1 else ""
        size = inner.attr("len")
        long = size.summary(24) if size is not None else "?"
        return f"Series({safe_text(head)}, {long}: [{safe_text(shown)}])"
    extents = _items(inner.attr("shape"))
    columns = _items(inner.attr("columns"))
    if len(extents) != 2:
        return None
    kinds = [part.strip() for part in lines[4].strip("│").split("┆")] if len(lines) > 4 else []
    if len(kinds) != len(columns) or "…" in kinds:
        kinds = [""] * len(columns)
    shown_columns = [
        " ".join(filter(None, (_label(column), safe_text(kind))))
        for column, kind in zip(columns, kinds, strict=True)
    ]
    height, width = (extent.data for extent in extents)
    if type(height) is not int or type(width) is not int:
        return None
    return _line(name, f"{height:,} × {width:,}", shown_columns, width)


def _line(name: str, extents: str, shown: list[str], size: int) -> str:
    parts = shown[:MOST_COLUMNS]
    if size > len(parts):
        parts.append(f"… {size - len(parts):,} more")
    return f"{name}({extents}: {', '.join(parts)})" if parts else f"{name}({extents})"


def _items(value: Value | None) -> list[Value]:
    if value is None:
        return []
    return [member for role, _, member in value.entries() if role == "item"]


def _axis(axis: Value) -> tuple[int | None, list[str]]:
    """How many labels an index has, and the first ones."""
    numbers = axis.attr("_range")
    if numbers is not None:
        bounds = [numbers.attr(name) for name in ("start", "stop", "step")]
        found = [bound.data for bound in bounds if bound is not None and type(bound.data) is int]
        if len(found) != 3 or found[2] == 0:
            return None, []
        run = range(*found)
        return max(len(run), 0), [str(label) for label in run[:MOST_COLUMNS]]
    array = _array(axis.attr("_data"))
    if array is None or array.size is None:
        return None, []
    return array.size, [_label(item) for item in _items(array)[:MOST_COLUMNS]]


def _array(data: Value | None) -> Value | None:
    """The NumPy array in an index, a block or an extension array."""
    if data is not None and data.kind != "array":
        data = data.attr("_ndarray")
    return data if data is not None and data.kind == "array" else None


def _dtype(values: Value) -> str:
    if values.kind == "array":
        return safe_text(values.text or "?")
    name = values.type_name
    return "str" if "String" in name else name.removesuffix("Array").lower()


def _content(values: Value) -> str:
    array = _array(values)
    if array is None:
        return "…"
    shown = ", ".join(item.summary(16) for item in _items(array)[:MOST_COLUMNS])
    more = (array.size or 0) - len(_items(array)[:MOST_COLUMNS])
    return f"[{shown}{f', … {more:,} more' if more > 0 else ''}]"


def _places(where: Value, width: int) -> list[int]:
    """The columns of one block: a slice, or an array of numbers."""
    if where.type_name == "slice":
        bounds = [where.attr(name) for name in ("start", "stop", "step")]
        found = [bound.data if bound is not None else None for bound in bounds]
        if all(bound is None or type(bound) is int for bound in found) and found[2] != 0:
            return list(range(width)[slice(*found)][:MOST_COLUMNS])
        return []
    return [item.data for item in _items(where) if type(item.data) is int]


def _label(item: Value) -> str:
    return safe_text(item.data) if isinstance(item.data, str) else item.summary(24)
