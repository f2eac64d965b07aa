"""Widgets that know nothing of recordings: lines, trees, bars, prompts."""
