"""The music service: playlists and catalogue over spotipy, as the `Service` Protocol describes it.

spotipy's own methods are used where they send what the service of 2026 wants, else its plain verbs with our bodies.
"""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

from playlist_builder.errors import Ambiguous, NotFound, PlaylistError, ServiceError
from playlist_builder.model import (
    Account,
    Add,
    Album,
    Entry,
    LibraryPage,
    Move,
    Operation,
    PlaylistHead,
    Query,
    Recording,
    RequestCount,
    Snapshot,
)
from playlist_builder.services import Probe
from playlist_builder.services.spotify import links, translate
from playlist_builder.services.spotify.calls import Calls, Send
from playlist_builder.services.spotify.failures import failure_behind, missing_scope

SEARCH_PAGE = 10  # the most that an application made since February 2026 may ask for
PAGE = 50
OLD_PAGE = 100  # of entries, at the older endpoint
READINGS = 3  # of a list that changes while its pages are read
MOST_ENTRIES = 20_000  # the service holds 11,000 at most
COVER_BYTES = 190 * 1024
TYPES = ("track", "episode")


class SpotifyService:
    """A `Service` over the Web API. Opened by `open_service`; `name` tells the demo from the real one."""

    def __init__(self, calls: Calls, account: Account, name: str) -> None:
        self.name = name
        self.account = account
        self._calls = calls
        self._pages: dict[int, LibraryPage] = {}
        self._albums: dict[str, Album] = {}
        self._created: set[str] = set()
        self._old_shapes: bool | None = None  # None: not seen yet
        self._items = "items"  # or "tracks", where only that answers

    # -- the catalogue -------------------------------------------------------------------------------------------------

    def search(self, query: Query) -> Sequence[Recording]:
        """The recordings for `query`, best first, at most 10; none for words that the service cannot search."""
        return translate.recordings_of_search(self._searched(query, "track"))

    def search_albums(self, query: Query) -> Sequence[Album]:
        """The albums for `query`, best first, at most 10; none for words that the service cannot search."""
        found = translate.albums_of_search(self._searched(query, "album"))
        self._albums.update({album.uri: album for album in found})
        return found

    def _searched(self, query: Query, kind: str) -> Any:
        try:
            with self._calls.afresh(query.fresh):
                return self._calls.ask(
                    "GET /search", lambda spotify: spotify.search(query.text, limit=SEARCH_PAGE, offset=0, type=kind)
                )
        except ServiceError as error:
            failure = failure_behind(error)
            if failure is None or failure.status not in (400, 404) or "limit" in failure.message.lower():
                raise
            return None  # so it answers some odd queries (reported by clients since 2015)

    def album_tracks(self, album_uri: str) -> Sequence[Recording]:
        """Every track of the album. One request for each 50: an album that a search of this run has shown is not
        asked for again, and any other brings its first tracks with it. Raises `NotFound`."""
        id = _id(album_uri, "album")
        album = self._albums.get(album_uri)
        said: list[Any] = []
        page: Any = None
        if album is None:
            whole = self._calls.ask("GET /albums/{id}", lambda spotify: spotify.album(id))
            album = translate.album(whole)
            page = whole.get("tracks")
        while True:
            if page is None:
                page = self._calls.ask(
                    "GET /albums/{id}/tracks", lambda spotify: spotify.album_tracks(id, limit=PAGE, offset=len(said))
                )
            found = translate.items(page) or ()
            said.extend(found)
            if not found or len(said) >= (translate.number(page.get("total")) or 0):
                break
            page = None
        return tuple(one for item in said if (one := translate.recording(item, album)) is not None)

    def recording(self, uri: str) -> Recording:
        """One recording; raises `NotFound`."""
        id = _id(uri, "track")
        found = translate.recording(self._calls.ask("GET /tracks/{id}", lambda spotify: spotify.track(id)))
        if found is None:
            raise NotFound(f"Spotify does not know {uri}.")
        return found

    # -- reading -------------------------------------------------------------------------------------------------------

    def library_page(self, offset: int) -> LibraryPage:
        """Up to 50 of the library's playlists; remembered until something is written."""
        if offset not in self._pages:
            said = self._calls.read(
                "GET /me/playlists", lambda spotify: spotify.current_user_playlists(limit=PAGE, offset=offset)
            )
            for playlist in translate.items(said) or ():
                self._see_shape(playlist)
            page = translate.library_page(said, offset)
            heads = tuple(self._linked(head) for head in page.playlists)
            self._pages[offset] = dataclasses.replace(page, playlists=heads)
        return self._pages[offset]

    def in_library(self, playlist_id: str) -> bool:
        """Whether the playlist is still in the account's library; where the question is not allowed, from its pages."""
        try:
            said = self._calls.read(
                "GET /me/library/contains",
                lambda spotify: spotify._get("me/library/contains", uris=_uri(playlist_id)),
            )
        except ServiceError as error:
            if not _is_refusal(error):
                raise
            return self._is_listed(playlist_id)
        if not isinstance(said, list) or not said:
            raise ServiceError("Spotify did not say whether the playlist is in the library. Try again later.")
        return said[0] is True

    def _is_listed(self, playlist_id: str) -> bool:
        offset = 0
        while True:
            page = self.library_page(offset)
            if any(head.id == playlist_id for head in page.playlists):
                return True
            offset += PAGE
            if offset >= page.total:
                return False

    def read(self, playlist_id: str) -> Snapshot:
        """The whole playlist, pages by our own offset; read again from the start where it changed in between.

        One request where the page that comes with it is all. Raises `NotFound`, and `ServiceError` where only its
        owner may read it.
        """
        for _ in range(READINGS):
            snapshot = self._read_once(playlist_id)
            if snapshot is not None:
                return snapshot
        raise ServiceError("The playlist kept changing while it was read. Try again when nobody is editing it.")

    def _read_once(self, playlist_id: str) -> Snapshot | None:
        """The playlist, or None where its length changed from page to page."""
        fresh = playlist_id in self._created
        said = self._calls.read(
            "GET /playlists/{id}",
            lambda spotify: spotify.playlist(_playlist(playlist_id), additional_types=TYPES),
            fresh=fresh,
        )
        self._see_shape(said)
        head, page = translate.head(said), translate.paging(said)
        if head is None:
            raise ServiceError("Spotify answered with something that is no playlist. Try again later.")
        if page is None:
            raise ServiceError(
                f'The entries of "{head.name}" can be read only by its owner or a collaborator; '
                "Spotify does not show them to others since February 2026."
            )
        total = translate.number(page.get("total")) or 0
        entries: list[Entry] = []
        while True:
            found = translate.items(page) or ()
            entries.extend(translate.entry(item) for item in found)
            if translate.number(page.get("total")) != total or len(entries) > min(total, MOST_ENTRIES):
                return None
            if len(entries) == total:
                return Snapshot(head=self._linked(head), entries=tuple(entries))
            if entries and not found:
                return None
            page = self._page(playlist_id, len(entries), fresh)

    def entries(self, playlist_id: str, offset: int) -> tuple[Entry, ...]:
        """One page of the playlist's entries."""
        page = self._page(playlist_id, offset, playlist_id in self._created)
        return tuple(translate.entry(item) for item in translate.items(page) or ())

    def _page(self, playlist_id: str, offset: int, fresh: bool) -> Any:
        def ask(kind: str) -> Any:
            limit = PAGE if kind == "items" else OLD_PAGE
            return self._calls.read(
                f"GET /playlists/{{id}}/{kind}",
                lambda spotify: spotify._get(
                    f"playlists/{_playlist(playlist_id)}/{kind}",
                    limit=limit,
                    offset=offset,
                    additional_types=",".join(TYPES),
                ),
                fresh=fresh,
            )

        return self._either(ask)

    # -- writing -------------------------------------------------------------------------------------------------------

    def create(self, name: str, description: str, public: bool) -> PlaylistHead:
        """A new empty playlist; raises `Ambiguous` where it may have been made."""

        def send(path: str) -> Send:
            wanted = {"name": name, "public": public, "collaborative": False, "description": description}
            return lambda spotify: spotify._post(path, payload=wanted)

        try:
            said = self._write("POST /me/playlists", send("me/playlists"))
        except ServiceError as error:
            if not self._old_shapes or not _is_refusal(error):
                raise
            said = self._write("POST /users/{id}/playlists", send(f"users/{self.account.user_id}/playlists"))
        head = translate.head(said)
        if head is None:
            raise Ambiguous("Spotify took the new playlist without saying which one it is.")
        self._see_shape(said)
        self._created.add(head.id)
        return self._linked(head)

    def write(self, playlist_id: str, operation: Operation) -> str:
        """Sends one edit; the revision that the service answers with, "" where it names none."""
        said = self._either(lambda kind: self._edit(playlist_id, operation, kind))
        return (translate.text(said.get("snapshot_id")) or "") if isinstance(said, dict) else ""

    def _edit(self, playlist_id: str, operation: Operation, kind: str) -> Any:
        path, body = f"playlists/{_playlist(playlist_id)}/{kind}", _body(operation, kind)
        match operation:
            case Add():
                method, verb = "POST", "_post"
            case Move():
                method, verb = "PUT", "_put"
            case _:
                method, verb = "DELETE", "_delete"
        return self._write(
            f"{method} /playlists/{{id}}/{kind}",
            lambda spotify: getattr(spotify, verb)(path, payload=body),
            playlist_id,
        )

    def change_details(
        self, playlist_id: str, *, name: str | None = None, description: str | None = None, public: bool | None = None
    ) -> None:
        """Changes what is not None."""
        self._write(
            "PUT /playlists/{id}",
            lambda spotify: spotify.playlist_change_details(
                _playlist(playlist_id), name=name, description=description, public=public
            ),
            playlist_id,
        )

    def set_cover(self, playlist_id: str, jpeg: bytes) -> None:
        """Uploads a JPEG of at most 190 KB; raises `AuthError`, without a request, where the scope is not granted."""
        if "ugc-image-upload" not in self.account.scopes:
            raise missing_scope(["ugc-image-upload"])
        if len(jpeg) > COVER_BYTES:
            raise ServiceError(f"The cover has {len(jpeg) // 1024} KB; Spotify takes {COVER_BYTES // 1024} KB at most.")
        self._write(
            "PUT /playlists/{id}/images",
            lambda spotify: spotify.playlist_upload_cover_image(
                _playlist(playlist_id), base64.b64encode(jpeg).decode()
            ),
            playlist_id,
        )

    def remove_from_library(self, playlist_id: str) -> None:
        """Takes the playlist out of the library; it can still be read by its id."""
        self._change_library("DELETE", playlist_id)

    def add_to_library(self, playlist_id: str) -> None:
        """Puts the playlist back into the library."""
        self._change_library("PUT", playlist_id)

    def _change_library(self, method: str, playlist_id: str) -> None:
        """By the endpoint of 2026, else by the one before it, which may still answer."""
        verb = f"_{method.lower()}"
        try:
            self._write(
                f"{method} /me/library",
                lambda spotify: getattr(spotify, verb)("me/library", uris=_uri(playlist_id)),
                playlist_id,
            )
        except ServiceError as error:
            if not _is_refusal(error):
                raise
            try:
                self._write(
                    f"{method} /playlists/{{id}}/followers",
                    lambda spotify: getattr(spotify, verb)(f"playlists/{_playlist(playlist_id)}/followers"),
                    playlist_id,
                )
            except ServiceError as other:
                raise (error if _is_refusal(other) else other) from None

    # -- the rest ------------------------------------------------------------------------------------------------------

    def uri_of(self, text: str, kind: str = "track") -> str | None:
        """The URI that a pasted link, URI or id means, or None."""
        return links.uri_of(text, kind)

    def url_of(self, uri: str) -> str | None:
        """A link that a person can open; None for local files, and on the demo, where there is nothing to open."""
        return None if self.name == "demo" else links.url_of(uri)

    def probe(self) -> Probe:
        """A look at the account and its library; see `Service`."""
        found = Probe()
        try:
            if not self._calls.count().sent:  # else opening it asked just now whose login it is
                said = self._calls.read("GET /me", lambda spotify: spotify.me(), tries=1)
                user_id = translate.text(said.get("id")) if isinstance(said, dict) else None
                found = dataclasses.replace(found, user_id=user_id)
            library = self._calls.read(
                "GET /me/playlists", lambda spotify: spotify.current_user_playlists(limit=PAGE), tries=1
            )
            for playlist in translate.items(library) or ():
                self._see_shape(playlist)
            total = translate.library_page(library, 0).total
            found = dataclasses.replace(found, playlists=total, old_shapes=self._old_shapes)
        except PlaylistError as error:
            found = dataclasses.replace(found, error=error)
        return dataclasses.replace(found, said_at=self._calls.said_at, asked_at=self._calls.now())

    def requests(self) -> RequestCount:
        """What this run has sent so far."""
        return self._calls.count()

    def _linked(self, head: PlaylistHead) -> PlaylistHead:
        return dataclasses.replace(head, url=self.url_of(_uri(head.id)))

    def _write(self, endpoint: str, send: Send, playlist_id: str | None = None) -> Any:
        """Sends a write; whatever comes of it, what was remembered of the library may be wrong now."""
        self._pages.clear()
        return self._calls.write(endpoint, send, fresh=playlist_id in self._created)

    def _either(self, ask: Callable[[str], Any]) -> Any:
        """`ask("items")`, or `ask("tracks")` where the service has old shapes and refuses the new endpoint: found out
        once, for one request."""
        try:
            return ask(self._items)
        except ServiceError as error:
            if not self._old_shapes or self._items == "tracks" or not _is_refusal(error):
                raise
            said = ask("tracks")
            self._items = "tracks"
            return said

    def _see_shape(self, playlist: Any) -> None:
        seen = translate.is_old(playlist)
        self._old_shapes = self._old_shapes if seen is None else seen


def _id(uri: str, kind: str) -> str:
    """The id of a URI, safe as part of a path; raises `NotFound` for anything else."""
    known = links.uri_of(uri, kind)
    if known is None:
        raise NotFound(f"{uri} is no {kind} of Spotify.")
    return known.rpartition(":")[2]


def _playlist(playlist_id: str) -> str:
    """The same for a playlist's id."""
    if not re.fullmatch(r"[0-9A-Za-z]{1,64}", playlist_id):
        raise NotFound(f"{playlist_id} is no playlist of Spotify.")
    return playlist_id


def _is_refusal(error: ServiceError) -> bool:
    """Whether the service said that this endpoint is not there, or not for us."""
    failure = failure_behind(error)
    return failure is not None and failure.status in (403, 404, 405, 410)


def _uri(playlist_id: str) -> str:
    return f"spotify:playlist:{_playlist(playlist_id)}"


def _body(operation: Operation, kind: str) -> dict[str, Any]:
    """The body of an edit. No snapshot: with one, positions would mean that version, and newer changes be merged."""
    match operation:
        case Add(uris=uris, position=position):
            return {"uris": list(uris), "position": position}
        case Move(start=start, insert_before=before, length=length):
            return {"range_start": start, "insert_before": before, "range_length": length}
        case _:
            return {kind: [{"uri": uri} for uri in operation.uris]}
