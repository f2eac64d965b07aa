"""Which files are recorded."""

from __future__ import annotations

import os

_INSTALLED = ("site-packages", "dist-packages")
_ESCOPE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_LIBRARY = os.path.dirname(os.path.realpath(os.__file__))


class Plan:
    """The user's own files by default; whole packages or paths by include and exclude globs."""

    def __init__(
        self,
        roots: tuple[str, ...] = (),
        include: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
    ) -> None:
        self.roots = tuple(os.path.realpath(root) for root in roots)
        self.include = include
        self.exclude = exclude
        self._known: dict[tuple[str, str], bool] = {}

    def wants(self, path: str, modname: str) -> bool:
        """Whether the module `modname`, found at `path`, is recorded."""
        key = (path, modname)
        answer = self._known.get(key)
        if answer is None:
            answer = self._known[key] = self._wants(path, modname)
        return answer

    def _wants(self, path: str, modname: str) -> bool:
        real = os.path.realpath(path)
        if _inside(real, _ESCOPE):
            return False
        if any(_matches(glob, path, real, modname) for glob in self.exclude):
            return False
        if any(_matches(glob, path, real, modname) for glob in self.include):
            return True
        if not any(_inside(real, root) for root in self.roots):
            return False
        parts = real.split(os.sep)
        return not (_inside(real, _LIBRARY) or any(part in parts for part in _INSTALLED))

    def signature(self) -> tuple[tuple[str, ...], ...]:
        """The plan as plain data."""
        return (self.roots, self.include, self.exclude)


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _matches(glob: str, path: str, real: str, modname: str) -> bool:
    """A glob with a slash or a .py suffix is about paths, any other about module names."""
    wild = any(char in glob for char in "*?[")
    if os.sep in glob or "/" in glob or glob.endswith(".py"):
        if not wild:
            whole = os.path.realpath(glob)
            return _inside(real, whole) or real.endswith(os.sep + glob.lstrip("./"))
        return matches(path, glob) or matches(real, glob) or matches(real, "*/" + glob)
    if not wild:
        return modname == glob or modname.startswith(glob + ".")
    return matches(modname, glob) or matches(modname, glob + ".*")


def matches(text: str, glob: str) -> bool:
    """Whether `text` is what `glob` says, with `*`, `?` and `[...]`, in the time of their product.

    As `fnmatch.fnmatchcase`, which is not imported into the recorded program.
    """
    tokens = _tokens(glob)
    reached = {0}
    for char in text:
        reached = {i for start in reached for i in _skip_stars(tokens, start)}
        step = set()
        for i in reached:
            if i < len(tokens):
                token = tokens[i]
                if token == "*":
                    step.add(i)
                elif token == "?" or _one(token, char):
                    step.add(i + 1)
        reached = step
    return any(len(tokens) in _skip_stars(tokens, start) for start in reached)


def _skip_stars(tokens: list[str], start: int) -> list[int]:
    found = [start]
    while start < len(tokens) and tokens[start] == "*":
        start += 1
        found.append(start)
    return found


def _one(token: str, char: str) -> bool:
    if len(token) == 1:
        return token == char
    inner = token[1:-1]
    negated = inner[0] == "!"
    inner = inner[negated:]
    hit = False
    i = 0
    while i < len(inner):
        if i + 2 < len(inner) and inner[i + 1] == "-":
            hit = hit or inner[i] <= char <= inner[i + 2]
            i += 3
        else:
            hit = hit or inner[i] == char
            i += 1
    return hit != negated


def _tokens(glob: str) -> list[str]:
    found: list[str] = []
    i = 0
    while i < len(glob):
        if glob[i] == "[":
            first = i + 3 if glob[i + 1 : i + 2] == "!" else i + 2
            end = glob.find("]", first)
            if end > 0:
                found.append(glob[i : end + 1])
                i = end + 1
                continue
        found.append(glob[i])
        i += 1
    return found
