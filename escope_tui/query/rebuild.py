"""Recorded values as Python source that makes them again."""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ..errors import EscopeError
from ..model.known import known_text
from ..model.text import one_line
from ..model.values import CutBytes, CutText, Value

if TYPE_CHECKING:
    from ..replay.recording import Replay

MAX_PARTS = 5000
"""Values that one test writes out at most."""
_CONTAINERS: Final = {
    "list": "[{}]",
    "set": "{{{}}}",
    "frozenset": "frozenset([{}])",
    "deque": "collections.deque([{}])",
}
_ABSTRACT = (
    *("object", "ABC", "abc.ABC", "Protocol", "typing.Protocol"),
    *("Generic", "typing.Generic", "TypedDict"),
)
"""Bases that give an instance no state of their own."""
WRITTEN: Final = {
    "datetime": ("date", "time", "datetime", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "re": ("compile",),
}
"""Modules whose values are recorded as the expression that makes them, and what it may call."""
_PATHS = ("PurePath", "PurePosixPath", "PureWindowsPath", "Path", "PosixPath", "WindowsPath")
_ADDRESSES = ("Address", "Network", "Interface")
FROM_TEXT: Final = {
    "pathlib": _PATHS,
    "uuid": ("UUID",),
    "ipaddress": tuple(f"IPv{number}{each}" for number in (4, 6) for each in _ADDRESSES),
}
"""Modules and their classes whose instances are made again from what they show as."""
SEQUENCES = ("time.struct_time", "os.terminal_size", "os.stat_result")
"""Named tuples of the interpreter, which are made from a sequence."""
STAT_ITEMS = frozenset({"st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size"})
"""Names of items of an `os.stat_result`."""
_FRACTION = re.compile(r"-?[0-9]+(/[0-9]+)?")
_NAMESPACES = {
    ("types", "SimpleNamespace"): "types.SimpleNamespace",
    ("argparse", "Namespace"): "argparse.Namespace",
}

MAKE = '''\
def make(kind, /, **attributes):
    """An instance as it was recorded: its class and attributes, without a call of __init__."""
    made = object.__new__(kind)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made
'''


def refusal(what: str, hint: str = "") -> EscopeError:
    """The error for what cannot be rebuilt; its message is one line, whatever names are in it."""
    return EscopeError(one_line(what, 400), slug="cannot-rebuild", hint=hint)


def class_node(tree: ast.AST | None, qualname: str) -> ast.ClassDef | None:
    """The definition of a class by its qualified name."""
    node: ast.AST | None = tree
    for name in qualname.split("."):
        body: list[ast.stmt] = getattr(node, "body", [])
        classes = [each for each in _statements(body) if isinstance(each, ast.ClassDef)]
        node = next((each for each in reversed(classes) if each.name == name), None)
        if node is None:
            return None
    return node if isinstance(node, ast.ClassDef) else None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of the branches in it, but not of functions and classes."""
    for node in body:
        yield node
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, part, []))
            for handler in getattr(node, "handlers", ()):
                yield from _statements(handler.body)


class Builder:
    """Writes values as expressions. What is reached twice, or holds itself, is made once in a
    statement of its own (`lines`), under a name.
    """

    def __init__(self, rec: Replay, module: int, prefix: str = "value") -> None:
        self.rec = rec
        self._prefix = prefix
        self.module = module
        """The module under test, which the test calls `module`."""
        self.lines: list[str] = []
        """Statements that come before the expressions."""
        self.imports: set[str] = set()
        """Modules that the expressions need."""
        self.makes = False
        """The helper `MAKE` is needed."""
        self._named: dict[int, str] = {}
        self._often: set[int] = set()
        self._open: set[int] = set()
        self._loops: set[int] = set()
        self._parts = 0

    # -- what is shared

    def name(self, value: Value) -> None:
        """Asks for an object to be made in a statement of its own, so that it has a name."""
        if value.object_id is not None:
            self._often.add(value.object_id)

    def count(self, values: list[Value]) -> None:
        """Learns which objects are reached more than once from values that are to be written."""
        seen: set[int] = set()
        stack = [(value, frozenset[int]()) for value in reversed(values)]
        budget = MAX_PARTS
        while stack and budget > 0:
            value, above = stack.pop()
            budget -= 1
            identity = value.object_id
            if identity is not None:
                if identity in above:
                    self._loops.add(identity)
                if identity in seen:
                    self._often.add(identity)
                    continue
                seen.add(identity)
                above |= {identity}
            if value.kind in ("class", "function", "module", "enum"):
                continue
            for _, key, member in value.entries():
                if isinstance(key, Value):
                    stack.append((key, above))
                stack.append((member, above))

    def name_of(self, value: Value) -> str | None:
        """The name that an object was written under."""
        return None if value.object_id is None else self._named.get(value.object_id)

    # -- values

    def holds_itself(self) -> bool:
        """Whether an object that was counted lies in itself."""
        return bool(self._loops)

    def source(self, value: Value, where: str) -> str:
        """An expression for a value; an error (`cannot-rebuild`) that says which part has none."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise refusal(f"{where} is too big to be written out")
        if value.kind == "iterator":
            raise refusal(f"{where} is a {one_line(value.type_name)}, which cannot be made again")
        if value.truncated:
            kind = one_line(value.type_name)
            raise refusal(f"only a part of {where} ({kind}) is in the recording")
        if value.uncertain:
            raise refusal(f"the contents of {where} may have changed unseen")
        if value.is_scalar:
            return _scalar(value.data)
        if value.kind == "tuple":
            inner = [self.source(each, f"{where}[{key}]") for _, key, each in value.entries()]
            return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
        identity = value.object_id
        if identity is None:
            raise refusal(f"{where} ({one_line(value.type_name)}) cannot be rebuilt")
        if identity in self._named:
            return self._named[identity]
        if identity in self._open:
            raise refusal(f"{where} contains itself")
        if identity in self._loops and value.kind in ("list", "dict", "instance"):
            return self._looped(value, where, identity)
        self._open.add(identity)
        try:
            text = self._object(value, where)
        finally:
            self._open.discard(identity)
        single = value.kind in ("class", "function", "module", "enum")
        return self._name(identity, text) if identity in self._often and not single else text

    def _name(self, identity: int, text: str) -> str:
        name = f"{self._prefix}_{len(self._named) + 1}"
        self._named[identity] = name
        self.lines.append(f"{name} = {text}")
        return name

    def _looped(self, value: Value, where: str, identity: int) -> str:
        """An object that holds itself: first made, then filled."""
        plain = value.module in ("", "builtins") and value.type_name == value.kind
        if value.kind == "instance":
            name = self._name(identity, f"object.__new__({self._kind_of(value, where)})")
        elif plain:
            name = self._name(identity, "[]" if value.kind == "list" else "{}")
        else:
            raise refusal(f"{where} contains itself")
        for role, key, member in value.entries():
            if role == "attr":
                text = self.source(member, f"{where}.{key}")
                self.lines.append(f"object.__setattr__({name}, {str(key)!r}, {text})")
            elif role == "pair":
                index = self.source(key, f"a key of {where}")
                text = self.source(member, f"{where}[{key.summary(20)}]")
                self.lines.append(f"{name}[{index}] = {text}")
            else:
                self.lines.append(f"{name}.append({self.source(member, f'{where}[{key}]')})")
        return name

    def _unnumbered(self, value: Value, where: str) -> str:
        """Attributes of an `os.stat_result` that are none of its items, as a dict."""
        if value.type_name != "stat_result":
            return ""
        pairs = [
            f"{str(key)!r}: {self.source(member, f'{where}.{key}')}"
            for role, key, member in value.entries()
            if role == "attr" and str(key) not in STAT_ITEMS
        ]
        return f"{{{', '.join(pairs)}}}"

    def _object(self, value: Value, where: str) -> str:
        kind, module, name = value.kind, value.module, value.type_name
        if kind == "enum":
            return self._enum(value, where)
        if kind in ("class", "function", "module", "method"):
            return self._definition(value, where)
        if kind == "range":
            inner = [self.source(each, where) for _, _, each in value.entries()]
            if name in ("range", "slice"):
                return f"{name}({', '.join(inner)})"
        if kind == "bytearray" and name == kind and isinstance(value.raw_text, bytes):
            return f"bytearray({bytes(value.raw_text)!r})"
        if kind in _CONTAINERS and name == kind:
            return self._container(value, where)
        if kind == "dict" and module in ("", "builtins", "collections"):
            return self._dict(value, where)
        if kind == "namedtuple":
            inner = [self.source(e, f"{where}[{k}]") for r, k, e in value.entries() if r == "item"]
            made = self.class_of(value, where)
            node = class_node(self.rec.syntax.tree(self.module), name)
            if made.startswith("module.") and node is None:
                return f"{made}({', '.join(inner)})"
            if made in SEQUENCES:
                more = self._unnumbered(value, where)
                return f"{made}([{', '.join(inner)}]{f', {more}' if more else ''})"
            return f"tuple.__new__({made}, [{', '.join(inner)}])"
        if kind == "exception":
            return self._filled(value, where, "BaseException")
        if kind == "value":
            return self._value(value, where)
        if (module, name) == ("array", "array") and (code := value.attr("typecode")) is not None:
            self.imports.add("array")
            inner = [self.source(e, where) for r, _, e in value.entries() if r == "item"]
            return f"array.array({code.data!r}, [{', '.join(inner)}])"
        if kind in ("instance", "opaque"):
            return self._instance(value, where)
        if kind in ("list", "set", "frozenset", "deque", "dict"):
            base = "collections.deque" if kind == "deque" else kind
            return self._filled(value, where, base)
        raise refusal(f"{where} ({one_line(name)}) cannot be rebuilt")

    def _container(self, value: Value, where: str) -> str:
        inner = [self.source(e, f"{where}[{k}]") for r, k, e in value.entries() if r == "item"]
        if value.kind == "set" and not inner:
            return "set()"
        if value.kind == "deque":
            self.imports.add("collections")
            limit = value.attr("maxlen")
            if limit is not None and limit.data is not None:
                return f"collections.deque([{', '.join(inner)}], maxlen={limit.data!r})"
        return _CONTAINERS[value.kind].format(", ".join(inner))

    def _dict(self, value: Value, where: str) -> str:
        pairs = [
            f"{self.source(key, f'a key of {where}')}: "
            f"{self.source(member, f'{where}[{key.summary(20)}]')}"
            for role, key, member in value.entries()
            if role == "pair"
        ]
        text = "{" + ", ".join(pairs) + "}"
        if value.type_name == "dict":
            return text
        self.imports.add("collections")
        if value.type_name == "defaultdict":
            factory = value.attr("default_factory")
            made = "None" if factory is None else self.source(factory, f"{where}.default_factory")
            return f"collections.defaultdict({made}, {text})"
        if value.type_name in ("OrderedDict", "Counter"):
            return f"collections.{value.type_name}({text})"
        raise refusal(f"{where} ({one_line(value.type_name)}) cannot be rebuilt")

    def _enum(self, value: Value, where: str) -> str:
        kind = self.class_of(value, where)
        name, number = value.attr("_name_"), value.attr("_value_")
        names = name.data.split("|") if name is not None and isinstance(name.data, str) else []
        if names and all(is_name(each) for each in names):
            members = [f"{kind}.{each}" for each in names]
            return members[0] if len(members) == 1 else f"({' | '.join(members)})"
        if number is None or not kind.startswith("module."):
            raise refusal(f"{where} ({one_line(value.type_name)}) cannot be rebuilt")
        return f"{kind}({self.source(number, where)})"

    def _definition(self, value: Value, where: str) -> str:
        """A class, function, module or bound method, by its name."""
        if value.kind == "method":
            owner, function = value.attr("__self__"), value.attr("__func__")
            name = (function.text or "").rpartition(".")[2] if function is not None else ""
            if owner is not None and is_name(name) and not name.startswith("__"):
                return f"{self.source(owner, where)}.{name}"
            raise refusal(f"{where} (a method) cannot be rebuilt")
        text = value.raw_text if isinstance(value.raw_text, str) else ""
        if value.kind == "module":
            found = self._module_name(text)
            if found:
                return found
        elif value.kind == "class" and isinstance(getattr(builtins, text, None), type):
            return text
        elif is_dotted(text) and (owner_module := self._defined_in(value.kind, text)):
            return f"{owner_module}.{text}"
        shown = f"the {value.kind} {one_line(text, 60)}" if text else value.kind
        raise refusal(f"{where} is {shown}, which a test cannot name")

    def _defined_in(self, kind: str, qualname: str) -> str:
        """The one recorded module that defines a class or function of that name."""
        program = self.rec.program
        kinds = ("class",) if kind == "class" else ("function", "generator", "coroutine")
        owners = {
            each.module
            for each in program.functions()
            if each.qualname == qualname and each.kind in kinds
        }
        return self.module_source(owners.pop()) if len(owners) == 1 else ""

    def module_source(self, number: int) -> str:
        """What the test calls a recorded module."""
        if number == self.module:
            return "module"
        return self._module_name(str(self.rec.file.modules[number].get("modname", "")))

    def _module_name(self, name: str) -> str:
        if name == str(self.rec.file.modules[self.module].get("modname", "")):
            return "module"
        if name == "__main__" or not is_dotted(name):
            return ""
        self.imports.add(name)
        return name

    def class_of(self, value: Value, where: str) -> str:
        """The class of a value, as an expression."""
        kind = value.type_name
        if value.module in ("", "builtins") and isinstance(getattr(builtins, kind, None), type):
            return kind
        owner = self._module_name(value.module)
        number = self._number_of(value.module)
        known = number is None or self._has(number, kind.partition(".")[0])
        if not owner or not is_dotted(kind) or not known:
            raise refusal(f"{where} is a {one_line(kind)}, a class that a test cannot name")
        return f"{owner}.{kind}"

    def _number_of(self, modname: str) -> int | None:
        names = [str(each.get("modname", "")) for each in self.rec.file.modules]
        return names.index(modname) if modname in names else None

    def _has(self, module: int, name: str) -> bool:
        """Whether a module has a variable of that name."""
        return name in self.rec.program.function(module, 0).variables

    def _kind_of(self, value: Value, where: str) -> str:
        """The class of an instance, if its state is all in its attributes."""
        number, name = self._number_of(value.module), one_line(value.type_name)
        if number is None:
            raise refusal(f"{where} is a {name}, which is not recorded code")
        node = class_node(self.rec.syntax.tree(number), value.type_name)
        for base in node.bases if node is not None else ():
            text = ast.unparse(base).partition("[")[0]
            if text not in _ABSTRACT and not self._recorded_class(text):
                raise refusal(f"{where} is a {name}: its base {text} is not recorded code")
        return self.class_of(value, where)

    def _recorded_class(self, text: str) -> bool:
        name = text.rpartition(".")[2]
        return any(each.kind == "class" and each.name == name for each in self._functions())

    def _functions(self) -> Any:
        return self.rec.program.functions()

    def _instance(self, value: Value, where: str) -> str:
        module, name = value.module, value.type_name
        owner = module.partition(".")[0]
        text = value.raw_text if isinstance(value.raw_text, str) else known_text(value)
        if name in FROM_TEXT.get(owner, ()) and text is not None:
            if isinstance(text, CutText):
                raise refusal(f"only a part of {where} ({name}) is in the recording")
            self.imports.add(owner)
            return f"{owner}.{name}({text!r})"
        inner = {str(key): each for role, key, each in value.entries() if role == "attr"}
        if (module, name) in _NAMESPACES:
            self.imports.add(module)
            return f"{_NAMESPACES[module, name]}({', '.join(self._attributes(inner, where))})"
        if (module, name) == ("fractions", "Fraction") and _FRACTION.fullmatch(value.text or ""):
            self.imports.add(module)
            return f"fractions.Fraction({(value.text or '').replace('/', ', ')})"
        if (module, name) == ("functools", "partial") and {"func", "args", "keywords"} <= set(
            inner
        ):
            self.imports.add(module)
            made = [self.source(inner[key], f"{where}.{key}") for key in inner]
            return f"functools.partial({made[0]}, *{made[1]}, **{made[2]})"
        if value.kind == "opaque":
            if name == "object" and not inner:
                return "object()"
            raise refusal(f"{where} ({one_line(name)}) cannot be rebuilt")
        kind = self._kind_of(value, where)
        if any(role != "attr" for role, _, _ in value.entries()):
            raise refusal(f"{where} ({one_line(name)}) has contents of its own")
        self.makes = True
        return f"make({', '.join([kind, *self._attributes(inner, where)])})"

    def _attributes(self, inner: dict[str, Value], where: str) -> list[str]:
        texts = {key: self.source(each, f"{where}.{key}") for key, each in inner.items()}
        odd = {key: text for key, text in texts.items() if not is_name(key)}
        plain = [f"{key}={text}" for key, text in texts.items() if key not in odd]
        if odd:
            plain.append("**{" + ", ".join(f"{key!r}: {text}" for key, text in odd.items()) + "}")
        return plain

    def _value(self, value: Value, where: str) -> str:
        """A date, number, pattern or the like, or an instance of a class over str, int, ..."""
        text = value.raw_text
        if isinstance(text, str) and not isinstance(text, CutText) and value.module in WRITTEN:
            made = written(text, value.module)
            if made:
                self.imports.add(value.module)
                return made
        if isinstance(text, str) and text.startswith("<built-in function "):
            name = text.removeprefix("<built-in function ").rstrip(">")
            if is_name(name) and hasattr(builtins, name):
                return name
        item = next((each for role, _, each in value.entries() if role == "item"), None)
        if item is not None and item.is_scalar and not isinstance(item.data, (CutText, CutBytes)):
            return self._filled(value, where, type(item.data).__name__)
        raise refusal(f"{where} ({one_line(value.type_name)}) cannot be rebuilt")

    def _filled(self, value: Value, where: str, base: str) -> str:
        """An instance of a subclass of a builtin type: its contents, then its attributes."""
        kind = self.class_of(value, where)
        items = [self.source(e, f"{where}[{k}]") for r, k, e in value.entries() if r == "item"]
        inner = {str(k): e for role, k, e in value.entries() if role == "attr" and k != "maxlen"}
        own = getattr(builtins, kind, None)
        raised = isinstance(own, type) and issubclass(own, BaseException)
        if base == "BaseException" and raised and not inner:
            return f"{kind}({', '.join(items)})"
        if base.startswith("collections"):
            self.imports.add("collections")
        given = ", ".join(items)
        mutable = base in ("list", "set", "dict", "collections.deque")
        if mutable:
            made = f"{base}.__new__({kind})"
        elif base == "frozenset":
            made = f"frozenset.__new__({kind}, [{given}])"
        else:
            made = f"{base}.__new__({', '.join([kind, *items])})"
        identity = value.object_id
        if identity is None or (not mutable and not inner):
            return made
        name = self._name(identity, made)
        if base == "dict":
            for role, key, member in value.entries():
                if role == "pair":
                    index = self.source(key, f"a key of {where}")
                    text = self.source(member, f"{where}[{key.summary(20)}]")
                    self.lines.append(f"dict.__setitem__({name}, {index}, {text})")
        elif mutable and items:
            method = "update" if base == "set" else "extend"
            self.lines.append(f"{base}.{method}({name}, [{given}])")
        for attribute in inner:
            text = self.source(inner[attribute], f"{where}.{attribute}")
            self.lines.append(f"object.__setattr__({name}, {attribute!r}, {text})")
        return name


def is_name(text: str) -> bool:
    """Whether a text can stand for a variable in source."""
    return text.isidentifier() and not keyword.iskeyword(text)


def is_dotted(text: str) -> bool:
    """Whether a text is a name, or names with dots between them."""
    return all(is_name(part) for part in text.split("."))


def written(text: str, module: str) -> str:
    """A recorded expression that makes a value of a module; empty: it would do something else."""
    try:
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            node.func = ast.Attribute(ast.Name(module), node.func.id)
        return ast.unparse(node) if _makes(node, module) else ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def _makes(node: ast.expr, module: str) -> bool:
    """Whether an expression is constants, flags of a module, and calls of what makes its values."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.BinOp):
        sides = _makes(node.left, module) and _makes(node.right, module)
        return isinstance(node.op, ast.BitOr) and sides
    if isinstance(node, ast.Call):
        inner = [*node.args, *(each.value for each in node.keywords)]
        named = all(each.arg is not None for each in node.keywords)
        called = ast.unparse(node.func) in [f"{module}.{each}" for each in WRITTEN[module]]
        return called and named and all(_makes(each, module) for each in inner)
    if not isinstance(node, ast.Attribute):
        return False
    text = ast.unparse(node)
    flag = isinstance(node.value, ast.Name) and node.value.id == module == "re"
    return text == "datetime.timezone.utc" or (flag and node.attr.isupper())


def _scalar(data: Any) -> str:
    if isinstance(data, float) and not math.isfinite(data):
        return f'float("{data}")'
    if isinstance(data, int) and abs(data) >> 4000 * 3:
        return hex(data)
    if isinstance(data, complex) and not (math.isfinite(data.real) and math.isfinite(data.imag)):
        return f"complex({_scalar(data.real)}, {_scalar(data.imag)})"
    return repr(data)
