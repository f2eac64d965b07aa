"""Large graphs in the hands of unrecorded code, in a run that has earned nothing to look at them for."""

import operator
import random

from escope_tui._speedups import capture

capture.set_limits(grace=0)


class Node:
    def __init__(self, n):
        self.n = n
        self.links = []


def build():
    nodes = [Node(n) for n in range(30)]
    for n, node in enumerate(nodes):
        node.links.append(nodes[(n * 7 + 1) % 30])
    return nodes


def outside(nodes):
    small = [1, 2]
    operator.setitem(small, 0, 5)
    big = list(range(40))
    box = {"nodes": nodes, "big": big}
    random.seed(1)
    for turn in range(4):
        random.shuffle(big)
        operator.setitem(big, 3, turn)
        big[0] = turn
        operator.attrgetter("n")(nodes[turn])
        operator.methodcaller("append", turn)(nodes[turn].links)
        operator.setitem(box, turn, [turn])
        fresh = Node(turn)
        nodes[5].links.append(fresh)
        fresh.links.append(small)
        operator.contains(box, "x")
        operator.setitem(small, 1, turn)
        list.append(small, turn)
        setattr(fresh, "n", -turn)
        nodes[2].n = turn
        box["again"] = nodes[2]
        operator.setitem(nodes, 2, fresh)
    return box, small


def caught(nodes):
    try:
        operator.setitem(nodes, 99, 0)
    except IndexError as error:
        nodes[0].n = str(error)
    return nodes[0].n


nodes = build()
outside(nodes)
caught(nodes)
