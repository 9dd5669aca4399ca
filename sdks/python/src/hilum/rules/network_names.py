"""Host names, addresses, ports and networks in the one spelling that is taken: what is checked is what is connected to."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_OCTET = re.compile(r"(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])")


def is_host(text: str) -> bool:
    """A host name (RFC 1123), an IPv4 address in four decimal parts, or an IPv6 address in brackets."""
    if text.startswith("["):
        return text.endswith("]") and is_ipv6(text[1:-1])
    labels = text.lower().split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]) is None or is_ipv4(text)


def is_ipv4(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(_OCTET.fullmatch(part) for part in parts)


def is_ipv6(text: str) -> bool:
    """RFC 4291 section 2.2, without a zone."""
    if re.fullmatch(r"[0-9a-fA-F:.]{2,45}", text) is None or ":::" in text:
        return False
    halves = text.split("::")
    if len(halves) > 2:
        return False
    groups = [group for half in halves if half != "" for group in half.split(":")]
    mapped = bool(groups) and "." in groups[-1]
    if mapped and not is_ipv4(groups[-1]):
        return False
    hexadecimal = groups[:-1] if mapped else groups
    count = len(hexadecimal) + (2 if mapped else 0)
    good = all(re.fullmatch(r"[0-9a-fA-F]{1,4}", group) for group in hexadecimal)
    return good and (count < 8 if len(halves) == 2 else count == 8)


def is_port(text: str) -> bool:
    """1 to 65535, without leading zeros."""
    return re.fullmatch(r"[1-9][0-9]{0,4}", text) is not None and int(text) <= 65_535


def is_cidr(text: str) -> bool:
    """IPv4 or IPv6 network (RFC 4632, RFC 4291 section 2.3)."""
    address, slash, bits = text.partition("/")
    if slash == "" or re.fullmatch(r"0|[1-9][0-9]{0,2}", bits) is None:
        return False
    return (is_ipv4(address) and int(bits) <= 32) or (is_ipv6(address) and int(bits) <= 128)
