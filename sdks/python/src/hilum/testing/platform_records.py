"""The records of the platform that a test stands for: versioned, searched, and seen row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import HostError
from ..rules.problem import problem
from ..rules.record_answers import resource_bytes
from ..rules.record_search import parse_search, sort_key, sort_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ..models import Resource
    from ..rules.policy import Criteria, RowRule

    Rows = tuple[RowRule, ...]
    Json = dict[str, Any]


class _Version(NamedTuple):
    resource: Resource
    content: Json | None
    deleted: bool


class PlatformRecords:
    def __init__(self, seeds: Sequence[Mapping[str, Any]], now: Callable[[], datetime]) -> None:
        self._now = now
        self._records: dict[str, list[_Version]] = {}
        self._made = 0
        for seed in seeds:
            self._write({**seed, "id": seed.get("id") or self._next_id()})

    def create(self, rows: Rows, asked: Json) -> Json:
        resource = asked["resource"]
        if "ifNoneExist" in asked:
            found = self._matching(rows, resource["resourceType"], asked["ifNoneExist"])
            if len(found) > 1:
                raise HostError("record.conflict", detail="Several records match")
            if found:
                return _result(found[0])
        made = _reached(rows, {**resource, "id": self._next_id()})
        return _result(self._write(made, asked.get("content")))

    def read(self, rows: Rows, asked: Json) -> Json:
        versions = self._versions(rows, asked["type"], asked["id"])
        wanted = asked.get("version")
        found = [one for one in versions if wanted is None or one.resource["meta"]["versionId"] == wanted]
        if not found:
            raise HostError("record.not_found")
        version = found[-1]
        if version.deleted:
            raise HostError("record.gone")
        if not _meets(rows, version.resource):
            raise HostError("record.not_found")
        return _result(version)

    def update(self, rows: Rows, asked: Json) -> Json:
        resource = asked["resource"]
        versions = self._versions(rows, resource["resourceType"], resource["id"])
        if not versions:
            raise HostError("record.not_found")
        current = versions[-1]
        if current.deleted:
            raise HostError("record.gone")
        if "ifMatch" in asked and asked["ifMatch"] != current.resource["meta"]["versionId"]:
            raise HostError("record.conflict", detail="It was changed since it was read")
        return _result(self._write(_reached(rows, resource), asked.get("content")))

    def delete(self, rows: Rows, asked: Json) -> None:
        versions = self._versions(rows, asked["type"], asked["id"])
        if not versions:
            raise HostError("record.not_found")
        if not versions[-1].deleted:
            self._write(versions[-1].resource, deleted=True)

    def search(self, rows: Rows, asked: Json, bytes_max: int) -> Json:
        found = [version.resource for version in self._matching(rows, asked["type"], asked["query"])]
        start = _place_of(asked["cursor"]) if "cursor" in asked else 0
        resources: list[Resource] = []
        size = 0
        for resource in found[start : start + asked["count"]]:
            size += resource_bytes(resource)
            if size > bytes_max and resources:
                break
            resources.append(resource)
        end = start + len(resources)
        return {"resources": resources, "total": len(found), **({"next": f"after-{end}"} if end < len(found) else {})}

    def current(self) -> list[Resource]:
        """Current versions, in the order in which they were written."""
        return [versions[-1].resource for versions in self._records.values() if not versions[-1].deleted]

    def _next_id(self) -> str:
        self._made += 1
        return f"record-{self._made}"

    def _write(self, resource: Resource, content: Json | None = None, *, deleted: bool = False) -> _Version:
        key = f"{resource['resourceType']}/{resource['id']}"
        versions = self._records.pop(key, [])
        at = self._now().isoformat().replace("+00:00", "Z")
        meta = {**resource.get("meta", {}), "versionId": str(len(versions) + 1), "lastUpdated": at}
        version = _Version({**resource, "meta": meta}, content, deleted)
        self._records[key] = [*versions, version]
        return version

    def _versions(self, rows: Rows, type: str, identifier: str) -> list[_Version]:
        """What the grants do not reach is not there, whether or not it is."""
        versions = self._records.get(f"{type}/{identifier}", [])
        return versions if versions and _meets(rows, versions[-1].resource) else []

    def _matching(self, rows: Rows, type: str, query: Sequence[tuple[str, str]]) -> list[_Version]:
        """Newest first, as the platform orders where nothing is said."""
        matches = parse_search(type, query)
        parameter, descending = sort_of(type, query)
        current = [versions[-1] for versions in reversed(self._records.values())]
        found = [one for one in current if not one.deleted and matches(one.resource) and _meets(rows, one.resource)]
        if parameter == "_id":
            return sorted(found, key=lambda one: str(one.resource["id"]), reverse=descending)
        return _by_date(type, found, parameter, descending)


def _by_date(type: str, found: list[_Version], parameter: str, descending: bool) -> list[_Version]:
    """Those of one moment stay in the order in which they are: newest first. What has no such date comes last."""
    never = float("inf")

    def key(version: _Version) -> float:
        at = sort_key(type, version.resource, parameter, descending)
        return never if at is None else -at if descending else at

    return sorted(found, key=key)


def _result(version: _Version) -> Json:
    answer: Json = {"resource": version.resource}
    if version.content is not None:
        answer["content"] = version.content
    return answer


def _reached(rows: Rows, resource: Resource) -> Resource:
    """What is written must be what the grants reach, too."""
    if not _meets(rows, resource):
        raise HostError("policy.denied", detail="The record lies outside of what was granted")
    return resource


def _meets(rows: Rows, resource: Resource) -> bool:
    def matches(criteria: Criteria) -> bool:
        return parse_search(resource["resourceType"], criteria)(resource)

    return any(matches(rule.every) and not any(matches(one) for one in rule.none) for rule in rows)


def _place_of(cursor: str) -> int:
    prefix, _, place = cursor.partition("-")
    if prefix != "after" or not (place.isascii() and place.isdigit() and len(place) < 10):
        raise HostError("search.invalid", problems=[problem("/cursor", "it is not from a search")])
    return int(place)
