"""One list under many names, changed through each of them."""


class Box:
    def __init__(self, content):
        self.content = content


def callee(items):
    items.append("callee")
    inner = items
    inner.append("inner alias")
    return inner


def deeper(box):
    box.content.append("through a box")
    other = box.content
    other[0] = "first"
    return len(other)


def swap(pair):
    left, right = pair
    left, right = right, left
    left.append("left")
    right.append("right")
    return left, right


a = [0]
b = a
c = {"list": a, "again": b}
box = Box(a)
b.append(1)
c["list"].append(2)
box.content.append(3)
d = callee(a)
same = d is a
n = deeper(box)
pair = (a, [10])
x, y = swap(pair)
nested = [[a], {"deep": [a, {"deeper": a}]}]
nested[1]["deep"][1]["deeper"].append("deep")
a += [99]
b = b + [100]
a[1:3] = ["slice", "store", "grew"]
del c["again"]
rows = [[0] * 3] * 3
rows[1][1] = 7
copy = list(a)
copy.append("only in the copy")
print(a, b, copy, rows, same, n)
