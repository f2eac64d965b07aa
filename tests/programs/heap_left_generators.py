"""A generator expression that a library's thread goes through: what its calls changed dies in the library's next call."""

LIBRARY = {}
exec(
    """
import threading


class Pot:
    def __init__(self):
        self.items = [[1], [2]]

    def put(self, number):
        self.items.append([number])
        return number


def drive(numbers, callback):
    def run():
        for number in numbers:
            callback(number)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
""",
    LIBRARY,
)
pot = LIBRARY["Pot"]()


def replaced(number):
    pot.items = number
    row = [number] * 4
    pot.items = row


def main():
    LIBRARY["drive"]((pot.put(number) for number in range(20)), replaced)


main()
print(pot.items)
