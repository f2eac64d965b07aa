"""Programs that make very many strings: texts that nothing names any more are forgotten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import escope_tui as escope

PROGRAM = """
class Box:
    pass
def work(rounds):
    box = Box()
    kept = []
    table = {}
    again = "said over and over"
    for i in range(rounds):
        text = "%d " % i + "-" * 900
        box.text = text
        if i % 15_000 == 5:
            kept.append(text)
            table[text] = i
            setattr(box, "name%d" % i, again)
        pair = (text, again)
    return kept, table, box, pair
work(100_000)
"""
TEXTS_MB = 100_000 * 900 / 2**20

LAUNCH = """
import resource, sys
from escope_tui.launcher.api import record
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
record([sys.argv[1]], output=sys.argv[2])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """The recording, and by how many MB the launcher's memory grew."""
    folder = tmp_path_factory.mktemp("strings")
    script = folder / "strings.py"
    script.write_text(PROGRAM)
    trace = folder / "strings.esr"
    command = [sys.executable, "-c", LAUNCH, str(script), str(trace)]
    told = subprocess.run(command, check=True, timeout=120, capture_output=True, text=True)
    return trace, float(told.stdout.split()[-1])


def test_the_launcher_does_not_keep_all_texts(recorded: tuple[Path, float]) -> None:
    # The ring (64 MB) and at most two rounds of texts, of 32 MB each less what is counted for
    # their heads, are all that stays.
    assert recorded[1] < 64 + 0.8 * TEXTS_MB


def test_texts_are_what_they_were_however_old(recorded: tuple[Path, float]) -> None:
    with escope.open(str(recorded[0])) as rec:
        wanted = [f"{i} " + "-" * 900 for i in range(5, 100_000, 15_000)]
        values = rec.locals(len(rec) - 1)
        assert values["kept"].python() == wanted
        assert values["table"].python() == dict(zip(wanted, range(5, 100_000, 15_000), strict=True))
        assert values["pair"].python() == ("99999 " + "-" * 900, "said over and over")
        box = values["box"].python()
        assert box.attrs["name45005"] == "said over and over"
        assert box.attrs["text"] == "99999 " + "-" * 900


def test_texts_are_right_in_the_middle(recorded: tuple[Path, float]) -> None:
    with escope.open(str(recorded[0])) as rec:
        for share in range(1, 10):
            step = len(rec) * share // 10
            values = rec.locals(step)
            number = values["i"].python()
            assert values["text"].python() in (
                f"{number} " + "-" * 900,
                f"{number - 1} " + "-" * 900,
            )
            assert values["again"].python() == "said over and over"
