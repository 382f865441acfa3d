"""`playlist doctor`: says what is wrong and what to do, and breaks nothing while it looks."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from playlist_builder import doctor
from playlist_builder.emulator.faults import Fault
from playlist_builder.model import Account
from playlist_builder.schedule.cron import Cron
from playlist_builder.schedule.job import Job
from playlist_builder.services import Probe
from playlist_builder.store.settings import Settings
from tests.machine import Machine
from tests.test_sync import FIVE
from tests.world import World, world


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cron:
    made = Cron(tmp_path / "crontab")
    monkeypatch.setattr("playlist_builder.schedule.BACKENDS", {"cron": ("cron", "Cron")})
    monkeypatch.setattr("playlist_builder.schedule.cron.Cron", lambda: made)
    monkeypatch.setenv("COLUMNS", "80")
    return made


@pytest.fixture
def here(tmp_path: Path, table: Cron) -> Iterator[World]:
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def examined(here: World, code: int) -> list[dict[str, Any]]:
    ran = here.run("doctor", "--json")
    assert ran.code == code, ran.out
    assert ran.json["problems"] == len(bad(ran.json["checks"]))
    checks: list[dict[str, Any]] = ran.json["checks"]
    return checks


def bad(checks: list[dict[str, Any]], level: str = "problem") -> list[tuple[str, str]]:
    return [(one["area"], one["text"]) for one in checks if one["level"] == level]


def test_all_in_order_costs_two_requests_none_of_the_catalogue(here: World) -> None:
    here.sync()
    sent = len(here.emulator.requests)
    checks = examined(here, 0)
    assert [r.template for r in here.emulator.requests[sent:]] == ["/me", "/me/playlists"]
    assert bad(checks, "warning") == []
    texts = " ".join(one["text"] for one in checks)
    for words in ("since February 2026", "right to", "permissions: ", "1 of yours", "state: state.sqlite3", "no proxy"):
        assert words in texts
    ran = here.run("doctor")
    assert "Everything is in order." in ran.out
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_not_logged_in(here: World) -> None:
    here.machine = "new"
    assert bad(examined(here, 3)) == [("login", "there is none")]
    assert len(here.emulator.requests) == 0


@pytest.mark.parametrize("kind", ["500", "drop", "429-quota", "429-zero", "401", "json-403", "text-403"])
def test_whatever_the_service_answers_at_most_three_requests(here: World, kind: Any) -> None:
    here.emulator.faults.append(Fault("GET /me", kind, times=9))
    here.emulator.faults.append(Fault("GET /me/playlists", kind, times=9))
    assert [area for area, _ in bad(examined(here, 3))] == ["service"]
    assert 1 <= len([r for r in here.emulator.requests if r.path.startswith("/v1/")]) <= 3


def test_an_old_login_a_wrong_clock_and_lacking_scopes(here: World) -> None:
    here.clock.move(timedelta(days=170))
    assert any("renew it soon" in (one["cure"] or "") for one in examined(here, 0))
    here.clock.move(timedelta(days=60))
    assert [area for area, _ in bad(examined(here, 3))] == ["login", "service"]
    account = Account(
        id="a", user_id="u", name="Me", scopes=("playlist-read-private",), expires_at=here.clock.now() + timedelta(99)
    )
    (_, lacking) = doctor.login_checks(account, ("playlist-modify-private",), here.clock.now())
    assert lacking.level == "problem"
    now = here.clock.now()
    for minutes, level in ((1, "ok"), (10, "warning"), (90, "problem")):
        probe = Probe(said_at=now - timedelta(minutes=minutes), asked_at=now, playlists=3, old_shapes=True)
        assert [one.level for one in doctor.service_checks(probe, 2)] == ["ok", level]


def test_damaged_files_are_named_and_left_alone(here: World) -> None:
    here.sync()
    directory = here.settings.data_dir("spotify")
    for name in ("state.sqlite3", "ledger.sqlite3"):
        for path in directory.glob(f"{name}*"):
            path.unlink()
        (directory / name).write_bytes(b"this is no database at all" * 400)
    (directory / "old.sqlite3.damaged").write_text("x")
    checks = examined(here, 3)
    assert [text.partition(":")[0] for area, text in bad(checks) if area == "files"] == ["ledger", "state"]
    assert bad(checks, "warning")[0][0] == "files"
    assert (directory / "state.sqlite3").read_bytes().startswith(b"this is no database")


def test_listings_schedules_and_modes(here: World, table: Cron) -> None:
    (here.root / "playlists" / "broken.toml").write_text("title = \n", "utf-8")
    table.install(Job(name="mix", every="day", program=(str(here.root / "gone"),), directory=here.root))
    found = bad(examined(here, 3))
    assert [area for area, _ in found] == ["listings", "schedules"]
    assert "is gone" in found[1][1]
    token = here.settings.data_dir("spotify") / "token.json"
    token.chmod(0o644)
    assert ("directories", f"{token} holds secrets and can be read by others") in bad(examined(here, 3))
    assert stat.S_IMODE(token.stat().st_mode) == 0o644


def test_settings_are_shown_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        home=Path("/x"),
        client_id="0123456789abcdef",
        token="very secret",
        notify=("mailto://me:pass@example.org",),
        sources={"SPOTIPY_CLIENT_ID": ".env", "PLAYLIST_TOKEN": "environment", "PLAYLIST_NOTIFY": "environment"},
    )
    checks = list(doctor.setting_checks(settings, {"PLAYLIST_HOME": "/f/.env"}, {"SPOTIPY_CLIENT_SECRET": "s3cret"}))
    said = " ".join(one.text for one in checks)
    for secret in ("very secret", "pass@", "89abcdef", "s3cret"):
        assert secret not in said
    assert "PLAYLIST_HOME in /f/.env is ignored" in said
    (proxy,) = doctor.proxy_checks({"https": "http://me:pw@proxy:1"}, lambda url: url.replace("me:pw", "***"))
    assert "***@proxy" in proxy.text


def test_broken_settings_do_not_keep_it_from_looking(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine", tmp_path / "desk")
    (machine.work / ".env").write_text("PLAYLIST_DAILY_REQUESTS=many\nPLAYLIST_TOKEN=abc\n", "utf-8")
    ran = machine.run("doctor", check=3)
    assert "PLAYLIST_DAILY_REQUESTS is 'many'" in " ".join(ran.out.split())
    assert "PLAYLIST_TOKEN in" in ran.out
    assert "Programs" in ran.out


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_directory_that_others_can_read(tmp_path: Path) -> None:
    home = tmp_path / "open"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    checks = list(doctor.directory_checks(Settings(home=home), "spotify", tmp_path / "none"))
    assert [one.level for one in checks] == ["warning", "ok"]
    assert checks[0].cure == f"chmod 700 {home}"
