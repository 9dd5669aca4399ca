"""What a Communication must hold beyond FHIR to be accepted as a message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from ..protocol.limits import (
    DELIVERY_STATE,
    IDEMPOTENCY_KEY_SYSTEM,
    PARTICIPATION_MODE,
    PROVIDER_MESSAGE_ID_SYSTEM,
    RECIPIENT_ROLE,
    USED_CONTACT_POINT,
)
from .addresses import is_e164, is_email_address
from .bounds import find_bounds_fault, to_pointer
from .message_content import check_payload, check_subject
from .problem import Problems, problem

if TYPE_CHECKING:
    from ..models import Problem
    from .bounds import Trail

_RECIPIENTS_MAX = 100
_KEY_CHARS_MAX = 255
_PROBLEMS_MAX = 50
_CHANNELS = {"EMAILWRIT": "email", "SMSWRIT": "sms", "FAXWRIT": "fax"}


class Add(Protocol):
    def __call__(self, trail: Trail, message: str, fix: str) -> None: ...


def check_message(communication: Any) -> list[Problem]:
    """Takes anything; an empty list means acceptable. Problems quote no value.

    One channel, addresses that its channel can use, content that its channel can carry, nothing that only the host may
    write.
    """
    if not isinstance(communication, dict):
        return [problem("", "A message must be an object.", "Send a FHIR Communication.")]
    bounds = find_bounds_fault(communication)
    if bounds is not None:
        return [bounds]
    problems = Problems()

    def add(trail: Trail, message: str, fix: str) -> None:
        if len(problems) < _PROBLEMS_MAX:
            problems.report(to_pointer(trail), message, fix)

    if communication.get("resourceType") != "Communication":
        add(["resourceType"], "A message is a FHIR Communication.", 'Write "resourceType": "Communication".')
    _check_host_fields(communication, add)
    channel = _check_medium(communication.get("medium"), add)
    _check_recipients(communication.get("recipient"), channel, add)
    check_subject(communication.get("topic"), channel, add)
    check_payload(communication.get("payload"), channel, add)
    return problems


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def members(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _check_host_fields(message: dict[str, Any], add: Add) -> None:
    if message.get("status", "preparation") != "preparation":
        add(["status"], "A new message has the status preparation.", 'Write "status": "preparation", or leave it out.')
    for field in ("sent", "received", "statusReason"):
        if field in message:
            add([field], f"{field} is written by Hilum.", "Leave it out.")
    if "modifierExtension" in message:
        add(["modifierExtension"], "A message with a modifierExtension cannot be understood here.", "Leave it out.")
    for index, extension in enumerate(items(message.get("extension"))):
        if members(extension).get("url") == DELIVERY_STATE:
            add(["extension", index], "Delivery states are written by Hilum.", "Leave the extension out.")
    _check_identifiers(items(message.get("identifier")), add)


def _check_identifiers(identifiers: list[Any], add: Add) -> None:
    keys = 0
    for index, identifier in enumerate(identifiers):
        system: Any = members(identifier).get("system")
        value: Any = members(identifier).get("value")
        if system == PROVIDER_MESSAGE_ID_SYSTEM:
            add(["identifier", index], "The provider's id is written by Hilum.", "Leave the identifier out.")
        if system != IDEMPOTENCY_KEY_SYSTEM:
            continue
        keys += 1
        if keys > 1:
            add(["identifier", index], "A message has one idempotency key.", "Keep one.")
        good = isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]+", value) is not None
        if not good or len(value) > _KEY_CHARS_MAX:
            fix = "Use 1 to 255 visible ASCII characters, for instance a UUID."
            add(["identifier", index, "value"], "The idempotency key does not have the form of one.", fix)


def _check_medium(medium: Any, add: Add) -> str | None:
    found: list[str] = []
    unknown: Trail | None = None
    for index, concept in enumerate(items(medium)):
        for at, coding in enumerate(items(members(concept).get("coding"))):
            if members(coding).get("system") != PARTICIPATION_MODE:
                continue
            code = coding.get("code")
            channel = _CHANNELS.get(code) if isinstance(code, str) else None
            if channel is None:
                unknown = ["medium", index, "coding", at, "code"]
            elif channel not in found:
                found.append(channel)
    fix = f"Write one medium: a coding of {PARTICIPATION_MODE} with EMAILWRIT, SMSWRIT or FAXWRIT."
    if unknown is not None:
        add(unknown, "This medium is not served.", fix)
    elif not found:
        add(["medium"], "The message names no channel.", fix)
    if len(found) > 1:
        add(["medium"], "The message names several channels.", "Send one message for each channel.")
    return found[0] if len(found) == 1 else None


def _check_recipients(given: Any, channel: str | None, add: Add) -> None:
    recipients = items(given)
    if not recipients:
        return add(["recipient"], "The message has no recipient.", "Add a recipient with an address.")
    if len(recipients) > _RECIPIENTS_MAX:
        return add(["recipient"], f"A message has at most {_RECIPIENTS_MAX} recipients.", "Send several messages.")
    for index, recipient in enumerate(recipients):
        _check_recipient(recipient, ["recipient", index], channel, add)
    return None


def _check_recipient(recipient: Any, at: Trail, channel: str | None, add: Add) -> None:
    extensions = [
        (members(extension), [*at, "extension", index])
        for index, extension in enumerate(items(members(recipient).get("extension")))
    ]
    points = [found for found in extensions if found[0].get("url") == USED_CONTACT_POINT]
    if not points:
        fix = f"Add the extension {USED_CONTACT_POINT} with a valueContactPoint."
        add(at, "The recipient has no address.", fix)
    elif len(points) > 1:
        add(at, "The recipient has several addresses.", "Write one recipient for each address.")
    else:
        extension, place = points[0]
        _check_contact_point(extension.get("valueContactPoint"), [*place, "valueContactPoint"], channel, add)
    roles = [found for found in extensions if found[0].get("url") == RECIPIENT_ROLE]
    for extension, place in roles:
        if len(roles) > 1 or extension.get("valueCode") not in ("cc", "bcc"):
            fix = "Write cc or bcc once, or leave the extension out."
            add(place, "The recipient's role is not one of cc and bcc.", fix)
        elif channel is not None and channel != "email":
            add(place, "Only an e-mail has cc and bcc.", "Leave the extension out.")


def _check_contact_point(point: Any, at: Trail, channel: str | None, add: Add) -> None:
    system, value = members(point).get("system"), members(point).get("value")
    if not isinstance(value, str):
        return add([*at, "value"], "The address is missing.", "Write the address as value.")
    if channel is None:
        return None
    if system not in (("sms", "phone") if channel == "sms" else (channel,)):
        fix = f'Write "system": "{channel}" and an address of that kind.'
        return add([*at, "system"], "The address is of another channel than the message.", fix)
    if channel == "email" and not is_email_address(value):
        fix = "Write name@domain without spaces, line breaks, quotes or comments; the name in ASCII."
        add([*at, "value"], "This is not an e-mail address.", fix)
    if channel != "email" and not is_e164(value):
        fix = "Write a plus, the country code and the number without spaces: +4915112345678."
        add([*at, "value"], "This is not an international number.", fix)
    return None
