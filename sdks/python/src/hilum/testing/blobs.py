"""Bytes of the calls that run: those that the host put into the plugin's hands, and those that the plugin writes."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from ..errors import HostError
from ..protocol.limits import BLOB_CHUNK_BYTES_MAX
from ..rules.contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestCalls:
    """Calls of the host that run. A handle is bound to its call, and gone with it unless a record names it."""

    __test__ = False

    def __init__(self) -> None:
        self._methods: dict[str, str] = {}
        self._held: dict[str, dict[str, bytes]] = {}
        self._written: dict[str, dict[str, bytearray]] = {}
        self._whole: set[str] = set()
        self._opened = 0
        self.kept: dict[str, bytes] = {}
        """Bytes that a record names, by id."""

    def begin(self, call: str, method: str, held: Mapping[str, bytes] | None = None) -> None:
        self._methods[call] = method
        self._held[call] = dict(held or {})

    def end(self, call: str) -> None:
        """What the plugin wrote and no record names is dropped."""
        self._methods.pop(call, None)
        self._held.pop(call, None)
        for blob in self._written.pop(call, {}):
            self._whole.discard(blob)

    def held(self, call: str, blob: str) -> bytes | None:
        return self._held.get(call, {}).get(blob)

    def lend(self, call: str | None, blob: str) -> bool:
        """Gives the call the bytes of a record that the plugin read in it; False when there is no such call."""
        if call not in self._held or blob not in self.kept:
            return False
        self._held[call][blob] = self.kept[blob]
        return True

    def wants_record(self, call: str) -> bool:
        """Whether the call asks for a record, whose bytes the plugin may write."""
        return self._methods.get(call) == "records.read"

    def write(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        call, blob = asked["call"], asked.get("id")
        if call not in self._methods:
            raise HostError("blob.not_found", detail="The call is over")
        chunk = b64decode(asked["base64"])
        if len(chunk) > BLOB_CHUNK_BYTES_MAX:
            raise HostError("blob.too_large")
        written = self._written.setdefault(call, {})
        if blob is None:
            if len(written) >= load_contract()["recordLimits"]["blobsPerCallMax"]:
                raise HostError("blob.too_large")
            self._opened += 1
            blob = f"blob-{self._opened}"
            written[blob] = bytearray()
        if blob not in written or blob in self._whole:
            raise HostError("blob.not_found", detail="The call in hand writes no such file")
        written[blob] += chunk
        if asked["last"]:
            self._whole.add(blob)
        return {"id": blob, "size": len(written[blob])}

    def holds(self, call: str | None, content: Mapping[str, Any]) -> bool:
        """True where the call has written all of what `content` says, and nothing else under this id."""
        blob = content["id"]
        written = self._written.get(call or "", {}).get(blob)
        return written is not None and blob in self._whole and len(written) == content["size"]

    def keep(self, call: str | None, blob: str) -> None:
        """A record names the blob: it outlives the call."""
        self.kept[blob] = bytes(self._written[call or ""].pop(blob))
