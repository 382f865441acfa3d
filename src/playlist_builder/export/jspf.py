"""JSPF: XSPF as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from playlist_builder.model import Track
from playlist_builder.report.text import clean


def dump(title: str, tracks: Sequence[Track]) -> str:
    """The document; identifiers are the service's URI and `urn:isrc:`, lengths milliseconds."""
    playlist = {"title": clean(title), "track": [_track(track) for track in tracks]}
    return json.dumps({"playlist": playlist}, ensure_ascii=False, indent=2) + "\n"


def _track(track: Track) -> dict[str, Any]:
    identifiers = [clean(track.uri)] if track.uri else []
    identifiers += [f"urn:isrc:{track.isrc}"] if track.isrc else []
    made: dict[str, Any] = {"identifier": identifiers, "title": clean(track.title)}
    made |= {"creator": clean(track.artist)} if track.artist else {}
    made |= {"album": clean(track.album)} if track.album else {}
    made |= {"duration": track.duration_ms} if track.duration_ms else {}
    return made
