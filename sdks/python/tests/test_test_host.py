"""The test host refuses what the platform refuses."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

import pytest

from hilum import CallContext, EgressError, HostError, OutgoingMessage, ProviderError, Sent, define_plugin
from hilum.errors import PluginBadReply, PluginProtocol, RequestConflict, RequestInvalid
from hilum.testing import TestAttachment, TestCallError, create_test_host, sample_email, sample_email_with_attachment

MANIFEST = {
    "id": "com.example.mail",
    "name": "Mail",
    "capabilities": ["send_messages"],
    "scopes": [{"scope": "net:tcp://{config.host}:25", "reason": "Sends mail."}],
    "config": {
        "type": "object",
        "required": ["host"],
        "properties": {"host": {"type": "string", "format": "hostname"}, "retries": {"type": "integer", "default": 3}},
    },
    "smokeTests": [{"id": "quick", "title": "Quick"}, {"id": "real", "title": "Real", "live": True}],
}
SETTINGS = {"host": "mail.example.org"}


async def take(_message: OutgoingMessage, _ctx: CallContext) -> Sent:
    return Sent()


async def test_hands_over_settings_with_defaults_the_message_and_its_key(hilum_host: Any) -> None:
    seen: list[Any] = []

    async def send(message: OutgoingMessage, ctx: CallContext) -> Sent:
        seen.extend([dict(ctx.settings), message.communication["topic"]["text"], message.attempt])
        seen.extend([message.idempotency_key, message.maybe_sent_since, ctx.test_mode, ctx.instance, list(ctx.grants)])
        assert ctx.deadline > datetime.now(timezone.utc)
        assert not ctx.given_up
        return Sent(provider_id="p1")

    host = await hilum_host(define_plugin(manifest=MANIFEST, send_messages=send), settings=SETTINGS)
    since = datetime(2026, 1, 1, tzinfo=timezone.utc)
    sent = await host.send(sample_email(), idempotency_key="key-1", attempt=2, maybe_sent_since=since)
    assert sent == {"outcome": "accepted", "providerId": "p1"}
    assert seen == [
        {"host": "mail.example.org", "retries": 3},
        "Your visit",
        2,
        "key-1",
        since,
        False,
        "default",
        [],
    ]
    [record] = host.messages()
    assert (record.state, record.provider_id, record.idempotency_key) == ("sent", "p1", "key-1")


async def test_refuses_a_manifest_settings_grants_and_messages_that_the_platform_refuses(hilum_host: Any) -> None:
    plugin = define_plugin(send_messages=take)
    with pytest.raises(HostError, match="extra") as caught:
        await hilum_host(plugin, manifest={**MANIFEST, "extra": 1}, settings=SETTINGS)
    assert caught.value.code == "manifest.invalid"
    with pytest.raises(RequestInvalid, match="/host host is missing"):
        await hilum_host(plugin, manifest=MANIFEST)
    with pytest.raises(RequestInvalid, match="does not ask for"):
        await hilum_host(plugin, manifest=MANIFEST, settings=SETTINGS, grants=["net:tcp://evil.example:25"])
    host = await hilum_host(plugin, manifest=MANIFEST, settings=SETTINGS)
    with pytest.raises(HostError) as refused:
        await host.send({**sample_email(), "recipient": []})
    assert refused.value.code == "message.invalid"


async def test_does_not_start_a_plugin_that_lacks_a_method_of_its_capabilities(hilum_host: Any) -> None:
    with pytest.raises(PluginProtocol, match="does not answer messages.send"):
        await hilum_host(define_plugin(), manifest=MANIFEST, settings=SETTINGS)


async def test_refuses_an_answer_that_is_not_one(hilum_host: Any) -> None:
    async def send(_message: OutgoingMessage, _ctx: CallContext) -> Sent:
        return Sent(provider_id=5)  # type: ignore[arg-type]

    def health(_ctx: CallContext) -> Any:
        return {"state": "fine", "rows": []}

    host = await hilum_host(define_plugin(send_messages=send, health=health), manifest=MANIFEST, settings=SETTINGS)
    with pytest.raises(PluginBadReply, match="/providerId"):
        await host.send(sample_email())
    with pytest.raises(PluginBadReply, match="/state"):
        await host.health()


async def test_tells_a_provider_error_as_the_host_is_told(hilum_host: Any) -> None:
    async def send(_message: OutgoingMessage, _ctx: CallContext) -> Sent:
        raise ProviderError("provider.temporary", reply="451 later") from ValueError("inner secret")

    host = await hilum_host(define_plugin(send_messages=send), manifest=MANIFEST, settings=SETTINGS)
    with pytest.raises(TestCallError) as caught:
        await host.send(sample_email())
    assert caught.value.code == "provider.temporary"
    assert caught.value.data["cause"] == "provider_down"
    assert (caught.value.data["sent"], caught.value.data["retry"]) == ("no", "later")
    assert host.log == []


async def test_tells_a_bug_without_its_message_and_says_that_something_may_have_gone_out(
    hilum_host: Any,
) -> None:
    """threat 42: tells a bug without its message and says that something may have gone out."""

    async def send(_message: OutgoingMessage, _ctx: CallContext) -> Sent:
        raise KeyError("ada@example.org has no mailbox")

    host = await hilum_host(define_plugin(send_messages=send), manifest=MANIFEST, settings=SETTINGS)
    with pytest.raises(TestCallError) as caught:
        await host.send(sample_email())
    assert caught.value.data == {"code": "plugin.failed", "cause": "plugin", "sent": "maybe"}
    [line] = host.log
    assert line["level"] == "error"
    assert line["text"].startswith("messages.send failed: KeyError at send (")
    assert "ada@" not in str(host.log)


async def test_keeps_private_state_with_versions_in_sqlite(hilum_host: Any) -> None:
    seen: list[Any] = []

    async def send(_message: OutgoingMessage, ctx: CallContext) -> Sent:
        seen.append(await ctx.state.get("k"))
        seen.append([await ctx.state.put("k", "one"), await ctx.state.put("k", "two", version=1)])
        with pytest.raises(RequestConflict):
            await ctx.state.put("k", "three", version=1)
        seen.append(await ctx.state.get("k"))
        for bad in (("../k", "x"), ("k", "x" * 65_537)):
            with pytest.raises(RequestInvalid):
                await ctx.state.put(*bad)
        await ctx.state.delete("k")
        seen.append(await ctx.state.get("k"))
        return Sent()

    host = await hilum_host(define_plugin(send_messages=send), manifest=MANIFEST, settings=SETTINGS)
    await host.send(sample_email())
    assert seen == [None, [1, 2], ("two", 2), None]


async def test_gives_out_attachments_of_the_call_in_hand_only(hilum_host: Any) -> None:
    """threat 53: gives out attachments of the call in hand only."""
    kept: list[CallContext] = []

    async def send(message: OutgoingMessage, ctx: CallContext) -> Sent:
        kept.append(ctx)
        chunks = [len(chunk) async for chunk in ctx.attachments.read(message.attachments[0].id)]
        return Sent(reply=" ".join(map(str, chunks)))

    host = await hilum_host(define_plugin(send_messages=send), manifest=MANIFEST, settings=SETTINGS)
    attachments = [TestAttachment("b1", "application/pdf", "map.pdf", bytes(1_200_000))]
    sent = await host.send(sample_email_with_attachment(), attachments=attachments)
    assert sent["reply"] == "524288 524288 151424"
    with pytest.raises(HostError) as caught:
        async for _ in kept[0].attachments.read("b1"):
            pass
    assert caught.value.code == "blob.not_found"


async def test_takes_delivery_reports_for_messages_that_were_sent_and_no_others(hilum_host: Any) -> None:
    async def send(message: OutgoingMessage, ctx: CallContext) -> Sent:
        at = datetime.now(timezone.utc)
        await ctx.deliveries.update(message=message.communication["id"], state="delivered", at=at)
        with pytest.raises(HostError) as caught:
            await ctx.deliveries.update(message="other", state="delivered", at=at)
        assert caught.value.code == "policy.denied"
        with pytest.raises(RequestInvalid):
            await ctx.deliveries.update(
                message=message.communication["id"], state="delivered", at=at.replace(tzinfo=None)
            )
        return Sent()

    host = await hilum_host(define_plugin(send_messages=send), manifest=MANIFEST, settings=SETTINGS)
    await host.send(sample_email())
    assert len(host.deliveries) == 1


async def test_opens_no_connection_without_a_grant_nor_to_an_address_that_is_not_public(hilum_host: Any) -> None:
    reasons: list[str] = []

    async def send(_message: OutgoingMessage, ctx: CallContext) -> Sent:
        for port in (25, 26):
            with pytest.raises(EgressError) as caught:
                await ctx.connect("127.0.0.1", port)
            reasons.append(caught.value.reason)
        return Sent()

    plugin = define_plugin(send_messages=send)
    settings = {"host": "127.0.0.1"}
    scope = "net:tcp://{config.host}:25"
    await (await hilum_host(plugin, manifest=MANIFEST, settings=settings)).send(sample_email())
    await (await hilum_host(plugin, manifest=MANIFEST, settings=settings, grants=[scope])).send(sample_email())
    assert reasons == ["no_tunnel", "no_tunnel", "not_granted", "not_granted"]


async def test_leads_a_granted_connection_to_a_server(hilum_host: Any) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 " + await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    scope = f"net:tcp://{{config.host}}:{port}"

    async def send(_message: OutgoingMessage, ctx: CallContext) -> Sent:
        reader, writer = await ctx.connect("127.0.0.1", port)
        writer.write(b"EHLO\r\n")
        reply = (await reader.read()).decode()
        writer.close()
        return Sent(reply=reply)

    manifest = {**MANIFEST, "scopes": [{"scope": scope, "reason": "Sends mail."}]}
    host = await hilum_host(
        define_plugin(send_messages=send),
        manifest=manifest,
        settings={"host": "127.0.0.1"},
        grants=[scope],
        private_ranges=["127.0.0.0/8"],
    )
    assert (await host.send(sample_email()))["reply"] == "220 EHLO\r\n"
    server.close()


async def test_runs_smoke_tests_as_declared_and_setup_steps_that_exist(hilum_host: Any) -> None:
    plugin = define_plugin(
        send_messages=take,
        smoke_tests={
            "quick": lambda _ctx: [{"id": "q", "title": "Q", "status": "passed"}],
            "real": lambda ctx: [{"id": "r", "title": f"To {ctx.recipient}", "status": "passed"}],
        },
        setup={
            "try": lambda ctx: [{"id": "t", "title": f"{ctx.settings['host']} {ctx.recipient}", "status": "passed"}]
        },
        discover={"host": lambda ctx: [{"value": f"smtp.{ctx.settings['host']}", "title": "The usual one"}]},
    )
    host = await hilum_host(plugin, manifest=MANIFEST, settings=SETTINGS)
    assert len((await host.smoke("quick"))["rows"]) == 1
    assert (await host.smoke("real", recipient="a@example.org"))["rows"][0]["title"] == "To a@example.org"
    with pytest.raises(RequestInvalid, match="Only a live test"):
        await host.smoke("quick", recipient="a@example.org")
    assert (await host.check_setup("try", {"host": "b.example"}, recipient="x"))["rows"][0]["title"] == "b.example x"
    assert await host.discover("where", "host") == [{"value": "smtp.mail.example.org", "title": "The usual one"}]
    for asking in (host.check_setup("none"), host.discover("where", "retries")):
        with pytest.raises(TestCallError) as caught:
            await asking
        assert caught.value.wire_code == -32602


async def test_gets_one_handshake_only(hilum_host: Any) -> None:
    """threat 36: gets one handshake only."""
    host = await hilum_host(define_plugin(send_messages=take), manifest=MANIFEST, settings=SETTINGS)
    with pytest.raises(TestCallError) as caught:
        await host.request("initialize", {"protocol": "1"})
    assert caught.value.wire_code == -32600


async def test_is_closed_by_async_with_and_says_shutdown() -> None:
    ended: list[str] = []
    plugin = define_plugin(manifest=MANIFEST, send_messages=take, on_shutdown=lambda: ended.append("shutdown"))
    async with await create_test_host(plugin, settings=SETTINGS) as host:
        await host.health()
    assert ended == ["shutdown"]
