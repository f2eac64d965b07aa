"""A program that spends its time in code that is not recorded."""

import json
import re


def work(n):
    text = json.dumps([{"name": f"n{i}", "value": i} for i in range(n)])
    for _ in range(60):
        json.loads(text)
        names = re.findall(r'"name": "(\w+)"', text)
        sorted(names, reverse=True)
