"""A world for sync tests in one process: the real commands over real HTTP, a clock that moves, an emulator to break."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playlist_builder.cli import group
from playlist_builder.cli.app import App
from playlist_builder.clock import MovableClock
from playlist_builder.emulator import Emulator, Options, Playlist
from playlist_builder.emulator.catalogue import Catalogue
from playlist_builder.services.spotify.token import Login, Tokens
from playlist_builder.store.settings import Settings, load_settings

Rows = Sequence[tuple[str, str]]


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class World:
    """One account, one catalogue; `machine` picks whose state is used: two of them share listings and locks."""

    emulator: Emulator
    clock: MovableClock
    root: Path
    catalogue: Catalogue
    machine: str = "one"
    daily_requests: int = 0
    timeout_s: float = 15.0

    @property
    def settings(self) -> Settings:
        found = replace(
            load_settings(),
            home=self.root / self.machine,
            playlists_dir=self.root / "playlists",
            client_id="emulated-client",
            api_url=self.emulator.api_url,
            accounts_url=self.emulator.accounts_url,
            request_interval_s=0.0,
            daily_requests=self.daily_requests,
            read_timeout_s=self.timeout_s,
            write_timeout_s=self.timeout_s,
        )
        found.home.mkdir(exist_ok=True)
        return found

    def log_in(self) -> None:
        """A login as `playlist login` leaves it."""
        user = self.emulator.account.user
        login = Login(
            refresh_token="-",
            authorised_at=self.clock.now(),
            client_id="emulated-client",
            address_key=self.settings.address_key,
            account_id=user.account_id,
            user_id=user.id,
            display_name=user.display_name,
        )
        Tokens(self.settings, "spotify", self.clock).save(login.renewed(self.emulator.issue_token(), self.clock.now()))

    def run(self, *args: str) -> Ran:
        """Runs one command line in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = group.run(list(args), obj=App(clock=self.clock, settings=self.settings))
        return Ran(code, out.getvalue(), err.getvalue())

    def sync(self, name: str = "mix", *options: str) -> Any:
        """Syncs and returns the JSON result."""
        return self.run("sync", name, "--json", *options).json

    def listing(self, rows: Rows, name: str = "mix", **head: Any) -> None:
        lines = [f"title = {json.dumps(head.pop('title', 'The Mix'))}"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in head.items()]
        for artist, title in rows:
            lines += ["[[track]]", f"artist = {json.dumps(artist)}", f"title = {json.dumps(title)}"]
        directory = self.root / "playlists"
        directory.mkdir(exist_ok=True)
        (directory / f"{name}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def lock(self) -> str:
        return (self.root / "playlists" / "mix.lock.toml").read_text(encoding="utf-8")

    @property
    def playlist(self) -> Playlist:
        return self.emulator.account.playlist("The Mix")

    @property
    def uris(self) -> list[str | None]:
        return list(self.playlist.uris)

    def writes(self) -> list[str]:
        return [f"{r.method} {r.template}" for r in self.emulator.writes]

    def forget_state(self) -> None:
        """The state of this machine is lost; the login stays."""
        for path in self.settings.data_dir("spotify").glob("state.sqlite3*"):
            path.unlink()


@contextlib.contextmanager
def world(root: Path, options: Options | None = None, catalogue: Catalogue | None = None) -> Iterator[World]:
    """A world with a login and nothing else; its account lies in `root` too, so that a copy of it is another world."""
    catalogue = catalogue or Catalogue.shipped()
    clock = MovableClock()
    file = root / "account.json"
    with Emulator(catalogue, clock=clock, options=options or Options(), account_file=file) as emulator:
        made = World(emulator=emulator, clock=clock, root=root, catalogue=catalogue)
        if not made.settings.home.joinpath("token.json").exists():
            made.log_in()
        yield made
