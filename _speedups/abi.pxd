"""The number of the interface between the compiled modules and the Python code around them."""

cdef enum:
    CORE_ABI = 5    # as in escope_tui/_speedups/__init__.py: raise both when a signature or what is handed over changes
