"""A document of FHIR is one instance of DICOM: its own, or one that Orthanc makes of a PDF or a picture."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from hilum import FoundRecords, GivenContent, HostError, KeptRecord, ProviderError

from . import kept
from .http_exchange import Body
from .orthanc import ask, ask_json
from .tags import WRAPPED, tags_of, uid_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from hilum import CallContext, CreateDetails, HeldContent, RecordSearch, RecordTarget, Resource, UpdateDetails

DICOM = "application/dicom"
# Numbers of attachments that are a user's own begin at 1024: the document as FHIR, by version, and the bytes it came with.
_FHIR = 1024
_ORIGINAL = 65_000
_VERSION_MAX = 60_000


async def create(resource: Resource, ctx: CallContext, details: CreateDetails) -> Resource | KeptRecord:
    """Takes the same version again without harm."""
    document = _document(resource)
    if details.if_none_exist is not None:
        found = await _matching(ctx, details.if_none_exist)
        if len(found) > 1:
            raise ProviderError("record.conflict")
        if found:
            return found[0]
    known = await kept.find(ctx, document["id"])
    if known is not None and not known.deleted and _version(document) not in known.versions:
        raise ProviderError("record.conflict")
    return await _keep(document, ctx, details.content, known)


async def update(resource: Resource, ctx: CallContext, details: UpdateDetails) -> Resource | KeptRecord:
    document = _document(resource)
    known = await kept.find(ctx, document["id"])
    if known is None:
        raise ProviderError("record.not_found")
    version = _version(document)
    if int(version) < int(known.latest):
        raise ProviderError("record.conflict")
    if details.if_match is not None and details.if_match != known.latest and version != known.latest:
        raise ProviderError("record.conflict")
    return await _keep(document, ctx, details.content, known)


async def read(target: RecordTarget, ctx: CallContext) -> Resource | KeptRecord:
    if target.type != "DocumentReference":
        raise ProviderError("record.not_found")
    known = await kept.find(ctx, target.id)
    if known is None:
        raise ProviderError("record.not_found")
    if known.deleted:
        raise ProviderError("record.gone")
    version = target.version or known.latest
    instance = known.versions.get(version)
    if instance is None:
        raise ProviderError("record.not_found")
    document = await _read_fhir(ctx, instance, version)
    content_type = _content_type(document)
    if content_type == DICOM:
        answer = await ask(ctx, "GET", f"/instances/{instance}/file")
    else:
        answer = await ask(ctx, "GET", f"/instances/{instance}/attachments/{_ORIGINAL}/data")
    return KeptRecord(document, GivenContent(content_type, answer.chunks))


async def delete(target: RecordTarget, ctx: CallContext) -> None:
    """The instances go, with everything that hangs on them."""
    known = await kept.find(ctx, target.id)
    if known is None:
        raise ProviderError("record.not_found")
    for instance in dict.fromkeys(known.versions.values()):
        await (await ask(ctx, "DELETE", f"/instances/{instance}", accept_missing=True)).read()
    await kept.forget(ctx, target.id)


async def search(asked: RecordSearch, ctx: CallContext) -> FoundRecords:
    found = await _matching(ctx, asked.query)
    begin = int(asked.cursor) if asked.cursor is not None and asked.cursor.isdecimal() else 0
    page = _fitting(found[begin : begin + asked.count])
    end = begin + len(page)
    return FoundRecords(page, str(end) if end < len(found) else None, len(found))


# A page is one frame.
_PAGE_CHARS = 800_000


def _fitting(found: Sequence[Resource]) -> list[Resource]:
    """What fits into one page, from the beginning; one at least."""
    size = 0
    for index, resource in enumerate(found):
        size += len(json.dumps(resource))
        if size > _PAGE_CHARS and index > 0:
            return list(found[:index])
    return list(found)


async def _keep(
    document: dict[str, Any], ctx: CallContext, content: HeldContent | None, known: kept.Kept | None
) -> Resource:
    """The instance first, then what hangs on it, then that it is there: a call that breaks off is begun anew without harm."""
    version = _version(document)
    instance = known.versions.get(version) if known is not None else None
    if instance is None and known is not None and not known.deleted:
        instance = await _same_file(ctx, document, known)
    # Orthanc takes what is to hang on an instance that somebody deleted, and keeps nothing of it.
    if instance is None or not await _is_there(ctx, instance):
        instance = await _store(document, ctx, content)
    await _put(ctx, f"/instances/{instance}/attachments/{_FHIR + int(version)}", json.dumps(document).encode())
    await kept.keep(ctx, document["id"], version, instance)
    await kept.add_words(ctx, document)
    kept_document: Resource = document
    return kept_document


async def _same_file(ctx: CallContext, document: dict[str, Any], known: kept.Kept) -> str | None:
    """A new version of a document often changes words alone: then it stays the same instance."""
    instance = known.versions[known.latest]
    if not await _is_there(ctx, instance):
        return None
    before = await _read_fhir(ctx, instance, known.latest)
    return instance if before.get("content") == document.get("content") else None


async def _is_there(ctx: CallContext, instance: str) -> bool:
    return await ask_json(ctx, "GET", f"/instances/{instance}") is not None


async def _store(document: dict[str, Any], ctx: CallContext, content: HeldContent | None) -> str:
    content_type = content.content_type if content is not None else _content_type(document)
    if content_type != DICOM and content_type not in WRAPPED:
        raise ProviderError(
            "record.invalid",
            detail="Orthanc keeps images and documents as DICOM, and this file is neither.",
            fix="Orthanc takes DICOM, PDF, JPEG and PNG. Keep other documents in another archive.",
        )
    body = _bytes_of(document, content)
    if content_type == DICOM:
        return _id_of(json.loads(await (await ask(ctx, "POST", "/instances", body)).read()))
    instance = await _find_made(ctx, document)
    if instance is None:
        tags = tags_of(document, await _read_patient(ctx, document), content_type, ctx.settings)
        made = await ask(ctx, "POST", "/tools/create-dicom", _wrapped(tags, content_type, body))
        instance = _id_of(json.loads(await made.read()))
    # What Orthanc makes of a file is another one: the bytes as they came stay beside it.
    await _put(ctx, f"/instances/{instance}/attachments/{_ORIGINAL}", _bytes_of(document, content))
    return instance


async def _put(ctx: CallContext, path: str, body: bytes | Body) -> None:
    await (await ask(ctx, "PUT", path, body)).read()


async def _find_made(ctx: CallContext, document: dict[str, Any]) -> str | None:
    """One that was made before, whose answer was lost: its unique identifier is made of the document's."""
    uid = uid_of("instance", document["id"], _version(document))
    answer = await ask(ctx, "POST", "/tools/lookup", uid.encode())
    found = [one["ID"] for one in json.loads(await answer.read()) if one.get("Type") == "Instance"]
    return found[0] if found else None


def _wrapped(tags: Mapping[str, str], content_type: str, body: Body) -> Body:
    """The request of `/tools/create-dicom`, with the file in it as base64, made while it is sent."""
    head = json.dumps({"Tags": tags, "Force": True})[:-1] + f', "Content": "data:{content_type};base64,'
    tail = '"}'

    async def chunks() -> AsyncIterator[bytes]:
        yield head.encode()
        rest = b""
        async for chunk in body.chunks:
            rest += chunk
            whole = len(rest) - len(rest) % 3
            yield b64encode(rest[:whole])
            rest = rest[whole:]
        yield b64encode(rest) + tail.encode()

    return Body(len(head.encode()) + 4 * ((body.size + 2) // 3) + len(tail), chunks())


def _bytes_of(document: Mapping[str, Any], content: HeldContent | None) -> Body:
    if content is not None:
        return Body(content.size, content.read())
    data = _attachment(document).get("data")
    if data is None:
        raise ProviderError(
            "record.invalid",
            detail="The document comes without its file.",
            fix="Orthanc keeps files: keep the file of this document in Hilum, as a Binary.",
        )
    whole = b64decode(data)

    async def once() -> AsyncIterator[bytes]:
        yield whole

    return Body(len(whole), once())


async def _read_fhir(ctx: CallContext, instance: str, version: str) -> dict[str, Any]:
    path = f"/instances/{instance}/attachments/{_FHIR + int(version)}/data"
    answer = await ask(ctx, "GET", path, accept_missing=True)
    if answer.status == 404:
        raise ProviderError("record.not_found", detail="Somebody deleted the document in Orthanc.")
    document: dict[str, Any] = json.loads(await answer.read())
    return document


async def _read_patient(ctx: CallContext, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """None where it is not granted, or there is none: DICOM then has the id of the record alone."""
    reference = document.get("subject", {}).get("reference", "")
    if not reference.startswith("Patient/"):
        return None
    try:
        patient: Mapping[str, Any] = await ctx.records.read("Patient", reference.removeprefix("Patient/"))
    except HostError as error:
        if error.code in ("policy.denied", "record.not_found", "record.gone"):
            return None
        raise
    return patient


async def _matching(ctx: CallContext, query: Sequence[tuple[str, str]]) -> list[Resource]:
    """Documents that meet every parameter, by id."""
    sets = [await _ids_for(ctx, name, value) for name, value in query]
    if not sets:
        raise ProviderError(
            "search.invalid", fix="Search Orthanc by _id, identifier, patient or subject: it lists no whole type."
        )
    ids = sorted(set.intersection(*map(set, sets)))
    found = []
    for identifier in ids:
        known = await kept.find(ctx, identifier)
        if known is None or known.deleted:
            continue
        try:
            document = await _read_fhir(ctx, known.versions[known.latest], known.latest)
        except ProviderError as error:
            if error.code != "record.not_found":
                raise
            continue
        # Words stay when a document loses them: what it is now decides.
        if all(_meets(document, name, value) for name, value in query):
            found.append(document)
    return found


async def _ids_for(ctx: CallContext, name: str, value: str) -> list[str]:
    if name == "_id":
        return value.split(",")
    return [found for one in value.split(",") for found in await kept.ids_with(ctx, _word_of(name, one))]


def _meets(document: Mapping[str, Any], name: str, value: str) -> bool:
    words = kept.words_of(document)
    return name == "_id" or any(_word_of(name, one) in words for one in value.split(","))


def _word_of(name: str, value: str) -> str:
    if name == "identifier":
        system, border, plain = value.partition("|")
        return f"identifier|{system}|{plain}" if border else f"identifier||{value}|any"
    if name in ("patient", "subject"):
        return f"patient|{value if '/' in value else f'Patient/{value}'}"
    raise ProviderError("search.invalid", fix="Search Orthanc by _id, identifier, patient or subject.")


def _document(resource: Resource) -> dict[str, Any]:
    if resource["resourceType"] != "DocumentReference":
        raise ProviderError(
            "record.invalid", detail="Orthanc keeps documents alone.", fix="Keep other records in another store."
        )
    document = dict(resource)
    if not 0 < int(_version(document)) < _VERSION_MAX:
        raise ProviderError("record.invalid")
    return document


def _version(document: Mapping[str, Any]) -> str:
    version: str = document.get("meta", {}).get("versionId", "1")
    return version


def _attachment(document: Mapping[str, Any]) -> Mapping[str, Any]:
    content = document.get("content") or [{}]
    attachment: Mapping[str, Any] = content[0].get("attachment", {})
    return attachment


def _content_type(document: Mapping[str, Any]) -> str:
    content_type: str = _attachment(document).get("contentType", "")
    return content_type


def _id_of(answer: Any) -> str:
    identifier = answer.get("ID") if isinstance(answer, dict) else None
    if not isinstance(identifier, str):
        raise ProviderError("provider.bad_answer", sent="maybe", detail="Orthanc does not say what it made.")
    return identifier


async def find_instances(ctx: CallContext, patient_number: str) -> list[str]:
    """Instances of a patient's number, for checks."""
    query = {"Level": "Instance", "Query": {"PatientID": patient_number}, "Limit": 10}
    found: list[str] = await ask_json(ctx, "POST", "/tools/find", query)
    return found
