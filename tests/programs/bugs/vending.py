import sys
class Machine:
    def __init__(self):
        self.state = "idle"
        self.coins = 0
        self.log = []
    def coin(self, n):
        self.coins += n
        self.state = "paid" if self.coins >= 3 else "waiting"
    def select(self, what):
        if self.state != "paid":
            self.log.append("pay first")
            return
        self.log.append(what)
        self.coins -= 3
        self.state = "idle"  # fix: self.state = "idle" if self.coins < 3 else "paid"
    def refund(self):
        self.log.append(f"back {self.coins}")
        self.coins = 0
        self.state = "idle"
m = Machine()
for op in sys.argv[1]:
    if op.isdigit():
        m.coin(int(op))
    elif op == "r":
        m.refund()
    else:
        m.select(op)
print(m.log, m.coins)
