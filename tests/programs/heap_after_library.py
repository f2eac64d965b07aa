"""What the standard library's Python code stores in objects and classes after it has called the program's."""

import functools
import io
import unittest


class Item:
    def __init__(self, n):
        self.n = n

    @functools.cached_property
    def label(self):
        return f"{self.n}"

    @functools.cached_property
    def other(self):
        return f"{self.label}!"

    @functools.cached_property
    def captured(self):
        return (lambda: self.label)()


def pair(a, b):
    return a + b


def cached():
    x, y, z, u = [Item(i) for i in range(4)]
    seen = pair(x.label, y.label)
    seen = [x.other, y.other]
    if z.label and u.label and pair(z.label, "k"):
        seen = z.label
    w = Item(9)
    seen = pair(w.other, w.label)
    seen = pair(z.captured, u.captured)
    return [item.captured for item in (x, y)], seen


class Case(unittest.TestCase):
    test_one = unittest.TestCase.shortDescription


cached()
suite = unittest.defaultTestLoader.loadTestsFromTestCase(Case)
outcome = unittest.TextTestRunner(stream=io.StringIO()).run(suite).testsRun
end = True
