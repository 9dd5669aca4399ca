"""Values of settings, against the manifest's `config`."""

from __future__ import annotations

import copy
import math
import re
from typing import TYPE_CHECKING, Any

from ..protocol.frames import is_well_formed, utf16_length
from .deceptive_text import find_invisible
from .formats import FORMAT_MEANINGS, has_format
from .json_values import is_among, is_number, is_safe_whole, name_of, show_number
from .nearest_name import nearest_name
from .patterns import BadPattern, matches
from .problem import pointer_to, problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import Problem

    Declared = Mapping[str, Any]

# Characters of a string setting that declares no `maxLength`, and of a `multiline` one: room for a certificate chain.
_LENGTH_MAX = 4096
_MULTILINE_LENGTH_MAX = 65_536


def visible(schema: Declared, values: Mapping[str, Any]) -> set[str]:
    """Names of the settings that are shown, and so required where they are required."""
    properties = schema["properties"]
    return {name for name, declared in properties.items() if _is_shown(declared.get("when"), properties, values)}


def _is_shown(when: Declared | None, properties: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    if when is None:
        return True
    name = when["setting"]
    value = values[name] if name in values else properties.get(name, {}).get("default", _UNSET)
    return is_among(value, when["in"])


_UNSET = object()


def validate_settings(schema: Declared, values: Any) -> list[Problem]:
    """What is wrong with them; pointers are into `values`.

    A message never repeats a value, because a value may be a secret typed into the wrong field.
    """
    if not isinstance(values, dict):
        return [problem("", f"settings must be an object, not {name_of(values)}")]
    properties = schema["properties"]
    problems = [_unknown(name, properties) for name in values if name not in properties]
    shown = visible(schema, values)
    for name, declared in properties.items():
        value = values.get(name, _UNSET)
        if value is not _UNSET and value != "":
            problems += validate_value(declared, value, pointer_to("", name))
        elif name in schema.get("required", []) and name in shown and "default" not in declared:
            title = declared.get("title", name)
            problems.append(problem(pointer_to("", name), f"{title} is missing", f"Enter {title}."))
    return problems


def with_defaults(schema: Declared, values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the defaults of those that are not set. Members that the schema does not know are left out."""
    settings: dict[str, Any] = {}
    for name, declared in schema["properties"].items():
        if name in values:
            settings[name] = values[name]
        elif "default" in declared:
            settings[name] = copy.deepcopy(declared["default"])
    return settings


def _unknown(name: str, names: Mapping[str, Any]) -> Problem:
    near = nearest_name(name, names)
    fix = "Remove it." if near is None else f"Did you mean `{near}`?"
    return problem(pointer_to("", name[:100]), "there is no such setting", fix)


def validate_value(declared: Declared, value: Any, pointer: str) -> list[Problem]:
    """Judges one value; `pointer` is where it stands."""
    kind = declared["type"]
    if kind == "array":
        return _validate_array(declared, value, pointer)
    if kind == "boolean":
        fault = None if isinstance(value, bool) else f"must be on or off, not {name_of(value)}"
    elif kind == "string":
        length_max = _MULTILINE_LENGTH_MAX if declared.get("multiline") is True else _LENGTH_MAX
        fault = _fault_of_text(declared, value, length_max)
    else:
        fault = _fault_of_number(declared, value)
    return [] if fault is None else [problem(pointer, fault)]


def _fault_of_number(declared: Declared, value: Any) -> str | None:
    if not is_number(value) or not math.isfinite(value):
        return f"must be a number, not {name_of(value)}"
    if declared["type"] == "integer" and not is_safe_whole(value):
        return "must be a whole number"
    if "enum" in declared and not is_among(value, declared["enum"]):
        return f"must be one of {', '.join(map(_show, declared['enum']))}"
    if "minimum" in declared and value < declared["minimum"]:
        return f"must be at least {show_number(declared['minimum'])}"
    if "maximum" in declared and value > declared["maximum"]:
        return f"must be at most {show_number(declared['maximum'])}"
    return None


def _show(value: Any) -> str:
    return show_number(value) if is_number(value) else str(value)


def _fault_of_text(rules: Declared, value: Any, length_max: int) -> str | None:
    if not isinstance(value, str):
        return f"must be text, not {name_of(value)}"
    if "enum" in rules and not is_among(value, rules["enum"]):
        return f"must be one of {', '.join(map(_show, rules['enum']))}"
    least, most = rules.get("minLength", 0), rules.get("maxLength", length_max)
    if utf16_length(value) < least:
        return f"must have at least {least} characters"
    if utf16_length(value) > most:
        return f"must have at most {most} characters"
    if not is_well_formed(value):
        return "holds half a character"
    # A pass phrase may hold any character; anywhere else one that cannot be seen is a mistake or a trick.
    if rules.get("secret") is not True and find_invisible(value.replace("\r\n", "\n")) is not None:
        return "holds a character that cannot be seen"
    if rules.get("multiline") is not True and re.search(r"[\r\n]", value):
        return "must be one line"
    if "format" in rules and not has_format(rules["format"], value):
        return f"must be {FORMAT_MEANINGS[rules['format']]}"
    return None if _fits_pattern(rules.get("pattern"), value) else "does not have the form that is asked for"


def _fits_pattern(pattern: str | None, value: str) -> bool:
    try:
        return pattern is None or matches(pattern, value)
    except BadPattern:
        return False


def _validate_array(declared: Declared, value: Any, pointer: str) -> list[Problem]:
    if not isinstance(value, list):
        return [problem(pointer, f"must be a list, not {name_of(value)}")]
    most = declared.get("maxItems", 1000)
    if len(value) > most:
        return [problem(pointer, f"must have at most {most} entries")]
    faults = ((index, _fault_of_text(declared.get("items", {}), item, _LENGTH_MAX)) for index, item in enumerate(value))
    return [problem(pointer_to(pointer, index), fault) for index, fault in faults if fault is not None]
