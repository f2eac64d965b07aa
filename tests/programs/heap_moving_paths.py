"""Statements that store what the path to another target or receiver leads through."""


class Node:
    def __init__(self, value, prev=None, next=None):
        self.value = value
        self.prev = prev
        self.next = next
        self.items = [value]


class Chain:
    def __init__(self):
        self.head = self.tail = Node(0)

    def push(self, value):
        self.tail.next = self.tail = Node(value, self.tail)
        return self

    def unshift(self, value):
        self.head.prev = self.head = Node(value, None, self.head)
        return self

    def swap(self):
        self.head.next, self.head = self.tail, self.tail
        return self

    def back(self):
        self.head, self.head.value = self.tail, -1
        return self

    def items(self):
        self.head.items[0] = self.head = Node("i")
        self.head.items[-1], self.head.items = "j", ["k"]
        (self.tail.items[0], self.tail.items), self.tail = (1, [2]), Node(3)
        return self


class Cursor:
    def __init__(self, data):
        self.data = data
        self.kept = data
        self.seen = []

    def down(self):
        self.data = self.data.pop("next")
        return self

    def into(self):
        self.data["at"] = self.data = self.data["kids"].pop()
        return self

    def sorted(self):
        self.data = self.data.sort()
        return self

    def replaced(self, xs):
        self.seen.append(1)
        self.seen = xs.append(self.seen.pop())
        return self


chain = Chain()
first = chain.head
chain.push(1).push(2)
last = chain.tail
chain.unshift(-1)
chain.swap()
chain.back()
kept = chain.head
chain.items()
top = {"next": {"a": 1, "kids": [{"b": 2}, {"c": 3}]}}
kids = top["next"]["kids"]
cursor = Cursor(top)
cursor.down()
cursor.into()
xs = [3, 1, 2]
cursor.data = xs
cursor.sorted()
seen = cursor.seen
cursor.replaced(xs)
a = Node(1)
b = Node(2, a)
c = b
a.next = b
b.prev.next = b.prev = Node(5)
a.next.prev, a.next = None, None
b.prev.items.append(b.prev.items)
b.prev = b.prev.items.pop()
for b.prev, c.next in [(a, a), (None, b)]:
    b.value = c.next
with_items = Node([1, 2])
old = with_items.value
with_items.value = with_items.value.pop()
old = with_items.items
with_items.items[0].append(3)
with_items.items, with_items.items[0] = [9], 8
del with_items.items[0], with_items.items
end = 1
