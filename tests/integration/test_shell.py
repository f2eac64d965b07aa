"""`escope shell`: commands over a pipe, in a dumb terminal and at a real prompt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect  # type: ignore[import-untyped]
import pytest

from escope_tui.cli import main
from escope_tui.errors import EscopeError
from escope_tui.session import commands
from escope_tui.session.choices import Choices
from escope_tui.session.commands import Talk
from escope_tui.session.engine import open_engine
from escope_tui.session.projection import Projector
from escope_tui.session.session import Session
from escope_tui.shell.loop import unfinished

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "recordings"
ESCOPE = [sys.executable, "-m", "escope_tui"]

PROGRAM = """\
class Box:
    def __init__(self):
        self.total = 0
        self.rows = {"a": 1}

    def add(self, amount):
        self.total += amount
        return self.total


def work(n):
    box = Box()
    for i in range(n):
        box.add(i)
        box.rows["b"] = i
    n = 7
    try:
        box.rows["none"]
    except KeyError:
        n = 8
    return box.total


print("begin")
print("sum", work(5))
print("end \\x1b[31m")
"""


@pytest.fixture
def trace(record: Callable[..., Any], tmp_path: Path) -> Path:
    script = tmp_path / "boxes.py"
    script.write_text(PROGRAM)
    recorded = record(str(script))
    assert recorded.code == 0
    return Path(recorded.trace)


@pytest.fixture
def talk(trace: Path) -> Iterator[Talk]:
    engine = open_engine(str(trace))
    talk = Talk(Session(engine), Projector(engine))
    talk.session.arrive(talk.session.edge(False))
    yield talk
    engine.close()


def say(talk: Talk, *lines: str) -> list[str]:
    """Does lines as a front end does; the rows of the last one."""
    rows: list[str] = []
    for line in lines:
        reply = commands.run(talk, line)
        if reply.arrival is not None:
            talk.session.arrive(reply.arrival)
        rows = [each.text for each in reply.rows]
    return rows


def line_of(talk: Talk) -> str:
    return PROGRAM.splitlines()[talk.frame.line - 1].strip()


def piped(trace: Path | str, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ESCOPE, "shell", str(trace), *words],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("place", ["nowhere", "nowhere.py:7", "?"])
def test_a_jump_to_no_place_is_a_line_that_could_not_be_done(trace: Path, place: str) -> None:
    done = piped(trace, f"j {place}\np 1 + 1\n")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "2"
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_script_is_answered_line_by_line(trace: Path) -> None:
    done = piped(trace, "# a comment\nj :16\np n\n!box.total\np [\n  i\n]\nq\np 1 / 0\n")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-3:] == ["5", "10", "[4]"]
    assert "Traceback" not in done.stderr


def test_a_line_that_cannot_be_done_is_told_and_the_next_one_is_done(trace: Path) -> None:
    done = piped(trace, "nonsense\np 1 +\nj 99999\nb nowhere.py:3\np 40 + 2\n")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "42"
    assert "no command and no variable" in done.stderr
    assert "Traceback" not in done.stderr


def test_lines_may_stand_on_the_command_line(trace: Path) -> None:
    done = piped(trace, "", "-c", "j :16", "-c", "box.total", "-c", "q", "-c", "p 1")
    assert done.stdout.splitlines()[-1] == "10"


def test_recorded_text_is_never_obeyed(trace: Path) -> None:
    done = piped(trace, "end\noutput\n")
    assert "end \\x1b[31m" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("forward", "back"), [("s", "rs"), ("n", "rn"), ("s 5", "rs 5"), ("nh", "ph"), ("up", "down")]
)
def test_what_goes_forward_goes_back(talk: Talk, forward: str, back: str) -> None:
    say(talk, "j :7")
    start = talk.session.here
    say(talk, forward)
    assert talk.session.here != start
    say(talk, back)
    assert talk.session.here == start


def test_return_goes_to_the_caller_and_back_to_the_call(talk: Talk) -> None:
    say(talk, "j :7", "r")
    assert line_of(talk) == 'box.rows["b"] = i'
    say(talk, "-", "rr")
    assert line_of(talk) == "box.add(i)"


def test_until_leaves_a_loop(talk: Talk) -> None:
    say(talk, "j :14", "until")
    assert line_of(talk) == 'box.rows["b"] = i'
    say(talk, "until")
    assert line_of(talk) == "n = 7"
    say(talk, "ru 13")
    assert line_of(talk) == "box = Box()"
    say(talk, "until 99")
    assert talk.frame.function == "<module>"


def test_a_breakpoint_with_a_condition_stops_both_ways(talk: Talk) -> None:
    assert "ran 5 times" in say(talk, "b 7 if amount == 3")[0]
    say(talk, "catch none", "c")
    assert talk.evaluate("amount").data == 3
    here = talk.step
    say(talk, "end", "rc")
    assert talk.step == here


def test_a_temporary_breakpoint_is_gone_and_an_ignored_one_waits(talk: Talk) -> None:
    say(talk, "catch none", "tbreak add", "b 15", "ignore 2 2", "c")
    assert talk.frame.function == "Box.add"
    assert len(talk.session.stops) == 1
    say(talk, "c")
    assert talk.evaluate("i").data == 2
    assert say(talk, "disable 2", "b") == ["  2  boxes.py:15, ignoring 2 (disabled)"]
    say(talk, "enable 2", "delete all")
    assert say(talk, "bl") == ["there are no breakpoints"]


def test_a_watch_stops_at_each_change_of_the_data(talk: Talk) -> None:
    say(talk, "catch none", "j :14", "watch box.total")
    seen = []
    for _ in range(4):
        say(talk, "c")
        seen.append((line_of(talk), talk.evaluate("amount").data))
    assert seen == [("self.total += amount", n) for n in (0, 1, 2, 3)]
    say(talk, "delete 1", "j :14", "watch box.rows if len(box.rows) == 2", "c")
    assert line_of(talk) == 'box.rows["b"] = i'


def test_a_catch_stops_at_exceptions_of_its_type(talk: Talk) -> None:
    say(talk, "catch none", "catch KeyError caught", "c")
    assert line_of(talk) == 'box.rows["none"]'
    assert "there is none" in say(talk, "catch ValueError")[0]


def test_last_goes_from_write_to_write(talk: Talk) -> None:
    say(talk, "j :21")
    lines = []
    for _ in range(3):
        say(talk, "last n")
        lines.append(line_of(talk))
    assert lines[:2] == ["n = 8", "n = 7"]
    say(talk, "j :21", "last box.total")
    assert (line_of(talk), talk.evaluate("amount").data) == ("self.total += amount", 4)


def test_the_history_of_a_variable_is_all_its_values(talk: Talk) -> None:
    rows = say(talk, "j :16", "hist i")
    assert [row.split()[-1] for row in rows] == ["0", "1", "2", "3", "4"]
    assert rows[-1].startswith("->")
    totals = say(talk, "hist box.total")
    assert [row.split()[-1] for row in totals] == ["0", "0", "1", "3", "6", "10"]


def test_a_log_point_is_set_after_the_fact(talk: Talk) -> None:
    rows = say(talk, "log boxes.py:7 amount * 2, self.total if amount % 2")
    assert [re.findall(r"= ?(\d+)", row) for row in rows] == [["2", "0"], ["6", "3"]]
    assert len(say(talk, "hits add amount")) == 5
    assert len(say(talk, "hits 15")) == 5


def test_a_log_point_begins_where_it_is_told_to(talk: Talk) -> None:
    every = say(talk, "log :14 i")
    assert len(every) == 5
    step = re.search(r"@([\d,]+)", every[2])
    assert step is not None
    assert say(talk, f"log @{step[1]} :14 i") == every[2:]
    assert say(talk, f"hits @{step[1]} add self.total if amount > 3") == say(
        talk, "hits add self.total if amount > 3"
    )


def test_a_breakpoint_whose_condition_can_never_hold_is_refused(talk: Talk) -> None:
    with pytest.raises(EscopeError, match="amuont is no variable"):
        say(talk, "b add if amuont > 3")
    say(talk, "b :14 if i > 3")
    with pytest.raises(EscopeError, match="amount is no variable"):
        say(talk, "condition 1 amount > 3")


def test_a_search_goes_from_place_to_place_both_ways(talk: Talk) -> None:
    say(talk, "catch none", "start", "find 10")
    first = talk.step
    assert 0 < first < len(talk.engine) - 1
    say(talk, "end", "rfind 10")
    assert talk.step >= first
    assert any("total" in row for row in say(talk, "search 10"))
    reply = commands.run(talk, "find nowhere at all")
    assert reply.arrival is not None
    assert reply.arrival.moment is None


def test_the_tree_of_a_call_is_the_calls_it_made(talk: Talk) -> None:
    say(talk, "j work")
    rows = say(talk, "tree 1")
    assert "work(n=5) → 10" in rows[0]
    assert [row.strip().partition("(")[0].split()[-1] for row in rows[1:]] == [
        "Box.__init__",
        *["Box.add"] * 5,
    ]
    assert len(say(talk, "tree all")) > len(rows)
    assert "Box.add" in say(talk, "functions calls")[0]


def test_sql_and_coverage_answer_in_the_shell(talk: Talk) -> None:
    assert say(talk, "sql select count(*) n from steps") == ["n", str(len(talk.engine))]
    assert say(talk, "coverage")[0].endswith("lines with a statement ran")


def test_calls_show_arguments_and_results(talk: Talk) -> None:
    rows = say(talk, "calls work")
    assert len(rows) == 1
    assert "work(n=5) → 10" in rows[0]


def test_bookmarks_and_notes_are_kept(talk: Talk, trace: Path) -> None:
    say(talk, "j :16", "mark here it is odd", "notes look at the rows")
    step = talk.step
    assert say(talk, "marks") == [f"@{step}  here  it is odd"]
    say(talk, "start", "j here")
    assert talk.step == step
    assert say(talk, "notes") == [f"@{step}: look at the rows"]
    done = piped(trace, "marks\nunmark here\nmarks\n")
    assert "here  it is odd" in done.stdout
    assert done.stdout.splitlines()[-1] == "no bookmarks"


def test_a_variable_that_is_called_like_a_command_can_be_asked_for(talk: Talk) -> None:
    say(talk, "j :16")
    step = talk.step
    assert say(talk, "n + 1") == ["6"]
    assert say(talk, "n == 5 and i") == ["4"]
    assert say(talk, "!n") == ["5"]
    assert talk.step == step
    say(talk, "n")
    assert talk.step > step


def test_several_commands_may_stand_in_a_line(trace: Path) -> None:
    done = piped(trace, "j :16;; p n;; p ';;'\n")
    assert done.stdout.splitlines()[-2:] == ["5", "';;'"]


def test_info_tells_what_gdb_tells(talk: Talk) -> None:
    say(talk, "j :16", "b 16")
    assert say(talk, "info b") == say(talk, "breakpoints")
    assert say(talk, "info locals") == say(talk, "locals")
    assert "@" in say(talk, "info frame")[0]


def test_what_a_call_returned_is_known_before_it_returns(talk: Talk) -> None:
    say(talk, "start", "j work")
    assert say(talk, "rv") == ["10"]


@pytest.mark.parametrize("line", ["n = 3", "!n = 3", "box.total += 1", "import os"])
def test_the_past_cannot_be_changed(talk: Talk, line: str) -> None:
    with pytest.raises(EscopeError, match="the past cannot be changed"):
        say(talk, "j :16", line)


def test_a_command_that_makes_no_sense_here_tells_what_does_its_work(talk: Talk) -> None:
    with pytest.raises(EscopeError) as caught:
        say(talk, "commands 1")
    assert "`log PLACE EXPRESSION`" in (caught.value.hint or "")


def test_breakpoints_are_switched_all_at_once(talk: Talk) -> None:
    say(talk, "b 16", "b 17", "disable")
    assert say(talk, "start", "c") == say(talk, "end")
    assert not any("disabled" in each for each in say(talk, "enable"))


def test_threads_and_what_waits_are_listed_and_visited(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "two.py"
    script.write_text(
        "import threading\n"
        "def numbers():\n    yield 1\n    yield 2\n"
        "def work():\n    x = 1\n"
        "g = numbers()\nnext(g)\n"
        "t = threading.Thread(target=work, name='helper')\nt.start()\nt.join()\n"
        "print('end')\n"
    )
    engine = open_engine(record(str(script)).trace)
    talk = Talk(Session(engine), Projector(engine))
    talk.session.arrive(talk.session.edge(True))

    main, helper, waiting = say(talk, "threads")
    say(talk, "thread helper")

    assert "MainThread" in main
    assert "work:6" in helper
    assert "numbers:3" in waiting
    assert talk.frame.function == "work"
    engine.close()


def test_a_generator_that_is_closed_is_no_exception_of_the_statement(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "closing.py"
    script.write_text("def f():\n    yield 1\ng = f()\nnext(g)\nprint('end')\n")
    engine = open_engine(record(str(script)).trace)
    assert engine.exception_at(len(engine) - 1) is None
    engine.close()


@pytest.mark.parametrize(
    ("line", "choice"),
    [
        ('p box.rows["a', '"a"]'),
        ("p box.rows['a", "'a']"),
        ("log :7 am", "amount"),
        ("b add if am", "amount"),
        ("sql select * from wr", "writes"),
        ("thread Ma", "MainThread"),
    ],
)
def test_what_is_typed_is_completed_as_of_now(talk: Talk, line: str, choice: str) -> None:
    say(talk, "j :16")
    assert choice in [each.name for each in Choices(talk).of(line)]


def test_a_step_may_be_counted_from_the_end(trace: Path) -> None:
    done = piped(f"{trace}@-1", "", "-c", "info")
    assert "100.0 %" in done.stdout
    beyond = piped(f"{trace}@99999", "", "-c", "info")
    assert beyond.returncode == 1
    assert "there is no step 99,999" in beyond.stderr


def test_a_full_disk_is_told_without_a_traceback(trace: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*ESCOPE, "info", str(trace)], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr == "escope: No space left on device\n"


def test_display_and_unfold_show_values(talk: Talk) -> None:
    say(talk, "j :16")
    assert say(talk, "display box.total") == ["1: box.total = 10"]
    rows = say(talk, "pp box")
    assert any("total" in row and "10" in row for row in rows)
    assert any("'b'" in row for row in rows)
    assert say(talk, "undisplay 1", "display") == ["nothing is displayed"]


def test_every_command_has_help_and_is_documented() -> None:
    page = (ROOT / "docs" / "shell.md").read_text("utf-8")
    missing = [
        each.name
        for group in commands.GROUPS.values()
        for each in group
        if not any(re.search(rf"`{re.escape(n)}\b", page) for n in (each.name, *each.aliases))
        and each.name not in ("quit", "reverse-until")
    ]
    assert missing == []
    assert all(each.help for group in commands.GROUPS.values() for each in group)


HOSTILE = (
    "", " ", "x" * 5000, "(" * 3000, "\x1b[31m", "\0", "p", "p \ud800", "p 'a" + "\n" * 3, "é = 1",
    "-1", "99999999999999999999", "@-3", "1e999", "None", "lambda: 0", "__import__('os')", "💥",
    "a.b.c[0]['x']", "f" * 200 + ".py:1", ":0", "nowhere.py:3", "1,2", "9,1", "if", "x if", "if if",
    "%s%n", "../..", "[1,2", "i j k",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted({c.name for g in commands.GROUPS.values() for c in g}))
def test_no_argument_breaks_a_command(talk: Talk, name: str) -> None:
    for place in ("start", "j :7", "end"):
        say(talk, place)
        for argument in HOSTILE:
            said: list[str] = []
            try:
                said = say(talk, f"{name} {argument}")
            except EscopeError as error:
                said = [error.message]
            assert "\x1b" not in "".join(said)


def test_no_line_breaks_the_talk(talk: Talk) -> None:
    for line in HOSTILE:
        try:
            say(talk, line)
        except EscopeError:
            continue


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("p [", True),
        ("p [1,\n 2]", False),
        ("p '''a", True),
        ("p 'it''s'", False),
        ("p x \\", True),
        ("p )", False),
        ("log f x, (y", True),
        ("j 24%", False),
        ("p [\n", False),
    ],
)
def test_an_open_bracket_goes_on_in_the_next_line(text: str, more: bool) -> None:
    assert unfinished(text) is more


# -- terminals

PROMPT = r"\d+% @\d+> ?"


@pytest.fixture
def spawn(trace: Path) -> Iterator[Callable[..., Any]]:
    children = []

    def start(**environment: str) -> Any:
        env = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **environment}
        env.pop("NO_COLOR", None)
        child = pexpect.spawn(
            sys.executable,
            ["-m", "escope_tui", "shell", str(trace)],
            env=env,
            encoding="utf-8",
            timeout=30,
            dimensions=(30, 100),
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.close(force=True)


def test_a_dumb_terminal_has_a_plain_prompt(spawn: Callable[..., Any]) -> None:
    child = spawn(TERM="dumb")
    child.expect("> ")
    child.sendline("j :16")
    child.expect("n = 7")
    child.expect("> ")
    child.sendline("n + 1")
    child.expect("6\r\n")
    child.sendline("p [1,")
    child.expect(re.escape("... "))
    child.sendline("2]")
    child.expect(re.escape("[1, 2]"))
    child.sendline("q")
    child.expect(pexpect.EOF)
    assert "\x1b" not in child.before


def test_a_terminal_has_completion_and_history(spawn: Callable[..., Any]) -> None:
    child = spawn()
    child.expect(PROMPT)
    child.send("j :16\r")
    child.expect("boxes.py:16")
    child.expect(PROMPT)
    child.send("p box.to\t")
    child.expect("tal")
    child.send("\r")
    child.expect("10\r\n")
    child.send("q\r")
    child.expect("left at .*@")
    child.expect(pexpect.EOF)
    again = spawn()
    again.expect(PROMPT)
    again.send("\x1b[A\x1b[A\r")
    again.expect("box is not bound here")
    again.send("\x04")
    again.expect(pexpect.EOF)


def test_ctrl_c_leaves_a_question_and_not_the_shell(spawn: Callable[..., Any]) -> None:
    child = spawn()
    child.expect(PROMPT)
    child.send("half a line\x03")
    child.send("p 6 * 7\r")
    child.expect("42")
    child.send("\x04")
    child.expect(pexpect.EOF)


@pytest.mark.parametrize("name", ["nothing.esr", "folder", "text.esr", "empty.esr"])
def test_what_is_no_recording_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.esr").write_text("text")
    (tmp_path / "empty.esr").write_text("")
    done = piped(tmp_path / name, "s\n")
    assert done.returncode == 1
    assert done.stderr.startswith("escope: ")
    assert "Traceback" not in done.stderr


def test_a_recording_that_cannot_be_written_beside_still_answers(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "survey.esr", tmp_path)
    assert piped(tmp_path / "survey.esr@5", "info\n").stdout.splitlines()[-1].startswith("survey")


def test_a_name_that_is_not_there_gets_the_names_that_are_near(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sample = str(Path(__file__).parents[2] / "recordings" / "exchange.esr")
    for line in ("p balanc", "balanc + 1", "why balanc", "balanc"):
        assert main(["shell", sample, "-c", line]) == 1
        assert "did you mean balance?" in capsys.readouterr().err
