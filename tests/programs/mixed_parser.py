"""Parser and interpreter: recursion, closures, exceptions, match."""

import re
import sys
from typing import NamedTuple, Optional, Union

TOKEN = re.compile(r"\s*(?:(?P<num>\d+\.?\d*)|(?P<name>\w+)|(?P<op>[-+*/()=^,]))")


class Tok(NamedTuple):
    kind: str
    text: str


class ParseError(SyntaxError):
    def __init__(self, message, at):
        super().__init__(message)
        self.at = at
        self.add_note(f"at {at}")


def lex(text):
    at = 0
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m or m.end() == at:
            raise ParseError("bad character", at)
        at = m.end()
        yield Tok(m.lastgroup, m.group(m.lastgroup))


class Parser:
    PREC = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}

    def __init__(self, text):
        self.toks = list(lex(text))
        self.pos = 0

    @property
    def peek(self) -> Optional[Tok]:
        return self.toks[self.pos] if self.pos < len(self.toks) else None

    def take(self, text=None):
        tok = self.peek
        if tok is None or text and tok.text != text:
            raise ParseError(f"expected {text}", self.pos)
        self.pos += 1
        return tok

    def expr(self, least=0):
        left = self.atom()
        while (tok := self.peek) and (p := self.PREC.get(tok.text, -1)) >= least and p > 0:
            self.take()
            right = self.expr(p + (tok.text != "^"))
            left = (tok.text, left, right)
        return left

    def atom(self):
        tok = self.take()
        match tok:
            case Tok("num", text):
                return float(text) if "." in text else int(text)
            case Tok("name", name) if self.peek == ("op", "("):
                self.take("(")
                args = []
                while self.peek != ("op", ")"):
                    args.append(self.expr())
                    if self.peek == ("op", ","):
                        self.take()
                self.take(")")
                return ("call", name, *args)
            case Tok("name", name):
                return ("var", name)
            case Tok("op", "("):
                inner = self.expr()
                self.take(")")
                return inner
            case Tok("op", "-"):
                return ("neg", self.expr(3))
            case _:
                raise ParseError("unexpected", self.pos)


def evaluate(tree, env):
    match tree:
        case int() | float() as n:
            return n
        case ("var", name):
            try:
                return env[name]
            except KeyError as e:
                raise NameError(name) from e
        case ("neg", x):
            return -evaluate(x, env)
        case ("call", name, *args):
            return env[name](*[evaluate(a, env) for a in args])
        case (op, left, right):
            l, r = evaluate(left, env), evaluate(right, env)
            return {
                "+": lambda: l + r,
                "-": lambda: l - r,
                "*": lambda: l * r,
                "/": lambda: l / r,
                "^": lambda: l**r,
            }[op]()


def make_counter():
    n = 0

    def inc(by=1):
        nonlocal n
        n += by
        return n

    def get():
        return n

    return inc, get


inc, get = make_counter()
env = {"x": 3, "inc": inc, "max": max}
answers, problems = {}, []
for text in ["1+2*3", "2^3^2", "-x+4", "inc(5)*inc()", "max(1, x, 2)", "1/0", "y", "(1", "1 $"]:
    try:
        answers[text] = evaluate(Parser(text).expr(), env)
    except (ParseError, NameError) as error:
        problems.append((type(error).__name__, error.args, getattr(error, "__notes__", None)))
    except ArithmeticError:
        problems.append(sys.exc_info()[0])
    else:
        env["last"] = answers[text]
    finally:
        env["tries"] = env.get("tries", 0) + 1


def deep(n):
    try:
        return deep(n - 1) if n else 1 / 0
    except ZeroDivisionError as e:
        if n % 3 == 0:
            raise RuntimeError(n) from e
        raise
    except RuntimeError:
        if n > 6:
            return "rescued", n
        raise


rescued = deep(8)
try:
    raise ExceptionGroup(
        "g", [ValueError(1), TypeError("t"), ExceptionGroup("in", [KeyError("k")])]
    )
except* ValueError as eg:
    values = eg.exceptions
except* (TypeError, KeyError) as eg:
    others = [type(x).__name__ for x in eg.exceptions]
end = get()
