"""What the app remembers from one time to the next, in a file of its own that nobody edits."""

from __future__ import annotations

import json
import os
from typing import Any

FILE = "app.json"
MAX_SIZE = 100_000


def recall(folder: str) -> dict[str, Any]:
    """What was kept; nothing where that cannot be read."""
    try:
        with open(os.path.join(folder, FILE), "rb") as file:
            found = json.loads(file.read(MAX_SIZE))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(folder: str, facts: dict[str, Any]) -> None:
    """Keeps facts beside those that are there. It is no loss if they cannot be written."""
    path = os.path.join(folder, FILE)
    try:
        os.makedirs(folder, exist_ok=True)
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump(recall(folder) | facts, file)
        os.replace(f"{path}.new", path)
    except OSError:
        return
