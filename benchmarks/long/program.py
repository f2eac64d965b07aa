"""A bank's days: calls, attributes, lists and dicts, and some things that happen very seldom.

Runs about as many statements as its argument says.
"""

import sys

STATEMENTS_A_DAY = 18.0
audits = 0


class Account:
    """An account with a balance and a short history."""

    def __init__(self, number):
        self.number = number
        self.owner = f"owner {number}"
        self.balance = 100
        self.frozen = False
        self.moves = []

    def move(self, amount):
        """One movement of money."""
        before = self.balance
        self.balance = before + amount
        if self.balance < 0:
            self.balance = 0
        moves = self.moves
        moves.append(amount)
        if len(moves) > 8:
            del moves[0]
        return before


def rate(day):
    """Interest of a day."""
    percent = day % 7
    return percent * 3 - 8


def audit(accounts, day):
    """Once in a million days."""
    global audits
    audits += 1
    total = 0
    for account in accounts:
        total += account.balance
    accounts[day % len(accounts)].frozen = True
    return total


def run(days):
    """All days."""
    accounts = [Account(number) for number in range(50)]
    ledger = {}
    seed = 7
    checked = None
    interest = 0
    for day in range(days):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        account = accounts[seed % 50]
        amount = rate(day) + seed % 5
        account.move(amount)
        ledger[day % 100] = amount
        interest += amount
        if day % 200_003 == 100:
            checked = audit(accounts, day)
    return interest, checked, len(ledger)


if __name__ == "__main__":
    print(run(int(float(sys.argv[1]) / STATEMENTS_A_DAY)))
