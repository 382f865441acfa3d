"""`playlist schedule`, as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from playlist_builder.cli import schedule as command_module
from playlist_builder.cli.app import App
from playlist_builder.cli.group import run
from playlist_builder.clock import MovableClock
from playlist_builder.schedule.unattended import Outcome
from playlist_builder.store.settings import load_settings

Capture = pytest.CaptureFixture[str]


def playlist(*words: str, **app: Any) -> int:
    return run(["schedule", *words], obj=App(clock=MovableClock(), **app))


@pytest.fixture(autouse=True)
def listings() -> Path:
    path = Path.cwd() / "playlists"
    path.mkdir()
    return path


def test_add_list_and_remove(systemctl: Path, crontab: Path, capsys: Capture, empty_home: Path) -> None:
    assert playlist("add", "rocky-iv", "--every", "week", "--at", "19:30") == 0
    said = capsys.readouterr().out
    assert "rocky-iv will be kept in order by systemd user timer, every Wednesday at 19:30." in said
    assert "playlist-rocky-iv.timer" in said
    assert "Next run: " in said
    assert "enable-linger" in said
    assert playlist("add", "rocky-iv", "--every", "week", "--at", "19:30") == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert playlist("list") == 0
    listed = capsys.readouterr().out
    assert "rocky-iv" in listed
    assert "none yet" in listed
    assert playlist("remove", "rocky-iv") == 0
    assert "Removed: rocky-iv (systemd user timer)." in capsys.readouterr().out
    assert playlist("list") == 0
    assert "Nothing is scheduled" in capsys.readouterr().out
    assert playlist("remove", "rocky-iv") == 0
    assert "is not scheduled; nothing was removed" in capsys.readouterr().out
    assert [path for path in (empty_home / ".config").rglob("*") if path.is_file()] == []


def test_everything_said_fits_80_columns(systemctl: Path, crontab: Path, capsys: Capture) -> None:
    playlist("add", "rocky-iv", "--every", "week")
    playlist("add", "rocky-iv", "--every", "day", "--backend", "cron")
    playlist("list")
    captured = capsys.readouterr()
    for line in (captured.out + captured.err).splitlines():
        assert len(line) <= 80 or line.startswith("  /")


def test_a_listing_is_run_by_one_scheduler(systemctl: Path, crontab: Path, capsys: Capture) -> None:
    playlist("add", "rocky-iv", "--every", "week")
    playlist("add", "rocky-iv", "--every", "day", "--backend", "cron")
    said = capsys.readouterr().out
    assert "Its earlier entry (systemd user timer) was removed." in said
    assert "cron does not catch up" in said
    playlist("list", "--json")
    (row,) = json.loads(capsys.readouterr().out)["schedules"]
    assert (row["backend"], row["every"], row["last_run"], row["problem"]) == ("cron", "day", None, None)
    playlist("add", "--all", "--every", "week", "--backend", "cron")
    playlist("add", "rocky-iv", "--every", "day", "--at", "10:00", "--backend", "cron")
    assert "will be synced by both" in " ".join(capsys.readouterr().out.split())
    assert playlist("remove", "--all") == 0
    assert not crontab.exists()


def test_json_shows_the_last_outcome(
    systemctl: Path, crontab: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = MovableClock().now()
    outcome = Outcome(
        listing="rocky-iv", service="spotify", profile=None, started=now, ended=now, code=4, message="2 tracks"
    )
    monkeypatch.setattr(command_module, "last_outcome", lambda app, key: outcome)
    playlist("add", "rocky-iv", "--every", "week")
    capsys.readouterr()
    playlist("list", "--json")
    (row,) = json.loads(capsys.readouterr().out)["schedules"]
    assert (row["last_code"], row["last_message"]) == (4, "2 tracks")
    assert datetime.fromisoformat(row["next_run"]) > now
    playlist("list")
    assert "tracks need you" in " ".join(capsys.readouterr().out.split())


def test_print_shows_the_files_of_any_scheduler_and_installs_nothing(
    systemctl: Path, crontab: Path, capsys: Capture, empty_home: Path
) -> None:
    for backend in ("systemd", "launchd", "cron", "schtasks", "github-actions"):
        assert playlist("add", "rocky-iv", "--every", "day", "--backend", backend, "--print") == 0
        out = capsys.readouterr().out
        assert "rocky-iv" in out
        if backend == "launchd":
            assert out.startswith("<?xml")
    assert not crontab.exists()
    assert not (empty_home / ".config").exists()


def test_a_login_that_will_end_is_warned_about(
    systemctl: Path, crontab: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_module, "login_ends", lambda app, service: app.clock.now() + timedelta(days=12))
    playlist("add", "rocky-iv", "--every", "day")
    assert "The login ends in 12 days" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "--every", "day"), 2, "or --all"),
        (("add", "x", "--all", "--every", "day"), 2, "or --all"),
        (("add", "x"), 2, "--every"),
        (("add", "x", "--every", "fortnight"), 2, "hour, day, week or month"),
        (("add", "x", "--every", "day", "--at", "25:00"), 2, "07:30"),
        (("add", "../x", "--every", "day"), 3, "cannot be a listing's name"),
        (("add", "x", "--every", "day", "--backend", "github-actions"), 2, "--print"),
        (("add", "x", "--every", "day", "--backend", "schtasks"), 3, "not on this system"),
        (("run", "x", "--set", "PLAYLIST_TOKEN=x"), 2, "no setting"),
    ],
)
def test_what_does_not_go_together(
    systemctl: Path, crontab: Path, capsys: Capture, words: tuple[str, ...], code: int, said: str
) -> None:
    assert playlist(*words) == code
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("words", [(), ("add",), ("list",), ("remove",), ("run",)])
def test_help_has_an_example(words: tuple[str, ...], capsys: Capture) -> None:
    assert playlist(*words, "--help") == 0
    assert "Example: playlist schedule" in capsys.readouterr().out


def test_a_run_returns_the_code_of_what_it_did(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Outcome] = []
    monkeypatch.setattr(command_module, "record_outcome", lambda app, outcome: kept.append(outcome))
    monkeypatch.setenv("PLAYLIST_PROFILE", "second")
    assert playlist("run", "no-such", "--service", "demo") == 3
    assert [(o.listing, o.service, o.profile, o.code) for o in kept] == [("no-such", "demo", "second", 3)]
    log = load_settings().data_dir("demo") / "log" / "unattended.log"
    assert "no-such (demo, profile second)" in log.read_text(encoding="utf-8")


def test_a_remembered_pause_is_kept_by_a_run(capsys: Capture) -> None:
    app = App(clock=MovableClock())
    ledger = app.ledger("spotify")
    ledger.pause(app.clock.now() + timedelta(hours=1), "quota")
    ledger.close()
    assert run(["schedule", "run", "--all"], obj=app) == 6
    assert capsys.readouterr().err == ""


def test_settings_handed_over_by_a_scheduler_without_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYLIST_HOME", "restored afterwards")
    assert playlist("run", "x", "--set", f"PLAYLIST_HOME={tmp_path / 'other home'}") == 3
    assert (tmp_path / "other home" / "log" / "unattended.log").exists()


def test_on_a_terminal_one_run_is_offered_and_its_result_shown(
    systemctl: Path, crontab: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[str] = []

    def confirm(text: str, **options: object) -> bool:
        answers.append(text)
        return True

    monkeypatch.setattr("click.confirm", confirm)
    monkeypatch.setattr(App, "interactive", property(lambda app: True))
    playlist("add", "rocky-iv", "--every", "week")
    assert len(answers) == 1
    assert "It ran: done, but tracks need you." in capsys.readouterr().out
    playlist("add", "rocky-iv", "--every", "week")
    assert len(answers) == 1


def test_help_of_the_program_imports_no_scheduler(fake: Callable[[str, str], Path]) -> None:
    import subprocess
    import sys

    program = (
        "import sys; from playlist_builder.cli.group import run; run(['--help']);"
        "sys.exit(any(n.startswith(('playlist_builder.schedule', 'crontab', 'filelock')) for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


def test_a_run_can_start_where_nothing_was_kept_before(
    systemctl: Path, crontab: Path, capsys: Capture, empty_home: Path, listings: Path
) -> None:
    listings.rmdir()
    assert playlist("add", "rocky-iv", "--every", "day", "--service", "demo", "--backend", "cron") == 0
    assert "is gone" not in capsys.readouterr().err
    assert playlist("list") == 0
    assert "is gone" not in capsys.readouterr().err
