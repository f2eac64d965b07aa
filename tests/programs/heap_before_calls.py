"""Statements that call something before they call recorded code: what the first calls change is known in the second."""


class Account:
    kind = "account"

    def __init__(self):
        self.log = []
        self.by = {}

    def peek(self):
        return len(self.log)

    def put(self, x):
        self.log.append(x)
        return self.peek()


class Library(dict):
    pass


def watch(xs, *more):
    seen = list(xs)
    return len(seen)


def pure_first(xs, d):
    a = xs.count(1) + watch(xs)
    b = d.get("a", 0) + watch(d)
    c = "x".join(map(str, xs)) + str(watch(xs))
    return a, b, c


def impure_first(xs, d, s):
    a = xs.append(1) or watch(xs)
    b = d.setdefault("a", []) or watch(d)
    c = s.add(len(xs)) or watch(s, xs)
    e = xs.pop() + watch(xs)
    f = d.update(b=1) or watch(d)
    g = xs.sort() or watch(xs)
    return a, b, c, e, f, g


def of_another_type(items):
    """The same call meets one receiver after another."""
    for item in items:
        n = item.copy() and watch(item)
        m = item.pop() if len(item) > 3 else watch(item)
        p = item.clear() or watch(item)
    return n, m, p


def rebinding(account):
    add = account.log.append
    for i in range(3):
        got = add(i) or watch(account.log)
        add = [add, account.put, account.log.append][i % 2 + 1]
        got = add(i) or watch(account.log)
    return got


def of_classes(account):
    made = Account().put(1) + account.put(2) + watch(account.log)
    made = account.peek() + account.put(Library(a=1)) + watch(account.log)
    account.log[-1].update(b=2) or watch(account.log)
    account.by.update({"k": account.log}) or account.put(3)
    return made, sorted(account.by) + [watch(account.by)]


def by_a_class(account):
    """A class changes what one of its methods does."""
    for i in range(4):
        got = account.put(i) + watch(account.log)
        if i == 1:
            Account.put = lambda self, x: self.log.extend([x, x]) or 0
        if i == 2:
            Account.put = Library
            account.by.update(i=account.put(i=i)) or watch(account.by)
            Account.put = Account.peek = lambda self, *x: self.log.extend(x) or 0
    return got


class Made:
    """Code in C runs its methods: the class when it is called, `in`, `sorted`, `map`."""

    seen = []

    def __init__(self, xs, *more):
        self.xs = xs
        self.seen.append(len(xs))

    def __eq__(self, other):
        same = self.xs == other
        return same

    def __lt__(self, other):
        less = len(self.xs) < len(other.xs)
        return less

    def __len__(self):
        n = len(self.xs)
        return n


def run_by_c(xs, d):
    made = Made(xs)
    made = Made(xs, xs.append(1), Made(xs))
    made = [xs.append(2), Made(xs), d.setdefault("k", xs), Made(d["k"])]
    made = Made(xs), xs.pop() and Made(xs, *xs)
    xs[0], made = Made(xs), xs
    found = made.append(3) or [1, 2] in [Made(xs), Made([1, 2])]
    xs.append(5), made.append(4), sorted([Made(xs), Made([1])])
    lengths = [d.update(n=len(xs)), *map(Made, [xs, made]), d.pop("n")]
    lengths = d.update(m=1) or max([Made(xs), Made([])], key=lambda m: d.update(m=m) or len(m.xs))
    d["a" + "b"] = Made(d)
    Made(xs).xs = Made(made).xs = xs
    xs = xs + [len(Made(xs))]
    made = None
    del xs[0], found
    return xs, d, lengths


class Bare:
    def __init__(self, log):
        log.append(self)
        self.log = log


def classes_that_change(log):
    for kind in (Bare, Library, Bare, list, dict, Bare):
        made = kind(log) if kind is Bare else kind()
        made = log.append(kind) or watch(log), Bare(log)
        log.insert(0, Bare(log)) or Bare(log)
    Bare.__init__ = lambda self, log: log.clear()
    made = Bare(log), watch(log)
    Bare.__new__ = lambda cls, log: log.append("new") or object.__new__(cls)
    made = Bare(log), watch(log), log.append(6), Bare(log)
    return made, log


pures = pure_first([1, 2], {"a": 1})
impures = impure_first([3, 2], {}, set())
others = of_another_type([[1, 2, 3, 4], {1, 2}, [5], {6}, [7, 8, 9, 10, 11]])
rebound = rebinding(Account())
classes = of_classes(Account())
changed = by_a_class(Account())
by_c = run_by_c([0], {})
bare = classes_that_change([])
