"""The demo service: no account, nothing leaves the machine, and everything lasts."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.clock import MovableClock
from playlist_builder.errors import ConfigError
from playlist_builder.model import Add, PlaylistHead, Query, RequestCount
from playlist_builder.services import Opening, open_service
from playlist_builder.services.spotify import stored_account
from playlist_builder.store.ledger import Ledger
from playlist_builder.store.settings import Settings

QUERY = Query(text="Burning Heart Survivor", step="plain")


def _run(home: Path, clock: MovableClock) -> tuple[RequestCount, PlaylistHead]:
    """One run: a search, a playlist with what it found; the service is closed afterwards."""
    settings = Settings(home=home, client_id="f" * 32, token="not for the demo")
    ledger = Ledger(settings.data_dir("demo") / "ledger.sqlite3", clock, 500)
    try:
        with open_service("demo", Opening(settings=settings, clock=clock, ledger=ledger)) as service:
            assert service.name == "demo"
            uri = service.search(QUERY)[0].uri
            assert service.url_of(uri) is None
            page = service.library_page(0)
            head = page.playlists[0] if page.playlists else service.create("Mine", "", public=False)
            assert head.url is None
            service.write(head.id, Add(uris=(uri,), position=0))
            return service.requests(), service.read(head.id).head
    finally:
        ledger.close()


def test_account_login_and_cache_last(tmp_path: Path) -> None:
    clock = MovableClock()
    sent, head = _run(tmp_path, clock)
    assert sent.by_endpoint["GET /search"] == 1
    again, same = _run(tmp_path, clock)
    assert "GET /search" not in again.by_endpoint
    assert (same.id, head.total, same.total) == (head.id, 1, 2)
    clock.move(timedelta(hours=5))
    assert _run(tmp_path, clock)[1].total == 3
    clock.move(timedelta(days=400))
    assert _run(tmp_path, clock)[1].total == 4
    assert stored_account(Settings(home=tmp_path), "demo") is not None
    assert not (tmp_path / "token.json").exists()
    assert clock.slept == []


def test_a_new_account_gets_a_new_login(tmp_path: Path) -> None:
    _run(tmp_path, MovableClock())
    (tmp_path / "demo" / "account.json").unlink()
    assert _run(tmp_path, MovableClock())[1].total == 1


def test_a_damaged_account_is_named(tmp_path: Path) -> None:
    _run(tmp_path, MovableClock())
    (tmp_path / "demo" / "account.json").write_text("{")
    with pytest.raises(ConfigError, match=r"account\.json is damaged"):
        _run(tmp_path, MovableClock())


def test_it_starts_fast(tmp_path: Path) -> None:
    _run(tmp_path, MovableClock())
    start = time.process_time()
    _run(tmp_path, MovableClock())
    assert time.process_time() - start < 1.5  # 0.2 s on an idle machine
