"""Several statements on a line: decorated defs, loops and branches with their body beside them."""
import functools
def deco(f):
    @functools.wraps(f)
    def inner(*a): return f(*a)
    return inner
@deco
def one(x): return x + 1
@deco
@deco
def two(x): y = x * 2; return y
class A:
    @staticmethod
    def s(x): return [x]
    @property
    def p(self): return 3
    def plain(self): self.z = 1; return self.z
total = []
for x in [1, 2, 3]: total.append(x)
for x in range(3): total.append(one(x)); total.append(two(x))
n = 0
while n < 3: n += 1
def g(k):
    for i in range(k): yield i
    while k: k -= 1; yield k
for q in g(3): n += q
if n: n = 5; m = 6
try: n = n + 1; m = n // 0
except ZeroDivisionError: m = 0
finally: w = 1
a = A(); a.plain(); b = a.p; c = A.s(1)
with open("/dev/null") as f: z = f.name
if n: pass
else: n = 0
for i in range(2):
    for j in range(2): total.append((i, j))
class B: x = 1; y = x
class C(B): pass
end = 1
