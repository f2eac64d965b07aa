"""The programs that are measured: pyperformance's, from its wheel, and escope's own few."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

PYPERFORMANCE = "pyperformance==1.14.0"
FOLDER = Path(__file__).resolve().parent
CACHE = FOLDER.parent / ".cache" / "benchmarks"

CLOCK = '''\
"""Stands in for pyperf: its programs want a clock only."""

from time import perf_counter
'''

FRAME = """\
import os
import resource
import time

SIZE = int(os.environ["BENCH_SIZE"])
began = time.perf_counter(), time.process_time()
{work}
wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
with open(os.environ["BENCH_OUT"], "w") as file:
    file.write(f"{{wall}} {{cpu}} {{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}}")
"""
"""Tells the seconds of wall and CPU time inside the process, and its peak memory in KiB."""


@dataclass(frozen=True)
class Program:
    """A program to measure: what it does, SIZE times, at its full size and for slow tools.

    A small size of 0: even its least work is too much for a tool that slows it a thousand times.
    """

    name: str
    work: str
    full: int
    small: int
    packaged: bool = True
    """Comes from pyperformance."""


PROGRAMS = [
    Program("richards", "bm.Richards().run(SIZE)", 16, 0),
    Program(
        "deltablue", "for _ in range(SIZE):\n    bm.delta_blue(100 if SIZE > 1 else 10)", 150, 1
    ),
    Program("nbody", "bm.bench_nbody(1, 'sun', SIZE)", 100_000, 50),
    Program("fannkuch", "bm.fannkuch(9)\nfor _ in range(SIZE):\n    bm.fannkuch(8)", 20, 0),
    Program(
        "spectral_norm",
        "bm.DEFAULT_N = 60 if SIZE > 1 else 10\nbm.bench_spectral_norm(SIZE)",
        30,
        1,
    ),
    Program("go", "for _ in range(SIZE):\n    bm.versus_cpu()", 8, 0),
    Program("nqueens", "list(bm.n_queens(8 if SIZE > 1 else 5))\n" * 10, 2, 1),
    Program("pyflate", "bm.bench_pyflake(SIZE, DATA)", 2, 0),
    Program(
        "chaos",
        """\
from types import SimpleNamespace
given = dict(thickness=0.25, width=256, height=256, iterations=SIZE, filename=None, rng_seed=1234)
runner = SimpleNamespace(metadata={}, bench_func=lambda name, work, *args: work(*args))
bm.main(runner, SimpleNamespace(**given))""",
        60_000,
        200,
    ),
    Program("float", "for _ in range(SIZE):\n    bm.benchmark(5000 if SIZE > 1 else 500)", 180, 1),
    Program("raytrace", "bm.bench_raytrace(1, SIZE, SIZE, None)", 130, 3),
    Program("hexiom", "bm.main(SIZE, 25)", 80, 0),
]
"""The twelve that issue targets are stated for; each runs about a second when recorded."""

OWN = [
    Program("calls", "bm.work(SIZE)", 33, 15, packaged=False),
    Program("loop", "bm.work(SIZE)", 20_000_000, 20_000, packaged=False),
    Program("containers", "bm.work(SIZE)", 4_000_000, 5_000, packaged=False),
    Program("library", "bm.work(SIZE)", 40_000, 100, packaged=False),
]


def fetched() -> Path:
    """Return the folder of pyperformance's programs, fetched when it is not there yet."""
    target = CACHE / "pyperformance"
    programs = target / "pyperformance" / "data-files" / "benchmarks"
    if not programs.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(target)]
        subprocess.run([*command, PYPERFORMANCE], check=True)
        (wheel,) = target.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)
    return programs


def write(program: Program, folder: Path) -> Path:
    """Put a program and its driver into a folder; return the driver."""
    folder.mkdir(parents=True, exist_ok=True)
    module = f"bm_{program.name}"
    setting = ""
    if program.packaged:
        source = fetched() / module / "run_benchmark.py"
        data = source.parent / "data" / "interpreter.tar.bz2"
        setting = f"DATA = {str(data)!r}\n"
        (folder / "pyperf.py").write_text(CLOCK)
    else:
        source = FOLDER / "own" / f"{program.name}.py"
    (folder / f"{module}.py").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    driver = folder / "main.py"
    work = f"{setting}import {module} as bm\n{program.work}"
    driver.write_text(FRAME.format(work=work), encoding="utf-8")
    return driver
