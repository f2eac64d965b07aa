"""A loop goes on after an `except ... as` clause, whose exception held what is finalized then."""


# oracle: moment
class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        self.log.append(self.n)
        count = len(self.log)


class Bad(Exception):
    def __init__(self, n):
        super().__init__(n)
        self.loud = Loud(n)


def loop():
    seen = []
    for i in range(3):
        try:
            raise Bad(i)
        except Bad as e:
            seen.append(e.args[0])
    return seen


def while_loop():
    n = 0
    while n < 3:
        try:
            n += 1
            raise Bad(n)
        except Bad as e:
            k = e.args[0]
    return n


def cont():
    for i in [1, 2, 3]:
        try:
            raise Bad(i)
        except Bad as e:
            if i == 2:
                continue
            k = i
    else:
        k = -1
    return k


class Body:
    for i in range(2):
        try:
            raise Bad(i)
        except Bad:
            k = i


def nested():
    for i in range(2):
        for j in range(2):
            try:
                raise Bad((i, j))
            except Bad as e:
                del e
        try:
            raise Bad("o")
        except Bad as e2:
            pass


r = loop()
r = while_loop()
r = cont()
nested()
for i in range(3):
    try:
        raise Bad(i)
    except Bad as e:
        r = i
print(len(Loud.log))
print(Loud.log)
