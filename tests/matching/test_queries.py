"""What is sent to a search: never empty, never syntax, never too long, in the row's own script."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.matching.queries import LONGEST, MAX_QUERIES, album_query, ladder
from playlist_builder.model import Track


def texts(artist: str, title: str, **more: str) -> list[str]:
    return [query.text for query in ladder(Track(artist=artist, title=title, **more))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("artist", "title", "first"),
    [
        ("Fleetwood Mac", "Don't Stop", "Don't Stop Fleetwood Mac"),
        ("Fleetwood Mac", "Don’t Stop", "Don't Stop Fleetwood Mac"),
        ("Amadou & Mariam", "Beaux dimanches", "Beaux dimanches Amadou Mariam"),
        ("Sixx:A.M.", "Life Is Beautiful", "Life Is Beautiful Sixx A.M."),
        ("-M-", "Je dis aime", "Je dis aime M"),
        ("Incubus", "12/21", "12 21 Incubus"),
        ("AC/DC", "T.N.T.", "T.N.T. AC/DC"),
        ("Sigur Rós", "Hoppípolla", "Hoppípolla Sigur Rós"),
        ("X JAPAN", "紅", "紅 X JAPAN"),
        ("Кино", "Группа крови", "Группа крови Кино"),
        ("Daft Punk feat. Pharrell Williams", "Get Lucky (feat. Pharrell Williams)", "Get Lucky Daft Punk"),
        ("Lorde", 'Everybody Wants to Rule (From "The Hunger Games: Catching Fire")', "Everybody Wants to Rule Lorde"),
        ("Pearl Jam", "Black (Live at Wembley)", "Black Live at Wembley Pearl Jam"),
        ("Queen", "Killer Queen [Official Video]", "Killer Queen Queen"),
        ("a OR b", "NOT AND", "not and a or b"),
        ("track:bar", "isrc:US artist:foo", "isrc US artist foo track bar"),
        ("a-ha", "Take On Me", "Take On Me a-ha"),
        ("Otis Redding", "(Sittin' On) the Dock of the Bay", "the Dock of the Bay Otis Redding"),
        ("Nobody", "(Untitled)", "Untitled Nobody"),
        ("!!!", "Myth Takes", "Myth Takes !!!"),
    ],
)
def test_the_first_question(artist: str, title: str, first: str) -> None:
    assert texts(artist, title)[0] == first


def test_the_ladder_of_a_long_credit() -> None:
    steps = [
        (query.step, query.text)
        for query in ladder(Track(title="Double or Nothing", artist="Kenny Loggins and Gladys Knight"))
    ]
    assert steps == [
        ("plain", "Double or Nothing Kenny Loggins and Gladys Knight"),
        ("artist-fallback", "Double or Nothing Kenny Loggins"),
        ("artist-fallback", "Double or Nothing Gladys Knight"),
        ("title-only", "Double or Nothing"),
        ("track+artist", 'track:"Double or Nothing" artist:"Kenny Loggins"'),
    ]


def test_filters_hold_no_apostrophe_ampersand_or_colon() -> None:
    for artist, title in (("Guns N' Roses", "Sweet Child o' Mine"), ("Love & Rockets", "So: Alive & Well")):
        last = ladder(Track(artist=artist, title=title))[-1].text
        assert last.startswith("track:")
        assert not re.search("['’&]", last)
        assert last.count(":") == 2


def test_an_isrc_comes_first() -> None:
    queries = ladder(Track(title="T.N.T.", artist="AC/DC", isrc="AUAP07500001"))
    assert (queries[0].step, queries[0].text) == ("isrc", "isrc:AUAP07500001")


def test_a_row_without_an_artist() -> None:
    assert texts("", "War") == ["War"]
    assert texts("", "War", album="Rocky IV") == ["War Rocky IV", "War"]


def test_a_row_without_words_asks_nothing() -> None:
    assert texts("Somebody", "") == []
    assert texts("Somebody", " () ") == []


@given(st.text(max_size=400), st.text(max_size=400))
def test_every_question_can_be_sent(artist: str, title: str) -> None:
    queries = ladder(Track(artist=artist, title=title))
    assert len(queries) <= MAX_QUERIES
    assert len({query.text.casefold() for query in queries}) == len(queries)
    for query in queries:
        assert query.text.strip()
        assert len(query.text) <= LONGEST + len('track:"" artist:""')
        if query.step != "track+artist":
            assert ":" not in query.text
            assert '"' not in query.text


@pytest.mark.parametrize(
    ("name", "artist", "text"),
    [
        ("Rocky IV", None, "Rocky IV"),
        ("Rocky IV: The Album", "Various Artists", "Rocky IV The Album"),
        ("Hunting High and Low", "a-ha", "Hunting High and Low a-ha"),
        ("", None, ""),
    ],
)
def test_albums(name: str, artist: str | None, text: str) -> None:
    assert album_query(name, artist).text == text
