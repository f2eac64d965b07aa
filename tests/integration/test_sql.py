"""SQL over a recording: the tables say what a look at every step says, and can only be read."""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.cli import main
from escope_tui.errors import EscopeError
from escope_tui.query.recording import Recording
from escope_tui.query.sql.ask import ask, parts_of
from escope_tui.query.sql.index import Index
from escope_tui.query.sql.schema import VIEWS

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "recordings").glob("*.esr"))

PROGRAM = """\
import asyncio
import threading


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


async def slow(name):
    await asyncio.sleep(0)
    return name * 2


async def both():
    return await asyncio.gather(slow("a"), slow("b"))


big = 2**80
exact = 2**62 + 1
text = "it's\\n\\x1b"
threads = [threading.Thread(target=fib, args=(3,)) for _ in range(2)]
for thread in threads:
    thread.start()
    thread.join()
pairs = asyncio.run(both())
squares = {n: n * n for n in range(4)}
del exact
try:
    squares["none"]
except KeyError as error:
    print("no", error)
"""


@pytest.fixture
def rec(record: Callable[..., Any], tmp_path: Path) -> Any:
    script = tmp_path / "several.py"
    script.write_text(PROGRAM)
    with escope.open(record(str(script)).trace) as opened:
        yield opened


def rows(rec: Recording, query: str) -> list[tuple[Any, ...]]:
    return list(ask(rec, query))


def test_the_steps_are_those_of_the_recording(rec: Recording) -> None:
    names = ["index", "kind", "file", "line", "end_line", "function", "thread", "task", "depth"]
    names += ["time_ns", "frame_id"]
    columns = ", ".join(names).replace("index", "step").replace("frame_id", "frame")
    expected = [tuple(getattr(step, name) for name in names) for step in rec]
    assert rows(rec, f"select {columns} from steps order by step") == expected


def test_the_calls_are_those_of_the_recording(rec: Recording) -> None:
    names = "frame, function, enter, exit, outcome, returned, args, caller"
    found = {row[0]: row[1:] for row in rows(rec, f"select {names} from calls")}
    assert len(found) == len(rec.calls())
    for call in rec.calls():
        returned = None if call.returned is None else call.returned.summary(200)
        args = {name: value.summary(200) for name, value in call.args.items()}
        *facts, said, caller = found[call.frame_id]
        assert facts == [call.function, call.enter, call.exit, call.outcome, returned]
        assert (json.loads(said), caller) == (args, call.caller)
    query = "select sum(returned_number) from calls where json_extract(args, '$.n') = '1'"
    assert rows(rec, query) == [(4,)]


def test_the_writes_are_all_that_change_a_variable(rec: Recording) -> None:
    """Each value that a frame shows at a step was written by the newest write before."""
    newest: dict[tuple[Any, str], Any] = {}
    query = (
        "select visible, frame, name, value, kind from writes where container is null order by 1"
    )
    waiting = rows(rec, query)
    for step in range(len(rec)):
        while waiting and waiting[0][0] <= step:
            _, frame, name, value, _ = waiting.pop(0)
            newest[frame, name] = value
        frame = rec.stack(step)[-1]
        module = frame.kind == "module"
        for name, value in frame.locals.items():
            if value.is_scalar and not name.startswith("__"):
                shown = newest[None if module else frame.frame_id, name]
                assert shown == value.summary(200), (step, name)


def test_numbers_are_exact_and_what_has_no_room_is_text(rec: Recording) -> None:
    query = "select value, number, kind from writes where name = ? order by visible"
    exact = rows(rec, query.replace("?", "'exact'"))
    assert exact == [(str(2**62 + 1), 2**62 + 1, "assign"), (None, None, "delete")]
    assert rows(rec, query.replace("?", "'big'")) == [(str(2**80), None, "assign")]


def test_exceptions_output_lines_and_objects_are_there(rec: Recording) -> None:
    assert rows(rec, "select type, message, fate from exceptions where type = 'KeyError'") == [
        ("KeyError", "'none'", "caught")
    ]
    assert rows(rec, "select group_concat(text, '') from output") == [("no 'none'\n",)]
    counts = rec.line_counts(rec.files()[0])
    found = rows(rec, "select line, hits from lines where hits is not null")
    assert dict(found) == counts
    assert rows(rec, "select count(*) from lines") == [(len(PROGRAM.splitlines()),)]
    (squares,) = rows(rec, "select object from writes where name = 'squares'")
    assert rows(rec, f"select type from objects where object = {squares[0]}") == [("dict",)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_have_all_tables(sample: Path, tmp_path: Path) -> None:
    shutil.copy(sample, tmp_path)
    with escope.open(tmp_path / sample.name) as rec:
        for view in VIEWS.values():
            answer = ask(rec, f"select * from {view.name}")
            assert answer.columns == tuple(each.name for each in view.columns)
            assert list(answer) or view.name == "exceptions"


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("select 1", []),
        ("select count(*) from calls", ["calls"]),
        ("with x as (select * from output) select * from x", ["output"]),
        ("select step, name, number, line from writes", ["sites", "writes"]),
        ("select value from writes", ["sites", "writes", "written values"]),
        ("select function, outcome, depth from calls", ["calls"]),
        ("select * from calls where args like '%x%'", ["calls", "call values"]),
        ("select * from steps join lines using (file, line)", ["sites", "steps", "lines"]),
    ],
)
def test_only_what_a_query_reads_is_built(rec: Recording, query: str, parts: list[str]) -> None:
    assert [p for p in parts_of(query) if p != "sites"] == [p for p in parts if p != "sites"]
    list(ask(rec, query))
    with Index(rec) as index:
        assert index.built() == set(parts_of(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "nonsense",
        "select nothing from steps",
        "select * from nowhere",
        "select 1; select 2",
        "drop table steps",
        "delete from _steps",
        "insert into _steps values (1)",
        "update _sites set file = ''",
        "attach 'other.db' as other",
        "pragma writable_schema = 1",
        "vacuum into 'copy.db'",
        "create table t (x)",
        "begin",
        "select load_extension('x')",
        "select * from pragma_table_info('steps') where no = 1",
        "select 'unclosed",
        "select \ud800",
        "select \0",
        "(" * 5000,
        "select 1" + " + 1" * 20_000,
        "x" * 200_000,
    ],
    ids=itertools.count(),
)
def test_a_bad_query_gets_an_answer_and_builds_nothing(
    rec: Recording, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EscopeError):
        list(ask(rec, query))
    assert not os.path.exists(rec.path + ".sqlite")
    assert not list(tmp_path.glob("*.db"))


def test_the_tables_are_made_anew_for_another_recording(tmp_path: Path) -> None:
    path = tmp_path / "one.esr"
    shutil.copy(SAMPLES[0], path)
    counts = []
    for sample in SAMPLES[:2]:
        shutil.copy(sample, path)
        with escope.open(path) as rec:
            assert rows(rec, "select count(*) from steps") == [(len(rec),)]
            counts.append(len(rec))
    assert len(set(counts)) == 2


@pytest.mark.parametrize("content", [b"", b"junk", b"junk " * 2000], ids=["empty", "short", "long"])
def test_a_broken_file_of_tables_is_made_anew(tmp_path: Path, content: bytes) -> None:
    shutil.copy(SAMPLES[0], tmp_path / "one.esr")
    (tmp_path / "one.esr.sqlite").write_bytes(content)
    with escope.open(tmp_path / "one.esr") as rec:
        assert rows(rec, "select count(*) from steps") == [(len(rec),)]


def test_building_that_is_stopped_leaves_nothing_half(rec: Recording) -> None:
    def stop(table: str, share: float) -> None:
        if table == "calls":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(rec, "select * from steps, calls", stop)
    with Index(rec) as index:
        assert index.built() == {"sites", "steps"}
    assert rows(rec, "select count(*) from calls") == [(len(rec.calls()),)]


def test_a_query_that_runs_for_ever_can_be_stopped(rec: Recording) -> None:
    endless = "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t"
    command = [sys.executable, "-m", "escope_tui", "sql", rec.path, endless]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while not os.path.exists(rec.path + ".sqlite") and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said


def test_a_recording_in_a_folder_that_cannot_be_written_is_asked_too(
    rec: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    from escope_tui.query.sql import index

    monkeypatch.setattr(index, "_writable", lambda path: False)
    assert rows(rec, "select count(*) from steps") == [(len(rec),)]
    assert not os.path.exists(rec.path + ".sqlite")


# -- the command line


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_rows_are_printed_as_a_table_json_and_csv(
    rec: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "select value, type from writes where name = 'text'"
    assert said(capsys, "sql", rec.path, query).splitlines()[0].split() == ["value", "type"]
    (row,) = [
        json.loads(line) for line in said(capsys, "sql", rec.path, query, "--json").splitlines()
    ]
    assert row == {"value": '"it\'s\\n\\x1b"', "type": "str"}
    table = list(csv.reader(said(capsys, "sql", "--csv", rec.path, query).splitlines()))
    assert table == [["value", "type"], ['"it\'s\\n\\x1b"', "str"]]
    assert said(capsys, "sql", rec.path, "select text from output", "--limit", "1").count("\n") == 2


def test_every_table_and_column_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "sql.md").read_text("utf-8")
    for view in VIEWS.values():
        section = page.partition(f"## {view.name}\n")[2].partition("\n## ")[0]
        for column in view.columns:
            assert f"| `{column.name}` | {column.type} | {column.help} |" in section
    shown = said(capsys, "sql", "--tables")
    assert all(name in shown for name in VIEWS)


def test_an_export_holds_every_row(
    rec: Recording, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said(capsys, "export", rec.path, "--format", "jsonl", "-o", str(tmp_path / "lines"))
    said(capsys, "export", rec.path, "--format", "sqlite", "-o", str(tmp_path / "all.db"))
    with sqlite3.connect(tmp_path / "all.db") as connection:
        for view in VIEWS.values():
            expected = rows(rec, f"select * from {view.name}")
            assert list(connection.execute(f"select * from {view.name}")) == expected
            lines = (tmp_path / "lines" / f"{view.name}.jsonl").read_text().splitlines()
            assert [tuple(json.loads(line).values()) for line in lines] == expected
    connection.close()
    words = ("export", rec.path, "--format", "jsonl", "--table", "output")
    assert json.loads(said(capsys, *words).splitlines()[0])["stream"] == "stdout"


def test_an_export_overwrites_nothing_and_leaves_nothing_half(
    rec: Recording, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")
    words = ["export", rec.path, "--format", "sqlite", "-o", str(there)]
    assert main(words) == 1
    assert there.read_text() == "mine"
    assert main([*words, "--force"]) == 0
    assert there.read_bytes().startswith(b"SQLite")
    assert (
        main(["export", rec.path, "--format", "sqlite", "-o", str(tmp_path / "no" / "x.db")]) == 1
    )
    assert main(["export", rec.path, "--format", "jsonl", "--table", "nothing"]) == 2
    assert not list(tmp_path.glob("*.part"))
    capsys.readouterr()


def test_attributes_and_items_are_writes_too(tmp_path: Path) -> None:
    shutil.copy(ROOT / "recordings" / "exchange.esr", tmp_path)
    with escope.open(str(tmp_path / "exchange.esr")) as rec:
        found = rows(
            rec,
            "select step, visible, name, value, owner, container from writes "
            "where scope = 'item' and function = 'Exchange.rate' order by step",
        )
        assert [(name, owner) for _, _, name, _, owner, _ in found] == [
            ("['EUR']", "dict"),
            ("['GBP']", "dict"),
        ]
        for step, visible, name, value, _, container in found:
            write = rec.last_write(f"self.known[{name[1:-1]}]", before=visible)
            assert write is not None
            assert (write.step, write.visible) == (step, visible)
            assert write.value is not None
            assert write.value.summary(200) == value
            assert rec.evaluate("self.known", at=step).object_id == container
        kinds = rows(rec, "select distinct scope from writes order by scope")
        assert kinds == [("attribute",), ("global",), ("item",), ("local",)]


def test_parquet_is_written_or_says_what_it_needs(
    rec: Recording, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["export", rec.path, "--format", "parquet", "-o", str(tmp_path / "parquet")]
    try:
        import pyarrow.parquet  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        assert main(words) == 1
        assert "escope[parquet]" in capsys.readouterr().err
        assert not (tmp_path / "parquet").exists()
        return
    assert main(words) == 0
    for name in VIEWS:
        table = pyarrow.parquet.read_table(tmp_path / "parquet" / f"{name}.parquet")
        columns = [each.name for each in VIEWS[name].columns]
        assert table.column_names == columns
        kept = [tuple(row[column] for column in columns) for row in table.to_pylist()]
        expected = rows(rec, f"select * from {name}")
        exact = [n for n, each in enumerate(VIEWS[name].columns) if each.type != "real"]
        assert [tuple(row[n] for n in exact) for row in kept] == [
            tuple(row[n] for n in exact) for row in expected
        ]
