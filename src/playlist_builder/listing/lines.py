"""A document as lines, whatever its format: what the recognition of rows works on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from playlist_builder.listing.signs import fold, visible
from playlist_builder.listing.words import (
    BONUS,
    COMMENTS,
    LISTING,
    MUSIC,
    NEGATED,
    NOT_TRACKS,
    PLAIN_LISTING,
    RELATED,
    SIDE,
)

LONGEST = 400  # characters of a line that could still be a row with its notes
PROSE = 140  # a line longer than this between rows is a paragraph, not a caption
HEADING = 90  # a longer line is no heading
_PARTED = re.compile(r"\S\s+[-–—]+\s+\S|^\d{1,3}[.)]\s")  # as rows are


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a reader of the page sees it; tabs stay, for they part columns."""

    text: str
    number: int | None = None  # in the source, from 1
    level: int = 0  # of a heading, 1 to 6; 0 where the markup names none
    group: int = 0  # which list of the markup it is an item of; 0 for none
    order: int | None = None  # its place in a numbered list of the markup
    aside: bool = False  # menu, comment, related posts, footer: as the markup says

    @property
    def is_prose(self) -> bool:
        return len(self.text) > PROSE


@dataclass(frozen=True)
class Document:
    """The lines of one page with what its markup says of the whole."""

    lines: tuple[Line, ...]
    title: str = ""  # the page's own, "" where only its lines can tell
    artist: str = ""
    album: str = ""
    year: int | None = None

    @cached_property
    def folded(self) -> list[str]:
        """Each line folded, as far as it is short enough to be a heading; "" for longer ones."""
        return [fold(line.text) if len(line.text) <= HEADING else "" for line in self.lines]

    @cached_property
    def filled(self) -> int:
        """How many lines hold a text."""
        return sum(1 for line in self.lines if line.text)

    @cached_property
    def first(self) -> str:
        """The first short line, folded."""
        return next((folded for folded in self.folded if folded), "")

    @cached_property
    def music(self) -> frozenset[str]:
        """The words of the page that speak of music."""
        text = " ".join([self.title, *(line.text for line in self.lines[:300])])[:30_000]
        return frozenset(found.group() for found in MUSIC.finditer(fold(text)))

    @cached_property
    def asides(self) -> list[bool]:
        """For each line whether it belongs to comments, related posts, credits or a menu."""
        found: list[bool] = []
        until: int | None = None  # an aside lasts until a heading of this level or higher; 0: any, or a listing's
        prose_at = next((at for at, line in enumerate(self.lines) if line.is_prose), 0)
        for at, (line, folded) in enumerate(zip(self.lines, self.folded, strict=True)):
            if until is not None and ((line.level and line.level <= (until or 6)) or begins_listing(line, folded)):
                until = None
            if until is None and not line.aside and (line.level or at >= prose_at) and begins_aside(line, folded):
                until = line.level
            found.append(line.aside or until is not None)
        return found


def begins_aside(line: Line, folded: str) -> bool:
    """Whether the line is a heading under which no track of the listing stands."""
    if not folded or not is_heading(line) or is_side(folded):
        return False
    if begins_listing(line, folded) or line.level == 1 or "|" in line.text:
        return False
    return any(_is_about(pattern, line, folded) for pattern in (COMMENTS, RELATED, NOT_TRACKS))


def _is_about(pattern: re.Pattern[str], line: Line, folded: str) -> bool:
    """Whether a heading is about what the pattern names: it begins so, or the markup says that it is a heading."""
    found = pattern.search(folded)
    if found is None or len(folded.split()) > (8 if line.level else 5):
        return False
    first = not folded[: found.start()].strip("0123456789 ")
    parted = _PARTED.search(line.text) is not None
    return (first and (not parted or pattern is COMMENTS)) or (line.level > 0 and not parted)


def begins_listing(line: Line, folded: str) -> bool:
    """Whether the line is a heading that announces a track listing."""
    if not folded or len(folded.split()) > 7 or not is_heading(line):
        return False
    if PLAIN_LISTING.search(folded):
        return not NEGATED.search(folded)
    found = LISTING.search(folded)
    if not found:
        return False
    blocked = NOT_TRACKS.search(folded) or RELATED.search(folded) or COMMENTS.search(folded)
    return not blocked or len(found.group()) * 2 > len(folded)


def is_heading(line: Line) -> bool:
    """Whether the line can be a heading: by its markup, or short and no sentence."""
    text = line.text.rstrip()
    if line.level:
        return True
    if line.group or not text or len(text) > HEADING:
        return False
    return text[-1] not in ".!;,…" and len(text.split()) <= 9


def is_side(folded: str) -> bool:
    """Whether a folded line names a side, disc, set or the bonus tracks."""
    if len(folded) > 70:
        return False
    return bool(
        SIDE.match(folded) or (BONUS.match(folded) and (len(folded.split()) <= 6 or folded.startswith("bonus")))
    )


def plain_lines(text: str, first: int = 1) -> Iterable[Line]:
    """The lines of plain text, quoted ones of letters marked as asides."""
    for number, raw in enumerate(text.split("\n"), first):
        line = visible(raw).replace("\u00a0", " ").replace("\x0b", " ").replace("\x0c", " ").strip()
        quoted = line.startswith(">")
        yield Line(text=line, number=number, aside=quoted)


def expanded(lines: Iterable[Line]) -> Iterable[Line]:
    """`lines`, with a listing that stands in one line ("1. … 2. … 3. …") as a line for each row."""
    for line in lines:
        parts = _inline(line.text) if len(line.text) > 40 else []
        if parts:
            yield from (replace(line, text=part) for part in parts)
        else:
            yield line


def _inline(text: str) -> list[str]:
    """The rows of a numbered listing within one line, what stands before it first; [] if there is none."""
    if " 2. " not in text and " 2) " not in text and " 02. " not in text and " 02 " not in text:
        return []
    cuts: list[int] = []
    position, number = 0, 1
    while number < 200:
        found = -1
        for form in (f"{number}. ", f"{number}) ", f"{number:02}. ", f"{number:02} ", f"({number}) "):
            at = text.find(form, position)
            if at >= 0 and (at == 0 or text[at - 1] in " \t(,;/|•·") and (found < 0 or at < found):
                found = at
        if found < 0:
            break
        cuts.append(found)
        position, number = found + 2, number + 1
    if len(cuts) < 3 or cuts[0] > 200:
        return []
    ends = [*cuts[1:], len(text)]
    rows = [text[start:end].strip(" \t,;/|•·") for start, end in zip(cuts, ends, strict=True)]
    if any(len(row) > 160 for row in rows[:-1]) or any(len(row) < 4 for row in rows):
        return []
    head = text[: cuts[0]].strip()
    return ([head] if head else []) + rows
