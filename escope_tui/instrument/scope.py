"""The state of a rewriting: where we are, what is owed, and the sites that pay it."""

from __future__ import annotations

import sys

from escope_tui.instrument.names import BUILTINS, mangle
from escope_tui.instrument.survey import Facts, Survey
from escope_tui.instrument.tables import (
    NOWHERE,
    Effect,
    Frame,
    Path,
    Position,
    Tables,
    owed_by,
    place,
    position_of,
)
from escope_tui.model import sites as flag
from escope_tui.model.sites import Spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence
    from typing import Any, Final
else:
    from escope_tui.instrument import tree as ast

AFTER: Final = 0
"""A name can be read after the statement."""
BEFORE: Final = 1
"""A name must be read before the statement, which rebinds it."""
INLINE: Final = 2
"""The value can be had only where the expression itself reads it."""

_UNSURE_LIMIT = 12
_CALLS_COUNT = sys.version_info < (3, 12)
"""Calls of C functions count against the recursion limit: one fails where it is reached."""


class Options:
    """What the rewriter puts in, beyond the statements themselves."""

    __slots__ = ("guards", "iterations", "package")

    def __init__(self, guards: bool = True, iterations: bool = True, package: bool = False) -> None:
        self.guards = guards
        """Handlers that tell of frames and blocks that end by an exception."""
        self.iterations = iterations
        """A step for each iteration of comprehensions and generator expressions."""
        self.package = package
        """Whether the module is a package: importing a module of it makes a variable here."""


class Loop:
    """The innermost loop: what its header owes at each evaluation."""

    def __init__(
        self, position: Position, flags: int, before: list[Effect], *, deferred: bool = False
    ) -> None:
        self.position = position
        self.flags = flags
        self.before = before
        self.first = flag.FIRE if deferred else 0
        """What the sites carry that come first after an evaluation of the header."""
        self.exits = 0
        self.async_withs = 0
        """How many statements with a way out, and how many `async with`, stand around the loop."""


class Scope:
    """One module, class, function, lambda or generator expression under rewriting."""

    def __init__(self, kind: str, frame: Frame, facts: Facts, class_name: str | None) -> None:
        self.kind = kind
        self.frame = frame
        self.facts = facts
        self.class_name = class_name
        self.pending: list[Effect] = []
        self.flags = 0
        """Flags that the next site must carry: ENTER, CAUGHT, AWAITED."""
        self.after: list[Effect] = []
        self.before: list[Effect] = []
        self.conditional = 0
        self.handed: list[Effect] = []
        """What the statement has changed before it yields, told with the yield."""
        self.operations = 0
        """How many calls and stores the statement has made so far, in the order of evaluation."""
        self.calls = False
        """Whether it calls something that may take long."""
        self.mutators = 0
        """How many of them are methods that may change one item."""
        self.stores = False
        """Whether the statement also stores or deletes an item of something."""
        self.written: set[str] = set()
        self.added: ast.expr | None = None
        """What an augmented assignment evaluates between reading its target and storing it."""
        self.walrus: set[str] = set()
        """Names that the statement binds by `:=` while it runs."""
        self.inline = kind in ("class", "genexp")
        self.used: ast.expr | None = None
        """A bound method or a `__dict__` that goes no further than the expression that reads it."""
        self.awaiting = 0
        """Inside asynchronous comprehensions: the frame may be suspended."""
        self.comprehensions: list[dict[str, int]] = []
        self.bound: set[str] = set()
        """Variables that surely have a value here."""
        self.reach = True
        self.guards: list[dict[object, Effect]] = [{}]
        self.unbind: list[Effect] = []
        self.handling: list[str] = []
        """Names of the `except ... as` clauses around this place."""
        self.loop: Loop | None = None
        self.late = False
        self.exits = 0
        """How many `with` and `try ... finally` stand around this place."""
        self.async_withs = 0
        self.first: str | None = None
        self.methods: set[str] = set()
        self.module_level = kind == "module"


class State:
    """What all parts of the rewriter share."""

    def __init__(self, survey: Survey, tables: Tables, options: Options) -> None:
        self.survey = survey
        self.tables = tables
        self.options = options
        self.here: Scope

    # Names

    def mangled(self, name: str) -> str:
        """`name` as the compiler stores it here."""
        return mangle(name, self.here.class_name)

    def is_builtin(self, name: str) -> bool:
        """Whether a global `name` can only be the builtin."""
        survey = self.survey
        return (
            name in BUILTINS
            and name not in survey.other_names
            and name not in survey.origins
            and not (self.here.kind == "class" and name in survey.class_bound)
        )

    def origin(self, name: str) -> str | None:
        """The dotted name that an imported name surely stands for."""
        if name in self.survey.other_names:
            return None
        return self.survey.origins.get(name)

    def sure(self, name: str) -> bool:
        """Whether `name` has a value at this place, whatever way led here."""
        return name in self.here.bound or self.is_builtin(name)

    def fetched(self, name: str) -> bool:
        """Whether the core reads `name` itself, bound or not, after the statement."""
        here = self.here
        return not here.comprehensions and here.frame.reads_global(name)

    def mode(self, name: str) -> int:
        """Where the value that an expression of this statement reads can be read once more."""
        here = self.here
        if here.inline or name in here.walrus or self.vanishes(name):
            return INLINE
        for variables in here.comprehensions:
            if name in variables:
                return INLINE
        if name in here.written:
            return BEFORE if name in here.bound else INLINE
        if not here.conditional or self.sure(name) or self.fetched(name):
            return AFTER
        return INLINE

    def vanishes(self, name: str) -> bool:
        """Whether `name` may be deleted while a statement here waits for code that it calls."""
        survey = self.survey
        if name in survey.vanishing:
            return True
        if not survey.unstable or self.is_builtin(name):
            return False
        here = self.here
        local = here.kind not in ("module", "class") and name in here.facts.bound
        return not local or name in here.facts.globals

    def bind(self, name: str) -> None:
        """From here on `name` has a value."""
        here = self.here
        facts = here.facts
        if name in facts.deleted or self.vanishes(name):
            return
        shared = here.kind == "module" or name in facts.globals or name in facts.nonlocals
        if not (shared and name in self.survey.shared_deleted):
            here.bound.add(name)

    # What is owed

    def owe(self, effect: Effect, *, before: bool = False, root: str | None = None) -> None:
        """Add an effect of the statement, told after it (or noted before it)."""
        here = self.here
        if before:
            if all(known.key != effect.key for known in here.before):
                here.before.append(effect)
            return
        if all(known.key != effect.key for known in here.after):
            here.after.append(effect)

    def guard(self, name: str, path: Path) -> None:
        """A statement that raises may have changed `name.path`."""
        guards = self.here.guards[-1]
        key = (name, path)
        if key not in guards:
            guards[key] = Effect(("t", path), name)

    def touch(self, kind: str, name: str, path: Path, *rest: object, attr: str = "") -> None:
        """An object reached from `name` by `path` was changed by the statement."""
        spec: Spec = (kind, path, *rest)
        if attr:
            spec = (kind, attr, path, *rest)
        self.owe(Effect(spec, name))
        if kind not in ("x", "l"):
            self.guard(name, path)

    def wrote(self, name: str, *, changed: bool = False) -> Effect:
        """The effect of binding `name` here; `changed`: the object itself may be changed too."""
        here = self.here
        actual = self.mangled(name)
        if name in here.facts.globals or (here.kind == "genexp" and here.module_level):
            slot = self.tables.frames[0].slot(actual)
            kind = "w" if here.kind == "module" else "g"
            return Effect((kind + "k" if changed else kind, slot), name)
        slot = here.frame.slot(actual)
        if here.loop is not None or name in here.facts.rebound or name in here.facts.deleted:
            here.frame.rebound.add(actual)
        if here.kind == "class":
            if name in here.facts.nonlocals:
                return Effect(("v", slot), name)
            return Effect(("wk" if changed else "w", slot))
        return Effect(("wk" if changed else "w", slot), name)

    def unbound(self, name: str) -> Effect:
        """The effect of `del name` here."""
        here = self.here
        actual = self.mangled(name)
        if name in here.facts.globals and here.kind != "module":
            return Effect(("ug", self.tables.frames[0].slot(actual)))
        here.frame.rebound.add(actual)
        return Effect(("u", here.frame.slot(actual)))

    def settle(self) -> None:
        """The statement is over: what it did is owed to the next site."""
        here = self.here
        here.pending = here.after
        here.after = []

    def operation(self, start: int = 0) -> None:
        """A call or a store happens now: what is owed from `start` on is its doing."""
        here = self.here
        here.operations += 1
        for effect in here.after[start:]:
            if not effect.order:
                effect.order = here.operations

    def owed(self) -> Sequence[Spec]:
        """What the statement may have changed while something that it calls runs."""
        here = self.here
        if here.kind == "class":
            return ()
        return owed_by(here.after + here.handed, here.operations)

    # Sites

    def step(
        self,
        position: Position,
        out: list[ast.stmt],
        flags: int = flag.STEP,
        *,
        silent: bool = False,
    ) -> None:
        """Put a site before a statement; it pays what the statement before owes."""
        here = self.here
        effects = here.pending + here.before
        if here.kind == "class" and here.facts.dynamic:
            told = {effect.spec for effect in effects}
            slots = range(len(here.frame.names))
            effects += [Effect(("w", slot)) for slot in slots if ("w", slot) not in told]
        flags |= here.flags
        if flags & flag.STEP and here.calls:
            flags |= flag.CALLS
        here.pending, here.before, here.flags = [], [], 0
        if silent and not effects and not flags:
            return
        steps = flags & (flag.STEP | flag.ENTER) == flag.STEP
        at = _line_before(out) if steps and effects else None
        owed = self.owed() if flags & flag.STEP else ()
        self.put(flags, position, effects, out, at=at, owed=owed)

    def put(
        self,
        flags: int,
        position: Position,
        effects: list[Effect],
        out: list[ast.stmt],
        at: Position | None = None,
        owed: Sequence[Spec] = (),
    ) -> None:
        """Put a site as a statement of its own."""
        call = self.tables.call(flags, self.here.frame, position, effects, at=at, owed=owed)
        out.append(place(ast.Expr(call), at or position))

    def flush(self, position: Position, out: list[ast.stmt], flags: int = 0) -> None:
        """Pay what is owed at the end of a block, if anything is."""
        self.step(position, out, flags, silent=True)

    def wrap(self, node: ast.expr, spec: Spec, *more: Effect) -> ast.expr:
        """Put a site around an expression, which passes through."""
        position = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
        return self.tables.call(
            self.passing(), self.here.frame, position, list(more), first=node, spec=spec
        )

    def passing(self) -> int:
        """The flags of a site in the middle of an expression."""
        flags = flag.PASS
        if self.here.comprehensions:
            flags |= flag.COMP
        if self.here.awaiting:
            flags |= flag.AWAITED | flag.AWAIT
        return flags

    # Guards: what a statement that raised has touched

    def split_guard(self, roots: dict[object, Effect]) -> tuple[list[Effect], list[Effect]]:
        """The effects that can be told at once, and those whose names may be unbound."""
        sure: list[Effect] = []
        unsure: list[Effect] = []
        for effect in roots.values():
            names = effect.names()
            (sure if all(self.sure(name) for name in names) else unsure).append(effect)
        return sure, unsure[:_UNSURE_LIMIT]

    def unsure_sites(
        self,
        unsure: list[Effect],
        position: Position,
        out: list[ast.stmt],
        at: Position | None = None,
    ) -> None:
        """Sites for names that may be unbound, each in a `try` of its own."""
        for effect in unsure:
            body: list[ast.stmt] = []
            self.put(0, position, [effect], body, at=at)
            out += _attempt(body, at or position)

    def guarded(
        self,
        body: list[ast.stmt],
        roots: dict[object, Effect],
        position: Position,
        flags: int = 0,
        last: list[ast.stmt] | None = None,
        unbound: Sequence[Effect] = (),
    ) -> list[ast.stmt]:
        """`body` in a `try` that pays, when it raises, what was touched; then `last` as finally."""
        sure, unsure = self.split_guard(roots)
        sure += unbound
        handler: list[ast.stmt] = []
        self.unsure_sites(unsure, position, handler, NOWHERE)
        site: list[ast.stmt] = []
        self.put(flags, position, sure, site, at=NOWHERE)
        loads = any(isinstance(sub, ast.Name) for sub in ast.walk(site[0]))
        handler += _attempt(site, NOWHERE) if _CALLS_COUNT or loads else site
        handler.append(place(ast.Raise(None, None), NOWHERE))
        clause = place(ast.ExceptHandler(None, None, handler), NOWHERE)
        attempt = ast.Try(body, [clause], [], last or [])
        return [place(attempt, position_of(body[0]))]


_BRANCHING = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith),
    *(ast.Try, ast.TryStar, ast.Match, ast.Assert),
)


def _line_before(out: list[ast.stmt]) -> Position | None:
    """Where the last of these statements ends, if it surely leads to the next one by one way.

    The site that tells of it stands best there: who jumps to the next statement
    (`frame.f_lineno = n`) then does not come by a site that reads variables without a value.
    """
    if not out or isinstance(out[-1], _BRANCHING):
        return None
    last: Any = out[-1]
    if isinstance(last, ast.Assign | ast.AugAssign):
        target = last.targets[-1] if isinstance(last, ast.Assign) else last.target
        if isinstance(target, ast.Name):
            last = target
    at = position_of(last)
    return at if 0 < at[0] == at[2] else None


def _attempt(body: list[ast.stmt], position: Position) -> list[ast.stmt]:
    """`body` with whatever it raises ignored."""
    handler = place(ast.ExceptHandler(None, None, [place(ast.Pass(), position)]), position)
    return [place(ast.Try(body, [handler], [], []), position)]
