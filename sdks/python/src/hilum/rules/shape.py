"""Judges a JSON value by a shape of the contract, which is data (`contract.gen.json`)."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..protocol.frames import utf16_length
from .json_values import is_number, name_of, show_number
from .nearest_name import nearest_name
from .problem import Problems, Report, pointer_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models import Problem

    Rules = dict[str, Any]


def check_shape(rules: Rules, value: Any) -> list[Problem]:
    """What is wrong with `value`; pointers are into it."""
    problems = Problems()
    check(rules, value, "", problems.report)
    return problems


def check(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    _CHECKS[rules["kind"]](rules, value, pointer, report)


@lru_cache(maxsize=200)
def compile_form(source: str) -> re.Pattern[str]:
    """A pattern of the contract: plain enough to mean the same in both languages, but for what `$` is."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", source), re.ASCII)


def _text(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    least, most, what, form = rules["min"], rules["max"], rules["what"], rules.get("form")
    if not isinstance(value, str):
        return report(pointer, f"must be {what} in double quotes, not {name_of(value)}")
    length = utf16_length(value)
    if length < least:
        return report(pointer, "must not be empty" if least == 1 else f"must have at least {least} characters")
    if length > most:
        return report(pointer, f"must have at most {most} characters; it has {length}")
    if not rules["multiline"] and re.search(r"[\n\t]", value):
        return report(pointer, "must be one line")
    if form is not None and not compile_form(form).search(value):
        report(pointer, f"`{value[:80]}` is not {what}")
    return None


def _number(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    least, most, integer = rules["min"], rules["max"], rules["integer"]
    if is_number(value) and least <= value <= most and (not integer or float(value).is_integer()):
        return
    what = f"{'a whole number' if integer else 'a number'} from {show_number(least)} to {show_number(most)}"
    report(pointer, f"must be {what}, not {show_number(value) if is_number(value) else name_of(value)}")


def _flag(_rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, bool):
        report(pointer, f"must be true or false, not {name_of(value)}", "Write it without quotes.")


def _any(_rules: Rules, _value: Any, _pointer: str, _report: Report) -> None:
    """Takes any value."""


def _one_of(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    names: list[str] = rules["names"]
    if isinstance(value, str) and value in names:
        return
    near = nearest_name(value, names) if isinstance(value, str) else None
    shown = f"`{value[:80]}`" if isinstance(value, str) else name_of(value)
    fix = f"Use one of {', '.join(names)}." if near is None else f"Did you mean `{near}`?"
    report(pointer, f"{shown} is not one of the values", fix)


def _list(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    least, most = rules["min"], rules["max"]
    if not isinstance(value, list):
        return report(pointer, f"must be a list, not {name_of(value)}", "Put it in square brackets.")
    if len(value) < least:
        report(pointer, "must have at least one entry" if least == 1 else f"must have at least {least} entries")
    if len(value) > most:
        return report(pointer, f"must have at most {most} entries; it has {len(value)}")
    seen: set[tuple[type, Any]] = set()
    for index, item in enumerate(value):
        here = pointer_to(pointer, index)
        check(rules["entry"], item, here, report)
        identity = _identity_of(item, rules["unique"]) if "unique" in rules else None
        if identity is None:
            continue
        if identity in seen:
            shown = json.dumps(identity[1], ensure_ascii=False, separators=(",", ":"))
            report(here, f"{shown} stands in the list twice", "Keep one of the two.")
        seen.add(identity)
    return None


def _identity_of(entry: Any, members: list[str]) -> tuple[type, Any] | None:
    """What two entries may not share; None for an entry that lacks it."""
    if not members:
        found = entry
    elif not isinstance(entry, dict) or not all(name in entry for name in members):
        return None
    else:
        found = entry[members[0]] if len(members) == 1 else " ".join(str(entry[name]) for name in members)
    # Lists and objects are never the same one twice.
    return None if isinstance(found, (list, dict)) else (bool if isinstance(found, bool) else object, found)


def _object(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    members, required, not_served = rules["members"], rules["required"], rules["notServed"]
    if not isinstance(value, dict):
        return report(pointer, f"must be an object, not {name_of(value)}", "Put it in curly brackets.")
    for name in required:
        if name not in value:
            report(pointer_to(pointer, name), f"`{name}` is missing", f'Add "{name}".')
    for name, member in value.items():
        here = pointer_to(pointer, name)
        if name in members:
            check(members[name], member, here, report)
        elif name in not_served:
            report(here, f"this version does not serve `{name}` yet", "Remove it, or update Hilum.")
        else:
            _report_unknown(name, here, [*members, *not_served], report)
    return None


def _report_unknown(name: str, pointer: str, known: list[str], report: Report) -> None:
    near = nearest_name(name, known)
    fix = f"Fields here are {', '.join(known)}." if near is None else f"Did you mean `{near}`?"
    report(pointer, f"`{name[:80]}` is not a field", fix)


def _variants(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    tag, forms = rules["tag"], rules["forms"]
    if not isinstance(value, dict):
        return report(pointer, f"must be an object, not {name_of(value)}", "Put it in curly brackets.")
    here = pointer_to(pointer, tag)
    if tag not in value:
        return report(here, f"`{tag}` is missing", f'Add "{tag}".')
    form = value[tag]
    if isinstance(form, str) and form in forms:
        return check(forms[form], value, pointer, report)
    return _one_of({"names": list(forms)}, form, here, report)


def _record(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, dict):
        return report(pointer, f"must be an object, not {name_of(value)}", "Put it in curly brackets.")
    if len(value) > rules["max"]:
        return report(pointer, f"must have at most {rules['max']} members; it has {len(value)}")
    for name, member in value.items():
        here = pointer_to(pointer, name)
        if not compile_form(rules["form"]).search(name):
            report(here, f"`{name[:80]}` is not {rules['what']}")
        check(rules["entry"], member, here, report)
    return None


def _scalar(_rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if value is None or isinstance(value, (list, dict)):
        report(pointer, "must be a string, a number or true or false")


def _setting_value(_rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if not is_number(value):
        _text({"min": 1, "max": 500, "what": "text", "multiline": False}, value, pointer, report)


def _null(_rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if value is not None:
        report(pointer, "must be null")


def _true(_rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if value is not True:
        report(pointer, "must be true", "Write true, or leave the setting out.")


def _hook_status(_rules: Rules, value: Any, pointer: str, report: Report) -> None:
    whole = is_number(value) and float(value).is_integer()
    if not whole or not (200 <= value <= 299 or 400 <= value <= 499):
        report(pointer, "must be a whole number from 200 to 299 or from 400 to 499")


def _flag_or(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, bool):
        check(rules["form"], value, pointer, report)


def _resource(rules: Rules, value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, dict):
        return report(pointer, f"must be a resource, not {name_of(value)}")
    for name, form in (("resourceType", rules["type"]), ("id", rules["id"])):
        if name in value:
            check(form, value[name], f"{pointer}/{name}", report)
        else:
            report(f"{pointer}/{name}", f"`{name}` is missing", f'Add "{name}".')
    return None


_CHECKS: dict[str, Callable[[Rules, Any, str, Report], None]] = {
    "any": _any,
    "flag": _flag,
    "flag_or": _flag_or,
    "hook_status": _hook_status,
    "list": _list,
    "null": _null,
    "number": _number,
    "object": _object,
    "one_of": _one_of,
    "record": _record,
    "resource": _resource,
    "scalar": _scalar,
    "setting_value": _setting_value,
    "text": _text,
    "true": _true,
    "variants": _variants,
}
