"""The __dict__ of each of many objects is read, and changed: of most of them it is uncertain."""


class Row:
    def __init__(self, number):
        self.number = number


def change(rows):
    dicts = list(map(vars, rows))
    first, near, far = rows[0], rows[30], rows[240]
    dicts[0]["number"] = "first"
    dicts[30]["number"] = "near"
    dicts[240]["number"] = "far"
    return first, near, far


def stop_early(rows, times):
    seen = 0
    for _ in range(times):
        seen += any(map(vars, rows))
    rows[1].number = seen
    return rows[1]


change([Row(i) for i in range(250)])
stop_early([Row(i) for i in range(240)], 5)
change([Row(i) for i in range(241)])
