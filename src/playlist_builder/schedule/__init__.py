"""Periodic runs through the system's own scheduler: one file each, imported when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import cast

from playlist_builder.errors import ConfigError, UsageError
from playlist_builder.schedule.backend import Backend, Installed, Ran
from playlist_builder.schedule.job import Job, JobKey, make_job, problems
from playlist_builder.schedule.times import in_words, next_run

__all__ = [
    "BACKENDS",
    "Backend",
    "Installed",
    "Job",
    "JobKey",
    "Ran",
    "all_installed",
    "default_backend",
    "in_words",
    "make_job",
    "next_run",
    "problems",
    "scheduler",
]

# name → (module in this folder, its class), in the order in which `schedule list` asks them.
BACKENDS: dict[str, tuple[str, str]] = {
    "systemd": ("systemd", "Systemd"),
    "launchd": ("launchd", "Launchd"),
    "cron": ("cron", "Cron"),
    "schtasks": ("schtasks", "Schtasks"),
    "github-actions": ("github_actions", "GithubActions"),
}


def scheduler(name: str) -> Backend:
    """The scheduler called `name`; raises `UsageError` naming those there are."""
    if name not in BACKENDS:
        raise UsageError(f"There is no scheduler {name!r}. Known: {', '.join(BACKENDS)}.")
    module, cls = BACKENDS[name]
    return cast(Backend, getattr(import_module(f"playlist_builder.schedule.{module}"), cls)())


def default_backend() -> Backend:
    """The scheduler that this system has; raises `ConfigError` with what to do where there is none."""
    names = {"darwin": ("launchd",), "win32": ("schtasks",)}.get(sys.platform, ("systemd", "cron"))
    for name in names:
        found = scheduler(name)
        if found.available():
            return found
    raise ConfigError(
        f"No scheduler answers here (tried {' and '.join(names)}). Install cron (`apt install cron`) or log in to a "
        "session of systemd's, or let something else run `playlist schedule run --all`; "
        "`--print` with `--backend` shows the files for any scheduler."
    )


def all_installed() -> list[tuple[Backend, Installed]]:
    """Our entries in every scheduler that this system has. One that does not answer raises `ConfigError`."""
    found = []
    for name in BACKENDS:
        asked = scheduler(name)
        if asked.available():
            found += [(asked, entry) for entry in asked.installed()]
    return found
