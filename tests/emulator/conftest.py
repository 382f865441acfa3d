"""An emulator, and callers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import spotipy  # type: ignore[import-untyped]

from playlist_builder.clock import MovableClock
from playlist_builder.emulator import Emulator, Options
from tests.emulator.standin import StandIn

Start = Callable[..., Emulator]


class Caller:
    """Sends plain requests with one token."""

    def __init__(self, emulator: Emulator, token: str | None) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        if token is not None:
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
            made_one = Caller(emulator, emulator.issue_token(**more)["access_token"])
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
