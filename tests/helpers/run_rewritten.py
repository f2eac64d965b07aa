"""Run a script as __main__: plain, rewritten, or rewritten with every site call checked.

    python run_rewritten.py plain|rewritten|checked SCRIPT

The three differ in nothing but the code that runs, so their output can be compared.
"""

from __future__ import annotations

import sys
import types
from typing import Any

sys.path[0] = __file__.rsplit("/", 3)[0]

from escope_tui.instrument.compile import compile_source, notes  # noqa: E402
from escope_tui.model import sites as flag  # noqa: E402
from tests.helpers.fakecore import Call, FakeCore  # noqa: E402

ENDS = flag.RETURN | flag.END | flag.UNWIND
problems: list[str] = []


class Checker:
    """Holds each site call against the frame that makes it."""

    def __init__(self) -> None:
        self.core: FakeCore
        self.alive: dict[types.FrameType, int] = {}
        self.ended: dict[types.FrameType, int] = {}

    def __call__(self, call: Call) -> None:
        frame = sys._getframe(3)
        function = self.core.modules[call.module][2][call.function]
        if call.flags & flag.COMP and frame.f_code.co_name in (
            "<listcomp>",
            "<setcomp>",
            "<dictcomp>",
        ):
            self.values(call, function, frame)
            return
        if call.flags & (flag.ENTER | flag.GENEXP):
            if call.flags & flag.ENTER and frame in self.alive:
                self.problem(call, "entered twice")
            self.alive[frame] = call.function
        if frame not in self.alive:
            self.problem(call, "never entered" if frame not in self.ended else "already ended")
        elif self.alive[frame] != call.function:
            self.problem(call, "of another function")
        self.values(call, function, frame)
        if call.flags & ENDS and not call.flags & flag.LATE and frame in self.alive:
            self.ended[frame] = self.alive.pop(frame)

    def values(self, call: Call, function: Any, frame: types.FrameType) -> None:
        """Every value told of a variable is the variable's value now."""
        if call.flags & flag.PASS:
            return  # the value is on its way into the variable
        if call.flags & flag.COMP and (3, 13) <= sys.version_info < (3, 13, 2):
            return  # f_locals crashes inside comprehensions with cells
        for spec, args in call.specs:
            if spec[0] in ("w", "wk", "v") and args:
                name, scope = function[5][spec[1]], frame.f_locals
            elif spec[0] in ("g", "gk"):
                name = self.core.modules[call.module][2][0][5][spec[1]]
                scope = frame.f_globals
            else:
                continue
            if name not in scope or scope[name] is not args[0]:
                self.problem(call, f"{name} is {scope.get(name)!r}, told {args[0]!r}")

    def problem(self, call: Call, text: str) -> None:
        problems.append(f"line {call.line} {flag.describe(call.flags)}: {text}")

    def finish(self) -> None:
        """What entered has ended, but for what ends without a word."""
        for frame, number in self.alive.items():
            name, _, kind, *_ = self.core.modules[0][2][number]
            if kind in ("function", "module", "class") and frame.f_code.co_filename.endswith(".py"):
                problems.append(f"{kind} {name} never ended")


def main() -> int:
    mode, path = sys.argv[1:]
    with open(path, "rb") as stream:
        source = stream.read()
    checker = Checker()
    core = FakeCore(log=mode == "checked", check=checker if mode == "checked" else None)
    checker.core = core
    if mode == "plain":
        code = compile(source, path, "exec", dont_inherit=True)
    else:
        code = compile_source(source, path, "__main__", core=core)
        problems.extend(f"{name}: {reason}" for name, reason in notes)
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    sys.argv = [path]
    sys.path[0] = path.rpartition("/")[0]
    exec(code, module.__dict__)
    if mode == "checked":
        checker.finish()
    for text in problems:
        print("PROBLEM", text, file=sys.stderr)
    return 99 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
