"""The endpoints of the Web API, over one account and one catalogue.

Paths, limits and codes: the Web API reference and the changelogs of February to July 2026. The wording of errors is
what clients report.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from playlist_builder.clock import Clock
from playlist_builder.emulator.accounts import Accounts, Grant
from playlist_builder.emulator.faults import NOT_REGISTERED, TEXT_TYPE, Answer, failure
from playlist_builder.emulator.library import (
    BATCH,
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    Account,
    Playlist,
    Refused,
)
from playlist_builder.emulator.options import Options
from playlist_builder.emulator.shapes import ITEMS_LIMIT, JSON, TRACKS_LIMIT, Catalogue, Mode, Shapes, selected

BUCKETS = ("search", "catalogue", "playlists", "me")  # the real ones are not published
RATE_WINDOW_S = 30
QUOTA_WINDOW = timedelta(hours=24)
QUERY_LENGTH = 250
SEARCH_END = 1000  # offset and limit may not lead beyond
LIBRARY_BATCH = 40
COVER_BYTES = 256 * 1024  # after base64
NO_PREMIUM = (
    "Active premium subscription required for the owner of the app. When the subscription status changes, "
    "it can take a few hours before requests are allowed again."
)

_ID = re.compile(r"[0-9A-Za-z]{22}")
_URI = re.compile(r"spotify:(track|episode):([0-9A-Za-z]{22})")
_SAVEABLE = re.compile(r"spotify:(album|artist|audiobook|episode|playlist|show|track|user):[^:,\s]+")
_SEARCH_TYPES = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the API, routed."""

    method: str
    template: str
    params: Mapping[str, str]  # what the braces of the template stand for
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]  # lower-case names
    grant: Grant
    shapes: Shapes

    @property
    def user(self) -> str:
        """Whose token it is; raises `Refused` (401) where it is nobody's (client credentials)."""
        if self.grant.user is None:
            raise Refused(401, "Valid user authentication required")
        return self.grant.user

    def needs(self, *scopes: str) -> None:
        """Raises `Refused` (403) unless one of `scopes` was granted."""
        if not any(scope in self.grant.scopes for scope in scopes):
            raise Refused(403, "Insufficient client scope")

    def json(self) -> Any:
        """The parsed body, None for an empty one; raises `Refused` (400)."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refused(400, "Error parsing JSON.") from error

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number of the query; raises `Refused` (400)."""
        text = self.query.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d{1,9}", text) or not least <= int(text) <= most:
            raise Refused(400, f"Invalid {name}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint."""

    method: str
    template: str
    bucket: str
    handle: Callable[[Api, Call], Answer]
    old: bool = False  # removed in February 2026 for applications in development mode
    pattern: re.Pattern[str] = re.compile("")


_ROUTES: list[Route] = []


def _route(
    method: str, template: str, bucket: str, *, old: bool = False
) -> Callable[[Callable[[Api, Call], Answer]], Callable[[Api, Call], Answer]]:
    pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))

    def register(handle: Callable[[Api, Call], Answer]) -> Callable[[Api, Call], Answer]:
        _ROUTES.append(Route(method, template, bucket, handle, old, pattern))
        return handle

    return register


# Removed endpoints that are not emulated; where they still exist, here they do not.
_GONE = re.compile(r"/(markets|browse/.*|users/.*|artists/[^/]+/top-tracks|(tracks|albums|artists))")


class Api:
    """Answers calls of the Web API. Not thread-safe: the server holds the account's lock."""

    def __init__(
        self, catalogue: Catalogue, account: Account, accounts: Accounts, mode: Mode, clock: Clock, options: Options
    ) -> None:
        self.catalogue = catalogue
        self.account = account
        self.accounts = accounts
        self.mode = mode
        self.clock = clock
        self.options = options
        self._recent: deque[datetime] = deque()
        self._spent: dict[str, deque[datetime]] = {bucket: deque() for bucket in BUCKETS}

    # -- routing -------------------------------------------------------------------------------------------------------

    def routed(self, method: str, path: str) -> tuple[Route | None, str, dict[str, str]]:
        """The route of a path below `/v1`, its template (the path itself where none fits) and what the braces hold."""
        template = path
        for route in _ROUTES:
            found = route.pattern.fullmatch(path)
            if found is None:
                continue
            if route.method == method:
                return route, route.template, found.groupdict()
            template = route.template
        return None, template, {}

    def answer(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, headers: Mapping[str, str], base: str
    ) -> tuple[Answer, str | None]:
        """The answer to a request below `/v1`, and whose token it bore."""
        user: str | None = None
        try:
            grant = self.accounts.check(headers.get("authorization"))
            user = grant.user
            self._admit(grant)
            route, template, params = self.routed(method, path)
            self._count(route.bucket if route is not None else "catalogue")
            if not self.mode.old_endpoints and (_GONE.fullmatch(path) or (route is not None and route.old)):
                raise Refused(403, "Forbidden")
            if route is None:
                known = template != path or any(r.pattern.fullmatch(path) for r in _ROUTES)
                raise Refused(405, "Method not allowed") if known else Refused(404, "Service not found")
            call = Call(
                method=method,
                template=template,
                params=params,
                query=query,
                body=body,
                headers=headers,
                grant=grant,
                shapes=Shapes(
                    base,
                    self.mode,
                    self.account,
                    self.catalogue,
                    self.options.page_cap,
                    self.options.snapshot_delay_s,
                    self.options.items_delay_s,
                ),
            )
            return route.handle(self, call), user
        except Refused as error:
            return self._refusal(error), user

    @staticmethod
    def _refusal(error: Refused) -> Answer:
        if error.text:
            return Answer(status=error.status, body=error.message, content_type=TEXT_TYPE)
        said = failure(error.status, error.message, error.reason)
        if error.retry_after is None:
            return said
        return Answer(status=said.status, body=said.body, headers={"Retry-After": str(error.retry_after)})

    def _admit(self, grant: Grant) -> None:
        """Raises `Refused` (403, plain text) where the application may not serve this user, or nobody."""
        if not self.options.premium:
            raise Refused(403, NO_PREMIUM, text=True)
        allowed = self.options.allow_list
        if allowed is not None and grant.user is not None and grant.user not in allowed:
            raise Refused(403, NOT_REGISTERED, text=True)

    def _count(self, bucket: str) -> None:
        """Counts a request; raises `Refused` (429) beyond the rate or the bucket's quota. A refused one is free."""
        now = self.clock.now()
        rate = self.options.rate_limit
        if rate is not None:
            window = timedelta(seconds=RATE_WINDOW_S)
            _drop_until(self._recent, now - window)
            if len(self._recent) >= rate:
                wait = math.ceil((self._recent[0] + window - now).total_seconds())
                raise Refused(429, "API rate limit exceeded", retry_after=max(1, wait))
        quota = self.options.quota
        limit = quota.get(bucket) if isinstance(quota, Mapping) else quota
        spent = self._spent[bucket]
        if limit is not None:
            _drop_until(spent, now - QUOTA_WINDOW)
            if len(spent) >= limit:
                wait = math.ceil((spent[0] + QUOTA_WINDOW - now).total_seconds()) if spent else 86_400
                raise Refused(429, "Too many requests", reason="QUOTA_EXCEEDED", retry_after=max(1, wait))
            spent.append(now)
        if rate is not None:
            self._recent.append(now)

    def to_json(self) -> JSON:
        """What was spent of the quota, for the account file."""
        return {bucket: [at.isoformat() for at in spent] for bucket, spent in self._spent.items()}

    def restore(self, said: Mapping[str, Any]) -> None:
        """Takes back what `to_json` wrote down."""
        for bucket, spent in said.items():
            self._spent[bucket] = deque(datetime.fromisoformat(at) for at in spent)

    # -- search and catalogue ------------------------------------------------------------------------------------------

    @_route("GET", "/search", "search")
    def _search(self, call: Call) -> Answer:
        query = call.query.get("q", "").strip()
        if not query:
            raise Refused(400, "No search query")
        if len(query) > QUERY_LENGTH:
            raise Refused(400, f"Query exceeds maximum length of {QUERY_LENGTH} characters")
        types = [kind for kind in call.query.get("type", "").split(",") if kind]
        if not types:
            raise Refused(400, "Missing parameter type")
        for kind in types:
            if kind not in _SEARCH_TYPES:
                raise Refused(400, f"Bad search type field {kind}")
        limit = call.number("limit", self.mode.search_default, 1, self.mode.search_limit)
        offset = call.number("offset", 0, 0, SEARCH_END)
        if offset + limit > SEARCH_END:
            raise Refused(400, "Bad request.")
        asked = {name: call.query[name] for name in ("market",) if name in call.query}
        return Answer(
            body={
                f"{kind}s": call.shapes.paging(
                    "/search", {"query": query, "type": kind, **asked}, hits, total=total, limit=limit, offset=offset
                )
                for kind in types
                for hits, total in [self._hits(call.shapes, kind, query, limit, offset)]
            }
        )

    def _hits(self, shapes: Shapes, kind: str, query: str, limit: int, offset: int) -> tuple[list[JSON], int]:
        if not self.options.isrc_search and "isrc:" in query.lower():
            return [], 0
        if kind == "track":
            tracks, total = self.catalogue.search_tracks(query, limit, offset)
            return [shapes.track(row) for row in tracks], min(total, SEARCH_END)
        if kind == "album":
            albums, total = self.catalogue.search_albums(query, limit, offset)
            return [shapes.album(row) for row in albums], min(total, SEARCH_END)
        if kind == "artist":
            tracks, _ = self.catalogue.search_tracks(query, 50, 0)
            artists = {artist.id: artist for row in tracks for artist in row.artists}
            page = list(artists.values())[offset : offset + limit]
            return [shapes.artist(artist, full=True) for artist in page], len(artists)
        return [], 0

    @_route("GET", "/tracks/{id}", "catalogue")
    def _track(self, call: Call) -> Answer:
        shape = call.shapes.shown(f"spotify:track:{_plain_id(call)}")
        return Answer(body=_found(shape))

    @_route("GET", "/albums/{id}", "catalogue")
    def _album(self, call: Call) -> Answer:
        return Answer(body=call.shapes.full_album(_found(self.catalogue.album(_plain_id(call)))))

    @_route("GET", "/albums/{id}/tracks", "catalogue")
    def _album_tracks(self, call: Call) -> Answer:
        id = _plain_id(call)
        _found(self.catalogue.album(id))
        rows = [call.shapes.simplified(row) for row in self.catalogue.album_tracks(id) or ()]
        return self._paged(call, f"/albums/{id}/tracks", rows, default=20, most=50)

    @_route("GET", "/artists/{id}", "catalogue")
    def _artist(self, call: Call) -> Answer:
        return Answer(body=call.shapes.artist(_found(self.catalogue.artist(_plain_id(call))), full=True))

    @_route("GET", "/artists/{id}/albums", "catalogue")
    def _artist_albums(self, call: Call) -> Answer:
        artist = _found(self.catalogue.artist(_plain_id(call)))
        groups = call.query.get("include_groups", "album,single,compilation,appears_on").split(",")
        found, _ = self.catalogue.search_albums(artist.name, 50, 0)
        own = [album for album in found if any(credit.id == artist.id for credit in album.artists)]
        shapes = [call.shapes.album(album) for album in own if album.album_type in groups]
        path = f"/artists/{artist.id}/albums"
        return self._paged(call, path, shapes, default=self.mode.search_default, most=self.mode.search_limit)

    @_route("GET", "/tracks", "catalogue", old=True)
    def _tracks(self, call: Call) -> Answer:
        return Answer(body={"tracks": [call.shapes.shown(f"spotify:track:{id}") for id in _ids(call, 50)]})

    @_route("GET", "/albums", "catalogue", old=True)
    def _albums(self, call: Call) -> Answer:
        rows = [self.catalogue.album(id) for id in _ids(call, 20)]
        return Answer(body={"albums": [None if row is None else call.shapes.full_album(row) for row in rows]})

    @_route("GET", "/artists", "catalogue", old=True)
    def _artists(self, call: Call) -> Answer:
        rows = [self.catalogue.artist(id) for id in _ids(call, 50)]
        return Answer(body={"artists": [None if row is None else call.shapes.artist(row, full=True) for row in rows]})

    def _paged(self, call: Call, path: str, shapes: Sequence[JSON], *, default: int, most: int) -> Answer:
        limit = call.number("limit", default, 1, most)
        offset = call.number("offset", 0, 0, 100_000)
        limit = min(limit, self.options.page_cap or limit)
        query = _others(call.query)
        page = shapes[offset : offset + limit]
        return Answer(body=call.shapes.paging(path, query, page, total=len(shapes), limit=limit, offset=offset))

    # -- users and their libraries -------------------------------------------------------------------------------------

    @_route("GET", "/me", "me")
    def _me(self, call: Call) -> Answer:
        return Answer(body=call.shapes.user(self.account.known_user(call.user), frozenset(call.grant.scopes)))

    @_route("GET", "/users/{user}", "me", old=True)
    def _user(self, call: Call) -> Answer:
        return Answer(body=call.shapes.user(_found(self.account.users.get(call.params["user"]))))

    @_route("GET", "/me/playlists", "playlists")
    def _my_playlists(self, call: Call) -> Answer:
        user = call.user
        call.needs("playlist-read-private")
        shared = "playlist-read-collaborative" in call.grant.scopes
        found = [p for p in self.account.library(user) if shared or p.owner == user or not p.collaborative]
        return self._library(call, "/me/playlists", found)

    @_route("GET", "/users/{user}/playlists", "playlists", old=True)
    def _users_playlists(self, call: Call) -> Answer:
        user = call.params["user"]
        found = [p for p in self.account.library(user) if p.public or user == call.grant.user]
        return self._library(call, f"/users/{user}/playlists", found)

    def _library(self, call: Call, path: str, playlists: Sequence[Playlist]) -> Answer:
        shapes = [call.shapes.playlist(playlist, call.grant.user, full=False) for playlist in playlists]
        return self._paged(call, path, shapes, default=20, most=50)

    @_route("GET", "/me/library/contains", "playlists")
    def _contains(self, call: Call) -> Answer:
        user = call.user
        call.needs("playlist-read-private", "user-library-read", "user-follow-read")
        library = self.account.libraries.get(user, [])
        return Answer(body=[uri in library for uri in _library_uris(call)])

    @_route("PUT", "/me/library", "playlists")
    def _save(self, call: Call) -> Answer:
        self._needs_library(call)
        uris = _library_uris(call)
        for uri in uris:
            if uri.startswith("spotify:playlist:"):
                _found(self.account.playlists.get(uri.rpartition(":")[2]))
        self.account.save(uris, call.user)
        return Answer()

    @_route("DELETE", "/me/library", "playlists")
    def _forget(self, call: Call) -> Answer:
        self._needs_library(call)
        self.account.forget(_library_uris(call), call.user)
        return Answer()

    def _needs_library(self, call: Call) -> None:
        self.account.known_user(call.user)
        for scope in self.options.library_scopes:
            call.needs(scope)
        call.needs("playlist-modify-public", "playlist-modify-private", "user-library-modify", "user-follow-modify")

    @_route("PUT", "/playlists/{id}/followers", "playlists", old=True)
    def _follow(self, call: Call) -> Answer:
        call.needs("playlist-modify-public", "playlist-modify-private")
        self.account.save([self._playlist(call).uri], self.account.known_user(call.user).id)
        return Answer()

    @_route("DELETE", "/playlists/{id}/followers", "playlists", old=True)
    def _unfollow(self, call: Call) -> Answer:
        call.needs("playlist-modify-public", "playlist-modify-private")
        self.account.forget([self._playlist(call).uri], self.account.known_user(call.user).id)
        return Answer()

    # -- playlists -----------------------------------------------------------------------------------------------------

    def _playlist(self, call: Call) -> Playlist:
        return _found(self.account.playlists.get(_plain_id(call)))

    def _writable(self, call: Call, *, owner: bool = False) -> Playlist:
        """The playlist to write to; the scope that counts is that of what it is, not of what was asked at creation."""
        user = call.user
        playlist = self._playlist(call)
        call.needs("playlist-modify-public" if playlist.public else "playlist-modify-private")
        if not (user == playlist.owner if owner else playlist.belongs_to(user)):
            raise Refused(403, "Forbidden")
        return playlist

    @_route("GET", "/playlists/{id}", "playlists")
    def _read(self, call: Call) -> Answer:
        playlist = self._playlist(call)
        if not playlist.public and playlist.owner == call.grant.user:
            call.needs("playlist-read-private")
        shape = call.shapes.playlist(playlist, call.grant.user, full=True, episodes=_wants_episodes(call))
        return _some(call, shape)

    @_route("GET", "/playlists/{id}/items", "playlists")
    def _items(self, call: Call) -> Answer:
        playlist = self._playlist(call)
        if self.mode.new_keys and not playlist.belongs_to(call.user):
            raise Refused(403, "Forbidden")
        if playlist.belongs_to(call.grant.user):
            call.needs("playlist-read-private")
        default, most = (20, ITEMS_LIMIT) if call.template.endswith("/items") else (TRACKS_LIMIT, TRACKS_LIMIT)
        limit = call.number("limit", default, 1, most)
        offset = call.number("offset", 0, 0, 100_000)
        path = call.template.replace("{id}", playlist.id)
        episodes = _wants_episodes(call)
        query = _others(call.query)
        return _some(
            call, call.shapes.page_of_items(playlist, path, query, limit=limit, offset=offset, episodes=episodes)
        )

    @_route("POST", "/me/playlists", "playlists")
    def _create(self, call: Call) -> Answer:
        said = _object(call)
        name = said.get("name")
        if not isinstance(name, str) or not name.strip():
            raise Refused(400, "Missing required field: name")
        public = self._public(said, True)
        collaborative = _boolean(said, "collaborative", False)
        description = self._described(said) or ""
        self._check_name(name)
        if collaborative and public:
            raise Refused(400, "Collaborative playlists can only be private")
        user = call.user
        call.needs("playlist-modify-public" if public else "playlist-modify-private")
        playlist = self.account.create(
            name, description, public=public, collaborative=collaborative, owner=self.account.known_user(user).id
        )
        shape = call.shapes.playlist(playlist, user, full=True)
        return Answer(status=201, body=shape, headers={"Location": shape["href"]})

    @_route("POST", "/users/{user}/playlists", "playlists", old=True)
    def _create_for(self, call: Call) -> Answer:
        if call.params["user"] != call.user:
            raise Refused(403, "You cannot create a playlist for another user")
        return self._create(call)

    @_route("PUT", "/playlists/{id}", "playlists")
    def _change(self, call: Call) -> Answer:
        playlist = self._writable(call, owner=True)
        said = _object(call)
        name = said.get("name")
        if name is not None:
            if not isinstance(name, str) or not name.strip():
                raise Refused(400, "Invalid name")
            self._check_name(name)
        description = self._described(said)
        public = self._public(said, playlist.public)
        collaborative = _boolean(said, "collaborative", playlist.collaborative)
        if collaborative and public:
            raise Refused(400, "Collaborative playlists can only be private")
        if said:
            playlist.change(name=name, description=description, public=public, collaborative=collaborative)
        return Answer()

    def _public(self, said: Mapping[str, Any], default: bool) -> bool:
        public = _boolean(said, "public", default)
        return default if self.options.ignore_public_false and not public else public

    def _check_name(self, name: str) -> None:
        if len(name) > NAME_LENGTH:
            raise Refused(500, "Server error")  # reported by clients

    def _described(self, said: Mapping[str, Any]) -> str | None:
        """The description said; raises `Refused`: 500 for a long one or one with a line break, 400 for one that is
        not liked (both reported by clients)."""
        description = said.get("description")
        if description is None:
            return None
        if not isinstance(description, str):
            raise Refused(400, "Invalid description")
        if len(description) > DESCRIPTION_LENGTH or "\n" in description or "\r" in description:
            raise Refused(500, "Server error")
        if self.options.refuse_descriptions and re.search(self.options.refuse_descriptions, description):
            raise Refused(400, "Invalid description")
        return description

    @_route("POST", "/playlists/{id}/items", "playlists")
    def _add(self, call: Call) -> Answer:
        playlist = self._writable(call)
        said = call.json()
        uris: Any = said
        position: Any = None
        if isinstance(said, dict):
            uris, position = said.get("uris"), said.get("position")
        elif self.options.refuse_bare_array:
            uris = None
        if "uris" in call.query:  # the query wins over the body (reference)
            uris = [uri for uri in call.query["uris"].split(",") if uri]
        if "position" in call.query:
            position = call.number("position", 0, -(10**9), 10**9)
        if position is not None and (not isinstance(position, int) or isinstance(position, bool)):
            raise Refused(400, "Invalid position")
        wanted = self._addable(call, uris)
        if not wanted:
            raise Refused(400, "No uris provided")
        if len(playlist.entries) + len(wanted) > self.options.max_items:
            raise Refused(500, "Server error")
        return Answer(status=201, body={"snapshot_id": playlist.add(wanted, position, call.user)})

    @_route("PUT", "/playlists/{id}/items", "playlists")
    def _replace_or_reorder(self, call: Call) -> Answer:
        playlist = self._writable(call)
        said = call.json()
        said = {} if said is None else said
        if not isinstance(said, dict):
            raise Refused(400, "Error parsing JSON.")
        uris: Any = said.get("uris")
        if "uris" in call.query:
            uris = [uri for uri in call.query["uris"].split(",") if uri]
        reordering = any(name in said for name in ("range_start", "insert_before", "range_length"))
        if uris is not None and reordering:
            raise Refused(400, "Replace and reorder cannot be done in one request")
        status = 201 if call.template.endswith("/tracks") else 200  # 201 seen on the old endpoint
        if uris is not None:
            return Answer(status=status, body={"snapshot_id": playlist.replace(self._addable(call, uris), call.user)})
        if not reordering:
            raise Refused(400, "No uris provided")
        start, before = _whole(said.get("range_start")), _whole(said.get("insert_before"))
        length = _whole(said.get("range_length", 1))
        return Answer(body={"snapshot_id": playlist.reorder(start, before, length, _snapshot(said))})

    @_route("DELETE", "/playlists/{id}/items", "playlists")
    def _remove(self, call: Call) -> Answer:
        playlist = self._writable(call)
        said = call.json()
        key = "tracks" if call.template.endswith("/tracks") else "items"
        listed = said.get(key) if isinstance(said, dict) else None
        if not listed:
            raise Refused(400, "No uris provided")
        if not isinstance(listed, list) or not all(isinstance(one, dict) and "uri" in one for one in listed):
            raise Refused(400, "Could not remove tracks, please check parameters.")
        if len(listed) > BATCH:
            raise Refused(400, f"You can remove a maximum of {BATCH} tracks per request.")
        uris = [one["uri"] for one in listed]  # `positions` beside it is ignored
        if not all(isinstance(uri, str) and _URI.fullmatch(uri) for uri in uris):
            raise Refused(400, "Could not remove tracks, please check parameters.")
        return Answer(body={"snapshot_id": playlist.remove(uris, _snapshot(said))})

    def _addable(self, call: Call, uris: Any) -> list[str]:
        """The URIs as they were sent; raises `Refused` (400) for what cannot be put into a playlist."""
        if uris is None:
            raise Refused(400, "No uris provided")
        if not isinstance(uris, list):
            raise Refused(400, "Invalid uris")
        if len(uris) > BATCH:
            raise Refused(400, f"You can add a maximum of {BATCH} tracks per request.")
        for uri in uris:
            found = _URI.fullmatch(uri) if isinstance(uri, str) else None
            if found is None:
                raise Refused(400, f"Invalid track uri: {uri}")
            known = uri in self.account.episodes if found[1] == "episode" else call.shapes.row(uri) is not None
            if not known:
                raise Refused(400, "Payload contains a non-existing ID")
        return list(uris)

    @_route("GET", "/playlists/{id}/images", "playlists")
    def _images(self, call: Call) -> Answer:
        return Answer(body=call.shapes.images(self._playlist(call)))

    @_route("PUT", "/playlists/{id}/images", "playlists")
    def _set_cover(self, call: Call) -> Answer:
        if "ugc-image-upload" not in call.grant.scopes:
            raise Refused(401, "Unauthorized.")  # not 403 (reported by clients)
        playlist = self._writable(call)
        if len(call.body) > COVER_BYTES:
            raise Refused(413, "Request entity too large")
        if call.headers.get("content-type", "").partition(";")[0].strip() != "image/jpeg":
            raise Refused(400, "Content-Type must be image/jpeg")
        try:
            jpeg = base64.b64decode(call.body, validate=True)
        except binascii.Error as error:
            raise Refused(400, "Image is not valid base64") from error
        if not jpeg.startswith(b"\xff\xd8\xff"):
            raise Refused(400, "Image is not a JPEG")
        playlist.set_cover(call.body.decode())
        return Answer(status=202)


for _method, _handle in (
    ("GET", Api._items),
    ("POST", Api._add),
    ("PUT", Api._replace_or_reorder),
    ("DELETE", Api._remove),
):
    _route(_method, "/playlists/{id}/tracks", "playlists", old=True)(_handle)


def _drop_until(moments: deque[datetime], limit: datetime) -> None:
    while moments and moments[0] <= limit:
        moments.popleft()


def _found(thing: T | None) -> T:
    if thing is None:
        raise Refused(404, "Resource not found")
    return thing


def _plain_id(call: Call) -> str:
    if not _ID.fullmatch(call.params["id"]):
        raise Refused(400, "Invalid base62 id")
    return call.params["id"]


def _ids(call: Call, most: int) -> list[str]:
    ids = [id for id in call.query.get("ids", "").split(",") if id]
    if not ids:
        raise Refused(400, "Missing required field: ids")
    if len(ids) > most:
        raise Refused(400, "Too many ids requested")
    if not all(_ID.fullmatch(id) for id in ids):
        raise Refused(400, "Invalid base62 id")
    return ids


def _others(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in ("offset", "limit")}


def _wants_episodes(call: Call) -> bool:
    return "episode" in call.query.get("additional_types", "").split(",")


def _some(call: Call, shape: JSON) -> Answer:
    fields = call.query.get("fields")
    return Answer(body=selected(shape, fields) if fields else shape)


def _object(call: Call) -> dict[str, Any]:
    said = call.json()
    if not isinstance(said, dict):
        raise Refused(400, "Error parsing JSON.")
    return said


def _boolean(said: Mapping[str, Any], name: str, default: bool) -> bool:
    value = said.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Refused(400, f"Invalid {name}")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(400, "Range is out of bounds")
    return value


def _snapshot(said: Mapping[str, Any]) -> str | None:
    snapshot = said.get("snapshot_id")
    if snapshot is not None and not isinstance(snapshot, str):
        raise Refused(400, "Invalid snapshot_id")
    return snapshot


def _library_uris(call: Call) -> list[str]:
    uris = [uri for uri in call.query.get("uris", "").split(",") if uri]
    if not uris:
        raise Refused(400, "Missing required field: uris")
    if len(uris) > LIBRARY_BATCH:
        raise Refused(400, "Too many uris requested")
    for uri in uris:
        if not _SAVEABLE.fullmatch(uri):
            raise Refused(400, f"Invalid uri: {uri}")
    return uris
