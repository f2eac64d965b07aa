"""The questions of docs/replaying.md, each answered with the keys that stand beside it there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from escope_tui.session.engine import RecordingEngine, open_engine
from escope_tui.tui.keymap import KEY_NAMES
from tests.helpers.driving import Driver, replaying

ORDERS = """\
import asyncio

PRICES = {"A1": 7, "B2": 11, "C3": 20}
DISCOUNTS = {"ada": 5, "bob": None}


class Order:
    def __init__(self, customer):
        self.customer = customer
        self.discount = 0
        self.lines = []

    def parse(self, text):
        for part in text.split():
            sku, _, count = part.partition("*")
            self.lines.append((sku, int(count)))

    def rate(self):
        self.discount = DISCOUNTS[self.customer]

    def sum(self):
        total = 0
        for sku, count in self.lines:
            total += find(sku) * count
        return total - self.discount


def find(sku):
    try:
        return PRICES[sku]
    except KeyError:
        print("no price for", sku)
        return 1


async def check(order):
    order.rate()
    await asyncio.sleep(0)
    print(order.customer, order.sum())


async def rest():
    await asyncio.sleep(60)


async def main():
    ada, bob = Order("ada"), Order("bob")
    ada.parse("A1*2 C3*1")
    bob.parse("A1*1 B2*4 XXX-99*1 C3*2")
    waits = asyncio.create_task(rest(), name="waits")
    await check(ada)
    await check(bob)
    waits.cancel()


asyncio.run(main())
"""
LOOP = ("::24⏎",)
"""Goes into the loop, for the questions that are asked there."""

Seen = Callable[[Driver], bool]


def step_line(app: Driver, text: str) -> bool:
    return app.view.source is not None and text in app.view.source.lines[app.line - 1]


def selected(app: Driver, pane: str) -> str:
    shown = app.app.query_one(f"#{pane}")
    return app.rows(pane)[shown.cursor - shown.scroll_offset.y]  # type: ignore[attr-defined]


ANSWERS: dict[str, tuple[tuple[str, ...], Seen]] = {
    "What did the program print just before the exception?": (
        (),
        lambda app: "no price for XXX-99" in selected(app, "output"),
    ),
    "Which values did the failing statement read?": (
        (),
        lambda app: app.rows("variables")[1].split() == ["self.discount", "None"],
    ),
    "Who set `self.discount` to None?": (
        (),
        lambda app: step_line(app, "self.discount = DISCOUNTS[self.customer]"),
    ),
    "Why is it None, back to where the None came from?": (
        (),
        lambda app: "DISCOUNTS[self.customer]" in app.rows("why")[1],
    ),
    "What else was it, and when?": (
        (),
        lambda app: [row.split()[1] for row in app.rows("history")[:2]] == ["0", "None"],
    ),
    "Which exceptions were raised and caught before?": (
        (),
        lambda app: app.news.startswith("KeyError: 'XXX-99'") and "caught in find" in app.news,
    ),
    "What had the caller in its hands?": (
        (),
        lambda app: app.view.frame.function == "check" and "order" in app.text("variables"),
    ),
    "How did we come here?": (
        (),
        lambda app: step_line(app, "print(order.customer, order.sum())"),
    ),
    "Which iteration made the total wrong?": (
        (),
        lambda app: len([row for row in app.rows("executions") if "@" in row]) == 6,
    ),
    "Only those with a condition": (
        ("::24⏎", "*"),
        lambda app: len([row for row in app.rows("executions") if "@" in row]) == 2,
    ),
    "The third iteration of this loop": (
        LOOP,
        lambda app: app.view.way.iterations[0].text == "3 of 4",
    ),
    "With which arguments was `parse` called?": (
        (),
        lambda app: "XXX-99" in app.text("executions") or "bob" in app.text("executions"),
    ),
    "The next and the previous call or execution of this line": (
        LOOP,
        lambda app: step_line(app, "total += find(sku) * count"),
    ),
    "Where was this line of the output written?": (
        (),
        lambda app: step_line(app, "print(order.customer, order.sum())"),
    ),
    "Where does a text or value come up first?": (
        (),
        lambda app: step_line(app, "bob.parse("),
    ),
    "Where did the time go?": (
        (),
        lambda app: app.news.startswith("find took the most time") and "find" in app.text("calls"),
    ),
    "Stop wherever `self.discount` changes": (
        (),
        lambda app: step_line(app, "self.discount = DISCOUNTS[self.customer]"),
    ),
    "Compare a value with what it was elsewhere": (
        (),
        lambda app: "◆ self.discount" in app.text("variables"),
    ),
    "How does a number develop?": (("2", "j", "j"), lambda app: "92 ┤" in app.text("history")),
    "What do the other tasks wait for?": (
        (),
        lambda app: any("waits" in row and "waiting" in row for row in app.rows("threads")),
    ),
}


def table() -> dict[str, list[str]]:
    """Questions and keys, as the documentation has them."""
    text = (Path(__file__).parents[2] / "docs" / "replaying.md").read_text()
    rows = text.partition("| question | keys |")[2].partition("\n\n")[0].splitlines()[2:]
    found = {}
    for row in rows:
        question, keys = (each.strip() for each in row.strip("| ").split(" | ", 1))
        found[question] = keys.split("`")[1::2]
    return found


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("questions")
    (folder / "orders.py").write_text(ORDERS)
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", str(folder / "t.esr")]
    subprocess.run([*command, str(folder / "orders.py")], check=False, capture_output=True)
    return folder / "t.esr"


@pytest.fixture
def engine(trace: Path) -> RecordingEngine:
    return open_engine(str(trace))


def test_the_documentation_has_twenty_questions() -> None:
    assert table().keys() == ANSWERS.keys()
    assert len(ANSWERS) == 20


@pytest.mark.parametrize("question", ANSWERS)
async def test_a_question_is_answered_by_its_keys(engine: RecordingEngine, question: str) -> None:
    before, seen = ANSWERS[question]
    async with replaying(engine, size=(150, 44)) as app:
        for keys in (*before, *table()[question]):
            named = {"⏎": "enter", " ": "space"} | KEY_NAMES
            await app.press(*(named.get(key, key) for key in keys))
        assert seen(app), "\n".join([app.news, *app.rows("source"), *app.rows("variables")])
    engine.close()
