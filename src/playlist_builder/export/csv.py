"""A table with the column names that exports of Spotify playlists use."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from playlist_builder.model import Track
from playlist_builder.report.text import clean

HEAD = ("Track URI", "Track Name", "Artist Name(s)", "Album Name", "Track Duration (ms)", "ISRC")


def dump(title: str, tracks: Sequence[Track]) -> str:
    """Comma-separated, one row a track, RFC 4180 line ends. A cell that a spreadsheet would run is kept as text by its
    quotes alone: nothing is added to a name."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEAD)
    for track in tracks:
        cells = (track.uri, track.title, track.artist, track.album, track.duration_ms, track.isrc)
        table.writerow([clean(str(cell)) if cell is not None else "" for cell in cells])
    return out.getvalue()
