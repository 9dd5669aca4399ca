"""Answers what a plugin asks, decided by the platform's policy and refused as the platform refuses."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from ..catalogue import CATALOGUE
from ..errors import HilumError, HostError
from ..protocol.limits import MESSAGES_BURST, MESSAGES_PER_SECOND, WireCode
from ..rules.policy import Allowed, Ask, Denied, decide
from ..wire_refusal import WireRefusal
from .admission import INSTANCE
from .host_fetch import HostFetch
from .params import invalid, read_blob_read, read_delivery, read_log, read_state
from .rate import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ..protocol.peer import Handler, ServedCall
    from ..rules.policy import Grant
    from .blobs import TestCalls
    from .faults import Faults
    from .host_fetch import OnFetch, TestFetchRequest
    from .record_lanes import RecordLanes
    from .tables import TestTables


class HostLanes:
    """What the test host knows while a plugin asks."""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        settings: Mapping[str, Any],
        grants: list[Grant],
        tables: TestTables,
        calls: TestCalls,
        records: RecordLanes,
        faults: Faults,
        on_fetch: OnFetch | None,
        now: Callable[[], datetime],
    ) -> None:
        self._plugin = manifest["id"]
        self._grants = grants
        self._tables = tables
        self._faults = faults
        self._now = now
        self._bucket = TokenBucket(MESSAGES_PER_SECOND, MESSAGES_BURST)
        self._fetch = HostFetch(manifest, settings, lambda scope: self.allows("http.fetch", scope), on_fetch)
        self._calls = calls
        self._records = records
        self.log: list[dict[str, Any]] = []
        self.deliveries: list[dict[str, Any]] = []

    @property
    def fetches(self) -> list[TestFetchRequest]:
        return self._fetch.made

    def requests(self) -> dict[str, Handler]:
        own: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
            "messages.updateDelivery": ("messages", self._update_delivery),
            "blobs.read": ("messages", self._read_blob),
            "state.get": ("state", self._get_state),
            "state.put": ("state", self._put_state),
            "state.delete": ("state", self._delete_state),
        }
        handlers = {method: self._own_handler(method, lane, perform) for method, (lane, perform) in own.items()}
        for method, answer in self._records.answers.items():
            handlers[method] = self._record_handler(method, answer)
        handlers["http.fetch"] = self._answer_fetch
        return handlers

    def write_log(self, params: dict[str, Any]) -> None:
        line = read_log(params) if self._bucket.take() else None
        if line is not None:
            self.log.append(line)

    def allows(self, action: str, scope: str) -> bool:
        """Whether the plugin holds a grant for the resolved scope, on the egress lane."""
        return isinstance(self._decide("egress", action, scope), Allowed)

    def _decide(self, lane: str, action: str, scope: str | None = None) -> Allowed | Denied:
        now = self._now().timestamp() * 1000
        owner = (self._plugin, INSTANCE)
        return decide(Ask(self._plugin, INSTANCE, lane, action, now, scope=scope, owner=owner), self._grants, 1)

    def _own_handler(self, method: str, lane: str, perform: Callable[[dict[str, Any]], dict[str, Any]]) -> Handler:
        async def answer(params: dict[str, Any], _call: ServedCall) -> dict[str, Any]:
            self._keep_rate()
            await self._faults.strike(method)
            decision = self._decide(lane, method)
            if isinstance(decision, Denied):
                raise HostError("policy.denied", detail=decision.reason)
            return perform(params)

        return answer

    def _record_handler(self, method: str, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Handler:
        async def handle(params: dict[str, Any], _call: ServedCall) -> dict[str, Any]:
            self._keep_rate()
            await self._faults.strike(method)
            return answer(params)

        return handle

    async def _answer_fetch(self, params: dict[str, Any], _call: ServedCall) -> dict[str, Any]:
        self._keep_rate()
        await self._faults.strike("http.fetch")
        return await self._fetch.answer(params)

    def _keep_rate(self) -> None:
        if not self._bucket.take():
            raise WireRefusal(WireCode.FULL, "Too many messages in a second")

    def _update_delivery(self, params: dict[str, Any]) -> dict[str, Any]:
        delivery = read_delivery(params)
        if not self._tables.has_message(delivery["message"]):
            raise HostError("policy.denied")
        provider_id = delivery.get("providerId")
        self._tables.update_message(delivery["message"], delivery["state"], provider_id=provider_id)
        self.deliveries.append(delivery)
        return {}

    def _read_blob(self, params: dict[str, Any]) -> dict[str, Any]:
        call, identifier, offset, length = read_blob_read(params)
        content = self._calls.held(call, identifier)
        if content is None:
            raise HostError("blob.not_found")
        part = content[offset : offset + length]
        return {"base64": b64encode(part).decode("ascii"), "size": len(content)}

    def _get_state(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._tables.get_state(read_state(params)[0])

    def _put_state(self, params: dict[str, Any]) -> dict[str, Any]:
        key, value, version = read_state(params)
        if value is None:
            raise invalid("/value", "it is a string")
        return self._tables.put_state(key, value, version)

    def _delete_state(self, params: dict[str, Any]) -> dict[str, Any]:
        self._tables.delete_state(read_state(params)[0])
        return {}


def present_host_error(error: BaseException) -> dict[str, Any]:
    """A refusal as the plugin sees it."""
    if isinstance(error, WireRefusal):
        return {"code": error.code, "message": error.message}
    refusal = error if isinstance(error, HilumError) else HostError("server.internal")
    spec = CATALOGUE[refusal.code]
    data: dict[str, Any] = {"code": refusal.code, "fix": spec.fix, "retry": "later" if spec.retryable else "never"}
    if refusal.problems:
        data["problems"] = list(refusal.problems)
    if refusal.retry_after_ms is not None:
        data["retryAfterMs"] = refusal.retry_after_ms
    if refusal.sent is not None:
        data.update(sent=refusal.sent, detail=refusal.detail)
    return {"code": _wire_code_of(refusal.code), "message": spec.title, "data": data}


def _wire_code_of(code: str) -> int:
    if code == "request.invalid":
        return WireCode.INVALID_PARAMS
    if code in ("lane.full", "request.too_many"):
        return WireCode.FULL
    if code.startswith("policy."):
        return WireCode.DENIED
    return WireCode.INTERNAL if code == "server.internal" else WireCode.FAILED
