"""One HTTP/1.1 request over a connection that is there, with bodies that need not fit into memory (RFC 9112)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hilum import ProviderError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Mapping

_HEAD_BYTES_MAX = 65_536
_CHUNK = 65_536


class Body(NamedTuple):
    """Bytes to send, whose number is known before."""

    size: int
    chunks: AsyncIterator[bytes]


class Answer(NamedTuple):
    """Its body is read by whoever wants it, once."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]

    async def read(self, bytes_max: int = 16_777_216) -> bytes:
        """The whole of a small body."""
        parts, size = [], 0
        async for chunk in self.chunks:
            size += len(chunk)
            if size > bytes_max:
                raise ProviderError("provider.response_too_large", detail="Orthanc's answer is larger than it may be.")
            parts.append(chunk)
        return b"".join(parts)


async def exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: Body | None,
) -> Answer:
    """Sends the request and reads the head of its answer. The connection is good for this one."""
    size = {"content-length": str(body.size)} if body is not None else {}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**headers, **size}.items())]
    writer.write(("\r\n".join(lines) + "\r\nconnection: close\r\n\r\n").encode("latin-1"))
    await writer.drain()
    if body is not None:
        async for chunk in body.chunks:
            writer.write(chunk)
            await writer.drain()
    head = await _read_head(reader)
    return Answer(*head, _read_body(reader, head[1]))


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    lines: list[str] = []
    size = 0
    while True:
        line = await reader.readline()
        size += len(line)
        if not line and not lines:
            raise ProviderError(
                "provider.unreachable",
                sent="maybe",
                field="/port",
                detail="The line was closed before an answer came.",
                fix="Check that Orthanc is up, and port and encryption; Hilum keeps trying.",
            )
        if not line or size > _HEAD_BYTES_MAX:
            raise _no_http()
        text = line.decode("latin-1").rstrip("\r\n")
        if text == "" and lines:
            break
        lines.append(text)
    status = re.match(r"HTTP/1\.[01] (\d{3})", lines[0])
    if status is None:
        raise _no_http()
    pairs = (line.partition(":") for line in lines[1:])
    return int(status[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        while size := int((await reader.readline()).split(b";")[0] or b"0", 16):
            yield await reader.readexactly(size)
            await reader.readline()
        return
    left = int(headers["content-length"]) if "content-length" in headers else None
    while left is None or left > 0:
        chunk = await reader.read(_CHUNK if left is None else min(_CHUNK, left))
        if not chunk:
            if left is not None:
                raise ProviderError("provider.unreachable", sent="maybe", detail="The line broke within an answer.")
            return
        left = None if left is None else left - len(chunk)
        yield chunk


def _no_http() -> ProviderError:
    return ProviderError(
        "provider.bad_answer",
        sent="maybe",
        field="/port",
        detail="What answers does not speak HTTP as Orthanc does.",
        fix="Check port and encryption.",
    )
