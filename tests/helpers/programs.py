"""The construct programs of tests/programs that this interpreter can run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "programs"


def runs_here(path: Path) -> bool:
    """Whether a program named `..._py3NN` is for this interpreter or an older one."""
    needed = re.search(r"_py3(\d+)$", path.stem)
    return needed is None or sys.version_info >= (3, int(needed[1]))


PROGRAMS = sorted(path for path in FOLDER.glob("*.py") if runs_here(path))
