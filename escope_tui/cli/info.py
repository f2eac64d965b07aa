"""``escope info``: what is in a recording."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from escope_tui.cli import common
from escope_tui.cli.record import human_size
from escope_tui.model.text import one_line, safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.query.recording import Recording


def configure(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "trace", nargs="?", metavar="trace.esr", help="the recording (default: the newest one)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: Namespace) -> int:
    """Print the facts."""
    with common.opened(args.trace, whole=True) as (rec, _):
        facts = gather(rec)
    if args.json:
        import json

        sys.stdout.write(json.dumps(_plain(facts), indent=2) + "\n")
    else:
        sys.stdout.write(_text(facts))
    return 0


def gather(rec: Recording) -> dict[str, Any]:
    """What `escope info` tells, as plain data."""
    from escope_tui.query.exceptions import times_caught, uncaught_exceptions

    damage = list(rec.file.damage())
    if damage:
        from escope_tui.session.projection import spared

        uncaught = spared(lambda: uncaught_exceptions(rec), None)
        tasks = spared(rec.tasks, None)
        gaps = spared(rec.gaps, None)
    else:
        uncaught, tasks, gaps = uncaught_exceptions(rec), rec.tasks(), rec.gaps()
    return {
        "path": rec.path,
        "format": getattr(rec.file, "version", None),
        "size": rec.file.size,
        "complete": rec.complete,
        "problem": rec.file.problem,
        "steps": len(rec),
        "chunks": len(rec.file.chunks),
        "exit_status": rec.meta.get("exit_status"),
        "processes": 1,
        "threads": [
            {"index": number, "name": name} for number, name in sorted(rec.threads().items())
        ],
        "tasks": None if tasks is None else len(tasks),
        "files": [
            {"path": path, "lines": len(rec.program.lines(number))}
            for number, path in enumerate(rec.program.paths)
        ],
        "caught": times_caught(rec),
        "uncaught": None
        if uncaught is None
        else [
            {
                "type": each.type_name,
                "message": each.message,
                "step": each.step,
                "file": each.raised.file,
                "line": each.raised.line,
            }
            for each in uncaught
        ],
        "gaps": [{"step": gap.step, "dropped": gap.dropped} for gap in gaps or ()],
        "damaged": [{"first": first, "last": stop - 1} for first, stop in damage],
        "meta": rec.meta,
    }


def _plain(data: Any) -> Any:
    """The facts with every text made safe and nothing that JSON cannot say."""
    if isinstance(data, dict):
        return {safe_text(str(key)): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(each) for each in data]
    if data is None or isinstance(data, bool | int | float):
        return data
    return safe_text(str(data))


def _text(facts: dict[str, Any]) -> str:
    meta: dict[str, Any] = facts["meta"]
    rows: list[tuple[str, str]] = [("recording", one_line(str(facts["path"]), 300))]

    def row(label: str, value: Any) -> None:
        if value not in (None, "", [], ()):
            rows.append((label, one_line(str(value), 300)))

    command = meta.get("command")
    row("command", " ".join(map(str, command)) if isinstance(command, list) else command)
    row("python", meta.get("python"))
    row("platform", meta.get("platform"))
    row("started", meta.get("started"))
    row("duration", _duration(meta.get("duration")))
    row("exit status", facts["exit_status"])
    row("size", f"{human_size(facts['size'])} in {facts['chunks']:,} chunks")
    if not facts["complete"]:
        row("incomplete", facts["problem"] or "the file has no footer; it was read by a scan")
    elif meta.get("problem"):
        row("not whole", meta["problem"])
    row("steps", f"{facts['steps']:,}")
    row("threads", ", ".join(f"{each['index']} {each['name']}" for each in facts["threads"]))
    row("tasks", f"{facts['tasks']:,}" if facts["tasks"] else "")
    for each in facts["damaged"]:
        row("damaged", f"steps {each['first']:,} to {each['last']:,}: they cannot be read")
    caught = f"{facts['caught']:,} caught" if facts["caught"] else "none caught"
    unknown = ", not known: uncaught" if facts["uncaught"] is None else ""
    row("exceptions", caught + (", uncaught:" if facts["uncaught"] else unknown))
    for each in facts["uncaught"] or ():
        where = f"{each['file']}:{each['line']}, step {each['step']:,}"
        row("uncaught", f"{each['type']}: {each['message']}  ({where})")
    for gap in facts["gaps"]:
        row("gap", f"after step {gap['step']:,}: {gap['dropped']:,} events are missing")
    for each in facts["files"]:
        row("file", f"{each['path']} ({each['lines']:,} lines)")
    width = max(len(label) for label, _ in rows)
    return "".join(f"{label:<{width}}  {value}\n" for label, value in rows)


def _duration(value: Any) -> str:
    return f"{value:.3f} s" if isinstance(value, int | float) else ""
