"""Generator context managers, ExitStack, and exceptions that travel through them."""

from contextlib import ExitStack, contextmanager


@contextmanager
def block(name, log):
    log.append(f"<{name}>")
    try:
        yield [name]
    except KeyError as error:
        log.append(f"key {error}")
    finally:
        log.append(f"</{name}>")


def stacked(names):
    log = []
    with ExitStack() as stack:
        parts = [stack.enter_context(block(name, log)) for name in names]
        parts[0].append("changed")
        stack.callback(log.append, "callback")
        raise KeyError("inside")
    return parts, log


def nested():
    log = []
    for i in range(3):
        with block(i, log) as part:
            if i == 1:
                continue
            part.append(i)
            if i == 2:
                break
    return part, log


print(stacked("ab"))
print(nested())
