"""Draws the pictures of the documentation from the app itself: `make pictures`."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
SECONDS = 4
"""How long each picture of the film stands."""

STILLS: dict[str, tuple[tuple[int, int], str, tuple[str, ...]]] = {
    "opening": ((120, 34), "escope-dark", ()),
    "history": ((120, 34), "escope-light", ("2", *"jjjj", "v")),
    "narrow": ((80, 24), "escope-dark", ("N", "N")),
}
FILM: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("escope replay opens where it hurts: the failed assert", ()),
    ("N: back over the statements before", ("N", "N")),
    ("2, then [ on balance: who has set it?", ("2", "g", *"jjjj", "left_square_bracket")),
    ("S: into the call that did it, from its end", ("1", "S", "S", "S")),
    ("u: the same moment, seen by the caller", ("u",)),
    ("ctrl+p: everything by name", ("ctrl+p", *"rate")),
    ("Enter goes there", ("enter",)),
)


async def draw() -> None:
    """Opens the sample, presses keys, keeps what the screen shows."""
    sys.path.insert(0, str(ROOT))
    from escope_tui.session.engine import open_engine
    from escope_tui.tui.app import ReplayApp
    from tests.helpers.driving import settle

    FOLDER.mkdir(exist_ok=True)

    async def frames(size: tuple[int, int], theme: str, *groups: tuple[str, ...]) -> list[str]:
        engine = open_engine(str(ROOT / "recordings" / "exchange.esr"))
        app = ReplayApp(engine, None, theme, memory={"taught": True})
        found = []
        async with app.run_test(size=size) as pilot:
            await settle(pilot, app)
            while not app.profiler.finished:
                await pilot.pause(0.02)
            for keys in groups:
                for key in keys:
                    await pilot.press(key)
                    await settle(pilot, app)
                found.append(app.export_screenshot())
        engine.close()
        return found

    for name, (size, theme, keys) in STILLS.items():
        (svg,) = await frames(size, theme, keys)
        (FOLDER / f"{name}.svg").write_text(_steady(svg, name), "utf-8")
    pictures = await frames((100, 28), "escope-dark", *(keys for _, keys in FILM))
    (FOLDER / "film.svg").write_text(_film(pictures, [word for word, _ in FILM]), "utf-8")


def _steady(svg: str, name: str) -> str:
    """The same picture has the same bytes: names that are made up by chance become fixed ones."""
    return re.sub(r"terminal-\d+-", f"{name}-", svg)


def _film(pictures: list[str], words: list[str]) -> str:
    """One SVG that shows the pictures in turn, each with a word below it."""
    first = _steady(pictures[0], "f0")
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', first)
    assert found is not None
    width, height = float(found[1]), float(found[2])
    total = SECONDS * len(pictures)
    share = 100 / len(pictures)
    visible, hidden = "{ visibility: visible; }", "{ visibility: hidden; }"
    style = (
        f".frame {{ visibility: hidden; animation: show {total}s step-end infinite; }}\n"
        f"@keyframes show {{ 0% {visible} {share:.3f}% {hidden} }}"
    )
    body = []
    for number, (picture, word) in enumerate(zip(pictures, words, strict=True)):
        inner = _steady(picture, f"f{number}").replace("<svg ", '<svg x="0" y="0" ', 1)
        size = f'class="rich-terminal" width="{width}" height="{height}"'
        inner = inner.replace('class="rich-terminal"', size, 1)
        body.append(
            f'<g class="frame" style="animation-delay: {number * SECONDS}s">{inner}'
            f'<text x="{width / 2}" y="{height + 30}" text-anchor="middle" fill="#7aa2f7" '
            f'font-family="sans-serif" font-size="22">{_escaped(word)}</text></g>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 50}">\n'
        f"<style>{style}</style>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["ESCOPE_HOME"] = home
        os.environ.pop("NO_COLOR", None)
        asyncio.run(draw())
