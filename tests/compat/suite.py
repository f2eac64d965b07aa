"""Runs unittest modules and writes the outcome of each test: `suite.py out.json module...`."""

from __future__ import annotations

import json
import sys
import traceback
import unittest
from typing import Any


def _text(err: Any) -> str:
    return "".join(traceback.format_exception(*err))


class Outcomes(unittest.TestResult):
    """Notes how each test ended."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.texts: dict[str, str] = {}

    def _note(self, test: unittest.TestCase, outcome: str, text: str = "") -> None:
        name = test.id()
        self.found[name] = outcome
        if text:
            self.texts[name] = text[-2000:]

    def addSuccess(self, test: unittest.TestCase) -> None:
        """Note a pass."""
        self._note(test, "ok")

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        """Note an error."""
        self._note(test, f"error {err[0].__name__}", _text(err))

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        """Note a failure."""
        self._note(test, "fail", _text(err))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        """Note a skip."""
        self._note(test, "skip")

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        """Note an expected failure."""
        self._note(test, "expected failure")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        """Note an unexpected success."""
        self._note(test, "unexpected success")

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        """Note a subtest that failed."""
        if err is not None:
            self._note(subtest, "subtest", _text(err))


def main() -> None:
    """Run the modules named on the command line."""
    out, *names = sys.argv[1:]
    sys.argv[1:] = []
    outcomes = Outcomes()
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    suite.run(outcomes)
    with open(out, "w", encoding="utf-8") as stream:
        json.dump({"outcomes": outcomes.found, "texts": outcomes.texts}, stream)


if __name__ == "__main__":
    main()
