"""Rewriting of the program's code: what is recorded, how, and the import hook that does it.

Runs inside the target: the standard library only, and `ast` is imported only when a module is
really rewritten (not when it comes out of the cache).
"""
