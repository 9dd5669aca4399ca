"""`http.fetch`: requests that the host makes in the plugin's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..errors import HilumError, PeerError
    from ..models import FetchBody, FetchResult, RequestMethod
    from ..protocol.peer import Peer


class FetchAnswer:
    """A provider's answer. Any status is one: what it means is the plugin's to say."""

    __slots__ = ("_body", "headers", "status")

    def __init__(self, result: FetchResult) -> None:
        self.status: int = result["status"]
        self.headers: Mapping[str, str] = result["headers"]
        """In lower case: content-type, retry-after, etag, location, x-request-id and ratelimit-*."""
        self._body: Any = result["body"]

    @property
    def ok(self) -> bool:
        """True for 200 to 299."""
        return 200 <= self.status <= 299

    @property
    def content(self) -> bytes:
        from base64 import b64decode

        return self._body["text"].encode("utf-8") if "text" in self._body else b64decode(self._body["base64"])

    @property
    def text(self) -> str:
        return self._body["text"] if "text" in self._body else self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Raises `provider.bad_answer` where the body is not JSON, so that an HTML page is no crash."""
        import json

        from ..errors import ProviderError

        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise ProviderError(
                "provider.bad_answer",
                sent="maybe",
                detail=f"The provider answered {self.status} with something that is not JSON.",
            ) from error


class Fetch:
    """Asks the host to call a destination that the manifest declares.

    The host decides, puts the secret in its place and keeps a receipt; the plugin never holds the secret.
    """

    def __init__(self, peer: Peer, call: str) -> None:
        self._peer = peer
        self._call = call

    async def __call__(
        self,
        destination: str,
        path: str,
        *,
        method: RequestMethod = "GET",
        query: Mapping[str, str | Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        text: str | None = None,
        form: Mapping[str, str | Sequence[str]] | None = None,
        content: bytes | None = None,
        timeout_ms: int | None = None,
    ) -> FetchAnswer:
        """Makes one request; at most one of `json`, `text`, `form` and `content` is its body.

        - `path`: whole and percent-encoded; it must be one of the declared templates.
        - `query`: encoded by the host.
        - `timeout_ms`: at most what the destination declares.

        Raises a ProviderError whose `data["sent"]` says whether anything may have gone out.
        """
        from ..errors import PeerError

        params: dict[str, Any] = {"destination": destination, "method": method, "call": self._call, "path": path}
        given = dict(headers or {})
        body = _present_body(json, text, form, content)
        if body is not None:
            params["body"] = body
            if json is not None:
                given.setdefault("content-type", "application/json")
        if given:
            params["headers"] = given
        if query is not None:
            params["query"] = {name: one if isinstance(one, str) else list(one) for name, one in query.items()}
        if timeout_ms is not None:
            params["timeoutMs"] = timeout_ms
        try:
            return FetchAnswer(await self._peer.request("http.fetch", params))
        except PeerError as error:
            raise _failure_of(error) from error


def _present_body(
    json: Any, text: str | None, form: Mapping[str, str | Sequence[str]] | None, content: bytes | None
) -> FetchBody | None:
    given = [one for one in (json, text, form, content) if one is not None]
    if len(given) > 1:
        raise TypeError("A request has one body: json, text, form or content")
    if text is not None:
        return {"text": text}
    if form is not None:
        return {"form": {name: one if isinstance(one, str) else list(one) for name, one in form.items()}}
    if content is not None:
        from base64 import b64encode

        return {"base64": b64encode(content).decode("ascii")}
    if json is None:
        return None
    from json import dumps

    return {"text": dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False)}


def _failure_of(error: PeerError) -> HilumError:
    """What the host refused or met. A mistake in the params themselves is a bug of the plugin and no provider's failure."""
    from ..catalogue import CAUSES
    from ..errors import ProviderError
    from .host_refusal import to_host_error

    data: Any = error.data
    code = data.get("code")
    if code == "request.invalid":
        return to_host_error(error)
    known: Any = code if isinstance(code, str) and code in CAUSES else "plugin.failed"
    return ProviderError(
        known,
        sent=data.get("sent", "maybe"),
        retry=data.get("retry"),
        retry_after_ms=data.get("retryAfterMs"),
        fix=data.get("fix"),
        detail=data.get("detail"),
    )
