"""A run without a person: asks nothing, ends in time, never twice at once; leaves a log, an outcome, a notice."""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from playlist_builder.clock import Clock
from playlist_builder.errors import AuthError, PlaylistError, RateLimited, UsageError
from playlist_builder.notices import Notices
from playlist_builder.schedule.backend import TIME_LIMIT_S
from playlist_builder.schedule.job import DEFAULT_SERVICE, JobKey
from playlist_builder.schedule.log import unattended_log

FAILURES = 3  # so many in a row make a notice,
LONG = timedelta(days=6)  # and so does failing for so long: a weekly run must not fail for a week in silence
ORDER = (1, 5, 3, 6, 4, 0)  # the first of these codes that occurred is that of the whole run

LOG = logging.getLogger("playlist_builder.unattended")


class Synced(Protocol):
    """What a run must know of one listing's sync. All texts are for a person, cleaned."""

    @property
    def listing(self) -> str: ...

    @property
    def code(self) -> int:
        """The exit code of this listing alone."""
        ...

    @property
    def message(self) -> str:
        """What happened, in one sentence: an error's message, or a summary such as `10 tracks, unchanged`."""
        ...

    @property
    def needing_person(self) -> Sequence[str]:
        """The rows that need a person, each by what it says (`Survivor – Burning Heart`)."""
        ...

    @property
    def appeared(self) -> Sequence[str]:
        """The rows that were missing before and were found now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one listing's unattended run ended, to be remembered. `listing` None: of a run of all of them."""

    listing: str | None
    service: str
    profile: str | None
    started: datetime
    ended: datetime
    code: int
    message: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """One unattended run and everything that it needs from outside.

    `sync(names)` syncs these listings (None: all of the user's) without asking anything; it returns an answer for each,
    failed ones included, or raises a `PlaylistError` where none could begin. `record` keeps an outcome; the watchdog
    calls it from a thread of its own, so it opens what it needs itself. `paused_until` is the end of a pause that the
    service asked for, read from what is remembered, without a request.
    """

    key: JobKey
    data_dir: Path
    clock: Clock
    sync: Callable[[tuple[str, ...] | None], Sequence[Synced]]
    record: Callable[[Outcome], None]
    notices: Notices
    paused_until: Callable[[], datetime | None]
    secrets: tuple[str, ...] = ()
    limit_s: float = TIME_LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run's exit code and its one line for a person."""

    code: int
    message: str


def run_unattended(run: Run) -> Ended:
    """Runs once, and returns how it ended; never asks, and raises nothing but what kills a process.

    The same job already running: code 0, nothing done. Another job of the same login: waits for its turn. A remembered
    pause: code 6 without a request. Past `limit_s`: the process ends with code 3, from a watchdog.
    """
    with unattended_log(run.data_dir, run.secrets), _no_stdin():
        try:
            with _alone(lock_path(run.data_dir, run.key), wait_s=0):
                return _watched(run)
        except _Taken:
            return _said(0, f"{run.key.label}: the run before is still going on; left to it.")


def lock_path(data_dir: Path, key: JobKey) -> Path:
    """The file that one job's run holds."""
    return data_dir / f"schedule-{key.file_name}.lock"


def worst(codes: Sequence[int]) -> int:
    """The code of a run of several listings."""
    return next((code for code in ORDER if code in codes), max(codes, default=0))


def _watched(run: Run) -> Ended:
    """Waits for other jobs' runs, then runs; all of it within the time limit."""
    started = run.clock.now()
    watchdog = threading.Timer(run.limit_s, _end_process, (run, started))
    watchdog.daemon = True
    watchdog.start()
    try:
        with _alone(run.data_dir / "schedule.lock", wait_s=run.limit_s + 60):
            return _run(run, started)
    finally:
        watchdog.cancel()


def _run(run: Run, started: datetime) -> Ended:
    paused = run.paused_until()
    if paused is not None:
        message = f"The service asked for no request before {_local(paused)}; nothing was sent."
        return _finished(run, started, [], RateLimited(message, retry_at=paused))
    LOG.info("%s: begins", run.key.label)
    try:
        results = run.sync(None if run.key.name is None else (run.key.name,))
    except PlaylistError as error:
        return _finished(run, started, [], error)
    except Exception as error:
        LOG.exception("a bug ended the run")
        return _finished(run, started, [], error)
    return _finished(run, started, results, None)


def _finished(run: Run, started: datetime, results: Sequence[Synced], error: Exception | None) -> Ended:
    """Records, tells and sums up."""
    if error is not None:
        code = error.code if isinstance(error, PlaylistError) else 1
        message = str(error) if isinstance(error, PlaylistError) else traceback.format_exception_only(error)[-1].strip()
        _keep(run, started, run.key.name, code, message)
        _tell_failure(run, run.key.name, code, message)
        return _said(code, f"{run.key.label}: {message}")
    for result in results:
        _keep(run, started, result.listing, result.code, result.message)
        _tell(run, result)
        LOG.log(logging.INFO if result.code in (0, 4) else logging.WARNING, "%s: %s", result.listing, result.message)
    code, summary = worst([result.code for result in results]), _summary(run.key, results)
    if code in (0, 4):
        run.notices.worked(f"run {run.key.label}")
    if run.key.name is None:
        _keep(run, started, None, code, summary)
    return _said(code, summary)


def _summary(key: JobKey, results: Sequence[Synced]) -> str:
    if len(results) == 1:
        return f"{results[0].listing}: {results[0].message}"
    failed = [result.listing for result in results if result.code not in (0, 4, 6)]
    asking = [result.listing for result in results if result.code == 4]
    parts = [f"{len(results)} {'listing' if len(results) == 1 else 'listings'}"]
    parts += [f"failed: {', '.join(failed)}"] if failed else []
    parts += [f"a person is needed for: {', '.join(asking)}"] if asking else []
    return f"{key.label}: {'; '.join(parts)}"


def _tell(run: Run, result: Synced) -> None:
    """What a person should hear of one listing."""
    notices, name = run.notices, result.listing
    if result.code in (0, 4):
        notices.worked(f"run {name}")
        notices.settle("login")
        rows = tuple(result.needing_person)
        if rows:
            shown = f"{rows[0]} needs you" if len(rows) == 1 else f"{len(rows)} tracks need you, such as {rows[0]}"
            command = f"playlist review {_word(name)}{_option(run.key)}"
            notices.tell(f"review {name}", f"{name}: {shown}: {command}", rows)
        else:
            notices.settle(f"review {name}")
        for row in result.appeared:
            notices.news(
                f"appeared {name} {row}", f"{name}: {row} was missing, has appeared and is in the playlist now."
            )
    else:
        _tell_failure(run, name, result.code, result.message)


def _tell_failure(run: Run, name: str | None, code: int, message: str) -> None:
    label = run.key.label if name is None else name
    if code == UsageError.code:
        code = PlaylistError.code
    if code == RateLimited.code:  # goes on by itself
        return
    if code == AuthError.code:
        run.notices.tell("login", f"A login is needed before any playlist can be kept in order: {message}", ("needed",))
        return
    key = f"run {label}"
    count, lasting = run.notices.failed(key)
    if count >= FAILURES or lasting >= LONG:
        times = "once" if count == 1 else f"{count} times in a row"
        run.notices.tell(key, f"{label}: failed {times}. The last time: {message}", ("failing",))
    else:  # often mends itself: no message, but the next command on a terminal says it
        run.notices.tell(key, f"{label}: its last unattended run failed: {message}", ("failed",), quiet=True)


def _keep(run: Run, started: datetime, listing: str | None, code: int, message: str) -> None:
    outcome = Outcome(
        listing=listing,
        service=run.key.service,
        profile=run.key.profile,
        started=started,
        ended=run.clock.now(),
        code=code,
        message=message,
    )
    try:
        run.record(outcome)
    except Exception:
        LOG.exception("the outcome could not be recorded")


def _said(code: int, message: str) -> Ended:
    LOG.log(logging.INFO if code in (0, 4, 6) else logging.ERROR, "%s (exit code %d)", message, code)
    return Ended(code=code, message=message)


def _end_process(run: Run, started: datetime) -> None:
    """The watchdog: whatever hangs, this process ends now. The next run converges."""
    message = f"ended after {run.limit_s / 60:g} minutes, the limit of an unattended run; the next one goes on"
    LOG.error("%s: %s", run.key.label, message)
    last = threading.Thread(target=_last_words, args=(run, started, message), daemon=True)
    last.start()
    last.join(10)
    os._exit(PlaylistError.code)


def _last_words(run: Run, started: datetime, message: str) -> None:
    _keep(run, started, run.key.name, PlaylistError.code, message)
    _tell_failure(run, run.key.name, PlaylistError.code, message)


class _Taken(Exception):
    """Another process holds the lock."""


@contextmanager
def _alone(path: Path, *, wait_s: float) -> Iterator[None]:
    """Holds the lock file for the block; raises `_Taken` where it is not free within `wait_s`."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=wait_s)
    try:
        lock.acquire()
    except Timeout as error:
        raise _Taken from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _no_stdin() -> Iterator[None]:
    """Nothing can be asked: standard input is at its end."""
    before = sys.stdin
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        sys.stdin = nothing
        try:
            yield
        finally:
            sys.stdin = before


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _option(key: JobKey) -> str:
    return "" if key.service == DEFAULT_SERVICE else f" --service {_word(key.service)}"


def _word(name: str) -> str:
    import shlex

    return shlex.quote(name)


def forget(data_dir: Path, key: JobKey) -> None:
    """Deletes what runs of a removed job left beside the log."""
    with suppress(OSError):
        lock_path(data_dir, key).unlink()
