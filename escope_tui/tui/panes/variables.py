"""The variables of the frame that the views follow, as a tree; what just changed is marked."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from ...model.text import one_line, safe_text
from ...model.values import Value
from ...session.formats import REPR, formats_of, lines_of
from ...session.inside import change_inside
from ...session.projection import View
from ...session.tree import Node, Path, Tree, heading, matches
from ...session.variables import (
    CHANGED,
    CLOSURE,
    DEFINITION,
    GLOBAL,
    INSIDE,
    LOCAL,
    MODULE,
    NEW,
    SAME,
    SCOPES,
    Variable,
    difference,
)
from ..widgets.lines import Part, fit, pad
from .base import Pane

NAME_WIDTH = 24
GLYPHS = {SAME: " ", NEW: "+", CHANGED: "●", INSIDE: "◦"}
HEADINGS = {
    CLOSURE: "Closure",
    GLOBAL: "Globals in use",
    MODULE: "Other globals",
    DEFINITION: "Functions, classes, imports",
}
NO_VALUE = "no value is selected: 2 goes to the variables, j and k to one of them"
LEAST_TYPED = 44
"""From this width on, rows end with the type where there is room."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A value that was kept to be compared with later and earlier ones."""

    path: Path
    label: str
    key: str
    value: Value
    step: int


class VariablesPane(Pane):
    """A tree over recorded values, unfolded on demand."""

    TITLE = "Variables"
    FILTERS = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._open: set[Path] = set()
        self._folded: set[Path] = {(MODULE,), (DEFINITION,)}
        self._formats: dict[Path, str] = {}
        self._pins: list[Pin] = []
        self._tree = Tree((), set())
        self._texts: dict[int, tuple[str, str, str]] = {}
        self._chosen: Path = ()
        self._name_width = 8
        self._width = 0

    # -- a new moment

    def show(self, view: View) -> None:
        self._rebuild()

    def on_resize(self) -> None:
        self._rebuild()

    def state(self) -> Hashable:
        return self._chosen

    def restore(self, state: Any) -> None:
        self._chosen = state
        self._rebuild()

    def _rebuild(self) -> None:
        if self.view is None:
            return
        self._tell_title(self.view)
        tops = list(self._tops(self.view))
        opened = self._open | set(self._formats)
        self._tree = Tree(tops, opened, self.needle.lower(), self._lines)
        self._texts.clear()
        self._name_width = self._wide_enough(self.view, tops)
        self.cursor = self._find()
        self.rows_counted()
        self.show_row(self.cursor)
        self.repaint()

    def _wide_enough(self, view: View, tops: Sequence[Node]) -> int:
        """The column of names has room for all that the function will have: values stand still.
        Half of the pane is theirs, and what a statement reads reaches into it on its own row.
        """
        names = [
            len(node.label) + 2 * node.depth
            for node in tops
            if node.value is not None and node.path[0] in SCOPES
        ]
        names += [len(path[-1]) + 2 * len(path) - 2 for path in self._open if len(path) > 1]
        known = view.source.names(view.frame.line) if view.source is not None else None
        if known is not None and view.frame.kind != "module":
            names += map(len, known[0])
        most = min(NAME_WIDTH, self.room // 2 - 3)
        return max(6, min(most, max(names, default=6)))

    def _tell_title(self, view: View) -> None:
        marked = sum(1 for v in view.variables if v.change != SAME and v.scope != MODULE)
        words = [f"{marked} changed"] if marked else []
        if self.needle:
            words.insert(0, f"only “{one_line(self.needle, 20)}”")
        function = fit(safe_text(view.frame.function), 40)
        self.set_title(f"Variables · {function}", " · ".join(words))

    def _find(self) -> int:
        found = self._tree.find(self._chosen) if self._chosen else None
        return min(self.cursor, max(0, self._tree.count - 1)) if found is None else found

    # -- the top rows

    def _tops(self, view: View) -> Iterator[Node]:
        if not self.needle and view.raised is not None:
            if view.raised.value is not None:
                yield _special("raises", "✖ raises", view.raised.value)
            else:
                said = one_line(f"{view.raised.type_name}: {view.raised.message}".rstrip(": "), 300)
                yield Node(("raises", ""), "✖ raises", 0, text=f"✖ raises  {said}")
            for place, (name, value) in enumerate(view.gave):
                label = f"← {safe_text(name)}()"
                yield Node(("gave", str(place)), label, 0, value, folds=value.expandable)
            for text, value in view.reads:
                if not text.isidentifier():
                    label = safe_text(text)
                    yield Node(("reads", label), label, 0, value, key=text, folds=value.expandable)
        # What a call gave stands below the locals, so that they do not jump at each call; above
        # them only where it would be out of sight.
        given = None if self.needle else _given(view)
        own = sum(1 for variable in view.variables if variable.scope == LOCAL)
        below = own + len(self._pins) + 2 < self.size.height
        if given is not None and not below:
            yield given
        for pin in self._pins:
            yield self._pinned(pin, view)
        scope = ""
        for variable in view.variables:
            if below and given is not None and variable.scope != LOCAL:
                yield given
                given = None
            if variable.scope != scope:
                scope = variable.scope
                if scope in HEADINGS:
                    yield heading(scope, HEADINGS[scope], opened=(scope,) not in self._folded)
            if (scope,) in self._folded and not self.needle:
                continue
            name = safe_text(variable.name)
            if self.needle and not matches(self.needle.lower(), name, variable.value):
                continue
            yield self._top(variable, name)
        if below and given is not None:
            yield given

    def _top(self, variable: Variable, name: str) -> Node:
        value = variable.value
        others = self.view.aliases.get(value.object_id or 0, ()) if self.view else ()
        other = next((each for each in others if each != variable.name), "")
        note = f"= {one_line(other, 30)}" if other else ""
        return Node(
            (variable.scope, name),
            name,
            1 if variable.scope in HEADINGS else 0,
            value,
            variable.change,
            variable.old,
            name,
            note,
            folds=value.expandable,
            inside=variable.inside,
        )

    def _pinned(self, pin: Pin, view: View) -> Node:
        """What was kept, beside what the same path holds now."""
        now = _resolve(view, pin.path)
        label = f"◆ {pin.label} @{pin.step:,}"
        path = ("pin", label)
        if now is None:
            return Node(path, label, 0, pin.value, note="not here now", folds=pin.value.expandable)
        change = difference(now, pin.value)
        return Node(path, label, 0, now, change, pin.value, pin.key, folds=now.expandable)

    def _lines(self, path: Path, value: Value) -> Sequence[str]:
        """The row in the format that was chosen for it."""
        name = self._formats.get(path)
        return lines_of(value, name, max(20, self.room - 6)) if name else ()

    # -- rows

    def row_count(self) -> int:
        return self._tree.count

    def _is_heading(self, node: Node | None) -> bool:
        return node is not None and node.value is None and node.text is None

    def nothing(self) -> str:
        if self.needle:
            return f"no variable has “{one_line(self.needle, 20)}”"
        return "no variable has a value yet" if self.view is not None else ""

    def row_style(self, row: int) -> str:
        return "heading" if self._is_heading(self._tree.at(row)) else ""

    def repaint(self) -> None:
        if self._width != self.room:
            self._width = self.room
            self._texts.clear()
        super().repaint()

    def row_key(self, row: int) -> Hashable:
        node = self._tree.at(row)
        state = (node.path, node.change, node.open, node.folds, node.text, self._name_width)
        return (*state, self._text(row, node))

    def _text(self, row: int, node: Node) -> tuple[str, str, str]:
        """What a row's value is, what it was (or what changed in it), and a word on it."""
        texts = self._texts.get(row)
        if texts is None:
            width = max(20, self._width)
            now = was = ""
            if node.value is not None:
                now = node.value.summary(width)
            if node.change == CHANGED and node.old is not None:
                was = node.old.summary(width)
            elif node.change == INSIDE and node.old is not None and node.value is not None:
                said = node.inside
                was = change_inside(node.value, node.old) if said is None else said
            texts = self._texts[row] = (now, was, self._formats.get(node.path) or node.note)
        return texts

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        node = self._tree.at(row)
        indent = "  " * node.depth
        if node.text is not None:
            style = "bad" if node.path == ("raises", "") else "text"
            return [(f"  {indent}{fit(node.text, width - len(indent) - 2)}", style)]
        fold = ("▾" if node.open else "▸") if node.folds else " "
        if node.value is None:
            return [(f" {fold} {node.label}", "heading")]
        now, was, note = self._text(row, node)
        changed = node.change != SAME
        label = f"{indent}{fold} {node.label}"
        wide = max(self._name_width + 3, min(cell_len(label) + 1, width // 2))
        name = pad(fit(label, wide - 1), wide)
        style = "bad" if node.path == ("raises", "") else "name"
        parts: list[Part] = [(GLYPHS[node.change], "changed" if changed else ""), (name, style)]
        room = width - 1 - cell_len(name)
        tail = f"  {note}" if note and room > len(note) + 12 else ""
        room -= len(tail)
        if was and node.change == INSIDE and room > 16:
            said = fit(was, room - 8)
            now = fit(now, room - cell_len(said) - 2)
            parts += [(now, "value"), ("  ", ""), (said, "changed")]
            room -= cell_len(now) + 2 + cell_len(said)
        elif was and was != now and room > 16:
            past = fit(was, max(6, room // 2 - 6))
            now = fit(now, room - len(past) - 8)
            parts += [(now, "changed"), ("   was ", "dim"), (past, "dim")]
            room -= cell_len(now) + 7 + cell_len(past)
        else:
            now = fit(now, room)
            parts.append((now, "changed" if changed else "value"))
            room -= cell_len(now)
        parts.append((tail, "dim"))
        kind = _type_text(node.value)
        if width >= LEAST_TYPED and kind and room >= len(kind) + 2:
            parts.append((kind.rjust(room), "type"))
        return parts

    # -- what a person does

    @property
    def selected(self) -> Node | None:
        return self._tree.at(self.cursor) if self._tree.count else None

    @property
    def expression(self) -> str:
        row = self.selected
        return row.key if row is not None else ""

    def cursor_moved(self) -> None:
        row = self.selected
        if row is not None:
            self._chosen = row.path

    def select_name(self, name: str) -> None:
        """Puts the cursor on a variable, as when a search has found its change."""
        for at in range(min(self._tree.count, 1000)):
            if self._tree.at(at).key == name:
                self.move_cursor(at)
                return

    def action_choose(self) -> None:
        row = self.selected
        if row is not None and row.folds:
            self._set_open(row, not row.open)
            self._rebuild()
        elif row is not None and row.value is not None:
            self.host.tell(f"{one_line(row.label, 40)} has no parts to unfold", "warning")
        else:
            self.leads_nowhere()

    def _set_open(self, row: Node, opened: bool) -> None:
        self._chosen = row.path
        if row.value is None:
            (self._folded.discard if opened else self._folded.add)(row.path)
            return
        if not opened:
            self._formats.pop(row.path, None)
        (self._open.add if opened else self._open.discard)(row.path)

    def action_right(self) -> None:
        row = self.selected
        if row is not None and row.folds and not row.open:
            self._set_open(row, True)
            self._rebuild()
        elif row is not None and row.open:
            self.move_cursor(self.cursor + 1)

    def action_left(self) -> None:
        row = self.selected
        if row is None:
            return
        if row.folds and row.open:
            self._set_open(row, False)
            self._rebuild()
        elif len(row.path) > 1:
            found = self._tree.find(row.path[:-1])
            if found is not None and found != self.cursor:
                self.move_cursor(found)

    # -- formats, filter, pins

    def action_format(self) -> None:
        """The next way to show the row's value."""
        row = self.selected
        if row is not None and row.text is not None:
            found = self._tree.find(row.path[:-1])
            row = self._tree.at(found) if found is not None else None
        if row is None or row.value is None:
            self.host.tell(NO_VALUE, "warning")
            return
        names = formats_of(row.value)
        now = self._formats.get(row.path, REPR)
        name = names[(names.index(now) + 1) % len(names)] if now in names else REPR
        if len(names) == 1:
            self.host.tell(f"{row.label} has one form only", "warning")
            return
        self._formats.pop(row.path, None)
        self._open.discard(row.path)
        if name != REPR:
            self._formats[row.path] = name
        self._chosen = row.path
        self.host.tell(f"{row.label} as {name} · also {', '.join(n for n in names if n != name)}")
        self._rebuild()

    def filter_rows(self, text: str) -> None:
        self.needle = text
        if text:
            self._chosen, self.cursor = (), 0
        self._rebuild()
        while text and self.cursor < self._tree.count - 1 and self._is_heading(self.selected):
            self.move_cursor(self.cursor + 1)

    def action_pin(self) -> None:
        """Keeps the row's value to compare it with other moments, or lets go of it."""
        row = self.selected
        if row is None or row.value is None or self.view is None:
            self.host.tell(NO_VALUE, "warning")
            return
        if row.path[0] == "pin":
            self._pins = [pin for pin in self._pins if f"◆ {pin.label} @{pin.step:,}" != row.label]
            self.host.tell("unpinned")
        else:
            label = row.key or row.label
            self._pins.append(Pin(row.path, label, row.key, row.value, self.view.step.index))
            self.host.tell(f"{label} is pinned: it is compared with what it is elsewhere")
        self._rebuild()


def _given(view: View) -> Node | None:
    """What the statement returns, or the call before it has returned."""
    if view.returns is not None:
        return _special("returns", "→ returns", view.returns)
    if view.came_back is not None:
        name, value = view.came_back
        return _special("came back", f"← {name}()", value)
    return None


def _special(name: str, label: str, value: Value) -> Node:
    return Node((name, ""), label, 0, value, folds=value.expandable)


def _type_text(value: Value) -> str:
    """The type, with the length of what has one."""
    name = one_line(value.type_name, 24)
    if not name or value.kind in ("None", "module", "function", "class"):
        return ""
    return f"{name} {value.size:,}" if value.size is not None else name


def _resolve(view: View, path: Path) -> Value | None:
    """What a path of labels leads to at a moment."""
    value: Value | None = None
    for variable in view.variables:
        if safe_text(variable.name) == path[1]:
            value = variable.value
            break
    for label in path[2:]:
        if value is None:
            return None
        value = next((child for name, child in value.children(0, 5000) if name == label), None)
    return value
