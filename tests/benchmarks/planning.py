"""How long planning takes and how many writes edits cost, beside a lower bound and beside clearing and refilling.

Run it with `python -m tests.benchmarks.planning`. Every plan is proved by replaying it before it is counted. The lower
bound counts breaks between neighbours: one block move mends three at most, one request adds a hundred URIs at most.
"""

from __future__ import annotations

import random
import sys
import time
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from playlist_builder.model import Move
from playlist_builder.syncing.plan import Goal, Plan, plan, target_of
from playlist_builder.syncing.replay import BATCH, replay

SIZES = (10, 1_000, 10_000)


def uris(count: int) -> list[str | None]:
    return [f"spotify:track:{number:022}" for number in range(count)]


def edits(count: int = 1_000) -> dict[str, Goal]:
    """The edits that are measured, each as the goal for a list of `count`."""
    same = list(range(count))
    swapped = list(same)
    swapped[count // 10], swapped[-count // 10] = swapped[-count // 10], swapped[count // 10]
    middle = count // 2
    return {
        "nothing": same,
        "one inserted": [*same[:middle], "spotify:track:new", *same[middle:]],
        "one removed": [*same[:middle], *same[middle + 1 :]],
        "one moved": [*same[:10], *same[11:middle], 10, *same[middle:]],
        "a swap": swapped,
        "a rotation by one": [*same[1:], 0],
        "a reversal of 100": [*same[:100], *reversed(same[100:200]), *same[200:]],
    }


def lower_bound(before: Sequence[str | None], goal: Goal) -> int:
    """No way of writing takes fewer requests than this."""
    kept = [item for item in goal if isinstance(item, int)]
    ranks = {item: rank for rank, item in enumerate(sorted(kept))}
    order = [-1, *(ranks[item] for item in kept), len(kept)]
    breaks = sum(b != a + 1 for a, b in pairwise(order))
    added = len(goal) - len(kept)
    return ceil(breaks / 3) + ceil(added / BATCH) + ceil((len(before) - len(kept)) / BATCH)


def clear_and_refill(goal: Goal) -> int:
    """Requests of the way that loses every date: replace the list by its first hundred, then append the rest."""
    return max(1, ceil(len(goal) / BATCH))


def proved(before: list[str | None], goal: Goal) -> tuple[Plan, float]:
    began = time.perf_counter()
    made = plan(before, goal)
    seconds = time.perf_counter() - began
    if replay(before, made.operations) != target_of(before, goal):
        raise AssertionError("the plan does not reach its goal")
    return made, seconds


def outside_the_longest_rise(order: Sequence[int]) -> int:
    ends: list[int] = []
    for value in order:
        at = bisect_left(ends, value)
        ends[at : at + 1] = [value]
    return len(order) - len(ends)


def report() -> str:
    lines = ["planning, shuffled", f"{'entries':>20} {'seconds':>9} {'moves':>7} {'n - LIS':>8}"]
    for size in SIZES:
        order = list(range(size))
        random.Random(size).shuffle(order)
        made, seconds = proved(uris(size), order)
        moves = sum(isinstance(operation, Move) for operation in made.operations)
        lines.append(f"{size:>20} {seconds:>9.4f} {moves:>7} {outside_the_longest_rise(order):>8}")
    before = uris(1_000)
    lines += ["", "edits of 1000", f"{'':>20} {'writes':>9} {'bound':>7} {'refill':>8} {'dates lost':>11}"]
    for name, goal in edits().items():
        made, _ = proved(before, goal)
        kept = sum(isinstance(item, int) for item in goal)
        refill = 0 if name == "nothing" else clear_and_refill(goal)
        lost = f"{made.readded} / {kept if refill else 0}"
        lines.append(f"{name:>20} {len(made.operations):>9} {lower_bound(before, goal):>7} {refill:>8} {lost:>11}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(report())
