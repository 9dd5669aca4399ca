"""Messages and events of people who do not exist, labelled as made up for a test. Their words are the contract's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..messages import MessageAttachment, email, fax, sms
from ..rules.contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import Channel, Communication


def sample_email(**changes: Any) -> Communication:
    """An e-mail about a visit; arguments of `email` change it."""
    return email(**{**_inputs("email"), "test": True, **changes})


def sample_email_with_attachment(attachment: str = "b1", **changes: Any) -> Communication:
    """The same with a PDF, whose content goes beside it: `attachments=[TestAttachment(attachment, ...)]`."""
    about = _inputs("attachment")
    files = [MessageAttachment(f"Binary/{attachment}", about["contentType"], about["title"])]
    return sample_email(**{"attachments": files, **changes})


def sample_sms(**changes: Any) -> Communication:
    """A text message; arguments of `sms` change it."""
    return sms(**{**_inputs("sms"), "test": True, **changes})


def sample_fax(**changes: Any) -> Communication:
    """A fax of text; arguments of `fax` change it."""
    return fax(**{**_inputs("fax"), "test": True, **changes})


def sample_event(type: str, data: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The body of an event as Standard Webhooks have it: type, time and data."""
    event: dict[str, Any] = {"type": type, **_inputs("event"), "data": dict(data or {}), **changes}
    return event


@dataclass(frozen=True)
class SampleMessage:
    """A message as a sender submits it."""

    id: str
    title: str
    communication: Communication


def sample_messages(channel: Channel | None = None) -> list[SampleMessage]:
    """The messages that the developer tools offer as fixtures, of one channel or all: long ones, umlauts, two recipients."""
    found = [one for one in load_contract()["fixtures"] if channel is None or one["channel"] == channel]
    return [SampleMessage(one["id"], one["title"], _as_submitted(one["content"])) for one in found]


def _as_submitted(content: Mapping[str, Any]) -> Communication:
    message: Communication = {name: value for name, value in content.items() if name != "status"}
    return message


def _inputs(name: str) -> Mapping[str, Any]:
    inputs: Mapping[str, Any] = load_contract()["samples"][name]
    return inputs
