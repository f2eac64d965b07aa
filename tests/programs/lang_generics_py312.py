"""PEP 695: type parameters, aliases, generic classes and functions."""


class Stack[T]:
    kind: type[T] | None = None

    def __init__(self, *items: T) -> None:
        self.items: list[T] = list(items)

    def push[S: (int, str)](self, item: T, other: S = None) -> "Stack[T]":
        self.items.append(item)
        return self


def first[T](items: list[T], default: T = None) -> T:
    found: T = items[0] if items else default
    return found


type Pair[A, B] = tuple[A, B]
type Plain = list[int]


class Child[U](Stack[U]):
    def push(self, item):
        super().push(item)
        return [T.__name__ for T in Stack.__type_params__]


def scoped():
    type Local = dict[str, Local]
    x = [Local]
    return Local.__name__, len(x)


print(Stack(1).push(2).items, first([3]), first([], 4), Pair.__value__, Plain.__value__)
print(Child("a").push("b"), Stack.__type_params__, first.__type_params__, scoped())
