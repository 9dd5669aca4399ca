from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hilum.errors import LinkClosedError, PeerError
from hilum.protocol.memory_channel import create_memory_channels
from hilum.protocol.peer import Peer, ServedCall
from hilum.serve_channel import present_error


def pair(requests: dict[str, Any], **options: Any) -> tuple[Peer, Peer, Any]:
    """Asker, answerer, and the asker's end of the line."""
    one, other = create_memory_channels()
    answerer = Peer(other, requests=requests, present_error=present_error)
    return Peer(one, requests={}, present_error=present_error, **options), answerer, one


async def wait(params: dict[str, Any], _call: ServedCall) -> Any:
    await asyncio.sleep(params["seconds"])
    return params["seconds"]


async def test_answers_many_requests_each_with_its_own_result_in_any_order() -> None:
    asker, _, _ = pair({"wait": wait})
    seconds = [0.03, 0.001, 0.02]
    assert await asyncio.gather(*(asker.request("wait", {"seconds": one}) for one in seconds)) == seconds


async def test_finds_no_method_by_the_name_of_an_objects_member() -> None:
    asker, _, _ = pair({"known": wait})
    for method in ("__class__", "keys", "toString", "knоwn"):
        with pytest.raises(PeerError) as caught:
            await asker.request(method, {})
        assert caught.value.code == -32601


async def test_tells_the_other_side_of_a_cancelled_request_and_takes_its_late_answer() -> None:
    told: list[str | None] = []
    strays: list[None] = []

    async def slow(_params: dict[str, Any], call: ServedCall) -> str:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            told.append(call.why)
            return "late"
        raise AssertionError

    asker, _, _ = pair({"slow": slow}, on_stray=lambda: strays.append(None))
    asking = asyncio.ensure_future(asker.request("slow", {}))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.sleep(0.01)
    assert (told, strays) == (["cancelled"], [])


async def test_gives_up_at_the_deadline_clamped_to_the_limits_of_the_wire() -> None:
    asker, _, _ = pair({"wait": wait})
    for deadline in (20, 0, -1):
        with pytest.raises(PeerError) as caught:
            await asker.request("wait", {"seconds": 10, "meta": {"deadlineMs": deadline}})
        assert caught.value.code == -32002
        assert caught.value.data["sent"] == "maybe"


async def test_answers_a_request_that_is_given_up_before_it_has_begun() -> None:
    asker, _, end = pair({"wait": wait})
    end.write(
        b'{"jsonrpc":"2.0","id":"x","method":"wait","params":{"seconds":10}}\n'
        b'{"jsonrpc":"2.0","method":"$/cancel","params":{"id":"x"}}\n'
    )
    assert await asker.request("wait", {"seconds": 0}) == 0
    assert asker.open


async def test_refuses_what_does_not_fit_into_a_frame_instead_of_breaking_the_line() -> None:
    async def large(_params: dict[str, Any], _call: ServedCall) -> str:
        return "x" * 1_100_000

    async def strange(_params: dict[str, Any], _call: ServedCall) -> Any:
        return {"set": {1, 2}}

    asker, _, _ = pair({"large": large, "strange": strange, "wait": wait})
    for method in ("large", "strange"):
        with pytest.raises(PeerError) as caught:
            await asker.request(method, {})
        assert caught.value.code == -32603
    with pytest.raises(ValueError, match="larger"):
        await asker.request("wait", {"text": "x" * 1_100_000})
    assert await asker.request("wait", {"seconds": 0}) == 0


async def test_counts_answers_that_nobody_waits_for() -> None:
    strays: list[None] = []
    one, other = create_memory_channels()
    Peer(one, requests={}, present_error=present_error, on_stray=lambda: strays.append(None))
    other.write(b'{"jsonrpc":"2.0","id":7,"result":1}\n')
    await asyncio.sleep(0.01)
    assert len(strays) == 1


async def test_says_that_it_cannot_read_a_line_and_ends() -> None:
    _, answerer, end = pair({})
    end.write(b"no json\n")
    await asyncio.sleep(0.01)
    with pytest.raises(LinkClosedError):
        await answerer.request("x", {})


async def test_fails_what_waits_and_cancels_what_it_serves_when_the_link_ends() -> None:
    reasons: list[str | None] = []

    async def hang(_params: dict[str, Any], call: ServedCall) -> None:
        try:
            await asyncio.sleep(10)
        finally:
            reasons.append(call.why)

    asker, answerer, _ = pair({"hang": hang})
    asking = asyncio.ensure_future(asker.request("hang", {}))
    await asyncio.sleep(0.01)
    answerer.close()
    with pytest.raises(LinkClosedError):
        await asking
    await asyncio.sleep(0.01)
    assert reasons == ["closed"]


async def test_ten_thousand_calls_leave_nothing_behind() -> None:
    asker, answerer, _ = pair({"wait": wait})
    for _ in range(100):
        await asyncio.gather(
            *(asker.request("wait", {"seconds": 0, "meta": {"deadlineMs": 60_000}}) for _ in range(100))
        )
    assert answerer.in_flight == 0
    assert asker._waiting == {}
    assert len(asyncio.all_tasks()) == 1
