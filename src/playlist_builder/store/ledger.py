"""Requests of the last 24 hours, and pauses that the service asked for: what may be sent, decided before sending.

One file per login (the service counts per developer account: other programs of the same developer are not seen here).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playlist_builder.clock import Clock
from playlist_builder.store.database import open_database

WINDOW = timedelta(hours=24)  # rolling, as clients of 2026 report (QUOTA_EXCEEDED with Retry-After up to 86,236 s)

SCHEMA = """
CREATE TABLE IF NOT EXISTS request (at REAL NOT NULL, endpoint TEXT NOT NULL, catalogue INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS request_at ON request (at);
CREATE TABLE IF NOT EXISTS pause (until REAL NOT NULL, reason TEXT NOT NULL);
"""


class Ledger:
    """Counts requests per rolling 24 hours and remembers until when the service asked for silence."""

    def __init__(self, path: Path, clock: Clock, limit: int) -> None:
        self._clock = clock
        self._limit = limit
        self._db = open_database(path, SCHEMA, 1)

    def close(self) -> None:
        self._db.close()

    def record(self, endpoint: str, *, catalogue: bool) -> None:
        """Notes one request that is about to be sent; `endpoint` like "GET /search"."""
        now = self._now()
        self._db.execute("INSERT INTO request VALUES (?, ?, ?)", (now, endpoint, int(catalogue)))
        self._db.execute("DELETE FROM request WHERE at < ?", (now - 2 * WINDOW.total_seconds(),))

    def spent(self) -> int:
        """Catalogue requests of the last 24 hours."""
        return int(
            self._db.execute("SELECT count(*) FROM request WHERE catalogue AND at > ?", (self._since(),)).fetchone()[0]
        )

    def sent(self) -> int:
        """All requests of the last 24 hours."""
        return int(self._db.execute("SELECT count(*) FROM request WHERE at > ?", (self._since(),)).fetchone()[0])

    @property
    def limit(self) -> int:
        """Catalogue requests allowed in 24 hours; 0: no limit of our own."""
        return self._limit

    def left(self) -> int | None:
        """Catalogue requests that may still be sent now; None without a limit."""
        return max(0, self._limit - self.spent()) if self._limit else None

    def room_at(self) -> datetime | None:
        """When the next catalogue request is allowed by our own limit; None: now."""
        if self.left() != 0:
            return None
        row = self._db.execute(
            "SELECT at FROM request WHERE catalogue AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            (self._since(), self._limit - 1),
        ).fetchone()
        return datetime.fromtimestamp(row["at"], UTC) + WINDOW

    def pause(self, until: datetime, reason: str) -> None:
        """Remembers that the service wants no request before `until`."""
        self._db.execute("INSERT INTO pause VALUES (?, ?)", (until.timestamp(), reason))

    def paused_until(self) -> datetime | None:
        """The end of the longest pause in force, or None."""
        row = self._db.execute("SELECT max(until) AS until FROM pause WHERE until > ?", (self._now(),)).fetchone()
        return datetime.fromtimestamp(row["until"], UTC) if row["until"] is not None else None

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _since(self) -> float:
        return self._now() - WINDOW.total_seconds()
