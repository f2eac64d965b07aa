"""PEP 758: except without parentheses."""


def handle(error):
    try:
        raise error
    except ValueError, TypeError:
        return "both"
    except KeyError:
        return "key"


print(handle(ValueError()), handle(TypeError()), handle(KeyError()))
