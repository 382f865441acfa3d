"""What readers of playlist files share: one row from its parts, and "Artist - Title" texts as two names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import unquote

from playlist_builder.listing.lines import Line
from playlist_builder.listing.rows import rows_of
from playlist_builder.listing.signs import clean
from playlist_builder.listing.split import Splitting, Surroundings, split
from playlist_builder.listing.toml import ISRC
from playlist_builder.model import Track

_AUDIO = re.compile(
    r"\.(?:mp3|flac|ogg|oga|opus|m4a|m4b|aac|wav|wma|aif|aiff|ape|wv|mpc|mp4|webm|mkv|alac|dsf|mid|mod|xm)$",
    re.IGNORECASE,
)
_SPOTIFY = re.compile(r"(?:spotify:track:|open\.spotify\.com/(?:intl-\w+/)?track/)([A-Za-z0-9]{22})\b")
_ISRC_TEXT = re.compile(r"isrc:?\s*([A-Za-z]{2}-?[A-Za-z0-9]{3}-?\d{2}-?\d{5})\b", re.IGNORECASE)


def milliseconds_of(value: object, unit: int = 1) -> int | None:
    """A whole number of milliseconds from a number or digits, `unit` of them to one; None for none or nonsense."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        if not re.fullmatch(r"\s*\d{1,12}(?:\.\d{1,6})?\s*", value):
            return None
        value = float(value)
    if not isinstance(value, (int, float)) or not 0 < value * unit < 360_000_000:
        return None
    return round(value * unit)


def isrc_of(text: str) -> str | None:
    """The ISRC in `text`, with or without "isrc:" before it; None without one."""
    code = re.sub(r"[-\s]", "", text).upper()
    if ISRC.fullmatch(code):
        return code
    found = _ISRC_TEXT.search(text)
    return re.sub(r"-", "", found.group(1)).upper() if found else None


def spotify_uri(text: str) -> str | None:
    """The Spotify track URI that a URI or link in `text` names; None without one."""
    found = _SPOTIFY.search(text)
    return f"spotify:track:{found.group(1)}" if found else None


def named(texts: Sequence[str]) -> list[tuple[str, str]]:
    """(artist, title) of texts such as "Artist - Title", the side decided for all of them together."""
    if not texts:
        return []
    cleaned = [clean(text) for text in texts]
    having = [at for at, text in enumerate(cleaned) if re.search(r"\S\s+[-–—]\s+\S", text)]
    if not having:
        return [("", text) for text in cleaned]
    splitting: Splitting = split([cleaned[at] for at in having], Surroundings())
    if splitting.kind not in ("dash", "one-sided"):
        return [_plain(text) for text in cleaned]
    pairs = [("", text) for text in cleaned]
    for at, pair in zip(having, splitting.pairs, strict=True):
        pairs[at] = (clean(pair[0]), clean(pair[1]))
    return pairs


def _plain(text: str) -> tuple[str, str]:
    parts = re.split(r"\s+[-–—]\s+", text, maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == 2 else ("", text)


def names_of_paths(paths: Sequence[str]) -> list[tuple[str, str]]:
    """(artist, title) of audio files, from their names without numbers, else from the folders they lie in."""
    if not paths:
        return []
    stems = [
        _AUDIO.sub("", file_name(path)).replace("_", " ")
        if " " not in file_name(path)
        else _AUDIO.sub("", file_name(path))
        for path in paths
    ]
    lines = [Line(text=clean(stem)) for stem in stems]
    rows = {row.at: row.body for row in rows_of(lines)}
    numbered = sum(1 for stem in stems if re.match(r"\d", stem)) * 2 > len(stems)
    bodies = [_unnumbered(rows.get(at, stem) if numbered else stem, numbered) for at, stem in enumerate(stems)]
    pairs = named(bodies)
    return [(artist or _folder_artist(path), title) for (artist, title), path in zip(pairs, paths, strict=True)]


def _unnumbered(stem: str, numbered: bool) -> str:
    return re.sub(r"^\(?\d{1,3}\)?(?:-\d{2})?\s*[-._)]*\s+(?=\S)", "", stem) or stem if numbered else stem


def file_name(path: str) -> str:
    """The last part of a path or address, of either kind of slash, percent signs resolved in addresses."""
    if "://" in path:
        path = unquote(path.split("?")[0].split("#")[0])
        return clean(PurePosixPath(path).name)
    return clean(PureWindowsPath(path).name if "\\" in path else PurePosixPath(path).name)


def folders(path: str) -> list[str]:
    """The folders of a path or address, the nearest first."""
    if "://" in path:
        path = unquote(path.split("://", 1)[1])
    parts = re.split(r"[\\/]", path)[:-1]
    return [clean(part) for part in reversed(parts) if part and not re.fullmatch(r"[A-Za-z]:|\.{1,2}", part)]


def _folder_artist(path: str) -> str:
    """The artist of …/Artist/Album/Title or of a folder "Artist - Album"; "" where the folders do not say."""
    around = folders(path)
    if around and (found := re.match(r"^(?![(\[]?(?:19|20)\d{2}[)\]]?\s)(.{1,60}?)\s+-\s+(.{1,80})$", around[0])):
        return "" if found.group(1).lower() in ("va", "various", "various artists") else found.group(1)
    if around and re.match(r"^[(\[]?(?:19|20)\d{2}[)\]]?\s*[-–]\s+\S", around[0]) and len(around) > 1:
        return around[1]  # "1976 - Album" lies in the artist's folder
    generic = (
        r"(?i)(?:music|musik|música|musique|музыка|mp3s?|my music|downloads?|itunes(?: media| music)?|users|"
        r"home|media|songs|audio|playlists?|desktop|library|[a-z]|\d+)"
    )
    if len(around) >= 3 and not re.fullmatch(generic, around[1]) and re.fullmatch(generic, around[2]):
        return around[1]
    relative = not re.match(r"[A-Za-z]:|[\\/]|\w+://", path)
    return around[1] if relative and len(around) == 2 and not re.fullmatch(generic, around[1]) else ""


def row(title: str, artist: str = "", **more: object) -> Track | None:
    """A track with its texts cleaned; None without a title."""
    title = clean(title)
    if not title:
        return None
    fields = {key: value for key, value in more.items() if value}
    return Track(title=title, artist=clean(artist), **fields)  # type: ignore[arg-type]
