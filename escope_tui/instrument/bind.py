"""After compilation: sites take their places, and slots are matched with cells."""

from __future__ import annotations

from escope_tui.model.sites import ENTER, GENEXP, SITE_REAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

_CODE = type((lambda: None).__code__)


def bind_sites(code: CodeType, made: Sequence[Any]) -> CodeType:
    """`code` with each placeholder constant replaced by its site, all the way down."""
    constants = list(code.co_consts)
    changed = False
    for index, constant in enumerate(constants):
        if isinstance(constant, _CODE):
            constants[index] = bind_sites(constant, made)
            changed = changed or constants[index] is not constant
        elif constant.__class__ is complex and constant.real == SITE_REAL:
            constants[index] = made[int(constant.imag)]
            changed = True
    return code.replace(co_consts=tuple(constants)) if changed else code


def match_cells(code: CodeType, frames: Sequence[Any], sites: Sequence[Any]) -> None:
    """Add the cells of each code object to its frame's variables, and list their slots."""
    for constant in code.co_consts:
        if isinstance(constant, _CODE):
            match_cells(constant, frames, sites)
        elif constant.__class__ is complex and constant.real == SITE_REAL:
            site = sites[int(constant.imag)]
            if not site[0] & (ENTER | GENEXP):
                continue
            frame = frames[site[1]]
            if frame.kind == "module":
                continue
            cells = set(code.co_cellvars) | set(code.co_freevars)
            if frame.kind == "class":
                cells -= {"__class__", "__classdict__", "__conditional_annotations__"}
                cells.difference_update(frame.shadowing)
            else:
                own = {frame.names[slot] for slot in frame.separate}
                for name in (*code.co_cellvars, *code.co_freevars):
                    if name not in frame.slots and name not in own and not name.startswith("."):
                        frame.slot(name)
            frame.derefs = tuple(slot for name, slot in frame.slots.items() if name in cells)
