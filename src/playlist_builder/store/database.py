"""How every SQLite file of ours is opened: WAL, a busy timeout, a damaged file set aside."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

log = logging.getLogger(__name__)


def open_database(path: Path, schema: str, version: int) -> sqlite3.Connection:
    """A connection in autocommit mode to `path` with `schema` in place (`CREATE … IF NOT EXISTS`), mode 0600.

    A file that is damaged, or of another `version`, is renamed to `NAME.damaged` (the newest such copy is kept) with a
    warning, and an empty one takes its place. Wait for other processes: up to 30 s.
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


def _open(path: Path, schema: str, version: int) -> sqlite3.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, version):
            raise sqlite3.DatabaseError(f"made by another version ({found})")
        connection.executescript(schema)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.row_factory = sqlite3.Row
    except BaseException:
        connection.close()
        raise
    return connection
