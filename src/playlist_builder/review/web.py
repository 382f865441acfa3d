"""The review as a page that only this machine, and only who has its address, can see.

One process, one listing, one session. The address carries a random token that is exchanged for a cookie; Host, Origin
and a token in each form are checked; every response carries the same strict policy. Choices are plain forms.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Flask, abort, jsonify, make_response, redirect, render_template, request, send_from_directory
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from playlist_builder.errors import PlaylistError
from playlist_builder.report.text import clean
from playlist_builder.report.words import count_words
from playlist_builder.review import views
from playlist_builder.review.session import Changed
from playlist_builder.review.syncing import Syncing

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from playlist_builder.cli.app import App
    from playlist_builder.review.session import Session

HERE = Path(__file__).parent
IDLE = timedelta(minutes=30)
GRACE = timedelta(seconds=3)  # after the last tab said goodbye: reloads and answers open a new page at once
LOOK_S = 0.25  # how often the end is looked for
MOST_TOLD = 100
PICTURES = "https://i.scdn.co https://*.scdn.co"
HEADERS = (
    (
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {PICTURES}; connect-src 'self'; "
        "frame-src https://open.spotify.com; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Not "no-referrer": with it browsers send `Origin: null` with our own forms, and it could not be checked.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


class Handler(WSGIRequestHandler):
    """Adds the policy where every response passes, those of the HTTP layer itself included; logs nothing."""

    default_request_version = "HTTP/1.0"  # else a request without a version gets an answer without headers

    def send_header(self, keyword: str, value: str) -> None:
        if keyword.lower() not in {name.lower() for name, _ in HEADERS}:
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        for name, value in HEADERS:
            super().send_header(name, value)
        super().end_headers()

    def version_string(self) -> str:
        return "playlist"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: addresses carry the token."""


class Page:
    """What the requests share: the session behind one lock, the secrets, the tabs that are open."""

    def __init__(self, app: App, session: Session) -> None:
        self.app = app
        self.session = session
        self.lock = threading.RLock()
        self.token = secrets.token_urlsafe(32)
        self.cookie = secrets.token_urlsafe(32)
        self.csrf = secrets.token_urlsafe(32)
        self.origin = ""  # known when the port is
        self.was_exchanged = False
        self.left: set[int] = set()  # rows left for later in this review
        self.told: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self.tabs: set[str] = set()
        self.ended = threading.Event()
        self.seen = app.clock.now()
        self.empty_since: datetime | None = None
        self.syncing = Syncing(app, session, self._synced)

    def _synced(self) -> None:
        with self.lock:
            self.session.after_sync()

    def new_tab(self) -> str:
        """A name for a page that was just sent; it says goodbye with it."""
        name = secrets.token_urlsafe(8)
        self.tabs.add(name)
        self.empty_since = None
        return name

    def goodbye(self, name: str) -> None:
        self.tabs.discard(name)
        if not self.tabs:
            self.empty_since = self.app.clock.now()

    def should_end(self) -> bool:
        """Whether nobody is there any more: the last tab was closed a moment ago, or nothing came for half an hour."""
        if self.syncing.progress.busy:
            return False
        now = self.app.clock.now()
        closed = self.empty_since is not None and now - self.empty_since >= GRACE
        return closed or now - self.seen >= IDLE

    def tell(self, kind: str, text: str) -> str:
        """Keeps a message for the page that comes next; its name in the address."""
        name = secrets.token_urlsafe(6)
        self.told[name] = (kind, clean(text))
        while len(self.told) > MOST_TOLD:
            self.told.popitem(last=False)
        return name


def make_app(page: Page) -> Flask:
    """The application over a page."""
    flask = Flask(__name__, template_folder=str(HERE / "templates"), static_folder=None)
    flask.config.update(MAX_CONTENT_LENGTH=64 * 1024, MAX_FORM_MEMORY_SIZE=64 * 1024, MAX_FORM_PARTS=20)
    flask.jinja_env.trim_blocks = flask.jinja_env.lstrip_blocks = True
    flask.before_request(lambda: _guard(page))
    flask.register_error_handler(HTTPException, _error)
    flask.register_error_handler(PlaylistError, lambda error: _error_page(500, clean(error.message)))
    _add_reading(flask, page)
    _add_answers(flask, page)
    _add_questions(flask, page)
    _add_sync(flask, page)
    return flask


# ---------------------------------------------------------------- who may ask


def _guard(page: Page) -> Response | None:
    """Refuses whoever is not the person with the address; exchanges the token for the cookie."""
    if request.headers.get("Host") != page.origin.removeprefix("http://"):
        abort(403, "This page answers under its own address only.")
    if request.headers.get("Origin", page.origin) != page.origin:
        abort(403, "That came from another page.")
    name = _cookie_name(page)
    is_known = hmac.compare_digest(request.cookies.get(name, "").encode(), page.cookie.encode())
    if request.path == "/" and "token" in request.args and request.method == "GET":
        return _exchange(page, is_known)
    if not is_known:
        return _stranger()
    page.was_exchanged = True
    page.seen = page.app.clock.now()
    if request.method == "POST":
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            abort(403, "That came from another page.")
        if not hmac.compare_digest(request.form.get("csrf", "").encode(), page.csrf.encode()):
            abort(403, "The form is not from this page. Load it again.")
    elif request.method not in ("GET", "HEAD"):
        abort(405)
    return None


def _exchange(page: Page, is_known: bool) -> Response:
    """The cookie for the token: until the cookie has come back once, so that a lost answer locks nobody out."""
    fits = hmac.compare_digest(request.args["token"].encode(), page.token.encode())
    if not is_known and (not fits or page.was_exchanged):
        abort(403, "This address was used already, or belongs to an earlier review. Start the review again.")
    answer = redirect("/", 303)
    if not is_known:
        answer.set_cookie(_cookie_name(page), page.cookie, httponly=True, samesite="Strict", path="/")
    return answer


def _stranger() -> Response:
    """Refused. Who came over a link on another site has the cookie, but the browser did not send it with that: the
    refusal then leads to the page once more, from here."""
    comes_by_link = request.headers.get("Sec-Fetch-Site") == "cross-site" and request.full_path == "/?"
    text = "Open the address that the terminal shows; it is good for one browser."
    return make_response(render_template("error.html", code=403, text=text, again=comes_by_link), 403)


def _cookie_name(page: Page) -> str:
    """Cookies do not tell ports apart: each review has a name of its own."""
    return f"playlist-review-{page.origin.rpartition(':')[2]}"


def _error(error: HTTPException) -> tuple[str, int]:
    return _error_page(error.code or 500, clean(error.description or error.name))


def _error_page(code: int, text: str) -> tuple[str, int]:
    return render_template("error.html", code=code, text=text, again=False), code


# ---------------------------------------------------------------- reading


def _add_reading(flask: Flask, page: Page) -> None:
    @flask.get("/")
    def overview() -> str:
        with page.lock:
            rows = [row for row in page.session.open_rows() if row not in page.left] or page.session.open_rows()
            return _row_page(page, rows[0] if rows else None)

    @flask.get("/row/<int:number>")
    def one_row(number: int) -> str:
        with page.lock:
            return _row_page(page, _row(page, number))

    @flask.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        return send_from_directory(HERE / "static", name)


def _row(page: Page, number: int) -> int:
    if not 1 <= number <= len(page.session.tracks):
        abort(404, f"The listing has rows 1 to {len(page.session.tracks)}.")
    return number - 1


def _row_page(page: Page, row: int | None) -> str:
    view = None if row is None else views.row_view(page.session, row)
    title = "All settled" if view is None else f"{view.line.number}. {view.line.title}"
    return _render(page, "row.html", title, row=row, view=view)


def _render(page: Page, template: str, title: str, **values: Any) -> str:
    session = page.session
    kind, told = page.told.get(request.args.get("told", ""), ("", ""))
    waiting = session.open_rows()
    return render_template(
        template,
        page_title=f"{told or title} · {clean(session.loaded.tracklist.title)}",
        listing=clean(session.loaded.tracklist.title),
        summary=count_words(session.matches),
        demo=session.service == "demo",
        waiting=[views.line(session, i) for i in waiting],
        settled=[views.line(session, i) for i in session.other_rows()],
        total=len(session.matches),
        answers=session.answers,
        left=page.left,
        csrf=page.csrf,
        tab=page.new_tab() if request.method == "GET" else "",
        told=told,
        told_kind=kind,
        sync=page.syncing.progress,
        **values,
    )


# ---------------------------------------------------------------- answers


def _add_answers(flask: Flask, page: Page) -> None:
    def answered(number: int, answer: Callable[[int], str]) -> Response:
        def go() -> Response:
            row = _row(page, number)
            said = answer(row)
            page.left.discard(row)
            page.syncing.reset()
            return _to(_next(page, row), page.tell("ok", said))

        return _tried(page, number, go)

    @flask.post("/row/<int:number>/choose")
    def choose(number: int) -> Response:
        return answered(number, lambda row: page.session.choose(row, request.form.get("uri", "")))

    @flask.post("/row/<int:number>/skip")
    def skip(number: int) -> Response:
        return answered(number, page.session.skip)

    @flask.post("/row/<int:number>/keep-looking")
    def keep_looking(number: int) -> Response:
        return answered(number, page.session.keep_looking)

    @flask.post("/row/<int:number>/later")
    def later(number: int) -> Response:
        with page.lock:
            row = _row(page, number)
            page.left.add(row)
            return _to(_next(page, row), page.tell("ok", f"Row {number} is left for later."))

    @flask.post("/undo")
    def undo() -> Response:
        def go() -> Response:
            undone = page.session.undo()
            page.syncing.reset()
            if undone is None:
                return _to("/", page.tell("error", "There is no answer to take back."))
            page.left.discard(undone[0])
            return _to(f"/row/{undone[0] + 1}", page.tell("ok", undone[1]))

        return _tried(page, None, go)

    @flask.post("/bye")
    def bye() -> tuple[str, int]:
        page.goodbye(request.form.get("tab", ""))
        return "", 204

    @flask.post("/done")
    def done() -> str:
        with page.lock:
            made = render_template(
                "end.html",
                listing=clean(page.session.loaded.tracklist.title),
                summary=count_words(page.session.matches),
                name=clean(page.session.loaded.name),
                waiting=len(page.session.open_rows()),
                service="" if page.session.service == page.app.settings.service else page.session.service,
            )
        page.ended.set()
        return made


def _tried(page: Page, number: int | None, go: Callable[[], Response]) -> Response:
    """What `go` answers, or back to the row with the message of what went wrong."""
    back = "/" if number is None else f"/row/{number}"
    with page.lock:
        if page.syncing.progress.busy:
            return _to("/sync", page.tell("error", "A sync is at work. Answer when it is done."))
        try:
            return go()
        except Changed as error:
            return _to("/", page.tell("error", error.message))
        except PlaylistError as error:
            return _to(back, page.tell("error", error.message))


def _to(path: str, told: str = "") -> Response:
    path, hash_, part = path.partition("#")
    return redirect(path + (f"?told={told}" if told else "") + hash_ + part, 303)


def _next(page: Page, row: int) -> str:
    """The next row that needs a person after this one, going round; the overview where none is left."""
    rows = [i for i in page.session.open_rows() if i not in page.left and i != row]
    if not rows:
        return "/"
    after = [i for i in rows if i > row]
    same = [i for i in after if page.session.matches[i].outcome == page.session.matches[rows[0]].outcome]
    return f"/row/{(same or rows)[0] + 1}"


# ---------------------------------------------------------------- questions to the service


def _add_questions(flask: Flask, page: Page) -> None:
    def asked(number: int, ask: Callable[[int], object]) -> Response:
        def go() -> Response:
            ask(_row(page, number))
            return _to(f"/row/{number}#candidates")

        return _tried(page, number, go)

    @flask.post("/row/<int:number>/search")
    def search(number: int) -> Response:
        return asked(number, lambda row: page.session.search(row, request.form.get("words", "")))

    @flask.post("/row/<int:number>/album")
    def album(number: int) -> Response:
        return asked(number, page.session.album)

    @flask.post("/row/<int:number>/artist")
    def artist(number: int) -> Response:
        return asked(number, page.session.artist)

    @flask.post("/row/<int:number>/first")
    def first(number: int) -> Response:
        return asked(number, page.session.forget_found)

    @flask.post("/row/<int:number>/paste")
    def paste(number: int) -> Response:
        def go() -> Response:
            row = _row(page, number)
            shown = page.session.paste(row, request.form.get("link", ""))
            if shown.source != "link":
                return _to(f"/row/{number}#candidates")
            said = page.session.choose(row, shown.candidates[0].recording.uri)
            page.syncing.reset()
            return _to(_next(page, row), page.tell("ok", f"{said} {shown.note}".strip()))

        return _tried(page, number, go)


# ---------------------------------------------------------------- sync


def _add_sync(flask: Flask, page: Page) -> None:
    @flask.get("/sync")
    def sync() -> str:
        with page.lock:
            return _render(page, "sync.html", "Sync")

    @flask.get("/sync/state")
    def state() -> Response:
        return jsonify(page.syncing.progress.as_object())

    @flask.post("/sync/plan")
    def plan() -> Response:
        with page.lock:
            page.syncing.start(write=False)
        return _to("/sync")

    @flask.post("/sync/write")
    def write() -> Response:
        insist = page.syncing.progress.insist and request.form.get("insist") == "yes"
        with page.lock:
            page.syncing.start(write=True, insist=insist)
        return _to("/sync")


# ---------------------------------------------------------------- the server


def serve(page: Page, *, browse: bool) -> int:
    """Serves until the person is done, the page is closed, or nothing came for half an hour; the exit code."""
    app, session = page.app, page.session
    with running(page) as url:
        _say_hello(app, session, url)
        if browse:
            click.launch(url)
        while not page.ended.wait(LOOK_S) and not page.should_end():
            pass
        page.syncing.wait()
        threading.Event().wait(LOOK_S)  # the last answer is on its way
    waiting = len(session.open_rows())
    if app.verbosity >= 0:
        app.err.print(f"{count_words(session.matches)}. {waiting or 'Nothing'} still open.", markup=False)
    return 4 if waiting else 0


@contextmanager
def running(page: Page) -> Iterator[str]:
    """The page on a free loopback port; yields its address with the token."""
    server = make_server("127.0.0.1", 0, make_app(page), threaded=True, request_handler=Handler)
    page.origin = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="page", daemon=True)
    thread.start()
    try:
        yield f"{page.origin}/?token={page.token}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _say_hello(app: App, session: Session, url: str) -> None:
    """The address alone on a line of stdout; what it is for on stderr."""
    if app.verbosity >= 0:
        name = clean(session.loaded.tracklist.title)
        app.err.print(f"The review of {name} is on this page; it ends when you close it (or with ^C):", markup=False)
    click.echo(url)
