"""The methods of the host that a plugin answers, besides handshake and shutdown."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from .definition import AttachmentInfo, CallContext, OutgoingMessage, Sent, SetupContext, SmokeTestContext
from .protocol.limits import WireCode
from .wire_refusal import WireRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .definition import Plugin

    Method = tuple[type[CallContext], Callable[[dict[str, Any], Any], Awaitable[Any]]]


def create_methods(plugin: Plugin) -> dict[str, Method]:
    """By name: the kind of context that the method is handed, and the function that answers."""

    async def validate(_params: dict[str, Any], ctx: CallContext) -> Any:
        return {"rows": [] if plugin.check_settings is None else list(await _settle(plugin.check_settings(ctx)))}

    async def check_setup(params: dict[str, Any], ctx: SetupContext) -> Any:
        return {"rows": list(await _settle(_find(plugin.setup, params.get("step"), "step")(ctx)))}

    async def check_health(_params: dict[str, Any], ctx: CallContext) -> Any:
        return _ALIVE if plugin.health is None else await _settle(plugin.health(ctx))

    async def run_smoke(params: dict[str, Any], ctx: SmokeTestContext) -> Any:
        return {"rows": list(await _settle(_find(plugin.smoke_tests, params.get("id"), "smoke test")(ctx)))}

    async def discover(params: dict[str, Any], ctx: SetupContext) -> Any:
        return {"options": list(await _settle(_find(plugin.discover, params.get("field"), "setting")(ctx)))}

    async def send(params: dict[str, Any], ctx: CallContext) -> Any:
        assert plugin.send_messages is not None
        return _present_sent(await plugin.send_messages(_read_message(params), ctx))

    async def handle_hook(params: dict[str, Any], ctx: CallContext) -> Any:
        from .hook_request import HookAnswer, read_hook_request

        handle = _find(plugin.hooks, params.get("hook"), "hook")
        answer = await _settle(handle(read_hook_request(params), ctx))
        return (HookAnswer() if answer is None else answer).present()

    methods: dict[str, Method] = {
        "config.validate": (CallContext, validate),
        "setup.check": (SetupContext, check_setup),
        "health.check": (CallContext, check_health),
        "smoke.run": (SmokeTestContext, run_smoke),
    }
    if plugin.discover is not None:
        methods["setup.discover"] = (SetupContext, discover)
    if plugin.send_messages is not None:
        methods["messages.send"] = (CallContext, send)
    if plugin.records is not None:
        from .store_methods import create_store_methods

        methods.update(create_store_methods(plugin.records))
    if plugin.hooks is not None:
        methods["ingress.handle"] = (CallContext, handle_hook)
    return methods


_ALIVE = {"state": "healthy", "rows": [{"id": "answers", "title": "The plugin answers", "status": "passed"}]}


async def _settle(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value


def _find(functions: Mapping[str, Any] | None, name: object, what: str) -> Any:
    found = functions.get(name) if functions is not None and isinstance(name, str) else None
    if found is None:
        raise WireRefusal(WireCode.INVALID_PARAMS, f"There is no such {what}")
    return found


def _read_message(params: dict[str, Any]) -> OutgoingMessage:
    since = params.get("maybeSentSince")
    return OutgoingMessage(
        communication=params["message"],
        attempt=params["attempt"],
        idempotency_key=params["idempotencyKey"],
        attachments=[
            AttachmentInfo(handle["id"], handle["contentType"], handle["title"], handle["size"])
            for handle in params["attachments"]
        ],
        maybe_sent_since=None if since is None else read_time(since),
    )


def _present_sent(sent: Sent | None) -> dict[str, Any]:
    result: dict[str, Any] = {"outcome": "accepted"}
    if sent is None:
        return result
    if sent.provider_id is not None:
        result["providerId"] = sent.provider_id
    if sent.reply is not None:
        result["reply"] = sent.reply
    if sent.refused:
        result["refused"] = list(sent.refused)
    return result


def read_time(text: str) -> datetime:
    """An RFC 3339 time; Python before 3.11 does not read the `Z` by itself."""
    from datetime import datetime

    return datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
