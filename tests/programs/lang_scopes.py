"""global, nonlocal, closures, del, shadowing, names that are unbound at a join."""

counter = 0
name = "module"


def count():
    global counter, fresh
    counter += 1
    fresh = [counter]
    return counter


def owner():
    value = 0
    log = []

    def add(n):
        nonlocal value
        value += n
        log.append(value)
        return value

    def reset():
        nonlocal value
        del value
        value = -1

    add(2)
    add(3)
    first = value
    reset()
    return first, value, log


def makers():
    return [lambda: i for i in range(3)], [lambda i=i: i for i in range(3)]


def shadow():
    len = lambda x: "shadowed"
    print = str
    return len([]), print(5)


def unbound(flag):
    if flag:
        x = 1
    else:
        y = 2
    del_me = 3
    del del_me
    return sorted(locals())


def drop():
    global doomed
    doomed = 1
    del doomed
    return "doomed" in globals()


def deep():
    a = 1

    def middle():
        def inner():
            nonlocal a
            a += 1
            return a

        return inner() + inner()

    return middle(), a


count()
count()
print(counter, fresh)
print(owner())
late, early = makers()
print([f() for f in late], [f() for f in early])
print(shadow(), unbound(1), unbound(0), drop(), deep())
del name
print("name" in globals())
