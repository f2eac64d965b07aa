"""PEP 750: template strings and their interpolations."""

name, items = "world", [1]


def call(v):
    items.append(v)
    return v


t = t"hello {name!r:>10} {call(2) + 1} {[i for i in items]} {name=}"
print(t.strings, [(i.value, i.expression, i.conversion, i.format_spec) for i in t.interpolations])
print(type(t).__name__, t.values, items)
