"""Answers the host on one channel: handshake first, then the methods of the plugin."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .definition import Session
from .handshake import answer_handshake
from .methods import create_methods
from .protocol.limits import WireCode
from .protocol.peer import Peer
from .wire_refusal import WireRefusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .definition import Plugin
    from .lanes.egress import Connection
    from .methods import Method
    from .models import InitializeParams
    from .protocol.channel import Channel
    from .protocol.frames import Violation
    from .protocol.peer import Handler, ServedCall

    Connect = Callable[..., Awaitable[Connection]]

# The host waits two seconds between `shutdown` and the end of the process.
_DRAIN_SECONDS = 1.5


class Serving:
    """One plugin on one channel. `ended` resolves to `shutdown`, `closed` or `violation`.

    `connect_by` says how the plugin reaches the network, given the socket that the host names. `initialized` is what
    the host said in the handshake, where that was answered before.
    """

    def __init__(
        self,
        plugin: Plugin,
        channel: Channel,
        connect_by: Callable[[str | None], Connect],
        initialized: InitializeParams | None = None,
    ) -> None:
        self._plugin = plugin
        self._channel = channel
        self._connect_by = connect_by
        self._session = None if initialized is None else self._begin(initialized)
        self._end = "closed"
        self._draining: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        requests: dict[str, Handler] = {
            name: self._handler(name, method) for name, method in create_methods(plugin).items()
        }
        requests["initialize"] = self._initialize
        requests["shutdown"] = self._shut_down
        self.peer = Peer(
            channel,
            requests=requests,
            present_error=present_error,
            on_violation=self._note_violation,
            on_close=self._note_close,
        )

    async def _initialize(self, params: dict[str, Any], _call: ServedCall) -> Any:
        if self._session is not None:
            raise WireRefusal(WireCode.INVALID_REQUEST, "The handshake is done already")
        result = answer_handshake(self._plugin, params)
        given: Any = params
        self._session = self._begin(given)
        return result

    def _begin(self, params: InitializeParams) -> Session:
        return Session(params, self._connect_by(params.get("egressSocket")))

    def _handler(self, name: str, method: Method) -> Handler:
        kind, answer = method

        async def run(params: dict[str, Any], call: ServedCall) -> Any:
            if self._session is None:
                raise WireRefusal(WireCode.NOT_READY, "The handshake comes first")
            context = kind(self._session, self.peer, params, call)
            try:
                return await answer(params, context)
            except WireRefusal:
                raise
            except Exception as error:
                if call.why is None and not _is_told(error):
                    context.log.error(f"{name} failed: {trace_of(error)}")
                raise

        return run

    async def _shut_down(self, _params: dict[str, Any], _call: ServedCall) -> None:
        self._end = "shutdown"
        try:
            if self._plugin.on_shutdown is not None:
                waits = self._plugin.on_shutdown()
                if waits is not None:
                    await waits
        finally:
            # The answer to this request is written first; calls that are still running get a moment to answer too.
            asyncio.get_running_loop().call_soon(self._drain)

    def _drain(self) -> None:
        async def drain() -> None:
            try:
                await asyncio.wait_for(self.peer.idle(), _DRAIN_SECONDS)
            except asyncio.TimeoutError:
                pass
            await self._channel.flushed()
            self.peer.close()

        self._draining = asyncio.ensure_future(drain())

    async def drained(self) -> None:
        """Returns when what a `shutdown` left to do is done."""
        if self._draining is not None:
            await self._draining

    def _note_violation(self, _violation: Violation) -> None:
        self._end = "violation"

    def _note_close(self) -> None:
        if not self.ended.done():
            self.ended.set_result(self._end)


def _is_told(error: BaseException) -> bool:
    from .errors import ProviderError

    return isinstance(error, ProviderError)


def present_error(error: BaseException) -> dict[str, Any]:
    """What an exception is on the wire: codes and classes, never a message that could hold a patient's data."""
    from .catalogue import CATALOGUE
    from .errors import HilumError, ProviderError

    if isinstance(error, WireRefusal):
        return {"code": error.code, "message": error.message}
    if isinstance(error, ProviderError):
        return {"code": WireCode.FAILED, "message": error.spec.title, "data": dict(error.data)}
    if isinstance(error, HilumError):
        title = error.spec.title if error.code in CATALOGUE else "The plugin failed"
        data = {"code": "plugin.failed", "cause": "plugin", "sent": "maybe", "reply": error.code}
        return {"code": WireCode.FAILED, "message": title, "data": data}
    if isinstance(error, (asyncio.CancelledError, asyncio.TimeoutError, TimeoutError)):
        data = {"code": "plugin.failed", "cause": "timeout", "sent": "maybe", "retry": "later"}
        return {"code": WireCode.TIMEOUT, "message": "The call was given up", "data": data}
    # Whether anything went out before a bug struck, nobody knows.
    data = {"code": "plugin.failed", "cause": "plugin", "sent": "maybe"}
    return {"code": WireCode.FAILED, "message": "The plugin failed", "data": data}


def trace_of(error: BaseException) -> str:
    """Name, code and place of an error. Its message stays here: it may quote what the plugin was handed."""
    import traceback

    places = [
        f"at {frame.name} ({frame.filename}:{frame.lineno})"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    ]
    code = getattr(error, "code", None)
    name = f"{type(error).__name__} {code}" if isinstance(code, str) else type(error).__name__
    return " ".join([name, *places[:8]])
