"""Calls into a plugin with `store_records`, as the host makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..lanes.records import query_of
from ..record_store import FoundRecords
from ..rules.record_answers import bad_reply, check_record_answer

if TYPE_CHECKING:
    from ..lanes.records import SearchParams
    from ..models import CanonicalType, Resource
    from .blobs import TestCalls
    from .plugin_calls import PluginCalls


@dataclass(frozen=True)
class TestContent:
    """Bytes of a Binary, or of an attachment that is too large for a frame."""

    __test__: ClassVar[bool] = False

    content_type: str
    content: bytes


@dataclass(frozen=True)
class TestRecord:
    """A record with the bytes that it does not carry itself."""

    __test__: ClassVar[bool] = False

    resource: Resource
    content: TestContent | None


class TestStore:
    """A record has an id and a version, answers are judged, and bytes go by handles.

    Raises TestCallError for what the plugin refuses, and HostError for an answer that the host would not take.
    """

    __test__ = False

    def __init__(self, calls: PluginCalls, blobs: TestCalls) -> None:
        self._calls = calls
        self._blobs = blobs
        self._made = 0

    async def create(
        self, resource: Resource, *, content: TestContent | None = None, if_none_exist: SearchParams | None = None
    ) -> TestRecord:
        params: dict[str, Any] = {"resource": self._as_kept(resource)}
        if if_none_exist is not None:
            params["ifNoneExist"] = query_of(if_none_exist)
        return await self._record("records.create", params, content)

    async def read(self, type: CanonicalType, id: str, *, version: str | None = None) -> TestRecord:
        params: dict[str, Any] = {"type": type, "id": id}
        if version is not None:
            params["version"] = version
        return await self._record("records.read", params, None)

    async def update(
        self, resource: Resource, *, content: TestContent | None = None, if_match: str | None = None
    ) -> TestRecord:
        params: dict[str, Any] = {"resource": self._as_kept(resource)}
        if if_match is not None:
            params["ifMatch"] = if_match
        return await self._record("records.update", params, content)

    async def delete(self, type: CanonicalType, id: str) -> None:
        await self._calls.ask("records.delete", {"type": type, "id": id})

    async def search(
        self, type: CanonicalType, params: SearchParams, *, count: int = 50, cursor: str | None = None
    ) -> FoundRecords:
        asked: dict[str, Any] = {"type": type, "query": query_of(params), "count": count}
        if cursor is not None:
            asked["cursor"] = cursor
        answer = await self._calls.ask("records.search", asked)
        check_record_answer("records.search", answer, asked)
        return FoundRecords(answer["resources"], answer.get("next"), answer.get("total"))

    def _as_kept(self, resource: Resource) -> Resource:
        """The platform gives each record an id and a version before a store sees it."""
        self._made += 1
        meta = {"versionId": "1", **resource.get("meta", {})}
        return {**resource, "id": resource.get("id", f"kept-{self._made}"), "meta": meta}

    async def _record(self, method: str, params: dict[str, Any], content: TestContent | None) -> TestRecord:
        call = self._calls.next_call()
        held: dict[str, bytes] = {}
        if content is not None:
            handle = f"{call}-content"
            held[handle] = content.content
            info = {"id": handle, "size": len(content.content), "contentType": content.content_type}
            params = {**params, "content": info}

        def judge(answer: dict[str, Any]) -> TestRecord:
            check_record_answer(method, answer, params)
            return TestRecord(answer["resource"], self._take(call, answer.get("content")))

        record: TestRecord = await self._calls.ask(method, params, call=call, held=held, judge=judge)
        return record

    def _take(self, call: str, content: dict[str, Any] | None) -> TestContent | None:
        if content is None:
            return None
        if not self._blobs.holds(call, content):
            raise bad_reply("/content", "its bytes were not written in this call")
        self._blobs.keep(call, content["id"])
        return TestContent(content["contentType"], self._blobs.kept[content["id"]])
