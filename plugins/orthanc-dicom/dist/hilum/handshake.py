"""The handshake: what the plugin answers to `initialize`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from .methods import create_methods
from .protocol.frames import Request, decode_frame, encode_frame
from .protocol.limits import FRAME_BYTES_MAX, PROTOCOL_VERSION, WireCode
from .version import SDK_VERSION
from .wire_refusal import WireRefusal

if TYPE_CHECKING:
    from .definition import Plugin
    from .models import InitializeParams


def answer_handshake(plugin: Plugin, params: dict[str, Any]) -> dict[str, Any]:
    """The result of `initialize`. Raises WireRefusal for a protocol that is not spoken here."""
    if params.get("protocol") != PROTOCOL_VERSION:
        raise WireRefusal(WireCode.INVALID_PARAMS, f"This plugin speaks protocol {PROTOCOL_VERSION}")
    return {
        "protocol": PROTOCOL_VERSION,
        "methods": [*create_methods(plugin), "initialize", "shutdown"],
        "sdk": {"name": "hilum-python", "version": SDK_VERSION},
    }


class Handshake(NamedTuple):
    """`params` is None where the handshake is still to come. `unread` are bytes of the host that nobody looked at."""

    params: InitializeParams | None
    unread: bytes


def shake_hands_at_once(plugin: Plugin, read_end: int, write_end: int) -> Handshake:
    """Waits for the host's first line and answers it without an event loop, where it is an `initialize` in order.

    Whatever else it is, nothing is answered and the bytes are handed on: the peer knows how to refuse.
    """
    received = b""
    while b"\n" not in received and len(received) <= FRAME_BYTES_MAX:
        chunk = os.read(read_end, 65536)
        if chunk == b"":
            return Handshake(None, received)
        received += chunk
    line, _, rest = received.partition(b"\n")
    frame = decode_frame(line)
    if not isinstance(frame, Request) or frame.method != "initialize":
        return Handshake(None, received)
    try:
        result = answer_handshake(plugin, frame.params)
    except WireRefusal:
        return Handshake(None, received)
    try:
        _write_all(write_end, encode_frame({"id": frame.id, "result": result}))
    except BrokenPipeError:
        # The host went away; whoever reads on finds the end.
        pass
    params: Any = frame.params
    return Handshake(params, rest)


def _write_all(write_end: int, line: bytes) -> None:
    while line:
        line = line[os.write(write_end, line) :]
