"""Notices: sent once when something newly needs a person, and shown on the next terminal."""

from __future__ import annotations

import http.server
import importlib.util
import json
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.clock import MovableClock
from playlist_builder.notices import NO_APPRISE, Notices, login_warning, send_by_apprise, send_to_desktop


@pytest.fixture
def sent() -> list[str]:
    return []


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def notices(tmp_path: Path, clock: MovableClock, sent: list[str]) -> Notices:
    def send(title: str, text: str) -> bool:
        sent.append(text)
        return True

    return Notices(tmp_path / "data" / "notices.json", clock, send=send)


def test_the_same_need_is_sent_once_and_a_new_one_again(notices: Notices, sent: list[str]) -> None:
    assert notices.tell("review x", "1 track", ["a"])
    assert not notices.tell("review x", "1 track", ["a"])
    assert notices.tell("review x", "2 tracks", ["a", "b"])
    assert not notices.tell("review x", "1 track left", ["b"])
    assert notices.waiting() == ["1 track left"]
    assert notices.tell("review x", "a again", ["a", "b"])
    notices.settle("review x")
    assert notices.waiting() == []
    assert notices.tell("review x", "1 track", ["a"])
    assert sent == ["1 track", "2 tracks", "a again", "1 track"]


def test_what_was_seen_is_shown_again_after_a_week_and_news_are_not(notices: Notices, clock: MovableClock) -> None:
    notices.tell("review x", "needs you", ["a"])
    clock.move(timedelta(minutes=1))
    notices.news("appeared x", "has appeared")
    assert notices.waiting() == ["needs you", "has appeared"]
    notices.seen()
    assert notices.waiting() == []
    clock.move(timedelta(days=7))
    assert notices.waiting() == ["needs you"]


def test_a_message_that_could_not_be_sent_is_tried_again(tmp_path: Path, clock: MovableClock) -> None:
    answers: Iterator[bool | OSError] = iter([False, OSError("no network"), True])
    tried = []

    def send(title: str, text: str) -> bool:
        tried.append(text)
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    notices = Notices(tmp_path / "n.json", clock, send=send)
    assert [notices.tell("k", "text", ["a"]) for _ in range(4)] == [False, False, True, False]
    assert len(tried) == 3


def test_failures_in_a_row_are_counted_until_one_run_works(notices: Notices, clock: MovableClock) -> None:
    assert notices.failed("run x") == (1, timedelta(0))
    clock.move(timedelta(days=7))
    assert notices.failed("run x") == (2, timedelta(days=7))
    notices.worked("run x")
    assert notices.failed("run x") == (1, timedelta(0))


def test_the_end_of_a_login_is_told_three_times_in_half_a_year(
    notices: Notices, clock: MovableClock, sent: list[str]
) -> None:
    ends = clock.now() + timedelta(days=180)
    for _ in range(200):
        notices.login_ends(ends)
        clock.move(timedelta(days=1))
    assert len(sent) == 3
    assert ["30 days" in sent[0], "7 days" in sent[1], "The login ended on" in sent[2]] == [True] * 3
    assert all("playlist login" in text for text in sent)
    notices.login_ends(clock.now() + timedelta(days=180))
    assert notices.waiting() == []


def test_a_login_that_lasts_is_no_warning(clock: MovableClock) -> None:
    assert login_warning(None, clock.now()) is None
    assert login_warning(clock.now() + timedelta(days=31), clock.now()) is None
    assert "less than a day" in (login_warning(clock.now() + timedelta(hours=3), clock.now()) or "")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2}', '{"version": 1, "waiting": {"k": 3}}'])
def test_a_damaged_list_loses_no_new_message(notices: Notices, tmp_path: Path, content: str) -> None:
    path = tmp_path / "data" / "notices.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    notices.tell("x", "still told")
    assert notices.waiting() == ["still told"]


def test_the_list_is_private_and_hostile_text_harmless(notices: Notices, tmp_path: Path) -> None:
    notices.tell("x", "title \x1b[31m\u202e red")
    path = tmp_path / "data" / "notices.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "\x1b" not in notices.waiting()[0]
    assert "\u202e" not in notices.waiting()[0]


def test_a_directory_that_cannot_be_written_stops_nothing(tmp_path: Path, clock: MovableClock) -> None:
    (tmp_path / "file").touch()
    notices = Notices(tmp_path / "file" / "n.json", clock, send=lambda title, text: True)
    assert notices.tell("x", "sent all the same")


def test_without_the_extra_it_is_said_once(
    tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, fake: Callable[[str, str], Path]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "apprise" else find(name))
    fake("notify-send", "exit 1")
    notices = Notices(tmp_path / "n.json", clock, urls=("json://127.0.0.1:1/",))
    notices.tell("x", "text")
    notices.tell("y", "text")
    assert notices.waiting().count(NO_APPRISE) == 1


def test_the_desktop_shows_text_and_no_markup(
    monkeypatch: pytest.MonkeyPatch, fake: Callable[[str, str], Path]
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    calls = fake("notify-send", "exit 0")
    assert send_to_desktop("playlist", "-x <b>AT&T</b>")
    assert calls.read_text(encoding="utf-8") == "--app-name=playlist -- playlist -x &lt;b&gt;AT&amp;T&lt;/b&gt;\n"
    fake("notify-send", "exit 1")
    assert not send_to_desktop("playlist", "x")


@pytest.mark.skipif(importlib.util.find_spec("apprise") is None, reason="the extra apprise is not installed")
@pytest.mark.filterwarnings("ignore")
def test_apprise_brings_it_to_an_address() -> None:
    got: list[dict[str, str]] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"json://127.0.0.1:{server.server_address[1]}/"
        assert send_by_apprise((url,), "playlist", "3 tracks need you")
        assert not send_by_apprise(("nonsense://",), "playlist", "x")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert [(message["title"], message["message"]) for message in got] == [("playlist", "3 tracks need you")]
