"""From a list as it is to a list as it shall be, in few requests that leave what stays untouched.

Removals come first, then block moves, then additions. Entries that stay are never removed and added again, except
where the service leaves no choice: removing a URI takes every entry that has it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playlist_builder.model import Add, Move, Operation, Remove
from playlist_builder.syncing.replay import BATCH, addressable

Goal = Sequence[int | str]
"""The list to reach: an int is an entry of `before` that stays, by its index there; a str is a URI to add."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Operations in order, and what they do, counted in entries.

    `added` and `removed` are net: `len(before) - removed + added` is the length of the goal. `readded` counts entries
    that have to go and come back because another entry with their URI goes. `moved` counts entries that move.
    """

    operations: tuple[Operation, ...] = ()
    added: int = 0
    removed: int = 0
    moved: int = 0
    readded: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    """Entries that are neighbours both before and after: `length` of them from `start` (survivors counted)."""

    start: int
    length: int


def plan(before: Sequence[str | None], goal: Goal) -> Plan:
    """The operations that turn `before` into `goal`; entries of `before` that the goal does not name are removed.

    At most n − LIS moves, where LIS is the longest run of staying entries, not necessarily adjacent, whose order is
    right already. Time O(n log n). Raises ValueError if the goal names an index twice or out of range, adds something
    that cannot be added, or leaves out a local file or a null entry, which nothing but a person can remove.
    """
    _check(before, goal)
    wanted, gone, readded = _reuse(before, goal)
    staying = {index: place for place, index in enumerate(i for i, uri in enumerate(before) if uri not in gone)}
    moves = tuple(_moves([staying[item] for item in wanted if isinstance(item, int)]))
    had, has = Counter(before), Counter(before[item] if isinstance(item, int) else item for item in goal)
    return Plan(
        operations=(*_removals(gone), *moves, *_additions(wanted)),
        added=(has - had).total(),
        removed=(had - has).total(),
        moved=sum(move.length for move in moves),
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


def _moves(order: Sequence[int]) -> Iterator[Move]:
    """The block moves that bring 0, 1, 2, … into `order`, a permutation of them.

    Left to right, each block that does not rest is put behind the block that precedes it in `order`. A Fenwick tree
    counts the entries that stand before any place of the old order; a moved block counts at the resting block that it
    now follows (slot 0: the head of the list). Blocks that have become neighbours meanwhile go in one move.
    """
    blocks = _blocks(order)
    resting = _resting(blocks)
    slots = {block.start: slot for slot, block in enumerate(sorted(blocks, key=lambda b: b.start), start=1)}
    tree = _Sums(len(blocks) + 1)
    for block in blocks:
        tree.add(slots[block.start], block.length)
    anchor = place = 0

    def position() -> int:
        return tree.before(slots[blocks[place].start])

    while place < len(blocks):
        if place in resting:
            anchor = slots[blocks[place].start]
            place += 1
            continue
        start = position()
        insert_before = tree.before(anchor + 1)
        first, length = place, 0
        while place < len(blocks) and place not in resting and position() == start + length:
            length += blocks[place].length
            place += 1
        for block in blocks[first:place]:
            tree.add(slots[block.start], -block.length)
        tree.add(anchor, length)
        yield Move(start=start, insert_before=insert_before, length=length)


def _blocks(order: Sequence[int]) -> list[_Block]:
    blocks: list[_Block] = []
    for value in order:
        if blocks and value == blocks[-1].start + blocks[-1].length:
            blocks[-1] = _Block(blocks[-1].start, blocks[-1].length + 1)
        else:
            blocks.append(_Block(value, 1))
    return blocks


def _resting(blocks: Sequence[_Block]) -> frozenset[int]:
    """The places in `blocks` that need no move: the most blocks in rising order and, among such, the most entries."""
    total = sum(block.length for block in blocks)
    best = _Maxima(total)
    weights: list[int] = []
    previous: list[int] = []
    for place, block in enumerate(blocks):
        weight, last = best.before(block.start)
        weights.append(weight + (total + 1) + block.length)
        previous.append(last)
        best.add(block.start, (weights[-1], place))
    resting: set[int] = set()
    place = max(range(len(blocks)), key=weights.__getitem__, default=-1)
    while place >= 0:
        resting.add(place)
        place = previous[place]
    return frozenset(resting)


class _Sums:
    """A Fenwick tree of counts: `before(slot)` is the sum of the slots below `slot`."""

    def __init__(self, size: int) -> None:
        self._tree = [0] * (size + 1)

    def add(self, slot: int, amount: int) -> None:
        at = slot + 1
        while at < len(self._tree):
            self._tree[at] += amount
            at += at & -at

    def before(self, slot: int) -> int:
        total = 0
        while slot > 0:
            total += self._tree[slot]
            slot -= slot & -slot
        return total


class _Maxima:
    """A Fenwick tree of (weight, place): `before(slot)` is the heaviest below `slot`, (0, -1) if there is none."""

    def __init__(self, size: int) -> None:
        self._tree = [(0, -1)] * (size + 1)

    def add(self, slot: int, item: tuple[int, int]) -> None:
        at = slot + 1
        while at < len(self._tree):
            self._tree[at] = max(self._tree[at], item)
            at += at & -at

    def before(self, slot: int) -> tuple[int, int]:
        best = (0, -1)
        while slot > 0:
            best = max(best, self._tree[slot])
            slot -= slot & -slot
        return best
