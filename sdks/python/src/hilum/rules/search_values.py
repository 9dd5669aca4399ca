"""What stands in a resource as a search compares it: tokens, references, and the texts of names and addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_STORED = re.compile(r"([A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_TYPE_OF = re.compile(r"(?:^|/)([A-Z][A-Za-z]{1,63})/[A-Za-z0-9.-]{1,64}\Z")
_PIECES = {
    "HumanName": ("text", "family", "given", "prefix", "suffix"),
    "Address": ("text", "line", "city", "district", "state", "postalCode", "country"),
}


class Token(NamedTuple):
    """A code or identifier, the code without case."""

    system: str | None
    code: str


def values_at(resource: dict[str, Any], path: dict[str, Any]) -> Iterator[Any]:
    """What a parameter looks at along one of its paths."""
    only = path.get("only")
    for value in _reach(resource, path["at"].split(".") if path["at"] else []):
        if only is None or (
            isinstance(value, dict)
            and (value.get("system") == only if path["of"] == "ContactPoint" else _leads_to(value, only))
        ):
            yield value


def tokens_of(value: Any, of: str) -> Iterator[Token]:
    """The tokens of a value whose FHIR type is `of`."""
    if of == "deceased":
        dead = isinstance(value, dict) and (value.get("deceasedBoolean") is True or "deceasedDateTime" in value)
        yield Token(None, "true" if dead else "false")
    elif isinstance(value, bool):
        yield Token(None, "true" if value else "false")
    elif isinstance(value, str):
        yield Token(None, value.lower())
    elif isinstance(value, dict):
        if of == "CodeableConcept":
            for coding in _list_of(value.get("coding")):
                yield from tokens_of(coding, "Coding")
            return
        code = value.get("code" if of == "Coding" else "value")
        if of in ("Coding", "Identifier", "ContactPoint") and isinstance(code, str):
            system = value.get("system")
            yield Token(
                system if isinstance(system, str) else None,
                folded_contact(code) if of == "ContactPoint" else code.lower(),
            )


def folded_contact(contact: str) -> str:
    """Numbers without what people write between the digits; other addresses without case."""
    if re.fullmatch(r"[+0-9][0-9\s().\-/]*", contact):
        return re.sub(r"[\s().\-/]", "", contact)
    return contact.strip().lower()


def pieces_of(value: Any, of: str) -> list[str]:
    """The texts that a search for a whole name or address looks at."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return []
    return [piece for key in _PIECES.get(of, ()) for piece in _list_of(value.get(key)) if isinstance(piece, str)]


def target_of(reference: Any) -> str | None:
    """`Patient/1/_history/2` -> `Patient/1`; addresses elsewhere as they are; None for fragments and searches."""
    if not isinstance(reference, str) or reference.startswith("#") or "?" in reference:
        return None
    stored = _STORED.fullmatch(reference)
    return reference if stored is None else stored[1]


def _leads_to(value: dict[str, Any], type: str) -> bool:
    """Whether a Reference leads to a resource of the type, also one that knows it by an identifier alone."""
    reference = value.get("reference")
    target = target_of(reference)
    if target is None:
        return reference is None and value.get("type") == type
    kind = _TYPE_OF.search(target)
    return kind is not None and kind[1] == type


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


def _list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
