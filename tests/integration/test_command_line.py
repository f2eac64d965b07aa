"""Questions on the command line: their answers are those of a look at every step."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from escope_tui.cli import COMMANDS, common, main

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "recordings"

PROGRAM = """\
import sys


class Tree:
    def __init__(self, key):
        self.key = key
        self.left = self.right = None

    def insert(self, key):
        side = "left" if key < self.key else "right"
        child = getattr(self, side)
        if child is None:
            setattr(self, side, Tree(key))
        else:
            child.insert(key)

    def walk(self):
        if self.left:
            yield from self.left.walk()
        yield self.key
        if self.right:
            yield from self.right.walk()


def checked(value):
    if value % 3 == 0:
        raise ValueError(f"bad {value}")
    return value


total = 0
root = Tree(5)
for number in [2, 8, 3, 9, 1]:
    root.insert(number)
    try:
        total += checked(number)
    except ValueError as error:
        print("skipped", error, file=sys.stderr)
keys = list(root.walk())
for key in keys:
    total = total + key
print(keys, total)
"""

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def trace(record: Callable[..., Any], tmp_path: Path) -> str:
    script = tmp_path / "trees.py"
    script.write_text(PROGRAM)
    return str(record(str(script)).trace)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command in this process and reads its JSON lines."""

    def run(*words: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert main([*words, "--json"]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(PROGRAM.splitlines(), 1) if line.strip() == text)


def test_the_writes_of_a_name_are_its_changes_over_all_steps(ask: Run, trace: str) -> None:
    steps = ask("steps", trace)
    seen = [row["changed"]["total"] for row in steps if "total" in row["changed"]]
    writes = ask("writes", trace, "total")
    shown = [row["value"] for row in writes if row["visible"] < len(steps)]
    assert [value for value, _ in itertools.groupby(shown)] == seen
    for row in writes:
        assert steps[row["step"]]["line"] == row["line"]


def test_the_last_write_is_the_newest_that_shows(ask: Run, trace: str) -> None:
    writes = ask("writes", trace, "total")
    for at in range(0, len(ask("steps", trace)), 7):
        before = [row for row in writes if row["visible"] <= at and row["step"] < at]
        last = ask("writes", f"{trace}@{at}", "total", "--last")
        assert last == before[-1:]
        after = [row for row in writes if row["step"] > at]
        assert ask("writes", f"{trace}@{at}", "total", "--next") == after[:1]


def test_the_calls_are_the_frames_of_all_steps(ask: Run, trace: str) -> None:
    steps = ask("steps", trace)
    source = PROGRAM.splitlines()
    calls = ask("calls", trace, "insert")
    first = [
        row["index"]
        for before, row in itertools.pairwise(steps)
        if row["function"] == "Tree.insert" and source[row["line"] - 1].strip().startswith("side")
    ]
    assert [row["enter"] for row in calls] == first
    for row in ask("calls", trace, "checked"):
        value = int(row["args"]["value"])
        assert (row["exception"] is not None) == (value % 3 == 0)
        assert row["returned"] == (None if value % 3 == 0 else str(value))
    later = ask("calls", f"{trace}@{first[2]}", "insert")
    assert later == calls[2:]


def test_a_line_may_be_named_without_its_file_where_there_is_one(ask: Run, trace: str) -> None:
    line = next(n for n, row in enumerate(PROGRAM.splitlines(), 1) if row.strip()[:4] == "side")
    assert ask("hits", trace, str(line)) == ask("hits", trace, f":{line}")
    assert [row["line"] for row in ask("hits", trace, str(line), "--limit", "1")] == [line]


def test_the_exceptions_are_the_raises_of_all_steps(ask: Run, trace: str) -> None:
    raises = [row["index"] for row in ask("steps", trace) if row["kind"] == "raise"]
    found = ask("exceptions", trace)
    assert [row["step"] for row in found] == raises
    assert {row["fate"] for row in found} == {"caught"}
    assert ask("exceptions", trace, "KeyError") == []
    assert ask("exceptions", trace, "--fate", "uncaught") == []
    assert [row["step"] for row in ask("exceptions", f"{trace}@{raises[0] + 1}")] == raises[1:]


def test_a_recording_that_is_not_whole_says_so_beside_the_answer(
    trace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.esr"
    cut.write_bytes(Path(trace).read_bytes()[:-100])
    assert main(["steps", str(cut), "--json"]) == 0
    assert "not whole" in capsys.readouterr().err


def test_a_step_where_the_whole_recording_is_asked_is_not_passed_over(
    trace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["coverage", f"{trace}@3"]) == 0
    assert "the whole recording, not only about @3" in capsys.readouterr().err


def test_the_output_is_what_the_program_wrote(ask: Run, trace: str) -> None:
    chunks = ask("output", trace)
    text = "".join(row["text"] for row in chunks if row["stream"] == "stdout")
    assert text == "[1, 2, 3, 5, 8, 9] 39\n"
    (step,) = {row["step"] for row in chunks if row["stream"] == "stdout"}
    assert ask("steps", f"{trace}@{step}")[0]["line"] == line_of("print(keys, total)")
    assert [row for row in ask("output", f"{trace}@{step}") if row["stream"] == "stdout"] == []


def test_why_names_the_write_that_gave_the_value(ask: Run, trace: str) -> None:
    (cause,) = ask("why", trace, "total")
    (last,) = ask("writes", trace, "total", "--last")
    assert (cause["step"], cause["value"]) == (last["step"], "39")
    assert {read["name"] for read in cause["reads"]} == {"total", "key"}


def test_the_executions_of_a_line_are_its_steps_with_the_values_there(ask: Run, trace: str) -> None:
    steps = ask("steps", trace)
    line = line_of("total = total + key")
    rows = ask("hits", trace, f"trees.py:{line}", "total + key", "nothing")
    assert [row["step"] for row in rows] == [r["index"] for r in steps if r["line"] == line]
    totals = [row["value"] for row in ask("writes", trace, "total")][-len(rows) :]
    assert [row["values"]["total + key"] for row in rows] == totals
    assert all("error" in row["values"]["nothing"] for row in rows)
    some = ask("hits", f"{trace}@{rows[2]['step']}", f"trees.py:{line}", "--where", "key % 2")
    assert [row["step"] for row in some] == [
        row["step"] for row, key in zip(rows, [1, 2, 3, 5, 8, 9], strict=True) if key % 2
    ][1:]
    back = ask("hits", trace, f"trees.py:{line}", "--back", "--limit", "2")
    assert [row["step"] for row in back] == [row["step"] for row in rows[:-3:-1]]


def test_an_expression_that_is_nested_too_deeply_is_told_at_each_execution(
    ask: Run, trace: str
) -> None:
    line, deep = line_of("total = total + key"), "+".join(["key"] * 990)
    rows = ask("hits", trace, f"trees.py:{line}", deep, "key")
    assert rows
    assert {row["values"][deep]["error"] for row in rows} == {"the expression is nested too deeply"}
    assert all(isinstance(row["values"]["key"], str) for row in rows)


def test_the_executions_of_a_function_are_its_calls(ask: Run, trace: str) -> None:
    calls = ask("calls", trace, "checked")
    rows = ask("hits", trace, "checked", "value * 2")
    assert [row["step"] for row in rows] == [row["enter"] for row in calls]
    for row, call in zip(rows, calls, strict=True):
        assert row["args"] == call["args"]
        assert int(row["values"]["value * 2"]) == 2 * int(call["args"]["value"])


def test_the_history_of_a_name_is_its_values(ask: Run, trace: str) -> None:
    writes = [row["value"] for row in ask("writes", trace, "total")]
    assert [row["value"] for row in ask("history", trace, "total")] == writes
    assert [row["number"] for row in ask("history", trace, "total")] == list(map(float, writes))


def test_a_search_finds_each_step_that_shows_the_value(ask: Run, trace: str) -> None:
    steps = ask("steps", trace)
    (last,) = ask("writes", trace, "total", "--last")
    found = ask("search", trace, last["value"], "--kind", "value")
    assert last["visible"] in [row["step"] for row in found]
    forward = [row["step"] for row in ask("search", trace, "skipped", "--kind", "output")]
    back = [row["step"] for row in ask("search", trace, "skipped", "--kind", "output", "--back")]
    assert forward == back[::-1]
    assert {steps[step]["line"] for step in forward} == {
        line_of('print("skipped", error, file=sys.stderr)')
    }
    kinds = ask("search", trace, "checked", "--kind", "name")
    assert ask("calls", trace, "checked")[0]["enter"] in [row["step"] for row in kinds]


def test_two_moments_differ_in_what_was_written_between(ask: Run, trace: str) -> None:
    steps = ask("steps", trace)
    line = line_of("total = total + key")
    first, second = [row["index"] for row in steps if row["line"] == line][1:3]
    found = ask("diff", f"{trace}@{first}", f"@{second}")
    rows = {row["name"]: (row["before"], row["after"]) for row in found}
    assert rows["key"] == ("2", "3")
    assert int(rows["total"][1]) - int(rows["total"][0]) == 2
    assert set(rows) == {"key", "total"}
    assert ask("diff", f"{trace}@{first}", f"{trace}@{first}") == []


def test_two_runs_differ_where_their_input_leads_them_apart(
    ask: Run, record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "runs.py"
    script.write_text(
        "import sys\n\n\ndef half(n):\n    if n > 5:\n        return n\n    return n // 2\n\n\n"
        "assert half(int(sys.argv[1])) < 5\n"
    )
    good, bad = (str(record(str(script), word).trace) for word in ("4", "9"))
    found = ask("diff", good, bad)
    assert any(row["kind"] in ("value", "control") and row["line"] in (5, 10) for row in found)
    suspects = ask("suspects", "--failing", bad, "--passing", good)
    assert {"line", "score"} <= suspects[0].keys()
    assert 6 in [row["line"] for row in suspects[:3]]
    assert ask("diff", good, good) == []


def test_control_and_why_not_name_the_branch(ask: Run, trace: str) -> None:
    steps = ask("steps", trace)
    raised = next(row["index"] for row in steps if row["kind"] == "raise")
    conditions = ask("why", f"{trace}@{raised}", "--control")
    nearest = conditions[0]
    assert (nearest["source"].startswith("if value % 3"), nearest["outcome"]) == (True, True)
    first = next(row["index"] for row in steps if row["function"] == "checked")
    (answer,) = ask("why", f"{trace}@{first + 2}", "--not", f"trees.py:{steps[raised]['line']}")
    assert answer["reason"] == "branch"
    assert answer["decided_line"] == nearest["line"]


def test_a_test_from_a_recording_runs(
    trace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "functions.py").write_text("def double(n, *, more=0):\n    return n * 2 + more\n")
    (tmp_path / "call.py").write_text("import functions\nfunctions.double(3, more=1)\n")
    made = tmp_path / "call.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", str(made), "call.py"]
    subprocess.run(command, check=True, cwd=tmp_path)
    assert main(["test", str(made), "double", "-o", str(tmp_path / "test_double.py")]) == 0
    assert main(["test", str(made), "double", "-o", str(tmp_path / "test_double.py")]) == 1
    capsys.readouterr()
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_double.py"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_coverage_and_hotspots_count_the_steps(ask: Run, trace: str) -> None:
    steps = ask("steps", trace)
    (coverage,) = ask("coverage", trace)
    for line, count in coverage["counts"].items():
        assert count == sum(row["line"] == int(line) for row in steps), line
    assert coverage["executed"] + len(coverage["missed"]) == coverage["statements"]
    for row in ask("hotspots", trace):
        assert row["steps"] == sum(r["function"] == row["function"] for r in steps)
    calls = ask("hotspots", trace, "--by", "calls", "--limit", "1")
    assert calls[0]["function"] == "Tree.insert"
    assert calls[0]["calls"] == len(ask("calls", trace, "insert"))


# -- naming a recording


def test_without_a_file_the_newest_is_asked_and_options_stand_anywhere(
    ask: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "one.py").write_text("x = 1\nx = 2\n")
    command = [sys.executable, "-m", "escope_tui", "record", "-q", str(tmp_path / "one.py")]
    subprocess.run(command, check=True)
    assert [row["value"] for row in ask("writes", "x")] == ["1", "2"]
    assert [row["value"] for row in ask("writes", "--last", "@1", "x")] == ["1"]
    assert [row["value"] for row in ask("writes", "@-1", "--next", "x")] == []
    (name,) = [each.name for each in (tmp_path / "escope-home" / "recordings").glob("*.esr")]
    assert len(ask("writes", name, "--limit", "1", "x")) == 1
    assert len(ask("writes", name.removesuffix(".esr"), "x")) == 2


ASKING = (
    "why", "writes", "history", "hits", "calls", "exceptions", "search", "diff", "output",
    "coverage", "hotspots", "steps", "info", "sql", "suspects", "test",
)  # fmt: skip
HOSTILE = (
    "\x1b[31m",
    "x y",
    "(",
    "",
    "../..",
    "a" * 3000,
    "1 +",
    "lambda: 0",
    "💥",
    "total.x.y",
    "[0]",
)


@pytest.mark.parametrize("command", ASKING)
def test_no_recording_and_no_sense_get_an_answer(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, trace: str
) -> None:
    broken = tmp_path / "broken.esr"
    broken.write_bytes(Path(trace).read_bytes()[:200])
    (tmp_path / "text.esr").write_text("text")
    folder = tmp_path / "folder.esr"
    folder.mkdir()
    lines = [
        [command, str(file), *more]
        for file in (
            tmp_path / "none.esr",
            tmp_path / "text.esr",
            folder,
            broken,
            f"{trace}@9999999",
        )
        for more in ((), ("total",), ("total", "--json"), ("total", "much", "more"))
    ]
    lines += [[command, trace, text] for text in HOSTILE]
    lines += [[command, f"{trace}@3", text, "--json"] for text in HOSTILE]
    lines += [[command, f"{trace}@-99999", "total"], [command, f"{trace}@1@2", "total"]]
    lines += [[command, f"{trace}@{'9' * 50}", "total"], [command, "--limit", "-1"]]
    for line in lines:
        capsys.readouterr()
        code = 0
        try:
            code = main(line)
        except SystemExit as error:
            code = int(str(error.code))
        said = capsys.readouterr()
        assert code in (0, 1, 2), line
        assert code == 0 or said.err, line
        assert "Traceback" not in said.err
        assert "\x1b" not in said.out + said.err, line


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert f"escope {command}" in capsys.readouterr().out


def test_what_is_found_is_written_before_the_rest_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Into a pipe too, where what is written would wait for more."""
    buffer = io.BytesIO()
    written = io.TextIOWrapper(buffer, encoding="utf-8")
    monkeypatch.setattr("sys.stdout", written)
    seen: list[bytes] = []

    def found() -> Iterator[str]:
        yield "first"
        seen.append(buffer.getvalue())

    common.write_all(found(), Namespace(json=False, limit=1), str, "nothing")
    assert seen == [b"first\n"]


@pytest.mark.parametrize("option", ["-OO", "-X", "-Werror", "-u"])
def test_an_option_of_the_interpreter_is_told_where_it_goes(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", "-q", option, "script.py"]) == 2
    told = capsys.readouterr().err
    assert f"{option} is an option of the interpreter" in told
    assert f"python {option} ... -m escope_tui record" in told
