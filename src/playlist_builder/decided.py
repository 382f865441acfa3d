"""Between the lock and matching, pure: what is decided already, and what the lock says after a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from playlist_builder.matching.decide import decide
from playlist_builder.matching.differences import differences
from playlist_builder.model import Accept, Match, Recording, Track, Tracklist
from playlist_builder.store.lock import Decision, row_keys
from playlist_builder.store.state import RowMemory, Rows, key_text, when

RETRY_DAYS = (1, 3, 7, 30)  # after how many days an empty-handed search is tried again; the last one for ever


def known_match(
    track: Track,
    decision: Decision | None,
    recordings: Mapping[str, Recording],
    memory: RowMemory | None,
    wishes: Tracklist,
) -> Match | None:
    """The match that needs no search: a `uri` in the listing, a person's decision, then an automatic one; else None,
    also for one that the listing avoids by now."""
    found = decided_match(track, decision, recordings, memory, wishes)
    return None if found is not None and is_avoided(found, wishes) else found


def is_avoided(match: Match, wishes: Tracklist) -> bool:
    """Whether the listing avoids what was decided automatically before it said so: another one is looked for."""
    explicit = match.recording is not None and match.recording.explicit
    return match.outcome == "matched" and wishes.explicit == "avoid" and bool(explicit)


def decided_match(
    track: Track,
    decision: Decision | None,
    recordings: Mapping[str, Recording],
    memory: RowMemory | None,
    wishes: Tracklist,
) -> Match | None:
    """What listing and lock say of the row, whatever the listing wishes; None where they say nothing."""
    if track.uri:
        return _pinned(track, _recording(track.uri, decision, recordings), wishes)
    if decision is None:
        return None
    if decision.skip:
        return Match(track=track, outcome="skipped", found_by="pin", reason="left out on purpose")
    if not decision.uri:
        return None
    recording = _recording(decision.uri, decision, recordings)
    if decision.decided == "person":
        return _pinned(track, recording, wishes)
    return Match(
        track=track,
        outcome="matched",
        found_by="lock",
        recording=recording,
        score=memory.score if memory and memory.outcome == "matched" else None,
        differences=_differences(track, recording, wishes),
        reason=memory.reason if memory and memory.outcome == "matched" else "",
    )


def remembered_match(
    track: Track, decision: Decision | None, memory: RowMemory, wishes: Tracklist, accept: Accept
) -> Match:
    """The outcome of an earlier search, decided anew from the candidates that were kept: costs no request."""
    match = decide(track, memory.candidates, wishes, accept, memory.searches)
    if match.outcome != "matched" and memory.outcome != "matched":
        match = replace(match, outcome=memory.outcome, reason=memory.reason or match.reason)
    return replace(match, gap=bool(decision and decision.later))


def worth_a_search(memory: RowMemory | None, now: datetime) -> bool:
    """Whether enough days passed since a row was searched in vain (RETRY_DAYS)."""
    tried = when(memory.tried_at) if memory else None
    if memory is None or tried is None or memory.outcome in ("matched", "unsearched"):
        return True
    days = RETRY_DAYS[min(max(memory.tries, 1), len(RETRY_DAYS)) - 1]
    return now - tried >= timedelta(days=days)


def decision_after(match: Match, before: Decision | None) -> Decision | None:
    """What the lock says of the row after this match; a decision that still holds is the same object."""
    if match.recording is None:
        return before  # skipped, later, or what it had: a search in vain takes nothing away
    recording = match.recording
    if before is not None and before.uri == recording.uri:
        if before.isrc is None and recording.isrc:
            return replace(before, isrc=recording.isrc, name=before.name or recording.label)
        return before
    if before is not None and before.decided == "person" and before.uri and match.track.uri is None:
        return before
    return Decision(decided="auto", uri=recording.uri, name=recording.label or None, isrc=recording.isrc)


def person_decision(recording: Recording) -> Decision:
    """A person's choice of a recording."""
    return Decision(decided="person", uri=recording.uri, name=recording.label or None, isrc=recording.isrc)


def row_memory(match: Match, before: RowMemory | None, now: str, asked: bool, most: int) -> RowMemory:
    """What to remember of a row after a run. `asked`: the catalogue was asked for it in this run."""
    if not asked and before is not None:
        return before
    tries = (before.tries if before else 0) + (1 if asked and match.outcome in ("missing", "review") else 0)
    return RowMemory(
        outcome=match.outcome,
        reason=match.reason,
        score=match.score,
        found_by=match.found_by,
        differences=match.differences,
        candidates=match.candidates[:most],
        searches=match.searches,
        tries=0 if match.outcome == "matched" else tries,
        tried_at=now if asked else None,
    )


def appeared(tracks: Sequence[Track], before: Rows, matches: Sequence[Match]) -> tuple[int, ...]:
    """The rows that were missing when they were last searched and were found now."""
    keys = [key_text(key) for key in row_keys(tracks)]
    return tuple(
        i
        for i, (key, m) in enumerate(zip(keys, matches, strict=True))
        if m.outcome == "matched"
        and m.found_by != "lock"
        and (memory := before.brief(key)) is not None
        and memory.outcome == "missing"
    )


def _pinned(track: Track, recording: Recording, wishes: Tracklist) -> Match:
    return Match(
        track=track,
        outcome="pinned",
        found_by="pin",
        recording=recording,
        differences=_differences(track, recording, wishes),
        reason="chosen by a person",
    )


def _recording(uri: str, decision: Decision | None, recordings: Mapping[str, Recording]) -> Recording:
    """What is known of a URI, at no cost: from the state, else from the lock's own words."""
    if uri in recordings:
        return recordings[uri]
    if decision is not None and decision.uri == uri and decision.name:
        artists, dash, title = decision.name.partition(" – ")
        if dash:
            return Recording(uri=uri, title=title, artists=tuple(artists.split(", ")), isrc=decision.isrc)
        return Recording(uri=uri, title=decision.name, isrc=decision.isrc)
    return Recording(uri=uri, title="")


def _differences(track: Track, recording: Recording, wishes: Tracklist) -> tuple[str, ...]:
    return differences(track, recording, wishes) if recording.title else ()
