"""`playlist status`: one table from what is remembered, and one look into the library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from playlist_builder.schedule.cron import Cron
from playlist_builder.schedule.job import Job
from tests.test_sync import FIVE
from tests.world import World, world


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    table = tmp_path / "crontab"
    monkeypatch.setattr("playlist_builder.schedule.BACKENDS", {"cron": ("cron", "Cron")})
    monkeypatch.setattr("playlist_builder.schedule.cron.Cron", lambda: Cron(table))
    monkeypatch.setenv("COLUMNS", "80")
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def status(here: World, *options: str) -> Any:
    ran = here.run("status", "--json", *options)
    assert ran.code == 0
    return ran.json


def line(here: World, *options: str) -> Any:
    (found,) = status(here, *options)["listings"]
    return found


def fits(text: str) -> bool:
    return all(len(row) <= 80 for row in text.splitlines())


def test_nothing_there_yet(here: World) -> None:
    (here.root / "playlists" / "mix.toml").unlink()
    here.machine = "empty"
    ran = here.run("status")
    assert ran.code == 0
    assert "No listing of yours yet" in ran.out
    assert "Not logged in: playlist login" in ran.out
    assert fits(ran.out)
    assert here.run("status", "--check").code == 0


def test_it_says_what_is_in_sync_and_sends_nothing(here: World) -> None:
    assert line(here)["state"] == "new"
    here.sync()
    sent = len(here.emulator.requests)
    found = line(here)
    assert (found["state"], found["playlist"]["name"], found["last_run"]["code"]) == ("in sync", "The Mix", 0)
    ran = here.run("status")
    assert "in sync, " in ran.out
    assert f"Logged in as {here.emulator.account.user.display_name} until " in ran.out
    assert fits(ran.out)
    assert len(here.emulator.requests) == sent


def test_a_listing_that_changed_says_how(here: World) -> None:
    here.sync()
    here.listing([*FIVE[1:], ("Touch", "The Sweetest Victory")])
    found = line(here)
    assert (found["state"], found["differs"]) == ("differs", {"add": 0, "remove": 1})
    assert found["unsearched"] == 1
    assert "playlist sync mix" in here.run("status").out


def test_check_looks_once_for_all_listings(here: World) -> None:
    for name in ("one", "two", "three"):
        here.listing(FIVE[:2], name=name, title=name.title())
    here.run("sync", "--all")
    here.emulator.account.playlist("One").rename("Mine")
    here.emulator.account.playlist("Two").remove_at(0)
    here.emulator.account.delete(here.emulator.account.playlist("Three"))
    sent = len(here.emulator.requests)
    found = status(here, "--check")
    assert len(here.emulator.requests) == sent + 1
    assert found["checked"]
    by_name = {entry["name"]: entry for entry in found["listings"]}
    assert by_name["mix"]["state"] == "in sync"
    assert by_name["one"]["playlist"]["name"] == "Mine"
    assert by_name["two"]["state"] == "changed"
    assert by_name["three"]["state"] == "gone"
    assert "playlist unlink three" in " ".join(here.run("status", "--check").out.split())


def test_needing_a_person_held_and_unreadable(here: World) -> None:
    here.listing([*FIVE[:1], ("Nobody Known", "Song Unheard")])
    here.sync()
    here.listing([*FIVE[:2], ("Nobody Known", "Song Unheard")])
    here.sync()
    assert line(here)["needs_person"] == {"review": 0, "missing": 1}
    assert "mix, 1 missing: playlist review mix" in here.run("status").out
    here.run("undo", "mix")
    found = line(here)
    assert (found["state"], found["held"], found["last_run"]["kind"]) == ("held", True, "undo")
    assert "To go on: playlist sync mix" in " ".join(here.run("status").out.split())
    (here.root / "playlists" / "mix.toml").write_text("title = \n", "utf-8")
    assert line(here)["state"] == "unreadable"
    (here.root / "playlists" / "mix.toml").unlink()
    assert "There is no listing 'mix'" in " ".join(here.run("status").out.split())


def test_quota_pause_and_failures_are_told(here: World) -> None:
    here.sync()
    found = status(here)["quota"]
    assert found["catalogue"] > 0
    assert found["sent"] > found["catalogue"]
    here.emulator.close()
    assert here.run("schedule", "run", "mix").code == 3
    ran = here.run("status")
    assert "failed" in ran.out
    assert fits(ran.out)
    assert here.run("status", "--check", "--json").json["error"]["code"] == 3


def test_the_next_run_is_shown_and_remove_takes_the_schedule_away(here: World) -> None:
    job = Job(
        name="mix", every="day", at="19:30", program=("/bin/true",), directory=here.root,
        environment={"PLAYLIST_HOME": str(here.settings.home)},
    )  # fmt: skip
    elsewhere = Job(
        name="other", every="day", program=("/bin/true",), directory=here.root,
        environment={"PLAYLIST_HOME": "/elsewhere"},
    )  # fmt: skip
    table = Cron(here.root / "crontab")
    table.install(job)
    table.install(elsewhere)
    here.sync()
    found = line(here)
    assert found["next_run"].partition("T")[2].startswith("19:30")
    assert "Next run" in here.run("status").out
    ran = here.run("remove", "mix")
    assert "Its schedule was removed (cron)." in ran.out
    assert [entry.job.name for entry in table.installed()] == ["other"]


def test_login_expired(here: World) -> None:
    here.sync()
    here.clock.move(timedelta(days=200))
    assert "playlist login" in here.run("status").out
    assert here.run("status", "--check").code == 5
    assert not (here.settings.data_dir("spotify") / "token.json").exists()
    found = line(here)
    assert (found["state"], found["playlist"]["name"]) == ("in sync", "The Mix"), "known without a login, too"
    assert "Not logged in: playlist login" in here.run("status").out
