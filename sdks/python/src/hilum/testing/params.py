"""Reads what a plugin asks into values of the host's own. Raises `request.invalid` with the place, as the host does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import HostError
from ..protocol.frames import utf16_length
from ..protocol.limits import BLOB_CHUNK_BYTES_MAX
from ..rules.contract import load_contract
from ..rules.json_values import WHOLE_MAX, is_number, is_safe_whole
from ..rules.problem import problem

if TYPE_CHECKING:
    from collections.abc import Callable

    Json = dict[str, Any]

_ID = r"[A-Za-z0-9._-]{1,64}"
_CALL = r"[A-Za-z0-9._-]{1,128}"
_STATE_KEY = r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}"
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_STATE_CHARS_MAX = 65_536
_ENTRIES_MAX = 100


def invalid(pointer: str, message: str) -> HostError:
    return HostError("request.invalid", problems=[problem(pointer, message)])


def read_log(params: Json) -> Json | None:
    """None for a line that is none: a notification has no answer that could refuse it."""
    level, text, call = params.get("level"), params.get("text"), params.get("call")
    if level not in ("debug", "info", "warn", "error") or not isinstance(text, str):
        return None
    return {"level": level, "text": text, **({"call": call} if _fits(call, _CALL) else {})}


def read_delivery(params: Json) -> Json:
    state, at, cause = params.get("state"), params.get("at"), params.get("cause")
    if state not in ("delivered", "failed"):
        raise invalid("/state", "it is delivered or failed")
    if not _fits(at, _INSTANT):
        raise invalid("/at", "it is an RFC 3339 time")
    if cause is not None and cause not in load_contract()["errorData"]["members"]["cause"]["names"]:
        raise invalid("/cause", "it is not a cause that the protocol names")
    _matching(params.get("message"), _ID, "/message")
    return params


def read_blob_read(params: Json) -> tuple[str, str, int, int]:
    """Call, id, offset and length."""
    identifier = _matching(params.get("id"), _ID, "/id")
    offset = _whole(params.get("offset"), "/offset", WHOLE_MAX)
    length = _whole(params.get("length"), "/length", BLOB_CHUNK_BYTES_MAX)
    return _matching(params.get("call"), _CALL, "/call"), identifier, offset, length


def read_state(params: Json) -> tuple[str, str | None, int | None]:
    """Key, value and version."""
    value, version = params.get("value"), params.get("version")
    if value is not None and (not isinstance(value, str) or utf16_length(value) > _STATE_CHARS_MAX):
        raise invalid("/value", f"it is a string of at most {_STATE_CHARS_MAX} characters")
    key = _matching(params.get("key"), _STATE_KEY, "/key")
    return key, value, None if version is None else _whole(version, "/version", WHOLE_MAX)


def read_fetch(params: Json) -> Json:
    """Only the shape: whether it may be asked is decided."""
    fetch: Json = {
        "destination": _text(params.get("destination"), "/destination", 60),
        "method": _text(params.get("method"), "/method", 10),
        "path": _text(params.get("path"), "/path", 4096),
        "query": _entries(params.get("query", {}), "/query", _list_or_text),
        "headers": _entries(params.get("headers", {}), "/headers", lambda one, at: _text(one, at, 8192, 0)),
    }
    if "body" in params:
        fetch["body"] = _read_body(params["body"])
    timeout = params.get("timeoutMs", 1)
    if not is_number(timeout) or timeout < 1:
        raise invalid("/timeoutMs", "it is a number of milliseconds")
    return fetch


def _read_body(value: Any) -> Json:
    if not isinstance(value, dict):
        raise invalid("/body", "it is an object")
    if len(value) == 1:
        [(kind, content)] = value.items()
        if kind == "text" and isinstance(content, str):
            return value
        if kind == "base64" and isinstance(content, str) and _is_base64(content):
            return value
        if kind == "form":
            return {"form": _entries(content, "/body/form", _list_or_text)}
    raise invalid("/body", "it is one of text, base64 and form")


def _is_base64(text: str) -> bool:
    return len(text) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text) is not None


def _list_or_text(value: Any, pointer: str) -> Any:
    if isinstance(value, list) and len(value) <= _ENTRIES_MAX:
        return [_text(item, f"{pointer}/{index}", 65_536, 0) for index, item in enumerate(value)]
    return _text(value, pointer, 262_144, 0)


def _entries(value: Any, pointer: str, read: Callable[[Any, str], Any]) -> Json:
    if not isinstance(value, dict):
        raise invalid(pointer, "it is an object")
    if len(value) > _ENTRIES_MAX:
        raise invalid(pointer, f"it has at most {_ENTRIES_MAX} members")
    return {name: read(entry, f"{pointer}/{index}") for index, (name, entry) in enumerate(value.items())}


def _fits(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _matching(value: Any, pattern: str, pointer: str) -> str:
    if not _fits(value, pattern):
        raise invalid(pointer, "it is not a valid identifier")
    return str(value)


def _whole(value: Any, pointer: str, most: int) -> int:
    if not is_safe_whole(value) or not 0 <= value <= most:
        raise invalid(pointer, f"it is a whole number of at most {most}")
    return int(value)


def _text(value: Any, pointer: str, most: int, least: int = 1) -> str:
    if not isinstance(value, str) or not least <= utf16_length(value) <= most:
        raise invalid(pointer, f"it is a string of {least} to {most} characters")
    return value
