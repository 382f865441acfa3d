"""The lock file beside a listing: which recording each row became and who decided it, one table a service.

A row is known by what it says, not by its place. The file holds no times, scores or accounts, so that an unchanged
sync leaves it byte for byte.
"""

from __future__ import annotations

import json
import re
import secrets
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from rapidfuzz import fuzz

from playlist_builder.errors import ListingError
from playlist_builder.listing.source import Source
from playlist_builder.listing.toml import duration_ms, duration_text
from playlist_builder.matching.names import fold, level
from playlist_builder.model import Track
from playlist_builder.report.text import clean
from playlist_builder.store.files import replace_file

VERSION = 1
NEAR_TITLE = 60.0  # least likeness (0–100) of a reworded title whose neighbours stayed
NEAR_RECORDING = 88.0  # least likeness of a reworded row to the name of the recording it had
MOST_PAST = 500  # URIs in `past`; the oldest go first
_ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_HEADER = "# Written by playlist: which recording each row became. Keep it beside the listing, in git too.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for a row on one service: a recording, or (by a person) to leave it out or keep looking."""

    decided: Literal["auto", "person"] = "auto"
    uri: str | None = None
    name: str | None = None  # of the recording, for people who read the file
    isrc: str | None = None
    skip: bool = False  # leave the row out
    later: bool = False  # a known gap: keep looking, without asking
    restored: bool = False  # its track was put back once after the user had removed it


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRow:
    """One row as the listing says it; ISRC, album and length only where they tell two rows apart."""

    artist: str
    title: str
    version: str | None = None
    isrc: str | None = None
    album: str | None = None
    duration_ms: int | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)  # by service

    def as_track(self) -> Track:
        return Track(
            artist=self.artist,
            title=self.title,
            version=self.version,
            isrc=self.isrc,
            album=self.album,
            duration_ms=self.duration_ms,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock file's content. `past`: URIs once chosen for this listing and chosen no more, oldest first."""

    id: str
    past: tuple[str, ...] = ()
    rows: tuple[LockRow, ...] = ()

    def named(self, service: str) -> frozenset[str]:
        """Every URI that the lock names for the service, `past` included."""
        now = {row.decisions[service].uri for row in self.rows if service in row.decisions}
        return frozenset({uri for uri in now if uri} | set(self.past))


@dataclass(frozen=True, slots=True)
class Aligned:
    """The lock's row for each row of a listing (None: new), and which of them were reworded since."""

    rows: tuple[LockRow | None, ...]
    reworded: frozenset[int] = frozenset()

    def decisions(self, service: str) -> tuple[Decision | None, ...]:
        return tuple(row.decisions.get(service) if row else None for row in self.rows)


def new_lock() -> Lock:
    """An empty lock with a random id, made once for a listing."""
    return Lock(id="".join(secrets.choice(_ID_LETTERS) for _ in range(8)))


def lock_path(listing: Path) -> Path:
    """Where the lock of a listing file stands."""
    return listing.with_name(f"{listing.stem}.lock.toml")


def load(path: Path) -> Lock | None:
    """The lock in `path`, None where there is none; raises `ListingError` for one that must not be overwritten."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return parse(content, str(path))


def save(path: Path, lock: Lock) -> bool:
    """Writes the lock in one step unless the file has these very bytes; whether it was written."""
    content = render(lock).encode()
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content)
    return True


def parse(content: bytes, name: str) -> Lock:
    """The lock in a file's bytes; raises `ListingError` naming file, line and what to do."""
    source = Source(content, name)
    source.refuse_conflict()
    try:
        table = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise ListingError(
            f"{name}{':' + found.group(1) if found else ''}: the lock file is not valid TOML. Mend the line, take the "
            "file back from git, or move it away to search all rows again."
        ) from error
    version = table.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise ListingError(
            f"{name}: lock version {version!r} is newer than this program knows ({VERSION}). "
            "Upgrade playlist-builder; nothing was changed."
        )
    try:
        rows = tuple(_row(row) for row in table.get("track", []))
        past = tuple(str(uri) for uri in table.get("past", []))
        identity = str(table["id"])
        if not re.fullmatch(r"[a-z0-9]{4,32}", identity):
            raise ValueError(f"id {identity!r}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ListingError(
            f"{name}: not a lock file of this program ({error}). Take it back from git, or move it away to search "
            "all rows again."
        ) from error
    return Lock(id=identity, past=past, rows=rows)


def _row(row: dict[str, Any]) -> LockRow:
    decisions = {}
    for service, value in row.items():
        if isinstance(value, dict):
            decided = value.get("decided", "auto")
            decisions[service] = Decision(
                decided="person" if decided == "person" else "auto",
                uri=value.get("uri"),
                name=value.get("name"),
                isrc=value.get("isrc"),
                skip=value.get("skip") is True,
                later=value.get("later") is True,
                restored=value.get("restored") is True,
            )
    duration = row.get("duration")
    return LockRow(
        artist=str(row.get("artist", "")),
        title=str(row["title"]),
        version=row.get("version"),
        isrc=row.get("isrc"),
        album=row.get("album"),
        duration_ms=duration_ms(duration) if isinstance(duration, str) else None,
        decisions=decisions,
    )


def render(lock: Lock) -> str:
    """The file's text: a header, the rows in order, one line a service."""
    lines = [_HEADER, f"version = {VERSION}\n", f"id = {_quote(lock.id)}\n"]
    if lock.past:
        lines.append("past = [\n" + "".join(f"  {_quote(uri)},\n" for uri in lock.past) + "]\n")
    for row in lock.rows:
        lines.append("\n[[track]]\n")
        if row.artist:
            lines.append(f"artist = {_quote(row.artist)}\n")
        lines.append(f"title = {_quote(row.title)}\n")
        for key in ("version", "isrc", "album"):
            if getattr(row, key):
                lines.append(f"{key} = {_quote(getattr(row, key))}\n")
        if row.duration_ms:
            lines.append(f"duration = {_quote(duration_text(row.duration_ms))}\n")
        lines.extend(f"{service} = {_inline(decision)}\n" for service, decision in sorted(row.decisions.items()))
    return "".join(lines)


def _inline(decision: Decision) -> str:
    parts = [f"uri = {_quote(decision.uri)}"] if decision.uri else []
    parts += [f"{key} = true" for key in ("skip", "later") if getattr(decision, key)]
    parts.append(f"decided = {_quote(decision.decided)}")
    parts += [f"{key} = {_quote(getattr(decision, key))}" for key in ("name", "isrc") if getattr(decision, key)]
    parts += ["restored = true"] if decision.restored else []
    return "{ " + ", ".join(parts) + " }"


def _quote(text: str) -> str:
    return json.dumps(clean(text), ensure_ascii=False)


# ---------------------------------------------------------------- rows by what they say

Key = tuple[str, ...]


def row_keys(tracks: Sequence[Track]) -> tuple[Key, ...]:
    """What each row is known by: folded artist, title and version; ISRC, album and length where rows differ only in
    these; a number for true repeats."""
    plain = [_plain_key(track) for track in tracks]
    twins = Counter(plain)
    full = [key if twins[key] == 1 else key + _apart(track) for key, track in zip(plain, tracks, strict=True)]
    seen: Counter[Key] = Counter()
    keys = []
    for key in full:
        seen[key] += 1
        keys.append(key if seen[key] == 1 else (*key, str(seen[key])))
    return tuple(keys)


def _plain_key(track: Track) -> Key:
    return (level(track.artist), fold(track.title) or track.title, fold(track.version or ""))


def _apart(track: Track) -> Key:
    seconds = str(round(track.duration_ms / 1000)) if track.duration_ms else ""
    return (track.isrc or "", level(track.album or ""), seconds)


def align(lock: Lock, tracks: Sequence[Track]) -> Aligned:
    """The lock's row for each track: by what it says; else by place among its neighbours, or by the recording."""
    olds = [row.as_track() for row in lock.rows]
    found: list[int | None] = [None] * len(tracks)
    free = set(range(len(olds)))
    for keys_new, keys_old in (
        (row_keys(tracks), row_keys(olds)),
        ([_plain_key(t) for t in tracks], [_plain_key(t) for t in olds]),
    ):
        places: dict[Key, list[int]] = {}
        for j in sorted(free, reverse=True):
            places.setdefault(tuple(keys_old[j]), []).append(j)
        for i, key in enumerate(keys_new):
            if found[i] is None and places.get(tuple(key)):
                j = places[tuple(key)].pop()
                found[i] = j
                free.discard(j)
    reworded = _reworded(lock, tracks, found, free)
    return Aligned(tuple(lock.rows[j] if j is not None else None for j in found), frozenset(reworded))


def _reworded(lock: Lock, tracks: Sequence[Track], found: list[int | None], free: set[int]) -> set[int]:
    """Gives rows that were respelt their old decision; fills `found`. The rows for which that was done."""
    pairs = []
    for i, track in enumerate(tracks):
        if found[i] is not None or not free:
            continue
        before, after = _neighbours(found, i)
        for j in sorted(free):
            row = lock.rows[j]
            between = (before is None or before < j) and (after is None or j < after)
            beside = before == j - 1 or after == j + 1 or (before is None and j == 0)
            title = fuzz.WRatio(fold(track.title), fold(row.title))
            names = [d.name for d in row.decisions.values() if d.name]
            recording = max(
                (fuzz.token_sort_ratio(fold(f"{track.artist} {track.title}"), fold(name)) for name in names),
                default=0.0,
            )
            if (beside and between and title >= NEAR_TITLE) or recording >= NEAR_RECORDING:
                pairs.append((max(title, recording), -i, -j))
    done = set()
    for _, i, j in sorted(pairs, reverse=True):
        if found[-i] is None and -j in free:
            found[-i] = -j
            free.discard(-j)
            done.add(-i)
    return done


def _neighbours(found: Sequence[int | None], i: int) -> tuple[int | None, int | None]:
    before = next((found[k] for k in range(i - 1, -1, -1) if found[k] is not None), None)
    after = next((found[k] for k in range(i + 1, len(found)) if found[k] is not None), None)
    return before, after


def updated(lock: Lock, tracks: Sequence[Track], service: str, decisions: Sequence[Decision | None]) -> Lock:
    """The lock after a run: rows as the listing has them now, this service's decisions replaced, others' kept.

    URIs that are chosen no more go to `past`.
    """
    aligned = align(lock, tracks)
    twins = Counter(_plain_key(track) for track in tracks)
    rows = []
    for track, old, decision in zip(tracks, aligned.rows, decisions, strict=True):
        kept = {name: d for name, d in (old.decisions if old else {}).items() if name != service}
        if decision is not None:
            kept[service] = decision
        apart = twins[_plain_key(track)] > 1
        rows.append(
            LockRow(
                artist=track.artist,
                title=track.title,
                version=track.version,
                isrc=track.isrc if apart else None,
                album=track.album if apart else None,
                duration_ms=track.duration_ms if apart else None,
                decisions=kept,
            )
        )
    made = replace(lock, rows=tuple(rows))
    chosen = {d.uri for row in rows for d in row.decisions.values() if d.uri}
    before = {d.uri: None for row in lock.rows for d in row.decisions.values() if d.uri}
    past = [uri for uri in dict.fromkeys((*lock.past, *before)) if uri not in chosen]
    return replace(made, past=tuple(past[-MOST_PAST:]))
