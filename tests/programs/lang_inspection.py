"""inspect, docstrings, signatures, source lines and code objects are as written."""

import inspect


def documented(a, b=1, *, c):
    """The docstring."""
    d = a + b
    return d + c


class Doc:
    """Class doc."""

    attribute = 1

    async def coroutine(self): ...

    def generator(self):
        yield


print(__doc__)
print(inspect.getsource(documented))
print(inspect.getsourcelines(Doc)[1], Doc.__doc__, inspect.getdoc(Doc.generator))
print(inspect.signature(documented), inspect.iscoroutinefunction(Doc.coroutine))
print(inspect.isgeneratorfunction(Doc.generator), documented.__qualname__, Doc.generator.__qualname__)
print(documented.__code__.co_firstlineno, documented.__code__.co_varnames, documented.__code__.co_freevars)
print(inspect.currentframe().f_lineno, sorted(inspect.getclosurevars(documented).globals))
