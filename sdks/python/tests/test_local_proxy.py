"""What the platform's tunnel brings reaches a library that reads slowly, whole."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from hilum.lanes.local_proxy import start_local_proxy

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 60_000


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def test_a_server_that_ends_leaves_its_bytes_on_their_way(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.write(bytes(SIZE))
        await writer.drain()
        writer.close()

    tunnel = await asyncio.start_unix_server(answer, str(tmp_path / "s"))
    port = free_port()
    proxy = await start_local_proxy(str(tmp_path / "s"), f"http://127.0.0.1:{port}")
    assert proxy is not None
    # The system takes little of it, so that most waits in the proxy until the library reads.
    for listening in proxy.sockets:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_608)
    library = socket.socket()
    library.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_608)
    library.setblocking(False)
    loop = asyncio.get_running_loop()
    async with tunnel, proxy:
        with library:
            await loop.sock_connect(library, ("127.0.0.1", port))
            await loop.sock_sendall(library, b"all I have to say")
            library.shutdown(socket.SHUT_WR)
            await asyncio.sleep(0.2)
            received = 0
            while chunk := await loop.sock_recv(library, 4_096):
                received += len(chunk)
        assert received == SIZE
