"""Records a program in chunks of a size that a test chooses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LAUNCH = """
import functools, json, sys
from escope_tui.format import writer
from escope_tui.launcher.api import record
packing = json.loads(sys.argv[3])
writer.RecordingWriter = functools.partial(writer.RecordingWriter, **packing)
record([sys.argv[1]], output=sys.argv[2])
"""


def rerecorded(script: Path, folder: Path, **packing: int) -> Path:
    """The recording of a script, packed as told: `chunk_steps=20` makes many chunks."""
    import json

    trace = folder / f"{script.stem}-packed.esr"
    trace.unlink(missing_ok=True)
    command = [sys.executable, "-c", LAUNCH, str(script), str(trace), json.dumps(packing)]
    subprocess.run(command, check=True, timeout=120, stdin=subprocess.DEVNULL, capture_output=True)
    return trace


def chunked(source: str, folder: Path, name: str = "program", steps: int = 20) -> str:
    """The path of a recording of a program's source, in chunks of so many steps."""
    script = folder / f"{name}.py"
    script.write_text(source)
    return str(rerecorded(script, folder, chunk_steps=steps))
