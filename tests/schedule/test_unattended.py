"""Runs without a person: no question, no overlap, no end in silence."""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from playlist_builder.clock import MovableClock
from playlist_builder.errors import AuthError, RateLimited, ServiceError
from playlist_builder.notices import Notices
from playlist_builder.schedule.job import JobKey
from playlist_builder.schedule.log import log_path, masked, unattended_log
from playlist_builder.schedule.unattended import Outcome, Run, forget, lock_path, run_unattended, worst


@dataclass(frozen=True)
class Result:
    listing: str = "rocky-iv"
    code: int = 0
    message: str = "10 tracks, unchanged"
    needing_person: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()


@dataclass
class World:
    """What surrounds a run."""

    directory: Path
    answer: Callable[[tuple[str, ...] | None], Sequence[Result]] = lambda names: [Result()]
    pause: datetime | None = None
    asked: list[tuple[str, ...] | None] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    clock: MovableClock = field(default_factory=MovableClock)

    def run(self, name: str | None = "rocky-iv") -> Run:
        def sync(names: tuple[str, ...] | None) -> Sequence[Result]:
            self.asked.append(names)
            return self.answer(names)

        def send(title: str, text: str) -> bool:
            self.sent.append(text)
            return True

        return Run(
            key=JobKey(name=name),
            data_dir=self.directory,
            clock=self.clock,
            sync=sync,
            record=self.outcomes.append,
            notices=Notices(self.directory / "notices.json", self.clock, send=send),
            paused_until=lambda: self.pause,
        )

    @property
    def log(self) -> str:
        return log_path(self.directory).read_text(encoding="utf-8")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def raises(error: Exception) -> Callable[[tuple[str, ...] | None], Sequence[Result]]:
    def answer(names: tuple[str, ...] | None) -> Sequence[Result]:
        raise error

    return answer


def test_a_good_run_is_quiet_logged_and_recorded(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_unattended(world.run())
    assert (ended.code, ended.message) == (0, "rocky-iv: 10 tracks, unchanged")
    assert [(o.listing, o.code, o.message) for o in world.outcomes] == [("rocky-iv", 0, "10 tracks, unchanged")]
    assert world.sent == []
    assert "(exit code 0)" in world.log
    assert stat.S_IMODE(log_path(world.directory).stat().st_mode) == 0o600
    assert capfd.readouterr() == ("", "")


def test_nothing_can_be_asked(world: World) -> None:
    def answer(names: tuple[str, ...] | None) -> Sequence[Result]:
        assert not sys.stdin.isatty()
        return [Result(message=f"read {sys.stdin.read()!r}")]

    world.answer = answer
    before = sys.stdin
    assert run_unattended(world.run()).message.endswith("read ''")
    assert sys.stdin is before


def test_a_remembered_pause_sends_nothing(world: World) -> None:
    world.pause = world.clock.now() + timedelta(hours=5)
    ended = run_unattended(world.run())
    assert ended.code == 6
    assert world.asked == []
    assert world.sent == []
    assert [o.code for o in world.outcomes] == [6]


def test_the_same_job_does_not_overlap(world: World) -> None:
    with FileLock(lock_path(world.directory, JobKey(name="rocky-iv"))):
        ended = run_unattended(world.run())
    assert ended.code == 0
    assert "still going on" in ended.message
    assert "still going on" in world.log
    assert (world.asked, world.outcomes) == ([], [])


def test_another_job_of_the_same_login_waits_for_its_turn(world: World) -> None:
    with FileLock(world.directory / "schedule.lock"):
        waiting = threading.Thread(target=run_unattended, args=(world.run(),))
        waiting.start()
        waiting.join(0.3)
        assert world.asked == []
    waiting.join(20)
    assert world.asked == [("rocky-iv",)]


def test_a_person_is_told_once_what_is_new(world: World) -> None:
    world.answer = lambda names: [Result(code=4, needing_person=("Survivor – Burning Heart",))]
    assert [run_unattended(world.run()).code for _ in range(3)] == [4, 4, 4]
    world.answer = lambda names: [Result(code=4, needing_person=("Survivor – Burning Heart", "War"))]
    run_unattended(world.run())
    world.answer = lambda names: [Result(appeared=("War",))]
    run_unattended(world.run())
    run_unattended(world.run())
    assert world.sent == [
        "rocky-iv: Survivor – Burning Heart needs you: playlist review rocky-iv",
        "rocky-iv: 2 tracks need you, such as Survivor – Burning Heart: playlist review rocky-iv",
        "rocky-iv: War was missing, has appeared and is in the playlist now.",
    ]


def test_three_failures_in_a_row_are_told_and_one_waits_in_silence(world: World) -> None:
    world.answer = raises(ServiceError("the service is down"))
    notices = world.run().notices
    assert run_unattended(world.run()).code == 3
    assert world.sent == []
    assert "its last unattended run failed: the service is down" in notices.waiting()[0]
    world.clock.move(timedelta(hours=1))
    run_unattended(world.run())
    run_unattended(world.run())
    run_unattended(world.run())
    assert len(world.sent) == 1
    assert "failed 3 times in a row" in world.sent[0]
    world.answer = lambda names: [Result()]
    run_unattended(world.run())
    assert notices.waiting() == []


def test_a_weekly_run_does_not_fail_for_long_in_silence(world: World) -> None:
    world.answer = raises(ServiceError("down"))
    run_unattended(world.run())
    world.clock.move(timedelta(days=7))
    run_unattended(world.run())
    assert len(world.sent) == 1


def test_a_login_that_ended_is_told_at_once_and_once(world: World) -> None:
    world.answer = raises(AuthError("Log in again: playlist login"))
    assert [run_unattended(world.run()).code for _ in range(5)] == [5] * 5
    assert len(world.sent) == 1
    world.answer = lambda names: [Result()]
    run_unattended(world.run())
    assert world.run().notices.waiting() == []


def test_quota_days_are_no_failures(world: World) -> None:
    world.answer = raises(RateLimited("the day's quota is spent"))
    assert [run_unattended(world.run()).code for _ in range(5)] == [6] * 5
    assert world.sent == []


def test_a_bug_is_recorded_with_its_traceback(world: World) -> None:
    world.answer = raises(KeyError("x"))
    assert run_unattended(world.run()).code == 1
    assert [o.code for o in world.outcomes] == [1]
    assert "Traceback" in world.log


def test_several_listings_have_an_outcome_each(world: World) -> None:
    world.answer = lambda names: [Result("a"), Result("b", code=4, needing_person=("x",)), Result("c", code=3)]
    ended = run_unattended(world.run(None))
    assert ended == replace(ended, code=3, message="all listings: 3 listings; failed: c; a person is needed for: b")
    assert world.asked == [None]
    assert [(o.listing, o.code) for o in world.outcomes] == [("a", 0), ("b", 4), ("c", 3), (None, 3)]


def test_an_outcome_that_cannot_be_recorded_ends_no_run(world: World) -> None:
    def broken(outcome: Outcome) -> None:
        raise OSError("disk full")

    assert run_unattended(replace(world.run(), record=broken)).code == 0
    assert "disk full" in world.log


def test_the_worst_code_wins() -> None:
    assert [worst(codes) for codes in ((), (0, 4), (4, 6), (6, 3), (3, 5), (5, 1))] == [0, 4, 6, 3, 5, 1]


def test_the_watchdog_ends_a_process_that_hangs(tmp_path: Path) -> None:
    program = f"""
        import time
        from pathlib import Path
        from playlist_builder.clock import SystemClock
        from playlist_builder.notices import Notices
        from playlist_builder.schedule.job import JobKey
        from playlist_builder.schedule.unattended import Run, run_unattended

        here = Path({str(tmp_path)!r})
        run_unattended(Run(
            key=JobKey(name="rocky-iv"), data_dir=here, clock=SystemClock(), sync=lambda names: time.sleep(60),
            record=lambda outcome: (here / "outcome").write_text(str(outcome.code)),
            notices=Notices(here / "n.json", SystemClock(), send=lambda title, text: True),
            paused_until=lambda: None, limit_s=0.5,
        ))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], timeout=30, check=False)
    assert done.returncode == 3
    assert (tmp_path / "outcome").read_text() == "3"
    assert "the limit of an unattended run" in log_path(tmp_path).read_text(encoding="utf-8")


def test_removing_forgets_the_lock(world: World) -> None:
    run_unattended(world.run())
    lock_path(world.directory, JobKey(name="rocky-iv")).touch()
    forget(world.directory, JobKey(name="rocky-iv"))
    assert not lock_path(world.directory, JobKey(name="rocky-iv")).exists()


# --- the log ---


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer SECRETSECRET123",
        "{'refresh_token': 'SECRETSECRET123', 'x': 1}",
        "https://accounts.example/api/token?code=SECRETSECRET123&state=SECRETSECRET123",
        "proxy http://me:SECRETSECRET123@host:80",
        "PLAYLIST_TOKEN=SECRETSECRET123",
    ],
)
def test_secrets_are_masked(text: str) -> None:
    assert "SECRET" not in masked(text).replace("PLAYLIST_TOKEN", "")


def test_ordinary_lines_stay() -> None:
    line = "rocky-iv: 3 of 10 tracks need you (exit code 4), https://open.spotify.com/playlist/37i9dQZF1DX"
    assert masked(line) == line


def test_the_log_masks_tracebacks_and_known_secrets_and_rotates(tmp_path: Path) -> None:
    with unattended_log(tmp_path, ("ntfy-topic-of-mine",)) as logger:
        for number in range(9000):
            logger.info("line %d %s", number, "x" * 100)
        try:
            raise ValueError("Bearer SECRETSECRET123 \x1b[31m")
        except ValueError:
            logger.exception("sending to ntfy-topic-of-mine failed")
    text = "".join(path.read_text(encoding="utf-8") for path in log_path(tmp_path).parent.iterdir())
    assert len(list(log_path(tmp_path).parent.iterdir())) == 4
    assert "sending to *** failed" in text
    assert "ValueError: Bearer ***" in text
    assert not any(secret in text for secret in ("SECRET", "ntfy-topic", "\x1b"))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in log_path(tmp_path).parent.iterdir())
    assert logging.getLogger("playlist_builder").propagate
