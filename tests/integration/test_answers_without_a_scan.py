"""What is answered from where it is, not from all of a recording: how a program ended, what its
exceptions say, what it wrote.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.cli import main
from escope_tui.query.exceptions import (
    Seen,
    all_exceptions,
    iter_exceptions,
    named_exceptions,
    uncaught_exceptions,
)
from escope_tui.query.fates import exceptions_of_fate
from escope_tui.query.output import find_output, iter_output, output_lines
from escope_tui.query.recording import Recording
from tests.helpers.rerecord import chunked

NOISE = """
class Custom(Exception):
    pass
def noise(n):
    for k in range(n):
        try:
            if k % 5 == 0:
                raise KeyError(k)
            if k % 5 == 1:
                raise ValueError(f"it is {k}")
            if k % 5 == 2:
                raise Custom("two", k)
            if k % 5 == 3:
                raise OSError(2, "gone", f"file{k}")
            float("n" + str(k))
        except Exception:
            pass
"""
ENDINGS = {
    "raises": NOISE
    + """
def fails():
    raise ValueError("the end")
noise(100)
fails()
""",
    "cleans_up_for_long": NOISE
    + """
def fails():
    try:
        raise Custom("the end")
    finally:
        noise(60)
noise(20)
fails()
""",
    "exits_in_a_with": NOISE
    + """
class Slow:
    def __enter__(self):
        return self
    def __exit__(self, *told):
        noise(60)
def fails():
    with Slow():
        noise(3)
        raise SystemExit(3)
fails()
""",
    "threads": NOISE
    + """
import threading
def work(n):
    noise(n)
    try:
        raise LookupError(f"thread {n}")
    except LookupError:
        if n != 30:
            return
        raise
for n, name in ((30, "w10"), (20, "w1")):
    thread = threading.Thread(target=work, args=(n,), name=name)
    thread.start()
    thread.join()
noise(40)
""",
    "unseen": NOISE
    + """
noise(30)
{}["gone"]
""",
    "swallows": NOISE
    + """
import contextlib
def lost(n):
    try:
        raise RuntimeError(f"lost {n}")
    finally:
        return n
for n in range(12):
    lost(n)
    with contextlib.suppress(RuntimeError):
        raise RuntimeError("hidden")
noise(10)
""",
}
ENDINGS |= {
    "does_more_at_exit": NOISE
    + """
import atexit
atexit.register(noise, 60)
def fails():
    raise ValueError("the end")
noise(10)
fails()
""",
    "waits_in_the_end_of_a_with": NOISE
    + """
import contextlib
def fails():
    with contextlib.ExitStack() as stack:
        stack.callback(noise, 60)
        raise ValueError("waits")
def calls():
    raise LookupError("passes")
def waits():
    with contextlib.ExitStack() as stack:
        stack.callback(noise, 60)
        calls()
noise(20)
for each in fails, waits:
    try:
        each()
    except (ValueError, LookupError):
        noise(20)
""",
    "is_awaited_later": NOISE
    + """
import asyncio
async def fails():
    raise LookupError("in a task")
async def main():
    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    noise(60)
    try:
        await task
    except LookupError:
        noise(20)
asyncio.run(main())
""",
}


@pytest.fixture(scope="module", params=ENDINGS)
def rec(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = chunked(ENDINGS[request.param], tmp_path_factory.mktemp(request.param))
    with escope.open(path) as opened:
        assert len(opened.file.chunks) > 8
        yield opened


def fresh(rec: Recording) -> Recording:
    """The same recording, of which nothing was asked yet."""
    return escope.open(rec.path)


def plain(error: escope.ExceptionEvent) -> tuple[Any, ...]:
    return (
        *(error.step, error.thread, error.type_name, error.message, error.fate),
        tuple(place.step for place in error.propagated),
    )


class Counted:
    """The codec's survey; counts the chunks that are looked at."""

    def __init__(self, survey: Any) -> None:
        self._survey = survey
        self.looks = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._survey, name)
        if name in ("raises", "look_for", "prepare", "may_write"):
            self.looks += 1
        return found


def counting(rec: Recording) -> Counted:
    counted = Counted(rec.surveyor.survey)
    rec.surveyor.__dict__["survey"] = counted
    return counted


def test_what_ended_the_program_is_found_where_it_ended(rec: Recording) -> None:
    with fresh(rec) as other:
        everything = [plain(each) for each in other.exceptions() if each.fate == "uncaught"]
    assert [plain(each) for each in uncaught_exceptions(rec)] == everything


LONG_FINALLY = """
def fails():
    raise ValueError("long ago")
def cleans_up():
    try:
        fails()
    finally:
        for k in range(6000):
            k + 1
cleans_up()
"""


def test_what_ended_the_program_is_found_before_a_long_finally(tmp_path: Path) -> None:
    path = chunked(LONG_FINALLY, tmp_path, steps=1000)
    with escope.open(path) as rec:
        assert len(rec.file.chunks) > 8
        everything = [plain(each) for each in all_exceptions(rec)]
    with escope.open(path) as rec:
        assert [plain(each) for each in uncaught_exceptions(rec)] == everything
        assert len(everything) == 1


def test_a_program_failed_where_it_stood_and_not_in_what_ran_at_its_exit(tmp_path: Path) -> None:
    source = "import atexit\ndef bye():\n    return 1\natexit.register(bye)\n{}['gone']\n"
    with escope.open(chunked(source, tmp_path)) as rec:
        (error,) = rec.exceptions()
        assert (error.raised.line, error.fate) == (5, "uncaught")
        assert rec.first_failure().step == error.step


def test_one_by_one_the_exceptions_are_those_of_the_whole_recording(rec: Recording) -> None:
    with fresh(rec) as other:
        everything = [plain(each) for each in all_exceptions(other)]
    for start, direction in ((-1, 1), (len(rec), -1)):
        with fresh(rec) as other:
            found = [plain(each) for each in iter_exceptions(other, start, direction)]
        assert found == everything[::direction]


@pytest.mark.parametrize("fate", ["caught", "uncaught", "left", "swallowed"])
def test_those_of_one_fate_are_the_ones_of_the_whole_recording(rec: Recording, fate: str) -> None:
    with fresh(rec) as other:
        everything = [plain(each) for each in all_exceptions(other) if each.fate == fate]
    for start, direction in ((-1, 1), (len(rec), -1)):
        with fresh(rec) as other:
            found = [plain(each) for each in exceptions_of_fate(other, fate, start, direction)]
        assert found == everything[::direction]


def test_uncaught_ones_are_looked_for_in_a_few_chunks(tmp_path: Path) -> None:
    with escope.open(chunked(ENDINGS["raises"], tmp_path)) as rec:
        counted = counting(rec)
        (found,) = exceptions_of_fate(rec, "uncaught")
        assert found.message == "the end"
        assert counted.looks <= 6 < len(rec.file.chunks) // 4


class Made:
    """Counts the exceptions that are made of what the chunks tell."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = Seen.__init__

        def count(event: Seen, *given: Any, **named: Any) -> None:
            self.count += 1
            real(event, *given, **named)

        monkeypatch.setattr(Seen, "__init__", count)


@pytest.mark.parametrize("fate", ["left", "swallowed"])
def test_where_all_is_caught_no_exception_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    cleans = "for k in range(50):\n    try:\n        noise(1)\n    finally:\n        k + 1\n"
    with escope.open(chunked(NOISE + cleans, tmp_path)) as rec:
        counted, made = counting(rec), Made(monkeypatch)
        assert list(exceptions_of_fate(rec, fate)) == []
        assert made.count == 0
        assert counted.looks > 0


def test_without_a_finally_and_a_with_none_is_swallowed_and_no_chunk_is_looked_at(
    tmp_path: Path,
) -> None:
    with escope.open(chunked(NOISE + "noise(100)\n", tmp_path)) as rec:
        counted = counting(rec)
        assert list(exceptions_of_fate(rec, "swallowed")) == []
        assert counted.looks == 0


def test_a_swallowed_one_among_many_is_found_without_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = "def lost():\n    try:\n        raise RuntimeError\n    finally:\n        return 1\n"
    source = NOISE + lost + "noise(900)\nlost()\nnoise(900)\n"
    with escope.open(chunked(source, tmp_path)) as rec:
        total = len(all_exceptions(rec))
    with escope.open(chunked(source, tmp_path)) as rec:
        made = Made(monkeypatch)
        (found,) = exceptions_of_fate(rec, "swallowed")
        assert found.type_name == "RuntimeError"
        assert made.count < total // 3


def test_the_end_of_one_thread_is_not_that_of_another_whose_name_begins_so(
    tmp_path: Path,
) -> None:
    with escope.open(chunked(ENDINGS["threads"], tmp_path)) as rec:
        assert [each.message for each in uncaught_exceptions(rec)] == ["thread 30"]
        assert rec.first_failure().text == "LookupError: thread 30"


def test_the_first_failure_looks_at_a_few_chunks(tmp_path: Path) -> None:
    with escope.open(chunked(ENDINGS["raises"], tmp_path)) as rec:
        counted = counting(rec)
        assert rec.first_failure().text == "ValueError: the end"
        assert counted.looks <= 6 < len(rec.file.chunks) // 4


def test_exceptions_of_a_type_that_is_not_recorded_are_not_looked_for(tmp_path: Path) -> None:
    with escope.open(chunked(ENDINGS["raises"], tmp_path)) as rec:
        counted = counting(rec)
        assert list(named_exceptions(rec, "ZeroDivisionError")) == []
        assert counted.looks <= 6
        wanted = [plain(each) for each in rec.exceptions() if each.type_name == "Custom"]
        assert [plain(each) for each in named_exceptions(rec, "Custom")] == wanted


def test_info_tells_what_was_caught_and_what_was_not_without_a_scan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = chunked(ENDINGS["raises"], tmp_path)
    assert main(["info", path, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    with escope.open(path) as rec:
        caught = [each for each in rec.exceptions() if each.fate == "caught"]
        counted = counting(rec)
    assert facts["caught"] == len(caught) == 100
    assert [each["message"] for each in facts["uncaught"]] == ["the end"]
    assert counted.looks == 0
    assert main(["info", path]) == 0
    assert "100 caught, uncaught:" in capsys.readouterr().out


NEEDLES = [
    *("it is 6", "the end", "gone", "Errno", "two", "Custom", "'two', 7", "7", "17", "file8"),
    *("lost", "hidden", "thread", "not convert", "n4", "Error: 5", " it", "zebra", "None", "KeyE"),
    *("'n9'", '"', "lost 7", "could not convert string to float: 'n14'"),
]


def test_a_search_finds_the_exceptions_that_say_it(rec: Recording) -> None:
    with fresh(rec) as other:
        everything = [
            (each.step, f"{each.type_name}: {each.message}" if each.message else each.type_name)
            for each in other.exceptions()
        ]
    for text in NEEDLES:
        wanted = [step for step, said in everything if text in said]
        for kinds, direction in ((["exception"], 1), (["exception"], -1), (None, 1), (None, -1)):
            with fresh(rec) as other:
                rows = other.iter_search(text, kinds, None, direction)
                found = [each.step for each in rows if each.kind == "exception"]
            assert found == wanted[::direction], (text, kinds, direction)


def test_a_search_finds_what_exceptions_say_of_other_things_than_texts(tmp_path: Path) -> None:
    values = ("b'of bytes'", "bytearray(b'more')", "None", "True", "1e30", "2j", "...", "noise")
    raises = "".join(
        f"try:\n    raise ValueError({each})\nexcept ValueError:\n    noise()\n" for each in values
    )
    source = "def noise():\n    for k in range(40):\n        k + 1\n" + raises
    with escope.open(chunked(source, tmp_path)) as rec:
        everything = [f"{each.type_name}: {each.message}" for each in rec.exceptions()]
        for text in ("bytes", "mor", "one", "rue", "1e", "2j", "llip", "on noi"):
            found = [each.text for each in rec.iter_search(text, ["exception"])]
            assert found == [f"{said} (caught)" for said in everything if text in said], text
            assert found, text


def test_a_search_of_all_kinds_finds_what_each_kind_finds(rec: Recording) -> None:
    for text in ("7", "gone", "Custom", "True", "it is 6"):
        with fresh(rec) as other:
            together = [(each.step, each.kind, each.text) for each in other.search(text)]
        kinds = ("name", "value", "type", "output", "source", "return", "argument", "exception")
        apart = [
            (each.step, each.kind, each.text) for kind in kinds for each in rec.search(text, [kind])
        ]
        assert sorted(together) == sorted(apart), text
        assert [step for step, *_ in together] == sorted(step for step, *_ in together)


SIMPLE = """
def noise(n):
    for k in range(n):
        try:
            raise KeyError(k) if k % 2 else ValueError(f"it is {k}")
        except Exception:
            pass
noise(100)
"""


def test_a_search_for_everything_looks_at_each_chunk_once(tmp_path: Path) -> None:
    with escope.open(chunked(SIMPLE, tmp_path)) as rec:
        counted = counting(rec)
        assert list(rec.iter_search("123456")) == []
        assert counted.looks <= len(rec.file.chunks) + 6


HYPHENS = """
def fails(k):
    try:
        raise ValueError(WORDS[k % len(WORDS)])
    except ValueError:
        pass
WORDS = [
    "look-at-all of it", "at-all", "x-in", "in-x y", complex("nan-infj"), "not-recorded",
    ("of-at", "in-it"), ["sub-text"],
]
for k in range(40):
    fails(k)
try:
    raise ExceptionGroup("both-in", [ValueError("a-b"), ValueError("c-d")])
except ExceptionGroup as error:
    kept = error
for k in range(40):
    fails(k)
"""


def test_words_with_hyphens_are_found_in_what_exceptions_say(tmp_path: Path) -> None:
    path = chunked(HYPHENS, tmp_path)
    with escope.open(path) as rec:
        everything = [(each.step, f"{each.type_name}: {each.message}") for each in rec.exceptions()]
    texts = ("look-at-all", "at-all", "k-at-al", "x-in", "in-x y", "nan-inf", "n-i", "not-recorded")
    for text in (*texts, "of-at", "sub-text", "sub-exception", "sub-e", "both-in", "in-it", "h-in"):
        wanted = [step for step, said in everything if text in said]
        assert wanted, text
        with escope.open(path) as rec:
            found = [each.step for each in rec.iter_search(text, ["exception"])]
        assert found == wanted, text


class Asked:
    """The codec's survey; counts the chunks that had to be decoded for a search."""

    def __init__(self, survey: Any) -> None:
        self._survey = survey
        self.decoded = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._survey, name)

    def look_for(self, *given: Any) -> Any:
        found = self._survey.look_for(*given)
        self.decoded += found is not None
        return found


@pytest.mark.parametrize("text", ["zebra", "zebra-at-all", "none-at-all of-it"])
def test_what_no_string_has_is_not_found_without_a_chunk_decoded(tmp_path: Path, text: str) -> None:
    with escope.open(chunked(SIMPLE, tmp_path)) as rec:
        asked = Asked(rec.surveyor.survey)
        rec.surveyor.__dict__["survey"] = asked
        assert list(rec.iter_search(text)) == []
        assert asked.decoded == 0


PASSES = """
class Box:
    pass
def empties(box, n, why=None):
    for k in range(n):
        box.kept = None
        last = None
    return None
for k in range(20):
    empties(Box(), 5)
"""


def test_a_search_in_arguments_looks_up_arguments_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = chunked(PASSES, tmp_path)
    with escope.open(path) as rec:
        everywhere = [(e.step, e.text) for e in rec.search("None") if e.kind == "argument"]
    with escope.open(path) as rec:
        looked_up: list[Any] = []
        real = rec.state.value

        def value(raw: Any, step: int) -> Any:
            looked_up.append(raw)
            return real(raw, step)

        monkeypatch.setattr(rec.state, "value", value)
        found = [(e.step, e.text) for e in rec.iter_search("None", ["argument"])]
        assert found == everywhere
        assert len(looked_up) == len(found) == 20


WRITES = """
import sys
for k in range(40):
    print("line", k, end=" " if k % 3 else "\\n")
    sys.stderr.write(f"note {k};")
    if k % 7 == 0:
        print("x" * 3000)
print("aaaa")
"""


def test_output_is_found_across_the_pieces_in_which_it_was_written(tmp_path: Path) -> None:
    with escope.open(chunked(WRITES, tmp_path)) as rec:
        chunks = list(iter_output(rec))
        assert chunks == list(rec.output())
        for text in ("line 4 ", "line", "4 line 5", "\n", "note 39;", "xxx", "aa", "nowhere"):
            wanted = []
            for stream in ("stdout", "stderr"):
                mine = [each for each in chunks if each.stream == stream]
                whole = "".join(each.text for each in mine)
                starts = [sum(len(each.text) for each in mine[:n]) for n in range(len(mine))]
                for start, each in zip(starts, mine, strict=True):
                    places = range(start, start + len(each.text))
                    first = next((at for at in places if whole.startswith(text, at)), None)
                    if first is not None:
                        wanted.append((each.step, stream, first))
            found = [(each.step, each.stream, each.start) for each in find_output(rec, text)]
            assert found == sorted(wanted, key=lambda each: each[0]), text
        lines = rec.output().text.split("\n")
        assert list(output_lines(rec)) == (lines if lines[-1] else lines[:-1])


def test_much_output_is_read_piece_by_piece(tmp_path: Path) -> None:
    script = tmp_path / "much.py"
    script.write_text("for k in range(600):\n    print(str(k % 10) * 100_000)\n")
    path = escope.record([str(script)], output=str(tmp_path / "much.esr"))
    with escope.open(path) as rec:
        list(rec.steps(0, 5))
        tracemalloc.start()
        size = sum(len(each.text) for each in iter_output(rec))
        assert not find_output(rec, "no such text")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > 60_000_000
        assert peak < size / 3


QUIET = """
def add(total, n):
    try:
        total += n
    finally:
        n = 0
    return total
def main():
    total = 0
    for n in range(300):
        total = add(total, n)
    if total < 0:
        raise ValueError(total)
    print(total)
main()
"""


@pytest.mark.parametrize("way", [1, -1])
def test_that_no_exception_is_left_is_known_without_a_look_at_the_steps(
    tmp_path: Path, way: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escope.open(chunked(QUIET, tmp_path)) as rec:
        assert len(rec.file.chunks) > 60
        middle = len(rec) // 2
        asked: list[int] = []
        monkeypatch.setattr(rec, "step_info", asked.append)
        monkeypatch.setattr(rec.surveyor, "site_hits", asked.append)
        assert rec.next_exception(middle, way) is None
        assert asked == []
