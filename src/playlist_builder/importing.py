"""A listing from anywhere made a file of one's own: read, named, compared, written. The reading is `listing/`'s."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from playlist_builder import listing
from playlist_builder.errors import ListingError
from playlist_builder.listing.naming import name_of
from playlist_builder.listing.source import MAX_BYTES, Reading, Source
from playlist_builder.listing.toml import dump, duration_text
from playlist_builder.matching.names import fold
from playlist_builder.model import Recording, Snapshot, Track, Tracklist
from playlist_builder.services import Service
from playlist_builder.store.listings import title_from
from playlist_builder.store.lock import row_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a source holds: its listings, the best first; the lock that came along; the name its file would have."""

    source: str
    readings: tuple[Reading, ...]
    lock: bytes | None = None
    stem: str | None = None  # of a listing file of our own: it keeps its name

    def name(self, pick: int) -> str:
        title = self.readings[pick].tracklist.title
        return self.stem or name_of(title)


def read_file(path: Path, format: str | None = None, stem: str = "") -> Found:
    """The listings in a file; raises `ListingError` for what cannot be read. Our own TOML brings its lock along.

    One that gives no title is called after `stem`, else after the file.
    """
    if path.is_dir():
        raise ListingError(f"{path}: this is a directory. Give the files in it, one by one.")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ListingError(f"{path}: cannot be read ({error.strerror or error}).") from error
    readings = named(listing.readings(Source(content, str(path)), format), stem or path.stem)
    own = readings[0].format == "toml"
    beside = path.with_name(f"{path.stem}.lock.toml")
    lock = beside.read_bytes() if own and beside.is_file() and beside.stat().st_size < MAX_BYTES else None
    return Found(source=str(path), readings=readings, lock=lock, stem=path.stem if own else None)


def read_text(
    content: bytes, name: str, format: str | None = None, charset: str | None = None, stem: str = ""
) -> Found:
    """The listings in a text from standard input or the web."""
    readings = named(listing.readings(Source(content, name, charset), format), stem)
    return Found(source=name, readings=readings)


def named(readings: Sequence[Reading], stem: str) -> tuple[Reading, ...]:
    """The readings, each with a title: where the text gives none, the file's name."""
    words = title_from(stem)
    return tuple(
        reading if reading.tracklist.title else replace(reading, tracklist=replace(reading.tracklist, title=words))
        for reading in readings
    )


def from_album(recordings: Sequence[Recording], uri: str) -> Reading:
    """An album of the service as a listing whose rows carry `uri`."""
    if not recordings:
        raise ListingError(f"{uri}: the album has no tracks that this account can see.")
    title = recordings[0].album or uri
    year = (recordings[0].release_date or "")[:4]
    tracks = tuple(_row(recording) for recording in recordings)
    made = Tracklist(
        title=title, albums=(uri,), year=int(year) if year.isdigit() and int(year) > 1859 else None, tracks=tracks
    )
    return Reading(tracklist=made, format="album")


def from_playlist(snapshot: Snapshot) -> Reading:
    """A playlist of one's own as a listing whose rows carry `uri`; local files and episodes are left out."""
    tracks = tuple(
        _row(e.recording) for e in snapshot.entries if e.kind == "track" and e.recording and e.recording.title
    )
    if not tracks:
        raise ListingError(f"The playlist {snapshot.head.name!r} has no tracks.")
    return Reading(tracklist=Tracklist(title=snapshot.head.name or "Playlist", tracks=tracks), format="playlist")


def _row(recording: Recording) -> Track:
    return Track(
        title=recording.title,
        artist=", ".join(recording.artists),
        duration_ms=recording.duration_ms,
        isrc=recording.isrc,
        uri=recording.uri,
    )


def from_service(service: Service, text: str) -> Reading | None:
    """What an album or playlist link means; None where `text` is none."""
    album = service.uri_of(text, "album") if _is_link(text, "album") else None
    if album:
        return from_album(service.album_tracks(album), album)
    playlist = service.uri_of(text, "playlist") if _is_link(text, "playlist") else None
    if playlist:
        return from_playlist(service.read(playlist.rsplit(":", 1)[-1]))
    return None


def is_link(text: str) -> bool:
    """Whether a source is an album or playlist of the service."""
    return _is_link(text, "album") or _is_link(text, "playlist")


def _is_link(text: str, kind: str) -> bool:
    return bool(
        re.match(
            rf"(?:https?://)?(?:open|play)\.spotify\.com/(?:[\w-]+/)*{kind}/|spotify:(?:user:[^:]+:)?{kind}:", text
        )
    )


# ---------------------------------------------------------------- reading the source again


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """A listing file after its source was read again, and the rows that changed, as lines for a person."""

    text: str
    changes: tuple[str, ...]


def update(text: str, before: Tracklist, after: Tracklist) -> Updated:
    """The file's text with the rows that `after` has: what a person added to a row, and every comment, stays.

    A row that was respelt keeps its place and its other keys; one that is new is written below the row before it; one
    that is gone goes with the comments above it.
    """
    head, blocks = _blocks(text)
    old_keys, new_keys = _names(before), _names(after)
    by_key = {key: i for i, key in enumerate(old_keys)}
    pairs: list[int | None] = [by_key.get(key) for key in new_keys]
    gone = [i for i in range(len(old_keys)) if i not in pairs]
    changes: list[str] = []
    made = [head]
    for i, track in enumerate(after.tracks):
        old = pairs[i]
        if old is None:
            respelt = next((j for j in gone if _respelt(before.tracks[j], track)), None)
            if respelt is None:
                changes.append(f"+ {_label(track)}")
                made.append("\n[[track]]\n" + dump(Tracklist(title="x", tracks=(track,))).partition("[[track]]\n")[2])
                continue
            gone.remove(respelt)
            changes.append(f"~ {_label(before.tracks[respelt])} → {_label(track)}")
            made.append(_reworded(blocks[respelt], track))
        elif track.duration_ms and _seconds(track) != _seconds(before.tracks[old]):
            changes.append(f"~ {_label(before.tracks[old])} → {_label(track)}")
            made.append(_reworded(blocks[old], track))
        else:
            made.append(blocks[old])
    changes += [f"- {_label(before.tracks[j])}" for j in gone]
    kept = [i for i in pairs if i is not None]
    if kept != sorted(kept):
        changes.append("The order of the rows changed.")
    return Updated(text="".join(made) if changes else text, changes=tuple(changes))


def _names(tracklist: Tracklist) -> tuple[tuple[str, ...], ...]:
    """What the rows are known by in a source: artist and title alone; a person may have added the rest."""
    return row_keys([Track(artist=track.artist, title=track.title) for track in tracklist.tracks])


def _seconds(track: Track) -> int:
    return round((track.duration_ms or 0) / 1000)


def _blocks(text: str) -> tuple[str, list[str]]:
    """The text above the first row, and each row's text with the comments and blank lines above it."""
    lines = text.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if re.match(r"\s*\[\[\s*track\s*\]\]", line)]
    bounds = []
    for start in starts:
        while start > 0 and re.match(r"\s*(#.*)?$", lines[start - 1]):
            start -= 1
        bounds.append(start)
    head = "".join(lines[: bounds[0]]) if bounds else text
    blocks = ["".join(lines[a:b]) for a, b in zip(bounds, [*bounds[1:], len(lines)], strict=True)]
    return head, [block if block.endswith("\n") else block + "\n" for block in blocks]


def _reworded(block: str, track: Track) -> str:
    """A row's text with the artist, title and length of `track`."""
    said = dump(Tracklist(title="x", tracks=(track,))).partition("[[track]]\n")[2]
    for line in said.splitlines():
        key = line.partition("=")[0].strip()
        if key not in ("artist", "title", "duration"):
            continue
        pattern = re.compile(rf"^[ \t]*{key}[ \t]*=.*$", re.MULTILINE)
        if pattern.search(block):
            block = pattern.sub(lambda _, line=line: line, block, count=1)  # type: ignore[misc]
        else:
            block = block.rstrip("\n") + f"\n{line}\n"
    return block


def _respelt(a: Track, b: Track) -> bool:
    from rapidfuzz import fuzz

    return fuzz.token_sort_ratio(fold(f"{a.artist} {a.title}"), fold(f"{b.artist} {b.title}")) >= 80


def _label(track: Track) -> str:
    time = f" ({duration_text(track.duration_ms)})" if track.duration_ms else ""
    return (f"{track.artist} – {track.title}" if track.artist else track.title) + time
