"""Reads `hilum.json` (docs/reference/manifest.md)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

from .capabilities import phi_class_of, phi_of_capability
from .config_profile import check_config
from .contract import load_contract
from .deceptive_text import find_invisible, find_look_alike
from .destinations import check_destinations
from .formats import is_web_address
from .ingress import check_ingress
from .json_values import WHOLE_MAX
from .migrations import check_migrations
from .pages import check_pages, is_inner_path
from .plugin_id import check_plugin_id
from .problem import Problems, Report, pointer_to, problem
from .provider_addresses import property_of
from .scopes import format_scope, parse_scope, scope_settings
from .setup_steps import check_setup
from .shape import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..models import Manifest, Problem

_BYTES_MAX = 262_144
_DEPTH_MAX = 16
_PROBLEMS_MAX = 50
_UNSAFE_NAMES = ("__proto__", "constructor", "prototype")


class ParsedManifest(NamedTuple):
    """`manifest` is None where `problems` say why; `code` is then the refusal's."""

    manifest: Manifest | None
    code: str
    problems: Sequence[Problem]


def parse_manifest(given: Mapping[str, Any] | str, *, included: bool = False) -> ParsedManifest:
    """Reads a manifest from its text, or from a value that was parsed already. At most fifty faults are named.

    `included`: a plugin that comes with Hilum.
    """
    try:
        text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        fix = "Pass an object of strings, numbers, lists and objects."
        return _refused([problem("", "the manifest is not a JSON value", fix)])
    if len(text.encode("utf-8", "surrogatepass")) > _BYTES_MAX:
        return _refused([problem("", "the manifest is larger than 256 KiB", "Shorten it.")])
    value, problems = _read_json(text.removeprefix("\ufeff"))
    if value is not None or not problems:
        problems += _check_manifest(value, included)
    if not problems:
        return ParsedManifest(cast("Manifest", value), "", [])
    return _refused(problems, _is_reserved(value, included))


def _refused(problems: Sequence[Problem], reserved: bool = False) -> ParsedManifest:
    only = reserved and len(problems) == 1 and problems[0]["pointer"] == "/id"
    return ParsedManifest(None, "manifest.id_reserved" if only else "manifest.invalid", problems[:_PROBLEMS_MAX])


def _is_reserved(value: Any, included: bool) -> bool:
    plugin = value.get("id") if isinstance(value, dict) else None
    found = check_plugin_id(plugin, included=included) if isinstance(plugin, str) else None
    return found is not None and found.code == "manifest.id_reserved"


class _TooDeep(ValueError):
    pass


def _read_json(text: str) -> tuple[Any, list[Problem]]:
    """Duplicate and unsafe names are collected, so that one pass names all of them."""
    problems = Problems()
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse_constant)
        return _settle(pairs, "", 1, problems.report), problems
    except json.JSONDecodeError as error:
        found = problem("", error.msg[:1].lower() + error.msg[1:], "Correct the JSON text.")
        found["line"] = error.lineno
        return None, [found]
    except _TooDeep:
        return None, [problem("", f"values are nested deeper than {_DEPTH_MAX}", "Nest less.")]
    except (ValueError, RecursionError):
        return None, [problem("", "the text is not JSON", "Correct the JSON text.")]


class _Pairs(list[tuple[str, Any]]):
    """An object's members as they stand, so that none is lost."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _settle(value: Any, pointer: str, depth: int, report: Report) -> Any:
    if isinstance(value, (_Pairs, list)) and depth > _DEPTH_MAX:
        raise _TooDeep
    if isinstance(value, _Pairs):
        members: dict[str, Any] = {}
        for name, member in value:
            here = pointer_to(pointer, name)
            if name in members:
                report(here, f'"{name}" stands here twice', "Keep one of the two.")
            if name in _UNSAFE_NAMES:
                report(here, f'"{name}" is not allowed as a member name', "Remove it.")
            settled = _settle(member, here, depth + 1, report)
            if name not in _UNSAFE_NAMES:
                members[name] = settled
        return members
    if isinstance(value, list):
        return [_settle(item, pointer_to(pointer, index), depth + 1, report) for index, item in enumerate(value)]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        _check_size(value, pointer, report)
    return value


def _check_size(value: float, pointer: str, report: Report) -> None:
    infinite = value in (float("inf"), float("-inf"))
    if infinite or (float(value).is_integer() and abs(value) > WHOLE_MAX):
        report(pointer, f"{str(value)[:40]} is too large for a number", "Use a smaller number.")


def _check_manifest(value: Any, included: bool) -> list[Problem]:
    problems = Problems()
    report = problems.report
    _check_visible(value, "", report)
    check(load_contract()["manifest"], value, "", report)
    if not isinstance(value, dict):
        return problems
    if isinstance(value.get("id"), str):
        found = check_plugin_id(value["id"], included=included)
        if found is not None:
            report("/id", found.message, found.fix)
    # What follows reads the manifest as its type, so it looks only at one whose shape is right.
    if problems:
        return problems
    _check_names(value, report)
    _check_paths(value, report)
    check_pages(value, report)
    _check_classification(value, report)
    _check_storage(value, report)
    for fault in check_config(value["config"]) if "config" in value else []:
        report(f"/config{fault['pointer']}", fault["message"], fault.get("fix"))
    if problems:
        return problems
    _check_scopes(value, report)
    check_setup(value, report)
    check_destinations(value, report)
    check_ingress(value, report)
    check_migrations(value, report)
    return problems


def _check_visible(value: Any, pointer: str, report: Report) -> None:
    """No string of a manifest, and no name of a member, may hold what a reviewer cannot see."""
    if isinstance(value, str):
        found = find_invisible(value)
        if found is not None:
            report(pointer, f"holds the invisible character {found}", "Remove it.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_visible(item, pointer_to(pointer, index), report)
    elif isinstance(value, dict):
        for name, member in value.items():
            found = find_invisible(name)
            if found is not None:
                report(pointer, f"has a member whose name holds the invisible character {found}", "Remove it.")
            _check_visible(member, pointer_to(pointer, name), report)


def _check_names(manifest: Mapping[str, Any], report: Report) -> None:
    for field in ("name", "publisher"):
        text = manifest.get(field)
        if text is None:
            continue
        if find_look_alike(text) is not None:
            report(f"/{field}", "mixes alphabets whose letters look alike", "Write each word in one alphabet.")
        if text != text.strip():
            report(f"/{field}", "begins or ends with a blank", "Remove the blank.")
    homepage = manifest.get("homepage")
    if homepage is not None and not (is_web_address(homepage) and homepage.startswith("https://")):
        report("/homepage", "is not an https address", "Write an address that begins with https://.")


def _check_paths(manifest: Mapping[str, Any], report: Report) -> None:
    fix = "Write a path inside the plugin's folder, such as dist/main.mjs."
    icon, runtime = manifest.get("icon"), manifest.get("runtime")
    if icon is not None and not (is_inner_path(icon) and re.search(r"\.(?:svg|png)\Z", icon)):
        message = "is not the path of a .svg or .png file in the plugin's folder"
        report("/icon", message, "Write a path such as icon.svg.")
    if runtime is None:
        return
    entry, here = runtime.get("entry"), "/runtime/entry"
    if runtime["kind"] == "remote":
        if entry is not None:
            report(here, "a remote plugin runs elsewhere and has no entry here", "Remove it.")
    elif entry is None:
        report(here, "`entry` is missing", fix)
    elif not is_inner_path(entry):
        report(here, "is not a path inside the plugin's folder", fix)


def _check_classification(manifest: Mapping[str, Any], report: Report) -> None:
    declared, implied = manifest.get("classification", {}).get("phi"), phi_class_of(manifest)
    if declared is None or declared == implied:
        return
    names = (name for name in manifest["capabilities"] if phi_of_capability(name) == implied)
    message = f"`{declared}` is less than {next(names, 'its capabilities')} implies"
    report("/classification/phi", message, f"Write `{implied}`, or leave it out.")


def _check_storage(manifest: Mapping[str, Any], report: Report) -> None:
    """The Storage Browser asks by the methods of `store_records`: without that capability it would find nobody."""
    browser = manifest.get("storage", {}).get("browser", False)
    if browser is False or "store_records" in manifest["capabilities"]:
        return
    message = "the Storage Browser reads by the capability `store_records`, which the plugin does not provide"
    report("/storage/browser", message, 'Add "store_records" to `capabilities`, or remove `storage`.')


def _check_scopes(manifest: Mapping[str, Any], report: Report) -> None:
    seen: set[str] = set()
    for index, request in enumerate(manifest.get("scopes", [])):
        pointer = f"/scopes/{index}/scope"
        scope = parse_scope(request["scope"])
        if isinstance(scope, dict):
            report(pointer, scope["message"], scope.get("fix"))
            continue
        spelled = format_scope(scope)
        if spelled in seen:
            report(pointer, f"`{spelled}` is asked for twice", "Keep one of the two.")
        seen.add(spelled)
        for name in scope_settings(scope):
            _check_scope_setting(manifest, name, pointer, report)


def _check_scope_setting(manifest: Mapping[str, Any], name: str, pointer: str, report: Report) -> None:
    declared = property_of(manifest, name)
    if declared is None:
        message = f"names the setting `{name}`, which config does not declare"
        report(pointer, message, "Declare it in /config/properties.")
    elif declared.get("secret") is True or declared["type"] in ("array", "boolean"):
        message = f"names the setting `{name}`, which cannot be part of a destination"
        report(pointer, message, "Use a text or a whole number that is not a secret.")
