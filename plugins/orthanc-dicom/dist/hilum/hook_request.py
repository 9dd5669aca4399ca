"""Webhooks that are handed to a plugin."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from .methods import read_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class HookRequest:
    """A webhook whose signature the host has found right, and that is no copy of one that was handed over before.

    Vendors may send the same event again all the same, for instance after an answer that was lost: what it changes
    should be the same twice.

    - `hook`: id of the manifest's hook.
    - `query`: of the address, where the scheme signs it (`twilio`); else empty.
    - `headers`: `content-type` and those that begin with `x-` or `webhook-`, in lower case. Few schemes sign any of them.
    """

    __slots__ = ("content", "headers", "hook", "method", "query", "received_at")

    def __init__(
        self, hook: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes, received_at: datetime
    ) -> None:
        self.hook = hook
        self.method = "POST"
        self.query = query
        self.headers = headers
        self.content = content
        self.received_at = received_at

    @property
    def text(self) -> str:
        """The body as UTF-8 text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; raises a ValueError for any other."""
        return json.loads(self.text)

    def form(self) -> dict[str, str]:
        """The body as a form (`application/x-www-form-urlencoded`); of a name that stands twice, the first."""
        return dict(reversed(parse_qsl(self.text, keep_blank_values=True)))


class HookAnswer(NamedTuple):
    """What the vendor is answered; None and `HookAnswer()` are 200 without a body.

    `status` is 200 to 299, or 400 to 499; `content_type` is one of application/json, application/xml, text/plain and text/xml.
    """

    status: int | None = None
    text: str | None = None
    content_type: str = "text/plain"

    def present(self) -> dict[str, Any]:
        answer: dict[str, Any] = {} if self.status is None else {"status": self.status}
        if self.text is not None:
            answer["body"] = {"text": self.text, "contentType": self.content_type}
        return answer


def read_hook_request(params: Mapping[str, Any]) -> HookRequest:
    """The params of `ingress.handle`."""
    body = params["body"]
    content = body["text"].encode("utf-8") if "text" in body else b64decode(body["base64"])
    return HookRequest(params["hook"], params["query"], params["headers"], content, read_time(params["receivedAt"]))
