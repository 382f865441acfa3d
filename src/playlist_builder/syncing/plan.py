"""From a list as it is to a list as it shall be, in few requests that leave what stays untouched.

Removals come first, then block moves, then additions. Entries that stay are never removed and added again, except
where the service leaves no choice: removing a URI takes every entry that has it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playlist_builder.model import Add, Operation, Remove
from playlist_builder.syncing.moves import moves_to, out_of_order
from playlist_builder.syncing.replay import BATCH, addressable

Goal = Sequence[int | str]
"""The list to reach: an int is an entry of `before` that stays, by its index there; a str is a URI to add."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Operations in order, and what they do, counted in entries.

    `added` and `removed` are net: `len(before) - removed + added` is the length of the goal. `readded` counts entries
    that have to go and come back because another entry with their URI goes. `moved` counts the entries that are
    not in order with the others, however often the cheapest moves touch them.
    """

    operations: tuple[Operation, ...] = ()
    added: int = 0
    removed: int = 0
    moved: int = 0
    readded: int = 0


def plan(before: Sequence[str | None], goal: Goal) -> Plan:
    """The operations that turn `before` into `goal`; entries of `before` that the goal does not name are removed.

    Entries of one URI are interchangeable: they may change places where that saves moves. At most n − LIS moves, where
    LIS is the longest run of staying entries, not necessarily adjacent, whose order is right already. Raises ValueError
    if the goal names an index twice or out of range, adds something that cannot be added, or leaves out a local file or
    a null entry, which nothing but a person can remove.
    """
    _check(before, goal)
    wanted, gone, readded = _reuse(before, goal)
    staying = {index: place for place, index in enumerate(i for i, uri in enumerate(before) if uri not in gone)}
    kept = [item for item in wanted if isinstance(item, int)]
    orders = [kept] if len({before[item] for item in kept}) == len(kept) else [_copies_in_turn(before, kept), kept]
    ways = [[staying[item] for item in order] for order in orders]
    moves, moved = min(((moves_to(way), out_of_order(way)) for way in ways), key=lambda made: len(made[0]))
    had, has = Counter(before), Counter(before[item] if isinstance(item, int) else item for item in goal)
    return Plan(
        operations=(*_removals(gone), *moves, *_additions(wanted)),
        added=(has - had).total(),
        removed=(had - has).total(),
        moved=moved,
        readded=readded,
    )


def target_of(before: Sequence[str | None], goal: Goal) -> list[str | None]:
    """The URIs of the list that `goal` describes."""
    return [before[item] if isinstance(item, int) else item for item in goal]


def _check(before: Sequence[str | None], goal: Goal) -> None:
    kept = [item for item in goal if isinstance(item, int)]
    named = set(kept)
    if len(named) != len(kept):
        raise ValueError("the goal names an entry twice")
    if not all(0 <= index < len(before) for index in kept):
        raise ValueError("the goal names an entry that is not there")
    for item in goal:
        if isinstance(item, str) and not addressable(item):
            raise ValueError(f"{item!r} cannot be added")
    for index, uri in enumerate(before):
        if index not in named and not addressable(uri):
            raise ValueError(f"entry {index} ({uri!r}) cannot be removed")


def _reuse(before: Sequence[str | None], goal: Goal) -> tuple[list[int | str], list[str], int]:
    """The goal made cheaper, the URIs to remove, and how many entries come back.

    An addition takes over an entry of the same URI that would go. Where more entries of a URI go than come, the
    removal takes all of them, and those that stay become additions.
    """
    named = {item for item in goal if isinstance(item, int)}
    spare: dict[str, deque[int]] = {}
    for index, uri in enumerate(before):
        if index not in named and uri is not None:
            spare.setdefault(uri, deque()).append(index)
    adds = Counter(item for item in goal if isinstance(item, str))
    gone = {uri: None for uri, indices in spare.items() if len(indices) > adds[uri]}
    wanted: list[int | str] = []
    readded = 0
    for item in goal:
        uri = before[item] if isinstance(item, int) else item
        if uri in gone:
            readded += 1
            wanted.append(str(uri))
        elif isinstance(item, str) and spare.get(item):
            wanted.append(spare[item].popleft())
        else:
            wanted.append(item)
    return wanted, list(gone), readded


def _copies_in_turn(before: Sequence[str | None], kept: Sequence[int]) -> list[int]:
    """The same order of URIs, the entries of one URI in the order in which they stand."""
    copies: dict[str | None, deque[int]] = {}
    for index in sorted(kept):
        copies.setdefault(before[index], deque()).append(index)
    return [copies[before[index]].popleft() for index in kept]


def _removals(uris: Sequence[str]) -> Iterator[Remove]:
    for at in range(0, len(uris), BATCH):
        yield Remove(uris=tuple(uris[at : at + BATCH]))


def _additions(wanted: Sequence[int | str]) -> Iterator[Add]:
    """Runs of additions, left to right: all that stands to the left is there, so a place in the goal is a position."""
    run: list[str] = []
    for place, item in enumerate(wanted):
        if run and (isinstance(item, int) or len(run) == BATCH):
            yield Add(uris=tuple(run), position=place - len(run))
            run = []
        if isinstance(item, str):
            run.append(item)
    if run:
        yield Add(uris=tuple(run), position=len(wanted) - len(run))
