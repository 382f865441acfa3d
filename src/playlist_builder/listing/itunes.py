"""iTunes and Music library or playlist files (property lists): playlists in their own order."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError

from playlist_builder.errors import ListingError
from playlist_builder.listing.signs import clean
from playlist_builder.listing.source import Reading, Source
from playlist_builder.listing.structured import milliseconds_of, row
from playlist_builder.model import Track, Tracklist

_SPOKEN = ("Podcast", "Movie", "TV Show", "Has Video", "Books")
_WHOLE = ("Master", "Music", "Movies", "TV Shows", "Podcasts", "Audiobooks", "Distinguished Kind")


def detect(source: Source) -> bool:
    head = source.text[:4000]
    return "<plist" in head and "<dict" in source.text[:20_000]


def parse(source: Source) -> tuple[Reading, ...]:
    """Every playlist of the file, those that a person made first; raises `ListingError` for another property list."""
    library = _library(source)
    tracks = library.get("Tracks")
    if not isinstance(tracks, dict):
        raise ListingError(f"{source.name}: this property list has no tracks. Export a playlist as XML.")
    playlists = library.get("Playlists")
    found = [
        (bool(any(playlist.get(key) for key in _WHOLE)), reading)
        for playlist in (playlists if isinstance(playlists, list) else [])
        if isinstance(playlist, dict) and (reading := _reading(playlist, tracks)) is not None
    ]
    if not found:
        rows = tuple(track for entry in tracks.values() if (track := _track(entry)) is not None)
        return (Reading(tracklist=Tracklist(title="", tracks=rows), format="itunes"),) if rows else ()
    found.sort(key=lambda one: one[0])
    return tuple(reading for _, reading in found)


def _library(source: Source) -> dict[str, Any]:
    try:
        library = plistlib.loads(source.text.encode("utf-8", "replace"), fmt=plistlib.FMT_XML)
    except plistlib.InvalidFileException as error:
        raise ListingError(f"{source.name}: it declares XML entities of its own or is no property list.") from error
    except ExpatError as error:
        raise ListingError(f"{source.name}:{error.lineno}: not valid XML: {str(error).split(':')[0]}.") from error
    except Exception as error:  # plistlib raises many kinds on wrong values: ValueError, TypeError, binascii's, …
        raise ListingError(f"{source.name}: not a valid property list.") from error
    if not isinstance(library, dict):
        raise ListingError(f"{source.name}: this property list holds no library.")
    return library


def _reading(playlist: dict[str, Any], tracks: dict[str, Any]) -> Reading | None:
    items = playlist.get("Playlist Items")
    rows = tuple(_rows(items if isinstance(items, list) else [], tracks))
    if not rows:
        return None
    return Reading(tracklist=Tracklist(title=clean(str(playlist.get("Name") or "")), tracks=rows), format="itunes")


def _rows(items: list[Any], tracks: dict[str, Any]) -> Iterator[Track]:
    for item in items:
        entry = tracks.get(str(item.get("Track ID"))) if isinstance(item, dict) else None
        track = _track(entry)
        if track is not None:
            yield track


def _track(entry: object) -> Track | None:
    if not isinstance(entry, dict) or any(entry.get(key) is True for key in _SPOKEN):
        return None
    text = {key: clean(value) for key, value in entry.items() if isinstance(value, str)}
    return row(
        text.get("Name", ""),
        text.get("Artist", ""),
        album=text.get("Album"),
        duration_ms=milliseconds_of(entry.get("Total Time")),
    )
