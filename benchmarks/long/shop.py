"""A shop's days: orders of several classes, stock in dicts and lists, exceptions that are caught, a
generator, a recursion, texts, and a line of output now and then.

Runs about as many statements as its argument says.
"""

import sys
from dataclasses import dataclass, field

STATEMENTS_AN_ORDER = 81.0
served = 0


class OutOfStock(Exception):
    """Too few are left."""


@dataclass
class Item:
    """What is in an order."""

    name: str
    price: int
    count: int = 1


@dataclass
class Order:
    """Some items for a customer."""

    number: int
    customer: str
    items: list = field(default_factory=list)
    paid: bool = False

    @property
    def total(self):
        """What it costs."""
        total = 0
        for item in self.items:
            total += item.price * item.count
        return total


class Customer:
    """Somebody with money."""

    def __init__(self, name, money):
        self.name = name
        self.money = money
        self.orders = []

    def pay(self, amount):
        """Fails without money."""
        if amount > self.money:
            raise ValueError(f"{self.name} lacks {amount - self.money}")
        self.money -= amount
        return self.money


class Stock:
    """How many of each are there."""

    def __init__(self, names):
        self.left = dict.fromkeys(names, 100)
        self.missed = []

    def take(self, name, count):
        """Takes some away."""
        if self.left[name] < count:
            raise OutOfStock(name)
        self.left[name] -= count

    def refill(self):
        """Fills up what is low."""
        for name, left in self.left.items():
            if left < 20:
                self.left[name] = left + 80


def prices(seed):
    """A few prices, one by one."""
    for _ in range(3):
        seed = seed * 31 % 97
        yield seed + 1


def depth(number):
    """A small recursion."""
    if number < 2:
        return number
    return depth(number // 2) + 1


def serve(order, customer, stock, log):
    """One order, with all that can go wrong."""
    global served
    try:
        for item in order.items:
            stock.take(item.name, item.count)
        customer.pay(order.total)
    except OutOfStock as error:
        stock.missed.append(str(error))
        if len(stock.missed) > 10:
            del stock.missed[0]
        stock.refill()
        return False
    except ValueError:
        customer.money += 500
        return False
    order.paid = True
    served += 1
    log[order.number % 50] = order
    return True


def run(orders):
    """All orders."""
    names = ["pen", "cup", "map", "key", "hat"]
    customers = [Customer(f"customer {k}", 1000) for k in range(40)]
    stock = Stock(names)
    log = {}
    seed, lost, best = 7, 0, None
    for number in range(orders):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        customer = customers[seed % 40]
        order = Order(number, customer.name)
        for place, price in enumerate(prices(seed)):
            name = names[(seed + place) % 5]
            order.items.append(Item(name, price, 1 + place % 2))
        customer.orders.append(number)
        if len(customer.orders) > 20:
            del customer.orders[0]
        ok = serve(order, customer, stock, log)
        lost += not ok
        level = depth(seed % 1000)
        if best is None or level > best[0]:
            best = (level, number)
        if number % 500 == 0:
            print(f"order {number}: {lost} lost, {served} served")
        if number == orders // 2:
            customer.money = 4711
    return lost, best


if __name__ == "__main__":
    print(run(int(float(sys.argv[1]) / STATEMENTS_AN_ORDER)))
