"""What goes out of the app and comes in: the clipboard, the editor, pictures of the screen."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from ..errors import EscopeError
from ..launcher.editor import editor_command
from ..launcher.places import data_folder
from ..model.text import one_line, safe_text
from .chassis import Chassis
from .panes.variables import NO_VALUE

if TYPE_CHECKING:
    from ..session.projection import View

OSC52_LIMIT = 74_000
"""Bytes: terminals drop longer ones."""
_SILENT = ("linux", "vt100", "vt220", "screen")
"""Values of $TERM whose terminals have no clipboard that can be written."""
MAX_SOURCE = 20_000_000
PLACE = re.compile(r"\s*(\S*?\.esr)?@(\d[\d,_]*)\s*\Z")
"""`trace.esr@1234`, as it is pasted."""


class Exchange(Chassis):
    """One method for each action that reaches outside."""

    # -- the clipboard

    def action_copy_value(self) -> None:
        row = self.variables.selected
        if row is None or row.value is None:
            self.tell(NO_VALUE, "warning")
        else:
            self.copy(row.value.summary(self.config.get("bounds.copy") + 1), "the value")

    def action_copy_name(self) -> None:
        row = self.variables.selected
        if row is None or row.value is None:
            self.tell(NO_VALUE, "warning")
        elif not row.key:
            y = self.key_of("copy_value")
            self.tell(f"no expression leads to this row; {y} copies its value", "warning")
        else:
            self.copy(row.key, "the expression")

    def action_copy_place(self) -> None:
        name = self.session.engine.name
        self.on_arrival(lambda step: self.copy(f"{name}@{step}", f"@{step:,}"))

    def copy(self, text: str, what: str) -> None:
        """By the terminal (OSC 52); into a file where the terminal would not take it."""
        limit = self.config.get("bounds.copy")
        cut = f", cut after {limit:,}" if len(text) > limit else ""
        text = text[:limit]
        count = f"{len(text):,} character{'s' if len(text) != 1 else ''}{cut}"
        why = self._no_clipboard(text)
        if not why:
            self.copy_to_clipboard(text)
            self.tell(f"copied {what}: {count}, by the terminal (OSC 52)")
            return
        path = os.path.join(data_folder(), "copied.txt")
        try:
            os.makedirs(data_folder(), exist_ok=True)
            with open(_private(path), "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError as error:
            self.tell(f"not copied: {why}; can't write {path}: {error.strerror}", "warning")
            return
        self.tell(f"{why}: {what} is in {safe_text(path)} ({count})", "warning")

    def _no_clipboard(self, text: str) -> str:
        term = os.environ.get("TERM", "")
        if os.environ.get("TERM_PROGRAM") == "Apple_Terminal":
            return "Terminal.app has no OSC 52"
        if term.startswith(_SILENT) and not os.environ.get("TMUX"):
            return f"a terminal of type {one_line(term, 20)} has no clipboard"
        if len(text.encode("utf-8", "replace")) > OSC52_LIMIT:
            return "too long for the terminal's clipboard"
        return ""

    def on_paste(self, event: events.Paste) -> None:
        """A place that is pasted is gone to."""
        found = PLACE.match(event.text[:1000])
        if found is None:
            self.tell("what was pasted is no place such as trace.esr@1234", "warning")
            return
        name = os.path.basename(found[1] or "")
        step = int(found[2].replace(",", "").replace("_", "")[:18])
        other = name and name != self.session.engine.name
        self.seek(step, f"pasted: that was a place in {one_line(name, 60)}" if other else "")

    # -- the editor

    def action_editor(self) -> None:
        view = self.view
        if view is None:
            return
        try:
            path, word = self._file_of(view)
            command = editor_command(path, self.source.cursor_line, self.config.get("editor"))
            with self.suspend():
                subprocess.run(command, check=False)
        except EscopeError as error:
            self.tell(f"{error.message}; {error.hint}" if error.hint else error.message, "warning")
        except OSError as error:
            self.tell(f"can't run the editor: {error.strerror or error}", "warning")
        else:
            self.refresh(layout=True)
            self.tell(word)

    def _file_of(self, view: View) -> tuple[str, str]:
        """The file itself if it still is what ran, else a copy of what ran, that cannot be written
        to; and a word on which of them it is.
        """
        recorded = self.session.engine.source(view.frame.file)
        name = one_line(os.path.basename(view.frame.file), 80) or "source.py"
        if recorded is None:
            raise EscopeError(f"the text of {name} is not in this recording")
        if _text_of(view.frame.file) == recorded:
            return view.frame.file, f"{name} as it is on this machine"
        folder = tempfile.mkdtemp(prefix="escope-")
        kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
        path = os.path.join(folder, kept.lstrip(".-") or "source.py")
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(recorded)
        os.chmod(path, 0o444)
        return path, f"{name} has changed or is not here: that was a copy of what ran"

    # -- pictures

    def hints_export(self) -> Sequence[tuple[str, str]]:
        return [("s", "SVG picture"), ("t", "text")]

    def action_export(self, key: str) -> None:
        """The screen as a file in the working directory."""
        if key not in ("s", "t"):
            self.tell("E is followed by s (SVG) or t (text)", "warning")
            return
        ending = "svg" if key == "s" else "txt"
        text = self.export_screenshot() if key == "s" else "\n".join(self._rows()) + "\n"
        stem = "".join(c if c.isalnum() or c in "._-" else "_" for c in self.session.engine.name)
        name = f"{stem.removesuffix('.esr').lstrip('.-')}-{self.session.here.step}"
        try:
            path = _free(name, ending)
            with open(path, "x", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError as error:
            self.tell(f"can't write {name}.{ending} here: {error.strerror}", "warning")
            return
        self.tell(f"the screen is in {safe_text(path)}")

    def _rows(self) -> list[str]:
        """What the visible panes show, one below the other."""
        rows: list[str] = []
        for pane in self.panes():
            if pane.shown and pane.size.height:
                title = str(pane.border_title or pane.id or "").strip()
                rows += ["", f"── {title} ".ljust(72, "─")]
                lines = [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]
                while lines and not lines[-1]:
                    lines.pop()
                rows += lines
        return rows


def _private(path: str) -> str:
    """Recorded values are nobody else's: the file is made anew, for its owner alone."""
    if os.path.lexists(path):
        os.unlink(path)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _free(stem: str, ending: str) -> str:
    path, number = f"{stem}.{ending}", 1
    while os.path.lexists(path):
        number += 1
        path = f"{stem}-{number}.{ending}"
    return path


def _text_of(path: str) -> str | None:
    """A plain file's text; the path comes from a recording and may be anything."""
    import tokenize

    try:
        if not os.path.isfile(path) or os.path.getsize(path) > MAX_SOURCE:
            return None
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, ValueError, SyntaxError):
        return None
