"""Names of `except` clauses are unbound again, also where finalizers run while they go."""

# oracle: moment


class Noisy:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        n = self.n
        seen.append(n)


class Held(ValueError):
    pass


def gen():
    try:
        yield 1
    finally:
        n = 1


def fail(n):
    it = gen()
    next(it)
    noisy = Noisy(n)
    raise Held(n)


class Parser:
    def __init__(self, text):
        self.tokens = gen()
        self.token = next(self.tokens)
        self.text = text

    def parse(self):
        raise SyntaxError(self.text)


seen = []
errors = []
for text in ("a", "b"):
    try:
        Parser(text).parse()
    except SyntaxError as exc:
        errors.append(exc.msg)
    text = None
done = 1
try:
    fail(7)
except Held as exc:
    errors.append(exc.args)
done = 2


def inside():
    for i in range(2):
        try:
            fail(i)
        except Held as exc:
            errors.append(-1)
        done = 1
    try:
        fail(5)
    except Held as exc:
        late = lambda: exc
        late = None
    done = 2
    return done


inside()


def outside():
    global shared
    try:
        fail(8)
    except Held as shared:
        n = 1
    n = 2
    return n


outside()
done = 3
