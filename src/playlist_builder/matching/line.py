"""A line of a listing read in every plausible way: which half is the artist, and which the title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from playlist_builder.matching.names import level, neutral, tags_of, title_of
from playlist_builder.model import Track

LONGEST = 400  # characters of a line that are looked at
MOST = 8  # readings of one line
MOST_DASHES = 4  # pieces of a line that are told apart

_RUNS = re.compile(r"\s{3,}")
_SEPARATOR = re.compile(r"\s+[-–—‐−~|·•]+\s+|\s+[-–—]+(?=\S)|(?<=[^\s\-–—])[-–—]+\s+|\t+|\s+//?\s+")
_WEAK_SEPARATORS = (
    re.compile(r"\s*[:：]\s+"),
    re.compile(r"\s{2,}"),
    re.compile(r"(?<=\w)[-–—_](?=\w)"),
    re.compile(r",\s+"),
)
_BY = re.compile(r"\s+(?:(?:performed |sung |written )?by|von|par|por)\s+", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«»「『]([^\"“”„«»「」『』]+)[\"“”«»」』]")
_DECORATED = re.compile(
    r"(?<=\w\w)\W+(?:(?:official|with|w|hd|hq|4k|music|lyrics?|video|audio|clip|english|subtitles|subtitulada|full|song|\d{4})\W+){0,4}"
    r"(?:lyrics?|video|audio|clip|hd|hq|4k|subtitles|subtitulada|videoclip)\W*$",
    re.IGNORECASE,
)  # what video titles end with
_ROW_NUMBER = re.compile(r"^\s*(?:#?\d{1,3}[.):]|\[\d{1,3}\]|#\d{1,3})\s+(?=\S)")
_BRACKET = re.compile(r"\s*[(\[{【]([^()\[\]{}【】]*)(?:[)\]}】]|$)")
_GUEST = re.compile(r"^(?:feat(?:uring)?\b|ft\b|with\b|w/)", re.IGNORECASE)


def readings(line: str) -> tuple[Track, ...]:
    """The tracks that a line may mean, the most plausible first; at least one, at most MOST.

    "A - B" is artist and title, then title and artist. A line without a dash is a title, then whatever "Title by
    Artist", quotation marks, a colon or a comma make of it. Words such as "(Official Video)" stay with the title.
    """
    return _readings(_RUNS.sub(lambda run: "\t" if "\t" in run[0] else "  ", line[:LONGEST]))


def other_readings(track: Track) -> tuple[Track, ...]:
    """What the row may mean besides what it says; its length, album and version are kept."""
    whole = f"{track.artist} - {track.title}" if track.artist else track.title
    said = _key(track)
    return tuple(
        replace(track, artist=other.artist, title=other.title)
        for other in readings(whole)
        if _key(other) != said and other.artist
    )


@lru_cache(maxsize=16384)
def _readings(line: str) -> tuple[Track, ...]:
    text = _ROW_NUMBER.sub("", line).strip() or line.strip()
    found: dict[tuple[str, str], Track] = {}
    for artist, title in _splits(text):
        reading = _reading(artist, title)
        if level(reading.title) and (level(reading.artist) or not artist):
            found.setdefault(_key(reading), reading)
        if len(found) == MOST:
            break
    return tuple(found.values()) or (Track(title=text),)


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """(artist, title) for each way of reading, the most plausible first."""
    pieces = _pieces(text, _SEPARATOR)
    if len(pieces) > 1:
        yield pieces[0], " - ".join(pieces[1:])
        pieces = _telling(pieces)
        for cut in range(1, len(pieces)):
            yield " - ".join(pieces[:cut]), " - ".join(pieces[cut:])
            yield " - ".join(pieces[cut:]), " - ".join(pieces[:cut])
    else:
        yield "", text
    quoted = _QUOTED.search(text)
    if quoted:
        outside = f"{text[: quoted.start()]} {text[quoted.end() :]}"
        yield _bare(re.split(_SEPARATOR, outside.strip(" -–—:,"))[0]), quoted.group(1)
    trimmed = _DECORATED.sub("", text)
    if trimmed != text and level(trimmed) and len(pieces) > 1:
        yield from list(_splits(trimmed))[:2]
    halves = _BY.split(text)
    if len(halves) > 1:
        last = next(m for m in reversed(list(_BY.finditer(text))))
        yield text[last.end() :], text[: last.start()]
    if len(pieces) == 1:
        yield from _weak_splits(text)
    elif pieces and ":" in pieces[0]:
        act, name = text.split(":", 1)
        yield act, name


def _weak_splits(text: str) -> Iterator[tuple[str, str]]:
    guests = ", ".join(title_of(text).featured)
    if guests:
        yield guests, text
    for separator in _WEAK_SEPARATORS:
        pieces = _pieces(text, separator)
        if len(pieces) > 1:
            yield pieces[0], " - ".join(pieces[1:])
            yield pieces[-1], ", ".join(pieces[:-1])


def _pieces(text: str, separator: re.Pattern[str]) -> list[str]:
    """`text` cut at the separators outside brackets, at most MOST_DASHES of them."""
    pieces = []
    start = 0
    for found in separator.finditer(text):
        before = text[: found.start()]
        if sum(map(before.count, "([{")) > sum(map(before.count, ")]}")):
            continue
        pieces.append(text[start : found.start()].strip())
        start = found.end()
        if len(pieces) == MOST_DASHES:
            break
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if level(piece)]


def _telling(pieces: list[str]) -> list[str]:
    """The pieces without those that only say what kind of release or file it is, if two or more are left."""
    told = [pieces[0], *(piece for piece in pieces[1:] if not neutral(piece))]
    return told if len(told) > 1 else pieces


def _reading(artist: str, title: str) -> Track:
    """The halves as a track: what the artist's half says about the recording goes to the title."""
    moved: list[str] = []

    def move(found: re.Match[str]) -> str:
        inner = found.group(1).strip()
        if neutral(inner):
            return " "
        if tags_of(inner):
            moved.append(f" ({inner})")
            return " "
        return f" {inner}" if _GUEST.match(inner) else found.group(0)

    act = " ".join(_BRACKET.sub(move, artist).split()).strip(' -–—:,"“”')
    ending = re.search(r"\s[(\[][^()\[\]]*[)\]]$", act)
    if ending and not _GUEST.match(ending.group(0).strip(" ([")):
        act = act[: ending.start()]
    name = title.strip(" -–—:,")
    if name[:1] in "\"“„«'‘" and name[-1:] in "\"”“»'’" and len(name) > 2:
        name = name[1:-1]
    return Track(artist=act, title=name + "".join(moved))


def _bare(text: str) -> str:
    """`text` without its brackets."""
    return _BRACKET.sub(" ", text).strip()


def _key(track: Track) -> tuple[str, str]:
    return level(track.artist), level(track.title)
