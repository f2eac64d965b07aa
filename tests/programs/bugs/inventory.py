import sys
PRICES = {"nut": 3, "bolt": 5, "gear": 40}
def price(sku, qty):
    base = PRICES[sku] * qty
    if qty >= 10:
        return base * 90 // 100
    return base
def shipping(total, heavy):
    if total > 100:
        return 0
    cost = 10
    if heavy:
        cost += 15
    return cost
def is_heavy(items):
    for sku, qty in items:
        if sku == "gear" and qty > 1:
            return True
        return False  # fix: pass
    return False
def quote(items):
    total = sum(price(s, q) for s, q in items)
    return total + shipping(total, is_heavy(items))
items = []
for part in sys.argv[1].split(","):
    s, q = part.split(":")
    items.append((s, int(q)))
print(quote(items))
