"""`destinations` of a manifest: what their shape cannot say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .capabilities import phi_class_of
from .provider_addresses import DECLARE, asks_for, check_token_url, property_of
from .request_templates import REQUEST_HEADERS, template_fault
from .scopes import NetScope, format_scope, parse_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .problem import Report

# Headers of the connection, the host or a browser: a plugin that sets one could speak for another, split a request or
# take the place of the secret.
_RESERVED = re.compile(
    r"(?:host|authorization|cookie2?|connection|keep-alive|te|trailer|transfer-encoding|content-length|content-encoding|"
    r"accept-encoding|upgrade|expect|via|forwarded|date|origin|referer|user-agent|max-forwards|http2-settings|proxy-.*|"
    r"sec-.*|x-forwarded-.*|x-http-method.*|x-method-override|:.*)"
)


def check_destinations(manifest: Mapping[str, Any], report: Report) -> None:
    """Judges those of a manifest whose shape, scopes and config are right."""
    for index, destination in enumerate(manifest.get("destinations", [])):
        pointer = f"/destinations/{index}"
        _check_scope(manifest, destination["scope"], f"{pointer}/scope", report)
        for at, request in enumerate(destination["requests"]):
            fault = template_fault(request["path"])
            if fault is not None:
                report(f"{pointer}/requests/{at}/path", f"the path {fault}", "Write it as in `/v1/messages/{id}`.")
        if destination.get("phi") is True and phi_class_of(manifest) == "none":
            message = "the plugin's class of patient data is `none`, so none can go there"
            report(f"{pointer}/phi", message, "Remove it, or declare the class in /classification/phi.")
        _check_headers(destination, pointer, report)
        if "auth" in destination:
            _check_auth(manifest, destination["auth"], f"{pointer}/auth", report)


def _check_scope(manifest: Mapping[str, Any], scope: str, pointer: str, report: Report) -> None:
    parsed = parse_scope(scope)
    if isinstance(parsed, dict):
        return report(pointer, parsed["message"], parsed.get("fix"))
    if not isinstance(parsed, NetScope) or parsed.protocol != "https":
        return report(pointer, f"`{scope}` is not an HTTPS destination", "Write `net:https://host:443`.")
    if not asks_for(manifest, format_scope(parsed)):
        message = f"the manifest's scopes do not ask for `{format_scope(parsed)}`"
        report(pointer, message, "Add it to /scopes with a reason.")
    return None


def _check_headers(destination: Mapping[str, Any], pointer: str, report: Report) -> None:
    auth = destination.get("auth", {})
    for index, name in enumerate(destination.get("headers", [])):
        here = f"{pointer}/headers/{index}"
        if name in REQUEST_HEADERS:
            report(here, f"`{name}` may be set without asking", "Remove it.")
        elif _RESERVED.fullmatch(name):
            report(here, f"`{name}` is not for a plugin to set", "Remove it.")
        elif auth.get("type") == "header" and auth["name"] == name:
            report(here, f"`{name}` holds the secret, which the host sets", "Remove it.")


def _check_auth(manifest: Mapping[str, Any], auth: Mapping[str, Any], pointer: str, report: Report) -> None:
    kind = auth["type"]
    if kind == "basic":
        _check_plain(manifest, auth["username"], f"{pointer}/username", report)
        _check_secret(manifest, auth["password"], f"{pointer}/password", report)
    elif kind == "bearer":
        _check_secret(manifest, auth["token"], f"{pointer}/token", report)
    elif kind == "header":
        if auth["name"] != "authorization" and _RESERVED.fullmatch(auth["name"]):
            fix = "Name the header that the provider asks for."
            report(f"{pointer}/name", f"`{auth['name']}` cannot hold a secret", fix)
        _check_secret(manifest, auth["value"], f"{pointer}/value", report)
    elif kind == "client_credentials":
        check_token_url(manifest, auth["tokenUrl"], f"{pointer}/tokenUrl", report)
        _check_plain(manifest, auth["clientId"], f"{pointer}/clientId", report)
        _check_secret(manifest, auth["clientSecret"], f"{pointer}/clientSecret", report)
        if "scope" in auth:
            _check_plain(manifest, auth["scope"], f"{pointer}/scope", report)
    else:
        steps = manifest.get("setup", {}).get("steps", [])
        if not any(step["id"] == auth["step"] and step["type"] == "oauth2" for step in steps):
            message = f"the setup has no step `{auth['step']}` of type oauth2"
            report(f"{pointer}/step", message, "Name the id of such a step of /setup/steps.")


def _check_plain(manifest: Mapping[str, Any], name: str, pointer: str, report: Report) -> None:
    declared = property_of(manifest, name)
    if declared is None:
        return report(pointer, f"there is no setting `{name}`", DECLARE)
    if declared["type"] != "string" or declared.get("secret") is True:
        message = f"the setting `{name}` is not a text that may be shown"
        report(pointer, message, "Name a text that is not a secret.")
    return None


def _check_secret(manifest: Mapping[str, Any], name: str, pointer: str, report: Report) -> None:
    declared = property_of(manifest, name)
    if declared is None:
        return report(pointer, f"there is no setting `{name}`", DECLARE)
    if declared.get("secret") is not True:
        fix = 'Add "secret": true to it in /config/properties.'
        report(pointer, f"the setting `{name}` is not a secret", fix)
    return None
