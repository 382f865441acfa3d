"""The one place where time enters. Handed down from the command line; tests and the emulator share a movable one."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Now, and a pause."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after `seconds`."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


class MovableClock:
    """A clock that stands still until it is moved; a sleep moves it and returns at once."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += timedelta(seconds=max(0.0, seconds))

    def move(self, delta: timedelta) -> None:
        """Lets `delta` pass."""
        self._now += delta
