"""Shapes of rows, each as a listing of its own: numbers, dashes, quotes, times, brackets, sides of the artist."""

from __future__ import annotations

import pytest

from playlist_builder.errors import ListingError, UsageError
from playlist_builder.listing import Reading, Source, read, readings

SONGS = (
    ("Survivor", "Burning Heart"),
    ("James Brown", "Living in America"),
    ("Survivor", "Eye of the Tiger"),
    ("Robert Tepper", "No Easy Way Out"),
    ("Go West", "One Way Street"),
)


def _listing(form: str, heading: str = "Tracklist") -> str:
    rows = [
        form.format(
            n=n, down=len(SONGS) + 1 - n, artist=artist, title=title, time=f"3:{n:02}", start=f"{4 * n - 4}:{n:02}"
        )
        for n, (artist, title) in enumerate(SONGS, 1)
    ]
    return "\n".join([heading, "", *rows, ""])


def _read(text: str, name: str = "post.txt") -> Reading:
    return read(text.encode(), name)


@pytest.mark.parametrize(
    "form",
    [
        "{n}. {artist} - {title}",
        "{n}. {artist}- {title}",
        "{n}. {artist} -{title}",
        "{n}) {artist} – {title}",
        "{n}.{artist} — {title}",
        "{n} - {artist} - {title}",
        "0{n} {artist} -- {title}",
        "#{n}: {artist} – {title}",
        "No. {n} {artist} – {title}",
        "[{n}] {artist} − {title}",
        "Number {down}: {artist} – {title}",
        "{artist} - {title}",
        "• {artist} – {title}",
        "- {artist} – {title}",
        "{artist} — {title}",
        "{artist}: {title}",
        '{artist}, "{title}"',
        "{artist} “{title}”",
        "{artist} « {title} »",
        "{artist}「{title}」",
        "{artist}『{title}』",
        '"{title}" by {artist}',
        '"{title}" – {artist}',
        "„{title}“ von {artist}",
        "{n}. {title} by {artist}",
        "{n}. {title} - {artist}",
        "{title} / {artist}",
        "{n}. {title} ({artist})",
        "{n}\t{artist}\t{title}",
        "{artist} | {title}",
        "{artist}      {title}",
        "{n}. {artist} – {title} (1985)",
        "{n}. {artist} – {title} [Scotti]",
        "{n}. **{artist}** – {title}",
        "A{n} {artist} – {title}",
        "1-0{n} {artist} – {title}",
        "{start} {artist} - {title}",
        "[{start}] {artist} - {title}",
        "{n}. [{start}] {artist} - {title}",
        "{artist} - {title} ... {start}",
    ],
)
def test_forms_without_lengths(form: str) -> None:
    tracks = _read(_listing(form), "post.md" if "**" in form else "post.txt").tracklist.tracks
    assert [(track.artist, track.title) for track in tracks] == list(SONGS)
    assert not any(track.duration_ms for track in tracks)


@pytest.mark.parametrize(
    "form",
    [
        "{n}. {artist} – {title} ({time})",
        "{n}. {artist} – {title} [{time}]",
        "{n}. {artist} – {title} – {time}",
        "{n}. {artist} – {title} {time}",
        "{n}. {artist} – {title} ........ {time}",
        "{n}. ({time}) {artist} – {title}",
        "{n} [{time}] {artist} – {title}",
        '{n}. "{title}" ({time}) – {artist}',
        '"{title}" – {artist} – {time}',
        "{n}\t{title}\t{artist}\t{time}",
    ],
)
def test_forms_with_lengths(form: str) -> None:
    text = _listing(form).replace("3:01", "3:41")  # lengths that only grow would be start times
    tracks = _read(text).tracklist.tracks
    assert [(track.artist, track.title) for track in tracks] == list(SONGS)
    assert [track.duration_ms for track in tracks] == [221_000, 182_000, 183_000, 184_000, 185_000]


def test_captions_between_rows_are_left_out_and_told() -> None:
    text = "Track Listing\n\n1. A One- B One\n\nA picture of A One\n\n2. C Two- D Two\n3. A One- E Three\n"
    reading = _read(text)
    assert len(reading.tracklist.tracks) == 3
    assert [(note.line, note.source) for note in reading.notes] == [(5, "A picture of A One")]


def test_gap_in_the_numbers_is_told() -> None:
    reading = _read("Tracklist\n1. X Band - One\n2. X Band - Two\n5. Y Band - Three\n6. Z Band - Four\n")
    assert [note.line for note in reading.notes] == [4]


def test_guessed_side_is_told() -> None:
    reading = _read("Tracklist\nMoon / Sun\nRiver / Stone\nFire / Water\n")
    assert "artist" in reading.notes[0].text


def test_default_artist_of_the_heading() -> None:
    text = "КИНО — Группа крови (1988)\n\nТреклист:\n\n01. Группа крови [4:46]\n02. Война [4:04]\n03. Легенда [4:10]\n"
    listing = _read(text).tracklist
    assert (listing.title, listing.artist, listing.year) == ("Группа крови", "КИНО", 1988)
    assert {track.artist for track in listing.tracks} == {"КИНО"}


def test_versions_stay_and_credits_go() -> None:
    text = (
        "Tracklist\n1. A Band - One (Live)\n2. B Band - Two [Radio Edit] (1985)\n3. A Band - Three (prod. by C)\n"
        '4. D Band - Four (From "Film")\n5. E feat. F - Five - Remastered 2009\n'
    )
    titles = [track.title for track in _read(text).tracklist.tracks]
    assert titles == ["One (Live)", "Two [Radio Edit]", "Three", 'Four (From "Film")', "Five - Remastered 2009"]


def test_several_listings_are_told_best_first() -> None:
    one = "\n".join(f"{n}. A Band - Song {w}" for n, w in enumerate(("Red", "Blue", "Green", "White"), 1))
    other = "\n".join(f"{n}. B Band - Tune {w}" for n, w in enumerate(("Up", "Down", "Left"), 1))
    text = f"# First tracklist\n\n{one}\n\n# Second tracklist\n\n{other}\n"
    found = readings(Source(text.encode(), "two.md"))
    assert [len(reading.tracklist.tracks) for reading in found] == [4, 3]


@pytest.mark.parametrize("text", ["Nothing here.", "1. One\n2. Two", "A - B", "Dear all,\n\nhello - and goodbye.\n"])
def test_no_listing(text: str) -> None:
    with pytest.raises(ListingError, match=r"^x\.txt"):
        _read(text, "x.txt")


def test_unknown_format() -> None:
    with pytest.raises(UsageError, match="Known"):
        readings(Source(b"x", "x.txt"), "word")
