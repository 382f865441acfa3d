"""M3U and M3U8 playlists, with #EXTINF lines and without. Lists of broadcasting channels are no listings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playlist_builder.errors import ListingError
from playlist_builder.listing.signs import clean
from playlist_builder.listing.source import Note, Reading, Source
from playlist_builder.listing.structured import (
    folders,
    milliseconds_of,
    named,
    names_of_paths,
    row,
    spotify_uri,
)
from playlist_builder.model import Tracklist

_EXTINF = re.compile(
    r"^#EXTINF\s*:\s*(-?\d+(?:\.\d+)?)?(?P<attributes>(?:\s+[\w-]+=\"[^\"]*\")*)\s*,?(?P<name>.*)$", re.IGNORECASE
)
_CHANNEL = re.compile(r"\b(?:tvg-[a-z]+|group-title|channel-id|catchup)=", re.IGNORECASE)
_STREAM = re.compile(r"^#EXT-X-", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Entry:
    path: str
    name: str
    seconds: str
    line: int


def detect(source: Source) -> bool:
    return source.suffix in (".m3u", ".m3u8") or source.text.lstrip()[:7].upper() == "#EXTM3U"


def parse(source: Source) -> tuple[Reading, ...]:
    """The playlist's files in order; () for channels and streams; raises `ListingError` where there is no entry."""
    if _STREAM.search(source.text):
        raise ListingError(f"{source.name}: this is the index of one stream (HLS), not a list of tracks.")
    entries = _entries(source)
    if not entries:
        raise ListingError(f"{source.name}: the playlist has no entries.")
    if sum(1 for line in source.lines if _CHANNEL.search(line)) * 2 > len(entries):
        raise ListingError(f"{source.name}: this is a list of broadcasting channels, not of tracks.")
    spoken = [at for at, entry in enumerate(entries) if entry.name]
    silent = [at for at, entry in enumerate(entries) if not entry.name]
    pairs: dict[int, tuple[str, str]] = dict(zip(spoken, named([entries[at].name for at in spoken]), strict=True))
    pairs |= dict(zip(silent, names_of_paths([entries[at].path for at in silent]), strict=True))
    tracks, notes = [], []
    for at, entry in enumerate(entries):
        artist, title = pairs[at]
        track = row(title, artist, duration_ms=milliseconds_of(entry.seconds, 1000), uri=spotify_uri(entry.path))
        if track is None:
            continue
        if not track.artist:
            notes.append(Note(text="No artist is named here.", line=entry.line, source=track.title[:120]))
        tracks.append(track)
    listing = Tracklist(title=_title(source, entries), tracks=tuple(tracks))
    return (Reading(tracklist=listing, format="m3u", notes=tuple(notes)),) if tracks else ()


def _entries(source: Source) -> list[_Entry]:
    entries: list[_Entry] = []
    name, seconds = "", ""
    artist = ""
    for number, raw in enumerate(source.lines, 1):
        line = clean(raw)
        if found := _EXTINF.match(line):
            name, seconds = clean(found.group("name")), found.group(1) or ""
        elif line.upper().startswith("#EXTART:"):
            artist = clean(line[8:])
        elif line and not line.startswith("#"):
            said = f"{artist} - {name}" if artist and name and " - " not in name else name
            entries.append(_Entry(line, said, seconds, number))
            name, seconds, artist = "", "", ""
    return entries


def _title(source: Source, entries: list[_Entry]) -> str:
    """The playlist's own name, else the folder in which all its files lie."""
    for line in source.lines[:200]:
        found = re.match(r"#(?:PLAYLIST|NAME|EXTNAME)\s*:\s*(.+)$", clean(line), re.IGNORECASE)
        if found:
            return found.group(1).strip()
    nearest = {around[0] for entry in entries if (around := folders(entry.path))}
    if len(nearest) == 1 and all(folders(entry.path) for entry in entries):
        folder = re.sub(r"\s*[(\[](?:19|20)\d{2}[)\]]", "", nearest.pop())
        return re.sub(r"^(?:va|various(?: artists)?)\s+-\s+", "", folder, flags=re.IGNORECASE)
    return ""
