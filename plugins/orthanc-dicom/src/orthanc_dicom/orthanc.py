"""Asks Orthanc by its REST API, through the platform's tunnel."""

from __future__ import annotations

import asyncio
import json
import ssl
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from hilum import EgressError, ProviderError

from .http_exchange import Answer, Body, exchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hilum import CallContext


async def ask(
    ctx: CallContext,
    method: str,
    path: str,
    body: Body | bytes | None = None,
    *,
    accept_missing: bool = False,
) -> Answer:
    """An answer of success, whose body is read by the caller. With `accept_missing` a 404 is one, too."""
    settings = ctx.settings
    try:
        reader, writer = await ctx.connect(settings["host"], settings["port"], tls=_tls(settings))
    except EgressError as error:
        field = "/ca" if error.code == "provider.certificate" else "/host"
        raise ProviderError(
            error.code, cause=error.data.get("cause"), fix=error.data.get("fix"), field=field
        ) from error
    answer: Answer | None = None
    try:
        pair = b64encode(f"{settings['username']}:{settings.get('password', '')}".encode()).decode("ascii")
        headers = {"host": settings["host"], "authorization": f"Basic {pair}", "accept": "*/*"}
        whole = Body(len(body), _once(body)) if isinstance(body, bytes) else body
        answer = await exchange(reader, writer, method, path, headers, whole)
        if answer.status == 404 and accept_missing:
            return Answer(404, answer.headers, _nothing())
        if answer.status >= 300:
            raise explain(answer.status, await answer.read())
        return Answer(answer.status, answer.headers, _closing(answer.chunks, writer))
    except (OSError, asyncio.IncompleteReadError) as error:
        raise ProviderError("provider.unreachable", sent="maybe", field="/host") from error
    finally:
        if answer is None or answer.status >= 300:
            writer.close()


async def ask_json(ctx: CallContext, method: str, path: str, body: Any = None) -> Any:
    """The JSON of a success; None where the thing is not there."""
    sent = None if body is None else json.dumps(body).encode()
    answer = await ask(ctx, method, path, sent, accept_missing=True)
    if answer.status == 404:
        return None
    try:
        return json.loads(await answer.read())
    except ValueError as error:
        raise ProviderError(
            "provider.bad_answer",
            field="/port",
            detail="What answers is not Orthanc: its answer is no JSON.",
            fix="Enter host and port of Orthanc's REST API.",
        ) from error


def explain(status: int, body: bytes) -> ProviderError:
    """A refusal of Orthanc by its status. Its words may repeat tags of a patient: only its own error's name is told."""
    reply = f"HTTP {status}"
    try:
        name = json.loads(body).get("OrthancError")
        reply += f": {name}" if isinstance(name, str) and len(name) < 100 else ""
    except (ValueError, AttributeError):
        pass
    if status in (401, 403):
        fix = "Enter user name and password as they are in RegisteredUsers of Orthanc's configuration."
        return ProviderError("provider.bad_credentials", field="/password", fix=fix, reply=reply)
    if status == 404:
        return ProviderError("record.not_found", reply=reply)
    if status == 507:
        return ProviderError("provider.quota", retry="later", fix="Orthanc's disk is full.", reply=reply)
    if status == 400:
        fix = "Orthanc cannot read this file. It takes DICOM, PDF, JPEG and PNG."
        return ProviderError("record.invalid", fix=fix, reply=reply)
    if status >= 500:
        return ProviderError("provider.temporary", reply=reply, sent="maybe")
    return ProviderError("provider.refused", reply=reply, fix="Look into Orthanc's log at this time.")


def _tls(settings: Any) -> ssl.SSLContext | bool:
    if settings["security"] != "tls":
        return False
    authority = settings.get("ca", "")
    return ssl.create_default_context(cadata=authority) if authority else ssl.create_default_context()


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _nothing() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for chunk in nothing:
        yield chunk


async def _closing(chunks: AsyncIterator[bytes], writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    """The connection ends with the body."""
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        writer.close()
