"""The rules of the service for a list: positions, blocks, removals."""

from __future__ import annotations

import pytest

from playlist_builder.model import Add, Move, Operation, Remove
from playlist_builder.syncing.replay import replay, replay_places


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        ("abc", Add(uris=("x", "y"), position=0), "xyabc"),
        ("abc", Add(uris=("x",), position=3), "abcx"),
        ("", Add(uris=("x",), position=0), "x"),
        ("abac", Remove(uris=("a",)), "bc"),
        ("abc", Remove(uris=("z", "b")), "ac"),
        ("abcde", Move(start=0, insert_before=5), "bcdea"),
        ("abcde", Move(start=4, insert_before=0), "eabcd"),
        ("abcde", Move(start=0, insert_before=4, length=2), "cdabe"),
        ("abcde", Move(start=3, insert_before=1, length=2), "adebc"),
        ("abcde", Move(start=1, insert_before=1, length=2), "abcde"),
        ("abcde", Move(start=1, insert_before=3, length=2), "abcde"),
    ],
)
def test_one_operation(before: str, operation: Operation, after: str) -> None:
    assert replay(list(before), [operation]) == list(after)


@pytest.mark.parametrize(
    "operation",
    [
        Add(uris=("x",), position=4),
        Add(uris=("x",), position=-1),
        Add(uris=(), position=0),
        Add(uris=("x",) * 101, position=0),
        Add(uris=("spotify:local:a:b:c:1",), position=0),
        Remove(uris=()),
        Remove(uris=tuple(f"u{n}" for n in range(101))),
        Remove(uris=("spotify:local:a:b:c:1",)),
        Move(start=3, insert_before=0),
        Move(start=2, insert_before=0, length=2),
        Move(start=-1, insert_before=0),
        Move(start=0, insert_before=4),
        Move(start=0, insert_before=0, length=0),
        Move(start=0, insert_before=1, length=2),
    ],
)
def test_what_the_service_would_refuse_is_an_error(operation: Operation) -> None:
    with pytest.raises(ValueError, match=r"does not fit|one request|neither adds"):
        replay(["a", "b", "c"], [operation])


def test_identities_tell_a_kept_entry_from_one_that_came_back() -> None:
    operations: list[Operation] = [Remove(uris=("a",)), Add(uris=("a",), position=2), Move(start=0, insert_before=2)]
    assert replay_places(["a", "b", None], operations) == [(2, None), (1, "b"), (None, "a")]


def test_the_list_handed_in_is_left_alone() -> None:
    before: list[str | None] = ["a", "b"]
    replay(before, [Move(start=0, insert_before=2), Add(uris=("c",), position=0)])
    assert before == ["a", "b"]
