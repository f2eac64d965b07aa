"""PEP 649: annotations are evaluated when asked for, and not before."""

import annotationlib


class Node:
    next: Later
    value: undefined_for_now = 1

    def method(self, x: Missing) -> Later:
        y: NeverEvaluated = 2
        return y


def function(a: Later, *, b: Node = None) -> "text": ...


class Later:
    pass


flag = True
if flag:
    conditional: Later = 5
print(function.__annotations__["a"] is Later, Node().method(1), conditional)
print(annotationlib.get_annotations(Node, format=annotationlib.Format.FORWARDREF)["next"] is Later)
print(annotationlib.get_annotations(Node.method, format=annotationlib.Format.STRING))
