"""Faults, the log, the account file, headers, and the emulator as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from playlist_builder.clock import MovableClock
from playlist_builder.emulator import Emulator, Fault, LoggedRequest
from playlist_builder.emulator.__main__ import main
from playlist_builder.emulator.catalogue import Catalogue

if TYPE_CHECKING:
    from tests.emulator.conftest import Caller, StandIn, Start

Made = Callable[..., "Caller"]


@pytest.mark.parametrize(
    ("kind", "status", "body", "retry_after"),
    [
        ("500", 500, {"error": {"status": 500, "message": "Server error"}}, None),
        ("502", 502, "upstream connect error", None),
        ("503", 503, "upstream connect error", None),
        ("401", 401, {"error": {"status": 401, "message": "The access token expired"}}, None),
        ("404", 404, {"error": {"status": 404, "message": "Resource not found"}}, None),
        ("429-short", 429, {"error": {"status": 429, "message": "API rate limit exceeded"}}, "2"),
        ("429-zero", 429, {"error": {"status": 429, "message": "API rate limit exceeded"}}, "0"),
        ("429-no-header", 429, {"error": {"status": 429, "message": "API rate limit exceeded"}}, None),
        ("429-text", 429, "Too many requests", None),
        (
            "429-quota",
            429,
            {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}},
            "48925",
        ),
        ("text-403", 403, "Check settings on developer.spotify.com/dashboard", None),
        ("empty-403", 403, "", None),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_goes_wrong(
    emulator: Emulator,
    call: Caller,
    catalogue: StandIn,
    kind: Any,
    status: int,
    body: object,
    retry_after: str | None,
    when: Any,
) -> None:
    """Before the request took effect or after; once, then all is well again."""
    playlist = emulator.account.create("P")
    emulator.faults.append(Fault("POST /playlists/{id}/items", kind, when))
    path = f"/playlists/{playlist.id}/items"
    answer = call("POST", path, json={"uris": catalogue.uris(0)})
    assert answer.status_code == status
    assert answer.text.startswith(body) if isinstance(body, str) else answer.json() == body
    assert answer.headers.get("Retry-After") == retry_after
    assert playlist.uris == (catalogue.uris(0) if when == "after" else [])
    assert emulator.requests[-1].fault == f"{kind} {when}"
    assert call("POST", path, json={"uris": catalogue.uris(0)}).status_code == 201


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["drop", "timeout"])
def test_a_connection_ends_without_an_answer(
    emulator: Emulator, call: Caller, catalogue: StandIn, kind: Any, when: Any
) -> None:
    playlist = emulator.account.create("P")
    emulator.faults.append(Fault("* /playlists/{id}/items", kind, when, delay_s=0.05))
    with pytest.raises(requests.ConnectionError):
        call("POST", f"/playlists/{playlist.id}/items", json={"uris": catalogue.uris(0)})
    assert playlist.uris == (catalogue.uris(0) if when == "after" else [])
    assert emulator.requests[-1].status is None


def test_a_slow_answer_runs_into_the_timeout_of_the_client(emulator: Emulator, call: Caller) -> None:
    emulator.faults.append(Fault("GET /me", "timeout", delay_s=5))
    with pytest.raises(requests.ReadTimeout):
        call.session.get(emulator.api_url + "/me", timeout=0.05)
    assert call("GET", "/me").status_code == 200


def test_which_requests_fail(emulator: Emulator, call: Caller) -> None:
    """By number in the log, by predicate, after some that pass, several times, with a wait of one's own."""
    emulator.faults.append(Fault(2, "500", times=2))
    assert [call("GET", "/me").status_code for _ in range(4)] == [200, 500, 500, 200]
    emulator.faults.append(Fault(lambda request: request.is_write, "429-short", skip=1, retry_after=7))
    assert call("GET", "/me").status_code == 200
    assert call("POST", "/me/playlists", json={"name": "P"}).status_code == 201
    assert call("POST", "/me/playlists", json={"name": "P"}).headers["Retry-After"] == "7"
    assert call("POST", "/me/playlists", json={"name": "P"}).status_code == 201
    assert len(emulator.account.library()) == 2


def test_someone_else_acts_between_two_requests(emulator: Emulator, call: Caller, catalogue: StandIn) -> None:
    playlist = emulator.account.create("P")

    def act(request: LoggedRequest) -> None:
        if request.template == "/playlists/{id}/items" and not playlist.entries:
            playlist.insert(catalogue.uri(1))

    emulator.before.append(act)
    call("POST", f"/playlists/{playlist.id}/items", json={"uris": catalogue.uris(0)})
    assert playlist.uris == catalogue.uris(1, 0)


def test_the_log(emulator: Emulator, call: Caller, clock: MovableClock) -> None:
    """Every request, in order, with what it asked and how it was answered; trailing slashes make no difference."""
    playlist = emulator.account.create("P")
    call("GET", "/me/")
    clock.move(timedelta(seconds=3))
    call("PUT", f"/playlists/{playlist.id}?x=1", json={"name": "Q"})
    first, second = emulator.requests
    assert (first.method, first.path, first.template, first.status) == ("GET", "/v1/me/", "/me", 200)
    assert (second.template, second.query, second.body) == ("/playlists/{id}", {"x": "1"}, {"name": "Q"})
    assert (first.is_write, second.is_write) == (False, True)
    assert second.at - first.at == timedelta(seconds=3)
    assert (second.number, second.user) == (2, "listener")
    assert emulator.writes == [second]


def test_headers(emulator: Emulator, call: Caller) -> None:
    answer = call("GET", "/me")
    assert answer.headers["Vary"] == "Authorization"
    assert answer.headers["Cache-Control"] == "private, max-age=0"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_requests_share_a_connection(emulator: Emulator, call: Caller) -> None:
    """HTTP/1.1 with keep-alive, refusals and empty answers included."""
    playlist = emulator.account.create("P")
    for method, path in (("GET", "/me"), ("GET", "/nowhere"), ("PUT", f"/playlists/{playlist.id}"), ("GET", "/me")):
        call(method, path, json={"name": "Q"})
    pools = call.session.get_adapter(emulator.api_url).poolmanager.pools  # type: ignore[attr-defined]
    (pool,) = (pools[key] for key in pools.keys())  # noqa: SIM118  (not iterable in itself)
    assert (pool.num_connections, pool.num_requests) == (1, 4)


def test_many_at_once(emulator: Emulator, caller: Made, catalogue: StandIn) -> None:
    """No addition is lost among parallel ones."""
    playlist = emulator.account.create("P")
    path = f"/playlists/{playlist.id}/items"

    def add(number: int) -> None:
        call = callers[number]
        for _ in range(5):
            assert call("POST", path, json={"uris": catalogue.uris(number)}).status_code == 201

    callers = [caller(emulator) for _ in range(6)]
    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(uri or "" for uri in playlist.uris) == sorted(catalogue.uris(*range(6)) * 5)


def test_strange_requests(emulator: Emulator) -> None:
    """Elsewhere is 404; what is too large to read is refused before it is read."""
    assert requests.get(emulator.accounts_url + "/elsewhere", timeout=5).status_code == 404
    headers = {"Content-Length": str(10**8)}
    assert requests.post(emulator.accounts_url + "/api/token", headers=headers, timeout=5).status_code == 413
    assert requests.head(emulator.api_url + "/me", timeout=5).status_code in (401, 405)


def test_a_bug_is_not_hidden(catalogue: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    """It answers 500, and comes out when the emulator ends."""
    emulator = Emulator(catalogue)
    token = emulator.issue_token()["access_token"]
    catalogue.rows[0] = replace(catalogue.rows[0], artists=None)  # type: ignore[arg-type]
    url = f"{emulator.api_url}/tracks/{catalogue.rows[0].id}"
    assert requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5).status_code == 500
    with pytest.raises(TypeError):
        emulator.close()
    assert "TypeError" in capsys.readouterr().err


def test_a_library_with_playlists_of_others(start: Start, caller: Made, tmp_path: Path) -> None:
    """They are there from the start, once."""
    for _ in range(2):
        emulator = start(options={"followed": ("A", "B")}, account_file=tmp_path / "account.json")
        found = caller(emulator)("GET", "/me/playlists").json()["items"]
        assert [(p["name"], p["owner"]["id"]) for p in found] == [("A", "someone-else"), ("B", "someone-else")]
        emulator.close()


def test_an_unknown_mode(catalogue: StandIn) -> None:
    with pytest.raises(ValueError, match="dev-new, dev-old, extended"):
        Emulator(catalogue, mode="dev")


def test_the_account_lasts(start: Start, catalogue: StandIn, tmp_path: Path, clock: MovableClock) -> None:
    """Playlists, tokens and spent quota are there again on another port; the file is private and tokens are not in
    it."""
    file = tmp_path / "account.json"
    first = start(account_file=file, options={"quota": 2})
    said = first.issue_token()
    headers = {"Authorization": f"Bearer {said['access_token']}"}
    made = requests.post(first.api_url + "/me/playlists", json={"name": "P"}, headers=headers, timeout=5).json()
    path = f"/playlists/{made['id']}"
    added = requests.post(
        f"{first.api_url}{path}/items", json={"uris": catalogue.uris(0, 1)}, headers=headers, timeout=5
    ).json()
    first.account.playlist("P").add_null()
    first.close()
    assert file.stat().st_mode & 0o777 == 0o600
    assert said["access_token"] not in file.read_text()
    assert list(tmp_path.glob(".account*")) == []
    second = start(account_file=file, options={"quota": 3})
    read = requests.get(second.api_url + path, headers=headers, timeout=5).json()
    assert [entry["item"] and entry["item"]["uri"] for entry in read["items"]["items"]] == [*catalogue.uris(0, 1), None]
    assert read["href"] == second.api_url + path
    assert second.account.playlist("P").version(added["snapshot_id"])
    assert requests.get(second.api_url + path, headers=headers, timeout=5).status_code == 429
    again = requests.post(
        second.accounts_url + "/api/token",
        data={"grant_type": "refresh_token", "refresh_token": said["refresh_token"], "client_id": "emulated-client"},
        timeout=5,
    )
    assert again.status_code == 200


def test_a_read_writes_nothing(start: Start, caller: Made, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    call = caller(start(account_file=file))
    before = file.stat().st_ino
    assert call("GET", "/me/playlists").status_code == 200
    assert file.stat().st_ino == before


def test_a_file_of_something_else_is_refused(catalogue: StandIn, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text("{}")
    with pytest.raises(ValueError, match="not an account"):
        Emulator(catalogue, account_file=file)
    assert file.read_text() == "{}"


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_alone(ending: signal.Signals, tmp_path: Path) -> None:
    """Prints both addresses, serves, logs to a file, and ends on a signal."""
    log = tmp_path / "requests.jsonl"
    command = [sys.executable, "-m", "playlist_builder.emulator", "--requests", str(log)]
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as alone:
        try:
            assert alone.stdout is not None
            api, accounts = (alone.stdout.readline().strip().partition("=") for _ in range(2))
            assert (api[0], accounts[0]) == ("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL")
            assert requests.get(api[2] + "/me", timeout=5).status_code == 401
            assert requests.get(accounts[2] + "/authorize", timeout=5).status_code == 400
            alone.send_signal(ending)
            assert alone.wait(5) == 0
            assert alone.stderr is not None
            assert alone.stderr.read() == ""
        finally:
            alone.kill()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/v1/me", 401),
        ("GET", "/authorize", 400),
    ]


def test_alone_with_a_catalogue_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there, or a port that is taken, is said in one line."""
    assert main(["--catalogue", str(tmp_path / "none.jsonl")]) == 1
    assert "none.jsonl" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--port", str(taken.getsockname()[1])]) == 1
    assert capsys.readouterr().err.startswith("emulator: ")


def test_the_shipped_catalogue_behind_it(caller: Made) -> None:
    """What a search finds resolves by id, alone and on its album, and can be put into a playlist."""
    with closing(Catalogue.shipped()) as catalogue, Emulator(catalogue) as emulator:
        call = caller(emulator)
        hits = call("GET", "/search?q=Burning Heart Survivor&type=track&limit=10").json()["tracks"]["items"]
        assert (hits[0]["name"], hits[0]["artists"][0]["name"]) == ("Burning Heart", "Survivor")
        for hit in hits:
            assert call("GET", f"/tracks/{hit['id']}").json() == hit
            listed = call("GET", f"/albums/{hit['album']['id']}/tracks?limit=50").json()["items"]
            assert hit["id"] in [track["id"] for track in listed]
        playlist = emulator.account.create("P")
        uris = [hit["uri"] for hit in hits]
        assert call("POST", f"/playlists/{playlist.id}/items", json={"uris": uris}).status_code == 201
        strict = call("GET", '/search?q=artist:"Survivor\'s"&type=track').json()["tracks"]
        assert (strict["items"], strict["total"]) == ([], 0)
