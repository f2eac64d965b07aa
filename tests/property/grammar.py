"""A grammar of programs: strategies that draw statements over a handful of names.

The templates hold places: `{n}` `{m}` for names, `{v}` `{w}` for expressions, `{f}` for callables,
`{body}` `{local}` `{deep}` `{deeper}` for blocks, which stand one or two levels deep.
"""

from __future__ import annotations

import string
from pathlib import Path

from hypothesis import strategies as st

TEMPLATES = Path(__file__).with_name("templates")


def _lines(name: str) -> list[str]:
    return (TEMPLATES / name).read_text(encoding="utf-8").splitlines()


NAMES = ("a", "b", "c", "d", "e", "g", "h")

LITERALS = [2**40, -(2**70), 1.5, -0.0, "", "text", b"by", None, True, ...]

PRELUDE = (TEMPLATES / "prelude.py").read_text(encoding="utf-8")
EXPRESSIONS = _lines("expressions.txt")
CALLABLES = _lines("callables.txt")
SIMPLE = _lines("simple.txt")
COMPOUND = (TEMPLATES / "compound.txt").read_text(encoding="utf-8").rstrip("\n").split("\n%%\n")


def names() -> st.SearchStrategy[str]:
    """Draw one of the module's variables."""
    return st.sampled_from(NAMES)


def atoms() -> st.SearchStrategy[str]:
    """Draw a name or a literal."""
    literals = st.one_of(st.integers(-5, 5), st.sampled_from(LITERALS)).map(repr)
    return st.one_of(names(), names(), literals)


def callables() -> st.SearchStrategy[str]:
    """Draw something to be called with a value or two."""
    return st.tuples(st.sampled_from(CALLABLES), names()).map(lambda p: p[0].format(n=p[1]))


def expressions() -> st.SearchStrategy[str]:
    """Draw an expression."""

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.tuples(st.sampled_from(EXPRESSIONS), names(), inner, inner).map(
            lambda p: p[0].format(n=p[1], v=p[2], w=p[3])
        )

    return st.recursive(atoms(), grow, max_leaves=3)


def simple() -> st.SearchStrategy[str]:
    """Draw a simple statement, or several on one line."""
    return st.builds(
        lambda text, n, m, v, w, f: text.format(n=n, m=m, v=v, w=w, f=f),
        st.sampled_from(SIMPLE),
        names(),
        names(),
        expressions(),
        expressions(),
        callables(),
    )


def safely(text: str) -> str:
    """Return a statement in a `try` of its own."""
    return f"try:\n{indent(text, 1)}\nexcept Exception:\n    caught = sys.exc_info()[0].__name__"


def indent(text: str, depth: int) -> str:
    """Return a text so many levels deeper."""
    return "\n".join("    " * depth + line for line in text.split("\n"))


def statements() -> st.SearchStrategy[str]:
    """Draw a statement; those that may fail stand in a `try`."""

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        bodies = st.lists(inner, min_size=1, max_size=3).map("\n".join)
        return st.builds(
            compound,
            st.sampled_from(COMPOUND),
            st.lists(bodies, min_size=3, max_size=3),
            names(),
            names(),
            expressions(),
            expressions(),
            callables(),
        )

    return st.recursive(st.one_of(simple().map(safely), simple().map(safely)), grow, max_leaves=5)


def compound(text: str, bodies: list[str], n: str, m: str, v: str, w: str, f: str) -> str:
    """Fill a template of a compound statement."""
    parts: list[str] = []
    rest = iter(bodies)
    depths = {"body": 1, "local": 1, "deep": 2, "deeper": 2}
    filled = {"n": n, "m": m, "v": v, "w": w, "f": f}
    for before, name, _, _ in string.Formatter().parse(text):
        parts.append(before)
        if name in depths:
            parts.append(indent(next(rest), depths[name]))
        elif name is not None:
            parts.append(filled[name])
    return safely("".join(parts))


def programs() -> st.SearchStrategy[str]:
    """Draw a whole program."""

    def build(body: list[str]) -> str:
        return PRELUDE + "\n".join(body) + "\nend = True\n"

    return st.lists(statements(), min_size=3, max_size=14).map(build).filter(compiles)


def compiles(source: str) -> bool:
    """Whether Python takes a program."""
    try:
        compile(source, "program.py", "exec")
    except SyntaxError:
        return False
    return True
