"""Jobs, and the system's programs played by small scripts on the PATH."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playlist_builder.schedule.job import Job

MakeJob = Callable[..., Job]
Fake = Callable[[str, str], Path]


@pytest.fixture
def make_job(tmp_path: Path) -> MakeJob:
    """A job whose paths have spaces, signs of every notation and letters outside ASCII, and exist."""
    directory = tmp_path / "Müsik 100% $HOME & 'mine' \"x\""
    directory.mkdir()
    program = directory / "playlist"
    program.write_text('#!/bin/sh\necho "$PWD|$PLAYLIST_HOME|$*" >> "$PLAYLIST_HOME/ran"\n', encoding="utf-8")
    program.chmod(0o755)
    home = tmp_path / "häus\\lich"
    home.mkdir()
    plain = Job(
        name="rocky-iv",
        every="week",
        program=(str(program),),
        environment={"PLAYLIST_HOME": str(home)},
        directory=directory,
        writable=(directory, home),
    )

    def make(**changes: Any) -> Job:
        return replace(plain, **changes)

    return make


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a shell script called like a program of the system first on the PATH; the file where it notes its calls."""
    directory = tmp_path / "fakes"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")

    def make(name: str, body: str) -> Path:
        log = directory / f"{name}.calls"
        script = directory / name
        script.write_text(f"#!/bin/sh\necho \"$*\" >> '{log}'\n{body}\n", encoding="utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return log

    return make


@pytest.fixture
def crontab(fake: Fake, tmp_path: Path) -> Path:
    """The crontab that a fake `crontab` keeps; absent: the user has none."""
    table = tmp_path / "crontab of the user"
    fake(
        "crontab",
        f"""table='{table}'
case "$1" in
-l) if [ -f "$table" ]; then cat "$table"; else echo "no crontab for someone" >&2; exit 1; fi ;;
-r) rm "$table" ;;
-) cat > "$table" ;;
*) exit 9 ;;
esac""",
    )
    return table


@pytest.fixture
def systemctl(fake: Fake, tmp_path: Path) -> Path:
    """The calls of a fake `systemctl --user`, which remembers what is enabled."""
    enabled = tmp_path / "enabled"
    enabled.mkdir()
    fake("loginctl", "echo no")
    return fake(
        "systemctl",
        f"""cd '{enabled}'
for last; do :; done
case "$2" in
enable) touch "$last" ;;
disable) rm -f "$last" ;;
is-enabled|is-active) test -f "$last" ;;
show) echo ExecMainStatus=4; echo Result=success ;;
esac""",
    )
