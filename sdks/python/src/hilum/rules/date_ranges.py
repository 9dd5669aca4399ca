"""The time that a FHIR date covers, and how a search compares it."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_FORM = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAY = 86_400_000
_EVER = float("inf")


class DateRange(NamedTuple):
    """Milliseconds since 1970 in UTC, from `start` up to and without `end`. An open end is infinite."""

    start: float
    end: float


def date_range(text: str) -> DateRange | None:
    """`2026-03` is the whole month. What has no zone is read as UTC. None where it is no such text."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        if month is None:
            return DateRange(_at(int(year), 1, 1), _at(int(year), 1, 1) + _days_of_year(int(year)) * _DAY)
        if day is None:
            first = _at(int(year), int(month), 1)
            return DateRange(first, first + monthrange(int(year), int(month))[1] * _DAY)
        start = _at(int(year), int(month), int(day))
    except ValueError:
        return None
    if hour is None:
        return DateRange(start, start + _DAY)
    if int(hour) > 24 or int(minute) > 59 or int(second or 0) > 60:
        return None
    clock = (int(hour) * 60 + int(minute)) * 60_000 + int(second or 0) * 1000
    at = start + clock + int(float(f"0.{fraction or 0}") * 1000) - _offset_of(zone)
    return DateRange(at, at + (60_000 if second is None else 1000 if fraction is None else 1))


def range_of(value: Any) -> DateRange | None:
    """Of a date, a Period or a Timing, as they stand in a resource."""
    if isinstance(value, str):
        return date_range(value)
    if not isinstance(value, dict):
        return None
    if "event" in value or "repeat" in value:
        return _range_of_timing(value)
    start, end = range_of(value.get("start")), range_of(value.get("end"))
    if start is None and end is None:
        return None
    # A day without a zone may end, in UTC, before a moment of it with one begins: then both are taken whole.
    if start is not None and end is not None and end.end <= start.start:
        return DateRange(end.start, start.end)
    return DateRange(-_EVER if start is None else start.start, _EVER if end is None else end.end)


def _range_of_timing(timing: dict[str, Any]) -> DateRange | None:
    """Of a Timing only the outer limits count (search.html#date)."""
    repeat = timing.get("repeat")
    bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
    events = timing.get("event")
    moments = [*(events if isinstance(events, list) else [events]), bounds]
    ranges = [found for one in moments if (found := range_of(one)) is not None]
    if not ranges:
        return None
    return DateRange(min(one.start for one in ranges), max(one.end for one in ranges))


def _within(there: DateRange, wanted: DateRange) -> bool:
    return there.start >= wanted.start and there.end <= wanted.end


# Prefixes of a date in a search (FHIR R4 search.html#prefix): what stands there, and what is wanted.
TESTS: dict[str, Callable[[DateRange, DateRange], bool]] = {
    "eq": _within,
    "ne": lambda there, wanted: not _within(there, wanted),
    "gt": lambda there, wanted: there.end > wanted.end,
    "lt": lambda there, wanted: there.start < wanted.start,
    # A period that only reaches into the searched time counts as equal.
    "ge": lambda there, wanted: there.end > wanted.start,
    "le": lambda there, wanted: there.start < wanted.end,
    "sa": lambda there, wanted: there.start >= wanted.end,
    "eb": lambda there, wanted: there.end <= wanted.start,
    "ap": lambda there, wanted: there.start < wanted.end and there.end > wanted.start,
}


def _at(year: int, month: int, day: int) -> float:
    return (datetime(year, month, day, tzinfo=timezone.utc) - _EPOCH) / timedelta(milliseconds=1)


def _days_of_year(year: int) -> int:
    return 365 + (monthrange(year, 2)[1] - 28)


def _offset_of(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return (-minutes if zone[0] == "-" else minutes) * 60_000
