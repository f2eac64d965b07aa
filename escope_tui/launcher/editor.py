"""The person's editor: its command for a file and a line."""

from __future__ import annotations

import os
import shlex
import shutil

from escope_tui.errors import NotFoundError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = {
    "vi": "+{line}", "vim": "+{line}", "nvim": "+{line}", "nano": "+{line}", "pico": "+{line}",
    "emacs": "+{line}", "emacsclient": "+{line}", "micro": "+{line}", "kak": "+{line}",
    "joe": "+{line}", "mg": "+{line}", "ne": "+{line}", "gedit": "+{line}",
}  # fmt: skip
"""How editors take a line; the file follows."""
_COLON = frozenset({"hx", "helix", "subl", "zed"})
_GOTO = frozenset({"code", "codium", "cursor", "code-insiders"})


def editor_command(
    file: str, line: int, chosen: str = "", environ: Mapping[str, str] | None = None
) -> list[str]:
    """The words that open a file at a line; `chosen` may have {file} and {line} in it, else
    ``$VISUAL``, ``$EDITOR`` or one that is there.
    """
    env = os.environ if environ is None else environ
    text = chosen or env.get("VISUAL") or env.get("EDITOR") or _found()
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"the editor's command {text!r} cannot be read: {error}") from error
    if not words:
        raise NotFoundError("there is no editor", hint="set $EDITOR, or editor in escope config")
    if any("{file}" in word for word in words):
        return [w.replace("{file}", file).replace("{line}", str(line)) for w in words]
    name = os.path.basename(words[0])
    if name in _GOTO:
        return [*words, "--wait", "--goto", f"{file}:{line}"]
    if name in _COLON:
        return [*words, f"{file}:{line}"]
    if name in _LINE:
        return [*words, _LINE[name].format(line=line), file]
    return [*words, file]


def _found() -> str:
    names = ("sensible-editor", "nano", "vim", "vi")
    return next((name for name in names if shutil.which(name)), "")
