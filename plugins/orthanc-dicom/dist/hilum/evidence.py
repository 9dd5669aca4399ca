"""Checked claims, as an operator reads them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .models import Evidence


async def check_claim(id: str, title: str, run: Callable[[], Awaitable[str | None]]) -> Evidence:
    """Checks one claim and tells how it went as a row for the console.

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


check_step = check_claim
"""Deprecated since 0.2.0, gone in 0.3.0: it is called `check_claim`. Upgrade 2 of Developer tools, Upgrade, renames it."""


def _since(begun_at: float) -> float:
    return round((time.perf_counter() - begun_at) * 1000, 1)
