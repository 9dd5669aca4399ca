"""The host's egress tunnel in small: HTTP CONNECT on a Unix socket, decided by grants, led to a checked address."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import HilumError, HostError
from ..lanes.local_proxy import join_streams

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Addresses that are not public (IANA special-purpose registries, RFC 6890).
_SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 "
        "198.18.0.0/15 224.0.0.0/3 168.63.129.16/32 ::/96 ::ffff:0:0/96 64:ff9b::/96 100::/64 2001::/23 2002::/16 "
        "fc00::/7 fe80::/10 ff00::/8"
    ).split()
)


class TestEgress:
    """`allows`: whether the plugin holds a grant for `net:tcp://host:port`. `private_ranges`: what an administrator opened."""

    __test__ = False

    def __init__(self, allows: Callable[[str], bool], private_ranges: Sequence[str]) -> None:
        self._allows = allows
        self._opened: list[Network] = [ipaddress.ip_network(text) for text in private_ranges]
        self._folder = Path(tempfile.mkdtemp(prefix="hilum-test-"))
        self._server: asyncio.AbstractServer | None = None
        self._tunnels: set[asyncio.Task[Any]] = set()
        self.socket_path = str(self._folder / "s")

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.socket_path)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for tunnel in list(self._tunnels):
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tunnels.add(task)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._tunnels.discard(task)
            # What was taken from the destination is still on its way to the plugin.
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        target = re.match(rb"CONNECT (\S+) HTTP/1\.[01]\r\n", head)
        if target is None:
            writer.write(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n")
            return await writer.drain()
        try:
            far_reader, far_writer = await self._open(target[1].decode("latin-1"))
        except HilumError as error:
            body = json.dumps({"code": error.code, "fix": error.spec.fix}).encode()
            line = f"HTTP/1.1 {error.spec.status} {error.code}\r\ncontent-type: application/json\r\n"
            writer.write(f"{line}content-length: {len(body)}\r\n\r\n".encode() + body)
            return await writer.drain()
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return await join_streams((reader, writer), (far_reader, far_writer))

    async def _open(self, authority: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = re.fullmatch(r"(\[[^\]]+\]|[^:]+):([0-9]+)", authority)
        host, port = ("", "") if parts is None else (parts[1], parts[2])
        if not self._allows(f"net:tcp://{host.lower()}:{port}"):
            raise HostError("policy.denied")
        address = await _find_address(host.strip("[]"), int(port))
        if any(address in network for network in _SPECIAL) and not any(address in one for one in self._opened):
            detail = "The address is not public and no range of the administrator holds it"
            raise HostError("policy.denied", detail=detail)
        try:
            return await asyncio.open_connection(str(address), int(port))
        except OSError as error:
            raise HostError("provider.unreachable") from error


async def _find_address(host: str, port: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise HostError("provider.unreachable") from error
    return ipaddress.ip_address(str(found[0][4][0]).split("%")[0])
