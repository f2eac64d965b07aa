"""Which tables there are, which columns they have and what these mean."""

from __future__ import annotations

from . import calls, tables, writes
from .tables import Column, Part, View

_WHERE = {"file": str, "line": int, "function": str}

PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part(
            "sites",
            "_sites",
            {"site": int, "kind": str, "file": str, "line": int, "end_line": int}
            | {"function": str, "source": str},
            "site",
            tables.site_rows,
            ("line",),
        ),
        Part(
            "steps",
            "_steps",
            {"step": int, "site": int, "thread": int, "task": int, "depth": int}
            | {"time_ns": int, "frame": int},
            "step",
            tables.step_rows,
            ("site", "frame"),
        ),
        Part(
            "lines",
            "_lines",
            {"file": str, "line": int, "hits": int, "source": str},
            None,
            tables.line_rows,
        ),
        Part(
            "calls",
            "_calls",
            {"frame": int, "function": str, "file": str, "line": int, "enter": int, "exit": int}
            | {"outcome": str, "returned_number": "ANY", "caller": int, "parent": int}
            | {"thread": int, "depth": int, "time_ns": int},
            "frame",
            calls.call_rows,
            ("function", "parent"),
        ),
        Part(
            "call values",
            "_call_values",
            {"frame": int, "args": str, "returned": str, "exception": str},
            "frame",
            calls.call_value_rows,
            joined=frozenset(("calls", each) for each in ("args", "returned", "exception")),
        ),
        Part(
            "writes",
            "_writes",
            {"id": int, "step": int, "visible": int, "site": int, "name": str, "scope": str}
            | {"owner": str, "frame": int, "kind": str, "number": "ANY", "object": int}
            | {"container": int},
            "id",
            writes.write_rows,
            ("name", "step"),
        ),
        Part(
            "written values",
            "_write_values",
            {"id": int, "value": str, "type": str},
            "id",
            writes.write_value_rows,
            joined=frozenset(("writes", each) for each in ("value", "type")),
        ),
        Part(
            "exceptions",
            "_exceptions",
            {"id": int, "step": int, "type": str, "message": str}
            | _WHERE
            | {"frame": int, "fate": str, "caught_step": int, "caught_file": str}
            | {"caught_line": int, "caught_function": str, "frames": int, "thread": int},
            "id",
            tables.exception_rows,
        ),
        Part(
            "output",
            "_output",
            {"id": int, "step": int, "stream": str, "text": str},
            "id",
            tables.output_rows,
        ),
        Part(
            "objects",
            "_objects",
            {"object": int, "type": str, "module": str, "value": str, "size": int}
            | {"first_step": int, "last_step": int, "records": int},
            "object",
            tables.object_rows,
            ("type",),
        ),
    )
}

_STEP = Column("step", "integer", "the step, as in `trace.esr@1234`")
_PLACE = (
    Column("file", "text", "path of the source file"),
    Column("line", "integer", "line of the statement"),
    Column("function", "text", "qualified name; `<module>` for module code"),
)
_THREAD = Column("thread", "integer", "number of the thread")
_FRAME = Column("frame", "integer", "identity of the call (`calls.frame`)")
_VALUES = (
    Column("value", "text", "the value as one line, as `summary(200)` gives it"),
    Column("type", "text", "name of its type"),
    Column("number", "real", "the value itself where it is a number (bool: 0 or 1)"),
    Column("object", "integer", "identity of the object (`objects.object`), where it has one"),
)

VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        View(
            "steps",
            "one row for each statement that was about to run",
            "SELECT s.step, p.kind, p.file, p.line, p.end_line, p.function, p.source, s.thread, "
            "s.task, s.depth, s.time_ns, s.frame FROM _steps s JOIN _sites p ON p.site = s.site",
            (
                _STEP,
                Column("kind", "text", "line, loop, iteration, return, yield or raise"),
                *_PLACE[:2],
                Column("end_line", "integer", "last line of the statement"),
                _PLACE[2],
                Column("source", "text", "first line of the statement"),
                _THREAD,
                Column("task", "integer", "the asyncio task, if any"),
                Column("depth", "integer", "frames on the stack, this one included"),
                Column("time_ns", "integer", "nanoseconds since the recording began"),
                _FRAME,
            ),
        ),
        View(
            "calls",
            "one row for each call of a recorded function",
            "SELECT c.frame, c.function, c.file, c.line, c.enter, c.exit, c.outcome, v.args, "
            "v.returned, c.returned_number, v.exception, c.caller, c.parent, c.thread, c.depth, "
            "c.time_ns FROM _calls c LEFT JOIN _call_values v ON v.frame = c.frame",
            (
                Column("frame", "integer", "identity of the call"),
                Column("function", "text", "qualified name"),
                Column("file", "text", "where it is defined"),
                Column("line", "integer", "line of its definition"),
                Column("enter", "integer", "its first step"),
                Column("exit", "integer", "the step in which it ended; null: it was still running"),
                Column("outcome", "text", "return, raise, end, lost or running"),
                Column("args", "text", "the parameters on entry, as JSON: name to value"),
                Column("returned", "text", "what it returned"),
                Column("returned_number", "real", "the same where it is a number"),
                Column("exception", "text", "the exception that ended it"),
                Column("caller", "integer", "the step that made the call"),
                Column("parent", "integer", "the call that made it (`calls.frame`)"),
                _THREAD,
                Column("depth", "integer", "frames on the stack, this one included"),
                Column("time_ns", "integer", "nanoseconds since the recording began, on entry"),
            ),
        ),
        View(
            "writes",
            "one row for each time that a variable was bound or unbound, or that an attribute or "
            "item of an object that was there before was given a value",
            "SELECT w.step, w.visible, w.name, w.scope, w.owner, w.frame, w.kind, v.value, v.type, "
            "w.number, w.object, w.container, p.file, p.line, p.function FROM _writes w "
            "LEFT JOIN _sites p ON p.site = w.site LEFT JOIN _write_values v ON v.id = w.id",
            (
                Column("step", "integer", "the statement that wrote; -1: before the first"),
                Column("visible", "integer", "the first step that shows the value"),
                Column("name", "text", "the variable or attribute; of an item `[key]`"),
                Column("scope", "text", "local, global, attribute or item"),
                Column("owner", "text", "the function whose variable it is; the object's type"),
                Column("frame", "integer", "the call whose variable it is; null for others"),
                Column("kind", "text", "assign, parameter or delete"),
                *_VALUES,
                Column("container", "integer", "the object that has the attribute or item"),
                *_PLACE,
            ),
        ),
        View(
            "exceptions",
            "one row for each exception that recorded code raised, let pass or caught",
            "SELECT step, type, message, file, line, function, frame, fate, caught_step, "
            "caught_file, caught_line, caught_function, frames, thread FROM _exceptions",
            (
                _STEP,
                Column("type", "text", "name of its type"),
                Column("message", "text", "what it says"),
                *_PLACE,
                _FRAME,
                Column("fate", "text", "caught, uncaught, left or swallowed"),
                Column("caught_step", "integer", "first step of the handler"),
                Column("caught_file", "text", "where it was caught"),
                Column("caught_line", "integer", "where it was caught"),
                Column("caught_function", "text", "where it was caught"),
                Column("frames", "integer", "how many frames it ended"),
                _THREAD,
            ),
        ),
        View(
            "output",
            "one row for each piece of text that the program wrote",
            "SELECT step, stream, text FROM _output",
            (
                _STEP,
                Column("stream", "text", "stdout or stderr"),
                Column("text", "text", "as it was written"),
            ),
        ),
        View(
            "objects",
            "one row for each object with an identity",
            "SELECT * FROM _objects",
            (
                Column("object", "integer", "its identity, never used twice"),
                Column("type", "text", "name of its type"),
                Column("module", "text", "module of its type"),
                Column("value", "text", "the object as it was first seen, as one line"),
                Column("size", "integer", "its true length, as first seen"),
                Column("first_step", "integer", "the first step that shows it"),
                Column("last_step", "integer", "the last step with a record of its contents"),
                Column("records", "integer", "how often its contents were recorded"),
            ),
        ),
        View(
            "lines",
            "one row for each line of the recorded files",
            "SELECT * FROM _lines",
            (
                Column("file", "text", "path of the source file"),
                Column("line", "integer", "line number, from 1"),
                Column("hits", "integer", "how often its statement ran; null: no statement begins"),
                Column("source", "text", "the line"),
            ),
        ),
    )
}
"""What can be asked."""
