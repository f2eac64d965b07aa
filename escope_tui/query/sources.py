"""Which expression of a statement gave a name, a part or a parameter its value."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from ..errors import EscopeError
from ..model.events import Write
from ..model.sites import STEP
from ..model.text import one_line
from .loops import find_loop
from .writes import same_value

if TYPE_CHECKING:
    from ..replay.names import Part
    from ..replay.recording import Replay
    from ..replay.tables import Function
    from .flow import Flow, Operand

Test = ast.If | ast.While | ast.For | ast.AsyncFor
MOVERS = ("insert", "pop", "remove", "sort", "reverse")
"""Methods of lists that move members."""
MOST_MOVED = 1000
SEQUENCES = ("list", "tuple")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def header(node: ast.AST | None) -> ast.AST | None:
    """What of a statement runs in its own step: of a compound statement, its header."""
    if isinstance(node, ast.For | ast.AsyncFor):
        return node.iter
    if isinstance(node, ast.While | ast.If):
        return node.test
    if isinstance(node, ast.With | ast.AsyncWith):
        return ast.Tuple([item.context_expr for item in node.items], ast.Load())
    if isinstance(node, ast.Match):
        return node.subject
    if isinstance(node, (*DEFINITIONS, ast.Try)):
        return None
    return node


def assigned(text: str, node: ast.Assign | ast.AnnAssign) -> ast.AST | None:
    """The part of an assignment's right side that a target got."""
    value = node.value
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        found = _unpacked(text, target, value)
        if found is not None:
            return found
    return value


def _unpacked(text: str, target: ast.expr, value: ast.expr | None) -> ast.AST | None:
    if not isinstance(target, ast.Tuple | ast.List) or not isinstance(value, ast.Tuple | ast.List):
        return None
    if len(target.elts) != len(value.elts):
        return None
    if any(isinstance(each, ast.Starred) for each in (*target.elts, *value.elts)):
        return None
    for left, right in zip(target.elts, value.elts, strict=True):
        if ast.unparse(left) == text:
            return right
        inner = _unpacked(text, left, right)
        if inner is not None:
            return inner
    # `xs[i], xs[j] = xs[j], xs[i]`: which of them is the part is not known by its text.
    return None


def kind_of(tree: ast.AST | None) -> str:
    """The kind of a hop, by the expression."""
    if tree is None:
        return "unknown"
    return {
        ast.Constant: "literal",
        ast.Name: "copy",
        ast.Attribute: "attribute",
        ast.Subscript: "item",
        ast.Call: "call",
        ast.Await: "call",
    }.get(type(tree), "computed")


def is_literal(tree: ast.AST | None) -> bool:
    """Whether an expression is written out: constants, displays and what is made of them."""
    if tree is None:
        return False
    return not any(
        isinstance(each, ast.Name | ast.Attribute | ast.Yield | ast.Await)
        and not _is_called(each, tree)
        for each in ast.walk(tree)
    )


_NOT_WRITTEN = frozenset(
    ["input", "open", "vars", "locals", "globals", "id", "next", "iter", "eval", "exec", "getattr"]
)


def _is_called(name: ast.AST, tree: ast.AST) -> bool:
    """Whether it is the function of a call that makes nothing but what its arguments say."""
    if isinstance(name, ast.Name) and (name.id in _NOT_WRITTEN or not hasattr(builtins, name.id)):
        return False
    return any(isinstance(each, ast.Call) and each.func is name for each in ast.walk(tree))


def mutation(node: ast.AST | None) -> ast.AST | None:
    """The arguments of a statement that is one method call, such as `rows.append(x)`."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        if isinstance(call.func, ast.Attribute):
            return ast.Tuple([*call.args, *(each.value for each in call.keywords)], ast.Load())
    return None


def container_part(rec: Replay, target: Part, tree: ast.AST, node: ast.AST | None) -> ast.AST:
    """Of an expression that made a container or an instance, what became one of its parts."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        written = {ast.Attribute: "attr", ast.Subscript: "item"}
        if any(written.get(type(each)) == target.role for each in targets):
            return tree
    if target.role == "item":
        passed = [
            each.value
            for each in ast.walk(tree)
            if isinstance(each, ast.keyword) and each.arg is not None and each.arg == target.key
        ]
        if len(passed) == 1:
            return passed[0]
        tree = _display(target, tree) or tree
        if isinstance(tree, ast.List | ast.Tuple) and isinstance(target.key, int):
            plain = not any(isinstance(each, ast.Starred) for each in tree.elts)
            if plain and 0 <= target.key < len(tree.elts) and not mutation(node):
                return tree.elts[target.key]
        if isinstance(tree, ast.Dict):
            for key, value in zip(tree.keys, tree.values, strict=True):
                if key is not None and _literal(key) == target.key:
                    return value
        return tree
    calls = _makers(target, tree)
    if len(calls) == 1:
        given = _field(rec, calls[0], target)
        if given is not None:
            return given
    if calls and all(is_literal(argument) for each in calls for argument in each.args):
        return ast.Constant(None)
    return tree


def _display(target: Part, tree: ast.AST) -> ast.AST | None:
    """The one display in an expression that can have made the container: an argument, say."""
    size = target.owner.size
    kinds = (ast.Dict,) if target.owner.kind == "dict" else (ast.List, ast.Tuple)
    found = [
        each
        for each in ast.walk(tree)
        if isinstance(each, kinds)
        and len(each.keys if isinstance(each, ast.Dict) else each.elts) == size
    ]
    return found[0] if len(found) == 1 else None


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ast


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _field(rec: Replay, call: ast.Call, target: Part) -> ast.AST | None:
    """The argument that a class without a recorded `__init__` (a dataclass) puts into a field."""
    for keyword in call.keywords:
        if keyword.arg == target.key:
            return keyword.value
    names = [_name(row) for row in _fields(rec, target)]
    if target.key not in names:
        return None
    place = names.index(target.key)
    starred = any(isinstance(each, ast.Starred) for each in call.args)
    return call.args[place] if place < len(call.args) and not starred else None


def _fields(rec: Replay, target: Part) -> list[ast.AnnAssign]:
    """The annotated names in the body of the owner's class."""
    name = target.owner.type_name.rpartition(".")[2]
    for module in range(len(rec.program.paths)):
        tree = rec.syntax.tree(module)
        for each in ast.walk(tree) if tree is not None else ():
            if isinstance(each, ast.ClassDef) and each.name == name:
                rows = (row for row in each.body if isinstance(row, ast.AnnAssign))
                found = [row for row in rows if isinstance(row.target, ast.Name)]
                if found:
                    return found
    return []


def _name(row: ast.AnnAssign) -> str:
    return row.target.id if isinstance(row.target, ast.Name) else ""


def field_default(rec: Replay, target: Part, tree: ast.AST) -> str:
    """What to say of a field that got the default of its class, as no argument was passed for it;
    empty where that is not so.
    """
    if target.role != "attr":
        return ""
    calls = _makers(target, tree)
    rows = [row for row in _fields(rec, target) if _name(row) == target.key]
    if not calls or len(rows) != 1 or rows[0].value is None:
        return ""
    for call in calls:
        loose = any(isinstance(each, ast.Starred) for each in call.args)
        if loose or any(each.arg is None for each in call.keywords) or _field(rec, call, target):
            return ""
    written = one_line(ast.unparse(rows[0].value), 80)
    return f"no argument was passed: this is the field's default, {written}, line {rows[0].lineno}"


def _makers(target: Part, tree: ast.AST) -> list[ast.Call]:
    """The calls in an expression that name the owner's class."""
    return [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.Call)
        and _last_name(each.func) == target.owner.type_name.rpartition(".")[2]
    ]


def member_operands(part: Part, tree: ast.AST | None, operands: list[Operand]) -> list[Operand]:
    """Of what a comprehension or `list()` read and called for each member, what is of one."""
    if part.role != "item" or not isinstance(part.key, int) or part.owner.kind not in SEQUENCES:
        return operands
    called = isinstance(tree, ast.Call) and _last_name(tree.func) in SEQUENCES
    each_gives_one = (
        isinstance(tree, ast.ListComp) and len(tree.generators) == 1 and not tree.generators[0].ifs
    )
    if not called and not each_gives_one:
        return operands
    by_name: dict[str, list[Operand]] = {}
    for each in operands:
        if each.child is not None:
            by_name.setdefault(each.text, []).append(each)
    place = part.key + (part.owner.size or 0) if part.key < 0 else part.key
    for same in [same for same in by_name.values() if len(same) == part.owner.size]:
        operands = [other for other in operands if other not in same or other is same[place]]
    return operands


def _definition(rec: Replay, function: Function) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    tree = rec.syntax.tree(function.module)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function.name:
            first = min((each.lineno for each in node.decorator_list), default=node.lineno)
            if first <= function.line <= node.lineno:
                return node
    return None


def _positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args)]


def rest_arguments(
    rec: Replay, function: Function, name: str, call: ast.AST, bound: bool
) -> ast.Tuple | None:
    """The arguments that a call passes for `*args` or `**kwargs`; None for any other parameter."""
    node = _definition(rec, function)
    if node is None or not isinstance(call, ast.Call):
        return None
    given, plain = node.args, _positional(node)
    named = {*plain, *(each.arg for each in given.kwonlyargs)}
    if given.vararg is not None and given.vararg.arg == name:
        loose = any(isinstance(each, ast.Starred) for each in call.args)
        return ast.Tuple(call.args[0 if loose else len(plain) - bound :], ast.Load())
    if given.kwarg is not None and given.kwarg.arg == name:
        return ast.Tuple([k.value for k in call.keywords if k.arg not in named], ast.Load())
    return None


def has_default(rec: Replay, function: Function, name: str) -> bool:
    """Whether a parameter may be left out; True where the definition is not known."""
    node = _definition(rec, function)
    if node is None:
        return True
    given, plain = node.args, _positional(node)
    optional = plain[len(plain) - len(given.defaults) :]
    pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return name in optional or any(each.arg == name and value for each, value in pairs)


def is_bound(flow: Flow, call: ast.AST, function: Function, step: int, frame: int) -> bool:
    """Whether a call passes the first parameter (`self`) unseen."""
    if function.variables[:1] and function.variables[0] not in ("self", "cls", "mcs"):
        return False
    func = call.func if isinstance(call, ast.Call) else None
    if isinstance(func, ast.Attribute):
        owner = flow.value(ast.unparse(func.value), step, frame)
        return owner is None or owner.kind != "class" or function.variables[0] != "self"
    if isinstance(func, ast.Name):
        called = flow.value(func.id, step, frame)
        return called is None or called.kind != "function"
    return True


def argument_of(text: str, call: ast.AST, function: Function, bound: bool) -> ast.AST | str | None:
    """The expression that a call passes for a parameter; "default" where it passes none; None where
    that cannot be told. `bound`: as `is_bound` tells.
    """
    if not isinstance(call, ast.Call):
        return call.value if isinstance(call, ast.Attribute | ast.Subscript) else None
    for keyword in call.keywords:
        if keyword.arg == text:
            return keyword.value
    if text not in function.variables:
        return None
    place = function.variables.index(text)
    if bound and place == 0:
        return call.func.value if isinstance(call.func, ast.Attribute) else None
    place -= bound
    if any(isinstance(each, ast.Starred) for each in call.args[: place + 1]):
        return None
    if 0 <= place < len(call.args):
        return call.args[place]
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    if any(isinstance(each, ast.Starred) for each in call.args):
        return None
    return "default"


def loop_member(
    rec: Replay,
    flow: Flow,
    text: str,
    node: ast.For | ast.AsyncFor,
    step: int,
    frame: int,
    shown: int,
) -> str | None:
    """The item of the container that a loop variable got: `rows[3]`, `prices['pen']`."""
    target, source = node.target, node.iter
    while isinstance(source, ast.Call):
        called = _last_name(source.func)
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
        if called == "items" and isinstance(source.func, ast.Attribute) and len(parts) == 2:
            if ast.unparse(parts[1]) != text:
                return None
            key = ast.unparse(parts[0])
            return _keyed(flow, source.func.value, key, step, frame, shown, text)
        if called == "enumerate" and len(parts) == 2 and source.args:
            target, source = parts[1], source.args[0]
        elif called == "zip" and len(parts) == len(source.args):
            pairs = zip(parts, source.args, strict=True)
            found = next((pair for pair in pairs if text in _bound_names(pair[0])), None)
            if found is None:
                return None
            target, source = found
        else:
            return None
    if ast.unparse(target) == text:
        return _indexed(rec, flow, source, step, frame, shown, text)
    return None


def _bound_names(target: ast.expr) -> list[str]:
    return [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]


def moved_member(rec: Replay, part: Part, write: Write, node: ast.AST | None) -> int | None:
    """Where in a list a member was before a statement that only moved it (`insert`, `sort`, a
    slice); None where it did not, or where that cannot be told.
    """
    if part.role != "item" or not isinstance(part.key, int) or part.owner.kind != "list":
        return None
    moved = isinstance(node, ast.Delete)
    if isinstance(node, ast.Assign):
        parts = [each for target in node.targets for each in ast.walk(target)]
        moved = any(isinstance(e, ast.Slice | ast.Tuple) for e in parts)
    for each in ast.walk(node) if isinstance(node, ast.Expr | ast.Assign) else ():
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            moved = moved or each.func.attr in MOVERS
    if not moved or write.value is None or write.visible <= 0:
        return None
    old = part.owner.at(write.visible - 1)
    if (old.size or 0) > MOST_MOVED:
        return None
    members = [member for role, _, member in old.entries() if role == "item"]
    places = [place for place, each in enumerate(members) if same_value(each, write.value)]
    new = part.owner.at(min(write.visible, len(rec)))
    now = [member for role, _, member in new.entries() if role == "item"]
    count = sum(same_value(each, write.value) for each in now)
    return places[0] if len(places) == count == 1 and places[0] != part.key else None


def _keyed(
    flow: Flow, owner: ast.expr, key: str, step: int, frame: int, shown: int, text: str
) -> str | None:
    found = flow.value(key, shown, frame)
    if found is None or not found.is_scalar or found.truncated:
        return None
    member = f"{ast.unparse(owner)}[{found.data!r}]"
    return member if _same(flow, member, step, text, shown, frame) else None


def _indexed(
    rec: Replay, flow: Flow, owner: ast.expr, step: int, frame: int, shown: int, text: str
) -> str | None:
    container = flow.value(ast.unparse(owner), step, frame)
    if container is None or container.kind not in ("list", "tuple"):
        return None
    loop = find_loop(rec, step)
    if loop is None or container.object_id is None:
        return None
    member = f"{ast.unparse(owner)}[{loop.iteration - 1}]"
    return member if _same(flow, member, step, text, shown, frame) else None


def _same(flow: Flow, member: str, step: int, text: str, shown: int, frame: int) -> bool:
    found, value = flow.value(member, step, frame), flow.value(text, shown, frame)
    if found is None or value is None:
        return False
    if found.object_id is not None or value.object_id is not None:
        return found.object_id == value.object_id
    try:
        return bool(found == value)
    except EscopeError:
        return False


def omissions(rec: Replay, text: str, write: Write) -> list[tuple[Test, int]]:
    """The loops and branches of the writing frame that ran after a write, would have written the
    name in their body, and did not; each with the step of its header.
    """
    info = rec.step_info(max(min(write.step, len(rec) - 1), 0))
    site = rec.program.site(info.site)
    statement = rec.syntax.statement(site)
    parents = rec.syntax.parents(site.module)
    scope: ast.AST | None = statement
    while scope is not None and not isinstance(scope, (*DEFINITIONS, ast.Module)):
        scope = parents.get(scope)
    if scope is None:
        return []
    found: list[tuple[Test, int]] = []
    for node in ast.walk(scope):
        if not isinstance(node, ast.If | ast.While | ast.For | ast.AsyncFor):
            continue
        if node.lineno <= site.line or not _writes(node, text):
            continue
        sites = frozenset(
            number
            for number, each in rec.program.module_sites(site.module, STEP, site.function)
            if (each.line, each.column) == (node.lineno, node.col_offset)
        )
        step = rec.next_site(write.step, 1, sites) if sites else -1
        if step < 0 or rec.step_info(step).frame != info.frame:
            continue
        after = rec.next_frame_step(step + 1, 1, info.frame)
        line = rec.program.site(rec.site_of(after)).line if after >= 0 else 0
        body = node.body
        if not body[0].lineno <= line <= (body[-1].end_lineno or body[-1].lineno):
            found.append((node, step))
    return found


def _writes(node: Test, text: str) -> bool:
    """Whether the body assigns to the name."""
    for statement in node.body:
        for each in ast.walk(statement):
            stored = isinstance(each, ast.Name | ast.Attribute | ast.Subscript) and isinstance(
                each.ctx, ast.Store
            )
            if stored and ast.unparse(each) == text:
                return True
    return False
