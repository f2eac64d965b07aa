"""Made tests load their module as far as the call had found it, and set what it read."""

from __future__ import annotations

from pathlib import Path

from tests.integration.test_made_tests import passes, recorded


def test_of_equal_statements_the_one_that_led_to_the_call_ends_the_loading(tmp_path: Path) -> None:
    program = (
        "seen = []\n\n"
        "class Last:\n    count = 0\n\n"
        "def f():\n    seen.append(lambda: 1)\n    return len(seen)\n\n"
        "f()\nf()\n"
    )
    with recorded(program, tmp_path) as recording:
        texts = [recording.test_case(call) for call in recording.calls(function="f")]
    assert passes(texts, tmp_path).startswith("2 passed")


def test_a_statement_of_any_size_can_lead_to_the_call(tmp_path: Path) -> None:
    program = "def f(a):\n    return a\n\na = f(1)\nb = " + "+".join(["f(a)"] * 400) + "\n"
    with recorded(program, tmp_path) as recording:
        text = recording.test_case(recording.calls(function="f")[-1])
    assert passes([text], tmp_path).startswith("1 passed")


def test_what_a_long_call_reads_at_its_end_is_set_too(tmp_path: Path) -> None:
    program = (
        "factor = 1\n\n"
        "def late(n):\n    return n * factor\n\n"
        "def work(n):\n    total = 0\n    for i in range(n):\n        total += 1\n"
        "    return late(total)\n\n"
        "def main():\n    global factor\n    factor = 7\n    work(12000)\n\n"
        "main()\n"
    )
    with recorded(program, tmp_path) as recording:
        text = recording.test_case(recording.calls(function="work")[0])
    assert passes([text], tmp_path).startswith("1 passed")
