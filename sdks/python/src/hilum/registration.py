"""Registers a plugin with a running Hilum."""

from __future__ import annotations

import os
import socket
import ssl
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Union, cast
from urllib.parse import urlsplit

from .errors import RegistrationError
from .https_json import JsonAnswer, post_json, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .models import Manifest, Problem


class Registered(TypedDict):
    """`next` is what the plugin still needs before it can be enabled."""

    outcome: Literal["registered", "unchanged", "revision_waits"]
    plugin: str
    instance: str
    next: str | None
    console: str


class AwaitingApproval(TypedDict):
    """Somebody decides in the console."""

    outcome: Literal["awaiting_approval"]
    registration: str
    expiresAt: str
    message: str
    console: str


Registration = Union[Registered, AwaitingApproval]


async def register(
    manifest: Manifest | Mapping[str, Any] | str,
    *,
    url: str | None = None,
    token: str | None = None,
    ca: str | None = None,
) -> Registration:
    """Registers a plugin: the manifest is an object, or the text of `hilum.json`.

    A wrong manifest is refused before anything is sent. The same manifest again changes nothing.

    - `url`: of the platform. Default: `HILUM_URL` of the environment, else https://localhost:8443.
    - `token`: an operator's. Without one, on the same machine, the plugin waits in the console for approval.
    - `ca`: PEM of the platform's certificate authority, where the machine does not trust it.

    Raises RegistrationError.
    """
    from .rules.manifest import parse_manifest

    parsed = parse_manifest(manifest)
    if parsed.manifest is None:
        message = _explain("The manifest is not valid", parsed.problems)
        raise RegistrationError(message, status=0, code=parsed.code, problems=parsed.problems)
    base = url or os.environ.get("HILUM_URL") or "https://localhost:8443"
    parts = urlsplit(base)
    if parts.scheme != "https" or not parts.hostname:
        raise RegistrationError(f"{base} is not an https address", status=0, code="config.invalid")
    origin = f"https://{parts.netloc}"
    try:
        answer = await post_json(f"{origin}/api/v1/plugins/register", parsed.manifest, ca=ca, token=token)
    except OSError as error:
        raise _network_failure(error, origin, parts.netloc) from error
    if 200 <= answer.status < 300:
        return cast("Registration", answer.body)
    raise _refusal(answer, origin)


def _network_failure(error: OSError, origin: str, host: str) -> RegistrationError:
    code = type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        message = (
            f"The certificate of {origin} is not trusted ({error.verify_message}). Hilum makes its own certificate "
            "authority at first start and prints where it lies: pass its PEM as `ca`, or start the program with "
            "SSL_CERT_FILE set to that file."
        )
    elif isinstance(error, ConnectionRefusedError):
        message = f"Nothing listens at {host}. Start Hilum with `npm start`, or pass its address as `url`."
    elif isinstance(error, socket.gaierror):
        message = f"The name of {host} is not known here. Correct `url`."
    else:
        message = f"{origin} cannot be reached ({code}). Check address, network and that it speaks https."
    return RegistrationError(message, status=0, code=code)


def _refusal(answer: JsonAnswer, origin: str) -> RegistrationError:
    status, body = answer
    code = text_of(body.get("code")) or f"http.{status}"
    problems = body["problems"] if isinstance(body.get("problems"), list) else []
    detail = text_of(body.get("detail")) or f"{origin} answered with status {status}, which is not Hilum's"
    parts = [_explain(detail, problems)]
    if (fix := text_of(body.get("fix"))) is not None:
        parts.append(fix)
    if status == 401:
        parts.append("Pass an operator's token as `token`: without one, only a program on the same machine may ask.")
    if (request := text_of(body.get("requestId"))) is not None:
        parts.append(f"(request {request})")
    return RegistrationError(" ".join(parts), status=status, code=code, problems=problems)


def _explain(title: str, problems: Sequence[Problem]) -> str:
    lines = [f"{title}."]
    for problem in problems:
        place = problem["pointer"] or "the manifest"
        line = f" (line {problem['line']})" if "line" in problem else ""
        fix = f" {problem['fix']}" if "fix" in problem else ""
        lines.append(f"{place}{line}: {problem['message']}.{fix}")
    return "\n  ".join(lines)
