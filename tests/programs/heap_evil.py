"""Classes whose every special method raises and counts; the recorder must call none."""

calls = []


def evil(name):
    def method(self, *args):
        calls.append(name)
        raise RuntimeError(name)

    return method


NAMES = (
    "__repr__ __str__ __eq__ __ne__ __lt__ __hash__ __len__ __iter__ __next__ __bool__ "
    "__contains__ __getitem__ __call__ __index__ __int__ __float__ __format__ __dir__ "
    "__reduce__ __reduce_ex__ __sizeof__ __copy__ __deepcopy__ __enter__ __exit__ __length_hint__ "
    "__getattr__ __getattribute__ __reversed__ __missing__ __bytes__ __fspath__ __class_getitem__"
).split()


class Descriptor:
    __get__ = evil("__get__")


class Meta(type):
    def __getattribute__(cls, name):
        calls.append("meta " + name)
        return type.__getattribute__(cls, name)

    __repr__ = evil("meta repr")
    __eq__ = evil("meta eq")

    def __hash__(cls):
        return 1


body = {name: evil(name) for name in NAMES}
body["prop"] = property(evil("prop"))
body["desc"] = Descriptor()
body["__slots__"] = ("slot", "unset", "__dict__", "__weakref__")
Evil = type("Evil", (), dict(body))
body.pop("__slots__")
EvilList = type("EvilList", (list,), {k: v for k, v in body.items() if k != "__hash__"})
EvilDict = type("EvilDict", (dict,), dict(body))
EvilStr = type("EvilStr", (str,), dict(body))
EvilInt = type("EvilInt", (int,), dict(body))
EvilTuple = type("EvilTuple", (tuple,), dict(body))
EvilSet = type("EvilSet", (set,), dict(body))
EvilError = type("EvilError", (Exception,), dict(body))


class WithMeta(metaclass=Meta):
    def __init__(self):
        object.__setattr__(self, "x", 1)


def touch(value):
    other = value
    pair = (value, other)
    box = [value]
    return pair, box


calls.clear()
e = object.__new__(Evil)
object.__setattr__(e, "slot", 1)
object.__setattr__(e, "extra", [2])
r1 = touch(e)
el = EvilList()
list.append(el, 1)
r2 = touch(el)
ed = EvilDict()
dict.__setitem__(ed, "k", e)
r3 = touch(ed)
es = EvilStr("text")
r4 = touch(es)
ei = EvilInt(5)
r5 = touch(ei)
et = EvilTuple((1, 2))
r6 = touch(et)
eset = EvilSet()
set.add(eset, 3)
r7 = touch(eset)
err = EvilError("boom")
r8 = touch(err)
count = calls[:]
w = WithMeta()
r9 = touch(w)
before = calls[:]
print(count, before)
