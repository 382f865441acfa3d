"""The two HTTP sessions: one for the account, one with a cache for the catalogue; and the one way out of both.

No retry adapter: a retry that nobody sees would repeat writes, and sleep through a Retry-After of hours.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests_cache import DO_NOT_CACHE, CachedSession, create_key
from requests_cache.backends.sqlite import SQLiteCache

from playlist_builder.clock import Clock, SystemClock
from playlist_builder.errors import ServiceError
from playlist_builder.services.spotify.token import no_netrc
from playlist_builder.services.spotify.translate import items
from playlist_builder.store.database import open_database
from playlist_builder.store.settings import LOOPBACK, Settings

log = logging.getLogger(__name__)

SEARCH_DAYS, EMPTY_DAYS, CATALOGUE_DAYS = 7, 1, 30
CACHE_VERSION = 1
_SCHEMA = "CREATE TABLE IF NOT EXISTS responses (key TEXT PRIMARY KEY, value BLOB, expires INTEGER)"  # requests-cache's


class Transport(HTTPAdapter):
    """Sends what really leaves the machine; answers from a cache do not come by here.

    `before` is told first, may raise, and returns the token, which is put on the request here and nowhere else. A
    request to another address than `api_url`, or an answer that leads to another, raises `ServiceError`: the token
    goes to nobody else. `last` is the newest answer.
    """

    def __init__(self, settings: Settings, before: Callable[[], str]) -> None:
        super().__init__(max_retries=0)
        self._settings = settings
        self._home = _origin(settings.api_url), urlsplit(settings.api_url).path + "/"
        self._before = before
        self.last: requests.Response | None = None

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        url = request.url or ""
        if _origin(url) != self._home[0] or not urlsplit(url).path.startswith(self._home[1]):
            raise ServiceError("A request to another address than Spotify's was about to be sent; it was stopped.")
        self.last = None
        request.headers["Authorization"] = f"Bearer {self._before()}"
        reading = request.method in ("GET", "HEAD")
        more["timeout"] = self._settings.read_timeout_s if reading else self._settings.write_timeout_s
        answer = super().send(request, *args, **more)
        if 300 <= answer.status_code < 400 and answer.status_code != 304:
            answer.close()
            raise ServiceError(
                f"The address {self._home[0]} answers with a redirect, which Spotify's does not. "
                "Check the network (a login page of a hotel or company?), then try again."
            )
        # An answer with `Vary: Authorization` would never be found again, as that header is not part of the key.
        answer.headers.pop("Vary", None)
        self.last = answer
        return answer


def plain_session(transport: Transport, api_url: str) -> requests.Session:
    """A session that caches nothing."""
    return _prepared(requests.Session(), transport, api_url)


def cached_session(transport: Transport, api_url: str, path: Path, clock: Clock, *, refresh: bool) -> requests.Session:
    """A session that keeps catalogue answers in the file `path`, for a while.

    `refresh`: ask once more in this run, and keep what comes.
    """
    _tidy(path, clock)
    session = _Catalogue(
        backend=_Cache(clock, path, serializer="json", wal=True, busy_timeout=30_000),
        urls_expire_after={
            f"{api_url}/search": timedelta(days=SEARCH_DAYS),
            f"{api_url}/tracks/*": timedelta(days=CATALOGUE_DAYS),
            f"{api_url}/albums/*": timedelta(days=CATALOGUE_DAYS),
            "*": DO_NOT_CACHE,
        },
        expire_after=DO_NOT_CACHE,
        filter_fn=_is_worth_keeping,
        key_fn=_key,
    )
    session.refresh = refresh
    return _prepared(session, transport, api_url)


def cache_name(account_id: str) -> str:
    """The name of an account's cache file, which does not give the account away."""
    return f"cache-{hashlib.sha256(account_id.encode()).hexdigest()[:16]}.sqlite3"


def _tidy(path: Path, clock: Clock) -> None:
    """Makes the cache file, private, or sets a damaged one aside; deletes what has expired from a good one."""
    connection = open_database(path, _SCHEMA, CACHE_VERSION)
    try:
        connection.execute("DELETE FROM responses WHERE expires <= ?", (clock.now().timestamp(),))
    finally:
        connection.close()


class _Cache(SQLiteCache):
    """Goes by our clock, and keeps an empty search a day only, lest "not found" lasts a week. A cache that fails costs
    a request, not the run."""

    def __init__(self, clock: Clock, path: Path, **more: Any) -> None:
        super().__init__(path, **more)
        self._clock = clock

    def get_response(self, key: str, default: Any = None) -> Any:
        try:
            found = super().get_response(key, default)
        except sqlite3.Error as error:
            log.warning("The cache cannot be read (%s).", error)
            return default
        if found is None or found.expires is None or found.expires <= self._clock.now():
            return default
        found.expires = None  # judged here, not once more by the machine's clock
        return found

    def save_response(self, response: Any, cache_key: str | None = None, expires: datetime | None = None) -> None:
        if expires is not None:
            expires = self._clock.now() + (expires - SystemClock().now())
            if _is_empty_search(response):
                expires -= timedelta(days=SEARCH_DAYS - EMPTY_DAYS)
        try:
            super().save_response(response, cache_key, expires)
        except sqlite3.Error as error:
            log.warning("The cache cannot be written (%s).", error)


class _Catalogue(CachedSession):
    """Asks past the cache, once for each question of a run, where `refresh` is set."""

    refresh = False

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._asked: set[str] = set()

    def send(self, request: Any, *args: Any, **more: Any) -> Any:
        key = self.cache.create_key(request)
        if self.refresh and key not in self._asked:
            more["force_refresh"] = True
        answer = super().send(request, *args, **more)
        if answer.status_code == 200:
            self._asked.add(key)
        return answer


def _prepared(session: requests.Session, transport: Transport, api_url: str) -> requests.Session:
    session.mount("https://", transport)
    session.mount("http://", transport)
    session.auth = no_netrc
    session.trust_env = urlsplit(api_url).hostname not in LOOPBACK  # no proxy for what is on this machine
    return session


def _origin(url: str) -> str:
    """Scheme, host and port, as far as they tell one server from another."""
    split = urlsplit(url)
    port = split.port or {"https": 443, "http": 80}.get(split.scheme)
    return f"{split.scheme}://{split.hostname}:{port}"


def _key(request: Any, **more: Any) -> str:
    """The cache key; on this machine without host and port, which differ from run to run."""
    split = urlsplit(request.url)
    if split.hostname in LOOPBACK:
        request = request.copy()
        request.url = urlunsplit(split._replace(scheme="http", netloc="loopback"))
    return create_key(request, **more)


def _json(response: Any) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _is_worth_keeping(response: Any) -> bool:
    """Whether an answer is a JSON object: anything else under 200 is a disturbance."""
    return response.status_code != 200 or isinstance(_json(response), dict)


def _is_empty_search(response: Any) -> bool:
    """Whether a search found nothing at all."""
    if not urlsplit(response.url).path.endswith("/search"):
        return False
    said = _json(response)
    return isinstance(said, dict) and not any(items(page) for page in said.values())
