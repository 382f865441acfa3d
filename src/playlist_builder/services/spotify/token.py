"""The login that is kept: read, refreshed under a lock, replaced in one step, and given to nobody else.

Rules (Spotify, "Refreshing tokens" and its blog of June 2026): an access token lasts an hour; a refresh token ends six
months after the login, and refreshing does not extend it; where a refresh brings no new refresh token the old one
stays; `invalid_grant` means that it is over.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import filelock
import requests

from playlist_builder.clock import Clock
from playlist_builder.errors import AuthError, ConfigError, RateLimited, ServiceError
from playlist_builder.model import Account
from playlist_builder.services.spotify.failures import LOGIN, retry_after
from playlist_builder.store.files import replace_file
from playlist_builder.store.settings import LOOPBACK, Settings

log = logging.getLogger(__name__)

VERSION = 1
REFRESH_MONTHS = 6
EARLY_S = 60  # an access token with less left is refreshed before it is used
TOKEN_TIMEOUT_S = (10.0, 30.0)  # to connect, to answer
LOCK_TIMEOUT_S = 60.0  # another process refreshes
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")  # anything else would not be a header value


@dataclass(frozen=True, kw_only=True)
class Login:
    """A login as it is kept. The account is None until `/me` was asked for it."""

    refresh_token: str = field(repr=False)
    access_token: str = field(default="", repr=False)
    expires_at: datetime | None = None  # of the access token
    scopes: tuple[str, ...] = ()
    authorised_at: datetime | None = None  # when the person agreed; None: not known
    client_id: str = ""
    address_key: str = ""  # of the addresses that issued it; "": not known
    account_id: str | None = None
    user_id: str | None = None
    display_name: str | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the login ends, whatever is refreshed."""
        return six_months_after(self.authorised_at) if self.authorised_at else None

    @property
    def account(self) -> Account | None:
        """Whose it is; None until `/me` was asked."""
        if not self.account_id or not self.user_id:
            return None
        return Account(
            id=self.account_id,
            user_id=self.user_id,
            name=self.display_name or self.user_id,
            logged_in_at=self.authorised_at,
            expires_at=self.ends_at,
            scopes=self.scopes,
        )

    def is_fresh(self, now: datetime) -> bool:
        """Whether the access token lasts another minute."""
        if not self.access_token or self.expires_at is None:
            return False
        return self.expires_at - now > timedelta(seconds=EARLY_S)

    def renewed(self, said: Mapping[str, Any], now: datetime) -> Login:
        """The login with what the token endpoint answered; what it leaves out stays."""
        return dataclasses.replace(
            self,
            access_token=str(said["access_token"]),
            refresh_token=said.get("refresh_token") or self.refresh_token,
            expires_at=now + timedelta(seconds=_lifetime(said)),
            scopes=tuple(str(said["scope"]).split()) if said.get("scope") else self.scopes,
        )


def six_months_after(moment: datetime) -> datetime:
    """The same day half a year on, or the last of that month."""
    year, month = divmod(moment.month - 1 + REFRESH_MONTHS, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def written(login: Login) -> str:
    """The login as JSON on one line, secrets included: the content of the token file and of `login --export`."""

    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    said = {name: plain(value) for name, value in dataclasses.asdict(login).items()}
    return json.dumps({"version": VERSION, **said, "scopes": " ".join(login.scopes)})


def parsed(said: str) -> Login:
    """The login that `written` wrote, or that a bare refresh token is; raises `ValueError` for anything else, without
    repeating it."""
    said = said.strip()
    if not said.startswith("{"):
        return Login(refresh_token=_secret(said))
    values = json.loads(said)
    if values.get("version") != VERSION:
        raise ValueError("another version")
    known = {name: values.get(name) for name in ("account_id", "user_id", "display_name")}
    if any(value is not None and not isinstance(value, str) for value in known.values()):
        raise ValueError("an account that is not text")
    return Login(
        refresh_token=_secret(values.get("refresh_token")),
        access_token=_secret(values["access_token"]) if values.get("access_token") else "",
        expires_at=_moment(values.get("expires_at")),
        scopes=tuple(str(values.get("scopes") or "").split()),
        authorised_at=_moment(values.get("authorised_at")),
        client_id=str(values.get("client_id") or ""),
        address_key=str(values.get("address_key") or ""),
        **known,
    )


def ask_for_token(settings: Settings, form: Mapping[str, str], now: datetime) -> Mapping[str, Any]:
    """The answer of the token endpoint. Sent once: a refresh that took effect cannot be sent again safely.

    Raises `InvalidGrant` where the login is over or the code was refused, `ConfigError` for an unknown client id,
    `RateLimited`, and `ServiceError` where the accounts service is down: then the login is kept.
    """
    host = urlsplit(settings.accounts_url).hostname
    down = f"The accounts service ({host}) cannot be reached or is not well. The login is kept; try again later."
    with requests.Session() as session:
        session.auth = no_netrc
        session.trust_env = host not in LOOPBACK
        try:
            answer = session.post(
                f"{settings.accounts_url}/api/token", data=dict(form), timeout=TOKEN_TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            raise ServiceError(f"{down} ({type(error).__name__})") from None
    if answer.status_code == 429:
        seconds = retry_after(answer.headers.get("Retry-After"), now) or 60
        raise RateLimited("The accounts service asks for a pause.", retry_at=now + timedelta(seconds=seconds))
    if answer.status_code >= 500:
        raise ServiceError(f"{down} (It answered {answer.status_code}.)")
    try:
        said = answer.json()
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    if answer.status_code == 200 and _is_token(said.get("access_token")):
        fresh = said.get("refresh_token")
        return said if fresh is None or _is_token(fresh) else {**said, "refresh_token": None}
    raise _refused(settings, answer.status_code, said.get("error"))


class InvalidGrant(AuthError):
    """The refresh token or the code is not accepted (any more)."""


class Tokens:
    """The login of one service and profile. A login from `PLAYLIST_TOKEN` is used without a file."""

    def __init__(self, settings: Settings, service: str, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._directory = settings.data_dir(service)
        self._login: Login | None = None
        self._is_demo = service == "demo"  # whose login is good for the emulator alone, wherever that listens
        self._given = None if self._is_demo else settings.token

    @property
    def path(self) -> Path:
        """The token file."""
        return self._directory / "token.json"

    def stored(self) -> Login | None:
        """The login there is, or None; raises `AuthError` where it cannot be read, or was made for another client id
        or other addresses, so that it is sent nowhere else."""
        if self._given:
            login = self._read(self._given, "PLAYLIST_TOKEN")
        else:
            try:
                login = self._read(self.path.read_text("utf-8"), "The stored login")
            except FileNotFoundError:
                return None
            except UnicodeDecodeError:
                raise AuthError(f"The stored login is damaged. {LOGIN}") from None
        if self._is_demo:
            return login
        if login.address_key not in ("", self._settings.address_key):
            raise AuthError(f"The stored login was made for another address than the settings name. {LOGIN}")
        if not self._given and self._settings.client_id and login.client_id != self._settings.client_id:
            raise AuthError(f"The stored login was made for another client id than the settings name. {LOGIN}")
        return login

    def current(self) -> Login:
        """The login with an access token that lasts; refreshes it where it does not. Raises as `refresh`."""
        if self._login is None:
            self._login = self._there()
        if not self._login.is_fresh(self._clock.now()):
            self.refresh(self._login.access_token)
        return self._login

    def refresh(self, stale: str) -> Login:
        """A login whose access token is not `stale`: the one that another process stored, or a new one.

        Raises `AuthError` where the login is over (the file is deleted then), `ServiceError` where it could not be
        asked for.
        """
        if self._given:
            self._login = self._renew(self._login or self._there())
            return self._login
        with self._locked():
            login = self._there()
            if login.access_token == stale or not login.is_fresh(self._clock.now()):
                try:
                    login = self._renew(login)
                except InvalidGrant:
                    self.path.unlink(missing_ok=True)
                    raise
                self._write(login)
        self._login = login
        return login

    def save(self, login: Login) -> None:
        """Keeps a login: in the token file, or for this run where it came with `PLAYLIST_TOKEN`."""
        self._login = login
        if not self._given:
            with self._locked():
                self._write(login)

    def identify(self, account_id: str, user_id: str, display_name: str) -> None:
        """Adds whose it is to the login."""
        self.save(
            dataclasses.replace(self.current(), account_id=account_id, user_id=user_id, display_name=display_name)
        )

    def delete(self) -> bool:
        """Deletes the token file; whether there was one."""
        with self._locked():
            existed = self.path.exists()
            self.path.unlink(missing_ok=True)
        self._login = None
        return existed

    def _there(self) -> Login:
        login = self.stored()
        if login is None:
            raise AuthError(f"You are not logged in. {LOGIN}")
        return login

    def _read(self, said: str, name: str) -> Login:
        try:
            return parsed(said)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise AuthError(f"{name} is damaged or not a login. {LOGIN}") from None

    def _renew(self, login: Login) -> Login:
        client_id = login.client_id or self._settings.client_id
        if not client_id:
            raise ConfigError("SPOTIPY_CLIENT_ID is not set, and the login does not say which app it was made for.")
        form = {"grant_type": "refresh_token", "refresh_token": login.refresh_token, "client_id": client_id}
        renewed = login.renewed(ask_for_token(self._settings, form, self._clock.now()), self._clock.now())
        if self._given and renewed.refresh_token != login.refresh_token:
            log.warning(
                "Spotify replaced the refresh token of PLAYLIST_TOKEN, which ends the old one. "
                "Log in again and set PLAYLIST_TOKEN anew: playlist login --export"
            )
        return renewed

    def _write(self, login: Login) -> None:
        replace_file(self.path, written(login).encode(), mode=0o600)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One refresher at a time: where refresh tokens rotate, a second one would end the login."""
        try:
            with filelock.FileLock(self._directory / "token.lock", timeout=LOCK_TIMEOUT_S, mode=0o600):
                yield
        except filelock.Timeout:
            raise ServiceError("Another run holds the login for over a minute. End it, then try again.") from None


def no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leaves a request as it is: with any auth of its own, requests does not put one from ~/.netrc in its place."""
    return request


def _refused(settings: Settings, status: int, error: Any) -> AuthError | ConfigError | ServiceError:
    """What a refusal of the token endpoint means; `error` is the key to switch on (RFC 6749, 5.2)."""
    if error == "invalid_grant":
        return InvalidGrant("The login has ended: Spotify ends each after six months. Log in again: playlist login")
    if error in ("invalid_client", "unauthorized_client"):
        where = settings.sources.get("SPOTIPY_CLIENT_ID", "the stored login")
        return ConfigError(f"Spotify does not know this client id (from {where}). Check SPOTIPY_CLIENT_ID.")
    name = error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error) else "no reason"
    return ServiceError(f"The accounts service refused to give a token ({status}, {name}). The login is kept.")


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _secret(value: Any) -> str:
    if not _is_token(value):
        raise ValueError("not a token")
    return str(value)


def _moment(value: Any) -> datetime | None:
    """A time with its zone, None for None; raises `ValueError` or `TypeError`."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lifetime(said: Mapping[str, Any]) -> int:
    value = said.get("expires_in")
    return value if isinstance(value, int) and 0 < value <= 86_400 else 3600
