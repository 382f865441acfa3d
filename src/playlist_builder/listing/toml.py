"""The listing file itself: `NAME.toml`, read strictly, written as a careful person would type it."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from typing import Any, cast

from playlist_builder.errors import ListingError
from playlist_builder.listing.source import Reading, Source
from playlist_builder.model import Accept, Track, Tracklist

KEYS = (
    "title", "album", "artist", "year", "source", "public", "description", "cover", "explicit", "prefer", "accept",
    "track",
)  # fmt: skip
TRACK_KEYS = ("artist", "title", "duration", "isrc", "version", "album", "uri")
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")  # ISO 3901: country, registrant, year and number


def detect(source: Source) -> bool:
    return source.suffix == ".toml" or bool(re.search(r"^[ \t]*\[\[track\]\][ \t]*$", source.text, re.MULTILINE))


def parse(source: Source) -> tuple[Reading, ...]:
    """The listing; raises `ListingError` naming file, line and what to do."""
    source.refuse_conflict()
    try:
        table = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f":{found.group(1)}" if found else ""
        reason = re.sub(r" \(at .*\)$", "", str(error))
        raise ListingError(
            f"{source.name}{where}: not valid TOML: {reason}. Texts stand in double quotes, each row under [[track]]."
        ) from error
    except RecursionError as error:
        raise ListingError(f"{source.name}: nested too deeply for a listing.") from error
    return (Reading(tracklist=_Reader(source).tracklist(table), format="toml"),)


class _Reader:
    """Checks keys and types; every complaint names the line."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def tracklist(self, table: dict[str, Any]) -> Tracklist:
        for key in table:
            self.known(key, KEYS, None)
        rows = table.get("track", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.wrong("track", None, "written as [[track]], once for each row")
        artist = self.text(table, "artist")
        title = self.text(table, "title")
        if title is None:
            raise ListingError(f'{self.source.name}: the listing has no title. Add title = "…" at its top.')
        explicit = self.one_of(table, "explicit", ("prefer", "avoid"))
        accept = self.one_of(table, "accept", ("exact", "confident", "likely"))
        return Tracklist(
            title=title,
            tracks=tuple(self.track(row, number, artist) for number, row in enumerate(rows, 1)),
            albums=self.texts(table, "album"),
            artist=artist,
            year=self.year(table),
            source=self.text(table, "source"),
            public=self.boolean(table, "public"),
            description=self.text(table, "description"),
            cover=self.text(table, "cover"),
            explicit=cast(Any, explicit),
            prefer=self.prefer(table),
            accept=cast("Accept | None", accept),
        )

    def track(self, row: dict[str, Any], number: int, artist: str | None) -> Track:
        for key in row:
            self.known(key, TRACK_KEYS, number)
        title = self.text(row, "title", number)
        if not title:
            raise ListingError(
                f'{self.source.name}:{self.line("title", number)}: row {number} has no title. Add title = "…" to it.'
            )
        own = self.text(row, "artist", number)
        return Track(
            title=title,
            artist=own if own is not None else artist or "",
            duration_ms=self.duration(row, number),
            isrc=self.isrc(row, number),
            version=self.text(row, "version", number),
            album=self.text(row, "album", number),
            uri=self.text(row, "uri", number),
        )

    def known(self, key: str, keys: tuple[str, ...], number: int | None) -> None:
        if key in keys:
            return
        near = get_close_matches(key.lower(), keys, 1, 0.5)
        other = TRACK_KEYS if keys is KEYS else KEYS
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(keys)}."
        if not near and key in other:
            hint = "It belongs " + ("under [[track]]." if keys is KEYS else "at the top, above the first [[track]].")
        raise ListingError(f"{self.source.name}:{self.line(key, number)}: unknown key {key!r}. {hint}")

    def text(self, table: dict[str, Any], key: str, number: int | None = None) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.wrong(key, number, "a text in quotes")
        if len(value) > 5000:
            raise self.wrong(key, number, "at most 5,000 characters long")
        return " ".join(value.split()) or None

    def texts(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key)
        if isinstance(value, list):
            if not all(isinstance(item, str) and item.strip() for item in value):
                raise self.wrong(key, None, "a text, or a list of texts")
            return tuple(" ".join(item.split()) for item in value)
        one = self.text(table, key)
        return (one,) if one else ()

    def prefer(self, table: dict[str, Any]) -> tuple[str, ...]:
        wishes = self.texts(table, "prefer")
        for wish in wishes:
            if wish not in ("remaster", "original"):
                raise self.wrong("prefer", None, 'a list of "remaster" or "original"')
        return wishes

    def one_of(self, table: dict[str, Any], key: str, values: tuple[str, ...]) -> str | None:
        value = self.text(table, key)
        if value is not None and value not in values:
            raise self.wrong(key, None, " or ".join(f'"{value}"' for value in values))
        return value

    def boolean(self, table: dict[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, None, "true or false, without quotes")
        return value

    def year(self, table: dict[str, Any]) -> int | None:
        value = table.get("year")
        if isinstance(value, str) and re.fullmatch(r"\d{4}", value):
            return int(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1860 <= value <= 2200:
            raise self.wrong("year", None, "a year such as 1985")
        return value

    def duration(self, row: dict[str, Any], number: int) -> int | None:
        value = row.get("duration")
        if value is None:
            return None
        if isinstance(value, bool):
            milliseconds = None
        elif isinstance(value, (int, float)):
            milliseconds = round(value * 1000) if 0 < value < 360_000 else None
        else:
            milliseconds = duration_ms(str(value))
        if milliseconds is None:
            raise self.wrong("duration", number, 'minutes and seconds such as "3:51"')
        return milliseconds

    def isrc(self, row: dict[str, Any], number: int) -> str | None:
        value = self.text(row, "isrc", number)
        if value is None:
            return None
        code = re.sub(r"[-\s]", "", value).upper()
        if not ISRC.fullmatch(code):
            raise self.wrong("isrc", number, 'twelve letters and digits such as "USSM18500449"')
        return code

    def wrong(self, key: str, number: int | None, wanted: str) -> ListingError:
        row = f" of row {number}" if number else ""
        return ListingError(f"{self.source.name}:{self.line(key, number)}: {key!r}{row} should be {wanted}.")

    def line(self, key: str, number: int | None) -> int:
        """Where `key` of the `number`th row (None: of the top) stands; the row's own line where it has no such key."""
        row = 0
        start = 1
        for index, line in enumerate(self.source.lines, 1):
            if re.match(r"\s*\[\[\s*track\s*\]\]", line):
                row += 1
                if row == (number or 0):
                    start = index
            elif row == (number or 0) and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
                return index
        return start


def duration_ms(text: str) -> int | None:
    """Milliseconds of "3:51", "1:02:03" or "231" (seconds); None for anything else."""
    found = re.fullmatch(r"\s*(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{1,3}))?\s*", text)
    if not found:
        return None
    hours, minutes, seconds, part = found.groups()
    if minutes is not None and (int(seconds) > 59 or (hours is not None and int(minutes) > 59)):
        return None
    total = (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)) * 1000
    total += int((part or "0").ljust(3, "0"))
    return total if 0 < total < 360_000_000 else None


def dump(tracklist: Tracklist) -> str:
    """The listing file for `tracklist`: what is said, in the usual order of the keys; ends with a line end."""
    import tomli_w

    head: dict[str, Any] = {"title": tracklist.title}
    if tracklist.albums:
        head["album"] = tracklist.albums[0] if len(tracklist.albums) == 1 else list(tracklist.albums)
    for key in ("artist", "year", "source"):
        if getattr(tracklist, key) is not None:
            head[key] = getattr(tracklist, key)
    if tracklist.public:
        head["public"] = True
    for key in ("description", "cover", "explicit"):
        if getattr(tracklist, key) is not None:
            head[key] = getattr(tracklist, key)
    if tracklist.prefer:
        head["prefer"] = list(tracklist.prefer)
    if tracklist.accept is not None:
        head["accept"] = tracklist.accept
    parts = [tomli_w.dumps(head)]
    parts += ["\n[[track]]\n" + tomli_w.dumps(_row(track, tracklist.artist)) for track in tracklist.tracks]
    return "".join(parts)


def _row(track: Track, default: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if track.artist and track.artist != default:
        row["artist"] = track.artist
    row["title"] = track.title
    if track.duration_ms is not None:
        row["duration"] = duration_text(track.duration_ms)
    for key in ("isrc", "version", "album", "uri"):
        if getattr(track, key) is not None:
            row[key] = getattr(track, key)
    return row


def duration_text(milliseconds: int) -> str:
    """Minutes and seconds, hours where there are any: "3:51", "1:02:03"; rounded to the second."""
    seconds = max(1, round(milliseconds / 1000))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
