"""Reports on a survey: usable answers by region, the best region, the mean. It says the mean is 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

ANSWERS = """\
north,7
north,9
south,
east,4
south,8
east,ten
west,6
"""


def parse(text: str) -> Iterator[tuple[str, int]]:
    """The answers that are numbers, with their region."""
    for row in text.splitlines():
        region, _, answer = row.partition(",")
        if answer.isdigit():
            yield region, int(answer)


def best(answers: Iterable[tuple[str, int]]) -> str:
    top_region, top = "nobody", -1
    for region, answer in answers:
        if answer > top:
            top_region, top = region, answer
    return top_region


def mean(answers: Iterable[tuple[str, int]]) -> float:
    total = count = 0
    for _, answer in answers:
        total += answer
        count += 1
    return total / count if count else 0.0


def report(text: str) -> dict[str, object]:
    answers = parse(text)
    per_region: dict[str, list[int]] = {}
    if any(answer > 5 for _, answer in answers):
        for region, answer in answers:
            per_region.setdefault(region, []).append(answer)
    return {
        "regions": {region: len(values) for region, values in per_region.items()},
        "best": best(answers),
        "mean": mean(answers),
    }


def main() -> None:
    for name, value in report(ANSWERS).items():
        print(f"{name:<8} {value}")


if __name__ == "__main__":
    main()
