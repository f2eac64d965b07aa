"""The bounds that the reference recorder and the comparer share.

They are not larger than escope's own defaults, so whatever escope cuts, the reference cuts too.
"""

DEPTH = 5
"""How many object levels below a variable are read and compared."""

ITEMS = 256
"""How many items, pairs or attributes of one object are read."""

STRING = 1000
"""How many characters or bytes of one text are read."""

INT_BITS = 4096
"""Integers above this size are compared by their size and low bits."""

OBJECTS = 20_000
"""How many objects are read at one moment."""
