"""Tables as text: commas, semicolons, tabs or bars between cells; exports of services and programs, and hand-made."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator

from playlist_builder.errors import ListingError
from playlist_builder.listing.columns import Table, field_of, read_table
from playlist_builder.listing.source import Reading, Source
from playlist_builder.model import Tracklist

_DELIMITERS = (",", ";", "\t", "|")
_MOST_LINES_OF_A_CELL = 50
_SUFFIXES = (".csv", ".tsv", ".tab")


def detect(source: Source) -> bool:
    if source.suffix in _SUFFIXES:
        return True
    for line in source.lines[:15]:
        for delimiter in _DELIMITERS:
            cells = [cell.strip().strip('"') for cell in line.split(delimiter)] if line.count(delimiter) >= 1 else []
            fields = {field_of(cell) for cell in cells if len(cell) < 60} - {None, "other"}
            if "title" in fields and len(fields) >= 2 and len(cells) <= 60:
                return not line.strip().startswith("|") and "://" not in line and _is_table(source, delimiter)
    return False


def _is_table(source: Source, delimiter: str) -> bool:
    """Whether most lines have the delimiter: not one line of prose, nor a table within a page."""
    filled = [line for line in source.lines[:400] if line.strip()]
    return sum(1 for line in filled if delimiter in line) >= 0.7 * len(filled) and len(filled) >= 2


def parse(source: Source) -> tuple[Reading, ...]:
    """The listing in the table; () for a table of other things; raises `ListingError` for unbalanced quotes."""
    delimiter = _delimiter(source)
    rows, lines = [], []
    for row, line in _rows(source, delimiter):
        rows.append(row)
        lines.append(line)
    table: Table | None = read_table(rows, lines, headless=True)
    if table is None or table.score < 2.0:
        return ()
    listing = Tracklist(title=table.title, tracks=table.tracks)
    return (Reading(tracklist=listing, format="csv", notes=table.notes),)


def _delimiter(source: Source) -> str:
    """The sign that parts the same number of cells in the most lines."""
    lines = [line for line in source.lines[:200] if line.strip()]
    if source.suffix in (".tsv", ".tab") and any("\t" in line for line in lines):
        return "\t"

    def evenness(delimiter: str) -> tuple[float, int]:
        counts = Counter(_outside_quotes(line, delimiter) for line in lines)
        counts.pop(0, None)
        if not counts:
            return (0.0, 0)
        width, times = counts.most_common(1)[0]
        return (times / max(1, len(lines)), width)

    heads = {d: _heads(lines, d) for d in _DELIMITERS}
    return max(_DELIMITERS, key=lambda d: (heads[d], *evenness(d)))


def _heads(lines: list[str], delimiter: str) -> int:
    """The most column names that a line has when cut at the delimiter."""
    return max(
        (len({field_of(c.strip().strip('"')) for c in line.split(delimiter)[:60]} - {None}) for line in lines[:15]),
        default=0,
    )


def _outside_quotes(line: str, delimiter: str) -> int:
    return re.sub(r'"[^"]*"', "", line).count(delimiter)


def _rows(source: Source, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Each row with the line on which it begins."""
    reader = csv.reader(iter(_with_ends(source)), delimiter=delimiter, skipinitialspace=True)
    start = 1
    try:
        for row in reader:
            if reader.line_num - start > _MOST_LINES_OF_A_CELL:
                raise _unclosed(source, start)
            yield row, start
            start = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise _unclosed(source, start) from error
        raise ListingError(f"{source.name}:{start}: not a valid table: {error}.") from error


def _unclosed(source: Source, line: int) -> ListingError:
    return ListingError(
        f'{source.name}:{line}: a quote (") is opened here and not closed. Close it, or double the quotes inside texts.'
    )


def _with_ends(source: Source) -> Iterator[str]:
    return (line.replace("\0", "") + "\n" for line in source.lines)
