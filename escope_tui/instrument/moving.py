"""What a statement lets lead elsewhere while it is evaluated: names and attributes of a path."""

from __future__ import annotations

from escope_tui.instrument import names
from escope_tui.instrument.scope import State
from escope_tui.instrument.tables import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence
else:
    from escope_tui.instrument import tree as ast

Root = tuple[str, Path]


class Moving(State):
    """Tells which paths cannot be followed once more when the statement is over."""

    def overwrites(self, path: Path) -> bool:
        """Whether the statement itself may store an attribute that a path leads through."""
        written = self.here.written
        return any("." + name in written for name in path)

    def moves(self, reached: Root, *others: ast.expr) -> bool:
        """Whether what is evaluated behind a root may call code that lets it lead elsewhere."""
        return self.may_move(reached) and any(map(self._calls_code, others))

    def may_move(self, reached: Root) -> bool:
        """Whether functions of the module may let a root lead elsewhere."""
        name, path = reached
        survey = self.survey
        return name in survey.shared_written or any(map(survey.is_moving, path))

    def calls_end(self, arguments: Sequence[ast.expr]) -> int:
        """The number of arguments up to the last one that may call a function of the program."""
        for index in range(len(arguments), 0, -1):
            if self._calls_code(arguments[index - 1]):
                return index
        return 0

    def unsettled(self, reached: Root) -> bool:
        """Whether the statement may let a root of a target lead elsewhere before it is over."""
        here = self.here
        if "," in here.written and self.overwrites(reached[1]):
            return True
        return here.added is not None and self.moves(reached, here.added)

    def _calls_code(self, node: ast.expr) -> bool:
        """Whether evaluating `node` may call a function of the program."""
        for sub in ast.walk(node):
            if isinstance(sub, ast.Await | ast.Yield | ast.YieldFrom):
                return True
            if not isinstance(sub, ast.Call):
                continue
            func = sub.func
            if isinstance(func, ast.Name):
                if func.id not in names.PURE or not self.is_builtin(func.id):
                    return True
            elif not isinstance(func, ast.Attribute) or func.attr not in names.HARMLESS_METHODS:
                return True
        return False
