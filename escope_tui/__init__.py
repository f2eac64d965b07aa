"""escope: a time-travel debugger for Python in the terminal.

    import escope_tui as escope

    with escope.open("trace.esr") as rec:
        print(rec.locals(-1)["total"].summary())

Everything here is loaded at its first use: importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` itself is not imported: this loads inside recorded programs
if TYPE_CHECKING:
    from typing import Any

    from .errors import EscopeError as EscopeError
    from .launcher.api import record as record
    from .launcher.block import recording as recording
    from .model.events import Call as Call
    from .model.events import Change as Change
    from .model.events import Event as Event
    from .model.events import ExceptionEvent as ExceptionEvent
    from .model.events import Frame as Frame
    from .model.events import Gap as Gap
    from .model.events import Hit as Hit
    from .model.events import OutputChunk as OutputChunk
    from .model.events import Step as Step
    from .model.events import Write as Write
    from .model.values import Instance as Instance
    from .model.values import Truncated as Truncated
    from .model.values import Value as Value
    from .query.recording import Recording as Recording
    from .query.recording import open_recording as open  # noqa: A004

__all__ = [
    "Call",
    "Change",
    "EscopeError",
    "Event",
    "ExceptionEvent",
    "Frame",
    "Gap",
    "Hit",
    "Instance",
    "OutputChunk",
    "Recording",
    "Step",
    "Truncated",
    "Value",
    "Write",
    "open",
    "record",
    "recording",
]
__version__ = "0.1.0"

_HOMES = {
    "open": ("query.recording", "open_recording"),
    "record": ("launcher.api", "record"),
    "recording": ("launcher.block", "recording"),
    "Recording": ("query.recording", "Recording"),
    "EscopeError": ("errors", "EscopeError"),
    "Value": ("model.values", "Value"),
    "Instance": ("model.values", "Instance"),
    "Truncated": ("model.values", "Truncated"),
    **{
        name: ("model.events", name)
        for name in (
            "Call",
            "Change",
            "Event",
            "ExceptionEvent",
            "Frame",
            "Gap",
            "Hit",
            "OutputChunk",
            "Step",
            "Write",
        )
    },
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{home[0]}"), home[1])
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
