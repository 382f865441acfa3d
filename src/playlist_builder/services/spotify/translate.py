"""From the service's JSON to our values. Pure; reads both response shapes, and survives values that make no sense.

Applications made since February 2026 get `items` and `item` where older ones get `tracks` and `track`; inside an item
there may be a boolean `track: true`, which is why the wrapper decides. Removed fields are absent or dead.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from playlist_builder.model import Album, Entry, LibraryPage, PlaylistHead, Recording

JSON = Mapping[str, Any]
ALBUM_TYPES = ("album", "single", "compilation")
MOST_MS = 7 * 24 * 3600 * 1000  # a longer duration is not believed
NOTHING: JSON = {}


def recordings_of_search(said: Any) -> tuple[Recording, ...]:
    """The tracks of a search answer, in its order; entries that are not tracks are left out."""
    return tuple(found for item in _items(_object(said, "tracks")) if (found := recording(item)) is not None)


def albums_of_search(said: Any) -> tuple[Album, ...]:
    """The albums of a search answer, in its order."""
    return tuple(found for item in _items(_object(said, "albums")) if (found := album(item)) is not None)


def album(said: Any) -> Album | None:
    """An album as a search or its own endpoint shows it; None without a URI."""
    said = said if isinstance(said, Mapping) else NOTHING
    uri = text(said.get("uri"))
    if uri is None:
        return None
    return Album(
        uri=uri,
        title=text(said.get("name")) or "",
        artists=_artists(said),
        album_type=_album_type(said),
        release_date=text(said.get("release_date")),
        total_tracks=number(said.get("total_tracks")),
        cover_url=_cover(said),
    )


def recording(said: Any, album: Album | None = None) -> Recording | None:
    """A track; None without a URI. `album` fills in what a simplified track of an album's list does not repeat."""
    if not isinstance(said, Mapping):
        return None
    uri = text(said.get("uri"))
    if uri is None:
        return None
    on = _object(said, "album")
    isrc = text(_object(said, "external_ids").get("isrc"))
    return Recording(
        uri=uri,
        title=text(said.get("name")) or "",
        artists=_artists(said),
        album=text(on.get("name")) or (album.title if album else None),
        album_uri=text(on.get("uri")) or (album.uri if album else None),
        album_type=_album_type(on) or (album.album_type if album else None),
        album_artists=_artists(on) or (album.artists if album else ()),
        release_date=text(on.get("release_date")) or (album.release_date if album else None),
        duration_ms=number(said.get("duration_ms"), most=MOST_MS),
        isrc=isrc.upper().replace("-", "") if isrc else None,
        explicit=_flag(said, "explicit"),
        playable=_playable(said),
        track_number=number(said.get("track_number")),
        disc_number=number(said.get("disc_number")),
        cover_url=_cover(on) or (album.cover_url if album else None),
    )


def entry(said: Any) -> Entry:
    """One place of a playlist; whatever cannot be read is a null entry, so that positions stay right."""
    wrapper = said if isinstance(said, Mapping) else NOTHING
    item = wrapper.get("item")
    if not isinstance(item, Mapping):
        item = wrapper.get("track")
    added_at = text(wrapper.get("added_at"))
    found = recording(item)
    if found is None or not isinstance(item, Mapping):
        return Entry(uri=None, kind="null", added_at=added_at)
    if wrapper.get("is_local") is True or item.get("is_local") is True or found.uri.startswith("spotify:local:"):
        return Entry(uri=found.uri, kind="local", recording=found, added_at=added_at)
    if item.get("type") == "episode" or found.uri.startswith("spotify:episode:"):
        return Entry(uri=found.uri, kind="episode", recording=found, added_at=added_at)
    return Entry(uri=found.uri, recording=found, added_at=added_at)


def head(said: Any) -> PlaylistHead | None:
    """A playlist without its entries, its texts unescaped (the service escapes the description for HTML when it is
    read); None without an id. Its link is not filled in."""
    said = said if isinstance(said, Mapping) else NOTHING
    id = text(said.get("id"))
    if id is None:
        return None
    return PlaylistHead(
        id=id,
        name=text(said.get("name")) or "",
        description=html.unescape(text(said.get("description")) or ""),
        owner_id=text(_object(said, "owner").get("id")) or "",
        public=_flag(said, "public"),
        collaborative=said.get("collaborative") is True,
        revision=text(said.get("snapshot_id")) or "",
        total=number((paging(said) or NOTHING).get("total")),
        cover_url=_cover(said),
    )


def library_page(said: Any, offset: int) -> LibraryPage:
    """A page of the library. Entries that are not playlists are left out: step by the page size, not by their count."""
    said = said if isinstance(said, Mapping) else NOTHING
    heads = tuple(found for item in _items(said) if (found := head(item)) is not None)
    return LibraryPage(playlists=heads, offset=offset, total=number(said.get("total")) or 0)


def is_old(said: Any) -> bool | None:
    """Whether a playlist has the shape from before February 2026; None where it does not show."""
    if isinstance(said, Mapping):
        if isinstance(said.get("items"), Mapping):
            return False
        if isinstance(said.get("tracks"), Mapping):
            return True
    return None


def paging(said: Any) -> JSON | None:
    """The page (or the mere count) of entries that a playlist holds, under either name; None where there is none."""
    if not isinstance(said, Mapping):
        return None
    for key in ("items", "tracks"):
        if isinstance(said.get(key), Mapping):
            return _object(said, key)
    return None


def items(page: Any) -> Sequence[Any] | None:
    """What stands on a page; None where it is no page."""
    found = page.get("items") if isinstance(page, Mapping) else None
    return found if isinstance(found, list) else None


def text(value: Any) -> str | None:
    """A string that is not empty, else None."""
    return value if isinstance(value, str) and value else None


def number(value: Any, most: int = 10**9) -> int | None:
    """A whole number from 0 to `most`, else None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


def _items(page: JSON) -> Sequence[Any]:
    return items(page) or ()


def _object(said: Any, key: str) -> JSON:
    found = said.get(key) if isinstance(said, Mapping) else None
    return found if isinstance(found, Mapping) else NOTHING


def _flag(said: JSON, key: str) -> bool | None:
    value = said.get(key)
    return value if isinstance(value, bool) else None


def _artists(said: JSON) -> tuple[str, ...]:
    credits = said.get("artists")
    names = (text(_object({"a": one}, "a").get("name")) for one in credits) if isinstance(credits, list) else ()
    return tuple(name for name in names if name)


def _album_type(said: JSON) -> str | None:
    found = text(said.get("album_type"))
    return found.lower() if found and found.lower() in ALBUM_TYPES else None


def _playable(said: JSON) -> bool | None:
    """False where restrictions are named, else what `is_playable` says."""
    if _object(said, "restrictions"):
        return False
    return _flag(said, "is_playable")


def _cover(said: JSON) -> str | None:
    """The first picture's address, if it is a web address."""
    images = said.get("images")
    first = images[0] if isinstance(images, list) and images else None
    url = text(_object({"i": first}, "i").get("url"))
    return url if url and url.startswith(("https://", "http://127.0.0.1:")) else None
