"""Answers what a plugin asks of the platform's records, decided and refused as the real host does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import HostError
from ..rules.contract import load_contract
from ..rules.policy import Allowed, Ask, Denied, decide
from ..rules.record_answers import resource_bytes
from .admission import INSTANCE
from .record_params import (
    read_blob_write,
    read_create,
    read_delete,
    read_read,
    read_search,
    read_update,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ..rules.policy import Grant, Owner
    from .blobs import TestCalls
    from .platform_records import PlatformRecords, Rows

    Json = dict[str, Any]


class RecordLanes:
    def __init__(
        self,
        plugin: str,
        grants: Sequence[Grant],
        calls: TestCalls,
        platform: PlatformRecords,
        now: Callable[[], datetime],
    ) -> None:
        self._plugin = plugin
        self._grants = grants
        self._calls = calls
        self._platform = platform
        self._now = now
        self.answers: dict[str, Callable[[Json], Json]] = {
            "records.create": self._create,
            "records.read": self._read,
            "records.update": self._update,
            "records.delete": self._delete,
            "records.search": self._search,
            "blobs.write": self._write_blob,
        }

    def _create(self, params: Json) -> Json:
        asked = read_create(params)
        # What is there already would be answered, which only a search may find.
        letters = "cs" if "ifNoneExist" in asked else "c"
        rows = self._rows("records.create", asked["resource"]["resourceType"], letters)
        return self._written(asked, lambda: self._platform.create(rows, asked))

    def _read(self, params: Json) -> Json:
        asked = read_read(params)
        found = self._platform.read(self._rows("records.read", asked["type"], "r"), asked)
        _refuse_large([found["resource"]])
        content = found.get("content")
        # A handle is bound to its call; outside of one there is none.
        if content is not None and not self._calls.lend(asked.get("call"), content["id"]):
            return {"resource": found["resource"]}
        return found

    def _update(self, params: Json) -> Json:
        asked = read_update(params)
        rows = self._rows("records.update", asked["resource"]["resourceType"], "u")
        return self._written(asked, lambda: self._platform.update(rows, asked))

    def _delete(self, params: Json) -> Json:
        asked = read_delete(params)
        self._platform.delete(self._rows("records.delete", asked["type"], "d"), asked)
        return {}

    def _search(self, params: Json) -> Json:
        asked = read_search(params)
        rows = self._rows("records.search", asked["type"], "s")
        found = self._platform.search(rows, asked, load_contract()["recordLimits"]["answerBytesMax"])
        _refuse_large(found["resources"])
        return found

    def _write_blob(self, params: Json) -> Json:
        """A store writes what it was asked for; another plugin needs the right to create or change files."""
        asked = read_blob_write(params)
        if self._calls.wants_record(asked["call"]):
            allowed = [self._decide("blobs.write", owner=(self._plugin, INSTANCE))]
        else:
            allowed = [self._decide("blobs.write", f"system/Binary.{letter}") for letter in "cu"]
        if not any(isinstance(decision, Allowed) for decision in allowed):
            raise HostError("policy.denied")
        return self._calls.write(asked)

    def _written(self, asked: Json, write: Callable[[], Json]) -> Json:
        content, call = asked.get("content"), asked.get("call")
        if content is not None and not self._calls.holds(call, content):
            raise HostError("blob.not_found", detail="The call in hand has not written these bytes")
        written = write()
        if content is not None:
            self._calls.keep(call, content["id"])
        return written

    def _rows(self, action: str, type: str, letters: str) -> Rows:
        decision = self._decide(action, f"system/{type}.{letters}")
        if isinstance(decision, Denied):
            raise HostError("policy.denied", detail=decision.reason)
        return decision.rows

    def _decide(self, action: str, scope: str | None = None, *, owner: Owner | None = None) -> Allowed | Denied:
        now = self._now().timestamp() * 1000
        ask = Ask(self._plugin, INSTANCE, "records", action, now, scope=scope, owner=owner)
        return decide(ask, self._grants, 1)


def _refuse_large(resources: Sequence[Json]) -> None:
    if resource_bytes(list(resources)) > load_contract()["recordLimits"]["answerBytesMax"]:
        raise HostError("record.too_large")
