"""Requests that syncs send, counted on the emulator: `python -m tests.benchmarks.syncing`.

Unchanged resyncs of 10, 1,000 and 9,000 tracks, 50 unchanged listings with `--all`, a cold sync of Rocky IV, and edits
of 1,000 tracks beside the way that clears a playlist and fills it again.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

from playlist_builder.emulator.catalogue import Catalogue
from tests.world import World, world


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def catalogue(count: int) -> tuple[Catalogue, list[str]]:
    """The shipped catalogue and `count` recordings more; their URIs."""
    made = Catalogue.shipped()
    rows = [
        made.add(
            f"Number {i}",
            [f"Act {i % 97}"],
            album=f"Numbers {i // 500}",
            album_artists=["Acts"],
            album_type="album",
            release_date="1985",
            duration_ms=180_000 + i,
            isrc=f"ZZBEN{i:07}",
            explicit=False,
            popularity=1,
        )
        for i in range(count)
    ]
    return made, [f"spotify:track:{row.id}" for row in rows]


def listing(here: World, uris: list[str], name: str = "mix", title: str = "The Mix") -> None:
    """A listing whose rows carry their URIs: what is counted is syncing, not matching."""
    rows = [f'[[track]]\ntitle = "{uri}"\nuri = "{uri}"\n' for uri in uris]
    directory = here.root / "playlists"
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.toml").write_text(f'title = "{title}"\n' + "".join(rows), encoding="utf-8")


@contextmanager
def fresh(count: int) -> Iterator[tuple[World, list[str]]]:
    made, uris = catalogue(count)
    with tempfile.TemporaryDirectory() as root:
        os.environ["PLAYLIST_HOME"] = str(Path(root) / "unused")
        with world(Path(root), catalogue=made) as here:
            yield here, uris
    made.close()


def unchanged() -> None:
    say("unchanged resync            requests   seconds")
    for count in (10, 1_000, 9_000):
        with fresh(count) as (here, uris):
            listing(here, uris)
            here.sync()
            start = time.perf_counter()
            sent = here.sync()["requests"]["sent"]
            say(f"  {count:>6} tracks            {sent:>8}   {time.perf_counter() - start:7.2f}")
    with fresh(10) as (here, uris):
        for number in range(50):
            listing(here, uris, f"mix-{number}", f"Mix {number}")
        here.run("sync", "--all", "--json", "--yes")
        before = len(here.emulator.requests)
        here.run("sync", "--all", "--json")
        say(f"  50 listings with --all   {len(here.emulator.requests) - before:>8}")


def edits() -> None:
    say("\nedit of 1,000 tracks     writes   least   clear and refill (dates lost)")
    count = 1_000
    cases: dict[str, tuple[Callable[[list[str]], list[str]], int]] = {
        "one inserted": (lambda u: [*u[:500], u[count], *u[500:count]], 1),
        "one removed": (lambda u: [*u[:500], *u[501:count]], 1),
        "one moved": (lambda u: [*u[:10], *u[11:500], u[10], *u[500:count]], 1),
        "a swap": (lambda u: [*u[:10], u[900], *u[11:900], u[10], *u[901:count]], 2),
        "rotated by one": (lambda u: [*u[1:count], u[0]], 1),
        "100 reversed": (lambda u: [*u[:100], *reversed(u[100:200]), *u[200:count]], 34),
    }
    for name, (edit, least) in cases.items():
        with fresh(count + 1) as (here, uris):
            listing(here, uris[:count])
            here.sync()
            before = len(here.emulator.writes)
            wanted = edit(uris)
            listing(here, wanted)
            here.sync()
            assert here.uris == wanted
            refill = ceil(len(wanted) / 100)
            say(f"  {name:<20} {len(here.emulator.writes) - before:>8} {least:>7}   {refill:>8} ({len(wanted)})")


def cold() -> None:
    with fresh(0) as (here, _):
        shipped = Path(__file__).parents[2] / "playlists" / "rocky-iv.toml"
        (here.root / "playlists").mkdir(exist_ok=True)
        (here.root / "playlists" / "rocky-iv.toml").write_bytes(shipped.read_bytes())
        requests = here.sync("rocky-iv")["requests"]
        say(f"\nsync rocky-iv, cold: {requests['sent']} requests {requests['by_endpoint']}")


if __name__ == "__main__":
    cold()
    unchanged()
    edits()
