"""The JSON of the API, per mode. URLs are absolute, on the address that was asked."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote_plus, urlencode

from playlist_builder.emulator.library import Account, Entry, Playlist, User

JSON = dict[str, Any]

WEB = "https://open.spotify.com"
MARKETS = ["CA", "DE", "FR", "GB", "JP", "US"]
EMBEDDED = 100  # entries of the first page inside a playlist (seen by clients)
ITEMS_LIMIT = 50  # entries of a page of /playlists/{id}/items (reference)
TRACKS_LIMIT = 100  # the same of /playlists/{id}/tracks, gone for new applications


class Artist(Protocol):
    """What is read of a catalogue's artist."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class AlbumRow(Protocol):
    """What is read of a catalogue's album."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def artists(self) -> Sequence[Artist]: ...
    @property
    def album_type(self) -> str: ...
    @property
    def release_date(self) -> str: ...
    @property
    def total_tracks(self) -> int: ...


class TrackRow(Protocol):
    """What is read of a catalogue's track."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def artists(self) -> Sequence[Artist]: ...
    @property
    def album(self) -> AlbumRow: ...
    @property
    def duration_ms(self) -> int: ...
    @property
    def isrc(self) -> str | None: ...
    @property
    def explicit(self) -> bool: ...
    @property
    def track_number(self) -> int: ...
    @property
    def disc_number(self) -> int: ...
    @property
    def popularity(self) -> int: ...


class Catalogue(Protocol):
    """What the emulator asks of its catalogue."""

    def search_tracks(self, query: str, limit: int, offset: int) -> tuple[Sequence[TrackRow], int]:
        """One page of hits, best first, and how many there are."""
        ...

    def search_albums(self, query: str, limit: int, offset: int) -> tuple[Sequence[AlbumRow], int]:
        """One page of hits, best first, and how many there are."""
        ...

    def track(self, id: str) -> TrackRow | None: ...
    def album(self, id: str) -> AlbumRow | None: ...
    def album_tracks(self, id: str) -> Sequence[TrackRow] | None: ...
    def artist(self, id: str) -> Artist | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One of the regimes that applications live under since February 2026 (Spotify's migration guide)."""

    name: str
    new_keys: bool  # `item` and `items` instead of `track` and `tracks`
    old_endpoints: bool  # what was removed in February 2026 still answers
    all_fields: bool  # popularity, available_markets, linked_from and their like
    search_limit: int
    search_default: int


MODES = {
    mode.name: mode
    for mode in (
        Mode(
            name="dev-new",
            new_keys=True,
            old_endpoints=False,
            all_fields=False,
            search_limit=10,
            search_default=5,
        ),
        Mode(
            name="dev-old",
            new_keys=False,
            old_endpoints=True,
            all_fields=False,
            search_limit=50,
            search_default=20,
        ),
        Mode(
            name="extended",
            new_keys=False,
            old_endpoints=True,
            all_fields=True,
            search_limit=50,
            search_default=20,
        ),
    )
}


def escaped(description: str) -> str:
    """A description as reads show it, HTML-escaped, the slash too (reported by clients, confirmed by the service)."""
    return html.escape(description, quote=True).replace("/", "&#x2F;")


def selected(value: Any, fields: str) -> Any:
    """What `fields` leaves of `value`: `a,b(c,d.e)`, with `!a` for all but; wrong names leave nothing, in silence."""
    wanted, _ = _fields(fields, 0)
    return _select(value, wanted)


_Wanted = dict[str, "_Wanted | None"]


def _fields(text: str, at: int) -> tuple[_Wanted, int]:
    wanted: _Wanted = {}
    while at < len(text):
        name = re.compile(r"[^,()]*").match(text, at)
        assert name is not None
        path, at = name.group().strip().split("."), name.end()
        inner: _Wanted | None = None
        if at < len(text) and text[at] == "(":
            inner, at = _fields(text, at + 1)
        for part in reversed(path[1:]):
            inner = {part: inner}
        if path[0]:
            known = wanted.get(path[0])
            wanted[path[0]] = {**known, **inner} if known and inner else inner
        if at < len(text) and text[at] == ")":
            return wanted, at + 1
        at += 1
    return wanted, at


def _select(value: Any, wanted: _Wanted | None) -> Any:
    if wanted is None or value is None:
        return value
    if isinstance(value, list):
        return [_select(one, wanted) for one in value]
    if not isinstance(value, dict):
        return value
    dropped = {name[1:] for name in wanted if name.startswith("!")}
    if dropped:
        return {name: one for name, one in value.items() if name not in dropped}
    return {name: _select(value[name], inner) for name, inner in wanted.items() if name in value}


@dataclass(frozen=True, slots=True)
class _Relinked:
    """A track under another id."""

    id: str
    title: str
    artists: Sequence[Artist]
    album: AlbumRow
    duration_ms: int
    isrc: str | None
    explicit: bool
    track_number: int
    disc_number: int
    popularity: int


@dataclass(frozen=True)
class Shapes:
    """Makes the JSON of one answer. `base` is the address of the API with `/v1`."""

    base: str
    mode: Mode
    account: Account
    catalogue: Catalogue
    page_cap: int | None = None
    snapshot_delay_s: float = 0.0
    items_delay_s: float = 0.0

    def paging(
        self,
        path: str,
        query: Mapping[str, str],
        items: Sequence[Any],
        *,
        total: int,
        limit: int,
        offset: int,
        next_limit: int | None = None,
    ) -> JSON:
        """A page with absolute addresses; `query` holds what its neighbours need besides offset and limit.

        `next_limit`: of the page that follows, where it may not be as long as this one."""

        def url(start: int, length: int) -> str:
            return f"{self.base}{path}?{urlencode({**query, 'offset': start, 'limit': length})}"

        return {
            "href": url(offset, limit),
            "limit": limit,
            "next": url(offset + limit, next_limit or limit) if offset + limit < total else None,
            "offset": offset,
            "previous": url(max(0, offset - limit), limit) if offset > 0 else None,
            "total": total,
            "items": list(items),
        }

    def _names(self, kind: str, id: str) -> JSON:
        return {
            "external_urls": {"spotify": f"{WEB}/{kind}/{id}"},
            "href": f"{self.base}/{kind}s/{id}",
            "id": id,
            "type": kind,
            "uri": f"spotify:{kind}:{id}",
        }

    def user(self, user: User, scopes: frozenset[str] | None = None) -> JSON:
        """A user; with `scopes`, as `/me` shows the account's own."""
        shape: JSON = {"display_name": user.display_name, **self._names("user", user.id)}
        if scopes is None:
            return shape
        shape |= {"account_id": user.account_id, "images": []}
        if self.mode.old_endpoints:
            shape["followers"] = {"href": None, "total": 0}
            if "user-read-private" in scopes:
                explicit = {"filter_enabled": False, "filter_locked": False}
                shape |= {"country": user.country, "product": user.product, "explicit_content": explicit}
            if "user-read-email" in scopes:
                shape["email"] = f"{user.id}@example.org"
        return shape

    def artist(self, artist: Artist, *, full: bool = False) -> JSON:
        """An artist; `full` as its own endpoint shows it."""
        shape: JSON = {**self._names("artist", artist.id), "name": artist.name}
        if full:
            shape |= {"genres": [], "images": []}
            if self.mode.all_fields:
                shape |= {"followers": {"href": None, "total": 0}, "popularity": 50}
        return shape

    def album(self, album: AlbumRow) -> JSON:
        """An album as tracks and search results hold it."""
        shape: JSON = {
            "album_type": album.album_type,
            "artists": [self.artist(artist) for artist in album.artists],
            **self._names("album", album.id),
            "images": [],
            "is_playable": True,
            "name": album.title,
            "release_date": album.release_date,
            "release_date_precision": {4: "year", 7: "month"}.get(len(album.release_date), "day"),
            "total_tracks": album.total_tracks,
        }
        if self.mode.all_fields:
            shape["available_markets"] = MARKETS
        return shape

    def full_album(self, album: AlbumRow) -> JSON:
        """An album as its own endpoint shows it, with up to 50 of its tracks."""
        rows = list(self.catalogue.album_tracks(album.id) or ())
        upc = str(int(hashlib.sha256(album.id.encode()).hexdigest(), 16))[:12].zfill(12)
        limit = min(50, self.page_cap or 50)
        shape = {
            **self.album(album),
            "copyrights": [],
            "external_ids": {"upc": upc},
            "genres": [],
            "tracks": self.paging(
                f"/albums/{album.id}/tracks",
                {},
                [self.simplified(row) for row in rows[:limit]],
                total=len(rows),
                limit=limit,
                offset=0,
            ),
        }
        if self.mode.all_fields:
            shape |= {"label": "", "popularity": 50}
        return shape

    def simplified(self, row: TrackRow) -> JSON:
        """A track as an album's track list holds it: no album, no ISRC."""
        playable = f"spotify:track:{row.id}" not in self.account.unplayable
        shape: JSON = {
            "artists": [self.artist(artist) for artist in row.artists],
            "disc_number": row.disc_number,
            "duration_ms": row.duration_ms,
            "explicit": row.explicit,
            **self._names("track", row.id),
            "is_local": False,
            "is_playable": playable,
            "name": row.title,
            "preview_url": None,
            "track_number": row.track_number,
        }
        if not playable:
            shape["restrictions"] = {"reason": "market"}
        if self.mode.all_fields:
            shape["available_markets"] = MARKETS if playable else []
        return shape

    def track(self, row: TrackRow) -> JSON:
        """A full track."""
        shape = {
            "album": self.album(row.album),
            **self.simplified(row),
            "external_ids": {"isrc": row.isrc} if row.isrc else {},
        }
        if self.mode.all_fields:
            shape["popularity"] = row.popularity
        return shape

    def row(self, uri: str) -> TrackRow | None:
        """The track of that URI, also where it is known only as what another one is shown as; None when unknown."""
        row = self.catalogue.track(uri.rpartition(":")[2])
        if row is not None:
            return row
        for old, new in self.account.relinks.items():
            original = self.catalogue.track(old.rpartition(":")[2]) if new == uri else None
            if original is not None:
                return self._under(original, uri)
        return None

    def shown(self, uri: str) -> JSON | None:
        """The full track as the user's market has it: relinked where it is, or None for an unknown one."""
        row = self.row(uri)
        other = self.account.relinks.get(uri)
        if row is None or other is None:
            return None if row is None else self.track(row)
        shape = self.track(self.catalogue.track(other.rpartition(":")[2]) or self._under(row, other))
        if self.mode.all_fields:
            shape["linked_from"] = self._names("track", row.id)
        return shape

    @staticmethod
    def _under(row: TrackRow, uri: str) -> TrackRow:
        return _Relinked(
            uri.rpartition(":")[2],
            row.title,
            row.artists,
            row.album,
            row.duration_ms,
            row.isrc,
            row.explicit,
            row.track_number,
            row.disc_number,
            row.popularity,
        )

    def _local(self, uri: str) -> JSON:
        artist, album, title, seconds = (unquote_plus(part) for part in uri.split(":")[2:6])
        nameless: JSON = {"external_urls": {}, "href": None, "id": None, "uri": None}
        return {
            "album": {
                "album_type": None,
                "artists": [],
                **nameless,
                "images": [],
                "name": album,
                "release_date": None,
                "release_date_precision": None,
                "type": "album",
            },
            "artists": [{**nameless, "name": artist, "type": "artist"}] if artist else [],
            "disc_number": 0,
            "duration_ms": int(seconds or 0) * 1000,
            "explicit": False,
            "external_ids": {},
            **nameless,
            "is_local": True,
            "name": title,
            "preview_url": None,
            "track_number": 0,
            "type": "track",
            "uri": uri,
        }

    def _episode(self, uri: str, *, as_track: bool) -> JSON | None:
        """An episode; `as_track` in the shape of a track, for readers that did not ask for episodes."""
        episode = self.account.episodes.get(uri)
        if episode is None:
            return None
        names = self._names("episode", uri.rpartition(":")[2])
        if as_track:
            show: JSON = {"album_type": None, "artists": [], "images": [], "name": episode.show, "type": "show"}
            return {
                **names,
                "album": show,
                "artists": [{"external_urls": {}, "href": None, "id": None, "name": episode.show, "type": "artist"}],
                "duration_ms": episode.duration_ms,
                "explicit": False,
                "external_ids": {},
                "is_local": False,
                "name": episode.name,
                "type": "track",
            }
        return {
            **names,
            "duration_ms": episode.duration_ms,
            "description": "",
            "explicit": False,
            "images": [],
            "is_externally_hosted": False,
            "is_playable": True,
            "language": "en",
            "name": episode.name,
            "release_date": "2026-01-01",
            "release_date_precision": "day",
            "show": {"name": episode.show, "publisher": "", "type": "show"},
        }

    def item(self, uri: str | None, *, episodes: bool) -> JSON | None:
        """What an entry holds; None for a null entry and for what has left the catalogue."""
        if uri is None:
            return None
        if uri.startswith("spotify:local:"):
            shape: JSON | None = self._local(uri)
        elif uri.startswith("spotify:episode:"):
            shape = self._episode(uri, as_track=not episodes)
        else:
            shape = self.shown(uri)
        if shape is not None:
            episode = uri.startswith("spotify:episode:")
            shape |= {"track": not episode, "episode": episode}  # seen inside the item by clients in 2026
        return shape

    def entry(self, entry: Entry, *, episodes: bool) -> JSON:
        """One entry of a playlist's page."""
        return {
            "added_at": entry.added_at,
            "added_by": self._names("user", entry.added_by),
            "is_local": entry.is_local,
            "primary_color": None,
            "video_thumbnail": {"url": None},
            "item" if self.mode.new_keys else "track": self.item(entry.uri, episodes=episodes),
        }

    def images(self, playlist: Playlist) -> list[JSON]:
        """The cover, at an address that changes with it."""
        if playlist.cover is None:
            return []
        name = hashlib.sha1(playlist.cover.encode(), usedforsecurity=False).hexdigest()
        url = f"{self.base.removesuffix('/v1')}/image/{name}"
        return [{"height": None, "url": url, "width": None}]

    def page_of_items(
        self, playlist: Playlist, path: str, query: Mapping[str, str], *, limit: int, offset: int, episodes: bool
    ) -> JSON:
        """A page of a playlist's entries, as old as reads are allowed to be."""
        entries = playlist.version_seen(self.items_delay_s).entries
        limit = min(limit, self.page_cap or limit)
        page = [self.entry(entry, episodes=episodes) for entry in entries[offset : offset + limit]]
        most = min(limit, ITEMS_LIMIT if path.endswith("/items") else TRACKS_LIMIT)
        return self.paging(path, query, page, total=len(entries), limit=limit, offset=offset, next_limit=most)

    def playlist(self, playlist: Playlist, reader: str | None, *, full: bool, episodes: bool = False) -> JSON:
        """A playlist; `full` with its first page, which new applications get only of what is the reader's own."""
        key = "items" if self.mode.new_keys else "tracks"
        path = f"/playlists/{playlist.id}/{key}"
        shape: JSON = {
            "collaborative": playlist.collaborative,
            "description": escaped(playlist.description),
            **self._names("playlist", playlist.id),
            "images": self.images(playlist),
            "name": playlist.name,
            "owner": self.user(self.account.known_user(playlist.owner)),
            "primary_color": None,
            "public": playlist.public,
            "snapshot_id": playlist.version_seen(self.snapshot_delay_s).snapshot,
        }
        if not full:
            total = len(playlist.version_seen(self.items_delay_s).entries)
            return {**shape, key: {"href": f"{self.base}{path}", "total": total}}
        shape["followers"] = {"href": None, "total": 0}
        if playlist.belongs_to(reader) or not self.mode.new_keys:
            shape[key] = self.page_of_items(playlist, path, {}, limit=EMBEDDED, offset=0, episodes=episodes)
        return shape
