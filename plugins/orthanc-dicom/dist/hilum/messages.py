"""Messages as FHIR Communications: builds them and reads them."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from .protocol.limits import (
    IDEMPOTENCY_KEY_SYSTEM,
    PARTICIPATION_MODE,
    RECIPIENT_ROLE,
    TEST_LABEL,
    USED_CONTACT_POINT,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .models import Channel, Communication, RecipientRole

Recipient = Union[str, tuple[str, str]]
"""An address, alone or with the record of the person or organization that it belongs to: `("ada@example.org", "Patient/123")`."""

_MEDIUMS: dict[Channel, str] = {"email": "EMAILWRIT", "sms": "SMSWRIT", "fax": "FAXWRIT"}
_CHANNELS: dict[str, Channel] = {code: channel for channel, code in _MEDIUMS.items()}


class MessageAttachment(NamedTuple):
    """A file that was uploaded before: `url` is `Binary/<id>`, `size` in bytes."""

    url: str
    content_type: str
    title: str | None = None
    size: int | None = None


class MessageContactPoint(NamedTuple):
    """An address of a message as its sender reads it."""

    system: str
    value: str
    role: RecipientRole
    reference: str | None = None


class MessageText(NamedTuple):
    """The content of a message. HTML is the payload of type `text/html` with inline data; other attachments are files."""

    subject: str | None
    text: str | None
    html: str | None
    attachments: Sequence[MessageAttachment]


def email(
    *,
    to: Recipient | Sequence[Recipient],
    subject: str,
    text: str | None = None,
    html: str | None = None,
    cc: Recipient | Sequence[Recipient] = (),
    bcc: Recipient | Sequence[Recipient] = (),
    attachments: Sequence[MessageAttachment] = (),
    patient: str | None = None,
    idempotency_key: str | None = None,
    test: bool = False,
) -> Communication:
    """Builds an e-mail as a Communication that waits to be sent. Addresses are taken as they are; the host judges them.

    `test` labels it as made up for a test: it then holds nothing of a patient.
    """
    recipients = [*_recipients("email", "to", to), *_recipients("email", "cc", cc), *_recipients("email", "bcc", bcc)]
    payload = _payload(text, html, attachments)
    return _message("email", recipients, subject, payload, patient, idempotency_key, test)


def sms(
    *,
    to: Recipient | Sequence[Recipient],
    text: str,
    patient: str | None = None,
    idempotency_key: str | None = None,
    test: bool = False,
) -> Communication:
    """Builds a text message. Spaces, hyphens, dots and brackets in a number are dropped: `+49 (151) 123` is `+49151123`."""
    payload = _payload(text, None, ())
    return _message("sms", _recipients("sms", "to", to), None, payload, patient, idempotency_key, test)


def fax(
    *,
    to: Recipient | Sequence[Recipient],
    subject: str | None = None,
    text: str | None = None,
    attachments: Sequence[MessageAttachment] = (),
    patient: str | None = None,
    idempotency_key: str | None = None,
    test: bool = False,
) -> Communication:
    """Builds a fax; its pages are the text, the attachments, or both."""
    payload = _payload(text, None, attachments)
    return _message("fax", _recipients("fax", "to", to), subject, payload, patient, idempotency_key, test)


def is_test_message(communication: Communication) -> bool:
    """True for a message that is labelled as made up for a test."""
    labels = communication.get("meta", {}).get("security", [])
    return any(
        label.get("system") == TEST_LABEL["system"] and label.get("code") == TEST_LABEL["code"] for label in labels
    )


def contact_points(communication: Communication) -> list[MessageContactPoint]:
    """Every address of the message in order, with its role. Recipients without an address are left out."""
    points = []
    for recipient in communication.get("recipient", []):
        point = _extension(recipient, USED_CONTACT_POINT).get("valueContactPoint", {})
        if "value" in point and point.get("system") in ("email", "sms", "fax", "phone"):
            reference = recipient.get("reference")
            points.append(MessageContactPoint(point["system"], point["value"], _role_of(recipient), reference))
    return points


def channel_of(communication: Communication) -> Channel | None:
    """The channel that `medium` names, or None where it names none or several."""
    codings = [coding for medium in communication.get("medium", []) for coding in medium.get("coding", [])]
    found = {
        _CHANNELS[coding["code"]]
        for coding in codings
        if coding.get("system") == PARTICIPATION_MODE and coding.get("code") in _CHANNELS
    }
    return next(iter(found)) if len(found) == 1 else None


def message_text(communication: Communication) -> MessageText:
    """The message's content."""
    text: str | None = None
    html: str | None = None
    files: list[MessageAttachment] = []
    for payload in communication.get("payload", []):
        attachment = payload.get("contentAttachment")
        if "contentString" in payload:
            text = payload["contentString"] if text is None else text
        elif attachment is not None and _is_inline_html(attachment):
            html = b64decode(attachment["data"]).decode("utf-8", "replace") if html is None else html
        elif attachment is not None and "url" in attachment:
            content_type = attachment.get("contentType", "application/octet-stream")
            files.append(
                MessageAttachment(attachment["url"], content_type, attachment.get("title"), attachment.get("size"))
            )
    return MessageText(communication.get("topic", {}).get("text"), text, html, files)


def idempotency_key_of(communication: Communication) -> str | None:
    """The key under which a repeat of this message is recognized."""
    identifiers = communication.get("identifier", [])
    return next((one.get("value") for one in identifiers if one.get("system") == IDEMPOTENCY_KEY_SYSTEM), None)


def _is_inline_html(attachment: Mapping[str, Any]) -> bool:
    kind = attachment.get("contentType", "")
    return "data" in attachment and re.match(r"text/html(?:\s*;|\Z)", kind, re.IGNORECASE) is not None


def _extension(owner: Mapping[str, Any], url: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next((one for one in owner.get("extension", []) if one.get("url") == url), {})
    return found


def _role_of(recipient: Mapping[str, Any]) -> RecipientRole:
    role = _extension(recipient, RECIPIENT_ROLE).get("valueCode")
    return "cc" if role == "cc" else "bcc" if role == "bcc" else "to"


def _message(
    channel: Channel,
    recipients: list[dict[str, Any]],
    subject: str | None,
    payload: list[dict[str, Any]],
    patient: str | None,
    idempotency_key: str | None,
    test: bool,
) -> Communication:
    message: Communication = {"resourceType": "Communication"}
    if test:
        message["meta"] = {"security": [dict(TEST_LABEL)]}
    if idempotency_key is not None:
        message["identifier"] = [{"system": IDEMPOTENCY_KEY_SYSTEM, "value": idempotency_key}]
    message["status"] = "preparation"
    message["medium"] = [{"coding": [{"system": PARTICIPATION_MODE, "code": _MEDIUMS[channel]}]}]
    if patient is not None:
        message["subject"] = {"reference": patient}
    if subject is not None:
        message["topic"] = {"text": subject}
    message["recipient"] = recipients
    if payload:
        message["payload"] = payload
    return message


def _recipients(channel: Channel, role: RecipientRole, given: Recipient | Sequence[Recipient]) -> list[dict[str, Any]]:
    # A pair of texts is one recipient with its record; any other sequence is several.
    several = [given] if isinstance(given, (str, tuple)) and given != () else list(given)
    return [_recipient(channel, role, *((one, None) if isinstance(one, str) else one)) for one in several]


def _recipient(channel: Channel, role: RecipientRole, address: str, reference: str | None) -> dict[str, Any]:
    value = address.strip() if channel == "email" else re.sub(r"[\s().-]", "", address)
    extension: list[dict[str, Any]] = [
        {"url": USED_CONTACT_POINT, "valueContactPoint": {"system": channel, "value": value}}
    ]
    if role != "to":
        extension.append({"url": RECIPIENT_ROLE, "valueCode": role})
    return {"extension": extension} if reference is None else {"reference": reference, "extension": extension}


def _payload(text: str | None, html: str | None, attachments: Sequence[MessageAttachment]) -> list[dict[str, Any]]:
    payload: list[dict[str, Any]] = [] if text is None else [{"contentString": text}]
    if html is not None:
        data = b64encode(html.encode("utf-8")).decode("ascii")
        payload.append({"contentAttachment": {"contentType": "text/html", "data": data}})
    for url, content_type, title, size in attachments:
        attachment: dict[str, Any] = {"contentType": content_type, "url": url}
        if title is not None:
            attachment["title"] = title
        if size is not None:
            attachment["size"] = size
        payload.append({"contentAttachment": attachment})
    return payload
