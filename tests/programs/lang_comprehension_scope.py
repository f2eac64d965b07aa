"""A comprehension's variable has the name of a variable of the frame around it."""


def put(a):
    b = a
    return b


n = 1
print(put([n for n in [5, 6]]))
print(n)


def again():
    rows = []
    for turn in range(2):
        row = [n for n in (1, 2)]
        n = 99
        rows.append([n for n in [n + m for m in row]])
        rows.append([[n for n in range(n)] for n in (1, 2)])
    return rows, n, turn


print(again())
