"""Logging in: Authorization Code with PKCE, and the small server on this machine that takes the answer.

Rules: RFC 7636 (PKCE) and RFC 8252 (loopback redirects); Spotify's page on redirect URIs: a literal loopback address,
never `localhost`; an address registered without a port may use any. Mistakes of the app show a page in the browser
and never come back to us, hence the timeout.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import hashlib
import hmac
import http.server
import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from playlist_builder.clock import Clock
from playlist_builder.errors import AuthError, ConfigError
from playlist_builder.services.spotify.token import InvalidGrant, Login, Tokens, ask_for_token, parsed
from playlist_builder.store.settings import LOOPBACK, Settings

SCOPES = (
    "playlist-read-private",
    "playlist-read-collaborative",
    "playlist-modify-public",
    "playlist-modify-private",
)
COVER_SCOPE = "ugc-image-upload"
TIMEOUT_S = 300.0
SLICE_S = 0.2  # between looks at the clock, so that ^C works everywhere

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>playlist</title>
<style>body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 15vh auto; padding: 0 1rem }}
@media (prefers-color-scheme: dark) {{ body {{ background: #121212; color: #eee }} }}</style></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}
_DONE = _PAGE.format(title="That was all.", text="You can close this page and go back to the terminal.")
_CANCELLED = _PAGE.format(title="Nothing was changed.", text="The login was cancelled. You can close this page.")
_WAITING = _PAGE.format(title="Not this way.", text="A login is waiting for its answer, and this is not it.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from the browser: a code, or why there is none."""

    code: str = ""
    error: str = ""


def judged(query: str, state: str) -> Answer | None:
    """The answer in a query string; None where it is not the one to our question (RFC 6749, 10.12: `state`)."""
    said = parse_qs(query, keep_blank_values=True, max_num_fields=50) if len(query) < 16_384 else {}
    given = said.get("state", [""])[0]
    if not hmac.compare_digest(given.encode(), state.encode()):
        return None
    if said.get("code", [""])[0]:
        return Answer(code=said["code"][0])
    return Answer(error=said["error"][0]) if said.get("error", [""])[0] else None


class Callback:
    """Waits on the redirect URI for the answer to the question with `state`.

    Takes any number of requests, one thread each: icons, other paths, prefetches and wrong states do not end it.
    `redirect_uri` is the address with its port. Raises `ConfigError` for an address that cannot be listened on.
    """

    def __init__(self, redirect_uri: str, state: str) -> None:
        host, port, self._path = _listening(redirect_uri)
        self._state = state
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        try:
            self._server = _Server((host, port), self)
        except OSError as error:
            raise ConfigError(
                f"Port {port} of this machine is taken by another program ({error.strerror}). End that program, or "
                "set SPOTIPY_REDIRECT_URI to an address without a port, http://127.0.0.1/callback, and register "
                "exactly that in the dashboard: then any free port will do."
            ) from error
        actual = self._server.server_address[1]
        shown = f"[{host}]" if ":" in host else host
        self.redirect_uri = redirect_uri if port else f"http://{shown}:{actual}{urlsplit(redirect_uri).path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, timeout_s: float) -> Answer:
        """The first right answer; raises `AuthError` where none comes in time."""
        end = time.monotonic() + timeout_s
        while (left_s := end - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                return self._answers.get(timeout=min(SLICE_S, left_s))
        raise AuthError(
            f"No answer came from the browser within {timeout_s:.0f} s. If it showed INVALID_CLIENT, register exactly "
            f"{self.redirect_uri} as a redirect URI of the app in the dashboard, and check SPOTIPY_CLIENT_ID. "
            "Then run: playlist login"
        )

    def take(self, query: str) -> Answer | None:
        """Takes a query string, from the browser or pasted, if it is the answer; that answer."""
        answer = judged(query, self._state)
        if answer is not None:
            self._answers.put(answer)
        return answer

    def page_for(self, path: str, query: str) -> tuple[int, str, Answer | None]:
        """The status and page for a request, and the answer that it brings."""
        if path != self._path:
            return 404, _WAITING, None
        answer = judged(query, self._state)
        if answer is None:
            return (400 if "state=" in query else 200), _WAITING, None
        return 200, _DONE if answer.code else _CANCELLED, answer

    def give(self, answer: Answer) -> None:
        """Hands an answer to whoever waits."""
        self._answers.put(answer)


def log_in(
    settings: Settings,
    tokens: Tokens,
    clock: Clock,
    *,
    show: Callable[[str], None],
    pasted: Callable[[], str] | None = None,
    timeout_s: float = TIMEOUT_S,
    extra_scopes: tuple[str, ...] = (),
) -> Login:
    """A new login, stored, its account not asked for yet. Asks for what was granted before as well.

    `show` is told the address that a person has to open; `pasted` blocks for a line where the address that the browser
    ended at may be pasted. Raises `AuthError` where it was cancelled or took too long, `ConfigError` for mistakes of
    the settings, `ServiceError` where the accounts service is down.
    """
    client_id = settings.client_id
    if client_id is None:
        raise ConfigError("SPOTIPY_CLIENT_ID is not set.")
    granted: tuple[str, ...] = ()
    with contextlib.suppress(AuthError):
        stored = tokens.stored()
        granted = stored.scopes if stored else ()
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    with Callback(settings.redirect_uri, state) as callback:
        query = {
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": callback.redirect_uri,
            "scope": " ".join(dict.fromkeys((*SCOPES, *granted, *extra_scopes))),
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
            .rstrip(b"=")
            .decode(),
        }
        show(f"{settings.accounts_url}/authorize?{urlencode(query)}")
        if pasted is not None:
            threading.Thread(target=_take_pasted, args=(callback, pasted), daemon=True).start()
        answer = callback.wait(timeout_s)
    if answer.error == "access_denied":
        raise AuthError("The login was cancelled in the browser; nothing was changed. To try again: playlist login")
    if answer.error:
        raise AuthError("Spotify ended the login with an error. Check the app in the dashboard, then: playlist login")
    form = {
        "grant_type": "authorization_code",
        "code": answer.code,
        "redirect_uri": callback.redirect_uri,
        "client_id": client_id,
        "code_verifier": verifier,
    }
    now = clock.now()
    try:
        said = ask_for_token(settings, form, now)
    except InvalidGrant:
        raise AuthError("Spotify did not accept the code from the browser (too old?). Again: playlist login") from None
    if not said.get("refresh_token"):
        raise AuthError("Spotify gave no refresh token. Again: playlist login")
    login = Login(refresh_token="", authorised_at=now, client_id=client_id, address_key=settings.address_key)
    login = login.renewed(said, now)
    tokens.save(login)
    return login


def take_over(settings: Settings, tokens: Tokens, said: str) -> None:
    """Stores a login that `written` wrote (on another machine, say), or a bare refresh token; its account is asked for
    anew. Raises `AuthError` for anything else, `ConfigError` where it is for another app or address."""
    try:
        login = parsed(said)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AuthError("That is not a login. It is what `playlist login --export` prints, on one line.") from None
    if login.address_key not in ("", settings.address_key):
        raise ConfigError("That login was made for another address than the settings name.")
    client_id = login.client_id or settings.client_id
    if not client_id:
        raise ConfigError("SPOTIPY_CLIENT_ID is not set, and the login does not say which app it was made for.")
    if settings.client_id and client_id != settings.client_id:
        raise ConfigError("That login was made for another client id than SPOTIPY_CLIENT_ID names.")
    tokens.save(
        dataclasses.replace(login, client_id=client_id, address_key=settings.address_key, account_id=None, user_id=None)
    )


def _take_pasted(callback: Callback, pasted: Callable[[], str]) -> None:
    """Takes pasted addresses until one fits or the input ends."""
    while line := pasted():
        answer = callback.take(urlsplit(line.strip()).query)
        if answer is not None:
            return


def _listening(redirect_uri: str) -> tuple[str, int, str]:
    """Host, port (0: any free one) and path to listen on; raises `ConfigError`."""
    try:
        split = urlsplit(redirect_uri)
        host, port = split.hostname, split.port
    except ValueError:
        host = port = None
    if host not in LOOPBACK or split.scheme != "http" or split.query or split.fragment or "@" in split.netloc:
        why = " Spotify does not accept the name localhost." if host == "localhost" else ""
        raise ConfigError(
            f"SPOTIPY_REDIRECT_URI is {redirect_uri!r} and should be an address of this machine by number, like "
            f"http://127.0.0.1:8888/callback, the same as in the dashboard.{why}"
        )
    return host, port or 0, split.path or "/"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # on Windows it would take a port that another program listens on

    def __init__(self, address: tuple[str, int], callback: Callback) -> None:
        self.callback = callback
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away is nobody's error."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # a connection that a browser opens in advance and never uses
    server_version = "playlist"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the request line holds the code."""

    def do_HEAD(self) -> None:
        """Answers a look in advance; it never ends the login."""
        self._send(200, "")

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        status, page, answer = self.server.callback.page_for(split.path, split.query)
        self._send(status, page)
        if answer is not None:  # the page is on its way before the program may end
            self.server.callback.give(answer)

    def _send(self, status: int, page: str) -> None:
        body = page.encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()
