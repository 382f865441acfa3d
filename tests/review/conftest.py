"""The Lost Boys, synced once on the demo service, and a copy of that home for each test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from playlist_builder.cli.app import App
from playlist_builder.cli.review import open_session
from playlist_builder.clock import Clock
from playlist_builder.review.session import Session

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
