"""The three-way merge: what our last write left, what the listing wants, what is there now → the list to reach.

The user's own entries stay behind the neighbour that they had, or behind what comes in that one's place. What the user
did by hand stays, and often answers a question of ours: a replacement becomes a pin, a removal said twice becomes a
skip. Only tracks that are ours are ever removed.

Two things cannot be known without a base (a state that is lost, a machine that never wrote): a recording that the user
removed looks like one that was never added, so it is put back, without that counting as the one time; and of several
entries with one URI that the listing no longer wants, only one is taken for ours, because the others may be the user's.
With a base older than another machine's writes, a track that the user added by hand after the listing dropped it looks
like the one that we left; and a row that was dropped and came back meanwhile looks like one that the user removed, or,
dropped once more, like the user's own track, which stays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

from playlist_builder.model import Entry, Recording
from playlist_builder.syncing.replay import addressable

Same = Callable[[Recording, Recording], bool]
Fits = Callable[[int, Recording], bool]

_MOST_PAIRS: Final = 400_000  # beyond, repeated URIs are paired by their order alone
_SAME_LENGTH_MS: Final = 10_000  # recordings further apart are not one, whatever `same` would say


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One row of the listing, in order, with what was decided for it."""

    row: int
    uri: str | None  # the chosen recording, also one kept from before; None: nothing to place, and what was there goes
    recording: Recording | None = None
    open: bool = False  # missing or in review: a foreign recording that fits may become its pin
    restored: bool = False  # put back once already after the user removed it
    person: bool = False  # chosen by a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered of the playlist. `remember` makes the next one."""

    base: tuple[str, ...] | None  # our entries alone, in order, as our last write left and read them; None: no state
    named: frozenset[str]  # URIs that the lock names, now or in the past
    known: frozenset[str] = frozenset()  # `named` as it was at our last write
    links: Mapping[str, str] = field(default_factory=dict)  # URI of base → the listing's, where the service relinked it
    unsure: bool = False  # a write since then was cut off: what is absent may be our own doing


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The list to reach and how each remote entry and row fared. kept + foreign + removed = all remote entries."""

    goal: tuple[int | str, ...]  # for `plan`; an int is an index into remote
    uris: tuple[str | None, ...]  # the list that the goal describes
    ours: tuple[tuple[int, str], ...]  # places in `uris` that are ours, each with the URI that its row names
    foreign: tuple[int, ...]  # indices of remote entries that are the user's and stay
    removed: tuple[int, ...]  # indices of remote entries that go
    pins: tuple[tuple[int, str], ...]  # (row, URI): the user's hand answered this row
    restored: tuple[int, ...]  # rows put back because the user removed them; said once
    skipped: tuple[int, ...]  # rows that the user removed again: skipped from now on
    kept: int  # remote entries that are ours and stay


def merge(
    remote: Sequence[Entry],
    wishes: Sequence[Wish],
    memory: Memory,
    *,
    same: Same,
    fits: Fits,
    prune: bool = False,
) -> Merged:
    """What the playlist shall become.

    `same(a, b)` says whether two recordings are one (a relinked entry counts as present); `fits(row, recording)`
    whether a recording that the user added answers a row. `prune` removes the user's tracks too, but no local file,
    episode or null entry. Merging the result again, with its decisions applied, changes nothing.
    """
    wishes = [_placeable(wish) for wish in wishes]
    ours = _ours(remote, wishes, memory)
    held = _present(remote, wishes, memory, ours, same)
    removed_by_user = _removed_by_user(wishes, held, memory)
    answers = _answers(remote, wishes, memory, held, ours, removed_by_user, fits)
    pins = tuple((wishes[at].row, str(remote[index].uri)) for at, index in sorted(answers.items()))
    held |= answers
    again = {at for at in removed_by_user if at not in answers}
    skipped = {at for at in again if wishes[at].restored}

    staying = set(held.values())
    going = _going(remote, staying, ours, prune)
    behind = _neighbours(remote, staying, going, ours)
    goal: list[int | str] = []
    own: list[tuple[int, str]] = []
    waiting = deque(behind.get(-1, ()))  # the user's own since our last staying entry

    def let_in(replaced: float) -> None:
        while waiting and waiting[0][1] <= replaced:
            goal.append(waiting.popleft()[0])

    let_in(0)
    added = 0
    for at, wish in enumerate(wishes):
        index = held.get(at)
        if index is not None:
            let_in(inf)
            uri = remote[index].uri if at in answers else wish.uri
            own.append((len(goal), str(uri)))
            goal.append(index)
            waiting, added = deque(behind.get(index, ())), 0
            let_in(added)
        elif wish.uri is not None and at not in skipped:
            own.append((len(goal), wish.uri))
            goal.append(wish.uri)
            added += 1
            let_in(added)
    let_in(inf)
    return Merged(
        goal=tuple(goal),
        uris=tuple(remote[item].uri if isinstance(item, int) else item for item in goal),
        ours=tuple(own),
        foreign=tuple(i for i in range(len(remote)) if i not in staying and i not in going),
        removed=tuple(sorted(going)),
        pins=pins,
        restored=tuple(wishes[at].row for at in sorted(again - skipped)),
        skipped=tuple(wishes[at].row for at in sorted(skipped)),
        kept=len(staying),
    )


def remember(merged: Merged, read: Sequence[str | None], named: frozenset[str]) -> Memory:
    """The memory to keep after a write: `read` is the list as verified, `named` what the lock names now.

    Raises ValueError if `read` is not as long as the list that was to be reached.
    """
    if len(read) != len(merged.uris):
        raise ValueError(f"{len(read)} entries were read where {len(merged.uris)} were to be")
    left = [(uri if (uri := read[place]) is not None else wanted, wanted) for place, wanted in merged.ours]
    links = {uri: wanted for uri, wanted in left if uri != wanted}
    return Memory(base=tuple(uri for uri, _ in left), named=named, known=named, links=links)


def _placeable(wish: Wish) -> Wish:
    """A local file cannot be added by anyone but its owner: such a wish places nothing."""
    if wish.uri is None or addressable(wish.uri):
        return wish
    return Wish(row=wish.row, uri=None, open=wish.open, restored=wish.restored, person=wish.person)


def _ours(remote: Sequence[Entry], wishes: Sequence[Wish], memory: Memory) -> set[int]:
    """Indices of remote entries that we wrote: as often as the base has them, or else because the lock names them."""
    tracks = [entry.uri if entry.kind == "track" else None for entry in remote]
    wanted = [wish.uri for wish in wishes]
    if memory.base is None:
        ours = set(_align(wanted, tracks).values())
        by_name = memory.named.difference(uri for uri in wanted if uri)
    else:
        ours = set(_align(memory.base, tracks).values())
        by_name = (memory.named - memory.known).difference(memory.base, (uri for uri in wanted if uri))
    for index, uri in enumerate(tracks):
        if uri in by_name:
            ours.add(index)
            by_name -= {uri}
    return ours


def _present(
    remote: Sequence[Entry], wishes: Sequence[Wish], memory: Memory, ours: set[int], same: Same
) -> dict[int, int]:
    """Wish → remote entry that answers it: ours with its URI, ours relinked, the user's own, or the same recording."""
    held: dict[int, int] = {}

    def take(uris: Sequence[str | None], wanted: Sequence[str | None]) -> None:
        taken = set(held.values())
        free = [uri if index not in taken else None for index, uri in enumerate(uris)]
        held.update(_align([uri if at not in held else None for at, uri in enumerate(wanted)], free))

    wanted = [wish.uri for wish in wishes]
    own = [entry.uri if index in ours else None for index, entry in enumerate(remote)]
    take(own, wanted)
    take([memory.links.get(uri) if uri is not None else None for uri in own], wanted)
    take([entry.uri for entry in remote], wanted)
    _take_same(remote, wishes, ours, _as_chosen(memory), held, same)
    held = _in_turn(held, {at: wishes[at].uri for at in held})
    return _in_turn(held, {at: remote[index].uri for at, index in held.items()})


def _as_chosen(memory: Memory) -> frozenset[str]:
    """URIs that stand for themselves: chosen as they are, and shown as they were written. Where a row wants another
    one now, that is another choice (a pin, a clean version, a better album), and not the service's relinking."""
    if memory.base is None:
        return memory.named
    return frozenset(memory.base).difference(memory.links) | (memory.named - memory.known)


def _take_same(
    remote: Sequence[Entry],
    wishes: Sequence[Wish],
    ours: set[int],
    as_chosen: frozenset[str],
    held: dict[int, int],
    same: Same,
) -> None:
    taken = set(held.values())
    free = {
        index: entry.recording
        for index, entry in sorted(enumerate(remote), key=lambda item: item[0] not in ours)
        if index not in taken and entry.kind == "track" and entry.recording is not None
        if not (index in ours and entry.uri in as_chosen)
    }
    recordings = {wish.uri: wish.recording for wish in wishes if wish.uri and wish.recording}
    for at, wish in enumerate(wishes):
        chosen = recordings.get(wish.uri) if wish.uri else None
        if at in held or chosen is None:
            continue
        for index, recording in free.items():
            if _may_be_same(recording, chosen) and same(recording, chosen):
                held[at] = index
                del free[index]
                break


def _in_turn(held: Mapping[int, int], uris: Mapping[int, str | None]) -> dict[int, int]:
    """The same entries, those of one URI of `uris` given to its rows in the order in which they stand.

    Asked for what rows want and for what entries are: two rows may hold copies of one entry's URI, one of them because
    the service relinked it, and these are alike.
    """
    groups = _places((uris[at], at) for at in sorted(held))
    return {
        at: index for rows in groups.values() for at, index in zip(rows, sorted(held[row] for row in rows), strict=True)
    }


def _may_be_same(a: Recording, b: Recording) -> bool:
    """A cheap look before `same` is asked, for long lists."""
    if a.isrc and a.isrc == b.isrc:
        return True
    return a.duration_ms is None or b.duration_ms is None or abs(a.duration_ms - b.duration_ms) <= _SAME_LENGTH_MS


def _removed_by_user(wishes: Sequence[Wish], held: Mapping[int, int], memory: Memory) -> list[int]:
    """Wishes that our last write had placed and that are gone from the remote list."""
    if memory.base is None or memory.unsure:
        return []
    left = Counter(memory.links.get(uri, uri) for uri in memory.base)
    left.subtract(wish.uri for at, wish in enumerate(wishes) if at in held and wish.uri is not None)
    gone: list[int] = []
    for at, wish in enumerate(wishes):
        if at not in held and wish.uri is not None and left[wish.uri] > 0:
            left[wish.uri] -= 1
            gone.append(at)
    return gone


def _answers(
    remote: Sequence[Entry],
    wishes: Sequence[Wish],
    memory: Memory,
    held: Mapping[int, int],
    ours: set[int],
    removed_by_user: Sequence[int],
    fits: Fits,
) -> dict[int, int]:
    """Wish → foreign entry that answers it by the user's hand.

    Asked for are rows that are open and rows whose track the user removed. Without a base a removal cannot be seen:
    then every absent row asks, unless a person chose its recording.
    """
    wanted = {wish.uri for wish in wishes}
    taken = set(held.values())
    free = {
        index: entry.recording
        for index, entry in enumerate(remote)
        if entry.kind == "track" and entry.recording is not None
        if index not in taken and index not in ours and entry.uri not in wanted and addressable(entry.uri)
    }
    removed = set(removed_by_user)
    blind = memory.base is None or memory.unsure
    answers: dict[int, int] = {}
    for at, wish in enumerate(wishes):
        absent = wish.uri is not None and at not in held
        if not (wish.open or at in removed or (blind and absent and not wish.person)):
            continue
        for index, recording in free.items():
            if fits(wish.row, recording):
                answers[at] = index
                del free[index]
                break
    return answers


def _going(remote: Sequence[Entry], staying: set[int], ours: set[int], prune: bool) -> set[int]:
    """Tracks that nobody wants: ours without a row, and with `prune` the user's."""
    return {
        index
        for index, entry in enumerate(remote)
        if index not in staying and (prune or index in ours) and entry.kind == "track" and addressable(entry.uri)
    }


def _neighbours(
    remote: Sequence[Entry], staying: set[int], going: set[int], ours: set[int]
) -> dict[int, list[tuple[int, int]]]:
    """Our staying entry → the foreign ones behind it, in their order; -1: those at the head. Each with how many of ours
    that go stand in between: what comes in their place shall stand there too."""
    behind: dict[int, list[tuple[int, int]]] = {}
    anchor, gone = -1, 0
    for index in range(len(remote)):
        if index in staying:
            anchor, gone = index, 0
        elif index not in going:
            behind.setdefault(anchor, []).append((index, gone))
        elif index in ours:
            gone += 1
    return behind


def _align(wanted: Sequence[str | None], there: Sequence[str | None]) -> dict[int, int]:
    """Place in `wanted` → place in `there` with the same URI, each used once, as many as there are; None pairs nothing.

    Where a URI is there more often than it is wanted, those are taken that keep the order of most pairs, so that a
    copy which the user made elsewhere is not mistaken for ours.
    """
    pairs = _in_order(wanted, there)
    used = set(pairs.values())
    spare: dict[str, deque[int]] = {}
    for place, uri in enumerate(there):
        if uri is not None and place not in used:
            spare.setdefault(uri, deque()).append(place)
    for at, uri in enumerate(wanted):
        if uri is not None and at not in pairs and spare.get(uri):
            pairs[at] = spare[uri].popleft()
    return pairs


def _in_order(wanted: Sequence[str | None], there: Sequence[str | None]) -> dict[int, int]:
    """The longest common subsequence as pairs of places; quick where `there` has all of `wanted` in order."""
    pairs = _greedy(wanted, there)
    if len(pairs) == sum(uri is not None for uri in wanted):
        return pairs
    places = _places((uri, place) for place, uri in enumerate(there) if uri is not None)
    if sum(len(places.get(uri, ())) for uri in wanted if uri is not None) > _MOST_PAIRS:
        return {}
    ends: list[int] = []  # the least place at which a common subsequence of each length can end
    links: list[tuple[int, int, int]] = []  # (place in wanted, place in there, link before it)
    last: list[int] = []
    for at, uri in enumerate(wanted):
        for place in reversed(places.get(uri, ()) if uri is not None else ()):
            length = bisect_left(ends, place)
            links.append((at, place, last[length - 1] if length else -1))
            ends[length : length + 1] = [place]
            last[length : length + 1] = [len(links) - 1]
    pairs = {}
    link = last[-1] if last else -1
    while link >= 0:
        at, place, link = links[link]
        pairs[at] = place
    return pairs


def _greedy(wanted: Sequence[str | None], there: Sequence[str | None]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    place = 0
    for at, uri in enumerate(wanted):
        if uri is None:
            continue
        while place < len(there) and there[place] != uri:
            place += 1
        if place == len(there):
            break
        pairs[at] = place
        place += 1
    return pairs


def _places(items: Iterable[tuple[Hashable, int]]) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for key, place in items:
        places.setdefault(key, []).append(place)
    return places
