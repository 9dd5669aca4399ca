"""Log, attachments, state and deliveries of one call."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, NamedTuple

from ..error_base import cut
from .host_refusal import ask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from typing import Literal

    from ..models import CauseClass
    from ..protocol.peer import Peer

    LogLevel = Literal["debug", "info", "warn", "error"]

_LOG_CHARS_MAX = 8192


class PluginLog:
    """Lines of the plugin's own log in the Admin Console. Never a patient's data, never a secret: ids and states only."""

    def __init__(self, peer: Peer, call: str | None = None) -> None:
        self._peer = peer
        self._call = call

    def debug(self, text: str) -> None:
        self._write("debug", text)

    def info(self, text: str) -> None:
        self._write("info", text)

    def warn(self, text: str) -> None:
        self._write("warn", text)

    def error(self, text: str) -> None:
        self._write("error", text)

    def _write(self, level: LogLevel, text: str) -> None:
        params: dict[str, Any] = {"level": level, "text": cut(text, _LOG_CHARS_MAX)}
        if self._call is not None:
            params["call"] = self._call
        self._peer.notify("log", params)


class Attachments:
    """Attachments of the message in hand."""

    def __init__(self, peer: Peer, call: str, chunk_bytes_max: int) -> None:
        self._peer = peer
        self._call = call
        self._chunk_bytes_max = chunk_bytes_max

    async def read(self, id: str) -> AsyncIterator[bytes]:
        """The bytes of an attachment, in chunks of at most 512 KiB."""
        offset, size = 0, 1
        while offset < size:
            params = {"id": id, "offset": offset, "length": self._chunk_bytes_max, "call": self._call}
            answer = await ask(self._peer, "blobs.read", params)
            chunk = b64decode(answer["base64"])
            size = answer["size"]
            if not chunk:
                return
            offset += len(chunk)
            yield chunk


class StateEntry(NamedTuple):
    """`version` grows with each change; hand it to `put` to change only what was read."""

    value: str
    version: int


class PluginState:
    """Small private state of the instance, encrypted at rest. A value has at most 65,536 characters."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def get(self, key: str) -> StateEntry | None:
        answer = await ask(self._peer, "state.get", {"key": key})
        return StateEntry(answer["value"], answer["version"]) if "value" in answer else None

    async def put(self, key: str, value: str, *, version: int | None = None) -> int:
        """Returns the new version. Raises RequestConflict when another version than `version` is stored; 0 is none."""
        params: dict[str, Any] = {"key": key, "value": value}
        if version is not None:
            params["version"] = version
        answer = await ask(self._peer, "state.put", params)
        return int(answer["version"])

    async def delete(self, key: str) -> None:
        await ask(self._peer, "state.delete", {"key": key})


class Deliveries:
    """What became of messages that this instance sent."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def update(
        self,
        *,
        message: str,
        state: Literal["delivered", "failed"],
        at: datetime,
        provider_id: str | None = None,
        cause: CauseClass | None = None,
        reply: str | None = None,
    ) -> None:
        """Reports a message, by the Communication's id, as `delivered` or `failed`. `at` is a time with a zone."""
        params: dict[str, Any] = {"message": message, "state": state, "at": at.isoformat()}
        if provider_id is not None:
            params["providerId"] = provider_id
        if cause is not None:
            params["cause"] = cause
        if reply is not None:
            params["reply"] = reply
        await ask(self._peer, "messages.updateDelivery", params)
