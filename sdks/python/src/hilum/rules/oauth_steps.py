"""A setup step of type `oauth2`: its addresses, and the settings that hold what it needs and what it brings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .formats import is_web_address
from .provider_addresses import (
    ADDRESS_MEND,
    DECLARE,
    check_settings_in,
    check_token_url,
    parse_provider_address,
    property_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .problem import Report

# Parameters of an authorization request that are the host's alone (RFC 6749 section 4.1.1, RFC 7636, RFC 9101).
_HOST_PARAMETERS = frozenset(
    "response_type response_mode client_id redirect_uri scope state nonce code_challenge code_challenge_method request request_uri".split()
)


def check_oauth_step(manifest: Mapping[str, Any], step: Mapping[str, Any], pointer: str, report: Report) -> None:
    if "authorizeUrl" in step:
        _check_authorize_url(manifest, step["authorizeUrl"], f"{pointer}/authorizeUrl", report)
    if "tokenUrl" in step:
        check_token_url(manifest, step["tokenUrl"], f"{pointer}/tokenUrl", report)
    issuer = step.get("issuer")
    if issuer is not None and not (is_web_address(issuer) and re.fullmatch(r"https:[^?#]*", issuer)):
        report(f"{pointer}/issuer", "is not an https address without query and fragment", "Copy it from the provider.")
    for member, secret in (("clientId", False), ("clientSecret", True), ("into", True)):
        if member in step:
            _check_setting(manifest, step[member], secret, f"{pointer}/{member}", report)


def _check_authorize_url(manifest: Mapping[str, Any], text: str, pointer: str, report: Report) -> None:
    address = parse_provider_address(text)
    if address is None:
        return report(pointer, "is not an https address", ADDRESS_MEND)
    own = next((name for name, _ in address.query if name in _HOST_PARAMETERS), None)
    if own is not None:
        report(pointer, f"sets the parameter `{own}`, which Hilum sets", "Remove it.")
    return check_settings_in(manifest, address, pointer, report)


def _check_setting(manifest: Mapping[str, Any], name: str, secret: bool, pointer: str, report: Report) -> None:
    declared = property_of(manifest, name)
    if declared is None:
        return report(pointer, f"there is no setting `{name}`", DECLARE)
    if declared["type"] != "string":
        report(pointer, f"`{name}` is not a text", 'Give it "type": "string".')
    if (declared.get("secret") is True) != secret:
        message = f"`{name}` is not a secret" if secret else f"`{name}` is a secret"
        report(pointer, message, 'Give it "secret": true.' if secret else "Name a setting that can be shown.")
    return None
