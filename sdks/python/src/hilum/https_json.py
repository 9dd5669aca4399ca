"""JSON over HTTPS, for what an SDK asks of the platform outside of a link."""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_ANSWER_BYTES_MAX = 1_048_576


class JsonAnswer(NamedTuple):
    status: int
    body: dict[str, Any]


async def post_json(
    url: str, content: Any, *, ca: str | None = None, token: str | None = None, timeout_seconds: float = 15
) -> JsonAnswer:
    """Posts JSON and reads the JSON answer. Raises the network's OSError (ssl.SSLError among them)."""
    return await asyncio.to_thread(_post, url, content, ca, token, timeout_seconds)


def _post(url: str, content: Any, ca: str | None, token: str | None, timeout_seconds: float) -> JsonAnswer:
    headers = {"content-type": "application/json", "accept": "application/json, application/problem+json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=timeout_seconds, context=ssl.create_default_context(cadata=ca)
    )
    try:
        connection.request("POST", parts.path, json.dumps(content).encode("utf-8"), headers)
        response = connection.getresponse()
        body = response.read(_ANSWER_BYTES_MAX + 1)
    except http.client.HTTPException as error:
        raise OSError(f"The answer is no HTTP: {type(error).__name__}") from error
    finally:
        connection.close()
    if len(body) > _ANSWER_BYTES_MAX:
        raise OSError("The answer is too large")
    return JsonAnswer(response.status, _parse_object(body))


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str | None:
    """A member of an answer, if it is text."""
    return value if isinstance(value, str) else None
