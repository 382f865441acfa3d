"""The fault matrix: whatever breaks at whatever request, a rerun ends in exactly the right list, nothing lost or twice.

Every run here is the real command over real HTTP; only the clock stands still. The same matrix with processes that are
killed is in `test_faults_slow.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.emulator import Fault, LoggedRequest
from playlist_builder.emulator.catalogue import Catalogue
from tests.test_sync import FIVE, foreign
from tests.world import World, world

KINDS = [
    ("500", "before"), ("500", "after"), ("502", "before"), ("502", "after"), ("drop", "before"), ("drop", "after"),
    ("401", "before"), ("404", "before"), ("429-short", "before"), ("429-quota", "before"), ("429-no-header", "before"),
]  # fmt: skip


def cold(here: World) -> None:
    """A new playlist."""
    here.listing(FIVE)


def update(here: World) -> None:
    """Rows added, removed and moved around the user's own entries, one of them twice."""
    here.listing([*FIVE, ("Ray Parker Jr.", "Ghostbusters")])
    here.sync()
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 1)
    here.playlist.insert(own, 4)
    here.playlist.insert(here.uris[0] or "", 5)  # a second copy of one of ours
    here.playlist.add_local_file("Me", "Tape", "Hum", 61, 3)
    here.listing([FIVE[4], FIVE[1], ("Touch", "The Sweetest Victory"), FIVE[2], FIVE[3]])


def undo(here: World) -> None:
    """The list of before an update is put back."""
    update(here)
    here.sync()


SCENES = {"cold": cold, "update": update, "undo": undo}
COMMANDS = {"cold": "sync", "update": "sync", "undo": "undo"}


@dataclass(frozen=True)
class Prepared:
    """A scene on disk just before the run that is disturbed, how many requests that sends, and the list it leaves."""

    root: Path
    requests: int
    right: list[str | None]


def reads_between_writes(here: World) -> bool:
    """Whether the list was read between any two writes of which the first failed with its effect unknown."""
    failed = False
    for request in here.emulator.requests:
        if request.is_write and failed:
            return False
        failed = request.is_write and (request.status is None or request.status >= 500)
    return True


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    made = Catalogue.shipped()
    yield made
    made.close()


@pytest.fixture(scope="module")
def prepared(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    found = {}
    for name, scene in SCENES.items():
        root = tmp_path_factory.mktemp(name) / "before"
        root.mkdir()
        with world(root, catalogue=catalogue) as here:
            scene(here)
        after = shutil.copytree(root, root.with_name("after"))
        with world(after, catalogue=catalogue) as here:
            here.run(COMMANDS[name], "mix", "--json")
            found[name] = Prepared(root, len(here.emulator.requests), here.uris)
    return found


@pytest.mark.parametrize(("kind", "when"), KINDS)
@pytest.mark.parametrize("scene", SCENES)
def test_a_rerun_after_any_fault_ends_in_the_right_list(
    scene: str, kind: str, when: str, tmp_path: Path, prepared: dict[str, Prepared], catalogue: Catalogue
) -> None:
    ready = prepared[scene]
    command = (COMMANDS[scene], "mix", "--json")
    for number in range(1, ready.requests + 1):
        root = shutil.copytree(ready.root, tmp_path / str(number))
        with world(root, catalogue=catalogue) as here:
            here.emulator.faults.append(Fault(number_is(number), kind, when=when))  # type: ignore[arg-type]
            here.run(*command)
            here.clock.move(timedelta(hours=25))
            if scene != "undo" or here.uris != ready.right:
                here.run(*command)
            assert here.uris == ready.right, f"{kind} {when} at request {number} of {ready.requests}"
            assert reads_between_writes(here), f"{kind} {when} at request {number}: repeated blindly"
        shutil.rmtree(root)


def number_is(number: int) -> Callable[[LoggedRequest], bool]:
    return lambda request: request.number == number


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_rerun_after_a_timeout_ends_in_the_right_list(
    scene: str, when: str, tmp_path: Path, prepared: dict[str, Prepared], catalogue: Catalogue
) -> None:
    ready = prepared[scene]
    for number in range(1, ready.requests + 1):
        root = shutil.copytree(ready.root, tmp_path / str(number))
        with world(root, catalogue=catalogue) as here:
            here.timeout_s = 0.25
            late = Fault(number_is(number), "timeout", when=when, delay_s=0.5)  # type: ignore[arg-type]
            here.emulator.faults.append(late)
            here.run(COMMANDS[scene], "mix", "--json")
            here.timeout_s = 15.0
            if scene != "undo" or here.uris != ready.right:
                here.run(COMMANDS[scene], "mix", "--json")
            assert here.uris == ready.right, f"timeout {when} at request {number} of {ready.requests}"
            assert reads_between_writes(here), f"timeout {when} at request {number}: repeated blindly"


def test_one_run_comes_through_several_faults(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        update(here)
        here.emulator.faults.append(Fault("POST /playlists/{id}/items", "drop", when="after"))
        here.emulator.faults.append(Fault("PUT /playlists/{id}/items", "504", when="after"))
        here.emulator.faults.append(Fault("DELETE /playlists/{id}/items", "503", when="before"))
        assert here.run("sync", "mix", "--json").code == 0
        first = here.uris
        assert here.sync()["requests"]["sent"] <= 2
        assert here.uris == first


def test_a_failed_read_is_never_taken_for_an_empty_playlist(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.listing(FIVE)
        here.sync()
        before = here.uris
        here.playlist.insert(foreign(here, "Axel F"), 0)
        writes = len(here.emulator.writes)
        here.emulator.faults.append(Fault("GET /playlists/{id}", "500", times=9))
        assert here.run("sync", "mix").code == 3
        here.emulator.faults[:] = [Fault("GET /me/playlists", "502", times=9)]
        here.forget_state()
        assert here.run("sync", "mix").code == 3
        assert len(here.emulator.writes) == writes
        assert here.uris[1:] == before


def test_someone_else_writing_in_between_loses_nothing(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        update(here)
        own = foreign(here, "The Goonies 'R' Good Enough")
        done: list[bool] = []

        def meddle(request: object) -> None:
            if (
                not done
                and getattr(request, "template", "") == "/playlists/{id}/items"
                and getattr(request, "is_write", False)
            ):
                done.append(True)
                here.playlist.insert(own, 0)

        here.emulator.before.append(meddle)
        here.run("sync", "mix", "--json")
        here.sync()
        assert own in here.uris
        assert len([uri for uri in here.uris if uri == own]) == 1


def is_write(number: int | None = None) -> Callable[[LoggedRequest], bool]:
    return lambda request: request.is_write and number in (None, request.number)


@pytest.mark.parametrize("second", ["before", "after"])
def test_a_run_that_is_cut_off_twice_loses_nothing_either(
    second: str, tmp_path: Path, prepared: dict[str, Prepared], catalogue: Catalogue
) -> None:
    """The first run ends at any write, which takes effect; the next at its first or second one."""
    ready = prepared["update"]
    for number, skip in [(number, skip) for number in range(2, ready.requests) for skip in (0, 1)]:
        root = shutil.copytree(ready.root, tmp_path / f"{number}-{skip}")
        with world(root, catalogue=catalogue) as here:
            before = here.uris
            last = Fault(is_write(number), "429-quota", when="after")
            here.emulator.faults.append(last)
            here.run("sync", "mix")
            if last.times:
                continue  # that request was no write
            here.clock.move(timedelta(hours=25))
            here.emulator.faults[:] = [Fault(is_write(), "429-quota", when=second, skip=skip)]  # type: ignore[arg-type]
            here.run("sync", "mix")
            here.emulator.faults.clear()
            here.clock.move(timedelta(hours=25))
            here.run("sync", "mix")
            assert here.uris == ready.right, f"cut off at request {number}, then {second} write {skip + 1}"
            here.run("sync", "mix")
            assert here.uris == ready.right
            here.run("undo", "mix")
            assert here.uris == before, f"undo, {number}, {second} {skip + 1}"
        shutil.rmtree(root)
