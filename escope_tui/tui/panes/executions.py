"""Every execution of a line, or every call of a function, with the expressions that were added."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import EscopeError, UsageError
from ...model.answers import Execution
from ...model.text import one_line, safe_text
from ...model.values import Value
from ...query.hits import statement_sites
from ...session.projection import View
from ...session.way import read_texts
from .table import Row, TablePane

if TYPE_CHECKING:
    from ..feeds import Job

LIMIT = 20_000
FIRST = 200
"""After so many rows, what is there is shown."""
CELL = 40
COLUMNS = 4
"""What is shown of each execution until somebody names something else."""
_CONDITION = re.compile(r"(?:^|\s)if\s+(.+)\Z", re.DOTALL)


class Asked(NamedTuple):
    """A line, or a function, and what is to be seen of each execution."""

    file: str
    line: int
    function: str
    columns: tuple[str, ...]
    where: str


def parse_columns(text: str) -> tuple[tuple[str, ...], str]:
    """`a, b.c if a > 3`: the expressions, and the condition."""
    condition = _CONDITION.search(text)
    where = condition[1].strip() if condition else ""
    listed = (text[: condition.start()] if condition else text).strip(" ,")
    if not listed:
        return (), where
    try:
        found = ast.parse(f"({listed},)", mode="eval").body
        assert isinstance(found, ast.Tuple)
        columns = tuple(ast.unparse(each) for each in found.elts)
    except (SyntaxError, ValueError, RecursionError, MemoryError, AssertionError) as error:
        raise UsageError(f"{one_line(listed, 40)!r} is no list of expressions") from error
    return columns, where


class ExecutionsPane(TablePane):
    """Stays with the line that it was asked for, whatever moment is shown."""

    TITLE = "Executions"
    EMPTY = "no execution"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked: Asked | None = None

    def show(self, view: View) -> None:
        if self._asked is None:
            self._about(view)
        super().show(view)

    def _about(self, view: View) -> None:
        """The statement under the source's cursor; the line of a `def` means its function."""
        file, line = view.frame.file, self.host.source_line()
        source = view.source
        node = source.node(line) if source is not None else None
        function = ""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        columns: tuple[str, ...] = ()
        old = self._asked
        where = ""
        if old is not None and (old.file, old.line) == (file, line):
            columns, where = old.columns, old.where
        elif node is not None and not function:
            columns = tuple(read_texts(node))[:COLUMNS]
        self._asked = Asked(file, line, function, columns, where)

    def action_executions(self) -> None:
        """Asks about the statement under the source's cursor."""
        if self.view is not None:
            self._about(self.view)
            self._count()
            self.want_again()

    def action_columns(self) -> None:
        """Lets the person name what is shown of each execution."""
        if self._asked is None:
            return
        now = ", ".join(self._asked.columns)
        if self._asked.where:
            now = f"{now} if {self._asked.where}".strip()
        elif now:
            now += ", "
        self.host.ask_line(
            "columns: expressions, and a condition: total, row.qty if row.qty > 3",
            self._set_columns,
            value=now,
            past="columns",
        )

    def _set_columns(self, text: str) -> None:
        try:
            columns, where = parse_columns(text)
        except UsageError as error:
            self.host.tell(error.message, "warning")
            return
        if self._asked is not None:
            self._asked = self._asked._replace(columns=columns, where=where)
            self._count()
            self.want_again()

    # -- the feed

    def wants(self, view: View) -> Hashable:
        return self._asked

    def fetch(self, job: Job, want: Asked) -> list[Row]:
        rec = job.recording
        about: dict[str, Any] = (
            {"function": want.function, "file": want.file}
            if want.function
            else {"file": want.file, "line": want.line}
        )
        found = rec.iter_executions(
            **about, expressions=want.columns, where=want.where, limit=LIMIT
        )
        if not want.function:
            # The iterations of a comprehension are steps of their line, but not its executions.
            sites = statement_sites(rec, want.file, want.line)
            found = (each for each in found if rec.site_of(each.step) in sites)
        rows: list[Row] = []
        for number, each in enumerate(found, 1):
            rows.append(_row(each, want, number))
            if number in (FIRST, FIRST * 10):
                job.partial(list(rows))
            if number % 50 == 0:
                job.check()
        return rows

    def fill(self, answer: Any) -> None:
        asked = self._asked
        columns = asked.columns if asked else ()
        first = ("call",) if asked and asked.function else ("",)
        self.set_rows(answer, (*first, *(safe_text(c) for c in columns)))

    def heading(self) -> str:
        asked = self._asked
        if asked is None:
            return self.TITLE
        name = one_line(asked.file.rpartition("/")[2], 40)
        what = f"{one_line(asked.function, 40)}()" if asked.function else f"{name}:{asked.line}"
        where = f" if {one_line(asked.where, 30)}" if asked.where else ""
        return f"{self.TITLE} of {what}{where}"


def _row(each: Execution, want: Asked, number: int) -> Row:
    values = [_cell(value) for value in each.values]
    styles = ["value" if isinstance(v, Value) else "dim" for v in each.values]
    if not want.function:
        shown = f"#{number:,}"
        return Row(each.step, (shown, *values), each.frame_id, ("type", *styles))
    text, style = call_text(each)
    return Row(each.step, (text, *values), each.frame_id, (style, *styles))


def call_text(call: Any) -> tuple[str, str]:
    """`(a=1, b=2) → 3`, or what it raised; and the style for it. For a `Call` or `Execution`."""
    try:
        given = ", ".join(
            f"{one_line(name, 20)}={value.summary(24)}" for name, value in call.args.items()
        )
        error, result = call.exception, call.returned
    except EscopeError as broken:
        return f"({broken.message})", "dim"
    if error is not None:
        return f"({given}) ✖ {error.summary(CELL)}", "bad"
    if result is not None:
        return f"({given}) → {result.summary(CELL)}", "value"
    return f"({given})", "value"


def _cell(value: Value | EscopeError) -> str:
    return value.summary(CELL) if isinstance(value, Value) else one_line(value.message, CELL)
