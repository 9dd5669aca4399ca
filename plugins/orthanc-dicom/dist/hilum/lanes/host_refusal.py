"""What the host answered instead of a result, as an error of the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..protocol.peer import Peer

if TYPE_CHECKING:
    from ..errors import HostError, PeerError


async def ask(peer: Peer, method: str, params: dict[str, Any]) -> Any:
    """Asks the host; raises a HostError for what it refuses."""
    from ..errors import PeerError

    try:
        return await peer.request(method, params)
    except PeerError as error:
        raise to_host_error(error) from error


def to_host_error(error: PeerError) -> HostError:
    """A refusal of the host, by its code."""
    from ..catalogue import CATALOGUE
    from ..errors import HostError

    code = error.data.get("code")
    known: Any = code if isinstance(code, str) and code in CATALOGUE else "plugin.protocol"
    problems = error.data.get("problems")
    return HostError(known, detail=error.message, problems=problems if isinstance(problems, list) else ())
