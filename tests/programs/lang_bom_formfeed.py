"""A byte order mark, form feeds and tabs."""

def f(x):
	y = x

	return y + 1


print(f(1), __doc__)
