"""Results of code that is not recorded, parts of which recorded code has seen before they were finished."""
# oracle: ignore seen

import copy
import json


class Leaf:
    def __init__(self, n):
        self.n = n

    def __deepcopy__(self, seen):
        count = len(seen)
        return Leaf(self.n + count - count)


class Tree:
    def __init__(self, leaves):
        self.leaves = leaves
        self.named = {}


def built(pairs):
    made = Tree(dict(pairs))
    return made.leaves


given = {"a": Leaf(1), "b": [Leaf(2), {"c": Leaf(3)}], "d": ([Leaf(4)], 5)}
copied = copy.deepcopy(given)
second = copied["b"][1]
holder = Tree(None)
holder.leaves = copy.deepcopy([given, [Leaf(6)]])
holder.named["all"] = copy.deepcopy(holder.leaves)


def inside():
    return copy.deepcopy(holder)


again = inside()
read = json.loads('[{"a": [1, {"b": 2}]}, 3]', object_pairs_hook=built)
print(second["c"].n, again.leaves[1][0].n, read)
