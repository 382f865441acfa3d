"""What a sync does to a playlist that people live in: three-way, minimal, verified, never losing anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from playlist_builder.emulator import Options
from tests.world import Rows, World, world

FIVE: Rows = [
    ("Survivor", "Burning Heart"),
    ("Kenny Loggins", "Footloose"),
    ("Berlin", "Take My Breath Away"),
    ("Irene Cara", "Flashdance... What a Feeling"),
    ("Huey Lewis & The News", "The Power of Love"),
]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def chosen(result: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [t["recording"]["uri"] for t in result["tracks"] if t["recording"]]


def foreign(here: World, words: str) -> str:
    """A recording of the catalogue that no row of the listing wants."""
    rows, _ = here.catalogue.search_tracks(words, 1, 0)
    return f"spotify:track:{rows[0].id}"


def test_a_new_playlist_holds_the_rows_in_order(here: World) -> None:
    result = here.sync()
    assert here.uris == chosen(result)
    assert len(here.uris) == 5
    assert here.playlist.description.startswith("[playlist mix ")
    assert not here.playlist.public or result["playlist"]["public"]


def test_the_users_own_tracks_stay_behind_their_neighbour(here: World) -> None:
    first = chosen(here.sync())
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 2)
    local = here.playlist.add_local_file("Me", "Tape", "Hum", 61, 4)
    here.listing([FIVE[3], FIVE[0], FIVE[1], FIVE[2]])
    result = here.sync()
    order = chosen(result)
    assert order == [first[3], first[0], first[1], first[2]]
    assert [uri for uri in here.uris if uri in order] == order
    assert here.uris[here.uris.index(own) - 1] == first[1]
    assert local in here.uris
    assert result["changes"]["removed"] == 1
    assert result["changes"]["foreign"] == 2


def test_prune_takes_the_users_tracks_but_no_local_file(here: World) -> None:
    first = chosen(here.sync())
    here.playlist.insert(foreign(here, "Axel F"), 2)
    local = here.playlist.add_local_file("Me", "Tape", "Hum", 61, 1)
    result = here.sync("mix", "--prune")
    assert result["changes"]["removed"] == 1
    assert sorted(map(str, here.uris)) == sorted([*first, local])


def test_a_removed_track_comes_back_once_and_is_then_skipped(here: World) -> None:
    first = chosen(here.sync())
    here.playlist.remove_at(1)
    back = here.sync()
    assert here.uris == first
    assert any("playlist skip mix 2" in note for note in back["notes"])
    assert here.sync()["requests"]["sent"] == 1
    here.playlist.remove_at(1)
    again = here.sync()
    assert here.uris == [first[0], *first[2:]]
    assert again["tracks"][1]["outcome"] == "skipped"
    assert any("playlist unpin mix 2" in note for note in again["notes"])
    assert "skip = true" in here.lock
    assert here.sync()["requests"]["sent"] == 1
    assert here.run("unpin", "mix", "2").code == 0
    here.sync()
    assert here.uris == first


def test_a_replacement_by_the_user_becomes_the_rows_pin(here: World) -> None:
    first = chosen(here.sync())
    here.playlist.remove_at(0)
    other = next(
        f"spotify:track:{row.id}"
        for row in here.catalogue.search_tracks("Burning Heart Survivor", 20, 0)[0]
        if row.artists[0].name == "Survivor" and row.title == "Burning Heart - Live"
    )
    here.playlist.insert(other, 3)
    result = here.sync()
    assert here.uris == [other, *first[1:]]
    assert result["tracks"][0]["outcome"] == "pinned"
    assert 'decided = "person"' in here.lock
    assert here.sync()["requests"]["sent"] == 1


def test_a_track_put_in_for_a_missing_row_becomes_its_pin_in_its_place(here: World) -> None:
    here.listing([*FIVE[:2], ("Tim Cappello", "I Still Believe"), *FIVE[2:]])
    first = here.sync()
    assert first["tracks"][2]["outcome"] == "review"
    live = next(
        f"spotify:track:{row.id}"
        for row in here.catalogue.search_tracks("I Still Believe Tim Cappello", 20, 0)[0]
        if row.artists[0].name == "Tim Cappello" and row.title.startswith("I Still Believe")
    )
    here.playlist.insert(live)
    result = here.sync()
    assert here.uris[2] == live
    assert result["tracks"][2]["outcome"] == "pinned"


def test_texts_that_the_user_changed_stay(here: World) -> None:
    here.sync()
    made = here.playlist
    made.set_description("mine & <yours>")
    made.rename("My evenings")
    for _ in range(2):
        result = here.sync()
        assert result["playlist"]["name"] == "My evenings"
    assert made.description == "mine & <yours>"
    assert here.sync()["requests"]["sent"] == 1
    here.listing(FIVE, title="Another Title")
    here.sync()
    assert made.name == "My evenings"


def test_a_new_title_and_source_in_the_listing_reach_the_playlist_once(here: World) -> None:
    here.sync()
    playlist = here.playlist
    here.listing(FIVE, title="The Mix, Again", source="https://example.org/mix")
    here.sync()
    assert playlist.name == "The Mix, Again"
    assert playlist.description.startswith("From example.org/mix [playlist mix ")
    sent = len(here.emulator.writes)
    assert here.sync()["requests"]["sent"] <= 2
    assert here.sync()["requests"]["sent"] == 1
    assert len(here.emulator.writes) == sent


def test_a_lost_state_finds_the_marked_playlist_and_writes_nothing(here: World) -> None:
    first = chosen(here.sync())
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 1)
    here.forget_state()
    writes = len(here.emulator.writes)
    result = here.sync()
    assert here.uris == [first[0], own, *first[1:]]
    assert len(here.emulator.writes) == writes
    assert result["playlist"]["created"] is False
    here.listing(FIVE[:4])
    here.forget_state()
    here.sync()
    assert here.uris == [first[0], own, *first[1:4]], "without a state the lock says what is ours"


def test_two_machines_taking_turns_end_as_one_would(here: World) -> None:
    first = chosen(here.sync())
    here.machine = "two"
    here.log_in()
    here.listing([FIVE[4], *FIVE[:3]])
    here.sync()
    assert here.uris == [first[4], *first[:3]]
    here.machine = "one"
    here.listing([*FIVE[:3], FIVE[4]])
    here.sync()
    assert here.uris == [*first[:3], first[4]]
    here.machine = "two"
    assert here.sync()["changes"] == {"added": 0, "removed": 0, "moved": 0, "kept": 4, "foreign": 0}


def test_a_stranger_of_the_same_name_or_mark_is_never_touched(here: World) -> None:
    account = here.emulator.account
    mine = account.create("The Mix", "just mine", uris=[foreign(here, "Axel F")])
    before = list(mine.uris)
    here.sync()
    assert list(mine.uris) == before
    made = [p for p in account.playlists.values() if p.name == "The Mix" and p.id != mine.id]
    assert len(made) == 1


def test_a_deleted_playlist_is_not_silently_remade(here: World) -> None:
    here.sync()
    here.emulator.account.delete(here.playlist)
    result = here.sync()
    assert result["error"]["code"] == 3
    assert "playlist unlink mix" in result["error"]["message"]
    assert here.writes().count("POST /me/playlists") == 1


def test_removing_much_needs_a_yes(here: World) -> None:
    rows = [
        *FIVE,
        ("Ray Parker Jr.", "Ghostbusters"),
        ("Simple Minds", "Don't You (Forget About Me)"),
        ("John Parr", "St. Elmo's Fire"),
        ("Kenny Loggins", "Danger Zone"),
        ("Deniece Williams", "Let's Hear It for the Boy"),
    ]
    here.listing(rows)
    first = chosen(here.sync())
    assert len(first) == 10
    here.listing(rows[:4])
    refused = here.sync()
    assert refused["error"]["kind"] == "unsafe"
    assert here.uris == first
    here.sync("mix", "--yes")
    assert here.uris == first[:4]


def test_an_empty_listing_never_empties_a_playlist(here: World) -> None:
    first = chosen(here.sync())
    here.listing([])
    ran = here.run("sync", "mix", "--json", "--yes")
    assert ran.code == 3
    assert here.uris == first


def test_relinked_recordings_count_as_present(here: World) -> None:
    first = chosen(here.sync())
    twin = here.catalogue.add(
        "Burning Heart", ["Survivor"], album="Elsewhere", album_artists=["Survivor"], album_type="album",
        release_date="2020", duration_ms=231_000, isrc=None, explicit=False, popularity=1,
    )  # fmt: skip
    here.emulator.account.relink(first[0], f"spotify:track:{twin.id}")
    here.playlist.rename("The Mix")
    here.playlist.move(0, 5)
    here.sync()
    writes = len(here.emulator.writes)
    for _ in range(2):
        here.sync()
    assert len(here.emulator.writes) == writes


def test_delayed_snapshots_cost_one_reading_once(tmp_path: Path) -> None:
    with world(tmp_path, Options(snapshot_delay_s=30, items_delay_s=0.6)) as here:
        here.listing(FIVE)
        first = chosen(here.sync())
        assert here.uris == first
        here.clock.move(timedelta(seconds=40))
        assert here.sync()["requests"]["sent"] <= 2
        assert here.sync()["requests"]["sent"] == 1


def test_undo_puts_back_what_was_there_and_can_be_undone(here: World) -> None:
    first = chosen(here.sync())
    here.listing(FIVE[:3])
    here.sync()
    assert here.uris == first[:3]
    assert here.run("undo", "mix").code == 0
    assert here.uris == first
    held = here.run("sync", "--all", "--json").json["results"][0]
    assert held["requests"]["sent"] == 0
    assert here.uris == first
    assert here.run("undo", "mix").code == 0
    assert here.uris == first[:3]
    here.sync()
    assert here.uris == first[:3]
    assert here.run("sync", "--all", "--json").json["results"][0]["requests"]["sent"] == 1


def test_undo_refuses_if_the_playlist_changed_since_unless_forced(here: World) -> None:
    first = chosen(here.sync())
    here.listing(FIVE[:3])
    here.sync()
    own = foreign(here, "Axel F")
    here.playlist.insert(own, 0)
    refused = here.run("undo", "mix", "--json")
    assert refused.code == 3
    assert refused.json["error"]["kind"] == "unsafe"
    assert here.run("undo", "mix", "--force").code == 0
    assert here.uris == first


def test_a_chosen_recording_that_does_not_exist_is_named_with_the_way_back(here: World) -> None:
    here.sync()
    before = here.uris
    assert here.run("pin", "mix", "2", "spotify:track:0000000000000000000000").code == 0
    ran = here.run("sync", "mix")
    assert ran.code == 3
    assert "playlist unpin mix 2" in ran.err
    assert "added" not in ran.out
    assert here.run("unpin", "mix", "2").code == 0
    assert here.run("sync", "mix").code == 0
    assert here.uris == before


def test_words_that_name_nothing_known_are_told(here: World) -> None:
    here.sync()
    gone = here.run("link", "mix", "spotify:playlist:0000000000000000000000")
    assert gone.code == 3
    assert "There is no playlist spotify:playlist:0000000000000000000000" in gone.err
    slip = here.run("remove", "mixx")
    assert slip.code == 3
    assert "Did you mean mix?" in slip.err
    assert "has no decision to take back" in (here.run("unpin", "mix", "1") and here.run("unpin", "mix", "1")).out
    assert here.run("undo", "mix").out.startswith("The Mix: 5 taken out.\n")


def test_locked_applies_the_lock_alone(here: World) -> None:
    assert here.run("lock", "mix", "--json").code == 0
    assert here.emulator.writes == []
    lock = here.lock
    searches = [r for r in here.emulator.requests if r.template == "/search"]
    here.machine = "ci"
    here.log_in()
    result = here.sync("mix", "--locked")
    assert here.uris == chosen(result)
    assert [r for r in here.emulator.requests if r.template == "/search"] == searches
    assert here.lock == lock
    here.listing([*FIVE, ("Touch", "The Sweetest Victory")])
    ran = here.run("sync", "mix", "--locked", "--json")
    assert ran.code == 3
    assert "6 (Touch – The Sweetest Victory)" in ran.json["error"]["message"]


def test_refresh_asks_past_the_cache_and_never_touches_a_persons_decision(here: World) -> None:
    first = chosen(here.sync())
    here.run("pin", "mix", "2", first[0])
    result = here.sync("mix", "--refresh")
    assert result["requests"]["cached"] == 0
    assert result["tracks"][1]["recording"]["uri"] == first[0]
    assert chosen(result)[2:] == first[2:]


def test_a_row_that_a_refresh_does_not_reach_stays_as_it_was(here: World) -> None:
    here.listing([*FIVE, ("Nobody At All", "No Such Song")])
    before = here.sync()["tracks"][5]
    assert before["outcome"] == "missing"
    ran = here.run("sync", "mix", "--refresh", "--max-requests", "0", "--json")
    assert ran.code == 6
    assert ran.json["tracks"][5] == before


def test_moved_and_respelt_rows_keep_their_decisions(here: World) -> None:
    first = chosen(here.sync())
    here.run("pin", "mix", "3", first[0])
    here.listing([FIVE[1], FIVE[0], ("Berlin", "Take My Breth Away"), *FIVE[3:]])
    sent = len([r for r in here.emulator.requests if r.template == "/search"])
    result = here.sync()
    assert len([r for r in here.emulator.requests if r.template == "/search"]) == sent
    assert result["tracks"][2]["outcome"] == "pinned"
    assert any("reworded" in note for note in result["notes"])


def test_missing_rows_are_tried_again_after_days_and_appear_in_their_place(here: World) -> None:
    here.listing([*FIVE[:1], ("Nobody Known", "Song Unheard"), *FIVE[1:]])
    first = here.sync()
    assert first["tracks"][1]["outcome"] == "missing"
    assert here.sync()["requests"]["sent"] == 1
    here.catalogue.add(
        "Song Unheard", ["Nobody Known"], album="At Last", album_artists=["Nobody Known"], album_type="single",
        release_date="2026", duration_ms=200_000, isrc="ZZAAA2600001", explicit=False, popularity=5,
    )  # fmt: skip
    here.clock.move(timedelta(days=1, hours=1))
    result = here.sync()
    assert result["tracks"][1]["outcome"] == "matched"
    assert here.uris[1] == result["tracks"][1]["recording"]["uri"]


def test_link_adopts_a_playlist_of_ones_own_and_keeps_what_is_in_it(here: World) -> None:
    mine = here.emulator.account.create("Evening", "", uris=[foreign(here, "Axel F")])
    own = list(mine.uris)
    assert here.run("link", "mix", f"https://open.spotify.com/playlist/{mine.id}?si=abc").code == 0
    result = here.sync()
    assert mine.uris == [*own, *chosen(result)]
    assert mine.name == "Evening"
    assert here.run("unlink", "mix").code == 0
    assert mine.uris == [*own, *chosen(result)]


def test_remove_forgets_and_only_if_asked_removes_the_playlist(here: World) -> None:
    here.sync()
    playlist = here.playlist
    assert here.run("remove", "mix").code == 0
    assert playlist in here.emulator.account.library()
    here.sync()
    assert here.run("remove", "mix", "--remote", "--yes").code == 0
    assert playlist not in here.emulator.account.library()
    assert (here.root / "playlists" / "mix.toml").exists()


def test_a_cover_is_made_to_fit_and_sent_once(here: World) -> None:
    from PIL import Image

    picture = here.root / "playlists" / "mix.png"
    Image.effect_noise((1500, 900), 90).save(picture)
    here.listing(FIVE, cover="mix.png")
    assert here.run("sync", "mix").code == 0
    sent = [r for r in here.emulator.writes if r.template.endswith("/images")]
    assert len(sent) == 1
    here.sync()
    assert here.sync()["requests"]["sent"] == 1
    Image.effect_noise((300, 300), 20).save(picture)
    here.sync()
    assert len([r for r in here.emulator.writes if r.template.endswith("/images")]) == 2
    picture.write_bytes(b"no picture")
    refused = here.run("sync", "mix")
    assert refused.code == 3
    assert "mix.png" in refused.err
    here.listing(FIVE, cover="../mix.png")
    assert here.run("sync", "mix").code == 3


def test_two_runs_at_once_end_in_the_right_list(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from playlist_builder.emulator import Emulator
    from playlist_builder.emulator.catalogue import Catalogue
    from tests.machine import Machine

    with Emulator(Catalogue.shipped()) as emulator:
        one = Machine(home=tmp_path / "one", work=tmp_path / "work", emulator=emulator)
        one.listing("mix", FIVE, title="The Mix")
        one.log_in()
        with ThreadPoolExecutor(2) as pool:
            ran = list(pool.map(lambda _: one.run("sync", "mix", "--json"), range(2)))
        assert [r.code for r in ran] == [0, 0]
        assert len([p for p in emulator.account.playlists.values() if p.name == "The Mix"]) == 1
        assert emulator.account.playlist("The Mix").uris == chosen(ran[0].json)


def test_a_long_listing_is_finished_over_days_without_repeating_a_request(here: World) -> None:
    rows = [
        *FIVE,
        ("Ray Parker Jr.", "Ghostbusters"),
        ("Simple Minds", "Don't You (Forget About Me)"),
        ("John Parr", "St. Elmo's Fire"),
        ("Kenny Loggins", "Danger Zone"),
    ]
    here.listing(rows)
    here.daily_requests = 4
    days = 0
    while True:
        ran = here.run("sync", "mix", "--json")
        result = ran.json
        if ran.code == 0:
            break
        assert ran.code == 6
        assert result["error"]["retry_at"]
        before = len(here.emulator.requests)
        here.run("sync", "mix", "--json")
        assert all(not r.template.startswith("/search") for r in here.emulator.requests[before:])
        here.clock.move(timedelta(hours=24, minutes=1))
        days += 1
    queries = [r.query["q"] for r in here.emulator.requests if r.template == "/search"]
    assert ran.code == 0
    assert 1 <= days <= 4
    assert len(queries) == len(set(queries))
    assert here.uris == chosen(result)
    assert len(here.uris) == 9


@pytest.mark.parametrize("size", [0, 500, 4_000, 30_000, 70_000])
def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, size: int) -> None:
    resource = pytest.importorskip("resource")
    import subprocess

    from playlist_builder.emulator import Emulator
    from playlist_builder.emulator.catalogue import Catalogue
    from tests.machine import SCRIPT, Machine

    with Emulator(Catalogue.shipped()) as emulator:
        one = Machine(home=tmp_path / "one", work=tmp_path / "work", emulator=emulator)
        one.listing("mix", FIVE[:3], title="The Mix")
        one.log_in()
        first = one.run("sync", "mix", "--json", check=0).json
        lock = (one.work / "playlists" / "mix.lock.toml").read_bytes()
        one.listing("mix", FIVE, title="The Mix")
        done = subprocess.run(
            [str(SCRIPT), "sync", "mix"],
            cwd=one.work,
            env=one.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )
        assert done.returncode in (0, 3), done.stderr
        assert "Traceback" not in done.stderr
        now = (one.work / "playlists" / "mix.lock.toml").read_bytes()
        assert now == lock or now.count(b"uri =") == 5
        again = one.run("sync", "mix", "--json", check=0).json
        assert emulator.account.playlist("The Mix").uris == chosen(again)
        assert chosen(again)[:3] == chosen(first)
        assert not list((one.work / "playlists").glob(".*"))


def test_a_damaged_state_or_cache_is_set_aside_with_a_warning(here: World, caplog: pytest.LogCaptureFixture) -> None:
    first = chosen(here.sync())
    for path in here.settings.home.glob("*.sqlite3"):
        path.write_bytes(b"rubbish" * 500)
    for path in here.settings.home.glob("*.sqlite3-*"):
        path.unlink()
    result = here.sync()
    assert here.uris == first == chosen(result)
    assert list(here.settings.home.glob("*.damaged"))


def test_a_broken_lock_is_never_overwritten(here: World) -> None:
    here.sync()
    path = here.root / "playlists" / "mix.lock.toml"
    good = path.read_text(encoding="utf-8")
    for broken in (good + "\n[[track", "<<<<<<< HEAD\n" + good, good.replace("version = 1", "version = 2"), "x"):
        path.write_text(broken, encoding="utf-8")
        ran = here.run("sync", "mix", "--json")
        assert ran.code == 3
        assert ran.json["error"]["kind"] == "listing"
        assert "mix.lock.toml" in ran.json["error"]["message"]
        assert path.read_text(encoding="utf-8") == broken
