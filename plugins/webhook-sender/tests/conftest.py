from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hilum.testing import TestHost

from webhook_sender.plugin import create_plugin

from .stand_in import RECEIPT_SECRET, SECRET

MANIFEST = (Path(__file__).resolve().parents[1] / "hilum.json").read_text("utf-8")
SCOPE = "net:https://{config.host}:{config.port}"

OpenPlugin = Callable[..., Awaitable[TestHost]]

# As the installed package brings it by its entry point.
pytest_plugins = ["hilum.testing.fixtures"]


@pytest.fixture
def open_plugin(hilum_host: Any) -> OpenPlugin:
    """The plugin beside an endpoint, under the platform's rules; `settings` change the usual ones."""

    async def open_with(endpoint: Any, **settings: Any) -> TestHost:
        values = {
            "host": "messages.example.org",
            "path": "/hooks/in",
            "signingSecret": SECRET,
            "receipts": True,
            "receiptSecret": RECEIPT_SECRET,
            **settings,
        }
        if not values["receipts"]:
            del values["receiptSecret"]
        host: TestHost = await hilum_host(
            create_plugin(), manifest=MANIFEST, settings=values, grants=[SCOPE], on_fetch=endpoint
        )
        return host

    return open_with
