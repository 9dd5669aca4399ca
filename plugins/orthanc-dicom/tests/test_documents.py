"""Documents against a real Orthanc."""

from __future__ import annotations

import itertools
import json
from base64 import b64encode
from typing import Any

import pytest
from hilum.testing import TestCallError, TestContent

from .conftest import OpenPlugin
from .orthanc_server import OrthancServer

_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
_made = itertools.count(1)


def document(content_type: str = "application/pdf", version: str = "1", **more: Any) -> dict[str, Any]:
    number = next(_made)
    return {
        "resourceType": "DocumentReference",
        "id": f"doc-{number}",
        "meta": {"versionId": version},
        "status": "current",
        "identifier": [{"system": "https://clinic.example/doc", "value": f"DOC-{number}"}],
        "subject": {"reference": "Patient/una"},
        "date": "2026-03-02T08:15:00Z",
        "description": "Discharge letter",
        "content": [{"attachment": {"contentType": content_type, "url": f"Binary/b{number}"}}],
        **more,
    }


def pdf() -> TestContent:
    return TestContent("application/pdf", _PDF)


async def refusal(call: Any) -> TestCallError:
    with pytest.raises(TestCallError) as told:
        await call
    return told.value


async def test_makes_dicom_of_a_pdf_and_gives_it_back_byte_for_byte(
    open_plugin: OpenPlugin, orthanc: OrthancServer
) -> None:
    host = await open_plugin()
    one = document()
    await host.store.create(one, content=pdf())
    tags = next(tags for tags in orthanc.instances() if tags.get("PatientID") == "MRN-17")
    assert tags["PatientName"] == "Example^Una^Maria"
    assert (tags["PatientBirthDate"], tags["PatientSex"]) == ("19700302", "F")
    assert (tags["Modality"], tags["MIMETypeOfEncapsulatedDocument"]) == ("DOC", "application/pdf")
    assert (tags["StudyDescription"], tags["StudyDate"], tags["StudyTime"]) == (
        "Discharge letter",
        "20260302",
        "081500",
    )
    assert tags["InstitutionName"] == "Example Clinic"
    back = await host.store.read("DocumentReference", one["id"])
    assert back.resource == one
    assert back.content is not None
    assert (back.content.content_type, back.content.content) == ("application/pdf", _PDF)


async def test_takes_the_same_version_twice_and_keeps_it_once(open_plugin: OpenPlugin, orthanc: OrthancServer) -> None:
    host = await open_plugin()
    one = document()
    await host.store.create(one, content=pdf())
    before = len(orthanc.get("/instances"))
    await host.store.create(one, content=pdf())
    assert len(orthanc.get("/instances")) == before
    # As after a plugin that was removed and added: what Orthanc has is found again.
    other = await open_plugin()
    await other.store.create(one, content=pdf())
    assert len(orthanc.get("/instances")) == before
    assert (await other.store.read("DocumentReference", one["id"])).resource == one


async def test_keeps_an_image_as_it_is(open_plugin: OpenPlugin, orthanc: OrthancServer) -> None:
    tags = {"PatientID": "MODALITY-1", "Modality": "CT"}
    request = json.dumps({"Tags": tags, "Content": f"data:image/png;base64,{_PNG}"}).encode()
    made = json.loads(orthanc.ask("POST", "/tools/create-dicom", request))["ID"]
    image = orthanc.ask("GET", f"/instances/{made}/file")
    orthanc.ask("DELETE", f"/instances/{made}")
    host = await open_plugin()
    one = document("application/dicom")
    await host.store.create(one, content=TestContent("application/dicom", image))
    assert orthanc.get(f"/instances/{made}/simplified-tags")["PatientID"] == "MODALITY-1"
    back = await host.store.read("DocumentReference", one["id"])
    assert back.content is not None
    assert back.content.content == image


async def test_keeps_a_picture_that_comes_within_the_document(open_plugin: OpenPlugin) -> None:
    host = await open_plugin()
    one = document("image/png", content=[{"attachment": {"contentType": "image/png", "data": _PNG}}])
    await host.store.create(one)
    back = await host.store.read("DocumentReference", one["id"])
    assert back.content is not None
    assert b64encode(back.content.content).decode() == _PNG


async def test_a_new_version_of_the_words_stays_the_same_instance(
    open_plugin: OpenPlugin, orthanc: OrthancServer
) -> None:
    host = await open_plugin()
    one = document()
    await host.store.create(one, content=pdf())
    before = len(orthanc.get("/instances"))
    second = {**one, "meta": {"versionId": "2"}, "status": "superseded"}
    await host.store.update(second, content=pdf(), if_match="1")
    assert len(orthanc.get("/instances")) == before
    assert (await host.store.read("DocumentReference", one["id"])).resource == second
    assert (await host.store.read("DocumentReference", one["id"], version="1")).resource == one
    third = {**one, "meta": {"versionId": "3"}, "content": [{"attachment": {"contentType": "application/pdf"}}]}
    await host.store.update(third, content=TestContent("application/pdf", _PDF + b"%more\n"))
    assert len(orthanc.get("/instances")) == before + 1
    assert (await refusal(host.store.update(second, content=pdf()))).code == "record.conflict"
    assert (
        await refusal(host.store.create({**one, "meta": {"versionId": "9"}}, content=pdf()))
    ).code == "record.conflict"


async def test_keeps_again_what_somebody_deleted_in_orthanc(open_plugin: OpenPlugin, orthanc: OrthancServer) -> None:
    host = await open_plugin()
    one = document()
    others = set(orthanc.get("/instances"))
    await host.store.create(one, content=pdf())
    before = len(orthanc.get("/instances"))

    def delete_there() -> None:
        for instance in set(orthanc.get("/instances")) - others:
            orthanc.ask("DELETE", f"/instances/{instance}")

    delete_there()
    assert (await refusal(host.store.read("DocumentReference", one["id"]))).code == "record.not_found"
    await host.store.create(one, content=pdf())
    assert len(orthanc.get("/instances")) == before
    assert (await host.store.read("DocumentReference", one["id"])).resource == one
    delete_there()
    second = {**one, "meta": {"versionId": "2"}, "status": "superseded"}
    await host.store.update(second, content=pdf(), if_match="1")
    assert (await host.store.read("DocumentReference", one["id"])).resource == second


async def test_deletes_every_version_and_remembers_that_it_was_there(
    open_plugin: OpenPlugin, orthanc: OrthancServer
) -> None:
    host = await open_plugin()
    one = document()
    before = len(orthanc.get("/instances"))
    await host.store.create(one, content=pdf())
    await host.store.delete("DocumentReference", one["id"])
    await host.store.delete("DocumentReference", one["id"])
    assert len(orthanc.get("/instances")) == before
    assert (await refusal(host.store.read("DocumentReference", one["id"]))).code == "record.gone"
    assert (await refusal(host.store.read("DocumentReference", "never"))).code == "record.not_found"
    assert (await refusal(host.store.delete("DocumentReference", "never"))).code == "record.not_found"


async def test_finds_by_identifier_patient_and_id(open_plugin: OpenPlugin) -> None:
    host = await open_plugin()
    one, two = document(), document()
    for each in (one, two):
        await host.store.create(each, content=pdf())
    value = one["identifier"][0]["value"]

    async def ids(**query: str) -> list[str]:
        return [found["id"] for found in (await host.store.search("DocumentReference", query)).resources]

    assert await ids(identifier=f"https://clinic.example/doc|{value}") == [one["id"]]
    assert await ids(identifier=value) == [one["id"]]
    assert await ids(identifier=f"|{value}") == []
    assert sorted(await ids(patient="una")) == sorted([one["id"], two["id"]])
    assert await ids(_id=f"{one['id']},never", subject="Patient/una") == [one["id"]]
    page = await host.store.search("DocumentReference", {"patient": "una"}, count=1)
    assert page.next is not None
    rest = await host.store.search("DocumentReference", {"patient": "una"}, count=1, cursor=page.next)
    assert (len(rest.resources), rest.next) == (1, None)
    same = await host.store.create(document(), content=pdf(), if_none_exist={"identifier": value})
    assert same.resource["id"] == one["id"]
    assert (await refusal(ids(description="x"))).code == "search.invalid"


async def test_says_what_it_does_not_keep(open_plugin: OpenPlugin) -> None:
    host = await open_plugin()
    text = document("text/plain")
    told = await refusal(host.store.create(text, content=TestContent("text/plain", b"words")))
    assert told.code == "record.invalid"
    assert "DICOM, PDF, JPEG and PNG" in told.data["fix"]
    assert (await refusal(host.store.create(document()))).code == "record.invalid"
    broken = await refusal(
        host.store.create(document("application/dicom"), content=TestContent("application/dicom", b"x"))
    )
    assert broken.code == "record.invalid"
    assert "HTTP 400" in broken.data["reply"]


async def test_names_the_patient_by_the_record_alone_where_it_may_not_read_it(
    open_plugin: OpenPlugin, orthanc: OrthancServer
) -> None:
    host = await open_plugin(grants=["net:tcp://{config.host}:{config.port}"])
    await host.store.create(document(), content=pdf())
    assert any(tags.get("PatientID") == "una" and "PatientName" not in tags for tags in orthanc.instances())


async def test_setup_leads_each_mistake_to_its_field(open_plugin: OpenPlugin) -> None:
    host = await open_plugin()
    assert [row["status"] for row in (await host.check_setup("sign-in"))["rows"]] == ["passed"]
    assert [row["status"] for row in (await host.check_setup("try"))["rows"]] == ["passed", "passed"]
    assert (await host.health())["state"] == "healthy"
    for change, field in (
        ({"password": "another"}, "/password"),
        ({"ca": ""}, "/ca"),
        ({"security": "none"}, "/port"),
        ({"port": 1}, "/host"),
    ):
        other = await open_plugin(**change)
        rows = (await other.check_setup("sign-in"))["rows"]
        assert rows[-1]["status"] == "failed", change
        assert rows[-1]["field"] == field, change
        assert (await other.health())["state"] == "failing"


async def test_tells_an_orthanc_that_is_away_and_goes_on_when_it_is_back(
    open_plugin: OpenPlugin, orthanc: OrthancServer
) -> None:
    host = await open_plugin()
    one = document()
    orthanc.stop()
    try:
        told = await refusal(host.store.create(one, content=pdf()))
    finally:
        orthanc.start()
    assert (told.code, told.data["cause"], told.data["retry"]) == ("provider.unreachable", "network", "later")
    await host.store.create(one, content=pdf())
    assert (await host.store.read("DocumentReference", one["id"])).resource == one
