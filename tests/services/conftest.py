"""An emulator, our own service opened against it, and a bare server for answers that no emulator gives."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from playlist_builder.clock import MovableClock
from playlist_builder.emulator import ALL_SCOPES, Emulator, Options
from playlist_builder.emulator.catalogue import Catalogue
from playlist_builder.emulator.server import CLIENT_ID
from playlist_builder.services import Opening
from playlist_builder.services.spotify import open_service
from playlist_builder.services.spotify.client import SpotifyService
from playlist_builder.services.spotify.token import Login, Tokens
from playlist_builder.store.ledger import Ledger
from playlist_builder.store.settings import Settings


@dataclass
class World:
    """One emulator and one home; `open` logs in and opens the service, as often as a test likes."""

    home: Path
    clock: MovableClock
    emulator: Emulator
    stack: ExitStack
    waits: list[tuple[float, str]] = field(default_factory=list)
    limit: int = 500
    interval_s: float = 0.0
    timeout_s: float = 15.0

    @property
    def settings(self) -> Settings:
        return Settings(
            home=self.home,
            client_id=CLIENT_ID,
            api_url=self.emulator.api_url,
            accounts_url=self.emulator.accounts_url,
            request_interval_s=self.interval_s,
            read_timeout_s=self.timeout_s,
            write_timeout_s=self.timeout_s,
        )

    @property
    def token_file(self) -> Path:
        return self.home / "token.json"

    def tokens(self, settings: Settings | None = None) -> Tokens:
        return Tokens(settings or self.settings, "spotify", self.clock)

    def log_in(self, *, known: bool = True, scopes: tuple[str, ...] = ALL_SCOPES, user: str | None = None) -> Login:
        """Stores a login as the command does; with `known`, it says whose it is."""
        now, person = self.clock.now(), self.emulator.account.known_user(user or self.emulator.account.user.id)
        login = Login(
            refresh_token="-",
            authorised_at=now,
            client_id=CLIENT_ID,
            address_key=self.settings.address_key,
            account_id=person.account_id if known else None,
            user_id=person.id if known else None,
            display_name=person.display_name if known else None,
        ).renewed(self.emulator.issue_token(scopes, user=user), now)
        self.tokens().save(login)
        return login

    def open(self, settings: Settings | None = None, **opening: Any) -> SpotifyService:
        settings = settings or self.settings
        if not self.token_file.exists() and settings.token is None:
            self.log_in()
        service = self.stack.enter_context(open_service(self.opening(settings, **opening)))
        assert isinstance(service, SpotifyService)
        return service

    def opening(self, settings: Settings | None = None, **more: Any) -> Opening:
        settings = settings or self.settings
        ledger = Ledger(settings.data_dir("spotify") / "ledger.sqlite3", self.clock, self.limit)
        self.stack.callback(ledger.close)
        return Opening(
            settings=settings,
            clock=self.clock,
            ledger=ledger,
            on_wait=lambda seconds, why: self.waits.append((seconds, why)),
            **more,
        )

    def sent(self) -> list[str]:
        """Every request to the API so far, as "METHOD /template"."""
        return [f"{r.method} {r.template}" for r in self.emulator.requests if r.path.startswith("/v1")]


@pytest.fixture(scope="session")
def catalogue() -> Iterator[Catalogue]:
    catalogue = Catalogue.shipped()
    yield catalogue
    catalogue.close()


Begin = Callable[..., World]


@pytest.fixture
def begin(tmp_path: Path, catalogue: Catalogue) -> Iterator[Begin]:
    """Makes worlds; keywords are options of the emulator, but `mode` and `home`."""
    with ExitStack() as stack:

        def begun(mode: str = "dev-new", home: Path | None = None, **options: Any) -> World:
            clock = MovableClock()
            emulator = stack.enter_context(Emulator(catalogue, mode=mode, clock=clock, options=Options(**options)))
            return World(home or tmp_path / "ours", clock, emulator, stack)

        yield begun


@pytest.fixture
def world(begin: Begin) -> World:
    return begin()


@dataclass
class Stub:
    """A server that answers every request the same; `seen` holds path and headers of each."""

    url: str
    seen: list[tuple[str, dict[str, str]]]
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)

    def settings(self, world: World) -> Settings:
        return replace(world.settings, api_url=f"{self.url}/v1")


@pytest.fixture
def stub() -> Iterator[Callable[..., Stub]]:
    """Starts stubs."""
    with ExitStack() as stack:

        def started(**answer: Any) -> Stub:
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"

                def log_message(self, format: str, *args: Any) -> None: ...

                def do_GET(self) -> None:
                    self.rfile.read(int(self.headers.get("Content-Length", 0)))
                    made.seen.append((self.path, dict(self.headers.items())))
                    self.send_response(made.status)
                    for name, value in {**made.headers, "Content-Length": str(len(made.body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(made.body)
                    self.close_connection = True

                do_POST = do_PUT = do_DELETE = do_GET

            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            made = Stub(f"http://127.0.0.1:{server.server_address[1]}", [], **answer)
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return made

        yield started
