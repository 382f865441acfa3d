"""An emulator over a catalogue of a few tracks, and callers of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import spotipy  # type: ignore[import-untyped]

from playlist_builder.clock import MovableClock
from playlist_builder.emulator import Emulator, Options

Start = Callable[..., Emulator]


def made_id(text: str) -> str:
    """An id of 22 characters that follows from `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:22]


@dataclass(frozen=True)
class Artist:
    """An artist."""

    id: str
    name: str


@dataclass(frozen=True)
class AlbumRow:
    """An album."""

    id: str
    title: str
    artists: tuple[Artist, ...]
    album_type: str
    release_date: str
    total_tracks: int


@dataclass(frozen=True)
class TrackRow:
    """A track."""

    id: str
    title: str
    artists: tuple[Artist, ...]
    album: AlbumRow
    duration_ms: int
    isrc: str
    explicit: bool
    track_number: int
    disc_number: int
    popularity: int


class StandIn:
    """`size` tracks called "Song 0", "Song 1" … on one album; a search finds titles that hold every plain word."""

    def __init__(self, size: int = 60) -> None:
        self.singer = Artist(made_id("artist"), "Survivor")
        self.record = AlbumRow(made_id("album"), "Rocky IV", (self.singer,), "compilation", "1985-11-15", size)
        self.rows = [
            TrackRow(
                made_id(f"track {number}"),
                f"Song {number}",
                (self.singer,),
                self.record,
                180_000 + number,
                f"ZZAAA25{number:05}",
                False,
                number + 1,
                1,
                50,
            )
            for number in range(size)
        ]

    def uri(self, number: int) -> str:
        """The URI of "Song `number`"."""
        return f"spotify:track:{self.rows[number].id}"

    def uris(self, *numbers: int) -> list[str]:
        """The URIs of those songs."""
        return [self.uri(number) for number in numbers]

    def search_tracks(self, query: str, limit: int, offset: int) -> tuple[Sequence[TrackRow], int]:
        words = query.lower().split()
        hits = [row for row in self.rows if all(word in row.title.lower().split() for word in words)]
        return hits[offset : offset + limit], len(hits)

    def search_albums(self, query: str, limit: int, offset: int) -> tuple[Sequence[AlbumRow], int]:
        hits = [self.record]
        return hits[offset : offset + limit], len(hits)

    def track(self, id: str) -> TrackRow | None:
        return next((row for row in self.rows if row.id == id), None)

    def album(self, id: str) -> AlbumRow | None:
        return self.record if id == self.record.id else None

    def album_tracks(self, id: str) -> Sequence[TrackRow] | None:
        return self.rows if id == self.record.id else None

    def artist(self, id: str) -> Artist | None:
        return self.singer if id == self.singer.id else None


class Caller:
    """Sends plain requests with a token; `grant` goes to `issue_token`."""

    def __init__(self, emulator: Emulator, **grant: Any) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self._grant = grant
        self.login()

    def login(self) -> None:
        """Takes a fresh token."""
        token = self.emulator.issue_token(**self._grant)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.emulator.api_url + path, timeout=5, **more)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def catalogue() -> StandIn:
    return StandIn()


@pytest.fixture
def start(clock: MovableClock, catalogue: StandIn) -> Iterator[Start]:
    """Starts an emulator; keywords beyond those of `Emulator` are options."""
    with ExitStack() as stack:

        def started(*, options: dict[str, Any] | None = None, **more: Any) -> Emulator:
            more = {"clock": clock, **more}
            return stack.enter_context(Emulator(catalogue, options=Options(**(options or {})), **more))

        yield started


@pytest.fixture
def emulator(start: Start) -> Emulator:
    return start()


@pytest.fixture
def caller() -> Iterator[Callable[..., Caller]]:
    """Makes callers; `scopes` and `user` go to `issue_token`."""
    with ExitStack() as stack:

        def made(emulator: Emulator, **more: Any) -> Caller:
            made_one = Caller(emulator, **more)
            stack.callback(made_one.session.close)
            return made_one

        yield made


@pytest.fixture
def call(emulator: Emulator, caller: Callable[..., Caller]) -> Caller:
    """A caller of `emulator` with every scope."""
    made: Caller = caller(emulator)
    return made


@pytest.fixture
def client() -> Iterator[Callable[..., spotipy.Spotify]]:
    """Makes spotipy clients."""
    with ExitStack() as stack:

        def made(emulator: Emulator, **more: Any) -> spotipy.Spotify:
            session = stack.enter_context(requests.Session())
            token = emulator.issue_token(**more)["access_token"]
            spotify = spotipy.Spotify(auth=token, requests_session=session, requests_timeout=5)
            spotify.prefix = emulator.api_url + "/"
            return spotify

        yield made
