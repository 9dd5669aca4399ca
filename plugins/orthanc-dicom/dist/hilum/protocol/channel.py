"""What carries frames: standard input and output, a WebSocket, or memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .frames import Frame, Violation


class ChannelEvents(Protocol):
    """What comes from the other side."""

    def on_frame(self, frame: Frame) -> None: ...

    def on_violation(self, violation: Violation) -> None:
        """The other side broke the protocol; nothing follows."""

    def on_close(self) -> None:
        """The other side is gone."""


class Channel(Protocol):
    """Carries frames both ways."""

    def start(self, events: ChannelEvents) -> None: ...

    def write(self, line: bytes) -> None:
        """Takes one line of the protocol, line feed included."""

    async def flushed(self) -> None:
        """Returns when what was written has left."""

    def close(self) -> None: ...
