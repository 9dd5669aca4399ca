"""What DICOM asks of a document, made of FHIR."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEX = {"male": "M", "female": "F", "other": "O"}
_MODALITY = {"application/pdf": "DOC", "image/jpeg": "OT", "image/png": "OT"}
# Types that Orthanc makes DICOM of.
WRAPPED = frozenset(_MODALITY)


def uid_of(*names: str) -> str:
    """A unique identifier of 128 bits (DICOM PS3.5 annex B.2), always the same for the same names."""
    digest = hashlib.sha256("\n".join(names).encode()).digest()[:16]
    return f"2.25.{int.from_bytes(digest, 'big')}"


def tags_of(
    document: Mapping[str, Any], patient: Mapping[str, Any] | None, content_type: str, settings: Mapping[str, Any]
) -> dict[str, str]:
    """Tags of the instance that Orthanc makes: the patient's, and those that say which document it is."""
    identifier, version = document["id"], document["meta"]["versionId"]
    title = document.get("description") or document.get("type", {}).get("text") or "Document"
    tags = {
        **_patient_tags(document, patient, settings.get("patientNumber", "")),
        "StudyInstanceUID": uid_of("study", identifier),
        "SeriesInstanceUID": uid_of("series", identifier),
        "SOPInstanceUID": uid_of("instance", identifier, version),
        "Modality": _MODALITY[content_type],
        "StudyDescription": _text(title),
        "SeriesDescription": _text(title),
        **_moment(document.get("date")),
        "InstitutionName": _text(settings.get("institution", "")),
    }
    if content_type == "application/pdf":
        tags["DocumentTitle"] = _text(title)
    return {name: value for name, value in tags.items() if value}


def _patient_tags(document: Mapping[str, Any], patient: Mapping[str, Any] | None, system: str) -> dict[str, str]:
    subject = document.get("subject", {}).get("reference", "")
    if patient is None:
        return {"PatientID": _text(subject.removeprefix("Patient/")) or "UNKNOWN"}
    return {
        "PatientID": _text(number_of(patient, system)),
        "PatientName": _person_name(patient.get("name", [])),
        "PatientBirthDate": re.sub(r"-", "", patient.get("birthDate", ""))
        if len(patient.get("birthDate", "")) == 10
        else "",
        "PatientSex": _SEX.get(patient.get("gender", ""), ""),
    }


def number_of(patient: Mapping[str, Any], system: str) -> str:
    """The identifier that the settings name, else the first, else the record's id."""
    identifiers = [one for one in patient.get("identifier", []) if one.get("value")]
    named = [one for one in identifiers if one.get("system") == system] if system else []
    chosen: str = (named or identifiers or [{"value": patient["id"]}])[0]["value"]
    return chosen


def _person_name(names: list[Mapping[str, Any]]) -> str:
    """Family^Given^Middle^Prefix^Suffix (DICOM PS3.5 section 6.2.1)."""
    if not names:
        return ""
    chosen = next((name for name in names if name.get("use") == "official"), names[0])
    given = [*chosen.get("given", []), ""]
    parts = [
        chosen.get("family", ""),
        given[0],
        " ".join(given[1:]).strip(),
        " ".join(chosen.get("prefix", [])),
        " ".join(chosen.get("suffix", [])),
    ]
    return "^".join(re.sub(r"[\^\\=]", " ", part) for part in parts).rstrip("^")[:64]


def _moment(date: str | None) -> dict[str, str]:
    """Day and time of day as they are written, whatever their zone."""
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2}))?", date or "")
    if found is None:
        return {}
    day = "".join(found.group(1, 2, 3))
    time = "" if found[4] is None else "".join(found.group(4, 5, 6))
    return {"StudyDate": day, "SeriesDate": day, "StudyTime": time, "SeriesTime": time}


def _text(value: str) -> str:
    """LO: 64 characters, one line, no backslash."""
    return re.sub(r"[\x00-\x1f\\]", " ", value).strip()[:64]
