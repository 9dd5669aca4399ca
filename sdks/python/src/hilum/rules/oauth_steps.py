"""A setup step of type `oauth2`: its addresses, and the settings that hold what it needs and what it brings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from .destinations import asks_for, property_of
from .formats import is_web_address
from .scopes import NetScope, format_scope, parse_scope, scope_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .problem import Report

# Parameters of an authorization request that are the host's alone (RFC 6749 section 4.1.1, RFC 7636, RFC 9101).
_HOST_PARAMETERS = frozenset(
    "response_type response_mode client_id redirect_uri scope state nonce code_challenge code_challenge_method request request_uri".split()
)
_ADDRESS_MEND = "Write an address such as https://login.example.com/oauth2/token."
_DECLARE = "Declare it in /config/properties."


class ProviderAddress(NamedTuple):
    """An https address as a manifest writes it: host, port and parts of the path may be settings."""

    scope: NetScope
    path: str
    query: Sequence[tuple[str, str]]


_PARTS = re.compile(
    r"https://(\[[^\]]*\]|\{[^}]*\}|[^:/?#{}\[\]@\\\s]+)(?::(\{[^}]*\}|[0-9]{1,5}))?((?:/[^?#\\\s]*)?)(?:\?([^#\\\s]*))?"
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAMED = re.compile(r"config\.([A-Za-z][A-Za-z0-9_]*)")


def parse_provider_address(text: str) -> ProviderAddress | None:
    """None for what is not such an address: another scheme, user information, a fragment, a setting in the query."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    host, port, path, query = parts[1], parts[2] or "443", parts[3], parts[4] or ""
    scope = parse_scope(f"net:https://{host}:{port}")
    if not isinstance(scope, NetScope) or re.search(r"[{}]", query):
        return None
    rest = _PLACEHOLDER.sub(lambda found: "x" if _NAMED.fullmatch(found[1]) else "{", path)
    if re.search(r"[{}]", rest):
        return None
    return ProviderAddress(scope, path or "/", parse_qsl(query, keep_blank_values=True))


def _settings_of(address: ProviderAddress) -> list[str]:
    in_path = [named[1] for inner in _PLACEHOLDER.findall(address.path) if (named := _NAMED.fullmatch(inner))]
    return [*scope_settings(address.scope), *in_path]


def check_oauth_step(manifest: Mapping[str, Any], step: Mapping[str, Any], pointer: str, report: Report) -> None:
    if "authorizeUrl" in step:
        _check_authorize_url(manifest, step["authorizeUrl"], f"{pointer}/authorizeUrl", report)
    if "tokenUrl" in step:
        _check_token_url(manifest, step["tokenUrl"], f"{pointer}/tokenUrl", report)
    issuer = step.get("issuer")
    if issuer is not None and not (is_web_address(issuer) and re.fullmatch(r"https:[^?#]*", issuer)):
        report(f"{pointer}/issuer", "is not an https address without query and fragment", "Copy it from the provider.")
    for member, secret in (("clientId", False), ("clientSecret", True), ("into", True)):
        if member in step:
            _check_setting(manifest, step[member], secret, f"{pointer}/{member}", report)


def _check_authorize_url(manifest: Mapping[str, Any], text: str, pointer: str, report: Report) -> None:
    address = parse_provider_address(text)
    if address is None:
        return report(pointer, "is not an https address", _ADDRESS_MEND)
    own = next((name for name, _ in address.query if name in _HOST_PARAMETERS), None)
    if own is not None:
        report(pointer, f"sets the parameter `{own}`, which Hilum sets", "Remove it.")
    return _check_settings_in(manifest, address, pointer, report)


def _check_token_url(manifest: Mapping[str, Any], text: str, pointer: str, report: Report) -> None:
    address = parse_provider_address(text)
    if address is None or address.query:
        return report(pointer, "is not an https address without query", _ADDRESS_MEND)
    _check_settings_in(manifest, address, pointer, report)
    wanted = format_scope(address.scope)
    if not asks_for(manifest, wanted):
        report(pointer, "no scope leads there", f'Add {{ "scope": "{wanted}", "reason": "..." }} to /scopes.')
    return None


def _check_settings_in(manifest: Mapping[str, Any], address: ProviderAddress, pointer: str, report: Report) -> None:
    for name in _settings_of(address):
        declared = property_of(manifest, name)
        if declared is None:
            report(pointer, f"names the setting `{name}`, which config does not declare", _DECLARE)
        elif declared.get("secret") is True or declared["type"] in ("array", "boolean"):
            message = f"names the setting `{name}`, which cannot be part of an address"
            report(pointer, message, "Use a text that is not a secret.")


def _check_setting(manifest: Mapping[str, Any], name: str, secret: bool, pointer: str, report: Report) -> None:
    declared = property_of(manifest, name)
    if declared is None:
        return report(pointer, f"there is no setting `{name}`", _DECLARE)
    if declared["type"] != "string":
        report(pointer, f"`{name}` is not a text", 'Give it "type": "string".')
    if (declared.get("secret") is True) != secret:
        message = f"`{name}` is not a secret" if secret else f"`{name}` is a secret"
        report(pointer, message, 'Give it "secret": true.' if secret else "Name a setting that can be shown.")
    return None
