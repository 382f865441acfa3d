"""Lines of unknown orientation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.matching.decide import candidate, decide, decide_line
from playlist_builder.matching.line import MOST, other_readings, readings
from playlist_builder.model import Tracklist
from tests.builders import recording, track

WISHES = Tracklist(title="Rows", tracks=())


@pytest.mark.parametrize(
    ("line", "artist", "title"),
    [
        ("Survivor - Burning Heart", "Survivor", "Burning Heart"),
        ("Burning Heart - Survivor", "Survivor", "Burning Heart"),
        ("Survivor – Burning Heart", "Survivor", "Burning Heart"),
        ("Survivor — Burning Heart", "Survivor", "Burning Heart"),
        ("3. Survivor - Burning Heart", "Survivor", "Burning Heart"),
        ("Survivor | Burning Heart", "Survivor", "Burning Heart"),
        ("Survivor ~ Burning Heart ~ 1985 ~ Official Video", "Survivor", "Burning Heart"),
        ("Burning Heart by Survivor", "Survivor", "Burning Heart"),
        ('Survivor "Burning Heart"', "Survivor", "Burning Heart"),
        ("“Burning Heart” – Survivor", "Survivor", "Burning Heart"),
        ("Survivor: Burning Heart", "Survivor", "Burning Heart"),
        ("Survivor\tBurning Heart", "Survivor", "Burning Heart"),
        ("Burning Heart, Survivor", "Survivor", "Burning Heart"),
        ("a-ha - Take On Me", "a-ha", "Take On Me"),
        ("Stand by Me - Ben E. King", "Ben E. King", "Stand by Me"),
        ("Stand by Me by Ben E. King", "Ben E. King", "Stand by Me"),
        ("Burning Heart - Survivor [Official Video]", "Survivor", "Burning Heart"),
        ("Pearl Jam - Even Flow Lyrics", "Pearl Jam", "Even Flow"),
        ("Jay-Z - 99 Problems", "Jay-Z", "99 Problems"),
    ],
)
def test_the_right_reading_is_among_them(line: str, artist: str, title: str) -> None:
    found = [(reading.artist, reading.title) for reading in readings(line)]
    assert (artist, title) in found


def test_the_first_reading_is_artist_then_title_with_its_version() -> None:
    first = readings("Queen - Killer Queen - Remastered 2011")[0]
    assert (first.artist, first.title) == ("Queen", "Killer Queen - Remastered 2011")


def test_a_version_behind_the_artist_belongs_to_the_title() -> None:
    found = [(reading.artist, reading.title) for reading in readings("Burning Heart - Survivor (Live)")]
    assert ("Survivor", "Burning Heart (Live)") in found


def test_other_readings_keep_length_album_and_version() -> None:
    row = track("Survivor", "Burning Heart", duration_ms=231_000, album="Rocky IV")
    (other,) = other_readings(row)
    assert (other.artist, other.title, other.duration_ms, other.album) == (
        "Survivor",
        "Burning Heart",
        231_000,
        "Rocky IV",
    )


@given(st.text(max_size=80))
def test_any_line_has_a_reading(line: str) -> None:
    assert 1 <= len(readings(line)) <= MOST


def test_swapped_columns_are_found_and_said() -> None:
    row = track(title="Mariah Carey", artist="Dreamlover")
    match = decide(row, [candidate(row, recording("Dreamlover", "Mariah Carey", album="Music Box"))], WISHES)
    assert match.outcome == "matched"
    assert match.reason == "artist and title are the other way round in the listing"
    assert match.track == row
    assert match.differences == ("artist", "title")


def test_swapped_columns_are_no_exact_match() -> None:
    row = track(title="Mariah Carey", artist="Dreamlover")
    found = candidate(row, recording("Dreamlover", "Mariah Carey"))
    match = decide(row, [found], WISHES, accept="exact")
    assert match.outcome == "review"
    assert "other way round" in match.reason


def test_a_row_is_not_turned_round_for_half_a_likeness() -> None:
    row = track(title="Burning Heart", artist="Vixen")
    match = decide(row, [candidate(row, recording("Vixen", "Burning Spear"))], WISHES)
    assert match.recording is None


def test_a_song_named_like_an_act_stays_as_the_row_says() -> None:
    row = track(title="Black Sabbath", artist="Black Sabbath")
    match = decide(row, [candidate(row, recording("Black Sabbath", "Black Sabbath"))], WISHES)
    assert match.outcome == "matched"
    assert match.reason == ""


def test_only_a_live_take_the_other_way_round() -> None:
    match = decide_line("Creep - Radiohead", [recording("Creep - Live", "Radiohead")], WISHES)
    assert match.recording is None


@pytest.mark.parametrize(
    "line",
    [
        "Rockabye (feat. Sean Paul & Anne-Marie)",
        "Clean Bandit - Rockabye",
        "Rockabye - Clean Bandit ft. Sean Paul & Anne-Marie [Official Video]",
        'Clean Bandit "Rockabye" (Official Audio)',
        "Clean Bandit: Rockabye [OFFICIAL VIDEO]",
    ],
)
def test_lines_of_videos(line: str) -> None:
    hits = [
        recording("Rockabye", "Some Other Act"),
        recording("Rockabye (feat. Sean Paul & Anne-Marie)", ("Clean Bandit", "Sean Paul", "Anne-Marie")),
    ]
    match = decide_line(line, hits, WISHES)
    assert match.recording == hits[1], match


def test_a_bare_title_is_not_guessed() -> None:
    match = decide_line("Heaven", [recording("Heaven", "Bryan Adams"), recording("Heaven", "Live")], WISHES)
    assert match.outcome == "review"
