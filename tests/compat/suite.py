"""Runs unittest modules and writes how each test ended.

`suite.py out.jsonl pattern module...` runs those of the modules' tests whose id the pattern does
not match. A line is written as each test begins and ends: a crash or a hang leaves the others'.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import traceback
import unittest
from typing import Any

# Tests replace what they like in these modules.
_open, _write, _close, _getpid = os.open, os.write, os.close, os.getpid
_dumps = json.dumps

TOOLS = 6
"""Identifiers that sys.monitoring has."""


def _text(err: Any) -> str:
    return "".join(traceback.format_exception(*err))


class Outcomes(unittest.TestResult):
    """Writes how each test ended."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.pid = _getpid()

    def note(self, name: str, outcome: str, text: str = "") -> None:
        """Write one line, unless this is a child of the process that runs the tests."""
        if _getpid() != self.pid:
            return
        line = _dumps([name, outcome, text[-3000:]]) + "\n"
        file = _open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        _write(file, line.encode())
        _close(file)

    def startTest(self, test: unittest.TestCase) -> None:
        """Note that it began."""
        super().startTest(test)
        self.note(test.id(), "began")

    def stopTest(self, test: unittest.TestCase) -> None:
        """Leave no hooks: a test that ends differently shall not make others differ."""
        super().stopTest(test)
        sys.settrace(None)
        sys.setprofile(None)
        monitoring: Any = getattr(sys, "monitoring", None)
        for tool in range(TOOLS if monitoring else 0):
            if monitoring.get_tool(tool) is not None:
                monitoring.set_events(tool, 0)
                monitoring.free_tool_id(tool)

    def addSuccess(self, test: unittest.TestCase) -> None:
        """Note a pass."""
        self.note(test.id(), "ok")

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        """Note an error."""
        self.note(test.id(), f"error {err[0].__name__}", _text(err))

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        """Note a failure."""
        self.note(test.id(), "fail", _text(err))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        """Note a skip."""
        self.note(test.id(), "skip")

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        """Note an expected failure."""
        self.note(test.id(), "expected failure")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        """Note an unexpected success."""
        self.note(test.id(), "unexpected success")

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        """Note a subtest that failed, under the name of its test."""
        if err is not None:
            self.note(test.id(), "subtest failed", _text(err))


def without(suite: unittest.TestSuite, pattern: re.Pattern[str]) -> unittest.TestSuite:
    """The suite without the tests whose id matches."""
    kept = unittest.TestSuite()
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.addTest(without(item, pattern))
        elif not pattern.search(item.id()):
            kept.addTest(item)
    return kept


def main() -> None:
    """Run the modules named on the command line."""
    path, pattern, *names = sys.argv[1:]
    sys.argv[1:] = []
    support: Any = importlib.import_module("test.support")
    support.use_resources = []  # no network, no large files, no long loops
    outcomes = Outcomes(path)
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    without(suite, re.compile(pattern)).run(outcomes)
    outcomes.note("all of them", "ended")


if __name__ == "__main__":
    main()
