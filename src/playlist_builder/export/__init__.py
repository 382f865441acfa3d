"""A matched playlist as a file: one file a format, each with `dump`; what is written here `listing/` reads back."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from playlist_builder.model import Match, Track, Tracklist

FORMATS: dict[str, str] = {"xspf": ".xspf", "jspf": ".jspf", "csv": ".csv"}


def rows(matches: Sequence[Match]) -> tuple[Track, ...]:
    """The rows that have a recording, in order, each in the service's words with its identifiers."""
    return tuple(
        Track(
            title=recording.title or match.track.title,
            artist=", ".join(recording.artists) or match.track.artist,
            album=recording.album,
            duration_ms=recording.duration_ms,
            isrc=recording.isrc,
            uri=recording.uri,
        )
        for match in matches
        if (recording := match.recording) is not None
    )


def dump(tracklist: Tracklist, matches: Sequence[Match], format: str) -> str:
    """The file's text in a format of FORMATS."""
    module = import_module(f"playlist_builder.export.{format}")
    text: str = module.dump(tracklist.title, rows(matches))
    return text
