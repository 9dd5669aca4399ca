"""One side of the protocol: asks and answers over one channel."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .frames import Failure, Frame, FrameId, Notification, Request, Result, Violation, encode_frame
from .limits import DEADLINE_MS_MAX, DEADLINE_MS_MIN, IN_FLIGHT_MAX, WireCode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .channel import Channel

    Handler = Callable[[dict[str, Any], "ServedCall"], Awaitable[Any]]


class ServedCall:
    """A request of the other side while it is being answered.

    The task that answers is cancelled on `$/cancel`, at the deadline, and when the link is gone. `why` then says which.
    """

    __slots__ = ("_timer", "deadline_ms", "task", "why")

    def __init__(self, deadline_ms: float | None) -> None:
        self.deadline_ms = deadline_ms
        self.why: str | None = None
        self.task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, task: asyncio.Task[None]) -> None:
        self.task = task
        if self.deadline_ms is not None:
            self._timer = asyncio.get_running_loop().call_later(self.deadline_ms / 1000, self.give_up, "deadline")

    def give_up(self, why: str) -> None:
        """Cancels the work, once."""
        if self.why is None and self.task is not None:
            self.why = why
            # Not at once: a task that is cancelled before its first step never runs, and so would never answer.
            asyncio.get_running_loop().call_soon(self.task.cancel)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


class Peer:
    """One side. `present_error` says what a raised exception becomes on the wire."""

    def __init__(
        self,
        channel: Channel,
        *,
        requests: Mapping[str, Handler],
        present_error: Callable[[BaseException], dict[str, Any]],
        notifications: Mapping[str, Callable[[dict[str, Any]], None]] | None = None,
        on_violation: Callable[[Violation], None] | None = None,
        on_stray: Callable[[], None] | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self._channel = channel
        self._requests = requests
        self._notifications = notifications or {}
        self._present_error = present_error
        self._on_violation = on_violation
        self._on_stray = on_stray
        self._told_of_close = on_close
        self._serving: dict[FrameId, ServedCall] = {}
        self._waiting: dict[FrameId, asyncio.Future[Any]] = {}
        self._next_id = 1
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing: asyncio.Task[None] | None = None
        self.open = True
        channel.start(self)

    @property
    def in_flight(self) -> int:
        """Requests of the other side that wait for an answer."""
        return len(self._serving)

    async def request(self, method: str, params: dict[str, Any]) -> Any:
        """Asks the other side. Whoever cancels the wait gives the request up: the other side is told.

        Raises PeerError for an error, LinkClosedError when the link ends.
        """
        if not self.open:
            raise _link_closed()
        identifier = self._next_id
        self._next_id += 1
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._send({"id": identifier, "method": method, "params": params})
        self._waiting[identifier] = future
        try:
            return await future
        except asyncio.CancelledError:
            # It stays known, so that its late answer is no stray.
            if self.open:
                self._send({"method": "$/cancel", "params": {"id": identifier}})
            raise

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Tells the other side something that has no answer."""
        self._send({"method": method, "params": params})

    async def idle(self) -> None:
        """Returns when no request of the other side waits any more."""
        await self._idle.wait()

    def close(self) -> None:
        """Ends the link: what waits fails, what is being answered is cancelled."""
        if not self.open:
            return
        self.open = False
        for call in list(self._serving.values()):
            call.give_up("closed")
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(_link_closed())
        self._waiting.clear()
        self._channel.close()
        if self._told_of_close is not None:
            self._told_of_close()

    # What the channel tells.

    on_close = close

    def on_violation(self, violation: Violation) -> None:
        if violation.reason == "not_json":
            self._send({"id": None, "error": {"code": WireCode.PARSE, "message": violation.detail}})
        if self._on_violation is not None:
            self._on_violation(violation)
        self._closing = asyncio.ensure_future(self._close_when_flushed())

    async def _close_when_flushed(self) -> None:
        await self._channel.flushed()
        self.close()

    def on_frame(self, frame: Frame) -> None:
        if isinstance(frame, Request):
            self._receive(frame)
        elif isinstance(frame, (Result, Failure)):
            self._settle(frame)
        elif frame.method == "$/cancel":
            self._give_up(frame)
        else:
            notify = self._notifications.get(frame.method)
            if notify is not None:
                notify(frame.params)

    def _give_up(self, frame: Notification) -> None:
        identifier = frame.params.get("id")
        call = self._serving.get(identifier) if isinstance(identifier, (str, int)) else None
        if call is not None:
            call.give_up("cancelled")

    def _settle(self, frame: Result | Failure) -> None:
        future = None if frame.id is None else self._waiting.pop(frame.id, None)
        if future is None:
            if self._on_stray is not None:
                self._on_stray()
        elif not future.done():
            if isinstance(frame, Result):
                future.set_result(frame.result)
            else:
                future.set_exception(_peer_error(frame))

    def _receive(self, request: Request) -> None:
        handler = self._requests.get(request.method)
        if handler is None:
            return self._refuse(request.id, WireCode.METHOD_NOT_FOUND, "There is no such method")
        if request.id in self._serving:
            return self._refuse(request.id, WireCode.INVALID_REQUEST, "The id is in use")
        if len(self._serving) >= IN_FLIGHT_MAX:
            return self._refuse(request.id, WireCode.FULL, "Too many requests wait for an answer")
        call = ServedCall(_deadline_of(request.params))
        self._serving[request.id] = call
        self._idle.clear()
        call.begin(asyncio.get_running_loop().create_task(self._answer(request, handler, call)))
        return None

    async def _answer(self, request: Request, handler: Handler, call: ServedCall) -> None:
        try:
            message: dict[str, Any] = {"id": request.id, "result": await handler(request.params, call)}
        except BaseException as error:
            # A cancelled call is still answered; any other end of the process is not held up.
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            message = {"id": request.id, "error": self._present_error(error)}
        finally:
            call.end()
            del self._serving[request.id]
            if not self._serving:
                self._idle.set()
        try:
            self._send(message)
        except (TypeError, ValueError, RecursionError) as error:
            # The answer is larger than a frame may be, or is not JSON.
            self._refuse(request.id, WireCode.INTERNAL, type(error).__name__)

    def _refuse(self, identifier: FrameId, code: int, message: str) -> None:
        self._send({"id": identifier, "error": {"code": code, "message": message}})

    def _send(self, message: dict[str, Any]) -> None:
        if self.open:
            self._channel.write(encode_frame(message))


def _deadline_of(params: dict[str, Any]) -> float | None:
    """`params.meta.deadlineMs`, clamped to the limits of the wire."""
    meta = params.get("meta")
    value = meta.get("deadlineMs") if isinstance(meta, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return min(max(value, DEADLINE_MS_MIN), DEADLINE_MS_MAX)


def _link_closed() -> Exception:
    from ..errors import LinkClosedError

    return LinkClosedError()


def _peer_error(frame: Failure) -> Exception:
    from ..errors import PeerError

    return PeerError(frame.code, frame.message, frame.data)
