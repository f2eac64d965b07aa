import sys
class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        self.history = []
    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("bad amount")
        self.balance += amount
        self.history.append(("in", amount))
    def withdraw(self, amount):
        if amount >= self.balance:  # fix: if amount > self.balance:
            raise ValueError("too little")
        self.balance -= amount
        self.history.append(("out", amount))
class Bank:
    def __init__(self):
        self.accounts = {}
        self.errors = 0
    def get(self, name):
        if name not in self.accounts:
            self.accounts[name] = Account(name)
        return self.accounts[name]
    def run(self, line):
        name, op, amount = line[0], line[1], int(line[2:])
        account = self.get(name)
        try:
            if op == "+":
                account.deposit(amount)
            else:
                account.withdraw(amount)
        except ValueError:
            self.errors += 1
bank = Bank()
for part in sys.argv[1].split(","):
    bank.run(part)
print(sorted((a.owner, a.balance) for a in bank.accounts.values()), bank.errors)
