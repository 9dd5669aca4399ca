"""Proofs of a link's key: for a token, and for the connection that uses it."""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from hashlib import sha256

from ..errors import LinkRevokedError
from ..https_json import post_json, text_of
from .link_file import RemoteLink, base64url


async def request_token(link: RemoteLink) -> str:
    """Proves the link's key and gets a token of five minutes. Raises LinkRevokedError, or OSError for a platform that is away."""
    at, nonce = _now(), secrets.token_urlsafe(24)
    signature = base64url(link.key.sign(f"hilum-remote-token\n{link.link}\n{at}\n{nonce}".encode()))
    content = {"link": link.link, "at": at, "nonce": nonce, "signature": signature}
    status, body = await post_json(f"{link.url.rstrip('/')}/api/v1/remote/token", content, ca=link.ca)
    if status in (401, 403, 404):
        raise LinkRevokedError(text_of(body.get("detail")) or f"status {status}")
    token = text_of(body.get("token"))
    if status != 200 or token is None:
        raise OSError(f"The platform gave no token: status {status}")
    return token


def prove_connect(link: RemoteLink, token: str) -> str:
    """Value of the header `Hilum-Proof` with which the link's key stands by a token when it is used."""
    at, nonce = _now(), secrets.token_urlsafe(24)
    text = f"hilum-remote-connect\n{link.link}\n{at}\n{nonce}\n{sha256(token.encode()).hexdigest()}"
    return f"{at} {nonce} {base64url(link.key.sign(text.encode()))}"


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
