"""Iterators and generators of every builtin sort, each moved a little."""

import collections
import itertools


def counted(n):
    total = 0
    for i in range(n):
        total += i
        yield total


async def waiting(n):
    return n


def main():
    base = [1, "a", None]
    keyed = {"a": 1, "b": 2}
    queue = collections.deque([1, 2])
    of_list = iter(base)
    next(of_list)
    of_tuple = iter((1, 2))
    next(of_tuple)
    backwards = reversed(base)
    next(backwards)
    of_text = iter("abc")
    next(of_text)
    of_bytes = iter(b"abc")
    next(of_bytes)
    of_range = iter(range(10))
    next(of_range)
    of_long_range = iter(range(10**20, 10**21))
    next(of_long_range)
    of_dict = iter(keyed)
    next(of_dict)
    of_items = iter(keyed.items())
    next(of_items)
    of_set = iter({1, 2})
    next(of_set)
    of_deque = iter(queue)
    next(of_deque)
    until = iter(lambda: 3, 4)
    numbered = enumerate(base, 5)
    next(numbered)
    zipped = zip([1, 2], "ab", strict=False)
    next(zipped)
    mapped = map(str, [1, 2])
    next(mapped)
    filtered = filter(None, [0, 1, 2])
    next(filtered)
    count = itertools.count(3, 2)
    next(count)
    cycle = itertools.cycle([1, 2])
    next(cycle)
    repeat = itertools.repeat("x", 3)
    next(repeat)
    chain = itertools.chain([1], [2])
    next(chain)
    islice = itertools.islice([1, 2, 3, 4, 5], 1, 4)
    next(islice)
    takewhile = itertools.takewhile(bool, [1, 0])
    dropwhile = itertools.dropwhile(bool, [1, 0])
    starmap = itertools.starmap(pow, [(2, 3)])
    accumulate = itertools.accumulate([1, 2, 3])
    next(accumulate)
    next(accumulate)
    compress = itertools.compress("ab", [1, 0])
    pairwise = itertools.pairwise([1, 2, 3])
    next(pairwise)
    product = itertools.product([1, 2], "ab")
    next(product)
    permutations = itertools.permutations([1, 2, 3], 2)
    next(permutations)
    combinations = itertools.combinations([1, 2, 3], 2)
    next(combinations)
    longest = itertools.zip_longest([1], [1, 2], fillvalue=0)
    next(longest)
    grouped = itertools.groupby("aab")
    next(grouped)
    teed = itertools.tee([1, 2])[0]
    next(teed)
    done = iter([1])
    list(done)
    view = keyed.items()
    suspended = counted(5)
    next(suspended)
    next(suspended)
    fresh = counted(1)
    over = counted(0)
    list(over)
    coroutine = waiting(1)
    source = iter(base)
    pairs = zip(source, "xy", strict=False)
    for pair in pairs:
        break
    end = 1
    coroutine.close()


main()
