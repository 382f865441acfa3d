"""The emulator as a running service: real HTTP on the loopback interface, faults, log, and the account file."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from playlist_builder.clock import Clock, SystemClock
from playlist_builder.emulator.accounts import Accounts
from playlist_builder.emulator.api import Api
from playlist_builder.emulator.faults import JSON_TYPE, TEXT_TYPE, Answer, Fault, LoggedRequest
from playlist_builder.emulator.library import Account
from playlist_builder.emulator.options import ALL_SCOPES, Options
from playlist_builder.emulator.shapes import MODES, Catalogue
from playlist_builder.store.files import replace_file

HOST = "127.0.0.1"
CLIENT_ID = "emulated-client"  # whose tokens `issue_token` gives
OTHER = "someone-else"  # who made the playlists that the user follows
BODY_BYTES = 4 * 1024 * 1024  # nothing that the API takes is larger
SECRETS = ("code", "code_verifier", "refresh_token", "client_secret", "access_token")
FILE_VERSION = 1


class Emulator:
    """A local Spotify: the accounts service and the Web API over one catalogue and one account.

    Serves from construction until `close()` or the end of the `with` block. A bug of its own answers 500 in plain text
    and is raised again by `close()`.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        mode: str = "dev-new",
        clock: Clock | None = None,
        port: int = 0,
        account_file: Path | None = None,
        options: Options | None = None,
        on_request: Callable[[LoggedRequest], None] | None = None,
    ) -> None:
        """`port` 0 takes any free one. `account_file` keeps playlists, tokens and spent quota from run to run; it is
        made if it is not there. `on_request` is told of each request before its answer is sent."""
        if mode not in MODES:
            raise ValueError(f"no mode {mode!r}; there are {', '.join(MODES)}")
        self.clock = clock or SystemClock()
        options = options or Options()
        self.mode = mode
        self.requests: list[LoggedRequest] = []
        self.faults: list[Fault] = []
        self.before: list[
            Callable[[LoggedRequest], None]
        ] = []  # called before a request is handled, by whoever acts then
        self.crashes: list[BaseException] = []
        self._file = account_file
        self._on_request = on_request
        said = self._kept()
        self.account = Account.from_json(self.clock, said["account"]) if said else Account(self.clock)
        self.accounts = Accounts(self.clock, options, self.account.user.id)
        self.api = Api(catalogue, self.account, self.accounts, MODES[mode], self.clock, options)
        if said:
            self.accounts.restore(said["tokens"])
            self.api.restore(said["spent"])
        else:
            for name in reversed(options.followed):
                self.account.follow(self.account.create(name, owner=OTHER))
        self._busy = False
        self._closed = False
        self._stopping = threading.Event()
        self._server = _Server(self, port)
        self.account.on_change = self._changed
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="emulator", daemon=True)
        self._thread.start()

    @property
    def options(self) -> Options:
        """How the service behaves now."""
        return self.api.options

    def change_options(self, **changes: Any) -> None:
        """Lets the service behave otherwise from the next request on."""
        with self.account.lock:
            self.api.options = self.accounts.options = replace(self.options, **changes)

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self._server.server_address[1])

    @property
    def accounts_url(self) -> str:
        """The address of the accounts service, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """The address of the Web API, without a slash at the end."""
        return f"{self.accounts_url}/v1"

    def issue_token(
        self, scopes: Iterable[str] = ALL_SCOPES, *, user: str | None = None, client_id: str = CLIENT_ID
    ) -> dict[str, Any]:
        """An answer of `/api/token` without the way there: access and refresh token, scope, lifetime, type. Only
        `client_id` can refresh it."""
        with self.account.lock:
            known = self.account.known_user(user or self.account.user.id)
            said = self.accounts.issue(client_id, known.id, scopes)
            self.save()
            return said

    @property
    def writes(self) -> list[LoggedRequest]:
        """The requests that asked for a change of the account."""
        return [request for request in self.requests if request.is_write]

    def save(self) -> None:
        """Writes the account file, if there is one, in one step."""
        if self._file is None:
            return
        with self.account.lock:
            said = {
                "version": FILE_VERSION,
                "account": self.account.to_json(),
                "tokens": self.accounts.to_json(),
                "spent": self.api.to_json(),
            }
            replace_file(self._file, json.dumps(said, ensure_ascii=False, indent=1).encode(), mode=0o600)

    def close(self) -> None:
        """Ends every connection and thread; raises the first bug that an answer hid."""
        if self._closed:
            return
        self._closed = True
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()
        if self.crashes:
            raise self.crashes[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _kept(self) -> dict[str, Any] | None:
        if self._file is None or not self._file.exists():
            return None
        said = json.loads(self._file.read_bytes())
        if not isinstance(said, dict) or said.get("version") != FILE_VERSION:
            raise ValueError(f"{self._file} is not an account of this emulator")
        return said

    def _changed(self) -> None:
        if not self._busy:  # a request saves once, when it is done
            self.save()

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Answer | None, LoggedRequest, float]:
        """The answer to a request, its place in the log, and the real seconds to wait before sending.

        `headers` have lower-case names. None ends the connection without an answer."""
        parts = urlsplit(target)
        path = unquote(parts.path).rstrip("/") or "/"
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        below = path.removeprefix("/v1") if path.startswith("/v1/") else None
        with self.account.lock:
            request = LoggedRequest(
                number=len(self.requests) + 1,
                method=method,
                path=parts.path,
                template=path if below is None else self.api.routed(method, below)[1],
                query=_redacted(query),
                body=_logged(headers.get("content-type", ""), body),
                headers={k: "Bearer …" if k == "authorization" else v for k, v in headers.items()},
                at=self.clock.now(),
            )
            self.requests.append(request)
            for act in self.before:
                act(request)
            fault = next((fault for fault in self.faults if fault.meets(request)), None)
            answer: Answer | None = None
            if fault is None or fault.when == "after":
                self._busy = True
                try:
                    answer, request.user = self._answered(method, path, below, query, headers, body)
                    if request.is_write or path == "/api/token" or self.options.quota is not None:
                        self.save()
                except Exception as error:
                    traceback.print_exception(error)
                    self.crashes.append(error)
                    answer = Answer(status=500, body=f"emulator: {error!r}", content_type=TEXT_TYPE)
                finally:
                    self._busy = False
            if fault is not None:
                request.fault = f"{fault.kind} {fault.when}"
                answer = fault.answer()
            request.status = None if answer is None else answer.status
            if self._on_request is not None:
                self._on_request(request)
        return answer, request, fault.delay_s if fault is not None and fault.kind == "timeout" else 0.0

    def wait(self, seconds: float) -> None:
        """Returns after that many real seconds, or when the emulator closes."""
        self._stopping.wait(seconds)

    def _answered(
        self,
        method: str,
        path: str,
        below: str | None,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> tuple[Answer, str | None]:
        if below is not None:
            return self.api.answer(method, below, query, body, headers, self.api_url)
        match method, path:
            case "GET", "/authorize":
                return self.accounts.authorize(query), None
            case "POST", "/authorize/decision":
                return self.accounts.decide(_form(body)), None
            case "POST", "/api/token":
                return self.accounts.token(_form(body), headers.get("authorization")), None
            case "GET", _ if path.startswith("/image/"):
                return self._image(path.removeprefix("/image/")), None
        return Answer(status=404, body="Not found.", content_type=TEXT_TYPE), None

    def _image(self, name: str) -> Answer:
        for playlist in self.account.playlists.values():
            cover = (playlist.cover or "").encode()
            if cover and hashlib.sha1(cover, usedforsecurity=False).hexdigest() == name:
                return Answer(body=base64.b64decode(cover), content_type="image/jpeg")
        return Answer(status=404, body="Not found.", content_type=TEXT_TYPE)


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _redacted(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: "…" if name in SECRETS else value for name, value in fields.items()}


def _logged(content_type: str, body: bytes) -> Any:
    """A body as the log keeps it."""
    if not body:
        return None
    if content_type.startswith("application/x-www-form-urlencoded"):
        return _redacted(_form(body))
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


class _Server(ThreadingHTTPServer):
    """Keeps count of its connections, so that closing ends them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, emulator: Emulator, port: int) -> None:
        self.emulator = emulator
        self._open: set[socket.socket] = set()
        self._workers: set[threading.Thread] = set()
        self._guard = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        worker = threading.current_thread()
        with self._guard:
            self._open.add(request)
            self._workers.add(worker)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._open.discard(request)
                self._workers.discard(worker)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """Ends what is still open and waits for the threads behind it."""
        with self._guard:
            workers = list(self._workers)
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for worker in workers:
            worker.join(5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's error."""


class _Handler(BaseHTTPRequestHandler):
    """Reads requests off one connection and writes the answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: _Server
    server_version = "envoy"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the log is `Emulator.requests`."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header, by this service's clock."""
        now = self.server.emulator.clock.now()
        return super().date_time_string(now.timestamp() if timestamp is None else timestamp)

    def _serve(self) -> None:
        emulator = self.server.emulator
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > BODY_BYTES or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(Answer(status=413, body="Request entity too large", content_type=TEXT_TYPE))
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer, _, delay_s = emulator.handle(self.command, self.path, headers, body)
        if delay_s:
            emulator.wait(delay_s)
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve

    def _send(self, answer: Answer) -> None:
        body, kind = _encoded(answer)
        self.send_response(answer.status)
        headers = {"Cache-Control": "private, max-age=0", "Vary": "Authorization", **answer.headers}
        if kind is not None:
            headers["Content-Type"] = kind
        if answer.status != 204:
            headers["Content-Length"] = str(len(body))
        if self.close_connection:
            headers["Connection"] = "close"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


def _encoded(answer: Answer) -> tuple[bytes, str | None]:
    if answer.body is None:
        return b"", answer.content_type
    if isinstance(answer.body, bytes):
        return answer.body, answer.content_type
    if isinstance(answer.body, str):
        return answer.body.encode(), answer.content_type or TEXT_TYPE
    return json.dumps(answer.body, ensure_ascii=False).encode(), answer.content_type or JSON_TYPE
