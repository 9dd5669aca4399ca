"""Webhooks of a manifest: what their shape cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .capabilities import phi_class_of
from .provider_addresses import property_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .problem import Report

HOOK_BYTES_MAX = 65_536
"""Of a hook that says nothing else."""

# Headers that cannot carry a signature: HTTP itself needs them, or a proxy changes them.
_OWN_HEADERS = frozenset(
    "connection content-encoding content-length content-type cookie date expect forwarded host keep-alive origin te "
    "trailer transfer-encoding upgrade user-agent via".split()
)


def hooks_of(manifest: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The hooks that a manifest declares."""
    hooks: Sequence[Mapping[str, Any]] = manifest.get("ingress", {}).get("http", [])
    return hooks


def check_ingress(manifest: Mapping[str, Any], report: Report) -> None:
    for index, hook in enumerate(hooks_of(manifest)):
        _check_hook(manifest, hook, f"/ingress/http/{index}", report)


def _check_hook(manifest: Mapping[str, Any], hook: Mapping[str, Any], pointer: str, report: Report) -> None:
    by, here = hook["signature"], f"{pointer}/signature"
    scheme = by["scheme"]
    if scheme == "ed25519":
        _check_setting(manifest, by["publicKey"], False, f"{here}/publicKey", report)
    else:
        _check_setting(manifest, by["secret"], True, f"{here}/secret", report)
    if scheme in ("hmac", "ed25519"):
        _check_headers(by, here, report)
    if scheme == "hmac":
        _check_timestamp(by, here, report)
    if hook.get("phi") is True and phi_class_of(manifest) == "none":
        fix = "Correct `classification`, or remove it."
        report(f"{pointer}/phi", "the plugin says that no patient data reaches it", fix)


def _check_setting(manifest: Mapping[str, Any], name: str, is_secret: bool, pointer: str, report: Report) -> None:
    declared = property_of(manifest, name)
    if declared is None:
        message = f"names the setting `{name}`, which config does not declare"
        report(pointer, message, "Declare it in /config/properties.")
    elif declared["type"] != "string" or (declared.get("secret") is True) != is_secret:
        if is_secret:
            message, fix = f"the setting `{name}` is not a secret", "Give it the type string and `secret: true`."
        else:
            message = f"the setting `{name}` is not a text that can be read"
            fix = "Give it the type string, and do not make it a secret."
        report(pointer, message, fix)


def _check_headers(by: Mapping[str, Any], pointer: str, report: Report) -> None:
    fix = "Name the header that the vendor sends, such as x-signature."
    for member in ("header", "timestampHeader"):
        if by.get(member) in _OWN_HEADERS:
            report(f"{pointer}/{member}", f"the header `{by[member]}` belongs to HTTP itself", fix)
    if by["header"] == by.get("timestampHeader"):
        message = "is the header of the signature"
        report(f"{pointer}/timestampHeader", message, "Name the header with the timestamp.")


def _check_timestamp(by: Mapping[str, Any], pointer: str, report: Report) -> None:
    """A timestamp that is not signed could be written anew by whoever replays the request."""
    if (by["signed"] == "timestamp.body") == ("timestampHeader" in by):
        return
    if by["signed"] == "body":
        message, fix = "a timestamp that is not signed proves nothing", "Remove it, or sign `timestamp.body`."
    else:
        message, fix = "`timestampHeader` is missing", "Name the header with the timestamp."
    report(f"{pointer}/timestampHeader", message, fix)


def held_secrets(manifest: Mapping[str, Any]) -> list[str]:
    """Names of the secrets that the host keeps to itself and uses in the plugin's place."""
    names: list[str] = []
    for destination in manifest.get("destinations", []):
        auth = destination.get("auth", {})
        member = {
            "basic": "password",
            "bearer": "token",
            "header": "value",
            "client_credentials": "clientSecret",
        }.get(auth.get("type", ""))
        names += [auth[member]] if member is not None else []
    for step in manifest.get("setup", {}).get("steps", []):
        if step["type"] == "oauth2":
            names += [step[member] for member in ("clientSecret", "into") if member in step]
    names += [hook["signature"]["secret"] for hook in hooks_of(manifest) if hook["signature"]["scheme"] != "ed25519"]
    return list(dict.fromkeys(names))


def without_held(manifest: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the plugin may see them."""
    held = held_secrets(manifest)
    return {name: value for name, value in settings.items() if name not in held}
