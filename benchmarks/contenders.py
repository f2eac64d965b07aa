"""How each tool runs a program, and what it captures when it does."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from programs import CACHE, FOLDER

MODULE = "bm_"

PRELUDES = {
    "settrace": "import empty_tracer\nempty_tracer.settrace()\n",
    "monitoring": "import empty_tracer\nempty_tracer.monitoring()\n",
}


@dataclass(frozen=True)
class Contender:
    """A tool: its command for a driver, and what its users get for the price."""

    name: str
    captures: str
    command: Callable[[Path, Path], list[str]]
    """Makes the command from the driver and the place of what the tool writes."""
    packages: tuple[str, ...] = ()
    """What pip installs for it, into a folder of its own."""
    slow: bool = False
    """Runs the small size."""
    since: tuple[int, int] = (3, 11)
    prepare: Callable[[Path], None] = field(default=lambda folder: None)
    """Changes the copies of the programs where the tool wants that."""


def python(*words: str) -> list[str]:
    """The command of this Python with these words."""
    return [sys.executable, *words]


def plain(driver: Path, out: Path) -> list[str]:
    return python(str(driver))


def escope(driver: Path, out: Path) -> list[str]:
    options = ["--quiet", "--force", "-o", str(out)]
    return python("-m", "escope_tui", "record", *options, str(driver))


def _put_before(text: str) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        for file in folder.glob("main.py"):
            file.write_text(text + file.read_text(encoding="utf-8"), encoding="utf-8")

    return prepare


def _decorated(setup: str) -> Callable[[Path], None]:
    """Put a decorator round each function and method of the program's module, after its import."""

    def prepare(folder: Path) -> None:
        driver = folder / "main.py"
        text = driver.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if line.startswith(f"import {MODULE}"))
        wrap = """\
import types
def _wrap(space):
    for key, value in list(vars(space).items()):
        if isinstance(value, types.FunctionType) and value.__module__ == bm.__name__:
            setattr(space, key, _decorator(value))
        elif isinstance(value, type) and value.__module__ == bm.__name__ and value is not space:
            _wrap(value)
_wrap(bm)
"""
        lines[at + 1 : at + 1] = [setup, wrap]
        driver.write_text("".join(lines), encoding="utf-8")

    return prepare


def _birdseye(folder: Path) -> None:
    """Trace the program's module as a whole; birdseye wants to be imported before it is."""
    _put_before("import birdseye\n")(folder)
    for file in folder.glob(f"{MODULE}*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text("import birdseye.trace_module_deep\n" + text, encoding="utf-8")


HUNTER = """\
import hunter
hunter.trace(
    hunter.Q(filename_contains="bm_"),
    action=hunter.VarsSnooper(stream=open(os.environ["BENCH_TRACE"], "w")),
)
"""

CONTENDERS = [
    Contender("plain", "nothing", plain),
    Contender(
        "escope",
        "every statement, every value, the heap, output; both ways, all of it",
        escope,
    ),
    Contender(
        "empty settrace",
        "nothing: PyEval_SetTrace with a C callback that returns",
        plain,
        prepare=_put_before(PRELUDES["settrace"]),
    ),
    Contender(
        "empty monitoring",
        "nothing: LINE, PY_START and PY_RETURN with a C callback that returns",
        plain,
        since=(3, 12),
        prepare=_put_before(PRELUDES["monitoring"]),
    ),
    Contender(
        "coverage",
        "the set of lines that ran; no order, no values",
        lambda driver, out: python(
            "-m", "coverage", "run", f"--data-file={out}", f"--source={driver.parent}", str(driver)
        ),
        packages=("coverage",),
    ),
    Contender(
        "viztracer",
        "calls with the repr of arguments and results; no statements",
        lambda driver, out: python(
            *("-m", "viztracer", "--quiet", "--log_func_args", "--log_func_retval"),
            *("--tracer_entries", "5000000", "-o", f"{out}.json", str(driver)),
        ),
        packages=("viztracer",),
        slow=True,
    ),
    Contender(
        "hunter",
        "lines and the repr of changed locals; no heap",
        plain,
        packages=("hunter",),
        slow=True,
        prepare=_put_before("import os\n" + HUNTER),
    ),
    Contender(
        "PySnooper",
        "lines and the repr of changed locals; no heap",
        plain,
        packages=("pysnooper",),
        slow=True,
        prepare=_decorated(
            "import pysnooper\n_decorator = pysnooper.snoop(os.environ['BENCH_TRACE'])\n"
        ),
    ),
    Contender(
        "snoop",
        "lines and the repr of changed locals; no heap",
        plain,
        packages=("snoop", "setuptools<81"),
        slow=True,
        prepare=_decorated(
            "import snoop\nsnoop.install(out=os.environ['BENCH_TRACE'])\n_decorator = snoop.snoop\n"
        ),
    ),
    Contender(
        "birdseye",
        "the repr of every expression; of loops the first and last rounds only",
        plain,
        packages=("birdseye", "setuptools<81"),
        slow=True,
        prepare=_birdseye,
    ),
    Contender(
        "py-tt-debug",
        "lines with sampled locals; drops values in loops and frames under load",
        lambda driver, out: python("-m", "pyttd", "record", "--db-path", f"{out}.db", str(driver)),
        packages=("py-tt-debug",),
        slow=True,
        since=(3, 12),
    ),
]


def available(wanted: set[str]) -> list[Contender]:
    """Those of the wanted that this Python can run; an empty set wants all."""
    chosen = [c for c in CONTENDERS if not wanted or c.name in wanted or c.name == "plain"]
    return [c for c in chosen if sys.version_info >= c.since]


def provide(contender: Contender) -> str:
    """Install what a tool needs into a folder of its own; return what PYTHONPATH has to say."""
    tag = sysconfig.get_config_var("SOABI")
    if contender.name.startswith("empty"):
        return str(_compiled(CACHE / tag))
    paths = [str(_escope())] if contender.name == "escope" else []
    if contender.packages:
        folder = CACHE / tag / contender.name
        if not folder.is_dir():
            words = ["-m", "pip", "install", "-q", "--target", f"{folder}.new"]
            subprocess.run([sys.executable, *words, *contender.packages], check=True)
            Path(f"{folder}.new").rename(folder)
        paths.append(str(folder))
    return os.pathsep.join(paths)


def _escope() -> Path:
    """The folder that escope is imported from: where it is installed, else this tree."""
    found = importlib.util.find_spec("escope_tui")
    return Path(found.origin).parents[1] if found and found.origin else FOLDER.parent


def _compiled(folder: Path) -> Path:
    """The folder of the compiled empty tracers."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"empty_tracer{sysconfig.get_config_var('EXT_SUFFIX')}"
    source = FOLDER / "empty_tracer.c"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        include = sysconfig.get_path("include")
        command = ["gcc", "-O2", "-fPIC", "-shared", f"-I{include}", str(source), "-o", str(target)]
        subprocess.run(command, check=True)
    return folder
