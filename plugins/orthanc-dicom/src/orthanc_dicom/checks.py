"""What can be tried without a patient: whether Orthanc answers, and keeps a made-up document."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from hilum import ProviderError, check_claim

from .documents import find_instances
from .orthanc import ask, ask_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hilum import CallContext, Evidence, HealthResult

    Step = tuple[str, str, Callable[[CallContext], Awaitable[str | None]]]

# The smallest thing that Orthanc makes DICOM of: one grey pixel.
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


async def _answers(ctx: CallContext) -> str:
    system = await ask_json(ctx, "GET", "/system")
    if not isinstance(system, dict) or "Version" not in system:
        raise ProviderError(
            "provider.bad_answer",
            field="/port",
            detail="What answers is not Orthanc.",
            fix="Enter host and port of Orthanc's REST API; 4242 is the port of DICOM, and no such.",
        )
    return f"Orthanc {str(system['Version'])[:20]}."


async def _round_trip(ctx: CallContext) -> str:
    number = f"HILUM-CHECK-{secrets.token_hex(6)}"
    tags = {"PatientID": number, "PatientName": "Made up^by Hilum", "Modality": "OT"}
    request = {"Tags": tags, "Content": f"data:image/png;base64,{_PNG}"}
    made = json.loads(await (await ask(ctx, "POST", "/tools/create-dicom", json.dumps(request).encode())).read())
    path = f"/instances/{made['ID']}"
    try:
        await (await ask(ctx, "PUT", f"{path}/attachments/1024", b"Made up by Hilum.")).read()
        back = await (await ask(ctx, "GET", f"{path}/attachments/1024/data")).read()
        if back != b"Made up by Hilum." or await find_instances(ctx, number) != [made["ID"]]:
            raise ProviderError(
                "provider.bad_answer",
                detail="Orthanc took a document and did not give it back as it was.",
                fix="Look into Orthanc's log, and whether a Lua script changes what is stored.",
            )
    finally:
        await (await ask(ctx, "DELETE", path)).read()
    return "A made-up picture went there and is deleted again."


_ANSWERS: Step = ("authentication", "Orthanc answers and takes the sign-in", _answers)
_ROUND_TRIP: Step = ("round-trip", "It keeps a document, gives it back, finds it and deletes it", _round_trip)


async def check_sign_in(ctx: CallContext) -> list[Evidence]:
    return [*_encryption(ctx), *await _run(ctx, [_ANSWERS])]


async def check_server(ctx: CallContext) -> list[Evidence]:
    return await _run(ctx, [_ANSWERS, _ROUND_TRIP])


async def check_health(ctx: CallContext) -> HealthResult:
    rows = await _run(ctx, [_ANSWERS])
    return {"state": "healthy" if rows[0]["status"] == "passed" else "failing", "rows": rows}


def _encryption(ctx: CallContext) -> list[Evidence]:
    if ctx.settings["security"] == "tls":
        return []
    return [
        {
            "id": "encryption",
            "title": "What goes to Orthanc is encrypted on its way",
            "status": "warning",
            "cause": "configuration",
            "detail": "Records and the password cross the network as they are.",
            "fix": "Give Orthanc a certificate (SslEnabled), unless it is on this machine.",
            "field": "/security",
        }
    ]


async def _run(ctx: CallContext, steps: list[Step]) -> list[Evidence]:
    rows: list[Evidence] = []
    for name, title, run in steps:
        if any(row["status"] == "failed" for row in rows):
            rows.append(
                {"id": name, "title": title, "status": "skipped", "detail": "Not tried: a step before it failed."}
            )
            continue

        async def claim(run: Callable[[CallContext], Awaitable[str | None]] = run) -> str | None:
            return await run(ctx)

        rows.append(await check_claim(name, title, claim))
    return rows
