from collections.abc import Callable
from types import CodeType, TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

ABI: int

class Tee:
    write: Callable[[str], int]
    flush: Callable[[], None]
    raw: Callable[[Any], int]
    def __init__(
        self,
        sink: Callable[[int, Any], object],
        number: int,
        write: Callable[[str], int] | None = None,
        flush: Callable[[], None] | None = None,
        raw: Callable[[Any], int] | None = None,
    ) -> None: ...
    def follow(self, stream: object, text: bool) -> bool: ...

def leave_streams() -> None: ...
def tell_ending(emit_blob: Callable[[int, bytes], object], main: CodeType) -> None: ...
def exception_json(error: BaseException, trace: TracebackType) -> str: ...
def quietly(function: Callable[..., T], *args: object) -> T | None: ...
def cut_out(error: BaseException) -> None: ...
def overwrite(old: tuple[object, ...], new: tuple[object, ...]) -> None: ...
