"""The whole fault matrix as processes, each also killed: the installed command against an emulator, then run again."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playlist_builder.emulator import Emulator, Fault, LoggedRequest
from playlist_builder.emulator.catalogue import Catalogue
from tests.machine import SCRIPT, Machine
from tests.test_sync import FIVE

pytestmark = pytest.mark.slow

KINDS = [
    ("500", "before"), ("500", "after"), ("502", "before"), ("502", "after"), ("drop", "before"), ("drop", "after"),
    ("401", "before"), ("404", "before"), ("429-short", "before"), ("429-quota", "before"),
]  # fmt: skip
SCENES = {"cold": "sync", "update": "sync", "undo": "undo"}


class Stage:
    """One machine and one emulator, kept in one directory: a copy of that is the same stage again."""

    def __init__(self, root: Path, catalogue: Catalogue, command: str) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.emulator = Emulator(catalogue, account_file=root / "account.json")
        self.machine = Machine(home=root / "home", work=root / "work", emulator=self.emulator)
        self.args = (command, "mix", "--json")

    @property
    def uris(self) -> list[str | None]:
        return list(self.emulator.account.playlist("The Mix").uris)

    def close(self) -> None:
        self.emulator.close()


def prepare(stage: Stage, catalogue: Catalogue, scene: str) -> None:
    """Brings the stage to just before the run that is disturbed."""
    stage.machine.log_in()
    stage.machine.listing("mix", [*FIVE, ("Ray Parker Jr.", "Ghostbusters")], title="The Mix")
    if scene == "cold":
        return
    stage.machine.run("sync", "mix", check=0)
    own = f"spotify:track:{catalogue.search_tracks('Axel F', 1, 0)[0][0].id}"
    playlist = stage.emulator.account.playlist("The Mix")
    playlist.insert(own, 1)
    playlist.insert(own, 4)
    playlist.insert(str(playlist.uris[0]), 5)
    playlist.add_local_file("Me", "Tape", "Hum", 61, 3)
    rows = [FIVE[4], FIVE[1], ("Touch", "The Sweetest Victory"), FIVE[2], FIVE[3]]
    stage.machine.listing("mix", rows, title="The Mix")
    if scene == "undo":
        stage.machine.run("sync", "mix", check=0)


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    made = Catalogue.shipped()
    yield made
    made.close()


@pytest.fixture(scope="module")
def wanted(
    catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, int, list[str | None]]]:
    """For each scene: its directory, how many requests the run sends, and the list that it leaves."""
    found = {}
    for scene, command in SCENES.items():
        root = tmp_path_factory.mktemp(scene) / "before"
        stage = Stage(root, catalogue, command)
        prepare(stage, catalogue, scene)
        stage.close()
        stage = Stage(shutil.copytree(root, root.with_name("after")), catalogue, command)
        stage.machine.run(*stage.args, check=0)
        found[scene] = (root, len(stage.emulator.requests), stage.uris)
        stage.close()
    return found


def killed(stage: Stage, number: int, after: bool) -> None:
    """Runs the command and kills it at its `number`th request, before or after that takes effect."""
    since = len(stage.emulator.requests)
    reached = threading.Event()
    process: list[subprocess.Popen[str]] = []

    def act(request: LoggedRequest) -> None:
        if request.number == since + number + (1 if after else 0) and not reached.is_set():
            reached.set()
            process[0].send_signal(signal.SIGKILL)

    stage.emulator.before.append(act)
    if not after:  # it is killed before the request takes effect: that is dropped
        stage.emulator.faults.append(Fault(lambda r: r.number == since + number, "drop", when="before"))
    started = threading.Event()
    stage.emulator.before.insert(0, lambda request: None if started.wait(5) else pytest.fail("no process"))
    process.append(
        subprocess.Popen(
            [str(SCRIPT), *stage.args],
            cwd=stage.machine.work,
            env=stage.machine.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    )
    started.set()
    process[0].communicate(timeout=60)
    stage.emulator.before.clear()


def broken(kind: str, when: str) -> Callable[[Stage, int], None]:
    def act(stage: Stage, number: int) -> None:
        since = len(stage.emulator.requests)
        stage.emulator.faults.append(Fault(lambda r: r.number == since + number, kind, when=when))  # type: ignore[arg-type]
        stage.machine.run(*stage.args)

    return act


CASES: dict[str, Callable[[Stage, int], None]] = {f"{kind}-{when}": broken(kind, when) for kind, when in KINDS}
CASES |= {
    "kill-before": lambda stage, number: killed(stage, number, False),
    "kill-after": lambda stage, number: killed(stage, number, True),
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("case", CASES)
def test_whatever_breaks_a_rerun_ends_in_the_right_list(
    scene: str, case: str, catalogue: Catalogue, tmp_path: Path, wanted: dict[str, tuple[Path, int, list[str | None]]]
) -> None:
    root, requests, right = wanted[scene]
    for number in range(1, requests + 1):
        stage = Stage(shutil.copytree(root, tmp_path / str(number)), catalogue, SCENES[scene])
        try:
            CASES[case](stage, number)
            if scene != "undo" or stage.uris != right:
                ran = stage.machine.run(*stage.args)
                if ran.code == 6:  # its time to go on has not come: nothing was sent
                    assert json.loads(ran.out)["error"]["retry_at"]
                    continue
            assert stage.uris == right, f"{case} at request {number} of {requests}"
        finally:
            stage.close()
