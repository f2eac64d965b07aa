"""Makes one invoice for each customer. All three come out alike, and far too high for Ben."""

from __future__ import annotations

from dataclasses import dataclass, field

PRICES = {"pen": 120, "pad": 450, "ink": 990, "clip": 35}

ORDERS = [
    ("Ada", {"pen": 10, "pad": 2}),
    ("Ben", {"ink": 1}),
    ("Cleo", {"clip": 100, "pen": 1}),
]


@dataclass
class Line:
    article: str
    quantity: int
    price: int

    @property
    def amount(self) -> int:
        return self.quantity * self.price


@dataclass
class Invoice:
    customer: str
    lines: list[Line] = field(default_factory=list)

    def total(self) -> int:
        subtotal = 0
        for line in self.lines:
            subtotal += line.amount
        return subtotal - discount(subtotal)


def discount(subtotal: int) -> int:
    """Five percent from 20.00 on."""
    if subtotal < 2000:
        return 0
    return subtotal * 5 // 100


def price_lines(articles: dict[str, int], lines: list[Line] = []) -> list[Line]:
    for article, quantity in articles.items():
        lines.append(Line(article, quantity, PRICES[article]))
    return lines


def make_invoices(orders: list[tuple[str, dict[str, int]]]) -> list[Invoice]:
    invoices = []
    for customer, articles in orders:
        invoices.append(Invoice(customer, price_lines(articles)))
    return invoices


def main() -> None:
    for invoice in make_invoices(ORDERS):
        print(f"{invoice.customer:<6}{len(invoice.lines):>3} lines{invoice.total() / 100:>10.2f}")


if __name__ == "__main__":
    main()
