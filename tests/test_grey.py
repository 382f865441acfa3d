"""What went grey: noticed in passing, replaced for this account alone, and a person's choice is never swapped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from playlist_builder.model import Match, Recording, Track, Tracklist
from playlist_builder.syncing.grey import Grey, elsewhere, one_recording, stand_ins, with_stand_ins
from tests.test_sync import chosen
from tests.world import Rows, World, world

WEEK = timedelta(days=7, hours=1)


WORDS = ("Amber", "Birch", "Cedar", "Dahlia", "Elder", "Fennel", "Garnet")
SEVEN: Rows = [(f"The {word} Orchestra", f"{word} Lullaby") for word in WORDS]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """Seven recordings of which the catalogue has one release each."""
    with world(tmp_path) as made:
        for number, (artist, title) in enumerate(SEVEN):
            made.catalogue.add(
                title, [artist], album=f"Album {title}", duration_ms=200_000 + 9_000 * number,
                isrc=f"ZZAAA260000{number}", release_date="1999",
            )  # fmt: skip
        made.listing(SEVEN)
        yield made


def twin(here: World, uri: str, album: str = "Hits of the Eighties", isrc: str | None = None) -> str:
    """Another release of the same recording; its URI."""
    row = here.catalogue.track(uri.rsplit(":", 1)[-1])
    assert row is not None
    made = here.catalogue.add(
        row.title, [a.name for a in row.artists], album=album, album_artists=["Various Artists"],
        album_type="compilation", release_date="2001", duration_ms=row.duration_ms, isrc=isrc or row.isrc,
        explicit=False, popularity=5,
    )  # fmt: skip
    return f"spotify:track:{made.id}"


def searches(here: World) -> int:
    return sum(r.template == "/search" for r in here.emulator.requests)


def notes(result: Any) -> list[str]:
    return [note for note in result["notes"] if "cannot be played" in note]


def test_the_same_recording_elsewhere_stands_in_for_this_account_alone(here: World) -> None:
    first = chosen(here.sync())
    lock = here.lock
    other = twin(here, first[1])
    here.emulator.account.set_unplayable(first[1])
    assert here.sync()["requests"]["sent"] == 1, "nothing is read within the week"
    here.clock.move(WEEK)
    asked = searches(here)
    result = here.sync()
    assert here.uris == [first[0], other, *first[2:]]
    assert searches(here) == asked + 1
    assert here.lock == lock
    assert result["tracks"][1]["recording"]["uri"] == other
    assert (result["changes"]["added"], result["changes"]["removed"]) == (1, 1)
    assert len(notes(result)) == 1
    assert "Hits of the Eighties" in notes(result)[0]
    again = here.sync()
    assert again["requests"]["sent"] == 1
    assert notes(again) == []
    assert here.run("status", "--json").json["listings"][0]["state"] == "in sync"
    assert here.run("undo", "mix").code == 0
    assert here.uris == first


def test_a_persons_choice_is_only_proposed_and_once(here: World) -> None:
    first = chosen(here.sync())
    here.run("pin", "mix", "2", first[1])
    here.sync()
    other = twin(here, first[1])
    here.emulator.account.set_unplayable(first[1])
    here.clock.move(WEEK)
    result = here.sync()
    assert here.uris == first
    assert f"playlist pin mix 2 {other}" in notes(result)[0]
    here.clock.move(WEEK)
    asked = searches(here)
    assert notes(here.sync()) == []
    assert searches(here) <= asked + 1
    assert here.run("status", "--json").json["listings"][0]["unplayable"] == 1


def test_a_uri_in_the_listing_is_the_listings_to_change(here: World) -> None:
    first = chosen(here.sync())
    path = here.root / "playlists" / "mix.toml"
    path.write_text(path.read_text("utf-8") + f'uri = "{first[6]}"\n', "utf-8")
    here.sync()
    other = twin(here, first[6])
    here.emulator.account.set_unplayable(first[6])
    here.clock.move(WEEK)
    assert f"To take it: write {other} into the listing" in notes(here.sync())[0]
    assert here.uris == first


def test_found_nowhere_it_stays_and_is_told_once(here: World) -> None:
    first = chosen(here.sync())
    here.emulator.account.set_unplayable(first[1])
    told, asked = [], searches(here)
    for _ in range(12):
        here.clock.move(WEEK)
        told += notes(here.sync())
    assert here.uris == first
    assert len(told) == 1
    assert searches(here) - asked <= 4
    here.emulator.account.set_unplayable(first[1], False)
    here.clock.move(WEEK)
    here.sync()
    assert here.run("status", "--json").json["listings"][0]["unplayable"] == 0


def test_many_may_be_replaced_at_once(here: World) -> None:
    first = chosen(here.sync())
    assert len(first) == 7
    others = [twin(here, uri, album=f"Again {n}") for n, uri in enumerate(first)]
    for uri in first:
        here.emulator.account.set_unplayable(uri)
    here.clock.move(WEEK)
    here.run("schedule", "run", "mix")
    assert here.uris == others


def test_a_dry_run_and_a_locked_one_look_for_nothing(here: World) -> None:
    first = chosen(here.sync())
    here.emulator.account.set_unplayable(first[1])
    here.clock.move(WEEK)
    for option in ("--dry-run", "--locked"):
        assert here.sync("mix", option)["requests"]["sent"] == 1


def test_a_stand_in_that_goes_grey_is_replaced_too(here: World) -> None:
    first = chosen(here.sync())
    one = twin(here, first[1], album="One")
    here.emulator.account.set_unplayable(first[1])
    here.clock.move(WEEK)
    here.sync()
    two = twin(here, first[1], album="Two")
    here.emulator.account.set_unplayable(one)
    here.clock.move(WEEK)
    here.sync()
    assert here.uris[1] == two


def test_parts() -> None:
    old = Recording(uri="a", title="War", artists=("Vince DiCola",), isrc="X", duration_ms=1000, playable=False)
    same = Recording(uri="b", title="War", artists=("Vince DiCola",), isrc="X", playable=True)
    near = Recording(uri="c", title="War", artists=("Vince DiCola",), isrc="Y", duration_ms=1500, explicit=True)
    live = Recording(uri="d", title="War - Live", artists=("Vince DiCola",), isrc="Z", duration_ms=1000)
    wishes = Tracklist(title="x", tracks=())
    assert elsewhere(old, [old, live, near, same], wishes) == same
    assert elsewhere(old, [near], wishes) == near
    assert elsewhere(old, [near], Tracklist(title="x", tracks=(), explicit="avoid")) is None
    assert not one_recording(old, same)
    assert one_recording(same, near) is False
    greys = {
        "a": Grey(asked_at="2026-01-01T00:00:00+00:00", found="b", used=True),
        "b": Grey(asked_at="2026-01-01T00:00:00+00:00", found="a", used=True),
        "p": Grey(asked_at="2026-01-01T00:00:00+00:00", found="q"),
    }
    assert set(stand_ins(greys)) == {"a", "b"}
    track = Track(title="War")
    pinned = Match(track=track, outcome="pinned", recording=old)
    assert with_stand_ins([pinned], greys, {}) == (pinned,)
