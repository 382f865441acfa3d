"""When two catalogue entries are one recording, and when they are one song."""

from __future__ import annotations

from playlist_builder.matching.names import level, title_of
from playlist_builder.matching.score import told_apart
from playlist_builder.model import Recording

SAME_LENGTH_MS = 3000  # two entries of one recording differ by at most this in their lengths


def same_recording(a: Recording, b: Recording) -> bool:
    """Whether `a` and `b` are one recording: the same URI or ISRC, or the same artist, title, version and length."""
    if a.uri == b.uri or (a.isrc and a.isrc == b.isrc):
        return True
    if a.duration_ms is None or b.duration_ms is None or abs(a.duration_ms - b.duration_ms) > SAME_LENGTH_MS:
        return False
    return same_song(a, b)


def same_song(a: Recording, b: Recording) -> bool:
    """Whether `a` and `b` are the same song in the same version by the same main artist, whatever their lengths."""
    one, other = title_of(a.title), title_of(b.title)
    return (
        one.plain == other.plain
        and one.tags == other.tags
        and one.part == other.part
        and (one.which == other.which or not told_apart(one.which, other.which))
        and bool({level(name) for name in a.artists[:1]} & {level(name) for name in b.artists})
    )
