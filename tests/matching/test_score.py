"""The score: its parts, what rules a recording out, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.matching.differences import differences
from playlist_builder.matching.same import same_recording, same_song
from playlist_builder.matching.score import WEIGHTS, duration_part, score
from playlist_builder.model import Recording, Track, Tracklist
from tests.builders import recording, track

names = st.text(max_size=30)


@given(names, names, names, names)
def test_every_part_is_between_none_and_all(title: str, artist: str, other: str, act: str) -> None:
    found = score(Track(title=title, artist=artist), Recording(uri="x", title=other, artists=(act,)))
    assert 0.0 <= found.total <= 1.0
    assert all(0.0 <= value <= 1.0 and name in WEIGHTS for name, value in found.parts)


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_the_same_names_are_wholly_alike(title: str, artist: str) -> None:
    assert score(Track(title=title, artist=artist), Recording(uri="x", title=title, artists=(artist,))).total == 1.0


def test_a_part_that_either_side_lacks_is_no_evidence() -> None:
    bare = score(track(), recording())
    assert [name for name, _ in bare.parts] == ["title", "artist"]
    full = score(
        track(duration_ms=231_000, album="Rocky IV"), recording(duration_ms=231_500, album="Rocky IV (Deluxe Edition)")
    )
    assert dict(full.parts)["duration"] == 1.0
    assert dict(full.parts)["album"] == 1.0


@pytest.mark.parametrize(
    ("title", "artist", "found", "by"),
    [
        ("Hearts of Fire", "John Cafferty and the Beaver Brown Band", "Hearts on Fire", "John Cafferty"),
        ("War", "Vinnie DiCola", "War", "Vince DiCola"),
        ("F**k You", "Cee Lo Green", "Fuck You", "CeeLo Green"),
        ("Take On Me", "Aha", "Take on Me", "a-ha"),
        ("When Doves Cry", "Prince", "When Doves Cry", "Prince & The Revolution"),
        ("Que Sera Sera", "Doris Day", "Whatever Will Be, Will Be (Que Sera, Sera)", "Doris Day"),
        ("What'd I Say", "Ray Charles", "What'd I Say, Pts. 1 & 2", "Ray Charles"),
        ("Rocky IV Theme", "Vince DiCola", "Rocky 4 Theme", "Vince DiCola"),
        ("Gruppa krovi", "Kino", "Группа крови", "Кино"),
        ("Smels Like Teen Spirit", "Nirvanna", "Smells Like Teen Spirit", "Nirvana"),
        ("Living in America", "James Brown", 'Living in America - From "Rocky IV" Soundtrack', "James Brown"),
        (
            "Theme from Greatest American Hero",
            "Joey S.",
            'Believe It or Not (Theme from "Greatest American Hero")',
            "Joey S.",
        ),
        ("Rockabye", "Sean Paul", "Rockabye (feat. Sean Paul & Anne-Marie)", "Clean Bandit"),
    ],
)
def test_one_recording_under_other_names(title: str, artist: str, found: str, by: str) -> None:
    rating = score(track(title, artist), recording(found, by))
    assert rating.refusal is None
    assert rating.total >= 0.75, rating


@pytest.mark.parametrize(
    ("title", "artist", "found", "by"),
    [
        ("Angry", "The Rolling Stones", "Angie", "The Rolling Stones"),
        ("Call on Me", "John Legend", "All of Me", "John Legend"),
        ("Radio", "Rammstein", "Adios", "Rammstein"),
        ("War", "Vinnie DiCola", "War", "Edwin Starr"),
        ("Burning Heart", "Survivor", "Burning Heart", "Vandenberg"),
        ("Greatest Showman", "Keala Settle", "The Greatest Show", "Keala Settle"),
        ("Summer of 69", "Bryan Adams", "Summer of 68", "Bryan Adams"),
        ("Smooth (feat. Rob Thomas)", "Hilltoppers", "Smooth (feat. Rob Thomas)", "Santana"),
        ("", "", "Anything", "Anybody"),
    ],
)
def test_another_song_or_act(title: str, artist: str, found: str, by: str) -> None:
    assert score(track(title, artist), recording(found, by)).total < 0.8


@pytest.mark.parametrize(
    ("title", "artist", "found", "by", "album", "rule"),
    [
        ("Creep", "Radiohead", "Creep - Live", "Radiohead", None, "version"),
        ("Creep - Live", "Radiohead", "Creep", "Radiohead", None, "version"),
        ("Creep", "Radiohead", "Creep", "Radiohead", "Live at Glastonbury", "version"),
        ("Creep (Live at Wembley)", "Radiohead", "Creep - Live in Stockholm", "Radiohead", None, "version"),
        ("Faded (Osias Remix)", "Alan Walker", "Faded - Tiësto Remix", "Alan Walker", None, "version"),
        ("Faded (Osias Remix)", "Alan Walker", "Faded - Remix", "Alan Walker", None, "version"),
        ("Wall, Pt. 1", "Pink Floyd", "Wall, Pt. 2", "Pink Floyd", None, "part"),
        ("Eye of the Tiger", "Survivor", "Eye of the Tiger (Made Famous by Survivor)", "Hit Crew", None, "copy"),
        ("Eye of the Tiger", "Survivor", "Eye of the Tiger", "Survivor", "Karaoke Rock", "copy"),
        ("Eye of the Tiger", "Survivor", "Eye of the Tiger", "Power Workout", None, "copy"),
        ("Desperado", "Eagles Tribute Band", "Desperado", "Eagles", None, "copy"),
    ],
)
def test_what_rules_a_recording_out(title: str, artist: str, found: str, by: str, album: str | None, rule: str) -> None:
    assert score(track(title, artist), recording(found, by, album=album)).refusal == rule


@pytest.mark.parametrize(
    ("title", "artist", "found", "by", "album"),
    [
        ("Dreamlover", "Mariah Carey", "Dreamlover", "Mariah Carey", "Music Box"),
        ("Live and Let Die", "Wings", "Live and Let Die", "Wings", "Greatest"),
        ("Lightning Crashes", "Live", "Lightning Crashes", "Live", "Throwing Copper"),
        ("Ignition (Remix)", "R. Kelly", "Ignition - Remix", "R. Kelly", None),
        ("Heaven (Live)", "Bryan Adams", "Heaven - Live at Wembley", "Bryan Adams", None),
        ("Creep (Live)", "Radiohead", "Creep", "Radiohead", "Live at Glastonbury"),
        ("Faded (Tiesto Remix)", "Alan Walker", "Faded - Tiësto's Deep House Remix", "Alan Walker", None),
        ("Eye of the Tiger", "Karaoke Hits", "Eye of the Tiger", "Karaoke Hits", None),
    ],
)
def test_what_rules_nothing_out(title: str, artist: str, found: str, by: str, album: str | None) -> None:
    assert score(track(title, artist), recording(found, by, album=album)).refusal is None


def test_lengths() -> None:
    assert duration_part(240_000, 243_900) == 1.0
    assert 0.2 < duration_part(240_000, 255_000) < 1.0
    assert duration_part(240_000, 400_000) == 0.2


def test_one_recording() -> None:
    one = recording(duration_ms=231_000, isrc="USA1")
    assert same_recording(one, recording("Other Name", uri="y", isrc="USA1"))
    assert same_recording(one, recording("BURNING HEART - Remastered", uri="y", duration_ms=233_000))
    assert not same_recording(one, recording(uri="y", duration_ms=300_000))
    assert not same_recording(one, recording("Burning Heart - Live", uri="y", duration_ms=231_000))
    assert not same_song(recording("A (X Remix)"), recording("A (Other Remix)"))


def test_differences_name_what_a_person_would_see() -> None:
    wishes = Tracklist(title="", tracks=(), prefer=("original",), explicit="prefer")
    found = recording(
        "Burnin' Hearts - Live - Remastered", "Survivors", duration_ms=290_000, album="Other", explicit=False
    )
    row = track(duration_ms=231_000, album="Rocky IV")
    assert differences(row, found, wishes) == (
        "artist",
        "title",
        "version",
        "duration",
        "album",
        "edition",
        "explicit",
    )
    assert differences(track("Don't Stop", "The Who"), recording("DONT STOP - 2009 Remaster", "Who")) == ()
