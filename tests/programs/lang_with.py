"""Context managers: several items, targets of all kinds, suppression, errors in enter and exit."""


class Manager:
    def __init__(self, name, swallow=False, fail=""):
        self.name, self.swallow, self.fail, self.log = name, swallow, fail, []

    def __enter__(self):
        self.log.append("enter")
        if self.fail == "enter":
            raise RuntimeError(self.name)
        return self, self.log

    def __exit__(self, kind, value, trace):
        self.log.append(kind and kind.__name__)
        if self.fail == "exit":
            raise LookupError(self.name)
        return self.swallow


def several():
    with Manager("a") as (a, log), Manager("b") as (b, _), Manager("c"):
        log.append(a.name + b.name)
    return log, _


def swallowing():
    manager = Manager("s", swallow=True)
    with manager as pair:
        manager.log.append("body")
        raise KeyError("gone")
    return manager.log, pair[0] is manager


def failing(where):
    outer = Manager("outer", swallow=True)
    with outer, Manager("inner", fail=where) as inner:
        outer.log.append("body")
    return outer.log, "inner" in locals()


class Holder:
    pass


def places():
    holder, cells = Holder(), [None]
    with Manager("p") as holder.pair, Manager("q") as cells[0]:
        holder.done = True
    return holder.pair[1], cells[0][1], holder.done


print(several())
print(swallowing())
print(failing("enter"), failing("exit"), failing(""))
print(places())
with Manager("m") as (manager, log):
    log.append("module")
print(log)
