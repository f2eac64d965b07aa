"""Methods that change one item of a builtin container, alone and in each other's company."""

from collections import Counter, OrderedDict, defaultdict, deque


class Stack(list):
    pass


class Bag(set):
    def add(self, item):
        super().add((item, item))


class Key:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return isinstance(other, Key) and self.n == other.n

    def __hash__(self):
        return self.n


def lists(flag):
    q = list(range(6))
    other = q
    x = q.pop()
    x = q.pop(0)
    x = q.pop(-2)
    i = 1
    x = q.pop(i)
    other.append(9)
    x = q.pop() + q.pop(0)
    q.extend([1, 2, 3, 4])
    x = q.pop() if flag else q.pop(0)
    x = q.pop() if not flag else other.pop(0)
    x = flag and q.pop(0)
    q.append(q.pop(0))
    x = [q.pop() for _ in range(2)]
    q.insert(0, 5)
    q.remove(5)
    x = (q.append(3), q.pop(0))
    try:
        x = q.pop(99)
    except IndexError:
        x = None
    stack = Stack("abc")
    stack.append("d")
    x = stack.pop()
    nested = [[1], [2]]
    nested[0].append(3)
    nested[1].append(4), nested[1].append(5)
    x = nested.pop(0).pop()
    return q, stack, x


def long():
    q = list(range(300))
    d = deque(range(300))
    for _ in range(50):
        x = q.pop(0)
        y = d.popleft()
        q.append(x)
        d.append(y)
    while len(q) > 250:
        x = q.pop()
        y = d.pop()
    s = set(range(260))
    for k in range(255, 265):
        s.add(k)
        s.discard(k - 250)
    return x, y, len(s)


def deques():
    d = deque([1, 2, 3], maxlen=4)
    d.append(4)
    d.append(5)
    x = d.popleft()
    x = d.pop()
    d.appendleft(0)
    d.rotate(1)
    x = d.popleft() if x else d.pop()
    return d, x


def sets():
    s = {1, "a", True, 2.0}
    k = Key(1)
    s.add(k)
    s.add(Key(1))
    s.add(3)
    s.add((1, "b"))
    s.discard((1, "b"))
    s.discard(2)
    s.discard(1.0)
    s.discard("nothing")
    s.remove(3)
    s.discard(Key(1))
    a, b = 7, 8
    s.add((a, b))
    s.remove((a, b))
    s.add(a) or s.add(b)
    x = a in s or s.add(a)
    a in s and s.discard(a)
    try:
        s.remove("nothing")
    except KeyError:
        x = 1
    x = s.pop()
    bag = Bag()
    bag.add(1)
    bag.discard((1, 1))
    return s, bag, x


def dicts():
    d = {"a": 1, 2: [2], 3.0: 3, None: 4}
    x = d.pop("a")
    x = d.pop("a", None)
    x = d.pop(3)
    d.setdefault("b", []).append(1)
    x = d.setdefault("b", 5)
    k = "c"
    x = d.setdefault(k, {})
    x["y"] = d
    x = d.pop(k, None) or d.pop(2)
    o = OrderedDict(a=1, b=2, c=3)
    x = o.pop("b")
    o.move_to_end("a")
    c = Counter("abc")
    x = c.pop("a")
    dd = defaultdict(list)
    dd["k"].append(1)
    dd["k"].append(2)
    x = dd.pop("k")
    for n in range(300):
        d.setdefault(n, n)
    for n in range(0, 300, 7):
        d.pop(n)
    return d, o, c, dd, x


class Owner:
    def __init__(self):
        self.names = set()
        self.queue = []

    def work(self, item):
        self.names.add(item.n)
        self.queue.append(item)
        self.queue.append(item)
        self.queue.pop(0)
        self.names.discard(item.n)
        return len(self.names)


lists(True)
lists(False)
long()
deques()
sets()
dicts()
owner = Owner()
owner.work(Key(5))
owner.work(Key(6))
