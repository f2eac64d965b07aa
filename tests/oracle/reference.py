"""A plain, slow reference recorder: `python tests/oracle/reference.py out.jsonl script args`.

It runs a program under `sys.settrace` and writes, at each 'line' event in the files below the
given roots, a deep copy of what the frame's variables hold, as plain data. Each object gets a
label at first sight; an object's content is written again only when it changed. One JSON value
per line:

    ["F", activation, thread, file, name, first line, kind]     a frame begins
    ["O", label, [type, shape, size, items, pairs, attrs, text, members]]  an object's content
          from now on; members only if there are any
    ["L", activation, line, forward, [[activation, variables or null], ...]]  a line is about to
          run; frames outermost first, the last one is the running frame; null = as last written;
          forward = its code lies behind that of the frame's line event before
    ["l", activation, line, forward]                            the same, values not sampled
    ["E"]                                                       the program ended

What a comprehension does is not written: before Python 3.12 it has a frame of its own, which is
left out, and since then its lines and variables are left out of the frame that it runs in
(see `inlined`). A variable that it hides while it runs is left out as well.
"""

from __future__ import annotations

import argparse
import atexit
import dis
import json
import os
import sys
import threading
import types
from collections.abc import Callable
from typing import IO, Any

if __package__:
    from . import inlined, limits, rawread
else:
    import inlined  # type: ignore[import-not-found, no-redef]
    import limits  # type: ignore[import-not-found, no-redef]
    import rawread  # type: ignore[import-not-found, no-redef]

SKIPPED_NAMES = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
"""Scopes whose variables belong to a view of their own, not to a frame of the stack."""

INJECTED = frozenset(
    {
        "__name__",
        "__doc__",
        "__package__",
        "__loader__",
        "__spec__",
        "__file__",
        "__cached__",
        "__path__",
        "__builtins__",
        "__annotations__",
        "__annotate__",
        "__annotate_func__",
        "__conditional_annotations__",
        "__module__",
        "__qualname__",
        "__type_params__",
        "__warningregistry__",
        "__firstlineno__",
        "__static_attributes__",
        "__class__",
        "__classcell__",
        "__classdict__",
        "__classdictcell__",
    }
)
"""Names that the interpreter itself puts into namespaces."""

_OPTIMIZED = 1
"""The flag of code whose locals are no mapping: of functions."""

_WRITES_BACK = sys.version_info[:2] == (3, 12)
"""Whether a trace function that returns writes what `f_locals` held when it was asked for last."""


class Snapshots:
    """Turns values into JSON form and writes the objects that changed."""

    def __init__(self, out: IO[str], keep: bool) -> None:
        self._out = out
        self._keep = keep
        self._kept: list[object] = []
        self._labels: dict[int, int] = {}
        self._last: dict[int, str] = {}
        self._queue: list[tuple[int, object, int]] = []
        self._queued: set[int] = set()

    def begin(self) -> None:
        """Start a new moment."""
        self._queue.clear()
        self._queued.clear()

    def ref(self, value: Any, depth: int) -> Any:
        """Return the JSON form of a value; objects are queued to be read."""
        plain, form = rawread.scalar(value)
        if plain:
            return form
        if type(value) is tuple:
            if depth >= limits.DEPTH:
                return ["D"]
            items = [self.ref(item, depth + 1) for item in value[: limits.ITEMS]]
            return ["t", len(value), items]
        label = self._labels.get(id(value))
        if label is None:
            label = len(self._labels) + 1
            self._labels[id(value)] = label
            if self._keep:
                self._kept.append(value)
        if label not in self._queued:
            self._queued.add(label)
            self._queue.append((label, value, depth))
        return ["o", label]

    def finish(self) -> None:
        """Read what was queued, breadth first, and write what is new."""
        position = 0
        while position < len(self._queue) and position < limits.OBJECTS:
            label, value, depth = self._queue[position]
            position += 1
            if depth >= limits.DEPTH:
                continue
            form = json.dumps(self._form(value, depth + 1))
            if self._last.get(label) != form:
                self._last[label] = form
                self._out.write(f'["O", {label}, {form}]\n')
        self._queue.clear()

    def _form(self, value: Any, depth: int) -> list[Any]:
        found = rawread.content(value)
        items = pairs = attrs = None
        if found.items is not None:
            items = [self.ref(item, depth) for item in found.items]
        if found.pairs is not None:
            pairs = [[self.ref(k, depth), self.ref(v, depth)] for k, v in found.pairs]
        if found.attrs is not None:
            attrs = [[k, self.ref(v, depth)] for k, v in found.attrs]
        name = rawread.type_name(type(value))
        row = [name, found.shape, found.size, items, pairs, attrs, found.text]
        if found.members:
            row.append([[k, self.ref(v, depth)] for k, v in found.members])
        return row


class Tracer:
    """The trace functions, the numbering of frame activations, and the writing of events."""

    def __init__(
        self,
        out: IO[str],
        roots: list[str],
        *,
        every: int = 1,
        stack: bool = False,
        keep: bool = True,
        max_values: int = 1_000_000,
    ) -> None:
        self._out = out
        real = [os.path.realpath(root) for root in roots]
        self._roots = tuple(os.path.join(root, "") for root in real if not os.path.isfile(root))
        self._root_files = frozenset(real)
        self._files: dict[str, str | None] = {}
        self._every = every
        self._stack = stack
        self._max_values = max_values
        self._snapshots = Snapshots(out, keep)
        self._activations: dict[int, int] = {}
        self._written: dict[Any, str] = {}
        self._prepared: dict[int, frozenset[str]] = {}
        self._namespaces: dict[int, Any] = {}
        self._spans: dict[types.CodeType, tuple[inlined.Span, ...]] = {}
        self._offsets: dict[int, int] = {}
        self._count = 0
        self._events = 0
        self._values = 0
        self._first_resume: dict[types.CodeType, int] = {}
        self._lock = threading.RLock()
        self._open = True

    def close(self) -> None:
        """Write the end mark; later events are dropped."""
        with self._lock:
            if self._open:
                self._open = False
                self._out.write('["E"]\n')
                self._out.close()

    def call(self, frame: types.FrameType, event: str, _arg: object) -> Callable[..., Any] | None:
        """Be the global trace function."""
        code = frame.f_code
        if not self._open or self._file(code.co_filename) is None:
            return None
        if code.co_name in SKIPPED_NAMES:
            return None
        if event == "call" and self._is_start(frame):
            key = id(frame)
            self._activations.pop(key, None)
            self._offsets.pop(key, None)
            if not code.co_flags & _OPTIMIZED and code.co_name != "<module>":
                self._namespaces[key] = frame.f_locals
        return self.local

    def local(self, frame: types.FrameType, event: str, _arg: object) -> Callable[..., Any]:
        """Be the local trace function."""
        if event == "line" and self._open:
            with self._lock:
                before = self._offsets.get(id(frame), frame.f_lasti)
                self._offsets[id(frame)] = frame.f_lasti
                if self._open and not self._loops(frame):
                    self._line(frame, before < frame.f_lasti)
        elif event == "return":
            self._namespaces.pop(id(frame), None)
        if _WRITES_BACK and self._stack and frame.f_code.co_flags & _OPTIMIZED:
            _ = frame.f_locals
        return self.local

    def _loops(self, frame: types.FrameType) -> list[inlined.Span]:
        """Return the comprehensions, and loops like them, that run in a frame at the moment."""
        code = frame.f_code
        found = self._spans.get(code)
        if found is None:
            found = self._spans[code] = inlined.spans(code)
        return [span for span in found if span.first <= frame.f_lasti <= span.last]

    def _is_start(self, frame: types.FrameType) -> bool:
        """Tell a new activation from a generator that goes on."""
        code = frame.f_code
        first = self._first_resume.get(code)
        if first is None:
            first = next((i.offset for i in dis.get_instructions(code) if i.opname == "RESUME"), -1)
            self._first_resume[code] = first
        return frame.f_lasti <= first

    def _file(self, filename: str) -> str | None:
        try:
            return self._files[filename]
        except KeyError:
            real = None
            if not filename.startswith("<"):
                real = os.path.realpath(filename)
                if real not in self._root_files and not real.startswith(self._roots):
                    real = None
            self._files[filename] = real
            return real

    def _activation(self, frame: types.FrameType) -> int:
        number = self._activations.get(id(frame))
        if number is None:
            self._count += 1
            number = self._activations[id(frame)] = self._count
            code = frame.f_code
            self._prepared.pop(number, None)
            kind = "module" if code.co_name == "<module>" else "function"
            if kind == "function" and not code.co_flags & _OPTIMIZED:
                kind = "class"
                self._prepared[number] = frozenset(self._filtered(self._namespace(frame)))
            head = [
                "F",
                number,
                threading.current_thread().name,
                self._file(code.co_filename),
                code.co_name,
                code.co_firstlineno,
                kind,
            ]
            self._out.write(json.dumps(head) + "\n")
        return number

    def _line(self, frame: types.FrameType, forward: bool) -> None:
        number = self._activation(frame)
        self._events += 1
        if self._events % self._every or self._values >= self._max_values:
            self._out.write(json.dumps(["l", number, frame.f_lineno, forward]) + "\n")
            return
        self._values += 1
        self._snapshots.begin()
        frames: list[tuple[Any, dict[str, Any]]] = [(number, self._variables(frame))]
        if self._stack:
            frames.extend(self._outer(frame))
        rows: list[list[Any]] = []
        for key, variables in reversed(frames):
            form = {name: self._snapshots.ref(value, 0) for name, value in variables.items()}
            text = json.dumps(form)
            same = self._written.get(key) == text
            self._written[key] = text
            rows.append([key, None if same else form])
        self._snapshots.finish()
        self._out.write(json.dumps(["L", number, frame.f_lineno, forward, rows]) + "\n")

    def _outer(self, frame: types.FrameType) -> list[tuple[Any, dict[str, Any]]]:
        found: list[tuple[Any, dict[str, Any]]] = []
        if frame.f_code.co_name != "<module>":
            file = self._file(frame.f_code.co_filename)
            found.append((f"globals:{file}", self._filtered(frame.f_globals)))
        back = frame.f_back
        while back is not None:
            known = self._activations.get(id(back))
            if known is not None and self._file(back.f_code.co_filename) is not None:
                found.append((known, self._variables(back)))
            back = back.f_back
        return found

    def _variables(self, frame: types.FrameType) -> dict[str, Any]:
        found = self._filtered(self._namespace(frame))
        code = frame.f_code
        if code.co_flags & _OPTIMIZED:
            # 3.11 and 3.12 keep there what `exec` and `locals()` stored
            own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
            own.difference_update(*(span.names for span in self._loops(frame)))
            found = {name: value for name, value in found.items() if name in own}
        for name in self._prepared.get(self._activations.get(id(frame), 0), ()):
            found.pop(name, None)  # a metaclass put it there, not the class body
        return found

    def _namespace(self, frame: types.FrameType) -> Any:
        """Return where the variables are.

        Asking a module or class body for its `f_locals` while a comprehension runs there gives
        the comprehension's variables too, and in Python 3.12 it sets them to None.
        """
        code = frame.f_code
        if code.co_flags & _OPTIMIZED:
            return frame.f_locals
        if code.co_name == "<module>":
            return frame.f_globals
        return self._namespaces.get(id(frame), {})

    def _filtered(self, namespace: Any) -> dict[str, Any]:
        if rawread.has_base(type(namespace), dict):
            pairs = list(dict.items(namespace))
        elif type(namespace).__name__ == "FrameLocalsProxy":
            pairs = list(namespace.items())
        else:
            return {}
        return {k: v for k, v in pairs if type(k) is str and k not in INJECTED and k[:1] != "."}


def _main_module(name: str, file: str | None) -> types.ModuleType:
    module = types.ModuleType("__main__")
    module.__file__ = file
    sys.modules["__main__"] = module
    return module


def run(tracer: Tracer, target: list[str], as_module: bool) -> None:
    """Run a script, or a module by name, as `__main__` under the tracer."""
    if as_module:
        import runpy

        sys.argv = target
        sys.path[0] = os.getcwd()
        found = runpy._get_module_details(target[0])  # type: ignore[attr-defined]
        sys.argv[0] = found[1].origin
        module = _main_module("__main__", found[1].origin)
        module.__spec__ = found[1]
        module.__package__ = found[1].parent
        module.__loader__ = found[1].loader
        code = found[2]
    else:
        sys.argv = target
        sys.path[0] = os.path.dirname(os.path.realpath(target[0]))
        script = os.path.abspath(target[0])
        with open(script, "rb") as stream:
            code = compile(stream.read(), script, "exec", dont_inherit=True)
        module = _main_module("__main__", script)
    namespace = module.__dict__
    namespace["__builtins__"] = __builtins__
    threading.settrace(tracer.call)
    sys.settrace(tracer.call)
    try:
        exec(code, namespace)
    finally:
        sys.settrace(None)


def main() -> None:
    """Parse the command line and run the program."""
    parser = argparse.ArgumentParser(prog="reference.py")
    parser.add_argument("--root", action="append", default=[], help="folder to record")
    parser.add_argument("--every", type=int, default=1, help="sample the values at each n-th event")
    parser.add_argument("--max-values", type=int, default=1_000_000)
    parser.add_argument("--stack", action="store_true", help="outer frames and globals too")
    parser.add_argument("--moment", action="store_true", help="keep nothing alive")
    parser.add_argument("-m", action="store_true", dest="module")
    parser.add_argument("out")
    parser.add_argument("target", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    out = open(args.out, "w", encoding="utf-8")  # noqa: SIM115 - closed at exit
    roots = args.root or [os.path.dirname(os.path.realpath(args.target[0]))]
    tracer = Tracer(
        out,
        roots,
        every=args.every,
        stack=args.stack,
        keep=not args.moment,
        max_values=args.max_values,
    )
    atexit.register(tracer.close)
    for name in ("inlined", "limits", "rawread", "argparse"):
        sys.modules.pop(name, None)
    run(tracer, args.target, args.module)


if __name__ == "__main__":
    main()
