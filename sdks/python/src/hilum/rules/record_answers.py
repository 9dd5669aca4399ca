"""Whether a store answered the record that was asked for, as the host judges it before anything goes on."""

from __future__ import annotations

import json
from typing import Any

from ..errors import HostError
from .contract import load_contract
from .problem import problem


def check_record_answer(method: str, result: dict[str, Any], params: dict[str, Any]) -> None:
    """Raises `plugin.bad_reply` naming the place. The shape of the answer was judged before."""
    if method == "records.search":
        if len(result["resources"]) > params["count"]:
            raise bad_reply("/resources", f"it is a list of at most {params['count']}")
        for index, resource in enumerate(result["resources"]):
            _check_one(resource, f"/resources/{index}", params["type"], None)
    elif method == "records.read":
        _check_one(result["resource"], "/resource", params["type"], params["id"])
        version = params.get("version")
        if version is not None and result["resource"].get("meta", {}).get("versionId") != version:
            raise bad_reply("/resource/meta/versionId", "it is not the version that was asked for")
    elif method in ("records.create", "records.update"):
        asked = params["resource"]
        # What was there already has an id of its own.
        wanted = None if "ifNoneExist" in params else asked.get("id")
        _check_one(result["resource"], "/resource", asked["resourceType"], wanted)


def bad_reply(pointer: str, message: str) -> HostError:
    return HostError("plugin.bad_reply", problems=[problem(pointer, message)])


def resource_bytes(value: Any) -> int:
    """Bytes of a value as JSON in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def _check_one(resource: dict[str, Any], pointer: str, type: str, wanted: str | None) -> None:
    if resource_bytes(resource) > load_contract()["recordLimits"]["resourceBytesMax"]:
        raise bad_reply(pointer, "it is larger than a resource may be")
    if resource["resourceType"] != type:
        raise bad_reply(f"{pointer}/resourceType", "it is not the type that was asked for")
    if wanted is not None and resource["id"] != wanted:
        raise bad_reply(f"{pointer}/id", "it is not the record that was asked for")
