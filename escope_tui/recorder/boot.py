"""The first call of a recorded program: turns recording on and sets the stage as Python would.

Everything it needs to know came as one marshalled dictionary inside the code of `__main__`; the
open files that it was given are closed before the program's first statement. Nothing here may
fail: a program that cannot be recorded runs plain, and the recording says why.
"""

from __future__ import annotations

import marshal
from posix import close

from escope_tui.recorder import apart, stage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

NOTE_BLOB = 3
"""The kind of a blob that is one line of text about the recording."""


def begin(packed: bytes, frame: FrameType, modules: dict[str, Any]) -> None:
    """Starts the recording; `frame` runs `__main__`, `modules` is what was imported before."""
    config: dict[str, Any] = marshal.loads(packed)
    close(config["code_fd"])
    stage.before()
    fault = ""
    try:
        _record(config, frame.f_code)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
    if fault:
        _give_up(config, frame.f_code, fault)
    if config["kind"] in ("module", "folder"):
        from escope_tui.recorder import runner

        runner.alter_argv = config["kind"] == "module"
        frame.f_globals["escope_runner"] = runner
    apart.end(modules)
    stage.after(config, frame)


def _attach(config: dict[str, Any]) -> Any:
    try:
        from escope_tui._speedups import capture, check_build

        check_build("capture", capture.ABI)
        capture.attach(config["ring_fd"], config["ring_size"])
    finally:
        close(config["ring_fd"])
    return capture


def _record(config: dict[str, Any], code: CodeType) -> None:
    capture = _attach(config)
    import atexit

    from escope_tui._speedups import boot, check_build

    check_build("boot", boot.ABI)
    from escope_tui._speedups.boot import overwrite, tell_ending
    from escope_tui.instrument import hook
    from escope_tui.instrument.cache import Unit
    from escope_tui.instrument.compile import load
    from escope_tui.instrument.plan import Plan
    from escope_tui.recorder import output

    if config["limits"]:
        capture.set_limits(**config["limits"])
    capture.start()
    for note in config["notes"]:
        capture.emit_blob(NOTE_BLOB, note.encode())
    if config["main"] is not None:
        path, functions, sites, table = config["main"]
        unit = Unit(code, functions, sites, table, "")
        overwrite(code.co_consts, load(unit, path, "__main__", capture).co_consts)
    plan = Plan(**config["plan"])
    hook.install(plan, capture, config["cache"])
    output.install(capture.output)
    # Handlers run in the reverse order of their registration, and none is registered yet.
    atexit.register(tell_ending, capture.emit_blob, code)


def _give_up(config: dict[str, Any], code: CodeType, fault: str) -> None:
    """Lets the program run plain: its sites become objects that do nothing."""
    try:
        from escope_tui._speedups import capture

        capture.emit_blob(NOTE_BLOB, f"the program ran unrecorded: {fault}".encode())
        capture.disable(fault)
    except Exception:
        pass  # there is no one left to tell
    if config["main"] is not None:
        # The code is running already, so it is not replaced: its constants are.
        from escope_tui._speedups.boot import overwrite
        from escope_tui.instrument.bind import bind_sites
        from escope_tui.recorder.plain import stand_ins

        made = stand_ins(config["main"][2])
        overwrite(code.co_consts, bind_sites(code, made).co_consts)
