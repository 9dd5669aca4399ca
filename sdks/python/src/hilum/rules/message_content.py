"""What the channel of a message can carry."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from ..protocol.frames import utf16_length
from .json_values import is_safe_whole

if TYPE_CHECKING:
    from .bounds import Trail
    from .message import Add

_ATTACHMENTS_MAX = 20
_BYTES_MAX = 25 * 1024 * 1024
_SUBJECT_CHARS_MAX = 255
_TITLE_CHARS_MAX = 255
_TEXT_CHARS_MAX = 256 * 1024
# Ten concatenated segments of the GSM 7-bit alphabet.
_SMS_CHARS_MAX = 1530
_HTML_BASE64_CHARS_MAX = 512 * 1024


def check_subject(topic: Any, channel: str | None, add: Add) -> None:
    if not isinstance(topic, dict) or "text" not in topic:
        return None
    text = topic["text"]
    if channel == "sms":
        return add(["topic"], "A text message has no subject.", "Leave topic out.")
    if not isinstance(text, str):
        return add(["topic", "text"], "The subject must be a text.", "Write a text.")
    if _holds_line_break(text):
        message = "The subject holds a line break or control character."
        add(["topic", "text"], message, "Write it on one line.")
    if utf16_length(text) > _SUBJECT_CHARS_MAX:
        add(["topic", "text"], f"The subject is longer than {_SUBJECT_CHARS_MAX} characters.", "Shorten it.")
    return None


def _holds_line_break(text: str) -> bool:
    return any(unicodedata.category(character) == "Cc" or character in "\u2028\u2029" for character in text)


class _Seen:
    def __init__(self) -> None:
        self.text = self.html = self.files = self.file_bytes = 0


def check_payload(given: Any, channel: str | None, add: Add) -> None:
    seen = _Seen()
    for index, payload in enumerate(given if isinstance(given, list) else []):
        _check_part(payload if isinstance(payload, dict) else {}, ["payload", index], channel, seen, add)
    if seen.text > 1:
        add(["payload"], "The message has several texts.", "Join them into one contentString.")
    if seen.html > 1:
        add(["payload"], "The message has several HTML bodies.", "Keep one.")
    if seen.files > _ATTACHMENTS_MAX:
        add(["payload"], f"A message has at most {_ATTACHMENTS_MAX} attachments.", "Send several messages.")
    if seen.file_bytes > _BYTES_MAX:
        add(["payload"], "The attachments are larger than 25 MB together.", "Send several messages.")
    if seen.text + seen.html == 0 and not (channel == "fax" and seen.files > 0):
        add(["payload"], "The message has no text.", "Add a payload with contentString.")


def _check_part(payload: dict[str, Any], at: Trail, channel: str | None, seen: _Seen, add: Add) -> None:
    if "contentReference" in payload:
        fix = "Upload the file and attach it as Binary/<id>."
        return add([*at, "contentReference"], "A record cannot be sent by reference yet.", fix)
    if "contentString" in payload:
        seen.text += 1
        return _check_text(payload["contentString"], [*at, "contentString"], channel, add)
    attachment = payload.get("contentAttachment")
    if not isinstance(attachment, dict):
        return add(at, "The payload has no content.", "Write contentString or contentAttachment.")
    place = [*at, "contentAttachment"]
    if channel == "sms":
        return add(place, "A text message carries text only.", "Remove the attachment, or send an e-mail.")
    if "data" not in attachment:
        return _check_file(attachment, place, seen, add)
    kind = attachment.get("contentType")
    if not isinstance(kind, str) or re.match(r"text/html(?:\s*;|\Z)", kind, re.IGNORECASE) is None:
        return add([*place, "data"], "A file is not sent inline.", "Upload it and write its url: Binary/<id>.")
    seen.html += 1
    return _check_html(attachment, place, channel, add)


def _check_text(text: Any, at: Trail, channel: str | None, add: Add) -> None:
    if not isinstance(text, str) or text.strip() == "":
        return add(at, "The text is empty.", "Write a text.")
    most = _SMS_CHARS_MAX if channel == "sms" else _TEXT_CHARS_MAX
    if utf16_length(text) > most:
        add(at, f"The text is longer than {most} characters.", "Shorten it.")
    # Other control characters are no part of a text and may steer a terminal or a gateway.
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text):
        add(at, "The text holds control characters.", "Keep only tab and line ends.")
    return None


def _check_html(attachment: dict[str, Any], at: Trail, channel: str | None, add: Add) -> None:
    if channel == "fax":
        add(at, "A fax carries text and files, not HTML.", "Write contentString, or attach a PDF.")
    if "url" in attachment:
        add([*at, "url"], "The HTML has both data and url.", "Keep data.")
    data = attachment["data"]
    if not isinstance(data, str) or data == "":
        fix = "Write the HTML as base64, or leave the payload out."
        return add([*at, "data"], "The HTML is empty.", fix)
    if len(data) > _HTML_BASE64_CHARS_MAX:
        message = f"The HTML is longer than {_HTML_BASE64_CHARS_MAX} base64 characters."
        add([*at, "data"], message, "Shorten it, or attach pictures as files.")
    return None


def _check_file(attachment: dict[str, Any], at: Trail, seen: _Seen, add: Add) -> None:
    seen.files += 1
    url, title = attachment.get("url"), attachment.get("title")
    if not isinstance(url, str) or re.fullmatch(r"Binary/[A-Za-z0-9\-.]{1,64}", url) is None:
        fix = "Upload the file and write its url: Binary/<id>."
        add([*at, "url"], "An attachment names an uploaded file.", fix)
    if "contentType" not in attachment:
        add([*at, "contentType"], "The attachment has no content type.", "Write for instance application/pdf.")
    if "size" in attachment:
        size = attachment["size"]
        if not is_safe_whole(size) or not 0 <= size <= _BYTES_MAX:
            add([*at, "size"], "The attachment is larger than 25 MB.", "Send a smaller file.")
        else:
            seen.file_bytes += int(size)
    if isinstance(title, str) and (
        _holds_line_break(title) or re.search(r"[/\\]", title) or utf16_length(title) > _TITLE_CHARS_MAX
    ):
        fix = "Use at most 255 characters without slashes, line breaks and control characters."
        add([*at, "title"], "The title is no file name.", fix)
