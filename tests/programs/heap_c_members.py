"""Objects that C types hold as members, changed by stores and calls that do not name them."""

import ctypes
import xml.parsers.expat


class Pair(ctypes.Structure):
    _fields_ = [("number", ctypes.POINTER(ctypes.c_int)), ("text", ctypes.c_char_p)]


pair = Pair()
pair.number = ctypes.pointer(ctypes.c_int(5))
kept = pair._objects
pair.text = b"text"
texts = (ctypes.c_char_p * 2)()
texts[0] = b"one"
both = texts._objects
texts[1] = b"two"
parser = xml.parsers.expat.ParserCreate()
names = parser.intern
sizes = []


def started(name, attributes):
    sizes.append(len(names))


parser.StartElementHandler = started
parser.Parse("<a><b c='1'/></a>", True)
print(len(kept), len(both), sorted(names), sizes)
