"""The figures of a run as a table in Markdown and a plot in SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from typing import Any

TRACERS = ("escope", "empty settrace", "empty monitoring", "coverage")

Rows = dict[tuple[str, str, int], dict[str, Any]]


def _rows(result: dict[str, Any]) -> Rows:
    return {(row["program"], row["tool"], row["size"]): row for row in result["rows"]}


def geometric(values: Iterable[float]) -> float:
    """The geometric mean."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def _net(rows: Rows, program: str, tool: str, size: int) -> float:
    """Seconds without those of an empty script under the same tool; at least a millisecond."""
    start = rows.get(("empty", tool, 1), {"wall": 0.0})["wall"]
    return max(0.001, rows[program, tool, size]["wall"] - start)


def ratios(result: dict[str, Any], tool: str) -> dict[str, float]:
    """How many times slower each program is under a tool, without start-up.

    The tool's whole process counts, what it does at the end too, less what it takes for an empty
    script; plain Python's seconds are those inside the program.
    """
    rows = _rows(result)
    return {
        program: _net(rows, program, tool, size) / rows[program, "plain", size]["inside"]
        for program, size in _sizes(rows, tool).items()
        if (program, "plain", size) in rows
    }


def _sizes(rows: Rows, tool: str) -> dict[str, int]:
    """The size that a tool ran each program at: the larger, where it ran two."""
    sizes: dict[str, int] = {}
    for program, name, size in rows:
        if name == tool and program != "empty":
            sizes[program] = max(size, sizes.get(program, 0))
    return sizes


def _sized(rows: Rows, program: str) -> int:
    return max(size for name, tool, size in rows if name == program and tool == "plain")


def table(result: dict[str, Any]) -> str:
    """All figures, in Markdown."""
    rows = _rows(result)
    tools = [tool for tool in TRACERS if any(key[1] == tool for key in rows)]
    programs = list(dict.fromkeys(name for name, tool, _ in rows if name != "empty"))
    lines = [
        f"CPython {result['python']}, {result['machine']}, medians of {result['rounds']} rounds."
        " Times plain, whole processes; `in` is the cost of one statement inside the program.",
        "",
        "| program | plain s | " + " | ".join(tools) + " | in ns | statements | B each | waited |",
        "|---|" + "---|" * (len(tools) + 5),
    ]
    whole: dict[str, list[float]] = {tool: [] for tool in tools}
    sizes: list[float] = []
    for program in programs:
        size = _sized(rows, program)
        plain = rows[program, "plain", size]
        cells = [program, f"{plain['wall']:.2f}"]
        for tool in tools:
            row = rows.get((program, tool, size))
            cells.append(f"{row['wall'] / plain['wall']:.2f}" if row else "failed")
            if row and program not in ("calls", "loop", "containers", "library"):
                whole[tool].append(row["wall"] / plain["wall"])
        row = rows.get((program, "escope", size))
        if row:
            spent = row["target_cpu"] - plain["target_cpu"]
            cells += [f"{spent / row['steps'] * 1e9:.1f}", f"{row['steps']:,.0f}"]
            cells += [f"{row['bytes'] / row['steps']:.2f}"]
            cells += [f"{row['waited'] / row['inside']:.0%}"]
            if program not in ("calls", "loop", "containers", "library"):
                sizes.append(row["bytes"] / row["steps"])
        lines.append("| " + " | ".join(cells) + " |")
    means = " | ".join(f"**{geometric(whole[tool]):.2f}**" for tool in tools)
    lines.append(f"| geometric mean | | {means} | | | **{geometric(sizes):.2f}** | |")
    lines += ["", *_starts(rows, tools), "", *_peers(result, rows)]
    return "\n".join(lines) + "\n"


def _starts(rows: Rows, tools: list[str]) -> list[str]:
    plain = rows.get(("empty", "plain", 1))
    if plain is None:
        return []
    more = [
        f"{tool} {(rows['empty', tool, 1]['wall'] - plain['wall']) * 1e3:.0f} ms"
        for tool in tools
        if ("empty", tool, 1) in rows
    ]
    return [f"An empty script, more than plain's {plain['wall'] * 1e3:.0f} ms: {', '.join(more)}."]


def _peers(result: dict[str, Any], rows: Rows) -> list[str]:
    lines = [
        "| tool | times plain, net (geometric mean) | worst | programs"
        " | ns per statement | captures |",
        "|---|---|---|---|---|---|",
    ]
    for tool, captures in result["captures"].items():
        found = ratios(result, tool)
        if tool == "plain" or not found:
            continue
        costs = []
        for program, size in _sizes(rows, tool).items():
            known = rows.get((program, "escope", size))
            if known and (program, "plain", size) in rows:
                extra = _net(rows, program, tool, size) - rows[program, "plain", size]["inside"]
                costs.append(max(extra / known["steps"] * 1e9, 0.1))
        mean, worst = geometric(found.values()), max(found.values())
        cost = f"{geometric(costs):,.0f}" if costs else ""
        figures = f"{mean:,.1f} | {worst:,.1f} | {len(found)} | {cost}"
        lines.append(f"| {tool} | {figures} | {captures} |")
    failures = [f"- {tool} on {name}: {why}" for name, tool, _, why in result["failures"]]
    return [*lines, *(["", "Not measured:", "", *failures] if failures else [])]


def chart(result: dict[str, Any]) -> str:
    """A row per tool, a dot per program, a bar at the geometric mean; the axis is logarithmic."""
    found = {tool: list(ratios(result, tool).values()) for tool in result["captures"]}
    found = {tool: values for tool, values in found.items() if tool != "plain" and values}
    order = sorted(found, key=lambda tool: geometric(found[tool]))
    top = max(max(values) for values in found.values())
    decades = max(1, math.ceil(math.log10(top)))
    left, width, row = 150, 640, 30
    height = len(order) * row + 70

    def x(value: float) -> float:
        return left + width * min(1.0, max(0.0, math.log10(value) / decades))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 90} {height}"'
        ' font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{left + width + 90}" height="{height}" rx="8" fill="#fbfbfd"/>',
        f'<text x="{left}" y="22" fill="#444">times slower than plain Python {result["python"]},'
        " start-up left out (logarithmic); a dot is a program</text>",
    ]
    for decade in range(decades + 1):
        at = x(10.0**decade)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="34" y2="{height - 28}" stroke="#dcdce4"/>'
        )
        parts.append(
            f'<text x="{at:.1f}" y="{height - 10}" text-anchor="middle" fill="#777">'
            f"{10**decade:,}</text>"
        )
    for index, tool in enumerate(order):
        y = 54 + index * row
        colour = "#d6336c" if tool == "escope" else "#868e96" if "empty" in tool else "#1c7ed6"
        weight = ' font-weight="700"' if tool == "escope" else ""
        parts.append(
            f'<text x="{left - 12}" y="{y + 5}" text-anchor="end" fill="#222"{weight}>'
            f"{escape(tool)}</text>"
        )
        parts += [
            f'<circle cx="{x(value):.1f}" cy="{y}" r="4" fill="{colour}" fill-opacity=".45"/>'
            for value in found[tool]
        ]
        mean = geometric(found[tool])
        parts.append(
            f'<rect x="{x(mean) - 2:.1f}" y="{y - 10}" width="4" height="20" fill="{colour}"/>'
        )
        parts.append(
            f'<text x="{left + width + 14}" y="{y + 5}" fill="{colour}"{weight}>{mean:,.1f}×</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
