"""An ordered dict of other keys than texts and numbers: its order is not that of its table."""

from collections import OrderedDict

items = OrderedDict()
for key in (1, 2, 3):
    items[key, "k"] = key
items.move_to_end((1, "k"))
first = next(iter(items))
items.popitem(last=False)
items.move_to_end((1, "k"), last=False)
end = True
