"""Spotify: the only room that imports spotipy, requests and requests_cache, and only when it is used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from playlist_builder.errors import AuthError, ServiceError

if TYPE_CHECKING:
    from playlist_builder.model import Account
    from playlist_builder.services import Opening, Service
    from playlist_builder.services.spotify.calls import Calls
    from playlist_builder.services.spotify.token import Tokens
    from playlist_builder.store.settings import Settings


@contextlib.contextmanager
def open_service(opening: Opening, name: str = "spotify") -> Iterator[Service]:
    """The service, logged in. Sends nothing, unless the login does not say yet whose it is (one `GET /me`).

    Raises `AuthError` where there is no login, it is for other settings, or it lacks one of `extra_scopes`.
    """
    from playlist_builder.services.spotify.calls import Calls
    from playlist_builder.services.spotify.client import SpotifyService
    from playlist_builder.services.spotify.failures import LOGIN, missing_scope
    from playlist_builder.services.spotify.token import Tokens
    from playlist_builder.store.settings import check_addresses

    check_addresses(opening.settings)
    tokens = Tokens(opening.settings, name, opening.clock)
    login = tokens.stored()
    if login is None:
        raise AuthError(f"You are not logged in. {LOGIN}")
    lacking = [scope for scope in opening.extra_scopes if scope not in login.scopes]
    if login.scopes and lacking:
        raise missing_scope(lacking)
    calls = Calls(opening, tokens, name)
    try:
        account = login.account or _identified(calls, tokens)
        calls.account_id = account.id
        yield SpotifyService(calls, account, name)
    finally:
        calls.close()


def stored_account(settings: Settings, service: str = "spotify") -> Account | None:
    """Whose login is stored, without a request; None where there is none that these settings can use, or it does not
    say whose it is."""
    from playlist_builder.clock import SystemClock
    from playlist_builder.services.spotify.token import Tokens

    try:
        login = Tokens(settings, service, SystemClock()).stored()
    except AuthError:
        return None
    return login.account if login else None


def forget(settings: Settings, service: str = "spotify") -> tuple[bool, int]:
    """Deletes the login and the cached answers of all accounts: whether there was a login, and how many caches.

    Source of the second: the service's terms, which ask for its data to be deleted on disconnect.
    """
    from playlist_builder.clock import SystemClock
    from playlist_builder.services.spotify.token import Tokens

    was_there = Tokens(settings, service, SystemClock()).delete()
    files = list(settings.data_dir(service).glob("cache-*.sqlite3*"))
    for path in files:
        path.unlink(missing_ok=True)
    return was_there, sum(path.suffix == ".sqlite3" for path in files)


def uri_of(text: str, kind: str = "track") -> str | None:
    """The URI that a pasted link, URI or id means, or None; `kind`: track, album, artist or playlist."""
    from playlist_builder.services.spotify import links

    return links.uri_of(text, kind)


def url_of(uri: str) -> str | None:
    """The link that opens `uri` in the web player, or None."""
    from playlist_builder.services.spotify import links

    return links.url_of(uri)


def _identified(calls: Calls, tokens: Tokens) -> Account:
    """The account of a login that does not name it, from one `GET /me`; kept with the login.

    `account_id` is immutable and came in May 2026; older answers have the user id alone.
    """
    from playlist_builder.services.spotify import translate

    said = calls.read("GET /me", lambda spotify: spotify.me())
    user_id = translate.text(said.get("id")) if isinstance(said, dict) else None
    if user_id is None:
        raise ServiceError("Spotify did not say whose login it is. The login is kept; try again later.")
    account_id = translate.text(said.get("account_id")) or user_id
    tokens.identify(account_id, user_id, translate.text(said.get("display_name")) or user_id)
    account = tokens.current().account
    assert account is not None
    return account
