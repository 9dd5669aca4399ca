from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from hilum import (
    CallContext,
    HookAnswer,
    HookRequest,
    LinkClosedError,
    OutgoingMessage,
    ProviderError,
    Sent,
    define_plugin,
)
from hilum.errors import HookNotFound, HostError, PluginBadReply, PluginProtocol, RequestBodyTooLarge, RequestInvalid
from hilum.protocol.limits import WireCode
from hilum.testing import TestCallError, TestFetchAnswer, sample_event, sample_messages, sample_sms
from hilum.testing.host_lanes import present_host_error

if TYPE_CHECKING:
    from collections.abc import Callable

SCOPE = "net:https://api.example.org:443"
MANIFEST = {
    "id": "com.example.callbacks",
    "name": "Callbacks",
    "capabilities": ["send_messages"],
    "scopes": [{"scope": SCOPE, "reason": "Hands over messages."}],
    "destinations": [
        {"id": "api", "title": "API", "scope": SCOPE, "requests": [{"method": "POST", "path": "/messages"}]}
    ],
    "config": {
        "type": "object",
        "properties": {
            "token": {"type": "string", "secret": True},
            "unset": {"type": "string", "secret": True},
            "password": {"type": "string", "secret": True},
        },
    },
    "ingress": {
        "http": [
            {"id": "status", "title": "Status", "signature": {"scheme": "twilio", "secret": "token"}},
            {
                "id": "events",
                "title": "Events",
                "signature": {"scheme": "standard-webhooks", "secret": "unset"},
                "bytesMax": 100,
            },
        ]
    },
}
SETTINGS = {"token": "held", "password": "given"}


async def send(message: OutgoingMessage, ctx: CallContext) -> Sent:
    await ctx.state.put("last", message.idempotency_key)
    answer = await ctx.fetch("api", "/messages", method="POST", json={"id": message.idempotency_key})
    return Sent(provider_id=answer.json()["id"])


async def open_host(hilum_host: Any, hooks: Any = None, **options: Any) -> Any:
    handlers = hooks or {"status": lambda _request, _ctx: None, "events": lambda _request, _ctx: None}
    given = {
        "manifest": MANIFEST,
        "settings": SETTINGS,
        "grants": [SCOPE],
        "on_fetch": lambda request: TestFetchAnswer(200, request.body.json()),
        **options,
    }
    return await hilum_host(define_plugin(send_messages=send, hooks=handlers), **given)


async def test_hooks_get_a_request_as_it_came_and_answer_it(hilum_host: Any) -> None:
    seen: list[Any] = []

    async def status(request: HookRequest, ctx: CallContext) -> HookAnswer:
        seen.append([request.hook, request.method, dict(request.query), dict(request.headers), request.form()])
        seen.append([dict(ctx.settings), list(ctx.secrets_held), ctx.hooks["events"]])
        return HookAnswer(202, "<Response/>", "text/xml")

    host = await open_host(hilum_host, {"status": status, "events": lambda request, _ctx: seen.append(request.content)})
    answer = await host.deliver(
        "status",
        form={"MessageSid": "SM1", "Body": "Grüße"},
        query={"message": "01K"},
        headers={"cookie": "a", "x-twilio-signature": "s"},
    )
    assert answer == {"status": 202, "body": {"text": "<Response/>", "contentType": "text/xml"}}
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "s"}
    assert seen[0] == ["status", "POST", {"message": "01K"}, headers, {"MessageSid": "SM1", "Body": "Grüße"}]
    address = "https://hilum.test/hooks/com.example.callbacks/default/events"
    assert seen[1] == [{"password": "given"}, ["token"], address]
    assert await host.deliver("events", content=b"\xff", query={"role": "admin"}) == {}
    assert seen[2] == b"\xff"


async def test_hooks_are_refused_what_the_host_refuses(hilum_host: Any) -> None:
    def fail(_request: HookRequest, _ctx: CallContext) -> None:
        raise ProviderError("provider.temporary")

    hooks = {"status": lambda request, _ctx: HookAnswer(302) if request.text == "" else request.json(), "events": fail}
    host = await open_host(hilum_host, hooks)
    with pytest.raises(HookNotFound):
        await host.deliver("absent")
    with pytest.raises(RequestBodyTooLarge):
        await host.deliver("events", content="x" * 101)
    with pytest.raises(PluginBadReply, match="/status"):
        await host.deliver("status")
    for asking, code in (
        (host.deliver("events", json=sample_event("a")), "provider.temporary"),
        (host.deliver("status", content="{"), "plugin.failed"),
    ):
        with pytest.raises(TestCallError) as caught:
            await asking
        assert caught.value.code == code
    with pytest.raises(TestCallError) as unknown:
        await host.request("ingress.handle", {"hook": "__class__"})
    assert unknown.value.wire_code == -32602


async def test_hooks_are_a_promise(hilum_host: Any) -> None:
    with pytest.raises(PluginProtocol, match="does not answer ingress.handle"):
        await hilum_host(define_plugin(send_messages=send), manifest=MANIFEST, settings=SETTINGS)


async def test_a_hanging_lane_runs_the_call_to_its_deadline(hilum_host: Any) -> None:
    host = await open_host(hilum_host)
    host.faults.hang("http.fetch")
    with pytest.raises(TestCallError) as caught:
        await host.send(sample_sms(), deadline_ms=50)
    assert caught.value.wire_code == -32002
    assert (caught.value.data["cause"], caught.value.data["sent"]) == ("timeout", "maybe")
    assert (await host.send(sample_sms()))["outcome"] == "accepted", "a fault strikes once"


async def test_a_scope_that_is_taken_back_is_denied_from_then_on(hilum_host: Any) -> None:
    host = await open_host(hilum_host)
    await host.send(sample_sms())
    host.faults.deny(SCOPE)
    with pytest.raises(TestCallError) as caught:
        await host.send(sample_sms())
    assert (caught.value.code, caught.value.data["sent"]) == ("policy.denied", "no")


async def test_a_lane_refuses_by_a_code_of_the_catalogue(hilum_host: Any) -> None:
    host = await open_host(hilum_host)
    host.faults.refuse("http.fetch", "agreement.missing", sent="no")
    host.faults.refuse("state.put", "data.no_space")
    with pytest.raises(TestCallError) as full:
        await host.send(sample_sms())
    assert (full.value.code, full.value.data["reply"]) == ("plugin.failed", "data.no_space")
    with pytest.raises(TestCallError) as missing:
        await host.send(sample_sms())
    assert missing.value.code == "agreement.missing"


async def test_a_link_that_drops_ends_the_call_as_unknown(hilum_host: Any) -> None:
    host = await open_host(hilum_host)
    host.faults.drop_link_at("http.fetch")
    with pytest.raises(LinkClosedError):
        await host.send(sample_sms())
    [record] = host.messages()
    assert record.state == "failed"
    other = await open_host(hilum_host)
    asking = asyncio.ensure_future(other.health())
    other.faults.drop_link()
    with pytest.raises(LinkClosedError):
        await asking


async def test_a_refused_lane_is_told_in_the_wire_codes_of_the_platform(hilum_host: Any) -> None:
    host = await open_host(hilum_host)
    for code, wire_code in (
        ("lane.full", WireCode.FULL),
        ("policy.denied", WireCode.DENIED),
        ("policy.failed", WireCode.DENIED),
        ("server.internal", WireCode.INTERNAL),
        ("request.conflict", WireCode.FAILED),
    ):
        known: Any = code
        assert present_host_error(HostError(known))["code"] == wire_code
    host.faults.refuse("http.fetch", "lane.full", retry_after_ms=2000)
    with pytest.raises(TestCallError) as full:
        await host.send(sample_sms())
    assert full.value.code == "lane.full"
    assert (full.value.data["sent"], full.value.data["retryAfterMs"]) == ("no", 2000)


async def test_a_fault_that_could_never_strike_is_refused(hilum_host: Any) -> None:
    faults = (await open_host(hilum_host)).faults
    plants: list[Callable[[], None]] = [
        lambda: faults.hang("log"),
        lambda: faults.hang("http.post"),
        lambda: faults.drop_link_at("messages.send"),
        lambda: faults.refuse("http.fetch", "lane.closed"),
        lambda: faults.refuse("state.put", "data.no_space", sent="maybe"),
        lambda: faults.deny("net:tcp://localhost:25"),
    ]
    for plant in plants:
        with pytest.raises(RequestInvalid):
            plant()


@pytest.mark.parametrize("channel", [None, "email", "sms", "fax"])
async def test_the_fixtures_of_the_developer_tools_can_be_sent(hilum_host: Any, channel: Any) -> None:
    host = await open_host(hilum_host)
    samples = sample_messages(channel)
    assert samples
    for sample in samples:
        assert channel is None or sample.id.startswith(channel)
        assert (await host.send(sample.communication))["outcome"] == "accepted"
