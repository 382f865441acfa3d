"""The lock file beside a listing: which recording each row became and who decided it, one table a service.

A row is known by what it says, not by its place. The file holds no times, scores or accounts, so that an unchanged
sync leaves it byte for byte, whatever its line ends, encoding and comments are. Keys that this program does not know
are kept: another program, or a person, put them there.
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
from typing import Any, Final, Literal

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
MOST_PAST = 500  # URIs in `past`, or as many as there are rows; the oldest go first
MOST_PAIRS = 200_000  # beyond, a row that was respelt is looked for beside its neighbours alone
_ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_DECISION_KEYS: Final = ("uri", "decided", "name", "isrc", "skip", "later", "restored")
_ROW_KEYS: Final = ("artist", "title", "version", "isrc", "album", "duration")
_LOCK_KEYS: Final = ("version", "id", "past", "track")
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
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)  # keys of the file that we do not know


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
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)

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
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)

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
    """Writes the lock in one step unless the file says the very same; whether it was written.

    Line ends stay as they were. Raises `ListingError` where the file that is there must not be overwritten.
    """
    content = render(lock).encode()
    before = path.read_bytes() if path.exists() else None
    if before is not None and (before == content or parse(before, str(path)) == lock):
        return False
    _replace(path, content, before)
    return True


def _replace(path: Path, content: bytes, before: bytes | None) -> None:
    if before is not None and b"\r\n" in before:
        content = content.replace(b"\n", b"\r\n")
    if content != before:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)


def amend(
    path: Path, before: Lock, tracks: Sequence[Track], service: str, decisions: Sequence[Decision | None]
) -> Lock:
    """The lock `updated`, and written where that changes it. `before`: as it was read when the run began.

    What someone decided in the file meanwhile (`playlist pin` while a sync was searching) stays.
    """
    made = updated(before, tracks, service, decisions)
    content = path.read_bytes() if path.exists() else None
    if made == before and content is not None:
        return made
    now = parse(content, str(path)) if content is not None else None
    if now is not None and now != before:
        known, there = (align(lock, tracks).decisions(service) for lock in (before, now))
        ours = [mine if then == new else new for mine, then, new in zip(decisions, known, there, strict=True)]
        made = updated(now, tracks, service, ours)
    if made != now:
        _replace(path, render(made).encode(), content)
    return made


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
    if isinstance(version, bool) or not isinstance(version, int) or version > VERSION:
        raise ListingError(
            f"{name}: lock version {version!r} is newer than this program knows ({VERSION}). "
            "Upgrade playlist-builder; nothing was changed."
        )
    try:
        rows = tuple(_row(row) for row in table.get("track", []))
        past = tuple(_texts(table.get("past", [])))
        identity = str(table["id"])
        if not re.fullmatch(r"[a-z0-9]{4,32}", identity):
            raise ValueError(f"id {identity!r}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ListingError(
            f"{name}: not a lock file of this program ({error}). Take it back from git, or move it away to search "
            "all rows again."
        ) from error
    return Lock(id=identity, past=past, rows=rows, more=_more(table, _LOCK_KEYS))


def _row(row: dict[str, Any]) -> LockRow:
    decisions = {service: _decision(value) for service, value in row.items() if isinstance(value, dict)}
    duration = _text(row, "duration")
    return LockRow(
        artist=_text(row, "artist") or "",
        title=str(row["title"]),
        version=_text(row, "version"),
        isrc=_text(row, "isrc"),
        album=_text(row, "album"),
        duration_ms=duration_ms(duration) if duration else None,
        decisions=decisions,
        more=_more(row, (*_ROW_KEYS, *decisions)),
    )


def _decision(value: dict[str, Any]) -> Decision:
    return Decision(
        decided="person" if value.get("decided") == "person" else "auto",
        uri=_text(value, "uri"),
        name=_text(value, "name"),
        isrc=_text(value, "isrc"),
        skip=value.get("skip") is True,
        later=value.get("later") is True,
        restored=value.get("restored") is True,
        more=_more(value, _DECISION_KEYS),
    )


def _text(table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{key} = {value!r}")
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(uri, str) for uri in value):
        raise TypeError(f"past = {value!r}")
    return value


def _more(table: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in known}


def render(lock: Lock) -> str:
    """The file's text: a header, the rows in order, one line a service."""
    lines = [_HEADER, f"version = {VERSION}\n", f"id = {_quote(lock.id)}\n"]
    if lock.past:
        lines.append("past = [\n" + "".join(f"  {_quote(uri)},\n" for uri in lock.past) + "]\n")
    lines += _unknown(lock.more)
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
        lines += _unknown(row.more)
        lines.extend(f"{_name(service)} = {_inline(decision)}\n" for service, decision in sorted(row.decisions.items()))
    return "".join(lines)


def _inline(decision: Decision) -> str:
    parts = [f"uri = {_quote(decision.uri)}"] if decision.uri else []
    parts += [f"{key} = true" for key in ("skip", "later") if getattr(decision, key)]
    parts.append(f"decided = {_quote(decision.decided)}")
    parts += [f"{key} = {_quote(getattr(decision, key))}" for key in ("name", "isrc") if getattr(decision, key)]
    parts += ["restored = true"] if decision.restored else []
    parts += [f"{_name(key)} = {_value(value)}" for key, value in decision.more.items()]
    return "{ " + ", ".join(parts) + " }"


def _quote(text: str) -> str:
    return json.dumps(clean(text), ensure_ascii=False)


def _unknown(more: Mapping[str, Any]) -> list[str]:
    return [f"{_name(key)} = {_value(value)}\n" for key, value in more.items()]


def _name(key: str) -> str:
    """A key, bare where TOML allows that."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _string(key)


def _value(value: Any) -> str:
    """Any value that tomllib reads, in one line."""
    match value:
        case str():
            return _string(value)
        case bool() | int() | float():
            return str(value).lower()
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{_name(key)} = {_value(each)}" for key, each in value.items()) + " }"
    return str(value.isoformat())  # a date or a time


def _string(text: str) -> str:
    """A string as it is, controls and all."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


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
    free = dict.fromkeys(range(len(olds)))  # rows of the lock that no track has yet, in order
    places = {key: j for j, key in enumerate(row_keys(olds))}
    for i, key in enumerate(row_keys(tracks)):
        if key in places:
            found[i] = places[key]
            del free[places[key]]
    for i, j in _by_names(lock, tracks, [i for i, j in enumerate(found) if j is None], list(free)):
        found[i] = j
        del free[j]
    reworded = _reworded(lock, tracks, found, free)
    return Aligned(tuple(lock.rows[j] if j is not None else None for j in found), frozenset(reworded))


def _by_names(lock: Lock, tracks: Sequence[Track], news: list[int], olds: list[int]) -> list[tuple[int, int]]:
    """Pairs of (track, row of the lock) with the same names: a row may have got a twin, or lost one, so that ISRC,
    album and length tell it apart no more, or only now. Of several those that agree most belong together."""
    groups: dict[Key, tuple[list[int], list[int]]] = {}
    for i in news:
        groups.setdefault(_plain_key(tracks[i]), ([], []))[0].append(i)
    for j in olds:
        groups.get(_plain_key(lock.rows[j].as_track()), ([], []))[1].append(j)
    pairs: list[tuple[int, int]] = []
    for ours, theirs in groups.values():
        if len(ours) * len(theirs) <= 1 or len(ours) * len(theirs) > MOST_PAIRS:
            pairs += zip(ours, theirs, strict=False)
            continue
        ranked = sorted((-_agreement(tracks[i], lock.rows[j]), i, j) for i in ours for j in theirs)
        used: set[tuple[str, int]] = set()
        for _, i, j in ranked:
            if ("new", i) not in used and ("old", j) not in used:
                used |= {("new", i), ("old", j)}
                pairs.append((i, j))
    return pairs


def _agreement(track: Track, row: LockRow) -> int:
    """How many of ISRC, album and length say that the track is the row, less those that say it is not."""
    isrcs = {row.isrc} if row.isrc else {decision.isrc for decision in row.decisions.values() if decision.isrc}
    points = 0
    if track.isrc and isrcs:
        points += 3 if track.isrc in isrcs else -3
    if track.album and row.album:
        points += 1 if level(track.album) == level(row.album) else -1
    if track.duration_ms and row.duration_ms:
        points += 1 if abs(track.duration_ms - row.duration_ms) < 1000 else -1
    return points


def _reworded(lock: Lock, tracks: Sequence[Track], found: list[int | None], free: dict[int, None]) -> set[int]:
    """Gives rows that were respelt their old decision; fills `found`. The rows for which that was done."""
    news = [i for i, j in enumerate(found) if j is None]
    if not news or not free:
        return set()
    before, after = _neighbours(found)
    titles = {j: fold(lock.rows[j].title) for j in free}
    names = {j: [fold(d.name) for d in lock.rows[j].decisions.values() if d.name] for j in free}
    many = len(news) * len(free) > MOST_PAIRS
    pairs = []
    for i in news:
        low, high = before[i], after[i]
        near = {0 if low is None else low + 1, len(lock.rows) - 1 if high is None else high - 1}
        title, whole = fold(tracks[i].title), fold(f"{tracks[i].artist} {tracks[i].title}")
        for j in sorted(near & free.keys()) if many else free:
            beside = low == j - 1 or high == j + 1 or (low is None and j == 0)
            between = (low is None or low < j) and (high is None or j < high)
            likeness = fuzz.WRatio(title, titles[j])
            recording = max((fuzz.token_sort_ratio(whole, name) for name in names[j]), default=0.0)
            if (beside and between and likeness >= NEAR_TITLE) or recording >= NEAR_RECORDING:
                pairs.append((max(likeness, recording), -i, -j))
    done = set()
    for _, i, j in sorted(pairs, reverse=True):
        if found[-i] is None and -j in free:
            found[-i] = -j
            del free[-j]
            done.add(-i)
    return done


def _neighbours(found: Sequence[int | None]) -> tuple[list[int | None], list[int | None]]:
    """For each place the nearest of `found` before it, and the nearest after it."""
    before: list[int | None] = []
    after: list[int | None] = []
    for places, way in ((before, found), (after, found[::-1])):
        last = None
        for place in way:
            places.append(last)
            last = last if place is None else place
    return before, after[::-1]


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
                more=old.more if old else {},
            )
        )
    made = replace(lock, rows=tuple(rows))
    chosen = {d.uri for row in rows for d in row.decisions.values() if d.uri}
    before = {d.uri: None for row in lock.rows for d in row.decisions.values() if d.uri}
    past = [uri for uri in dict.fromkeys((*lock.past, *before)) if uri not in chosen]
    return replace(made, past=tuple(past[-max(MOST_PAST, len(lock.rows)) :]))
