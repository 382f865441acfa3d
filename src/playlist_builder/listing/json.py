"""JSON: JSPF, answers of web APIs (albums and playlists), and lists of objects with keys of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from playlist_builder.errors import ListingError
from playlist_builder.listing.columns import field_of
from playlist_builder.listing.signs import clean, fold
from playlist_builder.listing.source import Note, Reading, Source
from playlist_builder.listing.structured import isrc_of, milliseconds_of, named, row, spotify_uri
from playlist_builder.listing.times import milliseconds
from playlist_builder.listing.toml import duration_ms
from playlist_builder.listing.words import VARIOUS
from playlist_builder.model import Track, Tracklist

_ROW_KEYS = ("track", "item", "song", "recording", "node", "video", "entry")  # what a row may be wrapped in
_NOT_MUSIC = frozenset(("episode", "podcast", "show", "audiobook", "movie", "audiobook chapter"))
_DEEPEST = 12


def detect(source: Source) -> bool:
    if source.suffix in (".json", ".jspf", ".jsonl", ".ndjson"):
        return True
    return source.text.lstrip()[:1] in ("{", "[") and bool(re.match(r"\s*(?:\{\s*\"|\[\s*[\[{\"])", source.text[:2000]))


def parse(source: Source) -> tuple[Reading, ...]:
    """The longest list of tracks in the document; () without one; raises `ListingError` for broken JSON."""
    return listings(_loaded(source))


def listings(document: Any) -> tuple[Reading, ...]:
    """The longest list of tracks in a value of objects and lists; () without one."""
    best: tuple[int, Reading] | None = None
    for parent, rows in _lists(document, {}, 0):
        reading = _reading(parent, rows)
        if reading is not None and (best is None or len(reading.tracklist.tracks) > best[0]):
            best = (len(reading.tracklist.tracks), reading)
    return (best[1],) if best else ()


def _loaded(source: Source) -> Any:
    try:
        return json.loads(source.text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (rows := _by_lines(source)):
            return rows
        raise ListingError(
            f"{source.name}:{error.lineno}: not valid JSON: {error.msg} (column {error.colno})."
        ) from error
    except RecursionError as error:
        raise ListingError(f"{source.name}: nested too deeply for a listing.") from error
    except ValueError as error:  # a number of too many digits
        raise ListingError(f"{source.name}: not valid JSON: {error}.") from error


def _by_lines(source: Source) -> list[Any]:
    """One object a line; [] where a line is none."""
    try:
        return [json.loads(line) for line in source.lines if line.strip()]
    except (ValueError, RecursionError):
        return []


def _lists(value: Any, parent: dict[str, Any], depth: int) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Every list of objects or texts with the object around it that has a name."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        if value:
            yield parent, value
        for item in value[:50]:
            if isinstance(item, dict) and any(isinstance(v, list) for v in item.values()):
                yield from _lists(item, _titled(item, parent), depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, (list, dict)) and key not in (
                "images",
                "artists",
                "available_markets",
                "genres",
                "copyrights",
            ):
                yield from _lists(item, _titled(value, parent), depth + 1)


def _titled(value: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any]:
    """The nearest object with a name."""
    return (
        value if any(isinstance(value.get(key), str) and value[key] for key in ("name", "title")) else parent or value
    )


def _reading(parent: dict[str, Any], rows: list[Any]) -> Reading | None:
    notes: list[Note] = []
    default = _names(
        parent.get("artists") or parent.get("artist") or parent.get("artist-credit") or parent.get("albumArtist")
    )
    default = "" if fold(default) in VARIOUS else default
    if all(isinstance(item, str) for item in rows):
        if len(rows) < 3 or sum(1 for text in rows if re.search(r"\S\s[-–—]\s\S", text)) * 2 < len(rows):
            return None
        tracks = [track for artist, title in named(rows) if (track := row(title, artist)) is not None]
    else:
        tracks = []
        for number, item in enumerate(rows, 1):
            track = _track(item, default)
            if track is not None:
                tracks.append(track)
            else:
                notes.append(Note(text=f"Left out: entry {number} is no track."))
    if not tracks or len(tracks) < sum(1 for item in rows if item is not None and not _is_row(item)) / 2:
        return None
    if all(not track.artist for track in tracks) and not any(track.duration_ms for track in tracks):
        return None
    album = parent.get("album_type") or parent.get("type") == "album"
    title = clean(str(parent.get("name") or parent.get("title") or parent.get("playlist_name") or ""))
    listing = Tracklist(
        title=title,
        tracks=tuple(tracks),
        albums=(title,) if album and title else (),
        year=_year(parent.get("release_date")) if album else None,
    )
    return Reading(tracklist=listing, format="json", notes=tuple(notes))


def _is_row(item: Any) -> bool:
    """Whether an object stands for a place in a playlist, be it a track or not."""
    if not isinstance(item, dict):
        return False
    return any(key in item for key in ("track", "item")) or str(item.get("type") or "").lower() in _NOT_MUSIC


def _year(value: object) -> int | None:
    found = re.match(r"((?:18|19|20)\d{2})\b", value) if isinstance(value, str) else None
    return int(found.group(1)) if found else None


def _track(item: Any, default: str) -> Track | None:
    """One object as a track; None for nulls, episodes and what has no title."""
    if not isinstance(item, dict):
        return None
    for key in _ROW_KEYS:
        if key in item and isinstance(item[key], dict):
            return _track(item[key], default)
        if (
            key in item
            and item[key] is None
            and not any(field_of(k) == "title" and isinstance(v, str) for k, v in item.items())
        ):
            return None
    if str(item.get("type") or "").lower() in _NOT_MUSIC or item.get("episode") is True:
        return None
    fields = _fields(item)
    title = fields.get("title")
    if not isinstance(title, str):
        return None
    artist = _names(fields.get("artist")) or default
    album = fields.get("album")
    external = item.get("external_ids")
    isrc = external.get("isrc") if isinstance(external, dict) else fields.get("isrc")
    links = " ".join(
        _texts(
            [item.get(key) for key in ("uri", "url", "identifier", "location", "link", "spotify_uri", "spotify_url")]
        )
    )
    return row(
        title,
        artist,
        album=_names(album) or None,
        duration_ms=_length(item, fields.get("duration")),
        isrc=isrc_of(isrc if isinstance(isrc, str) else links),
        uri=spotify_uri(links),
    )


def _fields(item: dict[str, Any]) -> dict[str, Any]:
    """The values of an object by the fields that its keys name; a plainer key wins."""
    found: dict[str, Any] = {}
    for key, value in item.items():
        field = field_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)) or field_of(key)
        if field and value not in (None, "", []) and field not in found:
            found[field] = value
    for key, field in (
        ("title", "title"),
        ("name", "title"),
        ("artists", "artist"),
        ("artist", "artist"),
        ("creator", "artist"),
    ):
        if item.get(key) and (key != "name" or not isinstance(item.get("title"), str)):
            found[field] = item[key]
    return found


def _names(value: Any) -> str:
    """The names in a text, an object with a name, or a list of either, joined with commas."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        inner = value.get("name") or value.get("title") or value.get("#text") or value.get("artist")
        return clean(inner) if isinstance(inner, str) else ""
    if isinstance(value, list):
        if any(isinstance(part, dict) and part.get("joinphrase") for part in value):
            return clean(
                "".join(
                    f"{_names(part)}{part.get('joinphrase') or ''}" for part in value[:50] if isinstance(part, dict)
                )
            )
        return ", ".join(name for part in value[:50] if not isinstance(part, list) and (name := _names(part)))
    return ""


def _texts(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (text for text in value if isinstance(text, str))


def _length(item: dict[str, Any], value: Any) -> int | None:
    for key in ("duration_ms", "durationMs", "length_ms", "trackTimeMillis", "durationInMillis"):
        if key in item:
            return milliseconds_of(item[key])
    if isinstance(value, str) and ":" in value:
        return duration_ms(value) or milliseconds(value)
    number = milliseconds_of(value)
    return None if number is None else number if number > 6000 else number * 1000
