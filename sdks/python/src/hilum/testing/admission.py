"""What the platform asks before a plugin runs: a manifest, settings and grants that are right, and all methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import HostError
from ..rules.contract import load_contract
from ..rules.ingress import hooks_of
from ..rules.manifest import parse_manifest
from ..rules.policy import Grant
from ..rules.scopes import format_scope, parse_scope, resolve_scope
from ..rules.settings import validate_settings, visible, with_defaults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..models import Problem

INSTANCE = "default"
_NO_CONFIG: dict[str, Any] = {"type": "object", "properties": {}}


def read_manifest(given: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    parsed = parse_manifest({} if given is None else given, included=True)
    if parsed.manifest is None:
        detail = summary("The manifest is not valid", parsed.problems)
        raise HostError(_known(parsed.code), detail=detail, problems=parsed.problems)
    return parsed.manifest


def _known(code: str) -> Any:
    return code


def read_settings(manifest: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """With the defaults of what is not set, and without what is not shown."""
    schema = manifest.get("config", _NO_CONFIG)
    problems = validate_settings(schema, dict(given))
    if problems:
        raise HostError("request.invalid", detail=summary("The settings are not valid", problems), problems=problems)
    shown = visible(schema, given)
    return {name: value for name, value in with_defaults(schema, given).items() if name in shown}


def hook_addresses(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Where a vendor would call each hook."""
    base = f"https://hilum.test/hooks/{manifest['id']}/{INSTANCE}"
    return {hook["id"]: f"{base}/{hook['id']}" for hook in hooks_of(manifest)}


def resolve_grants(manifest: Mapping[str, Any], given: Iterable[str], settings: Mapping[str, Any]) -> list[Grant]:
    """Only what the manifest asks for can be granted, pinned to the settings as they are."""
    return [_resolve_grant(manifest, scope, settings) for scope in given]


def _resolve_grant(manifest: Mapping[str, Any], text: str, settings: Mapping[str, Any]) -> Grant:
    scope = parse_scope(text)
    if isinstance(scope, dict):
        raise HostError("request.invalid", detail=scope["message"])
    if all(request["scope"] != text for request in manifest.get("scopes", [])):
        raise HostError("request.invalid", detail=f"The manifest does not ask for {text}")
    resolved = resolve_scope(scope, settings)
    if isinstance(resolved, dict):
        raise HostError("request.invalid", detail=resolved["message"], problems=[resolved])
    return Grant(manifest["id"], INSTANCE, text, format_scope(resolved), "granted")


def check_methods(manifest: Mapping[str, Any], methods: Sequence[str]) -> None:
    known = load_contract()
    wanted = list(known["hostMethods"]["core"])
    if "send_messages" in manifest["capabilities"]:
        wanted += known["hostMethods"]["send_messages"]
    if "store_records" in manifest["capabilities"]:
        wanted += known["hostMethods"]["store_records"]
    if hooks_of(manifest):
        wanted += known["hostMethods"]["ingress"]
    missing = [method for method in wanted if method not in methods]
    if missing:
        detail = f"The plugin does not answer {', '.join(missing)}, which its manifest promises"
        raise HostError("plugin.protocol", detail=detail)


def smoke_params(manifest: Mapping[str, Any], test: str, recipient: str | None) -> dict[str, Any]:
    """A live test needs a recipient, and only a live one gets it."""
    declared = next((one for one in manifest.get("smokeTests", []) if one["id"] == test), None)
    if declared is None:
        _refuse(f"The manifest declares no smoke test {test}")
    live = declared.get("live", False)
    if live != (recipient is not None):
        _refuse("A live test needs a recipient" if live else "Only a live test has a recipient")
    return {"id": test} if recipient is None else {"id": test, "recipient": recipient}


def _refuse(detail: str) -> NoReturn:
    raise HostError("request.invalid", detail=detail)


def summary(title: str, problems: Iterable[Problem]) -> str:
    places = "; ".join(f"{problem['pointer']} {problem['message']}" for problem in problems)
    return f"{title}: {places}"
