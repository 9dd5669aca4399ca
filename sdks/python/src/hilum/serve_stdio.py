"""Serves on standard input and output, once asyncio is there."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from .protocol.stdio_channel import StdioChannel
from .serve_channel import Serving, trace_of

if TYPE_CHECKING:
    from .definition import Plugin
    from .handshake import Handshake
    from .serve_channel import Connect


async def serve_stdio(plugin: Plugin, read_end: int, write_end: int, handshake: Handshake) -> str:
    """Serves until the end, and says why it ended: `shutdown`, `closed`, `violation` or `died`."""
    channel = StdioChannel(read_end, write_end)
    serving = Serving(plugin, channel, _connect_by, handshake.params)
    await channel.open(handshake.unread)
    died: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def die(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        from .lanes.lanes import PluginLog

        error = context.get("exception")
        if isinstance(error, OSError):
            # A connection that broke under a transport: whoever waits for it is told by itself.
            return
        trace = "an error" if error is None else trace_of(error)
        PluginLog(serving.peer).error(f"uncaught exception: {trace}")
        if not died.done():
            died.set_result(None)

    asyncio.get_running_loop().set_exception_handler(die)
    proxy = await _start_proxy(serving)
    ends: set[asyncio.Future[Any]] = {serving.ended, died}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if proxy is not None:
        proxy.close()
    if died.done():
        await channel.flushed()
        return "died"
    return serving.ended.result()


async def _start_proxy(serving: Serving) -> asyncio.AbstractServer | None:
    socket_path, address = os.environ.get("HILUM_EGRESS_SOCKET"), os.environ.get("HTTPS_PROXY")
    if socket_path is None or address is None:
        return None
    from .lanes.lanes import PluginLog
    from .lanes.local_proxy import start_local_proxy

    try:
        return await start_local_proxy(socket_path, address)
    except OSError as error:
        PluginLog(serving.peer).warn(f"Libraries cannot use the tunnel by HTTPS_PROXY: {type(error).__name__}")
        return None


def _connect_by(egress_socket: str | None) -> Connect:
    async def connect(host: str, port: int, *, tls: Any = False) -> Any:
        from .lanes.egress import connect_through_tunnel

        path = egress_socket or os.environ.get("HILUM_EGRESS_SOCKET")
        return await connect_through_tunnel(path, host, port, tls=tls)

    return connect
