"""When jobs run: spread, the next time, and the notations of cron and systemd."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playlist_builder.errors import UsageError
from playlist_builder.schedule.job import Job
from playlist_builder.schedule.times import (
    check_times,
    cron_text,
    every_of,
    in_words,
    minute_of,
    next_run,
    on_calendar,
    times_of,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
MakeJob = Callable[..., Job]


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


def test_minutes_are_spread_and_the_same_everywhere() -> None:
    minutes = [minute_of(f"listing {number}") for number in range(2000)]
    assert min(minutes) == 1
    assert max(minutes) == 58
    assert max(minutes.count(minute) for minute in set(minutes)) < 70
    assert minute_of("rocky-iv") == 35


@pytest.mark.parametrize(
    ("every", "at", "cron", "words", "following"),
    [
        ("hour", None, "35 * * * *", "every hour, 35 minutes past", "2026-11-25T13:35+01:00"),
        ("day", "07:30", "30 7 * * *", "every day at 07:30", "2026-11-26T07:30+01:00"),
        ("day", None, "35 12 * * *", "every day at 12:35", "2026-11-26T12:35+01:00"),
        ("week", "19:05", "5 19 * * 3", "every Wednesday at 19:05", "2026-11-25T19:05+01:00"),
        ("@monthly", None, "0 0 1 * *", "at the times of '@monthly'", "2026-12-01T00:00+01:00"),
        ("30 7 * * mon-fri", None, "30 7 * * mon-fri", "at the times of '30 7 * * mon-fri'", "2026-11-26T07:30+01:00"),
        ("0 9 29 2 *", None, "0 9 29 2 *", "at the times of '0 9 29 2 *'", "2028-02-29T09:00+01:00"),
        ("0 9 13 * 5", None, "0 9 13 * 5", "at the times of '0 9 13 * 5'", "2026-11-27T09:00+01:00"),
    ],
)
def test_times_in_every_notation(
    make_job: MakeJob, every: str, at: str | None, cron: str, words: str, following: str
) -> None:
    job = make_job(every=every, at=at)
    check_times(job)
    assert (cron_text(job), in_words(job)) == (cron, words)
    assert next_run(job, NOW).isoformat(timespec="minutes") == following


def test_a_time_that_summer_time_skips_still_comes_on_that_day(make_job: MakeJob) -> None:
    found = next_run(make_job(every="day", at="02:30"), datetime(2027, 3, 28, 0, 0, tzinfo=UTC))
    assert found.date().isoformat() == "2027-03-28"


@pytest.mark.parametrize(
    ("every", "at", "said"),
    [
        ("fortnight", None, "hour, day, week or month"),
        ("61 * * * *", None, "minute '61' should be from 0 to 59"),
        ("* * * * fred", None, "day of the week 'fred'"),
        ("*/0 * * * *", None, "minute"),
        ("0 0 31 2 *", None, "never comes"),
        ("@reboot", None, "hour, day, week or month"),
        ("hour", "07:30", "does not go with --every hour"),
        ("0 7 * * *", "07:30", "says itself when"),
    ],
)
def test_impossible_times_are_refused_in_words(make_job: MakeJob, every: str, at: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_times(make_job(every=every, at=at))


def test_common_shapes_are_read_back_as_words() -> None:
    assert every_of("5 * * * *") == ("hour", None)
    assert every_of("5 7 * * *") == ("day", "07:05")
    assert every_of("5 7 * * 1") == ("week", "07:05")
    assert every_of("5 7 9 * *") == ("month", "07:05")
    assert every_of("*/5 7 9 * *") == ("*/5 7 9 * *", None)


def test_systemd_refuses_either_day_and_names_cron(make_job: MakeJob) -> None:
    with pytest.raises(UsageError, match="--backend cron"):
        on_calendar(make_job(every="0 9 13 * 5"))


def test_what_cron_says_systemd_says_too(make_job: MakeJob) -> None:
    assert on_calendar(make_job(every="*/20 8-10 * 1,7 mon,7")) == "Sun,Mon *-01,07-* 08,09,10:00,20,40:00"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize(
    "every", ["hour", "day", "week", "month", "30 7 * * 1", "*/20 8-10 * 1,7 mon,7", "0 0 29 2 *", "0 0 1 */2 *"]
)
def test_systemd_understands_the_calendar_and_means_the_same_time(make_job: MakeJob, every: str) -> None:
    job = make_job(every=every)
    answer = subprocess.run(
        ["systemd-analyze", "calendar", f"--base-time={NOW:%Y-%m-%d %H:%M:%S} UTC", on_calendar(job)],
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "UTC", "PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    line = next(line for line in answer.stdout.splitlines() if "Next elapse" in line)
    time_of_systemd = datetime.strptime(line.split(": ", 1)[1].strip(), "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    naive = next_run(job, NOW - timedelta(hours=1)).replace(tzinfo=UTC)  # the same wall clock, read in Berlin
    assert time_of_systemd == naive


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 59), st.integers(0, 23), st.sampled_from(["*", "1", "15", "*/7"]), st.sampled_from(["*", "0", "1-5"])
)
def test_the_next_run_is_due_and_later(minute: int, hour: int, day: str, weekday: str) -> None:
    text = f"{minute} {hour} {day} * {weekday}"
    times = times_of(text)
    job = Job(name="x", every=text, program=("p",), directory=Path("/"))
    found = next_run(job, NOW)
    assert found > NOW
    assert found.minute in times.minutes
    assert times.on(found)
