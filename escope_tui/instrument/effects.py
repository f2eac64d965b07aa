"""What calls and stores may change: roots, paths, and where each can be read."""

from __future__ import annotations

from escope_tui.instrument import names
from escope_tui.instrument.moving import Moving, Root
from escope_tui.instrument.scope import AFTER, BEFORE, INLINE
from escope_tui.instrument.tables import Effect, Path
from escope_tui.model.sites import Spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence
    from typing import Any
else:
    from escope_tui.instrument import tree as ast

_FRESH = (
    ast.Constant,
    ast.JoinedStr,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Tuple,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.Lambda,
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_ARITHMETIC = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift, ast.Add)


class Effects(Moving):
    """Finds out what an expression or a target touches."""

    def chain(self, node: ast.expr) -> Root | None:
        """The root and the attribute path of `name.attr.attr`, or None."""
        path: list[str] = []
        while isinstance(node, ast.Attribute):
            path.append(self.mangled(node.attr))
            node = node.value
        if isinstance(node, ast.Name):
            path.reverse()
            return node.id, tuple(path)
        return None

    def cached_reads(self, node: ast.expr) -> None:
        """Reading a cached property stores an attribute."""
        while isinstance(node, ast.Attribute):
            if node.attr in self.survey.cached_names:
                reached = self.chain(node.value)
                if reached is not None and self.mode(reached[0]) == AFTER:
                    self.touch("k", *reached)
            node = node.value

    def fresh(self, node: ast.expr) -> bool:
        """Whether the value of `node` is an object that no one else can know, or immutable."""
        while True:
            if isinstance(node, _FRESH):
                return True
            if isinstance(node, ast.BinOp):
                node = node.left
                if not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call):
                    return False
                continue
            if not isinstance(node, ast.Call):
                return False
            func = node.func
            if isinstance(func, ast.Name):
                return func.id in names.SCALARS and self.is_builtin(func.id)
            if not isinstance(func, ast.Attribute):
                return False
            node = func.value
            if not isinstance(node, ast.Constant | ast.JoinedStr | ast.Call):
                return False

    def roots(self, node: ast.expr, found: list[Root]) -> bool:
        """Add the roots by which the value of an argument can be reached.

        True if there are others, which may have no value when all is evaluated that is.
        """
        if isinstance(node, ast.Starred):
            node = node.value
        reached = self.chain(node)
        if reached is not None:
            self._add_root(reached, found)
            return False
        stack: list[tuple[ast.AST, bool]] = [(node, False)]
        own: set[str] = set()
        missed = False
        while stack:
            sub, perhaps = stack.pop()
            if isinstance(sub, ast.Constant | ast.Compare | ast.JoinedStr | ast.UnaryOp):
                continue
            if isinstance(sub, ast.BinOp) and isinstance(sub.op, _ARITHMETIC):
                sides = (sub.left, sub.right)
                if any(
                    isinstance(x, ast.Constant) and not isinstance(x.value, tuple) for x in sides
                ):
                    continue
            if isinstance(sub, ast.Name):
                if sub.id in own:
                    continue
                if perhaps and not self.sure(sub.id):
                    missed = True
                else:
                    self._add_root((sub.id, ()), found)
            elif isinstance(sub, _COMPREHENSIONS):
                own.update(_stored_in(sub))
                first = sub.generators[0].iter
                stack.append((first, perhaps))
                stack.extend((part, True) for part in _parts(sub) if part is not first)
            elif isinstance(sub, ast.BoolOp):
                stack.append((sub.values[0], perhaps))
                stack.extend((part, True) for part in sub.values[1:])
            elif isinstance(sub, ast.IfExp):
                stack += [(sub.test, perhaps), (sub.body, True), (sub.orelse, True)]
            elif isinstance(sub, ast.Call):
                if isinstance(sub.func, ast.Attribute):
                    stack.append((sub.func.value, perhaps))
                elif isinstance(sub.func, ast.Name):
                    if sub.func.id in names.SCALARS and self.is_builtin(sub.func.id):
                        continue
                else:
                    stack.append((sub.func, perhaps))
                stack.extend((part, perhaps) for part in sub.args)
                stack.extend((keyword.value, perhaps) for keyword in sub.keywords)
            elif isinstance(sub, ast.Subscript | ast.Attribute):
                stack.append((sub.value, perhaps))
            elif isinstance(sub, ast.Lambda):
                continue
            else:
                stack.extend((part, perhaps) for part in ast.iter_child_nodes(sub))
        return missed

    def _add_root(self, root: Root, found: list[Root]) -> None:
        name, path = root
        if root in found or name == "__class__":
            return
        if not path and self.is_builtin(name):
            return
        origin = self.origin(name)
        if origin is not None and (origin in names.PURE_MODULES or not path):
            return
        found.append(root)

    # Calls

    def call_effects(self, node: ast.Call) -> ast.expr:
        """Owe what a call may change; its parts are visited, wrapped where needed."""
        func = node.func
        if isinstance(func, ast.Name):
            return self._name_call(node, func)
        if isinstance(func, ast.Attribute):
            return self._method_call(node, func)
        node.func = self.wrap(self.expr(func), ("bc", 0, ()))
        self._each(node)
        return node

    def _name_call(self, node: ast.Call, func: ast.Name) -> ast.expr:
        name = func.id
        if self.is_builtin(name):
            if name == "getattr" and (self._dict_read(node) or self._read_by_name(node)):
                return node
            if name in names.NAMESPACE_CHANGERS:
                self.owe(Effect(("star",)))
            if name not in names.PURE:
                self._each(node)
                if name in names.ATTRIBUTE_CHANGERS:
                    self._module_changed(node)
                return node
            if name in names.CONSUMERS and name not in names.LAZY:
                self._iterated(node)
            inline: set[int] = set()
            effects = self.called_back(node, inline)
            for effect in effects or ():
                self.owe(effect)
                self.guard(effect.names()[0], ())
            if effects is not None:
                self.owe(Effect(("y",)))
            self._visit_arguments(node, inline)
            if name == "vars" and len(node.args) == 1 and node is not self.here.used:
                node.args[0] = self.wrap(node.args[0], ("e", "__dict__"))
            elif name == "map" and self._reads_dict(node):
                node.args[1] = self.wrap(node.args[1], ("e", "__dict__", 1))
            return node
        if self._known_callee(name):
            self._visit_arguments(node)
            return node
        found, inline = self._argument_roots(node)
        wanted = [name, *(root for root, _ in found)]
        modes = self._modes(wanted)
        paths = tuple(path for _, path in found)
        if INLINE not in modes:
            self._owe_call(("c", len(found), paths), wanted, BEFORE in modes)
            self._visit_arguments(node, inline)
        else:
            self._each(node)
            if self.mode(name) == INLINE and name in (
                self.survey.aliases | self.survey.inner_bound
            ):
                node.func = self.wrap(func, ("bt", ()))
            elif self.vanishes(name):
                node.func = self.wrap(func, ("bc", 0, ()))
        for root, path in found:
            self.guard(root, path)
        return node

    def _module_changed(self, node: ast.Call) -> None:
        """`setattr(sys.modules[name], ...)`: it may be a module, which no root tells of."""
        if not node.args or isinstance(node.args[0], ast.Starred):
            return
        reached = self.chain(node.args[0])
        if reached is None or self.origin(reached[0]) is not None:
            node.args[0] = self.wrap(node.args[0], ("bt", ()))

    def _of_import(self, given: list[ast.expr]) -> bool:
        """Whether the first of these is an imported name, such as that of a module."""
        reached = self.chain(given[0]) if given else None
        return reached is not None and self.origin(reached[0]) is not None

    def _dict_read(self, node: ast.Call) -> bool:
        """`object.__getattribute__(self, "__dict__")`: who has that dict can change the object."""
        if len(node.args) not in (2, 3) or isinstance(node.args[0], ast.Starred):
            return False
        if not isinstance(node.args[1], ast.Constant) or node.args[1].value != "__dict__":
            return False
        node.args[0] = self.wrap(self.expr(node.args[0]), ("e", "__dict__"))
        node.args[2:] = [self.expr(default) for default in node.args[2:]]
        return True

    def _read_by_name(self, node: ast.Call) -> bool:
        """`getattr(o, name)`: only `name` tells whether it is the `__dict__` that is read."""
        if len(node.args) not in (2, 3) or node.keywords:
            return False
        reached = self.chain(node.args[0])
        if reached is None or isinstance(node.args[1], ast.Constant | ast.Starred):
            return False
        root, path = reached
        if self.is_builtin(root) or self.vanishes(root) or root == "__class__":
            return False
        if self.origin(root) is not None and not path:
            return False
        first, name, *rest = node.args
        name = self.wrap(self.expr(name), ("en", path), Effect((), root))
        node.args = [self.expr(first), name, *map(self.expr, rest)]
        return True

    def _reads_dict(self, node: ast.Call) -> bool:
        """Whether a `map` gives the `__dict__` of each item of its second argument."""
        if len(node.args) != 2 or isinstance(node.args[1], ast.Starred):
            return False
        function = node.args[0]
        if isinstance(function, ast.Name):
            return function.id == "vars" and self.is_builtin("vars")
        return isinstance(function, ast.Call) and any(
            isinstance(item, ast.Constant) and item.value == "__dict__" for item in function.args
        )

    def from_elsewhere(self, node: ast.expr) -> bool:
        """Whether the value may be an object that code which is not recorded keeps."""
        while isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Attribute):
            reached = self.chain(node)
            origin = None if reached is None else self.origin(reached[0])
            return origin is not None and origin not in names.PURE_MODULES
        if not isinstance(node, ast.Call):
            return False
        func = node.func
        if isinstance(func, ast.Name):
            return not self.is_builtin(func.id) and not self._known_callee(func.id)
        if isinstance(func, ast.Attribute):
            return func.attr not in names.HARMLESS_METHODS | names.CHANGERS
        return True

    def handed(self, node: ast.expr, *targets: ast.expr) -> None:
        """Owe a look at what `targets` get from `node`, if that may have other holders."""
        if not self.from_elsewhere(node):
            return
        for target in targets:
            if any(isinstance(sub, ast.Name) for sub in ast.walk(target)):
                self.owe(Effect(("h",)))

    def _plain_function(self, node: ast.expr) -> bool:
        """Whether a function is recorded, or changes nothing that it is given."""
        if isinstance(node, ast.Lambda | ast.Constant):
            return True
        if isinstance(node, ast.Call):
            reached = self.chain(node.func)
            origin = None if reached is None else self.origin(reached[0])
            made = ".".join((origin, *reached[1])) if origin and reached else None
            return made in names.PURE_MAKERS
        reached = self.chain(node)
        if reached is None:
            return False
        name, path = reached
        if self.is_builtin(name):
            return not path or name in names.SCALARS
        return not path and self._known_callee(name)

    def called_back(self, node: ast.Call, inline: set[int]) -> list[Effect] | None:
        """What a builtin changes that calls a function with what it is given: None for others.

        Arguments whose names cannot be read after the statement are added to `inline`.
        """
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in names.MAPPERS:
            function = node.args[0] if node.args else None
            given = node.args[1:]
        else:
            keys = [k.value for k in node.keywords if k.arg == "key"] if name in names.KEYED else []
            function = keys[0] if keys else None
            given = node.args
        if function is None or self._plain_function(function):
            return None
        found: list[Root] = []
        missed = False
        reached = self.chain(function)
        for item in given if reached is not None else [*given, function]:
            missed = self.roots(item, found) or missed
        wanted = [root for root, _ in found]
        wanted[:0] = [] if reached is None else [reached[0]]
        moves = any(self.overwrites(path) for _, path in found)
        if missed or moves or any(self.mode(item) != AFTER for item in wanted):
            inline.update(map(id, (function, *given)))
            return []
        origin = None if reached is None else self.origin(reached[0])
        if reached is None or origin in names.CHANGING_MODULES:
            return [Effect(("t", path), root) for root, path in found]
        paths = tuple(path for _, path in found)
        if reached[1]:
            *path, method = reached[1]
            return [Effect(("m", method, tuple(path), len(found), paths), *wanted)]
        return [Effect(("c", len(found), paths), *wanted)]

    def _known_callee(self, name: str) -> bool:
        """Whether all that a call of `name` does is recorded where it happens, or harmless."""
        known = self.survey.known_definition(name)
        if isinstance(known, ast.FunctionDef | ast.AsyncFunctionDef):
            return not known.decorator_list
        if isinstance(known, ast.ClassDef):
            return self.plain_class(known)
        origin = self.origin(name)
        return origin is not None and origin.rpartition(".")[0] in names.PURE_MODULES

    def plain_class(self, node: ast.ClassDef, depth: int = 0) -> bool:
        """Whether a class is made of recorded code and of builtin exceptions alone."""
        if node.decorator_list or node.keywords or depth > 20:
            return False
        for base in node.bases:
            if not isinstance(base, ast.Name):
                return False
            if self.is_builtin(base.id):
                if base.id != "object" and base.id not in names.PURE - names.CONSUMERS:
                    return False
                continue
            known = self.survey.known_definition(base.id)
            if not isinstance(known, ast.ClassDef) or known is node:
                return False
            if not self.plain_class(known, depth + 1):
                return False
        return True

    def _method_call(self, node: ast.Call, func: ast.Attribute) -> ast.expr:
        method = self.mangled(func.attr)
        if self.survey.cached_names:
            self.cached_reads(func.value)
        reached = self.chain(func.value)
        if (
            reached is None
            or self.overwrites(reached[1])
            or self.moves(reached, *_arguments(node))
            or (reached[1][-1:] == ("__dict__",) and self.origin(reached[0]))
        ):
            self._other_receiver(node, func, method)
            return node
        name, path = reached
        here = self.here
        if method == "__getattribute__" and self._dict_read(node):
            return node
        if name == here.first and not path and func.attr in here.methods and not here.inline:
            self._visit_arguments(node)
            return node
        origin = self.origin(name)
        found, inline = self._argument_roots(node)
        module = origin and ".".join((origin, *path))
        changes = method in names.ATTRIBUTE_METHODS
        if module and (module in names.PURE_MODULES or not (found or changes)):
            self._visit_arguments(node, inline)
            return node
        if changes and name == "object" and self._of_import(node.args[:1]):
            self._visit_arguments(node, inline)
            self._module_changed(node)
            return node
        wanted = [name, *(root for root, _ in found)]
        modes = self._modes(wanted)
        if INLINE not in modes:
            paths = tuple(item for _, item in found)
            spec = ("m", method, path, len(found), paths)
            if BEFORE in modes or not self._owe_mutator(node, spec, wanted):
                self._owe_call(spec, wanted, BEFORE in modes)
            self._visit_arguments(node, inline)
        else:
            mode = self.mode(name)
            told: list[Root] = []
            if mode == INLINE and here.kind != "class":
                told = self._receiver(node, func, method)
            elif mode == INLINE:
                func.value = self.wrap(func.value, ("rm", method))
            else:
                self._owe_call(("m", method, path, 0, ()), [name], mode == BEFORE)
            self._arguments_of_method(node, method, told)
        self.guard(name, path)
        for root, item in found:
            self.guard(root, item)
        return node

    def _owe_mutator(self, node: ast.Call, spec: tuple[Any, ...], wanted: list[str]) -> bool:
        """Owe a method that may change one item, with the value of its first argument.

        What it did is told by the number of items, so there may be but one in a statement, and
        "ms" says that a store may have changed the number too.
        """
        here = self.here
        _, method, path, count, paths = spec
        least, most = names.MUTATORS.get(method, (1, 0))
        others = [known for known in here.after if known.plain is not None]
        for known in others:
            plain = known.plain
            assert plain is not None
            known.spec, known.arguments, known.key = plain.spec, plain.arguments, plain.key
            known.plain = None
        if others or here.mutators or node.keywords or not least <= len(node.args) <= most:
            here.mutators += 1
            return False
        here.mutators += 1
        plain = Effect(spec, *wanted)
        kind = "ms" if here.stores else "mk"
        if not node.args:
            self.owe(Effect((kind, method, path, 0, ()), wanted[0], plain=plain))
            return True
        key: str | ast.expr = node.args[0]
        key_path: Path = ()
        reached = self.chain(node.args[0])
        if reached is not None:
            key, key_path = reached
            if self.mode(key) != AFTER or self.is_builtin(key) or self.overwrites(key_path):
                return False
        elif not self._simple_key(node.args[0]):
            return False
        told = (kind, method, path, count + 1, (key_path, *paths))
        self.owe(Effect(told, wanted[0], key, *wanted[1:], plain=plain))
        return True

    def stores_item(self) -> None:
        """The statement stores or deletes an item, before or after a method that may change one."""
        here = self.here
        here.stores = True
        for known in here.after:
            if known.spec[:1] == ("mk",):
                known.spec = ("ms", *known.spec[1:])
                known.key = (known.spec, known.key[1])

    def _simple_key(self, node: ast.expr) -> bool:
        """Whether a key can be read once more after the statement."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, int | str | bytes | None)
        if isinstance(node, ast.Tuple):
            return all(self._simple_key(item) for item in node.elts)
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)
        return (
            isinstance(node, ast.Name)
            and self.mode(node.id) == AFTER
            and not self.is_builtin(node.id)
        )

    def _other_receiver(self, node: ast.Call, func: ast.Attribute, method: str) -> None:
        value = func.value
        if _is_super(value) and self.is_builtin("super"):
            self._super_call(node, func, method)
            return
        fresh = self.fresh(value)
        func.value = self.used(value)
        told = [] if fresh else self._receiver(node, func, method)
        self._arguments_of_method(node, method, told)

    def _receiver(self, node: ast.Call, func: ast.Attribute, method: str) -> list[Root]:
        """Wrap the receiver of a call; returns the roots of arguments that are told with it.

        Only the receiver tells whether the method is recorded, and whether they are looked at.
        """
        here = self.here
        frame = here.frame
        told, _ = self._argument_roots(node)
        if here.comprehensions or not all(
            name in frame.own or frame.reads_global(name) for name, _ in told
        ):
            told = [root for root in told if self.sure(root[0])]
        spec: Spec = ("rm", method)
        if told:
            spec = ("rm", method, len(told), tuple(path for _, path in told))
        func.value = self.wrap(func.value, spec, *[Effect((), name) for name, _ in told])
        return told

    def used(self, node: ast.expr) -> ast.expr:
        """Visit the object that a method is called on or an item stored in.

        The `__dict__` of an instance stands for the instance, which is looked at afterwards.
        """
        here = self.here
        if isinstance(node, ast.Attribute) and node.attr == "__dict__":
            kept, here.used = here.used, node
            node = self.expr(node)
            assert isinstance(node, ast.Attribute)
            reached = self.chain(node.value)
            module = reached is not None and self.origin(reached[0]) is not None
            node.value = self.wrap(node.value, ("bt" if module else "bk", ()))
            here.used = kept
            return node
        if _is_vars(node) and self.is_builtin("vars"):
            kept, here.used = here.used, node
            node = self.expr(node)
            assert isinstance(node, ast.Call)
            node.args[0] = self.wrap(node.args[0], ("bk", ()))
            here.used = kept
            return node
        return self.expr(node)

    def _arguments_of_method(self, node: ast.Call, method: str, told: Sequence[Root] = ()) -> None:
        if method in names.ITERATING_METHODS:
            self._iterated(node)
            self._visit_arguments(node)
        elif method in names.HARMLESS_METHODS:
            self._visit_arguments(node)
        else:
            self._each(node, told)

    def _super_call(self, node: ast.Call, func: ast.Attribute, method: str) -> None:
        """`super().method()`: only the object's class tells which method that is."""
        func.value = self.expr(func.value)
        self._arguments_of_method(node, method, self._receiver(node, func, method))

    def _modes(self, wanted: list[str]) -> set[int]:
        """Where names can be read; what is to be read before the statement must surely be bound."""
        modes = {self.mode(name) for name in wanted}
        if BEFORE in modes and not all(self.sure(name) for name in wanted):
            modes.add(INLINE)
        return modes

    def _owe_call(self, spec: tuple[object, ...], wanted: list[str], before: bool) -> None:
        if before:
            self.owe(Effect((f"b{spec[0]}", *spec[1:]), *wanted), before=True)
        else:
            self.owe(Effect(spec, *wanted))

    def _inline(self, root: Root) -> bool:
        """Whether what a root leads to can only be told where it is evaluated."""
        name, path = root
        return self.mode(name) == INLINE or self.overwrites(path)

    def _argument_roots(self, node: ast.Call) -> tuple[list[Root], set[int]]:
        """The roots of all arguments, and the arguments (by id) that must be wrapped instead."""
        found: list[Root] = []
        inline: set[int] = set()
        arguments = _arguments(node)
        end = -1  # found once, when it is asked for
        for index, argument in enumerate(arguments, 1):
            mine: list[Root] = []
            missed = self.roots(argument, mine)
            if end < 0 and any(map(self.may_move, mine)):
                end = self.calls_end(arguments)
            lost = [
                root for root in mine if self._inline(root) or (index < end and self.may_move(root))
            ]
            if missed or lost:
                inline.add(id(argument))
                mine = [root for root in mine if root not in lost]
            found += [root for root in mine if root not in found]
        return found, inline

    def _each(self, node: ast.Call, told: Sequence[Root] = ()) -> None:
        """Unknown code gets the arguments: each is examined on its own, but for what is told."""
        found, inline = self._argument_roots(node)
        for name, path in found:
            if (name, path) in told:
                self.guard(name, path)
            elif self.mode(name) == BEFORE:
                self.owe(Effect(("bt", path), name), before=True)
            else:
                self.touch("t", name, path)
        self._visit_arguments(node, inline)

    def _iterated(self, node: ast.Call) -> None:
        """The arguments are only iterated over."""
        for argument in _arguments(node):
            for effect in self.advanced(argument):
                self.owe(effect)

    def advanced(self, node: ast.expr) -> list[Effect]:
        """Names that may be iterators and that iterating over `node` advances."""
        found: list[Effect] = []
        stack = [node]
        gone = self.here.facts.deleted | self.survey.shared_deleted
        while stack:
            item = stack.pop()
            reached = self.chain(item)
            if reached is not None:
                name, path = reached
                if self.mode(name) == AFTER and name not in gone and not self.is_builtin(name):
                    found.append(Effect(("x", path), name))
            elif isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
                if item.func.id in names.LAZY and self.is_builtin(item.func.id):
                    stack.extend(item.args)
                    effects = self.called_back(item, set()) or ()
                    found += [e for e in effects if gone.isdisjoint(e.names())]
            elif isinstance(item, ast.Starred):
                stack.append(item.value)
        return found

    def _visit_arguments(self, node: ast.Call, inline: set[int] | None = None) -> None:
        for index, argument in enumerate(node.args):
            wrapped = inline and id(argument) in inline
            if isinstance(argument, ast.Starred):
                for effect in self.advanced(argument.value):
                    self.owe(effect)
                argument.value = self.expr(argument.value)
                if wrapped:
                    argument.value = self.wrap(argument.value, ("bt", ()))
                continue
            node.args[index] = self.expr(argument)
            if wrapped:
                node.args[index] = self.wrap(node.args[index], ("bt", ()))
        for keyword in node.keywords:
            wrapped = inline and id(keyword.value) in inline
            keyword.value = self.expr(keyword.value)
            if wrapped:
                keyword.value = self.wrap(keyword.value, ("bt", ()))

    # Filled in by the expression visitor

    def expr(self, node: ast.expr) -> ast.expr:
        """Visit an expression; returns what stands in its place."""
        raise NotImplementedError


def _parts(node: Any) -> list[ast.expr]:
    """The expressions of a comprehension."""
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    for generator in node.generators:
        parts += [generator.iter, *generator.ifs]
    return parts


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def _stored_in(node: ast.AST) -> set[str]:
    """The names that comprehensions inside `node` bind for themselves."""
    return {
        sub.id
        for sub in ast.walk(node)
        if isinstance(sub, ast.Name) and isinstance(sub.ctx, ast.Store)
    }


def _is_vars(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "vars"
        and len(node.args) == 1
        and not isinstance(node.args[0], ast.Starred)
    )


def _is_super(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )
