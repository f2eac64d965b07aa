"""The vocabulary that every part shares: names for numbers, events, values, safe text. No input or
output here.
"""
