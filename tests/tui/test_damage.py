"""Recordings that are damaged or tiny: what can be read is walked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from escope_tui.cli import main
from escope_tui.format.reader import RecordingFile
from escope_tui.session.engine import RecordingEngine, open_engine
from escope_tui.tui import profile
from escope_tui.tui.panes.timeline import Timeline
from tests.helpers.driving import replaying

PROGRAM = """\
def work(n):
    total = 0
    for i in range(n):
        total += i * 3 % 7
    return total

for k in range(4):
    work(60000)
print("done")
"""


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RecordingEngine, int, int]]:
    """A recording with one chunk in the middle overwritten; its first step and the one after it."""
    trace = recorded(tmp_path_factory.mktemp("damaged"), PROGRAM)
    with RecordingFile(str(trace)) as file:
        assert len(file.chunks) > 3
        number = len(file.chunks) // 2
    first, stop = damage(trace, number)
    engine = open_engine(str(trace))
    yield engine, first, stop
    engine.close()


def recorded(folder: Path, text: str) -> Path:
    """The recording of a program."""
    import subprocess
    import sys

    (folder / "long.py").write_text(text)
    trace = folder / "long.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", str(trace)]
    subprocess.run([*command, str(folder / "long.py")], check=False, timeout=120)
    return trace


def damage(trace: Path, number: int, begin: float = 0.5) -> tuple[int, int]:
    """Overwrites a chunk from some part of it on; its first step and the one after it."""
    with RecordingFile(str(trace)) as file:
        chunk = file.chunks[number]
    data = bytearray(trace.read_bytes())
    for at in range(chunk.offset + 40 + int(chunk.size * begin), chunk.offset + chunk.size - 8):
        data[at] ^= 0x5A
    trace.write_bytes(data)
    return chunk.first_step, chunk.first_step + chunk.n_steps


async def test_a_step_over_the_damage_goes_on_behind_it(
    damaged: tuple[RecordingEngine, int, int],
) -> None:
    engine, first, stop = damaged
    async with replaying(engine, step=first - 1) as app:
        assert app.step == first - 1
        for keys, there in (("s", stop), ("S", first - 1), ("n", stop), ("N", first - 1)):
            await app.press(keys)
            assert app.step == there
            assert f"steps {first:,} to {stop - 1:,} are damaged and left out" in app.news


async def test_a_step_inside_the_damage_is_the_next_one_behind_it(
    damaged: tuple[RecordingEngine, int, int],
) -> None:
    engine, first, stop = damaged
    async with replaying(engine, step=0) as app:
        await app.press("colon")
        await app.type(str((first + stop) // 2))
        assert app.step == stop
        assert "damaged" in app.news


async def test_the_timeline_shows_the_damage(
    damaged: tuple[RecordingEngine, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: damage that lies between two samples of the depth
    monkeypatch.setattr(profile, "SAMPLES", 2)
    engine, first, stop = damaged
    async with replaying(engine, step=0) as app:
        while not app.app.profiler.finished:
            await app.pilot.pause(0.05)
        await app.press("5")
        lane = next(row for row in app.rows("timeline") if row.endswith("gaps"))
        timeline = app.app.query_one("#timeline", Timeline)
        assert lane[timeline.column_of((first + stop) // 2)] == "░"
        assert lane[timeline.column_of(first // 2)] == "·"
        assert lane[timeline.column_of((stop + len(engine)) // 2)] == "·"


async def test_every_moment_outside_the_damage_shows(
    damaged: tuple[RecordingEngine, int, int],
) -> None:
    engine, first, stop = damaged
    async with replaying(engine, step=0) as app:
        for tenths in range(10):
            await app.press("percent_sign", str(tenths))
            assert not first <= app.step < stop
            assert app.rows("stack")[0]
        await app.press("greater_than_sign")
        assert app.step == len(engine) - 1
        assert not any(v.change for v in app.view.variables if v.name != "k"), "nothing is made up"


LIVING = """\
kept = [1, 2]
rows = []
for k in range(150000):
    rows = [k]
    if k == 70000:
        kept.append(3)
print("done")
raise ValueError(f"{k} was too much")
"""

MANY = """\
kept = [[i] for i in range(3000)]
for k in range(150000):
    rows = [k]
    if k == 70000:
        for each in kept:
            each.append(3)
"""


@pytest.mark.parametrize("begin", [0.0, 0.5], ids=["all of it", "half of it"])
@pytest.mark.parametrize("number", [0, 2, -1])
async def test_it_opens_whichever_chunk_is_damaged(
    tmp_path: Path, number: int, begin: float
) -> None:
    trace = recorded(tmp_path, LIVING)
    first, _ = damage(trace, number, begin)
    engine = open_engine(str(trace))
    async with replaying(engine) as app:
        assert app.step == (first - 1 if number < 0 else len(engine) - 1)
        assert "rows" in app.text("variables")
    engine.close()


def test_what_an_object_held_in_a_damaged_chunk_is_not_known_behind_it(tmp_path: Path) -> None:
    """Its older contents would be wrong: it may have changed in between."""
    trace = recorded(tmp_path, MANY)
    with RecordingFile(str(trace)) as file:
        changed = file.chunk_of(3000 + 3 * 70000)
    first, stop = damage(trace, changed)
    engine = open_engine(str(trace))
    before, after = (engine.stack(s)[0].locals["kept"].summary(40) for s in (first - 1, stop))
    engine.close()
    assert before.startswith("[[0], [1], ")
    assert after.startswith("[<not recorded")


def test_the_facts_of_a_damaged_recording_tell_which_steps_are_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = recorded(tmp_path, LIVING)
    first, stop = damage(trace, 1, 0.0)
    assert main(["info", str(trace)]) == 0
    shown = capsys.readouterr().out
    assert f"steps {first:,} to {stop - 1:,}: they cannot be read" in shown
    assert "ValueError: 149999 was too much" in shown


def test_the_output_of_a_damaged_recording_says_that_some_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = recorded(tmp_path, LIVING.replace("kept.append(3)", "print('seventy')"))
    with RecordingFile(str(trace)) as file:
        number = next(file.chunk_of(step) for step, _, data in file.output() if b"sev" in data)
    damage(trace, number, 0.0)
    assert main(["output", str(trace)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("done\n")
    assert "a damaged chunk is missing" in told.err


async def test_a_recording_of_one_step(tmp_path: Path, record: Callable[..., Any]) -> None:
    script = tmp_path / "one.py"
    script.write_text("x = 1\n")
    engine = open_engine(str(record(str(script)).trace))
    assert len(engine) == 1
    async with replaying(engine) as app:
        for key in ("s", "S", "n", "N", "f", "F", "c", "C", "l", "L", "less_than_sign"):
            await app.press(key)
            assert app.step == 0
            assert app.news or key == "less_than_sign", key
        await app.press("percent_sign", "9", "5", "right", "left", "p")
        while app.app.playing():
            await app.pilot.pause(0.02)
    engine.close()
