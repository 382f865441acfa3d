"""A line in the user's crontab, marked as ours. Everybody else's lines stay byte for byte as they are.

python-crontab renders and escapes our line. It never sees the others: it rewrites what it reads (quotes of variables,
white space, lines it cannot parse), and a crontab belongs to its user.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from playlist_builder.errors import ConfigError, UsageError
from playlist_builder.schedule.backend import TIME_LIMIT_S, Installed, Ran, call
from playlist_builder.schedule.job import ALLOWED, DEFAULT_SERVICE, Job, JobKey, problems
from playlist_builder.schedule.times import cron_text, every_of, times_of

MARK = " # playlist-builder: "
LONGEST = 998  # characters of a line; Debian's cron refuses more (cron.h, MAX_COMMAND)
PIDS = ("/run/crond.pid", "/var/run/crond.pid", "/var/run/cron.pid")


class Cron:
    """Our lines in a crontab: that of the user, or a file (`tabfile`)."""

    name = "cron"
    title = "cron"

    def __init__(self, tabfile: Path | None = None) -> None:
        self._tabfile = tabfile

    def available(self) -> bool:
        return self._tabfile is not None or (os.name == "posix" and shutil.which("crontab") is not None)

    def files(self, job: Job) -> dict[str, str]:
        return {"crontab": f"{_line(job)}\n"}

    def install(self, job: Job) -> bool:
        line, before = _line(job), self._read()
        kept = [old for old in before.splitlines() if not _is(old, job.key)]
        place = next((i for i, old in enumerate(before.splitlines()) if _is(old, job.key)), len(kept))
        kept.insert(place, line)
        return self._write(before, kept)

    def remove(self, key: JobKey) -> bool:
        before = self._read()
        return self._write(before, [line for line in before.splitlines() if not _is(line, key)])

    def installed(self) -> list[Installed]:
        found = []
        for line in self._read().splitlines():
            job = _job_in(line)
            if job is not None:
                problem = "; ".join(problems(job)) or None
                if line.lstrip().startswith("#"):
                    problem = "its line in the crontab is commented out"
                found.append(Installed(job=job, where=str(self._tabfile or "crontab"), problem=problem))
        return found

    def run_now(self, key: JobKey) -> Ran:
        line = next((line for line in self._read().splitlines() if _is(line, key)), None)
        if line is None:
            raise ConfigError(f"The crontab has no entry for {key.label}.")
        return _as_cron_does(_command_in(line))

    def notes(self, job: Job) -> list[str]:
        lines = [
            "cron does not catch up: a run is left out when the machine is off or asleep at that time. "
            "Choose a time at which it is on (--at HH:MM)."
        ]
        if self._tabfile is None and not any(Path(path).exists() for path in PIDS) and not _cron_runs():
            lines.append(
                "No cron daemon seems to run here, and without one nothing happens. Start it, on Debian with: "
                "sudo systemctl enable --now cron"
            )
        return lines

    def _read(self) -> str:
        if self._tabfile is not None:
            return self._tabfile.read_text(encoding="utf-8", errors="surrogateescape") if self._tabfile.exists() else ""
        answer = call("crontab", "-l", check=False)
        if answer.code and "no crontab for" not in answer.err.lower():
            raise ConfigError(f"The crontab cannot be read: {answer.words}")
        if "\ufffd" in answer.out:
            raise ConfigError("The crontab is not UTF-8 throughout and is left alone. Save it as UTF-8 (crontab -e).")
        return "" if answer.code else answer.out

    def _write(self, before: str, lines: list[str]) -> bool:
        """Writes the table unless it is the same; a table that has become empty is removed."""
        if before.splitlines() == lines:
            return False
        text = "".join(f"{line}\n" for line in lines)
        if self._tabfile is not None:
            self._tabfile.write_text(text, encoding="utf-8", errors="surrogateescape")
        elif text:
            call("crontab", "-", stdin=text)
        else:
            call("crontab", "-r")
        return True


def _line(job: Job) -> str:
    """The crontab line: everything that the run needs stands in it."""
    from crontab import CronTab

    cron = cron_text(job)
    times_of(cron)
    item = CronTab(tab="").new(command=_command(job), comment=_label(job.key))
    item.setall(cron)
    line = str(item.render()).replace(f" # {_label(job.key)}", f"{MARK}{_label(job.key)}")
    if not item.is_valid():
        raise UsageError(f"--every {job.every!r} is nothing that cron can do.")
    if len(line.encode()) > LONGEST:
        raise ConfigError(
            f"The line for {job.key.label} is longer than cron takes ({LONGEST} characters): its paths or proxy "
            "settings are too long. Use another scheduler (--backend), or shorter paths."
        )
    return line


def _command(job: Job) -> str:
    assignments = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    return " ".join(("cd", shlex.quote(str(job.directory)), "&&", *assignments, shlex.join(job.command)))


def _label(key: JobKey) -> str:
    """A comment for the reader of the crontab. A percent sign would end the command there."""
    return key.label.replace("%", "(percent)")


def _is(line: str, key: JobKey) -> bool:
    job = _job_in(line)
    return job is not None and job.key == key


def _command_in(line: str) -> str:
    """The command of one of our lines, as the shell gets it."""
    command = line.lstrip("# \t").rpartition(MARK)[0]
    return command.split(None, 5)[5].replace("\\%", "%")


def _job_in(line: str) -> Job | None:
    """The job of one of our lines, read from what stands there now; None for anybody else's line."""
    if MARK not in line:
        return None
    try:
        command = _command_in(line)
        words = shlex.split(command)
        rest = words[words.index("&&") + 1 :]
        environment: dict[str, str] = {}
        while rest[0].partition("=")[0] in ALLOWED:
            name, _, value = rest.pop(0).partition("=")
            environment[name] = value
        end = next(i for i in range(len(rest)) if rest[i : i + 2] == ["schedule", "run"])
        cron = " ".join(line.lstrip("# \t").split(None, 5)[:5])
        times_of(cron)
    except (ValueError, IndexError, StopIteration, UsageError):
        return None
    return _job(cron, Path(words[1]), environment, tuple(rest[:end]), rest[end + 2 :])


def _job(
    cron: str, directory: Path, environment: Mapping[str, str], program: tuple[str, ...], arguments: list[str]
) -> Job:
    service = DEFAULT_SERVICE
    if arguments[:1] == ["--service"]:
        service, arguments = arguments[1], arguments[2:]
    name = None if arguments == ["--all"] else arguments[-1]
    every, at = every_of(cron)
    job = Job(
        name=name, every=every, at=at, program=program, environment=environment, directory=directory, service=service
    )
    return job if cron_text(job) == cron else replace(job, every=cron, at=None)


def _as_cron_does(command: str) -> Ran:
    """Runs a command with cron's bare environment, in its shell. cron itself cannot be told to run something now."""
    bare = {"HOME": str(Path.home()), "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    user = {name: os.environ[name] for name in ("LOGNAME", "USER") if name in os.environ}
    words = [f"{name}={value}" for name, value in {**bare, **user}.items()]
    answer = call("/usr/bin/env", "-i", *words, "/bin/sh", "-c", command, timeout_s=TIME_LIMIT_S + 60, check=False)
    return Ran(code=answer.code, words=answer.words if answer.code else "")


def _cron_runs() -> bool:
    """Whether a process of this system is a cron daemon, as far as can be seen."""
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() in ("cron", "crond", "anacron", "fcron"):
                return True
        except OSError:
            continue
    return not Path("/proc/self").exists()  # elsewhere (macOS) the system starts it by itself
