"""One walk over a module before it is rewritten: what each scope declares, and what may change."""

from __future__ import annotations

from escope_tui.instrument.names import LOCALS_CHANGERS, NAMESPACE_CHANGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any
else:
    from escope_tui.instrument import tree as ast

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_TRIES: tuple[type[ast.AST], ...] = (ast.Try, ast.TryStar)
_WITHS = (ast.With, ast.AsyncWith)


_MAKERS = frozenset(("__init__", "__new__", "__post_init__", "__setstate__"))
"""Methods that give an object its first attributes."""


class Facts:
    """What one function, lambda, class or module declares."""

    __slots__ = (
        "bound",
        "deleted",
        "dynamic",
        "globals",
        "handler_names",
        "late",
        "loaded",
        "makes",
        "methods",
        "nonlocals",
        "rebound",
        "stored",
        "walrus",
        "yields",
    )

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.deleted: set[str] = set()
        """Unbound somewhere: by `del`, or at the end of an `except ... as` clause."""
        self.handler_names: set[str] = set()
        self.stored: set[str] = set()
        """Bound by something else than an `except ... as` clause."""
        self.yields = False
        self.late = False
        """A `return` stands inside a `with` or a `try ... finally`."""
        self.rebound: set[str] = set()
        """Bound more than once."""
        self.walrus: set[str] = set()
        """Names bound by `:=`."""
        self.dynamic = False
        """Class bodies: variables may appear that no statement binds: `locals()`, `exec`."""
        self.loaded: set[str] = set()
        """Class bodies: names that the body itself reads."""
        self.makes = False
        """A method that stores the attributes of an object for the first time."""
        self.methods: set[str] = set()
        """Class bodies: names whose only binding is a plain, undecorated `def`."""


class Survey:
    """The facts of a whole module."""

    def __init__(self, tree: ast.Module) -> None:
        self.facts: dict[int, Facts] = {}
        self.inner_bound: set[str] = set()
        """Names bound in any function, lambda or comprehension."""
        self.class_bound: set[str] = set()
        self.shared_deleted: set[str] = set()
        """Names that a scope deletes in another scope (global, nonlocal) or in the module."""
        self.shared_written: set[str] = set()
        """Names that a scope writes in another scope."""
        self.vanishing: set[str] = set()
        """Names that a function deletes in another scope: while a statement there waits for it."""
        self.origins: dict[str, str] = {}
        """Imported names and the dotted names that they stand for."""
        self.other_names: set[str] = set()
        """Names that something else than an import binds."""
        self.bindings: dict[str, int] = {}
        """How often the module's own level binds a name."""
        self.definitions: dict[str, ast.AST] = {}
        """The module's own `def` and `class` statements by name."""
        self.aliases: set[str] = set()
        """Module names assigned from something that may be a bound method."""
        self.stored_attributes: set[str] = set()
        self.moving_attributes: set[str] = set()
        """Those that functions store at any time, not only when an object is made."""
        self.star = False
        self.texts = False
        """Annotations are kept as texts: `from __future__ import annotations`."""
        self.loaded: set[str] = set()
        """Names read anywhere."""
        self.passed: set[str] = set()
        """Names read anywhere but as what is called."""
        self.dynamic = False
        """Module variables may appear that no statement binds: `*` imports, exec, globals()."""
        self.cached_names: set[str] = set()
        """Methods that become attributes when they are read: cached properties."""
        self.unstable = False
        """Module variables may vanish by `exec("del ...")` or through `globals()`."""
        self.items_appear = False
        """A subscript load may add an item (defaultdict, __missing__)."""
        self._walk(tree)
        self.module = self.facts[id(tree)]
        for facts in self.facts.values():
            if facts is self.module:
                self.shared_deleted |= facts.deleted - facts.handler_names
                continue
            declared = facts.globals | facts.nonlocals
            self.shared_deleted |= facts.deleted & declared
            self.vanishing |= facts.deleted & declared
            self.shared_written |= facts.bound & declared

    def is_moving(self, name: str) -> bool:
        """Whether functions of the module store an attribute (its name mangled) at any time."""
        if name in self.moving_attributes:
            return True
        private = name.find("__", 1)
        return private > 0 and name[private:] in self.moving_attributes

    def _walk(self, tree: ast.Module) -> None:
        root = self.facts[id(tree)] = Facts()
        stack: list[tuple[ast.AST, Facts, str, bool]] = [(tree, root, "module", False)]
        pop, push = stack.pop, stack.append
        fields_of = ast.AST._fields
        while stack:
            node, facts, kind, guarded = pop()
            handler = _HANDLERS.get(type(node))
            if handler is not None:
                here = handler(self, node, facts, kind, guarded)
                if here is None:
                    continue
                for child, child_facts, child_kind, child_guarded in here:
                    push((child, child_facts, child_kind, child_guarded))
                continue
            for name in type(node)._fields or fields_of:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    for item in value:
                        if isinstance(item, ast.AST):
                            push((item, facts, kind, guarded))
                elif isinstance(value, ast.AST):
                    push((value, facts, kind, guarded))

    def bind(self, facts: Facts, kind: str, name: str, *, how: str = "stored") -> None:
        """Note that `name` is bound in a scope: "stored", "imported" or by a "handler"."""
        if name in facts.bound:
            facts.rebound.add(name)
        facts.bound.add(name)
        if how != "handler":
            facts.stored.add(name)
        if how != "imported" and kind != "class":
            self.other_names.add(name)
        if kind == "module":
            self.bindings[name] = self.bindings.get(name, 0) + 1
        elif kind == "class":
            self.class_bound.add(name)
        else:
            self.inner_bound.add(name)

    def known_definition(self, name: str) -> ast.AST | None:
        """The `def` or `class` of the module that a global `name` surely stands for."""
        node = self.definitions.get(name)
        if (
            node is None
            or self.bindings.get(name) != 1
            or name in self.inner_bound
            or name in self.shared_written
            or name in self.shared_deleted
            or self.star
        ):
            return None
        return node


_Work = list[tuple[ast.AST, Facts, str, bool]]


def _children(node: ast.AST, facts: Facts, kind: str, guarded: bool) -> _Work:
    return [(child, facts, kind, guarded) for child in ast.iter_child_nodes(node)]


def _function(survey: Survey, node: Any, facts: Facts, kind: str, guarded: bool) -> _Work:
    inner = survey.facts[id(node)] = Facts()
    name = getattr(node, "name", None)
    inner.makes = kind == "class" and name in _MAKERS
    work: _Work = []
    if name is not None:
        survey.bind(facts, kind, name)
        if kind == "module":
            survey.definitions[name] = node
        if kind == "class" and any(_is_cached(item) for item in node.decorator_list):
            survey.cached_names.add(name)
        work += [(item, facts, kind, guarded) for item in node.decorator_list]
        work += [(item, inner, "function", False) for item in getattr(node, "type_params", ())]
    args = node.args
    for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]:
        if arg is not None:
            survey.bind(inner, "function", arg.arg)
    for default in [*args.defaults, *args.kw_defaults]:
        if default is not None:
            work.append((default, facts, kind, guarded))
    if name is None:
        work.append((node.body, inner, "function", False))
    else:
        work += [(item, inner, "function", False) for item in node.body]
    return work


def _is_cached(decorator: ast.expr) -> bool:
    name = getattr(decorator, "id", None) or getattr(decorator, "attr", None) or ""
    return "cached" in name.lower()


def _class(survey: Survey, node: ast.ClassDef, facts: Facts, kind: str, guarded: bool) -> _Work:
    inner = survey.facts[id(node)] = Facts()
    survey.bind(facts, kind, node.name)
    if kind == "module":
        survey.definitions[node.name] = node
    counts: dict[str, int] = {}
    plain: set[str] = set()
    for item in node.body:
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            counts[item.name] = counts.get(item.name, 0) + 1
            if not item.decorator_list:
                plain.add(item.name)
        elif isinstance(item, ast.Assign | ast.AnnAssign | ast.ClassDef | ast.If | ast.Try):
            for sub in ast.walk(item):
                found = getattr(sub, "id", None) or getattr(sub, "name", None)
                if isinstance(found, str):
                    counts[found] = counts.get(found, 0) + 1
    inner.methods = {name for name in plain if counts[name] == 1}
    outer = [*node.decorator_list, *node.bases, *node.keywords, *getattr(node, "type_params", ())]
    work: _Work = [(item, facts, kind, guarded) for item in outer]
    return work + [(item, inner, "class", False) for item in node.body]


def _name(survey: Survey, node: ast.Name, facts: Facts, kind: str, guarded: bool) -> None:
    if isinstance(node.ctx, ast.Store):
        survey.bind(facts, kind, node.id)
    elif isinstance(node.ctx, ast.Del):
        facts.deleted.add(node.id)
        facts.bound.add(node.id)
    else:
        survey.passed.add(node.id)
        _loaded(survey, node, facts, kind)


def _loaded(survey: Survey, node: ast.Name, facts: Facts, kind: str) -> None:
    survey.loaded.add(node.id)
    if kind == "class":
        facts.loaded.add(node.id)
    facts.dynamic = facts.dynamic or node.id in LOCALS_CHANGERS
    if node.id in _ITEM_MAKERS:
        survey.items_appear = True
    elif node.id in NAMESPACE_CHANGERS:
        survey.dynamic = True


def _call(survey: Survey, node: ast.Call, facts: Facts, kind: str, guarded: bool) -> _Work:
    if not isinstance(node.func, ast.Name):
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in _REMOVERS and _is_globals(func.value):
            survey.unstable = True
        return _children(node, facts, kind, guarded)
    _loaded(survey, node.func, facts, kind)
    if node.func.id == "exec" and node.args and isinstance(node.args[0], ast.Constant):
        survey.unstable = survey.unstable or "del " in str(node.args[0].value)
    return [(item, facts, kind, guarded) for item in (*node.args, *node.keywords)]


def _attribute(
    survey: Survey, node: ast.Attribute, facts: Facts, kind: str, guarded: bool
) -> _Work:
    if node.attr in _ITEM_MAKERS:
        survey.items_appear = True
    if not isinstance(node.ctx, ast.Load):
        survey.stored_attributes.add(node.attr)
        if kind not in ("module", "class") and not facts.makes:
            survey.moving_attributes.add(node.attr)
    return [(node.value, facts, kind, guarded)]


def _subscript(
    survey: Survey, node: ast.Subscript, facts: Facts, kind: str, guarded: bool
) -> _Work:
    if isinstance(node.ctx, ast.Del) and _is_globals(node.value):
        survey.unstable = True
    return _children(node, facts, kind, guarded)


def _is_globals(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "globals"
    )


_REMOVERS = frozenset(("pop", "popitem", "clear", "__delitem__"))
_ITEM_MAKERS = frozenset(("defaultdict", "__missing__"))


def _assign(survey: Survey, node: ast.Assign, facts: Facts, kind: str, guarded: bool) -> _Work:
    if kind == "module" and not isinstance(node.value, ast.Constant | ast.Lambda):
        for target in node.targets:
            for sub in ast.walk(target):
                if isinstance(sub, ast.Name):
                    survey.aliases.add(sub.id)
    return _children(node, facts, kind, guarded)


def _comprehension(survey: Survey, node: ast.AST, facts: Facts, kind: str, guarded: bool) -> _Work:
    for generator in getattr(node, "generators", ()):
        for sub in ast.walk(generator.target):
            if isinstance(sub, ast.Name):
                survey.inner_bound.add(sub.id)
                survey.other_names.add(sub.id)
    work: _Work = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.comprehension):
            work += [(item, facts, kind, guarded) for item in [child.iter, *child.ifs]]
        else:
            work.append((child, facts, kind, guarded))
    return work


def _imports(
    survey: Survey, node: ast.Import | ast.ImportFrom, facts: Facts, kind: str, guarded: bool
) -> None:
    prefix = ""
    if isinstance(node, ast.ImportFrom):
        prefix = "." * node.level + (node.module or "") + "."
        if prefix == "__future__.":
            survey.texts = survey.texts or any(a.name == "annotations" for a in node.names)
    for alias in node.names:
        if alias.name == "*":
            survey.star = survey.dynamic = True
            continue
        if alias.name in _ITEM_MAKERS:
            survey.items_appear = True
        name = alias.asname or (alias.name if prefix else alias.name.partition(".")[0])
        origin = prefix + (alias.name if prefix or alias.asname else name)
        if survey.origins.setdefault(name, origin) != origin:
            survey.other_names.add(name)
        survey.bind(facts, kind, name, how="imported")


def _declaration(
    survey: Survey, node: ast.Global | ast.Nonlocal, facts: Facts, kind: str, guarded: bool
) -> None:
    (facts.globals if isinstance(node, ast.Global) else facts.nonlocals).update(node.names)


def _handler(
    survey: Survey, node: ast.ExceptHandler, facts: Facts, kind: str, guarded: bool
) -> _Work:
    if node.name is not None:
        survey.bind(facts, kind, node.name, how="handler")
        facts.handler_names.add(node.name)
        facts.deleted.add(node.name)
    return _children(node, facts, kind, guarded)


def _capture(survey: Survey, node: Any, facts: Facts, kind: str, guarded: bool) -> _Work:
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name is not None:
        survey.bind(facts, kind, name)
    return _children(node, facts, kind, guarded)


def _walrus(survey: Survey, node: ast.NamedExpr, facts: Facts, kind: str, guarded: bool) -> _Work:
    facts.walrus.add(node.target.id)
    return _children(node, facts, kind, guarded)


def _yield(survey: Survey, node: ast.AST, facts: Facts, kind: str, guarded: bool) -> _Work:
    facts.yields = True
    return _children(node, facts, kind, guarded)


def _return(survey: Survey, node: ast.Return, facts: Facts, kind: str, guarded: bool) -> _Work:
    if guarded:
        facts.late = True
    return _children(node, facts, kind, guarded)


def _try(survey: Survey, node: Any, facts: Facts, kind: str, guarded: bool) -> _Work:
    inside = guarded or bool(node.finalbody)
    work: _Work = [(item, facts, kind, guarded) for item in node.finalbody]
    for part in (node.body, node.handlers, node.orelse):
        work += [(item, facts, kind, inside) for item in part]
    return work


def _with(survey: Survey, node: Any, facts: Facts, kind: str, guarded: bool) -> _Work:
    work: _Work = [(item, facts, kind, guarded) for item in node.items]
    return work + [(item, facts, kind, True) for item in node.body]


def _annotated(
    survey: Survey, node: ast.AnnAssign, facts: Facts, kind: str, guarded: bool
) -> _Work:
    work: _Work = [(node.target, facts, kind, guarded)]
    if node.value is not None:
        work.append((node.value, facts, kind, guarded))
    return work


def _nothing(survey: Survey, node: ast.AST, facts: Facts, kind: str, guarded: bool) -> None:
    return None


_HANDLERS: dict[type[ast.AST], Any] = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _function,
    ast.ClassDef: _class,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.Constant: _nothing,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.Import: _imports,
    ast.ImportFrom: _imports,
    ast.Global: _declaration,
    ast.Nonlocal: _declaration,
    ast.ExceptHandler: _handler,
    ast.MatchAs: _capture,
    ast.MatchStar: _capture,
    ast.MatchMapping: _capture,
    ast.NamedExpr: _walrus,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Return: _return,
}
_HANDLERS.update(dict.fromkeys(_COMPREHENSIONS, _comprehension))
_HANDLERS.update(dict.fromkeys(_TRIES, _try))
_HANDLERS.update(dict.fromkeys(_WITHS, _with))


def is_type_alias(node: ast.AST) -> bool:
    """Whether `node` is a PEP 695 `type X = ...` statement."""
    return type(node).__name__ == "TypeAlias"
