import sys
def letter(score):
    if score >= 90:
        return "A"
    if score > 80:  # fix: if score >= 80:
        return "B"
    if score >= 70:
        return "C"
    return "F"
def curve(scores):
    top = max(scores)
    bump = 0
    if top < 90:
        bump = 90 - top
    return [s + bump for s in scores]
def summary(scores):
    counts = {}
    for s in curve(scores):
        g = letter(s)
        counts[g] = counts.get(g, 0) + 1
    return sorted(counts.items())
print(summary([int(x) for x in sys.argv[1].split(",")]))
