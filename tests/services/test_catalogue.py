"""Search and albums, and the cache between them and the network."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from playlist_builder.errors import NotFound, ServiceError
from playlist_builder.model import Query
from playlist_builder.services.spotify.sessions import cache_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.services.conftest import Begin, Stub, World

BURNING_HEART = Query(text="Burning Heart Survivor", step="plain")
ROCKY_IV = Query(text="Rocky IV", step="album", kind="album")
MODES = ("dev-new", "dev-old", "extended")


@pytest.mark.parametrize("mode", MODES)
def test_a_search_brings_whole_recordings(begin: Begin, mode: str) -> None:
    """Every field that matching may use is there, in every mode."""
    found = begin(mode).open().search(BURNING_HEART)
    assert 0 < len(found) <= 10
    best = next(one for one in found if one.artists == ("Survivor",) and one.album_type == "single")
    assert best.title == "Burning Heart"
    assert best.album == "Burning Heart"
    assert best.album_uri is not None
    assert best.album_uri.startswith("spotify:album:")
    assert best.album_artists == ("Survivor",)
    assert best.release_date is not None
    assert best.release_date.startswith("1985")
    assert best.duration_ms is not None
    assert best.isrc is not None
    assert best.isrc.startswith("ZZ")
    assert (best.explicit, best.playable, best.track_number, best.disc_number) == (False, True, 1, 1)


@pytest.mark.parametrize("mode", MODES)
def test_an_album_that_was_searched_costs_one_request_more(begin: Begin, mode: str) -> None:
    world = begin(mode)
    service = world.open()
    album = service.search_albums(ROCKY_IV)[0]
    tracks = service.album_tracks(album.uri)
    assert [track.track_number for track in tracks] == list(range(1, 11))
    assert {track.album for track in tracks} == {album.title}
    assert {track.album_uri for track in tracks} == {album.uri}
    assert {track.release_date for track in tracks} == {album.release_date}
    assert {track.album_type for track in tracks} == {"compilation"}
    assert service.requests().by_endpoint == {"GET /search": 1, "GET /albums/{id}/tracks": 1}


def test_an_album_by_its_uri_costs_one_request(world: World) -> None:
    service = world.open()
    uri = service.search_albums(ROCKY_IV)[0].uri
    other = world.open()
    tracks = other.album_tracks(uri)
    assert len(tracks) == 10
    assert {track.release_date for track in tracks} == {"1985-11-02"}
    assert other.requests().by_endpoint == {"GET /albums/{id}": 1}


def test_pages_of_an_album_are_asked_for_by_our_own_offset(begin: Begin) -> None:
    world = begin(page_cap=4)
    service = world.open()
    uri = service.search_albums(ROCKY_IV)[0].uri
    assert len(service.album_tracks(uri)) == 10
    assert len(world.open().album_tracks(uri)) == 10
    asked = [r.query["offset"] for r in world.emulator.requests if r.template == "/albums/{id}/tracks"]
    assert asked == ["0", "4", "8"]  # the second service has them from the cache


def test_one_recording(world: World) -> None:
    service = world.open()
    first = service.search(BURNING_HEART)[0]
    assert service.recording(first.uri) == first
    with pytest.raises(NotFound):
        service.recording("spotify:track:0000000000000000000000")


def test_what_is_not_playable_here_says_so(world: World) -> None:
    service = world.open()
    first = service.search(BURNING_HEART)[0]
    world.emulator.account.unplayable.add(first.uri)
    assert world.open(refresh=True).search(BURNING_HEART)[0].playable is False


def test_words_that_the_service_cannot_search_find_nothing(world: World) -> None:
    """400 and 404 for odd queries must not end a whole run."""
    service = world.open()
    assert service.search(Query(text="x" * 251, step="plain")) == ()
    assert service.search(Query(text=" ", step="plain")) == ()


def test_the_second_search_sends_nothing(world: World) -> None:
    service = world.open()
    first = service.search(BURNING_HEART)
    assert service.search(BURNING_HEART) == first
    other = world.open()
    assert other.search(BURNING_HEART) == first
    assert world.sent() == ["GET /search"]
    assert (other.requests().sent, other.requests().cached) == (0, 1)
    assert world.opening().ledger.spent() == 1


def test_refresh_asks_again_once_and_keeps_the_answer(world: World) -> None:
    world.open().search(BURNING_HEART)
    fresh = world.open(refresh=True)
    fresh.search(BURNING_HEART)
    fresh.search(BURNING_HEART)
    assert world.sent() == ["GET /search"] * 2
    world.open().search(BURNING_HEART)
    assert len(world.sent()) == 2


def test_the_cache_outlives_the_port_of_a_local_service(begin: Begin) -> None:
    world = begin()
    world.open().search(BURNING_HEART)
    other = begin(home=world.home)
    assert other.emulator.port != world.emulator.port
    other.log_in()
    service = other.open()
    assert service.search(BURNING_HEART)
    assert service.requests().sent == 0


def test_another_account_shares_no_answer(world: World) -> None:
    world.open().search(BURNING_HEART)
    world.log_in(user="somebody-else")
    world.open().search(BURNING_HEART)
    assert world.sent() == ["GET /search"] * 2
    assert len(list(world.home.glob("cache-*.sqlite3"))) == 2


def _lifetimes(world: World, account_id: str) -> list[float]:
    """Days that the kept answers have left."""
    with closing(sqlite3.connect(world.home / cache_name(account_id))) as cache:
        now = world.clock.now().timestamp()
        return [(row[0] - now) / 86_400 for row in cache.execute("SELECT expires FROM responses ORDER BY 1")]


def test_how_long_answers_are_kept(world: World) -> None:
    """Searches for a week, empty ones for a day, albums for a month; nothing of the account, and no secret."""
    service = world.open()
    service.album_tracks(service.search_albums(ROCKY_IV)[0].uri)
    service.search(Query(text="zzzzqqqq xxyyzz", step="plain"))
    service.library_page(0)
    assert [round(days) for days in _lifetimes(world, service.account.id)] == [1, 7, 30]
    path = world.home / cache_name(service.account.id)
    assert path.stat().st_mode & 0o777 == 0o600
    kept = b"".join(file.read_bytes() for file in world.home.glob("cache-*"))
    assert world.tokens().current().access_token.encode() not in kept
    assert b"Bearer" not in kept
    assert service.account.id.encode() not in kept


def test_answers_expire_by_our_clock(world: World) -> None:
    nothing = Query(text="zzzzqqqq xxyyzz", step="plain")
    service = world.open()
    service.search(BURNING_HEART)
    service.search(nothing)
    world.clock.move(timedelta(hours=23))
    service.search(nothing)
    assert len(world.sent()) == 2
    world.clock.move(timedelta(hours=2))
    service.search(nothing)
    assert len(world.sent()) == 3
    world.clock.move(timedelta(days=5, hours=22))
    service.search(BURNING_HEART)
    assert len(world.sent()) == 3
    world.clock.move(timedelta(hours=2))
    service.search(BURNING_HEART)
    assert len(world.sent()) == 4


def test_what_has_expired_is_deleted(world: World) -> None:
    """The service's terms allow keeping its data for a while only."""
    service = world.open()
    uri = service.search(BURNING_HEART)[0].uri
    world.clock.move(timedelta(days=8))
    other = world.open()
    other.recording(uri)
    assert len(_lifetimes(world, service.account.id)) == 1


@pytest.mark.parametrize("uri", ["spotify:track:../../me", "spotify:album:x", "", "https://example.org"])
def test_a_uri_that_is_none_is_not_asked_for(world: World, uri: str) -> None:
    service = world.open()
    with pytest.raises(NotFound):
        service.recording(uri)
    with pytest.raises(NotFound):
        service.album_tracks(uri)
    with pytest.raises(NotFound):
        service.read("../me")
    assert world.sent() == []


def test_a_damaged_cache_is_set_aside(world: World, caplog: pytest.LogCaptureFixture) -> None:
    service = world.open()
    (world.home / cache_name(service.account.id)).write_bytes(b"this is no database, but it is long enough" * 99)
    assert service.search(BURNING_HEART)
    assert "set aside" in caplog.text


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"text"', b"null", b'{"tracks": {"items": [null, 3, {}]}}'])
def test_an_answer_that_is_no_search_is_not_kept(world: World, stub: Callable[..., Stub], body: bytes) -> None:
    """Rubbish under 200 is tried again, or read as far as it goes; it never stays in the cache as an answer."""
    server = stub(body=body)
    world.log_in()
    service = world.open(server.settings(world))
    if body.startswith(b"{"):
        assert service.search(BURNING_HEART) == ()
        return
    with contextlib.suppress(ServiceError):
        assert service.search(BURNING_HEART) == ()
    server.body = json.dumps({"tracks": {"items": [{"uri": "spotify:track:x", "name": "Found"}]}}).encode()
    assert [one.title for one in service.search(BURNING_HEART)] == ["Found"]
