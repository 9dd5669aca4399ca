"""Serves a plugin that runs elsewhere."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import EnrolmentError, LinkRevokedError
from ..serve_channel import Serving
from .link_file import RemoteLink, enrol, read_link_file
from .remote_token import prove_connect, request_token
from .websocket import HandshakeRefused, WebSocketChannel, open_websocket

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from ..definition import Plugin
    from ..serve_channel import Connect


class RemoteState(NamedTuple):
    """`state` is `connecting`, `connected` or `waiting`: then `pause_seconds` and `error` say for how long, and why."""

    state: str
    pause_seconds: float = 0
    error: str = ""


async def serve_remote(
    plugin: Plugin,
    *,
    link_file: str | os.PathLike[str],
    enrolment_code: str | None = None,
    stop: asyncio.Event | None = None,
    on_state: Callable[[RemoteState], None] | None = None,
    pause_seconds_max: float = 60,
) -> None:
    """Connects out to the platform over a WebSocket and keeps connecting, with pauses that double up to a minute.

    So it does after the host said `shutdown`: it may only be restarting. The plugin's network is this machine's own.
    Returns when `stop` is set; raises LinkRevokedError when the platform does not know the link any more.

    - `link_file`: where the link is kept: a file that only this user can read. Made by the first start.
    - `enrolment_code`: single-use code from Access on the plugin's page; needed once.
    """
    link = read_link_file(link_file)
    if link is None:
        if enrolment_code is None:
            raise EnrolmentError(
                f"There is no link in {link_file}: pass an enrolment_code the first time", "code.missing"
            )
        link = await enrol(enrolment_code, link_file)
    stop = asyncio.Event() if stop is None else stop
    tell = on_state or (lambda _state: None)
    failures = 0
    while not stop.is_set():
        tell(RemoteState("connecting"))
        error = "The link was closed"
        try:
            channel = await _open_channel(link)
            tell(RemoteState("connected"))
            failures = 0
            await _serve(plugin, channel, stop)
        except OSError as caught:
            error = str(caught)
        if stop.is_set():
            return
        failures += 1
        pause = _pause_before(failures, pause_seconds_max)
        tell(RemoteState("waiting", pause, error))
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except asyncio.TimeoutError:
            pass


def _pause_before(attempt: int, pause_seconds_max: float) -> float:
    """Some chance in it: many plugins that lost one platform do not come back in one wave."""
    ceiling = min(pause_seconds_max, 0.5 * 2.0 ** min(attempt, 12))
    return ceiling * (0.5 + random.random() / 2)


async def _open_channel(link: RemoteLink) -> WebSocketChannel:
    """A token lasts five minutes and is asked for at each connection: the link outlives it."""
    token = await request_token(link)
    headers = {"Authorization": f"Bearer {token}", "Hilum-Proof": prove_connect(link, token)}
    try:
        return await open_websocket(f"{link.url.rstrip('/')}/api/v1/remote/connect", headers, link.ca)
    except HandshakeRefused as error:
        if error.status in (401, 403):
            raise LinkRevokedError(f"status {error.status}") from error
        raise


async def _serve(plugin: Plugin, channel: WebSocketChannel, stop: asyncio.Event) -> None:
    serving = Serving(plugin, channel, _connect_by)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        ends: set[asyncio.Future[Any]] = {serving.ended, stopping}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        serving.peer.close()


def _connect_by(_egress_socket: str | None) -> Connect:
    async def connect(host: str, port: int, *, tls: Any = False) -> Any:
        from ..lanes.egress import connect_directly

        return await connect_directly(host, port, tls=tls)

    return connect
