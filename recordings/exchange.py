"""Books payments in several currencies and checks the books at the end. They do not add up."""

from __future__ import annotations

from dataclasses import dataclass

# What one unit of a currency was worth in cents of the home currency, by day.
RATES = {
    ("EUR", 1): 108,
    ("EUR", 2): 111,
    ("GBP", 1): 127,
    ("GBP", 2): 125,
}


@dataclass(frozen=True)
class Payment:
    day: int
    currency: str
    amount: int


class Exchange:
    """Looks rates up; a look-up is slow, so that each answer is kept."""

    def __init__(self, rates: dict[tuple[str, int], int]) -> None:
        self.rates = rates
        self.known: dict[str, int] = {}
        self.lookups = 0

    def rate(self, payment: Payment) -> int:
        try:
            return self.known[payment.currency]
        except KeyError:
            self.lookups += 1
            rate = self.rates[payment.currency, payment.day]
            self.known[payment.currency] = rate
            return rate


class Ledger:
    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.balance: dict[int, int] = {}

    def book(self, payment: Payment) -> None:
        value = payment.amount * self.exchange.rate(payment)
        self.balance[payment.day] = self.balance.get(payment.day, 0) + value


PAYMENTS = [
    Payment(1, "EUR", 20),
    Payment(1, "GBP", 5),
    Payment(1, "EUR", 3),
    Payment(2, "GBP", 8),
    Payment(2, "EUR", 10),
]


def main() -> None:
    ledger = Ledger(Exchange(RATES))
    for payment in PAYMENTS:
        ledger.book(payment)
    for day, balance in ledger.balance.items():
        statement = sum(p.amount * RATES[p.currency, p.day] for p in PAYMENTS if p.day == day)
        print(f"day {day}: booked {balance}, the bank says {statement}")
        assert balance == statement, f"day {day} is off by {balance - statement}"


if __name__ == "__main__":
    main()
