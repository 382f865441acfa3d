"""Points for and against a run of rows being a track listing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playlist_builder.listing.headings import Album
from playlist_builder.listing.lines import Document, begins_listing, is_heading, is_side
from playlist_builder.listing.rows import Row
from playlist_builder.listing.signs import fold
from playlist_builder.listing.split import Splitting
from playlist_builder.listing.times import milliseconds
from playlist_builder.listing.words import (
    EVERYDAY,
    GRADES,
    INSTRUMENTS,
    KEYS,
    MUSIC,
    NOT_TRACKS,
    OTHER_WORKS,
    SALE,
    VERSION,
)

ENOUGH = 3.0
_ALBUMS = re.compile(
    r"\b(?:albums|albumes|alben|discography|discografia|discographie|diskografie|diskographie|dischi|lps|"
    r"cds)\b|アルバム\S*選|альбомы|альбомов"
)
_PRICE = re.compile(
    r"(?:[-–—:=,.…]|\s)\s*(?:[€£$]|eur|usd|gbp)?\s?\d{1,4}(?:[.,]\d{2}|,-)?\s?(?:[€£$]|eur|euros?|kr|zł|usd|gbp)?$",
    re.I,
)
_MEETING = re.compile(
    r"^(?:minutes of|minutes from|meeting|agenda|protokoll|sitzungsprotokoll|tagesordnung|ata d[aeo]|acta d|"
    r"orden del dia|"
    r"verbale|ordine del giorno|compte rendu de (?:la )?reunion|ordre du jour|notulen|протокол|повестка)\b"
)
_OTHER_LABELS = frozenset(
    [
        "label line",
        "label step",
        "label page",
        "label chapter",
        "label day",
        "label week",
        "label verse",
        "label question",
        "label rule",
        "label lesson",
        "label tip",
        "label level",
        "label round",
        "label zeile",
        "label schritt",
        "label kapitel",
        "label tag",
        "label woche",
        "label strophe",
        "label frage",
        "label regel",
        "label runde",
        "label etape",
        "label jour",
        "label semaine",
        "label regle",
        "label paso",
        "label dia",
        "label semana",
        "label regla",
        "label capitulo",
        "label passo",
        "label giorno",
        "label figure",
        "label table",
    ]
)
_SENTENCE = re.compile(r"[a-zà-ÿа-я]{2}[.!?]$|[.!?]\s+[A-ZÀ-ÞА-Я]\w+\s\w+\s")


def weigh(document: Document, kind: str, rows: Sequence[Row], count: int, splitting: Splitting, album: Album) -> float:
    """Points of a run of `count` rows, of which `rows` are a sample.

    About 3 for a bare listing, 10 for one with heading, numbers and lengths.
    """
    if album.guessed:
        album = Album()
    if len(rows) < 3 and not (splitting.quoted == 1.0 or kind == "number"):
        return -9.0
    pairs = splitting.pairs
    points = _heading(document, rows) + _names(pairs, splitting, album) + _shape(document, kind, rows, count)
    points += _music(document) - _against(document, kind, rows, splitting)
    timed = sum(1 for row in rows if row.lead or row.trail) * 2 > len(rows)
    title = 1 if album.certain and album.artist else 0  # the line that names the album is no other text
    if not document.music and not timed and not splitting.quoted and count < 0.85 * (document.filled - title):
        points -= 2.5  # other texts stand around, and none of them speaks of music
    if not splitting.kind:
        points -= 0.0 if album.artist else 2.5
        if kind in ("plain",) and _heading(document, rows) < 2:
            points -= 2.0
        if kind not in ("number", "time", "list", "plain", "quote", "kagi"):
            points -= 3.0
    return points


def _heading(document: Document, rows: Sequence[Row]) -> float:
    """A heading right above that announces a listing, or names its first side."""
    points, seen = 0.0, 0
    for at in range(rows[0].at - 1, max(-1, rows[0].at - 14), -1):
        line = document.lines[at]
        if not line.text:
            continue
        seen += 1
        if seen > 4:
            break
        folded = document.folded[at]
        if begins_listing(line, folded):
            return max(points, 3.5 - 0.4 * seen)
        if is_side(folded):
            points = max(points, 2.5)
        elif _announces(line.text):
            points = max(points, 1.5)
        if line.level:
            break
    if document.title and begins_listing_title(document.title):
        points = max(points, 1.0)
    return points


def begins_listing_title(title: str) -> bool:
    """Whether a page's title speaks of songs."""
    return bool(MUSIC.search(fold(title)))


def _announces(text: str) -> bool:
    return text.rstrip()[-1] in ":：" and bool(MUSIC.search(fold(text[-400:])))


def _names(pairs: Sequence[tuple[str, str]], splitting: Splitting, album: Album) -> float:
    points = 1.5 * splitting.coverage + 2.0 * splitting.quoted
    if splitting.kind in ("colon", "comma", "tight", "columns", "spaces", "brackets"):
        points -= 1.0
    if not splitting.kind and album.artist:
        points += 1.5 if album.certain else 0.5
    artists = [fold(artist) for artist, _ in pairs if artist]
    titles = [fold(title) for _, title in pairs]
    if len(artists) - len(set(artists)) > 0 and len(set(titles)) == len(titles):
        points += 1.0
    versions = sum(
        1 for a, t in pairs if VERSION.search(fold(" ".join(re.findall(r"[(\[].*?[)\]]| feat.* ", f"{a} {t}"))))
    )
    points += min(1.0, 0.4 * versions)
    points += min(1.5, max(0.0, splitting.lead - 1.5) * 0.4) if splitting.kind not in ("", "by", "quotes") else 0.0
    return points


def _shape(document: Document, kind: str, rows: Sequence[Row], total: int) -> float:
    count = len(rows)
    points = 0.5 if count >= 6 else 0.0
    points += 0.5 if count >= 10 else 0.0
    lengths = [t for row in rows if (text := row.trail) and (t := milliseconds(text)) is not None]
    starts = [t for row in rows if (text := row.lead) and (t := milliseconds(text)) is not None]
    if len(lengths) >= 0.7 * count and all(t < 1_800_000 for t in lengths):
        points += 2.0
    elif len(lengths) >= 0.7 * count:
        points += 1.5
    if len(starts) >= 0.7 * count and starts[0] < 60_000:
        points += 2.5
    if kind == "number":
        points += 1.0 + (1.5 if all(len(row.side) in (1, 2) for row in rows) else 0.0)
    if kind == "list":
        points += 0.3
    if total >= 0.5 * document.filled:
        points += 2.0
    elif total >= 0.3 * document.filled:
        points += 0.7
    return points


def _music(document: Document) -> float:
    """How much of the page speaks of music, at most 1.5 points."""
    return min(1.5, 0.4 * len(document.music))


def _against(document: Document, kind: str, rows: Sequence[Row], splitting: Splitting) -> float:
    points = 1.0 if kind == "plain" else 0.0
    if len({row.body for row in rows}) < 0.7 * len(rows):
        points += 4.0
    asides = document.asides
    if sum(1 for row in rows if asides[row.at]) * 2 > len(rows):
        points += 5.0
    points += _for_sale(document, rows) + _not_names(rows, splitting) + _albums(document, rows) + _clock(rows)
    keys = sum(1 for artist, title in splitting.pairs if fold(artist) in KEYS or fold(title) in KEYS)
    points += 4.0 * keys / len(rows) if keys > 1 else 0.0
    points += 5.0 * sum(1 for row in rows if row.side in _OTHER_LABELS) / len(rows)
    if kind == "colon" or splitting.kind == "colon":
        points += 0.5
    return points


def _for_sale(document: Document, rows: Sequence[Row]) -> float:
    """Gradings of records and prices at the rows' ends."""
    graded = sum(1 for row in rows if GRADES.search(row.body)) / len(rows)
    priced = sum(1 for row in rows if _PRICE.search(row.body)) / len(rows)
    offered = any(SALE.search(folded) for folded in document.folded[:40])
    return 4.0 * graded + (4.0 if priced >= 0.6 and (offered or graded >= 0.3) else 0.0)


def _not_names(rows: Sequence[Row], splitting: Splitting) -> float:
    """Sentences, amounts, weekdays, instruments, and second halves that go on in lower case."""
    pairs = splitting.pairs
    count = len(pairs)
    lowered = everyday = sentences = played = long = 0
    for row, (artist, title) in zip(rows, pairs, strict=True):
        both = f"{artist} {title}"
        if splitting.kind and artist and _lowered(artist, title):
            lowered += 1
        everyday += bool(EVERYDAY.search(row.body))
        sentences += bool(len(both.split()) > 5 and _SENTENCE.search(both)) or both.rstrip().endswith(
            ("says:", " says")
        )
        played += bool(
            splitting.kind and INSTRUMENTS.search(fold(title)) and not INSTRUMENTS.search(fold(artist))
        ) or bool(splitting.kind and INSTRUMENTS.search(fold(artist)))
        long += max(len(artist.split()), len(title.split())) > 9
    points = (
        5.0 * max(0.0, lowered / count - 0.12) + 4.0 * everyday / count + 5.0 * sentences / count + 4.0 * long / count
    )
    return points + (4.0 * played / count if played > 0.4 * count else 0.0)


def _lowered(artist: str, title: str) -> bool:
    first, second = artist.lstrip("(¿¡'\"‘“«„")[:1], title.lstrip("(¿¡'\"‘“«„")[:1]
    return ((first.isupper() or first.isdigit()) and second.islower()) or (second.isupper() and first.islower())


def _albums(document: Document, rows: Sequence[Row]) -> float:
    """The heading or the page's title speaks of albums, not of one."""
    nearest = ""
    for at in range(rows[0].at - 1, max(-1, rows[0].at - 30), -1):
        line = document.lines[at]
        if line.text and is_heading(line) and not is_side(document.folded[at]):
            nearest = document.folded[at]
            break
    titles = fold(document.title) if document.title else document.first
    points = 5.0 if _ALBUMS.search(nearest) else 0.0
    if _ALBUMS.search(titles) and not begins_any(document, rows):
        points = 5.0
    if OTHER_WORKS.search(titles) and not begins_any(document, rows):
        points = max(points, 4.0)
    if _MEETING.search(titles):
        points = max(points, 4.0)
    if nearest and NOT_TRACKS.search(nearest) and len(nearest.split()) <= 5:
        points = max(points, 4.0)
    return points


def begins_any(document: Document, rows: Sequence[Row]) -> bool:
    """Whether one of the few lines above the rows announces a listing."""
    start = max(0, rows[0].at - 6)
    return any(begins_listing(document.lines[at], document.folded[at]) for at in range(start, rows[0].at))


def _clock(rows: Sequence[Row]) -> float:
    """Times of day before every row are a timetable or a broadcast: neither for nor much against."""
    starts = [t for row in rows if (text := row.lead) and (t := milliseconds(text)) is not None]
    return 1.0 if len(starts) >= 0.7 * len(rows) and min(starts) >= 300_000 else 0.0
