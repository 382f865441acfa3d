"""Plans reach their goal in few writes and leave alone what stays."""

from __future__ import annotations

import random
import time
from bisect import bisect_left
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playlist_builder.model import Add, Move, Operation, Remove
from playlist_builder.syncing.plan import Goal, Plan, plan, target_of
from playlist_builder.syncing.replay import addressable, replay, replay_places

THOUSAND: list[str | None] = [f"spotify:track:{n}" for n in range(1000)]
ALL = list(range(1000))


def proved(before: list[str | None], goal: Goal) -> Plan:
    """The plan, after replaying it and checking every promise it makes."""
    made = plan(before, goal)
    target = target_of(before, goal)
    assert replay(before, made.operations) == target
    places = [place for place, _ in replay_places(before, made.operations)]
    had, has = Counter(before), Counter(target)
    assert (made.added, made.removed) == ((has - had).total(), (had - has).total())
    assert len(before) - made.removed + made.added == len(target)
    assert places.count(None) == made.added + made.readded
    staying = [place for place in places if place is not None]
    moves = [operation for operation in made.operations if isinstance(operation, Move)]
    asked = [item for item in goal if isinstance(item, int) and item in staying]
    assert len(moves) <= len(staying) - max(rising(staying), rising(asked) if len(asked) == len(staying) else 0)
    assert len(moves) <= made.moved == len(staying) - rising(staying)
    kinds = [type(operation) for operation in made.operations]
    assert kinds == sorted(kinds, key=[Remove, Move, Add].index)
    return made


def rising(values: list[int]) -> int:
    """The length of the longest increasing subsequence."""
    ends: list[int] = []
    for value in values:
        at = bisect_left(ends, value)
        ends[at : at + 1] = [value]
    return len(ends)


def test_nothing_to_do_is_no_operation() -> None:
    assert proved(THOUSAND, ALL) == Plan()
    assert plan([], []) == Plan()


@pytest.mark.parametrize(
    ("goal", "operations"),
    [
        ([*ALL[:500], "spotify:track:new", *ALL[500:]], [Add(uris=("spotify:track:new",), position=500)]),
        ([*ALL, "spotify:track:new"], [Add(uris=("spotify:track:new",), position=1000)]),
        ([*ALL[:500], *ALL[501:]], [Remove(uris=("spotify:track:500",))]),
        ([*ALL[:10], *ALL[11:700], 10, *ALL[700:]], [Move(start=10, insert_before=700)]),
        ([*ALL[:10], 700, *ALL[10:700], *ALL[701:]], [Move(start=700, insert_before=10)]),
        ([*ALL[1:], 0], [Move(start=0, insert_before=1000)]),
        ([999, *ALL[:999]], [Move(start=999, insert_before=0)]),
        ([*ALL[900:], *ALL[:900]], [Move(start=900, insert_before=0, length=100)]),
    ],
    ids=["insert", "append", "remove", "move down", "move up", "rotate", "rotate back", "rotate a block"],
)
def test_one_edit_of_a_thousand_is_one_write(goal: list[int | str], operations: list[Operation]) -> None:
    assert list(proved(THOUSAND, goal).operations) == operations


def test_a_swap_is_two_moves_and_of_neighbours_one() -> None:
    swapped = [*ALL]
    swapped[100], swapped[800] = swapped[800], swapped[100]
    assert len(proved(THOUSAND, swapped).operations) == 2
    swapped = [*ALL]
    swapped[100], swapped[101] = swapped[101], swapped[100]
    assert len(proved(THOUSAND, swapped).operations) == 1


def test_a_reversal_of_a_hundred_takes_the_fewest_moves_there_can_be() -> None:
    """Reversing n entries takes (n + 2) // 2 block moves; no way takes fewer."""
    assert len(proved(THOUSAND, [*ALL[:400], *reversed(ALL[400:500]), *ALL[500:]]).operations) == 51


def test_a_shuffled_list_takes_little_over_half_as_many_moves_as_entries() -> None:
    order = random.Random(7).sample(range(300), 300)
    assert len(proved(THOUSAND[:300], order).operations) <= 165


def test_a_block_counts_as_one_move_whatever_its_length() -> None:
    """Two blocks change places around two entries: the short one moves, the long one rests."""
    made = proved(THOUSAND, [*ALL[300:], *ALL[:300]])
    assert (len(made.operations), made.moved) == (1, 300)


def test_additions_go_in_runs_of_a_hundred() -> None:
    new = [f"spotify:track:new{n}" for n in range(250)]
    made = proved(["spotify:track:a", "spotify:track:b"], [0, *new, 1, "spotify:track:z"])
    assert [len(op.uris) for op in made.operations if isinstance(op, Add)] == [100, 100, 50, 1]
    assert made.added == 251


def test_removals_go_a_hundred_a_request() -> None:
    made = proved(THOUSAND, ALL[:750])
    assert [len(op.uris) for op in made.operations if isinstance(op, Remove)] == [100, 100, 50]


def test_one_of_two_copies_can_only_go_with_both_so_the_other_comes_back() -> None:
    made = proved(["spotify:track:a", "spotify:track:b", "spotify:track:a"], [1, 2])
    assert made.operations == (Remove(uris=("spotify:track:a",)), Add(uris=("spotify:track:a",), position=1))
    assert (made.added, made.removed, made.readded) == (0, 1, 1)


def test_an_addition_takes_over_an_entry_that_would_go() -> None:
    made = proved(["spotify:track:a", "spotify:track:b"], ["spotify:track:b", "spotify:track:a"])
    assert len(made.operations) == 1
    assert isinstance(made.operations[0], Move)
    assert (made.added, made.removed, made.readded) == (0, 0, 0)


def test_copies_do_not_change_places() -> None:
    assert proved(["spotify:track:a", "spotify:track:b", "spotify:track:a", None, None], [2, 1, 0, 4, 3]) == Plan()


@pytest.mark.parametrize(
    ("before", "goal"),
    [
        (["a", "b"], [0, 0]),
        (["a"], [1]),
        (["a"], [-1]),
        (["a", None], [0]),
        (["a", "spotify:local:x:y:z:1"], [0]),
        (["a"], [0, "spotify:local:x:y:z:1"]),
        (["a"], [0, ""]),
    ],
)
def test_a_goal_that_cannot_be_reached_is_an_error(before: list[str | None], goal: Goal) -> None:
    with pytest.raises(ValueError, match=r"goal|cannot be"):
        plan(before, goal)


@pytest.mark.parametrize("kind", ["shuffled", "reversed", "riffled"])
def test_ten_thousand_in_any_order_take_less_than_two_seconds(kind: str) -> None:
    before: list[str | None] = [f"spotify:track:{n}" for n in range(10_000)]
    goal = list(range(10_000))
    if kind == "shuffled":
        random.Random(4).shuffle(goal)
    elif kind == "reversed":
        goal.reverse()
    else:
        goal = goal[::2] + goal[1::2]
    began = time.process_time()
    plan(before, goal)
    assert time.process_time() - began < 2
    proved(before, goal)


URIS = st.one_of(st.sampled_from([f"spotify:track:{c}" for c in "abcdefgh"]), st.just("spotify:episode:e"))
ENTRIES = st.one_of(URIS, URIS, URIS, st.sampled_from([None, "spotify:local:x:y:z:1", "spotify:local:x:y:w:2"]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str | None], list[int | str]]:
    before = draw(st.lists(ENTRIES, max_size=14))
    kept = [i for i, uri in enumerate(before) if not addressable(uri) or draw(st.booleans())]
    goal: list[int | str] = [*kept, *draw(st.lists(URIS, max_size=5))]
    return before, draw(st.permutations(goal))


@given(cases())
@settings(max_examples=300, deadline=None)
def test_every_plan_reaches_its_goal(case: tuple[list[str | None], list[int | str]]) -> None:
    proved(*case)


@given(cases())
@settings(max_examples=300, deadline=None)
def test_a_uri_that_only_stays_is_never_removed(case: tuple[list[str | None], list[int | str]]) -> None:
    before, goal = case
    removed = {uri for op in plan(before, goal).operations if isinstance(op, Remove) for uri in op.uris}
    had, has = Counter(before), Counter(target_of(before, goal))
    assert removed == {uri for uri in had if had[uri] > has[uri]}


@given(st.permutations(range(30)))
@settings(max_examples=300, deadline=None)
def test_moves_never_exceed_what_is_outside_the_longest_rising_run(order: list[int]) -> None:
    proved([f"spotify:track:{n}" for n in range(30)], order)


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60))
@settings(deadline=None)
def test_any_one_block_move_is_undone_by_one(start: int, length: int, before: int) -> None:
    move = Move(start=start % 50, insert_before=0, length=min(length, 50 - start % 50))
    rest = [n for n in range(50) if not move.start <= n < move.start + move.length]
    at = before % (len(rest) + 1)
    goal = [*rest[:at], *range(move.start, move.start + move.length), *rest[at:]]
    assert len(proved([f"spotify:track:{n}" for n in range(50)], goal).operations) <= 1
