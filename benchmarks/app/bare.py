"""The least that a Textual app can be: one widget with a word."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """Nothing but a paint."""

    def compose(self) -> ComposeResult:
        yield Static("painted")


if __name__ == "__main__":
    Bare().run()
