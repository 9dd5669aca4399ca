"""The limits of the wire, as the handshake tells them."""

from __future__ import annotations

import re

from ..protocol import limits


def wire_limits() -> dict[str, int]:
    """By the names that the protocol gives them: `FRAME_BYTES_MAX` is `frameBytesMax`."""
    numbers = ((name, value) for name, value in vars(limits).items() if isinstance(value, int))
    return {re.sub(r"_([a-z])", lambda found: found[1].upper(), name.lower()): value for name, value in numbers}
