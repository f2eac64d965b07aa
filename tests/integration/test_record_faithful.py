"""A recorded program sees, prints and ends exactly as it does under plain Python."""

from __future__ import annotations

import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope

pytest.importorskip("escope_tui._speedups.capture")

STAGE = '''
"""Doc."""
from __future__ import annotations

import os
import sys
import threading

def stack(frame):
    while frame:
        yield frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno
        frame = frame.f_back

def loader_facts(thing):
    names = ("name", "path", "archive", "origin", "cached", "parent")
    return type(thing).__name__, [getattr(thing, name, None) for name in names]

print(list(stack(sys._getframe())))
for name, value in sorted(globals().items()):
    if name in ("__loader__", "__spec__"):
        print(name, loader_facts(value))
    elif name.startswith("__") and name != "__builtins__":
        print(name, repr(value))
print(sys.argv, sys.path, sys.orig_argv, sys.executable)
print(sys.flags, sys.warnoptions, sys._xoptions)
print(sorted(os.listdir("/proc/self/fd")), threading.active_count())
print(sorted(name for name in sys.modules if not name.startswith("escope_tui")))
print(sorted(os.environ.items()), os.getcwd())
print(sys.modules["__main__"].__dict__ is globals())
print(sys.excepthook is sys.__excepthook__, sys.gettrace(), sys.getprofile())
for stream in (sys.stdin, sys.stdout, sys.stderr):
    facts = [stream.fileno(), stream.isatty(), stream.encoding, stream.errors, stream.name]
    print(type(stream), type(stream.buffer), facts, stream.line_buffering, stream.write_through)

class Exit:
    def __del__(self):
        print("deleted", __name__)

import atexit
atexit.register(lambda: print("at exit", "__file__" in globals(), sys.argv))
keep = Exit()
'''.lstrip()

BEHAVIOURS = {
    "streams": """
        import contextlib, copy, inspect, io, pickle, re, subprocess, sys
        def shown(thing):
            return re.sub("0x[0-9a-f]+", "0x", repr(thing))
        for stream in (sys.stdout, sys.stdout.buffer, sys.stderr):
            print(shown(stream), shown(stream.write), shown(stream.flush), vars(stream))
            print(stream.write.__self__ is stream, stream.write.__qualname__)
            print(sys.getrefcount(stream))
        print(inspect.signature(sys.stdout.write))
        wrong = (sys.stdout.write, lambda s: s.write(), lambda s: s.flush(1))
        for use in (pickle.dumps, copy.copy, *wrong):
            try:
                use(sys.stdout)
            except Exception as error:
                print(shown(error))
        sys.stdout.reconfigure(line_buffering=True)
        with contextlib.redirect_stdout(io.StringIO()) as kept:
            print("kept")
        io.TextIOWrapper.write(sys.stdout, kept.getvalue())
        sys.stdout.flush()
        subprocess.run(["echo", "child"], stdout=sys.stdout)
        below = sys.stdout.detach()
        below.write(b"below\\n")
        sys.stdout = io.TextIOWrapper(below, write_through=True)
        print("again")
    """,
    "uncaught": """
        class Odd(Exception): pass
        def inner(x):
            return 1 / x
        def outer():
            try:
                inner(0)
            except ZeroDivisionError as error:
                raise Odd("so") from error
        outer()
    """,
    "exit_7": "import sys; print('x'); sys.exit(7)",
    "exit_text": "raise SystemExit('bye')",
    "exit_none": "raise SystemExit",
    "exit_hard": "import os; print('lost in the buffer'); os._exit(5)",
    "interrupted": "raise KeyboardInterrupt",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "aborted": "import os; os.abort()",
    "group": "raise BaseExceptionGroup('g', [ValueError(1), KeyboardInterrupt()])",
    "hook": """
        import sys
        sys.excepthook = lambda *a: print('hook', a[0], a[2].tb_frame.f_code.co_name, a[2].tb_next)
        1 / 0
    """,
    "hook_fails": """
        import sys
        def hook(*a):
            raise RuntimeError('in the hook')
        sys.excepthook = hook
        1 / 0
    """,
    "unraisable": """
        import sys
        sys.unraisablehook = lambda facts: print(facts.exc_value, facts.exc_traceback.tb_lineno)
        class A:
            def __del__(self):
                raise ValueError('x')
        A()
    """,
    "warns": """
        import warnings
        import traceback
        warnings.warn('one')
        warnings.warn('two', stacklevel=2)
        warnings.warn('three', DeprecationWarning, stacklevel=3)
        x = 1 is 1
        traceback.print_stack()
    """,
    "at_exit": """
        import atexit, threading, time
        atexit.register(lambda: print('bye', '__file__' in globals()))
        threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()
        threading.excepthook = threading.__excepthook__
        def bad():
            raise ValueError('in a thread')
        threading.Thread(target=bad, name='worker').start()
    """,
    "stdin": """
        import sys
        for line in sys.stdin:
            print(line.upper(), end='')
    """,
    "asks": "print([input('name? '), input()])",
    "pickles": """
        import multiprocessing, pickle
        class A:
            def __init__(self, x):
                self.x = x
        def work(a):
            return A(a.x * 2)
        if __name__ == '__main__':
            print(pickle.loads(pickle.dumps(A(3))).x)
            for method in ('spawn', 'fork'):
                with multiprocessing.get_context(method).Pool(1) as pool:
                    print([r.x for r in pool.map(work, [A(1), A(2)])])
    """,
    "latin": "# coding: latin-1\nprint('\xe9')",
    "source": """
        import inspect
        def f(x):
            return x  # a comment
        print(inspect.getsource(f), inspect.signature(f), f.__code__.co_filename)
    """,
    "profiler": """
        import cProfile, pathlib, pstats, sys
        pathlib.Path("imported.py").write_text("def f(x):\\n    return x + 1\\n")
        profile = cProfile.Profile()
        profile.enable()
        import imported
        imported.f(1)
        print(sys.getprofile() is profile)
        profile.disable()
        found = pstats.Stats(profile).stats
        print(sorted(key[2] for key in found if key[0].endswith("imported.py")))
    """,
    "alarms": """
        import os, pathlib, signal, traceback
        class Late(Exception):  # not an OSError: writing bytecode swallows those
            pass
        def late(number, frame):
            raise Late("too late")
        signal.signal(signal.SIGALRM, late)
        body = "def f{0}(a):\\n    b = [a, {0}]\\n    return b\\n"
        text = "".join(body.format(i) for i in range(60))
        for number in range(8):
            name = f"imported{number}"
            pathlib.Path(f"{name}.py").write_text(text + f"# {os.getpid()}")
            signal.setitimer(signal.ITIMER_REAL, 0.002 * (number + 1), 0.2)
            try:
                __import__(name)
                while True:
                    pass
            except Late:
                signal.setitimer(signal.ITIMER_REAL, 0)
                print("escope" in traceback.format_exc(), end=" ")
    """,
    "forks": """
        import os, sys
        seen = []
        def work(n):
            for i in range(n):
                seen.append(i)
            return len(seen)
        for end in (lambda: os._exit(3), lambda: sys.exit(7), lambda: 1 / 0):
            pid = os.fork()
            if pid == 0:
                print("child", work(500), flush=True)
                end()
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), work(3), flush=True)
    """,
    "executes": """
        import os, sys
        print(sys.argv[1:], os.getppid() > 1, flush=True)
        if not sys.argv[1:]:
            os.execv(sys.executable, [sys.executable, __file__, "again"])
        sys.exit(5)
    """,
    "processes": """
        import concurrent.futures, multiprocessing, os
        def square(x):
            return x * x
        def fails(x):
            raise ValueError(x)
        if __name__ == "__main__":
            for method in ("fork", "spawn"):
                context = multiprocessing.get_context(method)
                with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
                    print(list(pool.map(square, range(5))))
                    print(repr(pool.submit(fails, 1).exception()))
                process = context.Process(target=os._exit, args=(4,))
                process.start()
                process.join()
                print(method, process.exitcode)
    """,
    "threads_end": """
        import sys, threading, time
        def ends():
            sys.exit(3)
        def busy():
            while True:
                xs = [1]
                xs.append(2)
        thread = threading.Thread(target=ends)
        thread.start()
        thread.join()
        threading.Thread(target=busy, daemon=True).start()
        time.sleep(0.1)
        sys.exit(4)
    """,
    "no_memory": """
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (160 << 20, 160 << 20))
        def fill(kept):
            try:
                while True:
                    kept.append({"n": len(kept), "text": "x" * 9000})
            except MemoryError:
                kept.clear()
                return "full"
        print(fill([]), fill([]))
    """,
    "frames_of_an_exception": """
        import contextlib
        def fails(x):
            y = 1

            1 / 0
            return y
        def in_with(x):
            with contextlib.nullcontext(x) as z:
                w = 2
                return fails(w)
        def in_finally(x):
            try:
                in_with(x)
            finally:
                x = 1
        def unmatched(x):
            try:
                in_finally(x)
            except ValueError:
                pass
        def again(x):
            try:
                unmatched(x)
            except ZeroDivisionError as error:
                z = 1
                raise
        def generated(x):
            yield 1
            again(x)
            yield 2
        def looped(x):
            for i in generated(x):
                for j in range(3):
                    z = [j]
                    del z
        def returning():
            try:
                return looped(1)
            finally:
                print('left')
        try:
            returning()
        except ZeroDivisionError as error:
            at = error.__traceback__
            while at:
                print(at.tb_frame.f_code.co_name, at.tb_frame.f_lineno, at.tb_lineno)
                at = at.tb_next
    """,
    "traced_exception": """
        import contextlib, sys
        def fails(x):
            x = 1
            return 1 / (x - 1)
        def early(x):
            with contextlib.nullcontext(x):
                try:
                    return x + 1
                finally:
                    x = 2
        def passes(x):
            with contextlib.nullcontext(x):
                early(x)
                fails(x)
        def caught(x):
            try:
                passes(x)
            except ZeroDivisionError:
                x = 2
            return x
        def tell(frame, event, argument):
            if frame.f_code.co_filename == __file__:
                print(event, frame.f_lineno, type(argument).__name__)
                return tell
        sys.settrace(tell)
        caught(1)
        sys.settrace(None)
    """,
    "jumps": """
        import sys
        def leaps(frame, event, argument):
            if event == 'line' and frame.f_lineno in (7, 13):
                frame.f_lineno += 1
            return leaps
        def function(x):
            y = [x]; z = x
            x += 1
            print(x)
            return x
        sys.settrace(leaps)
        sys._getframe().f_trace = leaps
        first = 1
        second = 2
        third = function(second)
        sys.settrace(None)
        print('first' in globals(), second, third)
    """,
    "sigpipe": """
        import subprocess, sys
        code = 'import signal; print(signal.getsignal(signal.SIGPIPE), signal.getsignal(2))'
        subprocess.run([sys.executable, '-c', code])
    """,
}

SYNTAX_ERRORS = {
    "grammar": b"def f(:\n    pass\n",
    "outside": b"x = 1\nreturn x\n",
    "bytes": b"x = '\xff'\n",
    "nul": b"x = 1\0\n",
    "coding": b"# coding: nosuch\nx = 1\n",
    "indent": b"if 1:\nx\n",
}

Done = subprocess.CompletedProcess[bytes]


def dedented(text: str) -> str:
    import textwrap

    return textwrap.dedent(text).lstrip("\n") + "\n"


@pytest.fixture
def same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Runs a program plain and recorded, in a folder of its own, and compares the two ends."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    def run(*words: str, options: tuple[str, ...] = (), text: bytes = b"a\nb\n") -> Done:
        python = [sys.executable, *options]
        record = [*python, "-m", "escope_tui", "record", "-q", "--force", "-o", "trace.esr"]
        both = []
        for start in (python, record):
            both.append(
                subprocess.run([*start, *words], input=text, capture_output=True, timeout=120)
            )
        plain, recorded = both
        assert recorded.stderr.decode() == plain.stderr.decode()
        assert recorded.stdout.decode() == plain.stdout.decode()
        code = plain.returncode
        assert recorded.returncode == (128 - code if code < 0 else code)
        return recorded

    return run


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """A folder with the same program as a script, a module, a package, a folder and a zip file."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("print('package', __name__)\n")
    for path in (tmp_path / "script.py", package / "__main__.py", package / "module.py"):
        path.write_text(STAGE)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "__main__.py").write_text(STAGE)
    with zipfile.ZipFile(tmp_path / "app.pyz", "w") as file:
        file.writestr("__main__.py", STAGE)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "link.py").symlink_to("../script.py")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "script.py -x a",
        "./script.py",
        "bin/../script.py",
        "bin/link.py",
        "-m script x",
        "-m package -o y",
        "-m package.module",
        "-m nosuch",
        "-m package.nosuch",
        "-m script.x",
        "folder x",
        "./app.pyz -m",
    ],
)
def test_the_stage_is_pythons_own(stage: Path, same: Callable[..., Done], words: str) -> None:
    same(*words.split())


def test_the_stage_of_a_command_and_of_standard_input(
    stage: Path, same: Callable[..., Done]
) -> None:
    same("-c", STAGE, "-x")
    same("-", "a", text=STAGE.encode())


@pytest.mark.parametrize(
    "options",
    ["-O", "-OO -X dev", "-W error", "-u", "-bb -W default", "-s -P", "-X utf8 -q", "-E -B"],
)
@pytest.mark.parametrize("words", ["script.py a", "-m package.module"])
def test_the_interpreters_options_are_kept(
    stage: Path, same: Callable[..., Done], options: str, words: str
) -> None:
    if "-E" in options:
        pytest.skip("the tests find escope through PYTHONPATH")
    same(*words.split(), options=tuple(options.split()))


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_behaviour_is_pythons_own(tmp_path: Path, same: Callable[..., Done], name: str) -> None:
    encoding = "latin-1" if name == "latin" else "utf-8"
    (tmp_path / "program.py").write_text(dedented(BEHAVIOURS[name]), encoding=encoding)
    same("program.py")


@pytest.mark.parametrize("name", ["uncaught", "warns", "exit_text", "at_exit", "interrupted"])
def test_behaviour_of_modules_and_commands(
    tmp_path: Path, same: Callable[..., Done], name: str
) -> None:
    source = dedented(BEHAVIOURS[name])
    (tmp_path / "program.py").write_text(source)
    same("-m", "program")
    same("-c", source)
    same("-", text=source.encode())


def test_a_debugger_that_steps_to_the_very_end_sees_nothing_of_escope(
    tmp_path: Path, same: Callable[..., Done]
) -> None:
    source = "def f(x):\n    y = x + 1\n    return y\nbreakpoint()\nf(1)\nx = 2\n"
    (tmp_path / "program.py").write_text(source)
    done = same("program.py", text=b"s\n" * 12 + b"c\n")
    assert b"return y" in done.stdout


@pytest.mark.parametrize("name", SYNTAX_ERRORS)
def test_what_does_not_compile_is_told_by_python_itself(
    tmp_path: Path, same: Callable[..., Done], name: str
) -> None:
    (tmp_path / "broken.py").write_bytes(SYNTAX_ERRORS[name])
    done = same("broken.py")
    assert done.returncode == 1
    assert not (tmp_path / "trace.esr").exists()
    same("-m", "broken")
    assert not (tmp_path / "trace.esr").exists()


def test_warnings_of_the_compiler_that_are_errors(
    tmp_path: Path, same: Callable[..., Done]
) -> None:
    (tmp_path / "program.py").write_text("x = 1\nprint(x is 1)\n")
    assert same("program.py", options=("-W", "error")).returncode == 1
    assert b"SyntaxWarning" in same("program.py").stderr


def test_warnings_that_are_errors_in_the_recording_process_are_none_in_the_program(
    tmp_path: Path,
) -> None:
    (tmp_path / "program.py").write_text("x = 1\nprint(x is 1)\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace = escope.record([str(tmp_path / "program.py")], output=str(tmp_path / "t.esr"))
    with escope.open(trace) as recording:
        assert len(recording) == 2


def test_a_program_may_shadow_modules_of_the_standard_library(
    tmp_path: Path, same: Callable[..., Done]
) -> None:
    names = ("ast", "json", "token", "tokenize", "hashlib", "types_", "random", "queue")
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"mine = {name!r}\n")
    (tmp_path / "program.py").write_text(
        "".join(f"import {name}; print({name}.mine)\n" for name in names)
    )
    same("program.py")
    same("-m", "program")


def test_no_frame_of_escope_counts_against_the_recursion_limit(
    tmp_path: Path, same: Callable[..., Done]
) -> None:
    (tmp_path / "program.py").write_text(
        dedented("""
        import sys
        def depth(frame):
            n = 0
            while frame:
                n, frame = n + 1, frame.f_back
            return n
        print(depth(sys._getframe()), (lambda: depth(sys._getframe()))())
        """)
    )
    assert same("program.py").stdout == b"1 2\n"


def test_the_users_open_files_are_inherited(tmp_path: Path, record: Callable[..., Any]) -> None:
    import os

    script = tmp_path / "program.py"
    script.write_text("import os, sys\nos.write(int(sys.argv[1]), b'through')\n")
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    done = record(str(script), str(writer), close_fds=False)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        assert (done.code, file.read()) == (0, b"through")
