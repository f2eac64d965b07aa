"""A module that is loaded again keeps the variables that it had."""

import importlib

made = [*globals().get("made", ()), len(globals().get("made", ()))]


def look():
    first = made
    return first, count


count = len(made)

if __name__ == "__main__":
    import lang_reloaded as other

    seen = other.look()
    other.extra = [5]
    again = importlib.reload(other)
    seen = again.look()
    again.count = 40
    seen = again.look()
    again = importlib.reload(again)
    seen = again.look()
    print(seen, other.extra)
