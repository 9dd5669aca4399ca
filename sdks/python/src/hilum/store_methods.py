"""The methods of `store_records`, over a plugin's RecordStore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .definition import CallContext
from .lanes.records import HeldContent, write_content
from .protocol.limits import WireCode
from .record_store import CreateDetails, KeptRecord, RecordSearch, RecordTarget, UpdateDetails
from .wire_refusal import WireRefusal

if TYPE_CHECKING:
    from .methods import Method
    from .models import Resource, SearchQuery
    from .record_store import RecordStore


def create_store_methods(store: RecordStore) -> dict[str, Method]:
    async def create(params: dict[str, Any], ctx: CallContext) -> Any:
        details = CreateDetails(_held(params, ctx), _query(params.get("ifNoneExist")))
        return await _present(await store.create(_resource(params), ctx, details), ctx)

    async def read(params: dict[str, Any], ctx: CallContext) -> Any:
        return await _present(await store.read(_target(params), ctx), ctx)

    async def update(params: dict[str, Any], ctx: CallContext) -> Any:
        details = UpdateDetails(_held(params, ctx), params.get("ifMatch"))
        return await _present(await store.update(_resource(params), ctx, details), ctx)

    async def delete(params: dict[str, Any], ctx: CallContext) -> Any:
        await store.delete(_target(params), ctx)
        return {}

    async def search(params: dict[str, Any], ctx: CallContext) -> Any:
        query = _query(params["query"]) or []
        found = await store.search(RecordSearch(params["type"], query, params["count"], params.get("cursor")), ctx)
        answer: dict[str, Any] = {"resources": list(found.resources)}
        if found.next is not None:
            answer["next"] = found.next
        if found.total is not None:
            answer["total"] = found.total
        return answer

    return {
        "records.create": (CallContext, create),
        "records.read": (CallContext, read),
        "records.update": (CallContext, update),
        "records.delete": (CallContext, delete),
        "records.search": (CallContext, search),
    }


def _target(params: dict[str, Any]) -> RecordTarget:
    return RecordTarget(params["type"], params["id"], params.get("version"))


def _query(pairs: Any) -> SearchQuery | None:
    return None if pairs is None else [(name, value) for name, value in pairs]


def _held(params: dict[str, Any], ctx: CallContext) -> HeldContent | None:
    content = params.get("content")
    return None if content is None else HeldContent(ctx.attachments, content)


def _resource(params: dict[str, Any]) -> Resource:
    """The host has judged what it sends; a person at a keyboard may not have."""
    resource = params.get("resource")
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise WireRefusal(WireCode.INVALID_PARAMS, "There is no resource")
    return resource


async def _present(kept: Resource | KeptRecord, ctx: CallContext) -> dict[str, Any]:
    """Bytes go first: the answer names what the host holds already."""
    resource, content = kept if isinstance(kept, KeptRecord) else (kept, None)
    answer: dict[str, Any] = {"resource": resource}
    if content is not None:
        answer["content"] = await write_content(ctx._peer, ctx.call, content, ctx._session.chunk_bytes_max)
    return answer
