"""The commands that can be typed: at the shell's prompt and at the app's `:`.

    reply = run(talk, "last total")

A reply has rows to show and perhaps a move; whoever asked shows the one and makes the other. One
module is one group of commands.
"""

from __future__ import annotations

from .grammar import COMMANDS, GROUPS, find, run, split
from .table import Command
from .talk import Reply, Row, Talk, row

__all__ = ["COMMANDS", "GROUPS", "Command", "Reply", "Row", "Talk", "find", "row", "run", "split"]
