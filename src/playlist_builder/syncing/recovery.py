"""After a write that was cut off: what of the list is ours, and what of the user's has to come back.

A write may take a track of the user's out only to add it again, because removing a URI takes every entry that has it.
Cut off in between, the list lacks it, and nothing but the copy saved before the write knows that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from playlist_builder.model import Entry
from playlist_builder.syncing.merge import Merged


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """What a write that was cut off had set out to do."""

    before: tuple[Entry, ...]
    target: tuple[str | None, ...]
    leaves: tuple[str, ...] | None  # what of the target is ours


def base_after(base: tuple[str, ...] | None, write: CutOff, entries: Sequence[Entry]) -> tuple[str, ...] | None:
    """What is ours in the list that the write left: what stands there beyond the user's own of each URI."""
    if base is None or write.leaves is None:
        return base
    there = Counter(entry.uri for entry in entries)
    own = Counter(write.target) - Counter(write.leaves)
    ours = {uri: max(0, there[uri] - own[uri]) for uri in (*base, *write.leaves)}
    kept = []
    for uri in (*base, *write.leaves):
        if ours[uri] > 0:
            ours[uri] -= 1
            kept.append(uri)
    return tuple(kept)


def recovered(merged: Merged, entries: Sequence[Entry], write: CutOff) -> Merged:
    """`merged` with the user's entries put back that the write had taken out only to add them again.

    Only of a URI that the write removed: what else is gone, the user removed since.
    """
    before = Counter(entry.uri for entry in write.before if entry.kind == "track")
    aim = Counter(write.target)
    lost = aim - Counter(entry.uri for entry in entries) - Counter(merged.uris)
    goal, uris, ours = list(merged.goal), list(merged.uris), list(merged.ours)
    for place, uri in enumerate(write.target):
        if uri is None or not lost[uri] or before[uri] <= aim[uri]:
            continue
        lost[uri] -= 1
        at = _behind(write.target[:place], uris)
        goal.insert(at, uri)
        uris.insert(at, uri)
        ours = [(where + (where >= at), wanted) for where, wanted in ours]
    return replace(merged, goal=tuple(goal), uris=tuple(uris), ours=tuple(ours))


def as_it_was(entries: Sequence[Entry], write: CutOff) -> tuple[Entry, ...]:
    """The list of before the write, with what came into it since behind the neighbour that it has now: what an undo of
    the write that makes good the one that was cut off shall put back."""
    known = Counter(entry.uri for entry in write.before) | Counter(write.target)
    made = list(write.before)
    for place, entry in enumerate(entries):
        if known[entry.uri] > 0:
            known[entry.uri] -= 1
            continue
        made.insert(_behind([e.uri for e in entries[:place]], [e.uri for e in made]), entry)
    return tuple(made)


def _behind(ahead: Sequence[str | None], uris: Sequence[str | None]) -> int:
    """The place behind the nearest of `ahead` that `uris` has, the second of a repeated URI standing for the second."""
    for place in range(len(ahead) - 1, -1, -1):
        which = ahead[: place + 1].count(ahead[place])
        places = [i for i, uri in enumerate(uris) if uri == ahead[place]]
        if places:
            return places[min(which, len(places)) - 1] + 1
    return 0
