"""if, elif, else, conditional expressions, boolean operators, chained comparisons."""

calls = []


def note(value):
    calls.append(value)
    return value


def kind(n):
    if n < 0:
        text = "negative"
    elif n == 0:
        text = "zero"
    elif 0 < n <= 3 < 10:
        text = "few"
    else:
        text = "many"
        if n > 100:
            text += "!"
    return text


def only_if(n):
    if n:
        x = "bound"
    try:
        return x
    except UnboundLocalError:
        return "unbound"


print([kind(n) for n in (-1, 0, 2, 5, 1000)])
print(only_if(1), only_if(0))
print(note(1) and note(0) or note(2), note(0) and note(9), note(3) or note(9))
print(note(1) < note(2) < note(2) < note(note(7)), calls)
print("yes" if note([]) else "no", not note(()), calls[-3:])
