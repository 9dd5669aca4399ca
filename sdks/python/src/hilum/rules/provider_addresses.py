"""Addresses of providers, as a manifest writes them, and what of the manifest they rest on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from .scopes import NetScope, format_scope, parse_scope, scope_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .problem import Report

ADDRESS_MEND = "Write an address such as https://login.example.com/oauth2/token."
DECLARE = "Declare it in /config/properties."


def asks_for(manifest: Mapping[str, Any], spelled: str) -> bool:
    """True where one of the manifest's scopes has this spelling."""
    asked = (parse_scope(request["scope"]) for request in manifest.get("scopes", []))
    return any(not isinstance(scope, dict) and format_scope(scope) == spelled for scope in asked)


def property_of(manifest: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """A setting that `config` declares."""
    declared: Mapping[str, Any] | None = manifest.get("config", {}).get("properties", {}).get(name)
    return declared


class ProviderAddress(NamedTuple):
    """An https address as a manifest writes it: host, port and parts of the path may be settings.

    `{+config.path}`, at the end, is a path of several segments (RFC 6570 section 3.2.3).
    """

    scope: NetScope
    path: str
    query: Sequence[tuple[str, str]]


_PARTS = re.compile(
    r"https://(\[[^\]]*\]|\{[^}]*\}|[^:/?#{}\[\]@\\\s]+)(?::(\{[^}]*\}|[0-9]{1,5}))?((?:/[^?#\\\s]*)?)(?:\?([^#\\\s]*))?"
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SEVERAL = re.compile(r"\{\+[^{}]*\}")
_NAMED = re.compile(r"\+?config\.([A-Za-z][A-Za-z0-9_]*)")


def parse_provider_address(text: str) -> ProviderAddress | None:
    """None for what is not such an address: another scheme, user information, a fragment, a setting in the query."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    host, port, path, query = parts[1], parts[2] or "443", parts[3], parts[4] or ""
    scope = parse_scope(f"net:https://{host}:{port}")
    if not isinstance(scope, NetScope) or re.search(r"[{}]", query):
        return None
    if _SEVERAL.search(host + port) or _SEVERAL.search(re.sub(r"/\{\+[^{}]*\}\Z", "", path)):
        return None
    rest = _PLACEHOLDER.sub(lambda found: "x" if _NAMED.fullmatch(found[1]) else "{", path)
    if re.search(r"[{}]", rest):
        return None
    return ProviderAddress(scope, path or "/", parse_qsl(query, keep_blank_values=True))


def _settings_of(address: ProviderAddress) -> list[str]:
    in_path = [named[1] for inner in _PLACEHOLDER.findall(address.path) if (named := _NAMED.fullmatch(inner))]
    return [*scope_settings(address.scope), *in_path]


def check_token_url(manifest: Mapping[str, Any], text: str, pointer: str, report: Report) -> None:
    address = parse_provider_address(text)
    if address is None or address.query:
        return report(pointer, "is not an https address without query", ADDRESS_MEND)
    check_settings_in(manifest, address, pointer, report)
    wanted = format_scope(address.scope)
    if not asks_for(manifest, wanted):
        report(pointer, "no scope leads there", f'Add {{ "scope": "{wanted}", "reason": "..." }} to /scopes.')
    return None


def check_settings_in(manifest: Mapping[str, Any], address: ProviderAddress, pointer: str, report: Report) -> None:
    for name in _settings_of(address):
        declared = property_of(manifest, name)
        if declared is None:
            report(pointer, f"names the setting `{name}`, which config does not declare", DECLARE)
        elif declared.get("secret") is True or declared["type"] in ("array", "boolean"):
            message = f"names the setting `{name}`, which cannot be part of an address"
            report(pointer, message, "Use a text that is not a secret.")
