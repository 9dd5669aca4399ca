"""Ids of plugins: ASCII reverse-DNS in lower case."""

from __future__ import annotations

import re
from typing import NamedTuple

ID_LENGTH_MAX = 128
_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# First labels that could be taken for the platform itself or for no domain at all.
_RESERVED_ROOTS = frozenset("hilum localhost local internal invalid system host platform user token plugin".split())
_OWN_PREFIX = "org.hilum"


class PluginIdProblem(NamedTuple):
    """A refused id: whether its form is wrong or it belongs to somebody else."""

    code: str
    message: str
    fix: str


def check_plugin_id(plugin: str, *, included: bool = False) -> PluginIdProblem | None:
    """None when the id may be used. `included`: a plugin that comes with Hilum, which alone may be under `org.hilum`."""
    wrong = _wrong_form(plugin)
    if wrong is not None:
        return PluginIdProblem("manifest.invalid", *wrong)
    own = plugin == _OWN_PREFIX or plugin.startswith(f"{_OWN_PREFIX}.")
    if own and included:
        return None
    if own or plugin.split(".")[0] in _RESERVED_ROOTS:
        fix = "Use a reverse-DNS id of a domain that you own, such as com.example.mail."
        return PluginIdProblem("manifest.id_reserved", f"`{plugin}` is reserved", fix)
    return None


def _wrong_form(plugin: str) -> tuple[str, str] | None:
    fix = "Use lower-case ASCII letters, digits and single hyphens in two or more parts joined by dots, such as com.example.mail."
    if len(plugin) > ID_LENGTH_MAX:
        return f"the id is longer than {ID_LENGTH_MAX} characters", fix
    if re.fullmatch(r"[\x21-\x7e]*", plugin) is None:
        return "the id holds a character that is not ASCII", fix
    if plugin != plugin.lower():
        return f"`{plugin}` holds upper-case letters", f"Write `{plugin.lower()}`."
    labels = plugin.split(".")
    good = len(labels) >= 2 and re.fullmatch(r"[a-z]{2,}", labels[0]) is not None
    if good and all(len(part) <= 63 and _LABEL.fullmatch(part) for part in labels):
        return None
    return f"`{plugin}` is not a reverse-DNS id", fix
