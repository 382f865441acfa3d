"""The Lost Boys, synced once on the demo service, and a copy of that home for each test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from playlist_builder.cli.app import App
from playlist_builder.cli.group import run
from playlist_builder.cli.review import open_session
from playlist_builder.clock import Clock
from playlist_builder.emulator import Emulator
from playlist_builder.emulator.catalogue import Catalogue
from playlist_builder.emulator.server import CLIENT_ID
from playlist_builder.review.session import Session
from playlist_builder.services.spotify.token import Login, Tokens
from playlist_builder.store.settings import load_settings

NAME = "the-lost-boys"
DOUBTFUL, MISSING = 7, 10  # rows of it, from 0
COMMAND = (sys.executable, "-m", "playlist_builder")
Open = Callable[..., Session]


@pytest.fixture(scope="session")
def synced_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the listing was synced: nine rows matched, one doubtful, one missing."""
    home = tmp_path_factory.mktemp("synced")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PLAYLIST", "SPOTI"))}
    done = subprocess.run(
        [*COMMAND, "-q", "sync", NAME, "--service", "demo"],
        env={**clean, "PLAYLIST_HOME": str(home), "HOME": str(home)},
        cwd=home,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    return home


@pytest.fixture
def home(synced_home: Path, empty_home: Path) -> Path:
    """This test's `PLAYLIST_HOME`, with the synced listing."""
    path = empty_home / "playlist-home"
    shutil.copytree(synced_home, path)
    return path


@pytest.fixture
def open_(home: Path) -> Iterator[Open]:
    """Opens sessions on listings of the demo service; they are closed after the test."""
    with ExitStack() as stack:

        def opened(name: str = NAME, clock: Clock | None = None) -> Session:
            return stack.enter_context(open_session(App(verbosity=-1, clock=clock), name, "demo", wait_s=0.0))

        yield opened


@pytest.fixture
def session(open_: Open) -> Session:
    return open_()


@pytest.fixture
def lock(home: Path) -> Path:
    """The lock file of the synced listing."""
    return home / "demo" / "locks" / f"{NAME}.lock.toml"


@pytest.fixture
def spotify(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The service `spotify` at a loopback address, logged in, with the listing synced to it."""
    with closing(Catalogue.shipped()) as catalogue, Emulator(catalogue) as emulator:
        for name, value in (
            ("SPOTIFY_API_URL", emulator.api_url),
            ("SPOTIFY_ACCOUNTS_URL", emulator.accounts_url),
            ("SPOTIPY_CLIENT_ID", CLIENT_ID),
            ("PLAYLIST_REQUEST_INTERVAL", "0"),
        ):
            monkeypatch.setenv(name, value)
        settings, now = load_settings(), emulator.clock.now()
        user = emulator.account.user
        login = Login(
            refresh_token="-",
            authorised_at=now,
            client_id=CLIENT_ID,
            address_key=settings.address_key,
            account_id=user.account_id,
            user_id=user.id,
            display_name=user.display_name,
        )
        Tokens(settings, "spotify", emulator.clock).save(login.renewed(emulator.issue_token(), now))
        assert run(["-q", "sync", NAME]) == 4
        yield emulator
