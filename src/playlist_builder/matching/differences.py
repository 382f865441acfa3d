"""What is not the same between a track as asked for and a recording: the parts that reports name."""

from __future__ import annotations

from playlist_builder.matching.names import level, named, title_of, without_g
from playlist_builder.matching.score import acts_of, album_part, artist_part, wanted_title
from playlist_builder.model import Recording, Track, Tracklist

LENGTHS_DIFFER_MS = 8000  # listings round, editions fade in and out


def differences(track: Track, recording: Recording, wishes: Tracklist | None = None) -> tuple[str, ...]:
    """The names of the parts that differ, in the order artist, title, version, duration, album, edition, explicit.

    Case, accents, punctuation, "The" and "&" are no difference; neither are a remaster or a film suffix, unless the
    listing (`wishes`) prefers otherwise.
    """
    wanted, found = wanted_title(track), title_of(recording.title)
    parts = []
    if named(track.artist) and not _same_artist(track, recording):
        parts.append("artist")
    if without_g(wanted.plain) != without_g(found.plain) and level(track.title) != level(recording.title):
        parts.append("title")
    if wanted.tags != found.tags or (wanted.part and found.part and wanted.part != found.part):
        parts.append("version")
    if track.duration_ms and recording.duration_ms:
        parts += ["duration"] if abs(track.duration_ms - recording.duration_ms) > LENGTHS_DIFFER_MS else []
    if track.album and recording.album and album_part(track.album, recording.album) < 0.9:
        parts.append("album")
    if wishes is not None:
        parts.extend(_against_wishes(recording, found.remaster, wishes))
    return tuple(parts)


def _same_artist(track: Track, recording: Recording) -> bool:
    wanted, found = wanted_title(track), title_of(recording.title)
    if artist_part(track.artist, wanted, recording, found) == 1.0:
        return True
    names = {level(name) for name in acts_of(recording)}
    return level(track.artist) in names


def _against_wishes(recording: Recording, remaster: bool, wishes: Tracklist) -> list[str]:
    parts = []
    if ("remaster" in wishes.prefer and not remaster) or ("original" in wishes.prefer and remaster):
        parts.append("edition")
    if (wishes.explicit == "prefer" and recording.explicit is False) or (
        wishes.explicit == "avoid" and recording.explicit
    ):
        parts.append("explicit")
    return parts
