"""Formats of texts, as settings and manifests name them."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from .network_names import is_cidr, is_host

FORMAT_MEANINGS = {
    "email": "an e-mail address",
    "hostname": "a host name or an address, without scheme and port",
    "uri": "an address that begins with https:// or http://",
    "cidr": "a network such as 10.0.0.0/8",
}


def has_format(name: str, text: str) -> bool:
    if name == "email":
        return is_email(text)
    if name == "hostname":
        return is_host(text) or is_host(f"[{text}]")
    return is_web_address(text) if name == "uri" else is_cidr(text)


def is_email(text: str) -> bool:
    """One address as RFC 5321 section 4.1.2 writes it, with a dot-string before the @; letters beyond ASCII as RFC 6531 allows."""
    local, at, domain = text.rpartition("@")
    if at == "" or local == "" or len(local) > 64 or len(text) > 254:
        return False
    return all(_is_atom(part) for part in local.split(".")) and _is_mail_domain(domain)


def _is_atom(part: str) -> bool:
    if part == "" or re.search(r'[\s"(),:;<>@\[\]\\]', part):
        return False
    return all(unicodedata.category(character) != "Cc" for character in part)


def _is_mail_domain(domain: str) -> bool:
    return all(_is_label(label) and len(label) <= 63 for label in domain.split("."))


def _is_label(label: str) -> bool:
    if label == "" or label.startswith("-") or label.endswith("-"):
        return False
    return all(character == "-" or unicodedata.category(character)[0] in "LN" for character in label)


def is_web_address(text: str) -> bool:
    """An absolute http or https URL without user name or password, whose host is spelled plainly."""
    if re.fullmatch(r"https?://[^\s\\]+", text, re.IGNORECASE) is None:
        return False
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return "@" not in parts.netloc and (port is None or port <= 65_535) and _is_web_host(host)


def _is_web_host(host: str) -> bool:
    if is_host(f"[{host}]") or is_host(host):
        return True
    return not host.isascii() and _is_mail_domain(host)
