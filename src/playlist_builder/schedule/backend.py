"""What every scheduler can do, and how its programs are called."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playlist_builder.errors import ConfigError
from playlist_builder.schedule.job import Job, JobKey
from playlist_builder.store.files import replace_file

TIME_LIMIT_S = 30 * 60  # a run ends itself then; schedulers that have a limit of their own wait a little longer
DELAY_MIN = 15  # schedulers that can, start up to so many minutes late, not all at once
DELAY_AT_MIN = 2  # with a time that the user chose


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One entry as a scheduler has it. `problem`: why it will not run, in words."""

    job: Job
    where: str
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run through the scheduler. `code` None: it is still running, or the scheduler does not tell."""

    code: int | None
    words: str = ""


class Backend(Protocol):
    """A scheduler of the system. Every method may raise `ConfigError` with what its program said."""

    name: str
    title: str

    def available(self) -> bool:
        """Whether this system has it, and it answers."""
        ...

    def files(self, job: Job) -> dict[str, str]:
        """Path and text of everything that `install` puts on the system; works on any system. Raises `UsageError` for
        times that this scheduler cannot express."""
        ...

    def install(self, job: Job) -> bool:
        """Makes the system run `job`; False where it did already and nothing was touched."""
        ...

    def remove(self, key: JobKey) -> bool:
        """Takes the entry away, with all that it left; False where there was none."""
        ...

    def installed(self) -> list[Installed]:
        """Our entries, in a stable order."""
        ...

    def run_now(self, key: JobKey) -> Ran:
        """Runs the installed entry once as the scheduler does, and waits for its end."""
        ...

    def notes(self, job: Job) -> list[str]:
        """What a person should know about this scheduler: what happens when the machine is off, and what to do."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program answered."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        return (self.err.strip() or self.out.strip())[:400]


def call(*command: str, stdin: str | None = None, timeout_s: float = 60.0, check: bool = True) -> Answer:
    """Runs a program of the system, in plain English where it speaks languages.

    With `check`, raises `ConfigError` with its words where it failed; a program that is missing or hangs always does.
    """
    try:
        done = subprocess.run(
            command,
            input=(stdin or "").encode(),
            capture_output=True,
            timeout=timeout_s,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            check=False,
        )
    except FileNotFoundError as error:
        raise ConfigError(f"{command[0]} is not on this system. `--backend` names another scheduler.") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"{command[0]} did not answer: {error}.") from error
    answer = Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
    if check and answer.code:
        raise ConfigError(f"`{' '.join(command[:4])}` failed with {answer.code}: {answer.words}")
    return answer


def write_changed(files: dict[str, str]) -> bool:
    """Writes the files whose bytes differ, with their directories; whether there were any. Raises `ConfigError`."""
    changed = False
    for name, text in files.items():
        path, content = Path(name), text.encode()
        try:
            if path.is_file() and path.read_bytes() == content:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content, mode=0o644)
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror or error}.") from error
        changed = True
    return changed


def unlink_all(paths: Sequence[Path]) -> bool:
    """Deletes the files that are there; whether there were any. Raises `ConfigError`."""
    found = False
    for path in paths:
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigError(f"{path} cannot be removed: {error.strerror or error}.") from error
        found = True
    return found


def delay_minutes(job: Job) -> int:
    """By how much a start may be late."""
    return DELAY_MIN if job.at is None else DELAY_AT_MIN


def record_in(text: str, before: str, after: str) -> str | None:
    """The job's record between two marks of a file's text, or None."""
    _, found, rest = text.partition(before)
    return rest.partition(after)[0].strip() if found else None
