"""Many tests in one call of unittest: what it changes after the eighth is marked or shown."""

# oracle: ignore collectedDurations startTime _started
import contextlib
import io
import unittest


class Stack:
    made = 0

    def __init__(self):
        self.items = []
        Stack.made += 1

    def push(self, x):
        self.items.append(x)

    def pop(self):
        return self.items.pop()


class StackTest(unittest.TestCase):
    shared = []

    @classmethod
    def setUpClass(cls):
        cls.resource = {"open": True}
        cls.addClassCleanup(cls.shared.append, "class")

    @classmethod
    def tearDownClass(cls):
        cls.resource["open"] = False

    def setUp(self):
        self.stack = Stack()
        self.addCleanup(self.shared.append, self.id())

    def tearDown(self):
        self.stack = None

    def test_push(self):
        self.stack.push(1)
        self.assertEqual(self.stack.items, [1])

    def test_pop(self):
        with self.assertRaises(IndexError) as caught:
            self.stack.pop()
        text = str(caught.exception)
        self.assertIn("empty", text)

    def test_subs(self):
        for i in range(3):
            with self.subTest(i=i):
                self.stack.push(i)
                self.assertEqual(len(self.stack.items), i + 1)

    @unittest.skip("no")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_fails(self):
        self.assertEqual(1, 2)

    def test_bad(self):
        self.assertEqual({"a": 1}, {"a": 2}, "why")


def load_tests(loader, tests, pattern):
    suite = unittest.TestSuite()
    suite.addTests(tests)
    n = suite.countTestCases()
    return suite


with contextlib.redirect_stderr(io.StringIO()):
    program = unittest.main(exit=False, verbosity=0)
failed = len(program.result.failures)
ran = program.result.testsRun
print(StackTest.shared, failed, ran)
