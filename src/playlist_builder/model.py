"""The frozen values that every room shares. No I/O, no clock, nothing of any one service.

Words as the field uses them: a *track* is one row of a *tracklist* (what is asked for); a *recording* is one playable
entry of a service's catalogue; a *candidate* is a recording with its score for a track; a *match* is what became of a
track; a *snapshot* is a remote playlist as read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from playlist_builder.errors import PlaylistError

Outcome = Literal["matched", "pinned", "review", "missing", "skipped", "unsearched"]
FoundBy = Literal["lock", "pin", "isrc", "album", "track+artist", "plain", "artist-fallback", "title-only"]
Accept = Literal["exact", "confident", "likely"]
EntryKind = Literal["track", "episode", "local", "null"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One row of a tracklist: what the listing asks for, in the listing's own words."""

    title: str
    artist: str = ""  # the whole credit as written; "" where the listing names none
    duration_ms: int | None = None
    isrc: str | None = None  # upper case, no hyphens
    version: str | None = None  # "live", "remix", …: a version named apart from the title
    album: str | None = None
    uri: str | None = None  # a pin that the listing itself makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracklist:
    """What a listing says: its rows in order, and what it says of the whole. None or () is "not said"."""

    title: str
    tracks: tuple[Track, ...]
    albums: tuple[str, ...] = ()  # `album`: names, links or URIs of what the listing describes
    artist: str | None = None  # the default for rows that name none, already applied to `tracks`
    year: int | None = None
    source: str | None = None
    public: bool = False
    description: str | None = None
    cover: str | None = None  # a file name beside the listing
    explicit: Literal["prefer", "avoid"] | None = None
    prefer: tuple[str, ...] = ()  # "remaster" or "original"
    accept: Accept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One playable entry of a service's catalogue. None is "the service did not say"."""

    uri: str
    title: str
    artists: tuple[str, ...] = ()  # credit order
    album: str | None = None
    album_uri: str | None = None
    album_type: str | None = None  # album, single or compilation
    album_artists: tuple[str, ...] = ()
    release_date: str | None = None  # YYYY, YYYY-MM or YYYY-MM-DD
    duration_ms: int | None = None
    isrc: str | None = None
    explicit: bool | None = None
    playable: bool | None = None  # here, for this account
    track_number: int | None = None
    disc_number: int | None = None
    cover_url: str | None = None

    @property
    def label(self) -> str:
        """Artist – Title, as a person would say which recording this is."""
        return f"{', '.join(self.artists)} – {self.title}" if self.artists else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """One album as a search shows it; its tracks are read apart."""

    uri: str
    title: str
    artists: tuple[str, ...] = ()
    album_type: str | None = None
    release_date: str | None = None
    total_tracks: int | None = None
    cover_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One search: the text as it is sent and the rung of the ladder that sends it."""

    text: str
    step: FoundBy
    kind: Literal["track", "album"] = "track"
    fresh: bool = False  # ask past the cache: the answer may have changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well a recording fits a track: a total and its named parts, each in [0, 1], 1 = same.

    A part that either side lacks is absent. `refusal` names the rule that rules the candidate out, whatever its total.
    """

    total: float
    parts: tuple[tuple[str, float], ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A recording that was found for a track, with its score."""

    recording: Recording
    score: Score
    differences: tuple[str, ...] = ()  # artist, title, version, duration, album, edition, explicit
    found_by: FoundBy = "plain"
    query: str | None = None  # the search text that brought it


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One question that was put to the catalogue for a track, for `explain`."""

    query: str
    step: FoundBy
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What became of a track. `recording` is None where nothing is chosen; `reason` is one plain sentence."""

    track: Track
    outcome: Outcome
    found_by: FoundBy | None = None
    recording: Recording | None = None
    score: float | None = None
    differences: tuple[str, ...] = ()
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()  # best first
    searches: tuple[Search, ...] = ()
    gap: bool = False  # a person said: keep looking, it is known to be missing

    @property
    def needs_person(self) -> bool:
        """Whether a person has something to decide or to wait for."""
        return self.outcome in ("review", "missing", "unsearched") and not self.gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place of a remote playlist. `uri` is None only for a null entry; local files have `spotify:local:…`."""

    uri: str | None
    kind: EntryKind = "track"
    recording: Recording | None = None  # as read with the list; None for null entries
    added_at: str | None = None  # RFC 3339, as the service says


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistHead:
    """A remote playlist without its entries. Texts are unescaped, as a person reads them."""

    id: str
    name: str
    description: str = ""
    owner_id: str = ""
    url: str | None = None
    public: bool | None = None
    collaborative: bool = False
    revision: str = ""  # the service's snapshot id
    total: int | None = None
    cover_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A remote playlist as read: its head and every entry, in order."""

    head: PlaylistHead
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage:
    """One page of the account's own and followed playlists, newest first as the service orders them."""

    playlists: tuple[PlaylistHead, ...]
    offset: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """Insert `uris` (at most 100) so that the first stands at `position` of the list as it is at that moment."""

    uris: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Take `length` entries from `start` and put them before the entry at `insert_before` (total: at the end)."""

    start: int
    insert_before: int
    length: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Remove every occurrence of each of `uris` (at most 100)."""

    uris: tuple[str, ...]


Operation = Add | Move | Remove


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Counts of a plan, in entries."""

    added: int = 0
    removed: int = 0
    moved: int = 0
    kept: int = 0
    foreign: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount:
    """Requests to the API host, retries included, token requests not. `by_endpoint` uses path templates."""

    sent: int = 0
    cached: int = 0
    by_endpoint: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose login it is."""

    id: str  # the service's immutable account id
    user_id: str  # the public user id, which owns playlists
    name: str
    logged_in_at: datetime | None = None
    expires_at: datetime | None = None  # when the login ends whatever is refreshed
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistRef:
    """The playlist of a result, as reports name it."""

    id: str
    name: str
    url: str | None = None
    created: bool = False
    public: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run made of one listing, for reports and exit codes."""

    listing: str
    service: str
    title: str = ""
    dry_run: bool = False
    playlist: PlaylistRef | None = None
    matches: tuple[Match, ...] = ()
    changes: Changes = Changes()
    requests: RequestCount = field(default_factory=RequestCount)
    notes: tuple[str, ...] = ()  # sentences for the person, in the order of what happened
    error: PlaylistError | None = None  # what stopped the run part-way
    held: bool = False  # left alone after an undo
    appeared: tuple[int, ...] = ()  # rows, from 0, that were missing before and were found now

    @property
    def needing_person(self) -> tuple[Match, ...]:
        """The rows that need a person, in order."""
        return tuple(match for match in self.matches if match.needs_person)

    @property
    def code(self) -> int:
        """The exit code of the command-line contract."""
        if self.error is not None:
            return self.error.code
        return 4 if self.needing_person else 0
