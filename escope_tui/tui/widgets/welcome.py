"""Three lines that teach the keys, to a person who has never seen the app."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .lines import LineView, Part

LINES: tuple[tuple[tuple[tuple[str, ...], str], ...], ...] = (
    (
        (("into", "over", "out", "continue"), "forward: into, over, to the return, on"),
        (("into_back", "over_back", "out_back", "continue_back"), "the same, back in time"),
    ),
    (
        (("pane_variables",), "variables, there"),
        (("change_previous",), "who set this one?"),
        (("exception_previous",), "exception before"),
        (("line_previous",), "this line, the time before"),
    ),
    (
        (("help",), "every key"),
        (("goto",), "go anywhere"),
        (("command_palette",), "all by name"),
        (("quit",), "quit"),
    ),
)
"""The most needed first on each line: what does not fit is left out whole."""


class Welcome(LineView, can_focus=False):
    """Shown once per person; Esc closes it."""

    def row_count(self) -> int:
        return len(LINES)

    def on_mount(self) -> None:
        self.cursor = -1
        self.rows_changed()

    def rows_changed(self) -> None:
        super().rows_changed()
        self.cursor = -1

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        key_of: Callable[[str], str] = getattr(self.app, "key_of", lambda name: "")
        parts: list[Part] = [("▍", "here")]
        used = 1
        more = ((("", "Esc"), "closes this"),) if row == len(LINES) - 1 else ()
        for names, word in (*LINES[row], *more):
            keys = " ".join(filter(None, (key_of(n) if n != "Esc" else n for n in names)))
            if used + len(keys) + len(word) + 4 > width:
                break
            parts += [(f" {keys}", "key"), (f" {word}  ", "word")]
            used += len(keys) + len(word) + 4
        return parts
