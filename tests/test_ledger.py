"""The ledger: a rolling day of requests, and pauses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.clock import MovableClock
from playlist_builder.store.ledger import Ledger


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: MovableClock) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite3", clock, 3)
    yield made
    made.close()


def test_only_catalogue_requests_of_the_last_day_count(ledger: Ledger, clock: MovableClock) -> None:
    ledger.record("GET /search", catalogue=True)
    ledger.record("GET /me/playlists", catalogue=False)
    assert (ledger.spent(), ledger.sent(), ledger.left()) == (1, 2, 2)
    clock.move(timedelta(hours=24, seconds=1))
    assert (ledger.spent(), ledger.left()) == (0, 3)


def test_room_comes_when_the_oldest_request_that_fills_the_day_leaves_it(ledger: Ledger, clock: MovableClock) -> None:
    first = clock.now()
    for _ in range(3):
        ledger.record("GET /search", catalogue=True)
        clock.move(timedelta(hours=1))
    assert ledger.room_at() == first + timedelta(hours=24)
    clock.move(timedelta(hours=22))
    assert ledger.room_at() is None


def test_no_limit_leaves_room_always(tmp_path: Path, clock: MovableClock) -> None:
    ledger = Ledger(tmp_path / "other.sqlite3", clock, 0)
    ledger.record("GET /search", catalogue=True)
    assert (ledger.left(), ledger.room_at()) == (None, None)
    ledger.close()


def test_the_longest_pause_in_force_counts_until_it_is_over(ledger: Ledger, clock: MovableClock) -> None:
    assert ledger.paused_until() is None
    ledger.pause(clock.now() + timedelta(hours=2), "quota")
    ledger.pause(clock.now() + timedelta(hours=1), "quota")
    assert ledger.paused_until() == clock.now() + timedelta(hours=2)
    clock.move(timedelta(hours=3))
    assert ledger.paused_until() is None


def test_a_damaged_file_is_set_aside_and_the_ledger_goes_on(tmp_path: Path, clock: MovableClock) -> None:
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"not a database" * 1000)
    ledger = Ledger(path, clock, 3)
    assert ledger.left() == 3
    ledger.close()
    assert (tmp_path / "broken.sqlite3.damaged").exists()
