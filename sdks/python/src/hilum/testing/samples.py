"""Messages and events of people who do not exist, labelled as made up for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..messages import MessageAttachment, email, fax, sms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import Communication


def sample_email(**changes: Any) -> Communication:
    """An e-mail about a visit; arguments of `email` change it."""
    given: dict[str, Any] = {"to": "ada@example.org", "subject": "Your visit", "text": "Tomorrow at nine.", **changes}
    return email(**{"test": True, **given})


def sample_email_with_attachment(attachment: str = "b1", **changes: Any) -> Communication:
    """The same with a PDF, whose content goes beside it: `attachments=[TestAttachment(attachment, ...)]`."""
    files = [MessageAttachment(f"Binary/{attachment}", "application/pdf", "map.pdf")]
    return sample_email(attachments=files, **changes)


def sample_sms(**changes: Any) -> Communication:
    """A text message; arguments of `sms` change it."""
    return sms(**{"to": "+15005550100", "text": "Your visit is tomorrow at nine.", "test": True, **changes})


def sample_fax(**changes: Any) -> Communication:
    """A fax of text; arguments of `fax` change it."""
    return fax(**{"to": "+15005550101", "subject": "Referral", "text": "See below.", "test": True, **changes})


def sample_event(type: str, data: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The body of an event as Standard Webhooks have it: type, time and data."""
    return {"type": type, "timestamp": "2026-03-02T08:15:00Z", "data": dict(data or {}), **changes}
