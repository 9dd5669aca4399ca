"""Records both ways: what a plugin asks of the platform's, and what the host asks of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hilum import (
    CallContext,
    CreateDetails,
    FoundRecords,
    GivenContent,
    HilumError,
    HostError,
    KeptRecord,
    ProviderError,
    RecordSearch,
    RecordStore,
    RecordTarget,
    UpdateDetails,
    define_plugin,
)
from hilum.testing import TestCallError, TestContent, TestHost, create_test_host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from hilum import Resource

ADA: Resource = {
    "resourceType": "Patient",
    "id": "ada",
    "identifier": [{"system": "http://clinic.example/mrn", "value": "555-01"}],
    "name": [{"family": "Lovelace", "given": ["Ada"]}],
}
SCOPES = [
    "system/Patient.cruds",
    "system/Patient.r",
    "system/Patient.c",
    "system/Observation.rs?category=laboratory",
    "system/Observation.cu?category=laboratory",
    "system/Binary.cr",
]
MANIFEST = {
    "id": "com.example.records",
    "name": "Records",
    "capabilities": ["send_messages"],
    "scopes": [{"scope": scope, "reason": "For the test."} for scope in SCOPES],
}
STORE = {
    "id": "com.example.store",
    "name": "Store",
    "capabilities": ["store_records"],
    "storage": {"browser": True},
}


def observation(category: str, identifier: str) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "category": [{"coding": [{"system": system, "code": category}]}],
        "code": {"text": "Heart rate"},
    }


async def within(
    act: Callable[[CallContext], Awaitable[Any]], *, grants: Sequence[str] = (), records: Sequence[Resource] = ()
) -> tuple[Any, TestHost]:
    """Runs `act` inside a call of the host: what it returned, or the code by which it was refused."""
    did: list[Any] = []

    async def send(_message: Any, _ctx: CallContext) -> None: ...

    async def health(ctx: CallContext) -> Any:
        did.append(await code_of(act(ctx)))
        return {"state": "healthy", "rows": []}

    plugin = define_plugin(send_messages=send, health=health)
    async with await create_test_host(plugin, manifest=MANIFEST, grants=grants, records=records) as host:
        await host.health()
    return did[0], host


async def code_of(act: Awaitable[Any]) -> Any:
    try:
        return await act
    except HilumError as error:
        return error.code


async def test_a_plugin_without_the_grant_is_refused() -> None:
    did, _ = await within(lambda ctx: ctx.records.read("Patient", "ada"), records=[ADA])
    assert did == "policy.denied"

    async def act(ctx: CallContext) -> Any:
        return [
            (await ctx.records.read("Patient", "ada"))["id"],
            await code_of(ctx.records.search("Patient", {"identifier": "555-01"})),
            await code_of(ctx.records.create(ADA)),
            await code_of(ctx.records.update(ADA)),
            await code_of(ctx.records.delete("Patient", "ada")),
        ]

    did, host = await within(act, grants=["system/Patient.r"], records=[ADA])
    assert did == ["ada", *["policy.denied"] * 4]
    assert len(host.records) == 1


async def test_a_record_is_created_found_changed_and_deleted() -> None:
    async def act(ctx: CallContext) -> Any:
        records = ctx.records
        fresh = {name: value for name, value in ADA.items() if name != "id"}
        kept = await records.create(fresh)
        found = await records.search("Patient", {"identifier": "http://clinic.example/mrn|555-01"})
        again = await records.create(fresh, if_none_exist={"identifier": "555-01"})
        changed = await records.update({**kept, "active": True}, if_match="1")
        stale = await code_of(records.update(kept, if_match="1"))
        old = await records.read("Patient", kept["id"], version="1")
        everybody = [one["id"] async for one in records.all("Patient", [])]
        await records.delete("Patient", kept["id"])
        gone = await code_of(records.read("Patient", kept["id"]))
        versions = (changed["meta"]["versionId"], old["meta"]["versionId"])
        return len(found.resources), again["id"] == kept["id"], versions, stale, everybody == [kept["id"]], gone

    did, host = await within(act, grants=["system/Patient.cruds"])
    assert did == (1, True, ("2", "1"), "record.conflict", True, "record.gone")
    assert host.records == []


async def test_what_may_be_there_already_needs_the_right_to_search() -> None:
    did, _ = await within(
        lambda ctx: ctx.records.create(ADA, if_none_exist={"identifier": "1"}), grants=["system/Patient.c"]
    )
    assert did == "policy.denied"


async def test_a_grant_reaches_its_rows_alone() -> None:
    async def act(ctx: CallContext) -> Any:
        records = ctx.records
        widened = await records.search("Observation", {"category": "laboratory,vital-signs"})
        return [
            [one["id"] for one in (await records.search("Observation", {})).resources],
            [one["id"] for one in widened.resources],
            await code_of(records.read("Observation", "vital")),
            await code_of(records.update(observation("vital-signs", "lab"))),
            await code_of(records.update(observation("laboratory", "vital"))),
            await code_of(records.create(observation("vital-signs", "new"))),
        ]

    did, _ = await within(
        act,
        grants=["system/Observation.rs?category=laboratory", "system/Observation.cu?category=laboratory"],
        records=[observation("laboratory", "lab"), observation("vital-signs", "vital")],
    )
    assert did == [["lab"], ["lab"], "record.not_found", "policy.denied", "record.not_found", "policy.denied"]


@pytest.mark.parametrize(
    "name",
    ["nane", "name:contains", "identifier:of-type", "_include", "general-practitioner.name", "_count", "_lastUpdated"],
)
async def test_a_search_that_is_not_served_is_refused_by_name(name: str) -> None:
    async def act(ctx: CallContext) -> Any:
        with pytest.raises(HostError) as caught:
            await ctx.records.search("Patient", {name: "CANARY"})
        return caught.value.code, caught.value.problems

    (code, problems), _ = await within(act, grants=["system/Patient.cruds"])
    assert code == "search.invalid"
    assert problems
    assert "CANARY" not in str(problems)


async def test_bytes_are_bound_to_their_call_and_kept_by_a_record() -> None:
    content = b"0123456789" * 130_000

    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 600_000):
            yield content[at : at + 600_000]

    async def act(ctx: CallContext) -> Any:
        binary = {"resourceType": "Binary", "contentType": "application/pdf"}
        kept = await ctx.records.create(binary, content=GivenContent("application/pdf", parts()))
        opened = await ctx.records.open("Binary", kept["id"])
        assert opened.content is not None
        back = b"".join([chunk async for chunk in opened.content.read()])
        denied = await code_of(ctx.records.update(ADA, content=GivenContent("text/plain", b"x")))
        return back == content, opened.content.content_type, denied

    did, host = await within(act, grants=["system/Binary.cr"])
    assert did == (True, "application/pdf", "policy.denied")
    assert host.blobs == 1

    did, host = await within(
        lambda ctx: ctx.records.create(ADA, content=GivenContent("text/plain", b"x")), grants=["system/Patient.cruds"]
    )
    assert (did, host.blobs) == ("policy.denied", 0)


def create_store(**changes: Any) -> Any:
    """A store in memory, as small as it can be."""
    kept: dict[tuple[str, str], KeptRecord] = {}

    async def write(resource: Resource, _ctx: CallContext, details: CreateDetails | UpdateDetails) -> Resource:
        content = None
        if details.content is not None:
            chunks = [chunk async for chunk in details.content.read()]
            content = GivenContent(details.content.content_type, b"".join(chunks))
        kept[resource["resourceType"], resource["id"]] = KeptRecord(resource, content)
        return resource

    async def read(wanted: RecordTarget, _ctx: CallContext) -> KeptRecord:
        if (wanted.type, wanted.id) not in kept:
            raise ProviderError("record.not_found")
        return kept[wanted.type, wanted.id]

    async def delete(unwanted: RecordTarget, _ctx: CallContext) -> None:
        kept.pop((unwanted.type, unwanted.id), None)

    async def search(asked: RecordSearch, _ctx: CallContext) -> FoundRecords:
        return FoundRecords([one.resource for (type, _), one in kept.items() if type == asked.type], total=len(kept))

    functions = {"create": write, "update": write, "read": read, "delete": delete, "search": search, **changes}
    return define_plugin(records=RecordStore(**functions))


async def test_a_store_gets_records_and_gives_them_back_with_their_bytes() -> None:
    async with await create_test_host(create_store(), manifest=STORE) as host:
        kept = await host.store.create(ADA)
        assert kept.resource["meta"] == {"versionId": "1"}
        assert (await host.store.search("Patient", {})).total == 1
        content = TestContent("text/plain", b"x" * 1_200_000)
        await host.store.create({"resourceType": "Binary", "id": "file"}, content=content)
        assert (await host.store.read("Binary", "file")).content == content
        await host.store.delete("Patient", "ada")
        with pytest.raises(TestCallError) as caught:
            await host.store.read("Patient", "ada")
        assert caught.value.code == "record.not_found"
        assert host.violation is None


async def test_another_record_than_the_one_asked_for_is_no_answer() -> None:
    async def other(*_asked: Any) -> Any:
        return {**ADA, "id": "other"}

    async def newer(*_asked: Any) -> Any:
        return {**ADA, "meta": {"versionId": "9"}}

    async def mixed(*_asked: Any) -> Any:
        return FoundRecords([observation("laboratory", "o1")])

    cases: list[tuple[dict[str, Any], str, Callable[[TestHost], Awaitable[Any]]]] = [
        ({"read": other}, "/resource/id", lambda host: host.store.read("Patient", "ada")),
        ({"read": newer}, "/resource/meta/versionId", lambda host: host.store.read("Patient", "ada", version="1")),
        ({"create": other}, "/resource/id", lambda host: host.store.create(ADA)),
        ({"search": mixed}, "/resources/0/resourceType", lambda host: host.store.search("Patient", {})),
    ]
    for changes, pointer, act in cases:
        async with await create_test_host(create_store(**changes), manifest=STORE) as host:
            with pytest.raises(HostError) as caught:
                await act(host)
            assert (caught.value.code, caught.value.problems[0]["pointer"]) == ("plugin.bad_reply", pointer)


async def test_a_capability_promises_its_methods() -> None:
    async def send(_message: Any, _ctx: CallContext) -> None: ...

    with pytest.raises(HostError) as caught:
        await create_test_host(define_plugin(send_messages=send), manifest=STORE)
    assert caught.value.code == "plugin.protocol"
