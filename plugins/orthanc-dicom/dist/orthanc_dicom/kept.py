"""Which document is which instance of Orthanc. Orthanc finds by what DICOM knows, and a record's id is nothing of that."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hilum import HostError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hilum import CallContext

_IDS_MAX = 1000
_ATTEMPTS = 5


class Kept(NamedTuple):
    """Instances of Orthanc by version, as text; the newest is the current one."""

    versions: Mapping[str, str]
    deleted: bool

    @property
    def latest(self) -> str:
        return max(self.versions, key=int)


async def find(ctx: CallContext, document: str) -> Kept | None:
    entry = await ctx.state.get(f"document/{document}")
    if entry is None:
        return None
    value = json.loads(entry.value)
    return Kept(value["versions"], value.get("deleted", False))


async def keep(ctx: CallContext, document: str, version: str, instance: str) -> None:
    """A version that is written after a deletion brings the document back."""

    def change(value: dict[str, Any]) -> dict[str, Any]:
        return {"versions": {**value.get("versions", {}), version: instance}}

    await _change(ctx, f"document/{document}", change)


async def forget(ctx: CallContext, document: str) -> None:
    """That it was there stays known."""
    await _change(ctx, f"document/{document}", lambda value: {"versions": value.get("versions", {}), "deleted": True})


async def add_words(ctx: CallContext, document: Mapping[str, Any]) -> None:
    """What the document is found by: its identifiers, and its patient."""
    for word in words_of(document):

        def change(value: dict[str, Any]) -> dict[str, Any]:
            ids = [one for one in value.get("ids", []) if one != document["id"]]
            return {"ids": [*ids, document["id"]][-_IDS_MAX:]}

        await _change(ctx, _word(word), change)


async def ids_with(ctx: CallContext, word: str) -> list[str]:
    entry = await ctx.state.get(_word(word))
    return [] if entry is None else json.loads(entry.value)["ids"]


def words_of(document: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    identifiers = [*document.get("identifier", []), document.get("masterIdentifier", {})]
    for identifier in identifiers:
        value = identifier.get("value")
        if value:
            words += [f"identifier|{identifier.get('system', '')}|{value}", f"identifier||{value}|any"]
    subject = document.get("subject", {}).get("reference", "")
    return [*words, f"patient|{subject}"] if subject.startswith("Patient/") else words


def _word(word: str) -> str:
    """A key of the state is stored in plain text: it tells nothing of a patient."""
    return f"word/{hashlib.sha256(word.encode()).hexdigest()[:40]}"


async def _change(ctx: CallContext, key: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Several calls may change the same key at once: each begins from what the other has written."""
    for attempt in range(_ATTEMPTS):
        entry = await ctx.state.get(key)
        value = {} if entry is None else json.loads(entry.value)
        changed = change(value)
        if entry is not None and changed == value:
            return
        try:
            await ctx.state.put(key, json.dumps(changed), version=0 if entry is None else entry.version)
            return
        except HostError as error:
            if error.code != "request.conflict" or attempt == _ATTEMPTS - 1:
                raise
