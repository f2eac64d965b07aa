"""The reference recorder alone, on programs whose values are computed by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import align, limits, statements
from tests.oracle.refread import Reference

REFERENCE = Path(__file__).with_name("reference.py")


def run(tmp_path: Path, source: str, *options: str) -> Reference:
    """Run a program under the reference recorder."""
    script = tmp_path / "program.py"
    script.write_text(source, encoding="utf-8")
    out = tmp_path / "out.jsonl"
    command = [sys.executable, str(REFERENCE), *options, str(out), str(script)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert not done.stderr, done.stderr.decode()
    return Reference(out).load()


def variables(reference: Reference) -> list[tuple[int, dict[str, Any]]]:
    """Return (line, variables of the running frame), objects replaced by (type, items)."""
    found = []

    def plain(form: Any) -> Any:
        if isinstance(form, list) and form and form[0] == "o":
            name, _, _, items, pairs, attrs, text, *_ = reference.objects[form[1]]
            inner = [plain(item) for item in items or []]
            inner += [(plain(k), plain(v)) for k, v in pairs or []]
            inner += [(k, plain(v)) for k, v in attrs or []]
            return (name, *inner, *([text] if text else []))
        return form

    for moment in reference.moments():
        frame = moment.frames[-1][1]
        found.append((moment.line, {name: plain(form) for name, form in frame.items()}))
    return found


def test_values_are_those_before_each_line(tmp_path: Path) -> None:
    seen = variables(run(tmp_path, "a = 1\nb = [a]\nb.append('x')\nc = b\n"))
    assert seen == [
        (1, {}),
        (2, {"a": 1}),
        (3, {"a": 1, "b": ("list", 1)}),
        (4, {"a": 1, "b": ("list", 1, "x")}),
    ]


def test_two_names_of_one_list_have_one_label(tmp_path: Path) -> None:
    reference = run(tmp_path, "a = [1]\nb = a\nc = [1]\npass\n")
    *_, last = reference.moments()
    frame = last.frames[-1][1]
    assert frame["a"] == frame["b"] != frame["c"]


def test_labels_are_not_reused_when_objects_are_kept(tmp_path: Path) -> None:
    source = "a = [1]\npass\ndel a\nb = [1]\npass\n"
    labels = [
        form for moment in run(tmp_path, source).moments() for form in moment.frames[-1][1].values()
    ]
    assert labels[0] != labels[-1]


def test_a_generator_keeps_its_activation(tmp_path: Path) -> None:
    source = "def g():\n    yield 1\n    yield 2\na = g()\nb = g()\nnext(a)\nnext(b)\nnext(a)\n"
    reference = run(tmp_path, source)
    generators = [a for a in reference.activations.values() if a.name == "g"]
    assert [[line for line, _ in a.raw] for a in generators] == [[2, 3], [2]]


def test_no_code_of_the_program_is_run(tmp_path: Path) -> None:
    source = """
calls = []
class Evil:
    __slots__ = ("a", "__dict__")
    def __getattribute__(self, name):
        calls.append(name)
        raise RuntimeError
    __repr__ = __str__ = __eq__ = __len__ = __iter__ = __bool__ = __getattribute__
    def __hash__(self):
        calls.append("hash")
        return 1
    @property
    def p(self):
        calls.append("p")
class EvilDict(dict):
    def __iter__(self):
        calls.append("iter")
    items = keys = __len__ = __getitem__ = __iter__
e = Evil()
object.__setattr__(e, "a", 1)
object.__setattr__(e, "b", 2)
d = EvilDict(k=1)
assert not calls, calls
"""
    seen = variables(run(tmp_path, source))[-1][1]
    assert seen["e"] == ("Evil", ("b", 2), ("a", 1))
    assert seen["d"] == ("EvilDict", ("k", 1))


@pytest.mark.parametrize(
    ("expression", "form"),
    [
        ("-0.0", ["f", "8000000000000000"]),
        ("float('inf')", ["f", "7ff0000000000000"]),
        ("2 ** 70", ["i", hex(2**70)]),
        ("'\\ud800'", "\ud800"),
        ("b'\\x00a'", ["b", 2, "0061"]),
        ("(1, (2, None))", ["t", 2, [1, ["t", 2, [2, None]]]]),
        ("...", ["..."]),
    ],
)
def test_scalars_have_one_exact_form(tmp_path: Path, expression: str, form: Any) -> None:
    (*_, (_, seen)) = variables(run(tmp_path, f"x = {expression}\npass\n"))
    assert seen["x"] == form


def test_what_is_cut_keeps_its_true_size(tmp_path: Path) -> None:
    reference = run(tmp_path, "x = list(range(10 ** 5))\ns = 'a' * 10 ** 5\npass\n")
    *_, last = reference.moments()
    frame = last.frames[-1][1]
    content = reference.objects[frame["x"][1]]
    assert content[2] == 10**5
    assert len(content[3]) == limits.ITEMS
    assert frame["s"][:2] == ["s", 10**5]


def test_outer_frames_and_globals_are_written_too(tmp_path: Path) -> None:
    source = "g = [0]\ndef f(x):\n    x.append(1)\n    return x\nf(g)\n"
    reference = run(tmp_path, source, "--stack")
    moment = next(m for m in reference.moments() if m.line == 4)
    keys = [key for key, _ in moment.frames]
    assert keys[0] == 1
    assert str(keys[1]).startswith("globals:")
    assert keys[2] == 2
    assert moment.frames[0][1]["g"] == moment.frames[2][1]["x"]


def test_a_comprehension_is_no_line_of_the_frame_around_it(tmp_path: Path) -> None:
    source = """\
def f(xs):
    a = [n for n in xs if n]
    b = {
        n: [m for m in (n, n)]
        for n in xs
    }
    return a, b
class C:
    n = 5
    c = [n for n in range(3)]
n = f([1, 2, 3])
d = [[m for m in range(n)] for n in range(3)]
e = any(n > 1 for n in (0, 1, 2)), tuple(n for n in (0, 1, 2))
while all(n < 2 for n in range(3)):
    pass
pass
"""
    script = tmp_path / "program.py"
    reference = run(tmp_path, source)
    table = {str(script): statements.read(source)}
    lines = {
        a.name: [e.line for e in align.events(table[a.file], a)]
        for a in reference.activations.values()
    }
    assert lines == {"f": [2, 3, 7], "C": [9, 10], "<module>": [1, 8, 11, 12, 13, 14, 16]}


def test_a_comprehension_binds_nothing_around_it(tmp_path: Path) -> None:
    source = """\
def look(n):
    return n
def f():
    return [look(n) for n in (1, 2)]
class C:
    k = 5
    c = [
        look(k)
        for k in (1, 2)
    ]
f()
d = [look(n) for n in (1, 2)]
"""
    reference = run(tmp_path, source, "--stack")
    names = {a: activation.name for a, activation in reference.activations.items()}
    outer: dict[str, list[set[str]]] = {}
    for moment in reference.moments():
        if names[moment.activation] == "look":
            for key, variables in moment.frames[:-1]:
                if not isinstance(key, str):
                    outer.setdefault(names[key], []).append(set(variables))
    assert outer["f"] == [set(), set()]
    assert outer["C"] == [{"k"}, {"k"}]
    assert outer["<module>"] == [{"look", "f"}] * 2 + [{"look", "f", "C"}] * 4


def test_a_comprehension_is_left_as_it_is(tmp_path: Path) -> None:
    source = """\
def look(n):
    return n
class C:
    c = [
        look(k)
        for k in (1, 2)
        if look(k)
    ]
d = [
    look(n)
    for n in (1, 2)
    if look(n)
]
same = [C.c, d]
pass
"""
    (*_, (_, last)) = variables(run(tmp_path, source, "--stack"))
    assert last["same"] == ("list", ("list", 1, 2), ("list", 1, 2))


def test_what_a_callee_sees_does_not_change_its_caller(tmp_path: Path) -> None:
    source = """\
def look():
    return 1
def f():
    try:
        [(x := look()), {}[0]]
    except KeyError:
        return x
got = f()
pass
"""
    (*_, (_, last)) = variables(run(tmp_path, source, "--stack"))
    assert last["got"] == 1


def test_members_of_a_class_in_c_are_read_too(tmp_path: Path) -> None:
    reference = run(tmp_path, "s = open(__file__, encoding='ascii')\ns.close()\n")
    *_, last = reference.moments()
    row = reference.objects[last.frames[-1][1]["s"][1]]
    members = dict(row[7]) if len(row) > 7 else {}
    assert members.get("encoding") == ("ascii" if sys.version_info >= (3, 12) else None)


def elements(source: str, lines: list[int]) -> list[int]:
    activation = align.Activation("t", "f", "<module>", "module", [(n, n) for n in lines])
    return [e.line for e in align.events(statements.read(source), activation)]


def test_a_statement_over_several_lines_is_one_element() -> None:
    source = "x = f(\n  1,\n  2)\ny = 1\n"
    assert elements(source, [1, 2, 3, 1, 4]) == [1, 4]


def test_a_loop_body_of_one_line_is_an_element_each_time() -> None:
    assert elements("while True:\n    f()\n", [1, 2, 2, 2]) == [1, 2, 2, 2]


def test_the_cheapest_alignment_drops_what_is_free() -> None:
    left = [align.Element(n, i, n == 9) for i, n in enumerate([1, 2, 9, 3, 2, 9, 3])]
    right = [align.Element(n, i, n == 1) for i, n in enumerate([1, 2, 3, 1, 2, 3])]
    pairs = align.align(left, right)
    assert [(a.line, b.line) for a, b in pairs if a and b] == [(n, n) for n in (1, 2, 3, 2, 3)]
    assert all((a or b).free for a, b in pairs if a is None or b is None)  # type: ignore[union-attr]


def test_an_event_without_a_step_is_missing() -> None:
    left = [align.Element(n, i, False) for i, n in enumerate([1, 2, 3])]
    right = [align.Element(n, i, False) for i, n in enumerate([1, 3])]
    pairs = align.align(left, right)
    assert [a.line for a, b in pairs if a is not None and b is None] == [2]


def test_an_event_further_on_in_the_code_is_no_second_run() -> None:
    activation = align.Activation("t", "f", "<module>", "module", [(1, 0), (1, 1), (1, 2)])
    activation.forward = {1}
    found = align.events(statements.read("f(a and b)\n"), activation)
    assert [e.index for e in found] == [0, 2]


def test_code_that_no_statement_wrote_needs_no_steps() -> None:
    table = {"f": statements.read("class C:\n    x: int\n")}
    wanted = [align.Activation("t", "f", "__annotate__", raw=[(2, 0)])]
    found = align.match(table, wanted, [])
    assert not found.missing
    assert not found.lost_activations
