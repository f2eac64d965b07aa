"""Where the slots of the screen are: plans as plain arithmetic, from a size to rectangles."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from .registry import EXTRA, FOOT, SIDE, SLOTS, STAGE, TAIL

AUTO = "auto"
CLASSIC = "classic"
THEATRE = "theatre"
COLUMNS = "columns"
TOWER = "tower"
SINGLE = "single"
PLANS: Mapping[str, str] = {
    AUTO: "the plan that suits the terminal's size",
    CLASSIC: "variables beside source, stack and output",
    THEATRE: "source and variables above, the rest below",
    COLUMNS: "source above, two columns below",
    TOWER: "source on the left, all else on the right",
    SINGLE: "one pane at a time",
}
"""Every plan with a word on it."""

TINY = (60, 16)
"""With fewer columns or rows there is one pane at a time."""
NARROW = 100
"""With fewer columns the source has all of them."""
BROAD = (150, 44)
"""From here on the variables need not be as high as the screen: what is below gets the room."""
LEAST = (12, 3)
"""A pane that would get less is left out."""
STEP = 0.05
LOW, HIGH = 0.2, 0.85

Rect = tuple[int, int, int, int]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How a plan divides its room: fractions that the stage gets."""

    across: float = 2 / 3
    down: float = 0.7

    @classmethod
    def of(cls, across: object, down: object) -> Shares:
        """From percentages; what is none counts as not said."""
        given = [n / 100 if isinstance(n, int) else 0.0 for n in (across, down)]
        usual = (cls().across, cls().down)
        kept = [
            _held(g) if g and abs(g - u) > 0.005 else u for g, u in zip(given, usual, strict=True)
        ]
        return cls(*kept)

    def grown(self, slot: str, steps: int) -> Shares:
        """With one slot larger by some steps."""
        across = self.across + STEP * (-steps if slot == SIDE else steps)
        down = self.down + STEP * (-steps if slot in (FOOT, TAIL, EXTRA) else steps)
        if slot in (FOOT, TAIL, EXTRA):
            across = self.across
        elif slot == SIDE:
            down = self.down
        return replace(self, across=_held(across), down=_held(down))


def _held(share: float) -> float:
    return round(min(HIGH, max(LOW, share)), 4)


def resolve(plan: str, width: int, height: int) -> str:
    """The plan that is drawn: `auto` is a question of size, and a tiny screen has only one."""
    if width < TINY[0] or height < TINY[1]:
        return SINGLE
    if plan != AUTO:
        return plan
    if width < NARROW:
        return COLUMNS
    return THEATRE if width >= BROAD[0] and height >= BROAD[1] else CLASSIC


def arrange(
    plan: str, width: int, height: int, slots: Collection[str], shares: Shares, active: str
) -> dict[str, Rect]:
    """The rectangles of those slots that are to be seen; together they fill the screen."""
    plan = resolve(plan, width, height)
    there = [slot for slot in SLOTS if slot in slots]
    if plan == SINGLE or len(there) < 2:
        one = active if active in there else (there[0] if there else "")
        return {one: (0, 0, width, height)} if one else {}
    if STAGE not in there:
        return _spread(there, (0, 0, width, height), across=width >= NARROW)
    feet = [slot for slot in there if slot in (FOOT, TAIL, EXTRA)]
    if EXTRA in feet and plan == CLASSIC:
        plan = THEATRE
    elif EXTRA in feet and plan == COLUMNS:
        feet = [active if active in feet else EXTRA]
    side = SIDE in there
    rest = [slot for slot in there if slot != STAGE]
    left = _cut(width, shares.across if plan != TOWER else max(0.5, shares.across), LEAST[0])
    top = _cut(height, shares.down, LEAST[1])
    if plan == TOWER:
        right = _spread(rest, (left, 0, width - left, height), across=False)
        return {STAGE: (0, 0, left, height), **right}
    if plan == COLUMNS:
        top = _cut(height, max(0.35, shares.down - 0.1), LEAST[1])
        if side and feet:
            half = width // 2
            below = (half, top, width - half, height - top)
            stacked = {SIDE: (0, top, half - 1, height - top), **_spread(feet, below, across=False)}
        else:
            stacked = _spread(rest, (0, top, width, height - top), across=False)
        return {STAGE: (0, 0, width, top), **stacked}
    if not feet:
        return {STAGE: (0, 0, left, height), SIDE: (left, 0, width - left, height)}
    if not side:
        foot = _spread(feet, (0, top, width, height - top), across=True)
        return {STAGE: (0, 0, width, top), **foot}
    if plan == THEATRE:
        foot = _spread(feet, (0, top, width, height - top), across=True)
        return {STAGE: (0, 0, left, top), SIDE: (left, 0, width - left, top), **foot}
    foot = _spread(feet, (0, top, left, height - top), across=True)
    return {STAGE: (0, 0, left, top), SIDE: (left, 0, width - left, height), **foot}


def _cut(length: int, share: float, least: int) -> int:
    return max(min(least, length), min(length - min(least, length), round(length * share)))


def _weight(slot: str) -> int:
    """What was asked for gets twice the room."""
    return 2 if slot == EXTRA else 1


def _spread(slots: Collection[str], room: Rect, across: bool) -> dict[str, Rect]:
    """Slots side by side or one above the other, as many as there is room for."""
    x, y, width, height = room
    length = width if across else height
    least = LEAST[0] if across else LEAST[1]
    shown = list(slots)[: max(1, length // least)]
    found: dict[str, Rect] = {}
    whole = sum(map(_weight, shown))
    done = 0
    for slot in shown:
        start, done = done * length // whole, done + _weight(slot)
        end = done * length // whole
        if across:
            found[slot] = (x + start, y, end - start, height)
        else:
            found[slot] = (x, y + start, width, end - start)
    return found
