"""Machines that take turns, and states that are lost, end as one machine that forgets nothing would.

Whole commands over the emulator, with the user at work in between.

Left out is what no one can know without a state (`syncing/merge.py` says why): a second removal by the user, a row that
was dropped and comes back, and the user's own copies of tracks that the listing drops.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playlist_builder.emulator.catalogue import Catalogue
from tests.world import World, world

POOL = [
    ("Survivor", "Burning Heart"), ("Kenny Loggins", "Footloose"), ("Berlin", "Take My Breath Away"),
    ("Irene Cara", "Flashdance... What a Feeling"), ("Huey Lewis & The News", "The Power of Love"),
    ("Ray Parker Jr.", "Ghostbusters"), ("John Parr", "St. Elmo's Fire"), ("Kenny Loggins", "Danger Zone"),
]  # fmt: skip
OWN = ("Axel F", "The Touch", "People Are Strange", "Cry Little Sister")
EDITS = ("drop", "shift", "add", "insert", "move", "take out", "local", "remove", "nothing")

Step = tuple[str, int, int, str, bool]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(EDITS), st.integers(0, 9), st.integers(0, 9), st.sampled_from(["one", "two"]), st.booleans()
    ),
    min_size=2,
    max_size=5,
)


@dataclass
class Life:
    """One listing and one user; `act` does the same in every life that is told the same."""

    here: World
    rows: list[tuple[str, str]] = field(default_factory=lambda: POOL[:4])
    unused: list[tuple[str, str]] = field(default_factory=lambda: POOL[4:])
    own: list[str] = field(default_factory=list)
    removed: bool = False

    def act(self, edit: str, a: int, b: int) -> None:
        playlist = self.here.emulator.account.library()[0]
        uris = list(playlist.uris)
        mine = [place for place, uri in enumerate(uris) if uri in self.own or str(uri).startswith("spotify:local:")]
        if edit == "drop" and len(self.rows) > 1:
            self.rows.pop(a % len(self.rows))
        elif edit == "shift":
            self.rows.insert(b % len(self.rows), self.rows.pop(a % len(self.rows)))
        elif edit == "add" and self.unused:
            self.rows.insert(b % (len(self.rows) + 1), self.unused.pop(0))
        elif edit == "insert" and len(self.own) < len(OWN):
            row = self.here.catalogue.search_tracks(OWN[len(self.own)], 1, 0)[0][0]
            self.own.append(f"spotify:track:{row.id}")
            playlist.insert(self.own[-1], b % (len(uris) + 1))
        elif edit == "move" and uris:
            playlist.move(a % len(uris), b % (len(uris) + 1))
        elif edit == "take out" and mine:
            playlist.remove_at(mine[a % len(mine)])
        elif edit == "local":
            playlist.add_local_file("Me", "Tape", f"Hum {a}", 60, b % (len(uris) + 1))
        elif edit == "remove" and not self.removed and len(mine) < len(uris):
            self.removed = True
            ours = [place for place in range(len(uris)) if place not in mine]
            playlist.remove_at(ours[a % len(ours)])

    def sync(self, machine: str = "one", forget: bool = False) -> list[str | None]:
        self.here.machine = machine
        if not self.here.settings.home.joinpath("token.json").exists():
            self.here.log_in()
        if forget:
            self.here.forget_state()
        self.here.listing(self.rows)
        ran = self.here.run("sync", "mix", "--json", "--yes")
        assert ran.code == 0, ran.out
        assert [p.name for p in self.here.emulator.account.library()] == ["The Mix"]
        return list(self.here.emulator.account.library()[0].uris)


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    made = Catalogue.shipped()
    yield made
    made.close()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_turns_and_lost_states_end_as_one_machine_would(catalogue: Catalogue, steps: list[Step]) -> None:
    with ExitStack() as stack:
        roots = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        one, other = (Life(stack.enter_context(world(root, catalogue=catalogue))) for root in roots)
        assert one.sync() == other.sync()
        for edit, a, b, machine, forget in steps:
            one.act(edit, a, b)
            other.act(edit, a, b)
            expected = one.sync()
            assert other.sync(machine, forget) == expected, (edit, a, b, machine, forget)
        assert other.sync() == one.sync() == expected
        for life in (one, other):  # and what is left is at rest
            writes = len(life.here.emulator.writes)
            life.sync()
            assert len(life.here.emulator.writes) == writes
