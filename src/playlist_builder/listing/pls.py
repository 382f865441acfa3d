"""PLS playlists: FileN, TitleN and LengthN, in the order of N."""

from __future__ import annotations

import re

from playlist_builder.errors import ListingError
from playlist_builder.listing.signs import clean
from playlist_builder.listing.source import Reading, Source
from playlist_builder.listing.structured import milliseconds_of, named, names_of_paths, row, spotify_uri
from playlist_builder.model import Tracklist

_KEY = re.compile(r"^\s*(file|title|length)(\d{1,7})\s*=\s*(.*)$", re.IGNORECASE)


def detect(source: Source) -> bool:
    return source.suffix == ".pls" or source.text.lstrip()[:10].lower() == "[playlist]"


def parse(source: Source) -> tuple[Reading, ...]:
    """The entries by their numbers; raises `ListingError` where there is none."""
    entries: dict[int, dict[str, str]] = {}
    for line in source.lines:
        if found := _KEY.match(line):
            entries.setdefault(int(found.group(2)), {})[found.group(1).lower()] = clean(found.group(3))
    if not entries:
        raise ListingError(f"{source.name}: no entry (File1=…, Title1=…) was found in it.")
    order = sorted(entries)
    spoken = [n for n in order if entries[n].get("title")]
    silent = [n for n in order if not entries[n].get("title") and entries[n].get("file")]
    pairs = dict(zip(spoken, named([entries[n]["title"] for n in spoken]), strict=True))
    pairs |= dict(zip(silent, names_of_paths([entries[n]["file"] for n in silent]), strict=True))
    tracks = []
    for number in order:
        if number in pairs:
            artist, title = pairs[number]
            length = milliseconds_of(entries[number].get("length", ""), 1000)
            track = row(title, artist, duration_ms=length, uri=spotify_uri(entries[number].get("file", "")))
            tracks += [track] if track else []
    named_so = next(
        (
            clean(line.split("=", 1)[1])
            for line in source.lines
            if line.lower().startswith(("x-gnome-title=", "playlistname="))
        ),
        "",
    )
    return (Reading(tracklist=Tracklist(title=named_so, tracks=tuple(tracks)), format="pls"),) if tracks else ()
