"""An answer that is about the protocol and not about the provider."""

from __future__ import annotations


class WireRefusal(Exception):
    """Becomes an error with this code of JSON-RPC, and no data."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
