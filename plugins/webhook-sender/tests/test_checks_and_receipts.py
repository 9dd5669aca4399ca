from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hilum.testing import TestCallError, TestFetchAnswer, sample_event, sample_sms

from webhook_sender.signature import sign, webhook_id

from .conftest import OpenPlugin
from .stand_in import Endpoint

VECTORS = Path(__file__).resolve().parents[3] / "conformance" / "vectors" / "signatures.json"


def test_signs_as_the_hosts_own_code_does() -> None:
    cases = json.loads(VECTORS.read_text("utf-8"))["cases"]
    assert cases
    for case in cases:
        assert sign(case["key"], case["id"], case["seconds"], case["body"]) == case["headers"]


def test_an_id_holds_nothing_that_could_pass_for_another_part_of_what_is_signed() -> None:
    assert webhook_id("01KABE") == "01KABE"
    for key in ("a.b", "a b", "ü", "", "x" * 201):
        assert webhook_id(key).startswith("sha256-")
        assert "." not in webhook_id(key)


def rows_of(result: Any) -> dict[str, Any]:
    return {row["id"]: row for row in result["rows"]}


async def test_a_good_endpoint_passes_with_evidence(open_plugin: OpenPlugin) -> None:
    endpoint = Endpoint()
    host = await open_plugin(endpoint)
    rows = rows_of(await host.smoke("endpoint"))
    assert [row["status"] for row in rows.values()] == ["passed", "passed"]
    assert rows["signature"]["detail"] == "It answered with status 202."
    assert rows["wrong-signature"]["detail"] == "It answered with status 401."
    assert all(row["durationMs"] >= 0 for row in rows.values())
    assert endpoint.messages() == [], "a check sends nobody a message"
    assert rows_of(await host.check_setup("signature"))["signature"]["status"] == "passed"
    assert (await host.health())["state"] == "healthy"


async def test_an_endpoint_that_checks_no_signature_is_warned_of(open_plugin: OpenPlugin) -> None:
    host = await open_plugin(Endpoint(lenient=True))
    row = rows_of(await host.check_setup("try"))["wrong-signature"]
    assert (row["status"], row["actual"]) == ("warning", "Status 202.")
    assert "anybody can send" in row["fix"]


async def test_a_wrong_secret_is_found_and_led_to_its_field(open_plugin: OpenPlugin) -> None:
    host = await open_plugin(Endpoint(), signingSecret="whsec_" + "A" * 32)
    rows = rows_of(await host.smoke("endpoint"))
    assert rows["signature"]["status"] == "failed"
    assert (rows["signature"]["cause"], rows["signature"]["field"]) == ("wrong_credential", "/signingSecret")
    assert rows["signature"]["reply"] == "HTTP 401: The signature is wrong"
    assert rows["wrong-signature"]["status"] == "skipped"
    assert (await host.health())["state"] == "failing"


async def test_a_real_message_is_tried_with_whom_somebody_named(open_plugin: OpenPlugin) -> None:
    endpoint = Endpoint()
    host = await open_plugin(endpoint)
    assert rows_of(await host.smoke("send", recipient="ada@example.org"))["send"]["status"] == "passed"
    result = await host.check_setup("receipt", recipient="+15005550100")
    assert rows_of(result)["send"]["detail"] == "The endpoint answered: HTTP 202."
    assert [message["channel"] for message in endpoint.messages()] == ["email", "sms"]
    assert rows_of(await host.check_setup("live"))["send"]["cause"] == "configuration"


async def test_says_of_settings_whether_receipts_can_come(open_plugin: OpenPlugin) -> None:
    host = await open_plugin(Endpoint())
    assert rows_of(await host.check_settings())["receipts"]["status"] == "passed"
    quiet = await open_plugin(Endpoint(), receipts=False)
    assert rows_of(await quiet.check_settings())["receipts"]["status"] == "skipped"


async def test_a_receipt_tells_what_became_of_a_message(open_plugin: OpenPlugin) -> None:
    host = await open_plugin(Endpoint())
    for message in ("m1", "m2"):
        await host.send({**sample_sms(), "id": message})
    delivered = sample_event("message.delivered", {"message": "m1"})
    assert await host.deliver("receipt", json=delivered) == {"status": 204}
    failed = sample_event("message.failed", {"message": "m2", "reason": "+15005550100 is off"})
    assert await host.deliver("receipt", json={**failed, "timestamp": "2999-01-01T00:00:00Z"}) == {"status": 204}
    first, second = host.deliveries
    assert (first["message"], first["state"], first["at"]) == ("m1", "delivered", "2026-03-02T08:15:00+00:00")
    assert (second["state"], second["cause"], second["reply"]) == ("failed", "other", "[number] is off")
    assert not second["at"].startswith("2999"), "clocks differ: nothing has happened in the future"
    assert [record.state for record in host.messages()] == ["delivered", "failed"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"json": sample_event("message.delivered", {"message": "another"})}, 404),
        ({"json": sample_event("message.opened", {"message": "m1"})}, 204),
        ({"json": sample_event("message.delivered")}, 400),
        ({"json": {"type": "message.delivered", "data": [1]}}, 400),
        ({"json": ["message.delivered"]}, 204),
        ({"content": "]["}, 400),
        ({"content": b"\xff\x00"}, 400),
        ({}, 400),
    ],
)
async def test_answers_a_receipt_that_it_cannot_use(open_plugin: OpenPlugin, body: Any, status: int) -> None:
    host = await open_plugin(Endpoint())
    answer = await host.deliver("receipt", **body)
    assert answer.get("status") == status
    assert host.deliveries == []


async def test_an_unknown_check_is_refused(open_plugin: OpenPlugin) -> None:
    endpoint = Endpoint()
    endpoint.behave(TestFetchAnswer(500), "hilum.ping")
    host = await open_plugin(endpoint)
    assert rows_of(await host.smoke("endpoint"))["signature"]["cause"] == "provider_down"
    with pytest.raises(TestCallError) as caught:
        await host.check_setup("no-such-step")
    assert caught.value.wire_code == -32602
