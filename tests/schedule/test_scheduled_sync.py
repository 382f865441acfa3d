"""`playlist schedule run` syncs for real: politely, silently, and its outcome is kept."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from playlist_builder.cli import reminders, schedule
from playlist_builder.cli.app import App
from playlist_builder.emulator.faults import Fault
from playlist_builder.schedule.job import JobKey
from playlist_builder.schedule.unattended import Outcome
from tests.machine import SCRIPT, Machine
from tests.test_sync import FIVE
from tests.world import World, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def outcome(here: World, name: str | None) -> Outcome | None:
    return schedule.last_outcome(App(clock=here.clock, settings=here.settings), JobKey(name=name))


def waiting(here: World) -> list[str]:
    path = here.settings.data_dir("spotify") / "notices.json"
    return sorted(json.loads(path.read_text("utf-8"))["waiting"]) if path.exists() else []


def test_a_run_syncs_silently_and_keeps_its_outcome(here: World) -> None:
    ran = here.run("schedule", "run", "mix")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert len(here.uris) == 5
    kept = outcome(here, "mix")
    assert kept is not None
    assert (kept.code, kept.message) == (0, "5 tracks; 5 added")
    history = here.run("history", "mix", "--json").json["runs"]
    assert [run["kind"] for run in history] == ["schedule"]
    sent = len(here.emulator.requests)
    assert here.run("schedule", "run", "mix").code == 0
    assert len(here.emulator.requests) == sent + 1


def test_nothing_is_said_that_a_scheduler_would_mail(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine", tmp_path / "desk")
    ran = machine.run("schedule", "run", "rocky-iv", "--service", "demo", check=0)
    assert (ran.out, ran.err) == ("", "")


def test_all_listings_have_an_outcome_each_and_one_together(here: World) -> None:
    here.listing([*FIVE[:1], ("Nobody Known", "Song Unheard")], name="gaps", title="Gaps")
    (here.root / "playlists" / "broken.toml").write_text("title = \n", "utf-8")
    assert here.run("schedule", "run", "--all").code == 3
    found = {name: outcome(here, name) for name in (None, "mix", "gaps", "broken")}
    assert {name: one.code if one else None for name, one in found.items()} == {
        None: 3,
        "mix": 0,
        "gaps": 4,
        "broken": 3,
    }
    assert waiting(here) == ["review gaps", "run broken"]


def test_after_an_undo_a_scheduled_run_sends_nothing_until_a_person_syncs(here: World) -> None:
    here.sync()
    here.listing(FIVE[:3])
    here.sync()
    assert here.run("undo", "mix").code == 0
    sent = len(here.emulator.requests)
    assert here.run("schedule", "run", "mix").code == 0
    assert len(here.emulator.requests) == sent
    kept = outcome(here, "mix")
    assert kept is not None
    assert "left alone" in kept.message
    here.sync()
    here.run("schedule", "run", "mix")
    assert len(here.emulator.requests) > sent


def test_a_pause_of_the_service_ends_every_listing_and_is_honoured(here: World) -> None:
    here.listing(FIVE[:2], name="other", title="Other")
    here.emulator.faults.append(Fault("GET /me/playlists", "429-quota", retry_after=7200))
    here.emulator.faults.append(Fault("GET /search", "429-quota", retry_after=7200))
    assert here.run("schedule", "run", "--all").code == 6
    sent = len(here.emulator.requests)
    here.clock.move(timedelta(hours=1))
    assert here.run("schedule", "run", "--all").code == 6
    assert len(here.emulator.requests) == sent
    here.emulator.faults.clear()
    here.clock.move(timedelta(hours=2))
    assert here.run("schedule", "run", "--all").code == 0
    assert waiting(here) == []


def test_a_missing_track_that_appears_is_news_once(here: World) -> None:
    here.listing([*FIVE[:1], ("Nobody Known", "Song Unheard"), *FIVE[1:]])
    assert here.run("schedule", "run", "mix").code == 4
    here.catalogue.add(
        "Song Unheard", ["Nobody Known"], album="At Last", album_artists=["Nobody Known"], album_type="single",
        release_date="2026", duration_ms=200_000, isrc="ZZAAA2600001", explicit=False, popularity=5,
    )  # fmt: skip
    here.clock.move(timedelta(days=2))
    assert here.run("schedule", "run", "mix").code == 0
    assert waiting(here) == ["appeared mix Nobody Known – Song Unheard"]


def test_reminders_are_shown_on_a_terminal_once(
    here: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here.listing([*FIVE[:1], ("Nobody Known", "Song Unheard")])
    here.run("schedule", "run", "mix")
    assert not reminders.wanted(["list"])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert reminders.wanted(["list"])
    for silent in ([], ["list", "--json"], ["-q", "list"], ["--help"], ["schedule", "run", "mix"]):
        assert not reminders.wanted(silent)
    reminders.remind(App(clock=here.clock, settings=here.settings))
    assert "playlist review mix" in " ".join(capsys.readouterr().err.split())
    reminders.remind(App(clock=here.clock, settings=here.settings))
    assert capsys.readouterr().err == ""


def test_a_login_that_ends_soon_is_said_by_sync_status_and_notices(here: World) -> None:
    here.run("schedule", "run", "mix")
    here.clock.move(timedelta(days=160))
    assert "login ends in" in here.run("sync", "mix").err
    assert "login ends in" in " ".join(here.run("status").out.split())
    here.run("schedule", "run", "mix")
    assert waiting(here) == ["login ends"]


def test_a_sync_by_hand_settles_what_a_run_had_to_say(here: World) -> None:
    here.listing([*FIVE[:1], ("Nobody Known", "Song Unheard")])
    here.run("schedule", "run", "mix")
    assert waiting(here) == ["review mix"]
    here.listing(FIVE[:1])
    here.sync()
    assert waiting(here) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX's")
def test_the_next_command_on_a_real_terminal_says_what_waits(tmp_path: Path) -> None:
    import pexpect

    machine = Machine(tmp_path / "machine", tmp_path / "desk")
    assert machine.run("schedule", "run", "the-lost-boys", "--service", "demo").code == 4
    assert "the-lost-boys: 2" not in machine.run("list").err
    environment = cast("os._Environ[str]", {**machine.environment, "COLUMNS": "200"})

    def on_a_terminal(*words: str) -> str:
        child = pexpect.spawn(
            str(SCRIPT), list(words), cwd=str(machine.work), env=environment, encoding="utf-8", dimensions=(24, 200)
        )
        said = str(child.read())
        child.close()
        assert child.exitstatus == 0, said
        return said

    wanted = "playlist review the-lost-boys --service demo"
    assert wanted not in on_a_terminal("--help")
    assert wanted not in on_a_terminal("list", "--json")
    assert wanted in on_a_terminal("list")
    assert wanted not in on_a_terminal("list")


def test_a_listing_that_is_removed_has_nothing_more_to_say(here: World) -> None:
    here.listing([*FIVE[:1], ("Nobody Known", "Song Unheard")])
    here.run("schedule", "run", "mix")
    assert waiting(here) == ["review mix"]
    assert here.run("remove", "mix").code == 0
    assert waiting(here) == []
    assert outcome(here, "mix") is None
