"""What well-known types of the standard library show as, told from their recorded attributes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from .text import safe_text

if TYPE_CHECKING:
    from .values import Value

MAX_PARTS = 200
"""Pieces of a path that are put together."""


def known_text(value: Value) -> str | None:
    """The text of a path, UUID, fraction, address or file; None for other types and where it is not
    known.
    """
    module, name = value.module, value.type_name
    if module.partition(".")[0] == "pathlib":
        return _path(value, name)
    made = _TEXTS.get((module, name))
    return None if made is None else made(value)


def _path(value: Value, name: str) -> str | None:
    flavour: type[PurePath] = PureWindowsPath if "Windows" in name else PurePosixPath
    raw = value.attr("_raw_paths")
    if raw is not None:
        pieces = _strings(raw)
        return None if pieces is None else str(flavour(*pieces))
    drive, root, parts = (_string(value.attr(key)) for key in ("_drv", "_root", "_str"))
    if parts is not None:
        return parts
    pieces = _strings(value.attr("_parts"))
    if drive is None or root is None or pieces is None:
        return None
    return str(flavour(*pieces))


def _uuid(value: Value) -> str | None:
    number = _int(value.attr("int"))
    if number is None or not 0 <= number < 1 << 128:
        return None
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _fraction(value: Value) -> str | None:
    above, below = _int(value.attr("_numerator")), _int(value.attr("_denominator"))
    return None if above is None or below is None else f"{above}/{below}"


def _address(value: Value) -> str | None:
    from ipaddress import IPv4Address, IPv6Address

    number = _int(value.attr("_ip"))
    if number is None or number < 0:
        return None
    v6 = value.type_name.startswith("IPv6")
    if number >= 1 << (128 if v6 else 32):
        return None
    zone = _string(value.attr("_scope_id"))
    made = str(IPv6Address(number) if v6 else IPv4Address(number))
    return f"{made}%{zone}" if zone else made


def _network(value: Value) -> str | None:
    """Of a network or an interface: its address and how much of that is the network's."""
    address = value.attr("network_address")
    shown = _address(value if address is None else address)
    length = _int(value.attr("_prefixlen"))
    return None if shown is None or length is None else f"{shown}/{length}"


def _file(value: Value) -> str | None:
    """The name that a file was opened by, which its lowest layer has."""
    mode = _string(value.attr("mode"))
    layer: Value | None = value
    for inner in ("buffer", "raw"):
        found = layer.attr(inner) if layer is not None else None
        layer = found if found is not None else layer
    name = layer.attr("name") if layer is not None else None
    mode = mode or (_string(layer.attr("mode")) if layer is not None else None)
    if name is None or not name.is_scalar or name.truncated:
        return None
    shown = f"name={name.data!r}"
    return f"{shown} mode={mode!r}" if mode else shown


_TEXTS: dict[tuple[str, str], Callable[[Any], str | None]] = {
    ("uuid", "UUID"): _uuid,
    ("fractions", "Fraction"): _fraction,
    ("ipaddress", "IPv4Address"): _address,
    ("ipaddress", "IPv6Address"): _address,
    ("ipaddress", "IPv4Network"): _network,
    ("ipaddress", "IPv6Network"): _network,
    ("ipaddress", "IPv4Interface"): _network,
    ("ipaddress", "IPv6Interface"): _network,
    ("_io", "TextIOWrapper"): _file,
    ("_io", "BufferedReader"): _file,
    ("_io", "BufferedWriter"): _file,
    ("_io", "BufferedRandom"): _file,
    ("_io", "FileIO"): _file,
}


def known_summary(value: Value) -> str | None:
    """Like Python's repr, for the types of `known_text`."""
    text = known_text(value)
    if text is None:
        return None
    name = value.type_name
    if name == "Fraction":
        return f"Fraction({text.replace('/', ', ')})"
    if value.module == "_io":
        return f"<{name} {safe_text(text)}>"
    return f"{name}({safe_text(repr(text))})"


def _string(value: Value | None) -> str | None:
    if value is None or value.truncated or not isinstance(value.data, str):
        return None
    return value.data


def _int(value: Value | None) -> int | None:
    if value is None or value.truncated or type(value.data) is not int:
        return None
    return value.data


def _strings(value: Value | None) -> list[str] | None:
    """The texts in a list or tuple that is whole."""
    if value is None or not value.is_exact or value.kind not in ("list", "tuple"):
        return None
    found = [_string(member) for _, _, member in value.entries()]
    if len(found) > MAX_PARTS or None in found:
        return None
    return [each for each in found if each is not None]
