"""What a plugin does, and what a call hands to it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from .hook_request import HookAnswer, HookRequest
    from .lanes.egress import Connection
    from .lanes.fetch import Fetch
    from .lanes.lanes import Attachments, Deliveries, PluginLog, PluginState
    from .lanes.records import Records
    from .models import (
        Communication,
        DiscoveredOption,
        Evidence,
        HealthResult,
        InitializeParams,
        Manifest,
        RefusedRecipient,
    )
    from .protocol.peer import Peer, ServedCall
    from .record_store import RecordStore

    Rows = Union[Sequence[Evidence], Awaitable[Sequence[Evidence]]]


class AttachmentInfo(NamedTuple):
    """An attachment of the message in hand. `id` is for `ctx.attachments.read`; `size` is in bytes."""

    id: str
    content_type: str
    title: str
    size: int


class OutgoingMessage(NamedTuple):
    """A message to send. `contact_points`, `message_text` and `channel_of` read the Communication.

    - `attempt`: 1 at the first attempt.
    - `idempotency_key`: the same for every attempt of one message.
    - `maybe_sent_since`: an attempt that began then may have gone out: ask the provider whether it has the message
      before it is sent again.
    """

    communication: Communication
    attempt: int
    idempotency_key: str
    attachments: Sequence[AttachmentInfo]
    maybe_sent_since: datetime | None = None


class Sent(NamedTuple):
    """What a provider took. Raise a ProviderError for what it did not.

    `refused` names recipients that were not taken although the others were, by their index in the Communication.
    """

    provider_id: str | None = None
    reply: str | None = None
    refused: Sequence[RefusedRecipient] = ()


class CallContext:
    """Everything that a call may use. Each lane is governed by the plugin's grants.

    The task that answers is cancelled when the answer is of no more use: cancelled by the host, past the deadline, or
    the link is gone. `given_up` says so to work that runs in a thread of its own.
    """

    def __init__(
        self,
        session: Session,
        peer: Peer,
        params: Mapping[str, Any],
        call: ServedCall,
    ) -> None:
        self._session = session
        self._peer = peer
        self._served = call
        self._params = params
        self._ends_at = monotonic() + (call.deadline_ms or 300_000) / 1000
        meta = params.get("meta")
        identifier = meta.get("call") if isinstance(meta, dict) else None
        self.call: str = identifier if isinstance(identifier, str) else ""
        """Id of the call, as in the audit log."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """As the manifest's `config` declares them, defaults filled in, secrets included but for those that the host holds."""
        given = self._params.get("settings")
        return given if isinstance(given, dict) else self._session.params["settings"]

    @property
    def plugin(self) -> str:
        return self._session.params["plugin"]

    @property
    def instance(self) -> str:
        return self._session.params["instance"]

    @property
    def test_mode(self) -> bool:
        """True while the instance is in test mode: send where it does no harm."""
        return self._session.params["testMode"]

    @property
    def grants(self) -> Sequence[str]:
        """Scopes that were granted, resolved: `net:tcp://mail.example.org:587`."""
        return self._session.params["grants"]

    @property
    def secrets_held(self) -> Sequence[str]:
        """Names of the secrets that are set and that the host uses in the plugin's place: they are not in `settings`."""
        return self._session.params.get("secretsHeld", [])

    @property
    def hooks(self) -> Mapping[str, str]:
        """Addresses of the manifest's hooks, by id: what the vendor is told to call."""
        return self._session.params.get("hooks", {})

    @property
    def deadline(self) -> datetime:
        """When the call is cancelled by itself."""
        return datetime.now(timezone.utc) + timedelta(seconds=self._ends_at - monotonic())

    @property
    def given_up(self) -> bool:
        """True once the answer is of no more use."""
        return self._served.why is not None

    @property
    def log(self) -> PluginLog:
        """Lines of the plugin's own log in the console. Never a patient's data, never a secret: ids and states only."""
        from .lanes.lanes import PluginLog

        return PluginLog(self._peer, self.call)

    @property
    def attachments(self) -> Attachments:
        from .lanes.lanes import Attachments

        return Attachments(self._peer, self.call, self._session.chunk_bytes_max)

    @property
    def state(self) -> PluginState:
        """Small private state of the instance, encrypted at rest."""
        from .lanes.lanes import PluginState

        return PluginState(self._peer)

    @property
    def deliveries(self) -> Deliveries:
        from .lanes.lanes import Deliveries

        return Deliveries(self._peer)

    @property
    def records(self) -> Records:
        """The platform's records, as far as the plugin was granted them."""
        from .lanes.records import Records

        return Records(self._peer, self.call, self.attachments, self._session.chunk_bytes_max)

    @property
    def fetch(self) -> Fetch:
        """Asks the host to call a destination that the manifest declares."""
        from .lanes.fetch import Fetch

        return Fetch(self._peer, self.call)

    async def connect(self, host: str, port: int, *, tls: Any = False) -> Connection:
        """Opens a connection to a granted destination, and with `tls` (True, or an ssl.SSLContext) speaks TLS on it."""
        return await self._session.connect(host, port, tls=tls)


class SetupContext(CallContext):
    """Of a setup step: `settings` holds the answers so far; what later steps ask may be missing."""

    @property
    def recipient(self) -> str | None:
        """Where a step of type `test` sends to, when the person named somebody."""
        return _text_or_none(self._params.get("recipient"))


class SmokeTestContext(CallContext):
    @property
    def recipient(self) -> str | None:
        """Where a live test sends to; None for a test that is not live."""
        return _text_or_none(self._params.get("recipient"))


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


class Session:
    """What the handshake brought."""

    def __init__(self, params: InitializeParams, connect: Callable[..., Awaitable[Connection]]) -> None:
        from .protocol.limits import BLOB_CHUNK_BYTES_MAX

        self.params = params
        self.connect = connect
        limits = params.get("limits") or {}
        self.chunk_bytes_max: int = limits.get("blobChunkBytesMax", BLOB_CHUNK_BYTES_MAX)


class Plugin:
    """A plugin that can be served: over stdio, over a WebSocket, or by the test host. Made by `define_plugin`."""

    __slots__ = (
        "check_settings",
        "discover",
        "health",
        "hooks",
        "manifest",
        "on_shutdown",
        "records",
        "send_messages",
        "setup",
        "smoke_tests",
    )

    def __init__(
        self,
        manifest: Manifest | Mapping[str, Any] | str | None,
        send_messages: Callable[[OutgoingMessage, CallContext], Awaitable[Sent | None]] | None,
        check_settings: Callable[[CallContext], Rows] | None,
        setup: Mapping[str, Callable[[SetupContext], Rows]],
        discover: Mapping[
            str, Callable[[SetupContext], Sequence[DiscoveredOption] | Awaitable[Sequence[DiscoveredOption]]]
        ]
        | None,
        health: Callable[[CallContext], HealthResult | Awaitable[HealthResult]] | None,
        smoke_tests: Mapping[str, Callable[[SmokeTestContext], Rows]],
        hooks: Mapping[str, Callable[[HookRequest, CallContext], HookAnswer | Awaitable[HookAnswer | None] | None]]
        | None,
        on_shutdown: Callable[[], Awaitable[None] | None] | None,
        records: RecordStore | None,
    ) -> None:
        self.manifest = manifest
        self.send_messages = send_messages
        self.check_settings = check_settings
        self.setup = setup
        self.discover = discover
        self.health = health
        self.smoke_tests = smoke_tests
        self.hooks = hooks
        self.on_shutdown = on_shutdown
        self.records = records


def define_plugin(
    *,
    manifest: Manifest | Mapping[str, Any] | str | None = None,
    send_messages: Callable[[OutgoingMessage, CallContext], Awaitable[Sent | None]] | None = None,
    records: RecordStore | None = None,
    check_settings: Callable[[CallContext], Rows] | None = None,
    check_config: Callable[[CallContext], Rows] | None = None,
    setup: Mapping[str, Callable[[SetupContext], Rows]] | None = None,
    discover: Mapping[str, Callable[[SetupContext], Sequence[DiscoveredOption] | Awaitable[Sequence[DiscoveredOption]]]]
    | None = None,
    health: Callable[[CallContext], HealthResult | Awaitable[HealthResult]] | None = None,
    smoke_tests: Mapping[str, Callable[[SmokeTestContext], Rows]] | None = None,
    hooks: Mapping[str, Callable[[HookRequest, CallContext], HookAnswer | Awaitable[HookAnswer | None] | None]]
    | None = None,
    on_shutdown: Callable[[], Awaitable[None] | None] | None = None,
) -> Plugin:
    """Describes a plugin; only what its capabilities promise is needed. Functions may be plain or `async`.

    Hand the result to `serve` in the program that the manifest names as its entry, to `serve_remote` where it runs
    elsewhere, and to `create_test_host` in tests.

    - `manifest`: the content of `hilum.json`: `register` and the test host use it.
    - `send_messages`: hands one message to the provider. Returns what it took, or raises a ProviderError.
    - `records`: keeps records and gives them back.
    - `check_settings`: judges `ctx.settings`, perhaps not saved yet, without asking the provider: `health` does that.
    - `check_config`: deprecated since 0.2.0, gone in 0.3.0: it is called `check_settings`. Upgrade 1 of Developer tools,
      Upgrade, renames it.
    - `setup`: checks of setup steps, by the step's id.
    - `discover`: lists what a setting may be at the provider, by the setting's name.
    - `health`: whether the provider works now. Default: healthy, because the plugin answers.
    - `smoke_tests`: the manifest's smoke tests, by id.
    - `hooks`: the manifest's webhooks, by id. The host has checked the signature.
    - `on_shutdown`: called once, when the host stops the plugin; two seconds remain.
    """
    judge = check_config if check_settings is None else check_settings
    return Plugin(
        manifest, send_messages, judge, setup or {}, discover, health, smoke_tests or {}, hooks, on_shutdown, records
    )
