"""Comparing two moments of a recording."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._speedups.unpack import UNKNOWN
from ..model.differences import MomentDifference, MomentDifferences
from ..model.text import one_line
from ..model.values import MAPPING_KINDS, SET_KINDS, Value
from .writes import contents_differ, same_value

if TYPE_CHECKING:
    from ..replay.recording import Replay

WHOLE = ("function", "class", "module", "method")
"""Kinds whose contents are not compared."""
FEW = 5
"""A container with more changed members than that is told as a whole."""
MEMBERS = 20_000
"""Members that are looked at, all variables together."""

Key = tuple[object, ...]


class Scope(NamedTuple):
    """Whose variables are compared."""

    scope: str
    function: str
    frame: int


def compare_moments(rec: Replay, a: int, b: int) -> MomentDifferences:
    """What differs between two moments: the variables of the frames that live at both, the
    innermost first, then those of their modules, and what lies in them (`orders[2].paid`). What
    became something else altogether stands before what only grew; an object that several names
    reach is told once.
    """
    frames = [each.frame for each in rec.state.stack(a)]
    later = {each.frame: each for each in rec.state.stack(b)}
    found: list[tuple[tuple[int, int], MomentDifference]] = []
    modules: dict[int, int] = {}
    shared = [frame for frame in reversed(frames) if frame in later]
    comparison = _Comparison(rec, a, b)
    for rank, frame in enumerate(shared):
        function = later[frame].function
        modules.setdefault(function.module, frame)
        if function.kind == "module":
            continue
        old = rec.state.frame_locals(a, frame)
        new = rec.state.frame_locals(b, frame)
        for each in comparison.variables(Scope("local", function.qualname, frame), old, new):
            found.append(((rank, _weight(each)), each))
    for state in (*reversed(rec.state.stack(b)), *reversed(rec.state.stack(a))):
        modules.setdefault(state.function.module, state.frame)
    for module, frame in modules.items():
        before = rec.state.module_bindings(a, module)
        after = rec.state.module_bindings(b, module)
        old = {name: rec.state.value(raw, a) for name, raw in before.items()}
        new = {name: rec.state.value(raw, b) for name, raw in after.items()}
        for each in comparison.variables(Scope("global", "<module>", frame), old, new):
            found.append(((len(shared), _weight(each)), each))
    found.sort(key=lambda pair: pair[0])
    return MomentDifferences([each for _, each in found], comparison.cut)


def _weight(each: MomentDifference) -> int:
    if each.before is None or each.after is None:
        return 2
    if each.before.kind != each.after.kind:
        return 0
    return 3 if each.after.kind in WHOLE else 1


class _Comparison:
    def __init__(self, rec: Replay, a: int, b: int) -> None:
        self.rec = rec
        self.first, self.last = min(a, b), max(a, b)
        self.left = MEMBERS
        self.seen: set[int] = set()
        self.cut = False

    def variables(
        self, scope: Scope, old: Mapping[str, Value], new: Mapping[str, Value]
    ) -> Iterator[MomentDifference]:
        """The names that mean something else, then what lies in those that do not; by name."""
        same: deque[tuple[str, Value, Value]] = deque()
        for name in sorted({*new, *old}):
            before, after = old.get(name), new.get(name)
            if before is not None and after is not None and same_value(before, after):
                same.append((name, before, after))
            else:
                yield MomentDifference(name, *scope, before, after, False)
        while same:
            yield from self._inside(scope, *same.popleft(), same)

    def _inside(
        self,
        scope: Scope,
        name: str,
        before: Value,
        after: Value,
        same: deque[tuple[str, Value, Value]],
    ) -> Iterator[MomentDifference]:
        """The members that differ; those that mean the same join `same`."""
        identity = after.object_id
        if identity is None:
            if after.kind != "tuple":
                return
        elif identity in self.seen or after.kind in WHOLE:
            return
        else:
            self.seen.add(identity)
        if self.left <= 0:
            self.cut = True
            return
        old, new = members_of(before), members_of(after)
        self.left -= len(new) + 1
        partial = before.truncated or after.truncated
        self.cut = self.cut or (partial and old.keys() != new.keys())
        both = [key for key in new if key in old]
        kept = {key for key in both if same_value(old[key][1], new[key][1])}
        same.extend((name + new[key][0], old[key][1], new[key][1]) for key in both if key in kept)
        if identity is None:
            return
        beyond = self._beyond(old, new) if partial and before.size == after.size else []
        if not beyond and not contents_differ(self.rec, identity, self.first, self.last):
            return
        known = both if partial else list({**new, **old})
        changed = [key for key in known if key not in kept] + beyond
        resized = after.kind not in MAPPING_KINDS and before.size != after.size
        if resized or after.kind in SET_KINDS or not 0 < len(changed) <= FEW:
            yield MomentDifference(name, *scope, before, after, True)
            return
        for key in changed:
            (suffix, left), (_, right) = [
                side.get(key) or (other[key][0], None) for side, other in ((old, new), (new, old))
            ]
            yield MomentDifference(name + suffix, *scope, left, right, False)

    def _beyond(
        self, old: dict[Key, tuple[str, Value]], new: dict[Key, tuple[str, Value]]
    ) -> list[Key]:
        """The members that are known beyond a cut at one moment alone: they were written between
        the two. At the other one they become unknown ones.
        """
        found: list[Key] = []
        for mine, other, step in ((new, old, self.first), (old, new, self.last)):
            for key in [key for key in mine if key not in other and key[0] != "attr"]:
                if mine[key][1].kind != "unknown":
                    other[key] = mine[key][0], self.rec.state.value(UNKNOWN, step)
                    found.append(key)
        return found


def members_of(value: Value) -> dict[Key, tuple[str, Value]]:
    """How each member is spelled behind its owner's name, and what it is."""
    found: dict[Key, tuple[str, Value]] = {}
    alike: Counter[Key] = Counter()
    for role, key, member in value.entries():
        if role == "attr":
            found["attr", key] = f".{one_line(key, 60)}", member
        elif isinstance(key, Value):
            pair: Key = ("pair", *_identity(key))
            alike[pair] += 1  # what tells keys apart may be cut: then their order does
            found[*pair, alike[pair]] = f"[{key.summary(40)}]", member
        else:
            found["item", key] = f"[{key}]", member
    return found


def _identity(key: Value) -> Key:
    """What a key of a dict is known again by at another moment."""
    if key.object_id is not None:
        return key.type_name, key.object_id
    if key.kind == "tuple":
        members = (_identity(member) for *_, member in key.entries())
        return key.type_name, key.size, *members
    data = key.data if key.is_scalar else repr(key.raw_text)
    return key.type_name, key.size, data if data == data else "not a number"
