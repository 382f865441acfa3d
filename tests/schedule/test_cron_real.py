"""The real cron: started here, ended by its process id; the user's crontab is saved and put back."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from playlist_builder.schedule.cron import PIDS, Cron, _cron_runs
from playlist_builder.schedule.job import Job
from playlist_builder.store import outcomes
from tests.machine import SCRIPT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("cron") or Path("/usr/sbin/cron").exists()) or not shutil.which("crontab"),
        reason="cron is not installed (apt-get install cron)",
    ),
    pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can start cron"),
    pytest.mark.xdist_group("crontab"),
]

OTHERS = '# somebody else\'s\nMAILTO=""\n0 5 1 1 * /bin/true # keep me\n'


def saved_table() -> str | None:
    answer = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    return answer.stdout if answer.returncode == 0 else None


@pytest.fixture
def table() -> Iterator[None]:
    """A crontab of the test's own; afterwards the one of before."""
    before = saved_table()
    subprocess.run(["crontab", "-"], input=OTHERS, text=True, check=True)
    try:
        yield
    finally:
        if before is None:
            subprocess.run(["crontab", "-r"], check=False)
        else:
            subprocess.run(["crontab", "-"], input=before, text=True, check=True)


@pytest.fixture
def daemon(table: None) -> Iterator[None]:
    """A cron in the foreground, unless one runs already."""
    if _cron_runs():
        yield
        return
    process = subprocess.Popen([shutil.which("cron") or "/usr/sbin/cron", "-f"], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        for path in PIDS:
            left = Path(path)
            if left.exists() and left.read_text().strip() == str(process.pid):
                left.unlink()


def test_cron_fires_an_entry_once_and_leaves_others_alone(
    make_job: Callable[..., Job], tmp_path: Path, daemon: None
) -> None:
    for directory in (tmp_path, *tmp_path.parents):  # cron's shell must be able to enter
        if not directory.stat().st_mode & 0o100:
            directory.chmod(0o700)
    job = replace(make_job(name="Rocky IV – 100 %"), every="* * * * *")
    ran = Path(job.environment["PLAYLIST_HOME"]) / "ran"
    backend = Cron()
    time.sleep(2)  # cron sees a change by whole seconds, and has just read the table
    assert backend.install(job)
    ends = time.monotonic() + 150
    while not ran.exists() and time.monotonic() < ends:
        time.sleep(0.5)
    assert backend.remove(job.key)
    assert ran.read_text(encoding="utf-8") == (
        f"{job.directory}|{job.environment['PLAYLIST_HOME']}|schedule run Rocky IV – 100 %\n"
    )
    assert saved_table() == OTHERS


def test_cron_fires_a_sync_whose_outcome_is_kept(tmp_path: Path, daemon: None) -> None:
    for directory in (tmp_path, *tmp_path.parents):
        if not directory.stat().st_mode & 0o100:
            directory.chmod(0o700)
    home = tmp_path / "home of it"
    job = Job(
        name="rocky-iv", every="* * * * *", service="demo", program=(str(SCRIPT),), directory=tmp_path,
        environment={"PLAYLIST_HOME": str(home)},
    )  # fmt: skip
    state, backend = home / "demo" / "state.sqlite3", Cron()
    time.sleep(2)
    assert backend.install(job)
    ends = time.monotonic() + 150
    while not outcomes.last(state, "demo") and time.monotonic() < ends:
        time.sleep(0.5)
    assert backend.remove(job.key)
    ending = outcomes.last(state, "demo")["rocky-iv"]
    assert (ending.code, ending.message) == (0, "10 tracks; 10 added")
    assert (home / "demo" / "log" / "unattended.log").exists()
    assert saved_table() == OTHERS
