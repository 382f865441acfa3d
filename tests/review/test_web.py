"""The page over plain HTTP: who may ask, what every response carries, and that the forms do what they say."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from playlist_builder.cli.app import App
from playlist_builder.cli.review import open_session
from playlist_builder.clock import MovableClock
from playlist_builder.review.web import GRACE, IDLE, Page, running, serve
from tests.review.conftest import COMMAND, DOUBTFUL, NAME

HOSTILE = r"\u001b[31m<script>alert(1)</script>\u202e\" onload=x"


@dataclass
class Answer:
    """One response."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Browser:
    """A client that keeps cookies and sends what it is told, over one connection each."""

    page: Page
    url: str
    cookie: str = ""
    csrf: str = field(default="", repr=False)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def ask(self, method: str, path: str, body: dict[str, str] | None = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        text = None if body is None else urlencode(body)
        if text is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, text, sent)
            answer = connection.getresponse()
            got = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, got, answer.read().decode())

    def enter(self) -> Answer:
        """Exchanges the token for the cookie."""
        answer = self.ask("GET", self.url.removeprefix(f"http://127.0.0.1:{self.port}"))
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def get(self, path: str = "/") -> Answer:
        answer = self.ask("GET", path)
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, **form: str) -> Answer:
        if not self.csrf:
            self.get()
        return self.ask("POST", path, {"csrf": self.csrf, **form}, Origin=f"http://127.0.0.1:{self.port}")

    def follow(self, answer: Answer) -> Answer:
        assert answer.status == 303, answer.text
        return self.get(answer.location)


@pytest.fixture
def opening(home: Path) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def browser(stack: ExitStack, name: str = NAME) -> Browser:
    """A page that runs, and a browser that has its address."""
    app = App(verbosity=-1)
    page = Page(app, stack.enter_context(open_session(app, name, "demo", wait_s=0.0)))
    return Browser(page, stack.enter_context(running(page)))


@pytest.fixture
def web(opening: ExitStack) -> Browser:
    """A browser that has been let in."""
    made = browser(opening)
    made.enter()
    return made


@pytest.fixture
def stranger(opening: ExitStack) -> Browser:
    """A browser that has neither token nor cookie."""
    return browser(opening)


def decided(lock: Path, row: int) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads(lock.read_text())["track"][row].get("demo", {})
    return found


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


# ---------------------------------------------------------------- who may ask


def test_the_token_is_exchanged_for_a_cookie_that_scripts_and_other_sites_do_not_get(stranger: Browser) -> None:
    answer = stranger.enter()
    assert answer.status == 303
    assert answer.location == "/"
    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert set(attributes) == {"HttpOnly", "SameSite=Strict", "Path=/"}
    assert "token" not in answer.location
    assert stranger.get().status == 200


def test_the_token_is_good_for_one_browser(stranger: Browser) -> None:
    stranger.enter()
    stranger.get()
    other = Browser(stranger.page, stranger.url)
    answer = other.ask("GET", urlsplit(stranger.url).path + "?" + urlsplit(stranger.url).query)
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_a_lost_exchange_can_be_repeated_and_a_head_request_is_none(stranger: Browser) -> None:
    path = "/?" + urlsplit(stranger.url).query
    assert stranger.ask("HEAD", path).status == 403
    stranger.enter()
    stranger.cookie = ""
    stranger.enter()
    assert stranger.get().status == 200


@pytest.mark.parametrize(
    "path", ["/", "/?token=", "/?token=wrong", "/row/8", "/static/review.css", "/sync/state", "/x"]
)
def test_without_token_or_cookie_nothing_is_shown(stranger: Browser, path: str) -> None:
    answer = stranger.ask("GET", path)
    assert answer.status == 403
    assert "Lost Boys" not in answer.text


@pytest.mark.parametrize("path", ["/undo", "/row/8/skip", "/sync/plan", "/done", "/bye"])
def test_without_cookie_nothing_is_done(stranger: Browser, path: str) -> None:
    assert stranger.ask("POST", path, {"csrf": stranger.page.csrf}).status == 403
    assert stranger.page.session.answers == 0
    assert not stranger.page.ended.is_set()


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", "[::1]"])
def test_a_wrong_host_is_refused_even_with_the_cookie(web: Browser, host: str) -> None:
    if host == "localhost":
        host = f"localhost:{web.port}"
    assert web.ask("GET", "/", Host=host).status == 403
    assert web.ask("GET", "/?" + urlsplit(web.url).query, Host=host).status == 403


@pytest.mark.parametrize("csrf", [None, "", "wrong", "wröng"])
def test_a_form_without_its_token_does_nothing(web: Browser, lock: Path, csrf: str | None) -> None:
    before = lock.read_bytes()
    body = {} if csrf is None else {"csrf": csrf}
    assert web.ask("POST", "/row/8/skip", body, Origin=f"http://127.0.0.1:{web.port}").status == 403
    assert lock.read_bytes() == before


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:{port}"])
def test_another_origin_is_refused_even_with_cookie_and_token(web: Browser, lock: Path, origin: str) -> None:
    web.get()
    before = lock.read_bytes()
    answer = web.ask("POST", "/row/8/skip", {"csrf": web.csrf}, Origin=origin.format(port=web.port))
    assert answer.status == 403
    assert lock.read_bytes() == before


def test_a_post_that_a_browser_calls_cross_site_is_refused(web: Browser) -> None:
    web.get()
    assert web.ask("POST", "/undo", {"csrf": web.csrf}, Sec_Fetch_Site="cross-site").status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE"])
def test_other_methods_are_refused(web: Browser, method: str) -> None:
    assert web.ask(method, "/").status in (405, 501)


def test_files_outside_the_page_are_not_served(web: Browser) -> None:
    for path in ("/static/../web.py", "/static/%2e%2e/web.py", "/static/..%2fweb.py", "/static/"):
        assert web.ask("GET", path).status in (404, 403)


# ---------------------------------------------------------------- what every response carries


def test_every_response_carries_the_policy(web: Browser) -> None:
    web.get()
    answers = {
        "page": web.ask("GET", "/"),
        "head": web.ask("HEAD", "/row/8"),
        "static": web.ask("GET", "/static/review.css"),
        "json": web.ask("GET", "/sync/state"),
        "redirect": web.post("/undo"),
        "exchange": web.ask("GET", "/?" + urlsplit(web.url).query),
        "empty": web.post("/bye", tab="x"),
        "wrong host": web.ask("GET", "/", Host="evil.example"),
        "no cookie": web.ask("GET", "/", Cookie="a=b"),
        "no csrf": web.ask("POST", "/undo", {}),
        "not found": web.ask("GET", "/nowhere"),
        "no such row": web.ask("GET", "/row/99"),
        "wrong method": web.ask("GET", "/undo"),
        "options": web.ask("OPTIONS", "/"),
        "unknown method": web.ask("NONSENSE", "/"),
        "too large": web.ask("POST", "/undo", {"csrf": "x" * 100_000}),
        "raw": _raw(web.port, b"nonsense\r\n\r\n"),
        "long": _raw(web.port, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"),
    }
    assert answers["head"].status == 200
    assert answers["redirect"].status == answers["exchange"].status == 303
    assert {name: a.status for name, a in answers.items()}["long"] == 414
    for name, answer in answers.items():
        policy = answer.headers.get("content-security-policy", "")
        rules = dict(rule.split(" ", 1) for rule in policy.split("; ") if rule)
        assert rules == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' https://i.scdn.co https://*.scdn.co",
            "connect-src": "'self'",
            "frame-src": "https://open.spotify.com",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }, name
        assert answer.headers["x-content-type-options"] == "nosniff", name
        assert answer.headers["referrer-policy"] == "same-origin", name
        assert answer.headers["cache-control"] == "no-store", name


def _raw(port: int, sent: bytes) -> Answer:
    """The response to bytes that are no proper request."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        connection.settimeout(10)
        got = b""
        while part := connection.recv(65536):
            got += part
    head, _, text = got.decode("latin-1").partition("\r\n\r\n")
    lines = head.split("\r\n")
    status = re.match(r"HTTP/\S+ (\d+)", lines[0])
    headers = {name.lower(): value for line in lines[1:] for name, _, value in [line.partition(": ")]}
    return Answer(int(status[1]) if status else 0, headers, text)


def test_everything_from_listing_and_service_is_escaped(opening: ExitStack) -> None:
    Path("playlists").mkdir()
    Path("playlists/bad.toml").write_text(
        f'title = "{HOSTILE}"\nalbum = "{HOSTILE}"\n[[track]]\nartist = "{HOSTILE}"\ntitle = "{HOSTILE}"\n'
    )
    web = browser(opening, "bad")
    web.enter()
    for path in ("/", "/row/1", "/sync"):
        text = web.get(path).text
        assert "<script>alert" not in text
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", text)
        elements = Elements(text).found
        scripts = [attributes for tag, attributes in elements if tag == "script"]
        assert scripts == [{"src": "/static/review.js", "defer": None}]
        assert not [a for _, a in elements if any(name.startswith("on") or name == "style" for name in a)]
    assert "[31m<script>alert(1)</script>" in unescape(web.get("/row/1").text)
    told = web.follow(web.post("/row/1/skip"))
    assert "<script>alert" not in told.text


def test_no_page_asks_any_other_host_for_anything(web: Browser) -> None:
    for path in ("/", "/row/1", "/sync"):
        for _, attributes in Elements(web.get(path).text).found:
            assert not (attributes.get("src") or "").startswith(("http", "//"))
            assert not (attributes.get("action") or "/").startswith(("http", "//"))


# ---------------------------------------------------------------- answers


def test_the_doubtful_row_is_shown_first_with_every_row_beside_it(web: Browser) -> None:
    text = unescape(web.get().text)
    assert "I Still Believe" in re.findall(r'<h2 id="row-title"[^>]*>([^<]*)', text)[0]
    assert "Only live recordings were found." in text
    assert "9 of 11 settled" in text
    assert len(re.findall(r'class="entry"', text)) == 11


def test_choosing_saves_at_once_and_leads_to_the_next_row(web: Browser, lock: Path) -> None:
    uri = re.findall(r'name="uri" value="([^"]+)"', web.get("/row/8").text)[0]

    answer = web.post("/row/8/choose", uri=uri)

    assert decided(lock, DOUBTFUL)["uri"] == uri
    assert answer.location.startswith("/row/11?told=")
    assert "Row 8 is Tim Cappello" in web.follow(answer).text


def test_skip_keep_looking_later_and_undo(web: Browser, lock: Path) -> None:
    before = lock.read_bytes()
    web.post("/row/8/skip")
    assert decided(lock, 7)["skip"] is True
    settled = web.follow(web.post("/row/11/keep-looking"))
    assert "Everything is settled." in settled.text
    back = web.post("/undo")
    assert back.location.startswith("/row/11")
    web.post("/undo")
    assert lock.read_bytes() == before
    assert "There is no answer to take back." in web.follow(web.post("/undo")).text
    left = web.follow(web.post("/row/8/later"))
    assert "Ain't Got No Home" in unescape(left.text)
    assert lock.read_bytes() == before


def test_searching_the_album_the_artist_and_going_back(web: Browser) -> None:
    found = unescape(web.follow(web.post("/row/8/search", words="tina cherry")).text)
    assert "Found for “tina cherry”" in found
    assert "Better Be Good to Me" in found
    assert "On the album: The Lost Boys" in web.follow(web.post("/row/8/album")).text
    assert "By the artist: Tim Cappello" in web.follow(web.post("/row/8/artist")).text
    assert "Live in Santa Cruz" in web.follow(web.post("/row/8/first")).text
    assert "Type the words to search for." in web.follow(web.post("/row/8/search", words=" ")).text


def test_pasting_a_link_chooses_it(web: Browser, lock: Path) -> None:
    uri = str(decided(lock, 0)["uri"])
    web.post("/row/11/paste", link="https://open.spotify.com/track/" + uri.rpartition(":")[2])
    assert decided(lock, 10)["uri"] == uri
    assert "no link to a track" in web.follow(web.post("/row/8/paste", link="javascript:alert(1)")).text


def test_a_review_of_what_the_sync_found_sends_no_request(web: Browser) -> None:
    for number in range(1, 12):
        assert web.get(f"/row/{number}").status == 200
    web.post("/row/8/skip")
    assert web.page.session.requests().sent == 0


def test_a_matched_row_can_be_overruled(web: Browser, lock: Path) -> None:
    assert "Chosen now" in web.get("/row/6").text
    web.post("/row/6/skip")
    assert decided(lock, 5) == {"skip": True, "decided": "person"}


# ---------------------------------------------------------------- sync


def waited(web: Browser) -> str:
    """The sync page when nothing is at work any more."""
    end = time.monotonic() + 60
    while web.page.syncing.progress.busy and time.monotonic() < end:
        time.sleep(0.05)
    return web.get("/sync").text


def test_sync_shows_the_plan_before_it_writes(web: Browser, home: Path) -> None:
    uri = re.findall(r'name="uri" value="([^"]+)"', web.get("/row/8").text)[0]
    web.post("/row/8/choose", uri=uri)
    account = (home / "demo" / "account.json").read_bytes()

    web.post("/sync/write")
    assert web.page.syncing.progress.phase == "idle", "nothing is written before a plan was shown"
    web.post("/sync/plan")
    plan = waited(web)
    assert "1 would be added" in plan
    assert "Tim Cappello – I Still Believe" in plan
    assert uri.encode() not in account
    assert uri.encode() not in (home / "demo" / "account.json").read_bytes()

    web.post("/sync/write")
    assert "Done: 1 added" in waited(web)
    assert uri.encode() in (home / "demo" / "account.json").read_bytes()


def test_while_a_sync_is_at_work_no_answer_is_taken_and_no_second_one_begins(web: Browser, lock: Path) -> None:
    web.get()
    before = lock.read_bytes()
    assert web.page.syncing.start(write=False)
    assert not web.page.syncing.start(write=False)
    assert web.post("/row/8/skip").location.startswith("/sync")
    assert lock.read_bytes() == before
    waited(web)
    web.post("/row/8/skip")
    assert web.page.syncing.progress.phase == "idle", "an answer makes the plan old"


def test_an_answer_can_be_taken_back_after_a_sync(web: Browser, lock: Path) -> None:
    web.post("/row/8/skip")
    web.post("/sync/plan")
    waited(web)
    web.post("/sync/write")
    waited(web)
    web.post("/undo")
    assert decided(lock, 7) == {}


# ---------------------------------------------------------------- the end


def ended(clock: MovableClock) -> tuple[Browser, threading.Thread, list[int], ExitStack]:
    """A page that is served as the command serves it, in a thread, on a clock that stands still."""
    stack = ExitStack()
    app = App(verbosity=-1, clock=clock)
    page = Page(app, stack.enter_context(open_session(app, NAME, "demo", wait_s=0.0)))
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(serve(page, browse=False)))
    thread.start()
    end = time.monotonic() + 30
    while not page.origin and time.monotonic() < end:
        time.sleep(0.02)
    web = Browser(page, f"{page.origin}/?token={page.token}")
    web.enter()
    return web, thread, codes, stack


def test_it_ends_after_half_an_hour_without_anybody(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clock = MovableClock()
    web, thread, codes, stack = ended(clock)
    with stack:
        web.get()
        clock.move(IDLE - timedelta(seconds=1))
        time.sleep(0.6)
        assert thread.is_alive()
        web.get()
        clock.move(IDLE)
        thread.join(20)
    assert codes == [4]
    assert capsys.readouterr().out == web.url + "\n"


def test_it_ends_when_the_last_tab_says_goodbye(home: Path) -> None:
    clock = MovableClock()
    web, thread, codes, stack = ended(clock)
    with stack:
        first, second = (str(re.findall(r'data-tab="([^"]+)"', web.get().text)[0]) for _ in range(2))
        web.post("/row/8/skip")
        web.post("/row/11/skip")
        web.post("/bye", tab=first)
        clock.move(GRACE * 2)
        time.sleep(0.6)
        assert thread.is_alive(), "the second tab is open"
        web.post("/bye", tab=second)
        reloaded = str(re.findall(r'data-tab="([^"]+)"', web.get().text)[0])
        clock.move(GRACE * 2)
        time.sleep(0.6)
        assert thread.is_alive(), "it was a reload"
        web.post("/bye", tab=reloaded)
        clock.move(GRACE)
        thread.join(20)
    assert codes == [0]


def test_the_command_prints_the_address_alone_and_ends_with_done(home: Path) -> None:
    """Without a terminal: the address on stdout, everything else on stderr, exit code 4 while rows are open."""
    process = subprocess.Popen(
        [*COMMAND, "review", NAME, "--web", "--no-browser", "--service", "demo"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", url)
        web = Browser.__new__(Browser)
        web.url, web.cookie, web.csrf = url, "", ""
        web.enter()
        assert "Every answer is kept" in web.post("/done").text
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert out == ""
    assert "The Lost Boys" in err
    assert "token" not in err
    assert process.returncode == 4
