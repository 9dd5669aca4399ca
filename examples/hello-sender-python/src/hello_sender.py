"""A provider that exists only here: it takes every message but those to an address that begins with "nobody"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilum import ProviderError, Sent, contact_points, define_plugin, message_text

if TYPE_CHECKING:
    from hilum import CallContext, Evidence, OutgoingMessage, SmokeTestContext


async def send_messages(message: OutgoingMessage, ctx: CallContext) -> Sent:
    recipients = contact_points(message.communication)
    refused = [index for index, one in enumerate(recipients) if one.value.startswith("nobody")]
    if len(refused) == len(recipients):
        raise ProviderError("provider.recipient", reply="550 unknown")
    stored = await ctx.state.get("sent")
    await ctx.state.put("sent", str(1 + int(stored.value if stored is not None else 0)))
    # How long it is, never what it says: a log is no place for a message.
    length = len(message_text(message.communication).text or "")
    greeting = ctx.settings["greeting"]
    ctx.log.info(f"{greeting}! Attempt {message.attempt}: {len(recipients)} recipients, {length} characters.")
    return Sent(
        provider_id=f"hello-{message.idempotency_key}",
        refused=[{"recipient": index, "reply": "550 unknown"} for index in refused],
    )


def greet(ctx: SmokeTestContext) -> list[Evidence]:
    is_set = ctx.settings["greeting"] != ""
    return [{"id": "greet", "title": "The greeting is set", "status": "passed" if is_set else "failed"}]


plugin = define_plugin(send_messages=send_messages, smoke_tests={"greet": greet})
