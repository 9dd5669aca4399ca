"""How often a plugin may ask."""

from __future__ import annotations

from time import monotonic


class TokenBucket:
    """So many at once, and so many per second from then on."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._at = monotonic()

    def take(self) -> bool:
        """False when the rate is used up."""
        now = monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
