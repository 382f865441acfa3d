"""How every SQLite file of ours is opened: WAL, a busy timeout, a damaged file set aside, a newer one refused."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from pathlib import Path
from typing import Any

from playlist_builder.clock import SystemClock
from playlist_builder.errors import ConfigError

BUSY_S = 30.0  # how long another process is waited for
PAUSE_S = 0.05

log = logging.getLogger(__name__)


class Connection(sqlite3.Connection):
    """Says in our own words that another process did not let go of the file."""

    path: Path

    def execute(self, *args: Any) -> sqlite3.Cursor:
        try:
            return super().execute(*args)
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        try:
            return super().executemany(*args)
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error

    def executescript(self, script: str) -> sqlite3.Cursor:
        try:
            return super().executescript(script)
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error

    def _explained(self, error: sqlite3.OperationalError) -> Exception:
        if "locked" not in str(error):
            return error
        return ConfigError(
            f"{self.path} is in use by another program for {BUSY_S:.0f} seconds now. "
            "End that program (another `playlist`, a backup, a database viewer), then run the command again."
        )


def open_database(path: Path, schema: str, version: int) -> Connection:
    """A connection in autocommit mode to `path` with `schema` in place (`CREATE … IF NOT EXISTS`), mode 0600.

    A file that is damaged, or of an older `version`, is renamed to `NAME.damaged` (the newest such copy is kept) with a
    warning, and an empty one takes its place. Waits for other processes up to BUSY_S. Raises `ConfigError` for a file
    of a newer version: it is left alone.
    """
    try:
        return _open(path, schema, version)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
            raise
        aside = path.with_name(path.name + ".damaged")
        log.warning("%s is damaged (%s); it was set aside as %s.", path, error, aside.name)
        path.replace(aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).unlink()
        return _open(path, schema, version)


def _open(path: Path, schema: str, version: int) -> Connection:
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False, factory=Connection
    )
    connection.path = path
    try:
        _write_ahead(connection)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000:.0f}")
        connection.execute("PRAGMA synchronous = FULL")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > version:
            raise ConfigError(
                f"{path} was made by a newer version of this program ({found}, this one knows {version}). "
                "Upgrade playlist-builder; nothing was changed."
            )
        if found not in (0, version):
            raise sqlite3.DatabaseError(f"made by another version ({found})")
        connection.executescript(schema)
        if found != version:
            connection.execute(f"PRAGMA user_version = {version}")
        connection.row_factory = sqlite3.Row
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: Connection) -> None:
    """Turns WAL on. SQLite does not wait for a process that does the same at this moment: so we do."""
    connection.execute("PRAGMA busy_timeout = 0")
    clock = SystemClock()
    for left in range(int(BUSY_S / PAUSE_S), -1, -1):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except ConfigError:
            if not left:
                raise
            clock.sleep(PAUSE_S)
        else:
            return
