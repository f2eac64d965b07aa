"""Private names are mangled everywhere: attributes, variables, arguments, imports, globals."""

_Secret__shared = "module"


class Secret:
    __items = [1]

    def __init__(self, __arg=2):
        self.__value = __arg
        self.__list = []
        __local = __arg
        self.__list.append(__local)
        self.__grow(by=3)
        global __made
        __made = __local

    def __grow(self, by):
        self.__items.append(by)
        self.__list[0] += by
        for __i in range(2):
            self.__value += __i
        [self.__list.append(__j) for __j in range(2)]
        return __shared if False else self.__dict__

    def show(self):
        return sorted(vars(self).items()), self.__items, sorted(locals())


s = Secret()
print(s.show(), _Secret__made)
try:
    s.__value
except AttributeError as e:
    print(e)
