"""A comprehension's variable has the name of a variable of the frame around it."""


def put(a):
    b = a
    return b


n = 1
print(put([n for n in [5, 6]]))
print(n)
