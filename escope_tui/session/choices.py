"""What could be typed here: commands, and the names, attributes, files and functions as of now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import EscopeError
from ..query.kinds import exception_types
from . import commands
from .commands import Talk, words
from .commands.keep import bookmarks

MAX_FOUND = 300
_WORD = re.compile(r"[\w-]*\Z")
_NAME = re.compile(r"(?<![.\w])\w*\Z")
_CHAIN = re.compile(r"((?:[^\W\d]\w*(?:\.[^\W\d]\w*|\[[^\[\]]*\])*)\.)?([^\W\d]\w*)?\Z")
_ITEM = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*|\[[^\[\]]*\])*)\[(['\"]?)([^\[\]'\"]*)\Z")
_BUILTINS = (
    "len",
    "sum",
    "min",
    "max",
    "sorted",
    "any",
    "all",
    "abs",
    "repr",
    "type",
    "isinstance",
)


class Choice(NamedTuple):
    """One way to go on with a line."""

    name: str
    """Takes the place of what was begun; as recorded, to be made safe before it is shown."""
    begun: int
    """How many characters at the end of the line it replaces."""
    word: str = ""
    """What it is."""


class Choices:
    """What may be typed in one session."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def of(self, text: str) -> Iterator[Choice]:
        """The ways to go on with a line that is typed so far."""
        try:
            yield from self._find(text)
        except EscopeError:
            return

    def _find(self, text: str) -> Iterator[Choice]:
        bare = text.lstrip()
        if " " not in bare and _WORD.match(bare):
            for name, each in sorted(commands.COMMANDS.items()):
                if name.startswith(bare) and name[0].isalpha():
                    yield _choice(name, bare, each.brief)
            yield from self._expression(bare)
            return
        found, rest = commands.split(text)
        kind = found.completes if found is not None else "expression"
        if kind == "place" and (" " in rest or "if " in rest or (rest and text.endswith(" "))):
            yield from self._there(rest, text)
            kind = "expression"
        yield from self._argument(kind, text)

    def _there(self, rest: str, text: str) -> Iterator[Choice]:
        """The variables of the function that a place is in."""
        program = self._talk.rec.program
        word = _NAME.search(text)
        place = rest.partition(" ")[0]
        line = words.line_place(self._talk, place)
        if line is not None:
            sites = program.sites_at(*line)
            functions = [program.function_of(program.site(number)) for number in sites]
        else:
            functions = program.find_functions(place)
        if word is not None:
            found = (name for each in functions for name in each.variables if name.isidentifier())
            yield from self._named(found, word[0])

    def _argument(self, kind: str, text: str) -> Iterator[Choice]:
        word = text[text.rfind(" ") + 1 :]
        if kind in ("expression", "target"):
            yield from self._expression(text)
        elif kind == "place":
            yield from self._named(self._files(colon=True), word)
            yield from self._named(self._functions(), word)
            yield from self._named((mark.name for mark in bookmarks(self._talk)), word)
        elif kind == "table":
            begun = _NAME.search(text)
            yield from self._named(_sql_names(), begun[0] if begun else "")
        elif kind == "function":
            yield from self._named(self._functions(), word)
        elif kind == "file":
            yield from self._named(self._files(colon=False), word)
        elif kind == "command":
            yield from self._named((n for n in commands.COMMANDS if n[0].isalpha()), word)
        elif kind == "breakpoint":
            for stop in self._talk.session.stops:
                if str(stop.number).startswith(word):
                    yield _choice(str(stop.number), word, stop.describe())
        elif kind == "mark":
            yield from self._named((mark.name for mark in bookmarks(self._talk)), word)
        elif kind == "thread":
            engine = self._talk.engine
            yield from self._named((*engine.threads().values(), *engine.tasks().values()), word)
        elif kind == "exception":
            yield from self._named(exception_types(self._talk.rec), word)

    def _named(self, names: Iterable[str], word: str) -> Iterator[Choice]:
        for name in sorted({n for n in names if n.startswith(word)})[:MAX_FOUND]:
            yield _choice(name, word)

    def _files(self, colon: bool) -> Iterator[str]:
        for path in self._talk.rec.files():
            yield path.replace("\\", "/").rpartition("/")[2] + (":" if colon else "")

    def _functions(self) -> Iterator[str]:
        for function in self._talk.rec.program.functions():
            if not function.name.startswith("<"):
                yield function.qualname
                yield function.name

    def _expression(self, text: str) -> Iterator[Choice]:
        item = _ITEM.search(text)
        if item is not None:
            yield from self._items(item[1], item[2], item[3])
            return
        chain = _CHAIN.search(text)
        if chain is None:
            return
        owner, begun = chain[1], chain[2] or ""
        if owner:
            value = self._talk.evaluate(owner[:-1])
            for role, key, _ in value.entries(0, MAX_FOUND):
                if role == "attr" and str(key).startswith(begun) and str(key).isidentifier():
                    yield _choice(str(key), begun)
            return
        frame = self._talk.frame
        names = dict.fromkeys([*frame.locals, *frame.globals])
        for name in names:
            if name.startswith(begun) and (begun or not name.startswith("__")):
                scope = frame.locals if name in frame.locals else frame.globals
                yield _choice(name, begun, scope[name].summary(40))
        for name in _BUILTINS:
            if begun and name.startswith(begun) and name not in names:
                yield _choice(name, begun)

    def _items(self, owner: str, quote: str, begun: str) -> Iterator[Choice]:
        value = self._talk.evaluate(owner)
        for role, key, _ in value.entries(0, MAX_FOUND):
            if role != "pair" or not isinstance(getattr(key, "data", None), str | int):
                continue
            text = repr(key.data)
            if quote == '"' and text.startswith("'") and '"' not in text:
                text = f'"{text[1:-1]}"'
            if len(text) > 80 or not text.isprintable():
                continue
            if text.startswith(quote + begun):
                yield _choice(f"{text}]", quote + begun)


def _sql_names() -> Iterator[str]:
    from ..query.sql.schema import VIEWS

    for view in VIEWS.values():
        yield view.name
        for column in view.columns:
            yield column.name


def _choice(name: str, begun: str, word: str = "") -> Choice:
    return Choice(name, len(begun), word)
