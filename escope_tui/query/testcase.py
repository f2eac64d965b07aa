"""A regression test from a recorded call: its arguments rebuilt as source, its result expected."""

from __future__ import annotations

import ast
import keyword
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EscopeError
from ..model.events import Call
from ..model.text import one_line
from ..model.values import Value
from .fence import check_written
from .loading import Loading, named
from .rebuild import FROM_TEXT, MAKE, Builder, class_node, is_dotted, refusal

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Function

MAX_GENERATOR_STEPS = 20_000
_KINDS = ("function", "generator", "coroutine")
_PROPERTIES = {"setter": "fset", "deleter": "fdel", "getter": "fget"}
_CHANGING = ("list", "dict", "set", "deque", "instance", "bytearray")
_PLAIN_DECORATORS = ("staticmethod", "classmethod")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef

PLAIN = '''\
def plain(value):
    """A value in a form that compares by what is in it, also where its class does not."""
    if isinstance(value, BY_CONTENTS):
        names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        inner = {name: getattr(value, name) for name in names if hasattr(value, name)}
        inner.update(getattr(value, "__dict__", {}))
        return type(value), plain(getattr(value, "args", ())), plain(inner)
    if isinstance(value, dict):
        return type(value), [(plain(key), plain(value[key])) for key in value]
    if isinstance(value, (list, tuple)):
        return type(value), [plain(each) for each in value]
    return "not a number" if value != value else value
'''


def make_test(rec: Replay, call: Call, expected: str | None = None, name: str = "") -> str:
    """The source of a pytest file that makes a recorded call again and expects what it gave: or, as
    a Python expression, what it should have given (`expected`). Variables of its module that had
    changed since the module was loaded are set to what they were.
    """
    site = rec.program.site(rec.site_of(call.enter))
    function = rec.program.function_of(site)
    if function.kind not in _KINDS or not is_dotted(function.qualname):
        raise refusal(
            f"{one_line(function.qualname)} cannot be called from a test",
            "functions and methods of modules can; pick the call that made this one",
        )
    test = name or f"test_{function.name.strip('_') or 'call'}_at_step_{call.enter}"
    if not test.isidentifier() or keyword.iskeyword(test):
        raise EscopeError(f"{one_line(test)} is no name for a test", slug="bad-question")
    return _Test(rec, call, function).text(test, expected)


@dataclass
class _Given:
    """What a function is called with."""

    target: str
    arguments: list[tuple[str, Value]]
    """What stands before each value (`b=`, `*`), and the value."""
    names: list[str]


class _Test:
    def __init__(self, rec: Replay, call: Call, function: Function) -> None:
        self.rec = rec
        self.call = call
        self.function = function
        self.builder = Builder(rec, function.module)
        self.result = Builder(rec, function.module, "expected")
        self.loading = Loading(rec, call, function)
        self.imports: set[str] = set()
        self.by_contents: set[str] = set()

    def text(self, test: str, expected: str | None) -> str:
        given = self._given()
        reset = self.loading.changed()
        shared = [each.value for each in reset if each.value is not None]
        self.builder.count([value for _, value in given.arguments] + shared)
        left = self._left()
        expected = None if expected is None else _checked(expected)
        for value in left.values():
            self.builder.name(value)
        texts = [
            mark + self.builder.source(value, name)
            for (mark, value), name in zip(given.arguments, given.names, strict=True)
        ]
        settings = [each.line(self.builder) for each in reset]
        source = f"{given.target}({', '.join(texts)})"
        body = self._outcome(source, expected)
        if expected is None:
            body += self._checks(left)
        made = [*self.builder.lines, *settings, *self.result.lines, *body]
        file = one_line(self.rec.path.replace("\\", "/").rpartition("/")[2])
        note = '"""As recorded in ' + file.replace("\\", "\\\\").replace('"', '\\"')
        patches = any(each.value is not None for each in reset)
        head = [
            f"def {test}({'monkeypatch' if patches else ''}):",
            f'    {note} at step {self.call.enter}."""',
            *(f"    {line}" for line in made),
        ]
        check_written("\n".join(head), expected)
        helpers = []
        if self.builder.makes or self.result.makes:
            helpers += ["", "", *MAKE.rstrip().split("\n")]
        if self.by_contents:
            kinds = ", ".join(sorted(self.by_contents - {"-"}))
            helpers += ["", f"BY_CONTENTS = ({kinds + ',' if kinds else ''})"]
            helpers += ["", "", *PLAIN.rstrip().split("\n")]
        needed = self.imports | self.builder.imports | self.result.imports
        return "\n".join([*self.loading.source(needed), *helpers, "", "", *head, ""])

    # -- the call

    def _definition(self) -> _Definition:
        tree = self.rec.syntax.tree(self.function.module)
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, _Definition) and node.name == self.function.name:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                if self.function.line in (node.lineno, first):
                    return node
        raise refusal(f"the source of {one_line(self.function.qualname)} is not in the recording")

    def _given(self) -> _Given:
        node = self._definition()
        given = dict(self.call.args)
        names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
        marks = {ast.unparse(each) for each in node.decorator_list}
        if "classmethod" in marks and names:
            given.pop(names.pop(0), None)
        found = _Given(self._target(marks), [], [])

        def add(mark: str, name: str) -> None:
            found.arguments.append((mark, given[name]))
            found.names.append(name)

        for each in names:
            if each not in given:
                raise refusal(f"the argument {each} was not recorded")
            add("", each)
        if node.args.vararg is not None and self._holds(given.get(node.args.vararg.arg)):
            add("*", node.args.vararg.arg)
        for option in node.args.kwonlyargs:
            if option.arg in given:
                add(f"{option.arg}=", option.arg)
        if node.args.kwarg is not None and self._holds(given.get(node.args.kwarg.arg)):
            add("**", node.args.kwarg.arg)
        return found

    def _holds(self, value: Value | None) -> bool:
        return value is not None and (value.truncated or value.size != 0)

    def _target(self, marks: set[str]) -> str:
        """The function, as an expression: out of its property, and out of decorators that keep it
        as `__wrapped__`.
        """
        qualname = self.function.qualname
        *owners, name = qualname.split(".")
        if owners and name.startswith("__") and not name.endswith("__"):
            name = f"_{owners[-1].lstrip('_')}{name}"
        target = ".".join(["module", *owners, name])
        for mark in marks:
            last = mark.rpartition(".")[2]
            if mark == "property":
                return f"{target}.fget"
            if last == "cached_property":
                return f"{target}.func"
            if last in _PROPERTIES:
                return f"{target}.{_PROPERTIES[last]}"
        if all(mark in _PLAIN_DECORATORS for mark in marks):
            return target
        if not owners:
            now = named(self.rec, self.call, name)
            if now is not None and now.kind == "function" and now.text != qualname:
                raise refusal(
                    f"{one_line(qualname)} is hidden by its decorator",
                    "pick the call of what the decorator made of it",
                )
        self.imports.add("inspect")
        return f"inspect.unwrap({target})"

    # -- what is expected

    def _outcome(self, source: str, expected: str | None) -> list[str]:
        if self.function.kind == "generator" and expected is None:
            return self._generated(source)
        if self.function.kind == "generator":
            source = f"list({source})"
        elif self.function.kind == "coroutine":
            self.imports.add("asyncio")
            source = f"asyncio.run({source})"
        if expected is not None:
            return [f"assert {source} == ({expected})"]
        if self.call.outcome == "raise":
            return [f"with pytest.raises({self._raised()}):", f"    {source}"]
        if self.call.outcome != "return":
            raise refusal(
                "this call did not end in the recording",
                "give the expected result, or pick a call that returned or raised",
            )
        returned = self.call.returned
        if returned is None or (returned.data is None and returned.kind == "None"):
            return [f"assert {source} is None"]
        if isinstance(returned.data, float) and math.isnan(returned.data):
            self.imports.add("math")
            return [f"assert math.isnan({source})"]
        return [self._equal(source, returned, "the result")]

    def _equal(self, source: str, value: Value, where: str) -> str:
        self.result.count([value])
        if self.result.holds_itself():
            raise refusal(f"{where} contains itself", "give the expected result")
        text = self.result.source(value, where)
        kinds = self._kinds_by_contents(value)
        if kinds:
            self.by_contents |= kinds
            return f"assert plain({source}) == plain({text})"
        return f"assert {source} == {text}"

    def _left(self) -> dict[str, Value]:
        """What a call that returned nothing has made of the objects that it was given, where that
        can be told: the rest of the caller's statement cannot have changed them too.
        """
        end, returned = self.call.exit, self.call.returned
        nothing = self.call.outcome == "return" and (returned is None or returned.kind == "None")
        if end is None or not nothing or self.function.kind != "function":
            return {}
        node = self._definition()
        found = {}
        for name in [each.arg for each in (*node.args.posonlyargs, *node.args.args)]:
            before = self.call.args.get(name)
            if before is None or before.kind not in _CHANGING:
                continue
            after = before.at(end)
            last = before.at(min(end + 1, len(self.rec)))
            if not _alike(before, last) and (_alike(after, last) or self._nothing_follows(end)):
                found[name] = last
        return found

    def _nothing_follows(self, end: int) -> bool:
        """Whether the caller's statement is this call alone, and the next step its next one."""
        caller = self.call.caller
        if caller is None or end + 1 >= len(self.rec):
            return False
        node = self.rec.syntax.statement(self.rec.program.site(self.rec.site_of(caller)))
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            return False
        called = ast.unparse(node.value.func).rpartition(".")[2]
        same = self.rec[end + 1].frame_id == self.rec[caller].frame_id
        return same and called == self.function.name

    def _checks(self, left: dict[str, Value]) -> list[str]:
        checks = []
        for name, value in left.items():
            given = self.builder.name_of(value)
            try:
                checks.append(self._equal(given or name, value, f"{name} after the call"))
            except EscopeError as error:
                checks.append(f"# {one_line(error.message, 400)}")
        return checks

    def _generated(self, source: str) -> list[str]:
        """What a generator yielded, all of it or as far as it was asked."""
        start, end = self.call.enter, self.call.exit
        stop = len(self.rec) if end is None else end + 1
        if stop - start > MAX_GENERATOR_STEPS:
            raise refusal("the generator ran for too long to list what it yielded")
        error = self.call.exception
        if self.call.outcome == "raise" and (error is None or error.type_name != "GeneratorExit"):
            return [f"with pytest.raises({self._raised()}):", f"    list({source})"]
        values = []
        for step in range(start, stop):
            for event in self.rec.events(step):
                if event.frame_id != self.call.frame_id or event.value is None:
                    continue
                if event.kind == "yield":
                    values.append(event.value)
                elif event.kind == "resume" and event.value.data is not None:
                    raise refusal("the generator was sent values")
        texts = []
        for number, value in enumerate(values):
            self.result.count([value])
            texts.append(self.result.source(value, f"yield {number}"))
            self.by_contents |= self._kinds_by_contents(value)
        if self.call.outcome != "return":
            self.imports.add("itertools")
            source = f"itertools.islice({source}, {len(values)})"
        got, wanted = f"list({source})", f"[{', '.join(texts)}]"
        if self.by_contents:
            got, wanted = f"plain({got})", f"plain({wanted})"
        return [f"assert {got} == {wanted}"]

    def _raised(self) -> str:
        value = self.call.exception
        self.imports.add("pytest")
        if value is None:
            return "Exception"
        return self.result.class_of(value, "the exception")

    def _kinds_by_contents(self, value: Value) -> set[str]:
        """The classes in a value whose instances compare by identity, and `-` for a NaN."""
        found: set[str] = set()
        stack, seen = [value], set[int]()
        while stack:
            each = stack.pop()
            if each.object_id is not None:
                if each.object_id in seen:
                    continue
                seen.add(each.object_id)
            if each.kind == "function" and not self._is_named(each):
                raise refusal("the result has a function, which equals nothing but itself")
            if each.kind in ("class", "function", "module", "enum", "method"):
                continue
            if each.type_name in FROM_TEXT.get(each.module.partition(".")[0], ()):
                continue  # what they hold besides is theirs
            if isinstance(each.data, float) and math.isnan(each.data):
                found.add("-")
            if each.kind == "opaque" and each.type_name in ("object", "partial"):
                raise refusal(f"the result has a {each.type_name}, which equals nothing but itself")
            own = each.kind in ("instance", "exception") and not self._compares(each)
            if own or (each.kind == "instance" and self._is_dataclass(each)):
                kind = self.result.class_of(each, "the result")
                if own or self._inner_by_contents(each):
                    found.add(kind)
            for _, key, member in each.entries():
                if isinstance(key, Value):
                    stack.append(key)
                stack.append(member)
        return found

    def _is_named(self, function: Value) -> bool:
        """Whether a function is what the module has under its name."""
        found = named(self.rec, self.call, function.text or "")
        return found is not None and found.object_id == function.object_id

    def _inner_by_contents(self, value: Value) -> bool:
        return any(self._kinds_by_contents(member) for _, _, member in value.entries())

    def _class(self, value: Value) -> ast.ClassDef | None:
        names = [str(each.get("modname", "")) for each in self.rec.file.modules]
        if value.module not in names:
            return None
        return class_node(self.rec.syntax.tree(names.index(value.module)), value.type_name)

    def _is_dataclass(self, value: Value) -> bool:
        node = self._class(value)
        marks = [ast.unparse(each) for each in node.decorator_list] if node is not None else []
        return any("dataclass" in mark and "eq=False" not in mark for mark in marks)

    def _compares(self, value: Value) -> bool:
        """Whether instances of the class compare by their contents."""
        if value.kind == "exception":
            return False
        node = self._class(value)
        if node is None or self._is_dataclass(value):
            return True
        own = any(isinstance(e, ast.FunctionDef) and e.name == "__eq__" for e in node.body)
        return own or any("NamedTuple" in ast.unparse(base) for base in node.bases)


def _alike(one: Value, other: Value) -> bool:
    return bool(one.python() == other.python())


def _checked(expected: str) -> str:
    try:
        return ast.unparse(ast.parse(expected.strip(), "<expected>", "eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise EscopeError(
            f"the expected result is not an expression: {one_line(str(error))}",
            slug="bad-question",
        ) from error
