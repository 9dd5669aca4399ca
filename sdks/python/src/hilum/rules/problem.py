"""Faults, as all rules tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..models import Problem


class Report(Protocol):
    def __call__(self, pointer: str, message: str, fix: str | None = None) -> None: ...


class Problems(list["Problem"]):
    """Collects what is reported."""

    def report(self, pointer: str, message: str, fix: str | None = None) -> None:
        self.append(problem(pointer, message, fix))


def problem(pointer: str, message: str, fix: str | None = None) -> Problem:
    """One place in the input, by its JSON pointer (RFC 6901), what is wrong there, and the mend."""
    if fix is None:
        return {"pointer": pointer, "message": message}
    return {"pointer": pointer, "message": message, "fix": fix}


def pointer_to(parent: str, token: str | int) -> str:
    """Appends one reference token to a JSON pointer."""
    return f"{parent}/{str(token).replace('~', '~0').replace('/', '~1')}"
