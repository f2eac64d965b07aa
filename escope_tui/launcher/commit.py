"""The git commit that a folder stands at, read from git's files: no git is run."""

from __future__ import annotations

import os

MAX_BYTES = 1 << 20


def checkout(folder: str) -> dict[str, str]:
    """`commit` and, where one is checked out, `branch`; empty outside a repository."""
    try:
        return _head(_git_folder(os.path.abspath(folder)))
    except (OSError, ValueError):
        return {}


def _git_folder(folder: str) -> str:
    while True:
        place = os.path.join(folder, ".git")
        if os.path.isdir(place):
            return place
        if os.path.isfile(place):  # a worktree or a submodule names its folder there
            return os.path.join(folder, _read(place).removeprefix("gitdir:").strip())
        parent = os.path.dirname(folder)
        if parent == folder:
            raise FileNotFoundError(".git")
        folder = parent


def _head(git: str) -> dict[str, str]:
    head = _read(os.path.join(git, "HEAD"))
    if not head.startswith("ref:"):
        return {"commit": _sound(head)}
    ref = head.removeprefix("ref:").strip()
    if not ref.startswith("refs/") or ".." in ref:
        return {}
    places = [git]
    common = os.path.join(git, "commondir")
    if os.path.isfile(common):
        places.append(os.path.join(git, _read(common)))
    branch = ref.removeprefix("refs/heads/")
    for place in places:
        if os.path.isfile(os.path.join(place, ref)):
            return {"commit": _sound(_read(os.path.join(place, ref))), "branch": branch}
    for place in places:
        packed = os.path.join(place, "packed-refs")
        for line in _read(packed).splitlines() if os.path.isfile(packed) else ():
            number, _, name = line.partition(" ")
            if name.strip() == ref:
                return {"commit": _sound(number), "branch": branch}
    return {"branch": branch}  # nothing is committed yet


def _read(path: str) -> str:
    with open(path, "rb") as file:
        return file.read(MAX_BYTES).decode("utf-8", "replace").strip()


def _sound(number: str) -> str:
    if not 40 <= len(number) <= 64 or not all(c in "0123456789abcdef" for c in number):
        raise ValueError(number)
    return number
