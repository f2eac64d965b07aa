"""except* with groups: split, re-raised, chained."""


def handle(errors):
    seen = []
    try:
        raise ExceptionGroup("all", errors)
    except* ValueError as group:
        seen.append(("values", [str(e) for e in group.exceptions]))
    except* (TypeError, KeyError) as group:
        seen.append(("others", len(group.exceptions)))
    else:
        seen.append("else")
    finally:
        seen.append("finally")
    return seen, "group" in locals()


def nested():
    try:
        try:
            raise ExceptionGroup("g", [OSError(1), ExceptionGroup("in", [ValueError(2), OSError(3)])])
        except* OSError as eg:
            raise RuntimeError("new") from eg
    except* ValueError as eg:
        print("inner", eg)
    except* RuntimeError as eg:
        print("runtime", [type(e).__name__ for e in eg.exceptions])
    return "end"


print(handle([ValueError(1), TypeError(2), ValueError(3)]))
for item in range(2):
    try:
        if item:
            raise KeyError(item)
    except* KeyError:
        print("key")
try:
    nested()
except ExceptionGroup as rest:
    print(rest.message, [type(e).__name__ for e in rest.exceptions])
