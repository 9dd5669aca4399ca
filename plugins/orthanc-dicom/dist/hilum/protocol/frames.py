"""The codec of the protocol: one JSON-RPC 2.0 document per line, as strict as the host's own.

The first thing that it refuses ends the link: after a violation no further frame is delivered.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Union

from .limits import DEPTH_MAX, FRAME_BYTES_MAX, VALUES_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

FrameId = Union[str, int]


class Request(NamedTuple):
    id: FrameId
    method: str
    params: dict[str, Any]


class Notification(NamedTuple):
    method: str
    params: dict[str, Any]


class Result(NamedTuple):
    id: FrameId
    result: Any


class Failure(NamedTuple):
    """`id` is None when the other side could not read which request it answers."""

    id: FrameId | None
    code: int
    message: str
    data: dict[str, Any]


Frame = Union[Request, Notification, Result, Failure]


class Violation(NamedTuple):
    """Why the link must end. `detail` names the rule, never the content: it may be logged."""

    reason: str
    detail: str


class FrameTooLargeError(ValueError):
    """What was to be written is larger than a frame may be."""

    def __init__(self, size: int) -> None:
        super().__init__(f"A frame of {size} bytes is larger than {FRAME_BYTES_MAX}")


def encode_frame(message: dict[str, Any]) -> bytes:
    """One line of the wire, line feed included. Raises what `json.dumps` raises, and FrameTooLargeError."""
    text = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    line = text.encode("utf-8")
    if len(line) > FRAME_BYTES_MAX:
        raise FrameTooLargeError(len(line))
    return line + b"\n"


class FrameDecoder:
    """Splits a stream of bytes on line feeds and delivers each line. Bytes are counted before they are kept."""

    def __init__(self, on_frame: Callable[[Frame], None], on_violation: Callable[[Violation], None]) -> None:
        self._on_frame = on_frame
        self._on_violation = on_violation
        self._held = bytearray()
        self.closed = False

    def push(self, chunk: bytes) -> None:
        """Takes the next bytes; nothing that follows a violation is looked at."""
        start = 0
        while not self.closed:
            end = chunk.find(b"\n", start)
            size = len(self._held) + (len(chunk) if end == -1 else end) - start
            if size > FRAME_BYTES_MAX:
                return self._refuse(_too_large())
            if end == -1:
                self._held += chunk[start:]
                return None
            line = chunk[start:end]
            if self._held:
                line = bytes(self._held) + line
                self._held.clear()
            self._deliver(line[:-1] if line.endswith(b"\r") else line)
            start = end + 1
        return None

    def _deliver(self, line: bytes) -> None:
        if line == b"":
            return
        frame = decode_frame(line)
        if isinstance(frame, Violation):
            self._refuse(frame)
        else:
            self._on_frame(frame)

    def _refuse(self, violation: Violation) -> None:
        self.closed = True
        self._held.clear()
        self._on_violation(violation)


def decode_frame(line: bytes) -> Frame | Violation:
    """Reads one whole document, as a line holds it, or a message of a WebSocket."""
    if len(line) > FRAME_BYTES_MAX:
        return _too_large()
    bare = _STRINGS.sub(b'"', line)
    beyond = _find_excess(bare)
    if beyond is not None:
        return beyond
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return Violation("not_utf8", "A frame is not UTF-8")
    odd = _ODD_NUMBER.search(bare) is not None
    try:
        value = _ODD_DECODER.decode(text) if odd else _DECODER.decode(text)
    except _OddNumber:
        return Violation("odd_number", "A number is not finite, is -0, or is an integer beyond 2^53")
    except (ValueError, RecursionError):
        return Violation("not_json", "A frame is not JSON")
    if b"\\u" in line or any(name in text for name in _UNSAFE_QUOTED):
        fault = _find_fault(value)
        if fault is not None:
            return fault
    return _classify(value)


def _too_large() -> Violation:
    return Violation("too_large", f"A frame is larger than {FRAME_BYTES_MAX} bytes")


# A string from quote to quote, or to the end of the line where it is not closed.
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
# A number with an exponent, a minus before a zero, or more than fifteen digits in a row.
_ODD_NUMBER = re.compile(rb"-0|[0-9]{16}|[0-9][eE]")
_STRUCTURE = re.compile(rb"[\[\]{},]")


def _find_excess(bare: bytes) -> Violation | None:
    """Counts nesting and values before anything is parsed: a small frame of `{},{},...` costs far more than its bytes say."""
    opened = bare.count(b"{") + bare.count(b"[")
    if opened <= DEPTH_MAX and 1 + opened + bare.count(b",") <= VALUES_MAX:
        return None
    depth, values = 0, 1
    for found in _STRUCTURE.finditer(bare):
        sign = found.group()
        if sign in b"}]":
            depth -= 1
            continue
        if sign != b",":
            depth += 1
            if depth > DEPTH_MAX:
                return Violation("too_deep", f"A frame is nested deeper than {DEPTH_MAX}")
        values += 1
        if values > VALUES_MAX:
            return Violation("too_many_values", f"A frame holds more than {VALUES_MAX} values")
    return None


class _OddNumber(ValueError):
    pass


_WHOLE_MAX = 2**53 - 1


def _read_whole(digits: str) -> int:
    # Sixteen digits are enough for any whole number that is taken; more would only cost time.
    if digits == "-0" or len(digits) > 17 or abs(int(digits)) > _WHOLE_MAX:
        raise _OddNumber
    return int(digits)


def _read_fraction(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")) or (value == 0 and digits.startswith("-")):
        raise _OddNumber
    if value.is_integer() and abs(value) > _WHOLE_MAX:
        raise _OddNumber
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ODD_DECODER = json.JSONDecoder(parse_int=_read_whole, parse_float=_read_fraction, parse_constant=_refuse_constant)

_UNSAFE = frozenset({"__proto__", "constructor", "prototype"})
_UNSAFE_QUOTED = tuple(f'"{name}"' for name in sorted(_UNSAFE))


def _find_fault(value: Any) -> Violation | None:
    """Walks a value of bounded depth; only what bytes alone could not exclude is looked for."""
    if isinstance(value, str):
        return None if is_well_formed(value) else Violation("lone_surrogate", "A string holds half a surrogate pair")
    if isinstance(value, list):
        return next((fault for fault in map(_find_fault, value) if fault is not None), None)
    if not isinstance(value, dict):
        return None
    for name, member in value.items():
        if name in _UNSAFE:
            return Violation("unsafe_name", "A member is named __proto__, constructor or prototype")
        if not is_well_formed(name):
            return Violation("lone_surrogate", "A name holds half a surrogate pair")
        fault = _find_fault(member)
        if fault is not None:
            return fault
    return None


def is_well_formed(text: str) -> bool:
    """False for a text with half a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


_METHOD_LENGTH_MAX = 100
_ID_LENGTH_MAX = 64


def _not_json_rpc(detail: str) -> Violation:
    return Violation("not_json_rpc", detail)


def _classify(value: Any) -> Frame | Violation:
    if isinstance(value, list):
        return Violation("batch", "Batches are not served")
    if not isinstance(value, dict):
        return _not_json_rpc("A frame is not an object")
    if value.get("jsonrpc") != "2.0":
        return _not_json_rpc('A frame does not say "jsonrpc": "2.0"')
    return _classify_call(value) if "method" in value else _classify_answer(value)


def _classify_call(message: dict[str, Any]) -> Frame | Violation:
    method = message["method"]
    if not isinstance(method, str) or method == "" or utf16_length(method) > _METHOD_LENGTH_MAX:
        return _not_json_rpc(f"A method is not a string of 1 to {_METHOD_LENGTH_MAX} characters")
    params = message.get("params", {})
    if not isinstance(params, dict):
        return _not_json_rpc("Params are not an object")
    if not message.keys() <= {"jsonrpc", "method", "params", "id"}:
        return _not_json_rpc("A call has members that JSON-RPC does not know")
    if "id" not in message:
        return Notification(method, params)
    identifier = _read_id(message["id"])
    return _bad_id() if identifier is None else Request(identifier, method, params)


def _classify_answer(message: dict[str, Any]) -> Frame | Violation:
    if len(message) != 3 or ("result" in message) == ("error" in message):
        return _not_json_rpc("An answer has not exactly id and one of result and error")
    given = message.get("id", _MISSING)
    identifier = _read_id(given)
    if "result" in message:
        return _bad_id() if identifier is None else Result(identifier, message["result"])
    if identifier is None and given is not None:
        return _bad_id()
    return _read_failure(identifier, message["error"])


def _read_failure(identifier: FrameId | None, error: Any) -> Frame | Violation:
    if isinstance(error, dict) and error.keys() <= {"code", "message", "data"}:
        code: Any = error.get("code")
        message, data = error.get("message"), error.get("data", {})
        if is_whole(code) and isinstance(message, str) and isinstance(data, dict):
            return Failure(identifier, int(code), message, data)
    return _not_json_rpc("An error has not the form code, message, data")


def _bad_id() -> Violation:
    return _not_json_rpc("An id is not a string of 1 to 64 characters or a whole number")


_MISSING = object()


def _read_id(value: Any) -> FrameId | None:
    if isinstance(value, str):
        return value if value != "" and utf16_length(value) <= _ID_LENGTH_MAX else None
    return int(value) if is_whole(value) and 0 <= value <= _WHOLE_MAX else None


def is_whole(value: Any) -> bool:
    """True for what JSON calls a whole number; `true` is none, though Python counts it as 1."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def utf16_length(text: str) -> int:
    """Length as the host counts it: in UTF-16 units, of which an emoji has two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
