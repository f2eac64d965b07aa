"""The tables of a module under rewriting, and the nodes of the calls that are put into it."""

from __future__ import annotations

from escope_tui.instrument.names import BUILTINS
from escope_tui.model import sites as flag
from escope_tui.model.sites import FunctionRow, Operand, SiteRow, Spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Collection, Sequence
    from typing import Any
else:
    from escope_tui.instrument import tree as ast

Position = tuple[int, int, int, int]
"""Line, column, end line, end column, as in the AST."""
NOWHERE: Position = (-1, -1, -1, -1)
"""No line of the source, for what nobody shall see run."""
Path = tuple[str, ...]

LOAD = ast.Load()
INVERT = ast.Invert()
STORES = frozenset(("a", "i", "di", "da"))
"""Kinds of effects of stores and deletions."""
OWED_NAMES = 60
"""How many names one change may be told by while the statement waits."""
MOST_OPERANDS = 24
"""What the core has room for."""
_CONSTANTS = (int, str, bytes, bool, type(None))
_BINDINGS = frozenset(("w", "wk", "g", "gk", "v", "u", "ug", "n", "h"))


class Effect:
    """What a statement wrote or touched, and the call arguments that tell of it.

    An empty spec stands for one more argument of the spec before it.
    """

    __slots__ = ("arguments", "key", "order", "plain", "spec")

    def __init__(self, spec: Spec, *arguments: str | ast.expr, plain: Effect | None = None) -> None:
        self.spec = spec
        self.arguments = arguments
        self.order = 0
        """Which of the statement's operations it is, counted from 1; 0: before all, or not told."""
        self.plain = plain
        """The same, told without the argument's value."""
        names = tuple(a if isinstance(a, str) else id(a) for a in arguments)
        self.key = (spec, names)

    def names(self) -> list[str]:
        """The names that the arguments load."""
        found: list[str] = []
        for argument in self.arguments:
            if isinstance(argument, str):
                found.append(argument)
            else:
                found += [sub.id for sub in ast.walk(argument) if isinstance(sub, ast.Name)]
        return found


class Frame:
    """One scope that becomes a frame of the recording: module, class or function."""

    def __init__(self, index: int, kind: str, name: str, qualname: str, node: Any) -> None:
        self.index = index
        self.kind = kind
        self.name = name
        self.qualname = qualname
        self.line: int = getattr(node, "lineno", 1)
        self.end_line: int = getattr(node, "end_lineno", None) or self.line
        self.names: list[str] = []
        self.slots: dict[str, int] = {}
        self.parameters = 0
        self.derefs: tuple[int, ...] = ()
        self.rebound: set[str] = set()
        """Variables that may be stored or deleted while they have a value."""
        self.separate: set[int] = set()
        """Slots of comprehension variables, which are no variables of the code object."""
        self.own: dict[str, str] = {}
        """Functions: the variables that live in the frame, and what the compiler calls them."""
        self.shadowing: Collection[str] = ()
        """Classes: variables that are not those of the function around, though named alike."""
        self.globals: Collection[str] = ()
        """Names that are declared `global`."""
        self.elsewhere: tuple[Collection[str], ...] | None = None
        """Where names are found that need not be global here; None: no name surely is."""

    def slot(self, name: str) -> int:
        """The number of the variable `name`."""
        found = self.slots.get(name)
        if found is None:
            found = self.slots[name] = len(self.names)
            self.names.append(name)
        return found

    def extra_slot(self, name: str) -> int:
        """A slot of its own for a comprehension variable."""
        self.separate.add(len(self.names))
        self.names.append(name)
        return len(self.names) - 1

    def reads_global(self, name: str) -> bool:
        """Whether `name` can only be a variable of the module here, which the core reads itself.

        A call may have unbound it, so that the program's own code must not read it once more.
        """
        if name in BUILTINS or self.elsewhere is None:
            return False
        mangled = name.startswith("__") and not name.endswith("__")
        if self.kind != "module" and (mangled or name == "__class__"):
            return False
        return name in self.globals or not any(name in names for names in self.elsewhere)

    def operands(self, arguments: Sequence[str | ast.expr]) -> tuple[Operand, ...] | None:
        """The arguments as what the core can read in the frame itself; None where it cannot."""
        if len(arguments) > MOST_OPERANDS:
            return None
        found: list[Operand] = []
        for argument in arguments:
            name = argument if isinstance(argument, str) else getattr(argument, "id", None)
            if name is not None:
                if name in self.own:
                    found.append(self.own[name])
                elif self.reads_global(name):
                    found.append(("global", name))
                else:
                    return None
            elif isinstance(argument, ast.Constant) and type(argument.value) in _CONSTANTS:
                found.append((argument.value,))
            elif isinstance(argument, ast.UnaryOp) and isinstance(argument.operand, ast.Constant):
                value = argument.operand.value
                if type(argument.op) is not ast.USub or type(value) is not int:
                    return None
                found.append((-value,))
            else:
                return None
        return tuple(found)

    def row(self) -> FunctionRow:
        """The frame's row in the table of functions."""
        return (
            self.name,
            self.qualname,
            self.kind,
            self.line,
            self.end_line,
            tuple(self.names),
            self.parameters,
            self.derefs,
        )


class Tables:
    """All frames and sites of one module, in the order in which they were met."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.sites: list[SiteRow] = []
        self.operands: list[tuple[Operand, ...] | None] = []
        """What the sites that are operators read in the frame; None: a call with arguments."""

    def frame(self, kind: str, name: str, qualname: str, node: Any) -> Frame:
        """A new frame."""
        made = Frame(len(self.frames), kind, name, qualname, node)
        self.frames.append(made)
        return made

    def call(
        self,
        flags: int,
        frame: Frame,
        position: Position,
        effects: list[Effect],
        *,
        at: Position | None = None,
        first: ast.expr | None = None,
        spec: Spec | None = None,
        owed: Sequence[Spec] = (),
    ) -> ast.expr:
        """The expression of a new site; `first` is a ready value, passed through, told by `spec`.

        `owed` are specs of the kind "o", which take no arguments. Where the core can read all
        arguments but `first` in the frame, the expression is `~site` or `site[first]`, else a call.
        """
        specs: list[Spec] = [] if spec is None else [spec]
        specs += [effect.spec for effect in effects if effect.spec]
        specs += owed
        given = [argument for effect in effects for argument in effect.arguments]
        operands = None
        if not flags & (flag.COMP | flag.GENEXP):
            operands = frame.operands(given)
        index = len(self.sites)
        self.sites.append(
            (
                flags,
                frame.index,
                position[0],
                position[2],
                position[1],
                position[3],
                tuple(specs),
            )
        )
        self.operands.append(operands)
        made: ast.expr
        if operands is None:
            arguments = [] if first is None else [first]
            for argument in given:
                if isinstance(argument, str):
                    argument = ast.Name(argument, LOAD)
                    arguments.append(place(argument, at or position))
                else:
                    arguments.append(moved(argument, at or position))
            made = ast.Call(callee(index, at or position), arguments, [])
        elif first is None:
            made = ast.UnaryOp(INVERT, mark(index, at or position))
        else:
            made = ast.Subscript(callee(index, at or position), first, LOAD)
        return place(made, at or position)  # type: ignore[no-any-return]


def owed_by(effects: list[Effect], last: int) -> list[Spec]:
    """What a statement's effects change before it is over; `last` is its last operation."""
    found: list[Spec] = []
    for effect in effects:
        kind = effect.spec[0] if effect.spec else ""
        if kind in _BINDINGS or not effect.spec:
            continue
        assert isinstance(kind, str)
        late = 0
        if effect.order == last:
            late = 2 if kind in STORES else 1
        if effect.plain is not None:
            effect = effect.plain
        spec = effect.spec
        names = [argument for argument in effect.arguments if isinstance(argument, str)]
        if kind == "i":
            spec = ("t" if spec[2:] else "k", spec[1])
            names = names[:1]
        if len(names) <= OWED_NAMES:
            found.append(("o", late, spec, *names))
    return found


def mark(index: int, position: Position) -> ast.Constant:
    """The constant that becomes the site."""
    return place(ast.Constant(complex(flag.SITE_REAL, index)), position)  # type: ignore[no-any-return]


def callee(index: int, position: Position) -> ast.IfExp:
    """The expression that becomes the site: it folds to one constant, unwarned."""
    true = place(ast.Constant(True), position)
    none = place(ast.Constant(None), position)
    return place(ast.IfExp(true, mark(index, position), none), position)  # type: ignore[no-any-return]


def handed_through(node: ast.AST) -> ast.expr | None:
    """The expression that a site stands around; None where `node` is no such site."""
    if isinstance(node, ast.Subscript):
        return node.slice if _is_callee(node.value) else None
    if isinstance(node, ast.Call) and node.args:
        return node.args[0] if _is_callee(node.func) else None
    return None


def hand_through(node: Any, value: ast.expr) -> None:
    """Put another expression where a site has the one that it stands around."""
    if isinstance(node, ast.Subscript):
        node.slice = value
    else:
        node.args[0] = value


def _is_callee(node: ast.expr) -> bool:
    if not isinstance(node, ast.IfExp) or not isinstance(node.body, ast.Constant):
        return False
    value = node.body.value
    return isinstance(value, complex) and value.real == flag.SITE_REAL


def place(node: Any, position: Position) -> Any:
    """Give `node` itself a position."""
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = position
    return node


def moved(node: ast.expr, position: Position) -> ast.expr:
    """A copy of a name, a constant or a tuple of such, with loads only, at `position`."""
    made: ast.expr
    if isinstance(node, ast.Name):
        made = ast.Name(node.id, LOAD)
    elif isinstance(node, ast.Constant):
        made = ast.Constant(node.value)
    elif isinstance(node, ast.UnaryOp):
        made = ast.UnaryOp(node.op, moved(node.operand, position))
    else:
        assert isinstance(node, ast.Tuple)
        made = ast.Tuple([moved(item, position) for item in node.elts], LOAD)
    return place(made, position)  # type: ignore[no-any-return]


def position_of(node: Any) -> Position:
    """Where `node` stands in the source."""
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def header_of(node: Any, last: Any) -> Position:
    """The position of a compound statement's header, which ends with the node `last`."""
    if last is None:
        return (node.lineno, node.col_offset, node.lineno, node.col_offset)
    return (node.lineno, node.col_offset, last.end_lineno, last.end_col_offset)
