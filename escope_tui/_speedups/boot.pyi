from collections.abc import Callable
from typing import Any

ABI: int

class Tee:
    write: Callable[[str], int]
    flush: Callable[[], None]
    raw: Callable[[Any], int]
    def __init__(
        self,
        sink: Callable[[int, Any], object],
        number: int,
        write: Callable[[str], int],
        flush: Callable[[], None],
        raw: Callable[[Any], int] | None,
    ) -> None: ...

def overwrite(old: tuple[object, ...], new: tuple[object, ...]) -> None: ...
