import sys, json
def find(data, path):
    for key in path.split("."):
        if isinstance(data, list):
            data = data[int(key) - 1]  # fix: data = data[int(key)]
        elif isinstance(data, dict):
            if key not in data:
                return None
            data = data[key]
        else:
            return None
    return data
doc = json.loads('{"a": {"b": [1, 2, {"c": 3}]}, "d": [5, 5], "e": 9}')
print(find(doc, sys.argv[1]))
