"""f-strings: nested, with =, conversions, formats, calls and lambdas inside."""

width, value = 8, 3.14159
name = "x"
items = [1, 2]


def call(v):
    items.append(v)
    return v


print(f"{value:{width}.{2}f}|{name!r:>6}|{name=}|{value = :.1f}|{call(5) + 1=}")
print(f"{[i for i in range(3)]} {(lambda y: y * 2)(4)} {'nested ' + f'{name}'} {{literal}} {items=!s}")
print(f"{(walrus := 7)} {walrus} {items[-1]!a} {dict(a=1)['a']}")
