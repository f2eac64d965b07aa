"""A regression test from a recorded call: its arguments rebuilt as source, its result expected."""

from __future__ import annotations

import ast
import builtins
import keyword
import math
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from ..model.events import Call
from ..model.text import one_line
from ..model.values import Value

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Function

MAX_PARTS = 5000
_DISPLAYS = {
    "list": "[{}]",
    "set": "{{{}}}",
    "frozenset": "frozenset([{}])",
    "deque": "deque([{}])",
}


def refusal(what: str, hint: str = "") -> EscopeError:
    """The error for what cannot be rebuilt."""
    return EscopeError(what, slug="cannot-rebuild", hint=hint)


def make_test(rec: Replay, call: Call, expected: str | None = None, name: str = "") -> str:
    """The source of a pytest file that makes a recorded call again and expects what it gave: or, as
    a Python expression, what it should have given (`expected`).
    """
    site = rec.program.site(rec.site_of(call.enter))
    function = rec.program.function_of(site)
    table = rec.file.modules[site.module]
    if function.kind != "function" or "<" in function.qualname:
        raise refusal(
            f"{one_line(function.qualname)} cannot be called from a test",
            "functions and methods of modules can; pick the call that made this one",
        )
    builder = _Builder(rec, site.module)
    node = _definition(rec, function)
    target, arguments = _call_source(rec, call, function, node, builder)
    modname = str(table.get("modname", ""))
    lines = _imports(modname, str(table.get("path", "")), builder, target)
    test = name or f"test_{function.name.strip('_') or 'call'}_at_step_{call.enter}"
    if not test.isidentifier() or keyword.iskeyword(test):
        raise EscopeError(f"{one_line(test)} is no name for a test", slug="bad-question")
    body = _outcome(rec, call, f"{target}({arguments})", expected, builder)
    made = [f"    {line}" for line in builder.lines]
    note = f'    """As recorded in {one_line(rec.path.rpartition("/")[2])} at step {call.enter}."""'
    head = [f"def {test}():", note, *made, *body]
    return "\n".join([*lines, "", "", *head, ""])


def _definition(rec: Replay, function: Function) -> ast.AST | None:
    tree = rec.syntax.tree(function.module)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, kinds) and node.name == function.name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if function.line in (node.lineno, first):
                return node
    return None


def _call_source(
    rec: Replay, call: Call, function: Function, node: ast.AST | None, builder: _Builder
) -> tuple[str, str]:
    """What is called, and its arguments, as source."""
    if not isinstance(node, ast.FunctionDef):
        raise refusal(f"the source of {one_line(function.qualname)} is not in the recording")
    marks = {ast.unparse(each) for each in node.decorator_list}
    target = f"module.{function.qualname}"
    given = dict(call.args)
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    if "classmethod" in marks and names:
        given.pop(names.pop(0), None)
    if marks & {"property", "cached_property", "functools.cached_property"}:
        target += ".func" if "cached" in " ".join(marks) else ".fget"
    parts = []
    for each in names:
        if each not in given:
            raise refusal(f"the argument {each} was not recorded")
        parts.append(builder.source(given[each], each))
    if node.args.vararg is not None and node.args.vararg.arg in given:
        parts.append("*" + builder.source(given[node.args.vararg.arg], node.args.vararg.arg))
    for option in node.args.kwonlyargs:
        if option.arg in given:
            parts.append(f"{option.arg}={builder.source(given[option.arg], option.arg)}")
    if node.args.kwarg is not None and node.args.kwarg.arg in given:
        parts.append("**" + builder.source(given[node.args.kwarg.arg], node.args.kwarg.arg))
    return target, ", ".join(parts)


def _imports(modname: str, path: str, builder: _Builder, target: str) -> list[str]:
    if modname in ("", "__main__"):
        stem = path.replace("\\", "/").rpartition("/")[2].removesuffix(".py") or "program"
        return [
            "import importlib.util",
            "import math",
            "from collections import deque",
            "",
            "import pytest",
            "",
            f"_spec = importlib.util.spec_from_file_location({stem!r}, {path!r})",
            "module = importlib.util.module_from_spec(_spec)",
            "_spec.loader.exec_module(module)",
        ]
    return [
        "import math",
        "from collections import deque",
        "",
        "import pytest",
        "",
        f"import {modname}" if "." not in modname else f"import {modname} as module",
        *([f"module = {modname}"] if "." not in modname else []),
    ]


def _outcome(
    rec: Replay, call: Call, source: str, expected: str | None, builder: _Builder
) -> list[str]:
    if expected is not None:
        try:
            ast.parse(expected.strip(), "<expected>", "eval")
        except (SyntaxError, ValueError) as error:
            raise EscopeError(
                f"the expected result is not an expression: {one_line(str(error))}",
                slug="bad-question",
            ) from error
        return [f"    assert {source} == ({expected.strip()})"]
    if call.outcome == "raise":
        error_value = call.exception
        type_name = error_value.type_name if error_value is not None else "Exception"
        known = hasattr(builtins, type_name)
        raised = type_name if known else f"module.{type_name}"
        return [f"    with pytest.raises({raised}):", f"        {source}"]
    if call.outcome != "return":
        raise refusal(
            "this call did not end in the recording",
            "give the expected result, or pick a call that returned or raised",
        )
    returned = call.returned
    if returned is None or (returned.data is None and returned.kind == "None"):
        return [f"    assert {source} is None"]
    if isinstance(returned.data, float) and math.isnan(returned.data):
        return [f"    assert math.isnan({source})"]
    result = builder.source(returned, "the result", result=True)
    if returned.kind == "instance" and not builder.compares(returned):
        return [f"    assert vars({source}) == vars({result})"]
    return [f"    assert {source} == {result}"]


class _Builder:
    """Recorded values as source: literals, and lines that make objects which are shared."""

    def __init__(self, rec: Replay, module: int) -> None:
        self.rec = rec
        self.module = module
        self.lines: list[str] = []
        self.made: dict[int, str] = {}
        self.open: set[int] = set()
        self.parts = 0

    def source(self, value: Value, where: str, result: bool = False) -> str:
        """An expression for a value; an error that says which part cannot be rebuilt."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise refusal(f"{where} is too big to be written out")
        if value.truncated:
            raise refusal(f"only a part of {where} ({value.type_name}) is in the recording")
        if value.uncertain:
            raise refusal(f"the contents of {where} may have changed unseen")
        if value.is_scalar:
            return _scalar(value.data)
        if value.kind == "tuple":
            inner = [self.source(each, where, result) for _, _, each in value.entries()]
            return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
        identity = value.object_id
        if identity is None:
            raise refusal(f"{where} ({value.type_name}) cannot be rebuilt")
        if identity in self.open:
            raise refusal(f"{where} contains itself")
        if identity in self.made and not result:
            return self.made[identity]
        self.open.add(identity)
        try:
            text = self._object(value, where, result)
        finally:
            self.open.discard(identity)
        if not result and value.kind != "class":
            name = f"value_{len(self.made) + 1}"
            self.lines.append(f"{name} = {text}")
            self.made[identity] = name
            return name
        return text

    def _object(self, value: Value, where: str, result: bool) -> str:
        plain = value.module in ("", "builtins", "collections") and value.type_name == value.kind
        if value.kind in _DISPLAYS and plain:
            inner = [self.source(each, where, result) for _, _, each in value.entries()]
            if value.kind == "set" and not inner:
                return "set()"
            return _DISPLAYS[value.kind].format(", ".join(inner))
        if value.kind == "dict" and plain:
            pairs = [
                f"{self.source(key, where, result)}: {self.source(member, where, result)}"
                for _, key, member in value.entries()
            ]
            return "{" + ", ".join(pairs) + "}"
        if value.kind == "range":
            return repr(value.python())
        if value.kind == "bytearray" and isinstance(value.raw_text, bytes):
            return f"bytearray({value.raw_text!r})"
        if value.kind == "instance":
            return self._instance(value, where, result)
        raise refusal(f"{where} ({one_line(value.type_name)}) cannot be rebuilt")

    def _instance(self, value: Value, where: str, result: bool) -> str:
        if not self._own_class(value):
            raise refusal(f"{where} is a {one_line(value.type_name)}, which is not recorded code")
        attributes = []
        for role, name, member in value.entries():
            if role != "attr":
                raise refusal(f"{where} ({one_line(value.type_name)}) has contents of its own")
            attributes.append((str(name), self.source(member, f"{where}.{name}", result)))
        made = f"made_{len(self.lines) + 1}"
        kind = f"module.{value.type_name}"
        self.lines.append(f"{made} = {kind}.__new__({kind})")
        for name, source in attributes:
            self.lines.append(f"object.__setattr__({made}, {name!r}, {source})")
        return made

    def _own_class(self, value: Value) -> bool:
        table = self.rec.file.modules[self.module]
        return value.module == str(table.get("modname", "")) and "<" not in value.type_name

    def compares(self, value: Value) -> bool:
        """Whether instances of the class compare by their contents."""
        tree = self.rec.syntax.tree(self.module)
        name = value.type_name.rpartition(".")[2]
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.ClassDef) and node.name == name:
                marks = " ".join(ast.unparse(each) for each in node.decorator_list)
                own = any(isinstance(e, ast.FunctionDef) and e.name == "__eq__" for e in node.body)
                return own or "dataclass" in marks
        return False


def _scalar(data: Any) -> str:
    if isinstance(data, float) and not math.isfinite(data):
        return f'float("{data}")'
    return repr(data)
