"""A person's decisions for single rows: choose, skip, keep looking, or take a decision back. The lock keeps them."""

from __future__ import annotations

import re
from dataclasses import replace

from playlist_builder.builder import Loaded
from playlist_builder.errors import ListingError
from playlist_builder.matching.names import fold
from playlist_builder.store import lock as locks
from playlist_builder.store.lock import Decision

SKIP = Decision(decided="person", skip=True)
LATER = Decision(decided="person", later=True)


def find_row(loaded: Loaded, row: str) -> int:
    """The row, from 0, that a number from 1 or part of a title names; raises `ListingError` with those it could be."""
    tracks = loaded.tracklist.tracks
    if re.fullmatch(r"\d{1,6}", row.strip()):
        number = int(row)
        if 1 <= number <= len(tracks):
            return number - 1
        raise ListingError(f"{loaded.name} has rows 1 to {len(tracks)}; there is no row {number}.")
    wanted = fold(row)
    exact = [i for i, track in enumerate(tracks) if fold(track.title) == wanted]
    found = exact or [i for i, track in enumerate(tracks) if wanted and wanted in fold(track.title)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{i + 1} ({tracks[i].title})" for i in found[:8])
        raise ListingError(f"{row!r} fits rows {names} of {loaded.name}. Give the number.")
    raise ListingError(f"No row of {loaded.name} has {row!r} in its title. `playlist report {loaded.name}` shows them.")


def decide(loaded: Loaded, service: str, row: int, decision: Decision | None) -> Loaded:
    """Keeps the decision (None: none) in the lock file at once; the listing as it is then."""
    decisions = list(loaded.decisions(service))
    decisions[row] = decision
    made = locks.updated(loaded.lock, loaded.tracklist.tracks, service, decisions)
    locks.save(loaded.lock_path, made)
    return replace(loaded, lock=made, aligned=locks.align(made, loaded.tracklist.tracks))


def released(before: Decision | None) -> Decision | None:
    """What is left of a decision when the person takes it back: nothing of theirs."""
    return None if before is None or before.decided == "person" else before
