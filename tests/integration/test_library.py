"""The library of recordings: what it holds, and what it makes of files that come, move and go."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from escope_tui.errors import EscopeError, NotFoundError
from escope_tui.launcher import places
from escope_tui.library.catalogue import FILE, Catalogue
from escope_tui.library.limits import Limits, parse_age, parse_size, surplus

SAMPLES = Path(__file__).resolve().parents[2] / "recordings"
Escope = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shelf() -> Path:
    """The recordings folder, with three recordings in it."""
    folder = Path(places.recordings_folder())
    folder.mkdir(parents=True)
    for name in ("invoices", "exchange", "survey"):
        shutil.copy(SAMPLES / f"{name}.esr", folder)
    return folder


@pytest.fixture
def escope(tmp_path: Path) -> Escope:
    def run(*words: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "escope_tui", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120)

    return run


def library() -> Catalogue:
    return Catalogue(places.data_folder(), places.recordings_folder())


@pytest.fixture
def catalogue(shelf: Path) -> Iterator[Catalogue]:
    with library() as opened:
        yield opened


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_recording_is_in_the_library_with_its_facts(escope: Escope, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = 1\nraise ValueError('no\\x1b[31m way')\n")
    assert escope("record", "broken.py", "an argument").returncode == 1
    (entry,) = rows(escope("list", "--json"))
    assert entry["command"] == "broken.py an argument"
    assert entry["cwd"] == str(tmp_path)
    assert (entry["exit_status"], entry["steps"]) == (1, 2)
    assert entry["exception"] == "ValueError: no\\x1b[31m way"
    assert entry["duration"] > 0
    assert entry["git_commit"] == ""
    assert "ValueError" in escope("list").stdout


def test_a_recording_that_was_written_elsewhere_is_in_the_library(
    escope: Escope, tmp_path: Path
) -> None:
    escope("record", "-o", "mine.esr", "-c", "x = 1")
    (entry,) = rows(escope("list", "--json"))
    assert entry["path"] == str(tmp_path / "mine.esr")
    assert os.listdir(os.path.join(places.data_folder(), "library.new")) == []


def test_recording_does_not_care_about_a_library_that_cannot_be_written(
    escope: Escope, tmp_path: Path
) -> None:
    os.makedirs(places.data_folder())
    Path(places.data_folder(), "library.new").write_text("in the way")
    done = escope("record", "-o", "mine.esr", "-c", "x = 1")
    assert (done.returncode, (tmp_path / "mine.esr").exists()) == (0, True)


@pytest.mark.parametrize("packed", [False, True])
def test_a_recording_knows_the_commit_it_was_made_at(
    escope: Escope, tmp_path: Path, packed: bool
) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git here")
    inside = tmp_path / "repository" / "folder"
    inside.mkdir(parents=True)

    def run(*words: str) -> str:
        who = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "safe.directory=*"]
        done = subprocess.run(
            [git, *who, *words], cwd=inside.parent, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    run("init", "-b", "topic/one")
    run("commit", "--allow-empty", "-m", "first")
    if packed:
        run("pack-refs", "--all")
    escope("record", "-c", "x = 1", cwd=inside)
    (entry,) = rows(escope("list", "--json"))
    assert entry["git_commit"] == run("rev-parse", "HEAD")
    assert entry["git_branch"] == "topic/one"


def test_copies_of_one_file_are_taken_in_each_for_itself(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: two hundred copies, of which each could be any other one that was moved
    for number in range(200):
        shutil.copy(SAMPLES / "survey.esr", shelf / f"copy{number}.esr")
    looked = 0
    exists = os.path.exists

    def counting(path: str | os.PathLike[str]) -> bool:
        nonlocal looked
        looked += 1
        return exists(path)

    monkeypatch.setattr(os.path, "exists", counting)
    # when
    with library() as catalogue:
        entries = catalogue.entries("survey")
    # then: it was not looked for all others at each
    assert len(entries) == 201
    assert looked < 200 * 30


def test_a_copy_that_was_moved_keeps_what_was_said_of_it(shelf: Path) -> None:
    for number in range(40):
        shutil.copy(SAMPLES / "survey.esr", shelf / f"copy{number}.esr")
    with library() as catalogue:
        catalogue.note(catalogue.find("copy33.esr"), "this one")
    (shelf / "copy33.esr").rename(shelf / "elsewhere.esr")
    with library() as catalogue:
        found = catalogue.find("elsewhere.esr")
        assert found.note == "this one"


def test_words_find_recordings(catalogue: Catalogue) -> None:
    catalogue.note(catalogue.find("survey"), "Straße, hängt manchmal")
    assert [e.program for e in catalogue.entries("exchange")] == ["exchange"]
    assert [e.program for e in catalogue.entries("assertionerr 2")] == ["exchange"]
    assert [e.program for e in catalogue.entries("hängt straße")] == ["survey"]
    assert [e.program for e in catalogue.entries(failed=True)] == ["exchange"]
    assert catalogue.entries("nowhere") == []


@pytest.mark.parametrize("signs", ["!!", "💥", "« »"])
def test_signs_find_what_has_them_and_nothing_else(catalogue: Catalogue, signs: str) -> None:
    assert catalogue.entries(signs) == []
    catalogue.note(catalogue.find("survey"), f"ends {signs} early")
    assert [e.program for e in catalogue.entries(signs)] == ["survey"]
    assert [e.program for e in catalogue.entries(f"early {signs}")] == ["survey"]


@pytest.mark.parametrize(
    "words", ['"', "a OR", "NEAR(", "*", "'; drop table recordings", "\0", "("]
)
def test_no_words_break_the_search(catalogue: Catalogue, words: str) -> None:
    catalogue.entries(words)
    assert len(catalogue.entries()) == 3


def test_a_name_that_fits_several_is_refused_with_all_of_them(catalogue: Catalogue) -> None:
    with pytest.raises(NotFoundError, match="3 recordings fit") as caught:
        catalogue.find("py")
    assert "survey.esr" in caught.value.message
    with pytest.raises(NotFoundError, match="no recording nothing"):
        catalogue.find("nothing")


def test_what_was_said_stays_when_a_file_is_moved(shelf: Path) -> None:
    with library() as catalogue:
        catalogue.tag(catalogue.find("survey"), ["flaky"])
        catalogue.mark(catalogue.find("survey"), "here", 12, "look")
    (shelf / "survey.esr").rename(shelf / "renamed.esr")
    with library() as catalogue:
        entry = catalogue.find("renamed")
        assert (entry.tags, entry.bookmarks[0].step, entry.missing) == (("flaky",), 12, False)
        assert len(catalogue.entries()) == 3


def test_a_file_that_is_gone_is_missing_until_it_comes_back(shelf: Path, tmp_path: Path) -> None:
    with library() as catalogue:
        number = catalogue.find("survey").id
    (shelf / "survey.esr").rename(tmp_path / "away.esr")
    with library() as catalogue:
        assert [e.id for e in catalogue.entries(missing=True)] == [number]
    with library() as catalogue:
        assert catalogue.find(str(tmp_path / "away.esr")).id == number
        assert catalogue.entries(missing=True) == []


@pytest.mark.parametrize("damage", ["junk", "cut", "empty", "tables"])
def test_a_broken_catalogue_is_made_anew_from_the_files(
    shelf: Path, tmp_path: Path, damage: str
) -> None:
    outside = tmp_path / "outside.esr"
    shutil.copy(SAMPLES / "survey.esr", outside)
    os.utime(outside)
    (shelf / "survey.esr").unlink()
    with library() as catalogue:
        catalogue.note(catalogue.find("invoices"), "a note")
        catalogue.tag(catalogue.add(str(outside)), ["kept"])
        catalogue.mark(catalogue.find("exchange"), "m", 7)
    path = Path(places.data_folder(), FILE)
    if damage == "junk":
        path.write_bytes(os.urandom(9000))
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        import sqlite3

        with sqlite3.connect(path) as connection:
            connection.execute("DROP TABLE recordings")
        connection.close()
    with library() as catalogue:
        said = {e.name: (e.note, e.tags, e.bookmarks) for e in catalogue.entries()}
        assert said["invoices.esr"][0] == "a note"
        assert said["outside.esr"][1] == ("kept",)
        assert said["exchange.esr"][2][0].step == 7


MANY = """
import sys
from escope_tui.launcher import places
from escope_tui.library.catalogue import Catalogue
for n in range(10):
    with Catalogue(places.data_folder(), places.recordings_folder()) as catalogue:
        catalogue.tag(catalogue.find("survey.esr"), [f"t{sys.argv[1]}"])
        catalogue.mark(catalogue.find("survey.esr"), f"m{sys.argv[1]}-{n}", n)
"""


def test_two_processes_write_at_once_and_nothing_is_lost(shelf: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", MANY, str(n)]) for n in range(2)]
    assert [process.wait(120) for process in running] == [0, 0]
    with library() as catalogue:
        entry = catalogue.find("survey.esr")
    assert entry.tags == ("t0", "t1")
    assert len(entry.bookmarks) == 20


def test_a_damaged_recording_is_listed_with_its_problem(shelf: Path) -> None:
    (shelf / "damaged.esr").write_bytes(b"\x89ESR" + os.urandom(100))
    (shelf / "cut.esr").write_bytes((SAMPLES / "survey.esr").read_bytes()[:-100])
    with library() as catalogue:
        problems = {entry.name: entry.problem for entry in catalogue.entries()}
    assert problems["damaged.esr"]
    assert problems["cut.esr"]
    assert not problems["survey.esr"]


def test_gc_takes_the_oldest_first_and_never_what_somebody_marked(catalogue: Catalogue) -> None:
    catalogue.tag(catalogue.find("exchange"), ["keep"])
    entries = catalogue.entries()
    oldest, newest = entries[-1], entries[0]
    room = sum(entry.size for entry in entries) - 1
    folder, now = catalogue.recordings, newest.started_at + 10
    by_size = surplus(entries, Limits(size=room), folder, now)
    assert [(e.id, why) for e, why in by_size] == [
        (min((e for e in entries if not e.kept), key=lambda e: e.started_at).id, "size")
    ]
    all_old = surplus(entries, Limits(age=5), folder, now)
    assert {entry.program for entry, _ in all_old} == {"invoices", "survey"}
    assert len(surplus(entries, Limits(age=5), folder, now, kept=True)) == 3
    assert surplus(entries, Limits(age=5), "/elsewhere", now) == []
    assert oldest.started_at <= newest.started_at


def test_gc_and_rm_remove_files_and_say_which(escope: Escope, shelf: Path) -> None:
    (shelf / "survey.esr.sqlite").write_text("")
    assert "survey.esr" in escope("rm", "survey").stdout
    assert sorted(os.listdir(shelf)) == ["exchange.esr", "invoices.esr"]
    escope("rm", "--keep-file", "invoices.esr")
    assert sorted(os.listdir(shelf)) == ["exchange.esr", "invoices.esr"]
    dry = rows(escope("gc", "--max-size", "1", "--dry-run", "--json"))
    assert {row["reason"] for row in dry} == {"size"}
    assert sorted(os.listdir(shelf)) == ["exchange.esr", "invoices.esr"]
    rows(escope("gc", "--max-size", "1", "--json"))
    assert os.listdir(shelf) == []


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("gc", "--max-size", "lots"), 2),
        (("gc", "--older-than", "-3d"), 2),
        (("show", "99999999999999999999"), 1),
        (("tag", "nothing\x1b[31m", "x"), 1),
        (("tag", "survey", "  "), 2),
        (("note", "survey", "x" * 20_000), 2),
        (("open", "survey@nowhere", "--text"), 1),
        (("rm", "survey", "nothing"), 1),
    ],
)
def test_a_bad_question_gets_an_answer_and_loses_nothing(
    escope: Escope, shelf: Path, words: tuple[str, ...], status: int
) -> None:
    done = escope(*words)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert len(os.listdir(shelf)) == 3


def test_a_recording_is_opened_by_its_bookmark(escope: Escope, shelf: Path) -> None:
    with library() as catalogue:
        catalogue.mark(catalogue.find("survey"), "start here", 5)
    assert "Step @5 of 67" in escope("open", "survey@start here", "--text").stdout


@pytest.mark.parametrize(
    ("text", "value"), [("500MB", 5e8), ("2.5 gb", 2.5e9), ("10", 10), ("1k", 1000)]
)
def test_sizes_are_read_as_people_write_them(text: str, value: float) -> None:
    assert parse_size(text) == value


@pytest.mark.parametrize(("text", "value"), [("30d", 2592000), ("12h", 43200), ("2", 172800)])
def test_ages_are_read_as_people_write_them(text: str, value: float) -> None:
    assert parse_age(text) == value


def test_a_library_that_cannot_be_written_is_read_all_the_same(shelf: Path, escope: Escope) -> None:
    (Path(places.data_folder()) / FILE).mkdir()

    listed = escope("list")
    tagged = escope("tag", "survey", "x")

    assert listed.returncode == 0
    assert listed.stdout.count("steps") == 3
    assert "the library cannot be written" in listed.stderr
    assert tagged.returncode == 1
    assert f"{FILE} cannot be written" in tagged.stderr


def test_a_folder_that_cannot_be_made_leaves_what_can_be_read(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Catalogue(str(tmp_path / "file"), str(shelf)) as catalogue:
        assert len(catalogue.entries()) == 3
        with pytest.raises(EscopeError, match="file"):
            catalogue.note(catalogue.newest(), "a note")


def test_the_newest_recording_is_opened_wherever_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from escope_tui.cli.common import locate

    monkeypatch.setenv("ESCOPE_HOME", str(tmp_path / "home"))
    (tmp_path / "one.py").write_text("x = 1\n")
    record = [sys.executable, "-m", "escope_tui", "record", "-q"]
    subprocess.run([*record, str(tmp_path / "one.py")], check=True)
    elsewhere = tmp_path / "elsewhere.esr"
    subprocess.run([*record, "-o", str(elsewhere), str(tmp_path / "one.py")], check=True)
    assert locate(None) == (str(elsewhere), None)
    assert locate("@0") == (str(elsewhere), 0)
    elsewhere.unlink()
    assert locate(None)[0].startswith(str(tmp_path / "home"))
