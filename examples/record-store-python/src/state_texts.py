"""Texts of any length, and lists that several calls change, in private state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hilum import HostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hilum import PluginState

# A value of private state has at most 65,536 characters, counted as the other side does: two for some.
_PART_CHARS = 32_768


async def put_text(state: PluginState, key: str, text: str) -> None:
    """In as many values as it takes; the head says how many, and is written last."""
    parts = [text[at : at + _PART_CHARS] for at in range(0, len(text), _PART_CHARS)]
    for number, part in enumerate(parts):
        await state.put(f"{key}/{number}", part)
    await state.put(key, str(len(parts)))


async def get_text(state: PluginState, key: str) -> str | None:
    head = await state.get(key)
    if head is None:
        return None
    parts = [await state.get(f"{key}/{number}") for number in range(int(head.value))]
    return "".join("" if part is None else part.value for part in parts)


async def change(state: PluginState, key: str, start: Any, edit: Callable[[Any], Any]) -> None:
    """Changes a JSON value that others may change at the same moment: whoever was slower reads again."""
    while True:
        entry = await state.get(key)
        value = edit(start if entry is None else json.loads(entry.value))
        try:
            await state.put(key, json.dumps(value), version=0 if entry is None else entry.version)
            return
        except HostError as error:
            if error.code != "request.conflict":
                raise
