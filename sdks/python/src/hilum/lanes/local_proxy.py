"""Lets the libraries of vendors, which know nothing of the host's socket, use its tunnel."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def start_local_proxy(socket_path: str, address: str) -> asyncio.Server | None:
    """Listens where `HTTPS_PROXY` points and passes each connection on to the socket, since both speak HTTP CONNECT.

    Only the sandbox has both, and its loopback is the plugin's alone.
    """
    parts = urlsplit(address)
    if parts.hostname != "127.0.0.1" or parts.port is None:
        return None

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(socket_path)
        except OSError:
            writer.transport.abort()
            return
        await join_streams((reader, writer), (far_reader, far_writer))

    return await asyncio.start_server(serve, parts.hostname, parts.port)


async def join_streams(one: Ends, other: Ends) -> None:
    """Copies bytes both ways until both sides have ended or broken, and closes them.

    What was taken from one side is still on its way to the other then.
    """
    try:
        await asyncio.gather(_pass(one[0], other[1]), _pass(other[0], one[1]))
    finally:
        for _, writer in (one, other):
            writer.close()


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """An end is passed on as such; a break of either side ends both."""
    try:
        while chunk := await source.read(65_536):
            target.write(chunk)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
    except OSError:
        target.transport.abort()
