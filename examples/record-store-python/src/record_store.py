"""A store of records in the plugin's own private state: heads, versions, and an index by identifier."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hilum import (
    FoundRecords,
    GivenContent,
    KeptRecord,
    ProviderError,
    RecordStore,
    define_plugin,
)

from state_texts import change, get_text, put_text

if TYPE_CHECKING:
    from hilum import (
        CallContext,
        CreateDetails,
        Evidence,
        HeldContent,
        PluginState,
        RecordSearch,
        RecordTarget,
        Resource,
        SearchQuery,
        SmokeTestContext,
        UpdateDetails,
    )

_PAGE_CHARS = 800_000


async def create(resource: Resource, ctx: CallContext, details: CreateDetails) -> KeptRecord:
    kind = resource["resourceType"]
    if details.if_none_exist is not None:
        for found in await _find(ctx.state, kind, details.if_none_exist):
            return await _open(ctx.state, kind, found)
    head = await _head_of(ctx.state, kind, resource["id"])
    # The same version again, because its answer was lost: it is kept already.
    if head is not None and _version_of(resource) in head["versions"]:
        return await _open(ctx.state, kind, resource["id"])
    if head is not None:
        raise ProviderError("record.conflict")
    return await _keep(ctx.state, resource, details.content)


async def read(wanted: RecordTarget, ctx: CallContext) -> KeptRecord:
    return await _open(ctx.state, wanted.type, wanted.id, wanted.version)


async def update(resource: Resource, ctx: CallContext, details: UpdateDetails) -> KeptRecord:
    head = await _head_of(ctx.state, resource["resourceType"], resource["id"])
    if head is None:
        raise ProviderError("record.not_found")
    if _version_of(resource) in head["versions"]:
        return await _open(ctx.state, resource["resourceType"], resource["id"])
    if details.if_match not in (None, head["versions"][-1]):
        raise ProviderError("record.conflict")
    return await _keep(ctx.state, resource, details.content)


async def delete(unwanted: RecordTarget, ctx: CallContext) -> None:
    if await _head_of(ctx.state, unwanted.type, unwanted.id) is None:
        raise ProviderError("record.not_found")
    await change(ctx.state, _head_key(unwanted.type, unwanted.id), {}, lambda head: {**head, "deleted": True})


async def search(asked: RecordSearch, ctx: CallContext) -> FoundRecords:
    ids = await _find(ctx.state, asked.type, asked.query)
    start = _place_of(asked.cursor)
    resources: list[Resource] = []
    size = 0
    for identifier in ids[start : start + asked.count]:
        resource = (await _open(ctx.state, asked.type, identifier)).resource
        size += len(json.dumps(resource))
        # A page is one frame: what does not fit comes with the next.
        if size > _PAGE_CHARS and resources:
            break
        resources.append(resource)
    end = start + len(resources)
    return FoundRecords(resources, str(end) if end < len(ids) else None, len(ids))


async def check_state(ctx: SmokeTestContext) -> list[Evidence]:
    await ctx.state.put("smoke", "written")
    return [{"id": "state", "title": "Private state can be written", "status": "passed"}]


def _place_of(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()):
        raise ProviderError("search.invalid", detail="The cursor is not from a search.")
    return int(cursor)


def _head_key(kind: str, identifier: str) -> str:
    return f"head/{kind}/{identifier}"


def _token_key(kind: str, token: str) -> str:
    """Identifiers stand in no key: keys are no secret."""
    return f"identifier/{kind}/{sha256(token.encode('utf-8')).hexdigest()}"


def _version_of(resource: Resource) -> str:
    version: str = resource["meta"]["versionId"]
    return version


async def _head_of(state: PluginState, kind: str, identifier: str) -> dict[str, Any] | None:
    """Its versions, oldest first, and whether it is deleted."""
    entry = await state.get(_head_key(kind, identifier))
    head: dict[str, Any] | None = None if entry is None else json.loads(entry.value)
    return head


async def _keep(state: PluginState, resource: Resource, content: HeldContent | None) -> KeptRecord:
    """The bytes first, then the version, then the head that names it: what was cut off in between is as if it had not begun."""
    kind, identifier, version = resource["resourceType"], resource["id"], _version_of(resource)
    key = f"version/{kind}/{identifier}/{version}"
    if content is not None:
        whole = b"".join([chunk async for chunk in content.read()])
        await put_text(state, f"{key}/bytes", b64encode(whole).decode("ascii"))
        await state.put(f"{key}/type", content.content_type)
    await put_text(state, key, json.dumps(resource))
    for token in _tokens_of(resource):
        await change(state, _token_key(kind, token), [], lambda ids: sorted({*ids, identifier}))
    start = {"versions": [], "deleted": False}
    await change(
        state,
        _head_key(kind, identifier),
        start,
        lambda head: {"versions": [*head["versions"], version], "deleted": False},
    )
    return KeptRecord(resource)


async def _open(state: PluginState, kind: str, identifier: str, wanted: str | None = None) -> KeptRecord:
    head = await _head_of(state, kind, identifier)
    if head is None:
        raise ProviderError("record.not_found")
    if head["deleted"] and wanted is None:
        raise ProviderError("record.gone")
    key = f"version/{kind}/{identifier}/{wanted or head['versions'][-1]}"
    text = await get_text(state, key)
    if text is None:
        raise ProviderError("record.not_found")
    whole, content_type = await get_text(state, f"{key}/bytes"), await state.get(f"{key}/type")
    if whole is None or content_type is None:
        return KeptRecord(json.loads(text))
    return KeptRecord(json.loads(text), GivenContent(content_type.value, b64decode(whole)))


async def _find(state: PluginState, kind: str, query: SearchQuery) -> list[str]:
    """Ids of the records that match, by the two parameters that every store serves."""
    unknown = [name for name, _ in query if name not in ("_id", "identifier")]
    if unknown or not query:
        raise ProviderError("search.invalid", reply=f"{unknown[0]} is not served." if unknown else "Name a parameter.")
    found = [await _ids_of(state, kind, name, value) for name, value in query]
    ids = [one for one in found[0] if all(one in others for others in found)]
    heads = [(one, await _head_of(state, kind, one)) for one in ids]
    return [one for one, head in heads if head is not None and not head["deleted"]]


async def _ids_of(state: PluginState, kind: str, name: str, value: str) -> list[str]:
    """A comma in a value stands for OR."""
    if name == "_id":
        return list(dict.fromkeys(value.split(",")))
    entries = [await state.get(_token_key(kind, token)) for token in value.split(",")]
    return list(dict.fromkeys(one for entry in entries if entry is not None for one in json.loads(entry.value)))


def _tokens_of(resource: Resource) -> list[str]:
    """How an identifier may be asked for: with its system, and by its value alone."""
    identifiers = [one for one in resource.get("identifier", []) if "value" in one]
    return [token for one in identifiers for token in (f"{one.get('system', '')}|{one['value']}", one["value"])]


plugin = define_plugin(
    records=RecordStore(create=create, read=read, update=update, delete=delete, search=search),
    smoke_tests={"state": check_state},
)
