"""What unittest calls and changes between the tests of a program."""

# oracle: ignore collectedDurations startTime _started
import contextlib
import io
import unittest
from unittest import main


class Cart:
    def __init__(self):
        self.items = {}

    def add(self, name):
        self.items[name] = self.items.get(name, 0) + 1
        return self.items[name]


class Base(unittest.TestCase):
    shared = []

    @classmethod
    def setUpClass(cls):
        cls.shared.append("class")

    def setUp(self):
        self.cart = Cart()
        self.addCleanup(self.shared.append, self._testMethodName)

    def tearDown(self):
        self.cart.items.clear()


class CartTest(Base):
    def test_a(self):
        self.assertEqual(self.cart.add("nut"), 1)

    def test_b(self):
        with self.assertRaises(KeyError) as caught:
            raise KeyError("zip")
        args = caught.exception.args
        self.assertEqual(args, ("zip",))

    def test_c(self):
        for want in (1, 2):
            with self.subTest(want=want):
                self.assertEqual(self.cart.add("bolt"), want)

    def test_d(self):
        self.assertIn("new", self.shared)

    def test_e(self):
        self.assertEqual(self.cart.add("nut"), 1)


with contextlib.redirect_stderr(io.StringIO()):
    main(exit=False)
count = len(CartTest.shared)
