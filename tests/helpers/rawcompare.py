"""Compares a cursor with the model of the raw stream."""

from __future__ import annotations

import struct
from typing import Any

from escope_tui._speedups import unpack
from tests.helpers import rawstream as rs


def plain(raw: Any) -> Any:
    """A raw value in the model's terms; floats by their bits."""
    if isinstance(raw, unpack.Text):
        return rs.CutText(raw.value, raw.length, raw.digest) if raw.truncated else raw.value
    if isinstance(raw, unpack.Blob):
        return raw.value
    if isinstance(raw, unpack.Ref):
        return rs.Oid(raw.oid)
    if isinstance(raw, unpack.RawTuple):
        return tuple(plain(item) for item in raw.items)
    if isinstance(raw, unpack.Deep):
        return rs.Depth(raw.type_id)
    if isinstance(raw, unpack.BigInt):
        return rs.CutInt(raw.negative, raw.bits, raw.data)
    if raw is unpack.UNKNOWN:
        return rs.MISSING
    return raw


def key(value: Any) -> Any:
    """Something to compare by that tells 1, 1.0, True and -0.0 apart and holds nan equal."""
    if isinstance(value, float):
        return ("float", struct.pack("<d", value))
    if isinstance(value, complex):
        return ("complex", struct.pack("<dd", value.real, value.imag))
    if isinstance(value, tuple):
        return ("tuple", [key(item) for item in value])
    return (type(value).__name__, value)


def keys(values: Any) -> list[Any]:
    """`key` of each."""
    return [key(value) for value in values]


def check_step(cursor: Any, step: int, want: rs.State) -> None:
    """The cursor stands at the step: everything must be as in the model."""
    assert cursor.step == step
    assert cursor.current() == want.current
    for number, act in want.frames.items():
        module, function, parent, _, _, _ = cursor.frame(number)
        assert (module, function, parent) == (0, act.function, act.parent)
        have = {slot: key(plain(raw)) for slot, raw in cursor.bindings(number)}
        if act.function == 0:
            expected = want.names
        else:
            expected = dict(act.slots)
            for slot, oid in act.cells.items():
                if want.things[oid].items:
                    expected[slot] = want.things[oid].items[0]
        assert have == {slot: key(value) for slot, value in expected.items()}
    names = {slot: key(plain(raw)) for slot, raw in cursor.namespace(0)}
    assert names == {slot: key(value) for slot, value in want.names.items()}
    chain = []
    frame = want.current[1]
    while frame in want.frames:
        chain.append(frame)
        frame = want.frames[frame].parent
    assert cursor.stack(want.current[1]) == chain[::-1]
    for oid, thing in want.things.items():
        check_thing(cursor.object(oid), thing)


def check_thing(got: Any, thing: rs.Thing) -> None:
    """An object's contents."""
    assert got is not None
    assert got.dead_at == -1
    assert (got.shape, got.size, got.uncertain) == (thing.shape, thing.size, thing.uncertain)
    assert got.type_id == thing.type_id
    assert keys(plain(x) for x in got.items) == keys(thing.items)
    assert [keys((plain(k), plain(v))) for k, v in got.pairs] == [keys(p) for p in thing.pairs]
    assert [(k, key(plain(v))) for k, v in got.attrs] == [(k, key(v)) for k, v in thing.attrs]
    assert plain(got.text) == thing.text
