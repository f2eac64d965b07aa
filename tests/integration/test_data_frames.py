"""Frames, series and tensors of well-known libraries: what they are, and their first elements."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.heap import record_program


def shown(tmp_path: Path, body: str) -> dict[str, Any]:
    """What the variables of a function are shown as before its last statement."""
    script = tmp_path / "program.py"
    indented = textwrap.indent(textwrap.dedent(body), "    ")
    script.write_text(f"def main():\n{indented}\n    return 1\n\nmain()\n")
    with record_program(script, tmp_path) as rec:
        last = [i for i in range(len(rec)) if rec[i].function == "main"][-1]
        return {
            name: value.summary(200).partition(" (as of")[0]
            for name, value in rec.locals(last).items()
        }


def test_pandas_frames_tell_their_columns_types_and_extents(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    found = shown(
        tmp_path,
        """
        import pandas
        frame = pandas.DataFrame({"a": [1, 2, 3], "b": [1.5, 2.5, None]})
        series = frame["a"]
        frame["c"] = [True, False, True]
        wide = pandas.DataFrame([[0] * 30])
        missing = pandas.NaT
        """,
    )
    assert found["frame"] == "DataFrame(3 × 3: a int64, b float64, c bool)"
    assert found["series"] == "Series('a' int64, [1, 2, 3])"
    assert found["wide"].startswith("DataFrame(1 × 30: 0 int64, 1 int64,")
    assert found["missing"] == "NaT"


def test_polars_frames_tell_their_columns_types_and_extents(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    found = shown(
        tmp_path,
        """
        import polars
        frame = polars.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        series = frame["a"]
        """,
    )
    assert found["frame"] == "DataFrame(2 × 2: a i64, b str)"
    assert found["series"] == "Series('a' [i64], 2: [1, 2])"


@pytest.mark.slow
def test_tensors_show_their_elements_and_subclasses_run_no_code(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    found = shown(
        tmp_path,
        """
        import torch
        calls = []
        class Mine(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                calls.append(function)
                return super().__torch_function__(function, types, args, kwargs or {})
        whole = torch.arange(6).reshape(2, 3)
        turned = whole.t()
        half = torch.ones(2, dtype=torch.bfloat16)
        sparse = torch.eye(3).to_sparse()
        mine = torch.ones(2).as_subclass(Mine)
        count = len(calls)
        again = mine
        more = len(calls) - count
        whole[0, 0] = 9
        """,
    )
    assert found["whole"] == "Tensor(torch.int64, (2, 3)) [9, 1, 2, 3, 4, 5]"
    assert found["turned"] == "Tensor(torch.int64, (3, 2)) [0, 3, 1, 4, 2, 5]"
    assert found["half"] == "Tensor(torch.bfloat16, (2,)) [1.0, 1.0]"
    assert found["sparse"] == "Tensor(torch.float32, (3, 3)) [… 9 more]"
    assert found["more"] == "0"
