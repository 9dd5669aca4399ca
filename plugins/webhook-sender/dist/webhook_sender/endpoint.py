"""Hands one event to the endpoint, by the host, and reads what it answers."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from hilum import ProviderError

from .refusal import explain_failure_at_host, explain_refusal
from .signature import sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hilum import CallContext, FetchAnswer

# What the host makes a request of, at most.
BODY_BYTES_MAX = 786_432


def render_event(kind: str, data: Mapping[str, Any]) -> str:
    """The body as Standard Webhooks have it: type, time and data."""
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": at, "data": data}, ensure_ascii=False, separators=(",", ":"))


async def post_event(ctx: CallContext, identifier: str, body: str, *, secret: str | None = None) -> FetchAnswer:
    """Signs and posts; any status is an answer. Raises a ProviderError that leads to the setting where it is mended."""
    if len(body.encode()) > BODY_BYTES_MAX:
        raise ProviderError("provider.too_large", fix="Send smaller attachments: 500 KB together.")
    headers = sign(secret or ctx.settings["signingSecret"], identifier, int(time.time()), body)
    try:
        return await ctx.fetch(
            "endpoint",
            ctx.settings["path"],
            method="POST",
            headers={"content-type": "application/json", **headers},
            text=body,
        )
    except ProviderError as error:
        raise explain_failure_at_host(error) from error


def read_taken(answer: FetchAnswer) -> dict[str, Any]:
    """The JSON of an answer that took the event, empty where there is none; else a ProviderError with its cause."""
    if not answer.ok:
        raise explain_refusal(answer.status, parse_object(answer.text), answer.headers.get("retry-after"))
    if answer.headers.get("content-type", "").startswith("text/html"):
        raise ProviderError(
            "provider.bad_answer",
            sent="maybe",
            field="/host",
            detail=f"Something answered {answer.status} with a page for people.",
            fix="Check host and path, and whether a proxy or a sign-in page stands in between.",
        )
    return parse_object(answer.text)


def parse_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
