"""What can be typed at the prompt."""

from __future__ import annotations

import pytest

from escope_tui.errors import UsageError
from escope_tui.session.goto import Target, go, parse
from escope_tui.session.session import Session
from escope_tui.tui.widgets.prompt import Prompt
from tests.helpers.driving import replaying
from tests.helpers.fakerecording import FakeRecording


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("1234", Target("step", 1234)),
        ("11,571", Target("step", 11571)),
        ("@7", Target("step", 7)),
        ("trace.esr@1,234", Target("step", 1234)),
        ("+50", Target("away", 50)),
        ("- 50", Target("away", -50)),
        ("24%", Target("percent", 24)),
        ("99.5 %", Target("percent", 99.5)),
        ("1.5s", Target("time", 1.5e9)),
        ("350ms", Target("time", 350e6)),
        ("01:02.5", Target("time", 62.5e9)),
        ("orders.py:41", Target("line", 41, "orders.py")),
        (":41", Target("line", 41)),
        ("start", Target("start")),
        ("end", Target("end")),
        ("Order.close", Target("function", text="Order.close")),
    ],
)
def test_understands(text: str, target: Target) -> None:
    assert parse(text) == target


@pytest.mark.parametrize("text", ["", "%", "1 2", "x y", "--", "\x1b[31m", "🙂!"])
def test_refuses_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert "24%" in caught.value.hint
    assert "\x1b" not in caught.value.message


def test_goes_there() -> None:
    rec = FakeRecording.of()
    session = Session(rec)
    session.arrive(session.opening(0))

    def step(text: str) -> int:
        arrival = go(session, text, rec.file)
        assert arrival.moment is not None, arrival.note
        session.arrive(arrival)
        return arrival.moment.step

    assert step("50%") == 30
    assert step("+1") == 31
    assert step("end") == len(rec) - 1
    assert step("10ms") == 10
    assert rec.step(step("orders.py:20")).line == 20
    assert rec.step(step("average")).function == "average"
    assert step("99999") == len(rec) - 1, "beyond the end is the end"
    assert "no step" in go(session, "99999", None).note
    assert go(session, "nothing", None).moment is None
    assert go(session, "other.py:3", None).moment is None


async def test_tab_completes_what_is_typed() -> None:
    async with replaying(FakeRecording.of(), step=20) as app:
        prompt = app.app.query_one(Prompt)
        await app.press("colon", *"histo")
        offered, words = app.app.hints.offered
        assert (offered, words[0][0]) == ("Tab", "history")
        await app.press("tab")
        assert prompt.value == "history"
        await app.press("escape")
        assert app.app.hints.offered == ("", ())
