"""Screens that lie over the replay app."""
