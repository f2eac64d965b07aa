"""Compares one recorded value with what the reference saw, object by object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import limits, rawread

EXTRA_ATTRS = frozenset(
    {
        "__cause__",
        "__context__",
        "__notes__",
        "__suppress_context__",
        "__traceback__",
        "default_factory",
        "maxlen",
        "__closure__",
    }
)
"""Attributes that a recording may show beside an object's own."""

BY_NAME_ONLY = frozenset({"opaque", "module"})
"""Shapes of which the type name alone is compared."""

WHOLE = frozenset({"instance", "list", "dict", "exception", "class", "function", "deque", "cell"})
"""Shapes of which the recording shows no attributes but those that the reference reads."""


@dataclass
class Difference:
    """One place below a variable where the two sides differ."""

    path: str
    expected: str
    seen: str
    marked: bool = False
    """The recording itself says that the value may not be current."""


@dataclass
class Verdict:
    """What came out for one variable."""

    difference: Difference | None = None
    cut: bool = False
    """Something below was cut on either side, compared up to the cut."""
    early: bool = False
    """The recording cut something that lies less deep than the limit."""


@dataclass
class Identities:
    """Which label of the reference is which object id of the recording."""

    forward: dict[int, int] = field(default_factory=dict)
    back: dict[int, int] = field(default_factory=dict)

    def pair(self, label: int, oid: int) -> str | None:
        """Note a pair; return what is wrong with it."""
        if self.forward.setdefault(label, oid) != oid:
            return f"object #{label} was {self.forward[label]}, is {oid}"
        if self.back.setdefault(oid, label) != label:
            return f"id {oid} was object #{self.back[oid]}, is #{label}"
        return None


class Comparer:
    """Compares the variables of one moment."""

    def __init__(
        self,
        objects: dict[int, list[Any]],
        identities: Identities,
        ignored: frozenset[str] = frozenset(),
    ) -> None:
        self._objects = objects
        self._ignored = ignored
        self._ids = identities
        self._done: dict[int, tuple[int, Difference | None]] = {}
        self._cut = False
        self._early = False

    def variable(self, form: Any, value: Any) -> Verdict:
        """Compare one variable."""
        self._cut = self._early = False
        difference = self._value(form, value, "", 0, False)
        return Verdict(difference, self._cut, self._early)

    def _value(
        self, form: Any, value: Any, path: str, depth: int, marked: bool
    ) -> Difference | None:
        if form == ["D"] or _is_cut(value):
            self._cut = True
            self._early = self._early or (form != ["D"] and depth < limits.DEPTH)
            return None
        if isinstance(form, list) and form[0] == "o":
            return self._object(form[1], value, path, depth, marked)
        if isinstance(form, list) and form[0] == "t":
            return self._tuple(form, value, path, depth, marked)
        return self._scalar(form, value, path, marked)

    def _scalar(self, form: Any, value: Any, path: str, marked: bool) -> Difference | None:
        if value.object_id is not None:
            return Difference(path, show(form), _seen(value), marked)
        if not value.is_scalar:
            return Difference(path, show(form), _seen(value), marked)
        seen = value.data
        plain, other = rawread.scalar(seen)
        if value.truncated:
            self._cut = True
            return (
                None
                if _prefix(form, value, seen)
                else Difference(path, show(form), _seen(value), marked)
            )
        if plain and other == form and type(other) is type(form):
            return None
        return Difference(path, show(form), _seen(value), marked)

    def _tuple(
        self, form: list[Any], value: Any, path: str, depth: int, marked: bool
    ) -> Difference | None:
        if _short(value.type_name) != "tuple":
            return Difference(path, show(form), _seen(value), marked)
        if value.size != form[1]:
            return Difference(path, f"tuple of {form[1]}", _seen(value), marked)
        if depth >= limits.DEPTH:
            self._cut = True
            return None
        entries = [entry for entry in value.entries() if entry[0] == "item"]
        return self._items(form[2], form[1], value, entries, path, depth, marked)

    def _object(
        self, label: int, value: Any, path: str, depth: int, marked: bool
    ) -> Difference | None:
        known = self._done.get(label)
        if value.object_id is None:
            expected = self._objects.get(label)
            if expected is not None and expected[1] == "tuple":
                return None
            return Difference(path, self._show_object(label), _seen(value), marked)
        wrong = self._ids.pair(label, value.object_id)
        if wrong is not None:
            return Difference(path, self._show_object(label), f"{_seen(value)} ({wrong})", marked)
        if depth >= limits.DEPTH:
            self._cut = True
            return None
        if known is not None and known[0] <= depth:
            return known[1]
        self._done[label] = (depth, None)
        difference = self._content(label, value, path, depth, marked)
        self._done[label] = (depth, difference)
        return difference

    def _content(
        self, label: int, value: Any, path: str, depth: int, marked: bool
    ) -> Difference | None:
        expected = self._objects.get(label)
        if expected is None:
            self._cut = True
            return None
        name, shape, size, items, pairs, attrs, text, *members = expected
        marked = marked or bool(value.uncertain)
        if _short(value.type_name) != _short(name):
            return Difference(path, f"type {name}", _seen(value), marked)
        if shape in BY_NAME_ONLY:
            return None
        if size is not None and value.size != size:
            expected_text = f"{self._show_object(label)} (size {size})"
            return Difference(path, expected_text, f"{_seen(value)} (size {value.size})", marked)
        if text is not None:
            wrong = self._text(shape, text, value)
            if wrong is not None:
                return Difference(path, text, wrong, marked)
        entries = list(value.entries())
        if items is not None:
            found = [entry for entry in entries if entry[0] == "item"]
            compare = self._set if shape == "set" else self._items
            true = size if size is not None else len(items)
            difference = compare(items, true, value, found, path, depth + 1, marked)
            if difference is not None:
                return difference
        if pairs is not None:
            found = [entry for entry in entries if entry[0] == "pair"]
            difference = self._pairs(pairs, size, value, found, path, depth + 1, marked)
            if difference is not None:
                return difference
        if attrs is not None:
            own: dict[str, Any] = {}
            for entry in entries:
                if entry[0] == "attr":
                    own.setdefault(entry[1], entry[2])
            attrs = attrs + [pair for pair in (members[0] if members else []) if pair[0] in own]
            return self._attrs(shape, attrs, value, own, path, depth + 1, marked)
        return None

    def _text(self, shape: str, text: str, value: Any) -> str | None:
        seen = value.raw_text
        if shape == "bytearray":
            data = seen
            if not isinstance(data, bytes):
                return _seen(value)
            same = min(len(data) * 2, len(text))
            return None if bytes(data).hex()[:same] == text[:same] else bytes(data).hex()
        if shape == "class" and seen is not None and _short(seen) == _short(text):
            return None  # of a type in C the recording has the module's name as well
        if seen is None or seen == text or shape == "text":
            return None if seen is None or text in seen or seen in text else str(seen)
        return str(seen)

    def _items(
        self,
        items: list[Any],
        true: int,
        value: Any,
        found: list[Any],
        path: str,
        depth: int,
        marked: bool,
    ) -> Difference | None:
        if len(found) != true:
            self._cut = True
            if not value.truncated:
                return Difference(path, f"{true} items", f"{len(found)} items", marked)
        for position, (form, entry) in enumerate(zip(items, found, strict=False)):
            difference = self._value(form, entry[2], f"{path}[{position}]", depth, marked)
            if difference is not None:
                return difference
        return None

    def _set(
        self,
        items: list[Any],
        true: int,
        value: Any,
        found: list[Any],
        path: str,
        depth: int,
        marked: bool,
    ) -> Difference | None:
        if len(found) != true:
            self._cut = True
            if value.truncated or len(items) < true:
                return None
            return Difference(path, f"{true} items", f"{len(found)} items", marked)
        plain: list[str] = []
        for form in items:
            if isinstance(form, list) and form[0] in "ot":
                continue
            plain.append(repr(form))
        seen: list[str] = []
        for entry in found:
            if entry[2].object_id is None and _short(entry[2].type_name) != "tuple":
                seen.append(repr(rawread.scalar(entry[2].data)[1]))
        if len(items) == true and sorted(plain) != sorted(seen):
            return Difference(path, " ".join(sorted(plain)), " ".join(sorted(seen)), marked)
        return None

    def _pairs(
        self,
        pairs: list[Any],
        true: int,
        value: Any,
        found: list[Any],
        path: str,
        depth: int,
        marked: bool,
    ) -> Difference | None:
        if len(found) != true:
            self._cut = True
            if not value.truncated:
                return Difference(path, f"{true} pairs", f"{len(found)} pairs", marked)
        for (key, form), entry in zip(pairs, found, strict=False):
            difference = self._value(key, entry[1], f"{path}<key {show(key)}>", depth, marked)
            if difference is None:
                difference = self._value(form, entry[2], f"{path}[{show(key)}]", depth, marked)
            if difference is not None:
                return difference
        return None

    def _attrs(
        self,
        shape: str,
        attrs: list[Any],
        value: Any,
        own: dict[str, Any],
        path: str,
        depth: int,
        marked: bool,
    ) -> Difference | None:
        if shape == "range" and not own:
            return None
        if shape == "enum":
            own = {
                "_name_" if k == "name" else "_value_" if k == "value" else k: v
                for k, v in own.items()
            }
        wanted = dict(attrs)
        for name, form in attrs:
            if name in self._ignored:
                continue
            if name not in own:
                if shape == "exception" and name in EXTRA_ATTRS and form is None:
                    continue
                if value.truncated:
                    self._cut = True
                    continue
                return Difference(f"{path}.{name}", show(form), "<no such attribute>", marked)
            difference = self._value(form, own[name], f"{path}.{name}", depth, marked)
            if difference is not None:
                return difference
        if shape in WHOLE and len(attrs) < limits.ITEMS:
            for name, seen in own.items():
                if name not in wanted and name not in EXTRA_ATTRS:
                    return Difference(f"{path}.{name}", "<no such attribute>", _seen(seen), marked)
        return None

    def _show_object(self, label: int, depth: int = 1) -> str:
        expected = self._objects.get(label)
        if expected is None:
            return f"#{label}"
        name, _, _, items, pairs, attrs, text, *_ = expected

        def inner(form: Any) -> str:
            if depth and isinstance(form, list) and form[0] == "o":
                return self._show_object(form[1], depth - 1)
            return show(form)

        parts = [inner(item) for item in (items or [])[:8]]
        parts += [f"{inner(k)}: {inner(v)}" for k, v in (pairs or [])[:8]]
        parts += [f"{k}={inner(v)}" for k, v in (attrs or [])[:8]]
        return f"{name}({', '.join(parts)}{text or ''})"


def _prefix(form: Any, value: Any, seen: Any) -> bool:
    """Tell whether a cut text or number begins as the reference's does."""
    if isinstance(form, str):
        return bool(value.size == len(form) and form.startswith(seen))
    if isinstance(form, list) and form[0] == "s":
        same = min(len(seen), len(form[2]))
        return bool(value.size == form[1] and seen[:same] == form[2][:same])
    if isinstance(form, list) and form[0] == "b":
        data = bytes.fromhex(form[2])
        same = min(len(seen), len(data))
        return bool(value.size == form[1] and seen[:same] == data[:same])
    return isinstance(form, list) and form[0] in "iI"


def _is_cut(value: Any) -> bool:
    return value.kind in ("depth", "cut")


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _seen(value: Any) -> str:
    return f"{value.summary()} [{value.kind} {value.type_name} id={value.object_id}]"


def show(form: Any) -> str:
    """Return a short readable text of a JSON form."""
    if isinstance(form, list):
        if form[0] == "o":
            return f"#{form[1]}"
        if form[0] == "t":
            return f"({', '.join(show(item) for item in form[2][:8])})"
        if form[0] == "f":
            import struct

            return repr(struct.unpack(">d", bytes.fromhex(form[1]))[0])
        return str(form)[:80]
    return repr(form)[:80]
