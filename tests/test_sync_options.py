"""What the options promise: nothing written, nothing asked, nothing sent; and which exit code tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.emulator import Fault
from playlist_builder.store.ledger import Ledger
from tests.test_sync import FIVE, chosen, foreign
from tests.world import World, world

UNKNOWN = ("Nobody Known", "Song Unheard")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def dump(here: World) -> list[tuple[object, ...]]:
    """Everything that the state holds, and the listings with their locks."""
    import sqlite3

    held: list[tuple[object, ...]] = []
    path = here.settings.data_dir("spotify") / "state.sqlite3"
    if path.exists():
        with sqlite3.connect(path) as there:
            for table in ("memory", "row", "recording", "run", "copy"):
                held += there.execute(f"SELECT * FROM {table}").fetchall()
        there.close()
    return held + [(file.name, file.read_bytes()) for file in sorted((here.root / "playlists").iterdir())]


def pause(here: World, hours: int) -> None:
    ledger = Ledger(here.settings.data_dir("spotify") / "ledger.sqlite3", here.clock, 0)
    ledger.pause(here.clock.now() + timedelta(hours=hours), "too many requests")
    ledger.close()


def catalogue_requests(here: World) -> int:
    return len([r for r in here.emulator.requests if r.template.startswith(("/search", "/albums", "/tracks"))])


def test_a_dry_run_writes_nothing_and_keeps_the_answers_it_paid_for(here: World) -> None:
    before = dump(here)
    first = here.sync("mix", "-n")
    assert (first["dry_run"], first["playlist"], first["changes"]["added"]) == (True, None, 5)
    assert dump(here) == before
    paid = catalogue_requests(here)
    here.sync()
    assert catalogue_requests(here) == paid
    here.playlist.remove_at(0)
    here.playlist.insert(foreign(here, "Axel F"), 1)
    here.playlist.rename("Mine")
    here.listing([*FIVE[2:], UNKNOWN])
    before, writes, list_before = dump(here), len(here.emulator.writes), here.emulator.account.library()[0].uris
    for options in ((), ("--prune",), ("--refresh",), ("--yes",)):
        assert here.sync("mix", "-n", *options)["dry_run"]
    assert dump(here) == before
    assert len(here.emulator.writes) == writes
    assert here.emulator.account.library()[0].uris == list_before


def test_a_dry_run_says_what_the_run_then_does(here: World) -> None:
    here.sync()
    here.playlist.insert(foreign(here, "Axel F"), 1)
    here.listing([FIVE[4], *FIVE[:2], ("Ray Parker Jr.", "Ghostbusters")])
    said = here.sync("mix", "-n")["changes"]
    assert here.sync()["changes"] == said
    assert here.sync("mix", "-n")["changes"]["added"] == 0


def test_locked_needs_a_lock_file(here: World) -> None:
    uri = foreign(here, "Axel F")
    path = here.root / "playlists" / "mix.toml"
    path.write_text(f'title = "The Mix"\n[[track]]\ntitle = "Axel F"\nuri = "{uri}"\n', encoding="utf-8")
    for _ in range(2):
        ran = here.run("sync", "mix", "--locked", "--json")
        assert ran.code == 3
        assert "no lock file" in ran.json["error"]["message"]
    assert here.emulator.writes == []
    assert here.run("lock", "mix").code == 0
    assert here.run("sync", "mix", "--locked").code == 0
    here.forget_state()
    assert here.sync("mix", "--locked")["playlist"]["created"] is False


def test_locked_writes_no_lock_and_asks_no_catalogue_whatever_the_user_did(here: World) -> None:
    first = chosen(here.sync())
    lock, asked = here.lock, catalogue_requests(here)
    here.playlist.remove_at(1)
    here.playlist.insert(foreign(here, "Axel F"), 1)
    here.listing([FIVE[4], *FIVE[:4]])
    for _ in range(2):
        result = here.sync("mix", "--locked")
        assert [uri for uri in here.uris if uri in first] == [first[4], *first[:4]]
        assert result["changes"]["foreign"] == 1
    assert here.lock == lock
    assert catalogue_requests(here) == asked


def test_a_held_playlist_waits_for_its_name_with_locked_too(here: World) -> None:
    first = chosen(here.sync())
    here.listing(FIVE[:3])
    here.sync()
    here.run("undo", "mix")
    sent = len(here.emulator.requests)
    assert here.run("sync", "--all", "--locked").code == 0
    assert len(here.emulator.requests) == sent
    assert here.uris == first
    here.sync("mix", "--locked")
    assert here.uris == first[:3]


def test_one_listing_that_fails_does_not_stop_the_rest(here: World) -> None:
    here.listing([FIVE[0], UNKNOWN], "a-gap", title="Gap")
    (here.root / "playlists" / "bad.toml").write_text("title = \n", encoding="utf-8")
    ran = here.run("sync", "--all", "--json")
    assert ran.code == 3, "a failure before rows that need a person"
    assert [("error" in r, r["listing"]) for r in ran.json["results"]] == [
        (False, "a-gap"), (True, "bad"), (False, "mix"),
    ]  # fmt: skip
    assert {p.name for p in here.emulator.account.library()} == {"Gap", "The Mix"}
    assert here.run("sync", "mix", "a-gap").code == 4
    assert here.run("sync", "mix", "mix").code == 0
    assert here.run("sync", "mix", "nowhere").code == 3


def test_the_code_of_several_is_the_first_in_the_order_of_the_contract(here: World) -> None:
    here.sync()
    here.listing([FIVE[0], UNKNOWN], "a-gap", title="Gap")
    here.listing(FIVE, "lost", title="Lost")
    here.sync("lost")
    here.emulator.account.delete(here.emulator.account.playlist("Lost"))
    assert here.run("sync", "--all").code == 3
    here.emulator.faults.append(Fault("GET /search", "429-quota", times=9))
    here.listing([FIVE[0], ("Someone New", "A Song")], "z-new", title="New")
    assert here.run("sync", "a-gap", "z-new").code == 6
    here.clock.move(timedelta(hours=30))
    assert here.run("sync", "lost", "z-new").code == 3


def test_a_remembered_pause_sends_nothing_whatever_is_asked(here: World) -> None:
    here.sync()
    here.listing(FIVE[:3])
    here.sync()
    pause(here, 2)
    sent = len(here.emulator.requests)
    before = here.uris
    for args in (
        ("sync", "mix"), ("sync", "--all"), ("sync", "mix", "-n"), ("sync", "mix", "--locked"), ("undo", "mix"),
        ("undo", "mix", "--force"), ("link", "mix", here.playlist.id), ("remove", "mix", "--remote", "--yes"),
    ):  # fmt: skip
        assert here.run(*args).code == 6, args
    assert len(here.emulator.requests) == sent
    assert here.run("history", "mix").code == 0
    here.clock.move(timedelta(hours=2, seconds=1))
    assert here.run("undo", "mix").code == 0
    assert here.uris != before


def test_a_run_says_its_price_and_keeps_to_what_it_is_allowed(here: World) -> None:
    here.daily_requests = 480
    said = here.run("sync", "mix", "--max-requests", "2").err
    assert "mix: about 3 " in said
    assert "480" in said
    asked = catalogue_requests(here)
    assert asked <= 2
    ran = here.run("sync", "mix", "--max-requests", "0", "--json")
    assert ran.code == 6
    assert ran.json["error"]["kind"] == "quota"
    assert catalogue_requests(here) == asked
    assert here.run("sync", "mix").code == 0
    assert "mix: about" not in here.run("sync", "mix").err, "nothing more is going to be asked"


def test_several_listings_share_what_a_run_is_allowed(here: World) -> None:
    here.listing([("Ray Parker Jr.", "Ghostbusters"), ("John Parr", "St. Elmo's Fire")], "two", title="Two")
    here.run("sync", "--all", "--max-requests", "3", "--json")
    assert catalogue_requests(here) <= 3


def test_prune_and_yes_do_what_they_say_and_no_more(here: World) -> None:
    first = chosen(here.sync())
    owns = [foreign(here, words) for words in ("Axel F", "Ghostbusters", "Danger Zone", "Highway to Hell", "The Touch")]
    owns = [uri for uri in dict.fromkeys(owns) if uri not in first]
    for uri in (*owns, *owns):
        here.playlist.insert(uri)
    episode = here.playlist.add_episode(position=2)
    here.playlist.add_null(0)
    assert len(owns) * 2 > 5
    refused = here.sync("mix", "--prune")
    assert refused["error"]["kind"] == "unsafe"
    assert set(owns) <= set(here.uris)
    here.sync("mix", "--prune", "--yes")
    assert [uri for uri in here.uris if uri in first] == first
    assert sorted(map(str, here.uris)) == sorted(map(str, [*first, episode, None]))


def test_an_unsafe_plan_is_asked_about_only_beyond_both_limits(here: World) -> None:
    rows = [
        *FIVE,
        ("Ray Parker Jr.", "Ghostbusters"),
        ("John Parr", "St. Elmo's Fire"),
        ("Kenny Loggins", "Danger Zone"),
    ]
    here.listing(rows)
    first = chosen(here.sync())
    here.listing(rows[:3])
    assert "error" not in here.sync(), "five of eight: not more than five"
    assert here.uris == first[:3]
    for _ in range(18):
        here.playlist.insert(foreign(here, "Axel F"))
    here.sync("mix", "--prune", "--yes")
    assert here.uris == first[:3]
