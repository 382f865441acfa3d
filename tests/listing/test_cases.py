"""Whole texts, found by directory: `NAME.EXT` with the rows that a careful person would type in `NAME.rows`.

A `.rows` file has one row a line, "artist | title | length"; an empty one says that the text holds no listing. Its
first line may be "title: …".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from playlist_builder.errors import ListingError
from playlist_builder.listing import read
from playlist_builder.listing.toml import duration_text

CASES = Path(__file__).parent.parent / "cases" / "listing"
NAMES = sorted(path.stem for path in CASES.glob("*.rows"))


def _text(name: str) -> Path:
    return next(path for path in CASES.glob(f"{name}.*") if path.suffix != ".rows")


def _rows(path: Path) -> tuple[list[str], str | None]:
    try:
        listing = read(path.read_bytes(), path.name).tracklist
    except ListingError:
        return [], None
    rows = [
        f"{track.artist} | {track.title}" + (f" | {duration_text(track.duration_ms)}" if track.duration_ms else "")
        for track in listing.tracks
    ]
    return rows, listing.title


@pytest.mark.parametrize("name", NAMES)
def test_reads_what_a_careful_person_would_type(name: str) -> None:
    wanted = (CASES / f"{name}.rows").read_text(encoding="utf-8").splitlines()
    title = wanted.pop(0).removeprefix("title: ") if wanted and wanted[0].startswith("title: ") else None
    rows, read_title = _rows(_text(name))
    assert rows == wanted
    assert title is None or read_title == title


def test_every_case_has_one_text() -> None:
    assert len(NAMES) > 40
    for name in NAMES:
        assert len([path for path in CASES.glob(f"{name}.*") if path.suffix != ".rows"]) == 1
