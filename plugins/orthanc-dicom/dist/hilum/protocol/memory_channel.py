"""Two ends of one line in memory, for tests. Every message is encoded and decoded, as between two processes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .frames import FrameDecoder

if TYPE_CHECKING:
    from .channel import ChannelEvents


class MemoryChannel:
    """One end. `cut()` drops the link without a word, as a broken network does."""

    def __init__(self) -> None:
        self._peer: MemoryChannel | None = None
        self._decoder: FrameDecoder | None = None
        self._events: ChannelEvents | None = None
        self._early: list[bytes] = []
        self._open = True

    def start(self, events: ChannelEvents) -> None:
        self._events = events
        self._decoder = FrameDecoder(events.on_frame, events.on_violation)
        early, self._early = self._early, []
        for line in early:
            self._receive(line)

    def write(self, line: bytes) -> None:
        if self._open and self._peer is not None:
            self._peer._receive(line)

    async def flushed(self) -> None:
        await asyncio.sleep(0)

    def close(self) -> None:
        for end in (self, self._peer):
            if end is not None and end._open:
                end._open = False
                if end._events is not None:
                    asyncio.get_running_loop().call_soon(end._events.on_close)

    cut = close

    def _receive(self, line: bytes) -> None:
        if self._decoder is None:
            self._early.append(line)
        else:
            asyncio.get_running_loop().call_soon(self._push, line)

    def _push(self, line: bytes) -> None:
        if self._open and self._decoder is not None:
            self._decoder.push(line)


def create_memory_channels() -> tuple[MemoryChannel, MemoryChannel]:
    """The two ends of a new line."""
    one, other = MemoryChannel(), MemoryChannel()
    one._peer, other._peer = other, one
    return one, other
