"""The whole visible state of a recording at one step, as comparable plain text."""

from __future__ import annotations

import hashlib
from typing import Any


class Names:
    """Gives object ids small numbers in the order of their appearance."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def __call__(self, object_id: int) -> int:
        return self._numbers.setdefault(object_id, len(self._numbers) + 1)


def describe(value: Any, names: Names | None, depth: int = 4) -> str:
    """Write a value with the identities of its objects."""
    if value.object_id is None:
        if value.kind == "tuple" and depth:
            inner = ",".join(describe(v, names, depth - 1) for _, _, v in value.entries())
            return f"({inner}){value.size}"
        return f"{value.type_name} {value.data!r} {value.size} {value.truncated}"
    number = names(value.object_id) if names else value.object_id
    head = f"#{number} {value.kind} {value.type_name} {value.size} {value.truncated}"
    head += f" {value.uncertain}"
    if not depth:
        return head
    parts = []
    for role, key, inner in value.entries():
        label = describe(key, names, depth - 1) if role == "pair" else key
        parts.append(f"{role} {label}={describe(inner, names, depth - 1)}")
    if value.kind in ("set", "frozenset"):
        parts = sorted(part.partition("=")[2] for part in parts)
    return f"{head} {{{'; '.join(parts)}}}"


def moment(rec: Any, index: int, names: Names | None = None) -> str:
    """Write the step, the variables, and the stack (of a deep one, its ends)."""
    step = rec[index]
    lines = [f"{index} {step.kind} {step.file}:{step.line} {step.function} {step.depth}"]
    stack = rec.stack(index)
    lines.append(f" {len(stack)} frames")
    for frame in (*stack[:2], *stack[2:][-8:]):
        lines.append(f" {frame.function} {frame.file}:{frame.line}")
        for scope in (frame.locals, frame.globals):
            for name in sorted(scope):
                value = scope[name]
                lines.append(f"  {name} = {describe(value, names)}")
    return "\n".join(lines)


def digest(text: str) -> str:
    """Return a short digest, so that many moments can be kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
