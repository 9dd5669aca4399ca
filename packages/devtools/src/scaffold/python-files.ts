import { sdkVersions } from "@hilum/contract";
import type { ScaffoldChoice, ScaffoldFile } from "@hilum/contract/api";
import { readme } from "./readme.ts";
import { scaffoldManifest, scaffoldSubject } from "./scaffold-manifest.ts";

/** A plugin in Python: the same plugin as the one in TypeScript, with the SDK \`hilum\`. */
export function pythonFiles(choice: ScaffoldChoice): ScaffoldFile[] {
  return [
    { path: "hilum.json", purpose: "What the plugin is, provides and asks for.", text: scaffoldManifest(choice) },
    { path: "main.py", purpose: "The program that Hilum starts.", text: main },
    { path: "plugin.py", purpose: "What the plugin does: call your provider here.", text: plugin },
    { path: "test_plugin.py", purpose: "Its tests, by the rules of the real host.", text: test },
    { path: "conformance.json", purpose: "What the conformance cases need to know.", text: scaffoldSubject },
    { path: "pyproject.toml", purpose: "Name, language and dependencies.", text: project(choice) },
    { path: "README.md", purpose: "How to work on it.", text: readme(choice) },
  ];
}

const main = `from hilum import serve

from plugin import plugin

serve(plugin)
`;

const plugin = `"""What the plugin does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hilum import ProviderError, Sent, contact_points, define_plugin

if TYPE_CHECKING:
    from hilum import CallContext, Evidence, OutgoingMessage, SmokeTestContext


async def send_messages(message: OutgoingMessage, ctx: CallContext) -> Sent:
    recipients = contact_points(message.communication)
    # Your provider is called here. Until then everybody is taken but "nobody", so that both ends can be tried.
    refused = [index for index, point in enumerate(recipients) if point.value.startswith("nobody")]
    if len(refused) == len(recipients):
        raise ProviderError("provider.recipient")
    # How many, never who: a log is no place for a person.
    ctx.log.info(f"{ctx.settings['sender']}: {len(recipients) - len(refused)} taken")
    return Sent(
        provider_id=message.idempotency_key,
        refused=[{"recipient": index, "reply": "unknown"} for index in refused],
    )


def sender_is_set(ctx: SmokeTestContext) -> list[Evidence]:
    if ctx.settings["sender"] != "":
        return [{"id": "sender", "title": "A sender is set", "status": "passed"}]
    mend = "Enter a sender in Settings."
    return [{"id": "sender", "title": "A sender is set", "status": "failed", "fix": mend, "field": "/sender"}]


plugin = define_plugin(
    manifest=Path(__file__).with_name("hilum.json").read_text(encoding="utf-8"),
    send_messages=send_messages,
    smoke_tests={"sender": sender_is_set},
)
`;

const test = `from __future__ import annotations

import json
from typing import Any

import pytest
from hilum.testing import TestCallError, sample_email

from plugin import plugin


async def test_takes_a_message(hilum_host: Any) -> None:
    host = await hilum_host(plugin)
    sent = await host.send(sample_email())
    assert sent["outcome"] == "accepted"


async def test_says_whom_it_could_not_reach_in_the_platforms_words(hilum_host: Any) -> None:
    host = await hilum_host(plugin)
    with pytest.raises(TestCallError) as caught:
        await host.send(sample_email(to="nobody@example.org"))
    assert caught.value.code == "provider.recipient"


async def test_writes_no_recipient_into_its_log(hilum_host: Any) -> None:
    host = await hilum_host(plugin)
    await host.send(sample_email(to="ada@example.org"))
    assert len(host.log) == 1
    assert "ada" not in json.dumps(list(host.log))


async def test_passes_its_smoke_test(hilum_host: Any) -> None:
    host = await hilum_host(plugin)
    rows = (await host.smoke("sender"))["rows"]
    assert [row["status"] for row in rows] == ["passed"]
`;

function project({ id, name }: ScaffoldChoice): string {
  return `[project]
name = ${JSON.stringify(id.replaceAll(".", "-"))}
version = "0.1.0"
description = ${JSON.stringify(name)}
requires-python = ">=3.10"
dependencies = ["hilum==${sdkVersions.current}"]

[project.optional-dependencies]
test = ["pytest", "pytest-asyncio"]

[tool.pytest.ini_options]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
addopts = "-p hilum.testing.fixtures"
pythonpath = ["."]
`;
}
