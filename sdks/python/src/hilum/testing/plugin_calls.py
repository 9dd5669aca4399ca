"""Calls of the host into the plugin."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import HostError, PeerError
from ..messages import idempotency_key_of
from ..rules.answers import check_answer, check_error_data
from ..rules.contract import load_contract
from ..rules.message import check_message
from .admission import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ..models import Communication, Problem, SendResult
    from ..protocol.peer import Peer
    from .blobs import TestCalls
    from .tables import TestTables


class TestCallError(Exception):
    """How a call failed, as the host sees it. `code` and `data` say what the host does next."""

    __test__ = False

    def __init__(self, error: PeerError) -> None:
        super().__init__(error.message)
        self.wire_code = error.code
        self.data: Mapping[str, Any] = error.data
        self.code: str = error.data.get("code", "plugin.failed")


class TestDeadlineError(Exception):
    """The plugin did not answer until a second after the deadline."""

    __test__ = False


@dataclass(frozen=True)
class TestAttachment:
    """Content of an attachment that the message names as `Binary/{id}`."""

    __test__: ClassVar[bool] = False

    id: str
    content_type: str
    title: str
    content: bytes


class PluginCalls:
    """Each answer is checked as strictly as the protocol is written."""

    def __init__(self, peer: Peer, tables: TestTables, calls: TestCalls) -> None:
        self._peer = peer
        self._tables = tables
        self._calls = calls
        self._count = 0
        methods = load_contract()["hostMethods"].values()
        self._known = {method for group in methods for method in group}

    async def ask(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        deadline_ms: float = 30_000,
        call: str | None = None,
        held: Mapping[str, bytes] | None = None,
        judge: Callable[[Any], Any] | None = None,
    ) -> Any:
        """`held`: bytes that the call puts into the plugin's hands. `judge` reads the answer while the call still runs."""
        call = call or self.next_call()
        self._calls.begin(call, method, held)
        try:
            result = await self._request(method, params, call, deadline_ms)
            return result if judge is None else judge(result)
        finally:
            self._calls.end(call)

    async def _request(self, method: str, params: Mapping[str, Any], call: str, deadline_ms: float) -> Any:
        meta = {"call": call, "deadlineMs": deadline_ms, "hops": 0}
        request = self._peer.request(method, {**params, "meta": meta})
        try:
            result = await asyncio.wait_for(request, deadline_ms / 1000 + 1)
        except asyncio.TimeoutError as error:
            raise TestDeadlineError(f"{method} was not answered by its deadline of {deadline_ms} ms") from error
        except PeerError as error:
            _refuse_bad(method, check_error_data(error.data) if error.data else [])
            raise TestCallError(error) from error
        if method in self._known:
            _refuse_bad(method, check_answer(method, result))
        return result

    async def send(
        self,
        communication: Communication,
        *,
        attempt: int,
        idempotency_key: str | None,
        maybe_sent_since: datetime | None,
        attachments: Sequence[TestAttachment],
        deadline_ms: float,
    ) -> SendResult:
        problems = check_message(communication)
        if problems:
            raise HostError("message.invalid", problems=problems)
        call = self.next_call()
        message = communication.get("id", f"message-{self._count}")
        key = idempotency_key or idempotency_key_of(communication) or message
        handles = [
            {"id": one.id, "contentType": one.content_type, "title": one.title, "size": len(one.content)}
            for one in attachments
        ]
        params = {
            "message": {**communication, "id": message},
            "attempt": attempt,
            "idempotencyKey": key,
            "attachments": handles,
        }
        if maybe_sent_since is not None:
            params["maybeSentSince"] = maybe_sent_since.isoformat()
        held = {one.id: one.content for one in attachments}
        self._tables.add_message(message, attempt, key)
        try:
            result: SendResult = await self.ask("messages.send", params, deadline_ms=deadline_ms, call=call, held=held)
        except Exception as error:
            code = error.code if isinstance(error, TestCallError) else "plugin.failed"
            self._tables.update_message(message, "failed", code=code)
            raise
        self._tables.update_message(message, "sent", provider_id=result.get("providerId"))
        return result

    def next_call(self) -> str:
        self._count += 1
        return f"call-{self._count}"


def _refuse_bad(method: str, problems: Sequence[Problem]) -> None:
    if problems:
        detail = summary(f"The answer to {method} is not valid", problems)
        raise HostError("plugin.bad_reply", detail=detail, problems=problems)
