"""Scopes: what a plugin may ask of the platform."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from .contract import load_contract
from .json_values import is_number, show_number
from .nearest_name import nearest_name
from .network_names import is_host, is_port
from .plugin_id import check_plugin_id
from .problem import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..models import Problem


class DataScope(NamedTuple):
    """`filters` narrow it: search parameters, sorted by name."""

    level: str
    resource: str
    actions: str
    filters: tuple[tuple[str, str], ...]


class NetScope(NamedTuple):
    """Host or port may name a setting, `{config.host}`: such a scope covers nothing until it is resolved."""

    protocol: str
    host: str
    port: str


class OtherScope(NamedTuple):
    """`events`, `operation` or `jobs`, by its one spelling."""

    kind: str
    spelling: str


Scope = Union[DataScope, NetScope, OtherScope]

_LENGTH_MAX = 500
_FORMS = (
    "A scope is one of `system/Type.cruds`, `net:tcp://host:port`, `net:https://host:port`, `events:publish:type`, "
    "`events:subscribe:type`, `operations:call:plugin/name`, `jobs:schedule`."
)


def parse_scope(text: str) -> Scope | Problem:
    """Reads one scope. A problem has an empty pointer: the caller knows where the scope stands."""
    if len(text) > _LENGTH_MAX:
        return _refuse(text, "is longer than 500 characters", _FORMS)
    if re.fullmatch(r"[\x21-\x7e]+", text) is None:
        return _refuse(text, "holds a blank or a character that is not ASCII", _FORMS)
    if "*" in text:
        return _refuse(text, "holds a wildcard", "Name each type, host and event by itself.")
    if text.startswith("net:"):
        return _parse_net(text)
    if text.startswith("events:"):
        return _parse_events(text)
    if text.startswith("operations:"):
        return _parse_operation(text)
    if text == "jobs:schedule":
        return OtherScope("jobs", text)
    data = re.fullmatch(r"(patient|user|system)/([A-Za-z]+)\.([a-z]+)(?:\?(.*))?", text)
    return _unknown_scope(text) if data is None else _parse_data(text, *data.groups())


def is_scope(value: Scope | Problem) -> bool:
    return not isinstance(value, dict)


def format_scope(scope: Scope) -> str:
    """The one spelling of a scope: actions in order, filters sorted, host in lower case."""
    if isinstance(scope, DataScope):
        filters = "&".join(f"{name}={value}" for name, value in scope.filters)
        return f"{scope.level}/{scope.resource}.{scope.actions}{'?' if filters else ''}{filters}"
    if isinstance(scope, NetScope):
        return f"net:{scope.protocol}://{scope.host}:{scope.port}"
    return scope.spelling


def setting_of(part: str) -> str | None:
    """The setting that a host or port names, or None when it is written out."""
    named = re.fullmatch(r"\{config\.([A-Za-z][A-Za-z0-9_]*)\}", part)
    return None if named is None else named[1]


def scope_settings(scope: Scope) -> list[str]:
    """Settings whose values become part of the scope, and so of its grant."""
    if not isinstance(scope, NetScope):
        return []
    return [name for name in map(setting_of, (scope.host, scope.port)) if name is not None]


def covers_scope(grant: Scope, request: Scope) -> bool:
    """True when a grant of `grant` allows what `request` asks. What is not resolved covers nothing."""
    if scope_settings(grant) or scope_settings(request):
        return False
    if isinstance(grant, DataScope) and isinstance(request, DataScope):
        return (
            (grant.level, grant.resource) == (request.level, request.resource)
            and request.actions != ""
            and set(request.actions) <= set(grant.actions)
            and set(grant.filters) <= set(request.filters)
        )
    return format_scope(grant) == format_scope(request)


def resolve_scope(scope: Scope, settings: Mapping[str, Any]) -> Scope | Problem:
    """Fills a scope's `{config.name}` from settings; a problem points at the setting that is missing or no destination."""
    if not isinstance(scope, NetScope):
        return scope
    host = _fill(scope.host, settings, is_host, "a host name or an address")
    if not isinstance(host, str):
        return host
    port = _fill(scope.port, settings, is_port, "a port between 1 and 65535")
    return NetScope(scope.protocol, host.lower(), port) if isinstance(port, str) else port


def _fill(part: str, settings: Mapping[str, Any], valid: Callable[[str], bool], what: str) -> str | Problem:
    name = setting_of(part)
    if name is None:
        return part
    text = _spell(settings.get(name))
    fix = f"Set {name} to {what}."
    if text == "":
        return problem(f"/{name}", f"{name} is not set, so the destination is not known", fix)
    return text if valid(text) else problem(f"/{name}", f"{name} is not {what}", fix)


def _spell(value: Any) -> str:
    """An IPv6 address is written in brackets inside a scope and without them in a setting."""
    if is_number(value):
        return show_number(value)
    if not isinstance(value, str):
        return ""
    return f"[{value}]" if ":" in value and not value.startswith("[") else value


def _refuse(text: str, message: str, fix: str | None = None) -> Problem:
    shown = re.sub(r"[^\x20-\x7e]", "?", f"{text[:80]}..." if len(text) > 80 else text)
    return problem("", f"`{shown}` {message}", fix)


def _did_you_mean(candidate: str | None) -> str:
    return _FORMS if candidate is None else f"Did you mean `{candidate}`?"


def _parse_data(text: str, level: str, kind: str, letters: str, query: str | None) -> Scope | Problem:
    types: list[str] = load_contract()["canonicalTypes"]
    if kind not in types:
        near = nearest_name(kind, types)
        mended = None if near is None else text.replace(f"/{kind}.", f"/{near}.", 1)
        return _refuse(text, f"names `{kind}`, which is not a canonical type", _did_you_mean(mended))
    ordered = "".join(action for action in "cruds" if action in letters)
    if ordered != letters:
        fix = "c create, r read, u update, d delete, s search."
        if ordered != "":
            fix = _did_you_mean(f"{level}/{kind}.{ordered}")
        return _refuse(text, "must end in letters of `cruds`, each once and in that order", fix)
    filters = () if query is None else _parse_filters(query)
    if filters is None:
        fix = "Use plain search parameters joined by &, without modifiers, chains or repeats."
        return _refuse(text, "has a filter that is not `name=value`", fix)
    return DataScope(level, kind, ordered, filters)


def _parse_filters(query: str) -> tuple[tuple[str, str], ...] | None:
    """Modifiers (`name:exact`) and chains (`subject.name`) would widen what a reader expects: refused."""
    filters: list[tuple[str, str]] = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        good = re.fullmatch(r"_?[a-z][a-z0-9-]*", name) and re.fullmatch(r"[A-Za-z0-9._~:/|,%-]+", value)
        if not good or any(name == other for other, _ in filters):
            return None
        filters.append((name, value))
    return tuple(sorted(filters))


def _parse_net(text: str) -> Scope | Problem:
    parts = re.fullmatch(r"net:([a-z]+)://(\[[^\]]*\]|\{[^}]*\}|[^:/{}\[\]]+)(?::([^:/]*))?(.*)", text)
    if parts is None:
        return _refuse(text, "is not a destination", "Write `net:tcp://host:port`.")
    protocol, host, port, rest = parts[1], parts[2], parts[3] or "", parts[4]
    if protocol not in ("tcp", "https"):
        near = nearest_name(protocol, ["tcp", "https"]) or "tcp"
        return _refuse(text, f"names the protocol `{protocol}`", _did_you_mean(f"net:{near}://{host}:{port or 'port'}"))
    if rest != "":
        return _refuse(text, "goes on after the port", f"Write `net:{protocol}://{host}:{port}`.")
    if setting_of(host) is None and not is_host(host):
        fix = "Write a host name, an IPv4 address, an IPv6 address in brackets, or `{config.name}`."
        return _refuse(text, f"names `{host}`, which is not a host", fix)
    if setting_of(port) is None and not is_port(port):
        usual = 443 if protocol == "https" else 25
        fix = f"Write it out, as in `net:{protocol}://{host}:{usual}`, or `{{config.name}}`."
        return _refuse(text, "has no port between 1 and 65535", fix)
    return NetScope(protocol, host.lower() if setting_of(host) is None else host, port)


def _parse_events(text: str) -> Scope | Problem:
    if re.fullmatch(r"events:(?:publish|subscribe):[a-z0-9]+(?:[.-][a-z0-9]+)*", text):
        return OtherScope("events", text)
    fix = "Write `events:publish:com.example.thing.v1` or `events:subscribe:...`."
    return _refuse(text, "is not an event scope", fix)


def _parse_operation(text: str) -> Scope | Problem:
    parts = re.fullmatch(r"operations:call:([^/]+)/([a-z][a-zA-Z0-9_]{0,63})", text)
    if parts is not None and check_plugin_id(parts[1], included=True) is None:
        return OtherScope("operation", text)
    return _refuse(text, "is not an operation", "Write `operations:call:com.example.plugin/name`.")


def _unknown_scope(text: str) -> Problem:
    data = re.match(r"([a-z]+)/([A-Za-z]+)\.([a-z]+)", text)
    candidates = _spelled_forms() if data is None else _spelled_forms(data[2], data[3])
    return _refuse(text, "is not a scope", _did_you_mean(nearest_name(text, candidates)))


def _spelled_forms(kind: str | None = None, letters: str = "r") -> Iterator[str]:
    """Scopes that somebody may have meant: each canonical type with the letters that were written."""
    yield from ("jobs:schedule", "net:tcp://host:port", "net:https://host:port", "events:publish:type")
    yield from ("events:subscribe:type", "operations:call:plugin/name")
    for level in ("system", "user", "patient"):
        for name in load_contract()["canonicalTypes"] if kind is None else [kind]:
            yield f"{level}/{name}.{letters}"
