"""Variables of modules that are stored by other means than their names."""

import importlib
import sys

import heap_modules_attributes as me

if __name__ == "__main__":
    name, first = "first", 1
    setattr(sys.modules[__name__], name, 2)
    seen = first
    setattr(sys.modules[__name__], "second", [seen])
    seen = second  # noqa: F821
    delattr(sys.modules[__name__], "second")
    seen = 0


def through_calls():
    for key in ("third", "fourth"):
        setattr(sys.modules["__main__"], key, [key])
        at = key
    setattr(importlib.import_module(me.__name__), "fifth", at)
    me.look()
    setattr(me, "fifth", 5)
    me.look()
    me.__dict__.update(fifth=6, sixth=7)
    me.look()
    delattr(me, "sixth")
    return me.look()


def through_methods():
    me.__setattr__("fifth", 8)
    me.look()
    sys.modules["__main__"].__setattr__("first", 9)
    me.look()
    [sys.modules[name].__setattr__("first", [name]) for name in ("__main__", me.__name__)]
    object.__setattr__(me, "fifth", first)  # noqa: F821
    me.look()
    me.__delattr__("fifth")
    return me.look()


def look():
    return globals().get("fifth")


if __name__ == "__main__":
    through_calls()
    through_methods()
    print(first, sorted(key for key in globals() if key in ("third", "fourth", "fifth")))
