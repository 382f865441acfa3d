"""What is remembered between runs: apart for each account, in one step, and small; and the file that holds it."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.clock import MovableClock
from playlist_builder.errors import ConfigError
from playlist_builder.model import Candidate, Entry, Score, Search
from playlist_builder.store import database
from playlist_builder.store.ledger import Ledger
from playlist_builder.store.state import MOST_COPIES, Copy, Place, Remembered, RowMemory, Run, State, Texts
from playlist_builder.syncing.grey import Grey
from tests.builders import recording

MIX = Place(service="spotify", account="one", listing="mix")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State(tmp_path / "state.sqlite3", MovableClock())
    yield made
    made.close()


def memory(reason: str = "", candidates: int = 1) -> RowMemory:
    found = tuple(Candidate(recording=recording(f"Song {i}"), score=Score(total=0.5)) for i in range(candidates))
    return RowMemory(
        outcome="review",
        reason=reason,
        score=0.5,
        candidates=found,
        searches=(Search(query="q", step="plain", hits=1),),
    )


def test_a_playlist_is_remembered_as_it_was(state: State) -> None:
    whole = Remembered(
        playlist_id="p", name="Mix ✓", base=("a", "a"), known=("a",), links={"a'": "a"}, desired=("a",),
        revisions=("r",), page=50, texts=Texts(name="Mix", public_asked=False), held=True, created=True,
        synced_at=state.now(), grey={"a": Grey(asked_at=state.now(), found="b", used=True)},
    )  # fmt: skip
    state.remember(MIX, whole)
    assert state.remembered(MIX) == whole
    state.remember(MIX, replace(whole, base=None))
    assert state.remembered(MIX) == replace(whole, base=None), "adopted is not the same as empty"


@pytest.mark.parametrize("other", [{"account": "two"}, {"service": "demo"}, {"listing": "other"}])
def test_nobody_sees_what_is_someone_elses(state: State, other: dict[str, str]) -> None:
    there = replace(MIX, **other)
    state.remember(MIX, Remembered(playlist_id="p"))
    state.keep_rows(MIX, {"k": memory()})
    state.keep_no_album(MIX, ["x"])
    state.add_run(MIX, Run(listing="mix"))
    assert state.remembered(there) is None
    assert not state.rows(there)
    assert not state.no_album(there)
    assert not state.runs(there)
    state.keep_rows(there, {"j": memory()})
    state.forget(there, all=True)
    assert state.remembered(MIX)
    assert list(state.rows(MIX)) == ["k"]
    assert list(state.places("spotify", "one")) == ["mix"]


def test_copies_are_the_playlists_and_the_accounts(state: State) -> None:
    state.save_copy(MIX, Copy(playlist_id="p", target=("a",)))
    assert state.last_copy(MIX, "q") is None
    assert state.last_copy(replace(MIX, account="two"), "p") is None
    found = state.last_copy(replace(MIX, listing="renamed"), "p")
    assert found is not None
    assert found.target == ("a",)


def test_rows_are_kept_one_by_one(state: State) -> None:
    state.keep_rows(MIX, {"a": memory("a"), "b": memory("b")})
    rows = state.rows(MIX)
    assert rows["a"] == memory("a")
    assert rows.brief("a") == replace(memory("a"), candidates=(), searches=())
    assert rows.brief("z") is None
    rows["c"] = memory("c")
    del rows["b"]
    state.keep_rows(MIX, {"a": memory("new")}, keys=("a", "b"))
    state.keep_rows(MIX, rows)
    assert dict(state.rows(MIX)) == {"a": memory("new"), "c": memory("c")}, "what was not changed is not written"
    state.keep_rows(MIX, {"d": memory("d")}, keys=("c", "d"))
    assert sorted(state.rows(MIX)) == ["c", "d"]


def test_a_renamed_listing_takes_its_memory_along(state: State) -> None:
    state.remember(MIX, Remembered(playlist_id="p", base=("a",)))
    state.keep_rows(MIX, {"k": memory()})
    state.add_run(MIX, Run(listing="mix"))
    new = replace(MIX, listing="new")
    state.keep_rows(new, {"j": memory()})
    state.take_over(new, "mix")
    assert state.remembered(MIX) is None
    found = state.remembered(new)
    assert found is not None
    assert found.base == ("a",)
    assert list(state.rows(new)) == ["k"]
    assert len(state.runs(new)) == 1


def test_the_newest_copies_are_kept_and_one_that_was_cut_off_is_found(state: State) -> None:
    for number in range(MOST_COPIES + 5):
        copy = Copy(playlist_id="p", target=(str(number),), base=())
        state.finish_copy(state.save_copy(MIX, copy), replace(copy, after=copy.target))
    assert state.cut_off(MIX, "p") is None
    assert len(state.copies(MIX, "p")) == MOST_COPIES
    number = state.save_copy(MIX, Copy(playlist_id="p", target=("last",)))
    assert [copy.target for copy in state.copies(MIX, "p", 2)] == [("last",), (str(MOST_COPIES + 4),)]
    cut_off = state.cut_off(MIX, "p")
    assert cut_off is not None
    assert (cut_off.id, cut_off.target) == (number, ("last",))
    state.finish_copy(number, replace(cut_off, after=("last",)))
    assert state.cut_off(MIX, "p") is None


def test_a_copy_knows_what_only_the_playlist_knew(state: State) -> None:
    local = Entry(uri="spotify:local:Me:Tape:Hum:61", kind="local", recording=recording("Hum", "Me"))
    before = (
        Entry(uri="a", recording=recording("A"), added_at="2026-11-23T00:00:00Z"),
        local,
        Entry(uri=None, kind="null"),
    )
    state.save_copy(MIX, Copy(playlist_id="p", before=before, leaves=("a",), kind="undo", created=True))
    found = state.last_copy(MIX, "p")
    assert found is not None
    assert found.before == (replace(before[0], recording=None), *before[1:])
    assert (found.leaves, found.kind, found.created, found.after) == (("a",), "undo", True, None)


def test_fifty_copies_of_a_long_list_stay_small(tmp_path: Path) -> None:
    letters = random.Random(1)
    uris = [f"spotify:track:{letters.getrandbits(128):022x}"[:36] for _ in range(9_000)]
    entries = tuple(Entry(uri=uri, recording=recording(uri), added_at="2026-11-23T00:00:00Z") for uri in uris)
    state = State(tmp_path / "state.sqlite3", MovableClock())
    copy = Copy(playlist_id="p", before=entries, target=tuple(uris), base=tuple(uris))
    state.finish_copy(state.save_copy(MIX, copy), replace(copy, after=tuple(uris)))
    size = state._db.execute("SELECT length(value) FROM copy").fetchone()[0]
    assert size < 800_000
    state.close()


def test_runs_are_told_newest_first(state: State) -> None:
    numbers = [state.add_run(MIX, Run(listing="mix", started=str(i))) for i in range(3)]
    state.end_run(numbers[1], Run(listing="mix", started="1", code=0))
    assert [(run.id, run.started, run.code) for run in state.runs(MIX, 2)] == [
        (numbers[2], "2", None),
        (numbers[1], "1", 0),
    ]


def test_nothing_of_a_step_that_fails_is_kept(state: State) -> None:
    state.keep_rows(MIX, {"a": memory("a")})
    state._db.execute(
        "CREATE TRIGGER no BEFORE INSERT ON row BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        state.keep_rows(MIX, {"b": memory("b")})
    assert list(state.rows(MIX)) == ["a"]
    assert not state._db.in_transaction


# ---------------------------------------------------------------- the file


def test_a_damaged_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state.sqlite3"
    path.write_bytes(b"rubbish" * 1000)
    state = State(path, MovableClock())
    assert state.remembered(MIX) is None
    assert (tmp_path / "state.sqlite3.damaged").read_bytes().startswith(b"rubbish")
    assert "set aside" in caplog.text
    assert path.stat().st_mode & 0o777 == 0o600 or sys.platform == "win32"
    state.close()


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    state = State(path, MovableClock())
    state.remember(MIX, Remembered(playlist_id="p"))
    state._db.execute("PRAGMA user_version = 2")
    state.close()
    with pytest.raises(ConfigError, match="newer version"):
        State(path, MovableClock())
    assert not list(tmp_path.glob("*.damaged"))
    with sqlite3.connect(path) as there:
        there.execute("PRAGMA user_version = 1")
    there.close()
    state = State(path, MovableClock())
    assert state.remembered(MIX) == Remembered(playlist_id="p")
    state.close()


def test_a_file_that_another_program_holds_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    path = tmp_path / "state.sqlite3"
    state = State(path, MovableClock())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ConfigError, match=r"state\.sqlite3 is in use by another program"):
        state.remember(MIX, Remembered(playlist_id="p"))
    with pytest.raises(ConfigError, match="in use"):
        state.keep_rows(MIX, {"a": memory()})
    other.execute("ROLLBACK")
    state.remember(MIX, Remembered(playlist_id="p"))
    other.close()
    state.close()


def test_processes_that_start_at_once_share_one_file(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from playlist_builder.clock import MovableClock
from playlist_builder.store.state import Place, Remembered, Run, State
sys.stdin.readline()
state = State(Path(sys.argv[1]), MovableClock())
for number in range(20):
    place = Place(service="spotify", account="one", listing=sys.argv[2])
    state.add_run(place, Run(listing=sys.argv[2]))
    state.remember(place, Remembered(playlist_id=str(number)))
"""
    path = tmp_path / "state.sqlite3"
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(path), f"mix-{i}"], stdin=subprocess.PIPE, text=True)
        for i in range(4)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [process.wait(60) for process in running] == [0] * 4
    state = State(path, MovableClock())
    assert {name: found.playlist_id for name, found in state.places("spotify", "one").items()} == {
        f"mix-{i}": "19" for i in range(4)
    }
    assert len(state.runs(replace(MIX, listing="mix-2"))) == 20
    state.close()


def test_a_pause_and_what_was_sent_outlast_the_run(tmp_path: Path) -> None:
    clock = MovableClock()
    ledger = Ledger(tmp_path / "ledger.sqlite3", clock, 3)
    ledger.record("GET /search", catalogue=True)
    ledger.record("GET /me/playlists", catalogue=False)
    ledger.pause(clock.now() + timedelta(hours=2), "too many requests")
    ledger.pause(clock.now() + timedelta(hours=1), "too many requests")
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.sqlite3", clock, 3)
    assert (ledger.left(), ledger.sent()) == (2, 2)
    assert ledger.paused_until() == clock.now() + timedelta(hours=2)
    clock.move(timedelta(hours=24, seconds=1))
    assert (ledger.left(), ledger.paused_until()) == (3, None)
    ledger.close()
