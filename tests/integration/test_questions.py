"""Questions whose answers took care: doubtful values, changes in place, the fate of exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.errors import EscopeError
from escope_tui.query.recording import Recording

UNSEEN = """
import weakref
class A:
    pass
table = weakref.WeakValueDictionary()
a = A()
table["k"] = a
fresh = 1
del a
later = 2
last = 3
"""
CHANGES = """
from __future__ import annotations
import re
PATTERN = re.compile("x")
class C:
    def __init__(self):
        self._v = 1
    @property
    def v(self):
        return self._v
def work(n, acc):
    for i in range(n):
        acc.append(i)
acc = []
c = C()
work(500, acc)
d = c.v
try:
    {}[3]
except KeyError:
    pass
work(0, acc)
end = len(acc)
"""
FATES = """
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor
async def waits():
    await asyncio.sleep(0)
    raise ValueError("kept")
async def main():
    return await asyncio.gather(waits(), return_exceptions=True)
asyncio.run(main())
def thread():
    raise ValueError("thread")
t = threading.Thread(target=thread)
t.start()
t.join()
def job():
    raise ValueError("job")
with ThreadPoolExecutor(1) as pool:
    pool.submit(job).exception()
try:
    job()
except ValueError:
    pass
def last():
    raise RuntimeError("end")
last()
"""

Opener = Callable[[str], Recording]


@pytest.fixture
def opened(record: Callable[..., Any], tmp_path: Path) -> Iterator[Opener]:
    """Return a function that records a program given as text and opens the recording."""
    with_open: list[Recording] = []

    def run(source: str) -> Recording:
        script = tmp_path / "program.py"
        script.write_text(source)
        with_open.append(escope.open(str(record(str(script)).trace)))
        return with_open[-1]

    yield run
    for rec in with_open:
        rec.close()


def at_line(rec: Recording, text: str) -> int:
    """The first step of the statement that begins with a text."""
    for step in rec:
        if rec.source(step.file).split("\n")[step.line - 1].strip().startswith(text):
            return step.index
    raise AssertionError(text)


def test_what_unrecorded_code_may_have_changed_is_marked(opened: Opener) -> None:
    rec = opened(UNSEEN)
    assert not rec.locals(at_line(rec, "a = A()"))["table"].uncertain
    seen = rec.locals(at_line(rec, "last"))["table"]
    assert seen.uncertain
    assert seen.as_of is not None
    assert f"as of step {seen.as_of:,}" in seen.summary()
    assert not rec.locals(at_line(rec, "del a"))["a"].uncertain


def test_a_change_lies_on_the_wanted_side(opened: Opener) -> None:
    rec = opened(CHANGES)
    for step in [*range(8), *range(len(rec) - 8, len(rec))]:
        for name in rec.locals(step).keys() | rec.globals(step).keys():
            after = rec.next_change(name, step, 1)
            assert after is None or after.visible > step <= after.step, (name, step)
            before = rec.next_change(name, step, -1)
            assert before is None or before.step < step >= before.visible >= 0, (name, step)


def test_a_change_in_place_is_the_last_one_not_the_last_look(opened: Opener) -> None:
    rec = opened(CHANGES)
    for line in ("end =", "{}[3]", "d = c.v"):
        write = rec.next_change("acc", at_line(rec, line), -1)
        assert write is not None
        assert (write.function, write.kind) == ("work", "change")
        assert write.value is not None
        assert write.value.size == 500


def test_an_exception_that_other_code_caught_did_not_end_its_thread(opened: Opener) -> None:
    found = opened(FATES).exceptions()
    assert {(each.message, each.fate) for each in found} == {
        ("kept", "left"),
        ("thread", "uncaught"),
        ("job", "left"),
        ("job", "caught"),
        ("end", "uncaught"),
    }


def test_output_belongs_to_the_statement_that_wrote_it_not_to_a_call_it_made(
    opened: Opener,
) -> None:
    # given a print of what a recorded function returns
    rec = opened("def f():\n    return 5\n\n\nprint('got', f())\n")
    # when
    chunks = rec.output()
    # then
    assert {rec[chunk.step].line for chunk in chunks} == {5}
    # and it is not there yet while the function runs
    inside = rec.hits("program.py", 2)[0].step
    assert rec.output(upto=inside).text == ""
    assert rec.output(upto=inside + 1).text == "got 5\n"


def test_who_called_a_generator_does_not_depend_on_what_was_asked_before(opened: Opener) -> None:
    rec = opened("""
def numbers(n):
    for i in range(n):
        yield i
def first(it):
    return next(it)
def second(it):
    return next(it) + 1
it = numbers(3)
a = first(it)
b = second(it)
""")
    made = rec.calls(function="numbers")[0]
    asked = made.caller, made.parent and made.parent.function
    for step in (len(rec) - 1, made.enter, len(rec) - 3):
        rec.stack(step)
        rec.search("1")
        again = rec.calls(function="numbers")[0]
        assert (again.caller, again.parent and again.parent.function) == asked
    assert asked[1] == "first"


@pytest.mark.parametrize("question", ["last_write", "next_write", "history"])
def test_a_part_of_an_object_without_a_step_is_told_to_need_one(
    opened: Opener, question: str
) -> None:
    rec = opened("def take():\n    order = {}\n    return order\ntake()\n")
    with pytest.raises(EscopeError) as caught:
        getattr(rec, question)("order.state")
    assert "name the step" in caught.value.hint
