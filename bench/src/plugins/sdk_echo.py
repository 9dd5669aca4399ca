"""Takes every message on the Python SDK, which reads and checks each call: what the SDK holds shows after many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilum import Sent, contact_points, define_plugin, message_text, serve

if TYPE_CHECKING:
    from hilum import CallContext, OutgoingMessage


async def send_messages(message: OutgoingMessage, ctx: CallContext) -> Sent:
    text = message_text(message.communication).text or ""
    return Sent(provider_id=f"{len(contact_points(message.communication))}-{len(text)}-{message.idempotency_key}")


serve(define_plugin(send_messages=send_messages))
