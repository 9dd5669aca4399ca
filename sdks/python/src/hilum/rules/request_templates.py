"""Templates of requests that a destination declares, and the headers that go with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATH_LENGTH_MAX = 2048
_PLAIN = r"[A-Za-z0-9._~!$&'()*+,;=:@-]"
_SEGMENT = re.compile(rf"(?:{_PLAIN}|%[0-9A-Fa-f]{{2}})*")
# Text around at most one `{name}`.
_TEMPLATE_SEGMENT = re.compile(rf"({_PLAIN}*)(?:(\{{[A-Za-z][A-Za-z0-9_]{{0,63}}\}})({_PLAIN}*))?")


def template_fault(path: str) -> str | None:
    """What is wrong with a template's path, in a sentence; None when it can be used."""
    if not path.startswith("/"):
        return "does not begin with /"
    if "//" in path:
        return "has an empty segment"
    segments = path[1:].split("/")
    if not all(_TEMPLATE_SEGMENT.fullmatch(segment) for segment in segments):
        return "holds a character that a path may not hold, or more than one `{name}` in a segment"
    return "has a segment of dots" if any(map(_is_dot_segment, segments)) else None


def is_plain_path(path: str) -> bool:
    """True for a path that means the same to everybody who reads it (RFC 3986 section 3.3)."""
    if len(path) > PATH_LENGTH_MAX or not path.startswith("/") or "//" in path:
        return False
    return all(map(_is_plain_segment, path[1:].split("/")))


def _is_plain_segment(segment: str) -> bool:
    if _SEGMENT.fullmatch(segment) is None:
        return False
    try:
        decoded = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x00-\x1f\x7f/\\]|%[0-9A-Fa-f]{2}", decoded) and not _is_dot_segment(decoded)


def _is_dot_segment(segment: str) -> bool:
    """`..;x` leads upwards as well, on servers that strip what follows the semicolon."""
    return re.match(r"\.{1,2}(?:;|\Z)", segment) is not None


def find_request(requests: Sequence[Mapping[str, Any]], method: str, path: str) -> Mapping[str, Any] | None:
    """The declared request that this one is, or None: then it is denied."""
    if not is_plain_path(path):
        return None
    asked = path.split("/")
    return next((one for one in requests if one["method"] == method and _matches(one["path"].split("/"), asked)), None)


def _matches(template: Sequence[str], asked: Sequence[str]) -> bool:
    return len(template) == len(asked) and all(map(_matches_segment, template, asked))


def _matches_segment(template: str, segment: str) -> bool:
    found = _TEMPLATE_SEGMENT.fullmatch(template)
    if found is None or found[2] is None:
        return template == segment
    before, after = found[1], found[3]
    return len(segment) > len(before) + len(after) and segment.startswith(before) and segment.endswith(after)


# Request headers that every plugin may set.
REQUEST_HEADERS = frozenset({"accept", "content-type", "idempotency-key", "if-match", "if-none-match"})
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_HEADER_CHARS_MAX = 2048


def allowed_headers(given: Mapping[str, str], declared: Sequence[str]) -> dict[str, str] | None:
    """The headers in lower case, or None when one may not be set, stands twice or has a value that no header has."""
    headers: dict[str, str] = {}
    for name, value in given.items():
        known = name.lower()
        if known in headers or not (known in REQUEST_HEADERS or known in declared):
            return None
        if len(value) > _HEADER_CHARS_MAX or _HEADER_VALUE.fullmatch(value) is None:
            return None
        headers[known] = value
    return headers
