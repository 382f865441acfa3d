"""Which playlist is a listing's: never a stranger's, never two, and the same one after a rename or a lost state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from playlist_builder.emulator import Fault, Options
from playlist_builder.emulator.library import Playlist
from tests.test_sync import FIVE, chosen, foreign
from tests.world import World, world

REFUSING = Options(refuse_descriptions=r"\[playlist ")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def mine(here: World, name: str = "The Mix") -> list[Playlist]:
    account = here.emulator.account
    return [p for p in account.library() if p.name == name and p.owner == account.user.id]


def rename(here: World, new: str, *, copy: bool = False) -> None:
    for suffix in (".toml", ".lock.toml"):
        path = here.root / "playlists" / f"mix{suffix}"
        path.with_name(new + suffix).write_bytes(path.read_bytes())
        if not copy:
            path.unlink()


def fill_library(here: World, count: int) -> None:
    for number in range(count):
        here.emulator.account.create(f"Other {number}")


def test_a_playlist_far_down_the_library_costs_one_request(here: World) -> None:
    here.sync()
    fill_library(here, 55)
    assert here.sync()["requests"]["sent"] == 2, "two pages once, and the list is not read again"
    assert here.sync()["requests"]["sent"] == 1
    here.forget_state()
    assert here.sync()["playlist"]["created"] is False
    assert len(mine(here)) == 1


def test_a_strangers_copy_with_our_mark_is_never_touched(here: World) -> None:
    first = chosen(here.sync())
    account = here.emulator.account
    ours = here.playlist
    for options in ({}, {"collaborative": True, "public": False}):
        copy = account.create("The Mix", ours.description, owner="stranger", uris=first[:2], **options)
        copy.collaborators.add(account.user.id)
        account.follow(copy)
    strangers = [p for p in account.playlists.values() if p.owner == "stranger"]
    account.delete(ours)
    here.forget_state()
    result = here.sync()
    assert result["playlist"]["created"] is True
    assert [p.uris for p in strangers] == [first[:2], first[:2]]


def test_one_that_belongs_to_someone_else_by_now_is_not_written_to(here: World) -> None:
    first = chosen(here.sync())
    here.playlist.owner = "stranger"
    here.listing(FIVE[:3])
    result = here.sync()
    assert result["error"]["code"] == 3
    assert "another account" in result["error"]["message"]
    assert here.uris == first


def test_of_two_with_the_same_mark_the_older_is_taken_and_that_is_said(here: World) -> None:
    first = chosen(here.sync())
    ours = here.playlist
    copy = here.emulator.account.create("The Mix (2)", ours.description, uris=first)
    for _ in range(2):
        here.forget_state()
        here.listing([*FIVE[:3]])
        result = here.sync("mix", "--yes")
        assert result["playlist"]["id"] == ours.id
        assert any("2 playlists of yours carry that mark" in note for note in result["notes"])
    assert ours.uris == first[:3]
    assert copy.uris == first


def test_a_mark_that_the_user_deleted_changes_nothing_and_does_not_come_back(here: World) -> None:
    here.sync()
    here.playlist.set_description("")
    for _ in range(2):
        assert here.sync()["playlist"]["id"] == here.playlist.id
    assert here.playlist.description == ""
    assert here.sync()["requests"]["sent"] == 1


def test_a_renamed_listing_keeps_its_playlist_and_what_the_user_did(here: World) -> None:
    first = chosen(here.sync())
    here.playlist.set_description("mine")  # no mark leads back to it
    here.playlist.remove_at(1)
    rename(here, "blend")
    result = here.sync("blend")
    assert result["playlist"]["created"] is False
    assert any("had been removed and was put back once" in note for note in result["notes"]), "the base came along"
    assert here.uris == first
    assert here.run("history", "blend", "--json").json["runs"]
    here.forget_state()
    here.playlist.set_description(f"[playlist mix {here_lock_id(here, 'blend')}]")
    assert here.sync("blend")["playlist"]["created"] is False


def test_a_dry_run_of_a_renamed_listing_moves_no_memory(here: World) -> None:
    here.sync()
    rename(here, "blend")
    assert here.sync("blend", "-n")["playlist"]["id"] == here.playlist.id
    rename_back = here.root / "playlists"
    for suffix in (".toml", ".lock.toml"):
        (rename_back / f"blend{suffix}").rename(rename_back / f"mix{suffix}")
    assert here.sync()["requests"]["sent"] == 1


def here_lock_id(here: World, name: str) -> str:
    text = (here.root / "playlists" / f"{name}.lock.toml").read_text(encoding="utf-8")
    return text.split('id = "')[1].split('"')[0]


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_copied_listing_and_lock_get_a_playlist_of_their_own(here: World, forgotten: bool) -> None:
    first = chosen(here.sync())
    original = here.playlist
    rename(here, "copy", copy=True)
    if forgotten:
        here.forget_state()
    result = here.sync("copy")
    assert result["playlist"]["created"] is True
    assert result["playlist"]["id"] != original.id
    for name in ("mix", "copy"):
        here.forget_state()
        again = here.sync(name)
        assert again["playlist"]["created"] is False
        assert (again["playlist"]["id"] == original.id) is (name == "mix")
    assert original.uris == first


def test_a_mark_that_names_a_path_is_only_a_text(here: World) -> None:
    here.sync()
    here.playlist.set_description(f"[playlist ../../x {here_lock_id(here, 'mix')}]")
    here.forget_state()
    assert here.sync()["playlist"]["created"] is False


@pytest.mark.parametrize("options", [Options(), REFUSING], ids=["marked", "refused"])
@pytest.mark.parametrize("kind", ["500", "502", "drop"])
@pytest.mark.parametrize("skip", [0, 1])
def test_a_creation_whose_answer_is_lost_leaves_one_playlist(
    tmp_path: Path, options: Options, kind: str, skip: int
) -> None:
    with world(tmp_path, options) as here:
        here.listing(FIVE, source="https://example.org/mix")
        here.emulator.faults.append(Fault("POST /me/playlists", kind, when="after", skip=skip))  # type: ignore[arg-type]
        first = here.sync()
        assert here.uris == chosen(first)
        assert len(mine(here)) == 1
        assert first["playlist"]["created"] is True
        if options is not REFUSING:
            assert here.playlist.description.startswith("From example.org/mix [playlist mix ")
        assert here.sync()["requests"]["sent"] <= 2
        assert here.sync()["requests"]["sent"] == 1


@pytest.mark.parametrize("options", [Options(), REFUSING], ids=["marked", "refused"])
def test_a_run_that_ends_between_creating_and_remembering_leaves_one_playlist(tmp_path: Path, options: Options) -> None:
    with world(tmp_path, options) as here:
        here.listing(FIVE)
        marks = 1 if options is REFUSING else 0
        here.emulator.faults.append(Fault("POST /me/playlists", "drop", when="after", skip=marks))
        here.emulator.faults.append(Fault("GET /me/playlists", "500", times=99, skip=1 + marks))
        assert here.run("sync", "mix").code == 3
        assert len(mine(here)) == 1
        here.emulator.faults.clear()
        result = here.sync()
        assert len(mine(here)) == 1
        assert here.uris == chosen(result)


def test_a_network_that_is_down_is_no_refusal_of_the_mark(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from playlist_builder.errors import ServiceError
    from playlist_builder.services.spotify.client import SpotifyService

    create = SpotifyService.create
    failed: list[str] = []

    def down_once(self: SpotifyService, name: str, description: str, public: bool) -> object:
        if not failed:
            failed.append(description)
            raise ServiceError("Spotify could not be reached for POST /me/playlists (the connection failed).")
        return create(self, name, description, public)

    monkeypatch.setattr(SpotifyService, "create", down_once)
    assert here.run("sync", "mix").code == 3
    here.sync()
    assert here.playlist.description.startswith("[playlist mix ")


def test_two_accounts_on_one_machine_never_see_each_others_playlists(here: World) -> None:
    from dataclasses import replace

    first = here.sync()
    account = here.emulator.account
    other = account.known_user("second")
    here.emulator.account.user = replace(other)
    here.log_in()
    second = here.sync()
    assert second["playlist"]["created"] is True
    assert second["playlist"]["id"] != first["playlist"]["id"]
    assert here.run("history", "mix", "--json").json["runs"][0]["playlist_id"] == second["playlist"]["id"]
    assert len(here.run("history", "mix", "--json").json["runs"]) == 1


def test_a_link_to_a_strangers_or_anothers_playlist_is_refused(here: World) -> None:
    here.sync()
    here.listing(FIVE, "other")
    refused = here.run("link", "other", here.playlist.id)
    assert refused.code == 3
    assert "mix's already" in refused.err
    account = here.emulator.account
    theirs = account.create("Theirs", owner="stranger", uris=[foreign(here, "Axel F")])
    theirs.collaborators.add(account.user.id)
    assert "not yours" in here.run("link", "other", theirs.id).err


def test_remove_asks_the_service_before_it_forgets_anything(here: World) -> None:
    here.sync()
    here.emulator.faults.append(Fault("DELETE /me/library", "500", times=9))
    assert here.run("remove", "mix", "--remote", "--listing", "--yes").code == 3
    assert (here.root / "playlists" / "mix.toml").exists()
    here.emulator.faults.clear()
    assert here.sync()["requests"]["sent"] == 1
    assert here.run("remove", "mix", "--remote", "--listing", "--yes").code == 0
    assert not mine(here)
    assert not list((here.root / "playlists").glob("mix*"))
    assert here.run("remove", "mix", "--listing", "--yes").code == 3
    here.listing(FIVE)
    assert "none was removed" in here.run("remove", "mix", "--remote", "--yes").out
