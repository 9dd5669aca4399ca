"""A search of records as the test host runs it: with the platform's own table, and what the platform's lane for plugins serves.

What is not served is refused by name, so that no test finds what the platform would not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import HostError
from .contract import load_contract
from .date_ranges import date_range, range_of
from .nearest_name import nearest_name
from .problem import problem
from .search_readers import (
    ReadContext,
    ValueFault,
    read_date,
    read_quantity,
    read_reference,
    read_string,
    read_token,
    read_uri,
    split_values,
    unescaped,
)
from .search_values import ID, values_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .search_readers import Accepts

    Json = dict[str, Any]
    Matches = Callable[[Json], bool]

_READERS: dict[str, Callable[[str, ReadContext], Accepts]] = {
    "date": read_date,
    "quantity": read_quantity,
    "reference": read_reference,
    "string": read_string,
    "token": read_token,
    "uri": read_uri,
}
# Modifiers that each kind has, `:missing` and `:not` apart.
_MODIFIERS = {"token": ("of-type",), "string": ("exact",), "reference": ("identifier",)}
_NOT_SERVED = {
    "contains": "Names are encrypted and found by how their words begin: write the beginning, without :contains.",
    "text": "Search for the code instead.",
    "in": "Write the codes, with commas between them.",
    "not-in": "Write the codes with :not, each by itself.",
    "above": "Write the whole value, without :above.",
    "below": "Write the whole value, without :below.",
}
_CRITERIA_MAX = 20
_VALUES_MAX = 50


def parse_search(type: str, query: Iterable[tuple[str, str]]) -> Matches:
    """What tells whether a resource matches. Raises `search.invalid`, which names the parameter and quotes no value."""
    pairs = [(name, value) for name, value in query if name != "_sort"]
    criteria = [_criterion(type, name, value) for name, value in pairs]
    if sum(name.split(":")[0] not in ("_id", "_lastUpdated") for name, _ in pairs) > _CRITERIA_MAX:
        raise _invalid("", "The search has too many criteria.", f"Use at most {_CRITERIA_MAX}.")
    return lambda resource: resource.get("resourceType") == type and all(matches(resource) for matches in criteria)


def sort_of(type: str, query: Iterable[tuple[str, str]]) -> tuple[str, bool]:
    """The parameter by which is sorted, and whether the last comes first; the newest first, where nothing is said."""
    parameter, descending = "_lastUpdated", True
    for name, value in query:
        if name == "_sort":
            descending = value.startswith("-")
            parameter = value[1:] if descending else value
            if parameter not in ("_id", "_lastUpdated") and _table(type).get(parameter, {}).get("kind") != "date":
                raise _invalid(
                    name,
                    "This order is not served.",
                    f"Use _lastUpdated, _id or one date of {type}, with - for last first.",
                )
    return parameter, descending


def sort_key(type: str, resource: Json, parameter: str, descending: bool) -> float | None:
    """What a resource is put in order by, for a date: its first moment, or its last for the newest first. None: it has none."""
    if parameter == "_lastUpdated":
        updated = range_of(resource.get("meta", {}).get("lastUpdated"))
        return None if updated is None else updated.start
    ranges = [
        found
        for path in _table(type)[parameter]["paths"]
        for value in values_at(resource, path)
        if (found := range_of(value)) is not None
    ]
    if not ranges:
        return None
    return max(one.end for one in ranges) if descending else min(one.start for one in ranges)


def _criterion(type: str, name: str, value: str) -> Matches:
    code, _, modifier = name.partition(":")
    if ":" in modifier:
        raise _invalid(name, "A parameter has one modifier.", "Keep one of them.")
    if code == "_id":
        return _read_ids(name, modifier, value)
    if code == "_lastUpdated":
        return _read_updated(name, modifier, value)
    parameter = _parameter(type, name, code)
    if value == "":
        raise _invalid(name, "The value is empty.", "Write a value, or leave the parameter out.")
    if modifier == "missing":
        if value not in ("true", "false"):
            raise _invalid(name, ":missing takes true or false.", f"Write {code}:missing=true.")
        return lambda resource: _has_any(resource, parameter) != (value == "true")
    negated = modifier == "not" and parameter["kind"] == "token"
    if modifier and not negated and not _is_served(parameter, modifier):
        raise _invalid(name, f"{code} has no such modifier here.", _mend_of(code, parameter, modifier))
    texts = split_values(value, ",")
    if len(texts) > _VALUES_MAX:
        raise _invalid(name, "It has too many values.", f"Use at most {_VALUES_MAX}.")
    context = ReadContext(code, parameter, None if negated or not modifier else modifier)
    try:
        accepts = [_READERS[parameter["kind"]](text, context) for text in texts]
    except ValueFault as fault:
        raise _invalid(name, fault.message, fault.fix) from None

    def matches(resource: Json) -> bool:
        found = any(
            accept(value, path)
            for path in parameter["paths"]
            for value in values_at(resource, path)
            for accept in accepts
        )
        return found != negated

    return matches


def _read_ids(name: str, modifier: str, value: str) -> Matches:
    ids = [unescaped(one) for one in split_values(value, ",")]
    if modifier or not all(ID.fullmatch(one) for one in ids):
        raise _invalid(name, "_id takes ids, without a modifier.", "Write _id=first,second.")
    return lambda resource: resource.get("id") in ids


def _read_updated(name: str, modifier: str, value: str) -> Matches:
    """When it was changed last: a moment, compared with the borders of a time."""
    prefix = value[:2] if value[:2] in ("eq", "gt", "lt", "ge", "le", "sa", "eb") else "eq"
    wanted = date_range(re.sub(r" (?=[0-9]{2}:[0-9]{2}\Z)", "+", value.removeprefix(prefix)))
    if modifier or wanted is None:
        raise _invalid(
            name,
            "_lastUpdated takes one date without a modifier.",
            "Write for instance _lastUpdated=ge2026-03-01; repeat it for a second border.",
        )
    start = {"ge": wanted.start, "eq": wanted.start, "gt": wanted.end, "sa": wanted.end}.get(prefix)
    end = {"le": wanted.end, "eq": wanted.end, "lt": wanted.start, "eb": wanted.start}.get(prefix)

    def matches(resource: Json) -> bool:
        there = range_of(resource.get("meta", {}).get("lastUpdated"))
        return there is not None and (start is None or there.start >= start) and (end is None or there.start < end)

    return matches


def _table(type: str) -> dict[str, Json]:
    known: dict[str, Json] = load_contract()["search"][type]
    return known


def _parameter(type: str, name: str, code: str) -> Json:
    known = _table(type)
    found = known.get(code)
    if found is not None:
        return found
    if "." in code or code == "_has":
        raise _invalid(
            name,
            "The test host goes along no chain.",
            "Search for the other record first, then by its reference.",
        )
    near = nearest_name(code, [*known, "_id", "_lastUpdated", "_sort"])
    fix = f"Use one of: {', '.join(known)}." if near is None else f"Did you mean {near}?"
    raise _invalid(name, f"{type} has no such search parameter.", fix)


def _is_served(parameter: Json, modifier: str) -> bool:
    if modifier in _MODIFIERS.get(parameter["kind"], ()):
        return True
    if parameter["kind"] != "reference" or not re.fullmatch(r"[A-Z][A-Za-z]{1,63}", modifier):
        return False
    targets = parameter.get("targets")
    return targets is None or modifier in targets


def _mend_of(code: str, parameter: Json, modifier: str) -> str:
    known = _NOT_SERVED.get(modifier)
    if known is not None:
        return known
    served = [
        "missing",
        *(["not"] if parameter["kind"] == "token" else []),
        *_MODIFIERS.get(parameter["kind"], ()),
        *parameter.get("targets", [])[:6],
    ]
    return f"Use {code}, or one of: {', '.join(f'{code}:{one}' for one in served)}."


def _has_any(resource: Json, parameter: Json) -> bool:
    return any(True for path in parameter["paths"] for _ in values_at(resource, path))


def _invalid(name: str, message: str, fix: str) -> HostError:
    shown = name if re.fullmatch(r"_?[A-Za-z][A-Za-z0-9.:-]{0,63}", name) else ""
    return HostError("search.invalid", problems=[problem(f"/{shown}", message, fix)])
