"""A search of records as the test host runs it: by ids, tokens, references and dates, with the platform's own table.

The platform serves more: names, addresses, quantities, modifiers. What is not served here is refused by name, so that no
test finds what the platform would not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import HostError
from .contract import load_contract
from .date_ranges import TESTS, date_range, range_of
from .nearest_name import nearest_name
from .problem import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Matches = Callable[[dict[str, Any]], bool]
    Accepts = Callable[[Any, dict[str, Any]], bool]

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_STORED = re.compile(r"([A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_GUESSES_MAX = 8


def parse_search(type: str, query: Iterable[tuple[str, str]]) -> Matches:
    """What tells whether a resource matches. Raises `search.invalid`, which names the parameter and quotes no value."""
    criteria = [_criterion(type, name, value) for name, value in query if name != "_sort"]
    return lambda resource: resource.get("resourceType") == type and all(matches(resource) for matches in criteria)


def sort_of(query: Iterable[tuple[str, str]]) -> tuple[str, bool]:
    """The parameter by which is sorted, and whether the last comes first; the newest first, where nothing is said."""
    for name, value in query:
        if name == "_sort":
            parameter = value[1:] if value.startswith("-") else value
            if parameter not in ("_id", "_lastUpdated"):
                raise _invalid(name, "The test host sorts by _lastUpdated and _id alone.", "Use one of the two.")
            return parameter, value.startswith("-")
    return "_lastUpdated", True


def _criterion(type: str, name: str, value: str) -> Matches:
    if name == "_id":
        ids = _split(value, ",")
        if not all(_ID.fullmatch(one) for one in ids):
            raise _invalid(name, "_id takes ids, without a modifier.", "Write _id=first,second.")
        return lambda resource: resource.get("id") in ids
    parameter = _parameter(type, name)
    if value == "":
        raise _invalid(name, "The value is empty.", "Write a value, or leave the parameter out.")
    accepts = [_READERS[parameter["kind"]](name, text, parameter) for text in _split(value, ",")]

    def matches(resource: dict[str, Any]) -> bool:
        return any(
            accept(found, path)
            for path in parameter["paths"]
            for found in _reach(resource, path["at"].split(".") if path["at"] else [])
            for accept in accepts
        )

    return matches


def _parameter(type: str, name: str) -> dict[str, Any]:
    if name == "_lastUpdated":
        raise _invalid(name, "The test host does not search by when a record was changed.", "Try it on a real host.")
    known: dict[str, dict[str, Any]] = load_contract()["search"][type]
    found = known.get(name)
    if found is None:
        if ":" in name and name.split(":")[0] in known:
            raise _invalid(name, "The test host serves no modifiers.", "Search without, or on a real host.")
        near = nearest_name(name, [*known, "_id"])
        fix = f"Use one of: {', '.join(known)}." if near is None else f"Did you mean {near}?"
        raise _invalid(name, f"{type} has no such search parameter.", fix)
    if found["kind"] not in _READERS:
        message = f"The test host does not search by a parameter of the kind {found['kind']}."
        raise _invalid(name, message, "Search by _id, identifier, a code, a reference or a date, or on a real host.")
    return found


def _token(name: str, text: str, _parameter: dict[str, Any]) -> Accepts:
    """`code`, `system|code`, `|code` (no system) or `system|` (any code of it); codes without case."""
    parts = [_unescaped(part) for part in _split(text, "|")]
    if len(parts) > 2:
        raise _invalid(name, "A token has a system and a code.", "Write system|code.")
    system = parts[0] if len(parts) == 2 else None
    code = parts[-1].lower()
    if code == "" and not system:
        raise _invalid(name, "The value is empty.", "Write a code, or leave the parameter out.")

    def accepts(found: Any, path: dict[str, Any]) -> bool:
        wanted = _folded_contact(code) if path["of"] == "ContactPoint" else code
        return any(
            (code == "" or there == wanted) and _is_of_system(own, system, path)
            for own, there in _tokens(found, path["of"], path.get("only"))
        )

    return accepts


def _is_of_system(own: str | None, system: str | None, path: dict[str, Any]) -> bool:
    if system is None:
        return True
    if system == "":
        return own is None or path["of"] == "ContactPoint"
    return own == system or (path["of"] == "code" and system in path.get("systems", []))


def _tokens(value: Any, of: str, only: str | None) -> Iterator[tuple[str | None, str]]:
    """System and code of each, codes without case."""
    if of == "deceased":
        dead = isinstance(value, dict) and (value.get("deceasedBoolean") is True or "deceasedDateTime" in value)
        yield None, "true" if dead else "false"
    elif isinstance(value, bool):
        yield None, "true" if value else "false"
    elif isinstance(value, str):
        yield None, value.lower()
    elif isinstance(value, dict):
        if of == "CodeableConcept":
            for coding in value.get("coding") or []:
                yield from _tokens(coding, "Coding", None)
            return
        code = value.get("code" if of == "Coding" else "value")
        is_told = of in ("Coding", "Identifier") or (of == "ContactPoint" and only in (None, value.get("system")))
        if is_told and isinstance(code, str):
            yield value.get("system"), _folded_contact(code) if of == "ContactPoint" else code.lower()


def _folded_contact(contact: str) -> str:
    """Numbers without what people write between the digits; other addresses without case."""
    if re.fullmatch(r"[+0-9][0-9\s().\-/]*", contact):
        return re.sub(r"[\s().\-/]", "", contact)
    return contact.strip().lower()


def _reference(name: str, text: str, parameter: dict[str, Any]) -> Accepts:
    """`Patient/1`, `1` where the types are few, or an absolute address."""
    wanted = _target(_unescaped(text), None) or _unescaped(text)
    targets = [wanted]
    if _ID.fullmatch(wanted) and all(path["of"] == "Reference" for path in parameter["paths"]):
        types = parameter.get("targets")
        if types is None or len(types) > _GUESSES_MAX:
            message = f"{name} may lead to many types, so an id alone does not say where."
            raise _invalid(name, message, f"Write {name}=Type/id.")
        targets += [f"{type}/{wanted}" for type in types]

    def accepts(found: Any, path: dict[str, Any]) -> bool:
        if isinstance(found, str):
            return found == wanted or ("|" not in wanted and found.split("|")[0] == wanted)
        reference = found.get("reference") if isinstance(found, dict) else None
        target = _target(reference, path.get("only"))
        return target is not None and target in targets

    return accepts


def _target(reference: Any, only: str | None) -> str | None:
    """`Patient/1/_history/2` -> `Patient/1`; addresses elsewhere as they are; None for fragments and searches."""
    if not isinstance(reference, str) or reference.startswith("#") or "?" in reference:
        return None
    stored = _STORED.fullmatch(reference)
    target = reference if stored is None else stored[1]
    kind = re.search(r"(?:^|/)([A-Z][A-Za-z]{1,63})/[A-Za-z0-9.-]{1,64}\Z", target)
    return target if only is None or (kind is not None and kind[1] == only) else None


def _date(name: str, text: str, _parameter: dict[str, Any]) -> Accepts:
    prefix = text[:2] if text[:2] in TESTS else "eq"
    rest = text[2:] if text[:2] in TESTS else text
    wanted = date_range(re.sub(r" (?=[0-9]{2}:[0-9]{2}\Z)", "+", rest))
    if wanted is None:
        raise _invalid(
            name, "This is not a date.", "Write YYYY, YYYY-MM, YYYY-MM-DD or a time, after a prefix or nothing."
        )
    test = TESTS[prefix]

    def accepts(found: Any, _path: dict[str, Any]) -> bool:
        there = range_of(found)
        return there is not None and test(there, wanted)

    return accepts


_READERS: dict[str, Callable[[str, str, dict[str, Any]], Accepts]] = {
    "date": _date,
    "reference": _reference,
    "token": _token,
}


def _reach(value: Any, steps: list[str]) -> Iterator[Any]:
    """What stands at the end of the steps, lists unfolded."""
    if isinstance(value, list):
        for item in value:
            yield from _reach(item, steps)
    elif value is None:
        return
    elif not steps:
        yield value
    elif isinstance(value, dict):
        yield from _reach(value.get(steps[0]), steps[1:])


def _split(text: str, separator: str) -> list[str]:
    """At each separator that no backslash stands before."""
    return re.split(rf"(?<!\\){re.escape(separator)}", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", text)


def _invalid(name: str, message: str, fix: str) -> HostError:
    shown = name if re.fullmatch(r"_?[A-Za-z][A-Za-z0-9:-]{0,63}", name) else ""
    return HostError("search.invalid", problems=[problem(f"/{shown}", message, fix)])
