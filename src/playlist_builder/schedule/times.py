"""When a job runs: its five cron fields, the next time, and the same in words and in systemd's notation. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from playlist_builder.errors import UsageError
from playlist_builder.schedule.job import EVERY, Job, words_of

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SHORTCUTS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# Field of a cron line: its name, the least and greatest value, and names that stand for values.
FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(MONTHS, 1)}),
    ("day of the week", 0, 7, {name[:3].lower(): number for number, name in enumerate(WEEKDAYS)}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The minutes at which something runs; `weekdays` from 0, Sunday. As in cron, where both the day of the month and
    the day of the week are given (`either_day`), one of them is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool = False

    def on(self, day: datetime) -> bool:
        """Whether it runs on that day at all."""
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        right_day = by_date or by_weekday if self.either_day else by_date and by_weekday
        return day.month in self.months and right_day


def spread(name: str | None, count: int, salt: str) -> int:
    """A number from 0 to `count` - 1 that depends on the listing's name alone: the same on every machine."""
    text = f"playlist {salt} {'--all' if name is None else name}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % count


def minute_of(name: str | None) -> int:
    """The minute at which a listing's runs start, from 1 to 58: not when everybody else's do."""
    return 1 + spread(name, 58, "minute")


def is_cron(job: Job) -> bool:
    """Whether `every` is CRON text."""
    return job.every not in EVERY


def cron_text(job: Job) -> str:
    """The five fields of a cron line for `job`, in local time. Without `--at`, an hour from 9 to 20: when machines
    that are switched off at night are on."""
    if is_cron(job):
        return SHORTCUTS.get(job.every.lower(), job.every)
    hour, minute = 9 + spread(job.name, 12, "hour"), minute_of(job.name)
    if job.at is not None:
        hour, minute = (int(part) for part in job.at.split(":"))
    weekday, day = spread(job.name, 7, "weekday"), 1 + spread(job.name, 28, "day")
    return {
        "hour": f"{minute} * * * *",
        "day": f"{minute} {hour} * * *",
        "week": f"{minute} {hour} * * {weekday}",
        "month": f"{minute} {hour} {day} * *",
    }[job.every]


def times_of(cron: str) -> Times:
    """What five cron fields mean; raises `UsageError` naming the field that is wrong."""
    parts = SHORTCUTS.get(cron.lower(), cron).split()
    if len(parts) != 5:
        raise UsageError(
            f"--every {cron!r} should be {words_of(EVERY[:-1]).replace(' and ', ', ')} or {EVERY[-1]}, or five cron "
            "fields: minute, hour, day of the month, month, day of the week, such as '30 7 * * 1'."
        )
    minutes, hours, days, months, weekdays = (_values(part, index, cron) for index, part in enumerate(parts))
    return Times(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(day % 7 for day in weekdays),
        either_day=not parts[2].startswith("*") and not parts[4].startswith("*"),
    )


def every_of(cron: str) -> tuple[str, str | None]:
    """The words for cron fields of the four common shapes, with their time of day; others stay CRON text."""
    minute, hour, day, month, weekday = cron.split()
    shape = " ".join(re.sub(r"^\d+$", "n", part) for part in (minute, hour, day, month, weekday))
    every = {"n * * * *": "hour", "n n * * *": "day", "n n * * n": "week", "n n n * *": "month"}.get(shape)
    return (cron, None) if every is None else (every, None if every == "hour" else f"{int(hour):02}:{int(minute):02}")


def check_times(job: Job) -> None:
    """Raises `UsageError` where `every` and `at` do not go together, are wrong, or never come."""
    if job.at is not None and is_cron(job):
        raise UsageError("--at does not go with a CRON text, which says itself when to run.")
    if job.at is not None and job.every == "hour":
        raise UsageError("--at is a time of day and does not go with --every hour. Leave it out, or use --every day.")
    times = times_of(cron_text(job))
    if _next(times, datetime(2026, 1, 1)) is None:  # noqa: DTZ001 - a date without a place
        raise UsageError(f"--every {job.every!r} never comes: there is no such day.")


def next_run(job: Job, now: datetime) -> datetime:
    """The next time, after `now` (aware), at which `job` is due; aware, in this machine's zone."""
    start = now.astimezone().replace(tzinfo=None, second=0, microsecond=0) + timedelta(minutes=1)
    found = _next(times_of(cron_text(job)), start)
    if found is None:
        raise UsageError(f"--every {job.every!r} never comes: there is no such day.")
    return found.astimezone()


def in_words(job: Job) -> str:
    """When it runs, for a person: `every Tuesday at 14:23`."""
    minute, hour, day, _, weekday = cron_text(job).split()
    if is_cron(job):
        return f"at the times of '{job.every}'"
    at = f"at {int(hour):02}:{int(minute):02}" if hour != "*" else ""
    return {
        "hour": f"every hour, {minute} {'minute' if minute == '1' else 'minutes'} past",
        "day": f"every day {at}",
        "week": f"every {WEEKDAYS[int(weekday)] if weekday != '*' else ''} {at}",
        "month": f"on day {day} of every month {at}",
    }[job.every]


def on_calendar(job: Job) -> str:
    """The times in the notation of systemd.time(7); raises `UsageError` for what only cron can say."""
    times = times_of(cron_text(job))
    if times.either_day:
        raise UsageError(
            f"--every {job.every!r} names days of the month and of the week, and cron runs on either. "
            "systemd cannot say that: use --backend cron, or one of the two."
        )
    weekdays = ",".join(WEEKDAYS[day][:3] for day in sorted(times.weekdays))
    weekdays = "" if len(times.weekdays) == 7 else f"{weekdays} "
    months, days = _listed(times.months, 1, 12), _listed(times.days, 1, 31)
    return f"{weekdays}*-{months}-{days} {_listed(times.hours, 0, 23)}:{_listed(times.minutes, 0, 59)}:00"


def _listed(values: frozenset[int], least: int, greatest: int) -> str:
    return "*" if len(values) == greatest - least + 1 else ",".join(f"{value:02}" for value in sorted(values))


def _next(times: Times, start: datetime) -> datetime | None:
    """The first minute from `start` on; within eight years, which have a 29 February, or None."""
    midnight = start.replace(hour=0, minute=0)
    for number in range(8 * 366 + 1):
        day = midnight + timedelta(days=number)
        if not times.on(day):
            continue
        for hour in sorted(times.hours):
            for minute in sorted(times.minutes):
                found = day.replace(hour=hour, minute=minute)
                if found >= start:
                    return found
    return None


def _values(text: str, index: int, cron: str) -> frozenset[int]:
    """The values of one field: `*`, numbers, names, ranges, steps and lists of these."""
    name, least, greatest, names = FIELDS[index]
    found: set[int] = set()
    for part in text.split(","):
        values, _, step = part.partition("/")
        first, dash, last = values.partition("-")
        try:
            low = least if values == "*" else _value(first, names)
            high = greatest if values == "*" or (step and not dash) else _value(last, names) if dash else low
            width = int(step) if "/" in part else 1
        except ValueError:
            low, high, width = -1, -1, 0
        if not (least <= low <= high <= greatest and 1 <= width <= 100):
            raise UsageError(f"--every {cron!r}: the {name} {part!r} should be from {least} to {greatest}, or '*'.")
        found.update(range(low, high + 1, width))
    return frozenset(found)


def _value(text: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return int(text)
