from __future__ import annotations

from typing import Any

import pytest

from hilum import CallContext, OutgoingMessage, ProviderError, Sent, define_plugin
from hilum.errors import DestinationInvalid, PolicyDenied, ProviderBadCredentials, ProviderResponseTooLarge
from hilum.testing import TestCallError, TestFetchAnswer, TestFetchRequest, sample_sms

SCOPE = "net:https://{config.host}:443"
MANIFEST = {
    "id": "com.example.sms",
    "name": "SMS",
    "capabilities": ["send_messages"],
    "scopes": [{"scope": SCOPE, "reason": "Hands over messages."}],
    "destinations": [
        {
            "id": "api",
            "title": "API",
            "scope": SCOPE,
            "requests": [
                {"method": "POST", "path": "/v1/accounts/{account}/messages"},
                {"method": "GET", "path": "/v1/accounts/{account}"},
            ],
            "auth": {"type": "basic", "username": "account", "password": "token"},
            "headers": ["prefer"],
            "responseBytesMax": 2048,
        }
    ],
    "config": {
        "type": "object",
        "required": ["host", "account"],
        "properties": {
            "host": {"type": "string", "format": "hostname"},
            "account": {"type": "string"},
            "token": {"type": "string", "secret": True},
        },
    },
}
SETTINGS = {"host": "api.example.org", "account": "AC1", "token": "s3cret-token"}


async def send(_message: OutgoingMessage, ctx: CallContext) -> Sent:
    path = f"/v1/accounts/{ctx.settings['account']}/messages"
    answer = await ctx.fetch("api", path, method="POST", form={"To": "+1", "Body": "Hi"})
    return Sent(provider_id=answer.json()["sid"])


async def open_host(hilum_host: Any, act: Any = send, **options: Any) -> Any:
    given = {"manifest": MANIFEST, "settings": SETTINGS, "grants": [SCOPE], **options}
    return await hilum_host(define_plugin(send_messages=act), **given)


async def test_asks_the_scripted_provider_what_the_manifest_declares_and_reads_its_answer(hilum_host: Any) -> None:
    def provider(request: TestFetchRequest) -> TestFetchAnswer:
        assert request.body is not None
        return TestFetchAnswer(201, {"sid": f"{request.method} {request.request} {request.body.text}"})

    host = await open_host(hilum_host, on_fetch=provider)
    sent = await host.send(sample_sms())
    assert sent["providerId"] == "POST /v1/accounts/{account}/messages To=%2B1&Body=Hi"
    [made] = host.fetches
    assert made.headers == {"content-type": "application/x-www-form-urlencoded"}


async def test_keeps_the_held_secret_out_of_settings_and_tells_that_it_is_set(hilum_host: Any) -> None:
    """threat 98: keeps the held secret out of settings and tells that it is set."""
    seen: list[Any] = []

    async def look(_message: OutgoingMessage, ctx: CallContext) -> Sent:
        seen.append([dict(ctx.settings), list(ctx.secrets_held)])
        return Sent()

    def judge(ctx: CallContext) -> list[Any]:
        seen.append([dict(ctx.settings), list(ctx.secrets_held)])
        return []

    plugin = define_plugin(send_messages=look, check_settings=judge)
    host = await hilum_host(plugin, manifest=MANIFEST, settings=SETTINGS)
    await host.send(sample_sms())
    await host.check_settings({**SETTINGS, "token": "another"})
    shown = [{"host": "api.example.org", "account": "AC1"}, ["token"]]
    assert seen == [shown, shown]


@pytest.mark.parametrize(
    ("path", "options", "grants", "error"),
    [
        ("/v1/else", {}, [SCOPE], DestinationInvalid),
        ("/v1/accounts/../x", {}, [SCOPE], DestinationInvalid),
        ("/v1/accounts/AC1", {"headers": {"authorization": "Bearer x"}}, [SCOPE], DestinationInvalid),
        ("/v1/accounts/AC1", {"text": "a GET has none"}, [SCOPE], DestinationInvalid),
        ("/v1/accounts/AC1/messages", {"method": "POST", "text": "x" * 786_433}, [SCOPE], DestinationInvalid),
        ("/v1/accounts/AC1", {}, [], PolicyDenied),
    ],
)
async def test_refuses_what_is_not_declared_or_not_granted_and_says_that_nothing_went_out(
    hilum_host: Any, path: str, options: dict[str, Any], grants: list[str], error: type[ProviderError]
) -> None:
    """threat 96: refuses what is not declared or not granted and says that nothing went out."""

    async def act(_message: OutgoingMessage, ctx: CallContext) -> Sent:
        with pytest.raises(error) as caught:
            await ctx.fetch("api", path, **options)
        assert caught.value.data["sent"] == "no"
        return Sent()

    host = await open_host(hilum_host, act, grants=grants)
    await host.send(sample_sms())
    assert host.fetches == []


async def test_refuses_a_request_whose_secret_is_not_set_and_an_answer_larger_than_declared(hilum_host: Any) -> None:
    async def act(_message: OutgoingMessage, ctx: CallContext) -> Sent:
        with pytest.raises((ProviderBadCredentials, ProviderResponseTooLarge)) as caught:
            await ctx.fetch("api", "/v1/accounts/AC1")
        return Sent(reply=caught.value.code)

    bare = await open_host(hilum_host, act, settings={"host": "api.example.org", "account": "AC1"})
    assert (await bare.send(sample_sms()))["reply"] == "provider.bad_credentials"
    large = await open_host(hilum_host, act, on_fetch=lambda _request: TestFetchAnswer(200, "x" * 2049))
    assert (await large.send(sample_sms()))["reply"] == "provider.response_too_large"


@pytest.mark.parametrize(
    ("answer", "code", "sent"),
    [
        (ProviderError("provider.timeout", sent="maybe"), "provider.timeout", "maybe"),
        (TestFetchAnswer(302, headers={"Location": "https://evil.example/"}), "provider.redirected", "maybe"),
        (TestFetchAnswer(200, "<html>Sign in</html>"), "provider.bad_answer", "maybe"),
        (ProviderError("provider.unreachable"), "provider.unreachable", "no"),
    ],
)
async def test_hands_on_what_the_host_met(hilum_host: Any, answer: Any, code: str, sent: str) -> None:
    """threat 91: hands on what the host met."""

    def provider(_request: TestFetchRequest) -> TestFetchAnswer:
        if isinstance(answer, ProviderError):
            raise answer
        assert isinstance(answer, TestFetchAnswer)
        return answer

    host = await open_host(hilum_host, on_fetch=provider)
    with pytest.raises(TestCallError) as caught:
        await host.send(sample_sms())
    assert (caught.value.data["code"], caught.value.data["sent"]) == (code, sent)


async def test_shows_a_plugin_only_the_headers_that_the_host_passes_on(hilum_host: Any) -> None:
    async def act(_message: OutgoingMessage, ctx: CallContext) -> Sent:
        answer = await ctx.fetch("api", "/v1/accounts/AC1", query={"a": ["1", "2"]}, headers={"Prefer": "wait=5"})
        assert (answer.ok, answer.content, dict(answer.headers)) == (True, b"\xff", {"retry-after": "5"})
        return Sent()

    headers = {"Retry-After": "5", "Set-Cookie": "a=b"}
    host = await open_host(hilum_host, act, on_fetch=lambda _request: TestFetchAnswer(200, b"\xff", headers))
    await host.send(sample_sms())
