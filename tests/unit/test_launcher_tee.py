"""The tee on an output stream: everything once, in order, and no trace in tracebacks."""

from __future__ import annotations

import io
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

boot = pytest.importorskip("escope_tui._speedups.boot")


class Sink:
    """Collects what the tee tells."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def __call__(self, stream: int, data: Any) -> None:
        assert stream == 1
        self.told.append(data)


def shadowed(stream: io.TextIOWrapper) -> Sink:
    """As streams of someone's own make are followed."""
    sink = Sink()
    tee = boot.Tee(sink, 1, stream.write, stream.flush, stream.buffer.write)
    writable: Any = stream
    writable.write, writable.flush = tee.write, tee.flush
    writable.buffer.write = tee.raw
    return sink


def followed(stream: io.TextIOWrapper) -> Sink:
    """As Python's own streams are followed."""
    sink = Sink()
    assert boot.Tee(sink, 1).follow(stream, True)
    assert boot.Tee(sink, 1).follow(stream.buffer, False)
    return sink


Teed = Callable[[io.TextIOWrapper], Sink]


@pytest.fixture(params=[shadowed, followed])
def teed(request: pytest.FixtureRequest) -> Iterator[Teed]:
    yield request.param
    boot.leave_streams()


@pytest.fixture(params=["buffered", "line", "through"])
def stream(request: pytest.FixtureRequest) -> io.TextIOWrapper:
    kind = request.param
    return io.TextIOWrapper(
        io.BufferedWriter(io.BytesIO()),
        encoding="utf-8",
        newline="\n",
        line_buffering=kind == "line",
        write_through=kind == "through",
    )


def test_text_and_bytes_are_told_once_each(teed: Teed, stream: io.TextIOWrapper) -> None:
    sink = teed(stream)
    print("one", 2, file=stream)
    stream.writelines(["three", "four\n"])
    stream.flush()
    buffer: Any = stream.buffer
    buffer.write(b"five\n")
    buffer.writelines([b"6", b"7"])
    buffer.flush()
    print("é" * 20000, file=stream, flush=True)
    told = "".join(item if isinstance(item, str) else item.decode() for item in sink.told)
    assert told.encode() == buffer.raw.getvalue()
    assert told == "one 2\nthreefour\nfive\n67" + "é" * 20000 + "\n"


def test_writing_gives_back_what_it_did(teed: Teed, stream: io.TextIOWrapper) -> None:
    teed(stream)
    assert stream.write("abc") == 3
    assert stream.buffer.write(b"ab") == 2
    assert stream.flush() is None  # type: ignore[func-returns-value]


def test_errors_are_the_streams_own_and_show_no_frame_of_escope(
    teed: Teed, stream: io.TextIOWrapper
) -> None:
    teed(stream)
    with pytest.raises(TypeError, match="must be str") as caught:
        stream.write(3)  # type: ignore[arg-type]
    assert len(traceback.extract_tb(caught.value.__traceback__)) == 1
    with pytest.raises(UnicodeEncodeError):
        stream.write("\ud800")


def test_a_text_of_the_programs_own_type_runs_no_code(teed: Teed, stream: io.TextIOWrapper) -> None:
    class Loud(str):
        def __str__(self) -> str:
            raise AssertionError

        encode = __format__ = __iter__ = __len__ = __str__  # type: ignore[assignment]

    sink = teed(stream)
    stream.write(Loud("quiet"))
    assert sink.told == ["quiet"]
    assert type(sink.told[0]) is str


def test_buffers_of_any_kind_are_told_as_bytes(teed: Teed, stream: io.TextIOWrapper) -> None:
    sink = teed(stream)
    buffer: Any = stream.buffer
    buffer.write(memoryview(bytearray(b"view")))
    assert sink.told == [b"view"]


def test_a_sink_that_fails_does_not_harm_the_output(stream: io.TextIOWrapper) -> None:
    def failing(number: int, data: Any) -> None:
        raise RuntimeError

    tee = boot.Tee(failing, 1, stream.write, stream.flush, stream.buffer.write)
    assert tee.write("text") == 4
    tee.flush()


def test_nothing_of_a_stream_shows_that_it_is_followed(stream: io.TextIOWrapper) -> None:
    other: Any = io.TextIOWrapper(io.BufferedWriter(io.BytesIO()), encoding="utf-8")

    def facts(one: Any) -> list[Any]:
        kept = [one.write.__qualname__, one.write.__self__ is one, type(one.buffer.write)]
        return [*kept, one.__dict__, one.buffer.__dict__, sys.getrefcount(one)]

    plain = facts(stream)
    followed(stream)
    assert facts(stream) == plain
    assert other.write("not told") == 8
    boot.leave_streams()
    assert facts(stream) == plain


def test_a_stream_that_is_followed_may_be_written_to_by_its_types_own_function(
    stream: io.TextIOWrapper,
) -> None:
    sink = followed(stream)
    io.TextIOWrapper.write(stream, "so")
    stream.detach().write(b"on")
    boot.leave_streams()
    assert sink.told == ["so", b"on"]


def test_a_stream_that_has_died_is_not_taken_for_another(stream: io.TextIOWrapper) -> None:
    sink = Sink()
    dying: Any = io.StringIO()
    assert boot.Tee(sink, 1).follow(dying, True)
    dying.write("first")
    address = id(dying)
    del dying
    others = [io.StringIO() for _ in range(50)]
    for other in others:
        other.write("other")
    boot.leave_streams()
    assert sink.told == ["first"]
    assert any(id(other) == address for other in others), "one of them lies where it lay"


def test_a_stream_with_a_method_of_its_own_is_not_followed(stream: io.TextIOWrapper) -> None:
    writable: Any = stream
    writable.write = print
    assert not boot.Tee(Sink(), 1).follow(stream, True)


def test_threads_that_write_at_once_lose_nothing(teed: Teed, stream: io.TextIOWrapper) -> None:
    sink = teed(stream)
    threads = [
        threading.Thread(target=lambda: [stream.write("x" * 9 + "\n") for _ in range(2000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream.flush()
    raw: Any = stream.buffer
    assert sum(map(len, sink.told)) == len(raw.raw.getvalue()) == 80000


def test_what_a_thread_writes_to_the_buffer_is_told_after_threads_wrote_text_at_once(
    teed: Teed,
) -> None:
    """A write that another thread's write overlaps ends in the midst of that one."""
    entered = [threading.Event(), threading.Event()]
    leave = [threading.Event(), threading.Event()]

    class Unlocked(io.BytesIO):
        """Two threads can be in it at once."""

        def flush(self) -> None:
            data = self.getvalue()
            for number, mark in enumerate((b"first\n", b"second\n")):
                if data.endswith(mark) and not entered[number].is_set():
                    entered[number].set()
                    leave[number].wait(10)

    stream: Any = io.TextIOWrapper(Unlocked(), encoding="utf-8", line_buffering=True)
    sink = teed(stream)

    def second() -> None:
        stream.write("second\n")
        stream.buffer.write(b"by the other")

    other = threading.Thread(target=second)

    def overlap() -> None:
        entered[0].wait(10)
        other.start()
        entered[1].wait(10)
        leave[0].set()

    helper = threading.Thread(target=overlap)
    helper.start()
    stream.write("first\n")
    helper.join()
    leave[1].set()
    other.join()
    stream.buffer.write(b"by the first")
    assert sink.told == ["first\n", "second\n", b"by the other", b"by the first"]


def test_constants_are_changed_in_the_tuple_itself() -> None:
    code = compile("x = (f := 1.5e300j, 'kept')[0]", "<test>", "exec")
    constants = code.co_consts
    marker = object()
    changed = tuple(marker if isinstance(item, complex) else item for item in constants)
    if changed == constants:
        pytest.skip("the constant was folded into another one")
    boot.overwrite(constants, changed)
    assert code.co_consts is constants
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    assert namespace["x"] is marker


def test_constants_of_another_number_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in number"):
        boot.overwrite((1, 2), (1,))
