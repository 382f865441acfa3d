"""One line as a row: its number, its times and what is left of it. Says nothing yet of artist and title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from playlist_builder.listing.lines import LONGEST, Line
from playlist_builder.listing.signs import fold, unlinked
from playlist_builder.listing.times import take_bracketed, take_leading, take_trailing

_BULLET = re.compile(r"^(?:[•·*▪▫►▶‣◦○●■□★☆✦✧♪♫♬✓✔☐☑→➤➜❖◆◇・※🎵🎶+]+|[-–—](?=\s))\s*")
_NUMBER = re.compile(
    r"^[(\[（]?(?:№|[#＃]|[Nn](?:[º°.]|o\.|r\.))?\s?(\d{1,6})(?:[.)\]）．、:：º°|]{1,3}[-–—]?|/(?=\s)|\s[-–—|](?=\s))"
    r"(?=\s|[^\W\d]|[\"“„«‹「『'‘(\[¿¡*_]|$)\s*"
)
_LOOSE = re.compile(r"^(?:[#＃№]\s?|[Nn](?:[º°.]|o\.|r\.)\s?)?(\d{1,3})(?:\s+|[-–—]\s*|[.．])(?=\S)")
_VINYL = re.compile(r"^[(\[]?([A-H]{1,2})\s?(\d{1,2})(?:[.):\]]|\s|\s?[-–—]\s?|\t)\s*(?=\S)")
_DISC = re.compile(r"^(?:CD\s?|Disc\s?)?(\d{1,2})[-.](\d{2})[.):]?\s+(?=\S)")
_ORDINAL = re.compile(
    r"^(\d{1,3})\s?(?:[º°ª.]|st|nd|rd|th|er|ème|e|o)?\s(?:lugar|place|platz|posto|miejsce|место|plats|plads|sija|sıra)"
    r"\s?[:：.–—-]+\s*(?=\S)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^([^\W\d]{2,12})\.?\s[#＃]?(\d{1,3})\s?[:：.)–—-]+\s+(?=\S)")
_RANK = re.compile(r"^第?\s?(\d{1,3})\s?(?:位|曲目|番|曲|위|위\.)[:：、.\s]*(?=\S)")
_TRAILING_NOISE = re.compile(
    r"(?<![\s*†‡¹²³⁴►▶▼↗🎵🎧📀🔥❤💿])(?:\s*(?:[*†‡¹²³⁴►▶▼↗🎵🎧📀🔥❤💿]|\[(?:listen|watch|video|play|buy|link|\d{1,2}|♫|▶)\]))+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line that could be a row. `at` is its index among the document's lines."""

    at: int
    body: str
    number: int | None = None
    side: str = ""  # the letter of A1, the disc of 1-01, the word of "Place 5:"
    loose: bool = False  # the number is only told from the title by the numbers around it
    whole: str = ""  # the body if a loose number is no number
    lead: str = ""  # time before the names
    trail: str = ""  # time after them


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Every line that could be a row, in order, with loose numbers settled."""
    found = [row for at, line in enumerate(lines) if (row := row_of(line, at)) is not None]
    return list(_settled(found))


def row_of(line: Line, at: int) -> Row | None:
    """The line as a row; None for what is empty or too long to be one."""
    if not line.text or len(line.text) > LONGEST or line.text.startswith(("![", "[!")):
        return None
    text = unlinked(line.text).strip()
    text = _BULLET.sub("", text, count=1) if not text.startswith("**") else text
    lead, text = take_leading(text)
    number, side, loose, rest = _marker(text)
    if number is None and line.order is not None:
        number, rest = line.order, text
    if not lead:
        lead, rest = take_leading(rest)
    trail, rest = _times(rest)
    body = _TRAILING_NOISE.sub("", rest).strip(" \t|–—") if rest else ""
    if body.endswith(" -") or body.startswith("- "):
        body = body.strip("- ")
    if not _can_be_names(body, number, loose and not lead):
        return None
    whole = _times(text)[1].strip() if loose else body
    return Row(at=at, body=body, number=number, side=side, loose=loose, whole=whole, lead=lead, trail=trail)


def _can_be_names(body: str, number: int | None, loose: bool) -> bool:
    """Whether a body holds more than signs, and is no note in brackets."""
    if not any(c.isalnum() for c in body):
        return 0 < len(body) <= 4 and number is not None and not loose  # a title such as "?"
    bracketed = body[0] in "([（［" and body[-1] in ")]）］" and body.count(body[0]) == 1
    return number is not None or not bracketed


def _times(text: str) -> tuple[str, str]:
    trail, rest = take_trailing(text)
    if not trail:
        trail, rest = take_bracketed(_TRAILING_NOISE.sub("", text))
        if not trail:
            return "", text
    if take_trailing(rest)[0] and rest:  # a start time and a length
        _, rest = take_trailing(rest)
    return trail, rest


def _marker(text: str) -> tuple[int | None, str, bool, str]:
    """(number, side, loose, the rest) of the text's beginning."""
    if not text:
        return None, "", False, text
    first = text[0]
    if first.isdigit() or first in "(#＃[（№Nn第":
        if found := _RANK.match(text) or _ORDINAL.match(text):
            return int(found.group(1)), "", False, text[found.end() :]
        if found := _NUMBER.match(text):
            ordinal = first.isdigit() and text[found.end(1) : found.end(1) + 1] in "º°"  # "1º de julho" is a title
            return int(found.group(1)), "", ordinal, text[found.end() :]
        if found := _DISC.match(text):
            return int(found.group(2)), f"disc {int(found.group(1))}", False, text[found.end() :]
        if found := _LOOSE.match(text):
            return int(found.group(1)), "", True, text[found.end() :]
    if first in "ABCDEFGH([" and (found := _VINYL.match(text)):
        return int(found.group(2)), found.group(1), False, text[found.end() :]
    if found := _DISC.match(text):
        return int(found.group(2)), f"disc {int(found.group(1))}", False, text[found.end() :]
    if first.isalpha() and (found := _LABEL.match(text)):
        return int(found.group(2)), "label " + fold(found.group(1)), True, text[found.end() :]
    return None, "", False, text


def _settled(rows: Sequence[Row]) -> Iterator[Row]:
    """`rows`, with a loose number kept where its neighbours count on, else left in the name."""
    labels = Counter(row.side for row in rows if row.side.startswith("label "))
    chained = _chained(rows)
    for at, row in enumerate(rows):
        if row.side.startswith("label "):
            kept = labels[row.side] >= 3
        elif row.loose:
            kept = chained[at]
        else:
            yield row
            continue
        yield replace(row, loose=False) if kept else replace(row, number=None, side="", loose=False, body=row.whole)


def _chained(rows: Sequence[Row]) -> list[bool]:
    """For each row whether it is one of three or more that count up or down by one, not far from each other."""
    numbered = [at for at, row in enumerate(rows) if row.number is not None and not row.side]
    found = [False] * len(rows)
    for step in (1, -1):
        chain: list[int] = []
        for at in [*numbered, -1]:
            if at >= 0 and chain and _counts_on(rows[chain[-1]], rows[at], step):
                chain.append(at)
                continue
            if len(chain) >= 3:
                for index in chain:
                    found[index] = True
            chain = [at] if at >= 0 else []
    return found


def _counts_on(last: Row, row: Row, step: int) -> bool:
    return row.number == (last.number or 0) + step and row.at - last.at <= 12
