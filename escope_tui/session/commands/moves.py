"""Commands that go somewhere."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import NotFoundError, UsageError
from ...model.text import one_line
from .. import goto
from ..session import Arrival
from . import words
from .table import command
from .talk import Reply, Talk, row

MAX_TIMES = 1_000_000


def _repeat(talk: Talk, text: str, move: Callable[[], Arrival]) -> Reply:
    """A move so many times; where it cannot go on it stays."""
    times = words.number(text, 1)
    if not 0 < times <= MAX_TIMES:
        raise UsageError(f"{times:,} times: from 1 to {MAX_TIMES:,} is possible")
    session = talk.session
    start, arrival = session.here, move()
    for _ in range(times - 1):
        if arrival.moment is None:
            break
        session.here = arrival.moment
        following = move()
        if following.moment is None:
            arrival = Arrival(arrival.moment, following.note, following.kind)
            break
        arrival = following
    session.here = start
    return Reply(arrival=arrival)


@command("step s", "[N]", repeats=True)
def step(talk: Talk, text: str) -> Reply:
    """Go to the next statement, also into what this one calls."""
    return _repeat(talk, text, lambda: talk.session.into(False))


@command("reverse-step rs", "[N]", repeats=True)
def reverse_step(talk: Talk, text: str) -> Reply:
    """Go to the statement before, also into what that one called."""
    return _repeat(talk, text, lambda: talk.session.into(True))


@command("next n", "[N]", repeats=True)
def following(talk: Talk, text: str) -> Reply:
    """Go to the next statement of this frame, past what this one calls."""
    return _repeat(talk, text, lambda: talk.session.over(False))


@command("reverse-next rn", "[N]", repeats=True)
def reverse_next(talk: Talk, text: str) -> Reply:
    """Go to the statement of this frame before this one."""
    return _repeat(talk, text, lambda: talk.session.over(True))


@command("return r finish fin", "[N]", repeats=True)
def leave(talk: Talk, text: str) -> Reply:
    """Go to the caller's next statement, where this call has returned."""
    return _repeat(talk, text, lambda: talk.session.out(False))


@command("reverse-return rr reverse-finish", "[N]", repeats=True)
def reverse_leave(talk: Talk, text: str) -> Reply:
    """Go back to the statement that made this call."""
    return _repeat(talk, text, lambda: talk.session.out(True))


@command("continue c cont", "[N]", repeats=True)
def resume(talk: Talk, text: str) -> Reply:
    """Go on to a breakpoint, a watch or an exception; else to the end."""
    return _repeat(talk, text, lambda: talk.session.resume(False))


@command("reverse-continue rc", "[N]", repeats=True)
def reverse_resume(talk: Talk, text: str) -> Reply:
    """Go back to a breakpoint, a watch or an exception; else to the start."""
    return _repeat(talk, text, lambda: talk.session.resume(True))


def _until(talk: Talk, text: str, back: bool) -> Reply:
    session, rec = talk.session, talk.rec
    frame = talk.frame
    line = words.number(text) if text else frame.line + (0 if back else 1)
    here = rec.step_info(talk.step)
    site = rec.program.site(rec.site_of(frame.last_step))
    way = -1 if back else 1
    wanted = frozenset(
        number
        for number, each in rec.program.module_sites(site.module)
        if each.function == site.function
        and number in rec.program.statement_sites(site)
        and (each.line < line if back else each.line >= line)
    )
    found = rec.next_site(here.step + way, way, wanted)
    while found >= 0 and rec.step_info(found).frame != frame.frame_id:
        found = rec.next_frame_step(found, way, frame.frame_id)
        found = rec.next_site(found, way, wanted) if found >= 0 else -1
    left = session.out(back)
    out = left.moment.step if left.moment is not None else None
    if found < 0 or (out is not None and (out - found) * way < 0):
        return Reply(arrival=left)
    return Reply(arrival=Arrival(session.moment(found)))


def _turn(talk: Talk, text: str, back: bool) -> Reply:
    """To where a predicate turns."""
    step = talk.rec.until(text, talk.step, -1 if back else 1, talk.frame_id)
    if step is None:
        what = f"{one_line(text, 60)} does not change {'before' if back else 'after'} this"
        return Reply(arrival=Arrival(None, what, "warning"))
    now = talk.session.moment(step)
    return Reply(arrival=Arrival(now, f"{one_line(text, 60)} turns here"))


@command("when", "CONDITION", "expression", repeats=True)
def when(talk: Talk, text: str) -> Reply:
    """Go on to where a condition over this frame's variables turns true or false."""
    return _turn(talk, words.needed(text, "a condition"), False)


@command("rwhen", "CONDITION", "expression", repeats=True)
def rwhen(talk: Talk, text: str) -> Reply:
    """Go back to where a condition over this frame's variables was otherwise."""
    return _turn(talk, words.needed(text, "a condition"), True)


@command("iteration it", "[N | first | last]")
def iteration(talk: Talk, text: str) -> Reply:
    """Tell which iteration of the loop this is, or go to another one.
    A negative number counts from the last.
    """
    loop = talk.rec.loop(talk.step) if talk.step < len(talk.rec) else None
    if loop is None:
        raise UsageError("no loop is around this statement")
    if not text:
        place = f"{one_line(loop.file.rpartition('/')[2], 60)}:{loop.line}"
        return Reply(
            [row(f"iteration {loop.iteration:,} of {loop.count:,} of the loop at {place}")]
        )
    number = {"first": 1, "last": -1}.get(text)
    if number is None:
        number = words.number(text.removeprefix("-")) * (-1 if text.startswith("-") else 1)
    try:
        step = loop.step_of(number)
    except IndexError as error:
        raise UsageError(f"there is no iteration {text}: the loop has {loop.count:,}") from error
    return Reply(arrival=Arrival(talk.session.moment(step), f"iteration {text} of {loop.count:,}"))


@command("until unt", "[LINE]", repeats=True)
def until(talk: Talk, text: str) -> Reply:
    """Go on until a line further down in this frame, or out of it.
    This is how a loop is left; with a LINE: until that line or a later one.
    """
    return _until(talk, text, False)


@command("reverse-until ru", "[LINE]", repeats=True)
def reverse_until(talk: Talk, text: str) -> Reply:
    """Go back until a line further up in this frame, or out of it."""
    return _until(talk, text, True)


@command("jump j goto go", "WHERE", "place")
def jump(talk: Talk, text: str) -> Reply:
    """Go to a step, a percentage, a time, a line, a function or a bookmark.
    1234 or @1234, +50, -50, 24%, 1.5s, 350ms, 01:02.5, file.py:41, :41, a name, start, end.
    """
    from .keep import bookmarks

    words.needed(text, f"where to go ({goto.SYNTAX})")
    for mark in bookmarks(talk):
        if mark.name == text:
            return Reply(arrival=talk.session.goto(mark.step, f"bookmark {mark.name}"))
    arrival = goto.go(talk.session, text, talk.frame.file)
    if arrival.moment is None:
        raise NotFoundError(arrival.note)
    return Reply(arrival=arrival)


@command("start")
def start(talk: Talk, text: str) -> Reply:
    """Go to the first step."""
    words.nothing(text, "start")
    return Reply(arrival=talk.session.edge(False))


@command("end")
def end(talk: Talk, text: str) -> Reply:
    """Go to the last step."""
    words.nothing(text, "end")
    return Reply(arrival=talk.session.edge(True))


@command("back -", repeats=True)
def back(talk: Talk, text: str) -> Reply:
    """Go back to the place visited before, with its frame."""
    words.nothing(text, "back")
    return Reply(arrival=talk.session.visited(True))


@command("forward =", repeats=True)
def forward(talk: Talk, text: str) -> Reply:
    """Go to the place visited after this one, as `back` left it."""
    words.nothing(text, "forward")
    return Reply(arrival=talk.session.visited(False))


@command("up u", "[N]", repeats=True)
def up(talk: Talk, text: str) -> Reply:
    """Look from the caller's frame."""
    return _repeat(talk, text, lambda: talk.session.frame_by(up=True))


@command("down d", "[N]", repeats=True)
def down(talk: Talk, text: str) -> Reply:
    """Look from the called frame."""
    return _repeat(talk, text, lambda: talk.session.frame_by(up=False))


@command("frame f", "[N]")
def frame(talk: Talk, text: str) -> Reply:
    """Look from a frame by its number in `where`; 0 is the innermost."""
    frames = talk.engine.stack(talk.step)
    place = words.number(text, 0)
    if place >= len(frames):
        raise UsageError(f"there is no frame {place:,}: `where` shows 0 to {len(frames) - 1:,}")
    return Reply(arrival=talk.session.frame(frames[-1 - place].frame_id))


@command("next-exception nx", repeats=True)
def next_exception(talk: Talk, text: str) -> Reply:
    """Go to the next statement that raises."""
    words.nothing(text, "next-exception")
    return Reply(arrival=talk.session.raised(False))


@command("last-exception px", repeats=True)
def last_exception(talk: Talk, text: str) -> Reply:
    """Go to the last statement before this one that raises."""
    words.nothing(text, "last-exception")
    return Reply(arrival=talk.session.raised(True))


def _same_line(talk: Talk, text: str, back: bool) -> Reply:
    place = words.line_place(talk, text) if text else (talk.frame.file, talk.frame.line)
    if place is None:
        raise UsageError(f"{one_line(text, 40)!r} is not a line", hint="orders.py:41, :41, 41")
    return Reply(arrival=talk.session.line(*place, back))


@command("next-hit nh", "[LINE]", "place", repeats=True)
def next_hit(talk: Talk, text: str) -> Reply:
    """Go to the next execution of this line, or of another."""
    return _same_line(talk, text, False)


@command("last-hit ph", "[LINE]", "place", repeats=True)
def last_hit(talk: Talk, text: str) -> Reply:
    """Go to the last execution of this line, or of another, before this moment."""
    return _same_line(talk, text, True)


@command("last", "TARGET", "target", repeats=True)
def last(talk: Talk, text: str) -> Reply:
    """Go to the statement that gave a variable, attribute or item its value.
    Once more goes on to the write before that.
    """
    return Reply(arrival=talk.session.change(words.needed(text, "a variable"), True))


@command("after", "TARGET", "target", repeats=True)
def after(talk: Talk, text: str) -> Reply:
    """Go to the next statement that changes a variable, attribute or item."""
    return Reply(arrival=talk.session.change(words.needed(text, "a variable"), False))


COMMANDS = [
    step,
    reverse_step,
    following,
    reverse_next,
    leave,
    reverse_leave,
    resume,
    reverse_resume,
    until,
    reverse_until,
    when,
    rwhen,
    iteration,
    jump,
    start,
    end,
    back,
    forward,
    up,
    down,
    frame,
    last,
    after,
    next_hit,
    last_hit,
    next_exception,
    last_exception,
]
