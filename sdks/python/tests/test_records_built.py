"""Records are built and read as the Node SDK does: `conformance/vectors/records-built.json` is made by its code."""

from __future__ import annotations

import json
from typing import Any

from hilum.records import (
    binary,
    document_of,
    document_reference,
    identifier_of,
    name_of,
    observation,
    patient,
    reading_of,
)

Case = dict[str, Any]
MRN = "https://clinic.example/mrn"


def build(given: Case) -> Any:
    ((kind, options),) = given.items()
    arguments = {
        {"birthDate": "birth_date", "contentType": "content_type"}.get(name, name): value
        for name, value in options.items()
    }
    if kind != "document":
        builders: dict[str, Any] = {"patient": patient, "binary": binary, "observation": observation}
        return builders[kind](**arguments)
    file = arguments.pop("file")
    return document_reference(
        url=file["url"],
        content_type=file["contentType"],
        title=file.get("title"),
        size=file.get("size"),
        **arguments,
    )


def read(record: Any) -> Case:
    found: Case = {"identifier": identifier_of(record, MRN), "first": identifier_of(record)}
    if record["resourceType"] == "Patient":
        found["name"] = name_of(record)
    if record["resourceType"] == "DocumentReference":
        found["document"] = without_none(document_of(record), content_type="contentType")
    if record["resourceType"] == "Observation":
        found["reading"] = without_none(reading_of(record))
    return found


def without_none(members: Any, **names: str) -> Case:
    return {names.get(name, name): value for name, value in members._asdict().items() if value is not None}


def test_records_are_built_alike_and_their_members_stand_in_the_same_order(vectors: Any) -> None:
    cases = [case for case in vectors("records-built") if "input" in case]
    assert len(cases) > 10
    for case in cases:
        assert json.dumps(build(case["input"])) == json.dumps(case["record"])


def test_records_are_read_alike(vectors: Any) -> None:
    for case in vectors("records-built"):
        assert read(case["record"]) == case["read"], case["record"]
