"""`http.fetch` as the host decides it, with a scripted provider behind it instead of the network."""

from __future__ import annotations

import inspect
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Union
from urllib.parse import quote, urlencode

from ..errors import HostError, ProviderError
from ..protocol.frames import is_well_formed
from ..rules.request_templates import allowed_headers, find_request
from ..rules.scopes import format_scope, parse_scope, resolve_scope
from .params import read_fetch
from .rate import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    Pairs = Mapping[str, Union[str, Sequence[str]]]

_URL_CHARS_MAX = 8192
_BODY_BYTES_MAX = 786_432
_ANSWER_BYTES_MAX = 262_144
_REQUESTS_PER_MINUTE = 600
_WAITING_MAX = 64
_SECRET_OF = {"basic": "password", "bearer": "token", "header": "value", "client_credentials": "clientSecret"}
# Headers of an answer that a plugin gets to see, beside `ratelimit-*`.
_SHOWN = frozenset({"content-type", "retry-after", "etag", "location", "x-request-id"})


@dataclass(frozen=True)
class TestFetchBody:
    """The body as it would be read; `form` where it was one."""

    __test__: ClassVar[bool] = False

    content: bytes
    form: Pairs | None = None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class TestFetchRequest:
    """A request that the plugin asked the host to make, after the host allowed it.

    `request` is the declared template that it is; `headers` are in lower case, without the secret.
    """

    __test__: ClassVar[bool] = False

    destination: str
    method: str
    path: str
    request: str
    query: Pairs
    headers: Mapping[str, str]
    body: TestFetchBody | None


@dataclass(frozen=True)
class TestFetchAnswer:
    """What the provider answers. A list or an object as `body` is sent as JSON."""

    __test__: ClassVar[bool] = False

    status: int
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)


if TYPE_CHECKING:
    OnFetch = Callable[[TestFetchRequest], Union[TestFetchAnswer, Awaitable[TestFetchAnswer]]]


class HostFetch:
    """Decides as the host does. `allows`: whether the plugin holds a grant for the resolved scope."""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        settings: Mapping[str, Any],
        allows: Callable[[str], bool],
        on_fetch: OnFetch | None,
    ) -> None:
        self._manifest = manifest
        self._settings = settings
        self._allows = allows
        self._on_fetch = on_fetch
        self._budget = TokenBucket(_REQUESTS_PER_MINUTE / 60, _REQUESTS_PER_MINUTE)
        self._waiting = 0
        self.made: list[TestFetchRequest] = []

    async def answer(self, params: dict[str, Any]) -> dict[str, Any]:
        fetch = read_fetch(params)
        destination, request = self._plan(fetch)
        if not self._allows(self._scope_of(destination)):
            raise HostError("policy.denied", sent="no")
        if self._waiting >= _WAITING_MAX or not self._budget.take():
            raise HostError("lane.full", sent="no")
        self._demand_secret(destination)
        self.made.append(request)
        if self._on_fetch is None:
            raise HostError("provider.unreachable", sent="no", detail="This test plays no provider: give `on_fetch`.")
        self._waiting += 1
        try:
            played = await _play(self._on_fetch, request)
        finally:
            self._waiting -= 1
        return _present(played, request.request, destination.get("responseBytesMax", _ANSWER_BYTES_MAX))

    def _plan(self, fetch: dict[str, Any]) -> tuple[dict[str, Any], TestFetchRequest]:
        declared = self._manifest.get("destinations", [])
        destination = next((one for one in declared if one["id"] == fetch["destination"]), None)
        if destination is None:
            raise _refused("The manifest declares no such destination.")
        template = find_request(destination["requests"], fetch["method"], fetch["path"])
        if template is None:
            raise _refused("The destination declares no request of this method and path.")
        headers = allowed_headers(fetch["headers"], destination.get("headers", []))
        if headers is None:
            raise _refused("The request holds a header that the plugin may not set.")
        if not _is_writable(fetch["query"]) or len(fetch["path"]) + len(_encode(fetch["query"])) >= _URL_CHARS_MAX:
            raise _refused("The query holds half a character or is too long.")
        body, content_type = _body_of(fetch.get("body"))
        if body is not None and fetch["method"] == "GET":
            raise _refused("A GET has no body.")
        if body is not None and len(body.content) > _BODY_BYTES_MAX:
            raise _refused("The body is too large or holds half a character.")
        if content_type is not None:
            headers.setdefault("content-type", content_type)
        request = TestFetchRequest(
            destination=destination["id"],
            method=fetch["method"],
            path=fetch["path"],
            request=template["path"],
            query=fetch["query"],
            headers=headers,
            body=body,
        )
        return destination, request

    def _scope_of(self, destination: Mapping[str, Any]) -> str:
        parsed = parse_scope(destination["scope"])
        scope = parsed if isinstance(parsed, dict) else resolve_scope(parsed, self._settings)
        if isinstance(scope, dict):
            raise _refused(scope["message"])
        return format_scope(scope)

    def _demand_secret(self, destination: Mapping[str, Any]) -> None:
        auth = destination.get("auth", {})
        member = _SECRET_OF.get(auth.get("type", ""))
        if member is not None and not self._settings.get(auth[member]):
            detail = f"The secret `{auth[member]}` is not set."
            raise HostError("provider.bad_credentials", sent="no", detail=detail)


def _refused(detail: str) -> HostError:
    return HostError("destination.invalid", sent="no", detail=detail)


async def _play(on_fetch: OnFetch, request: TestFetchRequest) -> TestFetchAnswer:
    """A ProviderError is what the host itself would meet: `provider.timeout`, `provider.certificate`, ..."""
    try:
        answer = on_fetch(request)
        return await answer if inspect.isawaitable(answer) else answer
    except ProviderError as error:
        known: Any = error.code
        met = HostError(known, detail=error.detail, sent=error.sent, retry_after_ms=error.retry_after_ms)
        raise met from error


def _is_writable(pairs: Pairs) -> bool:
    texts = (text for name, one in pairs.items() for text in (name, *([one] if isinstance(one, str) else one)))
    return all(map(is_well_formed, texts))


def _encode(pairs: Pairs) -> str:
    return urlencode(pairs, doseq=True, quote_via=quote)


def _body_of(body: Mapping[str, Any] | None) -> tuple[TestFetchBody | None, str | None]:
    """The body's bytes, and the content type that the host writes where the plugin names none."""
    if body is None:
        return None, None
    if "base64" in body:
        return TestFetchBody(b64decode(body["base64"])), "application/octet-stream"
    if "text" in body:
        if not is_well_formed(body["text"]):
            raise _refused("The body is too large or holds half a character.")
        return TestFetchBody(body["text"].encode("utf-8")), "text/plain; charset=utf-8"
    if not _is_writable(body["form"]):
        raise _refused("The body is too large or holds half a character.")
    form = urlencode(body["form"], doseq=True).encode("ascii")
    return TestFetchBody(form, body["form"]), "application/x-www-form-urlencoded"


def _present(answer: TestFetchAnswer, request: str, bytes_max: int) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if 300 <= answer.status <= 308 and answer.status != 304 and "location" in headers:
        raise HostError("provider.redirected", sent="maybe")
    if isinstance(answer.body, (str, bytes)):
        content = answer.body.encode("utf-8") if isinstance(answer.body, str) else answer.body
    else:
        headers.setdefault("content-type", "application/json")
        content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    if len(content) > bytes_max:
        raise HostError("provider.response_too_large", sent="maybe")
    shown = {name: value for name, value in headers.items() if name in _SHOWN or name.startswith("ratelimit-")}
    try:
        body = {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        body = {"base64": b64encode(content).decode("ascii")}
    return {"status": answer.status, "headers": shown, "body": body, "request": request}
