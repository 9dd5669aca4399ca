"""Text that a reader cannot see, or takes for something else (Unicode TR 36)."""

from __future__ import annotations

import re
import unicodedata

# Fillers, variation selectors and blanks that are drawn empty, beside the categories below.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_INVISIBLE_CATEGORIES = frozenset({"Cf", "Co", "Cs", "Zl", "Zp"})


def find_invisible(text: str) -> str | None:
    """Names the first invisible character as `U+200B`, or None when every character can be seen."""
    if text.isascii() and text.isprintable():
        return None
    for character in text:
        if _INVISIBLE.match(character) or unicodedata.category(character) in _INVISIBLE_CATEGORIES:
            return f"U+{ord(character):04X}"
    return None


_LOOK_ALIKE_SCRIPTS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU")
# Mathematical alphabets, full-width forms and enclosed letters: compatibility characters that read as Latin.
_DRESSED_LATIN = re.compile("[\U0001d400-\U0001d7ff\uff01-\uff5e\u2460-\u24ff\U0001f110-\U0001f189\u2100-\u214f]")


def find_look_alike(text: str) -> str | None:
    """The first word that mixes Latin with a script whose letters look like Latin ones, or that dresses Latin letters up."""
    for word in re.split(r"\s+", text):
        scripts = {_script_of(character) for character in word}
        if _DRESSED_LATIN.search(word) or ("LATIN" in scripts and "LOOK_ALIKE" in scripts):
            return word
    return None


def _script_of(character: str) -> str:
    """By the character's name, whose first word is its script: the standard library has no property for it."""
    first = unicodedata.name(character, "").split(" ")[0]
    return "LOOK_ALIKE" if first in _LOOK_ALIKE_SCRIPTS else first
