"""Objects whose `__dict__` is merged in place under another name."""


class Bag:
    def __init__(self, **kw):
        self.__dict__ |= kw

    def merge(self):
        own = self.__dict__
        own |= {"merged": 1}
        seen = self.merged
        own |= {"merged": seen + 1, "more": []}
        self.more.append(own["merged"])
        own["more"] += [3]
        return self


bag = Bag(x=1).merge()
own = vars(bag)
own |= {"last": own}
print(len(own), bag.more)
