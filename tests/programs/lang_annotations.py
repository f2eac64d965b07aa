"""Annotations that run code, behind the store of their variables."""

noted = []


def note(*what):
    noted.append(what)
    return noted


class Kind:
    seen = 0

    def __class_getitem__(cls, key):
        cls.seen += 1
        return key


number: note(1) = 2
other: Kind[number] = number + 1


class Holder:
    field: note("field") = [3]
    item: Kind["item"] = field
    field.append(4)
    item: note(len(item)) | None if not item else note("again") = field[0]


def inside():
    plain: note("never") = 1
    Holder.field: note("neither") = plain
    return plain


inside()
print(number, other, Holder.field, Holder.item)
