"""One value of a search parameter, read by its kind: what it accepts of what stands in a resource."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from .date_ranges import TESTS, date_range, range_of
from .folded_words import folded_words, prefix_min_of
from .search_values import ID, Token, folded_contact, pieces_of, target_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Json = dict[str, Any]
    Accepts = Callable[[Any, Json], bool]

_PREFIXES = frozenset(TESTS)
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
# Without a type, an id is looked for under so many types at most.
_GUESSES_MAX = 8


class ValueFault(Exception):
    """Why a value cannot be searched for, and what to write. Quotes nothing of it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class ReadContext:
    """Which parameter the value is of, and how its name was modified."""

    def __init__(self, name: str, parameter: Json, modifier: str | None) -> None:
        self.name = name
        self.parameter = parameter
        self.modifier = modifier

    def all_of(self, type: str) -> bool:
        """Whether every place that is looked at holds this FHIR type."""
        return all(path["of"] == type for path in self.parameter["paths"])


def read_token(text: str, context: ReadContext) -> Accepts:
    """`code`, `system|code`, `|code` (no system) or `system|` (any code of it); codes without case."""
    parts = [unescaped(part) for part in split_values(text, "|")]
    if context.modifier == "of-type":
        return _read_of_type(parts, context)
    if len(parts) > 2:
        raise ValueFault("A token has a system and a code.", "Write system|code; write a bar inside of a code as \\|.")
    system = parts[0] if len(parts) == 2 else None
    code = parts[-1].lower()
    if code == "" and not system:
        raise ValueFault("The value is empty.", "Write a code, or leave the parameter out.")

    def accepts(found: Any, path: Json) -> bool:
        wanted = folded_contact(code) if path["of"] == "ContactPoint" else code
        return any(
            (code == "" or token.code == wanted) and _is_of_system(token.system, system, path)
            for token in tokens_of(found, path["of"])
        )

    return accepts


def _is_of_system(own: str | None, system: str | None, path: Json) -> bool:
    if system is None:
        return True
    if system == "":
        return own is None or path["of"] == "ContactPoint"
    return own == system or (path["of"] == "code" and system in path.get("systems", []))


def _read_of_type(parts: list[str], context: ReadContext) -> Accepts:
    """`system|code|value`: an identifier of that type."""
    if len(parts) != 3 or "" in parts[1:] or not context.all_of("Identifier"):
        raise ValueFault("of-type takes an identifier with its type.", "Write system|code|value, of identifier alone.")
    system, code, value = parts

    def accepts(found: Any, _path: Json) -> bool:
        types = tokens_of(found.get("type"), "CodeableConcept") if isinstance(found, dict) else ()
        is_of_type = any(one.code == code.lower() and system in ("", one.system) for one in types)
        return is_of_type and any(one.code == value.lower() for one in tokens_of(found, "Identifier"))

    return accepts


def read_string(text: str, context: ReadContext) -> Accepts:
    """Each word must begin a word of the name, address or text; `:exact` is the whole text, letter by letter."""
    wanted = unescaped(text)
    words = folded_words(wanted)
    if not words:
        raise ValueFault("The text has no letter and no digit.", f"Write what {context.name} begins with.")
    if context.modifier == "exact":
        normal = unicodedata.normalize("NFC", wanted)
        return lambda found, path: any(
            unicodedata.normalize("NFC", piece) == normal for piece in pieces_of(found, path["of"])
        )
    if all(len(word) < prefix_min_of(word) for word in words):
        raise ValueFault(
            "The text is too short to be looked up.",
            f"Write at least three letters of a word, or the whole text with {context.name}:exact.",
        )

    def accepts(found: Any, path: Json) -> bool:
        there = [word for piece in pieces_of(found, path["of"]) for word in folded_words(piece)]
        return all(any(one.startswith(word) for one in there) for word in words)

    return accepts


def read_reference(text: str, context: ReadContext) -> Accepts:
    """`Patient/1`, `1` where the types are few, an absolute address, `:Patient` and `:identifier`."""
    modifier = context.modifier
    if modifier == "identifier":
        return _read_identifier(text)
    wanted = target_of(unescaped(text)) or unescaped(text)
    if wanted == "":
        raise ValueFault("The value is empty.", "Write Type/id, for instance Patient/123.")
    targets = _targets_of(wanted, context) if modifier is None or "/" in wanted else [f"{modifier}/{wanted}"]

    def accepts(found: Any, _path: Json) -> bool:
        if isinstance(found, str):
            return found == wanted or ("|" not in wanted and found.split("|")[0] == wanted)
        target = target_of(found.get("reference")) if isinstance(found, dict) else None
        is_of_type = modifier is None or (
            target is not None and (target.startswith(f"{modifier}/") or f"/{modifier}/" in target)
        )
        return target is not None and target in targets and is_of_type

    return accepts


def _targets_of(wanted: str, context: ReadContext) -> list[str]:
    if not ID.fullmatch(wanted) or not context.all_of("Reference"):
        return [wanted]
    types = context.parameter.get("targets")
    if types is None or len(types) > _GUESSES_MAX:
        raise ValueFault(
            f"{context.name} may lead to many types, so an id alone does not say where.",
            f"Write {context.name}=Type/id, or {context.name}:Type=id.",
        )
    return [wanted, *(f"{type}/{wanted}" for type in types)]


def _read_identifier(text: str) -> Accepts:
    """What is known of a reference by an identifier alone: `system|value` or `value`."""
    parts = [unescaped(part) for part in split_values(text, "|")]
    system = parts[0] if len(parts) > 1 else None
    wanted = (parts[1] if len(parts) > 1 else parts[0]).lower()
    if wanted == "":
        raise ValueFault("The identifier is empty.", "Write system|value or value.")

    def accepts(found: Any, _path: Json) -> bool:
        identifiers: Iterable[Token] = (
            tokens_of(found.get("identifier"), "Identifier") if isinstance(found, dict) else ()
        )
        return any(one.code == wanted and (system is None or (one.system or "") == system) for one in identifiers)

    return accepts


def read_date(text: str, _context: ReadContext) -> Accepts:
    """The prefixes as search.html#prefix defines them for ranges: every date is one."""
    prefix = text[:2] if text[:2] in _PREFIXES else "eq"
    rest = text[2:] if text[:2] in _PREFIXES else text
    # A plus sign that was not escaped in an address arrives as a space.
    wanted = date_range(re.sub(r" (?=[0-9]{2}:[0-9]{2}\Z)", "+", rest))
    if wanted is None:
        raise ValueFault("This is not a date.", "Write YYYY, YYYY-MM, YYYY-MM-DD or a time, after a prefix or nothing.")
    test = TESTS[prefix]

    def accepts(found: Any, _path: Json) -> bool:
        there = range_of(found)
        return there is not None and test(there, wanted)

    return accepts


def read_uri(text: str, _context: ReadContext) -> Accepts:
    """The very address."""
    wanted = unescaped(text)
    return lambda found, _path: bool(found == wanted)


def read_quantity(text: str, _context: ReadContext) -> Accepts:
    """`gt5.4|http://unitsofmeasure.org|mg`, `5.4||mg`, `5.4`. Units are not converted."""
    prefix = text[:2] if text[:2] in _PREFIXES else "eq"
    rest = text[2:] if text[:2] in _PREFIXES else text
    number, system, code, *_ = [*(unescaped(part) for part in rest.split("|")), "", ""]
    if not _NUMBER.fullmatch(number):
        raise ValueFault(
            "This is not a quantity.", "Write number|system|code, number||unit or number, after a prefix or nothing."
        )
    test = _point_test({"sa": "gt", "eb": "lt"}.get(prefix, prefix), number)

    def accepts(found: Any, _path: Json) -> bool:
        if not isinstance(found, dict):
            return False
        value = found.get("value")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        if system != "" and found.get("system") != system:
            return False
        if code != "" and found.get("code") != code and (system != "" or found.get("unit") != code):
            return False
        return test(float(value))

    return accepts


def _point_test(prefix: str, number: str) -> Callable[[float], bool]:
    """`5.40` stands for 5.395 to 5.405 where equality is asked for, and for itself where an order is."""
    at = float(number)
    if prefix == "ap":
        margin = abs(at) / 10
        return lambda value: at - margin <= value <= at + margin
    mantissa, _, exponent = number.lower().partition("e")
    half = 0.5 * 10.0 ** (int(exponent or "0") - len(mantissa.partition(".")[2]))
    tests: dict[str, Callable[[float], bool]] = {
        "eq": lambda value: at - half <= value < at + half,
        "ne": lambda value: value < at - half or value >= at + half,
        "gt": lambda value: value > at,
        "lt": lambda value: value < at,
        "ge": lambda value: value >= at,
        "le": lambda value: value <= at,
    }
    return tests[prefix]


def split_values(text: str, separator: str) -> list[str]:
    """At each separator that no backslash stands before."""
    parts: list[str] = []
    start = at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == separator:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def unescaped(text: str) -> str:
    """A value as it is meant: without the backslash before a comma, a bar, a dollar sign or a backslash."""
    return re.sub(r"\\([,|$\\])", r"\1", text)
