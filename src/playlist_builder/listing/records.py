"""Pages pasted from programs and sites, where each part of a row came to stand on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from playlist_builder.listing.lines import Line
from playlist_builder.listing.times import TIME
from playlist_builder.listing.words import CREDIT_LINE

SIGN = "\t\t"  # between the parts of a row that stood on lines of their own
_TIME = re.compile(rf"{TIME}")
_NUMBER = re.compile(r"(\d{1,6})\.?")
_NOISE = re.compile(r"(?:e|explicit|lyrics|video|play|\W+|[\d.,\s]{5,}|(?:more|add|save|like)\b.{0,12})", re.IGNORECASE)
_LONGEST = 120  # characters of one part
_PARTS = range(1, 6)


def joined(lines: Sequence[Line]) -> list[Line]:
    """`lines`, with runs of such records as one line a row; every other line as it was."""
    filled = [at for at, line in enumerate(lines) if line.text]
    records = _by_numbers(lines, filled) or _by_times(lines, filled) or _by_blocks(lines)
    if not records:
        return list(lines)
    found: list[Line] = []
    at = 0
    titles_only = min(sum(1 for line in lines[start:end] if line.text) for start, end in records) == 2
    for start, end in records:
        found += lines[at:start]
        if titles_only and _number(lines[start].text) is not None:  # a number and a title; notes and sides may follow
            title = next(i for i in range(start + 1, end) if lines[i].text)
            found.append(replace(lines[start], text=f"{lines[start].text.rstrip('.')}. {lines[title].text}"))
            found += lines[title + 1 : end]
            at = end
            continue
        parts = [line.text for line in lines[start:end] if line.text and not _is_noise(line.text)]
        found.append(replace(lines[start], text=SIGN.join(parts)))
        at = end
    return found + list(lines[at:])


def _is_noise(text: str) -> bool:
    return bool(_NOISE.fullmatch(text) or CREDIT_LINE.match(text))


def _by_numbers(lines: Sequence[Line], filled: Sequence[int]) -> list[tuple[int, int]]:
    """(start, end) of the records that each begin with a line that is only a number, counting on."""
    best: list[tuple[int, int]] = []
    current: list[int] = []  # places in `filled` of number lines that count on
    for place, at in enumerate([*filled, -1]):
        number = _number(lines[at].text) if at >= 0 else None
        if at >= 0 and number is None:
            continue
        last = current[-1] if current else None
        counts_on = last is not None and number is not None and number == (_number(lines[filled[last]].text) or 0) + 1
        if counts_on and last is not None and place - last - 1 in _PARTS:
            current.append(place)
            continue
        if len(current) >= 3 and len(current) > len(best):
            best = _spans(lines, filled, current)
        current = [place] if at >= 0 else []
    return best


def _by_blocks(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """(start, end) of the longest row of blocks of two short lines each, parted by empty lines: title and artist."""
    best: list[tuple[int, int]] = []
    current: list[tuple[int, int]] = []
    at = 0
    while at < len(lines):
        if not lines[at].text or lines[at].level:
            at += 1
            continue
        end = at
        while end < len(lines) and lines[end].text:
            end += 1
        if end - at == 2 and all(_is_name(line) for line in lines[at:end]):
            current.append((at, end))
        else:
            current = []
        if len(current) > max(4, len(best)):
            best = current
        at = end
    return best


def _is_name(line: Line) -> bool:
    return len(line.text) <= 70 and not line.level and not line.group and line.text[-1] not in ".:;,"


def _spans(lines: Sequence[Line], filled: Sequence[int], starts: Sequence[int]) -> list[tuple[int, int]]:
    size = min(b - a for a, b in pairwise(starts))
    ends = [*starts[1:], min(starts[-1] + size, len(filled))]
    spans = [(filled[a], filled[b - 1] + 1) for a, b in zip(starts, ends, strict=True)]
    short = all(len(line.text) <= _LONGEST for start, end in spans for line in lines[start:end])
    return spans if short else []


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text) if len(text) <= 7 else None
    return int(found.group(1)) if found else None


def _by_times(lines: Sequence[Line], filled: Sequence[int]) -> list[tuple[int, int]]:
    """(start, end) of the records that each end with a line that is only a time, the same number of lines apart."""
    places = [place for place, at in enumerate(filled) if len(lines[at].text) <= 9 and _TIME.fullmatch(lines[at].text)]
    best: list[int] = []
    for size in (3, 4, 2):
        current: list[int] = []
        for place in places:
            if current and place - current[-1] != size:
                current = []
            current.append(place)
            if len(current) > max(2, len(best)) and current[0] >= size - 1:
                best = list(current)
        if best:
            spans = [(filled[place - size + 1], filled[place] + 1) for place in best]
            short = all(
                len(line.text) <= _LONGEST and not line.level for start, end in spans for line in lines[start:end]
            )
            return spans if short else []
    return []
