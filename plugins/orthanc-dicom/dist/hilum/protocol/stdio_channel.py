"""The channel of a plugin that the host started: one document per line, the lines of one turn of the loop in one write."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from .frames import FrameDecoder

if TYPE_CHECKING:
    from .channel import ChannelEvents


class StdioChannel(asyncio.Protocol):
    """Reads and writes two descriptors that belong to the protocol alone."""

    def __init__(self, read_end: int, write_end: int) -> None:
        self._ends = (read_end, write_end)
        self._waiting: list[bytes] = []
        self._reader: asyncio.ReadTransport | None = None
        self._writer: asyncio.WriteTransport | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._decoder: FrameDecoder | None = None
        self._events: ChannelEvents | None = None
        self._loop = asyncio.get_running_loop()

    async def open(self, unread: bytes) -> None:
        """Connects both descriptors to the loop. `unread` came in before and is read first."""
        read_end, write_end = self._ends
        self._writer, _ = await self._loop.connect_write_pipe(
            lambda: _Output(self), os.fdopen(write_end, "wb", buffering=0)
        )
        self._writer.set_write_buffer_limits(high=0)
        self.data_received(unread)
        self._reader, _ = await self._loop.connect_read_pipe(lambda: self, os.fdopen(read_end, "rb", buffering=0))

    def start(self, events: ChannelEvents) -> None:
        self._events = events
        self._decoder = FrameDecoder(events.on_frame, events.on_violation)

    def data_received(self, data: bytes) -> None:
        if self._decoder is not None:
            self._decoder.push(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._events is not None:
            self._events.on_close()

    def write(self, line: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(line)

    def _flush(self) -> None:
        if self._waiting and self._writer is not None:
            self._writer.write(b"".join(self._waiting))
            self._waiting.clear()

    async def flushed(self) -> None:
        self._flush()
        # A buffer that drains is told by `resume_writing`; one that never filled needs no wait.
        await self._room.wait()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()


class _Output(asyncio.BaseProtocol):
    def __init__(self, channel: StdioChannel) -> None:
        self._channel = channel

    def pause_writing(self) -> None:
        self._channel._room.clear()

    def resume_writing(self) -> None:
        self._channel._room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._channel._room.set()
        self._channel.connection_lost(exc)
