from __future__ import annotations

from base64 import b64decode
from datetime import datetime, timezone
from typing import Any

import pytest
from hilum import ProviderError
from hilum.testing import (
    TestAttachment,
    TestCallError,
    TestFetchAnswer,
    sample_email,
    sample_email_with_attachment,
    sample_fax,
    sample_sms,
)

from .conftest import SCOPE, OpenPlugin
from .stand_in import Endpoint

HOOK = "https://hilum.test/hooks/org.hilum.webhook-sender/default/receipt"


async def failure(asking: Any) -> dict[str, Any]:
    """How the plugin tells a failure, in the members that decide what happens next."""
    with pytest.raises(TestCallError) as caught:
        await asking
    return dict(caught.value.data)


async def test_hands_one_signed_event_to_the_endpoint_and_asks_for_its_receipt(open_plugin: OpenPlugin) -> None:
    endpoint = Endpoint()
    host = await open_plugin(endpoint)
    sent = await host.send({**sample_sms(), "id": "01KABE"})
    assert sent == {"outcome": "accepted", "providerId": "e-01KABE", "reply": "HTTP 202"}
    assert endpoint.messages() == [
        {
            "message": "01KABE",
            "channel": "sms",
            "recipients": [{"address": "+15005550100", "role": "to"}],
            "test": False,
            "text": "Your visit is tomorrow at nine.",
            "receiptUrl": HOOK,
        }
    ]
    [request] = endpoint.requests
    assert (request.path, request.request) == ("/hooks/in", "/{a}/{b}")


async def test_carries_subject_html_roles_and_attachments(open_plugin: OpenPlugin) -> None:
    endpoint = Endpoint()
    host = await open_plugin(endpoint, receipts=False)
    message = sample_email_with_attachment(html="<p>Grüße</p>", cc="ben@example.org")
    content = bytes(range(256)) * 300
    await host.send(message, attachments=[TestAttachment("b1", "application/pdf", "map.pdf", content)])
    await host.send(sample_fax())
    first, second = endpoint.messages()
    assert (first["subject"], first["html"], [one["role"] for one in first["recipients"]]) == (
        "Your visit",
        "<p>Grüße</p>",
        ["to", "cc"],
    )
    [file] = first["attachments"]
    assert (file["title"], file["contentType"], file["size"]) == ("map.pdf", "application/pdf", len(content))
    assert b64decode(file["base64"]) == content
    assert "receiptUrl" not in first
    assert second["channel"] == "fax"


async def test_sends_a_repeat_under_the_same_id_so_that_the_endpoint_drops_it(open_plugin: OpenPlugin) -> None:
    endpoint = Endpoint()
    host = await open_plugin(endpoint)
    for attempt, key in ((1, "key.with.stops"), (2, "key.with.stops"), (1, "k" * 250)):
        since = datetime.now(timezone.utc) if attempt == 2 else None
        await host.send(sample_sms(), idempotency_key=key, attempt=attempt, maybe_sent_since=since)
    identifiers = [request.headers["webhook-id"] for request in endpoint.requests]
    assert identifiers[0] == identifiers[1]
    assert all(identifier.startswith("sha256-") for identifier in identifiers)
    assert len(endpoint.messages()) == 2


async def test_says_that_attachments_are_too_large_before_it_reads_them(open_plugin: OpenPlugin) -> None:
    endpoint = Endpoint()
    host = await open_plugin(endpoint)
    large = [TestAttachment("b1", "application/pdf", "map.pdf", bytes(600_000))]
    said = await failure(host.send(sample_email_with_attachment(), attachments=large))
    assert (said["code"], said["sent"]) == ("provider.too_large", "no")
    nearly = [TestAttachment("b1", "application/pdf", "map.pdf", bytes(589_800))]
    said = await failure(host.send(sample_email_with_attachment(text="x" * 2000), attachments=nearly))
    assert said["code"] == "provider.too_large"
    assert endpoint.requests == []


async def test_tells_which_recipients_were_refused_and_takes_a_message_for_nobody_as_refused(
    open_plugin: OpenPlugin,
) -> None:
    endpoint = Endpoint()
    host = await open_plugin(endpoint)
    message = sample_email(to=["ada@example.org", "ben@example.org"])
    refused = [
        {"recipient": 1, "reason": "ben@example.org has no mailbox"},
        *({"recipient": strange} for strange in (2, -1, True, "0")),
    ]
    endpoint.behave(TestFetchAnswer(200, {"id": "1", "refused": refused}))
    assert (await host.send(message))["refused"] == [{"recipient": 1, "reply": "[address] has no mailbox"}]
    endpoint.behave(TestFetchAnswer(200, {"refused": [{"recipient": 0}, {"recipient": 1}]}))
    said = await failure(host.send(message))
    assert (said["code"], said["cause"]) == ("provider.recipient", "recipient")


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (
            TestFetchAnswer(401, {"message": "The signature is wrong"}),
            {
                "code": "provider.bad_credentials",
                "cause": "wrong_credential",
                "field": "/signingSecret",
                "sent": "no",
                "retry": "never",
                "reply": "HTTP 401: The signature is wrong",
            },
        ),
        (TestFetchAnswer(404), {"code": "provider.refused", "cause": "configuration", "field": "/path", "sent": "no"}),
        (TestFetchAnswer(422), {"code": "provider.refused", "cause": "other", "sent": "no", "retry": "never"}),
        (
            TestFetchAnswer(422, {"code": "recipient", "message": "+15005550100 is unknown"}),
            {
                "code": "provider.recipient",
                "cause": "recipient",
                "retry": "never",
                "reply": "HTTP 422: [number] is unknown",
            },
        ),
        (TestFetchAnswer(422, {"code": "sender"}), {"code": "provider.sender", "cause": "sender_not_verified"}),
        (TestFetchAnswer(413), {"code": "provider.too_large", "cause": "too_large", "sent": "no"}),
        (
            TestFetchAnswer(429, headers={"Retry-After": "2"}),
            {"code": "provider.quota", "cause": "quota", "retry": "later", "retryAfterMs": 2000, "sent": "no"},
        ),
        (
            TestFetchAnswer(503),
            {"code": "provider.temporary", "cause": "provider_down", "retry": "later", "sent": "no"},
        ),
        # Whether it took the message before it broke, it does not say.
        (TestFetchAnswer(500), {"code": "provider.temporary", "sent": "maybe"}),
        (TestFetchAnswer(504, "<html>"), {"code": "provider.temporary", "sent": "maybe"}),
        (
            TestFetchAnswer(200, "<html>Sign in</html>", {"Content-Type": "text/html"}),
            {"code": "provider.bad_answer", "sent": "maybe", "field": "/host"},
        ),
        (
            TestFetchAnswer(302, headers={"Location": "http://169.254.169.254/"}),
            {"code": "provider.redirected", "cause": "configuration", "sent": "no", "field": "/path"},
        ),
    ],
)
async def test_gives_every_refusal_a_cause_a_mend_and_a_place(
    open_plugin: OpenPlugin, answer: TestFetchAnswer, wanted: dict[str, Any]
) -> None:
    endpoint = Endpoint()
    endpoint.behave(answer)
    host = await open_plugin(endpoint)
    said = await failure(host.send(sample_sms()))
    assert {name: said.get(name) for name in wanted} == wanted
    assert said["fix"]
    assert "+15005550100" not in str(said) + str(host.log)


@pytest.mark.parametrize(
    ("code", "sent", "field"),
    [
        ("provider.timeout", "maybe", None),
        ("provider.unreachable", "no", "/host"),
        ("provider.certificate", "no", "/host"),
    ],
)
async def test_leads_what_the_host_met_to_the_setting_where_it_is_mended(
    open_plugin: OpenPlugin, code: Any, sent: Any, field: str | None
) -> None:
    def broken(_event: Any) -> TestFetchAnswer:
        raise ProviderError(code, sent=sent)

    endpoint = Endpoint()
    endpoint.behave(broken)
    said = await failure((await open_plugin(endpoint)).send(sample_sms()))
    assert (said["code"], said["sent"], said.get("field")) == (code, sent, field)


async def test_meets_a_grant_that_is_taken_back_a_deadline_and_a_budget_that_is_used_up(
    open_plugin: OpenPlugin,
) -> None:
    host = await open_plugin(Endpoint())
    host.faults.hang("http.fetch")
    said = await failure(host.send(sample_sms(), deadline_ms=50))
    assert (said["cause"], said["sent"]) == ("timeout", "maybe")
    host.faults.refuse("http.fetch", "lane.full", sent="no")
    assert (await failure(host.send(sample_sms())))["code"] == "lane.full"
    host.faults.deny(SCOPE)
    said = await failure(host.send(sample_sms()))
    assert (said["code"], said["sent"]) == ("policy.denied", "no")


async def test_takes_endpoints_at_every_path_that_its_settings_allow(open_plugin: OpenPlugin) -> None:
    for path in ("/", "/a", "/a/b-c/d.e/f_g/h~i/j"):
        endpoint = Endpoint()
        await (await open_plugin(endpoint, path=path)).send(sample_sms())
        assert endpoint.requests[0].path == path
