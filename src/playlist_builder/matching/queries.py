"""The ladder: which searches are worth sending for a track, best first. The words keep their own script and accents.

Rules of the service's search (reported by its clients): a query is at most 250 characters, better 100; apostrophes,
"&" and colons inside a field filter give no hits; an empty filter gives none; raw text must not look like `word:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playlist_builder.matching.names import artists_of, level, main_credit, tags_of
from playlist_builder.model import Query, Track

MAX_QUERIES = 5  # for one row
LONGEST = 100  # characters of one query; the service refuses more than 250

LOOKED_AT = 300  # characters of a name; what is sent is shorter

_BRACKETS = re.compile(r"\s*[(\[{【（]([^()\[\]{}【】（）]*)[)\]}】）]")
_NOT_WORDS = re.compile(r"[:\"“”„«»()\[\]{}<>*+|\\^~#%=_–—]|\s-+\s|(?<!\w)-+|-+(?!\w)|(?<=\d)/(?=\d)")
_OPERATORS = re.compile(r"\b(?:AND|OR|NOT)\b")


def ladder(track: Track) -> tuple[Query, ...]:
    """The searches for `track`, at most MAX_QUERIES, without repeats; the first settles a well-spelt row.

    An ISRC, then title and artist as plain words, field filters, each credited act alone, the title alone.
    """
    seen: set[str] = set()
    queries = []
    for query in _rungs(track):
        key = query.text.casefold()
        if key not in seen and key.strip():
            seen.add(key)
            queries.append(query)
    return tuple(queries[:MAX_QUERIES])


def album_query(name: str, artist: str | None) -> Query:
    """The search for the album called `name`, by `artist` where the listing names one for all of it."""
    words = _words(name)
    if artist and level(artist) not in ("various artists", "various", "va"):
        words = f"{words} {_words(artist)}"
    return Query(text=_short(words), step="album", kind="album")


def _rungs(track: Track) -> Iterator[Query]:
    if track.isrc:
        yield Query(text=f"isrc:{track.isrc}", step="isrc")
    title = _searchable_title(track)
    if not title:
        return
    if not track.artist:
        if track.album:
            yield Query(text=_short(f"{title} {_words(track.album)}"), step="plain")
        yield Query(text=_short(title), step="title-only")
        return
    acts = artists_of(track.artist)
    first = main_credit(track.artist)
    yield Query(text=_short(f"{title} {_words(first)}"), step="plain")
    others = [act for act in acts if level(act) != level(first)]
    for act in others[:2]:
        yield Query(text=_short(f"{title} {_words(act)}"), step="artist-fallback")
    yield Query(text=_short(title), step="title-only")
    words, names = _filter_words(title), _filter_words(others[0] if others else first)
    if words and names:
        yield Query(text=f'track:"{_short(words, 60)}" artist:"{_short(names, 40)}"', step="track+artist")


def _searchable_title(track: Track) -> str:
    """The title as plain words: brackets are kept only where they name a version, and guests are left out."""

    def keep(found: re.Match[str]) -> str:
        inner = found.group(1)
        return f" {inner}" if tags_of(inner) else ""

    text = " ".join(track.title[:LOOKED_AT].split())
    bare = _BRACKETS.sub(keep, text)
    if not level(bare):
        bare = _BRACKETS.sub(r" \1", text)
    bare = re.split(r"\s(?:feat\.?|ft\.?|featuring)\s", bare, maxsplit=1, flags=re.IGNORECASE)[0]
    if track.version and track.version.casefold() not in bare.casefold() and tags_of(track.version):
        bare = f"{bare} {track.version}"
    return _words(bare) or _words(text) or text.strip()


def _words(text: str) -> str:
    """`text` without what the search takes for syntax."""
    text = re.sub(r"[’‘`´]", "'", " ".join(text[:LOOKED_AT].split()))
    text = _OPERATORS.sub(lambda found: found[0].lower(), _NOT_WORDS.sub(" ", text))
    return " ".join(text.replace(" & ", " ").split())


def _filter_words(text: str) -> str:
    """`text` fit for a field filter: no apostrophe, ampersand, slash or colon."""
    return " ".join(re.sub(r"[&/,;]", " ", re.sub(r"[’‘`´']", "", _words(text))).split())


def _short(text: str, longest: int = LONGEST) -> str:
    """`text` cut at a word to at most `longest` characters."""
    if len(text) <= longest:
        return text
    cut = text[:longest]
    return cut.rsplit(" ", 1)[0] if " " in cut else cut
