"""The track listings in a document of any markup: every run of rows is weighed, the best are told.

What speaks for a listing and against it is summed in points; `ENOUGH` points make one. Sides, credits and titles are
decided for the listing as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from playlist_builder.listing import headings
from playlist_builder.listing.brackets import Habit, habit_of, without_notes, without_remarks, without_year
from playlist_builder.listing.lines import Document
from playlist_builder.listing.rows import Row, rows_of
from playlist_builder.listing.runs import Run, runs_of
from playlist_builder.listing.signs import clean, fold, unquoted
from playlist_builder.listing.source import Note, Reading
from playlist_builder.listing.split import Splitting, Surroundings, sample, split
from playlist_builder.listing.times import is_range, milliseconds
from playlist_builder.listing.weigh import ENOUGH, weigh
from playlist_builder.listing.words import CREDIT_LINE, FILLER, TOTALS
from playlist_builder.model import Track, Tracklist

_GUESS = 1.5  # a lead below this is told as a guess
_QUOTED = re.compile(r"[\"“„«「『»]([^\"“”„«»「」『』\n]{2,60}?)[,.!?]?[\"”“»」』«]")
_PART = re.compile(
    r"^\W*(?:side|seite|face|cara|lado|lato|cd|disc|disk|disque|disco|strona|сторона)\s(?:[a-h]|\d{1,2}|one|two)\b",
    re.IGNORECASE,
)
_SIGNS_AT_ENDS = re.compile(r"\s+[-–—:]$|^[-–—:]\s+")
_COMMA_AT_END = re.compile(r"(?<=[^\s\d])[,;]$")
_LINES_AROUND = 3000
_PROSE_BOUND = 100_000  # characters of prose that are searched for names
_MOST_READINGS = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A run that is a listing, with its points."""

    rows: tuple[Row, ...]
    album: headings.Album
    score: float


def find(document: Document, format: str) -> list[tuple[float, Reading]]:
    """Every listing in `document` with its points, best first; overlapping runs give the best one only."""
    rows = rows_of(document.lines)
    found = [f for run in runs_of(document, rows) if (f := _weighed(document, run)) is not None]
    found = [f for f in found if not any(_counts_on(other, f) for other in found)]
    found.sort(key=lambda f: (-f.score, f.rows[0].at))
    taken: set[int] = set()
    best: list[Found] = []
    for one in found:
        lines = {row.at for row in one.rows}
        if not lines & taken:
            taken |= set(range(min(lines), max(lines) + 1))
            best.append(one)
    several = len(best) > 1
    return [(one.score, _reading(document, one, format, several)) for one in best[:_MOST_READINGS]]


def _counts_on(whole: Found, part: Found) -> bool:
    """Whether `part` is only some of the rows that `whole` numbers one after the other: the numbers say that there are
    more, such as rows without a length."""
    if len(whole.rows) <= len(part.rows):
        return False
    numbers = [row.number for row in whole.rows]
    if None in numbers or numbers != list(range(numbers[0] or 0, (numbers[0] or 0) + len(numbers))):
        return False
    return {row.at for row in part.rows} < {row.at for row in whole.rows}


def _weighed(document: Document, run: Run) -> Found | None:
    rows = tuple(_without_totals(run.rows))
    if len(rows) < 2:
        return None
    album = headings.album_of(document, rows)
    some = sample(rows)
    score = weigh(document, run.kind, some, len(rows), _splitting(document, some, album), album)
    return Found(rows, album, score) if score >= ENOUGH else None


def _splitting(document: Document, rows: Sequence[Row], album: headings.Album) -> Splitting:
    return split(_level_brackets([row.body for row in rows], album), _surroundings(document, rows, album))


def _without_totals(rows: Sequence[Row]) -> Iterator[Row]:
    """`rows` without credits, sums of times and names of sides."""
    last = len(rows) - 1 if _ends_in_sum(rows) else len(rows)
    for row in rows[:last]:
        if not _is_no_track(row.body, row.number is not None, bool(row.trail)):
            yield row


@lru_cache(maxsize=20_000)
def _is_no_track(body: str, numbered: bool, timed: bool) -> bool:
    """Whether a row is a credit, a sum of times or the name of a side."""
    if CREDIT_LINE.match(body):
        return True
    return not numbered and (_says_total(body, timed) or (not timed and bool(_PART.match(body))))


def _ends_in_sum(rows: Sequence[Row]) -> bool:
    """Whether the last row's time is what the others' times come to."""
    if len(rows) < 4 or rows[-1].number is not None or not rows[-1].trail:
        return False
    times = [milliseconds(row.trail) or 0 for row in rows]
    growing = all(a < b for a, b in pairwise(times[:-1]))
    total = sum(times[:-1])
    return not growing and abs(times[-1] - total) * 20 <= total


def _says_total(body: str, timed: bool) -> bool:
    found = TOTALS.search(fold(body)) if len(body) < 90 else None
    return bool(found and (found.start() == 0 or (timed and " " in found.group())))


def _level_brackets(bodies: Sequence[str], album: headings.Album) -> list[str]:
    """The bodies without labels, years and notes at their ends; composers' brackets go where the artist is known."""
    bodies = without_remarks(bodies)
    habit = habit_of(bodies, album.artist)
    habit = Habit(labels=habit.labels, credits=habit.credits and album.certain and bool(album.artist))
    return [without_notes(body, habit) or body for body in bodies]


def _surroundings(document: Document, rows: Sequence[Row], album: headings.Album) -> Surroundings:
    known = album.artist if album.certain else ""
    if len(rows) > 300:  # so many rows speak for themselves
        return Surroundings(artist=known)
    own = {row.at for row in rows}
    text = [line.text for at, line in enumerate(document.lines[:_LINES_AROUND]) if at not in own]
    prose = "\n".join([document.title, *text])[:_PROSE_BOUND]
    quoted = frozenset(fold(name) for name in _QUOTED.findall(prose))
    bare = _QUOTED.sub(" ", prose)
    return Surroundings(quoted=quoted, prose=f" {fold(bare)} ", artist=known)


def _reading(document: Document, found: Found, format: str, several: bool) -> Reading:
    notes: list[Note] = []
    splitting = _splitting(document, found.rows, found.album)
    tracks = tuple(_tracks(document, found, splitting, notes))
    if splitting.kind and splitting.lead < _GUESS:
        side = "left" if splitting.pairs[0][0] and found.rows[0].body.startswith(splitting.pairs[0][0][:5]) else "right"
        notes.insert(0, Note(text=f"The artist was taken to stand on the {side}; nothing in the text settles it."))
    notes += _gaps(document, found)
    title = headings.title_of(document, found.rows, found.album)
    if several:
        title = headings.nearest(document, found.rows) or title
    listing = Tracklist(
        title=title,
        tracks=tracks,
        albums=(found.album.name,) if found.album.name and found.album.certain else (),
        artist=found.album.artist or None,
        year=found.album.year if found.album.certain else None,
    )
    return Reading(tracklist=listing, format=format, notes=tuple(notes))


def _tracks(document: Document, found: Found, splitting: Splitting, notes: list[Note]) -> Iterator[Track]:
    rows, pairs = found.rows, splitting.pairs
    habit = _sides_habit(pairs)
    lengths = lengths_of(document, rows)
    named = sum(1 for artist, _ in pairs if artist)
    default = found.album.artist if named < 0.5 * len(pairs) or found.album.certain else ""
    for row, (artist, title), length in zip(rows, pairs, lengths, strict=True):
        line = document.lines[row.at]
        artist, title = tidy(artist, habit.artist), tidy(title, habit.title)
        if (
            not title
            or (_is_head(artist) and _is_head(title))
            or (not artist and named >= 0.5 * len(pairs) and is_filler(title))
        ):
            notes.append(
                Note(
                    text="Left out: no track (an advert, news, an introduction?).",
                    line=line.number,
                    source=clean(line.text)[:120],
                )
            )
            continue
        if not artist and not default and named:
            notes.append(Note(text="No artist is named here.", line=line.number, source=clean(line.text)[:120]))
        yield Track(title=title, artist=artist or default, duration_ms=length)


@dataclass(frozen=True, slots=True)
class _SideHabits:
    artist: Habit
    title: Habit


def _sides_habit(pairs: Sequence[tuple[str, str]]) -> _SideHabits:
    artists = habit_of([artist for artist, _ in pairs], "")
    titles = habit_of([title for _, title in pairs], "")
    return _SideHabits(Habit(artists.labels, False), Habit(titles.labels, titles.credits and all(a for a, _ in pairs)))


def tidy(name: str, habit: Habit) -> str:
    """A name without quotes around it, notes after it and signs at its ends."""
    name = clean(name).strip(" \t|–—·•")
    name = without_year(without_notes(name, habit))
    name = _SIGNS_AT_ENDS.sub("", name).strip()
    return _COMMA_AT_END.sub("", unquoted(name)).strip()


def _is_head(name: str) -> bool:
    """Whether a name is what a table's head calls its columns."""
    return fold(name) in (
        "artist",
        "artists",
        "title",
        "track",
        "song",
        "interpret",
        "titel",
        "artiste",
        "titre",
        "artista",
        "titulo",
        "cancion",
        "tema",
        "musica",
        "brano",
        "исполнитель",
        "название",
        "song title",
        "performer",
    )


def is_filler(title: str) -> bool:
    """Whether a row without an artist is an advert, the news or an introduction, not a track."""
    folded = fold(title)
    return folded in FILLER or (folded.split(" ")[0] in FILLER and len(folded.split()) <= 3)


def lengths_of(document: Document, rows: Sequence[Row]) -> list[int | None]:
    """The length of each row in milliseconds; None where none is given. Start times are no lengths."""
    for name in ("trail", "lead"):
        texts = [getattr(row, name) for row in rows]
        if sum(1 for text in texts if text) >= 0.3 * len(rows) and not are_starts(texts, name == "lead"):
            times = [milliseconds(text) if text else None for text in texts]
            return [time or _below(document, row) for time, row in zip(times, rows, strict=True)]
    if any(row.trail or row.lead for row in rows):
        return [None] * len(rows)
    return [_below(document, row) for row in rows]


def are_starts(texts: Sequence[str], leading: bool) -> bool:
    """Whether times are start times: they only grow, or are given from and to."""
    times = [time for text in texts if text and (time := milliseconds(text)) is not None]
    if sum(1 for text in texts if text and is_range(text)) * 2 > len(times):
        return True
    if not times:
        return False
    growing = all(a < b for a, b in pairwise(times))
    if len(times) >= 4 or (len(times) == 3 and times[0] < 30_000):
        return growing
    return leading and (growing or len(times) == 1)


def _below(document: Document, row: Row) -> int | None:
    """The length at the end of a credit line under the row."""
    if row.at + 1 >= len(document.lines):
        return None
    text = document.lines[row.at + 1].text
    if not CREDIT_LINE.match(text):
        return None
    found = re.search(r"(?<![\d:])(\d{1,2}:\d{2}(?::\d{2})?)$", text)
    return milliseconds(found.group(1)) if found else None


def _gaps(document: Document, found: Found) -> Iterator[Note]:
    """Notes on numbers that do not count on, and on lines between rows that were left out."""
    rows = found.rows
    between = [at for last, row in pairwise(rows) for at in range(last.at + 1, row.at) if _is_left_out(document, at)]
    if len(between) > 5 and len(between) > 0.6 * len(rows):
        first = document.lines[between[0]]
        text = f"Left out: the {len(between)} lines between the rows, of which this is the first."
        yield Note(text=text, line=first.number, source=clean(first.text)[:120])
        between = []
    for at in between:
        line = document.lines[at]
        text = "Left out between two rows (a caption?)."
        yield Note(text=text, line=line.number, source=clean(line.text)[:120])
    for last, row in pairwise(rows):
        line = document.lines[row.at]
        if last.number is not None and row.number is not None and last.side == row.side:
            step = row.number - last.number
            if step not in (1, -1) and row.number > 1:
                yield Note(text=_gap(last.number, row.number), line=line.number, source=clean(line.text)[:120])


def _gap(last: int, number: int) -> str:
    if number == last + 2:
        return f"Number {last + 1} is missing."
    if number > last:
        return f"Numbers {last + 1} to {number - 1} are missing."
    return f"Number {number} comes after number {last}."


def _is_left_out(document: Document, at: int) -> bool:
    """Whether a line between rows is worth telling of: neither a paragraph, nor a part's name, nor an empty one."""
    line = document.lines[at]
    return (
        bool(line.text)
        and not line.is_prose
        and not headings.is_part(document, at)
        and not line.aside
        and not line.level
    )
