from pathlib import Path
from typing import Any

import pytest
from hilum.testing import TestCallError, sample_email, sample_sms

from hello_sender import plugin

MANIFEST = (Path(__file__).parents[1] / "hilum.json").read_text("utf-8")


async def test_says_hello_and_counts(hilum_host: Any) -> None:
    host = await hilum_host(plugin, manifest=MANIFEST)
    for _ in range(2):
        await host.send(sample_email())
    assert host.log[1]["text"] == "Hello! Attempt 1: 1 recipients, 17 characters."
    assert (await host.smoke("greet"))["rows"][0]["status"] == "passed"


async def test_refuses_nobody(hilum_host: Any) -> None:
    host = await hilum_host(plugin, manifest=MANIFEST)
    several = await host.send(sample_email(to=["ada@example.org", "nobody@example.org"]))
    assert several["refused"] == [{"recipient": 1, "reply": "550 unknown"}]
    assert (await host.send(sample_sms()))["providerId"].startswith("hello-")
    with pytest.raises(TestCallError) as caught:
        await host.send(sample_email(to="nobody@example.org"))
    assert caught.value.code == "provider.recipient"
