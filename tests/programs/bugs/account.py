class Account:
    def __init__(self, balance):
        self.balance = balance
        self.fees = 0
    def withdraw(self, amount):
        fee = 1 if amount > 50 else 0
        if amount > self.balance:  # fix: if amount + fee > self.balance:
            return False
        self.balance -= amount + fee
        self.fees += fee
        return True
def solve(balance, amounts):
    account = Account(balance)
    done = [account.withdraw(a) for a in amounts]
    return done, account.balance, account.fees


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
