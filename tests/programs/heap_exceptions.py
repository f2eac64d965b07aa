"""Exceptions with cause, context, notes and own attributes."""


class AppError(Exception):
    def __init__(self, code, payload):
        super().__init__(f"code {code}")
        self.code = code
        self.payload = payload


def low(data):
    return data["missing"]


def middle(data):
    try:
        return low(data)
    except KeyError as error:
        data["seen"] = True
        raise AppError(7, data) from error


def high():
    data = {"k": [1]}
    try:
        middle(data)
    except AppError as problem:
        problem.add_note("a note")
        problem.payload["k"].append(2)
        kept = problem
    finally:
        data["finally"] = 1
    return kept


def context():
    try:
        try:
            1 / 0
        except ZeroDivisionError:
            [].pop()
    except IndexError as second:
        saved = second
    return saved


def returned_in_finally(log):
    try:
        log.append("try")
        raise ValueError("lost")
    finally:
        log.append("finally")
        return log


def loop_with_finally():
    out = []
    for n in range(4):
        try:
            if n == 1:
                continue
            if n == 3:
                break
            out.append(n)
        except ValueError:
            out.append("never")
        else:
            out.append("else")
        finally:
            out.append("f")
    return out


e1 = high()
e2 = context()
cause = type(e1.__cause__).__name__
args = e1.args
log = returned_in_finally([])
out = loop_with_finally()
try:
    raise ExceptionGroup("group", [ValueError(1), TypeError("t")])
except* ValueError as group:
    values = group.exceptions
except* TypeError as group:
    types = list(group.exceptions)
print(cause, args, log, out, e1.code, len(values), len(types))
