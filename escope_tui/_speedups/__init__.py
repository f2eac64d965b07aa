"""The import home of the compiled core."""

ABI = 5
"""The interface of the compiled modules that this Python code needs; `_speedups/abi.pxd` has the
number that they are built with."""


def check_build(module: str, found: int) -> None:
    """CoreError when a compiled module was built from other sources than the Python code beside
    it. The modules call this as they are imported; for those that are loaded in the recorded
    program, which must not meet an import of escope's, the one who loads them does.
    """
    if found != ABI:
        from escope_tui.errors import CoreError

        raise CoreError(
            f"the compiled module {module} is of another build than escope's Python code "
            f"(ABI {found}, needed {ABI})",
            hint="in a source tree: make build-ext; else install escope anew",
        )
