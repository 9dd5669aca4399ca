"""Receipts: the endpoint calls back, and the host has checked its signature."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hilum import HookAnswer, HostError

from .refusal import redact

if TYPE_CHECKING:
    from hilum import CallContext, HookRequest

_STATES = {"message.delivered": "delivered", "message.failed": "failed"}


def receipt_url(ctx: CallContext) -> str | None:
    """Where the endpoint reports what became of a message; None where nobody wants it or it could not call."""
    address = ctx.hooks.get("receipt")
    if address is None or not ctx.settings.get("receipts", False):
        return None
    return address if can_call(ctx.settings["host"], address) else None


def can_call(host: str, address: str) -> bool:
    """An endpoint elsewhere cannot reach an address of this machine alone; one on this machine can."""
    return _is_loopback(host) or not _is_loopback(urlsplit(address).hostname or "")


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1", "[::1]") or host.endswith(".localhost") or host.startswith("127.")


async def take_receipt(request: HookRequest, ctx: CallContext) -> HookAnswer:
    """Takes a receipt. Of a kind that is not known, nothing: an endpoint may have more events than these."""
    try:
        event = request.json()
    except ValueError:
        return HookAnswer(400, "The body is not JSON")
    state = _STATES.get(str(event.get("type"))) if isinstance(event, dict) else None
    if state is None:
        return HookAnswer(204)
    data: Any = event.get("data")
    message = data.get("message") if isinstance(data, dict) else None
    if not isinstance(message, str):
        return HookAnswer(400, "data.message is not the id of a message")
    failed = state == "failed"
    reason = data.get("reason")
    try:
        await ctx.deliveries.update(
            message=message,
            state="failed" if failed else "delivered",
            at=_time_of(event.get("timestamp"), request.received_at),
            cause="other" if failed else None,
            reply=redact(reason) if failed and isinstance(reason, str) else None,
        )
    except HostError as error:
        ctx.log.warn(f"A receipt was not taken: {error.code}")
        return HookAnswer(409 if error.code == "message.wrong_state" else 404)
    return HookAnswer(204)


def _time_of(given: Any, received_at: datetime) -> datetime:
    """When it happened, as the endpoint says; never later than it was told, for clocks differ."""
    try:
        at = datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    except ValueError:
        return received_at
    if at.tzinfo is None or at > received_at + timedelta(seconds=1):
        return received_at
    return at.astimezone(timezone.utc)
