"""A target over a list that is not as the plan left it: something else came out, or someone else wrote meanwhile."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence

from playlist_builder.model import Entry
from playlist_builder.syncing.replay import addressable

Same = Callable[[Entry, str | None], bool]


def retarget(
    entries: Sequence[Entry], target: Sequence[str | None], going: Mapping[str | None, int], same: Same
) -> list[int | str]:
    """A goal for `plan`: `target` over `entries` as they are now.

    Of entries that `target` does not have, as many as `going` says are to go; the rest came from elsewhere meanwhile
    and stay behind their neighbour. `same` says whether an entry is the URI's recording under another id.
    """
    free: dict[str | None, deque[int]] = {}
    for place, entry in enumerate(entries):
        free.setdefault(entry.uri, deque()).append(place)
    wanted = set(target)
    odd = [place for place, entry in enumerate(entries) if entry.uri not in wanted]
    placed: list[int | str] = []
    for uri in target:
        if free.get(uri):
            placed.append(free[uri].popleft())
            continue
        other = next((place for place in odd if same(entries[place], uri)), None)
        if other is not None:
            odd.remove(other)
            placed.append(other)
        elif addressable(uri):
            placed.append(str(uri))
    used = {item for item in placed if isinstance(item, int)}
    behind = _behind(entries, used, Counter(going))
    goal: list[int | str] = list(behind.get(-1, ()))
    for item in placed:
        goal += [item, *(behind.get(item, ()) if isinstance(item, int) else ())]
    return goal


def _behind(entries: Sequence[Entry], used: set[int], going: Counter[str | None]) -> dict[int, list[int]]:
    """Entry of the target → those that stay behind it, in their order; -1: those at the head."""
    behind: dict[int, list[int]] = {}
    anchor = -1
    for place, entry in enumerate(entries):
        if place in used:
            anchor = place
        elif entry.kind == "track" and going[entry.uri] > 0:
            going[entry.uri] -= 1
        else:
            behind.setdefault(anchor, []).append(place)
    return behind
