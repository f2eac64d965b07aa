"""The replay app. Nothing outside this package imports Textual."""
