"""Brackets at the end of rows: which say what the recording is, and which are years, labels, credits or notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playlist_builder.listing.signs import fold
from playlist_builder.listing.words import COVER, CREDIT, VERSION

_LAST = re.compile(r"\s*([(\[（［【])([^()\[\]（）［］【】]*(?:\([^()]*\)[^()\[\]]*)?)[)\]）］】]\s*$")
_YEAR = re.compile(
    r"^(?:c\.?\s?|ca\.?\s?|℗\s?|©\s?|from\s)?(?:1[89]|20)\d{2}(?:\s?[-–/]\s?\d{2,4})?(?:\s*[,;/|"
    r"–-]\s*.*)?$|^.*,\s*(?:19|20)\d{2}$|^'\d{2}$"
)
_BARE_YEAR = re.compile(r"\s*[,–—-]\s*(?:19|20)\d{2}\s*$")


_REMARK = re.compile(r"(?<=[\w)\]\"”»’])\.\s+(?=[\"“„«¿¡(]?[A-ZÀ-ÞА-Я0-9])")
_PARTED = re.compile(r"\s[-–—|/]\s|[\"“„«]|\bby\b|:\s")


@dataclass(frozen=True, slots=True)
class Habit:
    """What the brackets at the ends of a listing's rows mean."""

    labels: bool = False  # square ones name the record label
    credits: bool = False  # round ones name composers or the like


def habit_of(bodies: Sequence[str], artist: str) -> Habit:
    """The meaning of last brackets, from how many rows have one that names no version."""
    square = round_ = 0
    for body in bodies:
        found = _LAST.search(body)
        if found and not _keeps(found.group(2)) and not _YEAR.match(found.group(2).strip()):
            if found.group(1) in "[［【":
                square += 1
            elif not _is_translation(body[: found.start()], found.group(2)):
                round_ += 1
    several = len(bodies) >= 3
    return Habit(labels=several and square >= 0.5 * len(bodies), credits=several and round_ >= 0.75 * len(bodies))


def _is_translation(name: str, content: str) -> bool:
    """Whether a name and the bracket after it are in different scripts: the same title again."""
    letters = [[c.isascii() for c in text if c.isalpha()] for text in (name, content)]
    first, second = ((sum(kinds) / len(kinds) > 0.5) if kinds else None for kinds in letters)
    return first is not None and second is not None and first != second


def without_notes(name: str, habit: Habit) -> str:
    """`name` without the brackets at its end that are no part of it."""
    removed = False
    while True:
        name = name.rstrip(" \t*†‡")
        found = _LAST.search(name)
        if not found or found.start() == 0:
            return name
        content = found.group(2).strip()
        column = (habit.labels if found.group(1) in "[［【" else habit.credits) and not removed and not _keeps(content)
        if not (column or _is_note(content, _is_title_cased(name[: found.start()]))):
            return name
        if column and _is_translation(name[: found.start()], content):
            return name
        removed = removed or column
        name = name[: found.start()]


def without_remarks(bodies: Sequence[str]) -> list[str]:
    """The bodies without the sentences after the names, where most rows have some."""
    cut = [_names_before_remark(body) for body in bodies]
    if sum(1 for names in cut if names) < 0.6 * len(bodies):
        return list(bodies)
    return [names or body for names, body in zip(cut, bodies, strict=True)]


def _names_before_remark(body: str) -> str:
    """What stands before the first sentence that follows both names; "" without one."""
    if body[-1:] not in ".!?…)":
        return ""
    for found in _REMARK.finditer(body):
        names = body[: found.start()]
        word = re.split(r"[\s(]", names)[-1]
        if len(word) > 3 and _PARTED.search(names) and len(body) - found.end() > 8:
            return names
    return ""


def without_year(name: str) -> str:
    """`name` without a year after a comma or dash at its end."""
    return _BARE_YEAR.sub("", name)


def _keeps(content: str) -> bool:
    return bool(VERSION.search(fold(content))) and not CREDIT.match(content.strip())


def _is_title_cased(name: str) -> bool:
    """Whether no word of a name but small ones begins in lower case: a remark in lower case stands out from it."""
    return not any(word[0].islower() and len(word) > 3 for word in name.split())


def _is_note(content: str, title_cased: bool) -> bool:
    if not any(c.isalnum() for c in content):
        return True
    if _YEAR.match(content) and not _keeps(content):
        return True
    if CREDIT.match(content) or COVER.match(content):
        return True
    words = content.split()
    if "," in content and content[:1].islower() and title_cased and not VERSION.search(fold(content)):
        return True
    if ";" in content and content[:1].islower():
        return True
    sentence = len(words) > 6 and (content[:1].islower() or content[-1] in ".!")
    return sentence and not re.match(r"(?:from|theme|live|feat)", content, re.IGNORECASE)
