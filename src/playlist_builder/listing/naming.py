"""A listing's file name from its title."""

from __future__ import annotations

import re

from anyascii import anyascii

_LONGEST = 60
_SERIES = re.compile(
    r"\b(?:soundtracks?|ost|albums?|songs?|playlists?|records?|reviews?|series|classics?|mixtapes?|tapes?|"
    r"movies?|films?|no|nr|vol|part|episode|"
    r"disco|discos|programa|folge|teil|bandes? originales?|banda sonora|musik|música|musique)\b",
    re.IGNORECASE,
)


def name_of(title: str) -> str:
    """A name of a-z, 0-9 and hyphens, at most 60 characters, never empty; for a series, that of its part.

    "Great Soundtracks of 1985: Rocky IV" gives "rocky-iv", "Группа крови" gives "gruppa-krovi".
    """
    series, colon, part = title.partition(": ")
    plain = _plain(part) if colon and _SERIES.search(series) and not _SERIES.fullmatch(part.strip()) else ""
    return plain or _plain(title) or "listing"


def _plain(text: str) -> str:
    latin = anyascii(text[:1000]).lower().replace("'", "").replace("&", " and ")
    name = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    if len(name) > _LONGEST:
        cut = name[: _LONGEST + 1].rpartition("-")[0]
        name = cut if len(cut) > _LONGEST // 2 else name[:_LONGEST]
    return name.strip("-")
