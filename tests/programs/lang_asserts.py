"""assert with and without messages; what the message does; -O leaves them out."""

log = []


def check(value, limit=3):
    assert value < limit, log.append("too big") or f"{value} >= {limit}"
    assert (checked := value) == value
    return value


for n in (1, 5):
    try:
        print(check(n))
    except AssertionError as error:
        print("failed", error)
if __debug__:
    print(log)
try:
    assert log == None
except AssertionError as error:
    print(repr(error))
