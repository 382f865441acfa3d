"""A listing against albums: what is taken, what is left, and what is never taken for the listing's album."""

from __future__ import annotations

import time

import pytest

from playlist_builder.matching.album import align, bare_name, describes, likely_albums
from playlist_builder.matching.search import Found, match_tracklist
from playlist_builder.model import Album, Recording, Track, Tracklist
from tests.matching.shelf import Shelf

ROCKY = (
    "Survivor | Burning Heart | 3:51",
    "John Cafferty & The Beaver Brown Band | Heart's on Fire | 4:12",
    "Kenny Loggins; Gladys Knight | Double Or Nothing | 3:43",
    "Survivor | Eye of the Tiger | 3:46",
    "Vince DiCola | War | 5:53",
    "James Brown | Living in America | 4:43",
    "Robert Tepper | No Easy Way Out | 4:22",
    "Go West | One Way Street | 4:40",
    "Touch | The Sweetest Victory | 3:26",
    "Vince DiCola | Training Montage | 3:38",
)


def rows_of(*texts: str) -> tuple[Track, ...]:
    """Tracks of "artist | title" texts."""
    tracks = []
    for text in texts:
        artist, _, title = text.partition(" | ")
        tracks.append(Track(artist=artist.replace(";", " and"), title=title.split(" | ")[0]))
    return tuple(tracks)


def listing(*texts: str, title: str = "Rocky IV", albums: tuple[str, ...] = ()) -> Tracklist:
    return Tracklist(title=title, tracks=rows_of(*texts), albums=albums, year=1985)


def uris(found: Found) -> list[str | None]:
    return [match.recording.uri if match.recording else None for match in found.matches]


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.put("Rocky IV (Original Motion Picture Soundtrack)", ROCKY)
    return shelf


def test_a_whole_listing_costs_two_questions(shelf: Shelf) -> None:
    found = match_tracklist(listing(*ROCKY), shelf, {})
    assert uris(found) == [f"album:0:{n}" for n in range(1, 11)]
    assert shelf.asked == ["albums Rocky IV", "read album:0"]
    assert {match.found_by for match in found.matches} == {"album"}


def test_misspelt_rows_are_known_by_their_place(shelf: Shelf) -> None:
    shelf.put("War & Peace", ["Edwin Starr | War"], by="Edwin Starr")
    found = match_tracklist(
        listing(
            "Survivor | Burning Heart",
            "J. Cafferty | Hearts of Fire",
            "Survivor | Eye of the Tiger",
            "Vinnie DiCola | War",
        ),
        shelf,
        {},
    )
    assert uris(found) == ["album:0:1", "album:0:2", "album:0:4", "album:0:5"]
    assert found.matches[3].differences == ("artist",)
    assert "Vince DiCola" in found.matches[3].reason


def test_a_row_that_is_not_on_the_album_goes_to_the_search(shelf: Shelf) -> None:
    shelf.put("Hunting High and Low", ["a-ha | Take On Me"], by="a-ha")
    found = match_tracklist(listing(*ROCKY[:4], "a-ha | Take on Me", *ROCKY[4:]), shelf, {})
    assert uris(found)[4] == "album:1:1"
    assert len(shelf.asked) == 3


def test_rows_missing_on_the_album_stay_open(shelf: Shelf) -> None:
    found = match_tracklist(listing(*ROCKY, "Nobody Known | A Song of Nothing"), shelf, {})
    assert uris(found)[:10] == [f"album:0:{n}" for n in range(1, 11)]
    assert found.matches[10].recording is None


def test_bonus_tracks_and_extra_cuts_do_not_shift_the_rest() -> None:
    shelf = Shelf()
    shelf.put(
        "Rocky IV",
        ["Rocky | Intro", *ROCKY[:3], "Touch | The Sweetest Victory (Extended)", *ROCKY[3:], "Touch | Bonus"],
    )
    found = match_tracklist(listing(*ROCKY), shelf, {})
    assert [match.recording.title for match in found.matches if match.recording] == [
        row.split(" | ")[1] for row in ROCKY
    ]


def test_another_order_is_found_all_the_same(shelf: Shelf) -> None:
    order = [3, 9, 0, 6, 1, 8, 2, 7, 4, 5]
    found = match_tracklist(listing(*(ROCKY[i] for i in order)), shelf, {})
    assert uris(found) == [f"album:0:{i + 1}" for i in order]


def test_a_reprise_and_two_versions_of_a_song_each_find_their_own() -> None:
    shelf = Shelf()
    shelf.put(
        "The Show",
        [
            "A Choir | Overture",
            "A Choir | Home",
            "A Choir | The Road",
            "A Choir | Home - Acoustic",
            "A Choir | Home (Reprise)",
        ],
        by="A Choir",
    )
    found = match_tracklist(
        listing(
            "A Choir | Home",
            "A Choir | The Road",
            "A Choir | Home (Acoustic)",
            "A Choir | Home (Reprise)",
            title="The Show",
        ),
        shelf,
        {},
    )
    assert uris(found) == ["album:0:2", "album:0:3", "album:0:4", "album:0:5"]


def test_songs_are_not_looked_for_on_the_score() -> None:
    shelf = Shelf()
    shelf.put(
        "Rocky IV (Original Motion Picture Score)", [f"Vince DiCola | Cue {n}" for n in range(12)], by="Vince DiCola"
    )
    shelf.put("Rocky IV", ROCKY)
    found = match_tracklist(listing(*ROCKY), shelf, {})
    assert all(match.recording and match.recording.uri.startswith("album:1:") for match in found.matches)
    assert "read album:0" not in shelf.asked


def test_of_two_editions_the_one_that_fits_better_is_taken() -> None:
    shelf = Shelf()
    shelf.put(
        "Rocky IV (Expanded Edition)", [*ROCKY[:5], *(f"Vince DiCola | Suite {n}" for n in range(20))], year="2020"
    )
    shelf.put("Rocky IV", ROCKY)
    found = match_tracklist(listing(*ROCKY), shelf, {})
    assert uris(found) == [f"album:1:{n}" for n in range(1, 11)]


def test_a_compilation_that_shares_some_rows_is_not_the_album() -> None:
    others = [f"Artist {n} | Other Song {n}" for n in "ABCDEF"]
    tracks = rows_of(*ROCKY)
    shared = [Recording(uri=str(n), title=t.title, artists=(t.artist,)) for n, t in enumerate(tracks[:4])]
    rest = [Recording(uri=text, title=text.split(" | ")[1], artists=(text.split(" | ")[0],)) for text in others]
    assert not describes(align(tracks, [*shared, *rest]))
    shelf = Shelf()
    shelf.put("Rocky IV and Other Favourites", [*ROCKY[:4], *others], kind="compilation")
    found = match_tracklist(listing(*ROCKY), shelf, {})
    assert found.no_album == ("rocky 4",)
    assert all(match.found_by != "album" for match in found.matches)


@pytest.mark.parametrize(
    ("title", "by"),
    [
        ("Rocky IV", "The Movie Orchestra"),
        ("Rocky IV (Karaoke Version)", "Various Artists"),
        ("A Tribute to Rocky IV", "Studio All-Stars"),
        ("Rocky IV - Music Inspired by the Film", "Soundtrack Orchestra"),
    ],
)
def test_cover_albums_are_refused(title: str, by: str) -> None:
    album = Album(uri="x", title=title, artists=(by,), total_tracks=10)
    assert likely_albums(listing(*ROCKY), "Rocky IV", [album]) == []


def test_an_artists_album_whose_rows_name_no_artist() -> None:
    shelf = Shelf()
    songs = ["Hunting High and Low", "The Blue Sky", "Train of Thought", "Take On Me"]
    shelf.put("Hunting High and Low", [f"a-ha | {song}" for song in songs], by="a-ha")
    shelf.put("Other", ["Someone | The Blue Sky", "Someone | Train of Thought"])
    tracklist = Tracklist(title="Hunting High and Low", tracks=tuple(Track(title=song) for song in songs))
    assert uris(match_tracklist(tracklist, shelf, {})) == [f"album:0:{n}" for n in range(1, 5)]


def test_a_title_without_an_artist_is_not_guessed(shelf: Shelf) -> None:
    tracklist = Tracklist(title="Things I like", tracks=(Track(title="War"), Track(title="Some Unknown Title")))
    found = match_tracklist(tracklist, shelf, {})
    assert found.matches[0].outcome == "review"
    assert "names no artist" in found.matches[0].reason


def test_a_title_with_a_year_finds_its_album(shelf: Shelf) -> None:
    found = match_tracklist(listing(*ROCKY, title="Rocky IV (1985)"), shelf, {})
    assert uris(found) == [f"album:0:{n}" for n in range(1, 11)]


def test_a_listing_that_is_no_album_wastes_one_question(shelf: Shelf) -> None:
    texts = [ROCKY[0], "a-ha | Take on Me", "Nena | 99 Luftballons", "Falco | Jeanny"]
    first = match_tracklist(listing(*texts, title="The Best of the 80s"), shelf, {})
    assert sum(question.startswith(("albums", "read")) for question in shelf.asked) == 1
    assert uris(first)[0] == "album:0:1"
    shelf.asked.clear()
    match_tracklist(listing(*texts, title="The Best of the 80s"), shelf, {}, no_album=frozenset(first.no_album))
    assert not any(question.startswith(("albums", "read")) for question in shelf.asked)


def test_an_album_is_not_forced_on_a_row(shelf: Shelf) -> None:
    found = match_tracklist(listing(*ROCKY[:5], "Bill Conti | Going the Distance"), shelf, {})
    assert found.matches[5].recording is None


def test_songs_and_score_may_be_two_albums() -> None:
    shelf = Shelf()
    shelf.put("Rocky IV", ROCKY[:5])
    shelf.put(
        "Rocky IV: The Score", [f"Vince DiCola | Cue Number {n}" for n in ("One", "Two", "Three")], by="Vince DiCola"
    )
    texts = [*ROCKY[:5], *(f"Vince DiCola | Cue Number {n}" for n in ("One", "Two", "Three"))]
    found = match_tracklist(listing(*texts, albums=("Rocky IV", "Rocky IV: The Score")), shelf, {})
    assert uris(found) == [*(f"album:0:{n}" for n in range(1, 6)), *(f"album:1:{n}" for n in range(1, 4))]


def test_a_link_is_read_without_a_search(shelf: Shelf) -> None:
    found = match_tracklist(listing(*ROCKY, albums=("some-link",)), shelf, {}, album_uri=lambda text: "album:0")
    assert shelf.asked == ["read album:0"]
    assert all(match.found_by == "album" for match in found.matches)


def test_a_link_to_nothing_is_no_end(shelf: Shelf) -> None:
    found = match_tracklist(listing(*ROCKY[:2], albums=("some-link",)), shelf, {}, album_uri=lambda text: "album:99")
    assert uris(found)[0] == "album:0:1"


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Rocky IV (Original Motion Picture Soundtrack)", "rocky 4"),
        ("Rocky IV: Music from the Motion Picture", "rocky 4"),
        ("The Lost Boys (Original Motion Picture Soundtrack)", "lost boys"),
        ("Amélie (Bande originale du film)", "amelie"),
        ("Soundtrack", "soundtrack"),
    ],
)
def test_bare_names(name: str, bare: str) -> None:
    assert bare_name(name) == bare


def test_a_hundred_by_a_hundred_is_quick() -> None:
    tracks = tuple(Track(title=f"Song {n} of {n * 7919 % 101}", artist=f"Act {n * 31 % 97}") for n in range(100))
    album = [Recording(uri=str(n), title=t.title, artists=(t.artist,)) for n, t in enumerate(tracks)]
    start = time.process_time()
    assert align(tracks, album).fitting == 100
    assert time.process_time() - start < 0.6  # about 0.1 s on an idle machine


def test_a_listing_of_a_thousand_rows_is_no_album() -> None:
    shelf = Shelf()
    shelf.put("Everything", [f"Act {n} | Song {n}" for n in range(20)])
    tracklist = Tracklist(
        title="Everything", tracks=tuple(Track(title=f"Song {n}", artist=f"Act {n}") for n in range(1000))
    )
    found = match_tracklist(tracklist, shelf, {})
    assert not any(question.startswith(("albums", "read")) for question in shelf.asked)
    assert len(found.matches) == 1000
