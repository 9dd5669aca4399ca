"""What every error of the SDK is built on. `hilum.errors` draws the whole tree and adds a class for each code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from .catalogue import ErrorSpec
    from .models import CauseClass, ErrorCode, Problem, ProviderErrorCode, Retry, SentState, WireErrorData

    EgressFailure = Literal["not_granted", "unreachable", "busy", "certificate", "no_tunnel"]

REPLY_CHARS_MAX = 2000


class HilumError(Exception):
    """Everything that the SDK raises on purpose.

    `code` is a key of the error catalogue; `detail` and `problems` may be shown to anybody: they hold no patient's data.
    """

    code: str
    detail: str
    problems: Sequence[Problem]
    sent: SentState | None
    retry_after_ms: float | None

    def __init__(
        self,
        code: str,
        *,
        detail: str | None = None,
        problems: Sequence[Problem] = (),
        sent: SentState | None = None,
        retry_after_ms: float | None = None,
    ) -> None:
        from .catalogue import CATALOGUE

        self.code = code
        self.detail = CATALOGUE[code].title if detail is None else detail
        self.problems = problems
        self.sent = sent
        self.retry_after_ms = retry_after_ms
        super().__init__(f"{code}: {self.detail}")

    @property
    def spec(self) -> ErrorSpec:
        """Status, title, mend, and whether the same may succeed later, as docs/reference/errors.md has them."""
        from .catalogue import CATALOGUE

        return CATALOGUE[self.code]


class ProviderError(HilumError):
    """What went wrong at the provider, in the terms by which the host decides whether to try again.

    `ProviderError("provider.timeout")` is a `ProviderTimeout`: each code has a class of its own, to be caught by.

    - `cause`: class of the cause; by default the one that goes with the code.
    - `sent`: `maybe` as soon as the provider may have taken the message: it is then never sent again by itself.
    - `retry`, `fix`: by default as the code says.
    - `reply`: the provider's own words, without addresses and credentials. At most 2,000 characters are kept.
    - `field`: JSON pointer into the settings, where the mend is made: `/password`.
    - `detail`: what was seen, as a sentence for a check's row. Never a patient's data, never a secret.
    """

    code: ProviderErrorCode
    data: WireErrorData

    def __new__(cls, code: ProviderErrorCode, **_options: Any) -> ProviderError:
        return super().__new__(_class_of(code) if cls is ProviderError else cls)

    def __init__(
        self,
        code: ProviderErrorCode,
        *,
        cause: CauseClass | None = None,
        sent: SentState = "no",
        retry: Retry | None = None,
        retry_after_ms: float | None = None,
        reply: str | None = None,
        field: str | None = None,
        fix: str | None = None,
        detail: str | None = None,
    ) -> None:
        from .catalogue import CATALOGUE, CAUSES

        title, mend, retryable = CATALOGUE[code].title, CATALOGUE[code].fix, CATALOGUE[code].retryable
        super().__init__(
            code, detail=f"{title}." if detail is None else detail, sent=sent, retry_after_ms=retry_after_ms
        )
        self.data = {
            "code": code,
            "cause": cause or CAUSES[code],
            "sent": sent,
            "retry": retry or ("later" if retryable else "never"),
            "fix": mend if fix is None else fix,
        }
        if retry_after_ms is not None:
            self.data["retryAfterMs"] = retry_after_ms
        if field is not None:
            self.data["field"] = field
        if reply is not None:
            self.data["reply"] = cut(reply, REPLY_CHARS_MAX)


class EgressError(ProviderError):
    """Why there is no connection: the platform did not allow it, or the destination did not take it."""

    reason: EgressFailure

    def __new__(cls, reason: EgressFailure, **_options: Any) -> EgressError:
        return Exception.__new__(cls)

    def __init__(self, reason: EgressFailure, *, reply: str | None = None, fix: str | None = None) -> None:
        cause, retry, mend = _EGRESS[reason]
        code: ProviderErrorCode = "provider.certificate" if reason == "certificate" else "provider.unreachable"
        super().__init__(code, cause=cause, retry=retry, reply=reply, fix=mend if fix is None else fix)
        self.reason = reason


_EGRESS: dict[str, tuple[CauseClass, Retry, str | None]] = {
    "not_granted": (
        "configuration",
        "never",
        "Open Access on the plugin's page and grant this destination; private addresses also need the administrator's list of own networks.",
    ),
    "unreachable": ("network", "later", None),
    "busy": ("network", "later", "Wait a moment: the plugin has as many connections open as it may."),
    "certificate": ("certificate", "never", None),
    "no_tunnel": (
        "configuration",
        "never",
        "Ask for the destination in the manifest's scopes, as net:tcp://host:port, and grant it under Access.",
    ),
}


class HostError(HilumError):
    """What the platform refused. `HostError("request.conflict")` is a `RequestConflict`.

    A code that a plugin may report itself has its class under ProviderError; refused by the host it is a plain HostError.
    """

    def __new__(cls, code: ErrorCode, **_options: Any) -> HostError:
        own = _class_of(code)
        return super().__new__(own if cls is HostError and issubclass(own, HostError) else cls)


class RegistrationError(HilumError):
    """Why a plugin was not registered: `status` is the HTTP status, 0 where there was no answer."""

    status: int

    def __init__(self, message: str, *, status: int, code: str, problems: Sequence[Problem] = ()) -> None:
        Exception.__init__(self, message)
        self.code, self.detail, self.problems, self.status = code, message, problems, status
        self.sent = self.retry_after_ms = None


class EnrolmentError(HilumError):
    """The platform did not take the enrolment code."""

    def __init__(self, message: str, code: str) -> None:
        Exception.__init__(self, message)
        self.code, self.detail, self.problems = code, message, ()
        self.sent = self.retry_after_ms = None


class LinkRevokedError(HilumError):
    """The platform does not know the link any more: it was revoked. Trying again is of no use."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "enrolment.invalid",
            detail=f"The platform refuses this link: {detail}. Make a new enrolment code under Access on the plugin's page.",
        )


class LinkClosedError(HilumError):
    """The link to the host ended before the answer came."""

    def __init__(self) -> None:
        super().__init__("plugin.link_lost", detail="The link to the other side is closed")


class PeerError(Exception):
    """What the other side of a link answered instead of a result."""

    code: int
    data: dict[str, Any]

    def __init__(self, code: int, message: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data or {}


def _class_of(code: str) -> type[Any]:
    from .errors import CLASSES

    return CLASSES[code]


def cut(text: str, length: int) -> str:
    """At most so many UTF-16 units, as the other side counts; half a surrogate pair is replaced, for it would end the link."""
    whole = text.encode("utf-16-le", "surrogatepass")[: 2 * length]
    return whole.decode("utf-16-le", "replace")
