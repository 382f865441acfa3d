"""What is known of a listing without asking the service: for report, review, explain and export."""

from __future__ import annotations

from dataclasses import replace

from playlist_builder.builder import Loaded
from playlist_builder.decided import known_match, remembered_match
from playlist_builder.model import Match, Track
from playlist_builder.store import lock as locks
from playlist_builder.store.lock import Decision
from playlist_builder.store.state import Place, RowMemory, State, key_text


def matches(loaded: Loaded, service: str, state: State, account: str) -> tuple[Match, ...]:
    """A match for every row, from lock and state; `unsearched` where nothing is known."""
    place = Place(service=service, account=account, listing=loaded.name)
    memories = state.rows(place)
    tracks = loaded.tracklist.tracks
    decisions = loaded.decisions(service)
    uris = [t.uri or (d.uri if d else None) for t, d in zip(tracks, decisions, strict=True)]
    recordings = state.recordings(uri for uri in uris if uri)
    keys = [key_text(key) for key in locks.row_keys(tracks)]
    made = []
    for key, track, decision in zip(keys, tracks, decisions, strict=True):
        memory = memories.get(key)
        match = known_match(track, decision, recordings, memory, loaded.tracklist)
        if match is None:
            match = _open(track, decision, memory, loaded)
        elif memory is not None:
            match = replace(match, candidates=memory.candidates, searches=memory.searches)
        made.append(match)
    return tuple(made)


def _open(track: Track, decision: Decision | None, memory: RowMemory | None, loaded: Loaded) -> Match:
    if memory is not None and memory.outcome != "unsearched":
        found = remembered_match(track, decision, memory, loaded.tracklist, "confident")
        if found.outcome == "matched":  # found before, but no longer decided: the next sync takes it up
            found = replace(found, outcome="review", recording=None, reason="not decided yet")
        return found
    return Match(
        track=track,
        outcome="unsearched",
        reason="not searched yet",
        gap=bool(decision and decision.later),
        candidates=memory.candidates if memory else (),  # what a person looked for by hand
        searches=memory.searches if memory else (),
    )
