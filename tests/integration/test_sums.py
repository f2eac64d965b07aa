"""Questions that the sums of chunks answer: the same as from the events, and no chunk decoded."""

from __future__ import annotations

from pathlib import Path

import pytest

import escope_tui as escope
from escope_tui.cli import main
from escope_tui.errors import FormatError
from escope_tui.format.reader import SUMS, RecordingFile
from tests.helpers.rerecord import chunked, rerecorded

PROGRAMS = Path(__file__).parents[1] / "programs"
WRITES = """
import asyncio
import sys
import threading


def parts(n):
    for i in range(n):
        print("part", i)
        yield i


def deep(n):
    if n:
        deep(n - 1)
    print("deep", n)


class Told:
    def __str__(self):
        print("asked")
        return "told"


async def task(name):
    for i in range(3):
        print(name, i)
        await asyncio.sleep(0)


async def both():
    await asyncio.gather(task("a"), task("b"))


print(Told())
for part in parts(4):
    print("got", part)
deep(6)
asyncio.run(both())
thread = threading.Thread(target=deep, args=(3,))
thread.start()
thread.join()
print(*[str(n) for n in range(4)], file=sys.stderr)
try:
    deep("text")
except TypeError as error:
    print(error)
"""


DEEP = """
import sys


def inner():
    for i in range(1000):
        yield i


def outer():
    yield from inner()


def one(depth):
    if depth:
        return other(depth - 1)
    total = 0
    for each in outer():
        total += each
    return total


def other(depth):
    return one(depth)


sys.setrecursionlimit(5000)
one(400)
"""
"""At the end of a deep stack what runs changes with each statement."""


def without_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on files are read as those of recorders that wrote no sums."""
    monkeypatch.setattr(RecordingFile, "load_sums", lambda self, number: None)


@pytest.mark.parametrize(
    "program", ["lang_generators", "lang_coroutines", "heap_threads", "lang_abandoned"]
)
@pytest.mark.parametrize("steps", [7, 150])
def test_functions_have_the_same_times_with_and_without_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, steps: int
) -> None:
    path = rerecorded(PROGRAMS / f"{program}.py", tmp_path, chunk_steps=steps)
    with escope.open(str(path)) as rec:
        summed = rec.functions()
        without_sums(monkeypatch)
        assert summed == rec.functions()
    assert any(each.own_ns for each in summed)


def test_a_chunk_whose_stack_turns_too_often_tells_no_times_and_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "deep.py"
    script.write_text(DEEP)
    path = rerecorded(script, tmp_path, chunk_steps=50_000)
    with RecordingFile(path) as file:
        told = [file.load_sums(info.number) for info in file.chunks]
    with escope.open(str(path)) as rec:
        summed = rec.functions()
        without_sums(monkeypatch)
        assert summed == rec.functions()
    assert [each.spent for each in told if each is not None] == [None]


def test_output_was_written_where_its_events_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escope.open(chunked(WRITES, tmp_path)) as rec:
        found = [[*rec.find_output(word)] for word in ("\n", "deep", "part", "asked", "a", "told")]
        searched = [*rec.search("a", kinds=("output",))]
        steps = [each.step for each in rec.output()]
        without_sums(monkeypatch)
        assert found == [
            [*rec.find_output(word)] for word in ("\n", "deep", "part", "asked", "a", "told")
        ]
        assert searched == [*rec.search("a", kinds=("output",))]
        assert steps == [each.step for each in rec.output()]
    assert all(found)


def test_damaged_sums_are_not_told(tmp_path: Path) -> None:
    """Each byte of a chunk's sums in turn."""
    path = Path(chunked(WRITES, tmp_path))
    with RecordingFile(str(path)) as file:
        block = file._chunk_block(1)
        at, packed, _ = file._sections(block)[SUMS]
    data = path.read_bytes()

    for place in range(block.start + at, block.start + at + packed):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with escope.open(str(path)) as rec, pytest.raises(FormatError):
            rec.functions()


def test_times_of_functions_and_the_search_of_the_output_decode_no_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "def work(n):\n    print('turn', n)\n    return n\nfor n in range(200):\n    work(n)\n"
    path = chunked(source, tmp_path)

    read = RecordingFile.load_chunk
    decoded = []

    def counted(self: RecordingFile, number: int) -> object:
        decoded.append(number)
        return read(self, number)

    monkeypatch.setattr(RecordingFile, "load_chunk", counted)
    assert main(["hotspots", path]) == 0
    assert main(["search", path, "turn 17", "--kind", "output"]) == 0
    assert main(["output", path, "--steps"]) == 0
    assert not decoded
    shown = capsys.readouterr().out
    assert "work" in shown
    assert "in work  stdout: turn" in shown


def test_damaged_sums_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with escope.open(chunked(WRITES, tmp_path)) as rec:
        whole = rec.functions()
        read = RecordingFile._section
        monkeypatch.setattr(
            RecordingFile,
            "_section",
            lambda self, block, number: b"\x01\xff" if number == 5 else read(self, block, number),
        )
        assert rec.functions() == whole
