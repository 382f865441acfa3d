"""Installing, listing, running and removing, with the system's programs played by scripts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from playlist_builder.errors import ConfigError
from playlist_builder.schedule import default_backend
from playlist_builder.schedule.cron import Cron
from playlist_builder.schedule.job import Job
from playlist_builder.schedule.launchd import Launchd
from playlist_builder.schedule.systemd import Systemd, unit_directory

MakeJob = Callable[..., Job]

OTHERS = """# DO NOT EDIT
MAILTO=""
PATH = "/usr/bin":/bin

# backup
@daily /usr/bin/backup  --with "two  spaces"   # mine
nonsense that cron would refuse
*/5 * * * * echo 100\\% done % to stdin
# 17 14 * * * disabled # playlist-builder is nice
17 14 * * * echo not ours # playlist-builder: but looks like it
"""


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# --- systemd ---


def test_systemd_installs_once_and_removes_everything(
    make_job: MakeJob, systemctl: Path, tmp_path: Path, empty_home: Path
) -> None:
    backend, job = Systemd(), make_job(name="Müsik & mehr")
    stamp = empty_home / ".local/share/systemd/timers/stamp-playlist-M\\xc3\\xbcsik\\x20\\x26\\x20mehr.timer"
    before = tree(empty_home)
    assert backend.available()
    assert backend.install(job)
    first = tree(empty_home)
    assert not backend.install(job)
    assert tree(empty_home) == first
    calls = systemctl.read_text(encoding="utf-8")
    assert calls.count("daemon-reload") == calls.count("enable --now") == 1
    (entry,) = backend.installed()
    assert (entry.job, entry.problem) == (job, None)
    stamp.parent.mkdir(parents=True)
    stamp.touch()
    assert backend.remove(job.key)
    assert tree(empty_home) == before
    assert not unit_directory().exists()
    assert not backend.remove(job.key)
    assert backend.installed() == []


def test_systemd_restarts_a_timer_that_changed_and_starts_one_that_was_stopped(
    make_job: MakeJob, systemctl: Path, tmp_path: Path
) -> None:
    backend = Systemd()
    backend.install(make_job())
    assert backend.install(make_job(every="day"))
    assert "restart playlist-rocky-iv.timer" in systemctl.read_text(encoding="utf-8")
    (tmp_path / "enabled" / "playlist-rocky-iv.timer").unlink()
    assert "stopped" in (backend.installed()[0].problem or "")
    assert backend.install(make_job(every="day"))
    assert backend.installed()[0].problem is None


def test_systemd_runs_now_and_tells_the_code(make_job: MakeJob, systemctl: Path) -> None:
    backend, job = Systemd(), make_job()
    backend.install(job)
    assert backend.run_now(job.key).code == 4
    assert "start playlist-rocky-iv.service" in systemctl.read_text(encoding="utf-8")
    assert any("enable-linger" in line for line in backend.notes(job))


def test_systemd_leaves_units_of_others_alone(make_job: MakeJob, systemctl: Path) -> None:
    unit_directory().mkdir(parents=True)
    other = unit_directory() / "playlist-other.timer"
    other.write_text("[Timer]\nOnCalendar=daily\n", encoding="utf-8")
    backend = Systemd()
    backend.install(make_job())
    assert [entry.job.name for entry in backend.installed()] == ["rocky-iv"]
    backend.remove(make_job().key)
    assert [path.name for path in unit_directory().iterdir()] == ["playlist-other.timer"]


def test_a_gone_program_or_folder_is_a_problem(make_job: MakeJob, systemctl: Path, tmp_path: Path) -> None:
    backend = Systemd()
    backend.install(make_job(program=(str(tmp_path / "gone"),), directory=tmp_path / "away"))
    problem = backend.installed()[0].problem or ""
    assert "gone is gone" in problem
    assert "away is gone" in problem


# --- cron ---


@pytest.mark.parametrize("name", ["rocky-iv", "100% \"x\" 'y' # z", None])
def test_cron_leaves_the_lines_of_others_byte_for_byte(make_job: MakeJob, crontab: Path, name: str | None) -> None:
    crontab.write_text(OTHERS, encoding="utf-8")
    backend, job = Cron(), make_job(name=name)
    assert backend.install(job)
    first = crontab.read_text(encoding="utf-8")
    assert first.startswith(OTHERS)
    assert len(first.splitlines()) == len(OTHERS.splitlines()) + 1
    assert not backend.install(job)
    assert crontab.read_text(encoding="utf-8") == first
    (entry,) = backend.installed()
    assert entry.problem is None
    assert (entry.job.key, entry.job.command) == (job.key, job.command)
    assert (entry.job.environment, entry.job.directory) == (job.environment, job.directory)
    assert entry.job.every == "week"
    assert backend.install(make_job(name=name, every="day"))
    assert backend.install(make_job(name="second", service="demo"))
    assert [found.job.service for found in backend.installed()] == ["spotify", "demo"]
    assert backend.remove(make_job(name="second", service="demo").key)
    assert backend.remove(job.key)
    assert crontab.read_text(encoding="utf-8") == OTHERS
    assert not backend.remove(job.key)


def test_cron_removes_a_table_that_held_nothing_else(make_job: MakeJob, crontab: Path) -> None:
    backend = Cron()
    backend.install(make_job())
    assert crontab.exists()
    backend.remove(make_job().key)
    assert not crontab.exists()


def test_cron_in_a_file(make_job: MakeJob, tmp_path: Path) -> None:
    backend = Cron(tmp_path / "tab")
    assert backend.installed() == []
    assert backend.install(make_job(every="30 7 * * 1-5"))
    assert backend.installed()[0].job.every == "30 7 * * 1-5"


def test_what_the_user_edited_is_listed_as_it_stands(make_job: MakeJob, crontab: Path) -> None:
    backend = Cron()
    backend.install(make_job())
    line = crontab.read_text(encoding="utf-8")
    crontab.write_text(f"# {line}", encoding="utf-8")
    assert "commented out" in (backend.installed()[0].problem or "")
    crontab.write_text("5 6 * * 2" + line[line.index(" cd ") :], encoding="utf-8")
    assert backend.installed()[0].job.every == "5 6 * * 2"
    assert backend.install(make_job())
    assert crontab.read_text(encoding="utf-8") == line


def test_cron_runs_the_entry_itself_with_the_environment_of_cron(
    make_job: MakeJob, crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(name="a b")
    Path(job.program[0]).write_text('#!/bin/sh\necho "$PLAYLIST_HOME|$SECRET|$1 $2 $3" >&2\nexit 5\n', encoding="utf-8")
    monkeypatch.setenv("SECRET", "of this terminal")
    backend = Cron()
    backend.install(job)
    ran = backend.run_now(job.key)
    assert (ran.code, ran.words) == (5, f"{job.environment['PLAYLIST_HOME']}||schedule run a b")


def test_a_crontab_that_cannot_be_read_is_not_overwritten(make_job: MakeJob, fake: Callable[[str, str], Path]) -> None:
    calls = fake("crontab", "echo 'you are not allowed to use this program' >&2; exit 1")
    with pytest.raises(ConfigError, match="not allowed"):
        Cron().install(make_job())
    assert calls.read_text(encoding="utf-8") == "-l\n"


# --- launchd ---


def test_launchd_installs_once_and_removes_everything(
    make_job: MakeJob, fake: Callable[[str, str], Path], tmp_path: Path, empty_home: Path
) -> None:
    calls = fake(
        "launchctl",
        f"""loaded='{tmp_path}/loaded'
case "$1" in
print) if [ -f "$loaded" ]; then cat "$loaded"; else exit 113; fi ;;
bootstrap) printf '\\tstate = not running\\n\\truns = 0\\n' > "$loaded" ;;
bootout) rm -f "$loaded" ;;
kickstart) printf '\\tstate = not running\\n\\truns = 1\\n\\tlast exit code = 4\\n\\t\\tstate = x\\n' > "$loaded" ;;
esac""",
    )
    backend, job = Launchd(), make_job(name="Müsik & mehr", every="month")
    before = tree(empty_home)
    assert backend.install(job)
    assert not backend.install(job)
    assert calls.read_text(encoding="utf-8").count("bootstrap") == 1
    (entry,) = backend.installed()
    assert entry.problem is None
    assert (entry.job.key, entry.job.command, entry.job.every) == (job.key, job.command, "month")
    assert backend.run_now(job.key).code == 4
    assert backend.remove(job.key)
    assert not backend.remove(job.key)
    assert tree(empty_home) == before


# --- which ---


def test_the_default_is_what_the_system_has(fake: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    fake("systemctl", "exit 1")
    fake("crontab", "exit 0")
    assert default_backend().name == "cron"
    fake("systemctl", "exit 0")
    assert default_backend().name == "systemd"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ConfigError, match="No scheduler answers"):
        default_backend()
