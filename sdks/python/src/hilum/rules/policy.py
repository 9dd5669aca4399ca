"""Whether a plugin's instance may do what it asks: the same decision as the host's, from the same grants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Union
from urllib.parse import unquote

from .json_values import is_safe_whole
from .scopes import DataScope, NetScope, OtherScope, covers_scope, parse_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .scopes import Scope

Owner = tuple[str, str]
"""A plugin's id and an instance's."""


class Grant(NamedTuple):
    """A scope that an operator decided on for one instance of a plugin.

    - `resolved`: the scope with the settings' values filled in and pinned; None until they are known.
    - `decision`: `granted` or `denied`; a denial outweighs every grant of the same or a wider scope.
    - `until`: milliseconds since the epoch at which it stops to hold.
    """

    plugin: str
    instance: str
    scope: str
    resolved: str | None
    decision: str
    until: float | None = None


class Ask(NamedTuple):
    """What is asked. `owner` says whose message, state or attachment is touched; `now` is in milliseconds since the epoch."""

    plugin: str
    instance: str
    lane: str
    action: str
    now: float
    scope: str | None = None
    owner: Owner | None = None
    actor_kind: str = "plugin"
    epoch_seen: int = 0


Criteria = tuple[tuple[str, str], ...]
"""Search criteria that a record must all meet, decoded. Empty: every record meets them."""


class RowRule(NamedTuple):
    """A record that one grant reaches meets all of `every`, and none of `none` as a whole."""

    every: Criteria
    none: tuple[Criteria, ...]


class Allowed(NamedTuple):
    """`grant` is None for what comes with being a plugin at all, or with the capability.

    `rows`, of a record: which ones the grants reach; a record must meet one of the rules.
    """

    grant: Grant | None
    rows: tuple[RowRule, ...] = ()


class Denied(NamedTuple):
    reason: str


Decision = Union[Allowed, Denied]

# What needs no grant: for everybody, or for what is the instance's own.
_IMPLIED = {
    ("log", "log"): "always",
    ("messages", "messages.updateDelivery"): "own",
    ("messages", "blobs.read"): "own",
    ("records", "blobs.write"): "own",
    ("state", "state.get"): "own",
    ("state", "state.put"): "own",
    ("state", "state.delete"): "own",
}
# What needs a grant, and the kind of scope that can give it. A store writes the files of its answer as its own.
_SCOPED: dict[tuple[str, str], type[Scope]] = {
    ("egress", "connect"): NetScope,
    ("egress", "http.fetch"): NetScope,
    ("records", "blobs.write"): DataScope,
    ("records", "records.create"): DataScope,
    ("records", "records.read"): DataScope,
    ("records", "records.update"): DataScope,
    ("records", "records.delete"): DataScope,
    ("records", "records.search"): DataScope,
}


def decide(ask: Ask, grants: Sequence[Grant], epoch: float) -> Decision:
    """Denies by default; whatever goes wrong while deciding is a denial. `epoch` counts the changes of the grants."""
    try:
        return _decide(ask, grants, epoch)
    except Exception:
        return Denied("decision.failed")


def _decide(ask: Ask, grants: Sequence[Grant], epoch: float) -> Decision:
    if ask.actor_kind != "plugin":
        return Denied("actor.not_a_plugin")
    if not is_safe_whole(epoch) or epoch < ask.epoch_seen:
        return Denied("epoch.rolled_back")
    rule = _IMPLIED.get((ask.lane, ask.action))
    if rule == "always":
        return Allowed(None)
    kind = _SCOPED.get((ask.lane, ask.action))
    if rule == "own":
        if ask.owner == (ask.plugin, ask.instance):
            return Allowed(None)
        if kind is None:
            return Denied("owner.other")
    if kind is None:
        return Denied("action.unknown")
    own = [grant for grant in grants if (grant.plugin, grant.instance) == (ask.plugin, ask.instance)]
    return _decide_by_grants(ask, kind, own)


def _decide_by_grants(ask: Ask, kind: type[Scope], grants: Sequence[Grant]) -> Decision:
    if ask.scope is None:
        return Denied("scope.missing")
    asked = parse_scope(ask.scope)
    if isinstance(asked, dict) or not isinstance(asked, kind):
        return Denied("scope.invalid")
    if isinstance(asked, DataScope):
        return _decide_rows(ask, asked, grants)
    covering = [grant for grant in grants if _covers(grant, asked)]
    if any(grant.decision == "denied" for grant in covering):
        return Denied("scope.denied")
    for grant in covering:
        if _holds(grant, ask):
            return Allowed(grant)
    return Denied("scope.not_granted")


def _holds(grant: Grant, ask: Ask) -> bool:
    return grant.decision == "granted" and (grant.until is None or ask.now < grant.until)


def _decide_rows(ask: Ask, asked: DataScope, grants: Sequence[Grant]) -> Decision:
    """Filters of grants do not decide whether, but for which records: what is asked names none."""
    if asked.filters:
        return Denied("scope.invalid")
    denied = [grant for grant in grants if grant.decision == "denied"]
    granted = [grant for grant in grants if _holds(grant, ask)]
    rows = _rows_of(asked, granted, denied)
    for grant in granted:
        if _rows_of(asked, [grant], denied):
            return Allowed(grant, rows)
    return Denied("scope.denied" if _rows_of(asked, granted, []) else "scope.not_granted")


def _rows_of(asked: DataScope, granted: Sequence[Grant], denied: Sequence[Grant]) -> tuple[RowRule, ...]:
    """Grants add up, each with its own filters. A denial takes its rows from every grant of the same or a wider scope."""
    denials = [scope for grant in denied if (scope := _reaching(grant.resolved or grant.scope, asked))]
    rules = []
    for grant in granted:
        scope = _reaching(grant.resolved, asked)
        if scope is None:
            continue
        none = tuple(_decoded(denial) for denial in denials if covers_scope(scope, denial))
        if all(none):
            rules.append(RowRule(_decoded(scope), none))
    return tuple(rules)


def _reaching(text: str | None, asked: DataScope) -> DataScope | None:
    """The scope of a grant, if it covers what is asked once its filters are left aside."""
    scope = parse_scope(text) if text is not None else None
    if not isinstance(scope, DataScope):
        return None
    return scope if covers_scope(scope._replace(filters=()), asked) else None


def _decoded(scope: DataScope) -> Criteria:
    """Raises for what is no URL encoding: a filter that nobody can read opens nothing."""
    return tuple((name, _decode(value)) for name, value in scope.filters)


def _decode(value: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", value):
        raise ValueError("not URL encoding")
    return unquote(value, errors="strict")


def _covers(grant: Grant, asked: DataScope | NetScope | OtherScope) -> bool:
    """Only the pinned value counts: a grant for `{config.host}` says nothing about what the setting holds today."""
    if grant.resolved is None:
        return False
    scope = parse_scope(grant.resolved)
    return not isinstance(scope, dict) and covers_scope(scope, asked)
