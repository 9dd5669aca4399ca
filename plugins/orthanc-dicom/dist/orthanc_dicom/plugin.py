"""The plugin as a whole. What a call needs is loaded by the first such call, so that the plugin is ready at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilum import RecordStore, define_plugin

if TYPE_CHECKING:
    from hilum import (
        CallContext,
        CreateDetails,
        Evidence,
        FoundRecords,
        HealthResult,
        KeptRecord,
        Plugin,
        RecordSearch,
        RecordTarget,
        Resource,
        UpdateDetails,
    )


def create_plugin() -> Plugin:
    """Keeps documents in one Orthanc, through the platform's tunnel."""
    return define_plugin(
        records=RecordStore(create=_create, read=_read, update=_update, delete=_delete, search=_search),
        setup={"sign-in": _check_sign_in, "try": _check_server},
        health=_check_health,
        smoke_tests={"round-trip": _check_server},
    )


async def _create(resource: Resource, ctx: CallContext, details: CreateDetails) -> Resource | KeptRecord:
    from .documents import create

    return await create(resource, ctx, details)


async def _read(target: RecordTarget, ctx: CallContext) -> Resource | KeptRecord:
    from .documents import read

    return await read(target, ctx)


async def _update(resource: Resource, ctx: CallContext, details: UpdateDetails) -> Resource | KeptRecord:
    from .documents import update

    return await update(resource, ctx, details)


async def _delete(target: RecordTarget, ctx: CallContext) -> None:
    from .documents import delete

    await delete(target, ctx)


async def _search(asked: RecordSearch, ctx: CallContext) -> FoundRecords:
    from .documents import search

    return await search(asked, ctx)


async def _check_sign_in(ctx: CallContext) -> list[Evidence]:
    from .checks import check_sign_in

    return await check_sign_in(ctx)


async def _check_server(ctx: CallContext) -> list[Evidence]:
    from .checks import check_server

    return await check_server(ctx)


async def _check_health(ctx: CallContext) -> HealthResult:
    from .checks import check_health

    return await check_health(ctx)
