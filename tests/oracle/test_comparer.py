"""The comparer alone: a recording made up from the reference itself, whole and then spoilt."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from escope_tui.model.values import Contents, Value
from tests.oracle.compare import REFERENCE, Report, Target, judge
from tests.oracle.refread import Reference

SOURCE = """\
class Box:
    def __init__(self, x):
        self.x = x


def change(items):
    items.append({"k": 2.5})
    return items


xs = [1, ("a", None)]
ys = xs
box = Box(xs)
while True:
    change(box.x)
    break
zs = [1, ("a", None), {"k": 2.5}]
print(xs == zs)
"""


@dataclass
class Step:
    index: int
    file: str
    line: int
    function: str
    frame_id: int
    thread: str = "MainThread"
    kind: str = "statement"


@dataclass
class Frame:
    frame_id: int
    function: str
    locals: dict[str, Value]
    globals: dict[str, Value]


class Heap:
    """Objects of one moment."""

    def __init__(self, objects: dict[int, list[Any]]) -> None:
        self.objects = dict(objects)

    def contents(self, object_id: int, _step: int) -> Contents | None:
        name, shape, size, items, pairs, attrs, text = self.objects[object_id]
        pairs = [tuple(pair) for pair in pairs or ()]
        return Contents(
            shape, name, size=size, items=items or (), pairs=pairs, attrs=attrs or (), text=text
        )

    def value(self, form: Any, step: int) -> Value:
        if isinstance(form, Value):
            return form
        if not isinstance(form, list):
            kind = "None" if form is None else type(form).__name__
            return Value(kind, form, size=len(form) if isinstance(form, str) else None)
        if form[0] == "o":
            return Value("", object_id=form[1], heap=self, step=step)
        if form[0] == "t":
            return Value("tuple", form[2], size=form[1], heap=self, step=step)
        assert form[0] == "f"
        return Value("float", struct.unpack(">d", bytes.fromhex(form[1]))[0])


class Recording:
    """A recording whose steps are the line events of the reference."""

    def __init__(self, reference: Reference) -> None:
        self.steps: list[Step] = []
        self.stacks: list[tuple[Frame, ...]] = []
        for moment in reference.moments():
            activation = reference.activations[moment.activation]
            index = len(self.steps)
            step = Step(index, activation.file, moment.line, activation.name, moment.activation)
            self.steps.append(step)
            heap = Heap(reference.objects)
            frames: list[Frame] = []
            names: dict[str, Value] = {}
            for key, variables in moment.frames:
                values = {name: heap.value(form, index) for name, form in variables.items()}
                if isinstance(key, str):
                    names = values
                else:
                    frames.append(Frame(key, reference.activations[key].name, values, {}))
            frames[-1].globals = names or frames[-1].locals
            self.stacks.append(tuple(frames))

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[index]

    def stack(self, index: int) -> tuple[Frame, ...]:
        return self.stacks[index]

    def locals(self, index: int) -> dict[str, Value]:
        return self.stacks[index][-1].locals


@pytest.fixture
def reference(tmp_path: Path) -> Reference:
    script, out = tmp_path / "program.py", tmp_path / "out.jsonl"
    script.write_text(SOURCE, encoding="utf-8")
    command = [sys.executable, str(REFERENCE), "--stack", str(out), str(script)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return Reference(out).load()


def judged(reference: Reference, spoil: Callable[[Recording], None]) -> Report:
    recording = Recording(reference)
    spoil(recording)
    report = Report("made up")
    judge(report, reference, recording, Target(["program.py"]))
    return report


def line(text: str) -> int:
    return SOURCE.split("\n").index(text) + 1


def at(recording: Recording, text: str) -> int:
    return next(i for i, step in enumerate(recording.steps) if step.line == line(text))


def test_a_recording_that_is_the_reference_agrees_in_all(reference: Reference) -> None:
    report = judged(reference, lambda recording: None)
    assert report.clean, report.text()
    assert report.share == 1
    assert report.pairs > 50


def test_a_wrong_scalar_deep_inside_is_found(reference: Reference) -> None:
    def spoil(recording: Recording) -> None:
        last = recording.stacks[-1][-1].locals["zs"]
        heap: Any = last._heap
        label = next(n for n, c in heap.objects.items() if c[1] == "dict")
        heap.objects[label] = ["dict", "dict", 1, None, [["k", 7]], None, None]

    report = judged(reference, spoil)
    assert report.wrong, report.text()
    assert "['k']" in report.findings[0].variable


def test_a_missing_and_an_extra_variable_are_found(reference: Reference) -> None:
    def spoil(recording: Recording) -> None:
        names = recording.stacks[at(recording, "    return items")][-1].locals
        names["other"] = names.pop("items")

    report = judged(reference, spoil)
    assert (report.missing, report.extra, report.wrong) == (1, 1, 0), report.text()


def test_two_objects_under_one_id_are_found(reference: Reference) -> None:
    def spoil(recording: Recording) -> None:
        names = recording.stacks[-1][-1].locals
        names["zs"] = names["xs"]

    report = judged(reference, spoil)
    assert report.wrong, report.text()
    assert "object #" in report.findings[0].seen


def test_a_step_that_is_not_recorded_is_missing(reference: Reference) -> None:
    def spoil(recording: Recording) -> None:
        gone = at(recording, "box = Box(xs)")
        recording.steps[gone].kind = "iteration"

    report = judged(reference, spoil)
    assert [spot[1] for spot in report.missing_steps] == [line("box = Box(xs)")], report.text()


def test_a_frame_that_is_not_recorded_is_lost(reference: Reference) -> None:
    def spoil(recording: Recording) -> None:
        for step in recording.steps:
            if step.function == "change":
                step.kind = "iteration"

    report = judged(reference, spoil)
    assert [(spot[1], spot[2]) for spot in report.lost] == [("change", 1)], report.text()
    assert len(report.missing_steps) == 2
