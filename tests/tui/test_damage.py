"""Recordings that are damaged or tiny: what can be read is walked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("damaged")
    (folder / "long.py").write_text(PROGRAM)
    trace = folder / "long.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", str(trace)]
    subprocess.run([*command, str(folder / "long.py")], check=True, timeout=120)
    with RecordingFile(str(trace)) as file:
        assert len(file.chunks) > 3
        chunk = file.chunks[len(file.chunks) // 2]
    data = bytearray(trace.read_bytes())
    for at in range(chunk.offset + chunk.size // 2, chunk.offset + chunk.size - 8):
        data[at] ^= 0x5A
    trace.write_bytes(data)
    engine = open_engine(str(trace))
    yield engine, chunk.first_step, chunk.first_step + chunk.n_steps
    engine.close()


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
