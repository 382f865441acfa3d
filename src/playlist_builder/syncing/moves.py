"""The block moves that bring a list into another order.

Two ways are tried and the one with fewer moves is taken: moving each block that is outside a longest increasing
subsequence, which is never far off when few things moved; and swapping neighbouring stretches so that each swap brings
two or three pairs of neighbours together, which halves the moves of a shuffled list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from playlist_builder.model import Move

_MOST_SWAPPED: Final = 2_000  # blocks; swapping looks at all of them for each move


@dataclass(frozen=True, slots=True)
class _Block:
    """Entries that are neighbours both before and after: `length` of them from `start`."""

    start: int
    length: int


def moves_to(order: Sequence[int]) -> list[Move]:
    """The moves that turn 0, 1, 2, … into `order`, a permutation of them: at most n − LIS."""
    blocks = _blocks(order)
    if len(blocks) <= 1:
        return []
    around = list(_around_resting(blocks, _resting(blocks)))
    if len(around) <= len(blocks) // 3 or len(blocks) > _MOST_SWAPPED:
        return around
    swapped = list(_by_swaps(blocks))
    return swapped if len(swapped) < len(around) else around


def out_of_order(order: Sequence[int]) -> int:
    """n − LIS: the fewest entries without which the others are in rising order."""
    ends: list[int] = []  # the least value that ends a rising run of each length
    for value in order:
        length = bisect_left(ends, value)
        ends[length : length + 1] = [value]
    return len(order) - len(ends)


def _around_resting(blocks: Sequence[_Block], resting: frozenset[int]) -> Iterator[Move]:
    """The moves of all blocks but the resting ones.

    Left to right, each block that does not rest is put behind the block that precedes it in the goal. A Fenwick tree
    counts the entries that stand before any place of the old order; a moved block counts at the resting block that it
    now follows (slot 0: the head of the list). Blocks that have become neighbours meanwhile go in one move.
    """
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


def _by_swaps(blocks: Sequence[_Block]) -> Iterator[Move]:
    """Moves that swap two neighbouring stretches, each bringing together as many pairs of goal neighbours as can be.

    The blocks are numbered by their place in the goal, from 1, between two ends that never move.
    """
    numbers = sorted(range(len(blocks)), key=lambda place: blocks[place].start)
    line = [0, *(number + 1 for number in numbers), len(blocks) + 1]
    lengths = [0, *(block.length for block in blocks), 0]
    while (cuts := _best_cuts(line)) is not None:
        i, j, k = cuts
        ends = [0, *accumulate(lengths[number] for number in line)]
        start, middle, end = ends[i], ends[j], ends[k]
        if middle - start <= end - middle:
            yield Move(start=start, insert_before=end, length=middle - start)
        else:
            yield Move(start=middle, insert_before=start, length=end - middle)
        line[i:k] = line[j:k] + line[i:j]


def _best_cuts(line: Sequence[int]) -> tuple[int, int, int] | None:
    """Where to cut, i < j < k, so that swapping line[i:j] and line[j:k] mends most; None if the line is in order.

    A swap makes neighbours of (i-1, j), (k-1, i) and (j-1, k). The first that mends two of them is taken, or else one
    that mends the first break from the left.
    """
    at = [0] * len(line)
    for place, number in enumerate(line):
        at[number] = place
    breaks = [place for place, (a, b) in enumerate(pairwise(line), start=1) if b != a + 1]
    if not breaks:
        return None
    for i in breaks:
        j, k = at[line[i - 1] + 1], at[line[i] - 1] + 1
        if i < j < k:
            return i, j, k
        if i < j < (other := at[line[j - 1] + 1]):
            return i, j, other
        if i < (other := at[line[k] - 1] + 1) < k:
            return i, other, k
    if (cuts := _falling(line)) is not None:
        return cuts
    i = breaks[0]
    j = at[line[i - 1] + 1]
    return i, j, next(place for place in (*breaks, len(line) - 1) if place > j)


def _falling(line: Sequence[int]) -> tuple[int, int, int] | None:
    """Cuts through the longest stretch that falls by one each time, if it has five or more; None if there is none.

    No swap mends two pairs of a reversed stretch. Swapping its halves mends none, but most swaps after it mend two or
    three. It ends: each such swap leaves fewer falling pairs and no more breaks.
    """
    best = (0, 0)
    start = 1
    for place in range(2, len(line)):
        if line[place] != line[place - 1] - 1:
            best = max(best, (place - start, -start))
            start = place
    length, start = best[0], -best[1]
    return (start, start + length // 2, start + length - 1) if length >= 5 else None


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
