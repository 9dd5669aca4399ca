"""Reads what a plugin asks of the platform's records. Raises with the place, as the host does, and never with a value."""

from __future__ import annotations

import re
from typing import Any

from ..errors import HostError
from ..protocol.limits import BLOB_CHUNK_BYTES_MAX
from ..rules.contract import load_contract
from ..rules.json_values import is_safe_whole
from ..rules.problem import problem
from ..rules.record_answers import resource_bytes
from .params import invalid

Json = dict[str, Any]

_FHIR_ID = r"[A-Za-z0-9.-]{1,64}"
_HANDLE = r"[A-Za-z0-9._-]{1,128}"
_MEDIA_TYPE = r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}(?:;[\x20-\x7e]{1,200})?"
# What would bring in records of a type that was not asked for, or let a plugin feel for them.
_REACHES_FURTHER = re.compile(r"(?:_include|_revinclude|_has|_contained|_query|_filter)(?::|\Z)")
_SHAPES_ANSWER = {"_count", "_cursor", "_elements", "_format", "_pretty", "_summary", "_total"}


def read_create(params: Json) -> Json:
    asked: Json = {"resource": _resource(params.get("resource"))}
    if "ifNoneExist" in params:
        asked["ifNoneExist"] = _query(params["ifNoneExist"], "/ifNoneExist")
    return {**asked, **_with_content(params)}


def read_read(params: Json) -> Json:
    return {**_target(params), **_optional("version", params, _FHIR_ID), **_call_of(params)}


def read_update(params: Json) -> Json:
    resource = _resource(params.get("resource"))
    if "id" not in resource:
        raise invalid("/resource/id", "it names the record that is changed")
    return {"resource": resource, **_optional("ifMatch", params, _FHIR_ID), **_with_content(params)}


def read_delete(params: Json) -> Json:
    return {**_target(params), **_call_of(params)}


def read_search(params: Json) -> Json:
    limits, cursor = load_contract()["recordLimits"], params.get("cursor")
    count: Any = params.get("count")
    if not is_safe_whole(count) or not 1 <= count <= limits["countMax"]:
        raise invalid("/count", f"it is a whole number from 1 to {limits['countMax']}")
    if "cursor" in params and not (isinstance(cursor, str) and 0 < len(cursor) <= limits["cursorCharsMax"]):
        raise invalid("/cursor", "it is `next` of the answer before")
    return {
        "type": _type(params.get("type"), "/type"),
        "query": _query(params.get("query"), "/query"),
        "count": int(count),
        **({"cursor": cursor} if "cursor" in params else {}),
        **_call_of(params),
    }


def read_blob_write(params: Json) -> Json:
    text, last = params.get("base64"), params.get("last")
    if not _fits(params.get("call"), _HANDLE):
        raise invalid("/call", "it is the id of the call in hand")
    chars_max = -(-BLOB_CHUNK_BYTES_MAX // 3) * 4
    whole = isinstance(text, str) and len(text) <= chars_max and len(text) % 4 == 0
    if not whole or not _fits(text, r"[A-Za-z0-9+/]*={0,2}"):
        raise invalid("/base64", f"it is base64 of at most {BLOB_CHUNK_BYTES_MAX} bytes")
    if not isinstance(last, bool):
        raise invalid("/last", "it is true or false")
    return {"call": params["call"], "base64": text, "last": last, **_optional("id", params, _HANDLE)}


def _resource(value: Any) -> Json:
    if not isinstance(value, dict):
        raise invalid("/resource", "it is a resource")
    _type(value.get("resourceType"), "/resource/resourceType")
    if "id" in value and not _fits(value["id"], _FHIR_ID):
        raise invalid("/resource/id", "it is 1 to 64 letters, digits, - and .")
    most = load_contract()["recordLimits"]["resourceBytesMax"]
    if resource_bytes(value) > most:
        raise HostError("record.too_large", problems=[problem("/resource", f"it has more than {most} bytes as JSON")])
    return value


def _with_content(params: Json) -> Json:
    """Bytes belong to a call: what it does not name is gone when it ends."""
    call = _call_of(params)
    if "content" not in params:
        return call
    if not call:
        raise invalid("/call", "content needs the call in which its bytes were written")
    content = params["content"]
    if not isinstance(content, dict):
        raise invalid("/content", "it is an object")
    if not _fits(content.get("id"), _HANDLE):
        raise invalid("/content/id", "it is the id of a blob")
    if not is_safe_whole(content.get("size")) or content["size"] < 0:
        raise invalid("/content/size", "it is a number of bytes")
    if not _fits(content.get("contentType"), _MEDIA_TYPE):
        raise invalid("/content/contentType", "it is a media type")
    return {**call, "content": {name: content[name] for name in ("id", "size", "contentType")}}


def _call_of(params: Json) -> Json:
    return _optional("call", params, _HANDLE)


def _target(params: Json) -> Json:
    if not _fits(params.get("id"), _FHIR_ID):
        raise invalid("/id", "it is 1 to 64 letters, digits, - and .")
    return {"type": _type(params.get("type"), "/type"), "id": params["id"]}


def _type(value: Any, pointer: str) -> str:
    known: list[str] = load_contract()["canonicalTypes"]
    if value not in known:
        raise invalid(pointer, f"it is one of {', '.join(known)}")
    return str(value)


def _optional(name: str, params: Json, form: str) -> Json:
    if name not in params:
        return {}
    if not _fits(params[name], form):
        raise invalid(f"/{name}", "it is not a valid identifier")
    return {name: params[name]}


def _query(value: Any, pointer: str) -> list[tuple[str, str]]:
    limits = load_contract()["recordLimits"]
    if not isinstance(value, list) or len(value) > limits["queryMax"]:
        raise invalid(pointer, f"it is a list of at most {limits['queryMax']} pairs")
    return [_pair(pair, f"{pointer}/{index}", limits) for index, pair in enumerate(value)]


def _pair(pair: Any, here: str, limits: Json) -> tuple[str, str]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise invalid(here, "it is a pair of name and value")
    name, text = pair
    if not isinstance(name, str) or not 0 < len(name) <= limits["queryNameCharsMax"]:
        raise invalid(f"{here}/0", "it is the name of a search parameter")
    if not isinstance(text, str) or len(text) > limits["queryValueCharsMax"]:
        raise invalid(f"{here}/1", f"it is a text of at most {limits['queryValueCharsMax']} characters")
    if _REACHES_FURTHER.match(name) or "." in name:
        raise _not_served(f"{here}/0", "reaches records of another type", "Search each type by itself.")
    if name in _SHAPES_ANSWER:
        message = "is not served here: records are answered whole"
        raise _not_served(f"{here}/0", message, "Use `count` and `cursor`.")
    return name, text


def _not_served(pointer: str, message: str, fix: str) -> HostError:
    return HostError("search.invalid", problems=[problem(pointer, message, fix)])


def _fits(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
