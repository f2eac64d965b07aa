"""What a chunk sums up of itself is what decoding it gives, and nonsense there harms nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escope_tui._speedups import unpack
from escope_tui.errors import FormatError
from escope_tui.format.reader import RecordingFile
from escope_tui.format.sums import parse_sums
from tests.property.test_codec import choices, play, relaxed, write

FUNCTIONS, SITES = 5, 40
numbers = st.integers(0, 2**70).map(lambda n: varint(n))


def varint(number: int) -> bytes:
    """7 bits per byte, low first."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def decoded(file: RecordingFile, number: int) -> dict[int, tuple[int, int]]:
    """The times of a chunk's functions, read from its events."""
    times = unpack.Survey(file).times(number, file.chunks[number].last_ns)
    return {function: (round(own), round(total)) for function, (own, total) in times.items()}


@relaxed
@given(choices, st.integers(1, 60), st.sampled_from([0, 1, 7, 50]), st.sampled_from([0, 2, 5]))
def test_times_summed_up_by_the_writer_are_those_that_decoding_gives(
    tmp_path: Path, script: list[Any], chunk_steps: int, pieces: int, flush: int
) -> None:
    write(tmp_path / "a.esr", play(script), chunk_steps, pieces, flush)
    with RecordingFile(tmp_path / "a.esr") as file:
        for info in file.chunks:
            sums = file.load_sums(info.number)
            assert sums is not None
            if sums.spent is not None:  # frames of which the beginning is missing: not told
                told = {
                    f: (own, total) for f, (own, total, _) in sums.spent.items() if own or total
                }
                assert told == decoded(file, info.number)


@relaxed
@given(choices, st.integers(1, 60))
def test_the_frame_that_wrote_output_is_the_one_that_decoding_gives(
    tmp_path: Path, script: list[Any], chunk_steps: int
) -> None:
    write(tmp_path / "a.esr", play(script), chunk_steps)
    with RecordingFile(tmp_path / "a.esr") as file:
        scanner = unpack.Scanner(file)
        for info in file.chunks:
            sums = file.load_sums(info.number)
            pieces = [piece for piece in file.pieces(-1) if piece[3] == info.number]
            assert sums is not None
            assert len(sums.writers) == len(pieces)
            for (moment, *_), writer in zip(pieces, sums.writers, strict=True):
                if writer is not None:
                    step, site, thread, frame, *_ = scanner.step_info(moment - writer.back)
                    assert (site, thread, frame) == (writer.site, writer.thread, writer.frame)
                    assert step == moment - writer.back


@given(st.lists(st.one_of(numbers, st.binary(max_size=12)), max_size=60))
def test_sums_that_make_no_sense_are_refused_or_stay_within_the_recording(
    parts: list[bytes],
) -> None:
    data = b"".join(parts)
    try:
        sums = parse_sums(data, FUNCTIONS, SITES)
    except FormatError:
        return
    assert sums.running < FUNCTIONS
    assert all(function < FUNCTIONS for function in sums.spent or {})
    assert all(writer is None or writer.site < SITES for writer in sums.writers)
    assert len(sums.writers) <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\x01\x07\x00",
        b"\x01\x01\x02\x00\x05\x0a\x00\x05\x0a",
        b"\x01\x01\xff\xff\xff\x7f\x00",
        b"\x00\x01\x28\x00\x01",
        b"\x01\x00\x01\x00" + b"\xff" * 11,
        b"\x00\x01\x00\x00" + b"\xff" * 9 + b"\x01",
    ],
    ids=["empty", "short", "function", "twice", "many", "site", "long number", "large number"],
)
def test_a_section_of_sums_that_names_what_is_not_there_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_sums(data, FUNCTIONS, SITES)
