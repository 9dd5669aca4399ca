"""Private state and messages of one instance, in a SQLite database in memory."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, ClassVar

from ..errors import HostError


@dataclass(frozen=True)
class TestMessage:
    """What became of a message that was handed to the plugin. `state` is sending, sent, failed or delivered."""

    __test__: ClassVar[bool] = False

    id: str
    attempt: int
    idempotency_key: str
    state: str
    provider_id: str | None
    code: str | None


class TestTables:
    __test__: ClassVar[bool] = False

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.execute("create table state (key text primary key, value text not null, version integer not null)")
        self._db.execute(
            "create table message (id text primary key, attempt integer not null, idempotency_key text not null,"
            " state text not null, provider_id text, code text)"
        )

    def get_state(self, key: str) -> dict[str, Any]:
        row = self._db.execute("select value, version from state where key = ?", (key,)).fetchone()
        return {} if row is None else {"value": row[0], "version": row[1]}

    def put_state(self, key: str, value: str, version: int | None) -> dict[str, Any]:
        stored = self.get_state(key).get("version", 0)
        if version is not None and version != stored:
            raise HostError("request.conflict")
        self._db.execute(
            "insert into state (key, value, version) values (?, ?, 1)"
            " on conflict (key) do update set value = excluded.value, version = version + 1",
            (key, value),
        )
        return {"version": self.get_state(key)["version"]}

    def delete_state(self, key: str) -> None:
        self._db.execute("delete from state where key = ?", (key,))

    def add_message(self, message: str, attempt: int, idempotency_key: str) -> None:
        self._db.execute(
            "insert into message (id, attempt, idempotency_key, state) values (?, ?, ?, 'sending')"
            " on conflict (id) do update set attempt = excluded.attempt, state = 'sending'",
            (message, attempt, idempotency_key),
        )

    def update_message(
        self, message: str, state: str, *, provider_id: str | None = None, code: str | None = None
    ) -> None:
        self._db.execute(
            "update message set state = ?, provider_id = coalesce(?, provider_id), code = ? where id = ?",
            (state, provider_id, code, message),
        )

    def has_message(self, message: str) -> bool:
        return self._db.execute("select 1 from message where id = ?", (message,)).fetchone() is not None

    def messages(self) -> list[TestMessage]:
        """Oldest first."""
        return [TestMessage(*row) for row in self._db.execute("select * from message order by rowid")]

    def close(self) -> None:
        self._db.close()
