"""A year of daily unattended runs, by a clock that is moved: what it costs, what is written, what a person hears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.emulator import Playlist
from playlist_builder.emulator.faults import Fault
from playlist_builder.notices import Notices
from tests.test_grey import SEVEN, twin
from tests.world import World, world

DAYS = 365
MISSING = ("Nobody Known", "Song Unheard")
GREY, RENAMED, REPLACED, REMOVED, APPEARS = 40, 60, 80, 100, 120
QUOTA = range(140, 143)  # days on which the service asks for a day's pause
OUTAGE = (*range(20, 22), *range(200, 204))  # two days, and four
LOGGED_IN_AGAIN = 200  # days after the first login has ended this is done


@dataclass
class Year:
    """What happened on each day, from 0."""

    requests: list[int] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    sent: list[tuple[int, str]] = field(default_factory=list)  # day and notice

    def heard(self, words: str) -> list[int]:
        """The days on which a notice with these words was sent."""
        return [day for day, text in self.sent if words in text]

    def told(self) -> str:
        """The year in a few lines."""
        by_code = ", ".join(f"{count} × {code}" for code, count in sorted(Counter(self.codes).items()))
        per_day = ", ".join(f"{count} days with {n}" for n, count in sorted(Counter(self.requests).items()))
        lines = [
            f"{len(self.codes)} runs, exit codes: {by_code}",
            f"{sum(self.requests)} requests: {per_day}",
            f"{sum(self.writes)} writes on days {[day for day, count in enumerate(self.writes) if count]}",
            f"{len(self.sent)} notices:",
        ]
        lines += [f"  day {day}: {text}" for day, text in self.sent]
        return "\n".join(lines)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        for number, (artist, title) in enumerate(SEVEN):
            made.catalogue.add(
                title, [artist], album=f"Album {title}", duration_ms=200_000 + 9_000 * number,
                isrc=f"ZZAAA260000{number}", release_date="1999",
            )  # fmt: skip
        made.listing([*SEVEN, MISSING])
        yield made


def add_missing(here: World) -> None:
    here.catalogue.add(MISSING[1], [MISSING[0]], album="At Last", duration_ms=180_000, isrc="ZZAAA2600100")


def replace_by_hand(here: World, playlist: Playlist, row: int) -> str:
    """The user takes a row's track out and puts a live version in."""
    artist, title = SEVEN[row]
    live = here.catalogue.add(f"{title} - Live", [artist], album="Live", duration_ms=290_000, isrc="ZZAAA2600200")
    playlist.remove_at(row)
    playlist.insert(f"spotify:track:{live.id}", row)
    return f"spotify:track:{live.id}"


def happen(here: World, day: int, playlist: Playlist | None, first: list[str | None], done: dict[str, str]) -> None:
    """What the world does to the playlist on this day."""
    here.emulator.faults.clear()
    if day in OUTAGE:
        here.emulator.faults.append(Fault(lambda request: True, "500", times=99))
    if day in QUOTA:
        here.emulator.faults.append(Fault(lambda request: True, "429-quota", retry_after=23 * 3600))
    if playlist is None:
        return
    if day == GREY:
        done["twin"] = twin(here, str(first[1]))
        here.emulator.account.set_unplayable(str(first[1]))
    elif day == RENAMED:
        playlist.rename("My evenings")
    elif day == REPLACED:
        done["live"] = replace_by_hand(here, playlist, 3)
    elif day == REMOVED:
        playlist.remove_at(5)
    elif day == APPEARS:
        add_missing(here)


@pytest.mark.slow
def test_a_year_of_daily_runs(here: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    year, done = Year(), dict[str, str]()
    first: list[str | None] = []

    def send(self: Notices, title: str, text: str) -> bool:
        year.sent.append((len(year.codes), text))
        return True

    monkeypatch.setattr(Notices, "_by_any_way", send)
    playlist: Playlist | None = None
    for day in range(DAYS):
        happen(here, day, playlist, first, done)
        if day == LOGGED_IN_AGAIN:
            here.log_in()
        requests = sum(r.path.startswith("/v1/") for r in here.emulator.requests)
        writes = len(here.emulator.writes)
        ran = here.run("schedule", "run", "mix")
        assert ran.out == ""
        year.codes.append(ran.code)
        year.requests.append(sum(r.path.startswith("/v1/") for r in here.emulator.requests) - requests)
        year.writes.append(len(here.emulator.writes) - writes)
        playlist = playlist or here.playlist
        first = first or list(playlist.uris)
        here.clock.move(timedelta(days=1))
    with capsys.disabled():
        print(f"\n{year.told()}")  # noqa: T201

    assert playlist is not None
    check_the_list(year, playlist.uris, first, done)
    assert playlist.name == "My evenings"
    check_the_price(year)
    check_what_was_heard(year)


def check_the_list(year: Year, now: list[str | None], first: list[str | None], done: dict[str, str]) -> None:
    """Everything that happened ended as it should."""
    expected = [first[0], done["twin"], first[2], done["live"], *first[4:]]
    assert now[:7] == expected
    assert len(now) == 8, "what was missing stands in its own place, at the end"


def check_the_price(year: Year) -> None:
    """An unchanged day costs one request and no write."""
    ended = range(181, LOGGED_IN_AGAIN)
    special = {0, GREY, RENAMED, REPLACED, REMOVED, *QUOTA, *OUTAGE, *ended}
    plain = [n for day, n in enumerate(year.requests) if day not in special]
    counts = Counter(plain)
    assert counts[1] >= 0.8 * len(plain)
    assert sum(plain) <= 1.5 * len(plain)
    assert max(year.requests[1:]) <= 14
    assert sum(year.writes) <= 12
    for day in QUOTA:
        assert year.codes[day] == 6
        assert year.requests[day] <= 1
    for day in OUTAGE:
        assert year.codes[day] == 3
        assert year.writes[day] == 0


def check_what_was_heard(year: Year) -> None:
    """Each thing is told once, when it needs somebody."""
    assert year.heard("Song Unheard needs you") == [0]
    assert len(year.heard("has appeared")) == 1
    assert year.heard("3 times in a row") == [OUTAGE[4]]
    first, second, next_login = year.heard("The login ends in")  # 30 and 7 days before; and of the login after it
    assert (second - first, next_login > LOGGED_IN_AGAIN) == (23, True)
    assert year.heard("A login is needed") == [second + 7]
    assert len(year.sent) == 7
