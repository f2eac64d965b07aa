"""The hot paths do not grow: instructions, counted by valgrind, against the kept figures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
VERSION = "{}.{}".format(*sys.version_info)
KEPT: dict[str, dict[str, int]] = json.loads((BENCHMARKS / "counts.json").read_text())
MOST = 1.15
"""How much a figure may grow."""

LOOKED_AT = """
import operator, sys
xs = list(range(int(sys.argv[1])))
table = dict.fromkeys(xs, 0)
def work(xs, table, n):
    for i in range(n):
        xs[i] = -i
        xs.append(i)
        table[-i] = i
        k = operator.length_hint(xs)
        k = operator.length_hint(table)
work(xs, table, int(sys.argv[2]))
"""
"""Its last two statements hand containers to code that is not recorded: they are looked at."""

COUNTED = """
import sys
class Handler:
    pass
handler = Handler()
handler.run = len
class Job:
    made = 0
    def run(self):
        return 1
kept = [[] for i in range(int(sys.argv[1]))]
job = Job()
for i in range(int(sys.argv[2])):
    Job.made += 1
    job.run()
"""
"""Its class changes before each call of a method of which some other object has a namesake."""

HELD = {
    "a cache of results": """
import functools, sys
@functools.lru_cache(maxsize=None)
def row(i):
    return [i]
def work(n):
    for i in range(n):
        k = row(i % 100)
for i in range(int(sys.argv[1])):
    row(i)
work(int(sys.argv[2]))
""",
    "a queue in C": """
import queue, sys
rows = queue.SimpleQueue()
def work(rows, n):
    for i in range(n):
        rows.put([i])
        k = rows.get()
for i in range(int(sys.argv[1])):
    rows.put([i])
work(rows, int(sys.argv[2]))
""",
    "a dict that keys are deleted from": """
import sys
rows = {i: [i] for i in range(int(sys.argv[1]))}
def work(rows, n):
    for i in range(n):
        rows[i] = [i]
        del rows[i]
work(rows, int(sys.argv[2]))
""",
    "a list of objects whose dict a map may read": """
import sys
class Row:
    def __init__(self, i):
        self.i = i
rows = [Row(i) for i in range(int(sys.argv[1]))]
def work(rows, n):
    for i in range(n):
        k = any(map(vars, rows))
work(rows, int(sys.argv[2]))
""",
    "lists that a map may read": """
import sys
rows = [[i] * 100 for i in range(int(sys.argv[1]))]
def work(rows, n):
    for i in range(n):
        k = map(vars, rows)
work(rows, int(sys.argv[2]))
""",
    "an element in C": """
import sys
from xml.etree import ElementTree
root = ElementTree.Element("root")
def work(root, n):
    for i in range(n):
        k = ElementTree.SubElement(root, "row")
for i in range(int(sys.argv[1])):
    ElementTree.SubElement(root, "row")
work(root, int(sys.argv[2]))
""",
}
"""What holds as many objects as the first argument says, in a way of its own."""

READ = """
import operator, sys
class Settings:
    def __init__(self, n):
        self.__dict__.update({f"name{i}": i for i in range(n)})
        self.__dict__["last"] = n
kept = [Settings(50) for i in range(int(sys.argv[1]))]
def work(n):
    for i in range(n):
        k = operator.index(i)
work(int(sys.argv[2]))
"""
"""Reads the `__dict__` of objects, before it calls what is not recorded."""

RESUMED = """
import sys
def numbers(n):
    for i in range(n):
        yield i
def work(depth, n):
    if depth:
        return work(depth - 1, n)
    for i in numbers(n):
        k = i
sys.setrecursionlimit(10000)
work(int(sys.argv[1]), int(sys.argv[2]))
"""
"""Goes through a generator at the end of a deep recursion."""

UNRECORDED = """
import json, re, statistics, sys, textwrap
from operator import itemgetter
def row(i):
    return {"name": f"n{i}", "value": i * 7 % 1000, "tags": ["a", str(i)]}
rows = [row(i) for i in range(int(sys.argv[1]))]
def work(rows):
    text = json.dumps(rows, indent=1)
    loaded = json.loads(text)
    loaded.sort(key=itemgetter("value"))
    names = re.findall(r'"name": "(\\w+)"', text)
    wrapped = textwrap.fill(" ".join(names), 60)
    mean = statistics.fmean(map(itemgetter("value"), loaded))
    return len(wrapped), mean, sorted(names, reverse=True)[:5]
for i in range(int(sys.argv[2])):
    found = work(rows)
"""
"""Spends its time in code that is not recorded, on values larger than what is looked at."""

RECORDED = """
import sys
import escope_tui
sys.executable = sys.argv[1]
escope_tui.record(sys.argv[3:], output=sys.argv[2], force=True)
"""


def instructions(folder: Path, script: Path, *arguments: int) -> int:
    """What a recorded program executes."""
    python = folder / "python"
    python.write_text(
        "#!/bin/sh\nexec valgrind --tool=cachegrind --cache-sim=no "
        f'--cachegrind-out-file=/dev/null "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    return counted([sys.executable, "-c", RECORDED, python, folder / "o.esr", script, *arguments])


def counted(command: list[Any]) -> int:
    """What the process executes that valgrind watches in this command."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    found = re.findall(r"I\s+refs:\s+([\d,]+)", done.stderr)
    assert done.returncode == 0, done.stderr
    assert found, done.stderr
    return int(found[-1].replace(",", ""))


def costs(
    folder: Path, program: str, sizes: tuple[int, ...], few: int = 50, many: int = 250
) -> dict[int, int]:
    """What the rounds from few to many of a program cost, by the size that it is given."""
    script = folder / "program.py"
    script.write_text(program)
    return {
        size: instructions(folder, script, size, many) - instructions(folder, script, size, few)
        for size in sizes
    }


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.timeout(300)
def test_a_look_at_a_million_items_costs_no_more_than_one_at_two_thousand(tmp_path: Path) -> None:
    cost = costs(tmp_path, LOOKED_AT, (2_000, 1_000_000))

    assert cost[1_000_000] < 1.5 * cost[2_000], cost


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("program", HELD.values(), ids=HELD)
def test_what_holds_many_objects_costs_no_more_to_use_than_what_holds_some(
    program: str, tmp_path: Path
) -> None:
    cost = costs(tmp_path, program, (1_000, 10_000))

    assert cost[10_000] < 1.5 * cost[1_000], cost


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.timeout(300)
def test_objects_whose_dict_was_read_cost_nothing_afterwards(tmp_path: Path) -> None:
    cost = costs(tmp_path, READ, (1, 30))

    assert cost[30] < 1.1 * cost[1], cost


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.timeout(300)
def test_a_method_call_costs_the_same_however_many_objects_are_known(tmp_path: Path) -> None:
    cost = costs(tmp_path, COUNTED, (100, 10_000))

    assert cost[10_000] < 1.5 * cost[100], cost


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.timeout(300)
def test_a_generator_costs_the_same_however_deep_the_recursion_is(tmp_path: Path) -> None:
    cost = costs(tmp_path, RESUMED, (10, 700))

    assert cost[700] < 1.5 * cost[10], cost


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.timeout(300)
def test_a_program_that_spends_its_time_in_libraries_costs_5_percent_more_at_most(
    tmp_path: Path,
) -> None:
    cost = costs(tmp_path, UNRECORDED, (3_000,), few=1, many=6)[3_000]
    run = [tmp_path / "python", tmp_path / "program.py", 3_000]
    plain = counted([*run, 6]) - counted([*run, 1])

    assert cost <= 1.05 * plain, cost / plain


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.skipif(VERSION not in KEPT, reason="no figures are kept for this Python")
@pytest.mark.timeout(900)
def test_no_hot_path_executes_15_percent_more_instructions_than_the_kept_figure() -> None:
    command = [sys.executable, str(BENCHMARKS / "counts.py"), "--json"]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    kept = KEPT[VERSION]
    assert found.keys() == kept.keys()
    grown = {
        name: f"{kept[name]:,} -> {count:,}"
        for name, count in found.items()
        if count > MOST * kept[name]
    }
    assert not grown, "smaller is better: python benchmarks/counts.py --keep keeps new figures"
