"""Names and places of recordings."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from escope_tui.errors import NotFoundError, OutputError
from escope_tui.launcher import places

WHEN = time.mktime((2026, 11, 21, 15, 30, 12, 0, 0, -1))


def test_a_name_tells_the_program_and_the_time() -> None:
    assert places.readable_name("script", WHEN) == "script-20261121-153012.esr"
    assert places.readable_name("a b/c*", WHEN).startswith("a-b-c-2026")
    assert places.readable_name("...", WHEN).startswith("program-2026")


def test_escope_home_goes_before_the_platforms_folders(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert places.recordings_folder({"ESCOPE_HOME": home}) == str(tmp_path / "recordings")
    assert places.cache_folder({"ESCOPE_HOME": home}) == str(tmp_path / "cache")


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname == "Darwin", reason="XDG folders")
def test_the_folders_follow_the_xdg_rules() -> None:
    assert places.data_folder({"HOME": "/h"}) == "/h/.local/share/escope"
    assert places.cache_folder({"HOME": "/h"}) == "/h/.cache/escope"
    assert places.data_folder({"HOME": "/h", "XDG_DATA_HOME": "/d"}) == "/d/escope"
    assert places.data_folder({"HOME": "/h", "XDG_DATA_HOME": "relative"}).startswith("/h/")


def test_two_recordings_of_one_second_get_two_names() -> None:
    first = places.new_recording("script", WHEN)
    Path(first).touch()
    second = places.new_recording("script", WHEN)
    assert Path(second).name == "script-20261121-153012-2.esr"


def test_the_newest_recording_is_the_one_written_last() -> None:
    with pytest.raises(NotFoundError):
        places.newest_recording()
    for age, name in ((30, "a"), (10, "b"), (20, "c")):
        path = places.new_recording(name, WHEN)
        Path(path).touch()
        os.utime(path, (WHEN - age, WHEN - age))
    Path(places.recordings_folder(), "z.txt").touch()
    assert Path(places.newest_recording()).name.startswith("b-")


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "x.esr"
    path.write_text("old")
    with pytest.raises(OutputError, match="exists already"):
        places.create(str(path), force=False)
    assert path.read_text() == "old"
    places.create(str(path), force=True)
    assert path.read_text() == ""


def test_places_that_cannot_be_written_say_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        places.create(str(tmp_path), force=True)
    with pytest.raises(OutputError, match="No such file or directory"):
        places.create(str(tmp_path / "no" / "x.esr"), force=False)
