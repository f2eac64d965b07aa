"""What each question costs in a long recording of a program with objects, calls, exceptions and
output.

    python benchmarks/long/questions.py [--statements 2e7] [--keep FOLDER] [--only WORD]

Records `shop.py` of this folder with about so many statements (unless the folder has that recording
from another time) and asks every question once, each of a recording that was opened for it. Prints
seconds of processor time, all threads together, and of the clock; a question is given up after
--most seconds of the former.
"""

from __future__ import annotations

import argparse
import signal
import tempfile
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from replay import record

import escope_tui as escope
from escope_tui.query.recording import Recording
from escope_tui.replay.breakpoints import Breakpoint

PROGRAM = Path(__file__).parent / "shop.py"
Question = Callable[[Recording], object]


def line_of(text: str) -> int:
    """The line of the program that is this."""
    lines = PROGRAM.read_text().splitlines()
    return next(n for n, each in enumerate(lines, 1) if each.strip() == text)


def count(rows: Iterable[object], most: int | None = None) -> int:
    """How many there are."""
    return sum(1 for _ in islice(rows, most))


def resume(rec: Recording, at: int, direction: int, **stop: Any) -> object:
    """Where a run stops."""
    return rec.timeline.resume(at, direction, [Breakpoint(**stop)])


def questions() -> dict[str, Question]:
    """Every question, by name."""
    file, busy = "shop.py", line_of("total += item.price * item.count")
    rare = line_of("customer.money = 4711")
    never = line_of("return number")
    body = line_of("customer.pay(order.total)")

    def middle(rec: Recording) -> int:
        step = rec.next_site(len(rec) // 2, 1, rec.program.sites_at(file, body))
        return step

    return {
        "first failure": lambda r: r.first_failure(),
        "gaps": lambda r: r.gaps(),
        "coverage": lambda r: count(r.coverage()),
        "line counts": lambda r: len(r.line_counts(file)),
        "hits of a busy line": lambda r: len(r.hits(file, busy)),
        "first 100 hits": lambda r: count(r.iter_hits(file, busy), 100),
        "hits of a rare line": lambda r: len(r.hits(file, rare)),
        "log point, all hits": lambda r: count(r.iter_executions(file, busy, None, ["total"])),
        "log point, seldom true": lambda r: count(
            r.iter_executions(file, busy, None, ["total"], "total > 10**6")
        ),
        "log point, object's attribute": lambda r: count(
            r.iter_executions(file, body, None, ["customer.name"], "customer.money == 4711")
        ),
        "log point of a function": lambda r: count(
            r.iter_executions(function="pay", expressions=["amount"], limit=1000)
        ),
        "calls of a function, first 1000": lambda r: count(r.iter_calls("depth"), 1000),
        "calls of a function, all": lambda r: len(r.calls("Customer.pay")),
        "call tree": lambda r: [c.child_count for c in r.call_tree()],
        "call tree, children": lambda r: len(r.call_tree()[0].children(0, 50)),
        "call at": lambda r: r.call_at(middle(r)),
        "functions": lambda r: len(r.functions()),
        "exceptions": lambda r: len(r.exceptions()),
        "next exception": lambda r: r.next_exception(middle(r)).step,
        "previous exception": lambda r: r.next_exception(middle(r), -1).step,
        "output": lambda r: len(r.output().text),
        "output upto": lambda r: len(r.output(middle(r)).text),
        "find output": lambda r: len(r.find_output("order 200000")),
        "last write of a variable": lambda r: r.last_write("best"),
        "last write of a global": lambda r: r.last_write("served"),
        "last write of an attribute": lambda r: r.last_write("customer.money", middle(r)),
        "last write of an item": lambda r: r.last_write("stock.left['pen']", middle(r)),
        "next write of an item": lambda r: r.next_write("log[7]", middle(r)),
        "next change": lambda r: r.next_change("customer", middle(r)),
        "history of a rare name": lambda r: count(r.iter_history("best")),
        "history, first 100": lambda r: count(r.iter_history("seed"), 100),
        "history of an attribute": lambda r: count(
            r.iter_history("customer.money", middle(r)), 500
        ),
        "history of a big object": lambda r: count(r.iter_history("stock", middle(r)), 500),
        "search a rare number": lambda r: count(r.iter_search("4711")),
        "search a rare text": lambda r: count(r.iter_search("nowhere to be found")),
        "search a name": lambda r: count(r.iter_search("best", ["name"]), 100),
        "search a type": lambda r: count(r.iter_search("OutOfStock", ["type"]), 100),
        "search None returned": lambda r: count(
            r.iter_search("None", ["return"], function="pay"), 100
        ),
        "search an exception": lambda r: count(r.iter_search("lacks", ["exception"]), 100),
        "search output": lambda r: count(r.iter_search("order 200000", ["output"])),
        "search source": lambda r: count(r.iter_search("4711", ["source"])),
        "loop": lambda r: r.loop(middle(r)),
        "loop around": lambda r: r.loop(r.call_at(middle(r)).caller).count,
        "until": lambda r: r.until("order.paid", middle(r)),
        "until, far": lambda r: r.until("lost > 50000", r.call_at(middle(r)).caller),
        "until, far back": lambda r: r.until("lost < 1000", r.call_at(middle(r)).caller, -1),
        "stop at a line": lambda r: resume(r, middle(r), 1, file=file, line=rare),
        "stop with a condition": lambda r: resume(
            r, 0, 1, file=file, line=body, condition="order.number == 246000"
        ),
        "stop with a condition, back": lambda r: resume(
            r, len(r) - 1, -1, file=file, line=busy, condition="total > 10**6"
        ),
        "stop at an exception": lambda r: resume(r, middle(r), 1, exception="OutOfStock"),
        "stop at no exception": lambda r: resume(r, middle(r), 1, exception="KeyError"),
        "stop at a variable": lambda r: resume(r, middle(r), 1, target="customer.money"),
        "stop at an object": lambda r: resume(
            r, middle(r), -1, object_id=r.evaluate("customer", middle(r)).object_id
        ),
        "stop where it is passed": lambda r: resume(
            r,
            middle(r) - 10_000,
            1,
            object_id=r.evaluate("customer", middle(r)).object_id,
            passed=True,
        ),
        "stop at hit 500000": lambda r: resume(r, 0, 1, file=file, line=busy, hits=500_000),
        "why at the end": lambda r: count(r.why("best", r.last_write("best").visible)),
        "why in the middle": lambda r: count(r.why("order.total", middle(r))),
        "why of an attribute": lambda r: count(r.why("customer.money", middle(r))),
        "why of a container": lambda r: count(r.why("stock.left['pen']", middle(r))),
        "why of a list": lambda r: count(r.why("customer.orders", middle(r))),
        "why of a counter": lambda r: count(r.why("served", middle(r))),
        "control": lambda r: len(r.control(middle(r))),
        "why not": lambda r: r.why_not(file, line_of("return False"), middle(r)).reason,
        "why not, ran": lambda r: r.why_not(file, never).reason,
        "compare moments": lambda r: len(r.compare(middle(r) - 1_000_000, middle(r))),
        "test of a call": lambda r: len(r.test_case(next(r.iter_calls("depth", start=middle(r))))),
        "evaluate": lambda r: r.evaluate("sum(i.price for i in order.items)", middle(r)),
        "stack": lambda r: len(r.stack(middle(r))),
        "changes": lambda r: len(r.changes(middle(r))),
        "steps, last ten": lambda r: [str(each) for each in r[-10:]] and 10,
    }


class Patience(Exception):
    """It took too long."""


def ask(trace: Path, question: Question, most: int) -> tuple[float, float, str]:
    """Processor time, time and a few words of the answer."""

    def stop(*_: object) -> None:
        raise Patience

    signal.signal(signal.SIGPROF, stop)
    with escope.open(str(trace)) as rec:
        began, clock = time.process_time(), time.perf_counter()
        signal.setitimer(signal.ITIMER_PROF, most)
        try:
            found = str(question(rec))
        except Patience:
            found = "given up"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        return time.process_time() - began, time.perf_counter() - clock, found


def main() -> None:
    """Record, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--statements", type=float, default=2e7)
    parser.add_argument("--keep", type=Path, help="where the recording is kept for the next time")
    parser.add_argument("--only", default="", help="only the questions with this in their name")
    parser.add_argument("--most", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trace = record(options.statements, options.keep or Path(folder), PROGRAM)
        with escope.open(str(trace)) as rec:
            print(f"{len(rec):,} steps in {rec.file.size / 1e6:.1f} MB")
        for name, question in questions().items():
            if options.only in name:
                cpu, clock, found = ask(trace, question, options.most)
                print(f"{name:34} {cpu:7.2f} s  ({clock:6.2f})  {found[:70]}", flush=True)


if __name__ == "__main__":
    main()
