"""A whole listing against a catalogue: what is asked, what it costs, and what happens when it ends early."""

from __future__ import annotations

import pytest

from playlist_builder.errors import AuthError, RateLimited
from playlist_builder.matching.search import EXTRA_LEAST, match_tracklist
from playlist_builder.model import Match, Track, Tracklist
from tests.matching.shelf import Shelf

SONGS = [
    "a-ha | Take On Me",
    "Nena | 99 Luftballons",
    "Falco | Jeanny",
    "Survivor | Burning Heart",
    "Kim Wilde | Cambodia",
]


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    for song in SONGS:
        shelf.put(song.split(" | ")[1], [song], by=song.split(" | ")[0], kind="single")
    return shelf


def rows(*texts: str, **more: object) -> Tracklist:
    tracks = tuple(Track(artist=text.split(" | ")[0], title=text.split(" | ")[1]) for text in texts)
    return Tracklist(title="", tracks=tracks, **more)  # type: ignore[arg-type]


def test_a_well_spelt_row_costs_one_question(shelf: Shelf) -> None:
    found = match_tracklist(rows(*SONGS), shelf, {})
    assert [match.outcome for match in found.matches] == ["matched"] * 5
    assert len(shelf.asked) == 5
    assert found.asked == frozenset(range(5))


def test_what_is_known_is_not_asked_for(shelf: Shelf) -> None:
    tracklist = rows(*SONGS)
    known = {i: Match(track=track, outcome="skipped") for i, track in enumerate(tracklist.tracks) if i != 2}
    found = match_tracklist(tracklist, shelf, known)
    assert len(shelf.asked) == 1
    assert found.matches[0] is known[0]
    assert found.matches[2].recording is not None


def test_what_is_not_there_costs_no_more_than_the_allowance(shelf: Shelf) -> None:
    found = match_tracklist(rows(*(f"Nobody {n} and Someone {n} | Nothing {n}" for n in range(10))), shelf, {})
    assert all(match.recording is None for match in found.matches)
    assert len(shelf.asked) <= 10 + EXTRA_LEAST


def test_a_guest_is_asked_for_alone() -> None:
    shelf = Shelf()
    for n in range(12):
        shelf.put(f"Noise {n}", [f"Gladys Knight and Kenny Loggins {n} | Double {n}"])
    shelf.put("Duets", ["Kenny Loggins | Double or Nothing"])
    found = match_tracklist(rows("Kenny Loggins and Gladys Knight | Double or Nothing"), shelf, {})
    assert found.matches[0].recording is not None


def test_swapped_columns_cost_no_more(shelf: Shelf) -> None:
    found = match_tracklist(rows("Take On Me | a-ha", "Nena | 99 Luftballons"), shelf, {})
    assert [match.outcome for match in found.matches] == ["matched", "matched"]
    assert found.matches[0].reason == "artist and title are the other way round in the listing"
    assert len(shelf.asked) == 2


def test_an_isrc_is_believed_if_the_name_or_the_length_fits(shelf: Shelf) -> None:
    shelf.change("album:3:1", isrc="USA10")
    right = Track(title="Burning Hart", artist="Surviver", isrc="USA10")
    found = match_tracklist(Tracklist(title="", tracks=(right,)), shelf, {})
    assert found.matches[0].found_by == "isrc"
    wrong = Track(title="Quite Another", artist="Somebody", isrc="USA10")
    assert match_tracklist(Tracklist(title="", tracks=(wrong,)), shelf, {}).matches[0].recording is None


def test_an_end_of_the_quota_keeps_what_was_found(shelf: Shelf) -> None:
    shelf.fails_after, shelf.error = 2, RateLimited("later")
    found = match_tracklist(rows(*SONGS), shelf, {})
    assert [match.outcome for match in found.matches] == ["matched", "matched", *["unsearched"] * 3]
    assert found.stopped is shelf.error
    assert found.matches[4].reason == "the search stopped before this row"


def test_a_lost_login_is_raised(shelf: Shelf) -> None:
    shelf.fails_after, shelf.error = 0, AuthError("log in")
    with pytest.raises(AuthError):
        match_tracklist(rows(*SONGS), shelf, {})


def test_rows_are_told_as_they_settle(shelf: Shelf) -> None:
    told: list[int] = []
    match_tracklist(rows(*SONGS), shelf, {}, on_row=told.append)
    assert told == [1, 2, 3, 4, 5]


def test_empty_and_odd_rows_do_no_harm(shelf: Shelf) -> None:
    odd = ("Somebody | ", " | ()", "x | " + "y" * 10_000, "\x00 | \u202e")
    found = match_tracklist(rows(*odd), shelf, {})
    assert all(match.recording is None for match in found.matches)
    assert match_tracklist(rows(), shelf, {}).matches == ()


def test_the_same_listing_gives_the_same_answer(shelf: Shelf) -> None:
    assert match_tracklist(rows(*SONGS), shelf, {}) == match_tracklist(rows(*SONGS), shelf, {})
