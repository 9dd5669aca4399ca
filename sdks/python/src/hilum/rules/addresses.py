"""Addresses as they may be handed to a provider: stricter than the RFCs, whose exceptions serve injection more often than a patient."""

from __future__ import annotations

import re
import unicodedata

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def is_email_address(text: str) -> bool:
    """RFC 5321 dot-string, at most 64 octets, at an ASCII or internationalized domain; at most 254 octets in all."""
    if len(text.encode("utf-8", "surrogatepass")) > 254:
        return False
    local, at, domain = text.partition("@")
    if at == "" or len(local) > 64 or _LOCAL.fullmatch(local) is None:
        return False
    return domain != "" and domain == unicodedata.normalize("NFC", domain) and all(map(_is_label, domain.split(".")))


def _is_label(label: str) -> bool:
    """Letters, digits and marks of any script: an internationalized label (RFC 5890)."""
    if not 1 <= len(label) <= 63:
        return False
    kinds = ["-" if character == "-" else unicodedata.category(character)[0] for character in label]
    return kinds[0] in "LN" and kinds[-1] in "LNM" and all(kind in "LNM-" for kind in kinds)


def is_e164(text: str) -> bool:
    """ITU-T E.164: a plus, a country code, 7 to 15 digits in all."""
    return re.fullmatch(r"\+[1-9][0-9]{6,14}", text) is not None
