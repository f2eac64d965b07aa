"""Attributes that are stored through the dict that `__getattribute__` and `getattr` give."""


class Counting:
    def __getattribute__(self, name):
        own = object.__getattribute__(self, "__dict__")
        own["reads"] = own.get("reads", 0) + 1
        return object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        getattr(self, "__dict__")[name] = [value]


counting = Counting()
counting.first = 1
first = counting.first
first.append(counting.reads)
counting.second = first
print(counting.second, counting.reads)


class Open:
    pass


class Closed:
    __slots__ = ("only",)


def annotated(o, **notes):
    own = getattr(o, "__dict__", dict(missing=len(notes)))
    own["notes"] = notes
    return own


opened = Open()
own = annotated(opened, by="name")
own["more"] = [1]
print(opened.notes, annotated(Closed(), by="default"))
