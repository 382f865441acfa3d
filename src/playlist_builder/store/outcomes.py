"""How unattended runs ended, the last one of each listing: a table of its own in the state's file."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playlist_builder.store.database import open_database

SCHEMA = """
CREATE TABLE IF NOT EXISTS outcome (
  listing TEXT NOT NULL, service TEXT NOT NULL, started TEXT NOT NULL, ended TEXT NOT NULL, code INTEGER NOT NULL,
  message TEXT NOT NULL, PRIMARY KEY (listing, service));
"""
ALL = ""  # the name under which a run of all listings is kept: no listing is called so


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the last unattended run of a listing ended. `listing` None: of a run of all of them."""

    listing: str | None
    service: str
    started: datetime
    ended: datetime
    code: int
    message: str


def keep(path: Path, ending: Ending) -> None:
    """Keeps it in the database `path`, in place of the listing's last one. Opens the file itself: any thread may."""
    with contextlib.closing(open_database(path, SCHEMA, 1)) as database:
        database.execute(
            "INSERT OR REPLACE INTO outcome VALUES (?, ?, ?, ?, ?, ?)",
            (
                ending.listing or ALL,
                ending.service,
                ending.started.astimezone(UTC).isoformat(),
                ending.ended.astimezone(UTC).isoformat(),
                ending.code,
                ending.message,
            ),
        )


def last(path: Path, service: str) -> dict[str | None, Ending]:
    """The last ending of each listing (None: of all listings in one run); nothing where there is no file yet."""
    if not path.exists():
        return {}
    with contextlib.closing(open_database(path, SCHEMA, 1)) as database:
        rows = database.execute("SELECT * FROM outcome WHERE service = ?", (service,)).fetchall()
    endings = [
        Ending(
            listing=row["listing"] or None,
            service=row["service"],
            started=datetime.fromisoformat(row["started"]),
            ended=datetime.fromisoformat(row["ended"]),
            code=row["code"],
            message=row["message"],
        )
        for row in rows
    ]
    return {ending.listing: ending for ending in endings}


def forget(path: Path, listing: str | None, service: str) -> None:
    """Forgets a listing's last ending."""
    if path.exists():
        with contextlib.closing(open_database(path, SCHEMA, 1)) as database:
            database.execute("DELETE FROM outcome WHERE listing = ? AND service = ?", (listing or ALL, service))
