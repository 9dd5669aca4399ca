"""The profile of JSON Schema 2020-12 that `config` is written in: what its shape cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .json_values import is_number
from .patterns import BadPattern, compile_pattern
from .problem import Problems, Report, pointer_to
from .settings import validate_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import Problem

_TEXT, _NUMBERS, _SCALARS = ("string",), ("integer", "number"), ("string", "integer", "number")
# Members that only some types have.
_BELONGS_TO = {
    "minLength": _TEXT,
    "maxLength": _TEXT,
    "pattern": _TEXT,
    "format": _TEXT,
    "multiline": _TEXT,
    "placeholder": _SCALARS,
    "secret": _TEXT,
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
    "enum": _SCALARS,
    "enumTitles": _SCALARS,
    "items": ("array",),
    "maxItems": ("array",),
}


def check_config(config: Mapping[str, Any]) -> list[Problem]:
    """Judges a `config` whose shape is right; pointers are relative to it."""
    problems = Problems()
    for name, declared in config["properties"].items():
        _check_property(config, declared, pointer_to("/properties", name), problems.report)
    for index, name in enumerate(config.get("required", [])):
        if name not in config["properties"]:
            fix = "Add it to properties, or remove it here."
            problems.report(f"/required/{index}", f"there is no setting `{name}`", fix)
    return problems


def _check_property(config: Mapping[str, Any], declared: Mapping[str, Any], pointer: str, report: Report) -> None:
    kind = declared["type"]
    for member in declared:
        if kind not in _BELONGS_TO.get(member, (kind,)):
            message = f"`{member}` has no meaning for the type {kind}"
            report(pointer_to(pointer, member), message, "Remove it.")
    if kind == "array" and "items" not in declared:
        report(pointer, "an array needs `items`", 'Add "items": {"type": "string"}.')
    _check_pattern(declared.get("pattern"), f"{pointer}/pattern", report)
    _check_pattern(declared.get("items", {}).get("pattern"), f"{pointer}/items/pattern", report)
    _check_bounds(declared, pointer, report)
    _check_enum(declared, pointer, report)
    _check_default(declared, pointer, report)
    _check_when(config, declared, pointer, report)


def _check_pattern(source: str | None, pointer: str, report: Report) -> None:
    try:
        if source is not None:
            compile_pattern(source)
    except BadPattern as error:
        report(pointer, f"the pattern is not RE2: {error}", "Write it without look-around and back-references.")


def _check_bounds(declared: Mapping[str, Any], pointer: str, report: Report) -> None:
    if declared.get("minLength", 0) > declared.get("maxLength", float("inf")):
        report(f"{pointer}/minLength", "minLength is above maxLength", "Swap them.")
    if declared.get("minimum", float("-inf")) > declared.get("maximum", float("inf")):
        report(f"{pointer}/minimum", "minimum is above maximum", "Swap them.")


def _check_enum(declared: Mapping[str, Any], pointer: str, report: Report) -> None:
    choices = declared.get("enum", [])
    if "enumTitles" in declared and len(declared["enumTitles"]) != len(choices):
        report(f"{pointer}/enumTitles", "needs one label for each value of `enum`", "Add or remove labels.")
    expected = "string" if declared["type"] == "string" else "number"
    for index, choice in enumerate(choices):
        if not (isinstance(choice, str) if expected == "string" else is_number(choice)):
            report(f"{pointer}/enum/{index}", f"must be a {expected}, as the type says")


def _check_default(declared: Mapping[str, Any], pointer: str, report: Report) -> None:
    if "default" not in declared:
        return None
    if declared.get("secret") is True:
        return report(f"{pointer}/default", "a secret has no default: everybody could read it", "Remove it.")
    for found in validate_value(declared, declared["default"], ""):
        report(f"{pointer}/default{found['pointer']}", f"the default {found['message']}", found.get("fix"))
    return None


def _check_when(config: Mapping[str, Any], declared: Mapping[str, Any], pointer: str, report: Report) -> None:
    if "when" not in declared:
        return None
    name, here = declared["when"]["setting"], f"{pointer}/when/setting"
    other = config["properties"].get(name)
    if other is None or other is declared:
        return report(here, f"there is no other setting `{name}`", "Name a setting of properties.")
    if "when" in other:
        report(here, f"`{name}` depends on a setting itself", "Depend on a setting that is always shown.")
    if other.get("secret") is True:
        report(here, f"`{name}` is a secret", "Depend on a setting that can be read.")
    return None
