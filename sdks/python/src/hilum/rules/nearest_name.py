"""What somebody most likely meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest_name(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate within two edits, or a third of the length; None when none is (optimal string alignment distance)."""
    if len(name) > 200:
        return None
    allowed = max(2, len(name) // 3)
    best: tuple[int, str] | None = None
    for candidate in candidates:
        if abs(len(candidate) - len(name)) > allowed:
            continue
        distance = _edit_distance(name.lower(), candidate.lower())
        if distance <= allowed and distance < len(candidate) and (best is None or distance < best[0]):
            best = (distance, candidate)
    return None if best is None else best[1]


def _edit_distance(a: str, b: str) -> int:
    two_ago: list[int] = []
    previous = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            same = a[i - 1] == b[j - 1]
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (not same))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                cost = min(cost, two_ago[j - 2] + 1)
            row.append(cost)
        two_ago, previous = previous, row
    return previous[len(b)]
