"""`playlist login` and `logout` as a person uses them: the installed command, a browser, and what goes wrong."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from playlist_builder.cli.group import run as run_command
from playlist_builder.emulator import Emulator, Options
from playlist_builder.emulator.catalogue import Catalogue
from playlist_builder.errors import AuthError, ConfigError
from playlist_builder.services.spotify.login import Answer, Callback, judged

CLIENT_ID = "0123456789abcdef0123456789abcdef"
CALLBACK = "http://127.0.0.1/callback"
COMMAND = [sys.executable, "-m", "playlist_builder"]
NEEDED = {"playlist-read-private", "playlist-read-collaborative", "playlist-modify-public", "playlist-modify-private"}

Run = Callable[..., tuple[str, str]]
Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def emulate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Emulator]]:
    """Starts an emulator and points the settings at it; keywords are its options."""
    with ExitStack() as stack:
        catalogue = stack.enter_context(closing(Catalogue()))

        def started(**options: Any) -> Emulator:
            known = {"redirect_uris": (CALLBACK,), "client_ids": (CLIENT_ID,), **options}
            emulator = stack.enter_context(Emulator(catalogue, options=Options(**known)))
            monkeypatch.setenv("SPOTIFY_API_URL", emulator.api_url)
            monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", emulator.accounts_url)
            monkeypatch.setenv("SPOTIPY_REDIRECT_URI", CALLBACK)
            monkeypatch.setenv("SPOTIPY_CLIENT_ID", CLIENT_ID)
            return emulator

        yield started


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Starts the command without a terminal."""
    running: list[subprocess.Popen[str]] = []

    def started(*args: str, **more: Any) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        running.append(subprocess.Popen([*COMMAND, *args], text=True, encoding="utf-8", **pipes))
        return running[-1]

    yield started
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def home(empty_home: Path) -> Path:
    return empty_home / "playlist-home"


def _ended(process: subprocess.Popen[str], code: int = 0) -> tuple[str, str]:
    out, err = process.communicate(timeout=20)
    assert process.returncode == code, out + err
    return out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """Runs the command within this process, for its exit code and words alone."""

    def ran(*args: str, code: int = 0) -> tuple[str, str]:
        found = run_command(args)
        said = capsys.readouterr()
        assert found == code, said
        return said.out, said.err

    return ran


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def _get(url: str, method: str = "GET") -> requests.Response:
    return requests.request(method, url, timeout=5, allow_redirects=False)


def _callback_of(url: str) -> str:
    """Where the browser is sent after the consent, code and state included."""
    answer = _get(url)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_login_from_end_to_end(emulate: Callable[..., Emulator], spawn: Spawn, home: Path) -> None:
    """Icons, other paths, looks in advance and strangers do not end it; the page repeats nothing."""
    emulator = emulate()
    process = spawn("login", "--no-browser")
    url = _url(process)
    query = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{emulator.accounts_url}/authorize?")
    assert set(query["scope"][0].split()) == NEEDED
    assert query["code_challenge_method"] == ["S256"]
    back = _callback_of(url)
    base = back.partition("/callback")[0]
    assert _get(f"{base}/favicon.ico").status_code == 404
    assert _get(back, "HEAD").status_code == 200
    assert _get(f"{base}/callback").status_code == 200
    assert _get(f"{base}/callback?code=stolen&state=wrong").status_code == 400
    assert _get(f"{base}/callback?error=access_denied").status_code == 200
    assert _get(f"{base}/callback?state={query['state'][0]}").status_code == 400
    socket.create_connection((urlsplit(base).hostname or "", urlsplit(base).port or 0)).close()
    page = _get(back)
    assert page.status_code == 200
    assert "close this page" in page.text
    said = parse_qs(urlsplit(back).query)
    assert said["code"][0] not in page.text
    assert said["state"][0] not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    out, err = _ended(process)
    assert out.startswith("Logged in to Spotify as Local Listener, until ")
    token = home / "token.json"
    kept = json.loads(token.read_text())
    assert (token.stat().st_mode & 0o777, home.stat().st_mode & 0o777) == (0o600, 0o700)
    assert (kept["account_id"], kept["user_id"]) == (emulator.account.user.account_id, emulator.account.user.id)
    assert set(kept["scopes"].split()) == NEEDED
    assert not any(secret in out + err for secret in (kept["access_token"], kept["refresh_token"], said["code"][0]))
    assert [r.path.rstrip("/") for r in emulator.requests] == ["/authorize", "/api/token", "/v1/me"]


def test_the_url_is_printed_without_a_terminal_too(emulate: Callable[..., Emulator], spawn: Spawn) -> None:
    emulate()
    process = spawn("login")
    _get(_callback_of(_url(process)))
    _ended(process)


def test_a_cancelled_login(emulate: Callable[..., Emulator], spawn: Spawn, home: Path) -> None:
    emulate(consent="deny")
    process = spawn("login", "--no-browser")
    page = _get(_callback_of(_url(process)))
    assert (page.status_code, "cancelled" in page.text) == (200, True)
    assert "cancelled" in _ended(process, 5)[1]
    assert not (home / "token.json").exists()


def test_a_mistake_that_never_comes_back(emulate: Callable[..., Emulator], spawn: Spawn) -> None:
    """The browser shows a page and does not redirect: the time runs out, and the message says what to look for."""
    emulate(redirect_uris=("http://127.0.0.1/other",))
    process = spawn("login", "--no-browser", "--timeout", "1")
    assert "INVALID_CLIENT" in _get(_url(process)).text
    err = _ended(process, 5)[1]
    assert "within 1 s" in err
    assert "/callback as a redirect URI" in err


def test_a_taken_port(emulate: Callable[..., Emulator], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    emulate()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("SPOTIPY_REDIRECT_URI", f"http://127.0.0.1:{port}/callback")
        out, err = run("login", "--no-browser", code=3)
    assert f"Port {port}" in err
    assert "without a port" in err
    assert out == ""


@pytest.mark.parametrize("uri", ["http://localhost:8888/callback", "https://example.org/cb", "http://127.0.0.1:x/"])
def test_a_redirect_address_that_cannot_work(
    emulate: Callable[..., Emulator], run: Run, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    emulator = emulate()
    monkeypatch.setenv("SPOTIPY_REDIRECT_URI", uri)
    assert "SPOTIPY_REDIRECT_URI" in run("login", "--no-browser", code=3)[1]
    assert emulator.requests == []


def test_not_on_the_list_of_users(emulate: Callable[..., Emulator], spawn: Spawn, home: Path) -> None:
    """The login succeeds and every request fails: said with exit code 3, and the login is kept."""
    emulate(allow_list=())
    process = spawn("login", "--no-browser")
    _get(_callback_of(_url(process)))
    assert "User Management" in _ended(process, 3)[1]
    assert (home / "token.json").exists()


def test_without_a_client_id_and_without_a_terminal(
    emulate: Callable[..., Emulator], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulate()
    monkeypatch.delenv("SPOTIPY_CLIENT_ID")
    assert "SPOTIPY_CLIENT_ID is not set" in run("login", code=3)[1]


def test_an_address_that_must_not_get_a_login(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIPY_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", "http://example.org")
    assert "SPOTIFY_ACCOUNTS_URL" in run("login", "--no-browser", code=3)[1]


def _log_in(spawn: Spawn, *more: str) -> None:
    process = spawn("login", "--no-browser", *more)
    _get(_callback_of(_url(process)))
    _ended(process)


def test_more_scopes_keep_those_granted(emulate: Callable[..., Emulator], spawn: Spawn, home: Path) -> None:
    emulate()
    _log_in(spawn, "--cover")
    _log_in(spawn)
    assert set(json.loads((home / "token.json").read_text())["scopes"].split()) == {*NEEDED, "ugc-image-upload"}


def test_a_login_is_carried_to_another_machine(
    emulate: Callable[..., Emulator],
    spawn: Spawn,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    run: Run,
) -> None:
    emulator = emulate()
    _log_in(spawn)
    exported, _ = run("login", "--export")
    assert exported.count("\n") == 1
    assert json.loads(exported) == json.loads((home / "token.json").read_text())
    monkeypatch.setenv("PLAYLIST_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("SPOTIPY_CLIENT_ID")
    process = spawn("login", "--import", stdin=subprocess.PIPE)
    out, err = process.communicate(exported, timeout=20)
    assert (process.returncode, out.startswith("Logged in to Spotify as Local Listener")) == (0, True), err
    assert (tmp_path / "elsewhere" / "token.json").stat().st_mode & 0o777 == 0o600
    assert [r.path.rstrip("/") for r in emulator.requests].count("/v1/me") == 2
    process = spawn("login", "--import", stdin=subprocess.PIPE)
    assert "not a login" in process.communicate("{}", timeout=20)[1]
    assert process.returncode == 5


def test_nothing_to_export(run: Run) -> None:
    out, err = run("login", "--export", code=5)
    assert (out, "not logged in" in err) == ("", True)


def test_logout(emulate: Callable[..., Emulator], spawn: Spawn, home: Path, run: Run) -> None:
    """Token and cached answers of every account go; the rest stays."""
    emulate()
    _log_in(spawn)
    for name in ("cache-a.sqlite3", "cache-b.sqlite3", "cache-b.sqlite3-wal", "state.sqlite3"):
        (home / name).touch()
    out, _ = run("logout")
    assert "Deleted the login and the cached answers." in " ".join(out.split())
    assert not (home / "token.json").exists()
    assert not list(home.glob("cache-*"))
    assert (home / "state.sqlite3").exists()
    assert (home / "ledger.sqlite3").exists()
    out, _ = run("logout")
    assert "There was neither a login nor" in out


def test_the_demo_needs_no_login(run: Run) -> None:
    assert "needs no login" in run("login", "--service", "demo")[0]
    assert "There was neither a login nor" in run("logout", "--service", "demo")[0]
    assert "no service" in run("logout", "--service", "other", code=2)[1]


# -- on a terminal --------------------------------------------------------------------------------------------------

pty = pytest.importorskip("pty")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: ours, and the one that the command gets as its stdin."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_a_pasted_address(emulate: Callable[..., Emulator], spawn: Spawn, terminal: tuple[int, int]) -> None:
    """The browser ran elsewhere and ended at an address that does not load there; a wrong paste is passed over."""
    emulate()
    ours, theirs = terminal
    process = spawn("login", "--no-browser", stdin=theirs)
    back = _callback_of(_url(process))
    os.write(ours, b"something else\n")
    os.write(ours, f"{back.replace('state=', 'state=x')}\n".encode())
    os.write(ours, f"  {back}\n".encode())
    assert "Logged in" in _ended(process)[0]


def test_the_guided_set_up(
    emulate: Callable[..., Emulator],
    spawn: Spawn,
    terminal: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    home: Path,
    run: Run,
) -> None:
    """From nothing to a login: the dashboard is opened, the client id asked for, checked and kept, then the consent."""
    emulator = emulate()
    monkeypatch.delenv("SPOTIPY_CLIENT_ID")
    browser = tmp_path / "browser.py"
    opened = tmp_path / "opened"
    browser.write_text(
        "import sys, urllib.request\n"
        f"open({str(opened)!r}, 'a').write(sys.argv[1] + '\\n')\n"
        "if '127.0.0.1' in sys.argv[1].partition('?')[0]:\n"
        "    urllib.request.urlopen(sys.argv[1]).read()\n"
    )
    monkeypatch.setenv("BROWSER", f"{sys.executable} {browser} %s")
    ours, theirs = terminal
    process = spawn("login", stdin=theirs)
    os.write(ours, b"my-app\n")
    os.write(ours, f" {CLIENT_ID.upper()} \n".encode())
    out, err = _ended(process)
    assert "until " in out
    for said in ("Premium", "Redirect URI", CALLBACK, "Web API", "User Management", "32 characters", "Kept in"):
        assert said in err
    dashboard, consent = opened.read_text().splitlines()
    assert dashboard == "https://developer.spotify.com/dashboard"
    assert consent.startswith(emulator.accounts_url)
    assert CLIENT_ID in (home / "settings.env").read_text()
    assert run("login", "--export")[0]


def test_a_secret_is_not_printed_on_a_terminal(
    emulate: Callable[..., Emulator], spawn: Spawn, terminal: tuple[int, int]
) -> None:
    emulate()
    _log_in(spawn)
    _, theirs = terminal
    process = spawn("login", "--export", stdout=theirs)
    assert "terminal" in process.communicate(timeout=20)[1]
    assert process.returncode == 2


# -- the callback server --------------------------------------------------------------------------------------------


def test_what_counts_as_an_answer() -> None:
    assert judged("code=a&state=s", "s") == Answer(code="a")
    assert judged("error=access_denied&state=s", "s") == Answer(error="access_denied")
    for query in ("", "code=a", "code=a&state=", "code=a&state=S", "state=s", "code=&state=s", "code=a&state=ß"):
        assert judged(query, "s") is None
    assert judged("code=a&state=s&" + "x" * 20_000, "s") is None


def test_the_first_answer_counts() -> None:
    with Callback(CALLBACK, "s") as callback:
        for code in ("first", "second"):
            assert _get(f"{callback.redirect_uri}?code={code}&state=s").status_code == 200
        assert callback.wait(5) == Answer(code="first")


def test_silent_and_garbled_connections_do_not_hold_it_up() -> None:
    with Callback(CALLBACK, "s") as callback:
        split = urlsplit(callback.redirect_uri)
        idle = [socket.create_connection((split.hostname, split.port)) for _ in range(5)]
        idle[0].sendall(b"\x16\x03\x01 not http at all\r\n\r\n")
        connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=5)
        connection.request("POST", "/callback?code=a&state=s")
        assert connection.getresponse().status == 501
        connection.close()
        _get(f"{callback.redirect_uri}?code=a&state=s")
        assert callback.wait(5) == Answer(code="a")
        for one in idle:
            one.close()


def test_a_port_of_its_own_is_kept() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Callback(f"http://127.0.0.1:{port}/cb", "s") as callback:
        assert callback.redirect_uri == f"http://127.0.0.1:{port}/cb"
        with pytest.raises(ConfigError, match="taken"):
            Callback(f"http://127.0.0.1:{port}/cb", "s")


def test_the_time_runs_out() -> None:
    with Callback(CALLBACK, "s") as callback, pytest.raises(AuthError, match="No answer came"):
        callback.wait(0.05)
