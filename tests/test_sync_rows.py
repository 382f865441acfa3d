"""Rows that come, go, repeat and change their recording: the playlist follows, and what was decided stays decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.emulator import Fault
from tests.test_sync import FIVE, chosen, foreign
from tests.world import World, world

DOUBTFUL = ("Kenny Loggins", "Meet Me Halfway There")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def add(here: World, title: str, artist: str, *, explicit: bool = False, isrc: str | None = None) -> str:
    row = here.catalogue.add(
        title, [artist], album="At Last", album_artists=[artist], album_type="single", release_date="2026",
        duration_ms=200_000, isrc=isrc or f"ZZAAA{abs(hash((title, artist, explicit))) % 10**7:07}", explicit=explicit,
        popularity=5,
    )  # fmt: skip
    return f"spotify:track:{row.id}"


def searches(here: World) -> int:
    return len([r for r in here.emulator.requests if r.template == "/search"])


def settled(here: World, *options: str) -> None:
    """A resync writes nothing; the next one costs one request."""
    before, writes, lock = here.uris, len(here.emulator.writes), here.lock
    here.sync("mix", *options)
    assert here.sync("mix", *options)["requests"]["sent"] == 1
    assert (here.uris, len(here.emulator.writes), here.lock) == (before, writes, lock)


def test_a_row_taken_out_goes_and_brought_back_comes_to_its_place(here: World) -> None:
    first = chosen(here.sync())
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 2)
    for _ in range(2):
        here.listing([*FIVE[:1], *FIVE[2:]])
        here.sync()
        assert here.uris == [first[0], own, *first[2:]]
        settled(here)
        here.listing(FIVE)
        back = here.sync()
        assert here.uris == [first[0], first[1], own, *first[2:]] or here.uris == [first[0], own, *first[1:]]
        assert [uri for uri in here.uris if uri != own] == first
        assert not [note for note in back["notes"] if "removed" in note]
        settled(here)


def test_what_was_put_back_once_starts_anew_when_its_row_was_away(here: World) -> None:
    first = chosen(here.sync())
    here.playlist.remove_at(1)
    here.sync()
    assert "restored = true" in here.lock
    here.listing([*FIVE[:1], *FIVE[2:]])
    here.sync()
    assert "restored" not in here.lock
    here.listing(FIVE)
    here.sync()
    here.playlist.remove_at(1)
    again = here.sync()
    assert here.uris == first
    assert any("was put back once" in note for note in again["notes"])


def test_rows_that_repeat_stay_repeated(here: World) -> None:
    here.listing([FIVE[0], FIVE[1], FIVE[0], FIVE[0]])
    first = chosen(here.sync())
    assert first[0] == first[2] == first[3]
    assert here.uris == first
    settled(here)
    here.playlist.remove_at(2)
    here.sync()
    assert here.uris == first
    here.listing([FIVE[0], FIVE[1], FIVE[0]])
    assert here.sync()["changes"]["removed"] == 1
    assert here.uris == first[:3]
    here.playlist.insert(first[1], 0)
    here.sync()
    assert sorted(map(str, here.uris)) == sorted([*first[:3], first[1]]), "a second copy of the user's own stays"
    settled(here)


def test_a_better_match_replaces_the_old_one_in_its_place(here: World) -> None:
    here.listing([FIVE[0], DOUBTFUL, FIVE[1]])
    likely = here.sync("mix", "--accept", "likely")
    old = chosen(likely)[1]
    assert here.uris == chosen(likely)
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 2)
    better = add(here, DOUBTFUL[1], DOUBTFUL[0])
    result = here.sync("mix", "--refresh")
    assert chosen(result)[1] == better
    assert [uri for uri in here.uris if uri != own] == chosen(result)
    assert old not in here.uris
    assert own in here.uris
    settled(here)
    here.forget_state()
    here.playlist.insert(old)
    here.sync()
    assert old not in here.uris, "past: this listing's, whatever the state remembers"


def test_what_was_accepted_once_does_not_flip_back(here: World) -> None:
    here.listing([FIVE[0], DOUBTFUL])
    assert here.sync()["tracks"][1]["outcome"] == "review"
    likely = here.sync("mix", "--accept", "likely")
    assert likely["tracks"][1]["outcome"] == "matched"
    for options in ((), ("--accept", "exact"), ("--accept", "confident"), ("--refresh",), ("--accept", "likely")):
        result = here.sync("mix", *options)
        assert chosen(result) == chosen(likely), options
        assert here.uris == chosen(likely), options
    settled(here)


def test_exact_takes_only_exact_ones(here: World) -> None:
    here.listing([("Survivor", "Burning Heart"), ("Survivor", "Burning Hart")])
    result = here.sync("mix", "--accept", "exact")
    assert result["tracks"][0]["outcome"] == "matched"
    assert result["tracks"][1]["recording"] is None
    assert here.sync()["tracks"][1]["outcome"] == "matched"
    assert here.sync("mix", "--accept", "exact")["tracks"][1]["outcome"] == "matched", "it has one by now"


def test_a_known_gap_is_filled_when_it_appears(here: World) -> None:
    here.listing([FIVE[0], ("Nobody Known", "Song Unheard"), FIVE[1]])
    assert here.run("sync", "mix").code == 4
    assert here.run("later", "mix", "2").code == 0
    assert here.run("sync", "mix").code == 0
    new = add(here, "Song Unheard", "Nobody Known")
    here.clock.move(timedelta(days=40))
    result = here.sync()
    assert here.uris[1] == new
    assert any("was missing and is there now" in note for note in result["notes"])
    assert not [note for note in here.sync()["notes"] if "is there now" in note]
    settled(here)


@pytest.mark.parametrize("clean", [True, False])
def test_a_listing_that_avoids_explicit_ones_by_now(here: World, clean: bool) -> None:
    dirty = add(here, "Loud Words", "The Shouters", explicit=True)
    rows = [FIVE[0], ("The Shouters", "Loud Words"), FIVE[1]]
    here.listing(rows)
    assert chosen(here.sync())[1] == dirty
    other = add(here, "Loud Words", "The Shouters") if clean else None
    here.listing(rows, explicit="avoid")
    result = here.sync("mix", "--refresh") if clean else here.sync()
    assert result["tracks"][1]["outcome"] == ("matched" if clean else "review")
    assert dirty not in here.uris
    assert len(here.uris) == (3 if clean else 2)
    if other:
        assert here.uris[1] == other
    else:
        assert "only the explicit version" in result["tracks"][1]["reason"]
    sent = searches(here)
    settled(here)
    assert searches(here) == sent


def test_one_that_the_listing_avoids_stays_while_nothing_else_was_searched_for(here: World) -> None:
    dirty = add(here, "Loud Words", "The Shouters", explicit=True)
    rows = [FIVE[0], ("The Shouters", "Loud Words"), FIVE[1]]
    here.listing(rows)
    first = chosen(here.sync())
    here.listing(rows, explicit="avoid")
    result = here.sync("mix", "--max-requests", "0", "--refresh")
    assert here.uris == first
    assert dirty in chosen(result)
    assert result["error"]["kind"] == "quota"


def test_the_lock_stays_byte_for_byte_whatever_is_done_twice(here: World) -> None:
    here.listing([*FIVE, DOUBTFUL])
    here.sync()
    before = here.lock
    for args in (
        ("sync", "mix"),
        ("sync", "mix", "--refresh"),
        ("lock", "mix"),
        ("sync", "mix", "-n"),
        ("sync", "--all"),
    ):
        here.run(*args)
        assert here.lock == before, args
    path = here.root / "playlists" / "mix.lock.toml"
    windows = ("\ufeff" + before.replace("\n", "\r\n")).encode()
    path.write_bytes(windows)
    here.run("sync", "mix")
    assert path.read_bytes() == windows


def test_an_interrupted_write_that_turned_out_right_is_closed(here: World) -> None:
    first = chosen(here.sync())
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 2)
    here.listing(FIVE[:4])
    here.emulator.faults.append(Fault("GET /playlists/{id}", "500", times=9, skip=1))
    assert here.run("sync", "mix").code == 3
    here.emulator.faults.clear()
    here.sync()
    assert here.uris == [*first[:2], own, *first[2:4]]
    assert here.run("status", "--json").json["listings"][0]["state"] == "in sync"
    here.playlist.remove_at(2)
    here.playlist.remove_at(0)
    result = here.sync()
    assert own not in here.uris, "the user removed it after the write was made good"
    assert any("had been removed and was put back once" in note for note in result["notes"])
    assert here.uris == first[:4]


def test_what_the_user_removes_between_an_interrupted_write_and_the_next_stays_away(here: World) -> None:
    first = chosen(here.sync())
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 2)
    here.listing(FIVE[:4])
    here.emulator.faults.append(Fault("DELETE /playlists/{id}/items", "429-quota"))
    assert here.run("sync", "mix").code == 6
    here.clock.move(timedelta(hours=25))
    here.playlist.remove_at(2)
    here.sync()
    assert here.uris == first[:4]


def test_an_undo_after_an_interrupted_write_goes_back_to_before_it(here: World) -> None:
    first = chosen(here.sync())
    here.listing([FIVE[4], ("Ray Parker Jr.", "Ghostbusters"), *FIVE[:3]])
    here.emulator.faults.append(Fault("PUT /playlists/{id}/items", "429-quota"))
    assert here.run("sync", "mix").code == 6
    assert here.uris != first
    here.clock.move(timedelta(hours=25))
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 1)
    here.sync()
    done = here.uris
    assert here.run("undo", "mix").code == 0
    assert [uri for uri in here.uris if uri != own] == first
    assert own in here.uris, "it came after the write that was undone"
    assert here.run("undo", "mix").code == 0
    assert here.uris == done


def test_an_undo_waits_for_a_list_that_reads_stale(tmp_path: Path) -> None:
    from playlist_builder.emulator import Options

    with world(tmp_path, Options(items_delay_s=0.6)) as here:
        here.listing(FIVE)
        here.sync()
        here.listing(FIVE[:3])
        here.sync()
        assert here.run("undo", "mix").code == 0
        assert here.run("undo", "mix").code == 0
        assert here.run("undo", "mix").code == 0
        assert len(here.uris) == 5


def test_what_a_person_pins_while_a_sync_is_searching_stays(here: World) -> None:
    other = foreign(here, "Axel F")
    done: list[bool] = []

    def meanwhile(request: object) -> None:
        if not done and getattr(request, "template", "") == "/search":
            done.append(True)
            assert here.run("pin", "mix", "4", other).code == 0

    here.emulator.before.append(meanwhile)
    here.sync()
    assert re.search(rf'{other}", decided = "person"', here.lock)
    here.sync()
    assert here.uris[3] == other


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_pin_to_another_edition_of_the_same_recording_is_put_in(here: World, forgotten: bool) -> None:
    first = chosen(here.sync())
    row = next(r for r in here.catalogue.search_tracks("Burning Heart Survivor", 20, 0)[0] if first[0].endswith(r.id))
    twin = here.catalogue.add(
        row.title, ["Survivor"], album="Elsewhere", album_artists=["Survivor"], album_type="album",
        release_date="2020", duration_ms=row.duration_ms, isrc=row.isrc, explicit=False, popularity=1,
    )  # fmt: skip
    assert here.run("pin", "mix", "1", f"spotify:track:{twin.id}").code == 0
    if forgotten:
        here.forget_state()
    here.sync()
    assert here.uris == [f"spotify:track:{twin.id}", *first[1:]]
    settled(here)
