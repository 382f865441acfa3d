"""What a page's title says of a listing whose rows name no artist, and what a person is told of the rest."""

from __future__ import annotations

import pytest

from playlist_builder.listing import Source, readings
from playlist_builder.listing.source import Reading

TITLES = ("Place to Be", "Road", "Which Will", "Horn", "Things Behind the Sun", "Know", "Parasite")
PROSE = (
    "It lasts twenty-eight minutes and there is nothing on it that does not have to be there, just a voice, a guitar "
    "and one piano, recorded in two nights."
)


def _read(text: str) -> Reading:
    return readings(Source(text.encode(), "x.txt"))[0]


@pytest.mark.parametrize(
    "heading",
    [
        "Nick Drake – Pink Moon (1972)",
        "Nick Drake - Pink Moon",
        "Pink Moon by Nick Drake",
        "Revisited: Pink Moon by Nick Drake",
        "Pink Moon, by Nick Drake (Island, 1972)",
        "Nick Drake: Pink Moon",
        "Nick Drake „Pink Moon“",
        "“Pink Moon” – Nick Drake",
        'Nick Drake\'s "Pink Moon" turns 50',
        "Nick Drake / Pink Moon",
        "Nick Drake | Pink Moon | Full Album",
        "Nick Drake • Pink Moon",
        "Nick Drake, Pink Moon (1972)",
        "Pink Moon (Nick Drake, 1972)",
        "Pink Moon de Nick Drake (1972)",
        "Album review: Nick Drake - Pink Moon",
        "Artist: Nick Drake / Album: Pink Moon",
    ],
)
@pytest.mark.parametrize("form", ["{n}. {title}", "{title} 2:1{n}"])
def test_the_artist_of_an_album_is_found_in_every_form_of_its_heading(heading: str, form: str) -> None:
    rows = "\n".join(form.format(n=n, title=title) for n, title in enumerate(TITLES))
    tracks = _read(f"{heading}\n\n{PROSE}\n\nTracklist\n{rows}\n").tracklist.tracks
    assert [(track.artist, track.title) for track in tracks] == [("Nick Drake", title) for title in TITLES]


@pytest.mark.parametrize(
    "heading", ["Friday playlist: Rainy Songs", "What we heard / March", "Great Albums: Pink Moon"]
)
def test_a_title_that_only_looks_like_one_names_no_artist(heading: str) -> None:
    rows = "\n".join(f"{n}. {title} (2:1{n})" for n, title in enumerate(TITLES))
    tracks = _read(f"{heading}\n\n{PROSE}\n\nTracklist\n{rows}\n").tracklist.tracks
    assert {track.artist for track in tracks} == {""}


def test_notes_say_what_was_left_out_and_what_is_missing() -> None:
    text = (
        "Tracklist\n1. Can - Vitamin C\nJaki behind the drums\n2. Neu! - Hero\n4. Faust - Jennifer\n"
        "5. Cluster - Hollywood\n8. Can - Moonshake\n"
    )
    assert [(note.text, note.line) for note in _read(text).notes] == [
        ("Left out between two rows (a caption?).", 3),
        ("Number 3 is missing.", 5),
        ("Numbers 6 to 7 are missing.", 7),
    ]


def test_many_lines_between_rows_are_told_once() -> None:
    rows = "\n\n".join(f"“{title}” – Nick Drake\nA remark on that one, number {n}." for n, title in enumerate(TITLES))
    notes = _read(f"Songs\n\n{rows}\n").notes
    assert [note.text for note in notes] == ["Left out: the 6 lines between the rows, of which this is the first."]
