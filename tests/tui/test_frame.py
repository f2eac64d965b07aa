"""The plans of the screen: rectangles that fill it, at every size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escope_tui.tui.frame import COLUMNS, PLANS, SINGLE, Shares, arrange, resolve
from escope_tui.tui.registry import SIDE, SLOTS, STAGE, TAIL


@given(
    st.sampled_from(list(PLANS)),
    st.integers(1, 300),
    st.integers(1, 100),
    st.sets(st.sampled_from(SLOTS), min_size=1),
    st.floats(0.2, 0.85),
    st.floats(0.2, 0.85),
    st.data(),
)
def test_the_panes_fill_the_screen_and_never_overlap(
    plan: str,
    width: int,
    height: int,
    slots: set[str],
    across: float,
    down: float,
    data: st.DataObject,
) -> None:
    active = data.draw(st.sampled_from(sorted(slots)))
    places = arrange(plan, width, height, slots, Shares(across, down), active)
    assert set(places) <= slots
    gap = 0
    columns = resolve(plan, width, height) == COLUMNS
    if columns and {SIDE, STAGE} < set(places):
        gap = places[SIDE][3]  # a column between the two below, which have no borders there
    assert sum(w * h for _, _, w, h in places.values()) + gap == width * height
    cells = set()
    for x, y, w, h in places.values():
        assert w > 0
        assert h > 0
        cells |= {(column, row) for column in (x, x + w - 1) for row in (y, y + h - 1)}
        assert 0 <= x < x + w <= width
        assert 0 <= y < y + h <= height
    if resolve(plan, width, height) == SINGLE:
        assert set(places) == {active}
    boxes = list(places.values())
    for at, (x, y, w, h) in enumerate(boxes):
        for ox, oy, ow, oh in boxes[at + 1 :]:
            assert x + w <= ox or ox + ow <= x or y + h <= oy or oy + oh <= y


def test_a_grown_pane_takes_room_from_the_others() -> None:
    slots = [slot for slot in SLOTS if slot != "extra"]
    before = arrange("classic", 120, 40, slots, Shares(), STAGE)
    for slot in slots:
        after = arrange("classic", 120, 40, slots, Shares().grown(slot, 1), STAGE)
        assert after[slot][2] * after[slot][3] > before[slot][2] * before[slot][3], slot
        back = Shares().grown(slot, 1).grown(slot, -1)
        assert arrange("classic", 120, 40, slots, back, STAGE) == before


def test_the_active_pane_is_seen_even_where_there_is_no_room_for_all() -> None:
    for width in (100, 150):
        places = arrange("tower", width, 16, SLOTS, Shares(), TAIL)
        assert TAIL in places
