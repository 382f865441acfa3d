"""What went grey: recordings of ours that cannot be played in this account's country, and what may stand in for them.

A stand-in is the same recording elsewhere. It is this account's matter and never reaches the lock; where a person chose
the recording it is only proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from playlist_builder.matching.same import same_recording
from playlist_builder.model import Match, Recording, Tracklist


@dataclass(frozen=True, slots=True, kw_only=True)
class Grey:
    """What is known of a recording of ours that cannot be played here."""

    asked_at: str  # when the same recording was searched for elsewhere (RFC 3339)
    tries: int = 1
    found: str | None = None  # the URI of the same recording elsewhere
    used: bool = False  # it stands in for it in the playlist; else it was only proposed


def stand_ins(greys: Mapping[str, Grey]) -> dict[str, str]:
    """URI → the URI that stands in for it; of one whose stand-in went grey too, the last one."""
    used = {uri: grey.found for uri, grey in greys.items() if grey.used and grey.found}
    found = {}
    for first in used:
        uri, passed = used[first], {first}
        while uri in used and uri not in passed:
            passed.add(uri)
            uri = used[uri]
        found[first] = uri
    return found


def with_stand_ins(
    matches: Sequence[Match], greys: Mapping[str, Grey], recordings: Mapping[str, Recording]
) -> tuple[Match, ...]:
    """The matches with stand-ins in place of what went grey; a person's choice keeps its own."""
    instead = stand_ins(greys)
    made = []
    for match in matches:
        own = match.recording
        if own is None or match.outcome != "matched" or own.uri not in instead:
            made.append(match)
            continue
        uri = instead[own.uri]
        there = recordings.get(uri) or replace(own, uri=uri, playable=None)
        made.append(replace(match, recording=there, reason="stands in for one that cannot be played in your country"))
    return tuple(made)


def gone_grey(matches: Sequence[Match], recordings: Mapping[str, Recording]) -> dict[int, Recording]:
    """Row → its recording, where that is known not to be playable here."""
    found = {}
    for row, match in enumerate(matches):
        known = recordings.get(match.recording.uri) if match.recording else None
        if known is not None and known.playable is False:
            found[row] = known
    return found


def elsewhere(grey: Recording, hits: Iterable[Recording], wishes: Tracklist) -> Recording | None:
    """The same recording that can be played, or None: by its ISRC before one by its names and length."""
    fitting = [
        hit
        for hit in hits
        if hit.uri != grey.uri
        and hit.playable is not False
        and same_recording(grey, hit)
        and not (wishes.explicit == "avoid" and hit.explicit)
    ]
    return min(fitting, key=lambda hit: hit.isrc != grey.isrc or grey.isrc is None, default=None)


def one_recording(a: Recording, b: Recording) -> bool:
    """`same_recording`, but what cannot be played here does not answer for what can."""
    if a.uri != b.uri and False in (a.playable, b.playable):
        return False
    return same_recording(a, b)
