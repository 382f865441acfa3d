"""A launchd agent of macOS: a property list in the user's Library, started by the system at its times."""

from __future__ import annotations

import contextlib
import os
import plistlib
import re
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from playlist_builder.clock import SystemClock
from playlist_builder.errors import UsageError
from playlist_builder.schedule.backend import TIME_LIMIT_S, Installed, Ran, call, unlink_all, write_changed
from playlist_builder.schedule.job import DEFAULT_SERVICE, Job, JobKey, problems
from playlist_builder.schedule.times import cron_text, every_of, is_cron

FIELDS = ("Minute", "Hour", "Day", "Month", "Weekday")
PREFIX = "playlist-builder."
# Folders of the home directory that launchd's jobs may not read without a permission that only a click can give.
GUARDED = ("Desktop", "Documents", "Downloads", "Library/Mobile Documents", "Library/CloudStorage")


class Launchd:
    """Property lists in ~/Library/LaunchAgents, driven by `launchctl`."""

    name = "launchd"
    title = "launchd agent"

    def available(self) -> bool:
        return sys.platform == "darwin"

    def files(self, job: Job) -> dict[str, str]:
        return {str(_path(job.key)): plistlib.dumps(_agent(job), sort_keys=False).decode()}

    def install(self, job: Job) -> bool:
        changed = write_changed(self.files(job))
        if not changed and _loaded(job.key):
            return False
        call("launchctl", "bootout", _target(job.key), check=False)
        call("launchctl", "bootstrap", _domain(), str(_path(job.key)))
        return True

    def remove(self, key: JobKey) -> bool:
        if not _path(key).exists() and not _loaded(key):
            return False
        call("launchctl", "bootout", _target(key), check=False)
        unlink_all([_path(key)])
        return True

    def installed(self) -> list[Installed]:
        found = []
        for path in sorted(_directory().glob(f"{PREFIX}*.plist")):
            job = _job_in(path)
            if job is not None:
                problem = "; ".join(problems(job)) or (None if _loaded(job.key) else "launchd has not loaded it")
                found.append(Installed(job=job, where=str(path), problem=problem))
        return found

    def run_now(self, key: JobKey) -> Ran:
        before = _state(key).get("runs")
        call("launchctl", "kickstart", _target(key))
        clock = SystemClock()
        ends = clock.now() + timedelta(seconds=TIME_LIMIT_S + 60)
        while clock.now() < ends:
            clock.sleep(1)
            state = _state(key)
            if state.get("state") == "not running" and (before is None or state.get("runs") != before):
                code = state.get("last exit code", "")
                return Ran(code=int(code) if code.isdigit() else None)
        return Ran(code=None, words="It is still running.")

    def notes(self, job: Job) -> list[str]:
        lines = [
            "Runs while you are logged in. A time that passes while the Mac sleeps is made up for once when it wakes; "
            "one that passes while it is switched off is left out."
        ]
        for path, folder in guarded(job):
            lines.append(
                f"macOS does not let such jobs read {path}: it lies in {folder}. Move it to a folder of its own, such "
                f"as {Path.home() / 'Playlists'} (listings: `PLAYLISTS_DIR`), and add the schedule again."
            )
        return lines


def guarded(job: Job) -> list[tuple[Path, str]]:
    """The job's paths that a launchd job may not read, each with the guarded folder that it lies in."""
    found: dict[Path, str] = {}
    paths = (Path(job.program[0]), job.directory, *job.writable)
    for path in paths:
        for folder in GUARDED:
            if path.is_relative_to(Path.home() / folder):
                found[path] = "iCloud Drive" if folder == "Library/Mobile Documents" else f"your {folder} folder"
        if path.is_relative_to("/Volumes"):
            found[path] = "an external or network volume"
    return list(found.items())


def _agent(job: Job) -> dict[str, Any]:
    agent: dict[str, Any] = {
        "Label": _label(job.key),
        "ProgramArguments": list(job.command),
        "WorkingDirectory": str(job.directory),
    }
    if job.environment:
        agent["EnvironmentVariables"] = dict(job.environment)
    agent["StartCalendarInterval"] = _interval(job)
    agent["ProcessType"] = "Background"
    agent["RunAtLoad"] = False
    agent["Umask"] = 0o077
    return agent


def _interval(job: Job) -> dict[str, int]:
    if is_cron(job):
        raise UsageError(
            "launchd takes no CRON text. Use --every hour, day, week or month, with --at HH:MM, or --backend cron."
        )
    return {name: int(value) for name, value in zip(FIELDS, cron_text(job).split(), strict=True) if value != "*"}


def _label(key: JobKey) -> str:
    return f"{PREFIX}{key.file_name}"


def _directory() -> Path:
    return Path.home() / "Library" / "LaunchAgents"


def _path(key: JobKey) -> Path:
    return _directory() / f"{_label(key)}.plist"


def _domain() -> str:
    return f"gui/{os.getuid()}" if hasattr(os, "getuid") else "gui/0"


def _target(key: JobKey) -> str:
    return f"{_domain()}/{_label(key)}"


def _loaded(key: JobKey) -> bool:
    return call("launchctl", "print", _target(key), check=False).code == 0


def _state(key: JobKey) -> dict[str, str]:
    """What `launchctl print` says of an agent, its own lines only (one tab deep)."""
    answer = call("launchctl", "print", _target(key), check=False)
    return dict(re.findall(r"^\t([a-z][a-z ]*) = (.*)$", answer.out, re.MULTILINE))


def _job_in(path: Path) -> Job | None:
    """The job of one of our property lists, or None where it is none (any more)."""
    with contextlib.suppress(OSError, ValueError, plistlib.InvalidFileException, KeyError, TypeError, IndexError):
        agent = plistlib.loads(path.read_bytes())
        words = list(agent["ProgramArguments"])
        end = next((i for i in range(len(words)) if words[i : i + 2] == ["schedule", "run"]), len(words))
        arguments = words[end + 2 :]
        service = arguments[1] if arguments[0] == "--service" else DEFAULT_SERVICE
        when = dict(agent["StartCalendarInterval"])
        cron = " ".join(str(when.get(name, "*")) for name in FIELDS)
        every, at = every_of(cron)
        job = Job(
            name=None if arguments[-1] == "--all" and "--" not in arguments else arguments[-1],
            every=every,
            at=at,
            program=tuple(words[:end]),
            environment=dict(agent.get("EnvironmentVariables", {})),
            directory=Path(agent["WorkingDirectory"]),
            service=service,
        )
        return job if cron_text(job) == cron else replace(job, every=cron, at=None)
    return None
