"""Results as the JSON of the command-line contract. Every key is always there, null where unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playlist_builder.errors import PlaylistError
from playlist_builder.model import Candidate, Match, Recording, Result
from playlist_builder.report.text import clean

MOST_CANDIDATES = 5
LEAST = 0.2  # total below which a candidate helps nobody


def result_object(result: Result) -> dict[str, Any]:
    """One listing's result."""
    playlist = result.playlist
    made: dict[str, Any] = {
        "version": 1,
        "listing": result.listing,
        "service": result.service,
        "dry_run": result.dry_run,
        "playlist": None
        if playlist is None
        else {
            "id": playlist.id,
            "url": playlist.url,
            "name": clean(playlist.name),
            "created": playlist.created,
            "public": playlist.public,
        },
        "tracks": track_objects(result.matches),
        "changes": {
            "added": result.changes.added,
            "removed": result.changes.removed,
            "moved": result.changes.moved,
            "kept": result.changes.kept,
            "foreign": result.changes.foreign,
        },
        "requests": {
            "sent": result.requests.sent,
            "cached": result.requests.cached,
            "by_endpoint": dict(sorted(result.requests.by_endpoint.items())),
        },
        "notes": [clean(note) for note in result.notes],
    }
    if result.error is not None:
        made["error"] = error_object(result.error)
    return made


def results_object(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several listings' results."""
    return {"version": 1, "results": list(results)}


def track_objects(matches: Sequence[Match]) -> list[dict[str, Any]]:
    """The rows in the listing's order."""
    return [_track(position, match) for position, match in enumerate(matches, 1)]


def _track(position: int, match: Match) -> dict[str, Any]:
    chosen = match.recording
    return {
        "position": position,
        "artist": clean(match.track.artist),
        "title": clean(match.track.title),
        "outcome": match.outcome,
        "found_by": match.found_by,
        "score": match.score,
        "differences": list(match.differences),
        "reason": clean(match.reason),
        "recording": None if chosen is None else recording_object(chosen),
        "candidates": [] if chosen is not None else [_candidate(c) for c in worth_showing(match)],
    }


def worth_showing(match: Match) -> tuple[Candidate, ...]:
    """Up to MOST_CANDIDATES candidates, best first, without those that share next to nothing with the row."""
    return tuple(c for c in match.candidates if c.score.total >= LEAST)[:MOST_CANDIDATES]


def recording_object(recording: Recording) -> dict[str, Any]:
    return {
        "uri": clean(recording.uri),
        "title": _text(recording.title),
        "artists": [clean(name) for name in recording.artists],
        "album": _text(recording.album),
        "release_date": _text(recording.release_date),
        "duration_ms": recording.duration_ms,
        "isrc": _text(recording.isrc),
        "playable": recording.playable,
    }


def _candidate(found: Candidate) -> dict[str, Any]:
    from playlist_builder.matching.decide import confidence

    return {
        "uri": clean(found.recording.uri),
        "title": clean(found.recording.title),
        "artists": [clean(name) for name in found.recording.artists],
        "album": _text(found.recording.album),
        "score": round(confidence(found.score.total), 3),
    }


def _text(text: str | None) -> str | None:
    return clean(text) if text else None


def error_object(error: PlaylistError) -> dict[str, object]:
    """The `error` object; `retry_at` is RFC 3339 with zone."""
    return {
        "code": error.code,
        "kind": error.kind,
        "message": clean(error.message, newlines=True),
        "retry_at": error.retry_at.isoformat() if error.retry_at else None,
    }
