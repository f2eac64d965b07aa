"""try with except, else, finally, nested, re-raised, chained; names of handlers are unbound after."""


def bad(n):
    if n == 0:
        raise ValueError("zero", n)
    if n == 1:
        return {}["missing"]
    return n


def run(n):
    log = []
    try:
        log.append("try")
        value = bad(n)
    except ValueError as error:
        log.append(error.args)
        value = None
    except (KeyError, TypeError):
        log.append("key")
        value = -1
    else:
        log.append("else")
    finally:
        log.append("finally")
    return value, log, "error" in locals()


def chain(n):
    try:
        try:
            bad(n)
        except KeyError as inner:
            raise RuntimeError("outer") from inner
        except ValueError as inner:
            inner.add_note("seen")
            raise
    except Exception as outer:
        return type(outer).__name__, type(outer.__cause__).__name__, getattr(outer, "__notes__", None)


def partial(target):
    try:
        a, target[0], c = 1, 2, 3
    except TypeError:
        return a, "c" in locals()
    return a, target, c


def change_and_fail(xs):
    def grow(items):
        items.append(len(items))
        raise IndexError(len(items))

    for _ in range(3):
        try:
            fresh = [xs]
            grow(xs)
            fresh.append("never")
        except IndexError as error:
            xs.append(error.args[0])
            continue
        finally:
            xs.append("f")
    return xs, fresh


def loud(n):
    for i in range(n):
        try:
            if i == 1:
                continue
            if i == 3:
                break
        except ValueError as e:
            print(e)
        else:
            print("else", i)
        finally:
            print("finally", i)


print(run(0), run(1), run(2))
print(chain(0), chain(1), chain(2))
print(partial([0]), partial(()))
print(change_and_fail([]))
loud(5)
try:
    undefined_name
except NameError as problem:
    print(problem)
print("problem" in globals())
