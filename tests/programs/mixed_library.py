"""Library base classes that call back into the program and change its objects."""
import argparse
import ast
import collections
import collections.abc
import contextlib
import copy
import ctypes
import functools
import heapq
import html.parser
import io
import json
import operator
import random
import sched
import shelve
import string
import types
import weakref
import xml.etree.ElementTree as ET


class Bag(collections.abc.MutableMapping):
    def __init__(self, *a, **k):
        self.data = {}
        self.reads = 0
        self.update(*a, **k)

    def __getitem__(self, k):
        self.reads += 1
        return self.data[k]

    def __setitem__(self, k, v):
        self.data[k] = v

    def __delitem__(self, k):
        del self.data[k]

    def __iter__(self):
        return iter(self.data)

    def __len__(self):
        return len(self.data)


class Loud(collections.UserDict):
    def __setitem__(self, k, v):
        super().__setitem__(str(k), [v])


class Seq(collections.UserList):
    def append(self, x):
        super().append(x * 2)


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.depth = [], 0

    def handle_starttag(self, tag, attrs):
        self.depth += 1
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.depth -= 1

    def handle_data(self, data):
        if data.strip():
            self.found[-1] += (data,)


class Fold(ast.NodeTransformer):
    def __init__(self):
        self.count = 0

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            self.count += 1
            return ast.Constant(node.left.value + node.right.value)
        return node


class Append(argparse.Action):
    def __call__(self, parser, ns, values, option=None):
        items = getattr(ns, self.dest) or []
        items.append(values)
        setattr(ns, self.dest, items)


class Pt(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int)]


class Button:
    def __init__(self):
        self.log = []

    def press(self, how, n=1):
        self.log.extend([how] * n)
        return len(self.log)

    click = functools.partialmethod(press, "click", n=2)

    @functools.singledispatchmethod
    def handle(self, x):
        self.last = ("any", x)

    @handle.register
    def _(self, x: int):
        self.last = ("int", x)


def bags():
    b = Bag(a=1, b=2)
    b.update({"c": 3}, d=4)
    b.setdefault("e", []).append(5)
    popped = b.pop("a")
    b.popitem()
    "c" in b
    items = list(b.items())
    l = Loud({1: 2})
    l.update({3: 4})
    l |= {5: 6}
    s = Seq([1])
    s.append(2)
    s.extend([7])
    s += [8]
    s.sort(reverse=True)
    b.clear()
    return b, popped, items, l, s


def trees():
    p = Links()
    p.feed("<a href='x'>hi<b>yo</b></a>")
    p.close()
    f = Fold()
    tree = f.visit(ast.parse("1 + 2 + x", mode="eval"))
    code = ast.unparse(tree)
    root = ET.fromstring("<r><i n='1'/><i n='2'>t</i></r>")
    for el in root.iter("i"):
        el.set("n", str(int(el.get("n")) * 10))
    ns = [el.attrib for el in root]
    ns[0]["new"] = "1"
    text = ET.tostring(root)
    return p.found, p.depth, f.count, code, ns, text


def options():
    ap = argparse.ArgumentParser()
    ap.add_argument("--item", action=Append)
    ap.add_argument("-v", action="count", default=0)
    ns = ap.parse_args(["--item", "a", "--item", "b", "-vv"])
    ns.item.append("c")
    return vars(ns)


def memory():
    pts = (Pt * 2)()
    pts[0].x = 5
    pts[1] = Pt(1, 2)
    p = ctypes.pointer(pts[0])
    p.contents.y = 9
    buf = ctypes.create_string_buffer(4)
    buf[1] = b"z"
    ba = bytearray(4)
    view = (ctypes.c_char * 4).from_buffer(ba)
    view[2] = b"q"
    del view
    return pts[0].x, pts[0].y, bytes(buf), ba


def orders():
    order = []

    def key(x):
        order.append(x)
        return -x

    xs = [3, 1, 2]
    xs.sort(key=key)
    ys = sorted(order, key=lambda v: (order.append(v), v)[1])
    m = map(order.append, [7, 8])
    before = len(order)
    next(m)
    list(m)
    f = list(filter(lambda v: v > 2 and order.remove(v) is None, [3, 1, 7]))
    z = list(zip(iter(xs), map(key, xs)))
    low = min(xs, key=key)
    operator.iadd(order, ["iadd"])
    operator.setitem(order, 0, "set")
    operator.methodcaller("insert", 1, "mc")(order)
    rng = random.Random(1)
    rng.shuffle(order)
    picked = rng.sample(order, 2)
    merged = list(heapq.merge([1, 4], [2, 3], key=lambda v: v))
    red = functools.reduce(lambda acc, v: acc.append(v) or acc, [1, 2], [])
    any(order.append(i) for i in range(3))
    d = dict.fromkeys("ab", [])
    d["a"].append(1)
    keys, vals = d.keys(), d.values()
    d["c"] = 3
    d2 = {**d, "a": 0} | {"z": 1}
    d |= [("q", 1)]
    return xs, ys, before, f, z, low, order, picked, merged, red, keys, list(vals), d2


def buttons():
    b = Button()
    b.click()
    b.press("x")
    b.handle("s")
    b.handle(3)
    m = types.MethodType(lambda self, v: self.log.append(v), b)
    m("bound")
    b.extra = m
    b.extra("again")
    cache = weakref.WeakValueDictionary()
    cache["b"] = b
    wk = weakref.WeakKeyDictionary({b: [1]})
    wk[b].append(2)
    fin = weakref.finalize(b, b.log.append, "bye")
    n = len(cache)
    fin.detach()
    return n, b


def jobs():
    t = [0]
    done = []
    s = sched.scheduler(lambda: t[0], lambda n: t.__setitem__(0, t[0] + n))
    s.enter(2, 1, done.append, ("two",))
    s.enter(1, 1, lambda: done.append(("one", t[0])))
    s.run()

    @contextlib.contextmanager
    def cm(log):
        log.append("in")
        try:
            yield log
        except ValueError:
            log.append("err")
        finally:
            log.append("out")

    log = []
    with cm(log) as l:
        l.append("body")
        raise ValueError

    @cm(log)
    def decorated():
        log.append("dec")

    decorated()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print("hid")
    got = json.loads('{"a": {"b": 1}}', object_pairs_hook=lambda p: [done.append(p[0][0]), dict(p)][1])
    fmt = string.Formatter().format("{0}-{x}", 1, x=2)
    deep = copy.deepcopy({"k": [done]})
    deep["k"][0].append("deep")
    return t, done, log, out.getvalue(), got, fmt, deep


r1 = bags()
r2 = trees()
r3 = options()
r4 = memory()
r5 = orders()
r6 = buttons()
r7 = jobs()
end = 1
