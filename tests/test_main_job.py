"""The main job through the installed command: the demo, then a Spotify of one's own, in every API mode."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playlist_builder.cli.group import COMMANDS, forward
from playlist_builder.emulator import Emulator, Fault, Options
from playlist_builder.emulator.catalogue import Catalogue
from tests.machine import Machine

RIGHT = [
    ("Burning Heart", "Survivor"),
    ("Hearts on Fire", "John Cafferty"),
    ("Double or Nothing", "Kenny Loggins"),
    ("Eye of the Tiger", "Survivor"),
    ("War", "Vince DiCola"),
    ("Living in America", "James Brown"),
    ("No Easy Way Out", "Robert Tepper"),
    ("One Way Street", "Go West"),
    ("The Sweetest Victory", "Touch"),
    ("Training Montage", "Vince DiCola"),
]


def machine(tmp_path: Path, emulator: Emulator | None = None, name: str = "one") -> Machine:
    return Machine(home=tmp_path / name / "home", work=tmp_path / name / "work", emulator=emulator)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(Catalogue.shipped()) as running:
        yield running


def rocky(where: Machine) -> None:
    """The shipped listing as one of the user's own."""
    shipped = Path(__file__).parent.parent / "playlists" / "rocky-iv.toml"
    (where.work / "playlists" / "rocky-iv.toml").write_bytes(shipped.read_bytes())


def assert_right(tracks: list[dict[str, object]]) -> None:
    assert [t["outcome"] for t in tracks] == ["matched"] * 10
    for track, (title, artist) in zip(tracks, RIGHT, strict=True):
        recording = track["recording"]
        assert isinstance(recording, dict)
        assert recording["title"].startswith(title)
        assert any(name.startswith(artist) for name in recording["artists"])


def test_the_demo_needs_no_account_and_a_second_run_sends_one_request(tmp_path: Path) -> None:
    here = machine(tmp_path)
    first = here.run("sync", "rocky-iv", "--service", "demo", "--json", check=0).json
    assert_right(first["tracks"])
    assert first["changes"] == {"added": 10, "removed": 0, "moved": 0, "kept": 0, "foreign": 0}
    assert first["requests"]["sent"] <= 8
    catalogue = sum(
        n for e, n in first["requests"]["by_endpoint"].items() if e.startswith(("GET /search", "GET /albums"))
    )
    assert catalogue <= 3
    assert first["playlist"]["created"] is True
    assert first["playlist"]["url"] is None
    assert first["tracks"][4]["differences"] == ["artist"]
    assert first["tracks"][1]["differences"] == ["title"]
    second = here.run("sync", "rocky-iv", "--service", "demo", "--json", check=0).json
    assert second["requests"] == {"sent": 1, "cached": 0, "by_endpoint": {"GET /me/playlists": 1}}
    assert second["changes"] == {"added": 0, "removed": 0, "moved": 0, "kept": 10, "foreign": 0}
    assert not list(here.work.glob("playlists/*")), "the demo never writes beside a listing"


def test_the_report_names_every_difference_within_80_columns_and_says_that_nothing_left(tmp_path: Path) -> None:
    here = machine(tmp_path)
    shown = here.run("sync", "rocky-iv", "--service", "demo", check=0).out
    assert "artist: Vinnie DiCola → Vince DiCola" in shown
    assert "title: Hearts of Fire → Hearts on Fire" in shown
    assert "nothing left this machine" in shown
    assert "http" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "\x1b" not in shown
    again = here.run("sync", "rocky-iv", "--service", "demo", check=0).out
    assert "nothing changed" in again


@pytest.mark.parametrize("mode", ["dev-new", "dev-old", "extended"])
def test_login_and_sync_in_every_mode(tmp_path: Path, mode: str) -> None:
    with Emulator(Catalogue.shipped(), mode=mode) as running:
        here = machine(tmp_path, running)
        rocky(here)
        here.log_in()
        first = here.run("sync", "rocky-iv", "--json", check=0).json
        assert_right(first["tracks"])
        uris = [t["recording"]["uri"] for t in first["tracks"]]
        assert running.account.playlist("Rocky IV").uris == uris
        assert first["playlist"]["url"].startswith("https://open.spotify.com/playlist/")
        assert set(first) == {
            "version", "listing", "service", "dry_run", "playlist", "tracks", "changes", "requests", "notes",
        }  # fmt: skip
        assert set(first["tracks"][0]) == {
            "position", "artist", "title", "outcome", "found_by", "score", "differences", "reason", "recording",
            "candidates",
        }  # fmt: skip
        lock = (here.work / "playlists" / "rocky-iv.lock.toml").read_bytes()
        assert lock.count(b'decided = "auto"') == 10
        assert b"isrc" in lock
        sent = len(running.requests)
        again = here.run("sync", "rocky-iv", "--json", check=0).json
        assert again["requests"]["sent"] == len(running.requests) - sent == 1
        assert (here.work / "playlists" / "rocky-iv.lock.toml").read_bytes() == lock


def test_a_listing_that_ships_is_copied_when_it_is_first_used(tmp_path: Path, emulator: Emulator) -> None:
    here = machine(tmp_path, emulator)
    here.log_in()
    here.run("sync", "rocky-iv", check=0)
    names = sorted(path.name for path in (here.work / "playlists").iterdir())
    assert names == ["rocky-iv.lock.toml", "rocky-iv.toml"]


def test_the_demo_and_spotify_share_a_clone_and_no_lock(tmp_path: Path, emulator: Emulator) -> None:
    here = machine(tmp_path, emulator)
    rocky(here)
    here.run("sync", "rocky-iv", "--service", "demo", check=0)
    assert not (here.work / "playlists" / "rocky-iv.lock.toml").exists()
    here.log_in()
    here.run("sync", "rocky-iv", check=0)
    lock = (here.work / "playlists" / "rocky-iv.lock.toml").read_text(encoding="utf-8")
    assert "spotify = {" in lock
    assert "demo" not in lock
    again = here.run("sync", "rocky-iv", "--service", "demo", "--json", check=0).json
    assert again["requests"]["sent"] == 1


def test_rows_that_need_a_person_end_with_4_and_name_the_way_on(tmp_path: Path) -> None:
    here = machine(tmp_path)
    ran = here.run("sync", "the-lost-boys", "--service", "demo", check=4)
    assert "playlist review the-lost-boys --service demo" in ran.out
    made = here.run("sync", "the-lost-boys", "--service", "demo", "--json", check=4).json
    outcomes = [t["outcome"] for t in made["tracks"]]
    assert outcomes.count("review") == 1
    assert outcomes.count("missing") == 1
    assert made["requests"]["sent"] == 1, "what was searched in vain is not searched again at once"
    for track in made["tracks"]:
        if track["recording"] is None:
            assert track["reason"]
            assert len(track["candidates"]) <= 5


def test_not_logged_in_is_5_without_a_request(tmp_path: Path, emulator: Emulator) -> None:
    here = machine(tmp_path, emulator)
    rocky(here)
    ran = here.run("sync", "rocky-iv", check=5)
    assert "playlist login" in ran.err
    error = here.run("sync", "rocky-iv", "--json", check=5).json["error"]
    assert error == {"code": 5, "kind": "login", "message": error["message"], "retry_at": None}
    assert emulator.requests == []


def test_unknown_and_unsafe_names_and_broken_listings_say_what_to_do(tmp_path: Path) -> None:
    here = machine(tmp_path)
    rocky(here)
    assert "rocky-iv" in here.run("sync", "roky-iv", "--service", "demo", check=3).err
    for name in ("../rocky-iv", "a/b", "a\\b", "C:x", "x\x07"):
        error = here.run("sync", name, "--service", "demo", "--json", check=3).json["error"]
        assert error["kind"] == "listing"
        assert not re.search("[\x00-\x1f]", error["message"])
    broken = here.work / "playlists" / "broken.toml"
    broken.write_text('title = "X"\n[[track]\n', encoding="utf-8")
    assert re.search(r"broken\.toml:2: not valid TOML", here.run("sync", "broken", "--service", "demo", check=3).err)
    broken.write_text('title = "X"\n[[track]]\ntitel = "Y"\n', encoding="utf-8")
    message = here.run("sync", "broken", "--service", "demo", check=3).err
    assert "broken.toml:3" in message
    assert "'title'" in message
    broken.write_text('title = "X"\n', encoding="utf-8")
    assert "no track" in here.run("sync", "broken", "--service", "demo", check=3).err


def test_usage_errors_are_2_and_json_where_asked(tmp_path: Path) -> None:
    here = machine(tmp_path)
    assert "Did you mean 'sync'" in here.run("snyc", check=2).err
    made = here.run("sync", "--json", check=2).json
    assert (made["error"]["code"], made["error"]["kind"]) == (2, "usage")
    here.run("sync", "rocky-iv", "--all", check=2)
    here.run("sync", "rocky-iv", "--service", "nothing", check=2)


def test_a_long_quota_ends_at_once_with_the_time_and_keeps_what_was_found(tmp_path: Path, emulator: Emulator) -> None:
    here = machine(tmp_path, emulator)
    here.listing(
        "mixed", [("Survivor", "Burning Heart"), ("Kenny Loggins", "Footloose"), ("Berlin", "Take My Breath Away")]
    )
    here.log_in()
    emulator.faults.append(Fault("GET /search", "429-quota", skip=2, times=1, retry_after=40_000))
    stopped = here.run("sync", "mixed", "--json", check=6).json
    assert stopped["error"]["kind"] == "quota"
    assert re.match(r"\d{4}-\d\d-\d\dT.*\+00:00", stopped["error"]["retry_at"])
    outcomes = [t["outcome"] for t in stopped["tracks"]]
    assert "matched" in outcomes
    assert "unsearched" in outcomes
    sent = len(emulator.requests)
    again = here.run("sync", "mixed", "--json", check=6).json
    assert again["error"]["code"] == 6
    assert len(emulator.requests) == sent, "nothing is sent before the time to go on"
    lock = (here.work / "playlists" / "mixed.lock.toml").read_text(encoding="utf-8")
    assert lock.count("uri =") == outcomes.count("matched")


def test_our_own_limit_writes_what_was_found(tmp_path: Path, emulator: Emulator) -> None:
    here = machine(tmp_path, emulator)
    here.listing(
        "mixed", [("Survivor", "Burning Heart"), ("Kenny Loggins", "Footloose"), ("Berlin", "Take My Breath Away")]
    )
    here.log_in()
    first = here.run("sync", "mixed", "--json", "--max-requests", "2", check=6).json
    assert first["changes"]["added"] >= 1
    assert [t["outcome"] for t in first["tracks"]].count("unsearched") >= 1
    rest = here.run("sync", "mixed", "--json", check=0).json
    assert [t["outcome"] for t in rest["tracks"]] == ["matched"] * 3
    assert rest["changes"]["added"] == 3 - first["changes"]["added"]
    titles = [t["recording"]["uri"] for t in rest["tracks"]]
    assert emulator.account.playlist("mixed").uris == titles


def test_a_dry_run_writes_nothing(tmp_path: Path, emulator: Emulator) -> None:
    here = machine(tmp_path, emulator)
    rocky(here)
    here.log_in()
    before = sorted(here.work.rglob("*"))
    made = here.run("sync", "rocky-iv", "-n", "--json", check=0).json
    assert made["dry_run"] is True
    assert made["playlist"] is None
    assert made["changes"]["added"] == 10
    assert emulator.writes == []
    assert sorted(here.work.rglob("*")) == before
    sent = made["requests"]["sent"]
    paid = here.run("sync", "rocky-iv", "--json", check=0).json
    assert paid["requests"]["cached"] >= 2, "a dry run keeps the answers it paid for"
    assert sent >= 3


def test_several_listings_in_one_run(tmp_path: Path, emulator: Emulator) -> None:
    here = machine(tmp_path, emulator)
    rocky(here)
    here.listing("one", [("Survivor", "Burning Heart")])
    (here.work / "playlists" / "broken.toml").write_text("title = 1\n", encoding="utf-8")
    here.log_in()
    made = here.run("sync", "--all", "--json", check=3).json
    assert [r["listing"] for r in made["results"]] == ["broken", "one", "rocky-iv"]
    assert made["results"][0]["error"]["kind"] == "listing"
    (here.work / "playlists" / "broken.toml").unlink()
    sent = len(emulator.requests)
    here.run("sync", "--all", check=0)
    assert len(emulator.requests) - sent == 1, "one page of the library serves every listing"


def test_a_name_that_is_no_listing_does_not_stop_the_others(tmp_path: Path) -> None:
    here = machine(tmp_path)
    ran = here.run("sync", "rocky-iv", "nope", "the-lost-boys", "--service", "demo", "--json", check=3)
    assert [r["listing"] for r in ran.json["results"]] == ["rocky-iv", "nope", "the-lost-boys"]
    assert ran.json["results"][1]["error"]["kind"] == "listing"
    assert ran.json["results"][2]["changes"]["added"] == 9
    told = here.run("sync", "nope", "rocky-iv", "--service", "demo", check=3)
    assert "Error: nope: There is no listing 'nope'" in told.err
    assert "10 matched" in told.out
    assert here.run("sync", "nope", "neither", "--service", "demo", "--json", check=3).json["error"]["code"] == 3


def test_a_service_that_does_not_exist_is_told_with_where_it_was_named(tmp_path: Path) -> None:
    here = machine(tmp_path)
    for command in (["sync", "rocky-iv"], ["report", "rocky-iv"], ["status"], ["login"], ["logout"]):
        assert "There is no service 'tidal'" in here.run(*command, "--service", "tidal", check=2).err
        assert "PLAYLIST_SERVICE" in here.run(*command, PLAYLIST_SERVICE="tidal", check=3).err
    assert not list(here.work.glob("playlists/*"))


def test_an_empty_folder_says_what_comes_first(tmp_path: Path) -> None:
    here = machine(tmp_path)
    empty = {"PLAYLISTS_DIR": str(here.work / "playlists")}
    assert "playlist import FILE" in here.run("list", check=0, **empty).out
    assert "ships" not in here.run("sync", "--all", "--service", "demo", check=2, **empty).err


def test_a_listing_without_a_title_is_called_after_its_file(tmp_path: Path) -> None:
    here = machine(tmp_path)
    rows = "1. Survivor - Burning Heart\n2. Go West - One Way Street\n3. Touch - The Sweetest Victory\n"
    (here.work / "playlists" / "my-mix.txt").write_text(rows, encoding="utf-8")
    made = here.run("sync", "my-mix", "--service", "demo", "--json", check=0).json
    assert made["playlist"]["name"] == "my mix"
    assert here.run("list", "--json", check=0).json["listings"][0]["title"] == "my mix"


def test_progress_is_for_a_terminal_whatever_the_colours(tmp_path: Path) -> None:
    ran = machine(tmp_path).run("--color", "always", "sync", "rocky-iv", "--service", "demo", check=0)
    assert "\x1b[" in ran.out
    assert ran.err == ""


def test_list_and_completion_know_the_listings(tmp_path: Path) -> None:
    here = machine(tmp_path)
    here.listing("my own", [("Survivor", "Burning Heart")])
    made = here.run("list", "--json", check=0).json
    names = {item["name"]: item["shipped"] for item in made["listings"]}
    assert names == {"my own": False, "rocky-iv": True, "the-lost-boys": True}
    completed = here.run(_PLAYLIST_COMPLETE="bash_complete", COMP_WORDS="playlist sync ro", COMP_CWORD="2")
    assert "rocky-iv" in completed.out
    for words in ("playlist schedule add ro", "playlist report ro"):
        count = str(len(words.split()) - 1)
        done = here.run(_PLAYLIST_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
        assert "rocky-iv" in done.out
    done = here.run(
        _PLAYLIST_COMPLETE="bash_complete", COMP_WORDS="playlist sync rocky-iv --service de", COMP_CWORD="4"
    )
    assert done.out.strip() == "plain,demo"


def test_what_counts_for_all_commands_may_stand_before_or_behind_them(tmp_path: Path) -> None:
    here = machine(tmp_path)
    before = here.run("-q", "--color", "never", "sync", "the-lost-boys", "--service", "demo", check=4)
    behind = here.run("sync", "the-lost-boys", "--service", "demo", "--color", "never", "-q", check=4)
    assert before.out == behind.out
    assert "to review" in behind.out
    assert "found by" in here.run("sync", "rocky-iv", "--service", "demo", "-v", check=0).out
    assert forward(["sync", "--", "-v"]) == ["sync", "--", "-v"]
    assert forward(["sync", "mix", "-vv", "-n", "--color"]) == ["-vv", "--color", "sync", "mix", "-n"]


def test_help_fits_80_columns_and_has_an_example(tmp_path: Path) -> None:
    here = machine(tmp_path)
    schedule = (["schedule", name] for name in ("add", "list", "remove", "run"))
    for command in ([], *([name] for name in COMMANDS), *schedule):
        shown = here.run(*command, "--help", check=0).out
        assert re.search(r"^  Example: (\w+=\w+ )?playlist \w", shown, re.MULTILINE), command
        assert max(map(len, shown.splitlines())) <= 80, command


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    here = machine(tmp_path)
    here.run("sync", "rocky-iv", "--service", "demo", check=0)
    for command in (["export", "rocky-iv", "--format", "csv"], ["report", "rocky-iv"]):
        nowhere = str(here.work / "nowhere" / "file")
        assert (
            f"{nowhere}: there is no directory" in here.run(*command, "--service", "demo", "-o", nowhere, check=2).err
        )
    here.run("report", "rocky-iv", "--service", "demo", "-o", os.devnull, check=0)


def test_a_track_listing_with_hostile_text_reaches_no_terminal_raw(tmp_path: Path) -> None:
    here = machine(tmp_path)
    here.listing("hostile", [("Sur\x1b[31mvivor", "Burning\u202e Heart"), ("<script>", "x\x07y")])
    for args in (["sync", "hostile", "--service", "demo"], ["report", "hostile", "--service", "demo"]):
        for more in ([], ["--json"]):
            ran = here.run(*args, *more)
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", ran.out + ran.err)


def test_python_dash_m_is_the_same(tmp_path: Path) -> None:
    here = machine(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "playlist_builder", "--version"],
        env=here.environment,
        cwd=here.work,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == here.run("--version", check=0).out


def test_without_the_album_no_wrong_track_and_few_requests(tmp_path: Path) -> None:
    catalogue = Catalogue.shipped()
    for album in catalogue.search_albums("Rocky IV", 10, 0)[0]:
        if album.title.startswith("Rocky IV"):
            catalogue.remove(album_id=album.id)
    with Emulator(catalogue) as running:
        here = machine(tmp_path, running)
        rocky(here)
        here.log_in()
        made = here.run("sync", "rocky-iv", "--json").json
    assert made["requests"]["sent"] <= 20
    for track, (title, artist) in zip(made["tracks"], RIGHT, strict=True):
        if track["recording"] is not None:
            assert track["recording"]["title"].startswith(title)
            assert any(name.startswith(artist) for name in track["recording"]["artists"])


def test_recordings_that_are_gone_are_reported_and_not_guessed(tmp_path: Path) -> None:
    catalogue = Catalogue.shipped()
    gone = ["War", "One Way Street", "The Sweetest Victory"]
    for title, artist in ((title, artist) for title, artist in RIGHT if title in gone):
        rows, _ = catalogue.search_tracks(f"{title} {artist}", 50, 0)
        taken = [row.id for row in rows if row.title.startswith(title) and row.artists[0].name.startswith(artist)]
        assert catalogue.remove(taken)
    with Emulator(catalogue) as running:
        here = machine(tmp_path, running)
        rocky(here)
        here.log_in()
        made = here.run("sync", "rocky-iv", "--json", check=4).json
    open_rows = [t["title"] for t in made["tracks"] if t["outcome"] in ("review", "missing")]
    assert open_rows == gone


def test_refused_private_playlists_are_told_honestly_and_never_looped_on(tmp_path: Path) -> None:
    with Emulator(Catalogue.shipped(), options=Options(ignore_public_false=True)) as running:
        here = machine(tmp_path, running)
        rocky(here)
        here.log_in()
        first = here.run("sync", "rocky-iv", "--json", check=0).json
        assert first["playlist"]["public"] is True
        assert any("Make private" in note for note in first["notes"])
        again = here.run("sync", "rocky-iv", "--json", check=0).json
        assert again["requests"]["sent"] == 1
