"""Connections to granted destinations, for what is not HTTPS: mail servers, vendors' own protocols."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from typing import Any, NamedTuple

from ..errors import EgressError

_HEAD_BYTES_MAX = 16_384


class Connection(NamedTuple):
    """Both ends of a connected stream."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


async def connect_through_tunnel(path: str | None, host: str, port: int, *, tls: Any = False) -> Connection:
    """Connects through the platform's tunnel: HTTP CONNECT (RFC 9110 section 9.3.6) on the Unix socket of the host.

    The host decides by the plugin's grants and chooses the address. Raises an EgressError.
    """
    if path is None:
        raise EgressError("no_tunnel")
    authority = f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"
    if re.fullmatch(r"[\x21-\x7e]+", authority) is None:
        raise EgressError("not_granted", fix="Write the host in ASCII.")
    try:
        connection = Connection(*await asyncio.open_unix_connection(path))
    except OSError as error:
        raise EgressError("unreachable") from error
    try:
        await _ask_for_tunnel(connection, authority)
        return await _secure(connection, host, tls)
    except BaseException:
        connection.writer.transport.abort()
        raise


async def connect_directly(host: str, port: int, *, tls: Any = False) -> Connection:
    """Connects without a tunnel: for a remote plugin, whose network is its own host's. Raises an EgressError."""
    try:
        connection = Connection(*await asyncio.open_connection(host, port))
    except OSError as error:
        raise EgressError("unreachable") from error
    try:
        return await _secure(connection, host, tls)
    except BaseException:
        connection.writer.transport.abort()
        raise


async def _ask_for_tunnel(connection: Connection, authority: str) -> None:
    connection.writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode("ascii"))
    try:
        head = await connection.reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        raise EgressError("unreachable") from error
    line = re.match(rb"HTTP/1\.[01] (\d{3}) ?([^\r]*)", head)
    if line is None or len(head) > _HEAD_BYTES_MAX:
        raise EgressError("unreachable")
    status = int(line[1])
    if status != 200:
        raise _refusal(status, await _read_body(connection.reader, head), line[2].decode("latin-1"))


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> dict[str, Any]:
    length = re.search(rb"\r\ncontent-length: *(\d{1,5})\r", head, re.IGNORECASE)
    try:
        value = json.loads(await reader.readexactly(int(length[1]) if length is not None else 0))
    except (ValueError, OSError, asyncio.IncompleteReadError):
        return {}
    return value if isinstance(value, dict) else {}


def _refusal(status: int, body: dict[str, Any], reason: str) -> EgressError:
    fix = body.get("fix")
    mend = fix if isinstance(fix, str) else None
    if status == 429 or body.get("code", reason) == "lane.full":
        return EgressError("busy")
    return EgressError("not_granted" if status in (400, 403, 422) else "unreachable", fix=mend)


async def _secure(connection: Connection, host: str, tls: Any) -> Connection:
    """Speaks TLS on the connection; the certificate is checked against the host, which may be an address."""
    if tls is False or tls is None:
        return connection
    context = tls if isinstance(tls, ssl.SSLContext) else ssl.create_default_context()
    loop, (reader, writer) = asyncio.get_running_loop(), connection
    protocol: Any = writer.transport.get_protocol()
    try:
        # `StreamWriter.start_tls` came with Python 3.11; this is what it does.
        transport = await loop.start_tls(writer.transport, protocol, context, server_hostname=host.strip("[]"))
    except ssl.SSLCertVerificationError as error:
        raise EgressError("certificate", reply=error.verify_message) from error
    except (OSError, ssl.SSLError) as error:
        raise EgressError("unreachable", fix="Check that the port speaks TLS from the first byte.") from error
    if transport is None:
        raise EgressError("unreachable")
    reader._transport = transport  # type: ignore[attr-defined]
    protocol._replace_writer(secured := asyncio.StreamWriter(transport, protocol, reader, loop))
    protocol._transport = transport
    protocol._over_ssl = True
    return Connection(reader, secured)
