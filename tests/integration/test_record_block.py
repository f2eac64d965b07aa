"""A block of a running process is recorded, and the process is what it was before and after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import escope_tui as escope

LIBRARY = """
LIMIT = 3
def make(n):
    k = n
    def inner(x):
        return x + k
    return inner
def work(xs):
    total = 0
    for x in xs:
        total += x
    return total
class Box:
    def __init__(self, v):
        self.v = v
    def up(self):
        self.v += LIMIT
        return self.v
def gen(n):
    for i in range(n):
        yield i
def fails(x):
    raise ValueError(x)
"""
LATE = """
VALUE = [1, 2]
def added(a):
    b = a * 2
    return b
"""


def run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program beside the two modules above."""
    (folder / "lib.py").write_text(LIBRARY)
    (folder / "late.py").write_text(LATE)
    (folder / "main.py").write_text("import escope_tui as escope\nimport lib\n" + program)
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def functions(path: Path) -> list[str]:
    """The functions that have steps, in the order of their first."""
    with escope.open(str(path)) as rec:
        return list(dict.fromkeys(step.function for step in rec))


def test_what_is_imported_already_and_what_the_block_imports_are_recorded(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
old = lib.make(5)
with escope.recording("a.esr") as path:
    import late
    box = lib.Box(2)
    print(lib.work([1, 2]), late.added(4), old(1), lib.make(7)(1), box.up(), list(lib.gen(2)))
print(path)
""",
    )
    assert done.stderr == ""
    assert done.stdout == f"3 8 6 8 5 [0, 1]\n{tmp_path / 'a.esr'}\n"
    assert functions(tmp_path / "a.esr") == [
        "<module>",
        "Box.__init__",
        "work",
        "added",
        "make.<locals>.inner",
        "make",
        "Box.up",
        "gen",
    ]
    with escope.open(str(tmp_path / "a.esr")) as rec:
        (call,) = rec.calls(function="work")
        assert call.returned == 3
        assert rec.globals(call.enter)["LIMIT"] == 3
        assert rec.output().text == "3 8 6 8 5 [0, 1]\n"
        assert rec.meta["exit_status"] == 0
        assert rec.complete


def test_the_functions_are_what_they_were_when_the_block_is_over(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
import sys
before = [lib.work.__code__, lib.Box.up.__code__, sys.stdout.__dict__.copy()]
with escope.recording("a.esr"):
    lib.work([1])
after = [lib.work.__code__, lib.Box.up.__code__, sys.stdout.__dict__.copy()]
assert all(x is y for x, y in zip(before[:2], after[:2])) and before[2] == after[2]
import late

plain = compile(open(late.__file__).read(), late.__file__, "exec").co_consts
functions = [code for code in plain if hasattr(code, "co_consts")]
assert late.added.__code__.co_consts == functions[0].co_consts
print("same")
""",
    )
    assert (done.stdout, done.stderr) == ("same\n", "")


def test_one_block_after_the_other_each_has_a_whole_recording(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
shared = [1, 2]
going = None
for number in range(4):
    with escope.recording(f"r{number}.esr"):
        import late
        lib.work(shared)
        if going is None:
            going = lib.gen(9)
        next(going)
        late.added(number)
    shared.append(number)
""",
    )
    assert done.stderr == ""
    for number in range(4):
        with escope.open(str(tmp_path / f"r{number}.esr")) as rec:
            (call,) = rec.calls(function="work")
            assert call.args["xs"] == [1, 2, *range(number)]
            assert call.returned == 3 + sum(range(number))
            (late,) = rec.calls(function="added")
            assert late.returned == 2 * number
            assert rec.globals(late.enter)["VALUE"] == [1, 2]


def test_a_thread_that_goes_on_is_recorded_as_long_as_the_block(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
import threading, time
stop = threading.Event()
def loop():
    while not stop.wait(0.002):
        lib.work([1])
thread = threading.Thread(target=loop)
for name in ("a.esr", "b.esr"):
    with escope.recording(name):
        if not thread.is_alive():
            thread.start()
        time.sleep(0.2)
stop.set()
thread.join()
print("done")
""",
    )
    assert (done.stdout, done.stderr) == ("done\n", "")
    for name in ("a.esr", "b.esr"):
        with escope.open(str(tmp_path / name)) as rec:
            calls = rec.calls(function="work")
            assert len(calls) > 10
            assert all(call.returned == 1 for call in calls[1:-1])


def test_an_exception_passes_through_and_is_told(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
try:
    with escope.recording("a.esr"):
        lib.fails("why")
except ValueError as error:
    print("caught", error)
""",
    )
    assert (done.stdout, done.stderr) == ("caught why\n", "")
    with escope.open(str(tmp_path / "a.esr")) as rec:
        assert rec.meta["exit_status"] == 1
        assert [each.type_name for each in rec.exceptions()] == ["ValueError"]


def test_a_second_block_inside_the_first_is_refused(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
with escope.recording("a.esr"):
    try:
        with escope.recording("b.esr"):
            print("never")
    except escope.EscopeError as error:
        print(error.slug)
    lib.work([1])
""",
    )
    assert (done.stdout, done.stderr) == ("already-recording\n", "")
    assert functions(tmp_path / "a.esr") == ["work"]
    assert not (tmp_path / "b.esr").exists()


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "a.esr").write_text("mine")
    done = run(tmp_path, 'with escope.recording("a.esr"):\n    print("never")\n')
    assert "exists already" in done.stderr
    assert done.stdout == ""
    assert (tmp_path / "a.esr").read_text() == "mine"


def test_the_block_runs_when_recording_cannot_begin(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
import sys
sys.executable = "/nowhere/python"
with escope.recording("a.esr"):
    print(lib.work([1, 2]))
sys.executable = None
with escope.recording("b.esr"):
    print(lib.work([1, 2]))
""",
    )
    assert done.stdout == "3\n3\n"
    assert done.stderr.count("the block ran unrecorded") == 2
    assert not (tmp_path / "a.esr").exists()


def test_the_block_goes_on_when_the_writer_is_killed(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
import os, signal, subprocess
found = []
plain = subprocess.Popen.__init__
def noted(self, *args, **options):
    plain(self, *args, **options)
    found.append(self.pid)
subprocess.Popen.__init__ = noted
with escope.recording("a.esr"):
    lib.work(range(1000))
    os.kill(found[0], signal.SIGKILL)
    print(lib.work(range(3_000_000)))
""",
    )
    assert done.stdout == f"{sum(range(3_000_000))}\n"
    assert done.returncode == 0
    assert "escope: " in done.stderr


def test_a_process_that_is_killed_inside_the_block_leaves_a_whole_recording(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
import os, signal
with escope.recording("a.esr"):
    lib.work([1, 2])
    os.kill(os.getpid(), signal.SIGKILL)
""",
    )
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not complete(tmp_path / "a.esr"):
        time.sleep(0.05)
    with escope.open(str(tmp_path / "a.esr")) as rec:
        assert rec.complete
        assert rec.meta["problem"] == "the program ended inside the recorded block"
        assert rec.locals(len(rec) - 1)["total"] == 3


def complete(path: Path) -> bool:
    """Whether the recording is finished."""
    with escope.open(str(path)) as rec:
        return rec.complete


def test_a_source_that_was_changed_since_its_import_is_left_alone(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
with open("lib.py", "a") as file:
    file.write("# more\\n")
text = open("lib.py").read().replace("total += x", "total -= x")
with open("lib.py", "w") as file:
    file.write(text)
with escope.recording("a.esr"):
    print(lib.work([1, 2]), lib.Box(1).up())
""",
    )
    assert (done.stdout, done.stderr) == ("3 4\n", "")
    assert functions(tmp_path / "a.esr") == ["Box.__init__", "Box.up"]


def test_it_works_in_an_interactive_session(tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text(LIBRARY)
    lines = """
import escope_tui as escope, lib
with escope.recording("a.esr"):
    lib.work([1, 2])

exit()
"""
    done = subprocess.run(
        [sys.executable, "-i", "-q"],
        cwd=tmp_path,
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "PYTHON_BASIC_REPL": "1"},
    )
    assert "Error" not in done.stderr
    assert functions(tmp_path / "a.esr") == ["work"]


@pytest.mark.parametrize("number", [1, 2])
def test_it_works_inside_pytest(tmp_path: Path, number: int) -> None:
    source = tmp_path / f"under_test_{number}.py"
    source.write_text("def double(x):\n    y = x * 2\n    return y\n")
    sys.path.insert(0, str(tmp_path))
    try:
        module = __import__(source.stem)
        with escope.recording(tmp_path / "a.esr", include=[source.stem]) as path:
            assert module.double(4) == 8
    finally:
        sys.path.remove(str(tmp_path))
    with escope.open(path) as rec:
        (call,) = rec.calls(function="double")
        assert call.args["x"] == 4
        assert rec.locals(call.enter + 1)["y"] == 8
