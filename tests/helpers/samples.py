"""Records the samples of `recordings/` anew: `python tests/helpers/samples.py`, or `make samples`.

They are made in a folder of their own, by an interpreter that lies there, so that a recording names
no place of the machine that it was made on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = Path("/tmp/escope-samples")
COMMAND = """
import os, sys
os.uname = lambda: os.uname_result(("Linux", "", "", "", "x86_64"))
from escope_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def main() -> None:
    """Record each sample; say what escope says."""
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(PLACE / "venv", symlinks=True)
    environment = {
        "PATH": os.environ["PATH"],
        "ESCOPE_HOME": str(PLACE / "home"),
        "PYTHONPATH": os.pathsep.join((str(ROOT), sysconfig.get_path("purelib"))),
    }
    for sample in sorted((ROOT / "recordings").glob("*.py")):
        shutil.copy(sample, PLACE)
        trace = sample.with_suffix(".esr").name
        subprocess.run(
            [PLACE / "venv/bin/python", "-c", COMMAND, "record", "-o", trace, sample.name],
            cwd=PLACE,
            env=environment,
            check=False,
        )
        shutil.copyfile(PLACE / trace, ROOT / "recordings" / trace)
    shutil.rmtree(PLACE)


if __name__ == "__main__":
    main()
