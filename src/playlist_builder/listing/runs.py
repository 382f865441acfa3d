"""Runs of rows that belong together: numbered, timed, items of one list, or lines cut by the same sign."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from playlist_builder.listing.lines import Document, begins_listing, is_side
from playlist_builder.listing.rows import Row
from playlist_builder.listing.signs import DASHES, fold
from playlist_builder.listing.words import CREDIT_LINE, RELATED

_D = "-" + DASHES
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("kagi", re.compile(r"[「『].+[」』]")),
    ("quote", re.compile(r"^[\"“„«»].+[\"”“«»]|[\"“„«»][^\"“”„«»]+[\"”“«»]\W*$")),
    ("pipe", re.compile(r"\S\s*[|｜]\s*\S")),
    ("tab", re.compile(r"\S\t+\S")),
    ("dash", re.compile(rf"\S(?:\s+[{_D}]+\s+|[{_D}]+\s+|\s+[{_D}]+|[—–])\S")),
    ("slash", re.compile(r"\S(?:\s+/\s+|／)\S")),
    ("by", re.compile(r"\S\s+(?:by|von)\s+\S")),
    ("leaders", re.compile(r"\w\s*(?:\.{4,}|…{2,}|_{4,})\s*[^\s.\d]")),
    ("colon", re.compile(r"\S\s?[:：]\s+\S|\S：\S")),
    ("spaces", re.compile(r"\S\s{3,}\S")),
)
_FAR = 40  # lines between two rows of a numbered listing, at most


@dataclass(frozen=True, slots=True)
class Run:
    """Rows of one kind in order."""

    kind: str
    rows: tuple[Row, ...]


class Gap:
    """What stands between two rows."""

    def __init__(self, document: Document, start: int, end: int) -> None:
        self.size = end - start - 1
        self.below = start + 1
        self.filled = [i for i in range(start + 1, end) if document.lines[i].text]
        lines, folded = document.lines, document.folded
        self.sides = [i for i in self.filled if is_side(folded[i])]
        self.prose = [i for i in self.filled if lines[i].is_prose]
        self.listing = [i for i in self.filled if begins_listing(lines[i], folded[i]) and i not in self.sides]
        self.headings = [i for i in self.filled if lines[i].level and i not in self.sides]
        asides = document.asides
        headed = any(asides[i] and not lines[i].aside for i in self.filled)  # not a mere advert in the markup
        self.aside = (headed or asides[end]) != asides[start]
        self.captions = [i for i in self.filled if i not in self.sides and not _is_note(lines[i].text)]

    @property
    def is_remark(self) -> bool:
        """Nothing but one paragraph right below the first row, parted from the second."""
        return len(self.filled) == 1 and self.below == self.filled[0] and self.size > 1

    @property
    def part_of_listing(self) -> bool:
        """Nothing but blank lines, notes and names of sides or discs."""
        return not self.captions


def _is_note(text: str) -> bool:
    bracketed = text[:1] in "([（［" and text[-1:] in ")]）］"
    return bracketed or bool(CREDIT_LINE.match(text)) or text in ("Play Video", "Anzeige", "ADVERTISEMENT")


def runs_of(document: Document, rows: Sequence[Row]) -> Iterator[Run]:
    """Every run of two or more rows, of every kind; runs of different kinds overlap."""
    numbered = [row for row in rows if row.number is not None]
    yield from _joined("number", numbered, document, _numbers_join)
    listed = [row for row in rows if document.lines[row.at].group]
    yield from _joined("list", listed, document, _items_join)
    timed = [row for row in rows if (row.trail or row.lead) and not document.lines[row.at].is_prose]
    yield from _joined("time", timed, document, _lines_join)
    short = [row for row in rows if len(row.body) <= 160]
    for kind, pattern in _KINDS:
        having = [row for row in short if pattern.search(row.body) and not _points_elsewhere(row.body)]
        for run in _joined(kind, having, document, _lines_join):
            yield Run(kind, tuple(_trimmed(document, run.rows)))
    yield from _under_headings(document, short)


def _points_elsewhere(body: str) -> bool:
    """Whether a row is "Next time: …" or the like."""
    label, colon, _ = body.partition(":")
    return bool(colon) and len(label) < 40 and bool(RELATED.match(fold(label)))


def _trimmed(document: Document, rows: Sequence[Row]) -> list[Row]:
    """`rows` without one at either end that a caption parts from the others: it only looks like them.

    Where remarks stand between most rows they part nothing.
    """
    kept = list(rows)
    within = rows[1:60]
    parted = sum(1 for last, row in pairwise(within) if Gap(document, last.at, row.at).captions)
    if len(within) > 2 and parted >= 0.8 * (len(within) - 1):
        return kept
    while len(kept) > 2 and Gap(document, kept[-2].at, kept[-1].at).captions:
        kept.pop()
    while len(kept) > 2 and Gap(document, kept[0].at, kept[1].at).captions:
        kept.pop(0)
    return kept


def _joined(
    kind: str, rows: Sequence[Row], document: Document, joins: Callable[[Document, Row, Row], bool]
) -> Iterator[Run]:
    current: list[Row] = []
    for row in rows:
        if current and not joins(document, current[-1], row):
            if len(current) > 1:
                yield Run(kind, tuple(current))
            current = []
        current.append(row)
    if len(current) > 1:
        yield Run(kind, tuple(current))


def _numbers_join(document: Document, last: Row, row: Row) -> bool:
    number = row.number or 0
    if row.at - last.at > _FAR:
        return False
    if row.at - last.at == 1 and row.side == last.side and (row.number or 0) - (last.number or 0) == 1:
        return document.asides[row.at] == document.asides[last.at]
    gap = Gap(document, last.at, row.at)
    if gap.aside:
        return False
    step = number - (last.number or 0)
    new_side = row.side != last.side
    if new_side and not (row.side and last.side):
        return False
    if step == 1 and not new_side:
        return not gap.listing or gap.part_of_listing
    if step == -1 and not new_side and number > 0:
        return len(gap.filled) <= 12
    if number <= 1 or new_side:
        close = len(gap.captions) <= (2 if gap.sides or new_side else 0)
        return (close or _same_list(document, last, row)) and not gap.prose and not gap.headings
    return -1 < step <= 6 and len(gap.captions) <= 3 and not gap.headings and not gap.listing


def _same_list(document: Document, last: Row, row: Row) -> bool:
    group = document.lines[last.at].group
    return group != 0 and document.lines[row.at].group == group


def _items_join(document: Document, last: Row, row: Row) -> bool:
    if row.at - last.at > _FAR:
        return False
    gap = Gap(document, last.at, row.at)
    if gap.aside:
        return False
    if _same_list(document, last, row):
        return not gap.headings
    return len(gap.captions) <= 2 and not gap.headings and not gap.prose and not gap.listing


def _lines_join(document: Document, last: Row, row: Row) -> bool:
    if row.at - last.at > 16:
        return False
    if row.at - last.at == 1 and document.lines[last.at].group == document.lines[row.at].group:
        return document.asides[row.at] == document.asides[last.at]
    gap = Gap(document, last.at, row.at)
    if gap.aside or gap.headings or gap.listing or (gap.prose and not gap.is_remark):
        return False
    if document.lines[last.at].group != document.lines[row.at].group:
        return not gap.captions
    return len(gap.captions) <= 2


def _under_headings(document: Document, rows: Sequence[Row]) -> Iterator[Run]:
    """Short plain lines right under a heading that announces a listing, up to the next paragraph."""
    by_line = {row.at: row for row in rows}
    at, count = 0, len(document.lines)
    while at < count:
        at += 1
        if begins_listing(document.lines[at - 1], document.folded[at - 1]) or is_side(document.folded[at - 1]):
            block, at = _block(document, by_line, at)
            if len(block) > 1 and sum(1 for row in block if row.number is not None) * 3 <= len(block):
                yield Run("plain", tuple(block))


def _block(document: Document, by_line: Mapping[int, Row], at: int) -> tuple[list[Row], int]:
    """(the rows from line `at` on, the line after them): one to a line, or with a blank line after each."""
    block: list[Row] = []
    blanks, spaced = 0, False
    while at < len(document.lines):
        line, folded = document.lines[at], document.folded[at]
        if not line.text:
            blanks += 1
        elif is_side(folded):
            blanks = -1
        elif _ends_block(document, at) or at not in by_line or (block and blanks > (1 if spaced else 0)):
            break
        else:
            spaced = spaced or (len(block) == 1 and blanks == 1)
            if block and blanks == 1 and not spaced:
                break
            block.append(by_line[at])
            blanks = 0
        at += 1
    return block, at


def _ends_block(document: Document, at: int) -> bool:
    line = document.lines[at]
    return bool(line.level) or len(line.text) > 90 or begins_listing(line, document.folded[at])
