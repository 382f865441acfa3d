"""The one place where requests to the API start: pacing, ledger, waiting, trying again, and errors in our words."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import requests
import spotipy  # type: ignore[import-untyped]
import urllib3.exceptions

from playlist_builder.errors import Ambiguous, RateLimited, ServiceError
from playlist_builder.model import RequestCount
from playlist_builder.services import Opening
from playlist_builder.services.spotify.failures import Answered, Failure, explained, failure_of, unreachable
from playlist_builder.services.spotify.sessions import Transport, cache_name, cached_session, plain_session
from playlist_builder.services.spotify.token import Tokens

log = logging.getLogger(__name__)

for _name in ("spotipy", "spotipy.client", "spotipy.oauth2", "spotipy.util", "spotipy.cache_handler"):
    logging.getLogger(_name).disabled = True  # at DEBUG it logs bearer and refresh tokens

READ_TRIES = 3
READ_PAUSES_S = (1.0, 3.0)
CREATED_PAUSES_S = (0.5, 1.0, 2.0, 4.0)  # a playlist just created may be unknown for a moment (reported by clients)
QUOTA_PAUSE_S = 3600  # where a spent quota comes without a time

Spotipy = Any  # spotipy has no type hints
Send = Callable[[Spotipy], Any]


@dataclass(slots=True)
class _Tries:
    """What was tried for one request."""

    reading: bool
    fresh: bool  # the playlist was created in this run
    failed: int = 0  # of READ_TRIES
    sent: int = 0  # times that it failed
    missed: int = 0
    unheard: int = 0  # 429 without a time
    refreshed: bool = False


class Calls:
    """Sends requests for one run, one at a time. Every failure leaves as one of our errors."""

    def __init__(self, opening: Opening, tokens: Tokens, service: str) -> None:
        self._opening = opening
        self._tokens = tokens
        self._service = service
        self.account_id: str | None = None  # whose cache it is; set before the catalogue is asked
        self._endpoint = ""
        self._token = ""  # that was sent last
        self._is_catalogue = False
        self._sent: Counter[str] = Counter()
        self._asked = 0  # catalogue requests sent
        self._cached = 0
        self._waited_s = 0.0
        self._last_at: datetime | None = None
        self._transport = Transport(opening.settings, self._before)
        self._sessions: list[requests.Session] = []

    def read(self, endpoint: str, send: Send, *, fresh: bool = False, tries: int = READ_TRIES) -> Any:
        """The JSON object of a read; tried at most `tries` times. `endpoint` like "GET /playlists/{id}"."""
        return self._call(endpoint, self._account, send, _Tries(reading=True, fresh=fresh, failed=READ_TRIES - tries))

    @property
    def said_at(self) -> datetime | None:
        """The service's clock in its newest answer."""
        last = self._transport.last
        try:
            return parsedate_to_datetime(last.headers["Date"]) if last is not None else None
        except (KeyError, ValueError):
            return None

    def ask(self, endpoint: str, send: Send) -> Any:
        """The JSON object of a catalogue read, from the cache where it is there."""
        before = self._sent.total()
        answer = self._call(endpoint, self._catalogue, send, _Tries(reading=True, fresh=False), catalogue=True)
        if self._sent.total() == before:
            self._cached += 1
        return answer

    def write(self, endpoint: str, send: Send, *, fresh: bool = False) -> Any:
        """What a write answered, None where nothing; sent once, unless it certainly had no effect."""
        return self._call(endpoint, self._account, send, _Tries(reading=False, fresh=fresh))

    def count(self) -> RequestCount:
        """What was sent so far."""
        return RequestCount(sent=self._sent.total(), cached=self._cached, by_endpoint=dict(self._sent))

    def now(self) -> datetime:
        """Our own clock."""
        return self._opening.clock.now()

    @contextlib.contextmanager
    def afresh(self, yes: bool) -> Iterator[None]:
        """Within it, with `yes`, the catalogue is asked past the cache; what comes is kept."""
        session: Any = self._catalogue._session
        before = session.refresh
        session.refresh = before or yes
        try:
            yield
        finally:
            session.refresh = before

    def close(self) -> None:
        """Ends the connections."""
        for session in self._sessions:
            session.close()

    @cached_property
    def _account(self) -> Spotipy:
        return self._client(plain_session(self._transport, self._opening.settings.api_url))

    @cached_property
    def _catalogue(self) -> Spotipy:
        settings = self._opening.settings
        assert self.account_id is not None
        path = settings.data_dir(self._service) / cache_name(self.account_id)
        opening = self._opening
        return self._client(
            cached_session(self._transport, settings.api_url, path, opening.clock, refresh=opening.refresh)
        )

    def _client(self, session: requests.Session) -> Spotipy:
        self._sessions.append(session)
        client = spotipy.Spotify(auth="-", requests_session=session)
        client.prefix = f"{self._opening.settings.api_url}/"
        return client

    def _call(self, endpoint: str, client: Spotipy, send: Send, tries: _Tries, catalogue: bool = False) -> Any:
        self._endpoint, self._is_catalogue = endpoint, catalogue
        while True:
            self._transport.last = None
            try:
                answer = send(client)
            except requests.RequestException as error:
                failure = _of_network(error)
            except (spotipy.SpotifyException, AttributeError, TypeError) as error:
                # The body `{"error": "text"}` makes spotipy raise AttributeError: the answer itself tells what it was.
                last = self._transport.last
                if last is None or last.status_code < 400:
                    raise ServiceError(f"{endpoint} could not be asked: {type(error).__name__}.") from error
                failure = self._of_answer(last)
            else:
                if not tries.reading or isinstance(answer, (dict, list)):
                    return answer
                failure = Failure(status=200)
            self._recover(failure, tries)

    def _recover(self, failure: Failure, tries: _Tries) -> None:
        """Returns where the request may be sent again, after the pause that it takes; else raises."""
        log.info("%s failed: %s %s", self._endpoint, failure.status or failure.what, failure.message)
        if failure.status == 429:
            self._wait(failure, tries)
        elif failure.is_transient:
            self._pause_or_give_up(failure, tries)
        elif failure.status == 401 and not tries.refreshed:
            tries.refreshed = True
            self._tokens.refresh(self._token)
        elif failure.status == 404 and tries.fresh and tries.missed < len(CREATED_PAUSES_S):
            self._opening.clock.sleep(CREATED_PAUSES_S[tries.missed])
            tries.missed += 1
        else:
            raise explained(failure, self._endpoint, self._tokens.current().scopes) from Answered(failure)

    def _pause_or_give_up(self, failure: Failure, tries: _Tries) -> None:
        tries.failed += 1
        tries.sent += 1
        if not tries.reading and not failure.unsent:
            raise Ambiguous(
                f"Whether {self._endpoint} took effect is not known "
                f"({failure.what or f'Spotify answered {failure.status}'}). "
                "The playlist has to be read before anything is sent again."
            )
        if not tries.reading or tries.failed >= READ_TRIES:
            raise unreachable(failure, self._endpoint, tries.sent)
        self._opening.clock.sleep(READ_PAUSES_S[tries.failed - 1])

    def _wait(self, failure: Failure, tries: _Tries) -> None:
        """Waits for a 429 where it is short, all waits of the run together; else remembers the pause and raises."""
        seconds: float
        if failure.retry_after_s is not None:
            seconds = failure.retry_after_s
        elif failure.is_quota:
            seconds = QUOTA_PAUSE_S
        else:
            seconds = 2**tries.unheard
            tries.unheard += 1
        if self._waited_s + seconds > self._opening.wait_s:
            until = self._opening.clock.now() + timedelta(seconds=seconds)
            reason = "the day's quota is spent" if failure.is_quota else "too many requests"
            self._opening.ledger.pause(until, reason)
            raise RateLimited(f"Spotify asks for a pause ({reason}) {_until(until)}", retry_at=until)
        self._waited_s += seconds
        self._opening.on_wait(seconds, "Spotify asks for a short pause")
        self._opening.clock.sleep(seconds)

    def _before(self) -> str:
        """Told before each request that leaves: raises where none may, waits for its turn, notes it. The token to
        send: only here does a request get it, so that cached answers need none."""
        ledger, clock = self._opening.ledger, self._opening.clock
        until = ledger.paused_until()
        if until is not None:
            raise RateLimited(f"Spotify asked for a pause {_until(until)} No request was sent.", retry_at=until)
        if self._is_catalogue:
            self._check_allowance()
        self._token = self._tokens.current().access_token
        if self._last_at is not None:
            due = self._last_at + timedelta(seconds=self._opening.settings.request_interval_s)
            left_s = (due - clock.now()).total_seconds()
            if 0 < left_s <= self._opening.settings.request_interval_s:
                clock.sleep(left_s)
        ledger.record(self._endpoint, catalogue=self._is_catalogue)
        self._last_at = clock.now()
        self._sent[self._endpoint] += 1
        self._asked += self._is_catalogue
        log.debug("%s", self._endpoint)
        return self._token

    def _check_allowance(self) -> None:
        """Raises `RateLimited` where our own ledger, or what this run allows itself, is spent."""
        ledger, most = self._opening.ledger, self._opening.max_requests
        if ledger.left() == 0:
            room_at = ledger.room_at()
            when = _until(room_at) if room_at else "for now."
            raise RateLimited(
                f"The catalogue requests of 24 hours (PLAYLIST_DAILY_REQUESTS={ledger.limit}) are spent {when}",
                retry_at=room_at,
                own=True,
            )
        if most is not None and self._asked >= most:
            raise RateLimited(
                f"What this run may send (--max-requests {most}) is spent; what was found is kept. "
                "Run it again to go on.",
                own=True,
            )

    def _of_answer(self, answer: requests.Response) -> Failure:
        try:
            body = answer.json()
        except ValueError:
            body = None
        now = self._opening.clock.now()
        return failure_of(answer.status_code, body, answer.text, answer.headers, now, self._token)


def _of_network(error: requests.RequestException) -> Failure:
    """What a request that got no answer was. The error's own text may repeat a header, so its type is all we take."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    unsent = isinstance(error, requests.ConnectTimeout) or isinstance(reason, urllib3.exceptions.NewConnectionError)
    words = "no answer in time" if isinstance(error, requests.Timeout) else "the connection failed"
    return Failure(unsent=unsent, what=words)


def _until(moment: datetime) -> str:
    """ "until …" in the machine's own time zone, as the end of a sentence."""
    return f"until {moment.astimezone():%Y-%m-%d %H:%M %Z}."
