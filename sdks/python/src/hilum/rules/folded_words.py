"""The words of a text as names are searched by them: without case, diacritics and punctuation (FHIR R4 search.html#string)."""

from __future__ import annotations

import re
import unicodedata

# Letters that have no decomposition but are typed without their stroke.
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ς": "σ"}
)
# Diacritics of Latin, Greek and Cyrillic; points of Hebrew; vowels of Arabic. Marks of other scripts are letters.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")
# Written inside of words: O'Brien, St.
_INNER = re.compile("['.\u2018\u2019\u02bc\u0060\u00b4]")
# The scripts in which a single character is a name: Han, Hiragana, Katakana, Hangul.
_ONE_IS_ENOUGH = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff"
    "\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d"
    "\U0001b000-\U0001b16f\U00020000-\U0003134f]"
)

PREFIX_CHARS_MIN = 3


def folded_words(text: str) -> list[str]:
    """The words, in their order. Those of a text's beginning are its first words, the last of them perhaps cut."""
    lower = _INNER.sub("", text.lower())
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", lower)).translate(_PLAIN)
    words: list[str] = []
    word = ""
    for character in plain:
        # Letters, numbers and the marks that are left.
        if unicodedata.category(character)[0] in "LNM":
            word += character
        elif word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


def prefix_min_of(word: str) -> int:
    """The fewest characters of a word that a search may begin with."""
    return 1 if _ONE_IS_ENOUGH.match(word) else PREFIX_CHARS_MIN
