"""The pytest plugin: `hilum_host` makes test hosts and closes them. Works with pytest-asyncio in either of its modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

try:
    from pytest_asyncio import fixture as async_fixture
except ImportError:  # pragma: no cover - said when the fixture is asked for
    async_fixture = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from .host import TestHost

    HostFactory = Callable[..., Awaitable[TestHost]]

if async_fixture is None:  # pragma: no cover

    @pytest.fixture
    def hilum_host() -> Any:
        """Says what is missing."""
        pytest.fail("hilum_host needs pytest-asyncio: install python3-pytest-asyncio, or pip install pytest-asyncio")

else:

    @async_fixture
    async def hilum_host() -> AsyncIterator[HostFactory]:
        """Takes what `create_test_host` takes; each host is closed when the test ends, the newest first."""
        from .host import create_test_host

        hosts: list[TestHost] = []

        async def create(*arguments: Any, **options: Any) -> TestHost:
            hosts.append(await create_test_host(*arguments, **options))
            return hosts[-1]

        yield create
        for host in reversed(hosts):
            await host.close()
