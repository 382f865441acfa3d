"""The login that is kept: refreshing, rotation, the end of it, and where it does not go."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from playlist_builder.emulator import ALL_SCOPES, Fault
from playlist_builder.errors import AuthError, ConfigError, RateLimited, ServiceError
from playlist_builder.services.spotify import open_service, stored_account
from playlist_builder.services.spotify.token import parsed, six_months_after, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.services.conftest import Begin, Stub, World

HOUR = timedelta(hours=1)


def test_the_file_is_private(world: World) -> None:
    world.log_in()
    assert world.token_file.stat().st_mode & 0o777 == 0o600
    assert world.home.stat().st_mode & 0o777 == 0o700
    world.clock.move(HOUR)
    world.open().library_page(0)
    assert world.token_file.stat().st_mode & 0o777 == 0o600


def test_what_is_stored_of_the_account(world: World) -> None:
    assert stored_account(world.settings) is None
    world.log_in(scopes=("playlist-read-private",))
    account = stored_account(world.settings)
    assert account is not None
    assert account == world.open().account
    assert account.name == world.emulator.account.user.display_name
    assert account.logged_in_at == world.clock.now()
    assert account.expires_at == datetime(2027, 5, 25, 12, 0, tzinfo=UTC)
    assert account.scopes == ("playlist-read-private",)
    assert world.emulator.requests == []


def test_half_a_year_on() -> None:
    assert six_months_after(datetime(2026, 8, 31, tzinfo=UTC)) == datetime(2027, 2, 28, tzinfo=UTC)


def test_nobody_logged_in(world: World) -> None:
    opener = open_service(world.opening())
    with pytest.raises(AuthError, match=r"You are not logged in\. Run: playlist login") as refused:
        opener.__enter__()
    assert refused.value.code == 5
    assert world.emulator.requests == []


def test_an_old_access_token_is_refreshed_before_it_is_used(world: World) -> None:
    first = world.log_in()
    service = world.open()
    world.clock.move(HOUR - timedelta(seconds=30))
    service.library_page(0)
    assert [r.path for r in world.emulator.requests] == ["/api/token", "/v1/me/playlists"]
    kept = parsed(world.token_file.read_text())
    assert kept.access_token != first.access_token
    assert kept.refresh_token == first.refresh_token  # none came back: the old one stays
    assert kept.authorised_at == first.authorised_at  # refreshing extends nothing
    assert kept.account == first.account


def test_rotation(begin: Begin) -> None:
    world = begin(rotate_refresh_tokens=True)
    first = world.log_in()
    for _ in range(3):
        world.clock.move(HOUR)
        world.open().library_page(0)
    assert parsed(world.token_file.read_text()).refresh_token != first.refresh_token


def test_two_runs_refresh_once(begin: Begin) -> None:
    """Where refresh tokens rotate, the second run must take what the first one stored."""
    world = begin(rotate_refresh_tokens=True)
    world.log_in()
    services = [world.open() for _ in range(4)]
    world.clock.move(HOUR)
    threads = [threading.Thread(target=service.library_page, args=(0,)) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [r.path for r in world.emulator.requests].count("/api/token") == 1
    assert world.sent() == ["GET /me/playlists"] * 4


def test_a_login_that_has_ended_is_deleted(world: World) -> None:
    service = world.open()
    world.clock.move(timedelta(days=200))
    with pytest.raises(AuthError, match="playlist login") as ended:
        service.library_page(0)
    assert ended.value.code == 5
    assert not world.token_file.exists()
    assert world.sent() == []


@pytest.mark.parametrize("kind", ["500", "503", "drop"])
def test_the_accounts_service_being_down_keeps_the_login(world: World, kind: str) -> None:
    service = world.open()
    world.clock.move(HOUR)
    world.emulator.faults.append(Fault("POST /api/token", kind))  # type: ignore[arg-type]
    with pytest.raises(ServiceError, match="login is kept") as down:
        service.library_page(0)
    assert down.value.code == 3
    assert world.token_file.exists()
    service.library_page(0)


def test_a_pause_of_the_accounts_service(world: World) -> None:
    service = world.open()
    world.clock.move(HOUR)
    world.emulator.faults.append(Fault("POST /api/token", "429-short", retry_after=30))
    with pytest.raises(RateLimited) as limited:
        service.library_page(0)
    assert limited.value.retry_at == world.clock.now() + timedelta(seconds=30)


def test_a_client_id_that_nobody_knows(begin: Begin) -> None:
    world = begin(client_ids=("another",))
    service = world.open()
    world.clock.move(HOUR)
    with pytest.raises(ConfigError, match="SPOTIPY_CLIENT_ID"):
        service.library_page(0)
    assert world.token_file.exists()


def test_a_login_goes_to_no_other_address(world: World, stub: Callable[..., Stub]) -> None:
    """Another host, or another path, is another service; another port of this machine is not."""
    world.log_in()
    for url in ("https://api.example.org/v1", "http://[::1]:1/v1", f"{world.emulator.accounts_url}/v2"):
        settings = dataclasses.replace(world.settings, api_url=url)
        with pytest.raises(AuthError, match="another address"):
            world.open(settings)
        assert stored_account(settings) is None
    with pytest.raises(AuthError, match="another client id"):
        world.open(dataclasses.replace(world.settings, client_id="another"))
    server = stub(body=b'{"items": [], "total": 0}')
    world.open(server.settings(world)).library_page(0)
    assert len(server.seen) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 99}', '{"version": 1}', "two words", "{}\x00"])
def test_a_damaged_file_asks_for_a_login(world: World, content: str) -> None:
    world.log_in()
    world.token_file.write_text(content)
    with pytest.raises(AuthError, match="playlist login"):
        world.open()
    assert stored_account(world.settings) is None


def test_a_token_that_could_not_be_a_header_is_refused(world: World) -> None:
    login = world.log_in()
    with pytest.raises(ValueError, match="not a token"):
        parsed(written(dataclasses.replace(login, access_token="line\nbreak")))


def test_written_and_parsed(world: World) -> None:
    login = world.log_in()
    assert parsed(written(login)) == login
    assert "\n" not in written(login)
    assert json.loads(written(login))["account_id"] == login.account_id


def test_whose_login_it_is_costs_one_request_once(world: World) -> None:
    world.log_in(known=False)
    assert world.open().account.id == world.emulator.account.user.account_id
    assert world.open().account.user_id == world.emulator.account.user.id
    assert world.sent() == ["GET /me"]


def test_a_refused_me_keeps_the_login(begin: Begin) -> None:
    world = begin(allow_list=())
    world.log_in(known=False)
    with pytest.raises(ServiceError, match="User Management"):
        world.open()
    assert world.token_file.exists()


def test_an_exported_login_in_the_environment(world: World) -> None:
    """Works without a file, without a client id, and leaves no file."""
    exported = written(world.log_in())
    world.token_file.unlink()
    settings = dataclasses.replace(world.settings, client_id=None, token=exported)
    assert stored_account(settings) == world.open(settings).account
    service = world.open(settings)
    service.library_page(0)
    world.clock.move(HOUR)
    service.create("A", "", public=False)
    assert not world.token_file.exists()
    assert world.sent() == ["GET /me/playlists", "POST /me/playlists"]


def test_a_bare_refresh_token_in_the_environment(world: World) -> None:
    token = world.emulator.issue_token(ALL_SCOPES)["refresh_token"]
    service = world.open(dataclasses.replace(world.settings, token=token))
    assert service.account.id == world.emulator.account.user.account_id
    assert service.account.expires_at is None
    assert [r.path.rstrip("/") for r in world.emulator.requests] == ["/api/token", "/v1/me"]
    assert not world.token_file.exists()


def test_a_rotated_token_in_the_environment_is_said(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    world = begin(rotate_refresh_tokens=True)
    token = world.emulator.issue_token(ALL_SCOPES)["refresh_token"]
    world.open(dataclasses.replace(world.settings, token=token))
    assert "PLAYLIST_TOKEN" in caplog.text
    assert token not in caplog.text
