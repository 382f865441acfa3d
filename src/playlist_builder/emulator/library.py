"""The account behind the API: playlists, their entries and versions, and what the user does to them in the app.

Pure: no HTTP, no JSON shapes, no disk. The rules are those of the Spotify Web API reference where it says anything,
and what clients reported up to 2026 where it does not; each is named where it is applied.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote_plus

from playlist_builder.clock import Clock

BATCH = 100  # entries a write may carry (reference)
NAME_LENGTH = 100
DESCRIPTION_LENGTH = 300
VERSIONS_KEPT = 40  # versions of a playlist that a snapshot_id can still name

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

T = TypeVar("T")


class Refused(Exception):
    """The request is answered with `status` and `message`, and had no effect."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        reason: str | None = None,
        text: bool = False,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.text = text  # the body is the bare message, not JSON
        self.retry_after = retry_after


def new_id() -> str:
    """A fresh id as the service makes them: 22 characters of base 62."""
    return "".join(secrets.choice(_BASE62) for _ in range(22))


def timestamp(moment: datetime) -> str:
    """`moment` (UTC) as the API writes it, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moved(entries: Sequence[T], start: int, before: int, length: int = 1) -> list[T]:
    """`entries` with the block of `length` from `start` put before what was at `before`; positions of the old list.

    `before == len(entries)` moves to the end; a `before` inside the block leaves everything where it is. Raises
    `Refused` (400) for positions outside the list. Source: the reference, "reorder or replace playlist items".
    """
    total = len(entries)
    if not (0 <= start < total and length >= 1 and start + length <= total and 0 <= before <= total):
        raise Refused(400, "Range is out of bounds")
    if start <= before <= start + length:
        return list(entries)
    block, rest = entries[start : start + length], [*entries[:start], *entries[start + length :]]
    at = before if before < start else before - length
    rest[at:at] = block
    return rest


@dataclass(frozen=True, slots=True)
class Entry:
    """One slot of a playlist. `key` tells two entries of the same URI apart; a `uri` of None is a null entry."""

    key: int
    uri: str | None
    added_at: str
    added_by: str

    @property
    def is_local(self) -> bool:
        return self.uri is not None and self.uri.startswith("spotify:local:")


def without(entries: Sequence[Entry], uris: Collection[str], among: Collection[int] | None = None) -> list[Entry]:
    """`entries` without every occurrence of `uris`; with `among`, only entries of those keys go.

    Source: clients report that positions have been ignored since 2024; the reference of 2026 no longer has them.
    """
    return [e for e in entries if e.uri not in uris or (among is not None and e.key not in among)]


def moved_since(
    old: Sequence[Entry], current: Sequence[Entry], start: int, before: int, length: int = 1
) -> list[Entry]:
    """`current` after a move whose positions mean `old`: what of the block is still there goes before the first
    survivor at or after `before`, or to the end. Source: the reference (a snapshot_id names the version that the
    positions mean; newer changes are merged)."""
    moved(old, start, before, length)  # the bounds are those of the old version
    block = {e.key for e in old[start : start + length]}
    going = [e for e in current if e.key in block]
    rest = [e for e in current if e.key not in block]
    places = {e.key: index for index, e in enumerate(rest)}
    at = next((places[e.key] for e in old[before:] if e.key in places), len(rest))
    rest[at:at] = going
    return rest


@dataclass(frozen=True, slots=True)
class Version:
    """A playlist at one moment. Every change of any kind makes one, a rename too (measured by clients in 2026)."""

    snapshot: str
    entries: tuple[Entry, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """Who a token speaks for."""

    id: str
    display_name: str
    account_id: str
    country: str = "US"
    product: str = "premium"

    @classmethod
    def called(cls, user_id: str) -> User:
        """A user whose other particulars follow from the id."""
        digest = hashlib.sha256(user_id.encode()).hexdigest()
        return cls(id=user_id, display_name=user_id.replace("-", " ").title(), account_id=digest[:32])


class Playlist:
    """One playlist: what it is called, its entries, and its versions.

    The methods above the line are the API's edits; those below are the owner's, in the app: they check nothing.
    """

    def __init__(
        self,
        account: Account,
        *,
        id: str,
        owner: str,
        name: str,
        description: str = "",
        public: bool = True,
        collaborative: bool = False,
        uris: Sequence[str | None] = (),
    ) -> None:
        self.account = account
        self.id = id
        self.owner = owner
        self.collaborators: set[str] = set()
        self.name = name
        self.description = description
        self.public = public
        self.collaborative = collaborative
        self.cover: str | None = None  # base64 of a JPEG, as uploaded
        self.versions: list[Version] = []
        self._commit(self._made(uris, owner))

    @property
    def uri(self) -> str:
        return f"spotify:playlist:{self.id}"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries as they are now, whatever a delayed read shows."""
        return self.versions[-1].entries

    @property
    def uris(self) -> list[str | None]:
        """The URI of each entry now; None for a null entry."""
        return [entry.uri for entry in self.entries]

    @property
    def snapshot(self) -> str:
        """The current version's snapshot id."""
        return self.versions[-1].snapshot

    def belongs_to(self, user: str | None) -> bool:
        """Whether `user` owns the playlist or works on it with the owner."""
        return user is not None and (user == self.owner or user in self.collaborators)

    def version_seen(self, delay_s: float) -> Version:
        """The newest version at least `delay_s` old; the first one where none is (a new playlist reads at once)."""
        if delay_s <= 0:
            return self.versions[-1]
        limit = self.account.clock.now() - timedelta(seconds=delay_s)
        return next((v for v in reversed(self.versions) if v.at <= limit), self.versions[0])

    def version(self, snapshot: str) -> Version:
        """The version called `snapshot`; raises `Refused` (400) for one that this playlist never had."""
        for version in reversed(self.versions):
            if version.snapshot == snapshot:
                return version
        raise Refused(400, "Invalid snapshot_id")

    def add(self, uris: Sequence[str], position: int | None, by: str) -> str:
        """Puts `uris` at `position` (None: the end); duplicates are nobody's business. The new snapshot."""
        entries = list(self.entries)
        at = len(entries) if position is None else position
        if not 0 <= at <= len(entries):
            raise Refused(400, "Position is out of bounds")
        entries[at:at] = self._made(uris, by)
        return self._commit(entries)

    def replace(self, uris: Sequence[str], by: str) -> str:
        """Throws every entry away, local files too, for `uris`. The new snapshot."""
        return self._commit(self._made(uris, by))

    def reorder(self, start: int, before: int, length: int = 1, snapshot: str | None = None) -> str:
        """Moves a block; positions mean the version `snapshot` if given. The new snapshot."""
        old = self.versions[-1] if snapshot is None else self.version(snapshot)
        if old.snapshot == self.snapshot:
            return self._commit(moved(self.entries, start, before, length))
        return self._commit(moved_since(old.entries, self.entries, start, before, length))

    def remove(self, uris: Collection[str], snapshot: str | None = None) -> str:
        """Removes every occurrence of `uris`, of the version `snapshot` if given. The new snapshot, or the current
        one where none was there."""
        among = None if snapshot is None else {e.key for e in self.version(snapshot).entries}
        entries = without(self.entries, uris, among)
        return self.snapshot if len(entries) == len(self.entries) else self._commit(entries)

    def change(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        public: bool | None = None,
        collaborative: bool | None = None,
    ) -> str:
        """Changes what is not None. The new snapshot."""
        self.name = self.name if name is None else name
        self.description = self.description if description is None else description
        self.public = self.public if public is None else public
        self.collaborative = self.collaborative if collaborative is None else collaborative
        return self._commit(self.entries)

    def set_cover(self, jpeg: str) -> str:
        """Takes `jpeg` (base64) as the cover. The new snapshot."""
        self.cover = jpeg
        return self._commit(self.entries)

    # -- the owner, in the app -----------------------------------------------------------------------------------------

    def insert(self, uri: str, position: int | None = None) -> None:
        """Adds any entry, one that the API would refuse too."""
        self._insert(uri, position)

    def fill(self, uris: Sequence[str | None]) -> None:
        """Makes `uris` all there is."""
        self._commit(self._made(uris, self.owner))

    def add_local_file(self, artist: str, album: str, title: str, seconds: int, position: int | None = None) -> str:
        """Adds a file of the user's own; its `spotify:local:` URI."""
        uri = "spotify:local:" + ":".join(quote_plus(part) for part in (artist, album, title, str(seconds)))
        self._insert(uri, position)
        return uri

    def add_episode(
        self, name: str = "An Episode", show: str = "A Show", seconds: int = 1800, position: int | None = None
    ) -> str:
        """Adds a podcast episode; its URI."""
        uri = self.account.new_episode(name, show, seconds)
        self._insert(uri, position)
        return uri

    def add_null(self, position: int | None = None) -> None:
        """Adds a slot whose `item` is null, as what left the catalogue reads."""
        self._insert(None, position)

    def remove_at(self, position: int) -> None:
        """Removes the one entry at `position`; raises `IndexError`."""
        with self.account.lock:
            entries = list(self.entries)
            del entries[position]
            self._commit(entries)

    def move(self, start: int, before: int, length: int = 1) -> None:
        """Moves a block; `before` is a position of the list before the move."""
        with self.account.lock:
            self._commit(moved(self.entries, start, before, length))

    def rename(self, name: str) -> None:
        """Gives the playlist another name."""
        self.change(name=name)

    def set_description(self, description: str) -> None:
        """Gives the playlist another description, in plain text."""
        self.change(description=description)

    def _insert(self, uri: str | None, position: int | None) -> None:
        with self.account.lock:
            entries = list(self.entries)
            at = len(entries) if position is None else position
            entries[at:at] = self._made([uri], self.owner)
            self._commit(entries)

    def _made(self, uris: Iterable[str | None], by: str) -> list[Entry]:
        added_at = timestamp(self.account.clock.now())
        return [Entry(self.account.next_key(), uri, added_at, by) for uri in uris]

    def _commit(self, entries: Sequence[Entry]) -> str:
        with self.account.lock:
            number = self.account.next_key()
            digest = hashlib.sha1(f"{self.id} {number} {secrets.token_hex(8)}".encode(), usedforsecurity=False).digest()
            snapshot = base64.b64encode(struct.pack(">I", number) + digest).decode()
            self.versions.append(Version(snapshot, tuple(entries), self.account.clock.now()))
            del self.versions[:-VERSIONS_KEPT]
            self.account.changed()
            return snapshot

    def to_json(self) -> dict[str, Any]:
        """The playlist with its latest versions, for the account file."""
        entries = {e.key: e for v in self.versions for e in v.entries}
        return {
            "id": self.id,
            "owner": self.owner,
            "collaborators": sorted(self.collaborators),
            "name": self.name,
            "description": self.description,
            "public": self.public,
            "collaborative": self.collaborative,
            "cover": self.cover,
            "entries": [asdict(e) for e in entries.values()],
            "versions": [
                {"snapshot": v.snapshot, "at": v.at.isoformat(), "entries": [e.key for e in v.entries]}
                for v in self.versions
            ],
        }

    @classmethod
    def from_json(cls, account: Account, said: Mapping[str, Any]) -> Playlist:
        """The playlist that `to_json` wrote down."""
        playlist = cls(
            account,
            id=said["id"],
            owner=said["owner"],
            name=said["name"],
            description=said["description"],
            public=said["public"],
            collaborative=said["collaborative"],
        )
        playlist.collaborators = set(said["collaborators"])
        playlist.cover = said["cover"]
        entries = {e["key"]: Entry(**e) for e in said["entries"]}
        playlist.versions = [
            Version(v["snapshot"], tuple(entries[key] for key in v["entries"]), datetime.fromisoformat(v["at"]))
            for v in said["versions"]
        ]
        return playlist


@dataclass(frozen=True, slots=True)
class Episode:
    """A podcast episode that a playlist may hold."""

    uri: str
    name: str
    show: str
    duration_ms: int


@dataclass
class Account:
    """Every playlist there is, and the users' libraries. `user` is who tests and the demo act as."""

    clock: Clock
    user: User = field(default_factory=lambda: User("listener", "Local Listener", "acct" + "0" * 28))

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.on_change: Callable[[], None] = lambda: None
        self.users: dict[str, User] = {self.user.id: self.user}
        self.playlists: dict[str, Playlist] = {}
        self.libraries: dict[str, list[str]] = {self.user.id: []}  # URIs, newest first
        self.relinks: dict[str, str] = {}  # URI in the playlist → URI that reads show
        self.unplayable: set[str] = set()
        self.episodes: dict[str, Episode] = {}
        self._keys = 0

    def next_key(self) -> int:
        """A number not given before in this account."""
        with self.lock:
            self._keys += 1
            return self._keys

    def changed(self) -> None:
        """Tells whoever keeps the account."""
        self.on_change()

    def known_user(self, user_id: str) -> User:
        """The user of that id, made if there is none."""
        if user_id not in self.users:
            self.users[user_id] = User.called(user_id)
        self.libraries.setdefault(user_id, [])
        return self.users[user_id]

    def library(self, user: str | None = None) -> list[Playlist]:
        """The playlists in a user's library, owned and followed, newest first."""
        found = (self.playlists.get(uri.rpartition(":")[2]) for uri in self.libraries.get(user or self.user.id, []))
        return [playlist for playlist in found if playlist is not None]

    def playlist(self, name_or_id: str) -> Playlist:
        """The playlist of that id, else the newest of that name in the library; raises `KeyError`."""
        if name_or_id in self.playlists:
            return self.playlists[name_or_id]
        for playlist in self.library():
            if playlist.name == name_or_id:
                return playlist
        raise KeyError(name_or_id)

    def create(
        self,
        name: str,
        description: str = "",
        *,
        public: bool = True,
        collaborative: bool = False,
        owner: str | None = None,
        uris: Sequence[str | None] = (),
    ) -> Playlist:
        """A new playlist, first in its owner's library."""
        with self.lock:
            user = self.known_user(owner or self.user.id)
            playlist = Playlist(
                self,
                id=new_id(),
                owner=user.id,
                name=name,
                description=description,
                public=public,
                collaborative=collaborative,
                uris=uris,
            )
            self.playlists[playlist.id] = playlist
            self.libraries[user.id].insert(0, playlist.uri)
            self.changed()
            return playlist

    def follow(self, playlist: Playlist, user: str | None = None) -> None:
        """Puts a playlist into the library, on top; nothing where it is there already."""
        self.save([playlist.uri], user or self.user.id)

    def delete(self, playlist: Playlist, user: str | None = None) -> None:
        """Takes a playlist out of the library, which is all that deleting means: its id keeps resolving."""
        self.forget([playlist.uri], user or self.user.id)

    def save(self, uris: Iterable[str], user: str) -> None:
        """Puts things into a user's library, each on top unless it is there."""
        with self.lock:
            for uri in uris:
                if uri not in self.libraries[user]:
                    self.libraries[user].insert(0, uri)
            self.changed()

    def forget(self, uris: Iterable[str], user: str) -> None:
        """Takes things out of a user's library."""
        gone = set(uris)
        with self.lock:
            self.libraries[user] = [uri for uri in self.libraries[user] if uri not in gone]
            self.changed()

    def relink(self, old_uri: str, new_uri: str) -> None:
        """From now on reads show the track `old_uri` under the id of `new_uri`."""
        self.relinks[old_uri] = new_uri
        self.changed()

    def set_unplayable(self, uri: str, unplayable: bool = True) -> None:
        """From now on the track is (or is not) unavailable in the user's market."""
        (self.unplayable.add if unplayable else self.unplayable.discard)(uri)
        self.changed()

    def new_episode(self, name: str = "An Episode", show: str = "A Show", seconds: int = 1800) -> str:
        """The URI of a new episode, which playlists may then hold."""
        uri = f"spotify:episode:{new_id()}"
        self.episodes[uri] = Episode(uri, name, show, seconds * 1000)
        return uri

    def to_json(self) -> dict[str, Any]:
        """The whole account as JSON values."""
        return {
            "user": asdict(self.user),
            "users": [asdict(user) for user in self.users.values()],
            "playlists": [playlist.to_json() for playlist in self.playlists.values()],
            "libraries": self.libraries,
            "relinks": self.relinks,
            "unplayable": sorted(self.unplayable),
            "episodes": [asdict(episode) for episode in self.episodes.values()],
            "keys": self._keys,
        }

    @classmethod
    def from_json(cls, clock: Clock, said: Mapping[str, Any]) -> Account:
        """The account that `to_json` wrote down."""
        account = cls(clock, User(**said["user"]))
        account.users = {user["id"]: User(**user) for user in said["users"]}
        account.libraries = {user: list(uris) for user, uris in said["libraries"].items()}
        account.relinks = dict(said["relinks"])
        account.unplayable = set(said["unplayable"])
        account.episodes = {e["uri"]: Episode(**e) for e in said["episodes"]}
        account.playlists = {p["id"]: Playlist.from_json(account, p) for p in said["playlists"]}
        account._keys = said["keys"]
        return account
