"""What commands that ask the service nothing share: a listing with what lock and state know of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from playlist_builder.builder import Loaded
from playlist_builder.cli.app import App
from playlist_builder.model import Account, Match
from playlist_builder.store.state import Place, State


@dataclass(frozen=True, kw_only=True)
class Known:
    """A listing, its lock, and a match for every row as far as it is known."""

    loaded: Loaded
    service: str
    account: str
    matches: tuple[Match, ...]
    playlist_id: str | None = None
    playlist_url: str | None = None

    @property
    def place(self) -> Place:
        return Place(service=self.service, account=self.account, listing=self.loaded.name)


def known(app: App, name: str, service: str | None) -> Known:
    """Reads listing, lock and state; raises `ListingError`."""
    from playlist_builder import remembered
    from playlist_builder.cli.run import load
    from playlist_builder.services import stored_account
    from playlist_builder.store.listings import Listings

    where = app.service_name(service)
    loaded = load(app, where, Listings(app.settings).find(name), adopt=False)
    with contextlib.closing(app.state(where)) as state:
        identity = account_id(stored_account(app.settings, where), where, state)
        matches = remembered.matches(loaded, where, state, identity)
        playlist = state.remembered(Place(service=where, account=identity, listing=name))
    return Known(
        loaded=loaded,
        service=where,
        account=identity,
        matches=matches,
        playlist_id=playlist.playlist_id if playlist else None,
        playlist_url=playlist.url if playlist and where != "demo" else None,
    )


def place_of(app: App, name: str, service: str | None, *, must_exist: bool = True) -> Place:
    """Where the memory of a listing is; raises `ListingError` for a name that is no listing (unless it may be gone)."""
    from playlist_builder.services import stored_account
    from playlist_builder.store.listings import Listings, check_name

    where = app.service_name(service)
    if must_exist:
        Listings(app.settings).find(name)
    with contextlib.closing(app.state(where)) as state:
        identity = account_id(stored_account(app.settings, where), where, state)
    return Place(service=where, account=identity, listing=check_name(name))


def account_id(account: Account | None, service: str, state: State) -> str:
    """Whose memory is meant: the login's, or where it has ended that of the last run."""
    return account.id if account else state.last_account(service) or ""
