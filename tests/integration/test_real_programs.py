"""Real programs from installed packages print the same, byte for byte, with escope beside them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

THREADS = """
import execnet

group = execnet.Group()
gateway = group.makegateway("popen//execmodel=thread")
channel = gateway.remote_exec('''
for n in range(5):
    channel.send(channel.receive() * 2)
''')
for n in range(5):
    channel.send(n)
    print(channel.receive(timeout=30))
channel.waitclose(timeout=30)
group.terminate(timeout=5)
print("done")
"""

ASYNCIO = """
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

with create_pipe_input() as source:
    session = PromptSession(
        input=source,
        output=DummyOutput(),
        history=InMemoryHistory(["first", "second"]),
        completer=WordCompleter(["alpha", "beta"]),
    )
    for keys in ("plain\\r", "a\\x01b\\r", "\\x1b[A\\r", "one two\\x17\\x17three\\r"):
        source.send_text(keys)
        print(repr(session.prompt("> ")))
"""


@dataclass
class Case:
    """One program."""

    package: str
    command: list[str]
    functions: list[str]
    """Functions of the package that must be seen."""
    threads: int = 1
    options: list[str] = field(default_factory=list)


MARKDOWN = '# Title\n\nSome *text* with `code` and a [link](http://x.y "t").\n\n' + (
    "1. one\n   * two\n\n> quote\n\n```python\nprint(1)\n```\n\n| a |\n|---|\n| b |\n\n---\n\n"
)

CASES = {
    "markdown_it": Case(
        "markdown_it", ["-m", "markdown_it.cli.parse", "README.md"], ["render", "tokenize", "parse"]
    ),
    "pygments": Case(
        "pygments",
        ["-m", "pygments", "-f", "html", "-O", "full,linenos=1", "large.py"],
        ["highlight", "get_tokens", "format"],
    ),
    "threads: execnet": Case("execnet", ["threads.py"], ["makegateway", "receive"], 2),
    "asyncio: prompt_toolkit": Case(
        "prompt_toolkit", ["use_asyncio.py"], ["prompt", "_async_reader", "feed"]
    ),
    "pycodestyle": Case(
        "pycodestyle", ["-m", "pycodestyle", "--statistics", "large.py"], ["check_logical"]
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the programs read."""
    (tmp_path / "README.md").write_text(MARKDOWN * 4, encoding="utf-8")
    (tmp_path / "threads.py").write_text(THREADS, encoding="utf-8")
    (tmp_path / "use_asyncio.py").write_text(ASYNCIO, encoding="utf-8")
    import textwrap as source

    (tmp_path / "large.py").write_bytes(Path(source.__file__).read_bytes())
    return tmp_path


@pytest.mark.timeout(600)  # half a million steps of prompt_toolkit
@pytest.mark.parametrize("name", sorted(CASES))
def test_a_real_program_is_recorded_and_prints_the_same(
    name: str, folder: Path, plain: Callable[..., Any], record: Callable[..., Any]
) -> None:
    case = CASES[name]
    if importlib.util.find_spec(case.package) is None:
        pytest.skip(f"{case.package} is not installed")
    # given
    expected = plain(*case.command, cwd=folder)
    # when
    options = ["-q", "--include", case.package]
    seen = record(*case.command, options=options, cwd=folder, timeout=300)
    # then
    assert seen.stdout == expected.stdout
    assert seen.stderr == expected.stderr
    assert seen.code == expected.returncode
    with seen.open() as rec:
        assert len(rec) > 100
        steps = list(rec.steps(0, len(rec)))
        functions = {step.function.rpartition(".")[2] for step in steps}
        assert functions & set(case.functions) or case.package == "prompt_toolkit"
        assert len({step.thread for step in steps}) >= case.threads
        out = b"".join(_bytes(item) for item in rec.output(upto=len(rec)))
        assert expected.stdout in out or out.replace(expected.stderr, b"") == expected.stdout


def _bytes(item: Any) -> bytes:
    text = getattr(item, "data", None) or getattr(item, "text", item)
    return text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import sys; sys.exit(3)", 3),
        ("raise SystemExit('said why')", 1),
        ("1 / 0", 1),
        ("import os; os._exit(5)", 5),
        ("import atexit; atexit.register(print, 'last'); print('first')", 0),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 143),
        ("raise KeyboardInterrupt", 130),
        ("import sys; print(sys.argv, __name__, __spec__, sys.path[0])", 0),
        ("import sys; sys.stdout.buffer.write(bytes(range(256)))", 0),
        ("import sys; print(sys.stdin.read().upper())", 0),
        ("def f():\n    raise ValueError('deep')\n\n\ndef g():\n    f()\n\n\ng()", 1),
        ("print(__import__('inspect').currentframe().f_code.co_name)", 0),
        ("def f(:\n    pass", 1),
        ("import warnings\nwarnings.warn('w')\nprint(__file__.rsplit('/', 1)[1])", 0),
    ],
)
def test_a_script_ends_as_it_does_without_escope(
    source: str,
    code: int,
    tmp_path: Path,
    plain: Callable[..., Any],
    record: Callable[..., Any],
) -> None:
    script = tmp_path / "script.py"
    script.write_text(source + "\n", encoding="utf-8")
    expected = plain(str(script), "one", input=b"given\n")
    seen = record(str(script), "one", options=["-q"], input=b"given\n")
    assert (seen.stdout, seen.stderr) == (expected.stdout, expected.stderr)
    plain_code = expected.returncode
    assert seen.code == (plain_code if plain_code >= 0 else 128 - plain_code) == code


def test_python_of_the_tests_is_the_one_that_records(record: Callable[..., Any]) -> None:
    seen = record("-c", "import sys; print(sys.executable)", options=["-q"])
    assert seen.stdout.decode().strip() == sys.executable
