"""Whether a plugin's instance may do what it asks: the same decision as the host's, from the same grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

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


class Allowed(NamedTuple):
    """`grant` is None for what comes with being a plugin at all, or with the capability."""

    grant: Grant | None


class Denied(NamedTuple):
    reason: str


Decision = Union[Allowed, Denied]

# What needs no grant: for everybody, or for what is the instance's own.
_IMPLIED = {
    ("log", "log"): "always",
    ("messages", "messages.updateDelivery"): "own",
    ("messages", "blobs.read"): "own",
    ("state", "state.get"): "own",
    ("state", "state.put"): "own",
    ("state", "state.delete"): "own",
}
# What needs a grant, and the kind of scope that can give it.
_SCOPED: dict[tuple[str, str], type[Scope]] = {
    ("egress", "connect"): NetScope,
    ("egress", "http.fetch"): NetScope,
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
    if rule == "own":
        return Allowed(None) if ask.owner == (ask.plugin, ask.instance) else Denied("owner.other")
    kind = _SCOPED.get((ask.lane, ask.action))
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
    covering = [grant for grant in grants if _covers(grant, asked)]
    if any(grant.decision == "denied" for grant in covering):
        return Denied("scope.denied")
    for grant in covering:
        if grant.decision == "granted" and (grant.until is None or ask.now < grant.until):
            return Allowed(grant)
    return Denied("scope.not_granted")


def _covers(grant: Grant, asked: DataScope | NetScope | OtherScope) -> bool:
    """Only the pinned value counts: a grant for `{config.host}` says nothing about what the setting holds today."""
    if grant.resolved is None:
        return False
    scope = parse_scope(grant.resolved)
    return not isinstance(scope, dict) and covers_scope(scope, asked)
