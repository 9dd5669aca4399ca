"""An endpoint as one would be built at a clinic: it checks signatures, drops repeats, and answers as it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from hilum.testing import TestFetchAnswer, TestFetchRequest

SECRET = "whsec_" + b64encode(b"a secret of both sides, 32 bytes").decode()
RECEIPT_SECRET = "whsec_" + b64encode(b"another secret of 24 byt").decode()

Answer = Callable[[dict[str, Any]], TestFetchAnswer]


class Endpoint:
    """`behave` replaces its answer to events of a kind; `lenient` takes any signature."""

    def __init__(self, *, secret: str = SECRET, lenient: bool = False) -> None:
        self._key = b64decode(secret.removeprefix("whsec_"))
        self._lenient = lenient
        self._answers: dict[str, Answer] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.requests: list[TestFetchRequest] = []

    def behave(self, answer: Answer | TestFetchAnswer, kind: str = "message.send") -> None:
        self._answers[kind] = (lambda _event: answer) if isinstance(answer, TestFetchAnswer) else answer

    def __call__(self, request: TestFetchRequest) -> TestFetchAnswer:
        self.requests.append(request)
        assert request.body is not None
        if not self._lenient and not self._is_right(request.headers, request.body.content):
            return TestFetchAnswer(401, {"message": "The signature is wrong"})
        event: dict[str, Any] = json.loads(request.body.content)
        answer = self._answers.get(event["type"])
        if answer is not None:
            return answer(event)
        identifier = request.headers["webhook-id"]
        repeated = identifier in self.events
        self.events.setdefault(identifier, event)
        return TestFetchAnswer(200 if repeated else 202, {"id": f"e-{identifier}"})

    def messages(self) -> list[dict[str, Any]]:
        return [event["data"] for event in self.events.values() if event["type"] == "message.send"]

    def _is_right(self, headers: Any, body: bytes) -> bool:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(headers["webhook-signature"], f"v1,{expected}")
