"""Which side the artist stands on: every case's rows, written the other way round and with other signs."""

from __future__ import annotations

from pathlib import Path

import pytest

from playlist_builder.errors import ListingError
from playlist_builder.listing import read

CASES = Path(__file__).parent.parent / "cases" / "listing"
FORMS = (
    "{n}. {artist} - {title}",
    "{n}. {title} - {artist}",
    "{title} – {artist}",
    "{artist} – {title}",
    "{title} / {artist}",
    "{artist}: {title}",
    "{n}. {title} ({artist})",
    "{title} by {artist}",
    "{n}\t{title}\t{artist}",
    "{artist} | {title}",
)


def _names(path: Path) -> list[tuple[str, str]]:
    lines = [
        line.split(" | ") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("title: ")
    ]
    return [(line[0], line[1]) for line in lines]


LISTINGS = [names for names in map(_names, sorted(CASES.glob("*.rows"))) if len({artist for artist, _ in names}) > 2]


def _read(rows: list[tuple[str, str]], form: str) -> list[tuple[str, str]]:
    lines = [form.format(n=n, artist=artist, title=title) for n, (artist, title) in enumerate(rows, 1)]
    try:
        tracks = read("\n".join(["Tracklist", "", *lines]).encode(), "x.txt").tracklist.tracks
    except ListingError:
        return []
    return [(track.artist, track.title) for track in tracks]


@pytest.mark.parametrize("form", FORMS)
def test_nearly_every_row_is_read_from_either_side(form: str) -> None:
    right = sum(len(set(rows) & set(_read(rows, form))) for rows in LISTINGS)
    assert right >= 0.93 * sum(len(set(rows)) for rows in LISTINGS)
