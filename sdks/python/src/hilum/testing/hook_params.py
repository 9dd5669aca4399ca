"""What the host hands over of a webhook, or its refusal of one that no vendor could make."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..errors import HostError
from ..rules.ingress import HOOK_BYTES_MAX, hooks_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_HEADERS = re.compile(r"content-type\Z|x-|webhook-")


def hook_params(
    manifest: Mapping[str, Any],
    hook: str,
    received_at: datetime,
    *,
    json_body: Any = None,
    form: Mapping[str, str] | None = None,
    content: str | bytes = b"",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    declared = next((one for one in hooks_of(manifest) if one["id"] == hook), None)
    if declared is None:
        raise HostError("hook.not_found", detail=f"The manifest declares no hook {hook}")
    body, content_type = _encode(json_body, form, content)
    if len(body) > declared.get("bytesMax", HOOK_BYTES_MAX):
        raise HostError("request.body_too_large")
    sent = {} if content_type is None else {"content-type": content_type}
    sent.update(headers or {})
    return {
        "hook": hook,
        "method": "POST",
        "query": dict(query or {}) if declared["signature"]["scheme"] == "twilio" else {},
        "headers": {name: value for name, value in sent.items() if _HEADERS.match(name)},
        "body": _present(body),
        "receivedAt": received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _encode(json_body: Any, form: Mapping[str, str] | None, content: str | bytes) -> tuple[bytes, str | None]:
    if json_body is not None:
        return json.dumps(json_body, ensure_ascii=False).encode("utf-8"), "application/json"
    if form is not None:
        return urlencode(form).encode("ascii"), "application/x-www-form-urlencoded"
    return (content.encode("utf-8") if isinstance(content, str) else content), None


def _present(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode("ascii")}
