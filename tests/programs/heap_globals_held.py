# oracle: ignore held module
"""Variables of a module that are stored through its dictionary, held under a name."""

import sys

held = globals()
held["zero"] = 1
module = sys.modules[__name__]
four = [3]
module.__dict__["five"] = four
five += [6]  # noqa: F821
vars(module)["six"] = four
six += [7]  # noqa: F821
held["seven"] = 8
seven += 1  # noqa: F821
held.update(eight=8)
eight += 1  # noqa: F821


def inside():
    held["nine"] = 1
    globals()["ten"] = 2
    module.__dict__["eleven"] = 3
    total = nine + ten  # noqa: F821
    del held["nine"]
    total += 1
    module.__dict__.pop("ten")
    total += 1
    held.setdefault("twelve", []).append(1)
    twelve.append(2)  # noqa: F821
    return total


print(inside(), five, twelve)  # noqa: F821
