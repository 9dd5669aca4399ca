"""The standing of a remote plugin at a platform: where it is, who we are there, and the key that proves it."""

from __future__ import annotations

import json
import os
from base64 import b64decode, urlsafe_b64encode
from typing import Any, NamedTuple

from ..errors import EnrolmentError
from ..https_json import post_json, text_of
from .ed25519 import PrivateKey


class RemoteLink(NamedTuple):
    url: str
    ca: str | None
    link: str
    plugin: str
    instance: str
    key: PrivateKey


def read_link_file(path: str | os.PathLike[str]) -> RemoteLink | None:
    """Reads a link that was made before, by either SDK; None when there is no such file."""
    try:
        with open(path, encoding="utf-8") as file:
            known = json.load(file)
    except FileNotFoundError:
        return None
    key = PrivateKey.from_pem(known["privateKey"])
    return RemoteLink(known["url"], known.get("ca"), known["link"], known["plugin"], known["instance"], key)


async def enrol(code: str, path: str | os.PathLike[str]) -> RemoteLink:
    """Exchanges a single-use enrolment code for a link.

    Makes an Ed25519 key pair, registers its public half, and keeps everything in `path`, readable by this user only. The
    key never leaves the file. Raises EnrolmentError.
    """
    known = decode_enrolment_code(code)
    if known is None:
        raise EnrolmentError(
            "This is no enrolment code. Copy it again from Access on the plugin's page.", "code.malformed"
        )
    url, ca = known["url"], known.get("ca")
    key = PrivateKey.generate()
    body = {"code": code, "publicKey": base64url(key.public_spki())}
    status, answer = await post_json(f"{url.rstrip('/')}/api/v1/remote/enrol", body, ca=ca)
    link, plugin, instance = (text_of(answer.get(name)) for name in ("link", "plugin", "instance"))
    if status != 201 or link is None or plugin is None or instance is None:
        why = text_of(answer.get("detail")) or f"status {status}"
        raise EnrolmentError(
            f"The code was not taken: {why}. A code works once and for a short time; make a new one.",
            text_of(answer.get("code")) or f"http.{status}",
        )
    file = {"url": url, **({} if ca is None else {"ca": ca}), "link": link, "plugin": plugin, "instance": instance}
    _write_privately(path, json.dumps({**file, "privateKey": key.to_pem()}, indent=2))
    return RemoteLink(url, ca, link, plugin, instance, key)


_CODE_PREFIX = "hilum-enrol-1."
_CODE_CHARS_MAX = 4096


def decode_enrolment_code(text: str) -> dict[str, Any] | None:
    """What a code carries; None when the text is no enrolment code of this version."""
    trimmed = text.strip()
    if not trimmed.startswith(_CODE_PREFIX) or len(trimmed) > _CODE_CHARS_MAX:
        return None
    body = trimmed[len(_CODE_PREFIX) :]
    try:
        value = json.loads(b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True))
    except ValueError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("ca", ""), str):
        return None
    url, secret = value.get("url"), value.get("secret")
    good = isinstance(url, str) and url.startswith("https://") and isinstance(secret, str) and secret != ""
    return value if good else None


def base64url(content: bytes) -> str:
    """Without padding, as the platform takes it."""
    return urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _write_privately(path: str | os.PathLike[str], text: str) -> None:
    temporary = f"{os.fspath(path)}.{os.getpid()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    os.replace(temporary, path)
