"""match: literals, captures, sequences, mappings, classes, alternatives, guards, nothing matched."""

from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


def look(subject, limit=3):
    match subject:
        case 0 | 1 as small:
            return "small", small
        case str() as text if len(text) > limit:
            return "long", text
        case str(text):
            return "short", text
        case [first, *rest] if first == limit:
            return "starts", first, rest
        case [x, y]:
            result = "pair", x, y
        case {"op": op, **others}:
            result = op, sorted(others)
        case Point(x=0, y=y) | Point(x=y, y=0):
            result = "axis", y
        case Point():
            result = "point"
        case None | True:
            result = subject
        case _:
            result = "else"
    return result


def no_match(value):
    match value:
        case [a, b] if (c := a) > b:
            return a, b, c
        case [a, _]:
            pass
        case {"k": 1}:
            a = 5
    return value, "a" in locals()


for thing in (0, 1, "hello", "hi", [3, 4, 5], [1, 2], {"op": "add", "n": 1}, Point(0, 4), Point(4, 0),
              Point(1, 1), None, True, 2.5):
    print(look(thing))
print(no_match([2, 1]), no_match([1, 2]), no_match({"k": 1}), no_match(3))
match (top := [1, [2, 3]]):
    case [a, [b, *c]]:
        print(a, b, c, top)
