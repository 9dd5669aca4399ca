"""The client's side of RFC 6455, as small as a link needs it: text messages, no compression, no extensions."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from base64 import b64encode
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ..protocol.frames import Violation, decode_frame
from ..protocol.limits import FRAME_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..protocol.channel import ChannelEvents

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HANDSHAKE_SECONDS = 15


class HandshakeRefused(OSError):
    """The server answered with another status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The platform answered with status {status}")
        self.status = status


class WebSocketError(OSError):
    """What came is no WebSocket; `code` is the status code of the close that answers it (section 7.4.1)."""

    def __init__(self, detail: str, code: int = 1002) -> None:
        super().__init__(detail)
        self.code = code


class _Fragment(NamedTuple):
    final: bool
    kind: int
    payload: bytes


async def open_websocket(url: str, headers: Mapping[str, str], ca: str | None) -> WebSocketChannel:
    """Connects and shakes hands. Raises HandshakeRefused, or another OSError for a server that cannot be reached."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    context = ssl.create_default_context(cadata=ca)

    async def connect() -> WebSocketChannel:
        reader, writer = await asyncio.open_connection(host, parts.port or 443, ssl=context, limit=2**17)
        try:
            await _shake_hands(reader, writer, parts.netloc, parts.path, headers)
        except BaseException:
            writer.transport.abort()
            raise
        return WebSocketChannel(reader, writer)

    try:
        return await asyncio.wait_for(connect(), _HANDSHAKE_SECONDS)
    except asyncio.TimeoutError as error:
        raise OSError("The platform did not answer in time") from error


async def _shake_hands(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, authority: str, path: str, headers: Mapping[str, str]
) -> None:
    key = b64encode(os.urandom(16)).decode("ascii")
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {authority}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise WebSocketError("The answer is no HTTP") from error
    status = re.match(rb"HTTP/1\.1 (\d{3})", head)
    if status is None:
        raise WebSocketError("The answer is no HTTP")
    if status[1] != b"101":
        raise HandshakeRefused(int(status[1]))
    expected = b64encode(sha1((key + _ACCEPT_SUFFIX).encode()).digest())
    accept = re.search(rb"\r\nsec-websocket-accept: *([^\r]*?) *\r", head, re.IGNORECASE)
    if accept is None or accept[1] != expected:
        raise WebSocketError("The answer is not to this handshake")
    if re.search(rb"\r\nsec-websocket-extensions:", head, re.IGNORECASE):
        raise WebSocketError("An extension was not asked for")


class WebSocketChannel:
    """One document of the protocol per text message; everything else is as on standard input and output."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._reading: asyncio.Task[None] | None = None
        self._open = True

    def start(self, events: ChannelEvents) -> None:
        self._reading = asyncio.get_running_loop().create_task(self._read(events))

    def write(self, line: bytes) -> None:
        if self._open:
            self._send(_TEXT, line[:-1])

    async def flushed(self) -> None:
        try:
            await self._writer.drain()
        except OSError:
            pass

    def close(self) -> None:
        self._end(1000)

    def _end(self, code: int) -> None:
        if self._open:
            self._send(_CLOSE, code.to_bytes(2, "big"))
            self._open = False
            self._writer.close()

    async def _read(self, events: ChannelEvents) -> None:
        try:
            while True:
                kind, payload = await self._read_message()
                if kind == _BINARY:
                    return events.on_violation(Violation("not_json", "A message is binary"))
                frame = decode_frame(payload)
                if isinstance(frame, Violation):
                    return events.on_violation(frame)
                events.on_frame(frame)
        except WebSocketError as error:
            self._end(error.code)
            events.on_close()
        except (OSError, asyncio.IncompleteReadError, _Closed):
            self._end(1000)
            events.on_close()
        return None

    async def _read_message(self) -> tuple[int, bytes]:
        """Joins fragments, and answers control frames on the way, which may stand between them (section 5.4)."""
        message, kind = bytearray(), _CONTINUATION
        while True:
            fragment = await self._read_fragment(FRAME_BYTES_MAX - len(message))
            if fragment.kind == _PING:
                self._send(_PONG, fragment.payload)
            elif fragment.kind == _CLOSE:
                raise _Closed
            elif fragment.kind != _PONG:
                if (fragment.kind == _CONTINUATION) == (kind == _CONTINUATION):
                    raise WebSocketError("A fragment is out of place")
                kind = kind or fragment.kind
                message += fragment.payload
                if fragment.final:
                    return kind, bytes(message)

    async def _read_fragment(self, bytes_max: int) -> _Fragment:
        first, second = await self._reader.readexactly(2)
        final, kind, length = bool(first & 0x80), first & 0x0F, second & 0x7F
        if first & 0x70 or kind not in (_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG):
            raise WebSocketError("A frame is of a kind that was not agreed")
        if second & 0x80:
            raise WebSocketError("A server does not mask")
        if kind >= _CLOSE and (length > 125 or not final):
            raise WebSocketError("A control frame is too long or in parts")
        if length >= 126:
            length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8), "big")
        # Before it is read: a length costs nothing to write.
        if length > bytes_max and kind < _CLOSE:
            raise WebSocketError("A message is larger than a frame may be", 1009)
        return _Fragment(final, kind, await self._reader.readexactly(length))

    def _send(self, kind: int, payload: bytes) -> None:
        if not self._open:
            return
        size = len(payload)
        head = bytearray([0x80 | kind])
        if size < 126:
            head.append(0x80 | size)
        elif size < 2**16:
            head += bytes([0x80 | 126]) + size.to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + size.to_bytes(8, "big")
        mask = os.urandom(4)
        self._writer.write(bytes(head) + mask + _mask(payload, mask))


class _Closed(Exception):
    """The other side has said goodbye."""


def _mask(payload: bytes, mask: bytes) -> bytes:
    """Exclusive-or with the mask over and over (section 5.3), as one large number: Python's loop would be slow."""
    if not payload:
        return b""
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")
