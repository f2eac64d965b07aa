"""Objects that a library changes after their class has made them and before they are stored."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Rule(Generic[T]):
    def __init__(self):
        self.x = 1


class Owner:
    def __init__(self):
        self.rule = Rule[int]()
        self.y = 2


def local():
    rule = Rule[int]()
    y = 1
    return rule


def stores(owner):
    table = {}
    items = [1]
    table["k"] = Rule[int]()
    items[0] = Rule[str]()
    owner.rule = Rule[str]()
    owner.other, items[0] = Rule[int](), Rule[int]()
    return table, items


made = local()
owner = Owner()
found = stores(owner)
print(len(found), owner.y)
