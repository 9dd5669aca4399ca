"""An in-memory host, for tests of a plugin."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from ..errors import HilumError
from ..protocol.limits import STRAY_ANSWERS_MAX
from ..protocol.memory_channel import create_memory_channels
from ..protocol.peer import Peer
from ..rules.ingress import held_secrets, without_held
from ..serve_channel import Serving
from .admission import (
    INSTANCE,
    check_methods,
    hook_addresses,
    read_manifest,
    read_settings,
    resolve_grants,
    smoke_params,
)
from .blobs import TestCalls
from .egress_server import TestEgress
from .faults import Faults
from .hook_params import hook_params
from .host_lanes import HostLanes, present_host_error
from .platform_records import PlatformRecords
from .plugin_calls import PluginCalls, TestCallError, TestDeadlineError
from .record_lanes import RecordLanes
from .store_calls import TestStore
from .tables import TestTables
from .wire_limits import wire_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..definition import Plugin
    from ..models import (
        CheckResult,
        Communication,
        DiscoveredOption,
        HealthResult,
        IngressHandleResult,
        Resource,
        SendResult,
    )
    from ..protocol.frames import Violation
    from ..serve_channel import Connect
    from .host_fetch import OnFetch, TestFetchRequest
    from .plugin_calls import TestAttachment
    from .tables import TestMessage


async def create_test_host(
    plugin: Plugin,
    *,
    manifest: Mapping[str, Any] | str | None = None,
    settings: Mapping[str, Any] | None = None,
    grants: Sequence[str] = (),
    private_ranges: Sequence[str] = (),
    test_mode: bool = False,
    on_fetch: OnFetch | None = None,
    records: Sequence[Mapping[str, Any]] = (),
    now: Callable[[], datetime] | None = None,
) -> TestHost:
    """Runs a plugin in this process under the platform's rules.

    The same manifest and settings checks, wire codec, policy, limits and message checks as the real host, over a line in
    memory, with state and messages in SQLite in memory and a real egress tunnel. What works here with these grants works
    there; what is refused there is refused here.

    - `manifest`: if the plugin's definition does not carry it.
    - `settings`: values and secrets together, as an operator enters them.
    - `grants`: scopes of the manifest that are granted, as it spells them. Default: none.
    - `private_ranges`: networks (CIDR) that an administrator opened. Without them not even 127.0.0.1 is reached.
    - `on_fetch`: plays the provider behind `ctx.fetch`. Without it a request that is allowed finds nobody.
    - `records`: records that the platform keeps already. A plugin reaches what its grants allow. They are searched by
      what the platform's lane serves, but for chains, and judged no further than what they are and where they belong.

    Raises a HostError for what the platform refuses before a plugin runs.
    """
    host = TestHost(
        plugin,
        read_manifest(plugin.manifest if manifest is None else manifest),
        settings or {},
        grants,
        on_fetch,
        now or (lambda: datetime.now(timezone.utc)),
        records,
    )
    try:
        await host._begin(private_ranges, test_mode)
    except BaseException:
        await host._free()
        raise
    return host


class TestHost:
    """A plugin that runs. Made by `create_test_host`; `close` it, or use `async with`."""

    __test__ = False

    def __init__(
        self,
        plugin: Plugin,
        manifest: Mapping[str, Any],
        settings: Mapping[str, Any],
        grants: Sequence[str],
        on_fetch: OnFetch | None,
        now: Callable[[], datetime],
        records: Sequence[Mapping[str, Any]],
    ) -> None:
        self._manifest = manifest
        self._settings = read_settings(manifest, settings)
        self._grants = resolve_grants(manifest, grants, self._settings)
        self._now = now
        self._strays = 0
        self._egress: TestEgress | None = None
        self._tables = TestTables()
        host_end, plugin_end = create_memory_channels()
        self.faults = Faults(self._grants, host_end.cut)
        self._blobs = TestCalls()
        self._platform = PlatformRecords(records, now)
        record_lanes = RecordLanes(manifest["id"], self._grants, self._blobs, self._platform, now)
        self._lanes = HostLanes(
            manifest,
            self._settings,
            self._grants,
            self._tables,
            self._blobs,
            record_lanes,
            self.faults,
            on_fetch,
            now,
        )
        self._serving = Serving(plugin, plugin_end, _connect_by)
        self.violation: Violation | None = None
        """Where the plugin broke the protocol, if it did."""
        self._peer = Peer(
            host_end,
            requests=self._lanes.requests(),
            notifications={"log": self._lanes.write_log},
            present_error=present_host_error,
            on_violation=self._note_violation,
            on_stray=self._count_stray,
        )
        self._calls = PluginCalls(self._peer, self._tables, self._blobs)
        self.store = TestStore(self._calls, self._blobs)
        """Calls into the plugin's own store, where it has the capability `store_records`."""
        self.methods: Sequence[str] = []

    async def _begin(self, private_ranges: Sequence[str], test_mode: bool) -> None:
        held = held_secrets(self._manifest)
        params: dict[str, Any] = {
            "protocol": "1",
            "host": {"name": "hilum", "version": "test"},
            "plugin": self._manifest["id"],
            "instance": INSTANCE,
            "testMode": test_mode,
            "settings": self._visible(self._settings),
            "hooks": hook_addresses(self._manifest),
            "limits": wire_limits(),
            "secretsHeld": [
                name for name in held if isinstance(self._settings.get(name), str) and self._settings[name]
            ],
            "grants": [grant.resolved for grant in self._grants],
        }
        if any((grant.resolved or "").startswith("net:tcp:") for grant in self._grants):
            self._egress = TestEgress(lambda scope: self._lanes.allows("connect", scope), private_ranges)
            await self._egress.open()
            params["egressSocket"] = self._egress.socket_path
        answer = await self._calls.ask("initialize", params, deadline_ms=10_000)
        check_methods(self._manifest, answer["methods"])
        self.methods = answer["methods"]

    async def send(
        self,
        communication: Communication,
        *,
        attempt: int = 1,
        idempotency_key: str | None = None,
        maybe_sent_since: datetime | None = None,
        attachments: Sequence[TestAttachment] = (),
        deadline_ms: float = 30_000,
    ) -> SendResult:
        """Hands a message to the plugin. Raises TestCallError, and HostError for what the host itself refuses."""
        return await self._calls.send(
            communication,
            attempt=attempt,
            idempotency_key=idempotency_key,
            maybe_sent_since=maybe_sent_since,
            attachments=attachments,
            deadline_ms=deadline_ms,
        )

    async def check_settings(self, settings: Mapping[str, Any] | None = None) -> CheckResult:
        result: CheckResult = await self.request("config.validate", {"settings": self._visible(settings)})
        return result

    async def check_config(self, settings: Mapping[str, Any] | None = None) -> CheckResult:
        """Deprecated since 0.2.0, gone in 0.3.0: it is called `check_settings`. Upgrade 1 renames it."""
        return await self.check_settings(settings)

    async def check_setup(
        self, step: str, settings: Mapping[str, Any] | None = None, *, recipient: str | None = None
    ) -> CheckResult:
        """Runs the check of a setup step. `recipient` is for steps of type `test`."""
        params: dict[str, Any] = {"step": step, "settings": self._visible(settings)}
        if recipient is not None:
            params["recipient"] = recipient
        result: CheckResult = await self.request("setup.check", params)
        return result

    async def discover(
        self, step: str, field: str, settings: Mapping[str, Any] | None = None
    ) -> list[DiscoveredOption]:
        """What the plugin lists for a setting of a setup step."""
        params = {"step": step, "field": field, "settings": self._visible(settings)}
        result = await self.request("setup.discover", params)
        options: list[DiscoveredOption] = result["options"]
        return options

    async def health(self) -> HealthResult:
        result: HealthResult = await self.request("health.check", {})
        return result

    async def smoke(self, id: str, *, recipient: str | None = None) -> CheckResult:
        result: CheckResult = await self.request("smoke.run", smoke_params(self._manifest, id, recipient))
        return result

    async def deliver(
        self,
        hook: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: str | bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> IngressHandleResult:
        """Hands over a webhook, as the host does once its signature is right: what is no header for plugins is left out."""
        params = hook_params(
            self._manifest,
            hook,
            self._now(),
            json_body=json,
            form=form,
            content=content,
            headers=headers,
            query=query,
        )
        result: IngressHandleResult = await self.request("ingress.handle", params)
        return result

    async def request(self, method: str, params: Mapping[str, Any], *, deadline_ms: float = 30_000) -> Any:
        """Any method with any params: for tests of the protocol itself."""
        return await self._calls.ask(method, params, deadline_ms=deadline_ms)

    @property
    def log(self) -> Sequence[Mapping[str, Any]]:
        return self._lanes.log

    @property
    def deliveries(self) -> Sequence[Mapping[str, Any]]:
        """Reports of the plugin that were taken."""
        return self._lanes.deliveries

    @property
    def fetches(self) -> Sequence[TestFetchRequest]:
        """Requests that the plugin asked the host to make and that were allowed, in their order."""
        return self._lanes.fetches

    @property
    def records(self) -> list[Resource]:
        """The platform's records as they are now: those of `records` and what the plugin made of them."""
        return self._platform.current()

    @property
    def blobs(self) -> int:
        """Files that a record names: what a plugin wrote and no record names is gone with its call."""
        return len(self._blobs.kept)

    def messages(self) -> list[TestMessage]:
        """What became of the messages that were sent, oldest first."""
        return self._tables.messages()

    async def close(self) -> None:
        """Says `shutdown`, as the host does, and frees everything."""
        try:
            await self._calls.ask("shutdown", {}, deadline_ms=2000)
            await asyncio.sleep(0)
            await self._serving.drained()
        except (HilumError, TestCallError, TestDeadlineError):
            pass
        await self._free()

    async def __aenter__(self) -> TestHost:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def _free(self) -> None:
        self._peer.close()
        if self._egress is not None:
            await self._egress.close()
        self._tables.close()

    def _visible(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        """Settings as the plugin may see them; by default those of the handshake."""
        return without_held(self._manifest, self._settings if settings is None else settings)

    def _note_violation(self, violation: Violation) -> None:
        self.violation = violation

    def _count_stray(self) -> None:
        self._strays += 1
        if self._strays > STRAY_ANSWERS_MAX:
            self._peer.close()


def _connect_by(egress_socket: str | None) -> Connect:
    async def connect(host: str, port: int, *, tls: Any = False) -> Any:
        from ..lanes.egress import connect_through_tunnel

        return await connect_through_tunnel(egress_socket, host, port, tls=tls)

    return connect
