from pathlib import Path
from typing import Any

import pytest
from hilum.testing import TestCallError, TestContent

from record_store import plugin

MANIFEST = (Path(__file__).parents[1] / "hilum.json").read_text("utf-8")
ADA = {
    "resourceType": "Patient",
    "id": "ada",
    "identifier": [{"system": "http://clinic.example/mrn", "value": "555-01"}],
    "name": [{"family": "Lovelace"}],
}


async def test_keeps_records_and_finds_them(hilum_host: Any) -> None:
    host = await hilum_host(plugin, manifest=MANIFEST)
    await host.store.create(ADA)
    found = await host.store.search("Patient", {"identifier": "http://clinic.example/mrn|555-01"})
    assert [one["name"] for one in found.resources] == [ADA["name"]]
    with pytest.raises(TestCallError) as caught:
        await host.store.search("Patient", {"name": "love"})
    assert caught.value.code == "search.invalid"
    assert (await host.smoke("state"))["rows"][0]["status"] == "passed"


async def test_keeps_versions_and_bytes(hilum_host: Any) -> None:
    host = await hilum_host(plugin, manifest=MANIFEST)
    content = TestContent("application/pdf", bytes(range(256)) * 4_000)
    await host.store.create({"resourceType": "Binary", "id": "file"}, content=content)
    await host.store.update({"resourceType": "Binary", "id": "file", "meta": {"versionId": "2"}}, if_match="1")
    assert (await host.store.read("Binary", "file")).content is None
    assert (await host.store.read("Binary", "file", version="1")).content == content


async def test_refuses_what_was_changed_meanwhile(hilum_host: Any) -> None:
    host = await hilum_host(plugin, manifest=MANIFEST)
    await host.store.create(ADA)
    with pytest.raises(TestCallError) as caught:
        await host.store.update({**ADA, "meta": {"versionId": "3"}}, if_match="2")
    assert caught.value.code == "record.conflict"
    await host.store.delete("Patient", "ada")
    with pytest.raises(TestCallError) as caught:
        await host.store.read("Patient", "ada")
    assert caught.value.code == "record.gone"
