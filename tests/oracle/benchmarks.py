"""Programs of pyperformance at a small size; their files come from its wheel.

The wheel is fetched from the package index once and kept in the user's cache folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest

WHEEL = "pyperformance==1.14.0"

STUB = '''\
"""Stands in for pyperf, with a clock that is the same in each run."""

_now = 0.0


def perf_counter():
    global _now
    _now += 1.0
    return _now
'''

DRIVERS: dict[str, str] = {
    "richards": """
class Small(bm.IdleTaskRec):
    def __init__(self):
        super().__init__()
        self.count = 40
bm.IdleTaskRec = Small
print(bm.Richards().run(1))""",
    "richards_super": """
class Small(bm.IdleTaskRec):
    def __init__(self):
        super().__init__()
        self.count = 40
bm.IdleTaskRec = Small
print(bm.Richards().run(1))""",
    "deltablue": "bm.delta_blue(4)",
    "nbody": "print(bm.bench_nbody(1, 'sun', 60))",
    "fannkuch": "print(bm.fannkuch(6))",
    "spectral_norm": "bm.DEFAULT_N = 6\nprint(bm.bench_spectral_norm(1))",
    "float": "print(bm.benchmark(60))",
    "chaos": """
points = [bm.GVector(x, y, 0.0) for x, y in ((1.6, 0.3), (1.6, 0.9), (0.3, 1.0), (0.3, 1.5))]
chaos = bm.Chaosgame([bm.Spline(points, 3, [0, 0, 0, 1, 1, 1])], 0.25)
print(chaos.create_image_chaos(12, 12, 30, None, 1234), chaos.num_total)""",
    "go": "bm.GAMES = 1\nprint(bm.versus_cpu())",
    "hexiom": "print(bm.main(1, 2))",
    "nqueens": "print(len(list(bm.n_queens(5))))",
    "raytrace": "print(bm.bench_raytrace(1, 5, 4, None))",
    "pyflate": """
import bz2
import io
text = b"escope walks backward and forward " * 8
field = bm.RBitfield(io.BytesIO(bz2.compress(text)))
field.readbits(16)
print(bm.bzip2_main(field) == text)""",
    "generators": "print(sum(bm.tree(range(40))))",
    "coroutines": """
coro = bm.fibonacci(9)
try:
    while True:
        coro.send(None)
except StopIteration as end:
    print(end.value)""",
    "comprehensions": """
print(bm.bench_comprehensions(1))""",
    "logging": """
import io
import logging
stream = io.StringIO()
logger = logging.getLogger("bench")
logger.propagate = False
logger.addHandler(logging.StreamHandler(stream=stream))
logger.setLevel(logging.WARNING)
print(bm.bench_simple_output(2, logger, stream), bm.bench_silent(2, logger, stream))""",
    "unpack_sequence": "print(bm.bench_all(1))",
    "scimark": """
print(bm.bench_SOR(1, 8, 2, bm.Array2D), bm.bench_LU(1, 5), bm.bench_FFT(1, 16, 1))
print(bm.bench_MonteCarlo(1, 40), bm.bench_SparseMatMult(1, 20, 60))""",
    "deepcopy": "print(bm.benchmark(1), bm.benchmark_reduce(1), bm.benchmark_memo(1))",
    "async_generators": """
import asyncio
async def walk():
    total = 0
    async for n in bm.tree(range(30)):
        total += n
    return total
print(asyncio.run(walk()))""",
    "barnes_hut": "print(bm.bench_quadtree_nbody(1, 8, 1, 0.5))",
    "pidigits": "print(list(bm.calc_ndigits(40)))",
}
"""What is run of each program, with its module as `bm`."""


@cache
def folder() -> Path:
    """The folder of the benchmarks; skips the test where they cannot be had."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    kept = Path(home) / "escope-tests" / WHEEL
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as place:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", place]
            done = subprocess.run([*command, WHEEL], capture_output=True, timeout=200, check=False)
            wheels = list(Path(place).glob("*.whl"))
            if not wheels:
                pytest.skip(f"{WHEEL} cannot be had: {done.stderr.decode()[-200:]}")
            with zipfile.ZipFile(wheels[0]) as archive:
                archive.extractall(Path(place, "files"))
            if not kept.is_dir():  # another worker may have been faster
                Path(place, "files").rename(kept)
    return kept / "pyperformance" / "data-files" / "benchmarks"


def write(name: str, target: Path) -> Path:
    """Put a program, its driver and the stub into a folder; return the driver."""
    source = folder()
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / f"bm_{name}" / "run_benchmark.py", target / f"bm_{name}.py")
    (target / "pyperf.py").write_text(STUB, encoding="utf-8")
    driver = target / "main.py"
    driver.write_text(f"import bm_{name} as bm\n{DRIVERS[name]}\n", encoding="utf-8")
    return driver
