"""Tracebacks: lines, carets, chains, notes, as printed by the traceback module."""

import traceback


class Thing:
    def method(self, value):
        return (
            self.first(value)
            + self.second(value)
        )

    def first(self, value):
        return value

    def second(self, value):
        try:
            return value / 0
        except ZeroDivisionError as error:
            raise ValueError("chained") from error


def generator():
    yield 1
    yield {}["key"]


def loop(xs):
    for x in xs:
        with open(x) as f:
            return f


def comp():
    return [len(x) for x in (1,)]


def show(function, *args):
    try:
        function(*args)
    except Exception:
        text = traceback.format_exc()
        print("\n".join(line for line in text.splitlines() if "/" not in line))
        print([entry.lineno for entry in traceback.extract_tb(__import__("sys").exc_info()[2])])


show(Thing().method, 1)
show(list, generator())
show(loop, ["/missing/file"])
show(comp)
show(lambda: (lambda x: x.y)(None))
show(exec, "1 +")
