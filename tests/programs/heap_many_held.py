"""More lists that a library has handed out and keeps than are looked at before each statement."""

from email.message import Message


def attached(whole, name):
    part = Message()
    part.set_payload(name)
    whole.attach(part)


letters = [Message() for _ in range(34)]
payloads = []
for number, letter in enumerate(letters):
    attached(letter, f"first of {number}")
    payload = letter.get_payload()
    payloads.append(payload)
    for earlier in letters[:number:16]:
        attached(earlier, f"later, {number}")

attached(letters[0], "last")
print(len(payloads[0]), len(payloads[33]))
