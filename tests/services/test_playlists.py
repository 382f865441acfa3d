"""Playlists through the real client: reading, writing, and the shapes of all three modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from playlist_builder.emulator import Fault, LoggedRequest
from playlist_builder.errors import AuthError, NotFound, ServiceError
from playlist_builder.model import Add, Move, Query, Remove

if TYPE_CHECKING:
    from playlist_builder.services.spotify.client import SpotifyService
    from tests.services.conftest import Begin, World

MODES = ("dev-new", "dev-old", "extended")
JPEG = b"\xff\xd8\xff" + b"0" * 100


def _uris(service: SpotifyService, count: int = 10) -> tuple[str, ...]:
    albums = service.search_albums(Query(text="Rocky IV", step="album", kind="album"))
    return tuple(track.uri for track in service.album_tracks(albums[0].uri))[:count]


def _read(service: SpotifyService, playlist_id: str) -> list[str | None]:
    return [entry.uri for entry in service.read(playlist_id).entries]


@pytest.mark.parametrize("mode", MODES)
def test_a_playlist_from_creation_to_removal(begin: Begin, mode: str) -> None:
    world = begin(mode)
    service = world.open()
    uris = _uris(service)
    head = service.create("Rocky & IV", "<it's> & more", public=False)
    assert (head.name, head.description, head.total, head.public) == ("Rocky & IV", "<it's> & more", 0, False)
    assert head.owner_id == service.account.user_id
    assert head.url == f"https://open.spotify.com/playlist/{head.id}"
    assert service.write(head.id, Add(uris=uris[1:], position=0))
    assert service.write(head.id, Add(uris=uris[:1], position=0))
    assert _read(service, head.id) == list(uris)
    service.write(head.id, Move(start=0, insert_before=10))
    service.write(head.id, Move(start=7, insert_before=0, length=2))
    assert _read(service, head.id) == [*uris[8:], *uris[1:8], uris[0]]
    revision = service.write(head.id, Remove(uris=uris[2:5]))
    snapshot = service.read(head.id)
    assert [entry.uri for entry in snapshot.entries] == [*uris[8:], uris[1], *uris[5:8], uris[0]]
    assert snapshot.head.revision == revision
    service.change_details(head.id, name="Other", description="")
    assert service.library_page(0).playlists[0].name == "Other"
    assert service.read(head.id).head.description == ""
    assert service.in_library(head.id)
    service.remove_from_library(head.id)
    assert not service.in_library(head.id)
    assert service.library_page(0).playlists == ()
    service.add_to_library(head.id)
    assert service.in_library(head.id)
    assert not any(r.status and r.status >= 400 for r in world.emulator.requests)


def test_writes_have_the_bodies_of_2026(world: World) -> None:
    """No bare array, no positions, no snapshot."""
    service = world.open()
    uris = _uris(service, 2)
    head = service.create("A", "", public=True)
    service.write(head.id, Add(uris=uris, position=0))
    service.write(head.id, Move(start=1, insert_before=0))
    service.write(head.id, Remove(uris=uris))
    assert [r.body for r in world.emulator.writes[1:]] == [
        {"uris": list(uris), "position": 0},
        {"range_start": 1, "insert_before": 0, "range_length": 1},
        {"items": [{"uri": uri} for uri in uris]},
    ]


@pytest.mark.parametrize("mode", MODES)
def test_a_long_playlist_is_read_in_pages(begin: Begin, mode: str) -> None:
    world = begin(mode)
    service = world.open()
    uris = _uris(service) * 25
    head = service.create("Long", "", public=False)
    for start in range(0, 250, 100):
        service.write(head.id, Add(uris=uris[start : start + 100], position=start))
    before = len(world.sent())
    assert _read(service, head.id) == list(uris)
    assert world.sent()[before:] == ["GET /playlists/{id}"] + ["GET /playlists/{id}/items"] * 3
    offsets = [r.query["offset"] for r in world.emulator.requests if r.method == "GET" and "offset" in r.query]
    assert offsets[-3:] == ["100", "150", "200"]


def test_one_page_is_one_request(world: World) -> None:
    service = world.open()
    head = service.create("Short", "", public=False)
    service.write(head.id, Add(uris=_uris(service), position=0))
    before = len(world.sent())
    service.read(head.id)
    assert world.sent()[before:] == ["GET /playlists/{id}"]


def test_a_playlist_that_changes_between_its_pages_is_read_again(begin: Begin) -> None:
    world = begin(page_cap=4)
    service = world.open()
    uris = _uris(service)
    head = service.create("Busy", "", public=False)
    service.write(head.id, Add(uris=uris, position=0))
    playlist = world.emulator.account.playlists[head.id]
    changes = iter([0])

    def meddle(request: LoggedRequest) -> bool:
        if f"{request.method} {request.template}" == "GET /playlists/{id}/items":
            for position in changes:
                playlist.remove_at(position)
        return False

    world.emulator.faults.append(Fault(meddle, "500"))
    assert _read(service, head.id) == list(uris[1:])


@pytest.mark.parametrize("mode", MODES)
def test_entries_of_every_kind_keep_their_places(begin: Begin, mode: str) -> None:
    """Local files, episodes and nulls count as places; `track: true` inside an item is no track."""
    world = begin(mode)
    service = world.open()
    head = service.create("Mixed", "", public=False)
    service.write(head.id, Add(uris=_uris(service, 2), position=0))
    playlist = world.emulator.account.playlists[head.id]
    local = playlist.add_local_file("Me", "Demo", "My Song", 61, position=0)
    episode = playlist.add_episode(position=2)
    playlist.add_null(position=1)
    entries = service.read(head.id).entries
    assert [entry.kind for entry in entries] == ["local", "null", "track", "episode", "track"]
    assert entries[0].uri == local
    assert entries[3].uri == episode
    assert entries[1].uri is None
    assert entries[0].recording is not None
    assert entries[0].recording.title == "My Song"
    assert entries[2].recording is not None
    assert entries[2].recording.isrc is not None
    assert all(entry.added_at for entry in entries)


def test_the_library_page_is_asked_for_once_until_something_is_written(world: World) -> None:
    service = world.open()
    first = service.library_page(0)
    assert service.library_page(0) is first
    assert world.sent() == ["GET /me/playlists"]
    service.create("New", "", public=False)
    assert len(service.library_page(0).playlists) == 1
    assert world.sent().count("GET /me/playlists") == 2


def test_pages_of_the_library(world: World) -> None:
    for number in range(53):
        world.emulator.account.create(f"P{number}", "", public=True, collaborative=False)
    service = world.open()
    pages = [service.library_page(0), service.library_page(50)]
    assert [len(page.playlists) for page in pages] == [50, 3]
    assert {page.total for page in pages} == {53}


def test_where_contains_is_not_allowed_the_pages_answer(world: World) -> None:
    service = world.open()
    head = service.create("Here", "", public=False)
    world.emulator.faults.append(Fault("GET /me/library/contains", "404", times=9))
    assert service.in_library(head.id)
    assert not service.in_library("0000000000000000000000")


@pytest.mark.parametrize("mode", ["dev-old", "extended"])
def test_older_endpoints_answer_where_the_new_ones_do_not(begin: Begin, mode: str) -> None:
    """Found out once, for one request; the library and the creation fall back as well."""
    world = begin(mode, page_cap=2)
    service = world.open()
    uris = _uris(service, 4)
    service.library_page(0)
    head = service.create("Old", "", public=False)
    for match in ("/playlists/{id}/items", "/me/library", "/me/library/contains", "/me/playlists"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            if (method, match) != ("GET", "/me/playlists"):
                world.emulator.faults.append(Fault(f"{method} {match}", "404", times=99))
    service = world.open()
    service.library_page(0)  # shows the older shape
    service.write(head.id, Add(uris=uris, position=0))
    service.write(head.id, Move(start=0, insert_before=4))
    assert _read(service, head.id) == [*uris[1:], uris[0]]
    service.write(head.id, Remove(uris=uris[:1]))
    assert service.requests().by_endpoint["POST /playlists/{id}/items"] == 1
    assert "PUT /playlists/{id}/items" not in service.requests().by_endpoint
    assert service.in_library(head.id)
    service.remove_from_library(head.id)
    assert not service.in_library(head.id)
    assert service.create("Old too", "", public=False).name == "Old too"


def test_a_playlist_of_somebody_else(world: World) -> None:
    """Known by its head, but not to be read or changed; in the new mode without trying older endpoints."""
    other = world.emulator.account.create("Theirs", "", public=True, collaborative=False, owner="somebody-else")
    service = world.open()
    with pytest.raises(ServiceError, match="only by its owner"):
        service.read(other.id)
    with pytest.raises(ServiceError, match="not yours") as refused:
        service.write(other.id, Add(uris=_uris(service, 1), position=0))
    assert refused.value.code == 3
    assert "/playlists/{id}/tracks" not in "".join(world.sent())


def test_a_playlist_that_is_not_there(world: World) -> None:
    service = world.open()
    with pytest.raises(NotFound):
        service.read("0000000000000000000000")
    assert len(world.sent()) == 1


def test_a_cover_needs_its_own_permission(world: World) -> None:
    world.log_in(scopes=("playlist-read-private", "playlist-modify-private", "playlist-modify-public"))
    service = world.open()
    head = service.create("Plain", "", public=False)
    with pytest.raises(AuthError, match="ugc-image-upload"):
        service.set_cover(head.id, JPEG)
    world.log_in()
    service = world.open()
    service.set_cover(head.id, JPEG)
    assert world.emulator.account.playlists[head.id].cover is not None
    assert service.read(head.id).head.cover_url is not None
    with pytest.raises(ServiceError, match="190 KB"):
        service.set_cover(head.id, JPEG * 2000)
    assert world.sent().count("PUT /playlists/{id}/images") == 1


def test_scopes_that_are_asked_for_are_checked_at_once(world: World) -> None:
    world.log_in(scopes=("playlist-read-private",))
    with pytest.raises(AuthError, match="ugc-image-upload"):
        world.open(extra_scopes=("ugc-image-upload",))
    assert world.emulator.requests == []


def test_a_missing_scope_is_named(world: World) -> None:
    world.log_in(scopes=("playlist-read-private", "playlist-modify-public"))
    service = world.open()
    with pytest.raises(AuthError, match=r"permission playlist-modify-private\. .*playlist login") as refused:
        service.create("A", "", public=False)
    assert refused.value.code == 5
