"""``python -m escope_tui``: the same as the ``escope`` command."""

from __future__ import annotations

import os
import sys

from escope_tui.env import IMPORT_ROOT

if __name__ == "__main__":
    here = os.getcwd()
    if not sys.flags.safe_path and sys.path[0] == here != IMPORT_ROOT:
        del sys.path[0]  # what lies in this folder are modules of the program to be recorded

    from escope_tui.cli import main

    sys.exit(main())
