"""Methods that an instance hides behind a builtin of its own, called in the middle of statements."""


class Account:
    def __init__(self):
        self.log = []
        self.by = {}

    def put(self, x):
        return x


def watch(x):
    return len(x)


def use(account):
    account.put = account.log.append
    for i in range(3):
        account.by.update(i=account.put(i)) or watch(account.log)
    account.put(5), watch(account.log)
    watch([account.put(7)])
    seen = [account.put(i) or watch(account.log) for i in range(2)]
    return account


def plainly(one, two):
    one.put(1)
    one.put = one.log.append
    one.put(2)
    two.put(3)
    one.put(4)
    vars(one)["put"] = one.log.remove
    one.put(2)
    del one.put
    one.put(9)
    return one, two


use(Account())
plainly(Account(), Account())
end = 1
