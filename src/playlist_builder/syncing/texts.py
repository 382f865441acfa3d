"""Name, description and visibility: the mark by which a playlist is found again, and what may be written when.

The service refuses newlines and long texts, and it may ignore a wish for privacy. Nothing here makes a later run write
again what was asked for once.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NAME_LIMIT: Final = 100
LIMIT: Final = 300

_MARK: Final = re.compile(r"\[playlist (\S|\S.*?\S) ([0-9a-z]{4,32})\]")
_LONGEST_NAME: Final = 80  # in a mark; the id says which listing it is
_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://(www\.)?", re.IGNORECASE)
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def mark(name: str, lock_id: str) -> str:
    """The mark for a description: `[playlist rocky-iv k3v9x2q7]`. A long name is cut."""
    return f"[playlist {one_line(name, _LONGEST_NAME)} {lock_id}]"


def lock_in(description: str) -> tuple[str, str] | None:
    """The listing's name and the lock's id out of the last mark in a description; None without one."""
    start = description.rfind("[playlist ")
    found = _MARK.match(description, start) if start >= 0 else None
    return (found[1], found[2]) if found else None


def one_line(text: str, limit: int = LIMIT) -> str:
    """The text without controls, in one line with single spaces, at most `limit` UTF-16 units long.

    Cut at a word, with "…". `limit` is at least 1.
    """
    plain = " ".join("".join(c for c in text if not _hidden(c)).split())
    if _units(plain) <= limit:
        return plain
    room = limit - 1
    cut = 0
    for character in plain:
        room -= _units(character)
        if room < 0:
            break
        cut += 1
    while cut and unicodedata.combining(plain[cut]):
        cut -= 1
    head = plain[:cut]
    if plain[cut] != " " and " " in head:
        head = head[: head.rindex(" ")]
    return head.rstrip(" ,;:–—-") + "…"


def description_for(text: str | None, source: str | None, mark: str) -> str:
    """A description of at most 300: the listing's own words, or else where it was read, then the mark."""
    words = text if text is not None else f"From {_SCHEME.sub('', source).rstrip('/')}" if source else ""
    room = LIMIT - _units(mark) - 1
    words = one_line(words, room) if room > 0 else ""
    return f"{words} {mark}" if words else mark


def text_to_write(ours_before: str | None, wanted: str, remote: str, *, asked_before: str | None = None) -> str | None:
    """The name or description to write, or None: nothing to write.

    `ours_before` is the text as our last write left it and `asked_before` the one that it asked for, where the service
    may have changed it. What the user changed stays; without memory only an empty text is filled.
    """
    if wanted in (remote, asked_before):
        return None
    if ours_before is None:
        return wanted if not remote else None
    return wanted if remote == ours_before else None


def visibility_to_write(
    asked_before: bool | None, seen_after: bool | None, wanted: bool, remote: bool | None
) -> bool | None:
    """The `public` to write, or None: nothing to write.

    `asked_before` is what we asked for last and `seen_after` what the service then reported. A wish is put once: if
    the service ignored it, or the user changed it since, it is not put again until the listing wishes otherwise.
    Without memory what is there stays. `remote` None: the service does not say; what it said last counts.
    """
    there = seen_after if remote is None else remote
    if asked_before is None or asked_before == wanted or there == wanted:
        return None
    return wanted


def _hidden(character: str) -> bool:
    if character in _BIDI:
        return True
    return unicodedata.category(character) in ("Cc", "Cs") and not character.isspace()


def _units(text: str) -> int:
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)
