"""Sends a message: one event to the endpoint."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from hilum import ProviderError, Sent, channel_of, contact_points, message_text

from .endpoint import BODY_BYTES_MAX, post_event, read_taken, render_event
from .receipts import receipt_url
from .refusal import redact
from .signature import webhook_id

if TYPE_CHECKING:
    from hilum import CallContext, OutgoingMessage


async def send_message(message: OutgoingMessage, ctx: CallContext) -> Sent:
    """What the endpoint does not take is a ProviderError that says whose fault it is.

    A repeat needs no question first: the event has the same id as before, and an endpoint drops what it has already.
    """
    data = await _present(message, ctx)
    answer = await post_event(ctx, webhook_id(message.idempotency_key), render_event("message.send", data))
    taken = read_taken(answer)
    identifier = taken.get("id")
    return Sent(
        provider_id=identifier[:256] if isinstance(identifier, str) and identifier != "" else None,
        reply=f"HTTP {answer.status}",
        refused=_refused(taken.get("refused"), len(data["recipients"])),
    )


async def _present(message: OutgoingMessage, ctx: CallContext) -> dict[str, Any]:
    communication = message.communication
    points = contact_points(communication)
    if not points:
        raise ProviderError("message.invalid", fix="Name a recipient.")
    subject, text, html, _ = message_text(communication)
    data: dict[str, Any] = {
        "message": message.idempotency_key,
        "channel": channel_of(communication),
        "recipients": [{"address": one.value, "role": one.role} for one in points],
        "test": ctx.test_mode,
    }
    for name, value in (("subject", subject), ("text", text), ("html", html)):
        if value is not None:
            data[name] = value
    if message.attachments:
        data["attachments"] = await _read_attachments(message, ctx)
    url = receipt_url(ctx)
    if url is not None:
        data["receiptUrl"] = url
    return data


async def _read_attachments(message: OutgoingMessage, ctx: CallContext) -> list[dict[str, Any]]:
    # Base64 makes four bytes of three; what cannot fit is not read at all.
    if sum(one.size for one in message.attachments) * 4 / 3 > BODY_BYTES_MAX:
        raise ProviderError("provider.too_large", fix="Send smaller attachments: 500 KB together.")
    files = []
    for one in message.attachments:
        content = b"".join([chunk async for chunk in ctx.attachments.read(one.id)])
        encoded = b64encode(content).decode("ascii")
        files.append({"title": one.title, "contentType": one.content_type, "size": one.size, "base64": encoded})
    return files


def _refused(given: Any, recipients: int) -> list[Any]:
    """Recipients that the endpoint did not take although it took the message. If it took nobody, it had to refuse."""
    refused: list[Any] = []
    for one in given if isinstance(given, list) else []:
        index = one.get("recipient") if isinstance(one, dict) else None
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < recipients:
            refused.append({"recipient": index, "reply": redact(str(one.get("reason", "not taken")))})
    if len({one["recipient"] for one in refused}) == recipients:
        raise ProviderError("provider.recipient", reply=refused[0]["reply"])
    return refused
