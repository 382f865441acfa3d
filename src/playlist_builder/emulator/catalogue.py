"""The catalogue of the emulated service: recordings and albums in SQLite, and the search over them."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from playlist_builder.emulator.fulltext import COMMON, Question, read, words

UNKNOWN_DATE = "0000"  # the release date of what has none
VARIOUS = "Various Artists"
FULL_PAGE = 50  # with fewer full hits than this, near ones follow them
DEEPEST = 1000  # hits that can be paged through
MANY = 4000  # hits that are ranked one by one; of more, the most popular
NEAR = 1500  # about as many rows are looked through for near hits, those with the rarest words
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [first + second for first in _BASE62 for second in _BASE62]
_BASE36 = _BASE62[:36]
_BETWEEN = "\x1f"  # between the artists of a row
_SCHEMA = """
CREATE TABLE artists (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE albums (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, artists TEXT NOT NULL, type TEXT NOT NULL,
    released TEXT NOT NULL, year INTEGER NOT NULL, total INTEGER NOT NULL, popularity INTEGER NOT NULL
);
CREATE TABLE tracks (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, artists TEXT NOT NULL, album INTEGER NOT NULL,
    duration INTEGER NOT NULL, isrc TEXT, explicit INTEGER NOT NULL, number INTEGER NOT NULL, disc INTEGER NOT NULL,
    popularity INTEGER NOT NULL, year INTEGER NOT NULL
);
CREATE INDEX tracks_album ON tracks (album);
CREATE INDEX tracks_isrc ON tracks (isrc);
CREATE INDEX tracks_year ON tracks (year);
CREATE VIRTUAL TABLE tracks_text USING fts5 (
    track, artist, album, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE albums_text USING fts5 (
    album, artist, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE made (source TEXT NOT NULL);
"""
_VOCABULARY = """
CREATE VIRTUAL TABLE temp.tracks_words USING fts5vocab (main, tracks_text, row);
CREATE VIRTUAL TABLE temp.albums_words USING fts5vocab (main, albums_text, row);
"""
_VERSION = 1  # of the schema and of what is filled in; a kept database of another is made anew
_WEIGHTS = {"tracks": "8.0, 6.0, 2.0", "albums": "8.0, 6.0"}
_COLUMNS = {"tracks": frozenset({"track", "artist", "album"}), "albums": frozenset({"album", "artist"})}
_TRACK = (
    "SELECT t.n, t.id, t.title, t.artists, t.duration, t.isrc, t.explicit, t.number, t.disc, t.popularity,"
    " a.id, a.title, a.artists, a.type, a.released, a.total FROM tracks t JOIN albums a ON a.n = t.album "
)
_ALBUM = "SELECT a.n, a.id, a.title, a.artists, a.type, a.released, a.total FROM albums a "


@dataclass(frozen=True, slots=True)
class Artist:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class AlbumRow:
    """`release_date` is a day, a month or a year ("0000": unknown); `album_type` album, single or compilation."""

    id: str
    title: str
    artists: tuple[Artist, ...]
    album_type: str
    release_date: str
    total_tracks: int


@dataclass(frozen=True, slots=True)
class TrackRow:
    """`duration_ms` is 0 and `isrc` None where they are unknown; `popularity` runs from 0 to 100."""

    id: str
    title: str
    artists: tuple[Artist, ...]
    album: AlbumRow
    duration_ms: int
    isrc: str | None
    explicit: bool
    track_number: int
    disc_number: int
    popularity: int


@dataclass(slots=True)
class _NewTrack:
    title: str
    artists: tuple[str, ...]
    duration_ms: int
    isrc: str | None = None
    explicit: bool = False
    popularity: int = 0
    id: str | None = None


@dataclass(slots=True)
class _NewAlbum:
    title: str
    artists: tuple[str, ...]
    type: str
    released: str
    tracks: list[_NewTrack] = field(default_factory=list)


class Catalogue:
    """Recordings by id, by album and by search. May be used from several threads."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'made'").fetchone():
            self._db.executescript(_SCHEMA)
        self._db.executescript(_VOCABULARY)

    @classmethod
    def shipped(cls) -> Catalogue:
        """The catalogue of the data files, in memory."""
        catalogue = cls()
        folder = resources.files("playlist_builder.emulator") / "data"
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".txt"):
                catalogue._fill(_albums_of_text(file.read_text("utf-8"), file.name))
        return catalogue

    @classmethod
    def from_jsonl(cls, path: Path, database: Path | None = None) -> Catalogue:
        """The catalogue of a file of JSON lines, plain or .gz; kept in the file `database` where one is named.

        A line has id, title and artists, and may have album, release_date, duration_ms, isrc, explicit and popularity.
        A `database` made earlier from the same file is opened as it is; one made from anything else, or changed by
        `add` or `remove` since, is made anew.
        """
        about = path.stat()
        source = f"{_VERSION} {path.name} {about.st_size} {about.st_mtime_ns}"
        if database is None:
            catalogue = cls()
            catalogue._fill(_albums_of_jsonl(path))
            return catalogue
        if not _made_from(database, source):
            number, name = tempfile.mkstemp(prefix=database.name, dir=database.parent)
            os.close(number)
            try:
                fresh = cls(name)
                fresh._fill(_albums_of_jsonl(path))
                with fresh._db:
                    fresh._db.execute("INSERT INTO made VALUES (?)", (source,))
                fresh.close()
                Path(name).replace(database)
            finally:
                Path(name).unlink(missing_ok=True)
        return cls(database)

    def close(self) -> None:
        """Ends the use of the catalogue."""
        with self._lock:
            self._db.close()

    def __del__(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()

    def __len__(self) -> int:
        """How many recordings there are."""
        return self._count("SELECT count(*) FROM tracks")

    # ------------------------------------------------------------------ search

    def search_tracks(self, query: str, limit: int, offset: int) -> tuple[list[TrackRow], int]:
        """The recordings for `query` from `offset` on, best first, and how many there are in all."""
        with self._lock:
            numbers, total = self._search("tracks", read(query))
            return self._tracks(numbers[offset : offset + limit]), total

    def search_albums(self, query: str, limit: int, offset: int) -> tuple[list[AlbumRow], int]:
        """The albums for `query` from `offset` on, best first, and how many there are in all."""
        with self._lock:
            numbers, total = self._search("albums", read(query))
            return self._albums(numbers[offset : offset + limit]), total

    def _search(self, kind: str, question: Question | None) -> tuple[list[int], int]:
        """Row numbers, best first, and their count: full hits, then near ones where those are few."""
        if question is None:
            return [], 0
        if question.strict:
            return self._filtered(kind, question)
        counts = {word: self._frequency(kind, word) for word in question.words}
        hits, total = self._full(kind, question.words, counts) if all(counts.values()) else ([], 0)
        if total < FULL_PAGE:
            seen = set(hits)
            near = [number for number in self._near(kind, question.words, counts) if number not in seen]
            return hits + near, total + len(near)
        return hits, total

    def _full(self, kind: str, asked: Sequence[str], counts: dict[str, int]) -> tuple[list[int], int]:
        match = " AND ".join(f'"{word}"' for word in asked)
        if min(counts.values()) <= MANY:
            hits = self._ranked(kind, match, DEEPEST)
            return hits, len(hits) if len(hits) < DEEPEST else self._matching(kind, match)
        rows = self._db.execute(
            f"SELECT n FROM {kind} WHERE n IN (SELECT rowid FROM {kind}_text WHERE {kind}_text MATCH ? LIMIT ?)"
            " ORDER BY popularity DESC, n LIMIT ?",
            (match, MANY, DEEPEST),
        )
        return [number for (number,) in rows], self._matching(kind, match)

    def _near(self, kind: str, asked: Sequence[str], counts: dict[str, int]) -> list[int]:
        """Rows with some of the words, those with most of them (the rare ones counting more) first."""
        size = self._count(f"SELECT coalesce(max(n), 1) FROM {kind}")
        common = max(100, size // 80)
        weights: dict[str, float] = {}
        for word in asked:
            count = counts[word]
            if word in COMMON or count > common:
                continue
            if count:
                weights[word] = math.log(1 + size / count)
            else:
                for other in self._misspelt(kind, word):
                    weights.setdefault(other, 0.8 * math.log(1 + size / max(1, self._frequency(kind, other))))
        if not weights:
            return []
        rows_left = NEAR
        for word, _ in sorted(weights.items(), key=lambda item: -item[1]):
            if rows_left <= 0:
                del weights[word]
            rows_left -= counts.get(word, 0)
        rows = self._db.execute(
            f"SELECT x.rowid, bm25({kind}_text, {_WEIGHTS[kind]}) * (1 + k.popularity / 100.0) AS score, x.*"
            f" FROM {kind}_text x JOIN {kind} k ON k.n = x.rowid WHERE {kind}_text MATCH ? ORDER BY score LIMIT 200",
            (" OR ".join(f'"{word}"' for word in weights),),
        ).fetchall()
        others = [word for word in asked if word not in weights and counts[word]]

        def order(row: Sequence[Any]) -> tuple[float, float]:
            there = set(" ".join(row[2:]).split())
            shared = sum(weight for word, weight in weights.items() if word in there)
            return -round(shared + 0.3 * sum(word in there for word in others), 3), row[1]

        return [row[0] for row in sorted(rows, key=order)]

    def _misspelt(self, kind: str, word: str) -> list[str]:
        """The words of the catalogue that `word` may stand for, where it has no such word itself."""
        if len(word) < 4 or not word.isalpha():
            return []
        rows = self._db.execute(
            f"SELECT term FROM {kind}_words WHERE term >= ? AND term < ?", (word[:2], word[0] + chr(ord(word[1]) + 1))
        )
        terms = [term for (term,) in rows if abs(len(term) - len(word)) <= 2 and term not in COMMON]
        cutoff = 1 if len(word) < 7 else 2
        found = process.extract(word, terms, scorer=OSA.distance, score_cutoff=cutoff, limit=3)
        return [str(term) for term, distance, _ in found if distance == found[0][1]]

    def _filtered(self, kind: str, question: Question) -> tuple[list[int], int]:
        columns = _COLUMNS[kind]
        if any(name not in columns for name, _ in question.fields) or (question.isrc and kind != "tracks"):
            return [], 0
        parts = [f'"{word}"' for word in question.words]
        parts += [f'{name} : "{word}"' for name, value in question.fields for word in value]
        where, values = [], list[Any]()
        if question.years:
            where.append("k.year BETWEEN ? AND ?")
            values += question.years
        if question.isrc:
            where.append("k.isrc = ?")
            values.append(question.isrc)
        if parts:
            hits = self._ranked(kind, " AND ".join(parts), DEEPEST, " AND ".join(where), values)
        else:
            rows = self._db.execute(
                f"SELECT k.n FROM {kind} k WHERE {' AND '.join(where)} ORDER BY k.popularity DESC, k.n LIMIT ?",
                (*values, DEEPEST),
            )
            hits = [number for (number,) in rows]
        return hits, len(hits)

    def _ranked(self, kind: str, match: str, limit: int, where: str = "", values: Sequence[Any] = ()) -> list[int]:
        """Rows that match, by relevance (negative, the less the better) and popularity."""
        more = f" AND {where}" if where else ""
        rows = self._db.execute(
            f"SELECT k.n FROM {kind}_text x JOIN {kind} k ON k.n = x.rowid WHERE {kind}_text MATCH ?{more}"
            f" ORDER BY bm25({kind}_text, {_WEIGHTS[kind]}) * (1 + k.popularity / 100.0), k.n LIMIT ?",
            (match, *values, limit),
        )
        return [number for (number,) in rows]

    def _matching(self, kind: str, match: str) -> int:
        return self._count(f"SELECT count(*) FROM {kind}_text WHERE {kind}_text MATCH ?", match)

    def _frequency(self, kind: str, word: str) -> int:
        """In how many rows `word` stands."""
        row = self._db.execute(f"SELECT doc FROM {kind}_words WHERE term = ?", (word,)).fetchone()
        return int(row[0]) if row else 0

    def _count(self, sql: str, *values: Any) -> int:
        with self._lock:
            return int(self._db.execute(sql, values).fetchone()[0])

    # ------------------------------------------------------------------ by id

    def track(self, id: str) -> TrackRow | None:
        with self._lock:
            row = self._db.execute(_TRACK + "WHERE t.id = ?", (id,)).fetchone()
        return _track(row) if row else None

    def album(self, id: str) -> AlbumRow | None:
        with self._lock:
            row = self._db.execute(_ALBUM + "WHERE a.id = ?", (id,)).fetchone()
        return _album(row[1:]) if row else None

    def album_tracks(self, id: str) -> list[TrackRow]:
        """The recordings of the album in its order; none for an unknown album."""
        with self._lock:
            rows = self._db.execute(_TRACK + "WHERE a.id = ? ORDER BY t.disc, t.number, t.n", (id,)).fetchall()
        return [_track(row) for row in rows]

    def artist(self, id: str) -> Artist | None:
        with self._lock:
            row = self._db.execute("SELECT id, name FROM artists WHERE id = ?", (id,)).fetchone()
        return Artist(*row) if row else None

    def _tracks(self, numbers: Sequence[int]) -> list[TrackRow]:
        rows = self._db.execute(_TRACK + f"WHERE t.n IN ({','.join(map(str, numbers))})")
        found = {row[0]: _track(row) for row in rows}
        return [found[number] for number in numbers]

    def _albums(self, numbers: Sequence[int]) -> list[AlbumRow]:
        rows = self._db.execute(_ALBUM + f"WHERE a.n IN ({','.join(map(str, numbers))})")
        found = {row[0]: _album(row[1:]) for row in rows}
        return [found[number] for number in numbers]

    # ------------------------------------------------------------------ change

    def add(
        self,
        title: str,
        artists: Sequence[str],
        *,
        album: str | None = None,
        album_artists: Sequence[str] | None = None,
        album_type: str | None = None,
        release_date: str = UNKNOWN_DATE,
        duration_ms: int = 0,
        isrc: str | None = None,
        explicit: bool = False,
        popularity: int = 50,
        id: str | None = None,
    ) -> TrackRow:
        """Puts a recording in, at the end of its album; the album is made where there is none such, and comes back.

        Without `album` the recording is a single of its own; without `id` and `isrc` both are made from the facts.
        """
        by = tuple(album_artists or artists)
        kind = album_type or ("single" if album is None else "album")
        new = _NewTrack(title, tuple(artists), duration_ms, isrc, explicit, popularity, id)
        if new.isrc is None:
            new.isrc = _isrc(title, *artists, str(duration_ms))
        with self._lock:
            numbers = self._fill([_NewAlbum(album or title, by, kind, release_date, [new])])
            with self._db:
                self._db.execute("DELETE FROM made")
            return self._tracks(numbers)[0]

    def remove(self, track_ids: str | Iterable[str] = (), *, album_id: str | None = None) -> int:
        """Takes recordings out, or all of an album; the count of those that were there.

        An album without recordings goes with its last one.
        """
        ids = [track_ids] if isinstance(track_ids, str) else list(track_ids)
        with self._lock, self._db:
            if album_id is not None:
                ids += [track.id for track in self.album_tracks(album_id)]
            count = 0
            for id in ids:
                row = self._db.execute("DELETE FROM tracks WHERE id = ? RETURNING n, album", (id,)).fetchone()
                if row:
                    count += 1
                    self._db.execute("DELETE FROM tracks_text WHERE rowid = ?", row[:1])
                    self._db.execute("UPDATE albums SET total = total - 1 WHERE n = ?", row[1:])
            self._db.execute("DELETE FROM made")
            gone = self._db.execute("DELETE FROM albums WHERE total <= 0 RETURNING n").fetchall()
            self._db.executemany("DELETE FROM albums_text WHERE rowid = ?", gone)
        return count

    def _fill(self, albums: Iterable[_NewAlbum]) -> list[int]:
        """Writes albums and their recordings; the numbers of the latter."""
        with self._lock, self._db:
            number = self._count("SELECT coalesce(max(n), 0) FROM tracks")
            place = self._count("SELECT coalesce(max(n), 0) FROM albums")
            first = number + 1
            names: set[str] = set()
            rows: dict[str, list[Any]] = {"albums": [], "albums_text": [], "tracks": [], "tracks_text": []}
            for album in albums:
                album_id = _id("album", album.title, *album.artists, album.type, album.released)
                old = self._db.execute("SELECT n, total FROM albums WHERE id = ?", (album_id,)).fetchone()
                number_of_album, total = old or (place + 1, 0)
                last = self._count("SELECT coalesce(max(number), 0) FROM tracks WHERE album = ?", old[0]) if old else 0
                year = int(album.released[:4]) if album.released[:4].isdigit() else 0
                about = " ".join(words(album.title))
                names.update(album.artists)
                for position, new in enumerate(album.tracks, last + 1):
                    number += 1
                    names.update(new.artists)
                    rows["tracks"].append(
                        (
                            number,
                            new.id or _id("track", album_id, str(position), new.title, *new.artists),
                            new.title,
                            _BETWEEN.join(new.artists),
                            number_of_album,
                            new.duration_ms,
                            new.isrc,
                            new.explicit,
                            position,
                            1,
                            new.popularity,
                            year,
                        )
                    )
                    rows["tracks_text"].append(
                        (number, " ".join(words(new.title)), " ".join(words(" ".join(new.artists))), about)
                    )
                total += len(album.tracks)
                if old:
                    self._db.execute("UPDATE albums SET total = ? WHERE n = ?", (total, number_of_album))
                    continue
                place += 1
                popularity = max((new.popularity for new in album.tracks), default=0)
                by = _BETWEEN.join(album.artists)
                rows["albums"].append(
                    (place, album_id, album.title, by, album.type, album.released, year, total, popularity)
                )
                rows["albums_text"].append((place, about, " ".join(words(" ".join(album.artists)))))
            self._db.executemany("INSERT INTO albums VALUES (?,?,?,?,?,?,?,?,?)", rows["albums"])
            self._db.executemany("INSERT INTO albums_text (rowid, album, artist) VALUES (?,?,?)", rows["albums_text"])
            self._db.executemany("INSERT INTO tracks VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows["tracks"])
            self._db.executemany(
                "INSERT INTO tracks_text (rowid, track, artist, album) VALUES (?,?,?,?)", rows["tracks_text"]
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO artists VALUES (?,?)", [(_artist(name).id, name) for name in sorted(names)]
            )
        return list(range(first, number + 1))


# ---------------------------------------------------------------------- rows


def _track(row: Sequence[Any]) -> TrackRow:
    return TrackRow(
        id=row[1],
        title=row[2],
        artists=_artists(row[3]),
        album=_album(row[10:]),
        duration_ms=row[4],
        isrc=row[5],
        explicit=bool(row[6]),
        track_number=row[7],
        disc_number=row[8],
        popularity=row[9],
    )


def _album(row: Sequence[Any]) -> AlbumRow:
    return AlbumRow(row[0], row[1], _artists(row[2]), row[3], row[4], row[5])


def _artists(names: str) -> tuple[Artist, ...]:
    return tuple(_artist(name) for name in names.split(_BETWEEN) if name)


@lru_cache(maxsize=100_000)
def _artist(name: str) -> Artist:
    return Artist(_id("artist", name), name)


def _digest(*facts: str) -> int:
    return int.from_bytes(hashlib.sha256(_BETWEEN.join(facts).encode()).digest()[:20], "big")


def _id(*facts: str) -> str:
    """22 signs, always the same for the same facts."""
    number = _digest(*facts)
    signs = []
    for _ in range(11):
        number, pair = divmod(number, 3844)
        signs.append(_PAIRS[pair])
    return "".join(signs)


def _isrc(*facts: str) -> str:
    """A code under ZZ, a country that is none; always the same for the same facts."""
    number = _digest("isrc", *facts)
    registrant = ""
    for _ in range(3):
        number, sign = divmod(number, 36)
        registrant += _BASE36[sign]
    return f"ZZ{registrant}{number % 10_000_000:07}"


# ---------------------------------------------------------------------- files


def _albums_of_text(text: str, name: str) -> Iterator[_NewAlbum]:
    """The albums of a data file; its form is said at the top of each."""
    album: _NewAlbum | None = None
    base = 40
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        try:
            fields = [part.strip() for part in line.lstrip("=").split("|")]
            if line.startswith("="):
                if album:
                    yield album
                title, by, kind, released, *more = fields
                if kind not in ("album", "single", "compilation"):
                    raise ValueError(kind)
                base = int(more[0]) if more else 40
                album = _NewAlbum(title, _names(by), kind, released)
                continue
            if album is None:
                raise ValueError("no album yet")
            title, by, length, *marks = fields
            artists = _names(by) if by else album.artists
            minutes, seconds = length.split(":")
            duration = (int(minutes) * 60 + int(seconds)) * 1000
            keys = [mark for mark in marks if mark.startswith("@")]
            isrc = _isrc(*keys) if keys else _isrc(title, *artists, str(duration), album.title)
            popularity = min(100, base + _digest(title, *artists, album.title) % 15)
            album.tracks.append(_NewTrack(title, artists, duration, isrc, "explicit" in marks, popularity))
        except ValueError as error:
            raise ValueError(f"{name}:{number}: {line!r}: {error}") from error
    if album:
        yield album


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(";") if name.strip())


def _albums_of_jsonl(path: Path) -> list[_NewAlbum]:
    """Albums by title and day; where no day is known, by title, date and first artist."""
    albums: dict[tuple[str, str, str], _NewAlbum] = {}
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                continue
            row: dict[str, Any] = json.loads(line)
            if row["id"] in seen:
                continue
            seen.add(row["id"])
            artists = tuple(row["artists"])
            title = row.get("album") or row["title"]
            released = row.get("release_date") or UNKNOWN_DATE
            day = len(released) == 10 and not released.endswith("-01-01")
            key = (title, released, "" if day else artists[0] if artists else "")
            album = albums.get(key)
            if album is None:
                album = albums[key] = _NewAlbum(title, (), "", released)
            popularity = row.get("popularity")
            album.tracks.append(
                _NewTrack(
                    row["title"],
                    artists,
                    row.get("duration_ms") or 0,
                    row.get("isrc"),
                    bool(row.get("explicit")),
                    _digest(row["id"]) % 71 if popularity is None else popularity,
                    row["id"],
                )
            )
    for album in albums.values():
        leads = {new.artists[:1] for new in album.tracks}
        shared = len(leads) == 1
        album.artists = leads.pop() if shared else (VARIOUS,)
        single = len(album.tracks) <= 3 and any(new.title == album.title for new in album.tracks)
        album.type = "single" if single and shared else "album" if shared else "compilation"
    return list(albums.values())


def _made_from(database: Path, source: str) -> bool:
    if not database.is_file():
        return False
    try:
        with closing(sqlite3.connect(database)) as made:
            return made.execute("SELECT 1 FROM made WHERE source = ?", (source,)).fetchone() is not None
    except sqlite3.Error:
        return False
