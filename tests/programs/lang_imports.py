"""Imports: as, from, dotted, star, inside functions, failing, reload."""

import collections.abc
import importlib
import os.path as path
import sys, math
from collections import OrderedDict as Ordered, deque
from string import *


def inside():
    import json
    from os import sep, linesep as ending

    return json.dumps([1]), sep, ending == "\n"


def several():
    import json, heap_globals_other as other, math as maths

    return json.dumps(other.__name__), maths.floor(1.5)


def failing():
    try:
        from math import sqrt, missing_name
    except ImportError as error:
        return "sqrt" in locals(), type(error).__name__


print(path.join("a", "b"), math.floor(2.5), Ordered, deque([1]), ascii_lowercase[:3], sys is not None)
print(collections.abc.Sized, inside(), failing())
print(importlib.reload(math) is math)
print(several())
