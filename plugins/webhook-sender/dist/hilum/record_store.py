"""What a plugin with the capability `store_records` is asked for, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from .definition import CallContext
    from .lanes.records import GivenContent, HeldContent
    from .models import CanonicalType, Resource, SearchQuery


class RecordTarget(NamedTuple):
    """Which record is meant; `version` is None for the current one."""

    type: CanonicalType
    id: str
    version: str | None = None


class CreateDetails(NamedTuple):
    """What comes with a record that is to be created.

    - `content`: its bytes, where they are not in the resource.
    - `if_none_exist`: create nothing where one record matches, and answer that one; several are `record.conflict`.
    """

    content: HeldContent | None
    if_none_exist: SearchQuery | None


class UpdateDetails(NamedTuple):
    """`if_match` is the version that must be the current one, else `record.conflict`."""

    content: HeldContent | None
    if_match: str | None


class RecordSearch:
    """`cursor` is `next` of the answer before. A page has at most `count` records."""

    __slots__ = ("count", "cursor", "query", "type")

    def __init__(self, type: CanonicalType, query: SearchQuery, count: int, cursor: str | None) -> None:
        self.type = type
        self.query = query
        self.count = count
        self.cursor = cursor


class KeptRecord(NamedTuple):
    """A record as a store answers it, with its bytes where the resource does not carry them."""

    resource: Resource
    content: GivenContent | None = None


class FoundRecords(NamedTuple):
    """`next` comes back as `cursor`: opaque, and without anything of a patient. `total` where it is known."""

    resources: Sequence[Resource]
    next: str | None = None
    total: int | None = None


class RecordStore:
    """The functions of a store. Raise a ProviderError for what cannot be done: `record.not_found`, `record.gone`,
    `record.conflict`, `record.invalid`, `record.too_large`, `search.invalid`, or one of the provider's codes.

    The same version of a record may come again after an answer was lost, and must do no harm.

    - `create`: keeps a record under the id and version that it carries.
    - `update`: replaces a record that is there.
    - `search`: serves `_id` and `identifier` at least; refuses a parameter that it does not know with `search.invalid`.
    """

    __slots__ = ("create", "delete", "read", "search", "update")

    def __init__(
        self,
        *,
        create: Callable[[Resource, CallContext, CreateDetails], Awaitable[Resource | KeptRecord]],
        read: Callable[[RecordTarget, CallContext], Awaitable[Resource | KeptRecord]],
        update: Callable[[Resource, CallContext, UpdateDetails], Awaitable[Resource | KeptRecord]],
        delete: Callable[[RecordTarget, CallContext], Awaitable[None]],
        search: Callable[[RecordSearch, CallContext], Awaitable[FoundRecords]],
    ) -> None:
        self.create = create
        self.read = read
        self.update = update
        self.delete = delete
        self.search = search
