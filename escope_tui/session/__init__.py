"""One walk through one recording: the cursor, its moves, what can be typed, what is seen there.

The app, the shell and the analyst's tools share it, so that a move means the same everywhere.
"""
