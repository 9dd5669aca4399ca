"""The platform's records, as far as a plugin was granted them, and the bytes that belong to records."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from .host_refusal import ask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from ..models import CanonicalType, Resource
    from ..protocol.peer import Peer
    from .lanes import Attachments

    SearchParams = Union[Sequence[tuple[str, str]], Mapping[str, Union[str, Sequence[str]]]]

_PAGE_COUNT = 50


class GivenContent(NamedTuple):
    """Bytes of a Binary, or of an attachment that is too large for a frame, on their way out: at once, or as they come."""

    content_type: str
    bytes: bytes | AsyncIterator[bytes]


class HeldContent:
    """Bytes of a record that can be read while the call runs."""

    def __init__(self, attachments: Attachments, info: Mapping[str, Any]) -> None:
        self._attachments = attachments
        self._id: str = info["id"]
        self.content_type: str = info["contentType"]
        self.size: int = info["size"]

    def read(self) -> AsyncIterator[bytes]:
        """From the start, in chunks of at most 512 KiB."""
        return self._attachments.read(self._id)


class OpenedRecord(NamedTuple):
    """A record together with its bytes, where it has any that it does not carry itself."""

    resource: Resource
    content: HeldContent | None


class RecordPage(NamedTuple):
    """`next` is for `cursor`, with the same type and parameters."""

    resources: Sequence[Resource]
    next: str | None
    total: int | None


class Records:
    """The platform's records: `system/Patient.rs` lets a plugin read and search patients.

    Raises a HostError whose code is `policy.denied`, `record.not_found`, `record.gone`, `record.conflict`, `record.invalid`,
    `record.too_large` or `search.invalid`. Search parameters are pairs, or a dict whose lists stand for repeats.
    """

    def __init__(self, peer: Peer, call: str, attachments: Attachments, chunk_bytes_max: int) -> None:
        self._peer = peer
        self._call = call
        self._attachments = attachments
        self._chunk_bytes_max = chunk_bytes_max

    async def create(
        self,
        resource: Resource,
        *,
        if_none_exist: SearchParams | None = None,
        content: GivenContent | None = None,
    ) -> Resource:
        """Keeps a new record; the platform gives id and version. `if_none_exist` needs the grant to search as well."""
        params: dict[str, Any] = {"resource": resource}
        if if_none_exist is not None:
            params["ifNoneExist"] = query_of(if_none_exist)
        return await self._write("records.create", params, content)

    async def read(self, type: CanonicalType, id: str, *, version: str | None = None) -> Resource:
        return (await self.open(type, id, version=version)).resource

    async def open(self, type: CanonicalType, id: str, *, version: str | None = None) -> OpenedRecord:
        """The record together with its bytes, where it has any that it does not carry itself."""
        params: dict[str, Any] = {"type": type, "id": id}
        if version is not None:
            params["version"] = version
        answer = await self._ask("records.read", params)
        content = answer.get("content")
        return OpenedRecord(answer["resource"], None if content is None else HeldContent(self._attachments, content))

    async def update(
        self, resource: Resource, *, if_match: str | None = None, content: GivenContent | None = None
    ) -> Resource:
        """Replaces a record that is there. `if_match` is the version that was read: another one in between is refused."""
        params: dict[str, Any] = {"resource": resource}
        if if_match is not None:
            params["ifMatch"] = if_match
        return await self._write("records.update", params, content)

    async def delete(self, type: CanonicalType, id: str) -> None:
        await self._ask("records.delete", {"type": type, "id": id})

    async def search(
        self, type: CanonicalType, params: SearchParams, *, count: int = _PAGE_COUNT, cursor: str | None = None
    ) -> RecordPage:
        """One page."""
        asked: dict[str, Any] = {"type": type, "query": query_of(params), "count": count}
        if cursor is not None:
            asked["cursor"] = cursor
        answer = await self._ask("records.search", asked)
        return RecordPage(answer["resources"], answer.get("next"), answer.get("total"))

    async def all(self, type: CanonicalType, params: SearchParams) -> AsyncIterator[Resource]:
        """Every match, page after page."""
        cursor: str | None = None
        while True:
            page = await self.search(type, params, cursor=cursor)
            for resource in page.resources:
                yield resource
            if page.next is None:
                return
            cursor = page.next

    async def _write(self, method: str, params: dict[str, Any], content: GivenContent | None) -> Resource:
        """Bytes first, then the record that names them."""
        if content is not None:
            params["content"] = await write_content(self._peer, self._call, content, self._chunk_bytes_max)
        answer = await self._ask(method, params)
        kept: Resource = answer["resource"]
        return kept

    async def _ask(self, method: str, params: dict[str, Any]) -> Any:
        return await ask(self._peer, method, {**params, "call": self._call})


async def write_content(peer: Peer, call: str, content: GivenContent, chunk_bytes_max: int) -> dict[str, Any]:
    """Hands bytes to the host, chunk by chunk, and says under which id it holds them."""
    written: dict[str, Any] = {}

    async def write(chunk: bytes, last: bool) -> None:
        params = {"call": call, "base64": b64encode(chunk).decode("ascii"), "last": last}
        if written:
            params["id"] = written["id"]
        written.update(await ask(peer, "blobs.write", params))

    if isinstance(content.bytes, (bytes, bytearray, memoryview)):
        for at in range(0, len(content.bytes), chunk_bytes_max):
            await write(bytes(content.bytes[at : at + chunk_bytes_max]), False)
    else:
        async for part in content.bytes:
            for at in range(0, len(part), chunk_bytes_max):
                await write(part[at : at + chunk_bytes_max], False)
    await write(b"", True)
    return {"id": written["id"], "size": written["size"], "contentType": content.content_type}


def query_of(params: SearchParams) -> list[list[str]]:
    """As it stands on the wire."""
    if not hasattr(params, "items"):
        return [[name, value] for name, value in params]
    return [
        [name, value] for name, values in params.items() for value in ([values] if isinstance(values, str) else values)
    ]
