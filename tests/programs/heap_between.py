"""One statement that stores in several places: what the later stores run sees the earlier ones."""


class Box:
    def __init__(self):
        self.kept = 0

    @property
    def value(self):
        return self.kept

    @value.setter
    def value(self, new):
        self.kept = new
        done = True
        assert done

    def __setitem__(self, key, new):
        self.kept = key, new


box = Box()
x = y = 0
x, box.value = 1, 2
x, box[0], y = 5, 6, 7
(x, box.value), *y = (9, 8), 4
x = box.value = 77
for x, box.value in [(1, 2), (3, 4)]:
    seen = x
[x, box.value], y = [[5, 6], 7]


class Body:
    inside = 1
    inside, box.value = 3, 4
    inside = box.value = inside + 1


def function():
    own = Box()
    a = 0
    a, own.value = 1, 2
    a = own.value = 5
    return a


def unread():
    moved = iter([1, 2, 3, 4, 5])
    found = 2 in moved
    a, b, c = moved
    rest = iter("abc")
    shown = [*rest]
    odd = Box()
    odd.__dict__[1] = [found]
    odd.__dict__[1].append(2)
    odd.__dict__[2, "k"] = 3
    del odd.__dict__[1]
    return a, b, c, shown, odd


print(x, y, seen, box.kept, Body.inside, function(), unread()[:4])
