"""Checked claims, as an operator reads them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .models import Evidence


async def check_step(id: str, title: str, run: Callable[[], Awaitable[str | None]]) -> Evidence:
    """Runs one check and tells how it went as a row for the console.

    Passed, with what `run` returns as detail; or failed, with cause, mend and the provider's words of the ProviderError
    that it raised. Other errors are passed on: they are bugs.
    """
    from .errors import ProviderError

    begun_at = time.perf_counter()
    try:
        detail = await run()
    except ProviderError as error:
        row: Evidence = {"id": id, "title": title, "status": "failed"}
        row["durationMs"] = _since(begun_at)
        row["detail"] = error.detail
        for name in ("cause", "fix", "field", "reply"):
            if name in error.data:
                row[name] = error.data[name]
        return row
    passed: Evidence = {"id": id, "title": title, "status": "passed", "durationMs": _since(begun_at)}
    if detail is not None:
        passed["detail"] = detail
    return passed


def _since(begun_at: float) -> float:
    return round((time.perf_counter() - begun_at) * 1000, 1)
