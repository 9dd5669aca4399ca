"""The plugin as a whole. What a call needs is loaded by the first such call, so that the plugin is ready at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilum import define_plugin

if TYPE_CHECKING:
    from hilum import (
        CallContext,
        Evidence,
        HealthResult,
        HookAnswer,
        HookRequest,
        OutgoingMessage,
        Plugin,
        Sent,
        SetupContext,
        SmokeTestContext,
    )


def create_plugin() -> Plugin:
    """Sends messages through one endpoint. The host makes every request; the signature is made here."""
    return define_plugin(
        send_messages=_send,
        check_settings=_judge,
        setup={"signature": _check_signature, "try": _check_endpoint, "live": _send_test, "receipt": _send_test},
        health=_check_health,
        smoke_tests={"endpoint": _check_endpoint, "send": _send_test},
        hooks={"receipt": _take_receipt},
    )


async def _send(message: OutgoingMessage, ctx: CallContext) -> Sent:
    from .send import send_message

    return await send_message(message, ctx)


def _judge(ctx: CallContext) -> list[Evidence]:
    from .checks import judge_settings

    return judge_settings(ctx)


async def _check_signature(ctx: CallContext) -> list[Evidence]:
    from .checks import check_signature

    return [await check_signature(ctx)]


async def _check_endpoint(ctx: CallContext) -> list[Evidence]:
    from .checks import check_endpoint

    return await check_endpoint(ctx)


async def _send_test(ctx: SmokeTestContext | SetupContext) -> list[Evidence]:
    from .checks import send_test

    return await send_test(ctx)


async def _check_health(ctx: CallContext) -> HealthResult:
    from .checks import check_health

    return await check_health(ctx)


async def _take_receipt(request: HookRequest, ctx: CallContext) -> HookAnswer:
    from .receipts import take_receipt

    return await take_receipt(request, ctx)
