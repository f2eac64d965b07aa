"""Test modules under pytest, which rewrites their `assert` statements as it imports them.

pytest's import hook compiles test modules itself. So its rewriter runs here on the tree that is
rewritten already: a site that stands around a part of a condition passes its value through, and
what pytest says of an assertion that fails is about the parts as they were written.
"""

from __future__ import annotations

import sys
from _thread import get_ident

from escope_tui.instrument import compile as compiler
from escope_tui.instrument.tables import hand_through, handed_through

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from escope_tui.instrument.plan import Plan

REWRITER = "_pytest.assertion.rewrite"

_composed: list[tuple[Any, Any]] = []
"""pytest's module, and its function that another one stands for."""


def look_for_pytest(plan: Plan, core: compiler.Core) -> None:
    """Stand in for pytest's way to code that it keeps, as soon as its rewriter is loaded."""
    module: Any = sys.modules.get(REWRITER)
    whole = all(hasattr(module, name) for name in ("_read_pyc", "AssertionRewritingHook"))
    if whole and not any(known is module for known, _ in _composed):
        _composed.append((module, module._read_pyc))
        module._read_pyc = _reader(module, plan, core)


def release_pytest() -> None:
    """Let pytest load all its test modules plain again."""
    for module, original in _composed:
        module._read_pyc = original
    _composed.clear()


def _reader(module: Any, plan: Plan, core: compiler.Core) -> Any:
    """What pytest asks for code that it has kept of a file.

    It gets the rewritten code of the files that are recorded. Where there is none, pytest goes on
    as ever: what is wrong with a file is told by pytest itself.
    """
    from escope_tui._speedups.boot import quietly

    original = module._read_pyc
    busy: set[int] = set()

    def attempt(source: Any) -> CodeType | None:
        hooks = [hook for hook in sys.meta_path if isinstance(hook, module.AssertionRewritingHook)]
        path = str(source)
        for hook in hooks:
            for name, file in reversed(hook._rewritten_names.items()):
                if file == source and plan.wants(path, name):
                    return _compiled(module, path, name, hook.config, core)
        return None

    def read_pyc(source: Any, *rest: Any, **options: Any) -> Any:
        thread = get_ident()
        if thread not in busy:
            busy.add(thread)
            try:
                code = quietly(attempt, source)
            finally:
                busy.discard(thread)
            if code is not None:
                return code
        return original(source, *rest, **options)

    return read_pyc


def _compiled(module: Any, path: str, name: str, config: Any, core: compiler.Core) -> CodeType:
    with open(path, "rb") as file:
        source = file.read()

    class Rewriter(module.AssertionRewriter):  # type: ignore[misc]
        """pytest's rewriter, to which a site is what it hands through."""

        def visit(self, node: Any) -> Any:
            value = handed_through(node)
            if value is None:
                return super().visit(node)
            result, explanation = super().visit(value)
            hand_through(node, result)
            return self.assign(node), explanation

        def visit_Call(self, node: Any) -> Any:
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                self._evaluated_again(argument)
            return super().visit_Call(node)

        def visit_Compare(self, node: Any) -> Any:
            self._evaluated_again(node.left)
            return super().visit_Compare(node)

        def _evaluated_again(self, node: Any) -> None:
            """pytest puts an earlier `name := value` of the function where its name is read."""
            name = getattr(handed_through(node), "id", None)
            known = getattr(self, "variables_overwrite", {}).get(getattr(self, "scope", None), {})
            if name in known:
                hand_through(node, known[name])

    def rewrite_asserts(tree: Any) -> None:
        Rewriter(path, config, source).run(tree)

    return compiler.compile_source(source, path, name, core=core, then=rewrite_asserts)
