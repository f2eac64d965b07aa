import sys, heapq
def parse(s):
    g = {}
    for part in s.split(","):
        a, b, w = part[0], part[1], int(part[2:])
        g.setdefault(a, []).append((b, w))
        g.setdefault(b, [])
    return g
def shortest(g, start):
    dist = {start: 0}
    heap = [(0, start)]
    done = set()
    while heap:
        d, node = heapq.heappop(heap)
        if node in done:
            continue
        done.add(node)
        for nxt, w in g[node]:
            nd = d + w
            if nxt not in dist:  # fix: if nxt not in dist or nd < dist[nxt]:
                dist[nxt] = nd
                heapq.heappush(heap, (nd, nxt))
    return dist
g = parse(sys.argv[1])
print(sorted(shortest(g, "a").items()))
