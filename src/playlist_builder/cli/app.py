"""What every command is handed: settings, clock, consoles, and the services, listings and state behind them."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from playlist_builder.clock import Clock, SystemClock
from playlist_builder.store.settings import Settings, check_addresses, load_settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from playlist_builder.services import Service
    from playlist_builder.store.ledger import Ledger
    from playlist_builder.store.state import State


class App:
    """One run of the command line. Everything is made when it is first asked for."""

    def __init__(
        self, *, verbosity: int = 0, color: str = "auto", clock: Clock | None = None, settings: Settings | None = None
    ) -> None:
        self.verbosity = verbosity  # -1 quiet, 0 normal, 1.. verbose
        self.color = color
        self.clock: Clock = clock or SystemClock()
        self._settings = settings
        self._bar: tuple[Progress, TaskID, str] | None = None
        self._log_to_stderr()

    @cached_property
    def settings(self) -> Settings:
        return self._settings or load_settings()

    @cached_property
    def out(self) -> Console:
        """Results."""
        return self._console(stderr=False)

    @cached_property
    def err(self) -> Console:
        """Progress, questions, warnings."""
        return self._console(stderr=True)

    @property
    def interactive(self) -> bool:
        """Whether a question may be asked."""
        return sys.stdin is not None and sys.stdin.isatty()

    @property
    def watched(self) -> bool:
        """Whether what moves on stderr is seen: on a terminal, whatever --color says."""
        return self.err.is_terminal and sys.stderr is not None and sys.stderr.isatty()

    def service_name(self, given: str | None) -> str:
        """The service that is meant; raises `UsageError` or `ConfigError` where there is none of that name."""
        from playlist_builder.errors import ConfigError, UsageError
        from playlist_builder.services import SERVICES

        name = given or self.settings.service
        if name in SERVICES:
            return name
        words = f"There is no service {name!r}. Known: {', '.join(SERVICES)}."
        raise UsageError(words) if given else ConfigError(f"PLAYLIST_SERVICE: {words} Correct it, or remove it.")

    def ledger(self, service: str) -> Ledger:
        """The ledger of a service's login; the caller closes it."""
        from playlist_builder.store.ledger import Ledger

        limit = self.settings.daily_requests
        return Ledger(self.settings.data_dir(service) / "ledger.sqlite3", self.clock, limit)

    def state(self, service: str) -> State:
        """The state of a service's login; the caller closes it."""
        from playlist_builder.store.state import State

        return State(self.settings.data_dir(service) / "state.sqlite3", self.clock)

    @contextlib.contextmanager
    def progress(self, title: str, rows: int, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
        """A bar on a terminal for what takes a while; yields what to call with (settled, rows)."""
        if quiet or self.verbosity < 0 or not self.watched:
            yield lambda settled, rows: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        from playlist_builder.report.text import clean

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(clean(title), total=rows)
            self._bar = (bar, task, clean(title))
            try:
                yield lambda settled, rows: bar.update(task, completed=settled, total=rows)
            finally:
                self._bar = None

    @contextlib.contextmanager
    def open_service(
        self,
        service: str,
        *,
        refresh: bool = False,
        wait_s: float = 60.0,
        max_requests: int | None = None,
        extra_scopes: tuple[str, ...] = (),
    ) -> Iterator[Service]:
        """The service, logged in; raises `AuthError` before any request where a login is needed."""
        from playlist_builder.services import Opening, open_service

        check_addresses(self.settings)
        ledger = self.ledger(service)
        try:
            opening = Opening(
                settings=self.settings,
                clock=self.clock,
                ledger=ledger,
                refresh=refresh,
                wait_s=wait_s,
                max_requests=max_requests,
                on_wait=self.say_waiting,
                extra_scopes=extra_scopes,
            )
            with open_service(service, opening) as opened:
                yield opened
        finally:
            ledger.close()

    def say_waiting(self, seconds: float, why: str) -> None:
        """Told before each wait for a rate limit: a countdown on a terminal, else one line."""
        if self.verbosity < 0:
            return
        if not self.watched:
            self.err.print(f"Waiting {seconds:.0f} s: {why}", markup=False, highlight=False)
            return
        import threading

        threading.Thread(target=self._count_down, args=(seconds, why), daemon=True).start()

    def _count_down(self, seconds: float, why: str) -> None:
        """Shows the seconds that are left, in the progress bar where there is one."""
        clock = SystemClock()
        ends = clock.now() + timedelta(seconds=seconds)
        with contextlib.nullcontext() if self._bar else self.err.status("") as line:
            while (left := (ends - clock.now()).total_seconds()) > 0:
                words = f"Waiting {left:.0f} s: {why}"
                if self._bar is not None:
                    bar, task, _ = self._bar
                    bar.update(task, description=words)
                elif line is not None:
                    line.update(words)
                clock.sleep(min(1.0, left))
        if self._bar is not None:
            bar, task, title = self._bar
            bar.update(task, description=title)

    def _console(self, *, stderr: bool) -> Console:
        from rich.console import Console

        no_color = self.color == "never" or (self.color == "auto" and bool(os.environ.get("NO_COLOR")))
        return Console(
            stderr=stderr,
            force_terminal=True if self.color == "always" else None,
            no_color=no_color,
            color_system=None if no_color else "auto",
            highlight=False,
            soft_wrap=False,
        )

    def _log_to_stderr(self) -> None:
        """Our own log follows -v. spotipy logs the bearer token at DEBUG and client secrets, so it stays above that."""
        level = logging.WARNING if self.verbosity <= 0 else logging.INFO if self.verbosity == 1 else logging.DEBUG
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr, force=True)
        logging.getLogger("playlist_builder").setLevel(level)
        for name in ("spotipy", "urllib3", "requests", "requests_cache"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def utf8_streams() -> None:
    """Output is UTF-8 on every system, also redirected on Windows."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")
