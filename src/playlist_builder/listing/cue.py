"""CUE sheets: the tracks of a disc image, with the disc's performer where a track names none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playlist_builder.errors import ListingError
from playlist_builder.listing.signs import clean, fold
from playlist_builder.listing.source import Reading, Source
from playlist_builder.listing.structured import isrc_of, named
from playlist_builder.listing.words import VARIOUS, VERSION
from playlist_builder.model import Track, Tracklist

_COMMAND = re.compile(
    r"^\s*(REM\s+DATE|REM|PERFORMER|TITLE|FILE|TRACK|INDEX|ISRC|SONGWRITER)\s+(.*?)\s*$", re.IGNORECASE
)
_FRAMES = 75  # in a second


@dataclass
class _Track:
    title: str = ""
    performer: str = ""
    isrc: str | None = None
    start_ms: int | None = None
    file: int = 0
    audio: bool = True


def detect(source: Source) -> bool:
    if source.suffix == ".cue":
        return True
    head = source.text[:20_000]
    return bool(re.search(r"^[ \t]*TRACK[ \t]+\d+[ \t]+AUDIO[ \t]*$", head, re.MULTILINE)) and "INDEX" in head


def parse(source: Source) -> tuple[Reading, ...]:
    """The sheet's tracks; a length is told where the next track begins in the same file."""
    disc, year = _Track(), None
    tracks: list[_Track] = []
    files = 0
    for line in source.lines:
        found = _COMMAND.match(line)
        if not found:
            continue
        command, value = found.group(1).upper(), found.group(2)
        current = tracks[-1] if tracks else disc
        if command == "TRACK":
            tracks.append(_Track(file=files, audio="AUDIO" in value.upper()))
        elif command == "FILE":
            files += 1
        elif command == "TITLE":
            current.title = _unquoted(value)
        elif command == "PERFORMER":
            current.performer = _unquoted(value)
        elif command == "ISRC":
            current.isrc = isrc_of(_unquoted(value))
        elif command == "INDEX" and value.startswith("01"):
            current.start_ms = _frames(value)
        elif command.startswith(("REM DATE", "REM\tDATE")):
            year = int(value[:4]) if re.match(r"(?:18|19|20)\d{2}", value) else None
    rows = tuple(_tracks(disc, tracks))
    if not rows:
        raise ListingError(f"{source.name}: the sheet has no track with a title.")
    artist = "" if fold(disc.performer) in VARIOUS else disc.performer
    albums = (disc.title,) if disc.title else ()
    listing = Tracklist(title=disc.title, tracks=rows, albums=albums, artist=artist or None, year=year)
    return (Reading(tracklist=listing, format="cue"),)


def _tracks(disc: _Track, tracks: list[_Track]) -> list[Track]:
    default = "" if fold(disc.performer) in VARIOUS else disc.performer
    mixed = len({t.performer for t in tracks if t.performer}) > 1 and len({t.file for t in tracks}) == 1
    rows = []
    _name_performers(disc, tracks)
    for at, track in enumerate(tracks):
        if not track.title or not track.audio:
            continue
        following = tracks[at + 1] if at + 1 < len(tracks) else None
        length = None
        if (
            not mixed
            and following
            and following.file == track.file
            and None not in (following.start_ms, track.start_ms)
        ):
            length = (following.start_ms or 0) - (track.start_ms or 0)
        rows.append(
            Track(
                title=track.title,
                artist=track.performer or default,
                isrc=track.isrc,
                duration_ms=length if length and length > 0 else None,
            )
        )
    return rows


def _name_performers(disc: _Track, tracks: list[_Track]) -> None:
    """Titles "Artist - Title" of a mix give the performers that are not named otherwise."""
    unnamed = [t for t in tracks if t.performer in ("", disc.performer) and t.title]
    parted = [t for t in unnamed if re.search(r"\S\s+[-–—]\s+\S", t.title)]
    others = len({t.performer for t in tracks} - {"", disc.performer})
    if not parted or (others < 2 and len(parted) < 0.8 * len(tracks)):
        return
    pairs = named([t.title for t in parted])
    if sum(1 for _, title in pairs if VERSION.search(fold(title))) * 2 > len(pairs):
        return  # "Song - Live"
    if others < 2 and len({artist for artist, _ in pairs}) * 2 < len(pairs):
        return
    for track, (artist, title) in zip(parted, pairs, strict=True):
        track.performer, track.title = artist, title


def _unquoted(value: str) -> str:
    value = clean(value)
    return value[1:-1].strip() if len(value) > 1 and value[0] == value[-1] == '"' else value


def _frames(value: str) -> int | None:
    found = re.match(r"01\s+(\d{1,4}):(\d{1,2}):(\d{1,2})", value)
    if not found:
        return None
    minutes, seconds, frames = (int(n) for n in found.groups())
    return (minutes * 60 + seconds) * 1000 + frames * 1000 // _FRAMES
