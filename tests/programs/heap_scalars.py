"""Scalars at their edges."""

import datetime
import decimal
import fractions
import math
import pathlib
import uuid


def edges():
    values = [0, -1, 2**31, -(2**31), 2**62, 2**63, -(2**63), 2**64, 2**200, -(2**200)]
    total = 0
    for v in values:
        total += v
    return total


huge = 7**5000
small = -(2**63) - 1
nan = float("nan")
inf, minus = math.inf, -math.inf
zero = -0.0
tiny = 5e-324
third = 1 / 3
z = complex(-0.0, nan)
w = 1 + 2j
yes, no, none, dots, ni = True, False, None, ..., NotImplemented
empty, space = "", " "
text = "tab\t newline\n nul\0 é 漢 😀"
surrogate = "\ud800 half \udfff"
long_text = "ab" * 3000
raw = bytes(range(256))
long_raw = raw * 20
array = bytearray(b"\xff\x00")
array[0] = 1
view = memoryview(array)
array[1] = 2
keys = {1: "int", 1.5: "float", "1": "str", b"1": "bytes", None: "none", (1, 2): "tuple", True: "t"}
r = range(0, 100, 7)
s = slice(1, None, -1)
nested = (1, ("a", (None, (2.5, b"x"))))
when = datetime.datetime(2026, 11, 21, 15, 30, 12, 5)
day = datetime.date(2026, 11, 21)
delta = when - datetime.datetime(2026, 1, 1)
exact = decimal.Decimal("1.10") + 1
half = fractions.Fraction(1, 2)
path = pathlib.PurePosixPath("/a/b") / "c"
ident = uuid.UUID(int=5)
total = edges()
for i in range(3):
    x = i * 1.5
a = b = c = 10**18
a += 1
a, b = b, a
print(total, a, b, c, len(long_text), keys, nested, when, exact, half, path, ident)
