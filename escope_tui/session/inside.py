"""What changed inside an object between two moments: the first difference, in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, takewhile
from typing import Any

from ..model.values import SEQUENCE_KINDS, SET_KINDS, Value
from .variables import COMPARE_DEPTH, SAME, difference

LOOK_AT = 300
"""Entries of one container that are looked at."""
NEW_WIDTH, OLD_WIDTH, KEY_WIDTH = 30, 24, 20


def change_inside(new: Value, old: Value, depth: int = COMPARE_DEPTH) -> str:
    """Such as `[5] + 7`, `.balance 87 ← 100` or `['a'] gone`; empty where none is found. What
    changed in a private attribute is told where nothing else did.
    """
    return _change(new, old, depth)[0]


def _change(new: Value, old: Value, depth: int) -> tuple[str, bool]:
    """What changed, and whether that is in a private attribute."""
    if new.kind in SET_KINDS:
        return _of_sets(new, old), False
    now, before = _entries(new), _entries(old)
    alike = sum(1 for _ in takewhile(_alike, zip(now, before, strict=False)))
    past = dict(_labelled(before[alike:]))
    private = ""
    for label, value in _labelled(now[alike:]):
        was = past.pop(label, None)
        inner = label.startswith("._")
        if was is None:
            text = f"{label} + {value.summary(NEW_WIDTH)}"
        elif difference(value, was) == SAME:
            continue
        elif value.object_id is not None and value.object_id == was.object_id:
            deeper, deep = _change(value, was, depth - 1) if depth else ("", False)
            inner = inner or deep
            text = f"{label}{deeper if deeper[:1] in ('.', '[') else ' ' + deeper}".rstrip()
        else:
            text = f"{label} {value.summary(NEW_WIDTH)} ← {was.summary(OLD_WIDTH)}"
        if not inner:
            return text, False
        private = private or text
    return (private, True) if private else (_at_the_end(new, old, past), False)


def _at_the_end(new: Value, old: Value, past: Mapping[str, Value]) -> str:
    """What was put behind all entries, or is gone."""
    if new.kind in SEQUENCE_KINDS and new.entry_count > old.entry_count:
        for _, key, value in new.entries(old.entry_count, old.entry_count + 1):
            return f"[{key}] + {value.summary(NEW_WIDTH)}"
    if len(past) > 1 and not new.entry_count:
        return f"emptied of {old.entry_count:,}"
    return next((f"{label} gone" for label in past), "")


Entry = tuple[str, Any, Value]


def _entries(value: Value) -> list[Entry]:
    return list(islice(value.entries(0, LOOK_AT), LOOK_AT))


def _alike(both: tuple[Entry, Entry]) -> bool:
    """Whether entries at one place have one key and are the same; what they are called does not
    matter then.
    """
    (role, key, value), (old_role, old_key, was) = both
    if isinstance(key, Value) and isinstance(old_key, Value):
        is_one = key.is_scalar and difference(key, old_key) == SAME
    else:
        is_one = role == old_role and key == old_key
    return is_one and difference(value, was) == SAME


def _labelled(entries: Iterable[Entry]) -> Iterator[tuple[str, Value]]:
    for role, key, each in entries:
        if role == "attr":
            label = f".{key}"
        elif isinstance(key, Value):
            label = f"[{key.summary(KEY_WIDTH)}]"
        else:
            label = f"[{key}]"
        yield label, each


def _of_sets(new: Value, old: Value) -> str:
    now = {each.summary(NEW_WIDTH): None for _, _, each in islice(new.entries(0, LOOK_AT), LOOK_AT)}
    was = {each.summary(NEW_WIDTH): None for _, _, each in islice(old.entries(0, LOOK_AT), LOOK_AT)}
    added = next((f"+ {text}" for text in now if text not in was), "")
    return added or next((f"{text} gone" for text in was if text not in now), "")
