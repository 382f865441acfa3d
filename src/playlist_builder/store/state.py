"""What a login remembers between runs (SQLite): which playlist is whose, what was left there, what was found, runs.

Everything here can be lost: the lock and the mark in the playlist's description lead back to the right list.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from cattrs.preconf.json import make_converter

from playlist_builder.clock import Clock
from playlist_builder.model import Candidate, Entry, Outcome, Recording, Search
from playlist_builder.store.database import open_database
from playlist_builder.syncing.grey import Grey

MOST_COPIES = 50  # saved lists of one playlist; the oldest go first
MOST_RUNS = 1000  # of one listing: a year and more of daily ones
MOST_CANDIDATES = 6  # of a row, kept for review and report

SCHEMA = """
CREATE TABLE IF NOT EXISTS memory (
  service TEXT NOT NULL, account TEXT NOT NULL, listing TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (service, account, listing, kind));
CREATE TABLE IF NOT EXISTS row (
  service TEXT NOT NULL, account TEXT NOT NULL, listing TEXT NOT NULL, key TEXT NOT NULL,
  brief TEXT NOT NULL, found TEXT NOT NULL,
  PRIMARY KEY (service, account, listing, key));
CREATE TABLE IF NOT EXISTS recording (uri TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY, service TEXT NOT NULL, account TEXT NOT NULL, listing TEXT NOT NULL, started REAL NOT NULL,
  value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS copy (
  id INTEGER PRIMARY KEY, service TEXT NOT NULL, account TEXT NOT NULL, playlist TEXT NOT NULL, run INTEGER,
  taken REAL NOT NULL, done INTEGER NOT NULL, value BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS copy_of ON copy (service, account, playlist, id);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose memory: one listing on one account of a service."""

    service: str
    account: str
    listing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Name, description, visibility and cover as our last write left them; None: never written by us."""

    name: str | None = None
    name_asked: str | None = None
    description: str | None = None
    description_asked: str | None = None
    public_asked: bool | None = None
    public_seen: bool | None = None  # what the service reported after we asked
    cover: str | None = None  # hash of the picture that was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One playlist as our last write left it."""

    playlist_id: str
    name: str = ""
    url: str | None = None
    base: tuple[str, ...] | None = None  # our URIs in order, as read at verification; None: adopted, not written yet
    known: tuple[str, ...] = ()  # URIs that the lock named then
    links: Mapping[str, str] = field(default_factory=dict)  # URI of base → the listing's, where the service relinked
    desired: tuple[str, ...] = ()  # URIs of the rows in order, as wanted then
    revisions: tuple[str, ...] = ()  # snapshot ids under which the list was read as right, newest last
    lock: str = ""  # the lock's id: it stays when the listing is renamed
    page: int = 0  # the offset in the library where the playlist was seen last
    texts: Texts = Texts()
    held: bool = False  # after an undo: scheduled runs leave it alone
    created: bool = False  # by us
    synced_at: str | None = None  # RFC 3339
    read_at: str | None = None  # when its entries were last read in full
    looked_at: str | None = None  # when one page of them was read
    look_at: int = 0  # the offset of the page to read next
    grey: Mapping[str, Grey] = field(default_factory=dict)  # URI of ours that cannot be played here → what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMemory:
    """What the last search for a row brought: for report, review and explain without a request."""

    outcome: Outcome
    reason: str = ""
    score: float | None = None
    found_by: str | None = None
    differences: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    searches: tuple[Search, ...] = ()
    tries: int = 0  # empty-handed searches so far
    tried_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as history and status tell it. Counts are entries of the playlist."""

    id: int = 0
    kind: str = "sync"  # sync, undo, lock, schedule
    listing: str = ""
    started: str = ""
    ended: str | None = None
    code: int | None = None
    playlist_id: str | None = None
    created: bool = False
    added: int = 0
    removed: int = 0
    moved: int = 0
    waiting: tuple[str, ...] = ()  # rows that need a person
    news: tuple[str, ...] = ()
    message: str = ""
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A playlist's entries before a write, and its URIs after it."""

    id: int = 0
    playlist_id: str
    run: int | None = None
    taken: str = ""
    before: tuple[Entry, ...] = ()
    target: tuple[str | None, ...] = ()  # what the write was to reach
    after: tuple[str | None, ...] | None = None  # as read when it was done; None: interrupted
    base: tuple[str, ...] | None = None  # ours before the write
    leaves: tuple[str, ...] | None = None  # of an undo: what is ours after it
    kind: str = "sync"
    created: bool = False  # the write made the playlist


_T = TypeVar("_T")
_FOUND = ("candidates", "searches")  # what is large of a `RowMemory`, kept apart
_Texts = tuple[str, str]  # JSON of a `RowMemory` without what was found, and of that


class Rows(MutableMapping[str, RowMemory]):
    """What is remembered of each row of a listing, by its key; read from its JSON only when it is looked at."""

    def __init__(self, kept: Mapping[str, _Texts], load: Callable[[str], RowMemory]) -> None:
        self._kept = dict(kept)
        self._load = load
        self._made: dict[str, RowMemory] = {}
        self.changed: dict[str, RowMemory] = {}

    def brief(self, key: str) -> RowMemory | None:
        """The row's memory without candidates and searches: a tenth of the work."""
        return self._load(self._kept[key][0]) if key in self._kept else None

    def __getitem__(self, key: str) -> RowMemory:
        if key not in self._made:
            brief, found = self._kept[key]
            self._made[key] = self._load(f"{brief[:-1]}, {found[1:]}")
        return self._made[key]

    def __setitem__(self, key: str, value: RowMemory) -> None:
        self._kept.setdefault(key, ("{}", "{}"))
        self._made[key] = self.changed[key] = value

    def __delitem__(self, key: str) -> None:
        del self._kept[key]
        self._made.pop(key, None)
        self.changed.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


class State:
    """The state of one login; each method is one transaction."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._convert = make_converter()
        self._db = open_database(path, SCHEMA, 1)
        self.directory = path.parent  # the login's own

    def close(self) -> None:
        self._db.close()

    # ------------------------------------------------------------ playlists

    def remembered(self, place: Place) -> Remembered | None:
        found: Remembered | None = self._get(place, "playlist", Remembered)
        return found

    def remember(self, place: Place, value: Remembered) -> None:
        self._put(place, "playlist", value)

    def forget(self, place: Place, *, all: bool = False) -> None:
        """Forgets the playlist of a listing; with `all` also what was found for its rows."""
        kinds = "" if all else " AND kind IN ('playlist', 'making')"
        where = "WHERE service = ? AND account = ? AND listing = ?"
        with self._transaction():
            self._db.execute(f"DELETE FROM memory {where}{kinds}", _of(place))
            if all:
                self._db.execute(f"DELETE FROM row {where}", _of(place))

    def take_over(self, place: Place, listing: str) -> None:
        """The listing was called `listing` before: what is remembered of that is this one's now."""
        old = replace(place, listing=listing)
        with self._transaction():
            for table in ("memory", "row", "run"):
                if table != "run":
                    self._db.execute(
                        f"DELETE FROM {table} WHERE service = ? AND account = ? AND listing = ?", _of(place)
                    )
                self._db.execute(
                    f"UPDATE {table} SET listing = ? WHERE service = ? AND account = ? AND listing = ?",
                    (place.listing, *_of(old)),
                )

    def last_account(self, service: str) -> str | None:
        """Whose playlists were worked on last: for what is asked when nobody is logged in."""
        row = self._db.execute(
            "SELECT account FROM run WHERE service = ? ORDER BY id DESC LIMIT 1", (service,)
        ).fetchone()
        return row["account"] if row else None

    def places(self, service: str, account: str) -> dict[str, Remembered]:
        """Every remembered playlist of the account, by listing."""
        rows = self._db.execute(
            "SELECT listing, value FROM memory WHERE service = ? AND account = ? AND kind = 'playlist' "
            "ORDER BY listing",
            (service, account),
        )
        return {row["listing"]: self._load(row["value"], Remembered) for row in rows}

    def making(self, place: Place) -> frozenset[str] | None:
        """Ids of the playlists that there were before one without a mark was to be made; None: none is being made."""
        found: tuple[str, ...] | None = self._get(place, "making", tuple[str, ...])
        return None if found is None else frozenset(found)

    def keep_making(self, place: Place, ids: Iterable[str] | None) -> None:
        """Notes that one is about to be made, or with None that it is done."""
        if ids is not None:
            self._put(place, "making", tuple(ids), tuple[str, ...])
            return
        self._db.execute(
            "DELETE FROM memory WHERE service = ? AND account = ? AND listing = ? AND kind = 'making'", _of(place)
        )

    # ------------------------------------------------------------ rows

    def rows(self, place: Place) -> Rows:
        """What is remembered of each row, by its key (see `key_text`)."""
        found = self._db.execute(
            "SELECT key, brief, found FROM row WHERE service = ? AND account = ? AND listing = ?", _of(place)
        )
        return Rows(
            {row["key"]: (row["brief"], row["found"]) for row in found}, lambda text: self._load(text, RowMemory)
        )

    def keep_rows(self, place: Place, rows: Mapping[str, RowMemory], keys: Collection[str] | None = None) -> None:
        """Keeps these rows; of a `Rows` those that changed. Rows that are not among `keys` are forgotten; without
        `keys`, those that `rows` does not have."""
        staying = set(rows if keys is None else keys)
        made = []
        for key, memory in (rows.changed if isinstance(rows, Rows) else rows).items():
            whole = self._convert.unstructure(memory)
            found = {name: whole.pop(name) for name in _FOUND}
            made.append((*_of(place), key, _json(whole), _json(found)))
        with self._transaction():
            there = self._db.execute(
                "SELECT key FROM row WHERE service = ? AND account = ? AND listing = ?", _of(place)
            ).fetchall()
            self._db.executemany(
                "DELETE FROM row WHERE service = ? AND account = ? AND listing = ? AND key = ?",
                [(*_of(place), row["key"]) for row in there if row["key"] not in staying],
            )
            self._db.executemany("INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?, ?, ?)", made)

    def no_album(self, place: Place) -> frozenset[str]:
        """Album names known to be no album of the listing."""
        return frozenset(self._get(place, "no-album", tuple[str, ...]) or ())

    def keep_no_album(self, place: Place, names: Iterable[str]) -> None:
        self._put(place, "no-album", tuple(sorted(names)), tuple[str, ...])

    def recordings(self, uris: Iterable[str]) -> dict[str, Recording]:
        """The recordings that are known by these URIs."""
        wanted = list(dict.fromkeys(uris))
        found: dict[str, Recording] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            for row in self._db.execute(f"SELECT uri, value FROM recording WHERE uri IN ({marks})", part):
                found[row["uri"]] = self._load(row["value"], Recording)
        return found

    def keep_recordings(self, recordings: Iterable[Recording]) -> None:
        rows = [(r.uri, self._dump(r)) for r in recordings]
        if rows:
            with self._transaction():
                self._db.executemany("INSERT OR REPLACE INTO recording VALUES (?, ?)", rows)

    # ------------------------------------------------------------ runs and copies

    def add_run(self, place: Place, run: Run) -> int:
        """Keeps a run and gives it a number. The oldest beyond MOST_RUNS go."""
        cursor = self._db.execute(
            "INSERT INTO run (service, account, listing, started, value) VALUES (?, ?, ?, ?, ?)",
            (place.service, place.account, place.listing, self._clock.now().timestamp(), self._dump(run)),
        )
        self._db.execute(
            "DELETE FROM run WHERE service = ? AND account = ? AND listing = ? AND id NOT IN (SELECT id FROM run "
            "WHERE service = ? AND account = ? AND listing = ? ORDER BY id DESC LIMIT ?)",
            (*(place.service, place.account, place.listing) * 2, MOST_RUNS),
        )
        return int(cursor.lastrowid or 0)

    def end_run(self, number: int, run: Run) -> None:
        self._db.execute("UPDATE run SET value = ? WHERE id = ?", (self._dump(run), number))

    def runs(self, place: Place, limit: int = 50) -> list[Run]:
        """The listing's runs, newest first."""
        rows = self._db.execute(
            "SELECT id, value FROM run WHERE service = ? AND account = ? AND listing = ? ORDER BY id DESC LIMIT ?",
            (place.service, place.account, place.listing, limit),
        )
        return [self._convert.structure({**json.loads(row["value"]), "id": row["id"]}, Run) for row in rows]

    def save_copy(self, place: Place, copy: Copy) -> int:
        """Keeps a playlist's list before a write; the copy's number. The oldest beyond MOST_COPIES go: of a write that
        was cut off only the newest copy is asked for."""
        of = (place.service, place.account, copy.playlist_id)
        with self._transaction():
            cursor = self._db.execute(
                "INSERT INTO copy (service, account, playlist, run, taken, done, value) VALUES (?, ?, ?, ?, ?, 0, ?)",
                (*of, copy.run, self._clock.now().timestamp(), self._packed(copy)),
            )
            self._db.execute(
                "DELETE FROM copy WHERE service = ? AND account = ? AND playlist = ? AND id NOT IN (SELECT id FROM "
                "copy WHERE service = ? AND account = ? AND playlist = ? ORDER BY id DESC LIMIT ?)",
                (*of * 2, MOST_COPIES),
            )
        return int(cursor.lastrowid or 0)

    def finish_copy(self, number: int, copy: Copy) -> None:
        """Notes what the write left."""
        self._db.execute("UPDATE copy SET done = 1, value = ? WHERE id = ?", (self._packed(copy), number))

    def copies(self, place: Place, playlist_id: str, limit: int = MOST_COPIES) -> list[Copy]:
        """The saved lists of a playlist, newest first."""
        rows = self._db.execute(
            "SELECT id, value FROM copy WHERE service = ? AND account = ? AND playlist = ? ORDER BY id DESC LIMIT ?",
            (place.service, place.account, playlist_id, limit),
        )
        return [replace(self._load(zlib.decompress(row["value"]).decode(), Copy), id=row["id"]) for row in rows]

    def last_copy(self, place: Place, playlist_id: str) -> Copy | None:
        """The list as saved before the last write."""
        return next(iter(self.copies(place, playlist_id, 1)), None)

    def cut_off(self, place: Place, playlist_id: str) -> Copy | None:
        """The list as saved before a write that was interrupted and not made good since; None almost always."""
        row = self._db.execute(
            "SELECT done FROM copy WHERE service = ? AND account = ? AND playlist = ? ORDER BY id DESC LIMIT 1",
            (place.service, place.account, playlist_id),
        ).fetchone()
        return None if row is None or row["done"] else self.last_copy(place, playlist_id)

    def _packed(self, copy: Copy) -> bytes:
        """The copy, small: a list of 9,000 in some 300 KB. What is known of a track stands in `recording`."""
        before = tuple(
            replace(entry, recording=None) if entry.kind == "track" and entry.uri else entry for entry in copy.before
        )
        return zlib.compress(self._dump(replace(copy, before=before)).encode())

    # ------------------------------------------------------------ values

    def now(self) -> str:
        """The time as it is kept: RFC 3339, UTC."""
        return self._clock.now().astimezone(UTC).isoformat(timespec="seconds")

    def _get(self, place: Place, kind: str, type_: Any) -> Any:
        row = self._db.execute(
            "SELECT value FROM memory WHERE service = ? AND account = ? AND listing = ? AND kind = ?",
            (place.service, place.account, place.listing, kind),
        ).fetchone()
        return self._load(row["value"], type_) if row else None

    def _put(self, place: Place, kind: str, value: object, type_: Any = None) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?, ?)",
            (place.service, place.account, place.listing, kind, self._dump(value, type_)),
        )

    def _dump(self, value: object, type_: Any = None) -> str:
        return _json(self._convert.unstructure(value, type_))

    def _load(self, text: str, type_: type[_T]) -> _T:
        return self._convert.structure(json.loads(text), type_)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def _of(place: Place) -> tuple[str, str, str]:
    return place.service, place.account, place.listing


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def key_text(key: tuple[str, ...]) -> str:
    """A row's key as the state keeps it."""
    return "\x1f".join(key)


def when(text: str | None) -> datetime | None:
    """The time that was kept as `text`."""
    return datetime.fromisoformat(text) if text else None


__all__ = ["Copy", "Place", "Remembered", "RowMemory", "Rows", "Run", "State", "Texts", "key_text", "when"]
