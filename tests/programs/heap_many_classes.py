"""More classes in variables than are looked at before each statement, changed by code that is not recorded."""

import sys
import unittest.mock as mock

if "escope_tui._speedups.capture" in sys.modules:
    from escope_tui._speedups import capture

    capture.set_limits(grace=0)

rows = [[type(f"C{j}{i}", (), {"v": i}) for i in range(140)] for j in range(2)]
third = rows[1][2]


def change(turns):
    seen = 0
    for turn in range(turns):
        with mock.patch.object(third, "v", turn):
            seen += third.v
        seen -= third.v
        third.v += 1
    return seen


total = change(8)
print(total)
