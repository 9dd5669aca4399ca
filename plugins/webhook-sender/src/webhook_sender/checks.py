"""What can be tried without a message: an event that holds nothing, with a right signature and a wrong one."""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import TYPE_CHECKING

from hilum import OutgoingMessage, ProviderError, check_claim, email, sms

from .endpoint import post_event, read_taken, render_event
from .receipts import can_call
from .send import send_message

if TYPE_CHECKING:
    from hilum import CallContext, Evidence, HealthResult, SetupContext, SmokeTestContext

_SIGNED = ("signature", "The endpoint takes a signed event")
_WRONG = ("wrong-signature", "The endpoint refuses a wrong signature")
_TEXT = "This message shows that Hilum can send messages. No answer is needed."


async def check_endpoint(ctx: CallContext) -> list[Evidence]:
    """Signed, then signed wrongly: an endpoint that takes both would take a message from anybody."""
    taken = await check_signature(ctx)
    return [taken, await _check_wrong_signature(ctx) if taken["status"] == "passed" else _skipped(*_WRONG)]


async def check_signature(ctx: CallContext) -> Evidence:
    async def run() -> str:
        answer = await post_event(ctx, _event_id(), _ping())
        read_taken(answer)
        return f"It answered with status {answer.status}."

    return await check_claim(*_SIGNED, run)


async def _check_wrong_signature(ctx: CallContext) -> Evidence:
    async def run() -> str:
        other = b64encode(secrets.token_bytes(24)).decode("ascii")
        answer = await post_event(ctx, _event_id(), _ping(), secret=other)
        if answer.status >= 500 or answer.status == 429:
            read_taken(answer)
        return str(answer.status)

    row = await check_claim(*_WRONG, run)
    if row["status"] != "passed":
        return row
    status = row["detail"]
    if status.startswith("2"):
        return {
            **row,
            "status": "warning",
            "expected": "A status of 400 to 499.",
            "actual": f"Status {status}.",
            "detail": "The endpoint takes what is signed with another secret.",
            "fix": "Let the endpoint check the signature: otherwise anybody can send messages through it.",
        }
    return {**row, "detail": f"It answered with status {status}."}


def _ping() -> str:
    return render_event("hilum.ping", {})


def _event_id() -> str:
    return f"ping_{secrets.token_hex(12)}"


def _skipped(name: str, title: str) -> Evidence:
    return {"id": name, "title": title, "status": "skipped", "detail": "Not tried: a step before it failed."}


async def check_health(ctx: CallContext) -> HealthResult:
    row = await check_signature(ctx)
    return {"state": "healthy" if row["status"] == "passed" else "failing", "rows": [row]}


def judge_settings(ctx: CallContext) -> list[Evidence]:
    """What can be said of settings without asking the endpoint."""
    name, title = "receipts", "The endpoint can report what becomes of a message"
    address = ctx.hooks.get("receipt")
    if not ctx.settings.get("receipts", False) or address is None:
        detail = "Messages count as sent when the endpoint takes them."
        return [{"id": name, "title": title, "status": "skipped", "detail": detail}]
    if can_call(ctx.settings["host"], address):
        return [{"id": name, "title": title, "status": "passed", "detail": f"It calls {address}."}]
    return [
        {
            "id": name,
            "title": title,
            "status": "warning",
            "detail": "The endpoint cannot reach an address of this machine alone, so it is not asked for receipts.",
            "fix": "Give this Hilum an address that is known outside, or leave the receipts out.",
            "field": "/receipts",
        }
    ]


async def send_test(ctx: SmokeTestContext | SetupContext) -> list[Evidence]:
    """A real message to whoever asked for it."""

    async def run() -> str:
        recipient = ctx.recipient
        if recipient is None:
            raise ProviderError("message.invalid", cause="configuration", fix="Name an address or a phone.")
        is_mail = "@" in recipient
        communication = email(to=recipient, subject="A test", text=_TEXT) if is_mail else sms(to=recipient, text=_TEXT)
        sent = await send_message(OutgoingMessage(communication, 1, f"check-{ctx.call}", ()), ctx)
        return f"The endpoint answered: {sent.reply}."

    return [await check_claim("send", "The endpoint takes a message", run)]
