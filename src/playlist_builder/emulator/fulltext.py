"""What a search text asks for: free words and field filters, folded to the words that are looked up."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

FIELDS = frozenset({"track", "artist", "album", "year", "isrc", "genre", "tag", "upc"})
APOSTROPHES = "'’‘ʼ`´"
# A hit that shares only such words with the question is no hit.
COMMON = frozenset({
    "a", "an", "and", "at", "by", "el", "feat", "featuring", "for", "from", "ft", "i", "in",
    "is", "it", "la", "le", "live", "me", "mix", "motion", "my", "of", "on", "or", "original",
    "part", "picture", "remaster", "remastered", "s", "soundtrack", "t", "the", "theme", "to", "version", "with", "you",
    "your",
})  # fmt: skip

_FILTER = re.compile(r'(?<!\w)([^\W\d_]\w*):(?:"([^"]*)(?:"|$)|(\S*))')
_WORDS = re.compile(r"[^\W_]+")
_FOLDS = {ord(mark): "" for mark in APOSTROPHES} | {ord("&"): " and "}
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


def words(text: str) -> list[str]:
    """The words of `text` in order, without case, accents and apostrophes; "&" reads as "and"."""
    text = text.translate(_FOLDS)
    if not text.isascii():
        text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _WORDS.findall(text.casefold())


@dataclass(frozen=True, slots=True)
class Question:
    """A search text taken apart. `fields` are (field, its words); `years` is the first and last year."""

    words: tuple[str, ...] = ()
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    years: tuple[int, int] | None = None
    isrc: str | None = None

    @property
    def strict(self) -> bool:
        """Whether any filter was given: then nothing but full hits count."""
        return bool(self.fields or self.years or self.isrc)


def read(text: str) -> Question | None:
    """The question in `text`; None where it can have no hit.

    None it is for an unknown field, an empty value, an apostrophe in a value, "&" in an artist, years that are none,
    and the fields that nothing here is filed under (genre, tag, upc).
    """
    fields: list[tuple[str, tuple[str, ...]]] = []
    years: tuple[int, int] | None = None
    isrc: str | None = None
    for found in _FILTER.finditer(text):
        field = found[1].lower()
        value = found[2] if found[2] is not None else found[3]
        parts = tuple(words(value))
        if field not in FIELDS - {"genre", "tag", "upc"} or not parts or any(mark in value for mark in APOSTROPHES):
            return None
        if field == "year":
            span = _YEARS.fullmatch(value.strip())
            if not span:
                return None
            first, last = int(span[1]), int(span[2] or span[1])
            years = (max(first, years[0]), min(last, years[1])) if years else (first, last)
        elif field == "isrc":
            code = re.sub(r"[-\s]", "", value).upper()
            if isrc not in (None, code):
                return None
            isrc = code
        elif field == "artist" and "&" in value:
            return None
        else:
            fields.append((field, parts))
    free = tuple(dict.fromkeys(words(_FILTER.sub(" ", text))))
    question = Question(words=free, fields=tuple(fields), years=years, isrc=isrc)
    return question if free or question.strict else None
