"""Faults that a test plants, so that a plugin meets on its table what it will meet in a clinic."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ..errors import HostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models import SentState
    from ..rules.policy import Grant


class Faults:
    """`host.faults`. Each of `hang`, `refuse` and `drop_link_at` strikes once, at the plugin's next request of that method.

    `method` is one of the protocol: `http.fetch`, `state.put`, `blobs.read`, `messages.updateDelivery`, ...
    """

    def __init__(self, grants: list[Grant], drop: Callable[[], None]) -> None:
        self._grants = grants
        self._drop = drop
        self._planted: dict[str, list[Callable[[], Any]]] = {}

    def hang(self, method: str) -> None:
        """The host does not answer: the call in hand runs to its deadline."""
        self._plant(method, _hang)

    def refuse(
        self, method: str, code: str, *, sent: SentState | None = None, retry_after_ms: float | None = None
    ) -> None:
        """The host answers with an error of the catalogue, such as `lane.full` or `provider.timeout`."""

        def strike() -> None:
            known: Any = code
            raise HostError(known, sent=sent, retry_after_ms=retry_after_ms)

        self._plant(method, strike)

    def deny(self, scope: str) -> None:
        """An operator takes the grant back: from now on the scope, as the manifest spells it, is denied."""
        before = len(self._grants)
        self._grants[:] = [grant for grant in self._grants if grant.scope != scope]
        if len(self._grants) == before:
            raise HostError("request.invalid", detail=f"There is no grant for {scope}, so it cannot be taken back")

    def drop_link(self) -> None:
        """The link breaks now: what is in flight ends as unknown, and nothing more is answered."""
        self._drop()

    def drop_link_at(self, method: str) -> None:
        """The link breaks when the plugin asks next."""

        async def strike() -> None:
            self._drop()
            await _hang()

        self._plant(method, strike)

    def _plant(self, method: str, strike: Callable[[], Any]) -> None:
        self._planted.setdefault(method, []).append(strike)

    async def strike(self, method: str) -> None:
        """Called by the host for each request of the plugin."""
        planted = self._planted.get(method)
        if planted:
            waits = planted.pop(0)()
            if waits is not None:
                await waits


async def _hang() -> None:
    await asyncio.get_running_loop().create_future()
