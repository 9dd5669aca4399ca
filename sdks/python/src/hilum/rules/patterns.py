"""Patterns that somebody else wrote, in RE2 syntax.

The host compiles them with RE2; the standard library has no RE2. What both read alike is judged here, and everything
else is refused: a pattern is never taken for right that the host would refuse.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..protocol.frames import utf16_length

PATTERN_LENGTH_MAX = 500
INPUT_LENGTH_MAX = 65_536
_REPEAT_MAX = 1000

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Escapes that mean the same in both; any escaped punctuation does too.
_LETTERS = frozenset("dDwWsSbBAntrfv")


class BadPattern(ValueError):
    """Why a pattern cannot be used."""


@lru_cache(maxsize=500)
def compile_pattern(source: str) -> re.Pattern[str]:
    """As in JSON Schema, it matches anywhere in the text unless it is anchored. Raises BadPattern."""
    if utf16_length(source) > PATTERN_LENGTH_MAX:
        raise BadPattern(f"it is longer than {PATTERN_LENGTH_MAX} characters")
    _refuse_strange(source)
    try:
        return re.compile(_translate(source), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(str(error)[:120]) from error


def matches(source: str, text: str) -> bool:
    """True when the pattern is found in the text."""
    return utf16_length(text) <= INPUT_LENGTH_MAX and compile_pattern(source).search(text) is not None


def _refuse_strange(source: str) -> None:
    bare = _ESCAPED.sub("", source)
    for group in re.findall(r"\(\?(.[^)]?)", bare):
        if not group.startswith(":"):
            raise BadPattern("only (?:...) is read here of what begins with (?")
    if re.search(r"[*+?}]\+", bare):
        raise BadPattern("possessive repetition is not RE2")
    if re.search(r"\[[^\]]*\[:", bare):
        raise BadPattern("classes such as [:alpha:] are not read here")
    for letter in _ESCAPED.findall(source):
        if letter.isalnum() and letter not in _LETTERS | {"z"}:
            raise BadPattern(f"the escape \\{letter} is not read here")
    for least, most in re.findall(r"\{([0-9]+)(?:,([0-9]*))?\}", bare):
        if max(int(least), int(most or 0)) > _REPEAT_MAX:
            raise BadPattern(f"a repetition is longer than {_REPEAT_MAX}")


def _translate(source: str) -> str:
    """`$` and `\\z` are the end of the text, and not also the place before a last line feed."""
    out, in_class, at = [], False, 0
    while at < len(source):
        character = source[at]
        if character == "\\" and at + 1 < len(source):
            out.append(r"\Z" if source[at + 1] == "z" else source[at : at + 2])
            at += 2
            continue
        if character == "[" and not in_class:
            in_class = True
        elif character == "]" and in_class:
            in_class = False
        out.append(r"\Z" if character == "$" and not in_class else character)
        at += 1
    return "".join(out)
