"""JSON's kinds of values as the host tells them apart: `true` is no number, and 2.0 is the number 2."""

from __future__ import annotations

from typing import Any

WHOLE_MAX = 2**53 - 1


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_safe_whole(value: Any) -> bool:
    return is_number(value) and float(value).is_integer() and abs(value) <= WHOLE_MAX


def name_of(value: Any) -> str:
    """ "a number", "a list": what a value is, never what it holds."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, list):
        return "a list"
    return "a string" if isinstance(value, str) else "a number" if is_number(value) else "an object"


def show_number(value: float) -> str:
    """A number as JSON writes it."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e21 else repr(float(value))


def is_same(one: Any, other: Any) -> bool:
    """Equal and of one kind: 1 is not true."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def is_among(value: Any, choices: list[Any]) -> bool:
    return any(is_same(value, choice) for choice in choices)
