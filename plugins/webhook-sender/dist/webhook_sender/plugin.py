"""The plugin as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilum import define_plugin

from .checks import check_endpoint, check_health, check_signature, judge_settings, send_test
from .receipts import take_receipt
from .send import send_message

if TYPE_CHECKING:
    from hilum import CallContext, Evidence, Plugin


def create_plugin() -> Plugin:
    """Sends messages through one endpoint. The host makes every request; the signature is made here."""
    return define_plugin(
        send_messages=send_message,
        check_config=judge_settings,
        setup={"signature": _check_sign, "try": check_endpoint, "live": send_test, "receipt": send_test},
        health=check_health,
        smoke_tests={"endpoint": check_endpoint, "send": send_test},
        hooks={"receipt": take_receipt},
    )


async def _check_sign(ctx: CallContext) -> list[Evidence]:
    return [await check_signature(ctx)]
