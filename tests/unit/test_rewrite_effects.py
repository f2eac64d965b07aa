"""What each kind of statement tells: the specs of its sites, and that they fit their arguments."""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from escope_tui.instrument.functions import Rewriter
from escope_tui.instrument.scope import Options
from escope_tui.model import sites as flag
from escope_tui.model.sites import SITE_REAL, arguments_of


def rewritten(source: str) -> Rewriter:
    rewriter = Rewriter(ast.parse(textwrap.dedent(source)), Options())
    rewriter.module()
    compile(rewriter.tree, "<test>", "exec")
    return rewriter


def told(source: str, function: int = 1) -> list[tuple[str, list[Any]]]:
    """The sites of one function in the order of the code: their flags and specs."""
    rewriter = rewritten(source)
    found = []
    for node in ast.walk(rewriter.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, complex):
            assert node.value.real == SITE_REAL
            found.append(int(node.value.imag))
    rows = [rewriter.tables.sites[index] for index in sorted(found)]
    return [(flag.describe(row[0]), list(row[6])) for row in rows if row[1] == function]


def after(statement: str, *, prelude: str = "", parameters: str = "a, b, i, xs, d") -> list[Any]:
    """The specs that follow one statement of a function, and those noted while it runs."""
    lines = [
        *prelude.splitlines(),
        f"def f({parameters}):",
        *textwrap.indent(statement, "    ").splitlines(),
    ]
    lines[-1:] = ["    pass", *lines[-1:]] if lines[-1].startswith("    ") else lines[-1:]
    sites = told("\n".join([*lines, "    pass"]))
    wanted = ("STEP", "STEP|CALLS", "PASS", "PASS|COMP")
    found = [spec for flags, specs in sites if flags in wanted for spec in specs]
    return [spec for spec in found if spec[0] not in ("o", "h")]


def handed(statement: str, prelude: str = "") -> bool:
    """Whether what the statement binds may have other holders than the program."""
    lines = [*prelude.splitlines(), "def f(a):", *textwrap.indent(statement, "    ").splitlines()]
    sites = told("\n".join([*lines, "    pass"]), 1 + prelude.count("def "))
    return any(("h",) in specs for _, specs in sites)


SLOTS = {"a": 0, "b": 1, "i": 2, "xs": 3, "d": 4}


@pytest.mark.parametrize(
    ("statement", "specs"),
    [
        ("x = 1", [("w", 5)]),
        ("a += 1", [("wk", 0)]),
        ("x = y = a", [("w", 5), ("w", 6)]),
        ("a.x = b", [("a", "x", ())]),
        ("a.x.y = b", [("a", "y", ("x",))]),
        ("a.x += b", [("a", "x", (), 1)]),
        ("xs[0] = b", [("i", ())]),
        ("xs[i] = b", [("i", ())]),
        ("a.xs[i] = b", [("i", ("xs",))]),
        ("xs[i] += b", [("i", (), 1)]),
        ("xs[1:2] = b", [("di", ())]),
        ("xs[i + 1] = b", [("rki", ())]),
        ("xs[i][0] = b", [("rik",)]),
        ("xs[i][a + 1] = b", [("ri",)]),
        ("xs[0].y = b", [("ra", "y")]),
        ("i, xs[i] = b", [("rki", ()), ("w", 2), ("x", ())]),
        ("del a", [("u", 0)]),
        ("del a.x", [("da", "x", ())]),
        ("del xs[0]", [("di", ())]),
        ("xs.append(b)", [("m", "append", (), 1, ((),))]),
        ("a.xs.append(b.c)", [("m", "append", ("xs",), 1, (("c",),))]),
        ("xs[0].append(b)", [("rm", "append", 1, ((),))]),
        ("xs[0].turn(b, a.c)", [("rm", "turn", 2, ((), ("c",)))]),
        ("super().turn(b)", [("rm", "turn", 1, ((),))]),
        ("b = xs[0].turn(b)", [("rm", "turn", 1, ((),)), ("w", 1)]),
        ("xs.pop()", [("mk", "pop", (), 0, ())]),
        ("xs.pop(0)", [("mk", "pop", (), 1, ((),))]),
        ("a.xs.add(b.c)", [("mk", "add", ("xs",), 2, (("c",), ("c",)))]),
        ("d.pop((i, 1), a)", [("mk", "pop", (), 3, ((), (), ()))]),
        ("d.pop(a + b)", [("m", "pop", (), 2, ((), ()))]),
        ("d[b] = d.pop(a)", [("ms", "pop", (), 2, ((), ())), ("i", ())]),
        (
            "xs.pop() if a else xs.pop(0)",
            [("m", "pop", (), 0, ())],
        ),
        ("d[a].append(b)", [("rm", "append", 1, ((),))]),
        ("a(b)", [("c", 1, ((),))]),
        ("a = a.next(b)", [("bm", "next", (), 1, ((),)), ("w", 0)]),
        ("len(xs)", []),
        ("print(a, b)", []),
        ("x = sorted(xs)", [("x", ()), ("w", 5)]),
        ("x = next(xs)", [("x", ()), ("w", 5)]),
        ("x = zip(xs, d)", [("w", 5)]),
        ("x = a + b", [("w", 5)]),
        ("'{}'.format(a).strip()", []),
        ("x = (y := a)", [("w", 5), ("w", 6)]),
        ("import os.path", [("w", 5)]),
        ("from os import path as p, sep", [("w", 5), ("w", 6)]),
        ("exec(a)", [("star",), ("t", ())]),
        ("def g(): pass", [("w", 5)]),
    ],
)
def test_a_statement_tells_what_it_may_have_changed(statement: str, specs: list[Any]) -> None:
    assert sorted(map(repr, after(statement))) == sorted(map(repr, specs))


@pytest.mark.parametrize(
    ("prelude", "statement"),
    [
        ("def g(x): pass", "g(xs)"),
        ("class C:\n    def __init__(self, x): self.x = x", "C(xs)"),
        ("import math", "math.sqrt(a)"),
        ("from math import sqrt", "sqrt(a)"),
        ("import helper", "helper.run()"),
        ("", "ValueError(a)"),
    ],
)
def test_calls_whose_effects_are_known_tell_nothing(prelude: str, statement: str) -> None:
    prelude_frames = prelude.count("def ") + prelude.count("class ")
    lines = [prelude, "def f(a, xs):", f"    {statement}", "    pass"]
    sites = told("\n".join(lines), prelude_frames + 1)

    assert [specs for flags, specs in sites if flags == "STEP"] == [[]]


@pytest.mark.parametrize(
    "prelude",
    [
        "def g(x): pass\ng = other(g)",
        "@wraps\ndef g(x): pass",
        "from lib import g",
        "g = xs.append",
    ],
)
def test_calls_of_what_may_be_anything_tell_their_arguments(prelude: str) -> None:
    rewriter = rewritten(f"{prelude}\ndef f(a):\n    g(a)\n    pass")

    assert any(("c", 1, ((),)) in row[6] for row in rewriter.tables.sites)


def test_a_method_of_the_same_class_tells_nothing_unless_an_attribute_hides_it() -> None:
    body = (
        "class C:\n    def f(self):\n        self.g(self)\n        pass\n    def g(self, x): pass\n"
    )
    plain = [row[6] for row in rewritten(body).tables.sites]
    hidden = [row[6] for row in rewritten(body + "C().g = print\n").tables.sites]

    assert not any(spec[0] == "m" for specs in plain for spec in specs)
    assert any(spec[0] == "m" for specs in hidden for spec in specs)


def test_names_in_conditional_expressions_are_read_only_where_they_are_bound() -> None:
    assert after("a and g(b)") == [("c", 1, ((),))]
    assert after("a and __hidden.append(b)") == [("rm", "append", 1, ((),))]
    assert after("x = [g(v) for v in xs]") == [("bt", ()), ("w", 6)]


def test_the_first_site_enters_and_every_way_out_ends() -> None:
    sites = told("def f(a):\n    '''doc'''\n    if a:\n        return a\n    a()\n")

    assert sites[0] == ("STEP|ENTER", [("w", 0)])
    assert [flags for flags, _ in sites if flags in ("END", "UNWIND", "STEP|RETURN")] == [
        "STEP|RETURN",
        "END",
        "UNWIND",
    ]


def test_a_return_through_finally_is_late() -> None:
    sites = told("def f(a):\n    with a:\n        return a.b\n")
    flags = [flags for flags, _ in sites]

    assert "RETURN|LATE" in flags
    assert "UNWIND|LATE" in flags
    assert "END" in flags


def test_simple_returns_and_yields_are_one_site() -> None:
    assert told("def f(a):\n    return a\n")[0] == ("STEP|ENTER|RETURN", [("r",), ("w", 0)])
    assert told("def f(a):\n    yield a\n")[0] == ("STEP|ENTER|YIELD", [("r",), ("w", 0)])
    assert told("def f(a):\n    if a: b = 1\n    return b\n")[-2][0] == "RETURN"


def test_a_loop_flushes_in_its_header() -> None:
    sites = told("def f(a):\n    while a:\n        b = a\n    for c in range(3):\n        d = c\n")

    headers = [specs for flags, specs in sites if "STEP" in flags and "HEADER" in flags]
    assert headers == [[("w", 0)], [("w", 1)], [], [("w", 3)]]


def test_private_names_are_mangled() -> None:
    source = """
    class _A:
        def f(self):
            self.__x = __y = 1
            self.__m()
            pass
    """
    rewriter = rewritten(source)
    specs = [spec for row in rewriter.tables.sites for spec in row[6]]

    assert ("a", "_A__x", ()) in specs
    assert ("m", "_A__m", (), 0, ()) in specs
    assert rewriter.tables.frames[2].names == ["self", "_A__y"]


def test_global_and_nonlocal_writes_name_their_owners_slots() -> None:
    source = """
    def f():
        x = 1
        def g():
            global y
            nonlocal x
            y = x = 2
            pass
    """
    rewriter = rewritten(source)
    module, outer, inner = rewriter.tables.frames
    written = [row[6] for row in rewriter.tables.sites if row[1] == inner.index]

    assert (("g", module.slots["y"]), ("w", inner.slots["x"])) in written
    assert outer.slots["x"] == 0


def test_functions_for_compilers_stay_plain() -> None:
    source = "import numba as nb\n@nb.njit(cache=True)\ndef f(x):\n    return x\n"

    assert [frame.kind for frame in rewritten(source).tables.frames] == ["module"]


def test_class_bodies_never_read_names_back() -> None:
    source = """
    class A(B, metaclass=M):
        x = 1
        x.append(y)
        y[0] = f(x)
        for z in x:
            w = z
    del A
    """
    rewriter = rewritten(source)

    body = rewriter.tree.body[1]
    calls = [node.value for node in ast.walk(body) if isinstance(node, ast.Expr)]
    for call in calls:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.IfExp):
            assert not any(isinstance(argument, ast.Name) for argument in call.args)


def site_number(node: ast.AST) -> int | None:
    """The site that an expression is: `site(...)`, `~site` or `site[...]`."""
    for name in ("func", "operand", "value"):
        part = getattr(node, name, None)
        part = part.body if isinstance(part, ast.IfExp) else part
        if isinstance(part, ast.Constant) and isinstance(part.value, complex):
            return int(part.value.imag)
    return None


def test_specs_consume_the_arguments_of_their_site() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    tables = rewritten(source).tables
    kinds = set()
    for node in ast.walk(rewritten(source).tree):
        number = site_number(node)
        if number is None:
            continue
        kinds.add(type(node))
        row, operands = tables.sites[number], tables.operands[number]
        given = len(node.args) if isinstance(node, ast.Call) else len(operands or ())
        given += isinstance(node, ast.Subscript)
        kind = tables.frames[row[1]].kind
        assert given == sum(arguments_of(spec, kind) for spec in row[6])
    assert kinds == {ast.Call, ast.UnaryOp, ast.Subscript}


def test_what_stands_in_the_frame_is_read_there_and_the_rest_is_handed_over() -> None:
    def read(statement: str) -> list[Any]:
        body = f"g = 1\ndef f(a, xs):\n    {statement}\n    pass"
        tables = rewritten(body).tables
        rows = zip(tables.sites, tables.operands, strict=True)
        return [
            operands for row, operands in rows if row[1] == 1 and row[6] and row[0] == flag.STEP
        ]

    assert read("b = a") == [("b",)]
    assert read("xs[-1] = a") == [("xs", (-1,))]
    assert read("g.h(xs)") == [(("global", "g"), "xs")]
    assert read("xs[a, 1] = g.h(xs)") == [None]
    assert read("xs[a, 1] = 2") == [None]
    assert read("del a") == [()]


def owed(statement: str) -> list[Any]:
    """What the step of one statement of a function says that the statement may have changed."""
    sites = told(f"def f(a, b, i, xs, d):\n    {statement}\n    pass")
    return [spec[1:] for flags, specs in sites for spec in specs if spec[0] == "o"]


def test_what_comes_before_a_later_call_is_seen_from_inside_that_call() -> None:
    pop = ("m", "pop", (), 0, ())

    assert owed("a.f(xs.pop())") == [
        (1, ("m", "f", (), 1, ((),)), "a", "xs"),
        (0, pop, "xs"),
    ]
    assert owed("xs.pop()") == [(1, pop, "xs")]
    assert owed("x = xs.pop(), a.b") == [(0, pop, "xs")]


def test_a_store_is_seen_by_the_finalizer_that_it_starts() -> None:
    assert owed("a.x = b") == [(2, ("a", "x", ()), "a")]
    assert owed("xs[i] = b") == [(2, ("k", ()), "xs")]
    assert owed("a.x = d.y = b") == [(0, ("a", "x", ()), "a"), (2, ("a", "y", ()), "d")]


def test_variables_that_are_bound_again_have_quiet_sites() -> None:
    rewriter = rewritten("def f(a, b):\n    a = b\n    for c in a:\n        pass\n    d = 1\n")
    quiet = [row[6] for row in rewriter.tables.sites if row[0] == flag.QUIET]

    assert quiet == [(("w", 0),), (("w", 2),)]


def test_a_continue_that_leaves_a_with_defers_the_loop_header() -> None:
    sites = told(
        "def f(xs):\n    for x in xs:\n        with x:\n            continue\n    return 1"
    )
    flags = [name for name, _ in sites]

    assert flags.count("STEP|HEADER|DEFER") == 1
    assert [name for name in flags if "FIRE" in name] == ["STEP|FIRE|CALLS", "STEP|RETURN|FIRE"]


def test_bound_methods_that_are_handed_on_are_exposed() -> None:
    assert ("e", "append") in after("x = [xs.append]")
    assert after("x = xs.append") == [("w", 5)]
    assert ("e", "__dict__") in after("x = a.__dict__")
    assert ("bk", ()) in after("a[0].__dict__.update(b)")


@pytest.mark.parametrize(
    ("statement", "holders"),
    [
        ("x = lib.get(a)", False),
        ("x = lib.seen(a)", True),
        ("x = lib.kept", True),
        ("x = a.kept", False),
        ("x = own()", False),
        ("x = sorted(a)", False),
        ("x = [lib.seen(a)]", False),
        ("with lib.seen() as x: pass", True),
        ("for x in lib.seen(): pass", True),
        ("for x in a: pass", False),
        ("from lib import x", True),
    ],
)
def test_what_comes_from_elsewhere_may_have_other_holders(statement: str, holders: bool) -> None:
    assert handed(statement, "import lib\ndef own(): pass") is holders


@pytest.mark.parametrize(
    ("statement", "timed"),
    [
        ("b = a.read(i)", True),
        ("b = a(len(xs))", True),
        ("while a.get(): i += 1", True),
        ("with a: i += 1", True),
        ("return a(b)", True),
        ("b = len(xs) + abs(i)", False),
        ("xs.append(i)", False),
        ("b = xs[i] + a.x", False),
    ],
)
def test_a_statement_that_may_take_long_says_so(statement: str, timed: bool) -> None:
    flags = [flags for flags, _ in told(f"def f(a, b, i, xs, d):\n    {statement}\n")]

    assert any("CALLS" in each for each in flags) == timed


def test_a_call_of_many_arguments_that_may_lead_elsewhere_takes_work_in_proportion() -> None:
    prelude = "import m\nclass C:\n    def change(self): self.x = m.g()\no = C()\n"

    def work(count: int) -> int:
        calls = 0

        def count_call(frame: Any, event: str, argument: Any) -> None:
            nonlocal calls
            calls += event == "call"

        source = f"{prelude}m.f({'o.x, ' * count}{'[1, 2, 3], ' * count})\n"
        sys.setprofile(count_call)
        try:
            rewritten(source)
        finally:
            sys.setprofile(None)
        return calls

    assert work(160) < 6 * work(40)
