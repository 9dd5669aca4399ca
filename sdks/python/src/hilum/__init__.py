"""The Python SDK of Hilum: a plugin in asyncio, with nothing but the standard library.

    from hilum import Sent, define_plugin, serve

    async def send_messages(message, ctx):
        answer = await ctx.fetch("api", "/v1/messages", method="POST", json={"id": message.idempotency_key})
        return Sent(provider_id=answer.json()["id"])

    serve(define_plugin(send_messages=send_messages))

Names are loaded when they are first used, so that a plugin is ready as soon as it can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .version import SDK_VERSION as __version__

if TYPE_CHECKING:
    from .definition import (
        AttachmentInfo,
        CallContext,
        OutgoingMessage,
        Plugin,
        Sent,
        SetupContext,
        SmokeTestContext,
        define_plugin,
    )
    from .errors import (
        EgressError,
        EnrolmentError,
        HilumError,
        HostError,
        LinkClosedError,
        LinkRevokedError,
        ProviderError,
        RegistrationError,
    )
    from .evidence import check_claim, check_step
    from .hook_request import HookAnswer, HookRequest
    from .lanes.egress import Connection
    from .lanes.fetch import Fetch, FetchAnswer
    from .lanes.lanes import Attachments, Deliveries, PluginLog, PluginState, StateEntry
    from .lanes.records import GivenContent, HeldContent, OpenedRecord, RecordPage, Records
    from .messages import (
        MessageAttachment,
        MessageContactPoint,
        MessageText,
        channel_of,
        contact_points,
        email,
        fax,
        is_test_message,
        message_text,
        sms,
    )
    from .models import (
        CanonicalType,
        CauseClass,
        Communication,
        DiscoveredOption,
        Evidence,
        HealthResult,
        Manifest,
        ProviderErrorCode,
        Resource,
        SearchQuery,
    )
    from .record_store import (
        CreateDetails,
        FoundRecords,
        KeptRecord,
        RecordSearch,
        RecordStore,
        RecordTarget,
        UpdateDetails,
    )
    from .registration import Registration, register
    from .remote.serve_remote import RemoteState, serve_remote
    from .serve import serve

_HOMES = {
    "definition": "AttachmentInfo CallContext OutgoingMessage Plugin Sent SetupContext SmokeTestContext define_plugin",
    "errors": "EgressError EnrolmentError HilumError HostError LinkClosedError LinkRevokedError ProviderError RegistrationError",
    "evidence": "check_claim check_step",
    "hook_request": "HookAnswer HookRequest",
    "lanes.egress": "Connection",
    "lanes.fetch": "Fetch FetchAnswer",
    "lanes.lanes": "Attachments Deliveries PluginLog PluginState StateEntry",
    "lanes.records": "GivenContent HeldContent OpenedRecord RecordPage Records",
    "messages": (
        "MessageAttachment MessageContactPoint MessageText channel_of contact_points email fax is_test_message "
        "message_text sms"
    ),
    "models": (
        "CanonicalType CauseClass Communication DiscoveredOption Evidence HealthResult Manifest ProviderErrorCode "
        "Resource SearchQuery"
    ),
    "record_store": "CreateDetails FoundRecords KeptRecord RecordSearch RecordStore RecordTarget UpdateDetails",
    "registration": "Registration register",
    "remote.serve_remote": "RemoteState serve_remote",
    "serve": "serve",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "AttachmentInfo",
    "Attachments",
    "CallContext",
    "CanonicalType",
    "CauseClass",
    "Communication",
    "Connection",
    "CreateDetails",
    "Deliveries",
    "DiscoveredOption",
    "EgressError",
    "EnrolmentError",
    "Evidence",
    "Fetch",
    "FetchAnswer",
    "FoundRecords",
    "GivenContent",
    "HealthResult",
    "HeldContent",
    "HilumError",
    "HookAnswer",
    "HookRequest",
    "HostError",
    "KeptRecord",
    "LinkClosedError",
    "LinkRevokedError",
    "Manifest",
    "MessageAttachment",
    "MessageContactPoint",
    "MessageText",
    "OpenedRecord",
    "OutgoingMessage",
    "Plugin",
    "PluginLog",
    "PluginState",
    "ProviderError",
    "ProviderErrorCode",
    "RecordPage",
    "RecordSearch",
    "RecordStore",
    "RecordTarget",
    "Records",
    "Registration",
    "RegistrationError",
    "RemoteState",
    "Resource",
    "SearchQuery",
    "Sent",
    "SetupContext",
    "SmokeTestContext",
    "StateEntry",
    "UpdateDetails",
    "__version__",
    "channel_of",
    "check_claim",
    "check_step",
    "contact_points",
    "define_plugin",
    "email",
    "fax",
    "is_test_message",
    "message_text",
    "register",
    "serve",
    "serve_remote",
    "sms",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
