"""Hostile and broken input: a listing or a `ListingError`, never another exception, and in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playlist_builder.errors import ListingError
from playlist_builder.listing import FORMATS, SUFFIXES, Source, readings

FUZZ = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], database=None)
SIGNS = st.sampled_from(
    [
        "1. ", "2) ", " - ", " – ", "\n", "\n\n", "\t", " | ", "\"", "“", "”", "「", "」", "(", ")", "[", "]", "{{",
        "}}", "{|", "|-\n", "|}", "'''", "#", "* ", "<li>", "</li>", "<td>", "<tr>", "<table>", "<br>", "</ol>",
        "&amp;", "3:45", "0:00", ",", ";", "artist", "title", "Tracklist\n", "Side A\n", "by ", "#EXTINF:1,",
        "File1=", "Title1=", "[b]", "[/b]", "[*]", "TRACK 01 AUDIO\n", "INDEX 01 00:00:00\n", "---\n", "tracks:\n",
        "- ", ": ", "[[track]]\n", "\x1b[31m", "\x00", "\ufeff", "\u202e", "é", "曲", "🎵", "[[", "]]", "|title1=",
        "A1 ", "Артист",
    ]
)  # fmt: skip


def _reads_or_refuses(content: bytes, name: str, format: str | None = None) -> None:
    try:
        found = readings(Source(content, name), format)
    except ListingError as error:
        if not str(error).startswith(name):
            raise
        return
    for reading in found:
        assert reading.tracklist.tracks
        for track in reading.tracklist.tracks:
            assert track.title == " ".join(track.title.split())
            assert not any(c < " " or c in "\x7f\x9b\u202e" for c in track.title + track.artist)


@FUZZ
@given(st.binary(max_size=400), st.sampled_from(SUFFIXES))
def test_any_bytes(content: bytes, suffix: str) -> None:
    _reads_or_refuses(content, f"x{suffix}")


@FUZZ
@given(st.text(max_size=300), st.sampled_from(FORMATS))
def test_any_text_in_any_format(text: str, format: str) -> None:
    _reads_or_refuses(text.encode("utf-8", "replace"), "x", format)


@settings(FUZZ, max_examples=300)
@given(st.lists(st.one_of(SIGNS, st.text(max_size=6)), max_size=60).map("".join), st.sampled_from([*SUFFIXES, ""]))
def test_any_mixture_of_the_signs_of_formats(text: str, suffix: str) -> None:
    _reads_or_refuses(text.encode("utf-8", "replace"), f"x{suffix}")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 10, "binary"),
        (b"a" * 20_000_001, "too large"),
        (b"a,b\n" * 400_000, "too many"),
    ],
)
def test_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ListingError, match=reason):
        readings(Source(content, "x.csv"))


def test_escapes_and_controls_are_stripped_from_names() -> None:
    text = (
        "Tracklist\n1. A\x1b[31m Band\x1b[0m - One\x07\n2. B\u202e Band - Two\n3. C Band - \x1b]0;title\x07Three\x9b\n"
    )
    tracks = readings(Source(text.encode(), "x.txt"))[0].tracklist.tracks
    assert [(t.artist, t.title) for t in tracks] == [("A Band", "One"), ("B Band", "Two"), ("C Band", "Three")]


def _numbered(count: int) -> str:
    return "Tracklist\n" + "\n".join(
        f"{n}. Band {n % 97} - Song {n * 7919 % 9973} ({n % 5 + 1}:{n % 50 + 10})" for n in range(1, count + 1)
    )


def _prose(size: int) -> str:
    sentence = "The band plays on the record what nobody has heard since, and the song goes on for a while. "
    paragraph = sentence * 6 + "\n\n"
    return paragraph * (size // len(paragraph))


HOSTILE: dict[str, Callable[[], str]] = {
    "line.txt": lambda: "a - b " * 170_000,
    "line.md": lambda: "**a* " * 200_000,
    "pictures.md": lambda: "![" * 300_000,
    "links.md": lambda: "[a](" * 200_000,
    "quotes.txt": lambda: '"' * 1_000_000,
    "dots.txt": lambda: ("a" + " ." * 150 + "\n") * 2_000,
    "brackets.txt": lambda: ("a (b" * 60 + ")" * 60 + " - c\n") * 1_000,
    "numbers.txt": lambda: "\n".join(map(str, range(20_000))),
    "templates.wiki": lambda: "{{a|" * 100_000 + "}}" * 100_000,
    "open.wiki": lambda: "{{" * 300_000,
    "comments.wiki": lambda: "<!--" * 200_000,
    "references.wiki": lambda: "<ref>" * 200_000,
    "tables.wiki": lambda: "{|\n" * 100_000,
    "tags.bbcode": lambda: "[b]" * 100_000 + "[/b]" * 3,
    "empty.txt": lambda: "\n" * 290_000 + "a - b",
    "empty.html": lambda: "<p>x" + "\n" * 290_000 + "a - b",
    "stars.txt": lambda: ("*" * 390 + "x\n") * 3_000,
    "words.txt": lambda: "a" * 88 + "\n\nTracklist\n" + _numbered(300),
    "heading.md": lambda: "# " + "a" * 88 + "\n\n" + _numbered(300),
    "empty.wiki": lambda: "{{Track listing\n" + "| title1 = a\n" * 3_000 + "}}\n" + "\n" * 100_000,
    "lines.wiki": lambda: "{{Track listing\n" + "".join(f"| title{n} = a\n" for n in range(20_000)) + "}}",
    "aliases.yaml": lambda: "a: &a [x]\nb: [" + "*a," * 50_000 + "]",
    "blocks.txt": lambda: "Song\nBand\n\n" * 20_000,
    "deep.html": lambda: "<div>" * 200_000 + "x",
    "lists.html": lambda: "<ol><li>" * 100_000,
    "spans.html": lambda: "<table>" + "<tr><td colspan=50 rowspan=50>x" * 10_000,
    "deep.json": lambda: "[" * 500_000,
    "deep.xspf": lambda: '<playlist xmlns="http://xspf.org/ns/0/">' + "<a>" * 100_000,
    "deep.xml": lambda: '<plist version="1.0">' + "<array>" * 100_000,
    "deep.yaml": lambda: "[" * 50_000,
    "quote.csv": lambda: 'artist,title\n"a,b\n' + "c,d\n" * 50_000,
    "wide.csv": lambda: "artist,title" + ",x" * 50_000 + "\na,b" + ",y" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_soon(name: str) -> None:
    content = HOSTILE[name]().encode()
    start = time.process_time()
    _reads_or_refuses(content, name)
    assert time.process_time() - start < 5


def test_ten_thousand_rows() -> None:
    readings(Source(_numbered(10).encode(), "x.txt"))
    start = time.process_time()
    found = readings(Source(_numbered(10_000).encode(), "x.txt"))
    assert time.process_time() - start < 2
    assert len(found[0].tracklist.tracks) == 10_000


def test_five_megabytes_of_prose() -> None:
    start = time.process_time()
    _reads_or_refuses(_prose(5_000_000).encode(), "x.txt")
    assert time.process_time() - start < 3
