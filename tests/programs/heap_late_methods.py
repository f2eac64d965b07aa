"""Methods that come to a class after an instance has put something else in their place."""


class Account:
    def __init__(self):
        self.log = []
        self.by = {}


class Sub(Account):
    pass


def put(self, x):
    return x


def watch(x):
    return len(x)


def late(account):
    account.put = account.log.append
    account.put(1)
    seen = account.log
    type(account).put = put
    account.put(2)
    seen = watch([account.put(3)])
    for i in range(3):
        account.by.update(i=account.put(i)) or watch(account.log)
    account.put(5), watch(account.log)
    seen = account.log
    return seen


def inherited(account):
    account.take = account.log.extend
    Account.take = put
    account.take([7])
    seen = account.log
    account.take([8]), watch(account.log)
    return seen


def hidden(account):
    vars(account)["prop"] = account.log.append
    Account.prop = property(lambda self: len)
    seen = account.log
    Account.prop = put
    account.prop(4)
    seen = account.log
    del Account.prop
    account.prop(4)
    seen = account.log
    Account.prop = put
    account.prop(4)
    account.prop = lambda x: None
    account.prop(4)
    account.prop = account.log.append
    account.prop(9)
    seen = account.log
    del account.prop
    account.prop(4)
    return seen


def called(account):
    account.hook = watch
    account.hook(account.log)
    account.hook = account.log.append
    Account.hook = staticmethod(len)
    account.hook(4)
    seen = account.log
    Account.hook = len
    account.hook(5)
    Account.hook = put
    account.hook(6)
    seen = account.log
    setattr(Account, "other", put)
    setattr(account, "other", account.log.append)
    account.other(1)
    seen = account.log
    return seen


late(Account())
inherited(Sub())
hidden(Sub())
called(Account())
end = 1
