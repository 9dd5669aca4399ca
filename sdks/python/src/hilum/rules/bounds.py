"""Bounds of a resource: what no later step may be handed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .problem import problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..models import Problem

    Trail = Sequence[str | int]

_DEPTH_MAX = 64
_ITEMS_MAX = 10_000
_NODES_MAX = 200_000
# Names that reach an object's prototype in JavaScript, when a value is copied carelessly.
_PROTOTYPE_NAMES = frozenset({"__proto__", "constructor", "prototype"})


def to_pointer(trail: Trail) -> str:
    """The trail as a JSON pointer."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in trail)


def find_bounds_fault(value: Any) -> Problem | None:
    """Finds nesting, lists or totals out of bounds, and names that reach a prototype."""
    return _Visit().visit(value)


class _Visit:
    def __init__(self) -> None:
        self._trail: list[str | int] = []
        self._nodes = 0

    def visit(self, current: Any) -> Problem | None:
        if not isinstance(current, (list, dict)):
            return None
        if len(self._trail) >= _DEPTH_MAX:
            message = f"It is nested deeper than {_DEPTH_MAX} levels."
            return _fault(message, "Send a flatter resource.", self._trail[:8])
        if isinstance(current, list) and len(current) > _ITEMS_MAX:
            return _fault(f"The list has more than {_ITEMS_MAX} items.", "Send fewer items.", self._trail)
        self._nodes += len(current)
        if self._nodes > _NODES_MAX:
            return _fault("It has too many values.", "Send a smaller resource.", [])
        return self._visit_members(current)

    def _visit_members(self, current: list[Any] | dict[str, Any]) -> Problem | None:
        pairs: Any = enumerate(current) if isinstance(current, list) else current.items()
        for name, child in pairs:
            if name in _PROTOTYPE_NAMES:
                message = "It holds a property name that is never allowed (__proto__, constructor or prototype)."
                return _fault(message, "Remove that property.", self._trail)
            if isinstance(child, (list, dict)):
                self._trail.append(name)
                found = self.visit(child)
                if found is not None:
                    return found
                self._trail.pop()
        return None


def _fault(message: str, fix: str, trail: Trail) -> Problem:
    shown = []
    for step in trail:
        # A property name that is repeated to the caller looks like one, and not like a sentence or a person.
        if isinstance(step, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", step) is None:
            break
        shown.append(step)
    return problem(to_pointer(shown), message, fix)
