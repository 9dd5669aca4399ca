"""Records as FHIR R4 resources: builds the usual ones and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Union

from .protocol.limits import TEST_LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_UCUM = "http://unitsofmeasure.org"
_OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

Resource = dict[str, Any]


class RecordIdentifier(TypedDict):
    """An identifier in its namespace: `{"system": "https://clinic.example/mrn", "value": "A-12"}`."""

    system: str
    value: str


class _CodeNeeded(TypedDict):
    system: str
    code: str


class Code(_CodeNeeded, total=False):
    """A code with what people call it."""

    text: str


RecordCode = Union[str, Code]
"""A code, or the words alone."""

Identifiers = Union[RecordIdentifier, "Sequence[RecordIdentifier]"]


class DocumentInfo(NamedTuple):
    """What a document is and where its first file lies: `url` is `Binary/<id>` or an address elsewhere, `size` in bytes."""

    url: str | None = None
    content_type: str | None = None
    title: str | None = None
    size: int | None = None
    patient: str | None = None
    type: str | None = None
    date: str | None = None


class Reading(NamedTuple):
    """What was observed, in the words and numbers that stand there."""

    code: str | None = None
    value: float | str | bool | None = None
    unit: str | None = None
    at: str | None = None
    patient: str | None = None


def patient(
    *,
    family: str,
    given: str | Sequence[str] = (),
    birth_date: str | None = None,
    gender: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    identifier: Identifiers = (),
    test: bool = False,
) -> Resource:
    """Builds a Patient with one official name. What is built is judged where it is stored, not here.

    `test` labels it as made up for a test.
    """
    record = _begin("Patient", identifier, test)
    name: dict[str, Any] = {"use": "official", "family": family}
    if given:
        name["given"] = [given] if isinstance(given, str) else list(given)
    record["name"] = [name]
    telecom = [{"system": system, "value": value} for system, value in (("phone", phone), ("email", email)) if value]
    _put(record, telecom=telecom or None, gender=gender, birthDate=birth_date)
    return record


def document_reference(
    *,
    patient: str,
    url: str,
    content_type: str,
    title: str | None = None,
    size: int | None = None,
    type: RecordCode | None = None,
    category: RecordCode | None = None,
    date: str | None = None,
    status: str = "current",
    identifier: Identifiers = (),
    test: bool = False,
) -> Resource:
    """Builds a DocumentReference: what a document is, of whom, and where its bytes are (`Binary/<id>`)."""
    record = _begin("DocumentReference", identifier, test)
    record["status"] = status
    _put(record, type=_concept(type), category=None if category is None else [_concept(category)])
    record["subject"] = {"reference": patient}
    _put(record, date=date)
    attachment: dict[str, Any] = {"contentType": content_type, "url": url}
    _put(attachment, size=size, title=title)
    record["content"] = [{"attachment": attachment}]
    return record


def binary(*, content_type: str, data: str, document: str | None = None) -> Resource:
    """Builds a Binary for bytes of at most 1 MiB; `data` is base64, and access follows `document`. Larger ones are uploaded."""
    record: Resource = {"resourceType": "Binary", "contentType": content_type}
    _put(record, securityContext=None if document is None else {"reference": document})
    record["data"] = data
    return record


def observation(
    *,
    patient: str,
    code: RecordCode,
    value: float | str | bool | Code | None = None,
    unit: str | None = None,
    at: str | None = None,
    category: str | None = None,
    status: str = "final",
    identifier: Identifiers = (),
    test: bool = False,
) -> Resource:
    """Builds an Observation of one value: a number with its `unit` (UCUM), words, a code, or yes and no."""
    record = _begin("Observation", identifier, test)
    record["status"] = status
    if category is not None:
        record["category"] = [{"coding": [{"system": _OBSERVATION_CATEGORY, "code": category}]}]
    record["code"] = _concept(code)
    record["subject"] = {"reference": patient}
    _put(record, effectiveDateTime=at)
    if isinstance(value, bool):
        record["valueBoolean"] = value
    elif isinstance(value, str):
        record["valueString"] = value
    elif isinstance(value, (int, float)):
        quantity: dict[str, Any] = {"value": value}
        record["valueQuantity"] = (
            quantity if unit is None else {**quantity, "unit": unit, "system": _UCUM, "code": unit}
        )
    elif value is not None:
        record["valueCodeableConcept"] = _concept(value)
    return record


def name_of(person: Mapping[str, Any]) -> str | None:
    """A person's name as it is said: the official one, else the first that is still in use."""
    names = person.get("name", [])
    official = [name for name in names if name.get("use") == "official"]
    in_use = [name for name in names if name.get("use") not in ("old", "maiden")]
    chosen = next(iter([*official, *in_use, *names]), None)
    if chosen is None:
        return None
    if "text" in chosen:
        return str(chosen["text"])
    parts = [part for part in [*chosen.get("given", []), chosen.get("family")] if isinstance(part, str) and part]
    return " ".join(parts) or None


def identifier_of(record: Mapping[str, Any], system: str | None = None) -> str | None:
    """The value of a record's identifier in the namespace, or of its first one."""
    identifiers = record.get("identifier", [])
    return next((one.get("value") for one in identifiers if system is None or one.get("system") == system), None)


def document_of(document: Mapping[str, Any]) -> DocumentInfo:
    """Reads a DocumentReference."""
    file = (document.get("content") or [{}])[0].get("attachment", {})
    return DocumentInfo(
        url=file.get("url"),
        content_type=file.get("contentType"),
        title=file.get("title"),
        size=file.get("size"),
        patient=document.get("subject", {}).get("reference"),
        type=_words(document.get("type")),
        date=document.get("date"),
    )


def reading_of(reading: Mapping[str, Any]) -> Reading:
    """Reads an Observation of one value."""
    quantity = reading.get("valueQuantity", {})
    values = [quantity.get("value"), *(reading.get(f"value{kind}") for kind in ("String", "Boolean", "Integer"))]
    values.append(_words(reading.get("valueCodeableConcept")))
    times = [
        reading.get("effectiveDateTime"),
        reading.get("effectivePeriod", {}).get("start"),
        reading.get("effectiveInstant"),
    ]
    return Reading(
        code=_words(reading.get("code")),
        value=next((value for value in values if value is not None), None),
        unit=quantity.get("unit"),
        at=next((time for time in times if time is not None), None),
        patient=reading.get("subject", {}).get("reference"),
    )


def _begin(resource_type: str, identifier: Identifiers, test: bool) -> Resource:
    record: Resource = {"resourceType": resource_type}
    if test:
        record["meta"] = {"security": [dict(TEST_LABEL)]}
    several: Any = [identifier] if isinstance(identifier, dict) else identifier
    identifiers = [{"system": one["system"], "value": one["value"]} for one in several]
    if identifiers:
        record["identifier"] = identifiers
    return record


def _put(owner: dict[str, Any], **members: Any) -> None:
    owner.update({name: value for name, value in members.items() if value is not None})


def _concept(code: RecordCode | None) -> dict[str, Any] | None:
    if code is None:
        return None
    if isinstance(code, str):
        return {"text": code}
    concept: dict[str, Any] = {"coding": [{"system": code["system"], "code": code["code"]}]}
    if "text" in code:
        concept["text"] = code["text"]
    return concept


def _words(concept: Mapping[str, Any] | None) -> str | None:
    """What people call a code: its text, else the first display, else the first code."""
    if concept is None:
        return None
    codings = concept.get("coding", [])
    named = [coding["display"] for coding in codings if "display" in coding]
    found = [concept.get("text"), *named, *(coding.get("code") for coding in codings[:1])]
    return next((words for words in found if words is not None), None)
