"""Signatures of Standard Webhooks 1.0 with a shared secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode

# An id goes into what is signed, between full stops: one inside it could pass for another part.
_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,200}")


def webhook_id(key: str) -> str:
    """The same for every attempt of one message, so that the endpoint drops a repeat."""
    return key if _ID.fullmatch(key) else f"sha256-{hashlib.sha256(key.encode()).hexdigest()}"


def sign(secret: str, identifier: str, seconds: int, body: str) -> dict[str, str]:
    """The three headers: HMAC-SHA256 over `id.timestamp.body`, version `v1`. `secret` is base64, with or without `whsec_`."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{identifier}.{seconds}.{body}".encode()
    signature = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
    }
