"""Gives every refusal one cause, a next step and the endpoint's own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from hilum import ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hilum import CauseClass, ProviderErrorCode


class Explanation(NamedTuple):
    code: ProviderErrorCode
    cause: CauseClass | None = None
    field: str | None = None
    fix: str | None = None


_CREDENTIALS = Explanation(
    "provider.bad_credentials",
    field="/signingSecret",
    fix="Enter the signing secret that the endpoint knows, and set the clocks of both sides right.",
)
_PATH = Explanation(
    "provider.refused",
    cause="configuration",
    field="/path",
    fix="Correct the path: the endpoint takes no messages there.",
)
_REFUSED = Explanation("provider.refused", fix="Read the endpoint's reply.")
_TEMPORARY = Explanation("provider.temporary")
_STATUSES = {
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    404: _PATH,
    405: _PATH,
    410: _PATH,
    413: Explanation("provider.too_large", fix="Send smaller attachments, or let the endpoint take larger requests."),
    429: Explanation(
        "provider.quota", fix="The endpoint takes fewer messages than are sent. Hilum slows down by itself."
    ),
}
# What an endpoint may write into `code` of its answer, to say more than a status can.
_CODES = {
    "recipient": Explanation("provider.recipient"),
    "sender": Explanation(
        "provider.sender", field="/host", fix="Read the endpoint's reply: it does not send for this account."
    ),
    "too_large": _STATUSES[413],
    "quota": _STATUSES[429],
    "signature": _CREDENTIALS,
    "temporary": _TEMPORARY,
}
# It broke while it had the message: whether it took it, it does not say itself.
_BROKE_INSIDE = frozenset({408, 500, 502, 504})


def explain_refusal(status: int, body: Mapping[str, Any], retry_after: str | None) -> ProviderError:
    """An answer of 400 or more. Nothing went out, unless the endpoint broke while it had the message."""
    code = body.get("code")
    known = _CODES.get(code) if isinstance(code, str) else None
    explanation = known or _STATUSES.get(status) or (_TEMPORARY if status >= 500 or status == 408 else _REFUSED)
    message = body.get("message")
    words = f"HTTP {status}: {message}" if isinstance(message, str) else f"HTTP {status}"
    return ProviderError(
        explanation.code,
        cause=explanation.cause,
        field=explanation.field,
        fix=explanation.fix,
        sent="maybe" if status in _BROKE_INSIDE and known is None else "no",
        retry_after_ms=_milliseconds(retry_after),
        reply=redact(words),
    )


def _milliseconds(retry_after: str | None) -> float | None:
    if retry_after is None or re.fullmatch(r"[0-9]{1,6}", retry_after) is None:
        return None
    return min(int(retry_after) * 1000, 86_400_000)


def explain_failure_at_host(error: ProviderError) -> ProviderError:
    """What the host met before there was an answer, led to the setting where it is mended."""
    if error.code not in ("provider.redirected", "provider.certificate", "provider.unreachable", "provider.bad_answer"):
        return error
    # Who is sent elsewhere has handed nothing over.
    sent = "no" if error.code == "provider.redirected" else error.data.get("sent", "maybe")
    return ProviderError(
        error.code,
        sent=sent,
        retry=error.data.get("retry"),
        retry_after_ms=error.retry_after_ms,
        field="/path" if error.code == "provider.redirected" else "/host",
        fix=error.data.get("fix"),
        detail=error.detail,
    )


def redact(words: str) -> str:
    """An endpoint may repeat whom it wrote to: addresses and numbers do not leave."""
    without_mail = re.sub(r"[^\s<>\"']+@[^\s<>\"']+", "[address]", words)
    return re.sub(r"\+?\d[\d\s().-]{5,}\d", "[number]", without_mail)[:500]
