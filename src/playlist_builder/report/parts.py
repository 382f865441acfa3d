"""A candidate against what the listing says, part by part, for people who choose. Plain text, already clean."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from playlist_builder.matching.names import level
from playlist_builder.matching.score import album_part
from playlist_builder.model import Candidate, Match, Recording, Track, Tracklist
from playlist_builder.report.text import clean
from playlist_builder.report.words import changes_of, length

REFUSALS = {
    "version": "another version than the row asks for",
    "part": "another part of the song",
    "copy": "karaoke, tribute or the like",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what the listing says, what the recording says. `same` is None where either is silent."""

    name: str
    ours: str
    theirs: str
    same: bool | None


def parts_of(track: Track, recording: Recording, differing: tuple[str, ...], wishes: Tracklist) -> tuple[Part, ...]:
    """Title, artist, version, length, album and year, then what the listing's wishes say against it."""
    title = clean(recording.title)
    ours = clean(track.title)
    made = [
        Part("title", ours, title, not {"title"} & set(differing) if title else None),
        _part("artist", clean(track.artist), clean(", ".join(recording.artists)), "artist" not in differing),
    ]
    if "version" in differing:
        made.append(Part("version", clean(track.version or "") or "as on the record", title, False))
    made.append(_part("length", length(track.duration_ms), length(recording.duration_ms), "duration" not in differing))
    made.append(_album(track, recording, wishes))
    made.append(_year(recording, wishes))
    for name, wanted, found in changes_of(track, recording, tuple(set(differing) & {"edition", "explicit"})):
        made.append(Part(name, wanted, found, False))
    return tuple(made)


def candidate_parts(track: Track, found: Candidate, wishes: Tracklist) -> tuple[Part, ...]:
    return parts_of(track, found.recording, found.differences, wishes)


def asked_parts(track: Track, wishes: Tracklist) -> list[tuple[str, str]]:
    """What the listing says of a row beyond artist and title: name and text of each part."""
    said = [
        ("version", clean(track.version or "")),
        ("length", length(track.duration_ms)),
        ("album", _own_album(track, wishes)),
        ("year", str(wishes.year) if wishes.year else ""),
    ]
    return [(name, text) for name, text in said if text]


def marked(ours: str, theirs: str) -> list[tuple[str, bool]]:
    """`theirs` in pieces; True for the pieces that `ours` does not have, word by word, spelling levelled."""
    words = theirs.split(" ")
    a, b = [level(word) or word for word in ours.split(" ")], [level(word) or word for word in words]
    pieces: list[tuple[str, bool]] = []
    for tag, _, _, start, end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if start < end:
            pieces.append((" ".join(words[start:end]), tag != "equal"))
    return pieces


def why(match: Match) -> str:
    """Why the row needs a person, in one plain sentence without its stop; "" where nothing is known."""
    return clean(match.reason)


def cover(url: str | None) -> str | None:
    """The picture's address if it is one of the service's own picture hosts, over TLS; None for any other."""
    if not url or clean(url) != url:
        return None
    try:
        split = urlsplit(url)
        host = split.hostname or ""
        port = split.port
    except ValueError:
        return None
    return (
        url if split.scheme == "https" and host.endswith(".scdn.co") and port is None and not split.username else None
    )


def _part(name: str, ours: str, theirs: str, same: bool) -> Part:
    return Part(name, ours, theirs, same if ours and theirs else None)


def _own_album(track: Track, wishes: Tracklist) -> str:
    """The album that the listing names for the row; links and URIs say nothing to a person."""
    names = (track.album,) if track.album else wishes.albums
    return next((clean(name) for name in names if name and "://" not in name and not name.startswith("spotify:")), "")


def _album(track: Track, recording: Recording, wishes: Tracklist) -> Part:
    ours, theirs = _own_album(track, wishes), clean(recording.album or "")
    return _part("album", ours, theirs, bool(ours and theirs and album_part(ours, theirs) >= 0.9))


def _year(recording: Recording, wishes: Tracklist) -> Part:
    theirs = clean(recording.release_date or "")[:4]
    ours = str(wishes.year) if wishes.year else ""
    near = ours.isdigit() and theirs.isdigit() and abs(int(ours) - int(theirs)) <= 1
    return _part("year", ours, theirs, near)
