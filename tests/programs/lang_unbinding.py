"""Calls that take global variables away while a statement still uses them."""

import sys
import types


def drop(name, answer=True):
    sys._getframe(1).f_globals.pop(name, None)
    return answer


helper = types.ModuleType("helper")
helper.drop = drop
helper.once = drop

from string import Template  # noqa: E402

once = helper.once
items = [1, 2]
if not helper.drop("helper"):
    print("never")
if once("once") and items:
    print(items, "once" in globals())
kept = Template("$a")
print(kept.substitute(a=drop("kept") and 1), "kept" in globals())
again = [3]


def run(given):
    global again

    def forget():
        global again
        del again

    sorted([1], key=lambda _: forget())
    print(given, "again" in globals())
    again = given


run(again)
table = {"a": [1]}
try:
    table["a"].append(drop("table") and int("x"))
except ValueError as error:
    print(error, "table" in globals())
while drop("Template", False):
    pass
__extra__ = [4]
tidy = eval("lambda names, given: names.pop('tidy') and given")
count = tidy(globals(), __extra__)
print(count, "tidy" in globals())
clean = eval("lambda names, given: names.pop('clean') and given")


def cleaned():
    return clean(globals(), __extra__)


print(cleaned(), "clean" in globals())
print(sorted(name for name in globals() if not name.startswith("_")))
