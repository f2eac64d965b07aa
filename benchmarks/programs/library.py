"""A program that spends its time in code that is not recorded."""

import json
import re

text = json.dumps([{"name": f"n{i}", "value": i} for i in range(20_000)])
for _ in range(15):
    rows = json.loads(text)
    names = re.findall(r'"name": "(\w+)"', text)
    ordered = sorted(names, reverse=True)
