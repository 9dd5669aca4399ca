"""Faults that a test plants, so that a plugin meets on its table what it will meet in a clinic."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ..catalogue import CATALOGUE
from ..errors import HostError
from ..rules.contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models import SentState
    from ..rules.policy import Grant


class Faults:
    """`host.faults`. Each of `hang`, `refuse` and `drop_link_at` strikes once, at the plugin's next request of that method.

    `method` is one of the protocol that has an answer: `http.fetch`, `state.put`, `blobs.read`, `messages.updateDelivery`, ...
    A fault that could not strike raises RequestInvalid, so that no test passes by a slip of the pen.
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
        """The host answers with an error of the catalogue, such as `lane.full` or `provider.timeout`.

        `sent` is for `http.fetch` alone, whose every failure says whether anything may have gone out. Default: no.
        """
        if code not in CATALOGUE:
            raise _invalid(f"The catalogue knows no error {code}")
        if method != "http.fetch" and sent is not None:
            raise _invalid(f"{method} sends nothing, so its refusal has no `sent`")
        outward: SentState | None = (sent or "no") if method == "http.fetch" else None

        def strike() -> None:
            known: Any = code
            raise HostError(known, sent=outward, retry_after_ms=retry_after_ms)

        self._plant(method, strike)

    def deny(self, scope: str) -> None:
        """An operator takes the grant back: from now on the scope, as the manifest spells it, is denied."""
        before = len(self._grants)
        self._grants[:] = [grant for grant in self._grants if grant.scope != scope]
        if len(self._grants) == before:
            raise _invalid(f"There is no grant for {scope}, so it cannot be taken back")

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
        known = load_contract()["pluginRequests"]
        if method not in known:
            raise _invalid(f"A plugin asks for no answer to {method}; there are {', '.join(known)}")
        self._planted.setdefault(method, []).append(strike)

    async def strike(self, method: str) -> None:
        """Called by the host for each request of the plugin."""
        planted = self._planted.get(method)
        if planted:
            waits = planted.pop(0)()
            if waits is not None:
                await waits


def _invalid(detail: str) -> HostError:
    return HostError("request.invalid", detail=detail)


async def _hang() -> None:
    await asyncio.get_running_loop().create_future()
