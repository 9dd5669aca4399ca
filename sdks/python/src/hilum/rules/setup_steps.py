"""`setup` of a manifest: each step asks for settings that exist, and for nothing of another type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .formats import is_web_address
from .oauth_steps import check_oauth_step
from .problem import pointer_to
from .settings import validate_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .problem import Report

    Json = Mapping[str, Any]

_DECLARE = "Declare it in /config/properties."

# Which members a step of each type must have, and which it may have beside those of every step.
_MEMBERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "form": (("fields",), ("discover", "check")),
    "menu": (("options",), ()),
    "oauth2": (("authorizeUrl", "tokenUrl", "clientId", "into"), ("issuer", "scopes", "clientSecret")),
    "check": ((), ("waitsForHook",)),
    "test": ((), ("waitsForHook",)),
}
_TYPED = list(dict.fromkeys(name for needs, may in _MEMBERS.values() for name in (*needs, *may)))
_MENDS = {"fields": "Name the settings that it asks.", "options": "Add its choices."}
_ARTICLES = {"form": "a form", "menu": "a menu", "oauth2": "an oauth2 step", "check": "a check", "test": "a test"}


def check_setup(manifest: Json, report: Report) -> None:
    steps = manifest.get("setup", {}).get("steps", [])
    for index, step in enumerate(steps):
        _check_step(manifest, step, f"/setup/steps/{index}", report)
    _check_token_sets(steps, report)


def _check_step(manifest: Json, step: Json, pointer: str, report: Report) -> None:
    properties = manifest.get("config", {}).get("properties", {})
    _check_members(step, pointer, report)
    link = step.get("link")
    if link is not None and not (is_web_address(link) and link.startswith("https://")):
        report(f"{pointer}/link", "is not an https address", "Write an address that begins with https://.")
    _check_when(step, properties, pointer, report)
    _check_fields(step, properties, pointer, report)
    _check_options(step, properties, pointer, report)
    if step["type"] == "oauth2":
        check_oauth_step(manifest, step, pointer, report)
    hook = step.get("waitsForHook")
    if hook is not None and all(hook != one["id"] for one in manifest.get("ingress", {}).get("http", [])):
        fix = "Declare it in /ingress/http, or remove this."
        report(f"{pointer}/waitsForHook", f"there is no hook `{hook}`", fix)


def _check_members(step: Json, pointer: str, report: Report) -> None:
    needs, may = _MEMBERS[step["type"]]
    article = _ARTICLES[step["type"]]
    for name in needs:
        if name not in step:
            report(f"{pointer}/{name}", f"{article} needs `{name}`", _MENDS.get(name, f'Add "{name}".'))
    for name in _TYPED:
        if name in step and name not in needs and name not in may:
            report(f"{pointer}/{name}", f"{article} has no {name}", "Remove it.")


def _check_when(step: Json, properties: Json, pointer: str, report: Report) -> None:
    when = step.get("when")
    if when is None:
        return None
    name, here = when["setting"], f"{pointer}/when/setting"
    declared = properties.get(name)
    if declared is None:
        return report(here, f"there is no setting `{name}`", _DECLARE)
    if declared.get("secret") is True:
        return report(here, f"`{name}` is a secret", "Depend on a setting that can be read.")
    for index, value in enumerate(when["in"]):
        for found in validate_value(declared, value, f"{pointer}/when/in/{index}"):
            report(found["pointer"], found["message"], found.get("fix"))
    return None


def _check_fields(step: Json, properties: Json, pointer: str, report: Report) -> None:
    fields: Sequence[str] = step.get("fields", [])
    for index, name in enumerate(fields):
        if name not in properties:
            report(f"{pointer}/fields/{index}", f"there is no setting `{name}`", _DECLARE)
    for name in step.get("discover", {}):
        here = pointer_to(f"{pointer}/discover", name)
        if name not in fields:
            report(here, f"the form does not ask for `{name}`", "Add it to fields.")
        elif properties.get(name, {}).get("secret") is True:
            report(here, f"`{name}` is a secret", "Discover what can be shown.")
        elif properties.get(name, {}).get("type") == "boolean":
            report(here, f"`{name}` is a yes or no", "Discover a text, a number or a list.")


def _check_options(step: Json, properties: Json, pointer: str, report: Report) -> None:
    for index, option in enumerate(step.get("options", [])):
        for name, value in option.get("set", {}).items():
            here = pointer_to(f"{pointer}/options/{index}/set", name)
            declared = properties.get(name)
            if declared is None:
                report(here, f"there is no setting `{name}`", _DECLARE)
            elif declared.get("secret") is True:
                report(here, "a menu cannot set a secret", "Ask for it in a form.")
            else:
                for found in validate_value(declared, value, here):
                    report(found["pointer"], found["message"], found.get("fix"))


def _check_token_sets(steps: Sequence[Json], report: Report) -> None:
    """A token set belongs to one sign-in, and nobody types it."""
    seen: set[str] = set()
    for index, step in enumerate(steps):
        into = step.get("into") if step["type"] == "oauth2" else None
        if into is None:
            continue
        if into in seen:
            message = f"`{into}` holds another sign-in already"
            report(f"/setup/steps/{index}/into", message, "Give each a secret of its own.")
        seen.add(into)
    for index, step in enumerate(steps):
        for at, name in enumerate(step.get("fields", [])):
            if name in seen:
                fix = "Remove it from the form."
                report(f"/setup/steps/{index}/fields/{at}", f"`{name}` is filled by a sign-in", fix)
        secret = step.get("clientSecret")
        if secret in seen:
            report(f"/setup/steps/{index}/clientSecret", f"`{secret}` is filled by a sign-in", "Name another secret.")
