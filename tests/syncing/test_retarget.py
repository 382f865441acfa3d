"""A target over a list that came out otherwise, and what is made good after a write that was cut off."""

from __future__ import annotations

import random
import time
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.model import Entry
from playlist_builder.syncing.merge import Merged
from playlist_builder.syncing.plan import plan
from playlist_builder.syncing.recovery import CutOff, as_it_was, recovered
from playlist_builder.syncing.replay import replay
from playlist_builder.syncing.retarget import retarget

LOCAL = "spotify:local:Me:Tape:Hum:61"
URIS = st.lists(st.sampled_from(["a", "b", "c", "d", "x", "y", LOCAL, None]), max_size=9)


def entries(uris: list[str | None]) -> list[Entry]:
    return [Entry(uri=uri, kind="null" if uri is None else "local" if uri == LOCAL else "track") for uri in uris]


def never(entry: Entry, uri: str | None) -> bool:
    return False


def reached(now: list[str | None], target: list[str | None], going: str = "") -> list[str | None]:
    goal = retarget(entries(now), target, dict(Counter(going)), never)
    return replay(now, plan(now, goal).operations)


@given(URIS, URIS)
def test_what_can_be_added_is_there_in_order_and_nothing_else_is_lost(
    now: list[str | None], target: list[str | None]
) -> None:
    after = reached(now, target)
    there: Counter[str | None] = Counter(now)
    wanted: Counter[str | None] = Counter(uri for uri in target if uri is not None and uri != LOCAL)
    assert Counter(after) == there | wanted
    placed = iter(after)
    assert all(uri in placed for uri in target if uri is not None and uri != LOCAL)


def test_what_came_from_elsewhere_stays_behind_its_neighbour() -> None:
    assert reached(["x", "a", "y", "b"], ["b", "a"]) == ["x", "b", "a", "y"]
    assert reached(["a", "x", "y", "b"], ["a", "b", "c"]) == ["a", "x", "y", "b", "c"]
    assert reached(["a", "x", "x"], ["a"], going="x") == ["a", "x"]


def test_a_recording_under_another_id_is_not_added_again() -> None:
    now: list[str | None] = ["a'", "b"]
    goal = retarget(entries(now), ["b", "a"], Counter(), lambda entry, uri: entry.uri == f"{uri}'")
    assert goal == [1, 0]


def test_a_long_list_takes_no_longer_than_it_is_long() -> None:
    target: list[str | None] = [str(i) for i in range(10_000)]
    now = [*target[:9_000], *(f"x{i}" for i in range(1_000))]
    random.Random(1).shuffle(now)
    start = time.process_time()
    goal = retarget(entries(now), target, Counter(), never)
    assert time.process_time() - start < 1
    assert len(goal) == 11_000


def merged(goal: list[int | str], uris: list[str | None]) -> Merged:
    return Merged(
        goal=tuple(goal),
        uris=tuple(uris),
        ours=((0, "a"),),
        foreign=(),
        removed=(),
        pins=(),
        restored=(),
        skipped=(),
        kept=0,
    )


def test_only_what_the_write_took_out_comes_back() -> None:
    cut_off = CutOff(before=tuple(entries(["a", "x", "x", "y"])), target=("a", "x", "y"), leaves=("a",))
    done = recovered(merged([0], ["a"]), entries(["a"]), cut_off)
    assert done.uris == ("a", "x"), "the second x was to go, so both went; y nobody but the user took away"
    assert done.goal == (0, "x")
    assert recovered(merged([0, 1], ["a", "x"]), entries(["a", "x"]), cut_off).uris == ("a", "x")


def test_the_list_of_before_a_write_has_what_came_since() -> None:
    cut_off = CutOff(before=tuple(entries(["a", "x", "b"])), target=("b", "c", "x"), leaves=("b", "c"))
    now = entries(["b", "c", "n", LOCAL])
    assert [entry.uri for entry in as_it_was(now, cut_off)] == ["a", "x", "b", "n", LOCAL]
