"""What is sent, how often, and what a failure is called: pacing, ledger, pauses, retries, refusals."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from playlist_builder.emulator import Fault
from playlist_builder.errors import Ambiguous, AuthError, NotFound, RateLimited, ServiceError
from playlist_builder.model import Add, Query
from playlist_builder.store.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

from tests.services.conftest import Begin, Stub, World

PLAIN = Query(text="Burning Heart Survivor", step="plain")


def _queries(count: int) -> list[Query]:
    return [Query(text=f"Burning Heart {number}", step="plain") for number in range(count)]


# -- reads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["500", "502", "503", "504", "drop"])
def test_a_read_is_tried_three_times_and_each_try_counts(world: World, kind: str) -> None:
    service = world.open()
    world.emulator.faults.append(Fault("GET /me/playlists", kind, times=2))  # type: ignore[arg-type]
    assert service.library_page(0).total == 0
    assert service.requests().by_endpoint == {"GET /me/playlists": 3}
    assert world.clock.slept == [1.0, 3.0]
    assert world.opening().ledger.sent() == 3


@pytest.mark.parametrize(("kind", "said"), [("502", "failed 3 times"), ("drop", "could not be reached")])
def test_a_read_that_keeps_failing_is_given_up(world: World, kind: str, said: str) -> None:
    service = world.open()
    world.emulator.faults.append(Fault("GET /search", kind, times=9))  # type: ignore[arg-type]
    with pytest.raises(ServiceError, match=said) as failed:
        service.search(PLAIN)
    assert failed.value.code == 3
    assert len(world.sent()) == 3


def test_a_service_that_is_not_there(world: World) -> None:
    """Neither a read nor a write: a connection that was never made cannot have had an effect."""
    service = world.open()
    world.emulator.close()
    with pytest.raises(ServiceError, match="could not be reached"):
        service.library_page(0)
    with pytest.raises(ServiceError, match="could not be reached") as failed:
        service.create("A", "", public=False)
    assert not isinstance(failed.value, Ambiguous)


# -- writes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["500", "502", "503", "504", "drop"])
def test_a_write_that_may_have_happened_is_never_repeated(world: World, kind: str, when: str) -> None:
    service = world.open()
    uris = tuple(one.uri for one in service.search(PLAIN))[:2]
    head = service.create("A", "", public=False)
    fault = Fault("POST /playlists/{id}/items", kind, when=when, times=9)  # type: ignore[arg-type]
    world.emulator.faults.append(fault)
    with pytest.raises(Ambiguous):
        service.write(head.id, Add(uris=uris, position=0))
    assert world.sent().count("POST /playlists/{id}/items") == 1
    assert len(service.read(head.id).entries) == (2 if when == "after" else 0)


def test_a_write_that_gets_no_answer_in_time(world: World) -> None:
    world.timeout_s = 0.1
    service = world.open()
    world.emulator.faults.append(Fault("POST /me/playlists", "timeout", when="after", times=9, delay_s=0.4))
    with pytest.raises(Ambiguous, match="no answer in time"):
        service.create("A", "", public=False)
    assert world.sent() == ["POST /me/playlists"]
    assert len(world.emulator.account.playlists) == 1


def test_a_read_that_gets_no_answer_in_time(world: World) -> None:
    world.timeout_s = 0.1
    service = world.open()
    world.emulator.faults.append(Fault("GET /me/playlists", "timeout", delay_s=0.3))
    assert service.library_page(0).total == 0
    assert len(world.sent()) == 2


def test_writes_have_a_minute_and_reads_a_quarter(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert (settings.read_timeout_s, settings.write_timeout_s) == (15.0, 60.0)


def test_a_definite_refusal_of_a_write(world: World) -> None:
    service = world.open()
    head = service.create("A", "", public=False)
    with pytest.raises(ServiceError, match="400: Invalid track uri") as refused:
        service.write(head.id, Add(uris=("spotify:local:a:b:c:1",), position=0))
    assert not isinstance(refused.value, Ambiguous)


def test_a_new_playlist_may_be_unknown_for_a_moment(world: World) -> None:
    service = world.open()
    uri = service.search(PLAIN)[0].uri
    head = service.create("A", "", public=False)
    world.emulator.faults.append(Fault("POST /playlists/{id}/items", "404", times=3))
    service.write(head.id, Add(uris=(uri,), position=0))
    assert world.clock.slept == [0.5, 1.0, 2.0]
    world.emulator.faults.append(Fault("GET /playlists/{id}", "404", times=9))
    with pytest.raises(NotFound):
        service.read(head.id)
    with pytest.raises(NotFound):
        world.open().read(head.id)  # not made in this run: at once
    assert world.sent().count("GET /playlists/{id}") == 5 + 1


# -- 401 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [False, True])
def test_401_in_the_middle_refreshes_once_and_goes_on(world: World, write: bool) -> None:
    service = world.open()
    service.library_page(0)
    world.emulator.accounts.expire_access()
    if write:
        service.create("A", "", public=False)
    else:
        service.search(PLAIN)
    paths = [r.path for r in world.emulator.requests]
    assert paths.count("/api/token") == 1
    assert service.requests().sent == 3  # token requests are not among them
    assert len(world.emulator.account.playlists) == int(write)


def test_401_after_a_refresh_is_a_login_that_has_ended(world: World) -> None:
    service = world.open()
    world.emulator.faults.append(Fault("GET /search", "401", times=9))
    with pytest.raises(AuthError, match="playlist login"):
        service.search(PLAIN)
    assert len(world.sent()) == 2


# -- 429 ------------------------------------------------------------------------------------------------------------


def test_a_short_pause_is_waited_for(world: World) -> None:
    service = world.open()
    world.emulator.faults.append(Fault("GET /search", "429-short", retry_after=7))
    assert service.search(PLAIN)
    assert world.waits == [(7, "Spotify asks for a short pause")]
    assert world.clock.slept == [7]
    assert world.opening().ledger.paused_until() is None


def test_a_refused_write_is_sent_again_after_its_wait(world: World) -> None:
    service = world.open()
    world.emulator.faults.append(Fault("POST /me/playlists", "429-short", retry_after=7))
    service.create("A", "", public=False)
    assert len(world.emulator.account.playlists) == 1


@pytest.mark.parametrize("kind", ["429-no-header", "429-zero", "429-text"])
def test_a_pause_without_a_time_doubles(world: World, kind: str) -> None:
    service = world.open()
    world.emulator.faults.append(Fault("GET /search", kind, times=5))  # type: ignore[arg-type]
    assert service.search(PLAIN)
    assert world.clock.slept == [1, 2, 4, 8, 16]
    world.emulator.faults.append(Fault("GET /me/playlists", kind, times=99))  # type: ignore[arg-type]
    with pytest.raises(RateLimited) as limited:
        service.library_page(0)
    assert sum(world.clock.slept) <= 60
    assert limited.value.retry_at is not None


def test_all_waits_together_stay_within_the_limit(world: World) -> None:
    service = world.open(wait_s=10)
    world.emulator.faults.append(Fault("GET /search", "429-short", retry_after=6, times=2))
    now = world.clock.now()
    with pytest.raises(RateLimited) as limited:
        service.search(PLAIN)
    assert world.clock.slept == [6]
    assert limited.value.retry_at == now + timedelta(seconds=12)


def test_a_spent_quota_ends_the_run_at_once_and_keeps_the_next_one_silent(world: World) -> None:
    service = world.open()
    service.search(PLAIN)
    world.emulator.faults.append(Fault("GET /search", "429-quota"))
    now = world.clock.now()
    with pytest.raises(RateLimited, match="until 2026-") as limited:
        service.search(_queries(1)[0])
    assert limited.value.code == 6
    assert limited.value.retry_at == now + timedelta(seconds=48925)
    assert not limited.value.own
    assert world.clock.slept == []
    before = len(world.emulator.requests)
    later = world.open()
    with pytest.raises(RateLimited) as silent:
        later.create("A", "", public=False)
    assert silent.value.retry_at == limited.value.retry_at
    world.clock.move(timedelta(hours=2))  # the access token has ended: not even a refresh is sent
    with pytest.raises(RateLimited):
        later.library_page(0)
    assert later.search(PLAIN)  # from the cache
    assert len(world.emulator.requests) == before
    world.clock.move(timedelta(hours=12))
    assert later.library_page(0).total == 0


# -- the ledger -----------------------------------------------------------------------------------------------------


def test_our_own_ledger_stops_catalogue_requests_alone(world: World) -> None:
    world.limit = 2
    service = world.open()
    first, second, third = _queries(3)
    service.search(first)
    world.clock.move(timedelta(hours=1))
    service.search(second)
    with pytest.raises(RateLimited, match="PLAYLIST_DAILY_REQUESTS") as limited:
        service.search(third)
    assert limited.value.own
    assert limited.value.retry_at == datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    assert service.search(first)  # from the cache
    service.library_page(0)
    service.create("A", "", public=False)
    assert world.sent().count("GET /search") == 2
    world.clock.move(timedelta(hours=23, seconds=1))
    assert service.search(third)


def test_a_run_may_allow_itself_less(world: World) -> None:
    service = world.open(max_requests=1)
    first, second = _queries(2)
    service.search(first)
    with pytest.raises(RateLimited, match="this run") as limited:
        service.search(second)
    assert limited.value.own
    service.library_page(0)


def test_requests_keep_their_distance(world: World) -> None:
    world.interval_s = 0.5
    service = world.open()
    for query in _queries(3):
        service.search(query)
    assert world.clock.slept == [0.5, 0.5]
    world.clock.move(timedelta(seconds=0.3))
    service.library_page(0)
    assert world.clock.slept[2:] == [pytest.approx(0.2)]


def test_nothing_is_sent_for_opening(world: World) -> None:
    service = world.open()
    assert service.account.user_id == world.emulator.account.user.id
    assert service.requests().sent == 0
    assert world.emulator.requests == []


# -- refusals -------------------------------------------------------------------------------------------------------


def test_not_on_the_list_of_users(begin: Begin) -> None:
    world = begin(allow_list=("somebody-else",))
    with pytest.raises(ServiceError, match="User Management") as refused:
        world.open().library_page(0)
    assert refused.value.code == 3
    assert world.token_file.exists()
    assert len(world.sent()) == 1


def test_no_premium(begin: Begin) -> None:
    with pytest.raises(ServiceError, match="owner has Premium") as refused:
        begin(premium=False).open().library_page(0)
    assert refused.value.code == 3


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, b"", "User Management"),
        (403, b'{"error": "The user is not registered for this application."}', "User Management"),
        (403, b'{"error": {"status": 403, "message": "Forbidden"}}', "Development Mode"),
        (403, b'{"error": {"status": 403, "message": "Insufficient client scope"}}', "playlist-read-private"),
        (400, b'{"error": ["odd"]}', "400"),
        (400, b'{"error": null}', "400"),
        (400, b"[1]", "400"),
        (400, b"\xff\xfe", "400"),
        (418, b"<html>teapot</html>", "418"),
    ],
)
def test_bodies_of_every_kind(world: World, stub: Callable[..., Stub], status: int, body: bytes, said: str) -> None:
    """JSON, text, nothing, or JSON of a shape that makes spotipy stumble: always one of our errors."""
    world.log_in(scopes=())
    service = world.open(stub(status=status, body=body).settings(world))
    with pytest.raises(ServiceError, match=said):
        service.library_page(0)


# -- secrets --------------------------------------------------------------------------------------------------------


def _every_text(error: BaseException | None) -> str:
    texts = []
    while error is not None:
        texts.append(f"{error} {error!r} {error.args}")
        error = error.__cause__ or error.__context__
    return " ".join(texts)


@pytest.mark.parametrize("kind", ["500", "drop", "401", "404", "429-quota", "text-403"])
def test_no_secret_in_logs_and_errors(world: World, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("spotipy", "spotipy.client", "urllib3", "requests_cache"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    login = world.log_in()
    service = world.open()
    service.search(PLAIN)
    world.emulator.accounts.expire_access()
    service.library_page(0)
    world.emulator.faults.append(Fault("POST /me/playlists", kind, times=9))  # type: ignore[arg-type]
    with pytest.raises(ServiceError) as failed:
        service.create("A", "", public=False)
    said = caplog.text + _every_text(failed.value) + repr(login)
    secrets = {login.access_token, login.refresh_token, world.tokens().current().access_token}
    assert len(secrets) == 3
    assert not any(secret in said for secret in secrets)
    for name in ("spotipy", "spotipy.client", "urllib3", "requests_cache"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_an_answer_that_repeats_the_token_does_not_get_it_shown(world: World, stub: Callable[..., Stub]) -> None:
    login = world.log_in()
    body = f'{{"error": {{"status": 400, "message": "Bad token {login.access_token}"}}}}'.encode()
    with pytest.raises(ServiceError, match="Bad token …") as failed:
        world.open(stub(status=400, body=body).settings(world)).library_page(0)
    assert login.access_token not in _every_text(failed.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(world: World, stub: Callable[..., Stub], status: int) -> None:
    elsewhere = stub()
    here = stub(status=status, headers={"Location": f"{elsewhere.url}/v1/me/playlists"})
    world.log_in()
    service = world.open(here.settings(world))
    with pytest.raises(ServiceError, match="redirect"):
        service.library_page(0)
    with pytest.raises(ServiceError, match="redirect"):
        service.search(PLAIN)
    assert elsewhere.seen == []
    assert len(here.seen) == 2


def test_a_next_address_is_not_followed(world: World, stub: Callable[..., Stub]) -> None:
    """Pages are asked for by our own offset, at the address of the settings."""
    elsewhere = stub()
    link = f"{elsewhere.url}/v1/playlists/x/items".encode()
    page = b'{"id": "x", "name": "n", "items": {"total": 2, "next": "%s", "href": "%s", "items": [null]}}' % (
        link,
        link,
    )
    here = stub(body=page)
    world.log_in()
    with pytest.raises(ServiceError, match="kept changing"):
        world.open(here.settings(world)).read("x")
    assert elsewhere.seen == []
    assert all(headers["Authorization"].startswith("Bearer ") for _, headers in here.seen)


def test_a_netrc_file_does_not_replace_the_login(world: World, stub: Callable[..., Stub], empty_home: Path) -> None:
    (empty_home / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    here = stub(body=b'{"items": [], "total": 0}')
    world.log_in()
    world.open(here.settings(world)).library_page(0)
    assert here.seen[0][1]["Authorization"].startswith("Bearer ")
