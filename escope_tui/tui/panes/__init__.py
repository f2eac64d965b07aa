"""The panes of the replay app: each shows one aspect of a moment."""
