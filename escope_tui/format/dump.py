"""A recording as text: one line for each record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from escope_tui._speedups.unpack import (
    UNBOUND,
    UNKNOWN,
    BigInt,
    Blob,
    Deep,
    RawTuple,
    Ref,
    Text,
    key_frame,
    records,
)
from escope_tui.format.reader import RecordingFile


def value_text(raw: Any) -> str:
    """A raw value on one line; names and values of the program come quoted."""
    if isinstance(raw, Text | Blob):
        cut = f"+{raw.length}#{raw.digest:x}" if raw.truncated else ""
        return ascii(raw.value) + cut
    if isinstance(raw, Ref):
        return f"@{raw.oid}"
    if isinstance(raw, RawTuple):
        inner = ", ".join(value_text(item) for item in raw.items)
        return f"({inner}){'' if raw.length == len(raw.items) else f'+{raw.length}'}"
    if isinstance(raw, Deep):
        return f"<depth {raw.type_id}>"
    if isinstance(raw, BigInt):
        return f"<int {'-' if raw.negative else ''}{raw.bits} bits {raw.data.hex()}>"
    if raw is UNKNOWN:
        return "<unknown>"
    if raw is UNBOUND:
        return "<unbound>"
    if isinstance(raw, list):
        return "[" + ", ".join(value_text(item) for item in raw) + "]"
    if isinstance(raw, tuple):
        return ": ".join(value_text(item) for item in raw)
    return ascii(raw)


def dump(file: RecordingFile) -> Iterator[str]:
    """The lines."""
    yield f"recording version={file.version} complete={file.complete} steps={file.steps}"
    for key in sorted(file.meta):
        yield f"meta {key}={file.meta[key]!a}"
    for number, module in enumerate(file.modules):
        yield f"module {number} path={module.get('path')!a} first_site={module['first_site']}"
        for index, function in enumerate(module["functions"]):
            yield f"function {number}.{index} {function!a}"
        for index, site in enumerate(module["sites"]):
            yield f"sitedef {module['first_site'] + index} {site!a}"
    for type_id, (name, qualname) in sorted(file.types.items()):
        bases = "".join(f" < {base!a}" for _, base in file.bases.get(type_id, ()))
        yield f"type {type_id} {name!a} {qualname!a}{bases}"
    for thread in sorted(file.threads.values(), key=lambda t: t.index):
        yield f"threaddef {thread.index} native={thread.native_id} {thread.name!a}"
    for info in file.chunks:
        yield from dump_chunk(file, info.number)


def dump_chunk(file: RecordingFile, number: int) -> Iterator[str]:
    """The lines of one chunk."""
    info = file.chunks[number]
    yield (
        f"chunk {number} first={info.first_step} steps={info.n_steps} ns={info.first_ns}.."
        f"{info.last_ns} frames={info.first_frame}..{info.next_frame} flags={info.flags}"
        f" exceptions={info.n_exceptions} outputs={info.n_outputs}"
    )
    for name, fields in key_frame(file, number):
        yield f"key {name} " + " ".join(value_text(field) for field in fields)
    for step, name, fields in records(file, number):
        yield f"{step} {name} " + " ".join(value_text(field) for field in fields)
