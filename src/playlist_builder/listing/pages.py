"""What pages of any markup have in common: tables among lines, and which of all their listings is the best."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from playlist_builder.listing import headings
from playlist_builder.listing.columns import field_of, read_table
from playlist_builder.listing.lines import Document, begins_listing
from playlist_builder.listing.prose import find
from playlist_builder.listing.rows import Row
from playlist_builder.listing.signs import clean
from playlist_builder.listing.source import Reading
from playlist_builder.listing.weigh import ENOUGH
from playlist_builder.model import Tracklist


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a table, each row with its line, and where among the document's lines it stands."""

    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int | None, ...]
    at: int
    aside: bool = False


def best_first(document: Document, grids: Sequence[Grid], format: str) -> tuple[Reading, ...]:
    """Every listing in the document's tables and lines, best first."""
    found = [one for grid in _joined(document, grids) if (one := _from_grid(document, grid, format)) is not None]
    found += find(document, format)
    found.sort(key=lambda one: -one[0])
    return tuple(reading for _, reading in found)


def _joined(document: Document, grids: Sequence[Grid]) -> list[Grid]:
    """Tables with the same head in a row, such as one for each side, as one."""
    joined: list[Grid] = []
    for grid in grids:
        last = joined[-1] if joined else None
        if last and _go_on(last, grid) and not _parted(document, last.at, grid.at):
            first = 0 if _is_headless(grid) else 1
            joined[-1] = replace(
                last, rows=last.rows + grid.rows[first:], numbers=last.numbers + grid.numbers[first:], at=last.at
            )
        else:
            joined.append(grid)
    return joined


def _go_on(last: Grid, grid: Grid) -> bool:
    """Whether two tables have the same head, or none and the same number of columns."""
    if not last.rows or not grid.rows:
        return False
    if last.rows[0] == grid.rows[0]:
        return True
    return _is_headless(last) and _is_headless(grid) and _width(last) == _width(grid)


def _is_headless(grid: Grid) -> bool:
    return not any(len({field_of(cell) for cell in row if len(cell) < 60} - {None}) > 1 for row in grid.rows[:3])


def _width(grid: Grid) -> int:
    return Counter(len(row) for row in grid.rows).most_common(1)[0][0]


def _parted(document: Document, start: int, end: int) -> bool:
    """Whether more than sides' names and captions stand between two tables."""
    between = [at for at in range(start, min(end, len(document.lines))) if document.lines[at].text]
    return len(between) > 4 or any(begins_listing(document.lines[at], document.folded[at]) for at in between)


def _from_grid(document: Document, grid: Grid, format: str) -> tuple[float, Reading] | None:
    at = min(grid.at, len(document.lines) - 1) if document.lines else 0
    place = (Row(at=at, body=""),)
    album = headings.album_of(document, place) if document.lines else headings.Album(document.album, document.artist)
    table = read_table(grid.rows, grid.numbers, album.artist if album.certain else "", headless=True)
    if table is None:
        return None
    score = table.score + (1.5 if _announced(document, at) else 0.0)
    if grid.aside or (document.lines and document.asides[at]):
        score -= 5.0
    if score < ENOUGH:
        return None
    named = bool(album.name and (album.certain or document.album))
    title = (headings.title_of(document, place, album) if document.lines or named else "") or table.title
    listing = Tracklist(
        title=title,
        tracks=table.tracks,
        albums=(album.name,) if named else (),
        year=album.year if album.certain else None,
    )
    return score, Reading(tracklist=listing, format=format, notes=table.notes)


def _announced(document: Document, at: int) -> bool:
    seen = 0
    for index in range(at, max(-1, at - 12), -1):
        line = document.lines[index]
        if line.text:
            if begins_listing(line, document.folded[index]):
                return True
            seen += 1
            if seen > 3:
                return False
    return False


def front_matter_title(lines: Sequence[str]) -> tuple[str, int]:
    """(the title in a page's front matter, the index of the first line after it); ("", 0) without front matter."""
    if not lines or lines[0].strip() != "---":
        return "", 0
    title = ""
    for at, line in enumerate(lines[1:200], 1):
        if line.strip() in ("---", "..."):
            return title, at + 1
        if found := re.match(r"title\s*:\s*(.+)$", line):
            title = clean(found.group(1)).strip("\"'")
    return "", 0
