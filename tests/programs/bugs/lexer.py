import sys
def tokens(text):
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c == " ":
            i += 1
        elif c.isdigit():
            j = i
            while j < len(text) and text[j].isdigit():
                j += 1
            out.append(("num", text[i:j]))
            i = j
        elif c.isalpha():
            j = i
            while j < len(text) and text[j].isalpha():  # fix: while j < len(text) and text[j].isalnum():
                j += 1
            out.append(("name", text[i:j]))
            i = j
        elif c == '"':
            j = text.index('"', i + 1)
            out.append(("str", text[i + 1:j]))
            i = j + 1
        else:
            out.append(("op", c))
            i += 1
    return out
print(tokens(sys.argv[1]))
