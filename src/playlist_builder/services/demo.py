"""The demo: the emulator inside this process, over real HTTP on a loopback port, through the same client as Spotify.

No account and no set-up; its account, login, cache and ledger last from run to run in a directory of their own.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from playlist_builder.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from playlist_builder.emulator import Emulator
    from playlist_builder.model import Account
    from playlist_builder.services import Opening, Service
    from playlist_builder.store.settings import Settings

NAME = "demo"
LOCK_TIMEOUT_S = 30.0


@contextlib.contextmanager
def open_service(opening: Opening) -> Iterator[Service]:
    """The demo service, logged in; raises `ConfigError` where its account file is damaged or in use."""
    from playlist_builder.services import spotify

    directory = opening.settings.data_dir(NAME)
    with _alone(directory), _running(opening, directory / "account.json") as (emulator, is_new):
        settings = _here(opening.settings, emulator.api_url, emulator.accounts_url)
        opened = dataclasses.replace(opening, settings=settings)
        _log_in(opened, emulator, is_new)
        with spotify.open_service(opened, NAME) as service:
            yield service


def stored_account(settings: Settings) -> Account | None:
    """Whose login the demo has stored; None before its first run."""
    from playlist_builder.services import spotify

    return spotify.stored_account(_here(settings, "http://127.0.0.1/v1", "http://127.0.0.1"), NAME)


def uri_of(text: str, kind: str = "track") -> str | None:
    """What a pasted link, URI or id means: as for Spotify, whose shapes the demo's URIs have."""
    from playlist_builder.services.spotify import links

    return links.uri_of(text, kind)


def url_of(uri: str) -> str | None:
    """None: there is nothing to open outside this process."""
    return None


def _here(settings: Settings, api_url: str, accounts_url: str) -> Settings:
    """The settings for a service inside this process; a login is bound to the host, not to its port."""
    return dataclasses.replace(
        settings, api_url=api_url, accounts_url=accounts_url, client_id=None, token=None, request_interval_s=0.0
    )


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One demo at a time: each holds the whole account in memory, and the last one to write would win."""
    import filelock

    try:
        with filelock.FileLock(directory / "account.lock", timeout=LOCK_TIMEOUT_S, mode=0o600):
            yield
    except filelock.Timeout:
        raise ConfigError("Another run is using the demo account. End it, then try again.") from None


@contextlib.contextmanager
def _running(opening: Opening, account_file: Path) -> Iterator[tuple[Emulator, bool]]:
    """The emulator, and whether its account was made just now."""
    from playlist_builder.emulator import Emulator
    from playlist_builder.emulator.catalogue import Catalogue

    is_new = not account_file.exists()
    with contextlib.closing(Catalogue.shipped()) as catalogue:
        try:
            emulator = Emulator(catalogue, clock=opening.clock, account_file=account_file)
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"The demo account {account_file} is damaged. Delete it to start anew.") from error
        with emulator:
            yield emulator, is_new


def _log_in(opening: Opening, emulator: Emulator, is_new: bool) -> None:
    """Makes a login where there is none that this account knows; else the one there is is kept."""
    from playlist_builder.emulator.server import CLIENT_ID
    from playlist_builder.services.spotify.token import Login, Tokens

    tokens = Tokens(opening.settings, NAME, opening.clock)
    now = opening.clock.now()
    with contextlib.suppress(AuthError):  # damaged, or it has ended: made anew
        login = tokens.stored()
        if login is not None and not is_new and login.ends_at is not None and login.ends_at > now:
            tokens.current()
            return
    user = emulator.account.user
    login = Login(
        refresh_token="-",
        authorised_at=now,
        client_id=CLIENT_ID,
        address_key=opening.settings.address_key,
        account_id=user.account_id,
        user_id=user.id,
        display_name=user.display_name,
    )
    tokens.save(login.renewed(emulator.issue_token(), now))
